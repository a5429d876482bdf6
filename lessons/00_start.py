# %% [markdown]
# # {{title}}
#
# In a few minutes a language model answers you, through an API gateway
# that you have deployed.
#
# {{map}}
#
# ![The way of a prompt: you, stage, API, path /model, integration, function; the role beside the integration](../images/way_00.svg)
#
# ## You will
#
# - check that this machine has what the course needs;
# - deploy the whole gateway with one call;
# - send it a prompt, and read the model's answer;
# - see which chapter explains which part.
#
# About {{minutes}} minutes. It costs nothing: everything runs on this
# machine. You need no AWS account, no key and no container.
#
# ## Start
#
# A notebook is run cell by cell: click into a cell and press Shift+Enter.
# The next cell starts the **sandbox**, a small copy of AWS on this machine,
# and shows a card: where you deploy to, and with which versions. If
# something is missing, the card says what to do.
#
# This is your own copy, in `work/`: change what you like. After
# `from lab import reset`, `reset(3)` gives you page 03 anew, and keeps yours.

# %%
from lab import start, up, outputs, ask, playground

start(0, stack="first-look")

# %% [markdown]
# ## The idea
#
# A language model is a program that takes text and returns text. Put it on
# the internet as it is, and anyone can use it, as often as they like, at
# your expense.
#
# So something goes in front: an **API gateway**. It is the front desk of a
# busy office. It knows the address at which visitors ask, decides who may
# come in, passes the question on, and brings the answer back. The model
# behind it does nothing but think.
#
# The desk, the model and the passes between them are **resources** of a
# cloud. We describe them in a Python program, and **Pulumi** makes what the
# program says. Thirteen boxes, one program:
#
# ![Thirteen resources in six rows, from the role, the log and the API at the bottom to the stage on top](../images/map.svg)
#
# Do not learn it by heart. Each chapter adds some of these boxes, and explains
# them.
#
# ## Apply
#
# This deploys all of it, chapters 01 to 06. Watch the tree: each line is a
# resource, made as soon as what it needs is there. It takes a few seconds.

# %%
up(6)
# expect: 13 created | 13 unchanged

# %% [markdown]
# Those were real calls to the programming interface of AWS; only their
# address was this machine. The program in `gateway/` has no line that
# knows the difference.
#
# ## Ask
#
# The gateway has a URL. Anything that speaks HTTP can use it. You should
# see the status 200, and an answer from the model. The first one takes
# longer: the model has to wake up.

# %%
import requests

url = outputs()["model_url"]
prompt = {"prompt": "What is the capital of France?", "max_tokens": 32}
answer = requests.post(url, json=prompt, timeout=60)
print(answer.status_code)
answer.json()["completion"]
# expect: 200
# expect: Paris

# %% [markdown]
# The same call, shorter, with all that is known about it: who answered, how
# long it took, how many tokens it read and wrote.

# %%
ask("Write a haiku about clouds.", max_tokens=48)
# expect: 200 from the function
# expect: tokens of the answer

# %% [markdown]
# Now ask your own questions: type, press Send. The model is small, with
# 135 million parameters. It is charming, quick, and often wrong. This
# course is about the gateway; the model can be exchanged.

# %%
playground()

# %% [markdown]
# ## Look
#
# What the program has made, by name. `model_url` is what you called; the
# other names will be explained one by one.

# %%
outputs()
# expect: model_url = 'http

# %% [markdown]
# | Chapter | You make | Because |
# |---|---|---|
# | 01 | a role | the gateway needs a pass to call the model |
# | 02 | a function with the model | somebody has to think |
# | 03 | an API and its policy | the front desk, and who may come in |
# | 04 | a path and its methods | what can be asked for there |
# | 05 | an integration | the wire from the desk to the model |
# | 06 | a deployment and a stage | what you edit must go live |
# | 07 | nothing new | what callers get is not always what you edited |
# | 08, 09, 10 | keys, tokens, signatures | not everyone may ask |
# | 11, 12, 13 | rates, checked bodies, a budget of tokens | nobody may ask for everything |
# | 14, 15 | logs, a trace | you want to know what happened |
# | 16, 17 | metrics, alarms | you want to be told before they ask |
# | 18, 19 | OpenAI's shape, schemas and tools | programs that exist can use it |
# | 20, 21 | streams, more dialects | agents can, too, and nobody waits |
# | 22, 23, 24, 25 | instances, a second version, a fallback | a model may outgrow a function |
# | 26 | a folder of your own | the gateway goes home with you |
# | 99 | nothing | you take everything down |
#
# ## On AWS
#
# - The same program, the same cells: `start(0, target="aws")` deploys to
#   your own account. Read chapter 02 first: the model must travel along.
# - There the gateway is open to the whole internet until chapter 08.
# - What differs is said in each chapter, in a part like this one.
#
# ## Recap
#
# You checked the machine, deployed a gateway with one call and got an
# answer from a model behind it.
#
# All this is in a **stack** called `first-look`: one copy of the program,
# with its own memory. The chapters use another, called `course`, which is
# still empty. There you build the same gateway again, one box at a time. You
# can leave this one running, costing nothing, to look at.
#
# {{next}}
