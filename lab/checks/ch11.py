"""Chapter 11: a usage plan, and a client that waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from gateway import api, deployment
from gateway.settings import Settings
from lab.checks.shared import steps
from lab.exercise import calls
from lab.exercise.state import Exercise, NotYet

TRIES = 5
CALLS = 12  # at once: more than the bucket of a class holds
Reply = tuple[int, dict[str, str]]  # status, headers
THROTTLED: Reply = (429, {"Retry-After": "2"})
SPENT: Reply = (429, {"x-should-retry": "false"})
FINE: Reply = (200, {})
FAULT: Reply = (503, {})


def class_plan(value: Any, outputs: Mapping[str, Any]) -> str:
    """The usage plan of a class, which the gateway keeps to."""
    write = steps.function(value)

    def step() -> Any:
        declared = deployment.declared_arguments()
        rest_api = api.rest_api({})
        frozen = deployment.deployment(rest_api, [], declared)
        return write(rest_api, deployment.stage(Settings(), rest_api, frozen, {}))

    hint = "Declare one aws.apigateway.UsagePlan and return it."
    given = steps.only(steps.declared(step), "UsagePlan", hint).inputs
    _check_throttle(given.get("throttleSettings") or {})
    _check_quota(given.get("quotaSettings") or {})
    _check_stages(given.get("apiStages") or [])
    passed = _at_once(outputs)
    return f"Of {CALLS} calls at once {passed} were answered, and the others got a 429."


def _at_once(outputs: Mapping[str, Any]) -> int:
    """How many of a burst of red's calls are answered."""
    red = calls.as_team(outputs, "red", "Run the whole cell: team_keys makes red's key.")
    with ThreadPoolExecutor(CALLS) as pool:
        sent = [
            pool.submit(calls.call, outputs, "GET", "/model", headers=red) for _ in range(CALLS)
        ]
        found = Counter(each.result().status for each in sent)
    if found[403]:
        raise NotYet(
            "The team red gets 403: no plan of this stage has its key.",
            "Return the plan, so that plan_member puts the key into it; then up().",
        )
    if not found[200]:
        raise NotYet(
            f"None of {CALLS} calls was answered: {dict(found)}.",
            "The bucket is empty. Wait five seconds, then check again.",
        )
    if not found[429]:
        raise NotYet(
            f"Of {CALLS} calls at once none got a 429: {dict(found)}.",
            "Another plan is deployed than you hand in. Run up() again.",
        )
    return found[200]


def _check_throttle(given: Mapping[str, Any]) -> None:
    if given.get("burstLimit") != 5:
        raise NotYet(
            f"The burst_limit is {_of(given, 'burstLimit')}.",
            "5 calls at once: that is how much the bucket holds.",
        )
    if given.get("rateLimit") != 1:
        raise NotYet(
            f"The rate_limit is {_of(given, 'rateLimit')}.", "It is what comes in a second: 1."
        )


def _check_quota(given: Mapping[str, Any]) -> None:
    if given.get("limit") != 5000:
        raise NotYet(f"The quota's limit is {_of(given, 'limit')}.", "It is 5,000.")
    if given.get("period") != "WEEK":
        raise NotYet(
            f"The quota's period is {_of(given, 'period')}.", 'There are "DAY", "WEEK" and "MONTH".'
        )


def _check_stages(given: Any) -> None:
    if not given:
        raise NotYet(
            "The plan names no stage, so it limits nobody.",
            'api_stages=[{"api_id": rest_api.id, "stage": stage.stage_name}]',
        )
    found = [(str(one.get("apiId")), str(one.get("stage"))) for one in given]
    if found != [("languageModelApi-id", "v1")]:
        raise NotYet(
            f"The plan is for {', '.join('/'.join(one) for one in found)}: not this stage.",
            "api_id is rest_api.id, and stage is stage.stage_name.",
        )


def _of(given: Mapping[str, Any], name: str) -> str:
    return repr(given[name]) if name in given else "not set"


@dataclass(frozen=True)
class Told:
    """An answer as `requests` gives it, as far as a client that waits looks at it."""

    status_code: int
    headers: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Whether it is no refusal and no fault."""
        return self.status_code < 400


@dataclass
class Trial:
    """A gateway that gives these answers, the last one for ever, and a clock that only counts."""

    answers: list[Reply]
    sent: list[Told] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def send(self) -> Told:
        """The next answer."""
        if len(self.sent) >= 4 * TRIES:
            raise Endless
        status, headers = self.answers[min(len(self.sent), len(self.answers) - 1)]
        self.sent.append(Told(status, headers))
        return self.sent[-1]

    def sleep(self, seconds: Any) -> None:
        """Keep how long somebody wanted to wait."""
        self.slept.append(float(seconds))


class Endless(Exception):
    """A client that does not give up."""


def patient(value: Any, _: Mapping[str, Any]) -> str:
    """A client that waits as it is told."""
    client = steps.function(value)
    _send_once(client, FINE, "is an answer")
    _send_once(client, SPENT, "has no Retry-After: it is a spent quota")
    _send_once(client, FAULT, "is no 429")
    trial = _tried(client, [THROTTLED, THROTTLED, FINE])
    if len(trial.sent) != 3:
        raise NotYet(
            f"After a 429 with Retry-After, it sent {len(trial.sent)} times where the third "
            "answer was 200.",
            "Send again in a loop.",
        )
    if len(trial.slept) < 2 or sum(trial.slept) < 4:
        raise NotYet(
            f"It waited {sum(trial.slept):g} s in all; two answers said Retry-After: 2.",
            'Before each new try: sleep(float(answer.headers["Retry-After"])), or a bit longer.',
        )
    trial = _tried(client, [THROTTLED])
    if len(trial.sent) != TRIES:
        raise NotYet(
            f"It gave up after {len(trial.sent)} tries.", f"At most {TRIES} in all: count them."
        )
    if len(trial.slept) >= TRIES:
        raise NotYet("It waits after the last try too, for nothing.", "Return before the sleep.")
    return "It waits when told so, gives up in time, and leaves a spent quota alone."


def _send_once(client: Callable[..., Any], answer: Reply, why: str) -> None:
    trial = _tried(client, [answer])
    if len(trial.sent) != 1 or trial.slept:
        raise NotYet(
            f"It tries a {answer[0]} again that {why}.",
            "Go on only if the status is 429 and the answer has Retry-After.",
        )


def _tried(client: Callable[..., Any], answers: list[Reply]) -> Trial:
    """Let the client send, and see that it gives back the last answer."""
    trial = Trial(answers)
    try:
        got = client(trial.send, trial.sleep)
    except Endless:
        raise NotYet(
            "It tries again without end.", f"At most {TRIES} in all: count them."
        ) from None
    except Exception as error:  # noqa: BLE001 - the learner's code may raise anything
        raise NotYet(
            f"With a {answers[0][0]}, your function raised {type(error).__name__}: {error}.",
            "Not every answer has a Retry-After: headers.get gives None then.",
        ) from None
    if not trial.sent:
        raise NotYet("It never calls send().", "answer = send()")
    if got is not trial.sent[-1]:
        raise NotYet(
            f"It gives back a {type(got).__name__}, not the last answer of send().",
            "return answer, also after the last try.",
        )
    return trial


EXERCISES = (
    Exercise(
        "11.1",
        "Write class_plan(rest_api, stage): the usage plan of a class, with 5 calls at once, "
        "then 1 a second, and 5,000 a week. The checker calls twelve times at once.",
        class_plan,
        "usage_plans, above, has the three arguments; the period is another.",
        """def class_plan(rest_api, stage):
    return aws.apigateway.UsagePlan(
        "classPlan",
        api_stages=[{"api_id": rest_api.id, "stage": stage.stage_name}],
        throttle_settings={"rate_limit": 1, "burst_limit": 5},
        quota_settings={"limit": 5000, "period": "WEEK"},
    )""",
        "how many calls pass exactly: AWS keeps to a plan as well as it can",
        calls=True,
    ),
    Exercise(
        "11.2",
        "Write patient(send, sleep): a client that waits as Retry-After says after a 429, tries "
        "at most five times in all, and gives all other answers back as they are.",
        patient,
        "A loop over five tries that returns at the first answer that is no 429 with Retry-After.",
        """def patient(send, sleep):
    for attempt in range(5):
        answer = send()
        wait = answer.headers.get("Retry-After")
        if answer.status_code != 429 or wait is None or attempt == 4:
            return answer
        sleep(float(wait))""",
        "waits by luck, and a Retry-After of hours, which nobody should wait for",
    ),
)
