"""What graders share that ask a gateway: a call over HTTP, or API Gateway's own test, and who answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from lab.exercise.state import NotYet
from lab.prompt.state import Reply
from lab.prompt.transport import CONNECT_LIMIT, session_for
from lab.session.results import Secret

LIMIT = 35.0  # seconds; API Gateway gives up after 29
# How API Gateway answers at a path that is not there; the second, if the caller sends a key.
NO_PATH = ("MissingAuthenticationToken", "IncompleteSignature")
KEYS = "Run up(8): chapter 08 gives the teams their keys."


def call(
    outputs: Mapping[str, Any], method: str, path: str, *, stage: str = "", **more: Any
) -> Reply:
    """Call a path of a stage.

    Args:
        outputs: of the stack, which know where its stage is.
        stage: another one of the same API, by its name.
        more: `json` and `headers`, as requests has them.

    Raises:
        NotYet: there is no stage, or nothing answers there.
    """
    return send(method, url_of(outputs, path, stage), **more)


def url_of(outputs: Mapping[str, Any], path: str, stage: str = "") -> str:
    """Where a path of the stage is, or of another one of the same API.

    Raises:
        NotYet: there is no stage.
    """
    base = outputs.get("invoke_url")
    if not isinstance(base, str) or not base:
        raise NotYet("Nothing is deployed that could be called.", "Run up(), then check again.")
    base = base.rstrip("/")
    if stage:
        base = f"{base.rpartition('/')[0]}/{stage}"
    return base + path


def signed(outputs: Mapping[str, Any], method: str, path: str) -> Reply:
    """One call with a signature (SigV4) of whoever runs this notebook.

    Raises:
        NotYet: there is no stage, nothing answers there, or there is no key to sign with.
    """
    import boto3  # a second, and for one exercise
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    url, key = url_of(outputs, path), boto3.Session().get_credentials()
    if key is None:
        raise NotYet("There is no key of AWS to sign with.", "start() finds one: run it again.")
    region = str(outputs.get("function_arn")).split(":")[3:4] or ["us-east-1"]
    request = AWSRequest(method, url)
    SigV4Auth(key.get_frozen_credentials(), "execute-api", region[0]).add_auth(request)
    return send(method, url, headers=dict(request.headers.items()))


def key_of(outputs: Mapping[str, Any], team: str = "blue") -> dict[str, str]:
    """The header with which a team calls; {} where the stack has no key of that team."""
    held = outputs.get("team_keys")
    keys = held.reveal() if isinstance(held, Secret) else held
    found = keys.get(team) if isinstance(keys, Mapping) else None
    return {"Authorization": f"Bearer {found}"} if found else {}


def as_team(outputs: Mapping[str, Any], team: str, hint: str = KEYS) -> dict[str, str]:
    """The header with which a team calls.

    Args:
        hint: where the team has no key.

    Raises:
        NotYet: it has none.
    """
    found = key_of(outputs, team)
    if not found:
        held = outputs.get("team_keys")
        known = ", ".join(held.reveal() if isinstance(held, Secret) else held or ()) or "nobody"
        raise NotYet(f"The team {team} has no key; who has one: {known}.", hint)
    return found


def send(method: str, url: str, **more: Any) -> Reply:
    """One call.

    Raises:
        NotYet: nothing answers.
    """
    try:
        with session_for(url) as session:
            answer = session.request(method, url, timeout=(CONNECT_LIMIT, LIMIT), **more)
    except (requests.RequestException, OSError) as error:
        raise NotYet(
            f"Nothing answers at {url}: {type(error).__name__}.", "up() starts the sandbox again."
        ) from None
    return Reply(answer.status_code, dict(answer.headers), answer.text, 0.0)


def test(outputs: Mapping[str, Any], method: str, path: str, called: str = "") -> Reply:
    """Have API Gateway call a method itself: TestInvokeMethod, which needs no stage.

    Args:
        outputs: of the stack, which know the API.
        path: as the API has it, such as `/model/{name}`.
        called: the path that is called, where it is another: `/model/tea`.

    Raises:
        NotYet: there is no API, or it has no such path or method.
    """
    api = outputs.get("rest_api_id")
    if not isinstance(api, str) or not api:
        raise NotYet("There is no API that could be called.", "Run up(), then check again.")
    return trial(api, method, path, called or path)


def trial(api: str, method: str, path: str, called: str) -> Reply:
    """One test call.

    Raises:
        NotYet: API Gateway has no such path or method, or does not answer.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client = boto3.client("apigateway")
        found = client.get_resources(restApiId=api, limit=500)["items"]
        ids = [each["id"] for each in found if each["path"] == path]
        if not ids:
            raise NotYet(f"The API has no path {path}.", "Declare it in a step, then up().")
        answer = client.test_invoke_method(
            restApiId=api, resourceId=ids[0], httpMethod=method, pathWithQueryString=called
        )
    except (BotoCoreError, ClientError) as error:
        if "NotFoundException" in str(error):
            raise NotYet(f"{path} has no method {method}.", "Declare it, then up().") from None
        raise NotYet(f"API Gateway says: {error}", "up() starts the sandbox again.") from None
    return Reply(answer["status"], answer.get("headers") or {}, answer.get("body") or "", 0.0)


def no_path(reply: Reply) -> bool:
    """Whether what is served has no such path or method."""
    return any(kind in reply.header("x-amzn-ErrorType") for kind in NO_PATH)


def of_function(reply: Reply, called: str, not_served: str) -> None:
    """Whether the function answered, and not the gateway in its place.

    Args:
        called: what was called, such as `GET /tea`.
        not_served: the hint where the gateway knows no such path.

    Raises:
        NotYet: the gateway answered; the sentence says what that means.
    """
    if no_path(reply):
        raise NotYet(f"{called} gets 403: what is served has no such path or method.", not_served)
    if reply.status >= 500:
        raise NotYet(
            f"{called} gets {reply.status}: the gateway did not get an answer of the function.",
            "type AWS_PROXY, integration_http_method POST, and the uri and credentials of /model's.",
        )
    if reply.who != "function":
        raise NotYet(
            f"{called} gets {reply.status} from {reply.who}: the function was not asked.",
            "The status and the text say who refused it: " + reply.said[:200],
        )
