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
# At the end, your model also runs on machines that you rent by the hour,
# and nobody can reach them but through your API.
#
# {{map}}
#
# ![The way of a prompt from you to an instance; link, balancer and instances, chapter 22, are lit](../images/way_22.svg)
#
# ## You will
#
# - say when a function is the wrong home for a model, with your own seconds;
# - start instances that install themselves, and let one balancer call them;
# - lead a private way from the API to the balancer;
# - find out why an instance that runs gets no requests.
#
# About {{minutes}} minutes. It costs nothing here. **On AWS it costs money
# while nobody asks**: about 3 US dollars a day (prices of 2026), until you
# clean up. Earlier chapters are made if missing.
#
# ## Start
#
# New are `configure`, which does what `pulumi config set` does, and two
# pictures: who answered, and what it costs.

# %%
import time
import boto3
import openai
import pulumi
import pulumi_aws as aws
import requests
from gateway.instances.network import BALANCER_PORT, MODEL_PORT, Doors
from gateway.instances.network import Network, passage, security_group
from gateway.instances.machine import SERVICE, cloud_config
from gateway.instances.link import WAIT
from gateway.kinds import Arguments, Variables
from lab import start, configure, plan, up, outputs, predict, show
from lab import check, hint, solution
from lab.widgets import cost, traffic

start(22)

# %% [markdown]
# ## The idea
#
# A function is a taxi: you pay for the ride, and nothing while it waits. An
# **instance** is a car that you rent: you pay for it in the garage too, it
# carries several at once, and you may have one with a GPU. Rented cars need
# what taxis bring along.
#
# | term | does | step |
# |---|---|---|
# | **security group** | lets in who is named, nobody else | `doors` |
# | **user data** | installs and starts the model | `user_data` |
# | **launch template** | says what a new instance is like | `launch_template` |
# | **Auto Scaling group** | keeps so many alive | `instance_group` |
# | **target group** | knows which of them are healthy | `target_group` |
# | **load balancer**, its **listener** | hands each request to one | `balancer` |
# | **VPC link** | API Gateway's way into the network | `vpc_link` |
#
# There is a third home: somebody else's model, paid by the token. You will
# compare the three. (An instance gets its role in an **instance profile**.)
#
# ![API Gateway, VPC link, balancer, three instances: two are healthy and get requests, one is not and gets health checks only](../images/22_behind_a_load_balancer.svg)
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
# It is in `gateway/instances/`. Four steps decide who reaches the model;
# they are here. The others are the rows of the table above.
#
# ### Security groups
#
# They name each other: the link may call the balancer, the balancer the
# instances. Without the last rule, everybody who finds an address could talk
# to the model without a key. (The account's default network has public
# subnets, so that instances can fetch packages without a NAT gateway, which
# would cost more than they do.)

# %% step: doors

# %% [markdown]
# ### What an instance does when it starts
#
# Ours is data, not a script: packages, files, commands. It installs what is
# pinned by hash and starts the very code of the function, as a web server.
# If a step fails, the instance runs on, and nobody answers there.

# %% step: user_data

# %% [markdown]
# ### The way in
#
# The integration names the link, and the balancer as its
# `integration_target`. `uri` does not say where: only which port, and what
# the balancer sees as `Host`. One path takes all that is below `/instances`:
# another base URL, with the keys and plans that you know.

# %% step: private_integration

# %% [markdown]
# ### Who asks
#
# The server there gets no event, so headers tell it. Clients can send such
# headers as well; but what an integration writes replaces theirs. Without
# that, anybody could spend another team's tokens.

# %% step: TOLD, told_headers

# %% [markdown]
# ## Plan
#
# One setting decides whether all this is made. (None takes back what chapter
# 25 sets.) Look for `create`: nothing that exists is replaced but the
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
# The group is done when the instance was ordered, not when it works.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# Every five seconds the target group asks each instance for `/health`; two
# answers in a row decide. `initial` means that it has not answered yet. Ask
# until it is `healthy`. (Here, a process on your machine plays the instance.)

# %%
balancing, scaling = boto3.client("elbv2"), boto3.client("autoscaling")
targets = {"TargetGroupArn": outputs()["targets_arn"]}

def until(state, number=1, seconds=60):
    end, found = time.time() + seconds, []
    while time.time() < end and (
            found.count(state) < number or {*found} - {state, "draining"}):
        time.sleep(0.2)
        known = balancing.describe_target_health(
            **targets)["TargetHealthDescriptions"]
        found = [each["TargetHealth"]["State"] for each in known]
    return known

show(until("healthy"))
# expect: "State": "healthy"

# %% [markdown]
# ## Ask
#
# Same client, same key, another base URL. Expect one text twice, and one
# address: the function does not say who it is.

# %%
key = outputs()["team_keys"].reveal()["blue"]
urls = {"function": "invoke_url", "instances": "instances_url"}
homes = {home: outputs()[url] for home, url in urls.items()}

def say(home):
    client = openai.OpenAI(base_url=homes[home], api_key=key)
    return client.chat.completions.with_raw_response.create(
        model=client.models.list().data[0].id, temperature=0, max_tokens=16,
        messages=[{"role": "user", "content": "Say hello to the class."}])

for said in map(say, homes):
    print(said.headers.get("x-served-by"), end=": ")
    print(said.parse().choices[0].message.content)
# expect: None
# expect: stable/

# %% [markdown]
# Now somebody claims to be another key. The log of the instance shows whose
# tokens were spent: the id of blue's own key, whatever the header said.

# %%
head = {"Authorization": f"Bearer {key}", "x-gateway-key-id": "mallory"}
answer = requests.post(homes["instances"] + "/model", headers=head,
                       json={"prompt": "Hi", "max_tokens": 1}, timeout=60)
time.sleep(1.5)
lines = boto3.client("logs").filter_log_events(
    logGroupName=outputs()["instance_log_group"])["events"]
line = next(each["message"] for each in lines
            if answer.headers["x-request-id"] in each["message"])
print("mallory" in line, line[:240])
# expect: False … "team": "blue"

# %% [markdown]
# ### Three homes, compared
#
# Your own seconds for the same answer, and your own tokens. The prices are
# AWS's lists, with their dates. Change any number.

# %%
took = {}
for home in homes:
    began = time.perf_counter()
    usage = say(home).parse().usage
    took[home] = round(time.perf_counter() - began, 3)
cost(function_seconds=took["function"], instance_seconds=took["instances"],
     prompt_tokens=usage.prompt_tokens,
     answer_tokens=usage.completion_tokens)
# expect: 1,000 prompts
# expect: managed model

# %% [markdown]
# At rest, only one of them costs. The function costs by the second, so it is
# dear when it is busy all day; but a small instance may be full before it is
# cheaper. And a model that does not fit into 10 GB, or wants a GPU, has no
# home in a function at all.
#
# ## Change it: from one to two
#
# A scaling policy adds an instance when each has more than 60 requests a
# minute, and AWS takes three minutes over to believe it. So set the number by
# hand. Calls go on meanwhile, and none fails: a target gets requests once it
# has answered.

# %%
def two():
    scaling.set_desired_capacity(
        AutoScalingGroupName=outputs()["instance_group"], DesiredCapacity=2)

traffic(4, rate=2, url=homes["instances"] + "/model",
        at={0: two})
show(until("healthy", 2))
# expect: , 0 failed
# expect: "State": "healthy"

# %% [markdown]
# Pulumi does not set the number back: the program says between 1 and 3, and
# leaves the rest to whoever scales.
#
# ## Break it: a rule for the wrong port
#
# Back to one. And the classic: the server runs, its log is clean, and nobody
# gets through. Your version of `passage` lets the balancer in at 8081.

# %%
from gateway.instances.network import passage as right

def passage(name, caller, called, port):
    right(name, caller, called, 8081 if port == MODEL_PORT else port)

scaling.set_desired_capacity(
    AutoScalingGroupName=outputs()["instance_group"], DesiredCapacity=1)
up()
show(until("unhealthy"))
# expect: "Reason": "Target.Timeout"

# %% [markdown]
# `Target.Timeout`: the request was dropped. A wrong port of the *server*
# would be refused, and say `Target.FailedHealthChecks`; a wrong path answers
# 404, `Target.ResponseCodeMismatch`. (A group of only unhealthy targets is
# asked all the same, in vain.) The fix; ten seconds later, it is healthy.

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
# **22.2** Write `suspect(reason)`: what to look at for a target's reason:
# `"security group"`, `"port"` or `"path"`.

# %%
def suspect(reason):
    ...

check("22.2", suspect)

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
#
# ## Recap
#
# You said when a function is the wrong home, with your own seconds. You
# started instances that install themselves, and led a private way to the
# balancer that calls them. You found out why one gets no requests.
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
