"""A prompt's request, its answer and what that means, to the letter and at each edge."""

import json
import math

import pytest

from lab.prompt import meaning as meanings
from lab.prompt.meaning import Meaning, meaning, no_answer, where
from lab.prompt.request import ARGUMENT_LIMIT, SHORTEST, SNIPPETS, Request, Secret, to_json
from lab.prompt.state import (
    CONNECTING,
    KEPT,
    PHASES,
    READING,
    WAITING,
    Exchange,
    History,
    Options,
    Reply,
)

URL = "https://api1.execute-api.us-east-1.amazonaws.com/v1/model"
KEY = Secret("0123456789abcdef", "KEY", "Bearer ")
PLAIN = Request("POST", URL, {"prompt": "Hi"})


def reply(status=200, body="", seconds=2.0, **headers):
    return Reply(status, {name.replace("_", "-"): v for name, v in headers.items()}, body, seconds)


# The request


def test_options_that_are_not_given_are_not_sent():
    assert Options().request(URL, "Hi") == PLAIN and PLAIN.headers == {}
    whole = Options(8, 0.0, 0, ("a", "b")).request(URL, "Hi", {"A": "b"})
    assert whole == Request(
        "POST", URL,
        {"prompt": "Hi", "max_tokens": 8, "temperature": 0.0, "seed": 0, "stop": ["a", "b"]},
        {"A": "b"},
    )  # fmt: skip
    assert list(whole.payload) == ["prompt", "max_tokens", "temperature", "seed", "stop"]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_has_not_is_sent_as_text(bad):
    assert Options(temperature=bad).request(URL, "Hi").payload["temperature"] == str(bad)


def test_a_secret_is_sent_and_never_shown():
    assert (KEY.sent, str(KEY)) == ("Bearer 0123456789abcdef", "Bearer $KEY")
    assert "0123" not in repr(KEY) and (Secret("a", "B").sent, str(Secret("a", "B"))) == ("a", "$B")
    request = Request("POST", URL, {"a": 1}, {"Authorization": KEY, "X": "y"})
    assert request.sent_headers() == {
        "Content-Type": "application/json", "Authorization": "Bearer 0123456789abcdef", "X": "y"
    }  # fmt: skip
    assert request.state() == {
        "method": "POST", "url": URL, "body": '{"a": 1}',
        "headers": {"Content-Type": "application/json", "Authorization": "Bearer $KEY", "X": "y"},
    }  # fmt: skip
    assert Request("GET", URL).sent_headers() == {} and Request("GET", URL).body == ""
    own = Request("POST", URL, {}, {"Content-Type": "text/plain"})
    assert own.sent_headers() == {"Content-Type": "text/plain"}


def test_a_body_is_readable_unless_the_text_has_no_utf_8():
    assert to_json({"a": "é"}) == '{"a": "é"}' and to_json("\ud800é") == '"\\ud800\\u00e9"'
    assert Request("POST", URL, []).body == "[]" and Request("POST", URL, 0).body == "0"


@pytest.mark.parametrize(
    "payload, streams",
    [({"stream": True}, True), ({"stream": 1}, False), ({"stream": False}, False), ({}, False),
     (["stream"], False), (None, False)],
)  # fmt: skip
def test_a_request_streams_if_it_says_true(payload, streams):
    assert Request("POST", URL, payload).streams is streams


def test_secrets_of_eight_characters_are_covered_in_what_comes_back():
    assert SHORTEST == 8
    request = Request("POST", URL, None, {"A": Secret("12345678", "LONG"), "B": Secret("1234567", "S"),
                                          "C": Secret('quo"ted-key', "Q"), "D": "plain"})  # fmt: skip
    assert request.covered("12345678 1234567x") == "$LONG 1234567x"
    assert request.covered('quo"ted-key quo\\"ted-key plain') == "$Q $Q plain"


def test_curl_to_the_letter():
    assert Request("GET", URL).as_curl() == (
        f"curl --silent --show-error --include \\\n  --globoff {URL}"
    )
    request = Request(
        "PUT", URL, {"prompt": "it's", "stream": True}, {"Authorization": KEY, "X": "a b"}
    )
    assert request.as_curl() == (
        "curl --silent --show-error --include \\\n  --no-buffer \\\n  --request PUT \\\n"
        "  --header 'Content-Type: application/json' \\\n"
        "  --header 'Authorization: Bearer '\"${KEY}\" \\\n  --header 'X: a b' \\\n"
        """  --data-raw '{"prompt": "it'"'"'s", "stream": true}' \\\n"""
        f"  --globoff {URL}"
    )
    assert "--request" not in PLAIN.as_curl() and "--no-buffer" not in PLAIN.as_curl()
    assert "--request POST" in Request("POST", URL).as_curl()
    assert "--request GET" in Request("GET", URL, {}).as_curl()


def test_a_body_that_is_no_argument_any_more_comes_behind_curl():
    assert ARGUMENT_LIMIT == 100_000
    fits = Request("POST", URL, "x" * (ARGUMENT_LIMIT - 2))
    assert len(fits.body) == ARGUMENT_LIMIT and "--data-raw" in fits.as_curl()
    over = Request("POST", URL, "x" * (ARGUMENT_LIMIT - 1))
    text = over.as_curl()
    assert "--data-raw" not in text and "--data @- \\\n" in text
    assert text.endswith(f"--globoff {URL} <<'END_OF_BODY'\n{over.body}\nEND_OF_BODY")
    assert "--data @-" in Request("POST", URL, "é" * 60_000).as_curl()


def test_python_to_the_letter():
    assert Request("GET", URL).as_requests() == (
        f"import requests\n\nanswer = requests.get(\n    {URL!r},\n    timeout=35,\n)\n"
        "print(answer.status_code, answer.text)\n"
    )
    request = Request("POST", URL, {"b": "x" * 70, "a": 1, "stream": True},
                      {"Authorization": KEY, "X": "y", "Z": Secret("v", "V")})  # fmt: skip
    assert request.as_requests() == (
        f"import os\nimport requests\n\nanswer = requests.post(\n    {URL!r},\n"
        "    headers={'Authorization': 'Bearer ' + os.environ['KEY'], 'X': 'y', "
        "'Z': os.environ['V']},\n"
        "    json={'b': '" + "x" * 70 + "',\n          'a': 1,\n          'stream': True},\n"
        "    stream=True,\n    timeout=35,\n)\nprint(answer.status_code)\n"
        "for line in answer.iter_lines():\n    print(line.decode())\n"
    )
    assert "requests.request('BREW',\n" in Request("BREW", URL).as_requests()
    for verb in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
        assert f"requests.{verb.lower()}(\n" in Request(verb, URL).as_requests()


def test_powershell_to_the_letter():
    assert Request("GET", URL).as_powershell() == f"Invoke-RestMethod -Method 'GET' -Uri '{URL}'"
    request = Request("POST", URL, {"p": "it's é \u2018\u2019\u201a\u201b"},
                      {"Authorization": KEY, "X": "y"})  # fmt: skip
    assert request.as_powershell() == (
        f"Invoke-RestMethod -Method 'POST' -Uri '{URL}' `\n"
        "  -Headers @{'Authorization' = ('Bearer ' + $env:KEY); 'X' = 'y'} `\n"
        "  -ContentType 'application/json' -Body "
        "'{\"p\": \"it''s \\u00e9 \\u2018\\u2019\\u201a\\u201b\"}'"
    )
    assert "'a\u2018\u2018b'" in Request("GET", "a\u2018b").as_powershell()
    assert list(SNIPPETS) == ["curl", "Python requests", "PowerShell"]


# The answer


def test_an_answer_is_covered_in_its_headers_and_its_body():
    request = Request("POST", URL, {}, {"Authorization": KEY})
    covered = reply(body=f"no {KEY.value}", X_Was=KEY.value).covered(request)
    assert (covered.body, covered.headers) == ("no $KEY", {"X-Was": "$KEY"})
    assert (covered.status, covered.seconds) == (200, 2.0)


@pytest.mark.parametrize(
    "headers, who",
    [({"X-AMZN-ERRORTYPE": "x", "x-amzn-requestid": "r"}, "gateway"),
     ({"X-Amzn-RequestId": "r"}, "function"), ({}, "front door")],
)  # fmt: skip
def test_who_answered_is_known_by_the_headers(headers, who):
    answer = Reply(200, headers, "", 1.0)
    assert answer.who == who and answer.request_id == ("" if who == "front door" else "r")
    assert answer.header("nothing") == ""


@pytest.mark.parametrize(
    "body, completion, usage, rate",
    [
        ({"completion": "x", "usage": {"completion_tokens": 5, "a": True, "b": "1"}}, "x",
         {"completion_tokens": 5}, 2.5),
        ({"completion": 7, "usage": []}, "", {}, None),
        ({"usage": {"completion_tokens": 0}}, "", {"completion_tokens": 0}, None),
        ([], "", {}, None), (None, "", {}, None),
    ],
    ids=range(5),
)  # fmt: skip
def test_what_the_answer_tells_of_its_tokens(body, completion, usage, rate):
    answer = reply(body=json.dumps(body))
    assert (answer.completion, answer.usage, answer.rate) == (completion, usage, rate)
    assert reply(body=json.dumps(body), seconds=0.0).rate is None


def test_a_field_is_one_of_its_kind():
    answer = reply(body='{"n": 7, "yes": true}')
    assert (answer.get("n", int), answer.get("yes", int), answer.get("n", str)) == (7, None, None)
    assert reply(body="{").data is None and reply(body="{").get("n", int) is None
    assert reply(body="[" * 100_000).data is None


@pytest.mark.parametrize(
    "body, said",
    [
        ('{"error": {"message": "a"}, "message": "b"}', "a"), ('{"error": "a", "message": "b"}', "a"),
        ('{"error": {"message": 1}, "message": "b", "Message": "c"}', "b"), ('{"Message": "c"}', "c"),
        ("{}", "{}"), (" plain \n", "plain"), ('["x"]', '["x"]'), ('{"message": ""}', ""),
    ],
)  # fmt: skip
def test_the_reason_is_where_each_kind_of_answer_has_it(body, said):
    assert reply(body=body).said == said


# The exchange


def test_an_exchange_goes_from_idle_to_an_end():
    idle = Exchange(PLAIN)
    assert (idle.state, idle.phase, idle.seconds, idle.reply) == ("idle", "", 0.0, None)
    assert (idle.problem, idle.fix, idle.when, idle.prompt, idle.over) == ("", "", "", "Hi", False)
    running = idle.begin("12:00")
    assert (running.state, running.phase, running.when) == ("running", CONNECTING, "12:00")
    waiting = running.reached(WAITING, 0.5)
    assert (waiting.phase, waiting.seconds, waiting.over) == (WAITING, 0.5, False)
    answer = reply(body="x")
    done = waiting.answered(answer)
    assert (done.state, done.phase, done.seconds, done.reply) == ("done", "", 2.0, answer)
    failed = waiting.failed("why", "do")
    assert (failed.state, failed.problem, failed.fix, failed.seconds) == (
        "failed",
        "why",
        "do",
        0.0,
    )
    assert waiting.failed("why", "do", 3.0).seconds == 3.0
    stopped = waiting.stopped(4.0)
    assert (stopped.state, stopped.seconds, stopped.phase) == ("stopped", 4.0, "")
    for over in (done, failed, stopped):
        assert over.over
        assert over.answered(reply(500)) is over.failed("x", "y") is over.stopped(9) is over
        assert over.reached(READING, 9) is over
        with pytest.raises(ValueError) as told:
            over.begin("13:00")
        assert str(told.value) == f"This exchange is {over.state}; a new prompt needs a new one."
    assert PHASES == ("connecting", "waiting for the model", "reading the answer")


def test_a_request_without_a_prompt_has_none():
    assert Exchange(Request("GET", URL)).prompt == ""
    assert Exchange(Request("POST", URL, {"prompt": 5})).prompt == "5"


def test_twenty_exchanges_are_kept():
    history = History()
    assert (history.kept, history.dropped, history.last) == ((), 0, None)
    made = [Exchange(PLAIN, when=str(number)) for number in range(23)]
    for number, one in enumerate(made):
        history = history.add(one)
        assert history.dropped == max(0, number + 1 - 20)
    assert KEPT == 20 and history.kept == tuple(made[3:]) and history.last == made[-1]
    newer = made[-1].begin("now")
    assert history.update(newer).kept == (*made[3:-1], newer)
    assert history.update(newer).dropped == 3


# What it means

GATEWAY, FUNCTION, DOOR = (
    {"x-amzn-ErrorType": "e", "x-amzn-RequestId": "r"},
    {"x-amzn-RequestId": "r"},
    {},
)
ROWS = [
    (401, GATEWAY, "x", ("The gateway does not know who asks: no key came along, or one that it does "
     "not know."), "Leave `key` out: then the key of the stack's first team is sent (chapter 08)."),
    (403, GATEWAY, "missing authentication token", ("The deployed API has no such path or method; the "
     "gateway says so with 403."),
     "Compare the path with the stage's URL, and deploy what is new: up(6)."),
    (403, GATEWAY, "User is NOT authorized to", ("The API's resource policy, or its authorizer, does "
     "not let this caller in."), ("Look at resource_policy() in chapter 03 and access() in chapter 08, "
     "then deploy again: up().")),
    (403, GATEWAY, "Forbidden", "The gateway refuses this caller.", ("Check the stage's name in the "
     "URL, then whether the key is in a usage plan of this stage (chapter 11).")),
    (413, FUNCTION, "x", "The prompt is longer than the function takes.",
     "Shorten it: GET on the same URL tells the limits."),
    (413, GATEWAY, "x", "The request is bigger than the gateway passes on.", "Send less."),
    (413, DOOR, "", "The request is bigger than the gateway passes on.", "Send less."),
    (429, GATEWAY, "Limit Exceeded", "The quota of this key's usage plan is used up.",
     "Wait for its next period, a day from midnight UTC, or raise gateway:teamQuota."),
    (429, FUNCTION, "x", "This key has used up its tokens of today.",
     "Wait until midnight UTC, or raise gateway:tokensPerDay and run up()."),
    (429, GATEWAY, "Too Many Requests", "The gateway lets no more requests through right now.",
     "Wait a moment, then send it again."),
    (500, GATEWAY, "x", "The gateway could not call the function.", ("Usually its role may not: look "
     "at invoke_policy() in chapter 02 and integration() in chapter 05.")),
    (502, GATEWAY, "x", "The function failed, or answered in a shape that is no answer.",
     "The function's log tells which: chapter 02 shows where it is."),
    (504, GATEWAY, "x", "The function took longer than the gateway waits (29 s).",
     "Ask for fewer tokens, or send a shorter prompt."),
    (405, FUNCTION, "x", "The function does not take this method.", "Send a POST."),
    (418, DOOR, "", "The request was refused, without a reason.", ""),
    (400, FUNCTION, "", "The request was refused, without a reason.", ""),
]  # fmt: skip


@pytest.mark.parametrize("status, headers, said, text, fix", ROWS, ids=range(len(ROWS)))
def test_a_status_means_this(status, headers, said, text, fix):
    found = meaning(Reply(status, headers, said, 1.0))
    assert (found.status, found.text, found.fix) == (status, text, fix)
    assert found.who in ("", Reply(status, headers, said, 1.0).who)
    assert len(meanings.MEANINGS) == 13


@pytest.mark.parametrize(
    "status, headers", [(399, DOOR), (200, GATEWAY), (400, FUNCTION), (500, FUNCTION)]
)
def test_an_answer_that_speaks_for_itself_needs_no_meaning(status, headers):
    assert meaning(Reply(status, headers, "because", 1.0)) is None
    assert Meaning(1, "", "", "").fix == ""


@pytest.mark.parametrize(
    "url, place",
    [
        ("http://127.0.0.1:4566/x", "sandbox on this machine"),
        ("http://localhost/x", "sandbox on this machine"), ("http://[::1]:1/", "sandbox on this machine"),
        (URL, "AWS us-east-1"), ("https://api1.execute-api.eu-west-3.amazonaws.com", "AWS eu-west-3"),
        ("https://s3.amazonaws.com/x", "s3.amazonaws.com"),
        ("https://execute-api.example.com", "execute-api.example.com"),
        ("https://a.b.amazonaws.com", "a.b.amazonaws.com"), ("", "nowhere"), ("/path", "nowhere"),
    ],
)  # fmt: skip
def test_where_a_url_leads_in_words(url, place):
    assert where(url) == place


LOCAL, FAR = "http://127.0.0.1:99/x", "https://example.com:8/x"


@pytest.mark.parametrize(
    "kind, url, told",
    [
        ("refused", LOCAL, ("Nothing answers at 127.0.0.1:99: the sandbox is not running.",
                            "Run up(): it starts the sandbox again and brings back what is gone.")),
        ("refused", FAR, ("The connection to example.com:8 failed: why",
                          "Check the network, then send it again.")),
        ("name", FAR, ("The name example.com:8 is unknown: the API is gone, or there is no network.",
                       "Run outputs() to see the URL that the stack has now; up(6) makes it again.")),
        ("timeout", LOCAL, ("No answer within 36 s from 127.0.0.1:99.",
                            ("Ask for fewer tokens. A sandbox that hangs is restarted with: python -m "
                            "sandbox stop, then start"))),
        ("timeout", FAR, ("No answer within 36 s from example.com:8.",
                          "Ask for fewer tokens, then send it again.")),
        ("other", LOCAL, ("The connection to 127.0.0.1:99 failed: why",
                          ("Send it again; if it stays so, run up() and look at python -m sandbox "
                          "status."))),
        ("other", FAR, ("The connection to example.com:8 failed: why",
                        "Check the network, then send it again.")),
    ],
    ids=range(7),
)  # fmt: skip
def test_no_answer_is_told_with_its_fix(kind, url, told):
    assert no_answer(kind, url, "why", 35.6) == told
