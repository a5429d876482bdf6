# Sources. Prices and dates change: look them up before you rely on one.
# - formats, and $context.requestId or extendedRequestId that each must have: docs.aws.amazon.com/apigateway/
#   latest/developerguide/set-up-logging.html
# - the role of the account and Region: the same page, "Permissions for CloudWatch logging"
# - 0.50 US dollars a GB of standard logs in us-east-1: aws.amazon.com/cloudwatch/pricing

# %% [markdown]
# # {{title}}
#
# At the end, you can say of each request what became of it: who sent it, how
# it ended, and how long it took. What was asked is written down nowhere.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the logs beside it, chapter 14, are lit](../images/way_14.svg)
#
# ## You will
#
# - have the stage write a line for each request;
# - follow one request by its id, from the gateway to the function;
# - change what a line says;
# - find out to whom your logs' role belongs.
#
# About {{minutes}} minutes. It costs nothing here. On AWS, logs cost about
# half a US dollar a gigabyte (us-east-1, in 2026). Earlier chapters
# are made if missing.
#
# ## Start
#
# New is `logs`: it shows log lines, and covers prompts and secrets in them.

# %%
import json
import boto3
import pulumi
import pulumi_aws as aws
import requests
from gateway import logs as file
from gateway.kinds import Arguments, Parts
from gateway.logs import existing_account, logging_role
from gateway.settings import Settings
from lab import start, plan, up, outputs, ask, predict
from lab import check, hint, solution
from lab.widgets import logs

start(14)

# %% [markdown]
# ## The idea
#
# You send a parcel. It gets a number, and each station that it passes writes
# a line: number, time, weight, next station. If it is lost, you ask for the
# number. Nobody has to open it.
#
# API Gateway gives each request an id, and tells it to the caller and to the
# function. The stage's **access log** has one line a request, and the
# function's own log has a few more for each call that reached it. The id
# joins them.
#
# ![Header of the answer, access log, execution log and the function's log: all have the same request id](../images/14_one_request.svg)
#
# {{edges}}
#
# ## Predict
#
# You share an account with others. Think of what belongs to whom.

# %%
predict("14")

# %% [markdown]
# ## The code
#
# ### What a line says
#
# You choose it. `$context` is what API Gateway knows of a request. `keyId` is
# a key's id, which opens nothing. `latency` is the whole time,
# `integrationLatency` the function's share. Left out:
# `error.validationErrorString`, which may quote a prompt. For the body, there
# is no variable at all.

# %% from: ACCESS_LOG

# %% [markdown]
# ### A log group, and the switch
#
# A log group keeps its lines for ever unless it is told when to end. The
# stage writes there once it has the group and a format. (`log_fields` adds
# who was refused.)

# %% step: access_logs, stage_logging

# %% [markdown]
# ### The right to write
#
# API Gateway may not write logs until a role lets it. `logging_role` makes
# one, as chapter 01 did. The odd thing is where it goes: not to the API, not
# to the stage. There is **one for the account and Region**, and who sets it
# sets it for everybody. So the setting `loggingRole` has to say `own`, as in
# the sandbox; and what is made stays after `destroy`.

# %% step: logging_account

# %% [markdown]
# ## Plan
#
# The stage gets its log. Expect no deployment: a log is the stage's, and no
# part of the API.

# %%
plan()
# expect first: accessLogs
# expect first no: aws.apigateway.Deployment
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# Watch the order: role, account, stage. Then ask the account for its role,
# and the group for its end.

# %%
up()
print(boto3.client("apigateway").get_account()["cloudwatchRoleArn"])
name = outputs()["access_log_group"]
found = boto3.client("logs").describe_log_groups(logGroupNamePrefix=name)
print(found["logGroups"][0]["retentionInDays"], "days:", name)
# expect: Done in
# expect: arn:aws:iam::…:role/
# expect: days:

# %% [markdown]
# ## Look
#
# The caller has the id, too, in the answer's headers, and can name it.
#
# ## Ask
#
# Read from top to bottom: the access log's line, then the function's own
# lines. `lambdaRequestId` leads to Lambda's START, END and **REPORT**, whose
# numbers are columns below. Then look for the prompt.

# %%
answer = ask("Say hello to the class.", max_tokens=8)
logs(answer.headers["x-amzn-RequestId"])
# expect: 200
# expect: access log: {
# expect: function: REPORT
# expect no: Say hello

# %% [markdown]
# It is in no line: the function counts its tokens.
#
# ## Change it: what the caller was told
#
# Of a refusal, a line says the kind, `errorType`. Callers quote what they
# read, which is API Gateway's message: one more field. Then you call without
# a key. Which of the two logs has no line of it?

# %%
ACCESS_LOG = {**ACCESS_LOG, "told": "$context.error.message"}
up()
refused = requests.get(outputs()["model_url"], timeout=60)
logs(refused.headers["x-amzn-RequestId"])
# expect: status: 401
# expect: "told": "Unauthorized"
# expect: function: no lines

# %% [markdown]
# The function's: it was never called.
#
# ## Break it: the role that others took away
#
# Another team, same account, destroys its gateway, and with it the account's
# role: an empty one does it here. You get an answer. Read the logs of it.

# %%
def logging_account(settings):
    return [aws.apigateway.Account(
        "apiLogsAccount", cloudwatch_role_arn="")]

up()
silent = ask("Are you there?", max_tokens=4)
logs(silent.headers["x-amzn-RequestId"])
# expect: access log: no lines
# expect: function: 4 lines

# %% [markdown]
# The function's log has it, API Gateway's has nothing, and no error says so.
# You would notice weeks later, or when somebody wants to change the line: to
# take `told` away, for example. Most meet this error with their first stage,
# because nothing has made the role. The fix is the step.

# %%
from gateway.logs import ACCESS_LOG
try:
    up()
except Exception as error:
    print(error)

from gateway.logs import logging_account
up()
heard = ask("Are you there?", max_tokens=4)
logs(heard.headers["x-amzn-RequestId"], group="access")
# expect: CloudWatch Logs role ARN must be set in account settings to enable logging
# expect: access log: 1 line

# %% [markdown]
# ## Your turn
#
# **14.1** A bad client floods you with wrong keys. Which program is it? Write
# `with_agent(fields)`: the fields of a line and one more, `agent`, the
# program that the caller says it is (its `User-Agent`). API Gateway has a
# variable for it; the checker calls your stage and reads the line.

# %%
def with_agent(fields):
    ...

def log_fields(settings, authentication):
    usual = file.log_fields(settings, authentication)
    return with_agent(usual) or usual

up()
check("14.1", with_agent)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - A caller can write anything into `User-Agent`: it is data, and no fact.
# - A line has about 500 bytes: a million requests cost 0.25 US dollars.
#
# ## Recap
#
# You had the stage write a line for each request, followed one by its id,
# changed a line, and lost the log to somebody else's `destroy`.
#
# Keep this:
#
# ```python
# import json
#
# def access_log():
#     """A line for each request, without what was asked."""
#     return json.dumps({
#         "requestId": "$context.requestId", "status": "$context.status",
#         "latency": "$context.responseLatency"})
# ```
#
# You can stop here: in the sandbox it costs nothing. On AWS, lines end by
# themselves.
#
# {{next}}
