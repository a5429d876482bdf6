# Sources. Prices and dates change: look them up before you rely on one. Read on 2026-11-30.
# - request validation: before the integration, 400, saves calls of the backend; of requests only; models are JSON Schema
#   draft 4: docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html and
#   models-mappings-models.html
# - response_format, tools, tool_choice, a message for the result of each call: platform.openai.com/docs/api-reference/chat
#   and docs/guides/structured-outputs, function-calling. parse() takes a class of pydantic's: openai-python, helpers.md
# - what can be held: gateway/functions/model/guide; how a tool is chosen here: local/tools.py

# %% [markdown]
# # {{title}}
#
# At the end, programs can read what the model writes, and it asks for yours.
#
# {{map}}
#
# ![The way of a prompt from you to the function; the check of a conversation, chapter 19, is lit](../images/way_19.svg)
#
# ## You will
#
# - have API Gateway check conversations before the function is called;
# - hold an answer to a shape of yours;
# - let the model ask for a function of yours;
# - find out what a small model can do of this, and what it cannot.
#
# About {{minutes}} minutes. It costs nothing here. On AWS a check costs
# nothing either: a request that is refused is still counted by API Gateway,
# but calls no function. Earlier chapters are made if missing.
#
# ## Start
#
# Nothing is new but the title: tools and schemas are fields of a request.

# %%
import json
import openai
import pulumi_aws as aws
import requests
from gateway import chat as endpoint
from gateway.kinds import Arguments
from gateway.limits import body_model, body_validator
from gateway.settings import Settings
from lab import start, plan, up, outputs, predict
from lab import check, hint, solution

start(19)

# %% [markdown]
# ## The idea
#
# Ask a crowd for their names and birthdays on blank paper, and you get
# stories. Hand out a form with boxes, and you get names and birthdays.
#
# The form is a **JSON Schema**: which fields there are, which must be there,
# what may stand in each. There is one for each direction. For what comes in,
# API Gateway has a *model* and a *request validator*, as in chapter 12. It
# never looks at what goes out. There, the model itself is held: OpenAI calls
# this **structured outputs**.
#
# A model writes token by token. Before each one, all tokens are struck out
# with which the text could no longer fit. Of the rest it takes the likeliest.
#
# ![The text so far, and five tokens that could follow: those that fit the schema stay, the others are struck out](../images/19_schemas_and_tools.svg)
#
# {{edges}}
#
# ## Predict

# %%
predict("19")

# %% [markdown]
# ## The code
#
# What a conversation has to be: a model's name, and messages, each with a
# role. It says less than the function asks, so that fields which are new to
# it pass. `chat_check` makes the validator and the model; `chat_rules` hands
# both to the method, as `rules`.

# %% step: chat_check, chat_schema

# %% [markdown]
# ## Plan
#
# Two are new, the method gets both, and the deployment is replaced.

# %%
plan()
# expect first: aws.apigateway.RequestValidator  chatValidator
# expect first: ± replace  aws.apigateway.Deployment
# expect: will be | No change

# %% [markdown]
# ## Apply
#
# From here on, what is no conversation does not reach the function.

# %%
up()
# expect: Done in

# %% [markdown]
# ## Look
#
# Who refuses now? A conversation without messages did not get past chapter
# 18's function. Now it does not get there. What the schema does not say,
# such as the name of the model, the function still decides.

# %%
base, keys = outputs()["invoke_url"], outputs()["team_keys"].reveal()
client = openai.OpenAI(base_url=base, api_key=keys["blue"], max_retries=0)
name = client.models.list().data[0].id
head = {"Authorization": f"Bearer {keys['blue']}"}
hello = [{"role": "user", "content": "Hello."}]
for body in ({"model": name, "messages": []},
             {"model": "gpt-4", "messages": hello}):
    answer = requests.post(
        base + "/chat/completions", headers=head, json=body, timeout=60)
    who = answer.headers.get("x-amzn-errortype", "the function")
    print(answer.status_code, who, answer.json()["error"]["message"])
# expect: 400 BadRequestException Invalid request body
# expect: 404 the function There is no model

# %% [markdown]
# ## Ask
#
# ### An answer that fits
#
# The schema goes along as `response_format`. First a question, then
# nonsense. What did you predict?

# %%
trip = {"type": "object", "required": ["city", "days"], "properties": {
    "city": {"type": "string"},
    "days": {"type": "integer", "minimum": 1, "maximum": 30}}}

def held(text, max_tokens=32, schema=trip):
    return client.chat.completions.create(
        model=name, messages=[{"role": "user", "content": text}],
        temperature=0, seed=7, max_tokens=max_tokens, response_format={
            "type": "json_schema", "json_schema": {
                "name": "answer", "schema": schema}}).choices[0]

for text in ("I want three days in Paris.", "The sea is blue."):
    print(held(text).message.content)
# expect: {"city": "Paris", "days": 3}
# expect 2 times: {"city": "

# %% [markdown]
# Both fit. One is true. A schema is about form, and the model fills each box
# that it must fill. If there may be nothing to say, allow that: the type
# `["string", "null"]`. (With `parse` in place of `create`, the schema is
# that of a class of pydantic's, and the answer an object of it.)
#
# ### A tool to call
#
# A model can only write. A **tool** is a function of yours that it may ask
# for: you send its name, and its arguments as JSON Schema. What comes back
# is a call. You run it, and send the result, as a message of the role
# `tool`.

# %%
weather = {"name": "get_weather", "parameters": {
    "type": "object", "required": ["city"],
    "properties": {"city": {"type": "string"}}}}

def talk(messages, max_tokens=24, **more):
    return client.chat.completions.create(
        model=name, messages=messages, max_tokens=max_tokens, seed=7,
        tools=[{"type": "function", "function": weather}],
        temperature=0, **more).choices[0].message

asked = [{"role": "user", "content": "The weather in Paris?"}]
said = talk(asked)
print(said.tool_calls[0].function)
result = {"role": "tool", "tool_call_id": said.tool_calls[0].id,
          "content": "20 degrees and sunny"}
print(talk([*asked, said, result]).content)
# expect: name='get_weather'
# expect: 20 degrees

# %% [markdown]
# The arguments were held to a schema, too. So they can be read; they need
# not be right. Look at them before you run what they ask for: who writes the
# prompt, writes them.
#
# ## Change it: who chooses
#
# `tool_choice` says whether a tool may be called (`auto`), must be
# (`required`), or must not (`none`). A question about umbrellas is one about
# the weather. Does the model see that?

# %%
rain = [{"role": "user", "content": "Do I need an umbrella in Paris?"}]
for choice in ("auto", "required"):
    calls = talk(rain, 8, tool_choice=choice).tool_calls or []
    print(choice, [call.function.arguments for call in calls])
# expect: auto []
# expect: required ['{"city": "Paris"}']

# %% [markdown]
# A large model sees it. Ours is too small: the function takes the tool that
# has words in common with the question, or none. The choice is a count of
# words; the arguments are the model's own. With the next model, both would
# be the model's, and nothing in your gateway changes.
#
# ## Break it: a form that is torn off, and one that cannot be filled
#
# Two mistakes that everybody makes once. JSON that `max_tokens` cuts is no
# JSON: look at `finish_reason` before you read it. And some keywords cannot
# be held while a text is written: `uniqueItems` would have to compare all
# items.

# %%
cut = held("I want three days in Paris.", max_tokens=4)
print(cut.finish_reason, cut.message.content)
tags = {"type": "array", "uniqueItems": True}
try:
    held("Tags for a photo.", schema={
        "type": "object", "properties": {"tags": tags}})
except openai.BadRequestError as error:
    print(error.code, error.param)
# expect: length {"city
# expect: invalid_schema response_format.json_schema.schema.properties.tags

# %% [markdown]
# The fixes: more room for the answer, and a schema without that keyword;
# `param` names the place. A gateway that took the second one in silence
# would be worse: it would promise what it does not keep.
#
# ## Your turn
#
# **19.1** Write `results(calls, functions)`: for each call a message with
# what `functions[name]` gives for its arguments. What raises is told to the
# model, too: as the text of its message.

# %%
def results(calls, functions):
    ...

check("19.1", results)

# %% [markdown]
# **19.2** A caller who offers a hundred tools has long prompts. Write
# `few_tools(schema)`: the schema of a conversation, with at most three
# `tools`. API Gateway shall refuse the others: the checker calls it.

# %%
def few_tools(schema):
    ...

def chat_schema(settings):
    usual = endpoint.chat_schema(settings)
    return few_tools(usual) or usual

up()
check("19.2", few_tools)
# expect: Done in

# %% [markdown]
# ## On AWS
#
# {{quirks}}
#
# - A body is checked only if its content type has a model. `$default`
#   stands for all of them: without it, `text/plain` passes unseen.
# - API Gateway reads JSON Schema of **draft 4**; OpenAI's and pydantic's are
#   newer. The two never meet: one is for requests, one for answers.
# - Bedrock's models choose tools themselves: set `gateway:backend`, and
#   these cells stay as they are.
#
# ## Recap
#
# You had API Gateway check conversations before the function is called, held
# an answer to a shape of yours, let the model ask for a function, and saw
# that a form is not the truth.
#
# Keep this:
#
# ```python
# def shaped(name, schema):
#     """The response_format that holds an answer to a JSON Schema."""
#     return {"type": "json_schema", "json_schema": {
#         "name": name, "strict": True, "schema": schema}}
# ```
#
# You can stop here: what this page adds costs nothing while nobody calls.
#
# {{next}}
