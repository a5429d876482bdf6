# Sources. Prices and dates change: look them up before you rely on one.
# - deployments and stages; what takes effect only with a deployment:
#   docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
# - 3.50 US dollars a million for the first 333 million calls of a month in us-east-1, read on 2026-11-29:
#   aws.amazon.com/api-gateway/pricing; what the function's time costs is what `compare` shows, lab/cost/prices.py
# - Missing Authentication Token for a path that is not there, Forbidden for a stage that is not:
#   repost.aws/knowledge-center/api-gateway-authentication-token-errors,
#   docs.aws.amazon.com/apigateway/latest/developerguide/how-to-test-method.html

# %% [markdown]
# # {{title}}
#
# The gateway goes live: it gets a URL, and the model answers anyone who
# sends a prompt there.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the stage, chapter 06, is lit](../images/way_06.svg)
#
# ## You will
#
# - freeze the API in a deployment and serve it under a stage;
# - have a change of the API make a new deployment;
# - send prompts with `requests`, and with two settings at once;
# - read the most misleading error of API Gateway.
#
# About {{minutes}} minutes. It costs nothing here. On AWS you pay for calls:
# a million cost 3.50 US dollars at API Gateway (us-east-1, in 2026), and
# several times that in the function's time. Earlier chapters are made if
# missing.
#
# ## Start
#
# `requests` is new: you are a caller like any other now. So are `graph`,
# which draws, and `compare`, which asks twice.

# %%
import hashlib
import boto3
import pulumi
import pulumi_aws as aws
import requests
from gateway import deployment as file
from gateway.deployment import FROZEN, Declared, left_behind
from gateway.kinds import Arguments, Parts
from gateway.settings import Settings
from lab import start, plan, up, outputs
from lab import predict, check, hint, solution, show
from lab.widgets import compare, graph

start(6)

# %% [markdown]
# ## The idea
#
# Until now you edited a manuscript, and readers see only the printed
# edition. A **deployment** is that edition: a frozen copy of the API as it
# is at one moment. You go on editing, and it does not change.
#
# A **stage** is a name, here `v1`, under which one deployment is served.
# Callers know the stage and nothing behind it. Print anew, and the same
# URL hands out the new edition.
#
# ![A call meets the stage and the deployment, a frozen copy of the API; what you change in the API waits for the next copy](../images/06_deployment_and_stage.svg)
#
# {{edges}}
#
# ## Predict
#
# The edition has one page, `/model`. Somebody turns to another.

# %%
predict("6")

# %% [markdown]
# ## The code
#
# ### What a deployment freezes
#
# A new deployment is due exactly when the API has changed. How can a
# program know? First it takes notes: Pulumi tells it of each resource,
# before it makes it, with which arguments it is declared.
#
# From the notes it makes a **digest**: one short text that differs as soon
# as one argument of one part does. Of the API itself, `FROZEN` lists the
# arguments that count. Arguments can be outputs, so the digest is one too:
# `apply` computes with the value once it is known.

# %% step: declared_arguments, digest

# %% [markdown]
# ### The deployment and its stage
#
# `replacement_trigger` is the switch: when a text in it changes, Pulumi
# replaces the deployment. One text is the digest; the other is about what
# you remove, page 07. `depends_on` says what has to be there first; without
# it, AWS may say *No integration defined for method*. The stage points at
# the deployment, and its `invoke_url` is what callers use. (`logging` is
# empty until chapter 14.)

# %% step: deployment, stage

# %% [markdown]
# ## Plan
#
# Two resources to create. `graph` draws the plan along the way of a
# request: dashed is what is not there yet.

# %%
graph(plan())
# expect first: 2 will be created, 11 unchanged
# expect first: languageModelStage (Stage, 06): + create
# expect: will be created | No change
# expect: Planned: 

# %% [markdown]
# ## Apply
#
# First the deployment, then the stage that points at it.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# Ask API Gateway for the stage. `deploymentId` is what it points at.

# %%
apis, api_id = boto3.client("apigateway"), outputs()["rest_api_id"]
show(apis.get_stage(restApiId=api_id, stageName="v1"))
# expect: "deploymentId": "
# expect: "stageName": "v1"

# %% [markdown]
# ## Ask
#
# This is all that a caller needs: the URL and a JSON body. You should see
# 200 and the model's answer. The first one takes longer: a cold start.
# (401? Chapter 08 is deployed and asks who you are. `up(6, delete=True)`
# takes it away again.)

# %%
url = outputs()["model_url"]
prompt = {"prompt": "What is gravity?", "max_tokens": 48}
answer = requests.post(url, json=prompt, timeout=60)
print(answer.status_code, answer.json())
# expect first: 200 {'completion'
# expect: 200 | 401

# %% [markdown]
# `compare` is the same call, twice, and shows who answered, how fast, and the
# request to copy. With `max_tokens` 4 the answer is cut, and only its
# `finish_reason` says so. Try `temperature=0` against `temperature=1`.

# %%
compare("Name two fruits.", {"max_tokens": 4}, {"max_tokens": 32})
# expect: max_tokens=4: 
# expect: max_tokens=32: 
# expect: max_tokens was reached (length) | 401

# %% [markdown]
# ## Change it: another name, another URL
#
# The name is part of the URL. With another one, expect a replacement, `±`,
# and think of your callers.

# %%
def stage(settings, rest_api, deployment, logging):
    return aws.apigateway.Stage(
        "languageModelStage", rest_api=rest_api.id,
        deployment=deployment.id, stage_name="v2", **logging)

plan()
# expect: ± replace  aws.apigateway.Stage
# expect: replaced because stage_name changed

# %% [markdown]
# ## Break it: a URL with a typing error
#
# The original stage again. Now make two mistakes that callers make with a
# URL: another path, and another stage.

# %%
from gateway.deployment import stage
for wrong in (url + "s", url.replace("/v1/", "/v2/")):
    answer = requests.post(wrong, timeout=60)
    print(wrong[-10:], answer.status_code, answer.text)
# expect: 403 {
# expect: Missing Authentication Token
# expect: 403 {"message":"Forbidden"}

# %% [markdown]
# The first is the most misleading error of API Gateway. Nobody asked for a
# token. *Missing Authentication Token* means: what is served has no such
# path, or no such method there. When you see it, check the URL first.
#
# The second says *Forbidden*: this API has no such stage.
#
# ## Your turn
#
# **6.1** To `GET /tea` the gateway says 403. Write `tea(rest_api)`: a list of
# the path, its method and its integration, so that the function is asked and
# refuses it itself. (`integration_uri` and `api_role_arn` are outputs.) The
# checker calls what `up()` has deployed.

# %%
def tea(rest_api):
    ...

def deployment(rest_api, parts, declared):
    parts += tea(rest_api) or []
    return file.deployment(rest_api, parts, declared)

up()
check("6.1", tea)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - The URL is open to the whole internet until chapter 08. Do not leave it so.
#
# ## Recap
#
# You deployed the API to a stage, and a change of the API makes a new
# deployment. You called it by its URL, with two settings at once, and you can
# read *Missing Authentication Token*.
#
# Keep this:
#
# ```python
# import pulumi
#
# def new_when_changed(*texts):
#     """Options of a deployment: another one when a text differs."""
#     return pulumi.ResourceOptions(replacement_trigger=list(texts))
# ```
#
# You can stop here: in the sandbox it costs nothing, on AWS only calls
# do. To take everything down, open the last chapter.
#
# {{next}}
