# Sources. Prices and dates change: look them up before you rely on one. Read again on 2026-11-29: streaming and the adapter.
# - response streaming: for REST APIs, AWS_PROXY and HTTP_PROXY, 15 minutes at most, idle 5 minutes (Regional),
#   the function may run on when the connection closes, each 10 MB billed as a request:
#   docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
# - Lambda bills streamed bytes beyond the first 6 MB of an answer: aws.amazon.com/lambda/pricing
# - Python streams through a custom runtime or the Lambda Web Adapter; 1.0.0 is layer version 27:
#   docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html and
#   github.com/aws/aws-lambda-web-adapter (README)
# - server-sent events: html.spec.whatwg.org/multipage/server-sent-events.html; [DONE] is OpenAI's

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
# - hang up, and see who hears of it;
# - find out what stands in a stream's way.
#
# About {{minutes}} minutes. It costs nothing here. On AWS a streamed answer
# costs as much as a whole one (up to 6 MB). Earlier chapters are made if
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
import pulumi_aws as aws
import requests
from gateway import chat as endpoint
from gateway.chat import path_below
from gateway.kinds import Arguments
from gateway.limits import path_method, proxy_integration
from gateway.settings import Settings
from lab import start, plan, up, outputs, predict
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
# ## Predict
#
# The function can stream: its code has done so all along.

# %%
predict("20")

# %% [markdown]
# ## The code
#
# `STREAM` tells API Gateway to hand on what comes, while it comes. Lambda has
# another call for that, so the function has another ARN: the two belong
# together. The limit of 29 seconds does not hold for a stream, which may
# take 15 minutes; but the function's own `timeout` does, and ours is 29.
#
# A **stage variable** tells the function: API Gateway sends it along with
# each call. (`adapter_…` in `gateway/chat.py` is for AWS: see below.)

# %% step: streaming, stream_variables

# %% [markdown]
# ## Plan
#
# The integration of `/chat/completions` and the stage are updated, the
# deployment is replaced. The function stays as it is.

# %%
plan()
# expect first: aws.apigateway.Integration  chatIntegration
# expect first: ± replace  aws.apigateway.Deployment
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# Whoever asks for no stream notices nothing.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# Without any client: the first events and the last, as they came. No header
# says how long the answer is, for nobody knows yet.

# %%
base, keys = outputs()["invoke_url"], outputs()["team_keys"].reveal()
client = openai.OpenAI(base_url=base, api_key=keys["blue"])
name = client.models.list().data[0].id
story = [{"role": "user", "content": "Tell me a story about the sea."}]
body = {"model": name, "messages": story, "max_tokens": 8, "stream": True}
answer = requests.post(
    base + "/chat/completions", json=body, stream=True, timeout=60,
    headers={"Authorization": f"Bearer {keys['blue']}"})
lines = [line.decode() for line in answer.iter_lines() if line]
print(answer.headers.get("Content-Length"))
print(*lines[:3], "...", *lines[-2:], sep="\n")
# expect: None
# expect 4 times: data: {
# expect: data: [DONE]

# %% [markdown]
# ## Ask
#
# First watch an answer grow; under it are the time to the first token and
# the tokens a second. Then measure it yourself. OpenAI's client hides the
# events: with `stream=True` it gives you a loop. `timed` notes the first
# piece and the last.

# %%
chat("Tell me a story about the sea.", max_tokens=tokens(32), stream=True)

def begin(max_tokens):
    return client.chat.completions.create(
        model=name, messages=story, max_tokens=max_tokens, seed=7,
        stream=True)

def timed():
    began, times = time.perf_counter(), []
    for piece in begin(tokens(32)):
        if piece.choices[0].delta.content:
            times.append(time.perf_counter() - began)
    print(f"{len(times)} pieces: {times[0]:.2f} s, {times[-1]:.2f} s")

timed()
# expect: time to the first token
# expect: pieces:

# %% [markdown]
# ## Change it: hang up in the middle
#
# The reader has read enough and closes the page. Begin an answer of 256
# tokens, take one piece, hang up. In the sandbox the model stops, and the
# function's log says after how many. (On AWS it does not hear of it, and
# writes on until it is done or its timeout comes. You pay for both. So it is
# in a sandbox that was started with `KIT_STRICT=1`.)

# %%
with begin(256) as stream:
    next(iter(stream))
time.sleep(1)
aborted = boto3.client("logs").filter_log_events(
    logGroupName=outputs()["log_group"], filterPattern="aborted")["events"]
for line in aborted[-1:]:
    print(json.loads(line["message"])["completion_tokens"], "of 256")
if not aborted:
    print("The function never heard of it.")
# expect: of 256 | The function never heard of it.

# %% [markdown]
# ## Break it: a stream that does not flow
#
# The classic: the function can stream, the client asks for a stream, and
# nobody has told API Gateway. The integration has its defaults, `BUFFERED`
# and the ordinary ARN.

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
# the first token. The fix is the switch, in the next cell.
#
# ## Your turn
#
# **20.1** The function streams at two more paths, `/responses` and
# `/messages`. Write `any_shape(rest_api, access, invocation)`: the parts
# with which `POST /{shape}`, for whatever `shape` is, leads to it and
# streams. The checker calls it.

# %%
from gateway.chat import adapter_invocation, adapter_start
from gateway.chat import adapter_variables, stream_variables, streaming

def any_shape(rest_api, access, invocation):
    ...

def chat_completions(rest_api, access, rules, invocation):
    usual = endpoint.chat_completions(rest_api, access, rules, invocation)
    return usual + (any_shape(rest_api, access, invocation) or [])

up()
timed()
check("20.1", any_shape)
# expect: Done in
# expect: pieces:

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
# read a stream without a client, hung up in the middle of one, and found
# one that does not flow.
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
# You can stop here: what this page adds costs nothing while nobody calls.
#
# {{next}}
