# %% [markdown]
# # {{title}}
#
# The gateway goes live: it gets a URL, and the model answers anyone who
# sends a prompt there.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the stage, chapter 06, is lit](../images/way_06.svg)

# %% [markdown]
# ## You will
#
# - freeze the API in a deployment and serve it under a stage;
# - send prompts with `requests`, with `ask` and in the playground;
# - make sure that every change goes live, and nothing else redeploys;
# - read the most misleading error of API Gateway.
#
# About {{minutes}} minutes. It costs nothing here. On AWS you pay for
# calls: a few dollars a million. Earlier chapters are made if missing.

# %% [markdown]
# ## Start
#
# `requests` is new: from now on you are a caller like any other.

# %%
import hashlib
import json
import boto3
import pulumi
import pulumi_aws as aws
import requests
from gateway.observability import RequestLogs
from gateway.program import FROZEN
from gateway.settings import Settings
from lab import start, plan, up, outputs, ask, playground
from lab import predict, check, show

start(6)

# %% [markdown]
# ## The idea
#
# Until now you edited a manuscript. Nobody reads a manuscript. A
# **deployment** is a printed edition: a frozen copy of the API as it is
# at one moment. You can go on editing, and the edition does not change.
#
# A **stage** is the shelf on which one edition stands. Readers know the
# shelf, `v1`, and find whatever edition stands there. A new edition goes
# live when it is put on the shelf; the old one can be put back. That is
# how you undo.
#
# So there is a trap. If you edit and forget to print, readers get the old
# text, and nothing tells you.
#
# ![Seven boxes: the stage refers to the deployment, and that to every part of the API](../images/06_deployment_and_stage.svg)
#
# {{edges}}

# %% [markdown]
# ## Predict
#
# You are about to meet the trap. What will readers see?

# %%
predict("6")

# %% [markdown]
# ## The code
#
# ### What a deployment freezes
#
# A new edition is due exactly when the text has changed. How can a
# program know? It takes a **digest**: one short text, made from all
# arguments of all parts, that differs as soon as one of them does.
# `arguments` is what each resource was declared with, and `FROZEN` lists
# those of the API itself that a deployment freezes; the file has both.
#
# Arguments can be outputs, so the digest is one too: `apply` computes with
# the value once it is known.

# %% step: digest

# %% [markdown]
# ### The deployment
#
# `triggers` is the switch: when the digest changes, Pulumi replaces the
# deployment. `depends_on` says what has to be there first. Without it,
# AWS may be asked to print a manuscript whose pages are still missing:
# *No integration defined for method*.

# %% step: deployment

# %% [markdown]
# ### The stage
#
# The shelf. It points at the deployment, and its `invoke_url` is what
# callers use. Without a stage there is no URL.

# %% step: stage

# %% [markdown]
# ## Plan
#
# Two resources to create. If you come from chapter 05, nothing else
# should change.

# %%
plan()

# %% [markdown]
# ## Apply
#
# The old edition, if there is one, goes only after the new one stands on
# the shelf. Callers never meet an empty shelf.

# %%
up()

# %% [markdown]
# ## Look
#
# Ask API Gateway what stands on the shelf `v1`. `deploymentId` is the
# edition; remember its first letters.

# %%
gateways = boto3.client("apigateway")
api_id = outputs()["rest_api_id"]
show(gateways.get_stage(restApiId=api_id, stageName="v1"))

# %% [markdown]
# ## Ask
#
# This is all that a caller needs: the URL and a JSON body. You should see
# 200 and the model's answer. The first one takes longer: a cold start.
# (401? Chapter 07 is deployed and asks who you are. `up(6, delete=True)`
# takes it away again.)

# %%
url = outputs()["model_url"]
prompt = {"prompt": "What is gravity?", "max_tokens": 48}
answer = requests.post(url, json=prompt, timeout=60)
print(answer.status_code, answer.headers["content-type"])
answer.json()

# %% [markdown]
# `ask` is the same call, and shows who answered, how fast, and the request
# to copy: as curl, as Python. Open *The request as it was sent*.

# %%
ask("Say hello to the class.", max_tokens=32)

# %% [markdown]
# The playground is `ask` with fields and a button. Type a prompt, change
# the temperature, press Send.

# %%
playground()

# %% [markdown]
# ## Change it: a variable in place, a name by replacement
#
# Stage variables travel to the function with each event. Expect an update
# of the stage, `~`, and no new deployment.

# %%
def stage(settings, rest_api, deployment, *later):
    return aws.apigateway.Stage(
        "languageModelStage", rest_api=rest_api.id,
        deployment=deployment.id, stage_name=settings.stage_name,
        variables={"course": "gateway"})

plan()

# %% [markdown]
# The stage's name is part of the URL. Another name is another shelf:
# expect a replacement, `±`, and think of your callers.

# %%
def stage(settings, rest_api, deployment, *later):
    return aws.apigateway.Stage(
        "languageModelStage", rest_api=rest_api.id,
        deployment=deployment.id, stage_name="v2")

plan()

# %% [markdown]
# ## Break it: you lock the door, and it stays open
#
# Put the original stage back, and take the triggers away, as in most
# tutorials. `up()` prints one more edition, the last one for a while.

# %%
from gateway.program import stage

def deployment(rest_api, parts):
    return aws.apigateway.Deployment(
        "languageModelDeployment", rest_api=rest_api.id,
        opts=pulumi.ResourceOptions(depends_on=parts))

up()

# %% [markdown]
# Now lock the door: a resource policy that denies everyone. `up()`
# reports success. Watch the tree: the policy changes, the deployment does
# not. Who gets in?

# %%
def resource_policy(rest_api):
    nobody = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": pulumi.Output.concat(rest_api.execution_arn, "/*")}]}
    return aws.apigateway.RestApiPolicy(
        "languageModelApiPolicy", rest_api_id=rest_api.id,
        policy=pulumi.Output.json_dumps(nobody))

up()
requests.get(url, timeout=60).status_code

# %% [markdown]
# 200: everyone. The shelf holds the old edition, with the old policy in
# it, and no error says so. The fix is the digest. Take the step back, and
# the same edit goes live.

# %%
from gateway.program import deployment

up()
refused = requests.get(url, timeout=60)
print(refused.status_code, refused.text)

# %% [markdown]
# Locked. Open the door again, so that the gateway is whole. Two parts
# change: the policy, and because of it the deployment.

# %%
from gateway.program import resource_policy

up()
requests.get(url, timeout=60).status_code

# %% [markdown]
# One more mistake needs no deployment: a wrong path. Read the answer
# twice.

# %%
wrong = requests.get(url + "s", timeout=60)
print(wrong.status_code, wrong.text)

# %% [markdown]
# That is the most misleading error of API Gateway. Nobody asked for a
# token. *Missing Authentication Token* means: there is no such path, or no
# such method. When you see it, check the URL first.

# %% [markdown]
# ## Your turn
#
# **6.1** Which of these edits make a new deployment? Say True or False
# for each. If in doubt, look at what the digest covers.

# %%
redeploys = {
    "authorization of the method": ...,
    "timeout of the integration": ...,
    "memory of the function": ...,
    "name of the stage": ...,
    "who may call (resource policy)": ...,
    "retention of the log": ...,
}
check("6.1", redeploys)

# %% [markdown]
# **6.2** Get an answer that the model could not finish: its
# `finish_reason` is `length`. You need `ask` and one argument.

# %%
cut = ...
check("6.2", cut)

# %% [markdown]
# **6.3** Get a refusal, a 4xx, from the function itself and not from the
# gateway.

# %%
refusal = ...
check("6.3", refusal)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - The URL is open to the whole internet until chapter 07. Do not leave it so.

# %% [markdown]
# ## Recap
#
# You froze the API, put it on a shelf and called it by its URL. You saw a
# locked door that stayed open, and the digest that prevents it. And you
# can read *Missing Authentication Token*.
#
# Keep this: `triggers={"digest": digest(rest_api, parts)}`.
#
# You can stop here: in the sandbox it costs nothing, on AWS only calls
# do. To take everything down, open the next chapter.
#
# {{next}}
