# Sources. Prices and dates change: look them up before you rely on one.
# - VPC links that lead REST APIs to an Application Load Balancer, integration_target, Host:
#   docs.aws.amazon.com/apigateway/latest/developerguide/private-integration-v2.html
# - zones without VPC links: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vpc-links.html
# - an interval of a health check is 5 to 300 s, two to ten checks in a row; the reasons of a target:
#   docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
# - prices of us-east-1: c7i.large 0.0893, a public IPv4 address 0.005, a balancer 0.0225 US dollars an hour:
#   aws.amazon.com/ec2/pricing/on-demand, aws.amazon.com/vpc/pricing, aws.amazon.com/elasticloadbalancing/pricing

# %% [markdown]
# # {{title}}
#
# At the end, your model also runs on a machine that you rent by the hour,
# and nobody can reach it but through your API.
#
# {{map}}
#
# ![The way of a prompt from you to an instance; link, balancer and instances, chapter 22, are lit](../images/way_22.svg)
#
# ## You will
#
# - say when a function is the wrong home for a model;
# - start an instance that installs itself, and have a balancer call it;
# - open a private way from the API to the balancer;
# - find out why an instance that runs gets no requests.
#
# About {{minutes}} minutes. It costs nothing here. **On AWS it costs money
# while nobody asks**: about 3 US dollars a day (prices of 2026), until you
# clean up. Earlier chapters are made if missing.
#
# ## Start
#
# New is `configure`: it does what `pulumi config set` does.

# %%
import time
import boto3
import openai
import pulumi
import pulumi_aws as aws
from gateway.instances import balancer as file
from gateway.instances.network import BALANCER_PORT, MODEL_PORT, Doors
from gateway.instances.network import Network, passage, security_group
from gateway.kinds import Arguments
from lab import start, configure, plan, up, outputs, predict, show
from lab import check, hint, solution

start(22)

# %% [markdown]
# ## The idea
#
# A function is a taxi: you pay for the ride, and nothing while it waits. An
# **instance** is a car that you rent: you pay for it in the garage too, it
# carries several at once, and you may have one with a GPU. A model that is
# asked all day, that wants a GPU, or that does not fit into 10 GB, needs one.
# Rented cars need what taxis bring along.
#
# | term | does | step |
# |---|---|---|
# | **security group** | lets in who is named, nobody else | `doors` |
# | **user data** | installs and starts the model | `user_data` |
# | **launch template** | says what a new instance is like | `launch_template` |
# | **Auto Scaling group** | starts instances, and keeps so many | `instance_group` |
# | **target group** | knows which of them are healthy | `target_group` |
# | **load balancer**, its **listener** | hands each request to one | `balancer` |
# | **VPC link** | API Gateway's way into the network | `vpc_link` |
#
# This page is about the way in, with one instance. What a group does when
# instances come and go is the next page. (An instance gets its role in an
# **instance profile**.)
#
# {{edges}}
#
# ## Predict
#
# A group has one machine that works, and two that have only begun to start.

# %%
predict("22")

# %% [markdown]
# ## The code
#
# It is in `gateway/instances/`, a step for each row of the table. The two
# that decide who reaches the model are here.
#
# What an instance does when it starts is in `user_data`: packages, files,
# commands, as data and not as a script. It installs what is pinned by hash,
# and starts the very code of the function as a web server. If a command
# fails, the instance runs on, and nobody answers there.
#
# ### Security groups
#
# They name each other: the link may call the balancer, the balancer the
# instances. Without the second, everybody who finds an address could talk to
# the model without a key. (The account's default network has public subnets.
# In private ones, fetching packages takes a NAT gateway, which costs more
# than the instance.)

# %% step: doors

# %% [markdown]
# ### The way in
#
# One path of the API takes all that is below `/instances`: another base URL,
# with the keys and plans that you know. Its integration names the link, and
# the balancer as its `integration_target`. `uri` does not say where: only
# which port, and what the balancer sees as `Host`.

# %% step: private_way

# %% [markdown]
# ## Plan
#
# One setting decides whether all this is made. (None takes back what later
# pages set.) Look for `create`: nothing that exists is replaced but the
# deployment.

# %%
configure(instances=1, mostInstances=None,
          candidateInstances=None, firstBackend=None)
plan()
# expect first: + create  aws.ec2.LaunchTemplate
# expect first: ± replace  aws.apigateway.Deployment
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# `up` is done when the instance was ordered, not when it works.
#
# ## Look
#
# Every five seconds the target group asks each instance for `/health`; two
# answers in a row decide, and for a new one, `initial`, the first. The
# **waiter** asks until all are `healthy`. (Here, a process on your machine
# plays the instance.)
#
# ![API Gateway, VPC link, balancer, three instances: two are healthy and get requests, one is not and gets health checks only](../images/22_behind_a_load_balancer.svg)

# %%
up()
balancing = boto3.client("elbv2")
targets = {"TargetGroupArn": outputs()["targets_arn"]}
balancing.get_waiter("target_in_service").wait(
    **targets, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
show(balancing.describe_target_health(**targets))
# expect: Done in
# expect: "State": "healthy"

# %% [markdown]
# ## Ask
#
# Same client, same key, another base URL. Expect one text twice, and one
# address: the function does not say who it is.
#
# And a lie. The server gets no event from Lambda, so headers tell it who
# asks. A client can send such a header too, to spend another team's tokens.
# What the integration writes (step `told_headers`) replaces it: the
# instance's log names your key's team.

# %%
key = outputs()["team_keys"].reveal()["blue"]
for url in outputs()["invoke_url"], outputs()["instances_url"]:
    client = openai.OpenAI(base_url=url, api_key=key)
    said = client.chat.completions.with_raw_response.create(
        model=client.models.list().data[0].id, temperature=0, max_tokens=16,
        messages=[{"role": "user", "content": "Say hello to the class."}],
        extra_headers={"x-gateway-team": "mallory"})
    words = said.parse().choices[0].message.content
    print(said.headers.get("x-served-by"), "-", words)

time.sleep(1.5)  # until the log is there
print(boto3.client("logs").filter_log_events(
    logGroupName=outputs()["instance_log_group"],
    filterPattern="team")["events"][-1]["message"])
# expect: None -
# expect: stable/
# expect: "team": "blue"

# %% [markdown]
# ## Change it: a larger machine
#
# The launch template gets another version, in place, and the group takes it:
# it will replace its instances one after another. Nothing of the API changes:
# it knows the balancer, and no instance. (A plan is enough to see that.)

# %%
configure(instanceType="c7i.xlarge")
plan()
configure(instanceType=None)
# expect: instance_type: c7i.large → c7i.xlarge

# %% [markdown]
# ## Break it: a rule for the wrong port
#
# The classic: the server runs, its log is clean, and nobody gets through.
# Your version of `passage` lets the balancer in at 8081. It takes two health
# checks until that is seen.

# %%
from gateway.instances.network import passage as right

def passage(name, caller, called, port):
    right(name, caller, called, 8081 if port == MODEL_PORT else port)

up()
health = {"State": "healthy"}
while health["State"] == "healthy":
    time.sleep(0.5)
    found = balancing.describe_target_health(**targets)
    health = found["TargetHealthDescriptions"][0]["TargetHealth"]
show(health)
# expect: "Reason": "Target.Timeout"

# %% [markdown]
# `Target.Timeout`: the request was dropped, and a security group drops
# without a word. A wrong port of the *server* would be refused, and say
# `Target.FailedHealthChecks`; a wrong path answers 404,
# `Target.ResponseCodeMismatch`. The fix; ten seconds later, it is healthy.

# %%
from gateway.instances.network import passage

up()
# expect: Done in

# %% [markdown]
# ## Your turn
#
# **22.1** Write `admit(caller, called)`: the rule that lets the security
# group `caller` into `called`, at port 443, and nobody else.

# %%
def admit(caller, called):
    ...

check("22.1", admit)

# %% [markdown]
# **22.2** Whoever watches the way in wants an answer that no instance has to
# give. Write `ready(listener)`: an `aws.lb.ListenerRule` by which the balancer
# itself answers `GET /instances/ready`, with 200 and the text `ready`. Its
# action is of the type `fixed-response`. Its condition is a `path_pattern`:
# `*/ready`, for the stage may stand before it. The checker calls what is
# deployed.

# %%
def ready(listener):
    ...

def listener(balancer, action):
    made = file.listener(balancer, action)
    ready(made)
    return made

up()
check("22.2", ready)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - Nobody has run this page on AWS yet. Not known: whether the stage is part
#   of the path at the balancer (AWS's guide and AWS's sample disagree; our
#   server takes both), and what is answered when the link is not let in.
# - It costs while nobody asks: an instance 0.09 US dollars an hour, its
#   public address 0.005, the balancer 0.0225. The link itself is free.
# - The model must be known to pip: `requirements.txt` beside the code.
# - Between function and instance: **Lambda Managed Instances** (November 2025)
#   run functions on EC2 instances that Lambda looks after, with up to 32 GB
#   and, as an image, a GPU (2026). They cost by the hour, too.
#
# ## Recap
#
# You said when a function is the wrong home. You started an instance that
# installs itself, and a balancer calls it. You opened a private way from the API
# to the balancer, and found out why an instance gets no requests.
#
# Keep this:
#
# ```python
# def private(link, balancer):
#     """Arguments of an integration that leads to an internal balancer."""
#     return {"type": "HTTP_PROXY", "connection_type": "VPC_LINK",
#             "connection_id": link.id, "integration_target": balancer.arn}
# ```
#
# You can stop here. On AWS, take the instances away first: chapter 99. Or
# `configure(instances=None)`, and `up()` twice: the first time, the link is
# still part of what is served, and AWS refuses to delete it.
#
# {{next}}
