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
# At the end, people have called with a token that expires, and machines with a
# signature of each request. No shared secret travels.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the key is lit, which this chapter replaces by a token or a signature](../images/way_10.svg)
#
# ## You will
#
# - let people sign in to a user pool, and call with their token;
# - let a machine sign its requests, and decide what it may call;
# - say what a token proves that a key does not;
# - know what JWT authorizers change.
#
# About {{minutes}} minutes. It costs nothing here. On AWS, a user pool is free
# up to 10,000 users a month (Lite and Essentials, in 2026), and signatures
# always. Earlier chapters are made if missing.
#
# ## Start
#
# `botocore`, the library below boto3, signs requests.

# %%
import base64
import json
from secrets import token_hex
import boto3
import pulumi_aws as aws
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from gateway import deployment as file
from gateway.auth import pool_client
from gateway.kinds import Variables
from gateway.settings import Settings
from lab import start, plan, up, outputs, predict, check, hint, solution

start(10)

# %% [markdown]
# ## The idea
#
# A key opens until the lock is changed, whoever holds it. A **token** is like a
# visitor's badge with a name and an hour on it, signed by the reception: anybody
# can check it, and tomorrow it is worth nothing.
#
# A **user pool** of Amazon Cognito is that reception. Who signs in gets an
# **access token**, which says what they may call. (And an ID token, which says
# who they are, and a refresh token.)
#
# A **signature** (SigV4) is for machines. It is computed from each request with
# the secret key of an IAM user or role, which stays where it is. What travels is
# a proof for this request and about five minutes.
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
# `allow_admin_create_user_only`: nobody can sign up by themselves. `pool_client`
# says how one signs in: with SRP, which proves a password without sending it.
# Nothing is made unless the setting `authentication` is `cognito`.

# %% step: user_pool

# %% [markdown]
# There is no function to call: the authorizer names the pool, and API Gateway
# checks the token itself. (The method wants a **scope**, too: only access tokens
# have one; without it, API Gateway would want ID tokens.)
#
# ## Plan
#
# Expect a pool, its client and another authorizer. The resource policy changes,
# too: beside a user pool *both* have to allow, and chapter 08's allows nothing.

# %%
def authentication(settings):
    return "cognito"

plan()
# expect: + create  aws.cognito.UserPool
# expect first: ± replace  aws.apigateway.Deployment

# %% [markdown]
# ## Apply
#
# The Lambda authorizer goes.

# %%
up()
# expect: aws.cognito.UserPoolClient
# expect: Done in

# %% [markdown]
# ## Look
#
# A user, made for this page, signs in. Then read what an access token says.
# Anybody can: it is signed, not encrypted. Look for `exp`, a time in seconds.

# %%
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
# Three calls. (From chapter 11 on, a team's key says whose usage plan counts; so
# one goes along.) Change a letter of a token, and its signature fits no more.

# %%
def call(who, headers):
    answer = requests.get(url, headers=headers, timeout=60)
    print(who, answer.status_code, answer.headers.get("x-amzn-errortype"))

url = outputs()["model_url"]
team = {"x-api-key": outputs()["team_keys"].reveal()["blue"]}
call("no token", team)
call("a changed token", team | {"Authorization": token[:-9] + 9 * "A"})
call("a token", team | {"Authorization": token})
# expect: no token 401
# expect: a changed token 401
# expect: a token 200

# %% [markdown]
# ## Change it: a signature
#
# With `AWS_IAM` there is no authorizer at all: IAM checks the signature, and
# the caller's own policies decide. The resource policy says nothing: see the
# picture of chapter 09.
#
# An IAM user stands for a machine. (On AWS, take a role: its keys expire by
# themselves.) `signed` makes the headers of one request.

# %%
def authentication(settings):
    return "iam"

up()
iam, user = boto3.client("iam"), "caller-" + token_hex(4)
iam.create_user(UserName=user)
key = iam.create_access_key(UserName=user)["AccessKey"]
region, account = outputs()["function_arn"].split(":")[3:5]

def signed(secret):
    request = AWSRequest("GET", url, headers=team)
    pair = boto3.Session(key["AccessKeyId"], secret).get_credentials()
    SigV4Auth(pair, "execute-api", region).add_auth(request)
    return dict(request.headers)
# expect: Done in

# %% [markdown]
# ## Break it: three refusals, for three reasons
#
# No signature; a wrong one; a right one of somebody who is not allowed. All
# three are 403: mind their names. Only the last is about permission, and a
# policy of the caller cures it. Then the user goes: keys that nobody needs get
# lost.

# %%
call("no signature", team)
call("wrong secret key", signed("wrong"))
call("right, not allowed", signed(key["SecretAccessKey"]))
arn = f"arn:aws:execute-api:{region}:{account}:{outputs()['rest_api_id']}"
may = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect":
    "Allow", "Action": "execute-api:Invoke", "Resource": arn + "/v1/*"}]})
iam.put_user_policy(UserName=user, PolicyName="call", PolicyDocument=may)
call("right, and allowed", signed(key["SecretAccessKey"]))
iam.delete_user_policy(UserName=user, PolicyName="call")
iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
gone = iam.delete_user(UserName=user)
# expect: no signature 403 MissingAuthenticationTokenException
# expect: wrong secret key 403 InvalidSignatureException
# expect: right, not allowed 403 AccessDeniedException
# expect: right, and allowed 200

# %% [markdown]
# | | what travels | for | ends |
# |---|---|---|---|
# | key, Lambda authorizer | the secret | programs, OpenAI's clients | when you take it away |
# | token | a proof for an hour | people | by itself |
# | signature | a proof for one request | programs on AWS | with the user or role |
#
# ## Your turn
#
# **10.1** Write the IAM policy of a user who may POST to `/model` of the stage
# `v1` of this API, and nothing else. Its id is the output `rest_api_id`; region
# and account may be stars.

# %%
policy = {"Version": "2012-10-17", "Statement": [...]}
check("10.1", policy)

# %% [markdown]
# **10.2** One API, both kinds of callers. Write `machines(rest_api)`: a list with
# all that `GET /machines` needs, as `/tea` in chapter 06, but for those alone who
# sign. The function says 404. The checker calls with a signature of yours, with
# none, and with a team's key: the course goes on with keys, which clients of
# OpenAI send, and the cell takes them back first.

# %%
from gateway.auth import authentication

def machines(rest_api):
    ...

def deployment(rest_api, parts, declared):
    parts += machines(rest_api) or []
    return file.deployment(rest_api, parts, declared)

up()
check("10.2", machines)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - JWT authorizers for REST APIs are new in November 2026: API Gateway
#   checks tokens of any OpenID Connect provider, with their audiences and
#   claims, for people who sign in elsewhere. They do not replace chapter 08's
#   authorizer: our keys are no JWTs, and only code can hand on a team's usage
#   plan. The sandbox has none, nor has this version of Pulumi's provider.
# - A new access key takes some seconds to work everywhere.
#
# ## Recap
#
# You let people sign in and call with a token, let a machine sign, and decided
# what it may call. You know what a token proves, and what JWT authorizers change.
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
