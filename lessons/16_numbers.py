# Sources. Prices and dates change: look them up before you rely on one. Read again on 2026-11-30: API Gateway's metrics.
# - metrics and dimensions, the mean of 4XXError as a rate, metrics of each method, which cost as one's own:
#   docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
# - 10 metrics of one's own are free, then 0.30 a metric and month in us-east-1: aws.amazon.com/cloudwatch/pricing
# - each combination of dimensions is a metric, and CloudWatch does not add up across them:
#   docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
# - the embedded metric format: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
#   CloudWatch_Embedded_Metric_Format.html

# %% [markdown]
# # {{title}}
#
# At the end, the gateway and the model count: calls, errors, milliseconds,
# tokens. And you know which of the numbers flatter.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the function, which counts tokens from chapter 16 on, is lit](../images/way_16.svg)
#
# ## You will
#
# - have the function count tokens for CloudWatch, without a call or a right;
# - ask CloudWatch for sums, means and percentiles;
# - see what refusals do to a latency;
# - make a metric that cannot be added up.
#
# About {{minutes}} minutes. It costs nothing here. On AWS, API Gateway's own
# metrics are free, and ten of yours, for all of the account; then 0.30 US
# dollars each a month (us-east-1, in 2026). Earlier chapters are made if
# missing.
#
# ## Start
#
# The card shows where you deploy to.

# %%
import json
import time
import boto3
import pulumi
import pulumi_aws as aws
import requests
from gateway import metrics as file
from gateway.kinds import Arguments, Variables
from gateway.metrics import metrics_namespace
from gateway.settings import Settings
from lab import start, plan, up, outputs, ask
from lab import predict, check, hint, solution

start(16)

# %% [markdown]
# ## The idea
#
# One line tells of one request. For *how many* and *how slow*, a doctor does
# not read each heartbeat: a monitor shows a curve.
#
# A **metric** is numbers over time, under a name, in a **namespace**, with
# **dimensions** that tell apart metrics of one name. API Gateway's own are in
# `AWS/ApiGateway`, one number a minute, kept for 15 months.
#
# What is asked of a metric is a **statistic**. The mean is the sum divided by
# the count. A **percentile** is a place in the line: up to the 95th, **p95**,
# come 19 calls of 20.
#
# ![Twenty answers, the quickest first: the mean is above nearly all of them, p50 in the middle, p95 before the slowest](../images/16_numbers.svg)
#
# ## Predict
#
# Nearly all calls are fine.

# %%
predict("16")

# %% [markdown]
# ## The code
#
# CloudWatch cannot know of tokens. The function is told a namespace, and
# writes one field more into its log line, `_aws`, which says what of the
# line is a metric: the **embedded metric format**. CloudWatch reads it out of
# the log. So the function calls nobody, and needs no right. The names, such
# as `gen_ai.usage.input_tokens`, are OpenTelemetry's.
#
# API Gateway counts by API and stage without being asked. `metrics_enabled`
# makes it count by method, too.

# %% step: metrics_variables, method_metrics

# %% [markdown]
# ## Plan
#
# Expect a function that learns its namespace, and no resource more.

# %%
plan()
# expect first: ~ update  aws.lambda_.Function  LanguageModelLambda
# expect first no: aws.apigateway.Deployment
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# The function is updated in place, and the next call starts it anew.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# Ask a prompt, and read the function's own line of it. Under `_aws`, find
# which fields are metrics, and by which dimensions.

# %%
answer = ask("Say hello to the class.", max_tokens=8)
own = boto3.client("logs").filter_log_events(
    logGroupName=outputs()["log_group"],
    filterPattern='"gen_ai.usage.input_tokens"')["events"][-1]
print(json.dumps(json.loads(own["message"])["_aws"], indent=1)[:600])
# expect: "Namespace": "LanguageModel/

# %% [markdown]
# ## Ask: how many, how slow?
#
# `numbers` asks CloudWatch for this hour so far, in one piece: a metric, a
# statistic, and the dimensions, all of them.

# %%
watch = boto3.client("cloudwatch")

def numbers(space, name, stat, **dimensions):
    named = [{"Name": n, "Value": v} for n, v in dimensions.items()]
    asked = {"Period": 3600, "Stat": stat, "Metric": {
        "Namespace": space, "MetricName": name, "Dimensions": named}}
    found = watch.get_metric_data(
        StartTime=time.time() // 3600 * 3600, EndTime=time.time(),
        MetricDataQueries=[{"Id": "m", "MetricStat": asked}])
    return [round(v) for v in found["MetricDataResults"][0]["Values"]]

# %% [markdown]
# Three prompts are answered. Compare the mean with the p95; then the stage's
# `Count` with that of `POST /model`, which counts the prompts alone.

# %%
for words in (1, 8, 24):
    ask("Tell me about rivers.", max_tokens=words)
api = boto3.client("apigateway").get_rest_api(
    restApiId=outputs()["rest_api_id"])["name"]
stage = {"ApiName": api, "Stage": outputs()["invoke_url"].split("/")[-1]}
for name, stat in (("Count", "Sum"), ("4XXError", "Sum"),
                   ("Latency", "Average"), ("Latency", "p95")):
    found = numbers("AWS/ApiGateway", name, stat, **stage)
    print(f"{name} {stat} {found}")
model = {**stage, "Resource": "/model", "Method": "POST"}
found = numbers("AWS/ApiGateway", "Count", "Sum", **model)
print(f"Count of POST /model {found}")
# expect: Count Sum [
# expect: Latency p95 [
# expect: Count of POST /model [

# %% [markdown]
# ## Change it: calls without a key
#
# A hundred calls more come without a key. Each is refused in milliseconds,
# and is a call like any other. Think of your prediction: what becomes of the
# latency, and what of the function's part of it?

# %%
def latencies():
    for name in ("Latency", "IntegrationLatency"):
        found = [numbers("AWS/ApiGateway", name, stat, **stage)
                 for stat in ("Average", "p50", "p95")]
        print(f"{name}: mean, p50, p95 are {found}")

latencies()
for _ in range(100):
    requests.get(outputs()["model_url"], timeout=60)
latencies()
# expect 2 times: IntegrationLatency: mean, p50, p95 are [

# %% [markdown]
# The gateway never looked better, and nobody got an answer sooner. What is
# refused does not reach the function, so `IntegrationLatency` does not move:
# that is the number to watch for slowness, or the latency of one method. And
# watch what is refused, too.
#
# ## Break it: a dimension too many
#
# Tokens by request, so that each call can be looked up: a dimension takes any
# text. Here are 20 values, by hand. How many metrics do they make, and how
# many tokens were there in all?

# %%
watch.put_metric_data(Namespace="Class", MetricData=[
    {"MetricName": "tokens", "Value": 8, "Dimensions": [
        {"Name": "request_id", "Value": f"r-{at}"}]} for at in range(20)])
print(len(watch.list_metrics(Namespace="Class")["Metrics"]), "metrics")
print("of one call:", numbers("Class", "tokens", "Sum", request_id="r-7"))
print("of all calls:", numbers("Class", "tokens", "Sum"))
# expect: 20 metrics
# expect: of one call: [
# expect: of all calls: []

# %% [markdown]
# Each combination of dimensions is a metric of its own, at 0.30 US dollars a
# month, and CloudWatch does not add up across them. It is no error, either:
# a metric that does not exist has no values. What has a value a call belongs
# into a log. A dimension is for what has few values: a model, a team.
#
# ## Your turn
#
# **16.1** Your company has three gateways like this one, and wants to count
# all tokens in one place. Write `company(variables)`: what the function is
# told, with the namespace `Company/Models`. The model stays the dimension.
# The checker sends a prompt, and reads what the function counted.

# %%
def company(variables):
    ...

def metrics_variables(settings, access_logs):
    usual = file.metrics_variables(settings, access_logs)
    return company(usual) or usual

up()
check("16.1", company)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - `metrics_enabled` makes a metric for each method and name, and each costs
#   as one of your own once there are calls.
# - A percentile needs the single values. Of a metric that is sent as sums,
#   as some libraries do to save calls, there is none.
#
# ## Recap
#
# You had the function count tokens, asked CloudWatch for sums, means and
# percentiles, saw what refusals do to a latency, and made a metric that
# cannot be added up.
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
# You can stop here: in the sandbox it costs nothing. On AWS, metrics cost in
# hours in which somebody calls.
#
# {{next}}
