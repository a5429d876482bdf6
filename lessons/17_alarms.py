# Sources. Prices and dates change: look them up before you rely on one.
# - 10 alarms and 3 dashboards are free; then 0.10 an alarm (standard resolution), 3.00 a dashboard and month in
#   us-east-1: aws.amazon.com/cloudwatch/pricing
# - metric filters make no data for lines that came before:
#   docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
# - states, and missing data: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
#   AlarmThatSendsEmail.html, alarms-and-missing-data.html

# %% [markdown]
# # {{title}}
#
# At the end, an alarm goes off when too many calls fail, and a dashboard
# shows calls, times and tokens.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the alarms beside the stage, chapter 17, are lit](../images/way_17.svg)
#
# ## You will
#
# - count lines of a log that fit a pattern;
# - make an alarm go off;
# - read a dashboard that is code;
# - write an alarm that never goes off, and find out why.
#
# About {{minutes}} minutes. It costs nothing here. On AWS, ten alarms and
# three dashboards are free, for all of the account; then 0.10 and 3.00 US
# dollars a month each (us-east-1, in 2026), whether anybody calls or not.
# Earlier chapters are made if missing.
#
# ## Start
#
# `burst` is chapter 11's. Here it sets off an alarm.

# %%
import json
import time
import boto3
import pulumi
import pulumi_aws as aws
import requests
from gateway import metrics as file
from gateway.metrics import GATEWAY_ALARMS, alarm, bill_alarm
from gateway.metrics import counted_alarms, graphs, tokens_alarm
from gateway.settings import Settings
from lab import start, plan, up, outputs, predict, check, hint, solution
from lab.widgets import burst

start(17)

# %% [markdown]
# ## The idea
#
# Chapter 16's doctor cannot watch the monitor all night. So it has a bell.
#
# An **alarm** watches one metric: a statistic over a period, and a threshold.
# Its state is `OK`, `ALARM` or `INSUFFICIENT_DATA`, and it acts when that
# changes. Whom it notifies is a setting, `alarm_actions`; here, nobody. A
# **dashboard** draws several metrics.
#
# ![A bar for each 5 minutes: where the p95 of the latency is above 20 seconds, the state of the alarm is ALARM, else OK](../images/17_alarms.svg)
#
# {{edges}}
#
# ## Predict
#
# Names are texts, and texts can be wrong.

# %%
predict("17")

# %% [markdown]
# ## The code
#
# `GATEWAY_ALARMS` names two of API Gateway's metrics: any 5xx, and a p95 of
# the latency above 20 seconds. `alarms` makes one of each; then those of the
# access log, of tokens, of the bill.

# %% step: alarms

# %% [markdown]
# ### What a metric does not tell apart
#
# AWS counts a 429 among all 4xx, with wrong keys and bad bodies. The access
# log tells them apart: a **metric filter** looks at each new line, and
# counts those that fit its pattern. `counted_alarms` makes two, with an
# alarm each. (In our log every value is a text, so 429 has quotes.)
#
# A dashboard is one resource: a JSON text that says which metrics to draw. It
# comes with the gateway, and goes with it.

# %% step: REFUSALS, dashboard

# %% [markdown]
# ## Plan
#
# Expect four alarms; a fifth, of tokens, where there is a budget of them.

# %%
plan()
# expect first: + create  aws.cloudwatch.MetricAlarm  alarm-throttled
# expect first no: aws.apigateway.Deployment
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# All of it is beside the API.
#
# ## Look
#
# The dashboard, as CloudWatch has it: each chart, and its first metric.

# %%
up()
watch = boto3.client("cloudwatch")
board = watch.get_dashboard(DashboardName=outputs()["dashboard_name"])
for each in json.loads(board["DashboardBody"])["widgets"]:
    print(each["properties"]["title"], each["properties"]["metrics"][0])
# expect: Done in
# expect: Calls and errors ['AWS/ApiGateway', 'Count'
# expect: 'gen_ai.usage.input_tokens'

# %% [markdown]
# ## Ask: which one goes off?
#
# 60 calls in a second, where green has 10 and then 5 a second. More than 20
# are refused, so an alarm should say ALARM, and why. After five quiet
# minutes, it says OK again.

# %%
burst(n={"green": 60}, rate={"green": 60})
end, found = time.time() + 120, []
while not found and time.time() < end:
    time.sleep(1)
    found = watch.describe_alarms(AlarmNamePrefix="alarm-throttled",
                                  StateValue="ALARM")["MetricAlarms"]
print(found[0]["AlarmDescription"], found[0]["StateReason"], sep="\n")
# expect: More than 20 calls in five minutes were over a limit
# expect: Threshold Crossed

# %% [markdown]
# ## Change it: the mean
#
# Your version watches the mean in place of the p95. It is a small change, and
# you know from chapter 16 what silences such a bell.

# %%
mean = {"statistic": "Average", "threshold": 20_000}
GATEWAY_ALARMS = (GATEWAY_ALARMS[0], (*GATEWAY_ALARMS[1][:3], mean))
plan()
# expect: ~ update  aws.cloudwatch.MetricAlarm  alarm-slow

# %% [markdown]
# ## Break it: an alarm on a metric that does not exist
#
# The classic. `ApiName` is the name of the API; here is its id. It should go
# off at the first call without a key.

# %%
from gateway.metrics import GATEWAY_ALARMS

def alarms(settings, rest_api, stage, access_logs):
    deaf = {"namespace": "AWS/ApiGateway", "metric_name": "4XXError",
            "dimensions": {"ApiName": rest_api.id}}
    return [*file.alarms(settings, rest_api, stage, access_logs),
            alarm("alarm-deaf", settings, "Never", deaf,
                  {"statistic": "Sum", "threshold": 0})]

up()
print(requests.get(outputs()["model_url"], timeout=60).status_code)
found = watch.describe_alarms(AlarmNamePrefix="alarm-deaf")
print(*(each["StateValue"] for each in found["MetricAlarms"]))
# expect: + create  aws.cloudwatch.MetricAlarm  alarm-deaf
# expect: 401
# expect: OK | INSUFFICIENT_DATA

# %% [markdown]
# It stays silent: CloudWatch knows no such metric, and that is no error.
# Missing data is `notBreaching` here, for no calls are no reason to wake
# anybody. So make each alarm go off once, by what it is for.
#
# ## Your turn
#
# **17.1** Write `refused_alarm(rest_api, stage)`: it goes off when more than
# 50 calls of this stage were answered 4xx in five minutes. `up()` also takes
# the deaf one away. The checker sends 51 calls without a key, and waits.

# %%
def refused_alarm(rest_api, stage):
    ...

def alarms(settings, rest_api, stage, access_logs):
    usual = file.alarms(settings, rest_api, stage, access_logs)
    return [*usual, refused_alarm(rest_api, stage)]

up()
check("17.1", refused_alarm)
# expect: - delete  aws.cloudwatch.MetricAlarm  alarm-deaf

# %% [markdown]
# **17.2** Write the pattern of a metric filter for the access log: it
# counts the calls of the team blue that were over a limit.

# %%
pattern = ...
check("17.2", pattern)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - A metric filter counts lines that come after it. What was there before is
#   not counted.
# - Alarms and dashboards cost while nobody calls. An account that has others
#   pays for these from the first one on.
#
# ## Recap
#
# You counted lines of a log, made an alarm go off, read a dashboard, and wrote
# an alarm that never goes off.
#
# Keep this:
#
# ```python
# import pulumi
import pulumi_aws as aws
#
# def failures_alarm(rest_api, stage):
#     """It goes off when a call of this stage was answered 5xx."""
#     return aws.cloudwatch.MetricAlarm(
#         "failures", namespace="AWS/ApiGateway", metric_name="5XXError",
#         dimensions={"ApiName": rest_api.name, "Stage": stage.stage_name},
#         statistic="Sum", period=300, evaluation_periods=1, threshold=0,
#         comparison_operator="GreaterThanThreshold")
# ```
#
# You can stop here: in the sandbox it costs nothing. On AWS, five alarms and
# a dashboard are free, if the account has no others.
#
# {{next}}
