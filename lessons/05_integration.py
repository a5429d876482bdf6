# %% [markdown]
# # {{title}}
#
# The last missing wire: what comes in at `/model` is handed to the
# function, and its answer goes back.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the integration, chapter 05, is lit](../images/way_05.svg)
#
# ## You will
#
# - connect the method with the function;
# - say with which role the gateway makes the call;
# - read the event that a proxy integration sends;
# - compare the role with the other way in, a permission.
#
# About {{minutes}} minutes. It costs nothing, here or on AWS. Earlier
# chapters are made if they are missing.
#
# ## Start
#
# The same start as always.

# %%
import json
import boto3
import pulumi
import pulumi_aws as aws
from gateway.kinds import Arguments
from lab import start, plan, up, outputs
from lab import predict, check, hint, solution, show

start(5)

# %% [markdown]
# ## The idea
#
# A waiter can do two things with an order. He can write it anew for the
# kitchen: shorter, in the kitchen's own words. Or he can carry your note
# there as it is, and the plate back as it is.
#
# An **integration** is what the gateway does with a request. The first
# kind needs templates that rewrite every request and answer. The second
# is a **proxy** integration, `AWS_PROXY`: the whole request becomes one
# event, with method, path, headers and body, and what the function
# returns becomes the answer. We take the proxy, so that the function
# decides everything about the answer.
#
# The waiter needs a pass for the kitchen. That is the role of chapter 01,
# given here as `credentials`.
#
# ![Five boxes: the integration refers to the role, the function, the API and the method](../images/05_integration.svg)
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
# ### The integration
#
# Everything so far meets here. First, how the gateway calls the function:
# `uri` is Lambda's address for *invoke this function*, `credentials` is
# the role to wear. Answers come whole, `BUFFERED`; chapter 13 lets them
# come word by word.

# %% step: invocation

# %% [markdown]
# `http_method` is the visitor's door from chapter 04.
# `integration_http_method` is how the gateway calls Lambda, and Lambda's
# own API knows only POST. Without this resource nothing can be deployed: a
# method must lead somewhere.

# %% step: integration

# %% [markdown]
# ### The other way in
#
# Instead of a role, the function itself can admit the gateway. Tutorials
# often do that, so you should recognise it. It is not a step of ours: a
# role is one place to look, and also works for services that have no
# such list. Running the cell defines the function; nothing calls it.

# %% from: invoke_permission

# %% [markdown]
# ## Plan
#
# One resource to create, and five things it refers to.

# %%
plan()
# expect first: 1 will be created
# expect: will be created | No change

# %% [markdown]
# ## Apply
#
# After this, the way from `/model` to the model is complete. Only an
# address is missing.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# Ask API Gateway. `type` is `AWS_PROXY`; in `uri`, find the function's
# own ARN inside Lambda's address; `credentials` is the role.

# %%
gateways = boto3.client("apigateway")
api_id = outputs()["rest_api_id"]
rooms = gateways.get_resources(restApiId=api_id)["items"]
room_id = next(r["id"] for r in rooms if r["path"] == "/model")
show(gateways.get_integration(
    restApiId=api_id, resourceId=room_id, httpMethod="ANY"))
# expect: "type": "AWS_PROXY"
# expect: "uri": "arn:aws:apigateway:…function:LanguageModelLambda
# expect: "credentials": "arn:aws:iam::…role/languageModelApiRole

# %% [markdown]
# ## Ask
#
# One last time you play gateway, now with the event as the proxy sends
# it. These are a few of its fields; what is empty is `null`, and the body
# is always text.

# %%
event = {
    "resource": "/model", "path": "/model", "httpMethod": "POST",
    "headers": {"Content-Type": "application/json"},
    "queryStringParameters": None, "pathParameters": None,
    "requestContext": {"requestId": "by-hand", "stage": "v1"},
    "body": '{"prompt": "Say hello to the class.", "max_tokens": 32}',
    "isBase64Encoded": False}
answer = boto3.client("lambda").invoke(
    FunctionName=outputs()["function_name"], Payload=json.dumps(event))
show(json.load(answer["Payload"]))
# expect: "statusCode": 200
# expect: "headers"
# expect: "body"

# %% [markdown]
# `statusCode`, `headers`, `body`: that shape is the function's half of
# the contract. Anything else, and the caller gets a 502. If the role may
# not call the function, it is a 500, and nothing says why; the reason is
# in the execution log, chapter 11. A request may have 10 MB, but Lambda
# takes 6 MB: larger ones get a 413.
#
# ## Change it: patience in place, the kind by replacement
#
# `timeout_milliseconds` is how long the gateway waits. The step leaves it
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
# Without `credentials` the gateway would rely on a permission. That is
# another kind of connection: expect a replacement, `±`.

# %%
def integration(rest_api, model_method, invocation):
    return aws.apigateway.Integration(
        "modelIntegration", rest_api=rest_api.id,
        resource_id=model_method.resource_id,
        http_method=model_method.http_method,
        type="AWS_PROXY", integration_http_method="POST",
        uri=invocation["uri"])

plan()
# expect: ± replace  aws.apigateway.Integration  modelIntegration
# expect: replaced because credentials changed

# %% [markdown]
# ## Break it: the wrong one of two names
#
# A function has two names, and everyone takes the wrong one once: `arn`
# says which function, `invoke_arn` is the address for calling it. This
# mistake passes the plan, because a plan asks nobody at AWS. It fails in
# `up()`.

# %%
from gateway.api import integration

def invocation(function, api_role):
    return {"uri": function.arn, "credentials": api_role.arn}

try:
    up()
except Exception as error:
    print(error)
# expect: ! failed: update
# expect: AWS ARN for integration must contain path or action

# %% [markdown]
# `AWS ARN for integration must contain path or action`: that is AWS for
# *I need an address, not a name*. Nothing was changed; the old
# integration is still there. The fix is `function.invoke_arn`, as in the
# step:

# %%
from gateway.api import invocation

up()
# expect: No change

# %% [markdown]
# ## Your turn
#
# **5.1** Write `permission(rest_api, function)`: the
# `aws.lambda_.Permission` that lets this API, and no other, invoke the
# function. The other way in, above, is almost it.

# %%
def permission(rest_api, function):
    ...

check("5.1", permission)

# %% [markdown]
# **5.2** What must a function return, so that the caller gets status 418
# and the JSON `{"tea": true}`?

# %%
response = ...
check("5.2", response)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - The gateway waits 29 seconds for a function, then answers 504.
#   The function runs on, and is paid for.
#
# ## Recap
#
# You connected the method with the function, chose the role that makes
# the call, and sent the proxy's event by hand. You know the other way in,
# and that a function's name is not its address.
#
# Keep this: `"uri": function.invoke_arn`, `integration_http_method="POST"`.
#
# You can stop here: an integration costs nothing.
#
# {{next}}
