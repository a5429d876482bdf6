# Sources. Prices and dates change: look them up before you rely on one. Read again on 2026-11-29: JWT authorizers.
# - JWT authorizers for REST APIs, announced in November 2026 (issuers, audiences, algorithms, claims,
#   scopes; no function, no invocation):
#   docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer.html
#   aws.amazon.com/blogs/compute/securing-rest-apis-with-jwt-authorizers-in-amazon-api-gateway/
# - access tokens need authorization scopes, without scopes a method wants an ID token:
#   docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-invoke-api-integrated-with-cognito-user-pool.html
# - prices and the free 10,000 monthly active users (Lite and Essentials): aws.amazon.com/cognito/pricing
# - a signature is good for 5 minutes: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html

# %% [markdown]
# # {{title}}
#
# At the end, people call with a token that expires, and machines with a
# signature that is made anew for each request. No shared secret travels.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the key is lit, which this chapter replaces by a token or a signature](../images/way_10.svg)
#
# ## You will
#
# - let people sign in to a user pool, and call with their token;
# - let a machine sign its requests with IAM, and decide what it may call;
# - say what a token proves that a key does not;
# - know what JWT authorizers change.
#
# About {{minutes}} minutes. It costs nothing here. On AWS, a user pool is
# free up to 10,000 users a month (Lite and Essentials, in 2026), and
# signatures are free. Earlier chapters are made if missing.
#
# ## Start
#
# New are two imports from `botocore`, the library below boto3: they sign
# requests.

# %%
import json
from secrets import token_hex
import boto3
import pulumi
import pulumi_aws as aws
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from gateway.kinds import Variables
from gateway.settings import Settings
from lab import start, plan, up, outputs, predict
from lab import check, hint, solution

start(10)

# %% [markdown]
# ## The idea
#
# A key is like a house key: it opens until the lock is changed, whoever
# holds it. A **token** is like a visitor's badge with a name and an hour on
# it, signed by the reception: anybody can check it, and tomorrow it is worth
# nothing.
#
# A **user pool** of Amazon Cognito is that reception. It keeps users and
# passwords. Who signs in gets three tokens: an ID token says who they
# are, for the program that signed them in; an **access token** says what
# they may call, and is the one to send to an API; a refresh token gets
# new ones.
#
# A **signature** (SigV4) is for machines. It is computed of each request
# with the secret key of an IAM user or role. The secret stays where it is;
# what travels is a proof for this request and about five minutes.
#
# ![A person gets a token from the user pool and sends it; a machine sends a signature; API Gateway checks the one and asks IAM of the other](../images/10_people_and_machines.svg)
#
# ## Predict
#
# Somebody leaves the company while their badge is still good.

# %%
predict("10")

# %% [markdown]
# ## The code
#
# `allow_admin_create_user_only` means that nobody can sign up by
# themselves. `ALLOW_USER_SRP_AUTH` lets a client prove that it knows a
# password without sending it. The output is empty unless the setting
# `authentication` is `cognito`, so nothing is made yet.

# %% step: user_pool

# %% [markdown]
# With its authorizer there is no function to call: API Gateway checks the
# token itself. (Chapter 08's `access` asks for a **scope** beside it. Only
# access tokens have scopes; without it, API Gateway would want ID tokens.)

# %% from: pool_authorizer

# %% [markdown]
# ## Plan
#
# Your version of `authentication` says `cognito`. Expect a pool, its client
# and another authorizer. The resource policy has to change, too: beside a
# user pool *both* have to allow, and chapter 08's allows nothing.

# %%
def authentication(settings):
    return "cognito"

plan()
# expect: + create  aws.cognito.UserPool
# expect first: ± replace  aws.apigateway.Deployment

# %% [markdown]
# ## Apply
#
# The Lambda authorizer and its function go.

# %%
up()
# expect: aws.cognito.UserPoolClient
# expect: Done in

# %% [markdown]
# ## Look
#
# A user, made for this page, with a password that nobody ever sees, signs in
# as from a server. Then read what an access token says. Anybody can: it is
# signed, not encrypted. Look for `exp`, a time in seconds, and for `scope`.

# %%
import base64
pool, password = boto3.client("cognito-idp"), token_hex() + "-A"
who = {"UserPoolId": outputs()["user_pool_id"], "Username": token_hex(4)}
pool.admin_create_user(
    **who, TemporaryPassword=password, MessageAction="SUPPRESS")
pool.admin_set_user_password(**who, Password=password, Permanent=True)
token = pool.admin_initiate_auth(
    UserPoolId=who["UserPoolId"], AuthFlow="ADMIN_USER_PASSWORD_AUTH",
    ClientId=outputs()["user_pool_client_id"],
    AuthParameters={"USERNAME": who["Username"], "PASSWORD": password},
)["AuthenticationResult"]["AccessToken"]
claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
print({name: claims[name] for name in ("token_use", "scope", "exp")})
# expect: 'token_use': 'access'

# %% [markdown]
# ## Ask
#
# Three calls. (From chapter 11 on, a method wants a team's key as well, to
# know whose usage plan counts; so one goes along.) Change one letter of a
# token, and its signature fits no more.

# %%
def call(who, headers):
    answer = requests.get(url, headers=headers, timeout=60)
    said = answer.headers.get("x-amzn-errortype", "")
    print(f"{who:20} {answer.status_code} {said}")

url = outputs()["model_url"]
team = {"x-api-key": outputs()["team_keys"].reveal()["blue"]}
call("no token", team)
call("a changed token", team | {"Authorization": token[:-9] + 9 * "A"})
call("a token", team | {"Authorization": token})
# expect: no token … 401
# expect: a changed token … 401
# expect: a token … 200

# %% [markdown]
# ## Change it: a signature
#
# With `AWS_IAM` there is no authorizer at all: IAM checks the signature, and
# the caller's own policies decide. The resource policy says nothing, and so
# decides nothing: see the table of chapter 08.

# %%
def authentication(settings):
    return "iam"

up()
# expect: Done in

# %% [markdown]
# An IAM user stands for a machine here. (On AWS, give a machine a role: its
# keys expire by themselves.) `signed` makes the headers of one request.

# %%
iam, user = boto3.client("iam"), "caller-" + token_hex(4)
iam.create_user(UserName=user)
key = iam.create_access_key(UserName=user)["AccessKey"]
region, account = outputs()["function_arn"].split(":")[3:5]

def signed(secret):
    request = AWSRequest("GET", url, headers=team)
    pair = boto3.Session(key["AccessKeyId"], secret).get_credentials()
    SigV4Auth(pair, "execute-api", region).add_auth(request)
    return dict(request.headers)

# %% [markdown]
# ## Break it: three refusals, for three reasons
#
# No signature; a wrong one; and a right one of somebody who is not allowed.
# All three are 403. Mind their names: only the last is about permission.

# %%
call("no signature", team)
call("wrong secret key", signed("wrong"))
call("right, not allowed", signed(key["SecretAccessKey"]))
# expect: no signature … 403 MissingAuthenticationTokenException
# expect: wrong secret key … 403 InvalidSignatureException
# expect: right, not allowed … 403 AccessDeniedException

# %% [markdown]
# The fix is a policy of the caller. Then remove the user: keys that nobody
# needs are keys that get lost.

# %%
api_id = outputs()["rest_api_id"]
arn = f"arn:aws:execute-api:{region}:{account}:{api_id}/v1/*"
may = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Action": "execute-api:Invoke", "Resource": arn}]})
iam.put_user_policy(UserName=user, PolicyName="call", PolicyDocument=may)
call("signature", signed(key["SecretAccessKey"]))
iam.delete_user_policy(UserName=user, PolicyName="call")
iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
gone = iam.delete_user(UserName=user)
# expect: signature … 200

# %% [markdown]
# | | what travels | for | ends |
# |---|---|---|---|
# | key, Lambda authorizer | the secret | programs, OpenAI's clients | when you take it away |
# | token | a proof for an hour | people | by itself |
# | signature | a proof for one request | programs on AWS | with the user or role |
#
# The course goes on with the first: it is what clients of OpenAI send.

# %%
from gateway.auth import authentication

up()
# expect: Done in

# %% [markdown]
# ## Your turn
#
# **10.1** Write the IAM policy of a user who may send prompts, and nothing
# else: POST to `/model` of the stage `v1` of this API. Its id is in
# `api_id`; region and account may be stars.

# %%
policy = {"Version": "2012-10-17", "Statement": [...]}
check("10.1", policy)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - JWT authorizers for REST APIs are new in November 2026: API Gateway
#   checks tokens of any OpenID Connect provider, of several issuers at once,
#   with their audiences and claims. Use one for people who sign in
#   elsewhere. It does not replace the authorizer of chapter 08: our keys are
#   no JWTs, and only code of yours can hand on a team's usage plan. The
#   sandbox has none, nor has the version of Pulumi's provider used here.
# - A new access key works everywhere after some seconds: if the first signed
#   calls say that the token is invalid, run the cell again.
#
# ## Recap
#
# You let people sign in and call with a token, let a machine sign its
# requests and decided what it may call. You can say what a token proves, and
# what JWT authorizers change.
#
# Keep this:
#
# ```python
# def may_call(region, account, api_id, stage):
#     """The statement that lets a user or a role call a stage."""
#     return {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource":
#             f"arn:aws:execute-api:{region}:{account}:{api_id}/{stage}/*"}
# ```
#
# You can stop here: in the sandbox it costs nothing, on AWS only calls do.
#
# {{next}}
