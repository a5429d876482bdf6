# Sources. Prices and dates change: look them up before you rely on one. Read again on 2026-11-29: execution logs.
# - execution logs: 1 KB a line, a group of this name; since 2026-09-10 also up to 1 MB, to a group of your
#   own, S3 or Firehose: docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-execution-logging.html
#   aws.amazon.com/about-aws/whats-new/2026/09/amazon-api-gateway-1-mb-execution-logs/
# - the role of the account and Region: the same page, "Permissions"
# - X-Ray traces of API Gateway need no right of the function; its own segments do, or AWSXRayDaemonWriteAccess
#   and active tracing: docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html
#   docs.aws.amazon.com/lambda/latest/dg/services-xray.html
# - 0.50 US dollars a GB of standard logs in us-east-1: aws.amazon.com/cloudwatch/pricing

# %% [markdown]
# # {{title}}
#
# At the end, you can say of each request what became of it. What was asked
# is written down nowhere.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the logs beside it, chapter 14, are lit](../images/way_14.svg)
#
# ## You will
#
# - follow one request by its id, from the gateway to the function;
# - find where its time went;
# - see what a log of everything would keep;
# - find out to whom your logs' role belongs.
#
# About {{minutes}} minutes. It costs nothing here. On AWS, logs cost about
# half a US dollar a gigabyte (us-east-1, in 2026). Earlier chapters
# are made if missing.
#
# ## Start
#
# New are `logs`, which shows log lines and covers prompts and secrets in
# them, and `times`.

# %%
import json
import time
import boto3
import pulumi
import pulumi_aws as aws
import requests
from gateway import logs as file
from gateway.kinds import Arguments, Parts
from gateway.logs import PUSH_LOGS, existing_account
from gateway.policies import trust_policy
from gateway.settings import Settings
from lab import start, plan, up, outputs, ask
from lab import predict, check, hint, solution
from lab.widgets import logs, times

start(14)

# %% [markdown]
# ## The idea
#
# You send a parcel. It gets a number, and each station that it passes
# writes a line: number, time, weight, next station. If it is lost, you ask
# for the number. Nobody has to open it.
#
# API Gateway gives each request an id, and tells it to the caller and to the
# function.
#
# | | one for each | tells |
# |---|---|---|
# | **access log** | request | who, what, how long, why not |
# | **execution log** | step of API Gateway | what it did, where it stopped |
# | the function's log | call that reached it | tokens, time, memory |
# | **trace** | some of the requests | where the time went |
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
# `$context` is what API Gateway knows of a request. `keyId` is a key's id,
# which opens nothing. `latency` is the whole time, `integrationLatency` the
# function's share. Left out: `error.validationErrorString`, which may quote
# a prompt. For the body, there is no variable at all.

# %% from: ACCESS_LOG

# %% [markdown]
# ### Two log groups, with an end
#
# API Gateway would make the second one itself and keep it for ever. So the
# program makes it before, by exactly this name.

# %% step: access_logs, execution_logs

# %% [markdown]
# ### The right to write
#
# API Gateway may not write logs until a role lets it. The odd thing: the
# role is not the API's. There is **one for the account and Region**, and who
# sets it sets it for everybody. So the setting `loggingRole` has to say
# `own`, as in the sandbox; and what is made stays after `destroy`.

# %% step: logging_account

# %% [markdown]
# ### The switches
#
# The stage gets its access log and its traces; each method its execution
# log. A **data trace** would log bodies. (`log_fields` adds who was refused.)

# %% step: stage_logging, method_logging

# %% [markdown]
# ## Plan
#
# From chapter 13, the stage gets its log and tracing, and the methods the
# execution log. Expect no deployment: all this is the stage's.

# %%
plan()
# expect first: xray_tracing_enabled
# expect first no: aws.apigateway.Deployment
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# Watch the order: role, account, stage.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# The account's role, and how long each group keeps its lines.

# %%
lines = boto3.client("logs")
print(boto3.client("apigateway").get_account()["cloudwatchRoleArn"])
for each in ("access_log_group", "execution_log_group", "log_group"):
    name = outputs()[each]
    found = lines.describe_log_groups(logGroupNamePrefix=name)
    print(found["logGroups"][0]["retentionInDays"], "days:", name)
# expect: arn:aws:iam::…:role/
# expect 3 times: days:

# %% [markdown]
# ## Ask
#
# The id is in the answer's headers. Read from top to bottom: the access log,
# API Gateway's steps, the function's own line. `lambdaRequestId` leads to
# Lambda's START, END and **REPORT**, whose numbers are columns below. Then
# look for the prompt.

# %%
answer = ask("Say hello to the class.", max_tokens=8)
logs(answer.headers["x-amzn-RequestId"])
# expect: 200
# expect: access log: {
# expect: execution log: Method completed with status: 200
# expect: function: REPORT
# expect no: Say hello

# %% [markdown]
# It is in no line: the function counts its tokens. A refused request has an
# id too. This one has no key. Which log has no line of it?

# %%
refused = requests.get(outputs()["model_url"], timeout=60)
logs(refused.headers["x-amzn-RequestId"])
# expect: status: 401
# expect: function: no lines

# %% [markdown]
# The function's: it was never called.
#
# ### Where the time went
#
# Each line has milliseconds, and each clock runs inside the one before.
# `times` takes one from the other; what nobody told is *not known*. A trace
# is a stopwatch at each station. Its id is in the answer's headers, and in
# the access log. On AWS traces arrive late, so `until` asks again.

# %%
def until(look, seconds=60):
    end = time.time() + seconds
    while not (found := look()) and time.time() < end:
        time.sleep(1)
    return found

xray = boto3.client("xray")
ids = [answer.headers["X-Amzn-Trace-Id"][5:40]]  # it begins with Root=
for trace in until(lambda: xray.batch_get_traces(TraceIds=ids)["Traces"]):
    for part in (json.loads(s["Document"]) for s in trace["Segments"]):
        if took := part.get("end_time", 0) - part["start_time"]:
            print(f"{took:.3f} s in {part['name']}, {part.get('origin')}")
times(answer)
# expect: s in LanguageModelLambda
# expect: gateway, the gateway itself (access log)
# expect: function, a new environment starts (REPORT)
# expect no: not known
# expect no: Say hello

# %% [markdown]
# ## Change it: log everything
#
# A data trace adds bodies and headers to the execution log. It is the first
# thing that tutorials switch on. Here is a prompt as people write them. You
# see how many lines hold the password, then the lines as `logs` shows them.

# %%
def method_logging(settings):
    usual = file.method_logging(settings)
    return {**usual, "data_trace_enabled": True}

up()
careless = ask("My password is swordfish. Am I safe?", max_tokens=4)
print("lines with the password:", len(lines.filter_log_events(
    logGroupName=outputs()["execution_log_group"],
    filterPattern='"swordfish"')["events"]))
logs(careless.headers["x-amzn-RequestId"], grep="body")
# expect first: lines with the password: 1
# expect: lines with the password:
# expect: body before transformations: [covered
# expect no: swordfish

# %% [markdown]
# They are covered on this page, and readable in the log, for seven days.
# Whoever may read logs reads prompts. So data trace stays off. It would not
# even show much: a line holds 1 KB. (Since September 2026 it may hold 1 MB,
# if execution logs are delivered to a log group of yours, S3 or Firehose.)
#
# `logs` covers by structure: by a field's name, or a line's kind. It cannot
# know that a sentence of a `print(...)` in your function quotes a prompt.
# Log fields, not sentences.
#
# ## Break it: the role that others took away
#
# Another team, same account, destroys its gateway, and with it the account's
# role. That is what an empty one does here. (And the data trace ends.) You
# call, and get an answer. Now read the log of this call.

# %%
from gateway.logs import method_logging

def logging_account(settings):
    return [aws.apigateway.Account(
        "apiLogsAccount", cloudwatch_role_arn="")]

up()
silent = ask("Are you there?", max_tokens=4)
logs(silent.headers["x-amzn-RequestId"])
# expect: access log: no lines
# expect: execution log: no lines
# expect: function: 4 lines

# %% [markdown]
# The function's log has it, API Gateway's logs have nothing, and no error
# says so. You would notice weeks later, or when somebody wants one more
# field in the log:

# %%
ACCESS_LOG = {**ACCESS_LOG, "client": "$context.identity.userAgent"}
try:
    up()
except Exception as error:
    print(error)
# expect: CloudWatch Logs role ARN must be set in account settings to enable logging

# %% [markdown]
# Most meet this error with their first stage, because nothing has made the
# role. The fix is the step. Take both from the file, and call again.

# %%
from gateway.logs import ACCESS_LOG, logging_account

up()
heard = ask("Are you there?", max_tokens=4)
logs(heard.headers["x-amzn-RequestId"], group="access")
# expect: access log: 1 line

# %% [markdown]
# ## Your turn
#
# **14.1** A caller complains: *it took so long*. The access log says
# `latency` 6140, `integrationLatency` 6100. REPORT says `Duration: 900
# ms`, `Init Duration: 5150 ms`. Of all the milliseconds, how many took …

# %%
took = {
    "the gateway itself": ...,
    "the function's start": ...,
    "the way between the two": ...,
}
check("14.1", took)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - The level is `ERROR` there (the setting `executionLogs`), so `logs` shows
#   fewer lines. `INFO` holds what a Lambda authorizer answered, and with it
#   the team's key.
# - Of the function, a trace shows its time there and not what it did inside:
#   for that, the function wants a permission (`xray:PutTraceSegments`) and
#   `tracing_config`, which ours has not.
#
# ## Recap
#
# You followed a request by its id, found where its time went, saw what a
# data trace keeps, and lost the logs to somebody else's `destroy`.
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
