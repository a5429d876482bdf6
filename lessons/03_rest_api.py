# Sources. Prices and dates change: look them up before you rely on one. Read again on 2026-11-29: the two prices.
# - REST and HTTP APIs compared: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html
# - only REST APIs stream: docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
# - prices of us-east-1, the first 300 or 333 million calls, in US dollars: aws.amazon.com/api-gateway/pricing,
#   aws.amazon.com/elasticloadbalancing/pricing
# - AgentCore Gateway, targets of three kinds, MCP, HTTP and inference, the last since July 2026 at the latest (read on
#   2026-11-30): docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-core-concepts.html

# %% [markdown]
# # {{title}}
#
# The gateway gets its shell: an API with an id, and a rule about who may
# call it.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the API, chapter 03, is lit](../images/way_03.svg)
#
# ## You will
#
# - make a REST API, so far without a single path;
# - write the resource policy that says who may call it, and see it decide;
# - use a value that does not exist yet, without tripping over it.
#
# About {{minutes}} minutes. It costs nothing here. On AWS an API costs
# nothing by itself: calls are paid. Earlier chapters
# are made if they are missing.
#
# ## Start
#
# The same start as always.

# %%
import json
import boto3
import pulumi
import pulumi_aws as aws
from gateway.kinds import Arguments, Statement
from gateway.policies import policy_document
from lab import start, plan, up, outputs
from lab import predict, check, hint, solution, show

start(3)

# %% [markdown]
# ## The idea
#
# Why put anything in front of the function? Because the model should
# think about prompts, and about nothing else. Who are you? How often may
# you ask? Is this a question at all? A **gateway** deals with that at the
# front desk, so that the cook in the kitchen is not disturbed.
#
# A **REST API** is an empty front desk: an id, a place in a region, no
# services yet. Later chapters add what can be asked for there.
#
# Its **resource policy** is the sign at the door. A role's policy, in
# chapter 02, is about what the role may *do*. A resource policy is
# about who may come *in*. Ours says: everyone, for now. Chapter 08 will
# be stricter.
#
# Why this kind of gateway? AWS has several (in 2026):
#
# | | keys and quotas | checks bodies | streams | private balancer | costs |
# |---|---|---|---|---|---|
# | **REST API** (here) | yes | yes | yes | yes | 3.50 a million |
# | HTTP API | no | no | no | yes | 1.00 a million |
# | a function's URL | no | no | yes | no | the function |
# | load balancer | no | no | from instances | is one | 0.0225 an hour |
#
# If you need neither keys nor streams, an HTTP API is cheaper. Amazon Bedrock
# is models, paid by the token; its AgentCore Gateway is a gateway: page 26.
#
# ![Callers, the REST API, the function: the resource policy says who may come in, the policy of the role what it may do](../images/03_rest_api.svg)
#
# {{edges}}
#
# ## Predict
#
# The API will exist, and its policy lets everyone in. So who can call it?

# %%
predict("3")

# %% [markdown]
# ## The code
#
# ### The API
#
# `REGIONAL` means that callers reach it in its own region. The other
# choice, `EDGE`, puts a worldwide network in front.
# Callers need TLS 1.2 or later; older encryption can be broken.
# `key_source` is for arguments that chapter 08 adds: until then it is empty.
#
# ### Who may call it
#
# The policy must name the API, and the name contains an id that AWS has
# not chosen yet. `rest_api.execution_arn` is an **output**: a value
# that may not be known yet. `Output.concat` joins it with text, once it is.
#
# Without a policy the API would be open as well. A changed policy takes effect with the next
# deployment: chapter 06 sees to that.

# %% step: rest_api, resource_policy

# %% [markdown]
# And these are its `statements`, for as long as nobody asks who calls.
# They are not in `gateway/`, where no program shall leave the door open by
# mistake: the kit hands them to the step, until chapter 08 has better ones.

# %% until: allow_everyone

# %% [markdown]
# ## Plan
#
# You should see two resources to create. The policy's text is still
# open: it waits for the API's id.

# %%
plan()
# expect first: 2 will be created
# expect: will be created | No change

# %% [markdown]
# ## Apply
#
# The API comes first, then the policy that names it.
#
# ## Look
#
# Then ask API Gateway for the API. Note the `id`: it will be part of every
# URL. And find it again inside `policy`.
#
# ## Ask
#
# What can be called, and where? Every API is born with one path, the root
# `/`, and no method on it. And an API is served by its stages: the second
# list has the answer to your prediction. (More is in both, if you have been
# in later chapters.)

# %%
up()
gateways = boto3.client("apigateway")
api_id = outputs()["rest_api_id"]
rooms = gateways.get_resources(restApiId=api_id)["items"]
print([(room["path"], list(room.get("resourceMethods", {})))
       for room in rooms])
print(gateways.get_stages(restApiId=api_id)["item"])
show(gateways.get_rest_api(restApiId=api_id))
# expect: Done in
# expect first: [('/', [])]
# expect: '/'
# expect first: []
# expect: [
# expect: "id": "
# expect: "policy"
# expect: :execute-api:

# %% [markdown]
# ## Change it: a description
#
# Most of an API changes in place: a replacement would have a new id, and all
# callers the old URL. Expect an update, `~`.

# %%
def rest_api(key_source):
    return aws.apigateway.RestApi(
        "languageModelApi", description="Answers prompts",
        endpoint_configuration={"types": "REGIONAL"}, **key_source)

plan()
# expect: ~ update  aws.apigateway.RestApi 
# expect: description: …→ Answers prompts

# %% [markdown]
# ## Break it: an output is not a text
#
# The mistake that everyone makes once: an f-string around an output. But the
# output has no value yet, so what would the text be?

# %%
from gateway.api import rest_api

def resource_policy(rest_api, statements):
    everyone = {"Effect": "Allow", "Principal": "*",
                "Action": "execute-api:Invoke",
                "Resource": f"{rest_api.execution_arn}/*"}
    return aws.apigateway.RestApiPolicy(
        "languageModelApiPolicy", rest_api_id=rest_api.id,
        policy=json.dumps(policy_document(everyone)))

try:
    plan()
except Exception as error:
    print(error)
# expect: ! failed: A text is made from an output
# expect: Fix: Use pulumi.Output.concat

# %% [markdown]
# This kit stops you. Bare Pulumi only warns, and writes a sentence about
# `__str__` into your policy. The fix is what the step does: `Output.concat` for
# text, `Output.json_dumps` for JSON. The next cell brings it back.
#
# ## Your turn
#
# **3.1** Write a resource policy that lets only callers from
# 192.0.2.0/24 call the API. As `Resource`, `"execute-api:/*"` will do.

# %%
from gateway import api
from gateway.api import resource_policy

policy = {"Version": "2012-10-17", "Statement": [...]}
check("3.1", policy)

# %% [markdown]
# **3.2** That one was on paper: our API has no path yet. Here is a small one
# that has: `/notes` answers GET and POST by itself. (Its parts come
# from an OpenAPI document. The next pages make such parts one by one.)
# Write `read_only(notes)`, the `statements` of its policy: whoever calls may
# GET `/notes` of the stage `v1`, and nobody may POST. The ARN of a method is the
# API's execution ARN with `/STAGE/METHOD/path`.

# %%
def read_only(notes):
    ...

answer = {
    "responses": {"200": {"description": "Fine."}},
    "x-amazon-apigateway-integration": {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200"}}}}
document = {
    "openapi": "3.0.1", "info": {"title": "notes", "version": "1"},
    "paths": {"/notes": {"get": answer, "post": answer}}}

# %% [markdown]
# Your statements become its policy, and it is served with that. The checker
# calls GET and POST. (With the next page, `notes` goes again.)

# %%
def resource_policy(rest_api, statements):
    notes = aws.apigateway.RestApi("notes", body=json.dumps(document))
    if rules := read_only(notes):
        text = pulumi.Output.json_dumps(policy_document(*rules))
        sign = aws.apigateway.RestApiPolicy(
            "notesPolicy", rest_api_id=notes.id, policy=text)
        copy = aws.apigateway.Deployment(
            "notesCopy", rest_api=notes.id,
            triggers={"policy": sign.policy})
        stage = aws.apigateway.Stage("notesStage", rest_api=notes.id,
            deployment=copy.id, stage_name="v1")
        pulumi.export("notes_url", stage.invoke_url)
    return api.resource_policy(rest_api, statements)

up()
check("3.2", read_only)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# ## Recap
#
# You made a REST API and a rule about who may call it. You used an output
# that had no value yet: with `Output.concat` and `Output.json_dumps`, not
# with an f-string.
#
# Keep this:
#
# ```python
# import pulumi
#
# def every_path(rest_api):
#     """The ARN of all that this API has, known or not yet."""
#     return pulumi.Output.concat(rest_api.execution_arn, "/*")
# ```
#
# You can stop here: an API without calls costs nothing.
#
# {{next}}
