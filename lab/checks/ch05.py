"""Chapter 05: the other way to let the gateway in, and what a proxy function returns."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from gateway import api, model
from gateway.settings import Settings
from lab.checks.shared import steps
from lab.exercise import calls
from lab.exercise.state import Exercise, NotYet
from lab.mocks import mocks

EXECUTION = f"arn:aws:execute-api:{mocks.REGION}:{mocks.ACCOUNT}:{mocks.API_ID}"
FUNCTION = "LanguageModelLambda"
# Stage, method and path: stars, or what the program has.
ENDING = re.compile(r"/(?:\*|(?:\*|v1)/(?:\*|ANY|GET|POST)(?:/(?:\*|model))?)")
KEYS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}


def permission(value: Any, _: Mapping[str, Any]) -> str:
    """A lambda.Permission for this API and no other."""
    write = steps.function(value)

    def step() -> Any:
        function = model.create_function(Settings(), model.plain_start(Settings()), {}, [])
        return write(api.rest_api({}), function)

    hint = "Declare one aws.lambda_.Permission and return it."
    given = steps.only(steps.declared(step), "Permission", hint).inputs
    if given.get("action") != "lambda:InvokeFunction":
        raise NotYet(f"The action is {given.get('action')!r}.", "It is lambda:InvokeFunction.")
    if given.get("principal") != "apigateway.amazonaws.com":
        raise NotYet(
            f"The principal is {given.get('principal')!r}: not who calls the function.",
            "The service that calls is apigateway.amazonaws.com.",
        )
    if FUNCTION not in str(given.get("function", "")):
        raise NotYet(
            f"The function is {given.get('function')!r}.", "Give function.name, or function.arn."
        )
    _check_source(str(given.get("sourceArn") or ""))
    return "The function lets this API in. Without the role: this is the function's own policy."


def _check_source(source: str) -> None:
    if not source:
        raise NotYet(
            "There is no source_arn, so any API of any account of AWS may invoke the function.",
            "Give this API's execution ARN and what of it may call.",
        )
    if source.startswith("arn:aws:apigateway:"):
        raise NotYet(
            "The source_arn is rest_api.arn: that names the API to those who manage it.",
            "Calls come from rest_api.execution_arn.",
        )
    if not source.startswith(EXECUTION):
        raise NotYet(f"The source_arn is {source}: not this API.", "rest_api.execution_arn")
    ending = source.removeprefix(EXECUTION)
    if not ending:
        raise NotYet(
            "The source_arn ends with the API's id, and no call has just that as its source.",
            'Add "/*" with pulumi.Output.concat.',
        )
    if not ENDING.fullmatch(ending):
        raise NotYet(
            f"The source_arn ends with {ending}: no call of this API looks so.",
            "The order is /STAGE/METHOD/path: /*/*/model.",
        )


def teapot(value: Any, outputs: Mapping[str, Any]) -> str:
    """The code of a function, which is deployed in the model's place and answers a test call."""
    if not isinstance(value, str):
        raise NotYet(
            f"The code is a {type(value).__name__}; a text is wanted.",
            "Three quotes begin and end a text of several lines.",
        )
    reply = calls.test(outputs, "GET", "/model")
    if reply.status != 418 or reply.data != {"tea": True}:
        _check_shape(_returned(value))
        raise NotYet(
            f"A test of GET /model gets {reply.status}: {reply.body[:200]}",
            "Your code would answer right. Is it deployed? Run up() with your code_of.",
        )
    return "418 with JSON. A body that is a dict would have been a 502: the classic mistake."


def _returned(code: str) -> Any:
    """What the handler of this code returns, run here: why the gateway says 502 is not in its answer."""
    space: dict[str, Any] = {}
    hint = "It is a whole file, and begins with its imports."
    steps.called(lambda: exec(code, space), hint=hint)  # noqa: S102 - the learner's own code
    if not callable(space.get("handler")):
        raise NotYet("Lambda finds no handler in the code.", "def handler(event, context):")
    return steps.called(space["handler"], {"httpMethod": "GET", "path": "/model"}, None, hint=hint)


def _check_shape(value: Any) -> None:
    """Whether this is what a proxy function returns for a 418 with JSON."""
    if not isinstance(value, Mapping):
        raise NotYet(
            f"This is a {type(value).__name__}: the gateway answers 502, malformed response.",
            "Return a dict with statusCode, headers and body.",
        )
    if unknown := sorted(str(key) for key in set(value) - KEYS):
        raise NotYet(
            f"The gateway knows no {', '.join(unknown)}, and answers 502 for it.",
            f"It takes: {', '.join(sorted(KEYS))}.",
        )
    if str(value.get("statusCode")) != "418":
        raise NotYet(f"The statusCode is {value.get('statusCode')!r}.", "It is 418.")
    body = value.get("body")
    if not isinstance(body, str):
        raise NotYet(
            f"The body is a {type(body).__name__}: the gateway answers 502, malformed response.",
            "A body is text: json.dumps makes it.",
        )
    try:
        sent = json.loads(body)
    except ValueError as error:
        raise NotYet(f"The body is no JSON: {error}.", "Write '{\"tea\": true}'.") from None
    if sent != {"tea": True}:
        raise NotYet(f"The body says {body}.", 'It should say {"tea": true}, without quotes.')


EXERCISES = (
    Exercise(
        "5.1",
        "Write permission(rest_api, function): the aws.lambda_.Permission that lets this API, and no "
        "other, invoke the function.",
        permission,
        "It has an action, a function, a principal and a source_arn.",
        """def permission(rest_api, function):
    return aws.lambda_.Permission(
        "modelPermission",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="apigateway.amazonaws.com",
        source_arn=pulumi.Output.concat(rest_api.execution_arn, "/*/*/model"),
    )""",
        "that the integration's credentials are taken out: with them, the role is still used",
    ),
    Exercise(
        "5.2",
        "Write teapot, the code of a function, so that whoever asks gets status 418 and the JSON "
        '{"tea": true}.',
        teapot,
        "It returns a dict with statusCode and body; the body is text.",
        """teapot = '''
import json

def handler(event, context):
    return {"statusCode": 418, "body": json.dumps({"tea": True})}
'''""",
        "the headers: without a Content-Type the gateway says application/json",
        calls=True,
    ),
)
