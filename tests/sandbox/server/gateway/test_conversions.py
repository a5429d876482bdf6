"""What contentHandling and binary types make of bodies: AWS's tables row by row, then deployed."""

import base64
import json

import pytest

from sandbox.server.base.errors import GatewayError
from sandbox.server.gateway.conversions import Payload, is_binary, to_client, to_integration
from tests.sandbox.server.conftest import Api

INTERNAL = (500, '{"message": "Internal server error"}')
PNG = b"\x89PNG\r\n"  # no UTF-8
TEXT = base64.b64encode(PNG)
DAMAGED = PNG.decode("utf-8", "replace").encode()
LISTED = ["image/png"]
BINARY, CONVERT_TO_TEXT = "CONVERT_TO_BINARY", "CONVERT_TO_TEXT"


@pytest.mark.parametrize(
    ("sent", "content_type", "listed", "handling", "becomes"),
    [
        (TEXT, "x/y", [], "", Payload(TEXT)),
        (TEXT, "x/y", [], BINARY, Payload(PNG, True)),
        (TEXT, "x/y", [], CONVERT_TO_TEXT, Payload(TEXT)),
        (TEXT, "text/plain", LISTED, "", Payload(TEXT)),
        (TEXT, "text/plain", LISTED, BINARY, Payload(PNG, True)),
        (TEXT, "text/plain", LISTED, CONVERT_TO_TEXT, Payload(TEXT)),
        (PNG, "image/png", LISTED, "", Payload(PNG, True)),
        (PNG, "image/png", LISTED, BINARY, Payload(PNG, True)),
        (PNG, "image/png", LISTED, CONVERT_TO_TEXT, Payload(TEXT)),
        (PNG, "image/png", [], "", Payload(DAMAGED)),
        (b"", "", ["*/*"], "", Payload(b"", True)),
    ],
)
def test_the_table_of_requests(sent, content_type, listed, handling, becomes):
    assert to_integration(sent, content_type, listed, handling) == becomes


@pytest.mark.parametrize(
    ("answered", "content_type", "accept", "listed", "handling", "becomes"),
    [
        (PNG, "image/png", "text/plain", [], "", Payload(DAMAGED)),
        (TEXT, "image/png", "text/plain", [], BINARY, Payload(PNG, True)),
        (TEXT, "image/png", "text/plain", [], CONVERT_TO_TEXT, Payload(TEXT)),
        (TEXT, "text/plain", "text/plain", LISTED, "", Payload(TEXT)),
        (TEXT, "text/plain", "text/plain", LISTED, BINARY, Payload(PNG, True)),
        (TEXT, "text/plain", "text/plain", LISTED, CONVERT_TO_TEXT, Payload(TEXT)),
        (TEXT, "text/plain", "image/png", LISTED, "", Payload(PNG, True)),
        (TEXT, "text/plain", "image/png", LISTED, BINARY, Payload(PNG, True)),
        (TEXT, "text/plain", "image/png", LISTED, CONVERT_TO_TEXT, Payload(TEXT)),
        (PNG, "image/png", "text/plain", LISTED, "", Payload(TEXT)),
        (PNG, "image/png", "text/plain", LISTED, BINARY, Payload(PNG, True)),
        (PNG, "image/png", "text/plain", LISTED, CONVERT_TO_TEXT, Payload(TEXT)),
        (PNG, "image/png", "image/png", LISTED, "", Payload(PNG, True)),
        (PNG, "image/png", "image/png", LISTED, BINARY, Payload(PNG, True)),
        (PNG, "image/png", "image/png", LISTED, CONVERT_TO_TEXT, Payload(TEXT)),
        # Only the first type that a client accepts counts, and it is a name.
        (PNG, "image/png", "image/png, text/plain", LISTED, "", Payload(PNG, True)),
        (PNG, "image/png", "text/plain, image/png", LISTED, "", Payload(TEXT)),
        (PNG, "image/png", "image/*", LISTED, "", Payload(TEXT)),
        # A function returns JSON: a text in quotes.
        (b'"' + TEXT + b'"', "application/json", "*/*", [], BINARY, Payload(PNG, True)),
    ],
)
def test_the_table_of_answers(answered, content_type, accept, listed, handling, becomes):
    assert to_client(answered, content_type, accept, listed, handling) == becomes


@pytest.mark.parametrize("body", [PNG, b"this is a text", b"abcde"])
def test_what_is_no_base64_cannot_become_binary(body):
    for convert in (
        lambda: to_integration(body, "text/plain", [], BINARY),
        lambda: to_client(body, "text/plain", "image/png", LISTED, ""),
    ):
        with pytest.raises(GatewayError) as refused:
            convert()
        assert (refused.value.status, refused.value.note) == (
            500,
            "Execution failed due to configuration error: Unable to base64 decode the body.",
        )


@pytest.mark.parametrize(
    ("media_type", "listed", "binary"),
    [
        ("image/png", ["image/png"], True),
        ("Image/PNG; q=1", ["image/png"], True),
        ("image/png", ["image/*"], True),
        ("", ["*/*"], True),
        ("", ["image/*"], False),
        ("image/*", ["image/png"], False),
        ("*/*", ["image/png"], False),
    ],
)
def test_a_list_may_name_families_a_request_may_not(media_type, listed, binary):
    assert is_binary(media_type, listed) is binary


# Deployed


def mocked(api: Api, part: str, text: str, integration: str = "", response: str = "") -> None:
    """OPTIONS on a path of its own, which answers a text."""
    place = api.mock(text, api.path(part), "OPTIONS")
    for update, path, value in (
        (api.account.gateway.update_integration, {}, integration),
        (api.account.gateway.update_integration_response, {"statusCode": "200"}, response),
    ):
        if value:
            change = {"op": "replace", "path": "/contentHandling", "value": value}
            update(**place, **path, patchOperations=[change])


@pytest.mark.quirk("mock-binary")
def test_options_of_an_api_whose_bodies_are_all_binary_are_a_500_unless_converted(account):
    api = account.api(binaryMediaTypes=["*/*"])
    mocked(api, "none", "")
    mocked(api, "request", "", CONVERT_TO_TEXT)
    mocked(api, "text", "fine", CONVERT_TO_TEXT)
    mocked(api, "both", "fine", CONVERT_TO_TEXT, CONVERT_TO_TEXT)
    api.deploy("v1")
    answers = {
        part: api.call(f"/{part}", "OPTIONS") for part in ("none", "request", "text", "both")
    }
    assert {part: (answer.status_code, answer.text) for part, answer in answers.items()} == {
        "none": INTERNAL,
        "request": (200, ""),
        "text": INTERNAL,
        "both": (200, "fine"),
    }
    # A test call of the same method is all text.
    items = account.gateway.get_resources(restApiId=api.id)["items"]
    none = next(item["id"] for item in items if item["path"] == "/none")
    tested = account.gateway.test_invoke_method(
        restApiId=api.id, resourceId=none, httpMethod="OPTIONS"
    )
    assert tested["status"] == 200


def test_bodies_to_and_from_a_server_are_converted(account, http_echo):
    api = account.api(binaryMediaTypes=LISTED)
    for part, handling in (("plain", {}), ("text", {"contentHandling": CONVERT_TO_TEXT})):
        place = api.method(api.path(part), "POST")
        account.gateway.put_integration(
            **place, type="HTTP_PROXY", integrationHttpMethod="POST", uri=http_echo, **handling
        )
    place = api.method(api.path("binary"), "POST")
    account.gateway.put_integration(
        **place, type="HTTP", integrationHttpMethod="POST", uri=http_echo, contentHandling=BINARY
    )
    api.deploy("v1")

    def sent(path: str, body: bytes, content_type: str) -> tuple[int, str]:
        answer = api.call(path, "POST", data=body, headers={"Content-Type": content_type})
        found = json.loads(answer.text) if answer.status_code < 300 else {"body": ""}
        return answer.status_code, found["body"]

    assert sent("/text", b"hi", "image/png") == (202, "aGk=")
    assert sent("/plain", b"hi", "image/png") == (202, "hi")
    assert sent("/text", b"hi", "text/plain") == (202, "hi")
    assert sent("/binary", b"aGk=", "text/plain") == (202, "hi")
    assert sent("/binary", b"hi!", "text/plain") == (500, "")
    # What the server answers is JSON, no base64: who accepts pictures gets none of it.
    assert api.call("/plain", "POST", headers={"Accept": "image/png"}).status_code == 500
