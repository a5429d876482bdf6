# %% [markdown]
# # {{title}}
#
# At the end, you can say of each request what became of it, and something
# rings when too many go wrong. What was asked is written down nowhere.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the logs beside it, chapter 11, are lit](../images/way_11.svg)
#
# ## You will
#
# - follow one request by its id, from the gateway to the function;
# - read numbers, on a dashboard that is code, and make an alarm ring;
# - see what a log of everything would keep;
# - lose the logs without any error, and get them back.
#
# About {{minutes}} minutes. It costs nothing here. On AWS logs cost about
# half a dollar a gigabyte. Earlier chapters are made if missing.
#
# ## Start
#
# New is `logs`, from `lab.widgets`: it shows log lines, and covers prompts
# and secrets in them.

# %%
import json
import time
import boto3
import pulumi
import pulumi_aws as aws
import requests
from gateway import logs as file
from gateway.kinds import Arguments, Parts, Variables
from gateway.logs import PUSH_LOGS, existing_account
from gateway.metrics import GATEWAY_ALARMS, REFUSALS, alarm, graphs
from gateway.metrics import metrics_namespace, tokens_alarm
from gateway.policies import trust_policy
from gateway.settings import Settings
from lab import start, plan, up, outputs, ask
from lab import predict, check, hint, solution, show
from lab.widgets import burst, logs

start(11)

# %% [markdown]
# ## The idea
#
# You send a parcel. It gets a number, and each station that it passes
# writes a line into its book: the number, the time, the weight, the next
# station. If it is lost, you ask for the number. Nobody has to open it.
#
# A request is such a parcel. API Gateway gives it an id, and tells the
# caller and the function. The prompt is inside, and stays inside.
#
# | | one for each | tells |
# |---|---|---|
# | **access log** | request | who, what, how long, why not |
# | **execution log** | step of the gateway | what it did, where it stopped |
# | the function's log | call that reached it | tokens, time, memory |
# | **trace** | some of the requests | where the time went |
# | **metric** | minute | how many, how long |
# | **alarm** | limit | that a metric is past it |
#
# ![The stage writes to two groups of log lines, which need the account's role; alarms and a dashboard watch API and stage](../images/11_one_request.svg)
#
# {{edges}}
#
# ## Predict
#
# You share an account with others. Think of what belongs to whom.

# %%
predict("11")

# %% [markdown]
# ## The code
#
# ### What a line says
#
# `$context` is what API Gateway knows of a request. `keyId` is a key's id,
# which opens nothing. `latency` is the whole time, `integrationLatency`
# the function's share of it. Left out is what is nobody's business: the
# caller's address (unless set), and `error.validationErrorString`, which may quote a
# prompt. For the body, there is no variable at all.

# %% from: ACCESS_LOG

# %% [markdown]
# ### Two groups, with an end
#
# One for each log. API Gateway would make the second one itself and keep
# it for ever, so we make it before, by exactly this name. Without an end
# of their own, logs grow until somebody reads the bill.

# %% step: access_logs, execution_logs

# %% [markdown]
# ### The right to write
#
# API Gateway may not write logs until a role lets it. The odd thing: the
# role is not the API's. There is **one for the account and Region**. To
# set it is to overwrite everybody's. So the setting `loggingRole` has to
# say `own`, as in the sandbox; and what is made stays after `destroy`.

# %% step: logging_account

# %% [markdown]
# ### The switches
#
# Now the stage gets its access log, and in `method_logging` every method
# its execution log. A line names who was refused, too. A **data trace**
# would log bodies.

# %% step: log_fields, stage_logging

# %% [markdown]
# ### A drawer for numbers
#
# A **namespace** is a drawer of metrics. API Gateway's are in
# `AWS/ApiGateway`. The function has some of its own; it is told the name
# of theirs as `METRICS_NAMESPACE`. No other gateway may have that name.

# %% step: metrics_namespace, metrics_variables

# %% [markdown]
# ### Alarms
#
# `GATEWAY_ALARMS` has two limits for AWS's own metrics: any 5xx, and a
# 95th **percentile**, **p95**, above 20 seconds. (A p95 is the time that
# 19 calls of 20 stay below. A mean would hide the slow ones.) Without
# alarms, your users are the ones who notice. Whom they wake is a setting,
# `alarm_actions`; here, nobody.

# %% step: alarms

# %% [markdown]
# AWS counts a 429 among all 4xx, together with wrong keys and bad bodies.
# The access log tells them apart. A **metric filter** looks at each new
# line, and counts those that fit its pattern.

# %% step: counted_alarms

# %% [markdown]
# ### A dashboard
#
# Pictures of metrics, declared as one JSON text. So it comes with the
# gateway and goes with it, and nobody has to click it together again.

# %% step: dashboard

# %% [markdown]
# ## Plan
#
# From chapter 09, expect changes too: the stage gets its log and tracing
# (`xray_tracing_enabled`), `everyMethod` and `promptLimit` the execution
# log, the function a name for its metrics. Expect no deployment: all this
# is the stage's.

# %%
plan()
# expect first: ~ update  aws.lambda_.Function  LanguageModelLambda
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
# The account's role, and how long each group keeps its lines. Had we not
# made them, there would be no number.

# %%
gateways, lines = boto3.client("apigateway"), boto3.client("logs")
print(gateways.get_account()["cloudwatchRoleArn"])
for each in ("access_log_group", "execution_log_group", "log_group"):
    name = outputs()[each]
    found = lines.describe_log_groups(logGroupNamePrefix=name)
    print(found["logGroups"][0]["retentionInDays"], "days:", name)
# expect: arn:aws:iam::…:role/
# expect 3 times: days:

# %% [markdown]
# ## Ask
#
# ### One request, by its id
#
# The id is in the answer's headers. Read from top to bottom: the access
# log, the gateway's steps, the function's own line. `lambdaRequestId`
# leads to Lambda's START, END and **REPORT**, whose numbers are columns
# below: a cold start is an `init`. Then look for the prompt.

# %%
answer = ask("Say hello to the class.", max_tokens=16)
logs(answer.headers["x-amzn-RequestId"])
# expect: 200
# expect: access log: {
# expect: execution log: Method completed with status: 200
# expect: function: REPORT
# expect no: Say hello

# %% [markdown]
# It is in no line. The function's line counts it in tokens, and says how
# long the first one took.
#
# A refused request has an id too. This one has no key. Which book has no
# line of it?

# %%
url = outputs()["model_url"]
refused = requests.get(url, timeout=60)
logs(refused.headers["x-amzn-RequestId"])
# expect: status: 401
# expect: function: no lines

# %% [markdown]
# The function's: it was never called.
#
# ### Where the time went
#
# A trace is a stopwatch at each station. Its id is in the answer's
# headers, and in the access log. On AWS such things arrive late: `until`
# asks again, for two minutes at most. If then nothing is printed, run the
# cell once more.

# %%
def until(look):
    end = time.time() + 120
    while not (found := look()) and time.time() < end:
        time.sleep(5)
    return found

xray = boto3.client("xray")
ids = [answer.headers["X-Amzn-Trace-Id"][5:40]]  # it begins with Root=
for trace in until(lambda: xray.batch_get_traces(TraceIds=ids)["Traces"]):
    for part in (json.loads(s["Document"]) for s in trace["Segments"]):
        if took := part.get("end_time", 0) - part["start_time"]:
            print(f"{took:.3f} s in {part['name']}, {part.get('origin')}")
# expect: s in LanguageModelLambda

# %% [markdown]
# ### An alarm rings
#
# 60 calls in a second, where green has 10 and then 5 a second. More than
# 20 are refused, so the alarm should say ALARM, and why. After five quiet
# minutes, it says OK again.

# %%
burst(n={"green": 60}, rate={"green": 60})
watch = boto3.client("cloudwatch")
for ringing in until(lambda: watch.describe_alarms(
        AlarmNamePrefix="alarm-throttled",
        StateValue="ALARM")["MetricAlarms"]):
    print(ringing["AlarmDescription"], ringing["StateReason"], sep="\n")
# expect: More than 20 calls in five minutes were over a limit
# expect: Threshold Crossed

# %% [markdown]
# ### Numbers, also of tokens
#
# CloudWatch cannot know of tokens. But in the function's line was a field
# `_aws` (`functions/model/log.py` writes it): it says which of the other
# fields are metrics. That is the **embedded metric format**. It takes no
# call and no permission. The names, `gen_ai.usage.input_tokens` and so
# on, are OpenTelemetry's, on which many makers agree.
#
# This reads the dashboard's own text and asks for its numbers.

# %%
board = watch.get_dashboard(DashboardName=outputs()["dashboard_name"])
for picture in json.loads(board["DashboardBody"])["widgets"]:
    drawn = picture["properties"]
    for space, name, *pairs in drawn["metrics"]:
        metric = {"Namespace": space, "MetricName": name, "Dimensions": [
            {"Name": key, "Value": value}
            for key, value in zip(pairs[::2], pairs[1::2])]}
        got = watch.get_metric_data(
            StartTime=time.time() - 900, EndTime=time.time(),
            MetricDataQueries=[{"Id": "m", "MetricStat": {
                "Metric": metric, "Period": 900, "Stat": drawn["stat"]}}])
        print(name, drawn["stat"], got["MetricDataResults"][0]["Values"])
# expect: 4XXError Sum
# expect: Latency p95
# expect: gen_ai.usage.output_tokens Sum

# %% [markdown]
# Compare: `4XXError` has the 401 and all 429 in one sum. And `Latency` may
# look better than the function's part of it: refusals are quick, and count
# too.
#
# ## Change it: log everything
#
# A data trace adds bodies and headers to the execution log. It is the
# first thing that tutorials switch on. Here is a prompt as people write
# them. First you see how many lines hold the password, then the lines as
# `logs` shows them.

# %%
def method_logging(settings):
    usual = file.method_logging(settings)
    return {**usual, "data_trace_enabled": True}

up()
careless = ask("My password is swordfish. Am I safe?", max_tokens=16)
print("lines with the password:", len(lines.filter_log_events(
    logGroupName=outputs()["execution_log_group"],
    filterPattern='"swordfish"')["events"]))
logs(careless.headers["x-amzn-RequestId"], grep="body")
# expect first: lines with the password: 1
# expect: lines with the password:
# expect: body before transformations: [covered
# expect no: swordfish

# %% [markdown]
# They are covered on this page, and in the open in the log, for seven
# days. Whoever may read logs reads prompts. So data trace stays off.
#
# `logs` covers by structure: by a field's name, or a line's kind. It
# cannot know that a sentence of a `print(...)` in your function quotes a
# prompt. Nobody can. Log fields, not sentences.
#
# ## Break it: the role that others took away
#
# Another team, same account, destroys its gateway. With it goes the
# account's role. That is what an empty one does here (and the data trace
# ends). You call, and get an answer. Now read the log of this call.

# %%
from gateway.logs import method_logging

def logging_account(settings):
    return [aws.apigateway.Account(
        "apiLogsAccount", cloudwatch_role_arn="")]

up()
silent = ask("Are you there?", max_tokens=8)
logs(silent.headers["x-amzn-RequestId"])
# expect: access log: no lines
# expect: execution log: no lines
# expect: function: 4 lines

# %% [markdown]
# The function's book has it, the gateway's books have nothing, and no
# error says so. You would notice weeks later, or when somebody wants one
# more field in the log, such as the caller's program:

# %%
ACCESS_LOG = {**ACCESS_LOG, "client": "$context.identity.userAgent"}
try:
    up()
except Exception as error:
    print(error)
# expect: CloudWatch Logs role ARN must be set in account settings to enable logging

# %% [markdown]
# `CloudWatch Logs role ARN must be set in account settings to enable
# logging`. Most meet it with their first stage, because no tutorial made
# the role. The fix is the step. Take both from the file, and call again.

# %%
from gateway.logs import ACCESS_LOG, logging_account

up()
heard = ask("Are you there?", max_tokens=8)
logs(heard.headers["x-amzn-RequestId"], group="access")
# expect: access log: 1 line

# %% [markdown]
# ## Your turn
#
# **11.1** Write `refused_alarm(rest_api, stage)`: it rings when more than
# 50 calls of this stage were answered 4xx in five minutes.

# %%
def refused_alarm(rest_api, stage):
    ...

check("11.1", refused_alarm)

# %% [markdown]
# **11.2** Write the pattern of a metric filter for the access log: it
# counts the calls of the team blue that were over a limit.

# %%
pattern = ...
check("11.2", pattern)

# %% [markdown]
# **11.3** A caller complains: *it took so long*. The access log says
# `latency` 6140, `integrationLatency` 6100. REPORT says `Duration: 900
# ms`, `Init Duration: 5150 ms`. Of all the milliseconds, how many took …

# %%
took = {
    "the gateway itself": ...,
    "the function's start": ...,
    "the way between the two": ...,
}
check("11.3", took)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - The level is `ERROR` there, so `logs` shows fewer lines. `INFO` can hold
#   what the authorizer answered, and with it the team's key; AWS does not
#   promise to mask it. The setting is `executionLogs`.
# - Beyond the first ten, metrics of your own cost about 30 cents a month
#   each, and so do those that `metrics_enabled` makes for each method;
#   alarms cost 10.
#
# ## Recap
#
# You followed a request by its id, read numbers and made an alarm ring,
# saw what a data trace keeps, and lost the logs to somebody else's
# `destroy`.
#
# Keep this: `"requestId": "$context.requestId"`.
#
# You can stop here: in the sandbox it costs nothing. On AWS lines end by
# themselves, and the alarms and the dashboard are within what is free, if
# they are your first.
#
# {{next}}
