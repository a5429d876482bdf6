"""Chapter 99: what a clean-up may delete, and a small API that a clean-up would find."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pulumi

from lab.checks.shared import steps
from lab.errors import LabError
from lab.exercise import calls
from lab.exercise.state import Exercise, NotYet
from lab.mocks.mocks import Made

if TYPE_CHECKING:
    from lab.short_lived.standing import Standing

OURS, LOG = "0123456789abcdef", "arn:aws:logs:us-east-1:123456789012:log-group:"
STATE = {f"{LOG}in-use"}
TAGS = {"gateway:stack": "course", "gateway:owner": OURS}
ANOTHER = "Its owner is somebody else: their stack may have the same name."
# An ARN, its tags, whether it may go, and why.
CASES: tuple[tuple[str, dict[str, str], bool, str], ...] = (
    ("forgotten", TAGS, True, "Its owner is you, and no state has it: it may go."),
    ("in-use", TAGS, False, "The state has it: destroy() deletes it, in the right order."),
    ("theirs", {**TAGS, "gateway:owner": "someone"}, False, ANOTHER),
    ("bare", {}, False, "It has no tags. What does not say that it is yours is not yours."),
)  # fmt: skip


def may_go(value: Any, _: Mapping[str, Any]) -> str:
    """Whether a clean-up may delete a thing."""
    decide = steps.function(value)
    for name, tags, truth, why in CASES:
        what = f"a log group {name!r}"
        hint = "A thing may have no tag of this name: tags.get(...) then gives None."
        got = steps.called(decide, LOG + name, dict(tags), set(STATE), OURS, what=what, hint=hint)
        if not isinstance(got, bool):
            raise NotYet(f"With {what}, your function gives {got!r}.", "True or False is wanted.")
        if got != truth:
            raise NotYet(
                f"With {what}, your function says {got}. {why}", "Two questions, joined by an and."
            )
    return "Ours by its tag, and in no state: both, or it stays."


AFTERNOON = "afternoon"  # the stack in which it stands while it is looked at
EXPIRES, LONGEST = "gateway:expires", 31  # a tag; days
ANSWER = {
    "responses": {"200": {"description": "Fine."}},
    "x-amazon-apigateway-integration": {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200"}},
    },
}
# What the learner is handed: an API whose one path answers by itself, so that nothing stands behind it.
DOCUMENT = {
    "openapi": "3.0.1",
    "info": {"title": "hello", "version": "1"},
    "paths": {"/hello": {"get": ANSWER}},
}
# For the look at what is declared, before anything is made.
PAPER = {"gateway:project": "gateway", "gateway:stack": AFTERNOON, "gateway:owner": OURS}


def for_an_afternoon(value: Any, _: Mapping[str, Any]) -> str:
    """A small API that is deployed, called, looked for by tag, and destroyed."""
    step = steps.function(value)
    day = _declared(step)
    try:
        answer = _visited(step)
    except LabError as error:  # of the engine, or of AWS
        raise NotYet(error.message, error.fix or "Correct what it says, and check again.") from None
    return (
        f"GET /hello got 200, and each thing was found by its tags, until {day}. Then it was "
        f"destroyed: GET /hello {answer}, and by tag nothing is left."
    )


def _visited(step: Callable[..., Any]) -> str:
    """What its URL does when all is destroyed; while it stands, it is called and looked for."""
    with _stands(step) as stack:
        url = str(stack.outputs.get("url") or "").rstrip("/")
        if not url.startswith("http"):
            raise NotYet(f"It gives back {url!r}, no URL.", "Give back the stage's invoke_url.")
        _answers(stack, url)
        _found(stack)
    if stands := stack.at_last(lambda: _still(stack, url)):
        raise NotYet(
            f"It is destroyed, and still there: {', '.join(stands)}.",
            f'Run start(99, stack="{AFTERNOON}"), then clean_up(): it says what stands in the way.',
        )
    status = _status(url)
    return f"gets {status}" if status else "finds nobody"


def _still(stack: Standing, url: str) -> list[str]:
    """What is left when all is destroyed."""
    return [*stack.left(), *(["its URL, which answers 200"] if _status(url) == 200 else [])]


def _status(url: str) -> int:
    """What GET /hello gets, or 0: on AWS, the host name of an API that is deleted means nothing."""
    try:
        return calls.send("GET", f"{url}/hello").status
    except NotYet:
        return 0


def _declared(step: Callable[..., Any]) -> str:
    """The last day, from what is declared; nothing is made for this."""
    given: list[Any] = []
    made = steps.declared(lambda: given.append(step(dict(DOCUMENT), dict(PAPER))))
    steps.only(
        made, "RestApi", "The API is one aws.apigateway.RestApi, with the document as its body."
    )
    steps.only(made, "Stage", "What is served is a stage; between it and the API is a Deployment.")
    if given[0] is None:
        raise NotYet("It gives back nothing.", "Give back the stage's invoke_url.")
    days = [_last_day(one) for one in made if one.inputs.get("tags")]
    return max(days, default="")


def _last_day(made: Made) -> str:
    """The last day that is on a thing, whose other tags are those that were handed in."""
    tags, what = made.inputs["tags"], f"{made.kind} {made.name}"
    for key, text in PAPER.items():
        if tags.get(key) != text:
            raise NotYet(
                f"{what}: the tag {key} is {tags.get(key)!r}, and {text!r} was handed in.",
                "Put the tags on as they come: {**tags, ...}. The stack of another day has others.",
            )
    day = tags.get(EXPIRES)
    if day is None:
        raise NotYet(f"{what} has no last day.", f'Add one more tag, "{EXPIRES}".')
    return _in_time(what, str(day))


def _in_time(what: str, day: str) -> str:
    """A day that a clean-up can read, not over and not far off."""
    today = datetime.now(timezone.utc).date()
    try:
        last = date.fromisoformat(day)
    except ValueError:
        last = None
    if last is None or last.isoformat() != day:
        raise NotYet(
            f"{what} expires on {day!r}: that is no day as a clean-up reads it.",
            "A day is written 2026-12-24: date.isoformat() does that.",
        )
    if last < today:
        raise NotYet(
            f"{what} expires on {day}, and that is over: a clean-up would call it expired at once.",
            "date.today() + timedelta(days=1) is tomorrow.",
        )
    if last > today + timedelta(days=LONGEST):
        raise NotYet(
            f"{what} expires on {day}: until then nobody would look at it.",
            f"It is for an afternoon; {LONGEST} days are the most that is taken here.",
        )
    return day


def _stands(step: Callable[..., Any]) -> AbstractContextManager[Standing]:
    """The learner's step as a stack of its own, for as long as it is looked at."""
    from lab.short_lived.standing import standing, tags_of  # a second, and for one exercise

    tags = tags_of(AFTERNOON)

    def program() -> None:
        pulumi.export("url", step(dict(DOCUMENT), dict(tags)))

    return standing(AFTERNOON, "The checker deploys your step, and destroys it", program)


def _answers(stack: Standing, url: str) -> None:
    if stack.at_last(lambda: _status(url) != 200):
        reply = calls.send("GET", f"{url}/hello")
        raise NotYet(
            f"GET /hello gets {reply.status}: {reply.said[:200]}",
            "The body of the API is the document as JSON: json.dumps(document).",
        )


def _found(stack: Standing) -> None:
    if missing := stack.untagged():
        raise NotYet(
            f"It answers, and AWS does not find by tag: {', '.join(missing)}.",
            "A tag is on one thing alone: what belongs to a thing with tags has none of them.",
        )


EXERCISES = (
    Exercise(
        "99.1",
        "Write may_go(arn, tags, known, owner): whether a clean-up may delete a thing. known "
        "are the ARNs in the state, owner is you.",
        may_go,
        "Two things have to be true: whose it is, and that no state has it.",
        """def may_go(arn, tags, known, owner):
    return tags.get("gateway:owner") == owner and arn not in known""",
        "ARNs that the tagging API still lists after they are gone",
    ),
    Exercise(
        "99.2",
        "Write afternoon(document, tags): a REST API from the document, served at the stage v1. "
        "What takes tags has those, and a last day. It gives back the stage's URL.",
        for_an_afternoon,
        "Three resources: RestApi, Deployment, Stage. Two of them take tags.",
        """def afternoon(document, tags):
    day = date.today() + timedelta(days=1)
    tags = {**tags, "gateway:expires": day.isoformat()}
    hello = aws.apigateway.RestApi(
        "hello", body=json.dumps(document), tags=tags)
    copy = aws.apigateway.Deployment("helloCopy", rest_api=hello.id)
    stage = aws.apigateway.Stage(
        "helloStage", rest_api=hello.id, deployment=copy.id,
        stage_name="v1", tags=tags)
    return stage.invoke_url""",
        "what is logged: this API has no log",
        calls=True,
    ),
)
