# Sources. Prices and dates change: look them up before you rely on one.
# - canaries of a stage; each request is drawn: docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html
# - rules before weights, weights before health; 503: docs.aws.amazon.com/elasticloadbalancing/latest/application/
#   load-balancer-listeners.html and load-balancer-troubleshooting.html

# %% [markdown]
# # {{title}}
#
# At the end, a new version of the model is tried on a part of the requests,
# is then live for all, and is taken back in a moment.
#
# {{map}}
#
# ![The way of a prompt from you to two pools of instances; rules and pools, chapter 24, are lit](../images/way_24.svg)
#
# ## You will
#
# - set a second version beside the first;
# - say who decides between them: a header, a weight, a canary;
# - promote the new one while calls go on;
# - see what a caller gets when it fails, and roll back.
#
# About {{minutes}} minutes. It costs nothing here. On AWS, with two
# instances, it costs about 5 US dollars a day (prices of 2026), until you
# clean up. Earlier chapters are made if missing.
#
# ## Start
#
# `configure` and `traffic` are those of chapters 22 and 23.

# %%
import boto3
import pulumi_aws as aws
from gateway.instances.hosts import Pool
from gateway.kinds import Arguments, Parts
from gateway.routing import candidate as versions
from gateway.routing.candidate import CANDIDATE, POOL_HEADER, STABLE
from gateway.settings import Settings
from lab import start, configure, plan, up, outputs, predict
from lab import check, hint, solution
from lab.widgets import traffic

start(24)

# %% [markdown]
# ## The idea
#
# A restaurant with a new cook does not send the old one home. Both kitchens
# are open. A few guests get the new cook's dishes and nobody tells them;
# complaints are noted. If it goes well, all orders go there, and the old
# kitchen stays warm for a week.
#
# A kitchen is a **pool** here: all of chapter 22 again but network and
# balancer, with something changed. It may be another model, a larger machine,
# or as on this page, another system prompt. The new one is the **candidate**.
#
# Three things can lead a request to a pool:
#
# - the listener, by **weight**: so many of a hundred, drawn for each;
# - a **rule** of the listener, by a header: it comes before the weights;
# - the **canary** of a stage: for some percent of the requests, a **stage
#   variable** has another value, and the integration writes it as the header.
#
# ![A stage draws a variable, the integration writes it as a header, a rule of the listener names the pool; without a rule, weights decide](../images/24_two_versions.svg)
#
# {{edges}}
#
# ## Predict

# %%
predict("24")

# %% [markdown]
# ## The code
#
# ### A header names the pool
#
# Two rules at the listener. A request that names no pool, or one that has no
# rule, is left to the weights (the step `shares`).

# %% step: pool_rules

# %% [markdown]
# ### A canary
#
# To promote is to swap two values of a variable, and to roll back is to swap
# them again. It takes no second deployment: the API is the same, only the
# variable is not. A variable changes in moments; instances take minutes.

# %% step: canary

# %% [markdown]
# ## Plan
#
# One instance a version, and half of the requests for the new one. (Half, so
# that a few calls show it; begin with one percent.)

# %%
configure(instances=1, mostInstances=1, candidateInstances=1,
          candidateSystemPrompt="You answer like a pirate.",
          canaryPercent=50, livePool=None, firstBackend=None)
plan()
# expect first: + create  aws.lb.ListenerRule
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# The next cell deploys, waits, then looks. The first instance goes on
# answering while the second starts.
#
# ## Look
#
# Two target groups now, one for each version. Wait until each has somebody who
# is well.

# %%
up()
balancing = boto3.client("elbv2")
for pool in "targets_arn", "candidate_targets_arn":
    group = outputs()[pool]
    balancing.get_waiter("target_in_service").wait(
        TargetGroupArn=group, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    print(group.split("/")[1], "is healthy")
# expect: Done in
# expect 2 times: is healthy

# %% [markdown]
# ## Ask
#
# Expect two lanes, and no `✗`. Each request is drawn anew: a caller who asks
# twice may meet both versions.

# %%
direct = outputs()["instances_url"] + "/model"
traffic(2, rate=4, url=direct)
# expect: , 0 failed

# %% [markdown]
# ## Change it: promoted, under load
#
# One `up`, while calls go on. Not one of them fails: whichever value a call
# meets, its pool is there. Expect one lane from then on.

# %%
configure(canaryPercent=None, livePool="candidate")
traffic(3, rate=2, url=direct, at={0: up})
# expect: , 0 failed

# %% [markdown]
# ## Break it: live, and nobody there
#
# The classic: a version that starts in a test, and not in earnest. Its only
# instance goes. Look for who answers now, and what callers get.

# %%
candidate = {"AutoScalingGroupName": outputs()["candidate_group"]}
scaling = boto3.client("autoscaling")

def gone():
    scaling.update_auto_scaling_group(
        **candidate, MinSize=0, DesiredCapacity=0)

traffic(3, rate=2, url=direct, at={0: gone})
# expect: 503

# %% [markdown]
# The old version is there, healthy, with nothing to do. A balancer decides by
# rules, then by weights, and only then looks who is well: a share for nobody
# is refused. (`server: awselb/2.0`, a page of HTML; your own refusals are
# JSON.) The fix is a rollback: name the pool that works. Then the candidate
# gets its instance back.

# %%
configure(livePool=None)
up()
scaling.update_auto_scaling_group(
    **candidate, MinSize=1, DesiredCapacity=1)
traffic(1, rate=3, url=direct)
# expect: , 0 failed

# %% [markdown]
# ## Your turn
#
# **24.1** Write `quarter(stable, candidate)`: a listener's action that gives
# a quarter to the second of two target groups' ARNs. (The step `shares` has
# such an action.)

# %%
def quarter(stable, candidate):
    ...

check("24.1", quarter)

# %% [markdown]
# **24.2** Testers shall see the candidate before anybody else does. Write
# `preview(listener, targets)`: an `aws.lb.ListenerRule` by which requests with
# the header `x-preview: yes` get to the candidate's target group. The gateway
# names a pool for each request, so mind the priority. The checker calls what
# is deployed.

# %%
def preview(listener, targets):
    ...

def pool_rules(listener, stable, candidates):
    for pool in candidates:
        preview(listener, pool.targets)
    return versions.pool_rules(listener, stable, candidates)

up()
check("24.2", preview)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - Nobody has run this page on AWS yet.
# - What says whether a canary is good is a number that was chosen before: the
#   share of errors, tokens a second, answers that a test accepts. An alarm can
#   look at it; a few calls, as here, decide nothing.
# - A caller who should stay with one version needs **stickiness**, a cookie
#   that the balancer sets. Clients of OpenAI keep none.
# - Keep the old pool until you are sure. It costs what an instance costs.
#
# ## Recap
#
# You set a second version beside the first, and know who decides between
# them: a header, a weight, a canary. You promoted the new one while calls
# went on, saw what a caller gets when it fails, and rolled back.
#
# Keep this:
#
# ```python
# def canary(deployment, percent, **variables):
#     """Arguments of a stage: some percent find other variables."""
#     return {"canary_settings": {
#         "deployment_id": deployment.id, "percent_traffic": percent,
#         "stage_variable_overrides": variables}}
# ```
#
# You can stop here. On AWS, take the instances away first: chapter 99.
#
# {{next}}
