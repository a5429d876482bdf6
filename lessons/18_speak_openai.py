# Sources. Prices and dates change: look them up before you rely on one.
# - the shape of a conversation, seed, stop: platform.openai.com/docs/api-reference/chat
# - an unknown path with an Authorization header is taken for a broken signature, 403:
#   repost.aws/knowledge-center/api-gateway-authentication-token-errors
# - which clients: tests/clients and tests/deployed run openai, LangChain and LiteLLM against this gateway

# %% [markdown]
# # {{title}}
#
# At the end, programs that were written for OpenAI talk to your model.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the path of conversations, chapter 18, is lit](../images/way_18.svg)
#
# ## You will
#
# - give the model the paths at which clients of OpenAI look;
# - call it with a client that knows nothing of you;
# - ask for repeatable answers, and for short ones;
# - have each refusal raise the client's own exception.
#
# About {{minutes}} minutes. It costs nothing here. On AWS it costs what
# prompts to `/model` cost. Earlier chapters are made if missing.
#
# ## Start
#
# New is `openai`, the package itself, unmodified.

# %%
import json
import openai
import pulumi
import pulumi_aws as aws
import requests
from gateway import chat as endpoint
from gateway.chat import path_below
from gateway.kinds import Arguments, Parts
from gateway.limits import error_response, path_method, proxy_integration
from lab import start, plan, up, outputs, predict, show
from lab import check, hint, solution

start(18)

# %% [markdown]
# ## The idea
#
# You could invent a better plug: smaller, safer, prettier. But the lamps in
# the shop have the old one, and each would need an adapter.
#
# `/model` is such a plug: short and clear, and no program knows it. OpenAI's
# shape, **chat completions**, is older and clumsier, and thousands of
# programs speak it. They ask for a key and a **base URL**, the part before
# `/models` and `/chat/completions`. OpenAI's ends in `/v1`. Our stage is
# called `v1`. So the base URL is `outputs()["invoke_url"]`.
#
# ![A client of OpenAI uses /models and /chat/completions, others /model; the function reads all into one inner form](../images/18_speak_openai.svg)
#
# {{edges}}
#
# ## Predict

# %%
predict("18")

# %% [markdown]
# ## The code
#
# ### A conversation
#
# The key needs nothing new. Clients send it as `Authorization: Bearer`, and
# chapter 08's authorizer takes exactly that. It hands it on as the team's
# API key, so that chapter 11's plans and chapter 13's budgets hold.
#
# A prompt is now a list of **messages**, each with a **role**: `system`
# gives orders, `user` asks, `assistant` has answered. The model keeps
# nothing, so the client sends the whole conversation each time.
# (`list_models` does the same for GET `/models` and `/models/{model}`;
# `chat_limit` gives conversations the rate of prompts. `rules` is empty
# until chapter 19.)

# %% step: chat_completions

# %% [markdown]
# ### Refusals that clients can read
#
# The function refuses in OpenAI's shape. But API Gateway refuses before the
# function is called, and then says `{"message": "Unauthorized"}`. `ERRORS`
# names type and code for each kind of refusal; gateway responses do the
# rest.

# %% step: ERRORS, error_responses

# %% [markdown]
# ## Plan
#
# All is new but the deployment, which is replaced. The function stays as it
# is: it has answered in this shape all along.

# %%
plan()
# expect first: ± replace  aws.apigateway.Deployment
# expect first no: update  aws.lambda_.Function
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# Eight gateway responses, three methods, four paths: all quick.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# The shape, with `requests` alone. The answer is in `choices`, a list
# because OpenAI can give several.

# %%
base, keys = outputs()["invoke_url"], outputs()["team_keys"].reveal()
head = {"Authorization": f"Bearer {keys['blue']}"}
name = requests.get(base + "/models", headers=head).json()["data"][0]["id"]
hello = [{"role": "user", "content": "Say hello to the class."}]
answer = requests.post(
    base + "/chat/completions", headers=head, timeout=60,
    json={"model": name, "messages": hello, "max_tokens": 16})
show(answer.json())
# expect: "choices"
# expect: "content": "

# %% [markdown]
# ## Ask
#
# With OpenAI's own client: two arguments, and it is yours. (By default it
# tries twice more after a 429 or a failure of the server. We want to see
# these, so: `max_retries=0`.)

# %%
client = openai.OpenAI(
    base_url=base, api_key=keys["blue"], max_retries=0)

def say(messages=hello, max_tokens=16, **more):
    return client.chat.completions.create(
        model=name, messages=messages, max_tokens=max_tokens, **more)

print(say().choices[0].message.content)
# expect: Hello

# %% [markdown]
# Other clients of this shape take the two from the variables
# `OPENAI_BASE_URL` and `OPENAI_API_KEY` (LiteLLM: `OPENAI_API_BASE`). This
# kit's tests run LangChain's `ChatOpenAI` and LiteLLM so.
#
# ## Change it: the same prompt, asked otherwise
#
# Four times the same prompt, with a lot of chance: a `temperature` of 0.9. The
# same **seed** gives the same text again. `stop` ends an answer before this
# text. `length` says that `max_tokens` ended it.

# %%
for more in ({}, {}, {"stop": [","]}, {"max_tokens": 3}):
    choice = say(temperature=0.9, seed=7, **more).choices[0]
    print(more, choice.finish_reason, repr(choice.message.content))
# expect 2 times: {} length
# expect: {'stop': [',']} stop
# expect: {'max_tokens': 3} length

# %% [markdown]
# ## Break it: six mistakes, as the client sees them
#
# `tried` prints the status, the client's exception, its code, and who
# refused: API Gateway's name for it, or *the function*. The last mistake is
# greed: 40 calls at once. A client that tries again waits as `Retry-After`
# tells it.

# %%
def tried(what, call):
    try:
        print(what, call() and "fine")
    except openai.APIStatusError as error:
        who = error.response.headers.get("x-amzn-errortype", "the function")
        kind = type(error).__name__
        print(what, error.status_code, kind, error.code, who)
other = client.with_options
greedy = other(api_key=keys["green"]).models.list
patient = other(api_key=keys["green"], max_retries=4).models.list
tried("a wrong key:", other(api_key="guess").models.list)
tried("another model:", lambda: client.models.retrieve("gpt-4"))
tried("no messages:", lambda: say([]))
tried("a long prompt:", lambda: say([{**hello[0], "content": "a " * 1900}]))
tried("no such path:", client.files.list)
tried("40 calls:", lambda: [greedy() for _ in range(40)])
tried("with patience:", lambda: [patient() for _ in range(3)])
# expect: a wrong key: 401 AuthenticationError … UnauthorizedException
# expect: another model: 404 NotFoundError … the function
# expect first: no messages: 400 BadRequestError … the function
# expect: a long prompt: 400 … context_length_exceeded the function
# expect: no such path: 403 PermissionDeniedError
# expect: 40 calls: 429 RateLimitError
# expect: with patience: fine

# %% [markdown]
# `context_length_exceeded`: more than the model can read at once. Programs
# know that code, and shorten the conversation. Green's 429 is its usage
# plan's. The patient client gets one, too, and waits.
#
# One refusal misleads. There is no path `/files`, but API Gateway takes the
# key for a broken signature, and says 403: people will search their keys.
# Exercise 18.2 puts that right.
#
# ## Your turn
#
# **18.1** Write `carry_on(messages, answer, question)`: the messages that
# ask a question, after the model has answered the ones before.

# %%
def carry_on(messages, answer, question):
    ...

check("18.1", carry_on)

# %% [markdown]
# **18.2** Write `unknown(rest_api)`: a list with the gateway response that
# makes a path which is not there a 404 in OpenAI's shape, with the code
# `unknown_url`. The checker calls what is deployed.

# %%
def unknown(rest_api):
    ...

def error_responses(rest_api, more):
    return (endpoint.error_responses(rest_api, more)
            + (unknown(rest_api) or []))

up()
check("18.2", unknown)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - A web page of another **origin** can read no answer until the server lets
#   it (**CORS**), and asks first without a key: a **preflight**. Name such pages in the
#   setting `corsOrigins`: `gateway/cors.py` does the rest.
#
# ## Recap
#
# You gave the model paths at which clients of OpenAI look, and called it
# with a client that knows nothing of you. You asked for repeatable answers
# and for short ones. Each refusal raised the client's own exception.
#
# Keep this:
#
# ```python
# import openai
#
# def client(invoke_url, key):
#     """OpenAI's client, for a gateway of yours."""
#     return openai.OpenAI(base_url=invoke_url, api_key=key)
# ```
#
# You can stop here: what this page adds costs nothing while nobody calls.
#
# {{next}}
