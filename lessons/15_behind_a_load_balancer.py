# %% [markdown]
# # {{title}}
#
# At the end, your model also runs on machines that you rent by the hour,
# and nobody can reach them but through your API.
#
# {{map}}
#
# ![The way of a prompt from you to an instance; link, balancer and instances, chapter 15, are lit](../images/way_15.svg)
#
# ## You will
#
# - say when a function is the wrong home for a model, with your own seconds;
# - start instances that install themselves, and let one balancer call them;
# - lead a private way from the API to the balancer;
# - find out why a machine that runs is not asked.
#
# About {{minutes}} minutes. It costs nothing here. **On AWS it costs money
# while nobody asks**: about 3 US dollars a day, until you clean up. Earlier
# chapters are made if missing.
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
from gateway.chat import path_below
from gateway.instances.network import BALANCER_PORT, MODEL_PORT, Doors
from gateway.instances.network import Network, passage, security_group
from gateway.instances.machine import IMAGE, SERVICE, cloud_config
from gateway.instances.machine import write_log
from gateway.instances.link import WAIT
from gateway.kinds import Arguments, Parts, Statement, Variables
from gateway.limits import path_method
from gateway.policies import policy_document, trust_policy
from gateway.settings import Settings
from lab import start, configure, plan, up, outputs, predict, show
from lab import check, hint, solution
from lab.widgets import cost, traffic

start(15)

# %% [markdown]
# ## The idea
#
# A function is a taxi: you pay for the ride, and nothing while it waits.
# But each ride is for one party, and no taxi has the engine of a truck. An
# **instance** is a car that you rent: you pay for it in the garage too, it
# carries several at once, and you may have one with a GPU.
#
# Rented cars need what taxis bring along: somebody who fuels them (user
# data), a dispatcher who knows which ones run (a **load balancer**), and a
# fleet manager who replaces the broken ones (an **Auto Scaling group**).
#
# There is a third home: somebody else's model, paid by the token. Then you
# own no car at all. You will compare the three.
#
# ![Integration, link, balancer, targets and instance group of chapter 15 and what they refer to](../images/15_behind_a_load_balancer.svg)
#
# {{edges}}
#
# ## Predict
#
# A group has one machine that works, and two that have only begun to start.

# %%
predict("15")

# %% [markdown]
# ## The code
#
# ### A place
#
# Each account has a **default network**. Its subnets are public, so that
# instances can fetch packages without a NAT gateway, which would cost more
# than they do. Public is where they are, not who may call: see below. One
# zone of `us-east-1` has no VPC links, so zones are chosen by id.

# %% step: LINKED_ZONES, network

# %% [markdown]
# ### Doors
#
# A **security group** lets in what its rules name, and nothing else. Ours
# name each other: the link may call the balancer, the balancer may call the
# instances. Without the last rule, everybody who finds an address could
# talk to the model without a key.

# %% step: doors

# %% [markdown]
# ### What an instance may do
#
# As in chapter 02: a role with three rights. An instance wears it through
# an **instance profile**. Without it, it could not even fetch its code.

# %% step: instance_profile

# %% [markdown]
# ### What it does when it wakes up
#
# **User data** runs at the first start. Ours is data, not a script: packages,
# files, commands. It installs what is pinned by hash and starts the very
# code of the function, as a web server. If a step fails, the instance runs
# on, and nobody answers there.

# %% step: user_data

# %% [markdown]
# The **launch template** is the order form for one more of them. With
# `http_tokens` required, no web page can trick the server into handing out
# the role's credentials.

# %% step: launch_template

# %% [markdown]
# ### Who is asked
#
# A **target group** is the dispatcher's list. Every five seconds it asks
# each instance for `/health`. The **balancer** is internal: its address
# leads nowhere from outside. The **listener** joins the two: what comes to
# port 80 goes to the list.

# %% step: target_group

# %% [markdown]
# Who has the fewest open requests gets the next. Who leaves has 15 seconds.

# %% step: balancer, forward

# %% [markdown]
# ### How many
#
# The **Auto Scaling group** keeps a number alive. `ELB` says who is asked
# about health; by default it is EC2, to whom a machine with a dead server
# is well.

# %% step: instance_group

# %% [markdown]
# The number grows by a rule, too: another instance when each has more than
# 60 requests a minute. AWS takes three minutes over to believe it.

# %% step: scaling_policy

# %% [markdown]
# ### The way in
#
# A **VPC link** is a door of API Gateway's into your network. The integration
# names the link, and the balancer as its `integration_target`. `uri` does
# not say where: only which port, and what the balancer sees as `Host`.

# %% step: private_integration

# %% [markdown]
# One path takes all: `/instances/model`, `/instances/chat/completions`. So
# `/instances` is another base URL, with the keys and plans that you know.

# %% step: vpc_link, instances_route

# %% [markdown]
# The server there gets no event, so headers tell it who asks. Clients can
# send such headers as well; but what an integration writes replaces theirs.
# Without that, anybody could spend another team's tokens.

# %% step: TOLD, told_headers

# %% [markdown]
# ## Plan
#
# One setting decides whether all this is made. (None takes back what chapter
# 12 sets.) Look for `create`: nothing that exists is replaced but the
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
# Ask the balancer what it knows, until it is content. `initial` means that
# it has not answered yet.

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
# How did it get there? The instance tells it on its **console**. Here, a
# process on your machine plays the instance: what it has already is skipped.

# %%
instance = until("healthy")[0]["Target"]["Id"]
print(boto3.client("ec2").get_console_output(
    InstanceId=instance, Latest=True)["Output"])
# expect: systemctl enable --now model: done

# %% [markdown]
# ## Ask
#
# Same client, same key, another base URL. The header says who answered.

# %%
key = outputs()["team_keys"].reveal()["blue"]
urls = {"function": "invoke_url", "instances": "instances_url"}
homes = {home: outputs()[url] for home, url in urls.items()}

def say(home):
    client = openai.OpenAI(base_url=homes[home], api_key=key)
    return client.chat.completions.with_raw_response.create(
        model=client.models.list().data[0].id, temperature=0, max_tokens=24,
        messages=[{"role": "user", "content": "Say hello to the class."}])

# %% [markdown]
# Expect one text twice, and one address: the function does not say who it is.

# %%
said = {home: say(home) for home in homes}
print(*(each.headers.get("x-served-by") for each in said.values()))
print(*(each.parse().choices[0].message.content for each in said.values()))
# expect: None stable/

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
# Your own seconds for the same answer, one after the other, and your own
# tokens. The prices are AWS's lists, with their dates. Change any number.

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
# cheaper. And what no list shows: a model that does not fit into 10 GB, or
# wants a GPU, has no home in a function at all.
#
# ## Change it: from one to three
#
# The rule would need minutes, so set the number by hand. Calls go on
# meanwhile; predict at which second the second lane begins.

# %%
def three():
    scaling.set_desired_capacity(
        AutoScalingGroupName=outputs()["instance_group"], DesiredCapacity=3)

traffic(8, rate=2, url=homes["instances"] + "/model",
        at={1: three})
show(until("healthy", 3))
# expect: , 0 failed
# expect: "State": "healthy"

# %% [markdown]
# No call failed, for nobody was sent to a machine that had not yet answered.
# Pulumi does not set the number back: the program says between 1 and 3, and
# leaves the rest to whoever scales. Back to one: two of them leave in peace.
# (Two calls a second are more than 60 a minute: the rule may add one again.)

# %%
scaling.set_desired_capacity(
    AutoScalingGroupName=outputs()["instance_group"], DesiredCapacity=1)
traffic(4, rate=2, url=homes["instances"] + "/model")
# expect: , 0 failed

# %% [markdown]
# ## Break it: a door to the wrong port
#
# The classic. The server runs, its log is clean, and nobody gets through.
# Your version of `passage` lets the balancer in at 8081.

# %%
from gateway.instances.network import passage as right

def passage(name, caller, called, port):
    right(name, caller, called, 8081 if port == MODEL_PORT else port)

up()
show(until("unhealthy"))
# expect: "Reason": "Target.Timeout"

# %% [markdown]
# `Target.Timeout`: the request was dropped. A wrong port of the *server*
# would be refused, and say `Target.FailedHealthChecks`; a wrong path answers
# 404, `Target.ResponseCodeMismatch`. So the reason names the culprit. (A group
# of only unhealthy targets is asked all the same, in vain.) The fix:

# %%
from gateway.instances.network import passage
up()
show(until("healthy"))
# expect: Done in
# expect: "State": "healthy"

# %% [markdown]
# ## Your turn
#
# **15.1** Write `admit(caller, called)`: the rule that lets the security
# group `caller` into `called`, at port 443, and nobody else.

# %%
def admit(caller, called):
    ...

check("15.1", admit)

# %% [markdown]
# **15.2** Write `suspect(reason)`: what to look at for a target's reason:
# `"security group"`, `"port"` or `"path"`.

# %%
def suspect(reason):
    ...

check("15.2", suspect)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - Nobody has run this page on AWS yet. Not known: whether the stage is part
#   of the path at the balancer (AWS's guide and AWS's sample disagree; our
#   server takes both), and what is answered when a link's door is shut.
# - It costs while nobody asks: an instance 0.09 an hour, its public address
#   0.005, the balancer 0.0225. The link itself is free.
# - The model must be known to pip: `requirements.txt` beside the code.
#
# ## Recap
#
# You said when a function is the wrong home, with your own seconds. You
# started instances that install themselves, and let one balancer call them.
# You led a private way to it. You found out why a machine that runs is not
# asked.
#
# Keep this: `integration_target=balancer.arn`, with a VPC link's id.
#
# You can stop here. On AWS, take the instances away first: chapter 99. Or
# `configure(instances=None)`, and `up()` twice: the first time, the link is
# still part of what is served, and AWS refuses to delete it.
#
# {{next}}
