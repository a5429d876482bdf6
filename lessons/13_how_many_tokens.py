# Sources. Prices and dates change: look them up before you rely on one.
# - a condition and a change in one write of an item:
#   docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
# - on-demand writes cost 0.625 US dollars a million in us-east-1 (since November 2024), two writes a
#   prompt: aws.amazon.com/dynamodb/pricing/on-demand

# %% [markdown]
# # {{title}}
#
# At the end, each team has a number of the model's tokens for a day, and no
# two calls can spend the same one.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the budget beside the function, chapter 13, is lit](../images/way_13.svg)
#
# ## You will
#
# - count tokens, where API Gateway counts calls;
# - keep a count that many callers change at once;
# - reserve before a call, and settle after it;
# - see what is left of a call that dies.
#
# About {{minutes}} minutes. It costs nothing here. On AWS the table costs
# two writes a prompt: about 1.25 US dollars for a million prompts (us-east-1,
# in 2026). Earlier chapters are made if missing.
#
# ## Start
#
# `tokens(8)` is 8, and fewer on a slow machine.

# %%
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
import boto3
import pulumi_aws as aws
import requests
from gateway import budget as counter, model as host
from gateway.kinds import Variables
from gateway.settings import FUNCTIONS, Settings
from lab import start, plan, up, outputs, ask, predict
from lab import check, hint, solution, show, tokens

start(13)

# %% [markdown]
# ## The idea
#
# A hotel does not know what you will take from the minibar. So at the desk
# it blocks an amount on your card, and when you leave it charges what you
# took and releases the rest.
#
# A prompt may cost twenty tokens or two thousand, and API Gateway never
# reads how many. The function knows, but only after the answer. So it first
# **reserves** what a call may need at most: its prompt and `max_tokens`.
# After the answer it **settles**: what was used stays taken, the rest is
# given back. A team's number of tokens for a day is its **budget**. Whoever
# finds too few left gets a 429, before the model is asked.
#
# ![A budget in four steps: before, reserved, a second call refused with 429, settled, with what was not used given back](../images/13_how_many_tokens.svg)
#
# {{edges}}
#
# ## Predict
#
# Many calls in one moment are where most counters fail.

# %%
predict("13")

# %% [markdown]
# ## The code
#
# **DynamoDB** keeps items that are found by their key: here one for a team's
# API key and a day. `ttl` deletes old ones. It makes one change of an item
# after the other, and that is all we need. The function is told the table's
# name, and `budget_rights` lets its role read and update items of this table, no
# more.

# %% step: token_budget, budget_variables

# %% [markdown]
# ## Plan
#
# From chapter 12: a table, and a function that learns of it. There is no new
# deployment: nothing of the API changes.

# %%
plan()
# expect first: + create  aws.dynamodb.Table
# expect first: ~ update  aws.lambda_.Function  LanguageModelLambda
# expect first no: aws.apigateway.Deployment
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# Watch the table come first: the function is told its name.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# The heart is one condition in the function: `taken <= :room`. The look and
# the change are one request; if the condition fails, nothing is written.

# %%
code = (FUNCTIONS / "model" / "budget.py").read_text()
print(code[code.index("    def settle"):code.index("    def _give_back")])
# expect: taken <= :room

# %% [markdown]
# ## Ask
#
# Two calls. For API Gateway they are the same: one call each. Compare the
# tokens. In the items of the table, `taken` is what a key has used today.

# %%
tables = boto3.client("dynamodb")

def items():
    return tables.scan(TableName=outputs()["budget_table"])["Items"]

def call(team, prompt, **more):
    head = {"Authorization": f"Bearer {keys[team]}"}
    return requests.post(url, json={"prompt": prompt, **more},
                         headers=head, timeout=60)

url, keys = outputs()["model_url"], outputs()["team_keys"].reveal()
story = "The quick brown fox jumps over the lazy dog. " * 10
for prompt, room in (("Hi", 1), (story, tokens(8))):
    answer = ask(prompt, max_tokens=room)
    print(sum(answer.usage.values()), "tokens,", f"{answer.seconds:.1f} s")
show(items())
# expect: tokens, 
# expect: tokens, 
# expect: "taken"

# %% [markdown]
# ## Change it: three hundred tokens
#
# A tiny budget. `new_day` deletes the items, which makes a new day. Then eight
# calls at once, as in your prediction. Each reserves 64 tokens, 48 of the prompt
# and 16 for the answer. Read the statuses, then the sum.

# %%
def budget_variables(settings, budget):
    few = replace(settings, tokens_per_day=300)
    return counter.budget_variables(few, budget)

def new_day():
    for item in items():
        tables.delete_item(TableName=outputs()["budget_table"],
                           Key={"id": item["id"]})

up(), new_day()
often = " ".join(7 * ["What is gravity?"])
with ThreadPoolExecutor() as pool:
    answers = list(pool.map(
        lambda _: call("blue", often, max_tokens=16), range(8)))
used = [sum(a.json()["usage"].values()) for a in answers if a.ok]
print([a.status_code for a in answers], sum(used), "tokens used")
# expect: TOKENS_PER_DAY: …→ 300
# expect: 200
# expect: tokens used

# %% [markdown]
# (More than four may be answered: a short answer gives tokens back while others
# still come.) However the calls meet, the sum is never above 300.
#
# ## Break it: a call that dies
#
# Lambda ends a function at its timeout. With one second, this one is ended
# in the middle of an answer, and cannot settle. What is left of its
# reservation?

# %%
def model(settings, *rest):
    return host.model(replace(settings, timeout=1), *rest)

up()
print(call("green", "Tell me all about gravity.", max_tokens=250))
show(items())
# expect: timeout: …→ 1
# expect: [502] | [504]

# %% [markdown]
# The reservation is still there, as `promise-…`: tokens, and the second at which
# it ends. Whoever finds no room looks for reservations that have ended, and
# gives them back. So does the next call that wants as many.

# %%
from gateway.model import model

up()
time.sleep(5)
print(call("green", "Say hello.", max_tokens=250))
show(items())
# expect: timeout: 1 → 29
# expect: [200]

# %% [markdown]
# `taken` is what this call has used, and what the dead one had read.
#
# ## Your turn
#
# **13.1** A key has 300 tokens left. A call has a prompt of 50 tokens and
# `max_tokens` 150; its answer gets 20 tokens long. How many are left?

# %%
left = {
    "while it runs": ...,
    "after its answer": ...,
    "if the function had refused it": ...,
}
check("13.1", left)

# %% [markdown]
# **13.2** All teams together may have 300 tokens a day. Write
# `fair(settings, budget)`: the variables with which each has an equal share,
# however many teams there are. (While it is blank, the budget of the file is
# back.) The checker asks for more than a share, and for less.

# %%
def fair(settings, budget):
    ...

def budget_variables(settings, budget):
    shared = fair(settings, budget)
    return shared or counter.budget_variables(settings, budget)

up(), new_day()
check("13.2", fair)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - Lambda's timeout and an error in the function both come as a 502. What is
#   reserved then comes back after the function's own timeout.
#
# ## Recap
#
# You counted tokens where API Gateway counts calls, kept a count that many
# callers change at once, reserved and settled, and saw what a call leaves
# that dies.
#
# Keep this:
#
# ```python
# def reserve(table, item, tokens, budget):
#     """One write of a boto3 Table: it fails where too few are left."""
#     return table.update_item(
#         Key={"id": item}, UpdateExpression="ADD taken :tokens",
#         ConditionExpression="attribute_not_exists(taken) OR taken <= :room",
#         ExpressionAttributeValues={
#             ":tokens": tokens, ":room": budget - tokens})
# ```
#
# You can stop here: it costs nothing while nobody calls.
#
# {{next}}
