"""Whose key a prompt carries, where it goes, and that no form of it shows the value."""

import json
from types import SimpleNamespace

import pytest

from lab.deploy.values import MARK, SECRET
from lab.errors import LabError
from lab.prompt import ask, keys
from lab.prompt.request import SNIPPETS, Request, Secret
from lab.session import session
from tests.lab.prompt.server import refusal, serving

BLUE, GREEN = (
    "bLue0123456789abcdefghijklmnopqrstuvwxyzA",
    "gReen123456789abcdefghijklmnopqrstuvwxyzB",
)
TEAMS = {"blue": BLUE, "green": GREEN}


class Stack:
    """A stack with two teams, which counts how often its secret is asked for."""

    def __init__(self, url):
        self.asked, self.keys, self.mark = 0, dict(TEAMS), "v1:one"
        self.base = url.removesuffix("/model")

    def outputs(self):
        covered = {"team_keys": {MARK: SECRET, "ciphertext": self.mark}} if self.keys else {}
        return {"invoke_url": self.base, "model_url": f"{self.base}/model", **covered}

    def reveal(self, name):
        assert name == "team_keys"
        self.asked += 1
        return self.keys


@pytest.fixture
def stack(monkeypatch):
    """An open session whose stack a test server stands for."""
    with serving() as server:
        made = Stack(server.url)
        made.server = server
        monkeypatch.setattr(session, "_session", SimpleNamespace(stack=made))
        monkeypatch.setattr(session, "outputs", made.outputs)
        monkeypatch.setattr(keys, "_last", ["", {}])
        yield made


def sent(stack):
    """The Authorization header of each request so far."""
    return [seen[2].get("Authorization") for seen in stack.server.seen]


@pytest.mark.parametrize(
    "key, header",
    [(None, f"Bearer {BLUE}"), ("green", f"Bearer {GREEN}"), ("another", "Bearer another"),
     ("", None)],
)  # fmt: skip
def test_ask_sends_the_key_that_is_meant(stack, key, header):
    ask.ask("hi", key=key)
    assert sent(stack) == [header]


def test_without_teams_no_key_is_sent(stack):
    stack.keys = {}
    ask.ask("hi")
    assert sent(stack) == [None]


def test_the_engine_is_asked_once_until_the_keys_change(stack):
    for _ in range(3):
        ask.ask("hi")
    assert stack.asked == 1
    stack.keys["blue"], stack.mark = "c" * 40, "v1:two"
    ask.ask("hi")
    assert stack.asked == 2 and sent(stack)[-1] == "Bearer " + "c" * 40


def test_the_stacks_own_addresses_get_the_key_and_no_other_does(stack):
    ask.ask("hi", url=f"{stack.base}/other")
    with serving() as stranger:
        ask.ask("hi", url=stranger.url)
        assert "Authorization" not in stranger.seen[0][2]
        longer = stack.base + "1/model"  # begins alike, and is another stage
        assert keys.headers(None, longer) == {}
    assert sent(stack) == [f"Bearer {BLUE}"]


def test_the_playground_sends_it_and_shows_its_variable(stack):
    made = ask.playground()
    made.live()
    made._controls.inspect.value = "curl"
    made.send("hi")
    assert sent(stack) == [f"Bearer {BLUE}"]
    assert "$LLM_GATEWAY_KEY" in made.text() + str(made.html())
    forms = [made.text(), str(made.html()), json.dumps(made.state()), made._controls.snippet.value]
    assert not [form for form in forms if BLUE in form]


def test_an_answer_that_repeats_the_key_is_covered(stack):
    stack.server.reply = refusal(403, f"'Bearer {BLUE}' not a valid key=value pair", "X")
    answer = ask.ask("hi")
    assert answer.data == {"message": "'Bearer $LLM_GATEWAY_KEY' not a valid key=value pair"}
    for form in (answer.text(), str(answer.html()), json.dumps(answer.state()), repr(answer)):
        assert BLUE not in form


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_reads_the_variable(name):
    request = Request("POST", "http://h/", {}, keys.bearer(BLUE))
    text = SNIPPETS[name](request)
    assert "LLM_GATEWAY_KEY" in text and "Bearer " in text and BLUE not in text


@pytest.mark.parametrize("key", ["two words", "a\nb", "ключ", "\x00"])
def test_a_key_that_no_header_holds_is_refused_without_showing_it(key):
    with pytest.raises(LabError) as caught:
        keys.bearer(key)
    assert key not in str(caught.value) and "ASCII" in str(caught.value)


def test_a_short_word_of_an_answer_is_not_taken_for_a_key():
    request = Request("GET", "http://h/", headers={"A": Secret("be", "V")})
    assert request.covered("to be or not to be") == "to be or not to be"
