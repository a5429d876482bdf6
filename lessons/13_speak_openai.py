# %% [markdown]
# # {{title}}
#
# At the end, programs that were written for OpenAI talk to your model, and
# their users read each word while it is written.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the paths that OpenAI's clients know, chapter 13, are lit](../images/way_13.svg)
#
# ## You will
#
# - give the model paths that every client of OpenAI finds;
# - call it with clients that know nothing of you;
# - have each refusal raise the client's own exception;
# - hand on tokens as they are written, and measure what that gains.
#
# About {{minutes}} minutes. It costs nothing here. On AWS it costs what
# prompts to `/model` cost. Earlier chapters are made if missing.
#
# ## Start
#
# New are `openai`, the package that everyone has, unmodified; and `chat`.

# %%
import json
import time
import boto3
import openai
import pulumi
import pulumi_aws as aws
import requests
from gateway import chat as endpoint
from gateway.chat import ERRORS, chat_schema, path_below
from gateway.dialects import DIALECTS, messages_schema, posted
from gateway.dialects import responses_schema
from gateway.kinds import Arguments, Parts, Variables
from gateway.limits import body_model, body_validator, checked
from gateway.limits import error_response, method_settings
from gateway.limits import path_method, proxy_integration
from gateway.settings import Settings
from lab import start, plan, up, outputs, predict, show
from lab import check, hint, solution, tokens
from lab.widgets import chat

start(13)

# %% [markdown]
# ## The idea
#
# You could invent a better plug: smaller, safer, prettier. But every lamp
# in the shop has the old one, and yours would need an adapter for each.
#
# Our `/model` is such a plug. It is short and clear, and no program in
# the world knows it. OpenAI's shape is older and clumsier, but thousands
# of programs speak it. They ask for two things: a key, and a **base
# URL**, the address before `/models` and `/chat/completions`. OpenAI's own
# ends in `/v1`. Our stage is called `v1`. So the base URL is
# `outputs()["invoke_url"]`.
#
# The key fits too. Clients send it as `Authorization: Bearer`, and our
# porter of chapter 07 takes exactly that. It hands it on as the team's API
# key, so chapter 09's plans and budgets hold here as well.
#
# There is one more thing to gain. A person reads faster than the model
# writes, and hates to wait. To **stream** is to hand on each token as it
# is written. What then counts is the **time to the first token**.
#
# ![The chat path, its method, its model of a conversation and its integration refer to the API and the function](../images/13_speak_openai.svg)
#
# {{edges}}
#
# ## Predict
#
# The function can stream. Is that enough?

# %%
predict("13")

# %% [markdown]
# ## The code
#
# ### What is there to ask
#
# Clients ask for a list of models first, to offer a choice or to see
# whether they are connected. Without it, some refuse to start.

# %% step: list_models

# %% [markdown]
# ### A conversation
#
# A prompt is now a list of **messages**, each with a **role**: `system`
# gives orders, `user` asks, `assistant` has answered. The model forgets
# everything, so the client sends the whole conversation each time. The
# body is checked at the door, as in chapter 09.

# %% step: chat_completions

# %% [markdown]
# ### The switch
#
# `STREAM` tells API Gateway to hand on what comes, while it comes. Lambda
# has another call for that, so the function has another ARN. The two
# belong together. With them an answer may take as long as the function's
# `timeout`, up to 15 minutes, in place of 29 seconds. The function is told.

# %% step: streaming, stream_variables

# %% [markdown]
# ### A rate of its own
#
# A conversation makes the model work as a prompt does, so it gets the
# prompts' rate. Without it, only the rate of the whole stage holds.

# %% step: chat_limit

# %% [markdown]
# ### Refusals that clients can read
#
# The function refuses in OpenAI's shape. But API Gateway says no before
# the function is asked, and then says `{"message": "Unauthorized"}`. Each
# client would need a special case for us. `ERRORS` names type and code for
# each kind of refusal, and gateway responses do the rest.

# %% step: error_responses

# %% [markdown]
# ### The address
#
# Where conversations are sent. Clients want the part before it.

# %% step: chat_url

# %% [markdown]
# ## Plan
#
# All is new but the deployment, which is replaced. The function stays as
# it is: it has known these paths all along.

# %%
plan()
# expect first: ± replace  aws.apigateway.Deployment
# expect first no: update  aws.lambda_.Function
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# Eight gateway responses, eight methods, nine paths: all quick.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# Ask API Gateway for the integration of `/chat/completions`. In `uri`, look
# for `response-streaming-invocations`.

# %%
resources = boto3.client("apigateway").get_resources(
    restApiId=outputs()["rest_api_id"], embed=["methods"], limit=500)
path = next(each for each in resources["items"]
            if each["path"] == "/chat/completions")
show(path["resourceMethods"]["POST"]["methodIntegration"])
# expect: response-streaming-invocations
# expect: "responseTransferMode": "STREAM"

# %% [markdown]
# ## Ask
#
# ### Without any client
#
# First with `requests`, so that you have seen the shape. The answer is in
# `choices`, a list because OpenAI can give several.

# %%
base, keys = outputs()["invoke_url"], outputs()["team_keys"].reveal()
head = {"Authorization": f"Bearer {keys['blue']}"}
name = requests.get(base + "/models", headers=head).json()["data"][0]["id"]
hello = [{"role": "user", "content": "Say hello to the class."}]
answer = requests.post(
    base + "/chat/completions", headers=head, timeout=60,
    json={"model": name, "messages": hello, "max_tokens": 24})
show(answer.json())
# expect: "choices"
# expect: "content": "

# %% [markdown]
# ### With OpenAI's own
#
# Two arguments, and it is your client. `max_retries=0` because we want to
# see refusals; by default it tries again twice, as `Retry-After` says.

# %%
client = openai.OpenAI(
    base_url=base, api_key=keys["blue"], max_retries=0)

def say(messages=hello, max_tokens=24, **more):
    return client.chat.completions.create(
        model=name, messages=messages, max_tokens=max_tokens, **more)

print(say().choices[0].message.content)
# expect: Hello

# %% [markdown]
# Others are called the same way. They take the two from the variables
# `OPENAI_BASE_URL` and `OPENAI_API_KEY` (LiteLLM: `OPENAI_API_BASE`). The
# kit's tests run these:
#
# ```python
# from langchain_openai import ChatOpenAI
# print(ChatOpenAI(model=NAME).invoke("Say hello.").content)
#
# import litellm
# answer = litellm.completion("openai/" + NAME, messages)
# ```
#
# ```sh
# curl -N "$OPENAI_BASE_URL/chat/completions" \
#   -H "Authorization: Bearer $OPENAI_API_KEY" \
#   -H "Content-Type: application/json" \
#   -d '{"model": "SmolLM2-135M-Instruct", "stream": true,
#        "messages": [{"role": "user", "content": "Say hello."}]}'
# ```
#
# ### What can be asked for
#
# Five times the same prompt. The same **seed** gives the same text again;
# another seed, another text. `stop` ends an answer before this text.
# `length` says that `max_tokens` ended it.

# %%
for more in ({"seed": 7}, {"seed": 7}, {"seed": 8},
             {"seed": 7, "stop": [","]}, {"seed": 7, "max_tokens": 3}):
    choice = say(temperature=0.9, **more).choices[0]
    print(more, choice.finish_reason, repr(choice.message.content))
# expect 2 times: {'seed': 7} stop
# expect: {'seed': 8}
# expect: {'seed': 7, 'max_tokens': 3} length

# %% [markdown]
# ### A tool to call
#
# A model can only write. A **tool** is a function of yours that it may ask
# for: you send a name, and what the arguments look like as JSON Schema.
# What comes back is a call; you send its result.

# %%
weather = {"name": "get_weather", "parameters": {
    "type": "object", "required": ["city"],
    "properties": {"city": {"type": "string"}}}}
tools = [{"type": "function", "function": weather}]
talk = [{"role": "user", "content": "The weather in Paris?"}]
said = say(talk, 64, tools=tools, temperature=0).choices[0].message
print(said.tool_calls[0].function)
talk += [said, {"role": "tool", "content": "20 degrees and sunny",
                "tool_call_id": said.tool_calls[0].id}]
print(say(talk, 64, tools=tools).choices[0].message.content)
# expect: name='get_weather'
# expect: 20 degrees

# %% [markdown]
# The arguments fit the schema, always: the model may write only what can
# still become such a text. That does not make them right. A large model
# also chooses whether to call. Ours is too small: the function takes the
# tool that has words in common with the question, or none.
#
# ### Refusals, as the client sees them
#
# Five mistakes; then green is greedy, and comes back with a client that
# tries again. `tried` prints the status, the class of the exception and the
# code; then who refused, by API Gateway's name for it or as *the function*.
# Mind the path that is not there.

# %%
def tried(what, call):
    try:
        call()
        print(f"{what:15} fine")
    except openai.APIStatusError as error:
        who = error.response.headers.get("x-amzn-errortype", "the function")
        print(f"{what:15} {error.status_code} {type(error).__name__:21}",
              f"{error.code:23} {who}")

other = client.with_options
long = [{"role": "user", "content": "word " * 1900}]
tried("a wrong key", other(api_key="guess").models.list)
tried("no messages", lambda: say([]))
tried("another model", lambda: client.models.retrieve("gpt-4"))
tried("a long prompt", lambda: say(long))
tried("no such path", client.files.list)
green = other(api_key=keys["green"])
patient = other(api_key=keys["green"], max_retries=4)
tried("40 calls", lambda: [green.models.list() for _ in range(40)])
tried("5 with patience", lambda: [patient.models.list() for _ in range(5)])
# expect: a wrong key … 401 AuthenticationError … UnauthorizedException
# expect: no messages … 400 BadRequestError … BadRequestException
# expect: another model … 404 NotFoundError … the function
# expect: a long prompt … 400 … context_length_exceeded the function
# expect: no such path … 403 PermissionDeniedError … IncompleteSignatureException
# expect: 40 calls … 429 RateLimitError
# expect: 5 with patience fine

# %% [markdown]
# `context_length_exceeded` means: more than the model can read at once.
# Programs know that code, and shorten the conversation. And the path?
# There is no `/files`. API Gateway takes the key for a broken
# signature of chapter 07, and answers 403.
#
# Green's 429 is chapter 09's plan at work. Its second client gets one too,
# but reads `Retry-After`, and waits.

# %% [markdown]
# ### Token by token
#
# Watch the answer grow. Under it are the time to the first token and the
# tokens a second. (`tokens(96)` is 96, and fewer on a slow machine.) Below
# is a playground that keeps the conversation.

# %%
chat("Tell me a story about the sea.", max_tokens=tokens(96),
     stream=True)
chat()
# expect: time to the first token
# expect: Conversations with

# %% [markdown]
# How does one answer come in many pieces? The connection stays open, and
# the function sends **server-sent events**: lines that begin with `data:`,
# an empty line after each. Here are the first and the last, as they came.

# %%
body = {"model": name, "messages": hello, "max_tokens": 8, "stream": True}
answer = requests.post(base + "/chat/completions", json=body,
                       headers=head, stream=True, timeout=60)
print(answer.headers["content-type"])
lines = [line.decode() for line in answer.iter_lines() if line]
print(*lines[:3], "...", *lines[-2:], sep="\n")
# expect: text/event-stream
# expect 4 times: data: {
# expect: data: [DONE]

# %% [markdown]
# The client hides all that: with `stream=True` it gives you a loop. `timed`
# measures two moments in it, the first token and the last. (A call before
# it sees to it that no cold start is measured.)

# %%
story = [{"role": "user", "content": "Tell me a story about the sea."}]

def timed():
    say(max_tokens=1)
    began, times = time.perf_counter(), []
    for piece in say(story, tokens(128), seed=7, stream=True):
        if piece.choices[0].delta.content:
            times.append(time.perf_counter() - began)
    print(f"{len(times)} pieces: {times[0]:.2f} s, {times[-1]:.2f} s")

timed()
# expect: pieces:

# %% [markdown]
# ### Hang up
#
# The reader has read enough and closes the page. Does the model write on,
# for nobody? Begin an answer of 256 tokens, take one piece, hang up. The
# function's log says how many were written, and the budget is charged for
# no more. The model is free: the next call is quick.

# %%
with say(story, 256, stream=True) as stream:
    next(iter(stream))
time.sleep(1)
lines = boto3.client("logs").filter_log_events(
    logGroupName=outputs()["log_group"], filterPattern="aborted")["events"]
for line in lines[-1:]:
    print(json.loads(line["message"])["completion_tokens"], "of 256")
print("the next call:", round(chat("Hi", max_tokens=1).seconds, 2), "s")
# expect: of 256
# expect: the next call:

# %% [markdown]
# ### If you like: two more dialects
#
# OpenAI has a newer shape, **Responses**, and Anthropic has **Messages**.
# Coding agents speak one of these and nothing else. They are deployed
# already: a path each, and below it one that counts tokens before you pay.

# %% step: other_dialects

# %% [markdown]
# One path, then, with two methods. Only the first is checked at the door,
# and only its answer streams.

# %% step: dialect

# %% [markdown]
# The function reads each shape into one inner form, and tells the answer in
# the shape that was asked for. So keys, plans, budget and logs hold here
# too, without a line for them. Three small steps are left.

# %% step: no_embeddings, anthropic_base_url

# %% [markdown]
# And the rate of prompts, for what makes the model work:

# %% step: dialect_limits

# %% [markdown]
# A client of Anthropic's wants another base URL: it appends `/v1/messages`
# itself. (`anthropic.Anthropic(base_url=..., auth_token=KEY)` is one.) See
# the events with their names, and which fields changed nothing.

# %%
print(client.responses.create(
    model=name, input="Say hello.", max_output_tokens=24).output_text)
body = {"model": name, "max_tokens": 8, "messages": hello, "stream": True}
answer = requests.post(
    outputs()["anthropic_base_url"] + "/v1/messages", timeout=60,
    headers=head, json={**body, "thinking": {"type": "adaptive"}})
print("ignored:", answer.headers["x-ignored-fields"])
print(*answer.text.splitlines()[:5], "...", sep="\n")
# expect: ignored: thinking
# expect: event: message_start

# %% [markdown]
# An agent's first request has 24,000 tokens, ours may have 1,500. It is
# refused before it costs anything, in words that agents understand.

# %%
body["system"] = "word " * 3000
answer = requests.post(base + "/messages", headers=head, json=body)
print(answer.status_code, answer.json()["error"]["message"])
# expect: 400 prompt is too long

# %% [markdown]
# ## Change it: an unknown path is a 404
#
# `PermissionDeniedError` for a path that does not exist: people will
# search their keys. The function would say it better. The path `{proxy+}`
# stands for all paths that are not there otherwise. Expect three `+`, and
# another exception.

# %%
def list_models(rest_api, access, invocation):
    rest = path_below(
        "restPath", rest_api, rest_api.root_resource_id, "{proxy+}")
    method = path_method("restMethod", rest_api, rest, "ANY", access)
    return [*endpoint.list_models(rest_api, access, invocation),
            rest, method, proxy_integration(
                "restIntegration", rest_api, method, invocation)]

up()
tried("no such path", client.files.list)
# expect 3 times: + create
# expect: no such path … 404 NotFoundError

# %% [markdown]
# ## Break it: a stream that does not flow
#
# The classic: the function can stream, the client asks for a stream, and
# nobody has told the gateway. `streaming` returns nothing, so the
# integration has its defaults, `BUFFERED` and the ordinary ARN. (The
# function has to know, and gives its events in one piece. On AWS the
# adapter goes, too.)

# %%
def streaming(settings, function):
    return {}

def stream_variables(settings):
    return {}

adapter_start = adapter_variables = stream_variables
adapter_invocation = streaming

up()
timed()
# expect: pieces:

# %% [markdown]
# As many pieces, the same text, no error anywhere. But the first token
# comes with the last. A test that compares texts sees nothing; measure the
# time to the first token. The fix is the switch. (The unknown paths go,
# too: deleted by the first `up()`, no more served after the second.)

# %%
from gateway.chat import adapter_invocation, adapter_start
from gateway.chat import adapter_variables, list_models
from gateway.chat import stream_variables, streaming
up()
up()
timed()
# expect 2 times: Done in
# expect: pieces:

# %% [markdown]
# ### If you like: from a web page
#
# A page of another **origin** can send no key and read no answer, until
# the server lets it: **CORS**. The browser asks first, with `OPTIONS` and
# no key: a **preflight**. `corsOrigins` names the pages that may call; then
# each path has an `OPTIONS` that API Gateway answers itself (`MOCK`). A
# refusal needs these headers, too, or no page can read a 401.

# %% step: page_origins, ALLOW, EXPOSED, page_headers

# %% [markdown]
# ## Your turn
#
# **13.1** Write `two_minutes(rest_api, method, function)`: the integration
# of a method that hands on tokens for up to two minutes.

# %%
def two_minutes(rest_api, method, function):
    ...

check("13.1", two_minutes)

# %% [markdown]
# **13.2** Write what a client does with a stream. `lines` are texts, as in
# the cell above, but with the empty ones; give back the answer's text.

# %%
def text_of(lines):
    ...

check("13.2", text_of)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - Half of the switch is refused: `STREAM` with the ordinary ARN, or the
#   other way round, is *Invalid ResponseTransferMode*.
# - Nothing streams there until the same code is started by the **Lambda
#   Web Adapter**, a layer that AWS publishes. It runs `run.sh`, and that
#   `server.py`, a web server around the same function. Two settings, with
#   your region:
#
# ```sh
# pulumi config set gateway:adapterLayerArn \
#   arn:aws:lambda:REGION:753240598075:layer:LambdaAdapterLayerX86:27
# pulumi config set gateway:stream true
# ```
#
# ## Recap
#
# You gave the model paths that OpenAI's clients find, and called it with
# clients that know nothing of you. Each refusal raised their own
# exception. You handed on tokens as they were written, and measured what
# that gains.
#
# Keep this: `response_transfer_mode="STREAM"`, with
# `response_streaming_invoke_arn`.
#
# You can stop here: it costs nothing while nobody calls.
#
# {{next}}
