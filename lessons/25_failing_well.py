# Sources. Prices and dates change: look them up before you rely on one.
# - a function in a network reaches DynamoDB by a gateway endpoint, which is free:
#   docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-ddb.html
# - what comes from a balancer, and what from a target:
#   docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html

# %% [markdown]
# # {{title}}
#
# At the end, the function asks the instances first and stands in for them,
# and your callers notice nothing but who answered.
#
# {{map}}
#
# ![The way of a prompt from you to the function, which asks the instances; the breakers beside the function are lit](../images/way_25.svg)
#
# ## You will
#
# - have the function ask another backend first, and stand in for it;
# - tell which failures may be tried elsewhere, of 41 ways to fail;
# - watch a circuit breaker open;
# - lose the last instance, and no caller.
#
# About {{minutes}} minutes. It costs nothing here. On AWS, with one instance,
# it costs about 3 US dollars a day, with page 24's second one 5 (prices of
# 2026), until you clean up. Earlier chapters are made if missing.
#
# ## Start
#
# New is `failures`, which provokes them and shows what a caller gets.

# %%
import json
import boto3
import pulumi
import pulumi_aws as aws
from gateway.instances.hosts import Site
from gateway.kinds import Variables
from gateway.routing.fallback import first_backends as right
from gateway.settings import FUNCTIONS
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
# refuses. A **circuit breaker** leaves one alone that has failed three times,
# and lets one caller try again after a while. The third rule is your prediction.
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
# others. Read how it goes on, and when it never does: once your plate is on
# the table, a good waiter does not swap it.

# %%
text = (FUNCTIONS / "model/failover/chain.py").read_text()
print(text[text.index("    def stream"):text.index("    def _begun")])
# expect: if not moves_on(error):

# %% [markdown]
# ### Whom it asks first
#
# That is a variable of the function: the balancer of chapter 22. What is
# known of each backend is in a table, `breakers`. A process on an instance
# serves many callers; an environment of a function one at a time, and each
# would have to learn by its own caller's waiting what the others know.
#
# (Two more steps are in `gateway/routing/fallback.py`: what the function's
# role may, and its place in the network, from which it reaches the balancer.)

# %% step: first_backends

# %% [markdown]
# ## Plan
#
# One instance serves. Look for the table, and for what changes of the
# function.

# %%
configure(instances=1, mostInstances=1, firstBackend="instances")
plan()
# expect first: + create  aws.dynamodb.Table
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# The next cell deploys, waits, then looks. A table is new, and the function
# learns whom to ask first.
#
# ## Look
#
# The function's environment says whom it asks. Wait until somebody is there.

# %%
up()
boto3.client("elbv2").get_waiter("target_in_service").wait(
    TargetGroupArn=outputs()["targets_arn"],
    WaiterConfig={"Delay": 1, "MaxAttempts": 60})
told = boto3.client("lambda").get_function_configuration(
    FunctionName=outputs()["function_name"])["Environment"]["Variables"]
print(told["FIRST_BACKENDS"])
# expect: Done in
# expect: "name": "instances"

# %% [markdown]
# ## Ask
#
# Which failures may be tried elsewhere? Here are 41 ways to fail, with the
# same code, backends that misbehave on purpose, and a clock that is set by
# hand. (Two web servers of your machine play the backends; AWS has no part in
# this.) Find the row of your prediction.
#
# Two more rows deserve a look. A wrong request (400) is not tried again: the
# next would refuse it, too. And a refused key (401) *is*: it is the gateway's
# key that is wrong there, not the caller's.

# %%
failures()
# expect: 41

# %% [markdown]
# ## Change it: one more to ask
#
# Your version of the step puts a backend in front at which nobody listens.
# Expect no `✗`: the instances answer. Of each call, the table keeps what
# became of it: failures in a row, and until when nobody asks.

# %%
def first_backends(site, breakers):
    away = {"name": "away", "url": "http://127.0.0.1:9"}
    told = right(site, breakers)
    first = told["FIRST_BACKENDS"].apply(
        lambda text: json.dumps([away, *json.loads(text)]))
    return {**told, "FIRST_BACKENDS": first}

up()
traffic(3, rate=1, url=outputs()["model_url"])
show(boto3.client("dynamodb").scan(
    TableName=outputs()["breaker_table"])["Items"])
# expect: , 0 failed
# expect: instances/
# expect: away

# %% [markdown]
# ## Break it: the last one dies
#
# The only instance's kernel panics, and nobody told the balancer. The same
# calls go on through the function. Expect no `✗`, and a lane that is called
# `function`.

# %%
found = boto3.client("elbv2").describe_target_health(
    TargetGroupArn=outputs()["targets_arn"])["TargetHealthDescriptions"]

def dies():
    boto3.client("ec2").send_diagnostic_interrupt(
        InstanceId=found[0]["Target"]["Id"])

traffic(3, rate=2, url=outputs()["model_url"], at={0: dies})
# expect: , 0 failed
# expect: function

# %% [markdown]
# Straight at the balancer, each of these calls would have been a 502. The
# group will replace who is dead, and when the breaker's pause of ten seconds
# is over, one caller tries the instances. Nothing needs a fix: only the step
# comes from the file again.

# %%
from gateway.routing.fallback import first_backends

up()
# expect: Done in

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
# **25.2** An outage should be rehearsed before it comes, and without killing
# anybody. Write `drill(listener)`: an `aws.lb.ListenerRule` that answers 503
# to what the function asks, and to nobody else. The function names itself in
# the header `x-gateway-asked-by: function`. The checker calls `/model` and
# `/instances/model`. (When the rehearsal is over: empty the function, and
# `up()`.)

# %%
from gateway.instances import balancer as file

def drill(listener):
    ...

def listener(balancer, action):
    made = file.listener(balancer, action)
    drill(made)
    return made

up()
check("25.2", drill)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - Nobody has run this page on AWS yet. A function in a network reaches
#   DynamoDB only through a gateway endpoint: free, and made once for the
#   network. gateway/README.md has the command.
# - A fallback is a second bill: the function's seconds, on the day on which
#   everything is slow already. Alarm on who answers, not only on errors.
# - A fallback that is never used is broken when it is needed. Rehearse it.
#
# ## Recap
#
# You had the function ask another backend first, and stand in for it. You can
# tell which of 41 failures may be tried elsewhere. You watched a breaker
# count, and lost the last instance, and no caller.
#
# Keep this:
#
# ```python
# def first_that_answers(backends, ask):
#     """Each is asked once, until one answers; the last refusal counts."""
#     for backend in backends:
#         try:
#             return ask(backend)
#         except ConnectionError as error:
#             refusal = error
#     raise refusal
# ```
#
# You can stop here. On AWS, take the instances away first: chapter 99.
#
# {{next}}
