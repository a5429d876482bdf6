# Sources. Prices and dates change: look them up before you rely on one.
# - token bucket, the order of limits, best effort and "don't rely on usage plans to control costs":
#   docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html and
#   docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html

# %% [markdown]
# # {{title}}
#
# At the end, each team has a rate and a daily quota of its own.
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
# - tell a key that is in no plan from a wrong one.
#
# About {{minutes}} minutes. It costs nothing here, nor on AWS: usage plans
# are free, and calls that they refuse are not charged. Earlier chapters are
# made if missing.
#
# ## Start
#
# New is `burst`, from `lab.widgets`: many calls at once, and a chart.

# %%
from dataclasses import replace
import boto3
import pulumi_aws as aws
import requests
from gateway import auth, limits
from gateway.auth import Keys
from gateway.kinds import Arguments, Parts
from gateway.limits import plan_member
from gateway.settings import Settings
from lab import start, plan, up, outputs, predict, check, hint, solution
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
# | **quota** | calls a day, a week, a month | a key | 429, until the next one |
#
# Both count calls, not work. What a body may ask is chapter 12's, and what
# the model's tokens cost chapter 13's.
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
# Two more steps are in `gateway/limits.py`. `every_method` limits the stage for
# all together, however many teams there will be. It counts what the plans let
# through. Without it, only the account's 10,000 calls a second in a Region
# remain. (`logging` is chapter 15's.)
#
# `limit_responses` says more to a refused caller than `Too Many Requests`: a
# **gateway response** rewords an error of API Gateway itself. Ours adds
# `Retry-After`, in seconds. A used-up quota gets none, but a header by which
# clients of OpenAI know that trying again is no use.
#
# ## Plan
#
# From chapters 08 to 10, the method wants a key, and the deployment is
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
# Ask API Gateway for the plans: find rate, burst, quota, and the stage.

# %%
for each in boto3.client("apigateway").get_usage_plans()["items"]:
    print(each["apiStages"], each["throttle"], each["quota"])
# expect: 'burstLimit': 10, 'rateLimit': 5.0
# expect: 'period': 'DAY'

# %% [markdown]
# ## Ask
#
# `call` makes one call, and prints API Gateway's name for a refusal of its
# own. `burst` makes many: blue's come 20 times a second, green's 4 times.
# Hollow dots are predicted, full ones measured. Look for a `▲` of green's.
# There is none.

# %%
def call(team):
    key = outputs()["team_keys"].reveal()[team]
    answer = requests.get(outputs()["model_url"], timeout=60,
                          headers={"Authorization": f"Bearer {key}"})
    print(answer.status_code, answer.headers.get("x-amzn-errortype", ""))
    return answer

call("green")
calls = burst(n={"blue": 30, "green": 6}, rate={"blue": 20, "green": 4})
# expect: 200
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
    teams = {team: keys[team] for team in settings.teams}
    few, guest = replace(settings, team_quota=3), {"guest": keys["guest"]}
    return [*limits.usage_plans(settings, rest_api, stage, teams),
            *limits.usage_plans(few, rest_api, stage, guest)]

up()
for _ in range(4):
    last = call("guest")
print(last.headers.get("Retry-After"), last.text)
# expect: + create
# expect no: aws.apigateway.Deployment
# expect: 200
# expect: 200
# expect: 200
# expect: 429 LimitExceededException
# expect: None {…insufficient_quota

# %% [markdown]
# ## Break it: a key without a plan
#
# The classic: somebody makes a key, and no plan has it. The authorizer knows
# the guest, and the answer is a 403 all the same. Read its name: it is none of
# those of chapter 08. Then the guests leave.

# %%
def usage_plans(settings, rest_api, stage, keys):
    known = {team: keys[team] for team in settings.teams}
    return limits.usage_plans(settings, rest_api, stage, known)

up()
call("guest")

from gateway.auth import team_keys
from gateway.limits import usage_plans

up()
# expect: 403 ForbiddenException
# expect: Done in

# %% [markdown]
# `Forbidden`, and no more: the caller is known, and nothing says how much they
# may have. So a plan that is forgotten lets nobody in.
#
# ## Your turn
#
# **11.1** A class of thirty shares one key, the team `red`. Write
# `class_plan(rest_api, stage)`: its usage plan. 5 calls at once, then 1 a
# second, and 5,000 a week. The cell puts red's key into it. The checker calls
# twelve times at once.

# %%
def class_plan(rest_api, stage):
    ...

def team_keys(settings):
    return auth.team_keys(replace(settings, teams=(*settings.teams, "red")))

def usage_plans(settings, rest_api, stage, keys):
    if shared := class_plan(rest_api, stage):
        plan_member("planKey-red", shared, keys["red"])
    known = {team: keys[team] for team in settings.teams}
    return limits.usage_plans(settings, rest_api, stage, known)

up()
check("11.1", class_plan)
# expect: Done in

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
# - Quotas are best effort, too. AWS says: do not rely on them to control
#   costs or to keep callers out. For costs, there is AWS Budgets.
#
# ## Recap
#
# You throttled each team's calls and predicted which are refused; wrote a
# client that waits; gave guests a quota; and told a key without a plan from a
# wrong one.
#
# Keep this:
#
# ```python
# import pulumi_aws as aws
#
# def plan_of(rest_api, stage, rate, burst):
#     """A usage plan: so many calls a second, so many at once."""
#     return aws.apigateway.UsagePlan(
#         "plan", api_stages=[
#             {"api_id": rest_api.id, "stage": stage.stage_name}],
#         throttle_settings={"rate_limit": rate, "burst_limit": burst})
# ```
#
# You can stop here: it costs nothing.
#
# {{next}}
