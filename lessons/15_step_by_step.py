# Sources. Prices and dates change: look them up before you rely on one. Read again on 2026-11-29: execution logs.
# - execution logs: 1 KB a line, a group of this name; since 2026-09-10 also up to 1 MB, to a group of your
#   own, S3 or Firehose: docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-execution-logging.html
#   aws.amazon.com/about-aws/whats-new/2026/09/amazon-api-gateway-1-mb-execution-logs/
# - X-Ray traces of API Gateway need no right of the function; its own segments do, or AWSXRayDaemonWriteAccess
#   and active tracing: docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html
#   docs.aws.amazon.com/lambda/latest/dg/services-xray.html
# - 100,000 traces a month are free, then 5.00 US dollars a million: aws.amazon.com/xray/pricing
# - why a proxy integration answers 500, 502 or 504: repost.aws/knowledge-center/api-gateway-5xx-error

# %% [markdown]
# # {{title}}
#
# At the end, you can say why a call failed, although the caller was told
# nothing; and where the time of a slow one went.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the log of steps beside the stage, chapter 15, is lit](../images/way_15.svg)
#
# ## You will
#
# - read what API Gateway did with a request, step by step;
# - find where its time went;
# - see what a log of everything would keep;
# - find the reason of an *Internal server error*.
#
# About {{minutes}} minutes. It costs nothing here. On AWS, logs cost about
# half a US dollar a gigabyte, traces 5.00 a million after the first 100,000 a
# month (us-east-1, in 2026). Earlier chapters are made if missing.
#
# ## Start
#
# New is `times`, which says where the seconds of an answer went.

# %%
import json
import boto3
import pulumi
import pulumi_aws as aws
from gateway import limits
from gateway import logs as file
from gateway.kinds import Arguments
from gateway.settings import Settings
from lab import start, plan, up, outputs, ask, predict
from lab import check, hint, solution
from lab.widgets import logs, times

start(15)

# %% [markdown]
# ## The idea
#
# A parcel's number says that it did not arrive. Why, only the station knows
# that turned it back: its clerk keeps a diary.
#
# | | one for each | tells |
# |---|---|---|
# | access log, chapter 14 | request | who, how it ended, how long |
# | **execution log** | step of API Gateway | what it did, where it stopped |
# | the function's log | call that reached it | tokens, time, memory |
# | **trace** | some of the requests | where the time went |
#
# Callers are told little: what is wrong behind API Gateway is none of their
# business, and most of it is `Internal server error`.
#
# ![The latency of a request holds the integration's, and that holds the function's start and its work](../images/15_step_by_step.svg)
#
# {{edges}}
#
# ## Predict
#
# Nothing of the API was changed since yesterday.

# %%
predict("15")

# %% [markdown]
# ## The code
#
# API Gateway would make the diary's group itself, and keep it for ever. So
# the program makes it before, by exactly this name. The stage gets its
# traces, and each method its level: `INFO` is all steps, `ERROR` those of
# failures. A **data trace** would add bodies; you will see why it is off.

# %% step: execution_logs, stage_traces, method_logging

# %% [markdown]
# ## Plan
#
# The stage gets tracing, the methods their level. Expect no deployment.

# %%
plan()
# expect first: xray_tracing_enabled
# expect first no: aws.apigateway.Deployment
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# Callers notice nothing: neither logs nor traces change an answer.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# One call, step by step. Look for the authorizer, the usage plan, the
# function, in this order. The prompt should be in no line.

# %%
answer = ask("Say hello to the class.", max_tokens=8)
logs(answer.headers["x-amzn-RequestId"], group="execution")
# expect: execution log: Starting authorizer
# expect: Usage Plan check succeeded
# expect: Method completed with status: 200
# expect no: Say hello

# %% [markdown]
# ## Ask: where did the time go?
#
# A trace is a stopwatch at each station. Its id is in the answer's headers.
# On AWS it takes some seconds: run the cell again if you see none. `times`
# puts the clocks together: each runs inside the one before, so it takes one
# from the other; what nobody told is *not known*.

# %%
xray = boto3.client("xray")
ids = [answer.headers["X-Amzn-Trace-Id"][5:40]]  # it begins with Root=
for trace in xray.batch_get_traces(TraceIds=ids)["Traces"]:
    for part in (json.loads(s["Document"]) for s in trace["Segments"]):
        if took := part.get("end_time", 0) - part["start_time"]:
            print(f"{took:.3f} s in {part['name']}, {part.get('origin')}")
times(answer)
# expect: s in LanguageModelLambda
# expect: gateway, the gateway itself (access log)
# expect no: not known
# expect no: Say hello

# %% [markdown]
# ## Change it: log everything
#
# A data trace adds bodies and headers. It is the first thing that tutorials
# switch on. Here is a prompt as people write them: you see how many lines
# hold the password, then the lines as `logs` shows them.

# %%
def method_logging(settings):
    usual = file.method_logging(settings)
    return {**usual, "data_trace_enabled": True}

up()
careless = ask("My password is swordfish. Am I safe?", max_tokens=4)
found = boto3.client("logs").filter_log_events(
    logGroupName=outputs()["execution_log_group"],
    filterPattern='"swordfish"')
print("lines with the password:", len(found["events"]))
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
# `logs` covers by a field's name, or a line's kind. It cannot know that a
# `print(...)` in your function quotes a prompt. Log fields, not sentences.
#
# ## Break it: Internal server error
#
# Somebody tidies up roles, and takes away the right of chapter 02: the API's
# role may no longer invoke the function. (The data trace ends, too.) Look at
# what the caller is told, and then for the reason.

# %%
from gateway.logs import method_logging

def invoke_policy(api_role, function):
    return None

up()
failed = ask("Are you there?", max_tokens=4)
print(failed.status, failed.data)
logs(failed.headers["x-amzn-RequestId"])
# expect: 500 {
# expect: Internal server error
# expect: Invalid permissions on Lambda function

# %% [markdown]
# Only the diary says *Invalid permissions on Lambda function*. Two more that
# you will meet: *Malformed Lambda proxy response* (502: the answer has not
# the form of chapter 05) and *Execution failed due to a timeout error* (504:
# it took longer than the integration waits). The fix here is the step.

# %%
from gateway.model import invoke_policy

up()
ask("Are you there?", max_tokens=4)
# expect: 200

# %% [markdown]
# ## Your turn
#
# **15.1** A caller complains: *it took so long*. The access log says
# `latency` 6140, `integrationLatency` 6100. REPORT says `Duration: 900
# ms`, `Init Duration: 5150 ms`. Of all the milliseconds, how many took …

# %%
took = {
    "the gateway itself": ...,
    "the function's start": ...,
    "the way between the two": ...,
}
check("15.1", took)

# %% [markdown]
# **15.2** At `INFO` the diary holds what a Lambda authorizer answered, and
# with it the team's key. Write `quiet(logging)`: the arguments of the log for
# `POST /model`, so that an answered prompt leaves no line there, and a failed
# one does. The other methods go on at their level. The checker sends two.

# %%
def quiet(logging):
    ...

def prompt_limit(settings, rest_api, stage, logging):
    mine = quiet(logging) or logging
    return limits.prompt_limit(settings, rest_api, stage, mine)

up()
check("15.2", quiet)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - The level is `ERROR` there (the setting `executionLogs`), so `logs` shows
#   fewer lines.
# - Of the function, a trace shows its time there and not what it did inside:
#   for that, the function wants a permission (`xray:PutTraceSegments`) and
#   `tracing_config`, which ours has not.
#
# ## Recap
#
# You read what API Gateway did, found where the time of a request went, saw
# what a data trace keeps, and found the reason of a 500.
#
# Keep this:
#
# ```python
# def method_log(level="ERROR"):
#     """Settings of a stage's methods: steps of failures, and no bodies."""
#     return {"logging_level": level, "data_trace_enabled": False}
# ```
#
# You can stop here: in the sandbox it costs nothing. On AWS, lines end by
# themselves.
#
# {{next}}
