"""Web pages in a real browser that call the gateway from another origin: those that are named, no other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from typing import Any

import pytest
import requests

from tests.test_web_pages import CHROMIUM, FLAGS, Page

CALLS = """async ([base, key]) => {
  const hello = {model: "SmolLM2-135M-Instruct", max_tokens: 8,
                 messages: [{role: "user", content: "Say hello."}]};
  const ask = async (path, key, body, method) => {
    const headers = {Authorization: `Bearer ${key}`};
    const more = body ? {body: JSON.stringify(body)} : {};
    if (body) headers["Content-Type"] = "application/json";
    try {
      const answer = await fetch(base + path, {method: method || (body ? "POST" : "GET"), headers, ...more});
      const text = await answer.text();
      return [answer.status, text, answer.headers.get("x-amzn-RequestId") !== null];
    } catch (error) { return ["refused"]; }
  };
  return {
    models: await ask("/models", key),
    chat: await ask("/chat/completions", key, hello),
    stream: await ask("/chat/completions", key, {...hello, stream: true}),
    prompt: await ask("/model", key, {prompt: "Say hello.", max_tokens: 4}),
    "a wrong key": await ask("/models", "guess"),
    "no such path": await ask("/nowhere", key),
    "a bad body": await ask("/chat/completions", key, {model: 1}),
    "another model": await ask("/models/other", key),
  };
}"""


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    """The port of a server of pages, under whatever name."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def preflight(url: str, origin: str) -> requests.Response:
    """What a browser asks before it sends a key to another origin."""
    asking = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return requests.options(url, headers=asking, timeout=30)


def test_no_page_may_call_by_default(whole: Any) -> None:
    answer = preflight(f"{whole.base_url}/chat/completions", "http://page.example")
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


@pytest.mark.skipif(not CHROMIUM, reason="no chromium; install it with: apt-get install chromium")
def test_pages_of_origins_that_are_named_call_and_no_others(changed: Any, site: int) -> None:
    from playwright.sync_api import sync_playwright

    known, other, evil = (f"http://{name}.example:{site}" for name in ("page", "other", "evil"))
    opened = changed(corsOrigins=f'["{known}", "{other}"]')
    for path in ("/model", "/models", "/models/x", "/chat/completions"):
        answer = preflight(opened.base_url + path, known)
        assert (answer.status_code, answer.text) == (204, "")
        assert answer.headers["Access-Control-Allow-Origin"] == known
        stranger = preflight(opened.base_url + path, evil)
        assert stranger.headers["Access-Control-Allow-Origin"] == known  # and not its own
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        got = {}
        for origin in (known, other, evil):
            page = browser.new_page()
            page.goto(origin)
            got[origin] = page.evaluate(CALLS, [opened.base_url, opened.keys["blue"]])
            page.context.close()
        browser.close()
    for origin in (known, other):
        assert {what: answer[0] for what, answer in got[origin].items()} == {
            "models": 200,
            "chat": 200,
            "stream": 200,
            "prompt": 200,
            "a wrong key": 401,
            "no such path": "refused",  # by its preflight
            "a bad body": 400,
            "another model": 404,
        }
        assert '"invalid_api_key"' in got[origin]["a wrong key"][1]
        assert '"model_not_found"' in got[origin]["another model"][1]
        assert got[origin]["stream"][1].endswith("data: [DONE]\n\n")
        read = [answer for answer in got[origin].values() if answer != ["refused"]]
        assert all(answer[2] for answer in read)  # the header is readable, too
    assert {answer[0] for answer in got[evil].values()} == {"refused"}
    changed()  # they are deleted now, and no more served after the next deployment
