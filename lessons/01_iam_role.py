# %% [markdown]
# # {{title}}
#
# You make the first resource, once by hand and once with the two
# calls that every later chapter uses.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the role beside the integration, chapter 01, is lit](../images/way_01.svg)
#
# ## You will
#
# - deploy a program from a cell with Pulumi's Automation API;
# - make the IAM role that API Gateway assumes;
# - tell a trust policy from a permission policy;
# - see why a resource outside a program never exists.
#
# About {{minutes}} minutes. It costs nothing here, and nothing on AWS:
# roles are free. Nothing has to exist first.
#
# ## Start
#
# The next cell finds Pulumi, starts the sandbox if it is not running,
# and tells you where you are about to deploy. (`Arguments` and
# `Statement` are two names for a `dict`.)

# %%
from gateway.kinds import Arguments, Statement
from lab import start, plan, up, outputs
from lab import predict, check, hint, solution, show

start(1)

# %% [markdown]
# ## The idea
#
# Think of a theatre. A costume hangs backstage with a note on it: *for
# the doorman only*. Whoever wears it may open certain doors.
#
# An **IAM role** is such a costume. The note is its **trust policy**:
# who may put it on. The doors it opens come from its **permission
# policies**: what the wearer may do. Today you write the note.
#
# The wearer will be API Gateway. When a prompt arrives, it puts the role
# on for a moment and calls the function that hosts the model. No key is
# stored anywhere, so no key can leak.
#
# ![API Gateway assumes the role, as its trust policy says; with it, it invokes the function. Anybody else gets no role](../images/01_iam_role.svg)
#
# ## Predict
#
# Commit to an answer before you read on. Guessing wrong is the point:
# it makes the right answer stick.

# %%
predict("1")

# %% [markdown]
# ## The code
#
# Pulumi runs an ordinary Python function, the **program**. Each resource
# that the function makes is registered with Pulumi's **engine**. The
# engine compares what is registered with what exists, and calls AWS for
# the difference.
#
# ### By hand
#
# First the program. `json` writes the trust policy, `pulumi_aws` has a
# class for each AWS resource, and `export` gives a result a name. The
# cell prints nothing: a function is defined, nothing more.

# %%
import json
import pulumi
import pulumi_aws as aws

trust = {"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow",
    "Principal": {"Service": "apigateway.amazonaws.com"},
    "Action": "sts:AssumeRole"}]}

def program():
    role = aws.iam.Role("byHand", assume_role_policy=json.dumps(trust))
    pulumi.export("role_arn", role.arn)

# %% [markdown]
# A program is deployed into a **stack**: one copy of it, with its own
# memory of what exists. This makes a stack called `by-hand`. `preview` runs
# the program and compares; it changes nothing. `up` does the same, and then
# makes what is missing. You should see two creations, twice: the stack itself
# and the role. The last line is the ARN, the role's full name in AWS.

# %%
from pulumi import automation

stack = automation.create_or_select_stack(
    stack_name="by-hand", project_name="by-hand", program=program)
stack.preview(on_output=print, color="never")
result = stack.up(on_output=print, color="never")
result.outputs["role_arn"].value
# expect: aws:iam:Role byHand create
# expect: 2 to create
# expect: byHand created
# expect: arn:aws:iam::…:role/byHand

# %% [markdown]
# Where is the stack's memory? In its **state**, a JSON document. Here it
# lives in a folder of this kit; teams put it into a bucket or Pulumi
# Cloud. You should see three entries: the stack, the AWS provider, and
# the role. Then the copy is taken down again, and the stack forgotten: 2
# deleted. That is the whole Automation API: select, preview, up, outputs,
# destroy.

# %%
print(stack.workspace.who_am_i().url)
state = stack.export_stack().deployment
print(*(resource["urn"] for resource in state["resources"]), sep="\n")
stack.destroy(on_output=print, color="never")
stack.workspace.remove_stack("by-hand")
# expect: urn:pulumi:…pulumi:pulumi:Stack
# expect: pulumi:providers:aws
# expect: aws:iam/role:Role
# expect: 2 deleted

# %% [markdown]
# ### The step
#
# The course's own program is the folder `gateway`: one function a step,
# and `program.py`, which calls them all. This is the first step, with two
# functions that write its policy. The cell is the very text of the files,
# and if you change a step here, your version is deployed.

# %% step: policy_document, trust_policy, api_role

# %% [markdown]
# ## Plan
#
# `plan()` is `preview` with the drawing done for you: the course's stack,
# all steps up to this chapter. You should see one role to create. If you
# have been here before, it says that nothing changes.

# %%
plan()
# expect first: 1 will be created
# expect: will be created | No change

# %% [markdown]
# ## Apply
#
# `up()` makes it. The tree is live while it runs, and stays as a record.
#
# ## Look
#
# Do not take Pulumi's word for it. `boto3` asks AWS itself, and `show`
# prints the answer so that it can be read. Find the principal: it is the
# only one that may put this role on. The name is longer than the one in the
# code. Pulumi adds random letters to each name, so that two copies of a
# program never collide and a replacement can be made before the old one goes.
#
# ## Ask
#
# No model answers yet, so ask IAM instead: which doors does this role
# open? The list below the tree should be empty, `[]`. That is right for now;
# chapter 02 adds the one door it needs.

# %%
import boto3

up()
iam = boto3.client("iam")
role_name = outputs()["api_role_arn"].split("/")[-1]
print(iam.list_role_policies(RoleName=role_name)["PolicyNames"])
show(iam.get_role(RoleName=role_name)["Role"])
# expect first: 1 created
# expect: created | No change
# expect first: []
# expect: "Service": "apigateway.amazonaws.com"

# %% [markdown]
# ## Change it: another folder
#
# A changed argument is either updated in place, marked `~`, or forces a new
# resource, `±`. The plan tells you which, before anything happens. Here is a
# `path`, the folder of a role's name. AWS cannot move a role, so expect a
# replacement, because of `path`.

# %%
def api_role():
    return aws.iam.Role(
        "languageModelApiRole", path="/gateway/",
        assume_role_policy=trust_policy("apigateway.amazonaws.com"))

plan()
# expect: ± replace  aws.iam.Role
# expect: replaced because path changed

# %% [markdown]
# ## Break it: a resource outside a program
#
# The classic first mistake: making a resource in a cell of its own, as
# if it were any Python object. Nothing is raised. This kit warns you;
# bare Pulumi stays silent. (Nothing was applied above. Importing the step
# from its file puts the original back in place of your version.)

# %%
from gateway.model import api_role

stray = aws.iam.Role("stray", assume_role_policy=json.dumps(trust))
plan()
# expect: made outside a program
# expect no: + create
# expect: No change

# %% [markdown]
# The plan does not know `stray`. No program registered it, so no engine
# heard of it, and it will never exist. The fix: put it into a step, a
# function that the program calls.
#
# ## Your turn
#
# **1.1** Write the trust policy of a role that Lambda functions assume,
# instead of API Gateway. Replace the dots; then run the cell.

# %%
trust_lambda = {"Version": "2012-10-17", "Statement": [...]}
check("1.1", trust_lambda)

# %% [markdown]
# **1.2** Write `tagged_role()`: the same role as in `api_role()`, with the
# tag `course` = `gateway`. The checker runs your function against a
# make-believe AWS: nothing is deployed.

# %%
def tagged_role():
    ...

check("1.2", tagged_role)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - State in a local folder is fine for one person. A team shares it in a
#   bucket, with a lock.
#
# ## Recap
#
# You deployed a program by hand: select, preview, up, outputs. You made
# the role that API Gateway assumes. You told trust (who wears it) from
# permission (which doors it opens). And you saw that a resource exists
# only if a program declares it.
#
# Keep this:
#
# ```python
# import json
#
# def trust(service):
#     """The trust policy of a role that this service assumes."""
#     return json.dumps({"Version": "2012-10-17", "Statement": [{
#         "Effect": "Allow", "Principal": {"Service": service},
#         "Action": "sts:AssumeRole"}]})
# ```
#
# You can stop here; a role left running costs nothing. To take all of it
# down, open the last chapter.
#
# {{next}}
