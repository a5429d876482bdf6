# Sources. Prices and dates change: look them up before you rely on one.
# - draining: docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
# - 502 and 504 of a target that is gone: docs.aws.amazon.com/elasticloadbalancing/latest/application/
#   load-balancer-troubleshooting.html
# - target tracking, its alarms: docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
# - health checks of a group, grace period: docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html
# - prices: see 22_behind_a_load_balancer.py

# %% [markdown]
# # {{title}}
#
# At the end, instances are added, sent away and killed while your callers go
# on asking, and you know what they see of it.
#
# {{map}}
#
# ![The way of a prompt from you to the instances; the policy beside them, chapter 23, is lit](../images/way_23.svg)
#
# ## You will
#
# - let a group follow the load, and say what it costs at rest;
# - add an instance while calls go on;
# - send one away without a caller noticing;
# - kill one, and see who notices, when, and what the group does.
#
# About {{minutes}} minutes. It costs nothing here. On AWS, an instance costs
# about 0.10 US dollars an hour (prices of 2026), asked or not, until you
# clean up. Earlier chapters are made if missing.
#
# ## Start
#
# New are `traffic`, which shows who answered each call, and `cost`.

# %%
import json
import boto3
import pulumi
import pulumi_aws as aws
from gateway.instances import balancer as file
from gateway.settings import Settings
from lab import start, configure, plan, up, outputs, predict, show
from lab import check, hint, solution
from lab.widgets import cost, traffic

start(23)

# %% [markdown]
# ## The idea
#
# Servers used to have names, and whoever looked after one knew its moods.
# Think of a taxi rank instead: nobody knows the cars. One that breaks down is
# towed away and another takes its place; at six in the evening there are
# more.
#
# The **Auto Scaling group** is the rank. It compares how many are wanted with
# how many are well, and starts or ends instances. The number that is wanted
# is the **desired capacity**, between a minimum and a maximum. You set it, or
# a **scaling policy** does, by a number that it watches.
#
# The group takes the balancer's word for who is well (`health_check_type`
# ELB). EC2's own checks see a machine that is off, and no server that hangs.
#
# ![The life of an instance: initial, healthy, draining, gone; and one that dies and is replaced](../images/23_instances_come_and_go.svg)
#
# {{edges}}
#
# ## Predict

# %%
predict("23")

# %% [markdown]
# ## The code
#
# You deployed the group on the page before (`instance_group` in
# `gateway/instances/pool.py`). It has arguments for all of this: `min_size`
# and `max_size`, `health_check_type`, a **grace period** of three minutes
# until a new instance's health counts. And an **instance refresh**: a new
# version of the template replaces all instances, half of them at a time.
#
# ### The policy
#
# **Target tracking** works like a thermostat: you name a value, here requests
# a minute for each instance, and it adds or removes instances to hold it. A
# prompt costs about the same as the next one, so requests are a fair measure.
# (CPU would not be: a model uses all of it for one caller.)

# %% step: scaling_policy

# %% [markdown]
# ## Plan
#
# Between one instance and three. (None takes back what later pages set.)

# %%
configure(instances=1, mostInstances=None,
          candidateInstances=None, firstBackend=None)
plan()
# expect first: + create  aws.autoscaling.Policy
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# The next cell deploys, then looks. The group itself stays as it is.
#
# ## Look
#
# The numbers of the group; and two alarms, which the policy has made by itself.
# Compare them: it adds after three minutes above the value, and removes after
# fifteen below. Being too few hurts at once, being too many only costs.

# %%
up()
scaling, group = boto3.client("autoscaling"), outputs()["instance_group"]
known = scaling.describe_auto_scaling_groups(
    AutoScalingGroupNames=[group])["AutoScalingGroups"][0]
print({name: known[name] for name in (
    "MinSize", "DesiredCapacity", "MaxSize", "HealthCheckType")})
for alarm in boto3.client("cloudwatch").describe_alarms(
        AlarmNamePrefix=f"TargetTracking-{group}")["MetricAlarms"]:
    print({name: alarm[name] for name in (
        "ComparisonOperator", "Threshold", "EvaluationPeriods")})
# expect: Done in
# expect: 'HealthCheckType': 'ELB'
# expect: GreaterThanThreshold…'EvaluationPeriods': 3
# expect: LessThanThreshold…'EvaluationPeriods': 15

# %% [markdown]
# ## Ask
#
# What does it cost that somebody is always there? These are AWS's list prices,
# with their dates. That a prompt takes 3 seconds is an assumption. Give your
# own: `cost(function_seconds=…, instance_seconds=…)`, any name of the table.
#
# At rest, only the instance costs. The function costs by the second, so it
# is dear when it is busy all day; but a small instance may be full before it
# is cheaper. There is a third home: somebody else's model, paid by the token.

# %%
cost()
# expect: 1,000 prompts
# expect: managed model

# %% [markdown]
# ## Change it: one more, one less
#
# You do what the policy would, and need not wait three minutes. Calls go on
# meanwhile. Expect no `✗`, and a second lane: a target gets requests once it
# has answered a health check. (While nobody is healthy, a balancer asks
# everybody: **fail open**. So the cell waits until somebody is.)

# %%
balancing = boto3.client("elbv2")
targets = {"TargetGroupArn": outputs()["targets_arn"]}
direct = outputs()["instances_url"] + "/model"

def one_of_all():
    balancing.get_waiter("target_in_service").wait(
        **targets, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    found = balancing.describe_target_health(**targets)
    return found["TargetHealthDescriptions"][0]["Target"]["Id"]

def more():
    scaling.set_desired_capacity(
        AutoScalingGroupName=group, DesiredCapacity=2)

one_of_all()
traffic(4, rate=2, url=direct, at={0: more})
# expect: , 0 failed

# %% [markdown]
# Pulumi will not set the number back: the program says between 1 and 3, and
# leaves the rest to whoever scales.
#
# Now one is told to go. The balancer gives it nothing new, and waits up to 15
# seconds until it has answered. That is **draining**. Again, no `✗`.

# %%
leaving = one_of_all()

def less():
    scaling.terminate_instance_in_auto_scaling_group(
        InstanceId=leaving, ShouldDecrementDesiredCapacity=False)

traffic(2, rate=3, url=direct, at={0.5: less})
# expect: 6 answered, 0 failed

# %% [markdown]
# ## Break it: one dies without a word
#
# Its kernel panics. The balancer notices when two health checks have failed,
# up to ten seconds later. Until then it sends requests there. Expect `✗`, and
# 502.

# %%
victim = one_of_all()

def dies():
    boto3.client("ec2").send_diagnostic_interrupt(InstanceId=victim)

traffic(3, rate=2, url=direct, at={0: dies})
# expect no: , 0 failed

# %% [markdown]
# The fix is the group's: it replaces who is unhealthy for the balancer. You
# need not wait: say it yourself, if the group still has it. Each thing that
# the group did has a cause.

# %%
for one in scaling.describe_auto_scaling_instances(
        InstanceIds=[victim])["AutoScalingInstances"]:
    scaling.set_instance_health(
        InstanceId=one["InstanceId"], HealthStatus="Unhealthy",
        ShouldRespectGracePeriod=False)
for done in scaling.describe_scaling_activities(
        AutoScalingGroupName=group, MaxRecords=4)["Activities"]:
    print(done["Description"], "-", done["Cause"][-110:])
# expect: instance

# %% [markdown]
# ## Your turn
#
# **23.1** An instance that gets no requests has a reason, as on page 22. Write
# `suspect(reason)`: what to look at for it, `"security group"`, `"port"` or
# `"path"`.

# %%
def suspect(reason):
    ...

check("23.1", suspect)

# %% [markdown]
# **23.2** Tonight, all instances go for an hour. Callers should read that,
# and not a page of HTML. Write `closed(listener)`: an `aws.lb.ListenerRule`
# by which the balancer answers each POST with 503 and the JSON of an error,
# `{"error": {"message": …, "code": "closed"}}`. A GET still gets through. The
# checker calls what is deployed. (Then empty the function, and `up()`.)

# %%
def closed(listener):
    ...

def listener(balancer, action):
    made = file.listener(balancer, action)
    closed(made)
    return made

up()
check("23.2", closed)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - Nobody has run this page on AWS yet. A machine that is silent, where a
#   process that is gone refuses, is a 504 after ten seconds there, not a 502.
# - A kernel panics at that interrupt if `kernel.unknown_nmi_panic` says so.
# - To scale takes minutes: three to believe that there is more to do, one or
#   two until an instance works. Who cannot wait keeps one more.
# - The group never goes below its minimum, and each counts around the clock:
#   `configure(instances=None)` is the only way to pay nothing.
#
# ## Recap
#
# You let a group follow the load, and know what it costs at rest. You added
# an instance while calls went on, and sent one away without a caller
# noticing. You killed one, and saw who noticed, and when.
#
# Keep this:
#
# ```python
# def follow(group, label, requests):
#     """Arguments of a policy: so many requests a minute for each."""
#     metric = {"predefined_metric_type": "ALBRequestCountPerTarget",
#               "resource_label": label}
#     return {"autoscaling_group_name": group,
#             "policy_type": "TargetTrackingScaling",
#             "target_tracking_configuration": {
#                 "predefined_metric_specification": metric,
#                 "target_value": requests}}
# ```
#
# You can stop here. On AWS, take the instances away first: chapter 99.
#
# {{next}}
