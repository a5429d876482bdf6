# Sources. Prices and dates change: look them up before you rely on one. Read again on 2026-11-29: JWT authorizers.
# - in which order API Gateway decides:
#   docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
# - what 403 can mean:
#   docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
# - caching of an authorizer's answer, 300 seconds unless told otherwise, at most 3600:
#   docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
# - JWT authorizers for REST APIs, announced in November 2026:
#   docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer.html

# %% [markdown]
# # {{title}}
#
# At the end, only callers with a key that you gave them reach the model. All
# others are refused before the function is called.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the key, chapter 08, is lit](../images/way_08.svg)
#
# ## You will
#
# - give each team an API key;
# - check it with a Lambda authorizer;
# - find out how often the authorizer is asked;
# - forget it at a method, and see what holds.
#
# About {{minutes}} minutes. It costs nothing here. On AWS, an authorizer is
# a function, and costs what functions cost. Earlier chapters are made if
# missing.
#
# ## Start
#
# The card shows where you deploy to.

# %%
import boto3
import pulumi
import pulumi_aws as aws
import requests
from dataclasses import replace
from gateway import auth
from gateway.auth import Keys, authorizer_function, invoke_authorizer
from gateway.kinds import Arguments
from gateway.settings import Settings
from lab import start, plan, up, outputs, ask, predict
from lab import check, hint, solution

start(8)

# %% [markdown]
# ## The idea
#
# **Authentication** asks who you are. **Authorization** asks what you may
# do. A doorman who asks neither lets all in, whatever they hold in their hands.
#
# A method may want an **API key**, a text in a header. And it names who checks
# its callers, as its `authorization`:
#
# | authorization | a caller shows | who decides |
# |---|---|---|
# | `NONE` | nothing | nobody but the resource policy |
# | `CUSTOM` | what you like, here a key | a Lambda function of yours |
# | `COGNITO_USER_POOLS` | a token of a user pool | API Gateway |
# | `JWT` (new in November 2026) | a token of any OpenID Connect provider | API Gateway |
# | `AWS_IAM` | a signature | IAM's policies |
#
# The function of the second row is a Lambda **authorizer**; the rows below are
# chapter 10's. A request passes these steps in order, and the first that
# refuses it answers:
#
# ![Seven steps in order, from the path to the integration, each with the statuses of its refusals; then the function answers](../images/08_who_may_call.svg)
#
# {{edges}}
#
# ## Predict
#
# Each prompt now meets two functions on its way, the small one first.

# %%
predict("8")

# %% [markdown]
# ## The code
#
# ### A key for each team, and who checks it
#
# API Gateway makes a key's value, and Pulumi keeps it as a **secret**. The
# setting `authentication` says who checks; what each method asks of its callers
# follows from it. *Nobody* is not among the choices.

# %% step: team_keys, access

# %% [markdown]
# ### The authorizer
#
# `authorizer_function` makes a second, small function. It is given the
# SHA-256 of each key, so that its settings hold no key.
#
# - `identity_source`: a request without this header gets a 401, and the
#   function is not called;
# - `authorizer_credentials`: the role with which API Gateway calls it, and
#   `invoke_authorizer` lets the role do so;
# - `authorizer_result_ttl_in_seconds`: how long its answer is cached.

# %% step: key_authorizer

# %% [markdown]
# ### The resource policy
#
# Chapter 03's policy allowed everyone. The new one, `encrypted_only` in
# `gateway/auth.py`, allows nobody, and denies calls without TLS: from now on
# the authorizer alone lets callers in.
#
# ## Plan
#
# Coming from chapter 06, look at the method: `NONE` becomes `CUSTOM`. And
# the policy: `Allow` becomes `Deny`. The deployment is replaced.

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
# The authorizer's address names its function, and the function its log. We shall
# count there.

# %%
found = boto3.client("apigateway").get_authorizers(
    restApiId=outputs()["rest_api_id"])["items"][0]
name = found["authorizerUri"].split(":function:")[1].split("/")[0]
log = boto3.client("lambda").get_function_configuration(
    FunctionName=name)["LoggingConfig"]["LogGroup"]
print(found["type"], found["identitySource"])
# expect: REQUEST method.request.header.Authorization

# %% [markdown]
# ## Ask
#
# `call` prints the status, and API Gateway's name for a refusal of its own.
# Expect two: the first without the authorizer, the second by it. `ask` sends
# the first team's key by itself.

# %%
def call(who, headers):
    answer = requests.get(url, headers=headers, timeout=60)
    said = answer.headers.get("x-amzn-errortype", "")
    print(f"{who:14} {answer.status_code} {said}")

url, keys = outputs()["model_url"], outputs()["team_keys"].reveal()
blue = {"Authorization": f"Bearer {keys['blue']}"}
call("no key", {})
call("a guess", {"Authorization": "Bearer guess"})
call("the blue team", blue)
ask("Say hello to the class.", max_tokens=16)
# expect: no key … 401 UnauthorizedException
# expect: a guess … 401 UnauthorizedException
# expect: the blue team … 200
# expect: 200 from the function

# %% [markdown]
# ## Change it: an authorizer whose answer is not kept
#
# `ten` calls ten times with green's key, and counts the START lines in the
# authorizer's log. (0 if green has called in the last five minutes.) Then the
# cache is off.

# %%
def ten():
    logs = boto3.client("logs")
    def calls():
        return len(logs.filter_log_events(logGroupName=log,
            filterPattern='"START RequestId"')["events"])
    before, green = calls(), {"Authorization": f"Bearer {keys['green']}"}
    for _ in range(10):
        requests.get(url, headers=green, timeout=60)
    print("the authorizer was called", calls() - before, "times")

def authorizers(settings, *rest):
    return auth.authorizers(replace(settings, authorizer_ttl=0), *rest)

ten()
up()
ten()
# expect: called 1 times | called 0 times
# expect: called 10 times

# %% [markdown]
# Ten times the waiting, and the price of ten. With the cache, a key that you
# take away is let in until its five minutes are over.
#
# ## Break it: a method that asks nobody
#
# The classic: somebody adds a method and forgets its authorizer.

# %%
def access(authentication, authorizers):
    return {"authorization": "NONE"}

up()
call("the blue team", blue)
# expect: the blue team … 403 AccessDeniedException

# %% [markdown]
# Nobody is let in: beside `NONE` the resource policy decides alone, and ours
# allows nothing. With chapter 03's, both would have been let in. Put both
# steps back.

# %%
from gateway.auth import access, authorizers

up()
call("the blue team", blue)
# expect: the blue team … 200

# %% [markdown]
# ## Your turn
#
# **8.1** A third team joins. Write `joined()`: a dict with an API key for the
# team `red`. The checker calls with red's key, and with blue's, which has to
# work as before.

# %%
def joined():
    ...

def team_keys(settings):
    return {**auth.team_keys(settings), **(joined() or {})}

up()
check("8.1", joined)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - 401 means that nobody knows who you are: no key, or a wrong one. 403 can
#   mean more: denied by a policy, a key in no usage plan, a path that does
#   not exist, or AWS WAF, a firewall of rules. The header `x-amzn-errortype`
#   tells most of them apart.
#
# ## Recap
#
# You gave each team a key, checked it with a Lambda authorizer, found out how
# often that is asked, and that a forgotten one lets nobody in.
#
# Keep this:
#
# ```python
# import hashlib
# import hmac
#
# def known(key, hashes):
#     """Whether a key is one of those whose SHA-256 is known."""
#     found = hashlib.sha256(key.encode()).hexdigest()
#     return any([hmac.compare_digest(found, each) for each in hashes])
# ```
#
# It takes as long for a wrong key as for one that is nearly right. You can stop
# here: in the sandbox it costs nothing, on AWS only calls do.
#
# {{next}}
