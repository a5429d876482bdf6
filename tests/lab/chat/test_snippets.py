"""Snippets of a conversation's request: those that run here send the same request."""

import os
import subprocess
import sys

import pytest

from lab.chat.state import CHAT_SNIPPETS, ChatOptions, Turn, as_openai
from tests.lab.chat.chat_views import HEADERS, KEY
from tests.lab.chat.streams import END, document, speaking, spoken, stream, usage

WHOLE = (*spoken("It pulls you down."), usage(7), END)


@pytest.mark.parametrize("name", CHAT_SNIPPETS)
@pytest.mark.parametrize("live", [True, False], ids=["stream", "whole"])
def test_every_snippet_that_runs_here_sends_the_same_request(name, live, tmp_path):
    if name == "PowerShell":
        text = Turn(ChatOptions("m").request("http://h/", [], HEADERS)).request.as_powershell()
        assert "'Authorization' = ('Bearer ' + $env:LLM_GATEWAY_KEY)" in text
        return
    data = {"choices": [{"index": 0, "message": {"content": "It pulls.", "role": "assistant"}}]}
    reply = stream(*WHOLE) if live else document(data)
    with speaking(reply) as server:
        options = ChatOptions("m", 'it\'s "brief"', 8, 0.5, stream=live)
        request = options.request(server.url, [{"role": "user", "content": "ü $HOME"}], HEADERS)
        snippet = CHAT_SNIPPETS[name](request)
        command = ["sh", "-s"] if name == "curl" else [sys.executable, "-"]
        (tmp_path / "openai.py").write_text(OPENAI)
        env = {**os.environ, "LLM_GATEWAY_KEY": KEY, "PYTHONPATH": str(tmp_path)}
        env["PYTHONIOENCODING"] = "utf-8"
        done = subprocess.run(command, input=snippet, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert server.seen[0][1] == request.payload
    assert server.seen[0][0]["Authorization"] == f"Bearer {KEY}"
    assert "pulls" in done.stdout and KEY not in snippet


# OpenAI's library is no part of the kit: this has the calls that the snippet makes, and their names.
OPENAI = """
import json, types
import requests

def read(value):
    if isinstance(value, dict):
        return types.SimpleNamespace(**{k: read(v) for k, v in value.items()})
    return [read(v) for v in value] if isinstance(value, list) else value

class OpenAI:
    def __init__(self, *, base_url, api_key, max_retries):
        self.chat = types.SimpleNamespace(completions=self)
        self.url, self.key = base_url + "/chat/completions", api_key

    def create(self, **fields):
        answer = requests.post(self.url, json=fields, headers={"Authorization": "Bearer " + self.key})
        if not fields.get("stream"):
            return read(answer.json())
        lines = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
        return [read({"choices": [], **json.loads(line)}) for line in lines if line != "[DONE]"
                and json.loads(line)["choices"] and json.loads(line)["choices"][0]["delta"]]
"""


def test_the_openai_snippet_has_the_stage_as_its_base_url():
    text = as_openai(ChatOptions("m").request("https://a/v1/chat/completions", []))
    assert "base_url='https://a/v1'," in text and "api_key='none is needed'" in text
