# Sources. Prices and dates change: look them up before you rely on one.
# - canaries of a stage; each request is drawn: docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html
# - weights count before health; 502, 503: docs.aws.amazon.com/elasticloadbalancing/latest/application/
#   load-balancer-listeners.html and load-balancer-troubleshooting.html
# - draining: docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html

# %% [markdown]
# # {{title}}
#
# At the end, machines die, are replaced and get new versions, and your
# callers notice nothing but who answered.
#
# {{map}}
#
# ![The way of a prompt from you to two pools of instances; rules and pools, and the breakers beside the function, are lit](../images/way_25.svg)
#
# ## You will
#
# - have the function ask another backend first, and stand in for it;
# - see what a caller sees of 41 ways to fail;
# - let an instance leave under load, and kill one;
# - try a new version on a part of the requests, promote it, and roll back.
#
# About {{minutes}} minutes. It costs nothing here. On AWS, with three
# instances, it costs about 7 US dollars a day (prices of 2026), until you
# clean up.
#
# ## Start

# %%
import json
import time
import boto3
import pulumi
import pulumi_aws as aws
from gateway.instances.hosts import Pool, Site
from gateway.kinds import Arguments, Variables
from gateway.routing.candidate import CANDIDATE, POOL_HEADER, STABLE
from gateway.settings import FUNCTIONS, Settings
from lab import start, configure, plan, up, outputs, predict, show
from lab import check, hint, solution
from lab.widgets import failures, traffic

start(25)

# %% [markdown]
# ## The idea
#
# A good waiter who hears that the fish is out does not come back to tell you.
# He asks the second kitchen. He does not ask the first one again all evening,
# but sends a boy now and then to look.
#
# These are two rules of **fallback**. The next backend is asked when one
# refuses. A **circuit breaker** leaves alone who has failed three times, and
# lets one caller try again after a while. The third rule is your prediction.
#
# ![A request goes to the instances, or to the own model; below, the breaker: closed, open after failures, half open, closed again](../images/25_failing_well.svg)
#
# {{edges}}
#
# ## Predict

# %%
predict("25")

# %% [markdown]
# ## The code
#
# ### The next one, please
#
# This is no resource but plain Python in the function: a backend that asks
# others. Read how it goes on, and when it never does: once your plate is on the
# table, a good waiter does not swap it.

# %%
text = (FUNCTIONS / "model/failover/chain.py").read_text()
print(text[text.index("    def stream"):text.index("    def _begun")])
# expect: if not moves_on(error):

# %% [markdown]
# Whom it asks first is a variable: the balancer of chapter 22. What is known
# of each backend is in a table, `breakers`, for a process on an instance
# serves many callers, but an environment of a function one at a time. (Three
# more steps are in `gateway/routing/`: the table, the function's place in the
# network, and the second pool.)

# %% step: first_backends

# %% [markdown]
# ### Two versions
#
# A second **pool** is all of chapter 22 again but network and balancer, with
# something changed: here, the system prompt. A listener can share requests
# between pools by **weight**, drawn for each, whether somebody is there or
# not. A **rule** of the listener comes before that: a header names the pool.

# %% step: shares

# %% [markdown]
# ### A canary
#
# The integration writes that header, from a **stage variable**
# (`pool_header`). A **canary** is another value of it for some percent of
# requests, drawn anew for each. To promote is to swap the two, to
# roll back is to swap them back. It needs no second deployment: the API is
# the same, only the variable is not.

# %% step: pool_variable, canary

# %% [markdown]
# ## Plan
#
# Two instances serve, and no more: the sandbox has three, and one is for the
# candidate. The function asks them first.

# %%
configure(instances=2, mostInstances=2, candidateInstances=1,
          firstBackend="instances",
          candidateSystemPrompt="You answer like a pirate.")
plan()
# expect first: + create  aws.lb.ListenerRule
# expect: will be | No change

# %% [markdown]
# ## Apply

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# Two target groups now. Wait until each has who it should have.

# %%
balancing = boto3.client("elbv2")

def healthy(output="targets_arn"):
    found = balancing.describe_target_health(
        TargetGroupArn=outputs()[output])["TargetHealthDescriptions"]
    return [each["Target"]["Id"] for each in found
            if each["TargetHealth"]["State"] == "healthy"]

def until(number, output="targets_arn", seconds=60):
    end = time.time() + seconds
    while len(found := healthy(output)) != number and time.time() < end:
        time.sleep(0.2)
    return found

print(until(2), until(1, "candidate_targets_arn"))
# expect: ['i-…', 'i-…'] ['i-…']

# %% [markdown]
# ## Ask
#
# ### 41 ways to fail
#
# The same code with backends that misbehave on purpose, and a clock that is
# set by hand. Two web servers of your machine play the backends; AWS has no
# part in this. Find the row of your prediction.

# %%
failures()
# expect: 41

# %% [markdown]
# Two rows deserve a second look. A wrong request (400) is not tried again:
# the next would refuse it, too. And a refused key (401) *is*: it is the
# gateway's key that is wrong there, not the caller's.
#
# ### One leaves in peace
#
# An update, a smaller number: an instance is told to go. The balancer gives
# it nothing new, and waits until it has answered. That is **draining**.

# %%
url, direct = outputs()["model_url"], outputs()["instances_url"] + "/model"
scaling, ec2 = boto3.client("autoscaling"), boto3.client("ec2")

def one_leaves():
    scaling.terminate_instance_in_auto_scaling_group(
        InstanceId=healthy()[0], ShouldDecrementDesiredCapacity=False)

until(2)
traffic(2, rate=3, url=direct, at={0.5: one_leaves})
# expect: 6 answered, 0 failed

# %% [markdown]
# ### One dies
#
# Now without a word: its kernel panics. The balancer notices when two health
# checks have failed, up to ten seconds later. Until then it sends requests
# there, and says 502. `direct` goes past the function and its fallback:
# expect `✗`.

# %%
until(2)
victims = healthy()

def one_dies():
    ec2.send_diagnostic_interrupt(InstanceId=victims.pop())

traffic(3, rate=2, url=direct, at={0: one_dies})
# expect no: , 0 failed

# %% [markdown]
# Now the other one dies, too, and nobody is left. But the same calls go
# through the function. Expect no `✗`, and a lane that is called `function`.

# %%
traffic(2, rate=3, url=url, at={0.5: one_dies})
# expect: 6 answered, 0 failed
# expect: function

# %% [markdown]
# What its environments have told each other is in the table: failures in a
# row, and until when nobody asks. Meanwhile, the group is told to replace the
# dead; it would see it by itself, after its grace period.

# %%
table = outputs()["breaker_table"]
found = scaling.describe_auto_scaling_groups(
    AutoScalingGroupNames=[outputs()["instance_group"]])
for each in found["AutoScalingGroups"][0]["Instances"]:
    scaling.set_instance_health(
        InstanceId=each["InstanceId"], HealthStatus="Unhealthy",
        ShouldRespectGracePeriod=False)
show(boto3.client("dynamodb").scan(TableName=table)["Items"])
# expect: instances

# %% [markdown]
# ## Change it: a canary, promoted
#
# Half of the requests get the new version. (Half, so that a few calls show
# it; begin with one percent.)

# %%
configure(canaryPercent=50)
up()
until(2)
traffic(2, rate=4, url=direct)
# expect: Done in
# expect: , 0 failed

# %% [markdown]
# Promote it, in one `up`, while calls go on. Not one of them fails: a stage
# changes in one moment, and both pools are there.

# %%
configure(canaryPercent=None, livePool="candidate")
traffic(4, rate=2, url=direct, at={0: up})
# expect: , 0 failed

# %% [markdown]
# ## Break it: a share for nobody
#
# The classic. Half of the traffic goes by weight to a pool that has nobody:
# an empty group, a version that does not start. A balancer does not look
# further: that half is refused.

# %%
group = {"AutoScalingGroupName": outputs()["candidate_group"]}
scaling.update_auto_scaling_group(**group, MinSize=0, DesiredCapacity=0)
configure(livePool="weights", candidateWeight=50)
up()
until(0, "candidate_targets_arn")
traffic(2, rate=3, url=direct)
# expect: answered

# %% [markdown]
# A 503 from the balancer is a page of HTML: `server: awselb/2.0`. Your own
# refusals are JSON. Through the function, the same share is answered by its
# own model. (The breaker stays closed: for that, three in a row would have to
# fail.) Then the fix, a rollback: name the pool that works.

# %%
traffic(1, rate=4, url=url)
configure(livePool=None, candidateWeight=None)
up()
scaling.update_auto_scaling_group(**group, MinSize=1, DesiredCapacity=1)
traffic(1, rate=3, url=direct)
# expect: , 0 failed
# expect: , 0 failed

# %% [markdown]
# ## Your turn
#
# **25.1** Write `ask_next(status, token_seen)`: whether the next backend is
# asked. The status is 0 where there was no connection.

# %%
def ask_next(status, token_seen):
    ...

check("25.1", ask_next)

# %% [markdown]
# **25.2** Write `quarter(stable, candidate)`: a listener's action that gives
# a quarter to the second of two target groups' ARNs.

# %%
def quarter(stable, candidate):
    ...

check("25.2", quarter)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - Nobody has run this page on AWS yet. A function in a network reaches
#   DynamoDB only through a gateway endpoint: free, and made once for the
#   network. gateway/README.md has the command.
# - A kernel panics at that interrupt if `kernel.unknown_nmi_panic` says so.
# - To scale takes minutes there: three to believe that there is more to do,
#   one or two until an instance works.
#
# ## Recap
#
# You had the function ask another backend first, and stand in for it. You saw
# what a caller sees of 41 ways to fail. You let an instance leave under load,
# and killed one. You tried a new version, promoted it, and rolled back.
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
