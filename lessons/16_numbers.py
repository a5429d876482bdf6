# Sources. Prices and dates change: look them up before you rely on one.
# - 10 alarms, 3 dashboards and 10 metrics of one's own are free; then 0.10 an alarm (standard resolution), 3.00 a
#   dashboard, 0.30 a metric and month in us-east-1: aws.amazon.com/cloudwatch/pricing
# - metrics of each method cost as metrics of one's own:
#   docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
# - metric filters make no data for lines that came before:
#   docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
# - the embedded metric format: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
#   CloudWatch_Embedded_Metric_Format.html

# %% [markdown]
# # {{title}}
#
# At the end, an alarm goes off when too many calls fail, and a dashboard
# shows calls, times and tokens.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the alarms beside the stage, chapter 16, are lit](../images/way_16.svg)
#
# ## You will
#
# - have the function count tokens for CloudWatch, with no call and no right;
# - make an alarm go off;
# - read a dashboard that is code;
# - choose the number to watch.
#
# About {{minutes}} minutes. It costs nothing here. On AWS, ten alarms, three
# dashboards and ten metrics are free, for all of the account; then 0.10, 3.00
# and 0.30 US dollars a month each (us-east-1, in 2026). Earlier
# chapters are made if missing.
#
# ## Start

# %%
import json
import time
import boto3
import pulumi
import pulumi_aws as aws
import requests
from gateway.kinds import Variables
from gateway.metrics import alarm, bill_alarm, counted_alarms, graphs
from gateway.metrics import metrics_namespace, tokens_alarm
from gateway.settings import Settings
from lab import start, plan, up, outputs, ask
from lab import predict, check, hint, solution
from lab.widgets import burst

start(16)

# %% [markdown]
# ## The idea
#
# One line tells of one request. For *how many* and *how slow*, a doctor does
# not read each heartbeat: a monitor shows a curve, and calls when it leaves
# a band.
#
# A **metric** is numbers over time, under a name, in a **namespace**, with
# **dimensions** that tell apart metrics of one name. API Gateway's own are in
# `AWS/ApiGateway`. An **alarm** watches one metric. A **dashboard** draws
# several.
#
# Which number to watch? The mean is the sum through the count. A
# **percentile** is a place in the line: below the 95th, **p95**, are 19 calls
# of 20.
#
# ![A bar for each 5 minutes: where the p95 of the latency is above 20 seconds, the state of the alarm is ALARM, else OK](../images/16_numbers.svg)
#
# {{edges}}
#
# ## Predict
#
# Nearly all calls are fine.

# %%
predict("16")

# %% [markdown]
# ## The code
#
# ### Two kinds of numbers
#
# CloudWatch cannot know of tokens. The function is told a namespace, and
# writes one field more into its log line, `_aws`, which says what of the
# line is a metric: the **embedded metric format**. The names, such as
# `gen_ai.usage.input_tokens`, are OpenTelemetry's.
#
# Of API Gateway's own metrics, two are watched: any 5xx, and a p95 above 20
# seconds. Whom an alarm notifies is a setting, `alarm_actions`; here, nobody.

# %% step: metrics_variables, GATEWAY_ALARMS

# %% [markdown]
# `alarms` makes one of each, and those of the access log and of tokens:

# %% step: alarms

# %% [markdown]
# ### What a metric does not tell apart
#
# AWS counts a 429 among all 4xx, with wrong keys and bad bodies. The access
# log tells them apart: a **metric filter** looks at each new line, and
# counts those that fit its pattern. `counted_alarms` makes two, with an
# alarm each.

# %% from: REFUSALS

# %% [markdown]
# ### A dashboard
#
# Charts of metrics, declared as one JSON text: it comes with the gateway and
# goes with it.

# %% step: dashboard

# %% [markdown]
# ## Plan
#
# Expect five alarms, and a function that learns its namespace.

# %%
plan()
# expect first: ~ update  aws.lambda_.Function  LanguageModelLambda
# expect first no: aws.apigateway.Deployment
# expect: will be | No change

# %% [markdown]
# ## Apply

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# Ask a prompt, and read the function's own line of it. Under `_aws`, find
# which fields are metrics.

# %%
answer = ask("Say hello to the class.", max_tokens=8)
own = boto3.client("logs").filter_log_events(
    logGroupName=outputs()["log_group"],
    filterPattern='"gen_ai.usage.input_tokens"')["events"][-1]
print(json.dumps(json.loads(own["message"])["_aws"], indent=1)[:600])
# expect: "Namespace": "LanguageModel/

# %% [markdown]
# ## Ask: who goes off?
#
# 60 calls in a second, where green has 10 and then 5 a second. More than 20
# are refused, so an alarm should say ALARM, and why. After five quiet
# minutes, it says OK again.

# %%
burst(n={"green": 60}, rate={"green": 60})
watch = boto3.client("cloudwatch")

def ringing():
    return watch.describe_alarms(AlarmNamePrefix="alarm-throttled",
                                 StateValue="ALARM")["MetricAlarms"]

end = time.time() + 120
while not ringing() and time.time() < end:
    time.sleep(1)
for each in ringing():
    print(each["AlarmDescription"], each["StateReason"], sep="\n")
# expect: More than 20 calls in five minutes were over a limit
# expect: Threshold Crossed

# %% [markdown]
# ### The dashboard, in numbers
#
# This reads the dashboard's own text and asks for the numbers that it draws.

# %%
def numbers(drawn, name, space, *pairs):
    metric = {"Namespace": space, "MetricName": name, "Dimensions": [
        {"Name": key, "Value": value}
        for key, value in zip(pairs[::2], pairs[1::2])]}
    asked = {"Metric": metric, "Period": 900, "Stat": drawn["stat"]}
    return watch.get_metric_data(
        StartTime=time.time() - 900, EndTime=time.time(),
        MetricDataQueries=[{"Id": "m", "MetricStat": asked}]
    )["MetricDataResults"][0]["Values"]

# %% [markdown]
# Compare: `4XXError` has all 429 in it. And `Latency` may look better than
# `IntegrationLatency`, the function's part of it: refusals are quick, and
# count too.

# %%
board = watch.get_dashboard(DashboardName=outputs()["dashboard_name"])
for picture in json.loads(board["DashboardBody"])["widgets"]:
    drawn = picture["properties"]
    for space, name, *pairs in drawn["metrics"]:
        print(name, drawn["stat"], numbers(drawn, name, space, *pairs))
# expect: 4XXError Sum
# expect: Latency p95
# expect: gen_ai.usage.output_tokens Sum

# %% [markdown]
# ## Change it: the mean
#
# Your version watches the mean in place of the p95. The plan shows how small
# the difference is in code. Think of your prediction before you apply such a
# change.

# %%
failures, (name, said, metric, rule) = GATEWAY_ALARMS
mean = {"statistic": "Average", "threshold": rule["threshold"]}
GATEWAY_ALARMS = (failures, (name, said, metric, mean))
plan()
# expect: ~ update  aws.cloudwatch.MetricAlarm  alarm-slow

# %% [markdown]
# ## Break it: an alarm on a metric that does not exist
#
# The classic. `ApiName` is the name of the API; here is its id. CloudWatch
# knows no such metric, and an alarm on nothing is no error: `up()` succeeds,
# and it never goes off.

# %%
from gateway import metrics as file
from gateway.metrics import GATEWAY_ALARMS

def alarms(settings, rest_api, stage, access_logs):
    wrong = {"namespace": "AWS/ApiGateway", "metric_name": "4XXError",
             "dimensions": {"ApiName": rest_api.id}}
    deaf = alarm("alarm-deaf", settings, "Never", wrong,
                 {"statistic": "Sum", "threshold": 0})
    return [*file.alarms(settings, rest_api, stage, access_logs), deaf]

up()
print(requests.get(outputs()["model_url"], timeout=60).status_code)
found = watch.describe_alarms(AlarmNamePrefix="alarm-deaf")
for each in found["MetricAlarms"]:
    print(each["StateValue"], each["StateReason"])
# expect: + create  aws.cloudwatch.MetricAlarm  alarm-deaf
# expect: 401
# expect: OK | INSUFFICIENT_DATA

# %% [markdown]
# Missing data is `notBreaching` here: no calls at all are no reason to wake
# anybody. So test an alarm once, by what it is for. The fix is the step.

# %%
from gateway.metrics import alarms

up()
# expect: - delete | No change

# %% [markdown]
# ## Your turn
#
# **16.1** Write `refused_alarm(rest_api, stage)`: it goes off when more than
# 50 calls of this stage were answered 4xx in five minutes.

# %%
def refused_alarm(rest_api, stage):
    ...

check("16.1", refused_alarm)

# %% [markdown]
# **16.2** Write the pattern of a metric filter for the access log: it
# counts the calls of the team blue that were over a limit.

# %%
pattern = ...
check("16.2", pattern)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - `metrics_enabled` of a stage's methods makes a metric for each method and
#   name, and each costs as one of your own.
#
# ## Recap
#
# You had the function count tokens, made an alarm go off, read a dashboard
# that is code, and saw what a mean hides.
#
# Keep this:
#
# ```python
# import json
# import time
#
# def metrics_line(namespace, **numbers):
#     """Print it in a function: CloudWatch makes metrics of the numbers."""
#     kept = {"Namespace": namespace, "Dimensions": [[]],
#             "Metrics": [{"Name": name} for name in numbers]}
#     about = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [kept]}
#     return json.dumps({"_aws": about, **numbers})
# ```
#
# You can stop here: in the sandbox it costs nothing. On AWS, five alarms and
# a dashboard are within what is free, if the account has no others.
#
# {{next}}
