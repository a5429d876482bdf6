# Sources. Prices and dates change: look them up before you rely on one.
# - deployments and stages; what takes effect only with a deployment:
#   docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
# - 3.50 US dollars a million for the first 333 million calls of a month in us-east-1, read on 2026-11-29:
#   aws.amazon.com/api-gateway/pricing
# - the export is that of a stage, not of what is being edited:
#   docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-export-api.html
# - MISSING_AUTHENTICATION_TOKEN and the other gateway responses:
#   docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html

# %% [markdown]
# # {{title}}
#
# What callers get is one deployment, whatever you have edited since. You see
# it stay behind, go back, and meet a deletion.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the stage is lit](../images/way_07.svg)
#
# ## You will
#
# - find out what a stage serves, and compare it with what you edit;
# - deploy a policy that nobody serves, and know why;
# - roll back while somebody calls;
# - delete a part of the API, and find out when callers notice.
#
# About {{minutes}} minutes. It costs nothing here. On AWS you pay for calls:
# a million cost 3.50 US dollars at API Gateway (us-east-1, in 2026), and
# several times that in the function's time. Earlier chapters are made if
# missing.
#
# ## Start
#
# Nothing new is deployed at first: this page is about what you have.

# %%
from threading import Event, Thread
import boto3
import pulumi
import pulumi_aws as aws
import requests
from gateway import api, deployment as file
from gateway.deployment import warn_of
from gateway.kinds import Parts
from lab import start, up, outputs
from lab import predict, check, hint, solution

start(7)

# %% [markdown]
# ## The idea
#
# Think of a shop with a workshop behind it. In the workshop you change
# things all day. Those who pass by see the window: one finished piece.
#
# The workshop is the API that you edit, the piece a deployment, the window
# the stage. In AWS's terms, a **stage** is a pointer to one **deployment**,
# and all that a caller gets comes from there: paths, methods,
# integrations, policy.
#
# So whatever `up` has changed, ask what is in the window. There are two
# traps, and most users of API Gateway have been in one of them.
#
# ![A caller, then stage v1, which points at a deployment, a frozen copy of the API; the deployment before it is deleted](../images/07_what_is_served.svg)
#
# ## Predict
#
# Here is one of the traps. What will callers see?

# %%
predict("7")

# %% [markdown]
# ## The code
#
# The digest of page 06 sees what you change. One change escapes it.
# Pulumi deletes last, after the new deployment was made. So the program reads its own last outputs, as
# any other stack could (`StackReference`), and compares: what was a part
# then, and is none now? `warn_of` says it by name.

# %% step: left_behind

# %% [markdown]
# ## Plan
#
# That was one trap. Into the other: a digest that is always the same. (Most
# tutorials have none, which comes to the same.) The text differs from today's
# once, so the plan is one more deployment, the last one for a while.
#
# ## Apply
#
# Watch the order. The new deployment is made, the stage is pointed at it,
# and only then does the old one go. Callers never meet a stage without one.

# %%
def digest(rest_api, parts, declared):
    return pulumi.Output.from_input("always the same")

up()
# expect: ± replace  aws.apigateway.Deployment | + create  aws.apigateway.Deployment
# expect: Done in

# %% [markdown]
# ## Look
#
# What does the stage point at? And which deployments are there? One: the old
# ones are gone, so a **rollback** cannot be a step back to one of them. It
# is a new deployment of the old text.

# %%
apis, api_id = boto3.client("apigateway"), outputs()["rest_api_id"]
served = apis.get_stage(restApiId=api_id, stageName="v1")
print("v1 ->", served["deploymentId"])
[each["id"] for each in apis.get_deployments(restApiId=api_id)["items"]]
# expect: v1 -> 
# expect first: ['

# %% [markdown]
# ## Ask
#
# Now a resource policy that denies everyone. `up()` reports success. In the
# tree the policy changes, the deployment does not. Then ask twice: the API
# that you edit, for its policy, and the URL, as a caller. Who gets in?

# %%
def resource_policy(rest_api, statements):
    nobody = {"Effect": "Deny", "Principal": "*",
              "Action": "execute-api:Invoke", "Resource":
              pulumi.Output.concat(rest_api.execution_arn, "/*")}
    return api.resource_policy(rest_api, [nobody])

up()
url = outputs()["model_url"]
print("Deny" in apis.get_rest_api(restApiId=api_id)["policy"])
print(requests.get(url, timeout=60).status_code)
# expect first: Effect: Allow → Deny
# expect no: aws.apigateway.Deployment
# expect: True
# expect first: 200
# expect: 200 | 401

# %% [markdown]
# Everyone. The stage points at a copy with the old policy in it, and no
# error says so. The fix is the digest:

# %%
from gateway.deployment import digest

up()
refused = requests.get(url, timeout=60)
print(refused.status_code, refused.text)
# expect: ± replace  aws.apigateway.Deployment
# expect: 403
# expect: with an explicit deny

# %% [markdown]
# ## Change it: back to what it was
#
# Now the rollback: the policy as it was before, deployed anew. (In a project
# of yours, `git revert` and `pulumi up`.) Meanwhile somebody calls all the
# time. Each call gets the old deployment or the new one, and none fails.

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
# ## Break it: what you removed still answers
#
# A **gateway response** is how API Gateway words an error of its own. Here is
# one for paths that do not exist, so that they get a 404. It is a part of the
# API, as a path is, and goes into the deployment.

# %%
def deployment(rest_api, parts, declared):
    parts.append(aws.apigateway.Response(
        "noSuchPath", rest_api_id=rest_api.id, status_code="404",
        response_type="MISSING_AUTHENTICATION_TOKEN",
        response_templates={"application/json": '{"message": "No."}'}))
    return file.deployment(rest_api, parts, declared)

up()
requests.get(url + "x", timeout=60).text
# expect: + create  aws.apigateway.Response  noSuchPath
# expect: {"message": "No."}

# %% [markdown]
# Take it away again. The first `up()` deletes it, and reports success. Read
# its note, and what callers read. Then the second.

# %%
from gateway.deployment import deployment

for _ in range(2):
    up()
    print(requests.get(url + "x", timeout=60).text)
# expect: - delete  aws.apigateway.Response  noSuchPath
# expect: noSuchPath: still part of what is served. Run up() once more.
# expect: {"message": "No."}
# expect: Missing Authentication Token

# %% [markdown]
# After the first it was deleted, and still answered: the deployment was made
# before the deletion. Think of a path that was removed because it leaked.
# The program saw it and said so by name; the second `up()` made another copy.
# So where `pulumi up` runs by itself, let it run twice.
#
# ## Your turn
#
# **7.1** Which of these edits make a new deployment? Say True or False
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
check("7.1", redeploys)

# %% [markdown]
# **7.2** Two pointers can point at one deployment. Write
# `preview(rest_api, deployment)`: a second stage with the name `next`, for
# those who try a new edition first. The checker calls `/next/model`.

# %%
def preview(rest_api, deployment):
    ...

def stage(settings, rest_api, deployment, logging):
    preview(rest_api, deployment)
    return file.stage(settings, rest_api, deployment, logging)

up()
check("7.2", preview)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - API Gateway's console can point a stage back at an older deployment. Here
#   there is none: Pulumi deletes each one that it has replaced.
#
# ## Recap
#
# You compared what is edited with what is served, and saw a policy that
# nobody served. You rolled back while somebody called. And you deleted
# something that still answered, until there was a copy without it.
#
# Keep this:
#
# ```python
# import json
#
# def served_paths(apigateway, api_id, stage):
#     """The paths that a stage serves, whatever has been edited since."""
#     found = apigateway.get_export(
#         restApiId=api_id, stageName=stage, exportType="oas30")
#     return sorted(json.load(found["body"])["paths"])
# ```
#
# You can stop here: in the sandbox it costs nothing, on AWS only calls do.
#
# {{next}}
