# Sources. Prices and dates change: look them up before you rely on one.
# - 29 s can be raised for Regional and private APIs, maybe for a lower account-level throttle (since June 2024), 10 MB:
#   aws.amazon.com/about-aws/whats-new/2024/06/amazon-api-gateway-integration-timeout-limit-29-seconds
#   docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
# - the test call: docs.aws.amazon.com/apigateway/latest/developerguide/how-to-test-method.html
# - what of Lambda's refusals becomes a 500 (no permission, throttled), and what a function does a 502:
#   repost.aws/knowledge-center/api-gateway-5xx-error
# - a malformed answer is a 502: docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html

# %% [markdown]
# # {{title}}
#
# What comes in at `/model` is handed to the function, and its answer goes
# back.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the integration, chapter 05, is lit](../images/way_05.svg)
#
# ## You will
#
# - connect the method with the function, and say with which role;
# - get the first answer through API Gateway, by its test call;
# - read the event and the answer of a proxy integration;
# - see the 500 of a gateway that may not call its function.
#
# About {{minutes}} minutes. It costs nothing, here or on AWS. Earlier
# chapters are made if they are missing.
#
# ## Start
#
# As always.

# %%
import json
import boto3
import pulumi
import pulumi_aws as aws
from gateway import model as file
from gateway.kinds import Arguments
from lab import start, plan, up, outputs
from lab import predict, check, hint, solution, show

start(5)

# %% [markdown]
# ## The idea
#
# A waiter can rewrite your order in the kitchen's own words. Or he can carry
# your note there as it is, and the plate back as it is.
#
# An **integration** is what API Gateway does with a request. The first kind
# needs templates that rewrite every request and answer. The second is a
# **proxy** integration, `AWS_PROXY`: the request becomes one event, and what
# the function returns becomes the answer. We take the proxy: then the function
# decides all of it. (A third kind, `MOCK`, calls nobody: API Gateway answers by
# itself, as at page 04's `/model/{name}`.)
#
# API Gateway needs the right to call the function. That is the role of
# chapter 01, given here as `credentials`.
#
# ![The integration makes an event of the request for the function, and the answer of its result](../images/05_integration.svg)
#
# {{edges}}
#
# ## Predict
#
# The code below says `POST`. Does that shut out those who send a GET?

# %%
predict("5")

# %% [markdown]
# ## The code
#
# First, how the gateway calls the function:
# `uri` is Lambda's address for *invoke this function*, `credentials` is
# the role to wear. Answers come whole, `BUFFERED`; chapter 20 streams them.
#
# Then the integration. `http_method` is the caller's, from chapter 04.
# `integration_http_method` is how API Gateway calls Lambda, and Lambda's
# own API knows only POST.

# %% step: invocation, integration

# %% [markdown]
# ## Plan
#
# One resource, and five that it refers to.

# %%
plan()
# expect first: 1 will be created
# expect: will be created | No change

# %% [markdown]
# ## Apply
#
# This completes the way.
#
# ## Look
#
# Then ask API Gateway. `type` is `AWS_PROXY`; in `uri`, find the function's
# own ARN inside Lambda's address; `credentials` is the role.

# %%
up()
gateways, api_id = boto3.client("apigateway"), outputs()["rest_api_id"]
rooms = gateways.get_resources(restApiId=api_id)["items"]
room_id = next(r["id"] for r in rooms if r["path"] == "/model")
show(gateways.get_integration(
    restApiId=api_id, resourceId=room_id, httpMethod="ANY"))
# expect: Done in
# expect: "type": "AWS_PROXY"
# expect: "uri": "arn:aws:apigateway:…function:LanguageModelLambda
# expect: "credentials": "arn:aws:iam::…role/languageModelApiRole

# %% [markdown]
# ## Ask
#
# The first answer through API Gateway. Nothing is deployed yet, but it can
# call a method as a test: no URL, no policy, no key. Expect 200, and the
# model's answer in `body`.
#
# A test has a log, too. Of a GET, find the event that the function was given
# (`Endpoint request body`), with its `httpMethod`. And what came back
# (`Endpoint response body`): `statusCode`, `headers`, `body`. That shape is
# the function's half of the contract. Anything else is a 502.

# %%
def ask_gateway(method="POST", **prompt):
    return gateways.test_invoke_method(
        restApiId=api_id, resourceId=room_id, httpMethod=method,
        headers={"Content-Type": "application/json"},
        body=json.dumps(prompt))

answer = ask_gateway(prompt="What is the capital of France?", max_tokens=16)
print(answer["status"], answer["body"])
log = ask_gateway("GET")["log"].splitlines()
print(*(line[:160] for line in log
        if "Endpoint re" in line and "body" in line), sep="\n")
# expect: 200 {
# expect: Paris
# expect: Endpoint request body
# expect: "httpMethod"…GET
# expect: Endpoint response body

# %% [markdown]
# ## Change it: a timeout, in place
#
# `timeout_milliseconds` is how long API Gateway waits. The step leaves it
# at 29 seconds. Five would be an update, `~`.

# %%
def integration(rest_api, model_method, invocation):
    return aws.apigateway.Integration(
        "modelIntegration", rest_api=rest_api.id,
        resource_id=model_method.resource_id,
        http_method=model_method.http_method,
        type="AWS_PROXY", integration_http_method="POST",
        timeout_milliseconds=5000, **invocation)

plan()
# expect: ~ update  aws.apigateway.Integration  modelIntegration
# expect: timeout_milliseconds: …→ 5000

# %% [markdown]
# ## Break it: nobody may call the function
#
# Without `credentials` API Gateway relies on a permission of the function.
# There is none, and yet this deploys. Expect a replacement, `±`, and an answer
# that says nothing. The log does.

# %%
def integration(rest_api, model_method, invocation):
    return aws.apigateway.Integration(
        "modelIntegration", rest_api=rest_api.id,
        resource_id=model_method.resource_id,
        http_method=model_method.http_method, type="AWS_PROXY",
        integration_http_method="POST",
        **{**invocation, "credentials": None})

up()
refused = ask_gateway(prompt="Hi", max_tokens=1)
print(refused["status"], refused["body"])
log = refused["log"].splitlines()
print(*(line for line in log if "ermission" in line))
# expect: ± replace  aws.apigateway.Integration  modelIntegration
# expect: replaced because credentials changed
# expect first: 500 {"message"
# expect first: Invalid permissions on Lambda function

# %% [markdown]
# A 500 with these words means that the function did not run: the gateway had no
# right to call it, as here, or it had too many calls at once. Only a test or
# the execution log (chapter 15) tells which.
#
# The second classic: a function has two names. `arn` says which
# function, `invoke_arn` is the address for calling it. A plan asks nobody at
# AWS, so this mistake passes it and fails in `up()`.

# %%
from gateway.api import integration

def invocation(function, api_role):
    return {"uri": function.arn, "credentials": api_role.arn}

try:
    up()
except Exception as error:
    print(error)
# expect: AWS ARN for integration must contain path or action

# %% [markdown]
# `AWS ARN for integration must contain path or action`: an address is
# wanted, no name. Both are mended by the step:

# %%
from gateway.api import invocation

up()
print(ask_gateway(prompt="Hi", max_tokens=1)["status"])
# expect: Done in | No change
# expect: 200

# %% [markdown]
# ## Your turn
#
# **5.1** Tutorials often do without a role: the function itself admits the
# gateway, with a permission. Write
# `permission(rest_api, function)`: the `aws.lambda_.Permission` that lets
# this API, and no other, invoke the function.

# %%
def permission(rest_api, function):
    ...

check("5.1", permission)

# %% [markdown]
# **5.2** For once, be the function: write its code, as text, so that whoever
# asks gets status 418 and the JSON `{"tea": true}`. It begins with
# `def handler(event, context):`. The checker uses API Gateway's test call; a
# wrong shape is a 502. (The next page's `up()` brings the model back.)

# %%
teapot = ...

def code_of(folder):
    if teapot is ... or folder != "model":
        return file.code_of(folder)
    return pulumi.AssetArchive({"handler.py": pulumi.StringAsset(teapot)})

up()
check("5.2", teapot)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - API Gateway waits 29 seconds for a function, then answers 504. The
#   function runs on, and is paid for. For Regional and private APIs, AWS
#   raises these 29 seconds on request, and may lower the account's rate for it.
# - A request may have 10 MB, but Lambda takes 6 MB: larger ones get a 413.
#
# ## Recap
#
# You connected the method with the function, and got the first answer through
# API Gateway. You read the event and the answer of a proxy, and saw the 500
# without permission.
#
# Keep this:
#
# ```python
# def proxy(function, role):
#     """Arguments of an integration that hands on the whole request."""
#     return {"type": "AWS_PROXY", "integration_http_method": "POST",
#             "uri": function.invoke_arn, "credentials": role.arn}
# ```
#
# You can stop here: an integration costs nothing.
#
# {{next}}
