# %% [markdown]
# # {{title}}
#
# You take everything down, and check that nothing is left.
#
# {{map}}
#
# ![The way of a prompt from you to the function, with no part lit: nothing is left](../images/way_99.svg)
#
# ## You will
#
# - see what still exists;
# - delete all of it with one call, and get a receipt;
# - ask AWS itself whether anything was forgotten.
#
# About {{minutes}} minutes. Running this notebook deletes what the course
# has deployed. You can build it again in seconds.
#
# ## Start
#
# The card lists what is deployed.

# %%
import boto3
from lab import start, destroy, outputs, show

start(99)

# %% [markdown]
# ## Plan
#
# These are the names that the stack exports. If it says that there are
# none, everything is gone already; go on, nothing below can hurt.

# %%
outputs()
# expect: = ' | no outputs | none

# %% [markdown]
# ## Apply
#
# `destroy()` goes through the stack's state and deletes in the reverse
# order: the stage first, the roles last. What never was in the state is
# not touched. You should see each resource go, and a count.

# %%
destroy()
# expect first: - delete
# expect: deleted | there is nothing

# %% [markdown]
# Once more. A second `destroy()` finds nothing to do: it is safe to run
# it as often as you like.

# %%
destroy().deleted
# expect: there is nothing
# expect: 0

# %% [markdown]
# The first notebook has a stack of its own, `first-look`. It goes too.

# %%
start(99, stack="first-look")
destroy().left
# expect: ()

# %% [markdown]
# ## Look
#
# Do not believe a receipt; ask AWS. You should see five empty lists: no
# API, function or role whose name begins as ours do, and neither a balancer
# nor a group of instances, which cost while nobody asks.

# %%
def ours(service, call, path):
    pages = boto3.client(service).get_paginator(call).paginate()
    return [name for name in pages.search(path)
            if name.lower().startswith(("languagemodel", "model"))]

print(ours("apigateway", "get_rest_apis", "items[].name"))
print(ours("lambda", "list_functions", "Functions[].FunctionName"))
print(ours("iam", "list_roles", "Roles[].RoleName"))
print(ours("elbv2", "describe_load_balancers",
           "LoadBalancers[].LoadBalancerName"))
print(ours("autoscaling", "describe_auto_scaling_groups",
           "AutoScalingGroups[].AutoScalingGroupName"))
# expect first: []
# expect first: []
# expect first: []
# expect first: []
# expect first: []
# expect: [

# %% [markdown]
# (Other stacks of yours, made under another name, would show up here.)
#
# The sandbox itself is still running, empty and small. To stop it, close
# the notebooks and run this in a terminal, in the folder of this kit:
#
# ```
# python -m sandbox stop
# ```
#
# ## On AWS
#
# {{quirks}}
#
# - A log group that Lambda made by itself, because the program did not,
#   would stay and be paid for. Ours is in the state, so it goes.
# - What you made by hand in the console is not in the state. Look for it
#   there.
#
# ## Recap
#
# You deleted everything with one call, ran it twice without harm, and
# checked with AWS. That is the other half of infrastructure as code: what
# a program made, a program can take away.
#
# {{next}}
