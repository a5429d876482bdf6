# Sources. Prices and dates change: look them up before you rely on one.
# - a model is chosen by Content-Type, $default, and what passes without one; of parameters only that they
#   are there: docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
# - models are JSON Schema, draft 4:
#   docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
# - requests that are refused before the backend are not charged, if the caller is not known:
#   aws.amazon.com/api-gateway/faqs
# - 10 MB for a body: docs.aws.amazon.com/apigateway/latest/developerguide/limits.html

# %% [markdown]
# # {{title}}
#
# At the end, a body that is no prompt never reaches the function, whatever
# its sender calls it.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the body, chapter 12, is lit](../images/way_12.svg)
#
# ## You will
#
# - say in a schema what a prompt looks like;
# - let API Gateway refuse bad bodies, before the function is called;
# - find the body that is not looked at;
# - build a path of your own whose bodies are checked.
#
# About {{minutes}} minutes. It costs nothing here. On AWS the check itself is
# free; a body that is refused is a call like any other, at 3.50 US dollars a
# million (us-east-1, in 2026). Earlier chapters are made if missing.
#
# ## Start
#
# The card shows where you deploy to.

# %%
from dataclasses import replace
import boto3
import pulumi_aws as aws
import requests
from gateway import limits
from gateway.kinds import Arguments, Parts
from gateway.limits import body_model, body_validator, checked, path_method
from gateway.limits import proxy_integration
from gateway.settings import Settings
from lab import start, plan, up, outputs, predict, check, hint, solution

start(12)

# %% [markdown]
# ## The idea
#
# A post office does not take a parcel that is too large. It says so at the
# counter, and not after carrying it to the other end of the country.
#
# Our function checks what it is sent, too. But to say no, it has to be
# called, and its time is the larger part of what a call costs on AWS. API
# Gateway can say no before.
#
# Two resources are for this. A **model**, which here means a **JSON Schema**,
# says what a body looks like. A **request validator** compares each body with
# it. What does not fit gets a 400.
#
# | | looks at | cannot know |
# |---|---|---|
# | API Gateway | names, types, lengths, ranges | how many tokens a text has |
# | the function | all of that, and tokens | nothing, but it had to be called |
#
# So lengths are counted in characters here, and tokens in chapter 13.
#
# {{edges}}
#
# ## Predict
#
# Who sends a body also says of what type it is.

# %%
predict("12")

# %% [markdown]
# ## The code
#
# ### What a prompt looks like
#
# A text, not empty and not too long, under one of two names; and `max_tokens`,
# if it is there, between 1 and 256. What a schema does not name is let through.

# %% from: prompt_schema

# %% [markdown]
# ### A method whose bodies are checked
#
# `POST` gets a method of its own beside `ANY`: a GET has no body, and a model
# refuses an empty one. `access` says who may call, as at the other methods.
# (`prompt_limit` is chapter 11's throttle with a tighter rate, for this
# method alone.)

# %% step: prompt_check

# %% [markdown]
# ## Plan
#
# From chapter 11: a validator, a model, a method with its integration, and a
# new deployment. Until that one is served, no body is checked. (What exercise
# 11.1 has made goes.)

# %%
plan()
# expect first: + create  aws.apigateway.RequestValidator
# expect first: + create  aws.apigateway.Model
# expect first: ± replace  aws.apigateway.Deployment
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# Callers of GET notice nothing.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# The method as API Gateway has it. `$default` is no placeholder of ours: look
# for it in the picture below. `started` counts the START lines in the log of
# the model's function: how often it was called.

# %%
api, gateway = outputs()["rest_api_id"], boto3.client("apigateway")
paths = gateway.get_resources(restApiId=api, limit=100)["items"]
model_id = next(p["id"] for p in paths if p["path"] == "/model")
print(gateway.get_method(restApiId=api, resourceId=model_id,
                         httpMethod="POST")["requestModels"])

def started():
    return len(boto3.client("logs").filter_log_events(
        logGroupName=outputs()["log_group"],
        filterPattern='"START RequestId"')["events"])
# expect: {'$default': 'Prompt'}

# %% [markdown]
# ![A body finds its model by its Content-Type, or under $default; with neither it reaches the function unchecked](../images/12_what_may_be_asked.svg)
#
# ## Ask
#
# Five bodies, one of them a prompt. Read the statuses, then how often the
# function was called.

# %%
def call(body, kind="application/json"):
    answer = requests.post(url, json=body, timeout=60, headers={
        "Authorization": f"Bearer {key}", "Content-Type": kind})
    print(answer.status_code, kind, str(body)[:36], answer.text[:40])

url, key = outputs()["model_url"], outputs()["team_keys"].reveal()["green"]
before = started()
for body in ({"prompt": "Hi", "max_tokens": 1}, {"question": "Hi"},
             {"prompt": 7}, {"prompt": "Hi", "max_tokens": 9000}, None):
    call(body)
print("calls of the function:", started() - before)
# expect: 200
# expect first 4 times: Invalid request body
# expect 4 times: 400 application/json
# expect: calls of the function: 1

# %% [markdown]
# A caller is never told *why*: the reason is in the execution log, which
# chapter 15 turns on.
#
# ## Change it: short prompts only
#
# A hundred characters, in the schema alone. Expect an update of the model, and a
# new deployment: the schema is a part of the API.

# %%
def prompt_schema(settings):
    return limits.prompt_schema(replace(settings, prompt_characters=100))

up()
call({"prompt": "-" * 101, "max_tokens": 1})
# expect: ~ update  aws.apigateway.Model
# expect: 400 application/json

# %% [markdown]
# ## Break it: a check that looks at one content type
#
# The classic: the model under `application/json`. Prompts may be long again,
# up to 6,000 characters. This one is 300 too long, and sent three times. Only
# the header `Content-Type` differs.

# %%
from gateway.limits import prompt_schema

def checked(validator, model):
    return {"request_models": {"application/json": model.name},
            "request_validator_id": validator.id}

up()
long = {"prompt": "-" * 6300, "max_tokens": 1}
for kind in ("application/json", "text/plain", "application/any+json"):
    call(long, kind)
# expect: 400 application/json
# expect: 415 text/plain
# expect: 200 application/any+json

# %% [markdown]
# Where no model is found, nothing is checked. The 415 is the function's: it was
# called. And the 200 is an answer to a prompt that was too long. The fix is
# `$default`, which stands for every type.

# %%
from gateway.limits import checked

up()
before = started()
for kind in ("application/json", "text/plain", "application/any+json"):
    call(long, kind)
print("calls of the function:", started() - before)
# expect first 3 times: Invalid request body
# expect 3 times: 400 application | 400 text
# expect: calls of the function: 0

# %% [markdown]
# ## Your turn
#
# **12.1** Callers may say how they liked an answer. Write
# `feedback(rest_api, access, invocation)`: a list with all that
# `POST /feedback` needs. A body has `stars`, a whole number from 1 to 5, or it
# gets a 400, whatever its type. A key is wanted. The path leads to the model's
# function, which does not know it: 404. The checker calls what is deployed.

# %%
def feedback(rest_api, access, invocation):
    ...

def prompt_check(settings, rest_api, path, access, invocation):
    made = limits.prompt_check(settings, rest_api, path, access, invocation)
    return made + (feedback(rest_api, access, invocation) or [])

up()
check("12.1", feedback)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - A body may have 10 MB, whatever a schema says.
# - A validator sees of headers and parameters only whether they are there,
#   never their values.
#
# ## Recap
#
# You said in a schema what a prompt looks like, let API Gateway refuse what is
# none, found the body that is not looked at, and built a path whose bodies are
# checked.
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
