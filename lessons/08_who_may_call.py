# Sources. Prices and dates change: look them up before you rely on one. Read again on 2026-11-29: JWT authorizers.
# - how a resource policy and an authorizer decide together (table A, table B):
#   docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
# - API keys are not for authentication, and what 403 can mean:
#   docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html and
#   docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
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
# - give each team an API key, and check it with a Lambda authorizer;
# - find out what an API key by itself is worth;
# - combine who calls with where they call from;
# - find out which part of API Gateway refused a call.
#
# About {{minutes}} minutes. It costs nothing here. On AWS, an authorizer is
# a function, and costs what functions cost. Earlier chapters are made if
# missing.
#
# ## Start
#
# The card shows where you deploy to.

# %%
import requests
import pulumi
import pulumi_aws as aws
from gateway import auth, deployment as file
from gateway.auth import Keys, authorizer_function, only_from
from gateway.kinds import Arguments, Statement
from gateway.policies import policy_document
from gateway.settings import FUNCTIONS, Settings
from lab import start, plan, up, outputs, ask, predict
from lab import check, hint, solution
from lab.widgets import policy_tester

start(8)

# %% [markdown]
# ## The idea
#
# **Authentication** asks who you are. **Authorization** asks what you may
# do. A doorman who asks neither lets all in, whatever they hold in their hands.
#
# Two things of a REST API's method have to do with this. It may want an **API
# key**, a text in a header. And it names who checks its callers, as its
# `authorization`:
#
# | authorization | a caller shows | who decides |
# |---|---|---|
# | `NONE` | nothing | nobody: all are let in |
# | `CUSTOM` | what you like, here a key | a Lambda function of yours |
# | `COGNITO_USER_POOLS` | a token of a user pool | API Gateway |
# | `JWT` (new in November 2026) | a token of any OpenID Connect provider | API Gateway |
# | `AWS_IAM` | a signature | IAM's policies |
#
# The function of the second row is a Lambda **authorizer**. The other rows
# are chapter 10's. A request passes these steps in order, and the first that
# refuses it answers:
#
# ![Seven steps in order, from the path to the integration, each with the statuses of its refusals; then the function answers](../images/08_who_may_call.svg)
#
# {{edges}}
#
# ## Predict
#
# Tutorials often protect an API with an API key alone.

# %%
predict("8")

# %% [markdown]
# ## The code
#
# ### A key for each team, and who checks it
#
# An API key is like the number of a shared coffee account: whoever has
# overheard it drinks on it. So somebody has to check who shows it.
#
# API Gateway makes a key's value, and Pulumi keeps it as a secret. One
# setting, `authentication`, says who checks; what each method asks of its
# callers follows from it. *Nobody* is not among the choices.

# %% step: team_keys, authentication, access

# %% [markdown]
# ### The authorizer
#
# `authorizer_function` makes a second, small function. It is given the
# SHA-256 of each key, so that its settings hold no key.
#
# - `identity_source`: a request without this header gets a 401, and the
#   function is not called;
# - `authorizer_credentials`: the role with which API Gateway calls it;
# - `authorizer_result_ttl_in_seconds`: how long its answer is cached.

# %% step: key_authorizer

# %% [markdown]
# ### The resource policy
#
# Chapter 03's policy allowed everyone. With a Lambda authorizer, a request
# is let in if *either* the authorizer's answer or the resource policy allows
# it, and neither denies it. So an open policy decides wherever the
# authorizer's answer does not mention the path. The new policy allows
# nothing; it denies calls without TLS.

# %% step: encrypted_only

# %% [markdown]
# (`key_source` and `key_values` are in `gateway/auth.py`, too: where the API
# finds a caller's key, and the keys as an output.)
#
# ## Plan
#
# Coming from chapter 06, look at the method: `NONE` becomes `CUSTOM`. And
# the policy: `Allow` becomes `Deny`. The deployment is replaced, or nothing
# of this would be served.

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
# This is the whole authorizer. `compare_digest` takes as long for a wrong
# key as for one that is nearly right. Its answer is an IAM policy: mind the
# `Resource`.

# %%
print((FUNCTIONS / "authorizer" / "handler.py").read_text())
# expect: compare_digest

# %% [markdown]
# ## Ask
#
# `call` prints the status, and the header in which API Gateway names its own
# refusals. Expect two of them: the first request was refused without the
# authorizer, the second by it. `ask` sends the first team's key by itself.

# %%
def call(who, headers):
    answer = requests.get(url, headers=headers, timeout=60)
    said = answer.headers.get("x-amzn-errortype", "")
    print(f"{who:22} {answer.status_code} {said}")

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
# ## Change it: only from here
#
# Who calls is one question, from where another. `only_from` makes a
# statement that denies all other addresses. Your key is right, and you are
# elsewhere: read who refuses.

# %%
def encrypted_only(authentication, rest_api):
    return [*auth.encrypted_only(authentication, rest_api),
            only_from(rest_api, ["192.0.2.0/24"])]

up()
print(requests.get(url, headers=blue, timeout=60).text)
# expect: ~ update  aws.apigateway.RestApiPolicy
# expect: with an explicit deny in a resource-based policy

# %% [markdown]
# *An explicit deny in a resource-based policy*: API Gateway looks for one
# before it calls the authorizer. All cases, for `CUSTOM` and `AWS_IAM`:
#
# | the authorizer, or the caller's IAM policy | resource policy allows | says nothing | denies |
# |---|---|---|---|
# | allows | in | in | out |
# | says nothing | **in** | out | out |
# | denies | out | out | out |
#
# ## Break it: an API key, and nobody who checks
#
# The protection of many tutorials: `authorization="NONE"`, an API key, and
# a policy that allows everyone. A key counts if it is in a **usage plan** of
# the stage, so here is one. One caller was given the key. The other has read
# it in a log.

# %%
def key_source(authentication):
    return {"api_key_source": "HEADER"}

def encrypted_only(authentication, rest_api):
    return auth.encrypted_only("cognito", rest_api)

def model_method(rest_api, model_path, access):
    return aws.apigateway.Method(
        "modelMethod", rest_api=rest_api.id, resource_id=model_path.id,
        http_method="ANY", authorization="NONE", api_key_required=True)

# %% [markdown]
# And the usage plan, with a key:

# %%
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
call("who was given it", shared)
call("who has read it", shared)
# expect: who was given it … 200
# expect: who has read it … 200

# %% [markdown]
# Nothing tells the two apart. An API key names no person and never expires;
# each method that forgets `api_key_required` is open. AWS itself says: do
# not use API keys for authentication.
#
# Our authorizer does not cure that by itself: the team's key is still
# shared, and never expires. What it adds is code of yours that decides, in
# one place, and can take a key back. The cure is proof that expires: tokens
# and signatures, in chapter 10. Put everything back.

# %%
from gateway.api import model_method
from gateway.auth import encrypted_only, key_source
from gateway.deployment import stage

up()
call("the shared key", shared)
call("the blue team", blue)
# expect: the shared key … 401
# expect: the blue team … 200

# %% [markdown]
# ### An authorizer that names one path
#
# A subtle mistake. An authorizer allows what it was asked about: GET
# `/model`. API Gateway caches the answer for five minutes and judges every
# path by it. Who POSTs next? `policy_tester` says who decides, and why.

# %%
test = policy_tester()
one = "arn:aws:execute-api:*:*:" + outputs()["rest_api_id"]
may = {"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Action": "execute-api:Invoke",
    "Resource": one + "/v1/GET/model"}]}
test.explain("POST", caller="bearer", policy=may)
test
# expect: denied because nothing allows it: the authorizer says nothing
# expect first: The smallest change

# %% [markdown]
# ## Your turn
#
# **8.1** Write what an authorizer answers, so that it may be cached: this
# team may call every path of this stage, and no other stage.

# %%
def allow(team, method_arn):
    ...

check("8.1", allow)

# %% [markdown]
# **8.2** Whoever watches your gateway wants a path that needs no key. Write
# `health(rest_api)`: a list with all that `GET /health` needs to answer
# `{"ok": true}` without the function. Its integration is of the type `MOCK`:
# `request_templates` choose the status, a `MethodResponse` and an
# `IntegrationResponse` say the rest. Without an authorizer, the resource
# policy alone lets callers in: `encrypted_only` allows this path. The checker
# calls what is deployed.

# %%
def health(rest_api):
    ...

def encrypted_only(proof, rest_api):
    everybody = {"Effect": "Allow", "Principal": "*",
                 "Action": "execute-api:Invoke",
                 "Resource": pulumi.Output.concat(
                     rest_api.execution_arn, "/*/GET/health")}
    return [*auth.encrypted_only(proof, rest_api), everybody]

def deployment(rest_api, parts, declared):
    parts += health(rest_api) or []
    return file.deployment(rest_api, parts, declared)

up()
check("8.2", health)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - 401 means that nobody knows who you are: no key, or a wrong one. 403 can
#   mean more: denied by a policy, a key in no usage plan, a path that does
#   not exist, or AWS WAF. The header `x-amzn-errortype` tells which.
#
# ## Recap
#
# You gave each team a key and checked it with a Lambda authorizer. You saw
# that an API key alone tells nobody apart, combined who with where, and read
# which part of API Gateway refused a call.
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
# You can stop here: in the sandbox it costs nothing, on AWS only calls do.
#
# {{next}}
