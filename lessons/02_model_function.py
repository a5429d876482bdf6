# %% [markdown]
# # {{title}}
#
# A language model runs in a Lambda function, and exactly one role may
# call it.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the function, chapter 02, is lit](../images/way_02.svg)
#
# ## You will
#
# - put a small language model into a Lambda function;
# - give the function a role and a log of its own;
# - let the API's role call this function and nothing else;
# - get your first answer, without any gateway.
#
# About {{minutes}} minutes. It costs nothing here. On AWS a function
# costs nothing while nobody calls it. If chapter 01 is missing, `up()`
# makes it too.
#
# ## Start
#
# The imports are those of `gateway/model.py`, so that its steps run here
# as they do there. The card tells where you are.

# %%
import json
from dataclasses import replace
import boto3
import pulumi
import pulumi_aws as aws
from gateway import model as file
from gateway.kinds import Arguments, Statement, Variables
from gateway.model import code_of
from gateway.policies import policy_document, trust_policy
from gateway.settings import Settings
from lab import start, plan, up, outputs
from lab import predict, check, hint, solution, show

start(2)

# %% [markdown]
# ## The idea
#
# A **Lambda function** is a cook on call. No order, no cook, no wages.
# When an order comes, the cook walks in, puts on an apron and cooks. The
# first dish takes longer, because of the walk: a **cold start**. The next
# is faster, because the cook is still there.
#
# ![Environment 1 starts for call 1 and is warm for call 2; call 3 comes meanwhile, and environment 2 starts for it](../images/cold_start.svg)
#
# Our cook is SmolLM2, a model of 135 million parameters. That is tiny, as
# models go. It fits into a function, needs no graphics card, and is wrong
# in instructive ways.
#
# Two roles appear in this chapter, and they are often mixed up. The
# **execution role** is what the function may do: write its log. The
# **API's role**, from chapter 01, is who may call the function.
#
# ![API Gateway calls the function with the API's role; the function writes its log with the execution role](../images/02_model_function.svg)
#
# {{edges}}
#
# ## Predict
#
# A policy needs the full name of the function, which AWS chooses when it
# makes it. What can a plan say about that?

# %%
predict("2")

# %% [markdown]
# ## The code
#
# ### The execution role
#
# Without a role Lambda refuses to make the function; without this policy
# the function runs, but its log stays empty. `Output.concat` joins text
# that is known now with a name that is known later, and
# `Output.json_dumps` makes JSON of both. `rights` are statements that
# later chapters add; now there are none.

# %% step: write_log, execution_role

# %% [markdown]
# ### The function
#
# Its log group comes first, so that its lines are deleted some day: a log that
# Lambda makes by itself is kept, and paid for, for ever.
#
# `memory_size` buys processor time as well, one full processor with 1,769 MB.
# `timeout` ends a runaway answer. `reserved_concurrent_executions`, the
# **reserved concurrency**, is how many calls may run at once; ours, -1, sets
# no limit of its own. In `started` is what Lambda starts, the function
# `handler` in `handler.py`. `environment` is for later chapters.
#
# The sizes are `settings`: one small class in `gateway/settings.py`, each
# default with its reason. Where a company runs a model already, the setting
# `functionName` names that function, and none is made.

# %% step: create_function

# %% [markdown]
# ### Who may call it
#
# The doors of the API's role: one action, one function. With `"*"` as
# the resource, a mistake in the gateway could call every function of the
# account.

# %% step: invoke_policy

# %% [markdown]
# ## Plan
#
# You should see five resources to create: the function, its log, its
# role, and two policies. Values that only AWS can know are left open.

# %%
plan()
# expect first: 5 will be created
# expect: will be created | No change

# %% [markdown]
# ## Apply
#
# Watch the order: Pulumi makes side by side what waits for nothing else, and
# the policy on the function last.
#
# ## Look
#
# Then ask Lambda itself. Compare `MemorySize`, `Timeout` and `Role` with
# the code above.

# %%
up()
functions = boto3.client("lambda")
function_name = outputs()["function_name"]
show(functions.get_function_configuration(FunctionName=function_name))
# expect first: RolePolicy  languageModelInvokePolicy
# expect first: 5 created
# expect: Done in
# expect: "Timeout": 29
# expect: "MemorySize": 1769

# %% [markdown]
# ## Ask
#
# There is no gateway yet, so play gateway yourself. API Gateway hands a
# function each request as a dictionary, the **event**. This one holds
# what the model needs. The first answer takes a moment: a cold start. In it,
# `statusCode` and `body` are what a caller will get as status and text.

# %%
def invoke(**fields):
    event = {"httpMethod": "POST", "path": "/model",
             "body": json.dumps(fields), "isBase64Encoded": False,
             "requestContext": {"requestId": "by-hand"}}
    answer = functions.invoke(
        FunctionName=function_name, Payload=json.dumps(event))
    return json.load(answer["Payload"])

show(invoke(prompt="What is the capital of France?", max_tokens=32))
# expect: "statusCode": 200
# expect: Paris

# %% [markdown]
# ## Change it: the system prompt
#
# The **system prompt** is what the model is told before every question, and
# a setting. Your own `model` step passes on a changed copy of the settings.
# An update in place, `~`; then ask the function who it is.

# %%
def model(settings, *rest):
    told = "You are a pirate. Talk like a pirate."
    return file.model(replace(settings, system_prompt=told), *rest)

up()
invoke(prompt="Who are you?", max_tokens=40)["body"]
# expect: ~ update  aws.lambda_.Function
# expect: 1 updated
# expect first: Aye

# %% [markdown]
# ## Break it: a timeout that is too short
#
# Lambda's own default timeout is 3 seconds, made for small tasks. Models
# think longer. Here it is one second, for a long story. Lambda still reports
# the call as a success, status 200; its answer holds an error.

# %%
def model(settings, *rest):
    return file.model(replace(settings, timeout=1), *rest)

up()
invoke(prompt="Tell me a long story about the sea.", max_tokens=256)
# expect: timeout: 29 → 1
# expect first: Task timed out after 1.00 seconds

# %% [markdown]
# `Task timed out after 1.00 seconds`: look for these words when answers
# break off. The fix is the original step, which allows as long as API
# Gateway waits.

# %%
from gateway.model import model

up()
# expect: timeout: 1 → 29
# expect: 1 updated

# %% [markdown]
# ## Your turn
#
# **2.1** This policy is too wide. Narrow it to what the gateway needs:
# invoke this one function, whose name is in `function_arn`. (Nothing is
# deployed for it, and nothing can be called over HTTP before page 06.)

# %%
function_arn = outputs()["function_arn"]
wide = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}]}
narrow = ...
check("2.1", narrow)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - A function is paid for by the millisecond, in proportion to its memory
#   size: twice the memory costs twice as much a second.
# - Lambda's Python has no model: it travels in a **layer**, files that many
#   functions can share. Make it once, in a terminal:
#   `cd gateway && python -m layer`. The first `up()` uploads its 124 MB.
#
# ## Recap
#
# You put a model into a function, gave it a role and a log of its own,
# and let one role call it. You asked it without a gateway, changed what
# it is told, and met a timeout.
#
# Keep this:
#
# ```python
# def may_invoke(function):
#     """The statement that lets a role call this function alone."""
#     return {"Effect": "Allow", "Action": "lambda:InvokeFunction",
#             "Resource": function.arn}
# ```
#
# You can stop here: a function nobody calls costs nothing.
#
# {{next}}
