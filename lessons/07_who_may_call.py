# %% [markdown]
# # {{title}}
#
# At the end, only those who can prove who they are reach the model. All
# others get 401 or 403, and the model never hears of them.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the check at the gateway's door, chapter 07, is lit](../images/way_07.svg)
#
# ## You will
#
# - let callers in by key, by token and by signature, and compare them;
# - see why an API key by itself is no lock;
# - combine who calls with where they call from;
# - find out who said no.
#
# About {{minutes}} minutes. It costs nothing here. On AWS, a user pool
# is free for some thousand people, and the function that decides costs
# what functions cost. Earlier chapters are made if missing.

# %% [markdown]
# ## Start
#
# New are the two imports from `botocore`, the library below boto3: they
# sign requests.

# %%
import json
from secrets import token_hex
import boto3
import pulumi
import pulumi_aws as aws
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from gateway import auth, deployment as file
from gateway.auth import Keys, authorizer_function, only_from
from gateway.kinds import Arguments, Statement, Variables
from gateway.policies import policy_document
from gateway.settings import FUNCTIONS, Settings
from lab import start, plan, up, outputs, ask, predict
from lab import check, hint, solution
from lab.widgets import policy_tester

start(7)

# %% [markdown]
# ## The idea
#
# **Authentication** asks: who are you? **Authorization** asks: and may you
# do this? An **API key** answers a third question: on whose bill? It is
# like the number of a coffee account. It says who pays, and whoever has
# overheard it drinks for free.
#
# A porter at the door is something else: somebody who looks at what you
# show, and decides. API Gateway knows three kinds, and each method names
# one as its `authorization`:
#
# | authorization | what a caller shows | who decides |
# |---|---|---|
# | `NONE` | nothing | nobody: all come in |
# | `CUSTOM` | what you like, here a key | a function of yours, the **authorizer** |
# | `COGNITO_USER_POOLS` | a token, got by signing in | the pool that issued it |
# | `AWS_IAM` | a signature | IAM's policies |
#
# ![The method names the authorizer; the authorizer asks its function, as the API's role; the function is given the teams' keys](../images/07_who_may_call.svg)
#
# {{edges}}
#
# ## Predict
#
# The commonest lock of tutorials. What is it worth?

# %%
predict("7")

# %% [markdown]
# ## The code
#
# ### A secret for each team
#
# API Gateway makes a key's value, and Pulumi keeps it as a secret. By
# itself such a key decides nothing. It is something to show to a porter.

# %% step: team_keys, key_values

# %% [markdown]
# ### The porter
#
# `authorizer_function` makes a second, small function, and a role for it
# that may write a log. It is given the SHA-256 of each key, so that who
# reads its settings finds no key. The **authorizer** says when API Gateway
# asks it:
#
# - `identity_source`: a request without this header is refused unasked;
# - `authorizer_credentials`: the API's role has to be allowed to ask;
#   without that, every caller gets a 500 that says `null`;
# - `authorizer_result_ttl_in_seconds`: how long its answer is remembered.

# %% step: key_authorizer

# %% [markdown]
# ### The choice
#
# One setting decides who is the porter. *Nobody* is not among the
# choices, so a typing error cannot open the door. What each method asks of
# its callers follows from it, and where the API finds a caller's key.

# %% step: authentication, access, key_source

# %% [markdown]
# ### The sign at the door
#
# Chapter 03's policy let everyone in. Beside a porter that is dangerous:
# where the porter says nothing, the policy's yes would count. So it goes,
# and the new one says only who is out: calls without TLS.

# %% step: encrypted_only

# %% [markdown]
# ## Plan
#
# Coming from chapter 06, look at the method: `NONE` becomes `CUSTOM`. And
# the policy: `Allow` becomes `Deny`. The deployment is replaced, or the
# door would stay open.

# %%
plan()
# expect first: ~ update  aws.apigateway.RestApiPolicy
# expect first: ~ update  aws.apigateway.Method  modelMethod
# expect first: ± replace  aws.apigateway.Deployment
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# From here on, a prompt without a key gets no answer.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# This is the whole porter. `compare_digest` takes as long for a wrong key
# as for one that is nearly right, so measuring teaches nobody anything.
# And its answer is a policy: mind for which paths.

# %%
print((FUNCTIONS / "authorizer" / "handler.py").read_text())
# expect: compare_digest

# %% [markdown]
# ## Ask
#
# `call` sends a request and prints its status, and API Gateway's name for
# the refusal if it was one.

# %%
def call(who, headers, verb="GET", calls=1):
    answers = [requests.request(verb, url, headers=headers, timeout=60)
               for _ in range(calls)]
    said = answers[0].headers.get("x-amzn-errortype", "")
    print(f"{who:26} {answers[0].status_code} {said}")
    times[who] = [1000 * a.elapsed.total_seconds() for a in answers]

# %% [markdown]
# Expect two refusals. About the first, the porter was not asked; the
# second it did not know. The keys stay in variables: never print one.
# `ask` sends the first team's key by itself.

# %%
url, api_id, times = outputs()["model_url"], outputs()["rest_api_id"], {}
keys = outputs()["team_keys"].reveal()
blue, green = ({"Authorization": f"Bearer {keys[team]}"}
               for team in ("blue", "green"))
call("no key", {})
call("a guess", {"Authorization": "Bearer guess"})
call("the blue team", blue)
call("key and function", green, calls=8)
ask("Say hello to the class.", max_tokens=16)
# expect: no key … 401 UnauthorizedException
# expect: a guess … 401 UnauthorizedException
# expect: the blue team … 200
# expect: key and function … 200
# expect: 200 from the function

# %% [markdown]
# ## Change it: where from, and two other porters
#
# ### Only from here
#
# Who calls is one question, from where another. `only_from` makes a
# statement that refuses all other addresses. Your key is right, and you
# are elsewhere: read who says no.

# %%
def encrypted_only(authentication, rest_api):
    return [*auth.encrypted_only(authentication, rest_api),
            only_from(rest_api, ["192.0.2.0/24"])]

up()
print(requests.get(url, headers=blue, timeout=60).text)
# expect: ~ update  aws.apigateway.RestApiPolicy
# expect: with an explicit deny in a resource-based policy

# %% [markdown]
# *An explicit deny in a resource-based policy*: the porter was not even
# asked. Without that `Deny` the policy would be silent about you, and
# silence refuses nobody whom the other side allows:
#
# | porter, or your own IAM policy | resource policy allows | is silent | denies |
# |---|---|---|---|
# | allows | in | in | out |
# | is silent | **in** | out | out |
# | denies | out | out | out |
#
# (Not so with a user pool: there the resource policy has to allow, too.)
#
# ### A token of a user pool
#
# A **user pool** keeps users and passwords. Who signs in gets a
# **token**: it says who they are and ends after an hour, and the pool has
# signed it. From chapter 09 on, methods want a team's key as well, to
# know whose plan it is; so it goes along, in a header of its own.

# %%
from gateway.auth import encrypted_only

def authentication(settings):
    return "cognito"

up()
# expect: aws.cognito.UserPoolClient
# expect: Done in

# %% [markdown]
# A user, made for this page, with a password that nobody ever sees. We sign
# her in as a server would. From a browser, the password does not travel:
# the client proves that it knows it (**SRP**).

# %%
pool, password = boto3.client("cognito-idp"), token_hex() + "-A"
ada = {"UserPoolId": outputs()["user_pool_id"], "Username": token_hex(4)}
pool.admin_create_user(
    **ada, TemporaryPassword=password, MessageAction="SUPPRESS")
pool.admin_set_user_password(**ada, Password=password, Permanent=True)
token = pool.admin_initiate_auth(
    UserPoolId=ada["UserPoolId"], AuthFlow="ADMIN_USER_PASSWORD_AUTH",
    ClientId=outputs()["user_pool_client_id"],
    AuthParameters={"USERNAME": ada["Username"], "PASSWORD": password},
)["AuthenticationResult"]["AccessToken"]

# %% [markdown]
# Change a token, and its signature fits no more. Nobody has to be asked
# for that: the gateway knows the pool's public key.

# %%
team = {"x-api-key": keys["blue"]}
call("no token", team)
call("a changed token", team | {"Authorization": token[:-9] + 9 * "A"})
call("token of a user pool", team | {"Authorization": token}, calls=8)
# expect: no token … 401
# expect: a changed token … 401
# expect: token of a user pool … 200

# %% [markdown]
# ### A signature
#
# With `AWS_IAM` no secret travels. A **signature** is computed of each
# request with the secret key of an IAM user or role; the gateway has IAM
# check it, and the caller's own policies decide.
#
# Look at the table: chapter 03's policy allows everyone, so it would let
# in whoever can sign, whatever their own policies say. Ours is silent.

# %%
def authentication(settings):
    return "iam"

up()
# expect: Done in

# %% [markdown]
# A user with a key of their own, and a function that signs.

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
# Three refusals, for three reasons: no signature, a wrong one, and a
# right one of somebody who is not allowed.

# %%
call("no signature", team)
call("wrong secret key", signed("wrong"))
call("right, not allowed", signed(key["SecretAccessKey"]))
# expect: no signature … 403 MissingAuthenticationTokenException
# expect: wrong secret key … 403 InvalidSignatureException
# expect: right, not allowed … 403 AccessDeniedException

# %% [markdown]
# Allow it, call, and remove the user: keys that nobody needs are keys
# that get lost.

# %%
arn = f"arn:aws:execute-api:{region}:{account}:{api_id}/v1/*"
may = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Action": "execute-api:Invoke", "Resource": arn}]})
iam.put_user_policy(UserName=user, PolicyName="call", PolicyDocument=may)
call("signature", signed(key["SecretAccessKey"]), calls=8)
iam.delete_user_policy(UserName=user, PolicyName="call")
iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
gone = iam.delete_user(UserName=user)
# expect: signature … 200

# %% [markdown]
# ### Side by side
#
# | | what travels | good for | ends |
# |---|---|---|---|
# | key and function | the secret | programs, OpenAI's clients | when you take it away |
# | token of a user pool | a proof for an hour | people | by itself |
# | signature | a proof for 5 minutes | programs on AWS | with the user or role |
#
# What does each cost a call? In milliseconds: the first of eight, and
# the median of the others. The function is asked once, then its answer is
# remembered.

# %%
for who, taken in times.items():
    if len(taken) > 1:
        print(f"{who:22} {taken[0]:7.1f} {sorted(taken[1:])[3]:7.1f}")
# expect: key and function
# expect: token of a user pool
# expect: signature

# %% [markdown]
# ## Break it: a key, and no porter
#
# The lock of most tutorials: the method wants an API key, its
# authorization is `NONE`, and the policy allows everyone, as beside a user
# pool it must. (Ours would let nobody in: no porter says yes, and it is
# silent.) A key counts if it is in a **usage plan** of the stage, so here
# is one. Ada has the key. Bob saw it in a log.

# %%
def encrypted_only(authentication, rest_api):
    return auth.encrypted_only("cognito", rest_api)

def model_method(rest_api, model_path, access):
    return aws.apigateway.Method(
        "modelMethod", rest_api=rest_api.id, resource_id=model_path.id,
        http_method="ANY", authorization="NONE", api_key_required=True)

def stage(settings, rest_api, deployment, logging):
    served = file.stage(settings, rest_api, deployment, logging)
    key = aws.apigateway.ApiKey("sharedKey")
    plan = aws.apigateway.UsagePlan("sharedPlan", api_stages=[
        {"api_id": rest_api.id, "stage": served.stage_name}])
    aws.apigateway.UsagePlanKey("sharedMember", key_type="API_KEY",
                                key_id=key.id, usage_plan_id=plan.id)
    pulumi.export("shared_key", key.value)
    return served

up()
shared = {"x-api-key": outputs()["shared_key"].reveal()}
call("Ada", shared)
call("Bob, with Ada's key", shared)
# expect: Ada … 200
# expect: Bob, with Ada's key … 200

# %% [markdown]
# Nobody can tell them apart. An API key has no owner and no last day; it
# travels through browsers, proxies and logs; and each method that forgets
# `api_key_required` is open. AWS says so itself: not for authentication.
# (Our teams' keys have some of these faults. They are for programs of a
# team; people should sign in.)
#
# The fix is the porter. Put everything back.

# %%
from gateway.api import model_method
from gateway.auth import authentication, encrypted_only
from gateway.deployment import stage

up()
call("the key alone", team)
call("key and function", blue)
# expect: the key alone … 401
# expect: key and function … 200

# %% [markdown]
# ### A porter that names one path
#
# A subtle one. A porter allows what it was asked about: GET `/model`. The
# gateway remembers the answer for five minutes and judges every path by
# it. Who POSTs next? `policy_tester` says who decides, and why. (Beside
# chapter 03's open policy, the bug would not show.) Change the caller in it.

# %%
test = policy_tester()
test.explain("POST", caller="bearer", policy=may.replace("*", "GET/model"))
test
# expect: denied because nothing allows it: the authorizer says nothing
# expect first: The smallest change

# %% [markdown]
# ## Your turn
#
# **7.1** Write the IAM policy of a user who may send prompts, and nothing
# else: POST to `/model` of the stage `v1` of this API. Its id is in
# `api_id`; region and account may be stars.

# %%
policy = {"Version": "2012-10-17", "Statement": [...]}
check("7.1", policy)

# %% [markdown]
# **7.2** Write what a porter answers, so that it may be remembered: this
# team may call every path of this stage, and no other stage.

# %%
def allow(team, method_arn):
    ...

check("7.2", allow)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - A new access key is known everywhere after some seconds: if the first
#   signed calls say that the token is invalid, run the cell again.
# - The milliseconds above are this machine's. The way through the
#   internet comes on top, whatever the lock.
#
# ## Recap
#
# You let callers in by key, by token and by signature, and compared them.
# You saw that an API key alone tells nobody apart, and combined who with
# where. And you know who said no: 401 is a porter's, 403 a policy's or a
# signature's.
#
# Keep this: `"Resource": f"{stage}/*"`.
#
# You can stop here: in the sandbox it costs nothing, on AWS only calls
# do.
#
# {{next}}
