# Sources. Prices and dates change: look them up before you rely on one. Read on 2026-11-30.
# - Responses and its count of tokens: platform.openai.com/docs/api-reference/responses
# - Messages, its count, its headers: docs.anthropic.com/en/api/messages and messages-count-tokens
# - the package anthropic appends /v1/messages, takes ANTHROPIC_BASE_URL, and ANTHROPIC_AUTH_TOKEN as Authorization: Bearer,
#   an api_key as x-api-key: github.com/anthropics/anthropic-sdk-python (src/anthropic/_client.py)
# - which packages: tests/deployed/test_dialects.py and test_other_clients.py run anthropic, LangChain and LiteLLM
# - settings of a method go by its path, / written ~1: docs.aws.amazon.com/apigateway/latest/api/API_UpdateStage.html

# %% [markdown]
# # {{title}}
#
# At the end, coding agents and Anthropic's clients talk to your model, too.
#
# {{map}}
#
# ![The way of a message from you to the function; the path of messages and its check, chapter 21, are lit](../images/way_21.svg)
#
# ## You will
#
# - speak two more shapes: OpenAI's Responses, Anthropic's Messages;
# - prove that all of them meet the same limits, budget and log;
# - tell a field that is ignored from one that is refused;
# - set a rate for one path alone.
#
# About {{minutes}} minutes. It costs nothing here. On AWS a path costs
# nothing; a request costs what it costs on `/model`. Earlier chapters are
# made if missing.
#
# ## Start
#
# `openai` speaks two of the three. Anthropic's package is not among this
# course's, so we send its requests by hand: they are JSON.

# %%
import json
import boto3
import openai
import pulumi
import pulumi_aws as aws
import requests
from gateway import dialects
from gateway.dialects import DIALECTS, dialect, no_embeddings
from gateway.dialects import messages_schema, responses_schema
from gateway.kinds import Arguments, Parts
from gateway.settings import Settings
from lab import start, plan, up, outputs, predict
from lab import check, hint, solution

start(21)

# %% [markdown]
# ## The idea
#
# At an embassy, people ask in three languages. Three interpreters sit at the
# desks, and one form goes to the office behind them. The office knows the
# form, and no language.
#
# The languages are **dialects**: chat completions, of chapter 18; OpenAI's
# newer **Responses**, with one `input` and no memory here; Anthropic's
# **Messages**, with `system` beside them and an answer made of blocks.
# Coding agents speak one of the last two. Each dialect is a file of two
# functions: a request to the one inner form, an answer from it. Tools,
# schemas and streams are the inner form's.
#
# ![Three dialects and /model at their paths; interpreters make one inner form of all, behind which budget, log and model are](../images/21_other_dialects.svg)
#
# {{edges}}
#
# ## Predict

# %%
predict("21")

# %% [markdown]
# ## The code
#
# Each dialect gets a path, and below it one that counts tokens. `dialect`
# makes both, with a check of the body as in chapter 19. What answers can
# stream; what counts comes whole. `dialect_limits` gives both the rate of
# prompts, and `no_embeddings` answers at a path where clients look for what
# we have not got.
#
# A client of OpenAI appends `/responses` to its base URL. One of Anthropic
# appends `/v1/messages`, so that its base URL ends before the stage.

# %% step: other_dialects, anthropic_base_url

# %% [markdown]
# ## Plan
#
# Five paths with their methods are new, and the deployment is replaced. The
# function stays as it is: it has spoken all of them all along.

# %%
plan()
# expect first: aws.apigateway.Resource  dialectPath-messages
# expect first: ± replace  aws.apigateway.Deployment
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# The same model, with more ways to ask it.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# The same words, three times: counted by Responses, counted by Messages, and
# read by chat completions. If there is one inner form, there is one number.

# %%
base, keys = outputs()["invoke_url"], outputs()["team_keys"].reveal()
client = openai.OpenAI(base_url=base, api_key=keys["blue"], max_retries=0)
name = client.models.list().data[0].id
talk = [{"role": "user", "content": "Say hello to the class."}]

def post(path, **body):
    return requests.post(
        base + path, json={"model": name, **body}, timeout=60,
        headers={"Authorization": f"Bearer {keys['blue']}"})

chat = {"messages": talk, "max_tokens": 1}
print(post("/responses/input_tokens", input=talk[0]["content"]).text,
      post("/messages/count_tokens", messages=talk).text,
      post("/chat/completions", **chat).json()["usage"]["prompt_tokens"])
# expect: "input_tokens": 26} {"input_tokens": 26} 26

# %% [markdown]
# ## Ask
#
# First Responses, with OpenAI's own client. Then Messages, as a stream:
# each event has a name there, and the text is in `delta`.

# %%
print(client.responses.create(
    model=name, input="Say hello.", max_output_tokens=12).output_text)
answer = requests.post(
    outputs()["anthropic_base_url"] + "/v1/messages", timeout=60,
    headers={"Authorization": f"Bearer {keys['blue']}"},
    json={"model": name, "messages": talk, "max_tokens": 12,
          "stream": True})
print(*answer.text.splitlines()[:8], "...", sep="\n")
# expect: ello
# expect: event: message_start
# expect: event: content_block_delta

# %% [markdown]
# Anthropic's package takes its base URL and the key from `ANTHROPIC_BASE_URL`
# and `ANTHROPIC_AUTH_TOKEN`. (Not `ANTHROPIC_API_KEY`: that goes into another
# header, `x-api-key`, which our authorizer does not read.) This kit's tests
# run that package so, unmodified.
#
# ### What the log and the budget saw
#
# The log of the function has one line for each request. Look at `path`, and
# at what all lines have in common.

# %%
lines = boto3.client("logs").filter_log_events(
    logGroupName=outputs()["log_group"],
    filterPattern="completion_tokens")["events"][-3:]
for line in lines:
    seen = json.loads(line["message"])
    print(seen["path"], seen["key_id"], seen["prompt_tokens"],
          seen["completion_tokens"])
# expect: /chat/completions
# expect: /responses
# expect: /messages

# %% [markdown]
# One key, one count. The interpreters cannot give tokens away, for they have
# none: who adds a dialect cannot forget the budget.
#
# ## Change it: what cannot be translated
#
# A dialect has words that the inner form has not. Where an answer is right
# without them, they change nothing, and the header `x-ignored-fields` names
# them. Where it would be wrong, the request is refused, by name.

# %%
def told(path, **body):
    answer = post(path, max_tokens=1, messages=talk, **body)
    print(answer.status_code, answer.headers.get("x-ignored-fields"),
          answer.json().get("error", {}).get("message"))

told("/messages", thinking={"type": "adaptive"})
told("/chat/completions", n=3)
print(post("/responses", input="And then?",
           previous_response_id="resp_1").json()["error"]["message"])
# expect: 200 thinking None
# expect: 400 None
# expect: previous_response_id is not supported here

# %% [markdown]
# ## Break it: an agent, and a base URL that is too long
#
# The first request of a coding agent has some 24,000 tokens; ours may have
# 1,500. It is refused before the model is asked, in words that agents know.
#
# The other mistake is the classic: the base URL of OpenAI's clients, given to
# one of Anthropic's. It appends its `/v1` to ours.

# %%
told("/messages", system="word " * 3000)
told("/v1/messages")
told("/embeddings", input="Find me.")
# expect: 400 None prompt is too long
# expect: 403 None
# expect: 404 None There is no embedding model here

# %% [markdown]
# The second looks like a wrong key, as in chapter 18: API Gateway knows no
# such path. The fix is the output made for it, `anthropic_base_url`. The
# third had a path, so that it could say what is wrong.
#
# ## Your turn
#
# **21.1** Be an interpreter. Write `to_chat(body)`: of a request for
# Messages the one for chat completions. `system` becomes the first message,
# a list of text blocks one text, `stop_sequences` is called `stop`; the rest
# stays as it is.

# %%
def to_chat(body):
    ...

check("21.1", to_chat)

# %% [markdown]
# **21.2** To count costs no tokens, so somebody counts all day. Write
# `count_limit(rest_api, stage)`: the settings with which
# `POST /messages/count_tokens` takes one request a second, and one at once;
# every other path stays as it is. The checker calls both.

# %%
def count_limit(rest_api, stage):
    ...

def dialect_limits(settings, rest_api, stage, logging):
    count_limit(rest_api, stage)
    return dialects.dialect_limits(settings, rest_api, stage, logging)

up()
check("21.2", count_limit)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - Settings of a method replace those of all methods: your exercise's took
#   `count_tokens` out of the log levels of chapter 15. The program's steps
#   hand `logging` along for that reason.
# - Dialects grow. A field that is new to the function is ignored and named
#   in Responses and Messages, and refused in chat completions: look at both
#   after a client's update.
#
# ## Recap
#
# You spoke two more dialects, proved that they share limits, budget and log,
# told ignored fields from refused ones, and limited one path.
#
# Keep this:
#
# ```python
# def anthropic_settings(invoke_url, key):
#     """What Anthropic's clients read, for a stage that is called v1."""
#     return {"ANTHROPIC_BASE_URL": invoke_url.removesuffix("/v1"),
#             "ANTHROPIC_AUTH_TOKEN": key}
# ```
#
# You can stop here: what this page adds costs nothing while nobody calls.
#
# {{next}}
