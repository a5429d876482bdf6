"""Every view of the kit in every state, for the tests of what all views keep."""

from __future__ import annotations

from lab.draw.guard import Failure
from lab.draw.view import View
from lab.exercise.exercises import exercises, hint, solution
from lab.exercise.state import Verdict, judge
from lab.exercise.view import VerdictView
from lab.predictions.questions import QUESTIONS
from lab.predictions.view import Prediction
from lab.preflight.state import judge as judge_machine
from lab.preflight.view import Preflight
from lab.prompt.answer import Answer
from lab.showing.show import show
from tests.lab.bursts.burst_views import burst_views
from tests.lab.chat.chat_views import chat_views
from tests.lab.compare.compare_views import compare_views
from tests.lab.graph.graph_views import graph_views
from tests.lab.home_views import home_views
from tests.lab.logs.log_views import log_views
from tests.lab.policy.policy_views import policy_views
from tests.lab.preflight.machines import BAD, GOOD
from tests.lab.prompt.prompt_views import WHEN, exchanges, playground
from tests.lab.times.times_views import times_views

HOSTILE = (
    '<script>alert(1)</script>\x1b[31m"><img src=x onerror=alert(1)> \u202egnp.exe \u05e9\u05dc '
    "👩‍👩‍👧 \x00 \ud83d {{x}} </pre></style>"
)


def views(text: str = "What is gravity?") -> dict[str, View]:
    """Each view in each of its states; `text` is what a stranger may write."""
    one = exercises()["3.1"]
    each = exchanges(text)
    failing = playground(each["done"])
    failing.failure = Failure.of(ValueError(text), "Sending a prompt")
    asked = QUESTIONS[2]
    broken = Prediction(asked)
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
        "predict_idle": Prediction(asked),
        "predict_right": Prediction(asked, "b"),
        "predict_wrong": Prediction(asked, "a"),
        "predict_failed": broken,
        "preflight_good": Preflight(judge_machine(GOOD)),
        "preflight_bad": Preflight(judge_machine(BAD)),
        "failure": Failure("It " + text, "Because.", "Do this.", "Traceback: " + text),
        **chat_views(text),
        **policy_views("POST" if text == "What is gravity?" else text),
        **burst_views(text),
        **log_views(text),
        **home_views(text),
        **graph_views(text),
        **times_views(text),
        **compare_views(text),
        "show": show({"Role": {"RoleName": text, "Password": "hunter2"}}),
    }
