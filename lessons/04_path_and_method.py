# %% [markdown]
# # {{title}}
#
# The API gets an address that can be asked, `/model`, and the methods
# that may be used on it.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the path /model, chapter 04, is lit](../images/way_04.svg)
#
# ## You will
#
# - add the path `/model` below the root of the API;
# - open it for every HTTP method with `ANY`;
# - see what replaces a method, and what stays;
# - read a refusal that comes before any call to AWS;
# - have a path of your own answer API Gateway's test call.
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
from gateway import api
from gateway.kinds import Arguments
from lab import start, plan, up, outputs
from lab import predict, check, hint, solution, show

start(4)

# %% [markdown]
# ## The idea
#
# The API is an office building with an entrance and no rooms. A
# **resource**, in API Gateway's language, is a room: a part of the path.
# Ours is `model`, and its door is `/model`. Rooms can lie inside rooms;
# each knows its parent.
#
# A **method** is what visitors may do at a door: GET to look, POST to
# hand something in. A door without a method does not open. `ANY` stands
# for all seven methods at once, and leaves it to the function to say no.
#
# (The word *resource* is used twice. Pulumi calls everything it makes a
# resource; API Gateway means a path. This chapter's Pulumi resource
# `modelPath` is both.)
#
# ![A request in parts: POST is the method, the host names the API, /v1 is the stage, /model the resource; else 403](../images/04_path_and_method.svg)
#
# {{edges}}
#
# ## Predict
#
# One door will exist, for every method. What if you change your mind?

# %%
predict("4")

# %% [markdown]
# ## The code
#
# The path has two references: the API it belongs to, and the room it lies
# in, here the root that every API is born with. `path_part` has no slash: it
# is one part, and API Gateway puts the path together.
#
# Without the method, `/model` would exist and answer nobody. Its
# `operation_name` is its name in documents and SDKs that are made from the API.
# The option `delete_before_replace` turns Pulumi's usual order around.

# %% step: model_path, model_method

# %% [markdown]
# In `access` is the `authorization`: how callers prove who they are. It has
# to be written down; there is no default, and that is good. Until chapter
# 08 the kit hands this to the step: nobody has to prove anything.

# %% until: EVERYONE

# %% [markdown]
# ## Plan
#
# Two resources to create. The path needs the API's id, the method needs
# the path's id, so the order is fixed.

# %%
plan()
# expect first: 2 will be created
# expect: will be created | No change | 1 will be deleted

# %% [markdown]
# ## Apply
#
# It is a matter of a second.
#
# ## Look
#
# Then ask API Gateway for the building's rooms. You should see the root, and
# below it `/model` with the one method `ANY`.

# %%
up()
gateways = boto3.client("apigateway")
api_id = outputs()["rest_api_id"]
rooms = gateways.get_resources(restApiId=api_id)["items"]
[(room["path"], list(room.get("resourceMethods", {}))) for room in rooms]
# expect: Done in
# expect first: [('/', []), ('/model', ['ANY'])]
# expect: '/model'

# %% [markdown]
# ## Ask
#
# Ask for the method itself. `authorizationType` is `NONE`, and no key is
# asked for. There is no `methodIntegration` yet: the method leads nowhere.
# Chapter 05 gives it one, and with it the first answer.

# %%
room_id = next(r["id"] for r in rooms if r["path"] == "/model")
show(gateways.get_method(
    restApiId=api_id, resourceId=room_id, httpMethod="ANY"))
# expect first: "authorizationType": "NONE"
# expect: "apiKeyRequired":
# expect first no: methodIntegration

# %% [markdown]
# ## Change it: another method
#
# POST in place of ANY: now you see what you have predicted. (If later
# chapters are deployed, what hangs on the method is replaced with it.)

# %%
def model_method(rest_api, model_path, access):
    return aws.apigateway.Method(
        "modelMethod", rest_api=rest_api.id, resource_id=model_path.id,
        http_method="POST", operation_name="AskTheModel", **access,
        opts=pulumi.ResourceOptions(delete_before_replace=True))

plan()
# expect: ± replace  aws.apigateway.Method  modelMethod
# expect: replaced because http_method changed

# %% [markdown]
# ## Break it: a method in small letters
#
# HTTP methods are written in capitals, and API Gateway means it. Watch
# *when* the mistake is found.

# %%
def model_method(rest_api, model_path, access):
    return aws.apigateway.Method(
        "modelMethod", rest_api=rest_api.id, resource_id=model_path.id,
        http_method="any", **access)

try:
    plan()
except Exception as error:
    print(error)
# expect: expected http_method to be one of …, got any

# %% [markdown]
# The plan already refuses: `expected http_method to be one of …, got
# any`. The AWS **provider**, the part of Pulumi that knows AWS, checks
# arguments before anything is called, so nothing is half done. The fix is the
# original step, which the next cell brings back.
#
# ## Your turn
#
# **4.1** Write `named(rest_api, model_path)`: the path `/model/{name}`, where
# `{name}` stands for anything, and its method GET. Give back the method.
# `mock` lets API Gateway answer it by itself, with the name; page 05 explains
# such integrations. There is no URL yet, so the checker uses API Gateway's
# own test call: `GET /model/tea`.

# %%
from gateway.api import model_method

def named(rest_api, model_path):
    ...

def mock(method):
    at = {"rest_api": method.rest_api, "resource_id": method.resource_id,
          "http_method": method.http_method}
    said = aws.apigateway.Integration("namedMock", type="MOCK", **at,
        request_templates={"application/json": '{"statusCode": 200}'})
    fine = aws.apigateway.MethodResponse(
        "namedFine", status_code="200", **at)
    told = """{"name": "$input.params('name')"}"""
    aws.apigateway.IntegrationResponse("namedAnswer", status_code="200",
        response_templates={"application/json": told}, **at,
        opts=pulumi.ResourceOptions(depends_on=[said, fine]))

# %% [markdown]
# Each resource has to be declared in a step, and this page has two. Yours is
# called by a `model_path` of your own.

# %%
def model_path(rest_api):
    path = api.model_path(rest_api)
    if method := named(rest_api, path):
        mock(method)
    return path

up()
check("4.1", named)
# expect: Done in

# %% [markdown]
# **4.2** Write `two_methods(rest_api, model_path)`: the methods GET and
# POST of `/model`, in place of ANY.

# %%
def two_methods(rest_api, model_path):
    ...

check("4.2", two_methods)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# ## Recap
#
# You added a path and a method, saw what replaces a method, and read a
# refusal that came before any call. A path of your own has answered a test.
#
# Keep this:
#
# ```python
# import pulumi_aws as aws
#
# def any_method(rest_api, path):
#     """Every HTTP method of a path, for whoever calls."""
#     return aws.apigateway.Method(
#         "anyMethod", rest_api=rest_api.id, resource_id=path.id,
#         http_method="ANY", authorization="NONE")
# ```
#
# You can stop here: paths cost nothing.
#
# {{next}}
