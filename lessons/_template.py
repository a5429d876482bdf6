# The outline of a chapter, to copy. Not built: its name begins with an underscore. The lint
# compares the parts (## headings) of each chapter with tools/lint.py; `### ` inside them is free.

# %% [markdown]
# # {{title}}
#
# One sentence: what exists at the end that did not before.
#
# {{map}}
#
# ![The way of a prompt, with this chapter's part lit](../images/way_NN.svg)
#
# ## You will
#
# - three or four bullets, each a verb;
# - the recap has the same ones, in the past tense.
#
# About {{minutes}} minutes. What it costs here and on AWS. What must exist first.
#
# ## Start
#
# What the card will show.

# %%
from lab import start, plan, up, outputs
from lab import predict, check, hint, solution, show

start(1)

# %% [markdown]
# ## The idea
#
# Need before mechanism. One everyday comparison. Each new word in **bold**, explained once.
#
# ![What the picture shows, in words](../images/NN_slug.svg)
#
# {{edges}}
#
# ## Predict
#
# What to think about.

# %%
predict("1")

# %% [markdown]
# ## The code
#
# What the resource is, why it is here, what breaks without it.

# %% step: api_role

# %% [markdown]
# ## Plan
#
# What to look for in the plan. A cell that shows something says what, hidden from learners:
# tools/pages/expects.py has the forms of these lines.

# %%
plan()
# expect first: 1 will be created

# %% [markdown]
# ## Apply
#
# What to watch while it runs.

# %%
up()

# %% [markdown]
# ## Look
#
# The same thing through AWS's own programming interface.

# %%
outputs()

# %% [markdown]
# ## Ask
#
# A prompt, or the question that can be asked so far.
#
# ## Change it: one argument in place, one by replacement
#
# Your version of the step, `plan()`, then the step from the file again.
#
# ## Break it: one classic mistake
#
# Its exact symptom, and the fix. The stack is whole again at the end.
#
# ## Your turn
#
# **N.1** One sentence; the blank is `...`.

# %%
answer = ...
check("1.1", answer)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - What is about money, time or accounts, and the same in the sandbox: it has no row in
#   sandbox/quirks.py.
#
# ## Recap
#
# The bullets of *You will* in the past tense. Keep this: a function that works wherever it is
# pasted, fenced as `python`. You can stop here: what it costs to leave it running.
#
# {{next}}
