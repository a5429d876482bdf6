"""Every view of the kit in every state, for the tests of what all views keep."""

from __future__ import annotations

import json

from lab.draw.guard import Failure
from lab.draw.view import View
from lab.exercise.exercises import exercises, hint, solution
from lab.exercise.state import Verdict, judge
from lab.exercise.view import VerdictView
from lab.predictions.predict import predict
from lab.preflight.state import Facts
from lab.preflight.state import judge as judge_machine
from lab.preflight.view import Preflight
from lab.prompt.answer import Answer
from lab.prompt.playground import Playground
from lab.prompt.state import WAITING, Exchange, History, Options, Reply
from lab.showing.show import show
from tests.lab.bursts.burst_views import burst_views
from tests.lab.chat.chat_views import chat_views
from tests.lab.logs.log_views import log_views
from tests.lab.policy.policy_views import policy_views

URL = "http://127.0.0.1:4566/_aws/execute-api/a1b2c3d4e5/v1/model"
WHEN = "2026-11-24 12:00:00 UTC"
HOSTILE = (
    '<script>alert(1)</script>\x1b[31m"><img src=x onerror=alert(1)> \u202egnp.exe \u05e9\u05dc '
    "👩‍👩‍👧 \x00 \ud83d {{x}} </pre></style>"
)
GOOD = Facts(
    (3, 12, 4), "x86_64", "Linux", True, True, 9 * 2**30, "/home/ada/.kit", True,
    "pulumi 3.250.0 (downloaded)", "http://127.0.0.1:4566", True, "8.1.9", "3.0.15", 98_362_432,
    (("pulumi", "3.250.0", "3.250.0"),),
)  # fmt: skip
BAD = Facts(
    (3, 9, 2), "x86_64", "Linux", False, False, 2**29, "/readonly/.kit", False,
    None, None, False, "", "", 0, (("pulumi", "3.250.0", "3.1.0"), ("grpcio", "1.85.3", "")),
)  # fmt: skip


def reply(status=200, prompt="What is gravity?", **more) -> Reply:
    """The function's answer to a prompt."""
    data = {
        "completion": f"About {prompt}: it pulls.",
        "model": "SmolLM2-135M-Instruct",
        "usage": {"prompt_tokens": 31, "completion_tokens": 24},
        "finish_reason": "stop",
        **more,
    }
    headers = {"Content-Type": "application/json", "x-amzn-RequestId": "c6af9ac6-7b61-11e6"}
    return Reply(status, headers, json.dumps(data), 0.8)


def refused() -> Reply:
    """The gateway's answer to a path that it does not have."""
    headers = {
        "x-amzn-RequestId": "c6af",
        "x-amzn-ErrorType": "MissingAuthenticationTokenException",
    }
    return Reply(403, headers, '{"message":"Missing Authentication Token"}', 0.012)


def exchanges(prompt: str = "What is gravity?") -> dict[str, Exchange]:
    """An exchange in each state."""
    idle = Exchange(Options(64, 0.0).request(URL, prompt))
    running = idle.begin(WHEN).reached(WAITING, 2.0)
    return {
        "idle": idle,
        "running": running,
        "done": running.answered(reply(prompt=prompt)),
        "cut": running.answered(reply(prompt=prompt, finish_reason="length")),
        "refused": running.answered(refused()),
        "failed": running.failed("Nothing answers at 127.0.0.1:4566.", "Run up().", 0.1),
        "stopped": running.stopped(1.5),
    }


def playground(*kept: Exchange, dropped: int = 0) -> Playground:
    """A playground with these exchanges."""
    made = Playground(URL, start=lambda _: None, now=lambda: WHEN)
    made.history = History(kept, dropped)
    return made


def views(text: str = "What is gravity?") -> dict[str, View]:
    """Each view in each of its states; `text` is what a stranger may write."""
    one = exercises()["3.1"]
    each = exchanges(text)
    failing = playground(each["done"])
    failing.failure = Failure.of(ValueError(text), "Sending a prompt")
    broken = predict("3")
    broken.failure = Failure("what " + text, "why", "fix")
    return {
        "playground_idle": playground(),
        **{f"playground_{name}": playground(one) for name, one in each.items() if name != "idle"},
        "playground_many": playground(each["done"], each["stopped"], each["refused"], dropped=3),
        "playground_failure": failing,
        "answer_done": Answer(each["done"]),
        "answer_refused": Answer(each["refused"]),
        "check_not_tried": VerdictView(judge(one, ..., {}), WHEN),
        "check_not_yet": VerdictView(judge(one, text, {}), WHEN),
        "check_right": VerdictView(Verdict(one, "right", "Well done."), WHEN),
        "check_error": VerdictView(Verdict(one, "error", f"The checker failed: {text}", "x"), WHEN),
        "hint": hint("3.1"),
        "solution": solution("3.1"),
        "predict_idle": predict("3"),
        "predict_right": predict("3", answer="b"),
        "predict_wrong": predict("3", answer="a"),
        "predict_failed": broken,
        "preflight_good": Preflight(judge_machine(GOOD)),
        "preflight_bad": Preflight(judge_machine(BAD)),
        "failure": Failure("It " + text, "Because.", "Do this.", "Traceback: " + text),
        **chat_views(text),
        **policy_views("POST" if text == "What is gravity?" else text),
        **burst_views(text),
        **log_views(text),
        "show": show({"Role": {"RoleName": text, "Password": "hunter2"}}),
    }
