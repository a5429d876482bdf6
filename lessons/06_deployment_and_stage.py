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
# - send prompts with `requests`, with `ask` and in the playground;
# - make sure that every change goes live, and nothing else redeploys;
# - roll back while somebody calls;
# - read the most misleading error of API Gateway.
#
# About {{minutes}} minutes. It costs nothing here. On AWS you pay for
# calls: a few dollars a million. Earlier chapters are made if missing.
#
# ## Start
#
# `requests` is new: from now on you are a caller like any other.

# %%
import hashlib
import json
from collections import Counter
from threading import Event, Thread
import boto3
import pulumi
import pulumi_aws as aws
import requests
from gateway import api, deployment as file
from gateway.deployment import FROZEN, Declared
from gateway.kinds import Arguments, Parts
from gateway.settings import Settings
from lab import start, plan, up, outputs, ask, playground
from lab import predict, check, hint, solution, show

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
# live when it is put on the shelf, and the old one is thrown away. To
# undo, take the old text and print it again: a **rollback**.
#
# So there is a trap. If you edit and forget to print, readers get the old
# text, and nothing tells you.
#
# ![Seven boxes: the stage refers to the deployment, and that to every part of the API](../images/06_deployment_and_stage.svg)
#
# {{edges}}
#
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
# program know? First it takes notes: Pulumi tells it of each resource,
# before it makes it, with which arguments it is declared.

# %% step: declared_arguments

# %% [markdown]
# From the notes it makes a **digest**: one short text that differs as soon
# as one argument of one part does. Of the API itself, `FROZEN` lists the
# arguments that count. Arguments can be outputs, so the digest is one too:
# `apply` computes with the value once it is known.

# %% step: digest

# %% [markdown]
# ### What leaves the program
#
# One change escapes the digest. Pulumi deletes last, after it has printed:
# a path that you remove is still in the new edition. So the program reads
# its own last outputs, as any other stack could (`StackReference`), and
# compares: what was a part then, and is none now?

# %% step: left_behind, warn_of

# %% [markdown]
# ### The deployment
#
# `replacement_trigger` is the switch: when one of the two texts changes,
# Pulumi replaces the deployment. `depends_on` says what has to be there
# first. Without it, AWS may be asked to print a manuscript whose pages are
# still missing: *No integration defined for method*.

# %% step: deployment

# %% [markdown]
# ### The stage
#
# The shelf. It points at the deployment, and its `invoke_url` is what
# callers use. Without a stage there is no URL. (`logging` is empty until
# chapter 11.)

# %% step: stage, model_url

# %% [markdown]
# ## Plan
#
# Two resources to create. If you come from chapter 05, nothing else
# should change.

# %%
plan()
# expect first: 2 will be created, 11 unchanged
# expect: will be created | No change

# %% [markdown]
# ## Apply
#
# The old edition, if there is one, goes only after the new one stands on
# the shelf. Callers never meet an empty shelf.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# Ask API Gateway what stands on the shelf `v1`. `deploymentId` is the
# edition; remember its first letters.

# %%
gateways = boto3.client("apigateway")
api_id = outputs()["rest_api_id"]
show(gateways.get_stage(restApiId=api_id, stageName="v1"))
# expect: "deploymentId": "
# expect: "stageName": "v1"

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
# expect first: 200 application/json
# expect first: 'completion'
# expect: 200 | 401

# %% [markdown]
# `ask` is the same call, and shows who answered, how fast, and the request
# to copy: as curl, as Python. Open *The request as it was sent*. The
# playground is `ask` with fields and a button. Type a prompt, change the
# temperature, press Send.

# %%
ask("Say hello to the class.", max_tokens=32)
playground()
# expect: Prompts to http

# %% [markdown]
# ## Change it: a variable in place, a name by replacement
#
# Stage variables travel to the function with each event. Expect an update
# of the stage, `~`, and no new deployment.

# %%
def stage(settings, rest_api, deployment, logging):
    return aws.apigateway.Stage(
        "languageModelStage", rest_api=rest_api.id,
        deployment=deployment.id, stage_name=settings.stage_name,
        variables={"course": "gateway"}, **logging)

plan()
# expect: ~ update  aws.apigateway.Stage
# expect: 1 will be updated

# %% [markdown]
# The stage's name is part of the URL. Another name is another shelf:
# expect a replacement, `±`, and think of your callers.

# %%
def stage(settings, rest_api, deployment, logging):
    return aws.apigateway.Stage(
        "languageModelStage", rest_api=rest_api.id,
        deployment=deployment.id, stage_name="v2", **logging)

plan()
# expect: ± replace  aws.apigateway.Stage
# expect: replaced because stage_name changed

# %% [markdown]
# ## Break it: you lock the door, and it stays open
#
# Put the original stage back, and have the digest say always the same.
# Most tutorials have none, which comes to that. `up()` prints one more
# edition, the last one for a while.

# %%
from gateway.deployment import stage

def digest(rest_api, parts, declared):
    return pulumi.Output.from_input("always the same")

up()
# expect: Done in

# %% [markdown]
# Now lock the door: a resource policy that denies everyone. `up()`
# reports success. Watch the tree: the policy changes, the deployment does
# not. Who gets in?

# %%
def resource_policy(rest_api, statements):
    nobody = {"Effect": "Deny", "Principal": "*",
              "Action": "execute-api:Invoke", "Resource":
              pulumi.Output.concat(rest_api.execution_arn, "/*")}
    return api.resource_policy(rest_api, [nobody])

up()
requests.get(url, timeout=60).status_code
# expect first: Effect: Allow → Deny
# expect no: aws.apigateway.Deployment
# expect first: 200
# expect: 200 | 401

# %% [markdown]
# 200: everyone. The shelf holds the old edition, with the old policy in
# it, and no error says so. The fix is the digest. Take the step back, and
# the same edit goes live.

# %%
from gateway.deployment import digest

up()
refused = requests.get(url, timeout=60)
print(refused.status_code, refused.text)
# expect: ± replace  aws.apigateway.Deployment
# expect: 403
# expect: with an explicit deny

# %% [markdown]
# Locked. Now a rollback: the text as it was before, printed again. (In a
# project of yours, `git revert` brings it, and `pulumi up`.) While the
# edition on the shelf changes, somebody calls all the time. Nobody meets
# an empty shelf: each call gets the old text or the new.

# %%
from gateway.api import resource_policy

seen, over = Counter(), Event()
def call_all_the_time():
    while not over.is_set():
        seen[requests.get(url, timeout=60).status_code] += 1
caller = Thread(target=call_all_the_time)
caller.start()
up()
over.set()
caller.join()
print(dict(seen))
# expect first: 200:
# expect: 200: | 401:

# %% [markdown]
# ### What you removed still answers
#
# A wrong path gets a strange answer: read the first line twice. Then a
# **gateway response**, one more part, words it better.

# %%
def wrong_path():
    answer = requests.get(url + "s", timeout=60)
    print(answer.status_code, answer.text)

wrong_path()

def deployment(rest_api, parts, declared):
    parts.append(aws.apigateway.Response(
        "noSuchPath", rest_api_id=rest_api.id, status_code="404",
        response_type="MISSING_AUTHENTICATION_TOKEN",
        response_templates={"application/json": '{"message": "No."}'}))
    return file.deployment(rest_api, parts, declared)

up()
wrong_path()
# expect: 403 {"message":"Missing Authentication Token"}
# expect: + create  aws.apigateway.Response  noSuchPath
# expect: 404 {"message": "No."}

# %% [markdown]
# The first is the most misleading error of API Gateway. Nobody asked for a
# token. *Missing Authentication Token* means: there is no such path, or no
# such method. When you see it, check the URL first.
#
# Now take the part away again. The first `up()` deletes it, and reports
# success. Read its note, and what callers read. Then the second.

# %%
from gateway.deployment import deployment

up()
wrong_path()
up()
wrong_path()
# expect: - delete  aws.apigateway.Response  noSuchPath
# expect: noSuchPath: still part of what is served. Run up() once more.
# expect: 404 {"message": "No."}
# expect: 403 {"message":"Missing Authentication Token"}

# %% [markdown]
# After the first it was deleted, and still answered: the edition was
# printed before the deletion. Think of a path that was removed because it
# leaked. The program saw it and said so by name; the second `up()` printed
# again. So where `pulumi up` runs by itself, let it run twice. The second
# time nearly always changes nothing.
#
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
#
# ## Recap
#
# You froze the API, put it on a shelf and called it by its URL. You saw a
# locked door that stayed open, the digest that prevents it, and something
# deleted that still answered. And you can read *Missing Authentication
# Token*.
#
# Keep this: `replacement_trigger=[digest(…), left_behind(…)]`.
#
# You can stop here: in the sandbox it costs nothing, on AWS only calls
# do. To take everything down, open the next chapter.
#
# {{next}}
