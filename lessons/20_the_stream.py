# Sources. Prices and dates change: look them up before you rely on one. Read again on 2026-11-29: streaming and the adapter.
# - response streaming: for REST APIs, AWS_PROXY and HTTP_PROXY, 15 minutes at most, idle 5 minutes (Regional),
#   the function may run on when the connection closes, billed by 10 MB:
#   docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
# - Python streams through a custom runtime or the Lambda Web Adapter; 1.0.0 is layer version 27:
#   docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html and
#   github.com/aws/aws-lambda-web-adapter (README)
# - Responses and Messages: platform.openai.com/docs/api-reference/responses, docs.anthropic.com/en/api/messages

# %% [markdown]
# # {{title}}
#
# At the end, people read each word while it is written.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the integration is lit, which now streams](../images/way_20.svg)
#
# ## You will
#
# - hand on tokens as they are written, and measure what that gains;
# - read a stream without a client;
# - find out what stands in a stream's way;
# - speak two more shapes: OpenAI's Responses, Anthropic's Messages.
#
# About {{minutes}} minutes. It costs nothing here. On AWS a streamed answer
# costs as much as a whole one (up to 10 MB). Earlier chapters are made if
# missing.
#
# ## Start
#
# New is `chat`: a conversation that shows each word as it comes.

# %%
import json
import time
import boto3
import openai
import pulumi
import pulumi_aws as aws
import requests
from gateway.dialects import dialect, messages_schema, responses_schema
from gateway.kinds import Arguments, Parts
from gateway.settings import Settings
from lab import start, plan, up, outputs, predict, show
from lab import check, hint, solution, tokens
from lab.widgets import chat

start(20)

# %% [markdown]
# ## The idea
#
# A waiter can bring all dishes at once, or each as it is ready. Dinner takes
# as long; but you begin to eat earlier.
#
# A person reads faster than the model writes, and hates to wait. To
# **stream** is to hand on each token as it is written. What then counts is
# the **time to the first token**.
#
# The connection stays open, and the function sends **server-sent events**:
# lines that begin with `data:`, an empty line after each.
#
# ![One answer on a line of time: buffered, all comes at the end; streamed, each token comes as it is written](../images/20_the_stream.svg)
#
# {{edges}}
#
# ## Predict
#
# The function can stream: its code has done so all along.

# %%
predict("20")

# %% [markdown]
# ## The code
#
# ### The switch
#
# `STREAM` tells API Gateway to hand on what comes, while it comes. Lambda has
# another call for that, so the function has another ARN: the two belong
# together. The limit of 29 seconds does not hold for a stream, which may
# take 15 minutes; but the function's own `timeout` does, and ours is 29.
# (`adapter_…` in `gateway/chat.py` is for AWS: see below.)

# %% step: streaming, stream_variables

# %% [markdown]
# ### Two more dialects
#
# OpenAI has a newer shape, **Responses**; Anthropic has **Messages**. Coding
# agents speak one of these. Each gets a path, and below it one that counts
# tokens. The function reads each shape into one inner form, so that keys,
# plans, budget and logs hold here, too. (`dialect_limits`, `no_embeddings`
# and `dialect` are in `gateway/dialects.py`.)

# %% step: other_dialects, anthropic_base_url

# %% [markdown]
# ## Plan
#
# From chapter 18: one integration changes, ten methods and paths are new,
# and the deployment is replaced.

# %%
plan()
# expect first: aws.apigateway.Integration  chatIntegration
# expect first: ± replace  aws.apigateway.Deployment
# expect: will be | No change

# %% [markdown]
# ## Apply

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# The integration of `/chat/completions`. In `uri`, look for
# `response-streaming-invocations`.

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
# Watch the answer grow. Under it are the time to the first token and the
# tokens a second. The second line is a playground that keeps a conversation.

# %%
chat("Tell me a story about the sea.", max_tokens=tokens(48),
     stream=True)
chat()
# expect: time to the first token
# expect: Conversations with

# %% [markdown]
# Without any client: the first events and the last, as they came.

# %%
base, keys = outputs()["invoke_url"], outputs()["team_keys"].reveal()
head = {"Authorization": f"Bearer {keys['blue']}"}
client = openai.OpenAI(base_url=base, api_key=keys["blue"])
name = client.models.list().data[0].id
story = [{"role": "user", "content": "Tell me a story about the sea."}]
body = {"model": name, "messages": story, "max_tokens": 8, "stream": True}
answer = requests.post(base + "/chat/completions", json=body,
                       headers=head, stream=True, timeout=60)
lines = [line.decode() for line in answer.iter_lines() if line]
print(*lines[:3], "...", *lines[-2:], sep="\n")
# expect 4 times: data: {
# expect: data: [DONE]

# %% [markdown]
# The client hides all that: with `stream=True` it gives you a loop. `timed`
# measures two moments in it, the first token and the last.

# %%
def begin(max_tokens):
    return client.chat.completions.create(
        model=name, messages=story, max_tokens=max_tokens, seed=7,
        stream=True)

def timed():
    began, times = time.perf_counter(), []
    for piece in begin(tokens(64)):
        if piece.choices[0].delta.content:
            times.append(time.perf_counter() - began)
    print(f"{len(times)} pieces: {times[0]:.2f} s, {times[-1]:.2f} s")

timed()
# expect: pieces:

# %% [markdown]
# ### Hang up
#
# The reader has read enough and closes the page. Begin an answer of 256
# tokens, take one piece, hang up. In the sandbox the model stops, and the
# function's log says after how many. (On AWS it does not hear of it, and
# writes on until it is done or its timeout comes. You pay for both.)

# %%
with begin(256) as stream:
    next(iter(stream))
time.sleep(1)
aborted = boto3.client("logs").filter_log_events(
    logGroupName=outputs()["log_group"], filterPattern="aborted")["events"]
for line in aborted[-1:]:
    print(json.loads(line["message"])["completion_tokens"], "of 256")
# expect: of 256

# %% [markdown]
# ## Change it: another dialect, the same model
#
# First OpenAI's Responses, then Anthropic's Messages. A client of
# Anthropic's appends `/v1/messages` itself, so it wants another base URL.
# See the events with their names, and which field changed nothing.

# %%
print(client.responses.create(
    model=name, input="Say hello.", max_output_tokens=16).output_text)
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
# ## Break it: a stream that does not flow
#
# The classic: the function can stream, the client asks for a stream, and
# nobody has told API Gateway. `streaming` returns nothing, so the
# integration has its defaults, `BUFFERED` and the ordinary ARN.

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
# As many pieces, the same text, no error anywhere. But the first token comes
# with the last. A test that compares texts sees nothing; measure the time to
# the first token. The fix is the switch:

# %%
from gateway.chat import adapter_invocation, adapter_start
from gateway.chat import adapter_variables, stream_variables, streaming
up()
timed()
# expect: Done in
# expect: pieces:

# %% [markdown]
# ## Your turn
#
# **20.1** Write `two_minutes(rest_api, method, function)`: the integration
# of a method that hands on tokens for up to two minutes.

# %%
def two_minutes(rest_api, method, function):
    ...

check("20.1", two_minutes)

# %% [markdown]
# **20.2** Write what a client does with a stream. `lines` are texts, as
# above, but with the empty ones; give back the answer's text.

# %%
def text_of(lines):
    ...

check("20.2", text_of)

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - Half of the switch is refused: `STREAM` with the ordinary ARN, or the
#   other way round, is *Invalid ResponseTransferMode*.
# - Nothing streams there until the same code is started by the **Lambda
#   Web Adapter**, a layer that AWS publishes (27 is its version 1.0.0; the
#   newest is in its README). Two settings, with your region:
#
# ```sh
# pulumi config set gateway:adapterLayerArn \
#   arn:aws:lambda:REGION:753240598075:layer:LambdaAdapterLayerX86:27
# pulumi config set gateway:stream true
# ```
#
# ## Recap
#
# You handed on tokens as they were written and measured what that gains,
# read a stream without a client, found one that does not flow, and spoke two
# more dialects.
#
# Keep this:
#
# ```python
# def streamed(function, seconds):
#     """Arguments of an integration that hands on pieces as they come."""
#     return {"uri": function.response_streaming_invoke_arn,
#             "response_transfer_mode": "STREAM",
#             "timeout_milliseconds": seconds * 1000}
# ```
#
# You can stop here: it costs nothing while nobody calls.
#
# {{next}}
