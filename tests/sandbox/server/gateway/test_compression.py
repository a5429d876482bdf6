"""Compressed bodies: what a client sends is unpacked, what it gets is packed when it is big enough."""

import gzip
import json
import zlib

import pytest
import requests

from sandbox.server.gateway.compression import preferred
from sandbox.urls import invoke_url

ECHO = """
import json

def handler(event, context):
    if event["path"] == "/packed":
        return {"headers": {"Content-Encoding": "br"}, "body": "x" * 200}
    return {"body": json.dumps([event["body"], event["headers"].get("Content-Encoding")])}
"""
UNSUPPORTED = (415, '{"message": "Unsupported Media Type"}')


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("gzip", "gzip"),
        ("deflate,gzip", "deflate"),
        ("deflate;q=0.5,gzip;q=1.0", "gzip"),
        ("gzip;q=1.0,identity;q=0.5,*;q=0", "gzip"),
        ("gzip, deflate, br", "gzip"),
        ("br, gzip", ""),  # what is liked best is not known
        ("identity", "identity"),
        ("gzip;q=0", ""),
        ("gzip;q=much", ""),
        ("*", ""),
        ("", ""),
    ],
)
def test_the_coding_that_a_client_likes_best(header, coding):
    assert preferred(header) == coding


@pytest.fixture(scope="module")
def packing(account):
    """An API that packs what is 100 bytes or more, before a function that echoes a body."""
    api = account.api(minimumCompressionSize=100)
    function = account.function(ECHO)
    api.proxy(function, verb="POST")
    api.proxy(function, api.path("packed"), verb="POST")
    api.may_invoke(function)
    api.deploy("v1")
    return api


def asked(api, body, accept="", path="/", coding=""):
    """An answer as it came over the wire, and its coding."""
    headers = {"Accept-Encoding": accept, "Content-Type": "text/plain"}
    headers |= {"Content-Encoding": coding} if coding else {}
    url = invoke_url(api.account.running.endpoint, api.id, "v1") + path
    answer = requests.post(url, data=body, headers=headers, stream=True, timeout=30)
    return answer.status_code, answer.headers.get("Content-Encoding"), answer.raw.read()


def test_an_answer_is_packed_from_a_size_on_for_who_can_unpack_it(packing):
    prompt = "x" * 100
    whole = json.dumps([prompt, None]).encode()
    status, coding, body = asked(packing, prompt, "gzip")
    assert (status, coding, gzip.decompress(body)) == (200, "gzip", whole)
    status, coding, body = asked(packing, prompt, "deflate;q=0.9, gzip;q=0.1")
    assert (status, coding, zlib.decompress(body)) == (200, "deflate", whole)
    for accept in ("identity", "", "br, gzip", "*"):
        assert asked(packing, prompt, accept) == (200, None, whole)
    assert asked(packing, "x", "gzip") == (200, None, b'["x", null]')
    # What is packed already stays as it is.
    assert asked(packing, "x", "gzip", "/packed") == (200, "br", b"x" * 200)


def test_a_packed_request_is_unpacked_and_keeps_its_header(account, packing):
    plain = account.api()
    plain.mock("fine", verb="POST")
    plain.deploy("v1")
    for pack, coding in ((gzip.compress, "gzip"), (zlib.compress, "deflate")):
        status, _, body = asked(packing, pack(b"a prompt"), coding=coding)
        assert (status, json.loads(body)) == (200, ["a prompt", coding])
        # An API that packs nothing unpacks all the same.
        named = pack(b'{"statusCode": 200}')
        assert asked(plain, named, coding=coding)[::2] == (200, b"fine")
    bomb = gzip.compress(bytes(11_000_000))
    assert asked(packing, bomb, coding="gzip")[::2] == (413, b'{"message": "Request Too Long"}')
    for wrong, coding in ((b"plain", "gzip"), (gzip.compress(b"x")[:-3], "gzip"), (b"x", "br")):
        status, _, body = asked(packing, wrong, coding=coding)
        assert (status, body.decode()) == UNSUPPORTED
