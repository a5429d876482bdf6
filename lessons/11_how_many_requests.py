# Sources. Prices and dates change: look them up before you rely on one.
# - token bucket, the order of limits, best effort and "don't rely on usage plans to control costs":
#   docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html and
#   docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
# - a model is chosen by Content-Type, $default, and what passes without one:
#   docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html

# %% [markdown]
# # {{title}}
#
# At the end, each team has a rate and a daily quota of its own, and a body
# that is no prompt never reaches the function.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the usage plan, chapter 11, is lit](../images/way_11.svg)
#
# ## You will
#
# - throttle each team's calls, and predict which are refused;
# - write a client that waits as it is told;
# - give guests a quota;
# - refuse bad bodies before they cost anything.
#
# About {{minutes}} minutes. It costs nothing here, nor on AWS: usage plans
# and validation are free, and refused calls are not charged. Earlier
# chapters are made if missing.
#
# ## Start
#
# New is `burst`, from `lab.widgets`: many calls at once, and a chart.

# %%
from dataclasses import replace
import boto3
import pulumi
import pulumi_aws as aws
import requests
from gateway import auth, limits
from gateway.auth import Keys
from gateway.kinds import Arguments, Parts
from gateway.limits import body_model, body_validator, checked
from gateway.limits import error_response, method_settings, path_method
from gateway.limits import prompt_schema, proxy_integration
from gateway.settings import Settings
from lab import start, plan, up, outputs, predict, show
from lab import check, hint, solution
from lab.widgets import burst

start(11)

# %% [markdown]
# ## The idea
#
# Beside the coffee machine stands a bowl of tokens for each team. A coffee
# costs one. The bowl holds ten, and five new ones come each second; what
# does not fit is lost. So a team may call ten times at once after a pause,
# and five times a second in the long run. That is a **token bucket**; its
# tokens are not the model's. The **rate** is how fast it fills, the
# **burst** how much it holds. To limit calls in this way is to **throttle**.
#
# | limit | counts | for | when it is used up |
# |---|---|---|---|
# | throttling | calls a second | a key; a method; the stage | 429, for a moment |
# | **quota** | calls a day | a key | 429, until the next day |
# | request validation | the body | one call | 400 |
#
# All three count calls, not work. What the model's tokens cost is chapter
# 13's.
#
# ![A bucket of 10 tokens: 12 requests a second empty it, then 5 a second pass and the others get 429; in a pause it fills](../images/11_how_many_requests.svg)
#
# {{edges}}
#
# ## Predict
#
# Two teams, one greedy.

# %%
predict("11")

# %% [markdown]
# ## The code
#
# ### A usage plan for each team
#
# A **usage plan** has a rate, a burst and a quota, for some stages. A key
# that joins it has a bucket of its own; a key without a plan gets 403. Plans
# count only at methods with `api_key_required`: from now on, all of ours.

# %% step: metered, usage_plans

# %% [markdown]
# ### One limit for all together
#
# A limit of the stage protects what is behind it, however many teams there
# will be. It counts what the plans let through. Without it, only the
# account's 10,000 calls a second remain. (`logging` is chapter 15's;
# `prompt_limit` is the same with a tighter rate, for POST `/model`.)

# %% step: every_method

# %% [markdown]
# ### What a refused caller is told
#
# AWS says `Too Many Requests`, and not when to come back. A **gateway
# response** rewords an error of API Gateway itself. Ours adds `Retry-After`,
# in seconds. A used-up quota gets none, but a header by which clients of
# OpenAI know that trying again is no use.

# %% step: limit_responses

# %% [markdown]
# ### Request validation
#
# A **request validator** compares each body with a **model**, which here
# means a JSON Schema. `POST` gets a method of its own beside `ANY`: a GET
# has no body, and a model refuses an empty one.

# %% step: prompt_check

# %% [markdown]
# ## Plan
#
# From chapter 08 or 10, the method wants a key, and the deployment is
# replaced.

# %%
plan()
# expect first: ~ update  aws.apigateway.Method  modelMethod
# expect first: ± replace  aws.apigateway.Deployment
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# Usage plans and stage settings act without a deployment. The rest needs
# one.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# Ask API Gateway for the plans: find rate, burst, quota, and the stage. Then
# the schema of a prompt. `maxLength` is what never gets to the function.

# %%
for each in boto3.client("apigateway").get_usage_plans()["items"]:
    print(each["apiStages"], each["throttle"], each["quota"])
show(prompt_schema(Settings()))
# expect: 'burstLimit': 10, 'rateLimit': 5.0
# expect: 'period': 'DAY'
# expect: "maxLength": 6000

# %% [markdown]
# ## Ask
#
# Blue calls 20 times a second, green 4 times. Hollow dots are predicted,
# full ones measured. Look for a `▲` of green's. There is none.

# %%
calls = burst(n={"blue": 30, "green": 6}, rate={"blue": 20, "green": 4})
# expect: green: limit 10 at once, then 5 a second
# expect: measured  ●●●●●●
# expect: Retry-After: none

# %% [markdown]
# A good client waits as long as `Retry-After` says, and somewhat longer, by
# chance: else all who were refused come back in the same moment. With
# `backoff=True`, `burst` is such a client. All its calls are answered.

# %%
burst(n={"green": 15}, backoff=True)
# expect: 15 answered

# %% [markdown]
# ## Change it: three calls for guests
#
# A third key, with a plan of its own: expect `+`, and no new deployment. The
# fourth call is over the quota. It has no `Retry-After`: to wait a second
# would not help.

# %%
def team_keys(settings):
    teams = (*settings.teams, "guest")
    return auth.team_keys(replace(settings, teams=teams))

def usage_plans(settings, rest_api, stage, keys):
    others = dict(keys)
    guest = {"guest": others.pop("guest")}
    few = replace(settings, team_quota=3)
    return [*limits.usage_plans(settings, rest_api, stage, others),
            *limits.usage_plans(few, rest_api, stage, guest)]

up()
# expect: + create
# expect no: aws.apigateway.Deployment

# %% [markdown]
# `call` sends a prompt, and prints the status and API Gateway's name for a
# refusal of its own.

# %%
def call(team, prompt, kind="application/json", **more):
    head = {"Authorization": f"Bearer {keys[team]}", "Content-Type": kind}
    answer = requests.post(url, json={"prompt": prompt, **more},
                           headers=head, timeout=60)
    print(answer.status_code, answer.headers.get("x-amzn-errortype", ""))
    return answer

url, keys = outputs()["model_url"], outputs()["team_keys"].reveal()
for _ in range(4):
    last = call("guest", "Hi", max_tokens=1)
show(last)
# expect: 200
# expect: 200
# expect: 200
# expect: 429 LimitExceededException
# expect: insufficient_quota
# expect no: Retry-After

# %% [markdown]
# ## Break it: a check that looks at one content type
#
# The classic: the model under `application/json`. The guests leave, too.
# Three times a prompt of 6,300 dashes, which is 300 too long. Only the
# header `Content-Type` differs, and the caller chooses that.

# %%
from gateway.auth import team_keys
from gateway.limits import usage_plans

def checked(validator, model):
    return {"request_models": {"application/json": model.name},
            "request_validator_id": validator.id}

up()
long = "-" * 6300
for kind in ("application/json", "text/plain", "application/any+json"):
    call("green", long, kind, max_tokens=1)
# expect: 400 BadRequestException
# expect: 415
# expect: 200

# %% [markdown]
# API Gateway looks for a model by the body's content type, finds none, and
# checks nothing. The 415 is the function's: it was called. And the 200 is an
# answer to a prompt that was too long. The fix is `$default`, which stands
# for every type. `started` counts the START lines in the function's log.

# %%
from gateway.limits import checked

def started():
    return len(boto3.client("logs").filter_log_events(
        logGroupName=outputs()["log_group"],
        filterPattern='"START RequestId"')["events"])

up()
before = started()
for kind in ("application/json", "application/any+json"):
    call("green", long, kind, max_tokens=1)
call("green", None)
print("calls of the function:", started() - before)
# expect 3 times: 400 BadRequestException
# expect: calls of the function: 0

# %% [markdown]
# ## Your turn
#
# **11.1** Write `class_plan(rest_api, stage)`: the usage plan of a class.
# 30 calls at once, then 2 a second, and 5,000 a week.

# %%
def class_plan(rest_api, stage):
    ...

check("11.1", class_plan)

# %% [markdown]
# **11.2** Write a client that waits. `send()` gives an answer with
# `status_code` and `headers`; `sleep(seconds)` waits. Try again after a
# 429 with `Retry-After`, at most five times in all; give all other
# answers back as they are.

# %%
def patient(send, sleep):
    ...

check("11.2", patient)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - A new key or plan takes some seconds to act: 403 until then.
# - Throttling and quotas are best effort. AWS says: do not rely on them to
#   control costs or to keep callers out. For costs, there is AWS Budgets.
#
# ## Recap
#
# You throttled each team's calls and predicted which are refused; wrote a
# client that waits; gave guests a quota; and refused bad bodies before they
# cost anything.
#
# Keep this:
#
# ```python
# def checked(validator, model):
#     """Arguments of a method whose bodies are checked, of every type."""
#     return {"request_models": {"$default": model.name},
#             "request_validator_id": validator.id}
# ```
#
# You can stop here: it costs nothing.
#
# {{next}}
