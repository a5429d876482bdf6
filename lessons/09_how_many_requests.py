# %% [markdown]
# # {{title}}
#
# At the end, every team has limits of its own, in calls and in the model's
# tokens, and what is no prompt never gets to the function.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the limits behind the door, chapter 09, are lit](../images/way_09.svg)
#
# ## You will
#
# - limit each team's calls, and foretell which ones are refused;
# - write a client that waits as it is told;
# - count tokens where API Gateway counts calls;
# - refuse bad bodies before they cost anything.
#
# About {{minutes}} minutes. It costs nothing here. On AWS the table costs
# two writes a prompt, a dollar or two for a million prompts. Earlier
# chapters are made if missing.
#
# ## Start
#
# New is `burst`, from `lab.widgets`: many calls at once, and a chart.

# %%
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
import boto3
import pulumi
import pulumi_aws as aws
import requests
from gateway import auth, budget as counter, limits, model as host
from gateway.auth import Keys
from gateway.kinds import Arguments, Parts, Statement, Variables
from gateway.limits import body_model, body_validator, checked
from gateway.limits import error_response, method_settings
from gateway.limits import path_method, prompt_schema, proxy_integration
from gateway.settings import FUNCTIONS, Settings
from lab import start, plan, up, outputs, ask
from lab import predict, check, hint, solution, show, tokens
from lab.widgets import burst

start(9)

# %% [markdown]
# ## The idea
#
# Each team has a bowl of chips beside the coffee machine. A coffee costs
# a chip. The bowl holds ten, and five new ones come each second; what
# does not fit is lost. So a team may call ten times at once after a
# pause, and five times a second in the long run. That is a **token
# bucket**. Its tokens are not the model's, so here they are chips. The
# **rate** is how fast the bowl fills, the **burst** how much it holds.
# To limit calls in this way is to **throttle** them.
#
# But coffees differ. One team drinks espresso, the other fills its
# thermos flasks, and each pays a chip. A prompt may cost twenty tokens or
# two thousand. So the model's tokens have to be counted too, in a
# **budget**.
#
# | limit | counts | for | when it is spent |
# |---|---|---|---|
# | throttle | calls a second | a key; all together | 429, for a moment |
# | quota | calls a day | a key | 429, until the next day |
# | budget | tokens a day | a key | 429, until the next day |
# | body check | characters | one prompt | 400 |
#
# ![The stage with its throttle, a plan and a key for each team, the table of budgets, the method that checks bodies](../images/09_how_many_requests.svg)
#
# {{edges}}
#
# ## Predict
#
# Two teams, one greedy.

# %%
predict("9")

# %% [markdown]
# ## The code
#
# ### A plan for each team
#
# A **usage plan** says how big the bowl is, how fast it fills, and how
# many calls a day there are: the **quota**. A key joins a plan, and from
# then on has a bowl of its own; a key without a plan gets 403. Plans bind
# only methods with `api_key_required`: from now on, all of ours.

# %% step: metered, usage_plans

# %% [markdown]
# ### One more for all together
#
# The stage's own limit protects what is behind it, however many teams
# there will be. It counts what the plans let through. Without it, only
# the account's 10,000 a second remain. (`logging` is chapter 11's.)

# %% step: every_method

# %% [markdown]
# A method can have a tighter limit of its own: here the one that makes
# the model work.

# %% step: prompt_limit

# %% [markdown]
# ### What the refused are told
#
# AWS says `Too Many Requests`, and not when to come back. A **gateway
# response** rewords an error of API Gateway itself. Ours adds
# `Retry-After`: so many seconds. A spent quota gets none, but a header by
# which OpenAI's clients know that trying again is no use.

# %% step: limit_responses

# %% [markdown]
# ### A table for tokens
#
# API Gateway never reads how many tokens an answer took. We count in
# **DynamoDB**, a store of items that are found by their id: one for a
# team's key and a day. `ttl` deletes old ones. The function is told the
# table's name, and its role may read and update items of this table, and
# no more. Without it, a team could ask for the longest answer a thousand
# times a day.

# %% step: token_budget, budget_variables, budget_rights

# %% [markdown]
# ### A look at the body
#
# A **request validator** compares each body with a **model**, which here
# means a JSON Schema. `POST` gets a method of its own beside `ANY`: a GET
# has no body, and a model refuses empty ones.

# %% step: prompt_check

# %% [markdown]
# ## Plan
#
# From chapter 07, expect changes too: the function learns of its table,
# the method wants a key, and the deployment is replaced.

# %%
plan()
# expect first: ~ update  aws.lambda_.Function  LanguageModelLambda
# expect first: ~ update  aws.apigateway.Method  modelMethod
# expect first: ± replace  aws.apigateway.Deployment
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# Plans and stage settings act without a deployment. The rest needs one.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# Ask API Gateway for the plans: find the bowl, the quota, and the stage
# that they are for. Below them is the schema of a prompt. `maxLength` is
# the cap: what is longer never gets to the function.

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
# ### Two teams
#
# Blue calls 20 times a second, green 4 times. Hollow dots are foretold,
# full ones measured. Look for a `▲` of green's.

# %%
calls = burst(n={"blue": 40, "green": 8}, rate={"blue": 20, "green": 4})
# expect: green: limit 10 at once, then 5 a second
# expect: measured  ●●●●●●●●
# expect: Retry-After: none

# %% [markdown]
# There is none. Blue's refused calls cost the function nothing, and AWS
# does not charge for them.
#
# ### Wait, and come back
#
# A good client waits as long as `Retry-After` says, and somewhat longer,
# by chance: else all who were refused come back in the same moment. With
# `backoff=True`, `burst` is such a client.

# %%
burst(n={"green": 20}, backoff=True)
# expect: 20 answered

# %% [markdown]
# All are answered in the end. Exercise 9.3 is such a client.
#
# ### The same price, thirty times the work
#
# Two calls, a chip each; compare tokens and times. (`tokens(48)`: fewer
# on a slow machine.) In the table, `taken` is what this key used today.

# %%
tables = boto3.client("dynamodb")

def items():
    return tables.scan(TableName=outputs()["budget_table"])["Items"]

story = "The quick brown fox jumps over the lazy dog. " * 60
for prompt, room in (("Hi", 1), (story, tokens(48))):
    answer = ask(prompt, max_tokens=room)
    print(sum(answer.usage.values()), "tokens,", answer.seconds, "s")
show(items())
# expect: tokens, 
# expect: tokens, 
# expect: "taken"

# %% [markdown]
# ## Change it: guests, and a small budget
#
# ### Three calls for guests
#
# A third key, with a plan of its own: expect `+`, and no new deployment.
# `call` sends a prompt and prints the status, and what API Gateway calls
# the error if it is one of its own. The fourth call is over the quota.

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

def call(team, prompt, kind="application/json", **more):
    head = {"Authorization": f"Bearer {keys[team]}", "Content-Type": kind}
    answer = requests.post(url, json={"prompt": prompt, **more},
                           headers=head, timeout=60)
    print(answer.status_code, answer.headers.get("x-amzn-errortype", ""))
    return answer

up()
url, keys = outputs()["model_url"], outputs()["team_keys"].reveal()
for _ in range(4):
    last = call("guest", "Hi", max_tokens=1)
show(last)
# expect: + create
# expect no: aws.apigateway.Deployment
# expect: 200
# expect: 200
# expect: 200
# expect: 429 LimitExceededException
# expect: insufficient_quota
# expect no: Retry-After

# %% [markdown]
# There is no `Retry-After`: to wait a second would not help.
#
# ### Three hundred tokens
#
# How long an answer gets, nobody knows before. So the function first
# **reserves** what a call may need at most, its prompt and `max_tokens`:
# that is a promise, kept in the item. After the answer it **settles**.
# The heart is one condition, printed below: `taken <= :room`. DynamoDB
# makes one change to an item after the other, so of two calls that want
# the last tokens, one gets them.
#
# Then the guests leave, and the budget becomes tiny. (To delete the items
# makes a new day.)

# %%
code = (FUNCTIONS / "model" / "budget.py").read_text()
print(code[code.index("    def settle"):code.index("    def _give_back")])
from gateway.auth import team_keys
from gateway.limits import usage_plans

def budget_variables(settings, budget):
    few = replace(settings, tokens_per_day=300)
    return counter.budget_variables(few, budget)
up()
for item in items():
    tables.delete_item(
        TableName=outputs()["budget_table"], Key={"id": item["id"]})
# expect: taken <= :room
# expect: TOKENS_PER_DAY: …→ 300

# %% [markdown]
# Eight calls at once. Each reserves 64 tokens, 24 of the prompt and 40 for
# the answer, so a fifth would be too many.

# %%
with ThreadPoolExecutor() as pool:
    answers = list(pool.map(lambda _: call(
        "blue", "What is gravity?", max_tokens=40), range(8)))
used = [a.json()["usage"].values() for a in answers if a.ok]
print(sum(map(sum, used)), "tokens used")
show(items())
# expect: 200 
# expect: tokens used
# expect: "taken"

# %% [markdown]
# The refusals are the function's: API Gateway has no name for them.
# However the calls meet, the sum is never above 300, and it is what the
# table says.
#
# ### A call that dies
#
# Lambda ends a function at its timeout. With one second, this one is
# ended in the middle of an answer, and cannot settle.

# %%
def model(settings, *rest):
    return host.model(replace(settings, timeout=1), *rest)

up()
call("green", "Tell me all about gravity.", max_tokens=250)
show(items())
# expect: timeout: …→ 1
# expect: 502 InternalServerErrorException

# %% [markdown]
# 502, and its promise is still there: tokens, and the second at which it
# ends. Whoever finds no room looks for promises that have ended, and
# gives them back. This call for as many would not fit beside it:

# %%
from gateway.model import model

up()
time.sleep(5)
call("green", "Say hello.", max_tokens=250)
show(items())
# expect: timeout: 1 → 29
# expect: 200

# %% [markdown]
# Taken is what was used now, and what the dead call had read.
#
# ## Break it: a check that looks at one content type
#
# Take the budget of the file again. Then see the check as it should be:
# a prompt of 6,300 dashes, a number that is too large, no prompt at all.
# `started` counts the START lines in the function's log.

# %%
from gateway.budget import budget_variables

def started():
    return len(boto3.client("logs").filter_log_events(
        logGroupName=outputs()["log_group"],
        filterPattern='"START RequestId"')["events"])

up()
long, before = "-" * 6300, started()
for prompt, room in ((long, 1), ("Hi", 1_000_000), (None, 1)):
    call("green", prompt, max_tokens=room)
print("calls of the function:", started() - before)
# expect 3 times: 400 BadRequestException
# expect: calls of the function: 0

# %% [markdown]
# Three refusals, and the function was not called. Now the classic: the
# model under `application/json`. It looks right, and the first call is
# still refused. The others say that their body is something else.

# %%
def checked(validator, model):
    return {"request_models": {"application/json": model.name},
            "request_validator_id": validator.id}

up()
for kind in ("application/json", "text/plain", "application/any+json"):
    call("green", long, kind, max_tokens=1)
# expect: 400 BadRequestException
# expect: 415
# expect: 200

# %% [markdown]
# 415 is the function's: it was called. And 200 is an answer. API Gateway
# looks for a model by the body's content type, finds none, and checks
# nothing. The caller chooses that header. The fix is `$default`, which
# stands for every type.

# %%
from gateway.limits import checked

up()
for kind in ("application/json", "application/any+json"):
    call("green", long, kind, max_tokens=1)
# expect 2 times: 400 BadRequestException

# %% [markdown]
# ## Your turn
#
# **9.1** Write `class_plan(rest_api, stage)`: the usage plan of a class.
# 30 calls at once, then 2 a second, and 5,000 a week.

# %%
def class_plan(rest_api, stage):
    ...

check("9.1", class_plan)

# %% [markdown]
# **9.2** A key has 300 tokens left. A call has a prompt of 50 tokens and
# `max_tokens` 150; its answer gets 20 tokens long. How many are left?

# %%
left = {
    "while it runs": ...,
    "after its answer": ...,
    "if the function had refused it": ...,
}
check("9.2", left)

# %% [markdown]
# **9.3** Write a client that waits. `send()` gives an answer with
# `status_code` and `headers`; `sleep(seconds)` waits. Try again after a
# 429 with `Retry-After`, at most five times in all; give all other
# answers back as they are.

# %%
def patient(send, sleep):
    ...

check("9.3", patient)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - A new key or plan takes some seconds to act: 403 until then.
# - Plans and quotas are best effort too. AWS says: do not rely on them to
#   limit your costs. For that, there are budgets of the account.
#
# ## Recap
#
# You limited each team's calls and foretold which are refused; wrote a
# client that waits; counted tokens, reserved before the call and settled
# after it; and refused bad bodies before they cost anything.
#
# Keep this: `"request_models": {"$default": model.name}`.
#
# You can stop here: it costs nothing while nobody calls.
#
# {{next}}
