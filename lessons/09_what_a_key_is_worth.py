# Sources. Prices and dates change: look them up before you rely on one.
# - how a resource policy and an authorizer decide together (table A, table B):
#   docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
# - "Don't use API keys for authentication or authorization", and keys of usage plans:
#   docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
# - a cached answer of an authorizer is used for every method of the stage:
#   docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html

# %% [markdown]
# # {{title}}
#
# At the end, you know what a key proves, and who has the last word about a call.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the key is lit, which this chapter looks at](../images/way_09.svg)
#
# ## You will
#
# - combine who calls with where they call from;
# - say how resource policy and authorizer decide together;
# - find a hole in an authorizer that names one path;
# - find out what an API key is worth that nobody checks.
#
# About {{minutes}} minutes. It costs nothing, here and on AWS, but for the
# calls. Earlier chapters are made if missing.
#
# ## Start
#
# New is `policy_tester`: it decides as AWS does, and says why.

# %%
import pulumi
import pulumi_aws as aws
import requests
from gateway import auth, deployment as file, limits
from gateway.auth import only_from
from gateway.kinds import Statement
from lab import start, plan, up, outputs, predict
from lab import check, hint, solution
from lab.widgets import policy_tester

start(9)

# %% [markdown]
# ## The idea
#
# An API key is like the number of a shared coffee account: whoever has
# overheard it drinks on it. So somebody has to check who shows it. Chapter
# 08's authorizer does, but not alone: the API's **resource policy** has a say,
# too. Each of them allows, says nothing, or denies. A *no* is final. After that,
# one *yes* is enough:
#
# ![Nine cases: what the authorizer says against what the resource policy says, and whether the caller is let in](../images/09_what_a_key_is_worth.svg)
#
# So an open policy lets in wherever the authorizer says nothing of the path. For
# `AWS_IAM` it is the same, with the caller's own policies for the authorizer.
#
# ## Predict
#
# Many tutorials protect an API with a key alone.

# %%
predict("9")

# %% [markdown]
# ## The code
#
# What chapter 08 has put in place of *allow everyone*. With keys, it is the
# last line: an **explicit deny** of calls without TLS, and no allow at all.

# %% from: encrypted_only

# %% [markdown]
# ## Plan
#
# Who calls is one question, from where another. `only_from` denies calls from
# all addresses but these. Yours is not among them. Expect an update, and a new
# deployment.

# %%
def encrypted_only(authentication, rest_api):
    return [*auth.encrypted_only(authentication, rest_api),
            only_from(rest_api, ["192.0.2.0/24"])]

plan()
# expect: ~ update  aws.apigateway.RestApiPolicy | + create  aws.apigateway.RestApiPolicy
# expect first: ± replace  aws.apigateway.Deployment

# %% [markdown]
# ## Apply
#
# No key is taken away.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# The tester reads what is deployed. The caller is the blue team, whose key is
# right. Read which step refuses.

# %%
test = policy_tester()
test.explain("GET", caller="blue")
test
# expect: explicit deny

# %% [markdown]
# ## Ask
#
# And the gateway itself: with blue's key, and with none, where chapter 08 had a
# 401.

# %%
def call(who, headers):
    answer = requests.get(url, headers=headers, timeout=60)
    print(who, answer.status_code, "" if answer.ok else answer.text)

url, keys = outputs()["model_url"], outputs()["team_keys"].reveal()
blue = {"Authorization": f"Bearer {keys['blue']}"}
call("the blue team", blue)
call("no key", {})
# expect: the blue team 403 … explicit deny in a resource-based policy
# expect: no key 403 … explicit deny in a resource-based policy

# %% [markdown]
# API Gateway looks for an explicit deny *before* it calls the authorizer.
#
# ## Change it: an authorizer that names one path
#
# A subtle mistake. An authorizer allows what it was asked about: GET
# `/model`. API Gateway caches the answer for five minutes and judges every
# path by it. What becomes of a POST that comes next? (The policy of the file
# is back.)

# %%
from gateway.auth import encrypted_only

up()
test = policy_tester()
one = f"arn:aws:execute-api:*:*:{outputs()['rest_api_id']}/v1/GET/model"
may = {"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Action": "execute-api:Invoke", "Resource": one}]}
test.explain("POST", caller="bearer", policy=may)
test
# expect: denied because nothing allows it: the authorizer says nothing
# expect first: The smallest change

# %% [markdown]
# Refused, by luck: with an open resource policy, *says nothing* lets in.
#
# ## Break it: an API key, and nobody who checks
#
# The protection of many tutorials: `authorization="NONE"`, an API key, and
# a policy that allows everyone. A key counts only in a **usage plan** of the
# stage (chapter 11).

# %%
def key_source(authentication):
    return {"api_key_source": "HEADER"}

def access(authentication, authorizers):
    return {"authorization": "NONE", "api_key_required": True}

def encrypted_only(authentication, rest_api):
    return auth.encrypted_only("cognito", rest_api)

def stage(settings, rest_api, deployment, logging):
    served = file.stage(settings, rest_api, deployment, logging)
    key = aws.apigateway.ApiKey("sharedKey")
    plan = aws.apigateway.UsagePlan("sharedPlan", api_stages=[
        {"api_id": rest_api.id, "stage": served.stage_name}])
    limits.plan_member("sharedMember", plan, key)
    pulumi.export("shared_key", key.value)
    return served

# %% [markdown]
# The cell opens the gateway, lets two people call, and closes it again.

# %%
up()
shared = {"x-api-key": outputs()["shared_key"].reveal()}
for who in ("who was given it", "who has read it"):
    call(who, shared)

from gateway.auth import access, encrypted_only, key_source
from gateway.deployment import stage

up()
call("the shared key", shared)
call("the blue team", blue)
# expect: who was given it 200
# expect: who has read it 200
# expect: the shared key 401
# expect: the blue team 200

# %% [markdown]
# Nothing tells the two apart. An API key names no person and never expires. AWS
# itself says: do not use API keys for authentication.
#
# Our authorizer does not cure that: a team's key is shared, too. What it adds
# is code of yours that decides, in one place, and can take a key back. The cure
# is proof that expires: tokens and signatures, in chapter 10.
#
# ## Your turn
#
# **9.1** Whoever watches your gateway wants a path that needs no key, and the
# cell lets the resource policy allow it. Write `health(rest_api)`: a list with
# all that `GET /health` needs to answer `{"ok": true}` without the function. Its
# integration is a `MOCK`: `request_templates` choose the status, a
# `MethodResponse` and an `IntegrationResponse` say the rest. The checker calls
# what is deployed.

# %%
def health(rest_api):
    ...

def encrypted_only(proof, rest_api):
    path = pulumi.Output.concat(rest_api.execution_arn, "/*/GET/health")
    everybody = {"Effect": "Allow", "Principal": "*", "Resource": path,
                 "Action": "execute-api:Invoke"}
    return [*auth.encrypted_only(proof, rest_api), everybody]

def deployment(rest_api, parts, declared):
    parts += health(rest_api) or []
    return file.deployment(rest_api, parts, declared)

up()
check("9.1", health)
# expect: Done in

# %% [markdown]
# **9.2** Write what an authorizer answers, so that it may be cached: this
# team may call every path of this stage, and no other stage. (Ours does so in
# `gateway/functions/authorizer/handler.py`.)

# %%
def allow(team, method_arn):
    ...

check("9.2", allow)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# ## Recap
#
# You combined who with where from, saw how policy and authorizer decide
# together, found the hole in an authorizer that names one path, and that an API
# key alone tells nobody apart.
#
# Keep this:
#
# ```python
# def allowed(authorizer, policy):
#     """Whether a caller is let in, by what each says: None is nothing."""
#     return False not in (authorizer, policy) and True in (authorizer, policy)
# ```
#
# You can stop here: in the sandbox it costs nothing, on AWS only calls do.
#
# {{next}}
