# Sources. Prices and dates change: look them up before you rely on one.
# - deployments and stages; what takes effect only with a deployment:
#   docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
# - Missing Authentication Token for a path that is not there:
#   repost.aws/knowledge-center/api-gateway-authentication-token-errors

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
# - send prompts with `requests`, and with two settings at once;
# - have a change make a new deployment, and know which does not (deletions);
# - roll back while somebody calls;
# - read the most misleading error of API Gateway.
#
# About {{minutes}} minutes. It costs nothing here. On AWS you pay for
# calls: a few dollars a million. Earlier chapters are made if missing.
#
# ## Start
#
# `requests` is new: you are a caller like any other now. So are `graph`,
# which draws, and `compare`, which asks twice.

# %%
import hashlib
from threading import Event, Thread
import boto3
import pulumi
import pulumi_aws as aws
import requests
from gateway import api, deployment as file
from gateway.deployment import FROZEN, Declared, warn_of
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
# A **stage** is a name, here `v1`, that points at one deployment. Callers
# know the stage. A new deployment is served when the stage points at it.
# Pulumi then deletes the old one; so a **rollback** is not a step back to
# it, but a new deployment of the old text.
#
# There is a trap in this, and most users of API Gateway have been in it once.
#
# ![A caller, then stage v1, which points at a deployment, a frozen copy of the API; the deployment before it is deleted](../images/06_deployment_and_stage.svg)
#
# {{edges}}
#
# ## Predict
#
# You are about to meet the trap. What will callers see?

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
# ### What leaves the program
#
# One change escapes the digest. Pulumi deletes last, after the new
# deployment was made: a path that you remove is still in it. So the program
# reads its own last outputs, as any other stack could (`StackReference`),
# and compares: what was a part then, and is none now? (`warn_of` says it.)

# %% step: left_behind

# %% [markdown]
# ### The deployment and its stage
#
# `replacement_trigger` is the switch: when one of the two texts changes,
# Pulumi replaces the deployment. `depends_on` says what has to be there
# first; without it, AWS may say *No integration defined for method*. The
# stage points at the deployment, and its `invoke_url` is what callers use.
# (`logging` is empty until chapter 14.)

# %% step: deployment, stage

# %% [markdown]
# ## Plan
#
# Two resources to create. `graph` draws the plan along the way of a
# request: dashed is what is not there yet. Until it is, nobody reaches the
# parts below it.

# %%
graph(plan())
# expect first: 2 will be created, 11 unchanged
# expect first: languageModelStage (Stage, 06): + create
# expect: will be created | No change
# expect: Planned: 

# %% [markdown]
# ## Apply
#
# The old deployment, if there is one, goes only after the stage points at the
# new one. Callers never meet a stage without one.

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
print(answer.status_code, answer.headers["content-type"])
answer.json()
# expect first: 200 application/json
# expect first: 'completion'
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
# ## Break it: a policy that nobody serves
#
# Put the original stage back, and have the digest say always the same. (Most
# tutorials have none, which comes to that.) This `up()` makes one more
# deployment, the last one for a while.

# %%
from gateway.deployment import stage

def digest(rest_api, parts, declared):
    return pulumi.Output.from_input("always the same")

up()
# expect: Done in

# %% [markdown]
# Now a resource policy that denies everyone. `up()` reports success. Watch
# the tree: the policy changes, the deployment does not. Who gets in?

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
# 200: everyone. The stage points at the old deployment, with the old policy
# in it, and no error says so. The fix is the digest:

# %%
from gateway.deployment import digest

up()
refused = requests.get(url, timeout=60)
print(refused.status_code, refused.text)
# expect: ± replace  aws.apigateway.Deployment
# expect: 403
# expect: with an explicit deny

# %% [markdown]
# Now a rollback: the API as it was before, deployed anew. (In a project of
# yours, `git revert` and `pulumi up`.) Meanwhile somebody calls all the time.
# Each call gets the old deployment or the new one, and none fails.

# %%
from gateway.api import resource_policy

seen, over = set(), Event()
def call_all_the_time():
    while not over.is_set():
        seen.add(requests.get(url, timeout=60).status_code)
caller = Thread(target=call_all_the_time)
caller.start()
up()
over.set()
caller.join()
print(seen)
# expect first: 200
# expect: 200 | 401

# %% [markdown]
# ### What you removed still answers
#
# A wrong path gets a strange answer: read the first line twice. Then a
# **gateway response**, one more part of the API, words it better.

# %%
def wrong_path():
    answer = requests.get(url + "x", timeout=60)
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
# expect: 403 {
# expect: Missing Authentication Token
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

for _ in range(2):
    up()
    wrong_path()
# expect: - delete  aws.apigateway.Response  noSuchPath
# expect: noSuchPath: still part of what is served. Run up() once more.
# expect: 404 {"message": "No."}
# expect: 403 {
# expect: Missing Authentication Token

# %% [markdown]
# After the first it was deleted, and still answered: the deployment was made
# before the deletion. Think of a path that was removed because it leaked.
# The program saw it and said so by name; the second `up()` made another one.
# So where `pulumi up` runs by itself, let it run twice.
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
# **6.2** To `GET /tea` the gateway says 403. Write `tea(rest_api)`: a list of
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
check("6.2", tea)
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
# You deployed the API to a stage and called it by its URL. You saw a policy
# that was not served, the digest that prevents it, and something deleted
# that still answered. You rolled back while somebody called. And you can
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
# do. To take everything down, open the next chapter.
#
# {{next}}
