# Sources. Prices and dates change: look them up before you rely on one. Read on 2026-11-30: the comparison, function
# URLs, AgentCore's rate limits, GitHub's OIDC; the others as chapters 03 and 10 have them, or notes of November 2026.
# - REST and HTTP APIs compared: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html
# - JWT authorizers: docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer.html
# - function URLs: docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
# - AgentCore Gateway, rate limits of August 2026: aws.amazon.com/blogs/machine-learning/
#   configure-rate-limits-for-ai-traffic-on-agentcore-gateway; docs.aws.amazon.com/bedrock-agentcore/latest/
#   devguide/gateway-rate-limits-metrics.html; 0.005 US dollars for 1,000 calls: AWS's agent toolkit, 2026-11-10
# - LiteLLM on containers, 378 US dollars a month at rest: AWS's guidance for multi-provider gateways, its own table
# - numbers in the token's sub, for repositories made, renamed or moved since 2026-07-15:
#   github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens
# - GitHub and AWS by OIDC: docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws

# %% [markdown]
# # {{title}}
#
# At the end, the gateway is a folder of your own: with tests, settings for
# two stacks and a workflow, and you know what an account wants of it.
#
# {{map}}
#
# ![The way of a prompt from you to the function, with every part lit: all of it goes home](../images/way_26.svg)
#
# ## You will
#
# - write a chapter into a folder that deploys by itself;
# - preview it, and find out what an account lacks before you deploy;
# - give whoever deploys the least rights, and GitHub no key;
# - deploy a folder with a step of your own, and take it down;
# - say when AWS's own gateway is the better choice.
#
# About {{minutes}} minutes. A second stack lives for a minute. It costs nothing,
# here and on AWS.
#
# ## Start

# %%
import inspect
import subprocess
import sys
import tempfile
from pathlib import Path
from pulumi import automation
from lab import start, predict, show, export
from lab import aws_preflight, deployer_policy
from lab import check, hint, solution

start(26)

# %% [markdown]
# ## The idea
#
# Whoever moves out takes their own things, and leaves the house standing. The
# notebooks stay here. What goes home is `gateway/`, which knows nothing of
# them: steps, settings, the functions' code. You need not take all of it. A
# program that has what you understand is better than one that has everything.
#
# So `export` cuts. A step of a later chapter stays away, and so does what it
# alone needed: files, imports, settings, tests. What it would have handed to
# an earlier step is what you know from that chapter: no parts, no arguments.
# Steps themselves are the same, line by line.
#
# ## Predict
#
# Two stacks, one account.

# %%
predict("26")

# %% [markdown]
# ## The code
#
# Chapter 20 has what clients of OpenAI look for, streamed, and no instances.
# The folder must not be there yet: nothing is ever overwritten. How it cuts is
# seen best where little is left: in chapter 06, whose program is printed. Look
# for what `admitted` is there: everyone may call. Its README says so.

# %%
home = Path(tempfile.mkdtemp())
folder, small = home / "my-gateway", home / "small"
export(6, small)
plain = (small / "program.py").read_text()
print(plain[plain.index("def gateway"):plain.index("def model_outputs")])
export(20, folder)
# expect: admitted = {"authorization": "NONE"}
# expect no: team_keys
# expect: Chapter 20
# expect: Pulumi.prod.yaml

# %% [markdown]
# ### Its tests
#
# They come along, those of the chapter, and need no account: they run the
# program under Pulumi's mocks. Here are some of them. This is also the place
# for your rules. "Every log ends some day" is such a rule, and a test holds
# it. Where a company has rules for all its programs, it writes a **policy
# pack** once, and `pulumi preview --policy-pack` asks that.

# %%
done = subprocess.run(
    [sys.executable, "-m", "pytest", "-v", "--color=no", "tests",
     "-k", "open or lets_nobody_in"],
    cwd=folder, capture_output=True, text=True)
print(*[line for line in done.stdout.splitlines() if "PASSED" in line],
      done.stdout.splitlines()[-1], sep="\n")
# expect: passed
# expect no: failed

# %% [markdown]
# ## Plan
#
# Two stacks have their settings in files. `prod` protects users, keys, counts
# and logs, and keeps every version of the function; `dev` has small quotas.
# In both, each name begins with the stack's (**auto-naming**), and tags say
# whose it is. With them, chapter 99 finds all of it again, and deletes it
# only after you have typed the stack's name.
#
# Here is the whole preview, with nothing of this course but the engine. Two
# settings are for the sandbox, as README of the course has them. The stack's
# state is in a folder of its own.

# %%
state = Path(tempfile.mkdtemp()).as_uri()
opts = automation.LocalWorkspaceOptions(
    env_vars={"PULUMI_BACKEND_URL": state})
stack = automation.create_or_select_stack(
    "dev", work_dir=str(folder), opts=opts)
for name, value in {"modelLayer": "false", "loggingRole": "own"}.items():
    stack.set_config(f"gateway:{name}", automation.ConfigValue(value))
stack.preview(color="never").change_summary
# expect: {'create':

# %% [markdown]
# ## Look
#
# A deployment that fails half way is the worst way to learn what an account
# lacks. `aws_preflight` asks first, and changes nothing: who you are there,
# which Region, what there may be only so many of, what would be made, what it
# costs at rest. Here it asks the sandbox. In a terminal in which you are
# signed in to AWS, `python -m lab.account 20` asks your account the same.

# %%
aws_preflight(20)
# expect: credentials: account
# expect: resources
# expect: US dollars a month at rest

# %% [markdown]
# ### Who may deploy
#
# An administrator's key in CI is the key to everything. The **least policy**
# has the actions that these types of resources need, none with a star, and on
# what bears the stack's name, wherever AWS lets a name be given. A test has a
# deployer with it deploy and destroy the whole gateway in the sandbox. AWS's
# own provider may read more: an `AccessDenied` there names what is missing.

# %%
policy = deployer_policy(20, account="123456789012",
                         region="eu-central-1", stack="prod")
print(policy.json()[:600])
policy
# expect: arn:aws:
# expect: no star

# %% [markdown]
# ### No key at GitHub
#
# The workflow previews each pull request and deploys `main`. GitHub signs a
# token that says which repository and branch it runs for; AWS exchanges it for
# credentials of an hour, if a role trusts that. This is **OIDC**: nothing is
# stored that could leak. (`up` runs twice: what has left the program is
# served until the second time, chapter 07.)

# %%
text = (folder / ".github/workflows/gateway.yml").read_text()
print(text[text.index("permissions:"):text.index("concurrency:")])
print(text[text.index("      - uses: aws-actions"):])
# expect: id-token: write
# expect: role-to-assume

# %% [markdown]
# ## Break it: a Region that is none
#
# One letter is missing. AWS would not answer at all, for there is no such
# server; you would wait, and then read of a name that cannot be resolved.

# %%
aws_preflight(20, region="eu-centrl-1")
# expect: eu-centrl-1 is none of AWS's
# expect: pulumi config set aws:region eu-central-1

# %% [markdown]
# ## Your turn
#
# **26.1** Write `github_trust(account, repository)`: the trust policy of the
# role that deploys, as a dictionary. It trusts GitHub for the branch `main`
# of one repository (`"me/my-gateway"`), and nobody else.

# %%
def github_trust(account, repository):
    ...

check("26.1", github_trust)

# %% [markdown]
# **26.2** Two stacks, and somebody was refused: by which? Write
# `signed(rest_api)`, a step for the small folder: a list with the gateway
# response by which every refusal of the API's own (`DEFAULT_4XX`, chapter 18)
# has the header `x-stack`, with the stack's name. The cell writes your step into
# a file, has the program call it, and deploys the folder as the stack `mine`.
# The checker calls a path that is not there.

# %%
def signed(rest_api):
    ...

head = "import pulumi\nimport pulumi_aws as aws\n\n\n"
(small / "signed.py").write_text(head + inspect.getsource(signed))
own = plain.replace("from .settings", "from .signed import signed\n"
                    "from .settings").replace(
    "proxy]\n", "proxy, *(signed(api) or [])]\n")
(small / "program.py").write_text(own)
mine = automation.create_or_select_stack(
    "mine", work_dir=str(small), opts=opts)
mine.set_config("gateway:modelLayer", automation.ConfigValue("false"))
mine.up(color="never")
check("26.2", [signed, mine])

# %% [markdown]
# Take it down, with what the backend knew of it. (Or try again first.)

# %%
mine.destroy(color="never", remove=True).summary.result
# expect: succeeded

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# All that is below can be run only there; nobody has run this page on AWS yet.
#
# - In the folder: `python -m layer`, `pulumi stack init dev`, `pulumi up`. CI
#   wants a bucket for the state and a key of KMS: the workflow's head says so.
#   The deployer's rights to these two are not in the least policy.
# - In GitHub's token, a repository that was made after 15 July 2026 has numbers
#   behind its names: `repo:me@12/my-gateway@34:ref:refs/heads/main`. Its OIDC
#   settings show them. So `repository` in 26.1 is `me@12/my-gateway@34`.
# - A **custom domain** gives your callers an address that stays when the API
#   is another one: `aws.apigateway.DomainName` with a certificate, and
#   `BasePathMapping`. Its routing rules can choose an API by a header.
# - JWT authorizers (chapter 10) check tokens of any OpenID Connect
#   provider without a function of yours. The provider used here has none yet.
#
# ### Own or managed
#
# As of November 2026, prices in US dollars without the model's:
#
# | | costs | who calls | tokens a caller | source |
# |---|---|---|---|---|
# | REST API, this one | 3.50 a million calls | keys, IAM, Cognito, JWT, code | yours, chapter 13 | API Gateway guide: `http-api-vs-rest`, `rest-api-jwt-authorizer` |
# | HTTP API | 1.00 a million | IAM, JWT, code; no keys, no plans | none; it does not stream | API Gateway guide: `http-api-vs-rest` |
# | function URL | 0 | IAM or everyone | none | Lambda guide: `urls-auth` |
# | AgentCore Gateway | 5.00 a million | OAuth, IAM | a minute's, since August 2026 | AgentCore guide: `gateway-rate-limits-metrics`; price: AWS's agent toolkit, 10 November |
# | LiteLLM on containers | 378 a month at rest | its own keys | and dollars | AWS's guidance for multi-provider gateways |
#
# AgentCore Gateway speaks OpenAI's and Anthropic's dialects, too, and you
# operate nothing. Its token limits act after the answer, and may be exceeded;
# your budget reserves before the call. Take it if its callers are yours. Take
# your own if you need keys for people outside, a hard budget, a model of your
# own, or a gateway that runs on a laptop.
#
# ## Recap
#
# You wrote a chapter into a folder that deploys by itself. You previewed it,
# and found out what an account lacks. You gave whoever deploys the least
# rights, and GitHub no key. A folder with a step of yours was a stack. You can
# say when AWS's own gateway is the better choice.
#
# Keep this:
#
# ```python
# def names_and_tags(stack):
#     """Configuration of a stack: what all that it makes is called."""
#     pattern = stack + "-${name}-${hex(7)}"
#     return {"pulumi:autonaming": {"pattern": pattern},
#             "aws:defaultTags": {"tags": {"stack": stack}}}
# ```
#
# You can stop here. On AWS, take down what you deployed: chapter 99.
#
# {{next}}
