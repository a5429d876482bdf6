"""The request to copy: every snippet is executed, and sends what the playground would send."""

import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO

import pytest

from lab.prompt.request import Request, Secret
from lab.prompt.state import Options
from tests.lab.prompt.server import serving

PROMPTS = {
    "plain": "What is gravity?",
    "single quotes": "it's 'quoted' ''twice''",
    "double quotes": 'say "hi" and \\"hi\\"',
    "newlines": "one\ntwo\r\nthree\t.",
    "shell": "$HOME `id` $(id) !! ; rm -rf / # | & > <",
    "emoji": "👩‍👩‍👧 and ü and 日本",
    "at and dashes": "@/etc/passwd",
    "option": "--request DELETE",
    "heredoc": "END_OF_BODY\n'@\n",
    "braces": "{a,b} [1-3] %PATH% ^",
    "typographic quotes": "\u2018one\u2019 \u201ctwo\u201d \u201bthree\u201a",
    "nul and bell": "a\x00b\x07",
    "right to left": "\u202egnp.exe \u05d0\u05d1",
    "empty": "",
    "half a pair": "\ud83d",
    "triple": "\"\"\"\n'''\\",
}


def sent(server):
    """The one request that the server got: method, path and JSON."""
    assert len(server.seen) == 1
    method, path, headers, body = server.seen[0]
    return method, path, headers, json.loads(body)


def run(*command, **kwargs):
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=20,
        check=False,
        **kwargs,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
def test_the_curl_command_sends_the_same_bytes(prompt):
    with serving() as server:
        request = Options(64, 0.5, 7, ("\n",)).request(server.url, prompt)
        shown = run("sh", "-c", request.as_curl())
        method, path, headers, _ = sent(server)
        assert (method, path) == ("POST", "/v1/model")
        assert headers["Content-Type"] == "application/json"
        assert server.seen[0][3] == request.body.encode()
        assert "200 OK" in shown


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
def test_the_python_script_sends_the_same_data(prompt):
    with serving() as server:
        request = Options(64, 0.5, 7).request(server.url, prompt)
        with redirect_stdout(StringIO()) as shown:
            exec(request.as_requests(), {})  # noqa: S102 - the script itself, a process less
        assert sent(server)[0] == "POST" and sent(server)[3] == request.payload
        assert shown.getvalue().startswith("200 ")


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
def test_the_powershell_command_is_ascii_on_one_line_in_one_string(prompt):
    text = Options().request("http://h/v1/model", prompt).as_powershell()
    body = re.search(r"-Body '((?:[^'\u2018-\u201b]|'')*)'$", text)
    assert text.isascii() and json.loads(body[1].replace("''", "'"))["prompt"] == prompt


def test_a_body_too_long_for_a_command_goes_through_standard_input():
    with serving() as server:
        request = Options().request(server.url, "it's long " * 20_000)
        assert len(request.body) > 131_072
        run("sh", "-s", input=request.as_curl())
        assert server.seen[0][3] == request.body.encode()


def test_a_get_has_no_body_in_any_form():
    with serving() as server:
        request = Request("GET", server.url)
        run("sh", "-c", request.as_curl())
        run(sys.executable, "-", input=request.as_requests())
        assert [(seen[0], seen[3]) for seen in server.seen] == [("GET", b"")] * 2
        assert "Body" not in request.as_powershell()


def test_a_key_is_a_variable_in_every_snippet_and_is_sent():
    with serving() as server:
        key = Secret("k-12 '3\"4", "GATEWAY_API_KEY")
        request = Request("POST", server.url, {"prompt": "x"}, {"x-api-key": key})
        environment = {**os.environ, "GATEWAY_API_KEY": key.value}
        run("sh", "-c", request.as_curl(), env=environment)
        run(sys.executable, "-", input=request.as_requests(), env=environment)
        assert [seen[2]["x-api-key"] for seen in server.seen] == [key.value] * 2
    shown = [request.as_curl(), request.as_requests(), request.as_powershell()]
    for text in [*shown, repr(request), json.dumps(request.state()), str(key)]:
        assert "k-12" not in text and "GATEWAY_API_KEY" in text


def test_numbers_that_json_lacks_are_sent_as_text():
    request = Options(temperature=float("nan")).request("http://h/", "x")
    assert json.loads(request.body)["temperature"] == "nan"
