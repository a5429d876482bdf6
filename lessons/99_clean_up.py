# Sources. Prices and dates change: look them up before you rely on one.
# - what is gone is listed for a while: github.com/aws/aws-sdk issues 302 and 676, by the maintainers
# - an estimate of the bill in us-east-1 alone: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
#   monitor_estimated_charges_with_cloudwatch.html

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
# - see what there is, how old it is, and what it costs at rest;
# - find what a run that failed has left behind;
# - delete all of it with one call, and keep a receipt;
# - ask AWS itself whether anything was forgotten;
# - make something that the next clean-up can find.
#
# About {{minutes}} minutes. Running this page deletes what the course has
# deployed. You can build it again in seconds. The last exercise deploys three
# things for some seconds, and takes them down itself.
#
# ## Start
#
# The card says whether something is deployed.

# %%
import json
import time
from datetime import date, timedelta
from pathlib import Path
import boto3
import pulumi_aws as aws
from lab import start, predict, check, hint, solution
from lab.widgets import leftovers, clean_up

start(99)

# %% [markdown]
# ## The idea
#
# Who moves out goes through two lists. One is what they wrote down when
# they moved in: that is the **state**. The other is what stands in the
# rooms with their name on it. What is on the second list alone was
# forgotten, and goes on costing rent.
#
# The names are **tags**: a key and a value on each thing that takes them.
# `account.py` of the gateway puts them on, whichever step makes it.
#
# ## Predict
#
# Think of an engine that dies at the worst moment.

# %%
predict("99")

# %% [markdown]
# ## Plan
#
# `leftovers()` compares the two lists and deletes nothing. You should see
# what is in the state, its age, and what an hour costs in which nobody
# calls. A price that nobody wrote down is *unknown*, not zero. If there is
# nothing, it is gone already: go on, nothing below can hurt.
#
# Below it are the tags that say whose a thing is. The owner is an id of this
# copy of the course: in one account, somebody else's stack may have your
# stack's name.

# %%
seen = leftovers()
seen.tags
# expect: in the state | There is nothing to delete
# expect first: at least
# expect first: = in the state
# expect: gateway:project
# expect: gateway:stack
# expect: gateway:owner

# %% [markdown]
# ## Break it: a run that failed
#
# Now something is made that no state will know: by hand, with the same
# tags, as if an engine had died before it could write. It is past its last
# day, too. You should see it first: *left over*, with its age, and that it
# expired.

# %%
name = f"forgotten-{time.time_ns()}"
old = {"gateway:made": "2026-11-01T08:00:00Z",
       "gateway:expires": "2026-11-02"}
made = boto3.client("logs").create_log_group(
    logGroupName=name, tags={**seen.tags, **old}
)
leftovers().leftovers
# expect: ! left over
# expect: expired 2026-11-02
# expect: log-group:forgotten-

# %% [markdown]
# ## Apply
#
# `clean_up()` does three things. It has the engine destroy what is in the
# state, in the reverse order. It deletes what the preview has called left
# over, and nothing else. Then it asks again. You should see each resource
# go, and at the end that nothing is left.

# %%
done = clean_up()
# expect first: - delete
# expect: nothing is left

# %% [markdown]
# The receipt is a file. You should see how it ended, and that what was
# forgotten is among what was deleted.

# %%
receipt = json.loads(Path(done.receipt).read_text())
print(receipt["state"], len(receipt["deleted"]))
print([each for each in receipt["deleted"] if name in each])
# expect: done
# expect: log-group:forgotten-

# %% [markdown]
# Once more. The second time there is nothing to do: it is safe to run it
# as often as you like, and after an interrupt it goes on.

# %%
clean_up().deleted
# expect: There was nothing to delete
# expect: 0

# %% [markdown]
# The first notebook has a stack of its own, `first-look`. It goes too.

# %%
start(99, stack="first-look")
clean_up().left
# expect: ()

# %% [markdown]
# ## Look
#
# Do not believe a receipt; ask AWS. You should see an empty list; or, if
# there were instances, those: AWS lists them for a while after their end.

# %%
tagging = boto3.client("resourcegroupstaggingapi")
wanted = [{"Key": key, "Values": [value]}
          for key, value in seen.tags.items()]
asked = tagging.get_paginator("get_resources")
pages = asked.paginate(TagFilters=wanted)
[one["ResourceARN"] for page in pages
 for one in page["ResourceTagMappingList"]]
# expect: [] | :instance/

# %% [markdown]
# Roles are not listed there, so `leftovers()` asks IAM besides. One role may
# stay: API Gateway writes the logs of all of an account's APIs with it, of
# other people's too. What takes no tags (methods, permissions, dashboards)
# is known to the state alone.
#
# ## Your turn
#
# **99.1** A clean-up that deletes too much is worse than none. Say when a thing
# may go: `known` are the ARNs in the state, `owner` is you. This one is tried
# on paper: with a real account, a wrong answer would delete what is somebody
# else's. Stuck? Run `hint("99.1")`, then `solution("99.1")`.

# %%
def may_go(arn, tags, known, owner):
    ...

check("99.1", may_go)

# %% [markdown]
# **99.2** Now the other side: make something that this page would find. You
# want to try an API for one afternoon. Write `afternoon(document, tags)`: a
# REST API with the `document` as its body (JSON; it has `GET /hello`), and what
# it takes to serve it at the stage `v1`. Each thing that takes tags has
# `tags`, and one more, `gateway:expires`: its last day, which is tomorrow
# (`date.today() + timedelta(days=1)`). Give back the stage's URL.
#
# The checker looks at what you declare. Then it deploys your step as the stack
# `afternoon`, calls `GET /hello`, and asks AWS for each thing by its tags. It
# destroys the stack in any case, also after an error or an interrupt.

# %%
def afternoon(document, tags):
    ...

check("99.2", afternoon)

# %% [markdown]
# Look once more, whatever the checker said. You should see that there is
# nothing to delete. If the kernel was killed half way, it names the stack that
# still stands, and how to open it: then `clean_up()` takes it down.

# %%
leftovers()
# expect: There is nothing to delete

# %% [markdown]
# The sandbox itself is still running, empty and small. To stop it, close
# the notebooks and run `python -m sandbox stop` in a terminal, in the
# folder of this course.
#
# ## On AWS
#
# {{quirks}}
#
# - `clean_up()` shows what there is, and waits for the stack's name:
#   `clean_up(confirm="course-aws")`.
# - 99.2 costs a few calls there, less than a cent, and takes a minute or two.
#   A REST API that nobody calls costs nothing.
# - What you made by hand in the console has none of these tags. Look for it
#   there.
# - `configure(expires="2026-12-24")` tags everything with a last day. Nothing
#   is deleted by itself: whoever looks sees what is past it.
# - `configure(monthlyDollars=20)` makes an alarm on the account's whole bill,
#   in us-east-1, where AWS keeps that number.
#
# ## Recap
#
# You saw what there was, its age and its cost at rest; found what a run had
# left behind; deleted all of it, with a receipt; and asked AWS itself. You made
# something that says whose it is and until when. What a program made, a
# program can take away, if it can tell what is its own.
#
# {{next}}
