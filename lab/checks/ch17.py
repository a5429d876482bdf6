"""Chapter 17: an alarm that goes off, and a filter's pattern."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pulumi_aws as aws

from lab.checks.shared import steps
from lab.exercise import calls, watched
from lab.exercise.state import Exercise, NotYet

API_NAME = "languageModelApi-1a2b3c4"


def refused_alarm(value: Any, outputs: Mapping[str, Any]) -> str:
    """An alarm on the calls that were answered 4xx: as it is written, and as it is deployed."""
    write = steps.function(value)

    def step() -> Any:
        api = aws.apigateway.RestApi("languageModelApi", name=API_NAME)
        stage = aws.apigateway.Stage(
            "languageModelStage", rest_api=api.id, deployment="a1b2c3", stage_name="v1"
        )
        return write(api, stage)

    hint = "Declare one aws.cloudwatch.MetricAlarm and return it."
    given = steps.only(steps.declared(step), "MetricAlarm", hint).inputs
    _check_metric(given)
    _check_time(given)
    _check_limit(given)
    _check_place(given.get("dimensions"))
    return _made_to_ring(outputs)


def _made_to_ring(outputs: Mapping[str, Any]) -> str:
    """Send one refused call more than the alarm lets pass."""
    if not watched.alarm("4XXError"):
        raise NotYet("It is right, and not deployed.", "alarms() gives it back, then up().")
    for _ in range(51):
        reply = calls.call(outputs, "GET", "/model")
        if not 400 <= reply.status < 500:
            raise NotYet(
                f"GET /model without a key gets {reply.status}.",
                "access() of the file asks for one.",
            )
    if (state := watched.alarm("4XXError", ringing=True)) != "ALARM":
        raise NotYet(
            f"51 calls were refused, and it is in the state {state}.",
            "What is deployed is not this version: run up(), then check again.",
        )
    return "51 calls without a key, and it is in the state ALARM. It leaves 50 in peace."


def _check_metric(given: Mapping[str, Any]) -> None:
    if given.get("namespace") != "AWS/ApiGateway":
        raise NotYet(
            f"The namespace is {_of(given, 'namespace')}.",
            'API Gateway\'s own metrics are in "AWS/ApiGateway".',
        )
    if given.get("metricName") != "4XXError":
        raise NotYet(
            f"The metric is {_of(given, 'metricName')}.", 'AWS calls it "4XXError", in capitals.'
        )
    if given.get("statistic") == "Average":
        raise NotYet(
            "Average is the share of calls that were refused, never more than 1.",
            'To count them, add up: statistic="Sum".',
        )
    if given.get("statistic") == "SampleCount":
        raise NotYet(
            "SampleCount counts all calls, also those that were answered.",
            'Refused ones are 1, the others 0: statistic="Sum".',
        )
    if given.get("statistic") != "Sum":
        raise NotYet(f"The statistic is {_of(given, 'statistic')}.", 'Add up: "Sum".')


def _check_time(given: Mapping[str, Any]) -> None:
    periods = given.get("evaluationPeriods")
    if given.get("period") == 60 and periods == 5:
        raise NotYet(
            "It rings when each of five minutes has more than 50.",
            "One period of five minutes: period=300, evaluation_periods=1.",
        )
    if given.get("period") != 300:
        raise NotYet(f"The period is {_of(given, 'period')}.", "Five minutes, in seconds: 300.")
    if periods != 1:
        raise NotYet(
            f"The alarm waits for {_of(given, 'evaluationPeriods')} periods.",
            "evaluation_periods=1: one is enough.",
        )


def _check_limit(given: Mapping[str, Any]) -> None:
    rule = given.get("comparisonOperator"), given.get("threshold")
    if rule == ("GreaterThanOrEqualToThreshold", 50):
        raise NotYet("It rings at 50 already.", 'More than 50: "GreaterThanThreshold".')
    if rule not in (("GreaterThanThreshold", 50), ("GreaterThanOrEqualToThreshold", 51)):
        raise NotYet(
            f"It compares with {_of(given, 'comparisonOperator')} and {_of(given, 'threshold')}.",
            'comparison_operator="GreaterThanThreshold", threshold=50.',
        )


def _check_place(dimensions: Any) -> None:
    found = dimensions if isinstance(dimensions, Mapping) else {}
    wanted = 'dimensions={"ApiName": rest_api.name, "Stage": stage.stage_name}'
    if not found:
        raise NotYet("Without dimensions there is no such metric on AWS, and no alarm.", wanted)
    if found.get("ApiName") == "languageModelApi-id":
        raise NotYet("ApiName is the API's id. No metric has that, so it never rings.", wanted)
    if found != {"ApiName": API_NAME, "Stage": "v1"}:
        named = ", ".join(f"{name} = {value!r}" for name, value in found.items())
        raise NotYet(f"The dimensions are {named}: not this stage's.", wanted)


def _of(given: Mapping[str, Any], name: str) -> str:
    found = given.get(name, "not set")
    if isinstance(found, (int, float)):
        return f"{found:g}"  # under mocks, 3 comes as 3.0
    return repr(found) if name in given else found


# Lines of the access log: (what is in them, whether the pattern has to match, what it is then).
Sample = tuple[dict[str, str], bool, str]
LIMITED = {"requestId": "r-1", "status": "429", "team": "blue", "latency": "3"}
SAMPLES: tuple[Sample, ...] = (
    (LIMITED, True, "a call of blue's over a limit"),
    ({**LIMITED, "team": "green"}, False, "a call of green's over a limit"),
    ({**LIMITED, "status": "200"}, False, "a call of blue's that was answered"),
    ({**LIMITED, "status": "403"}, False, "a call of blue's that was refused for another reason"),
    ({**LIMITED, "status": "200", "latency": "429"}, False, "a call of blue's that took 429 ms"),
    ({**LIMITED, "team": "bluebird"}, False, "a call of another team, bluebird"),
)
SHAPE = 'The shape is { $.field = "text" && $.field = "text" }.'


def blue_limited(value: Any, _: Mapping[str, Any]) -> str:
    """The pattern that counts a team's calls over a limit, tried on lines."""
    from sandbox.server.watching.log_patterns import BadPattern, compiled

    if not isinstance(value, str):
        raise NotYet(f"A text is wanted, and this is a {type(value).__name__}.", SHAPE)
    if not value.strip():
        raise NotYet("An empty pattern counts every line.", SHAPE)
    try:
        matches = compiled(value)
    except BadPattern:
        raise NotYet(f"CloudWatch cannot read {value[:200]!r}.", SHAPE) from None
    for fields, wanted, what in SAMPLES:
        if matches(json.dumps(fields)) != wanted:
            verb = "does not count" if wanted else "counts"
            raise NotYet(
                f"It {verb} {what}.",
                'In our log every value is a text: $.status = "429". And && means both.',
            )
    return "It reads two fields of a line, whatever else is in it."


EXERCISES = (
    Exercise(
        "17.1",
        "Write refused_alarm(rest_api, stage): it rings when more than 50 calls of this stage "
        "were answered 4xx in five minutes.",
        refused_alarm,
        "alarms, above, has the namespace and the dimensions.",
        """def refused_alarm(rest_api, stage):
    return aws.cloudwatch.MetricAlarm(
        "refusedAlarm",
        namespace="AWS/ApiGateway",
        metric_name="4XXError",
        dimensions={"ApiName": rest_api.name, "Stage": stage.stage_name},
        statistic="Sum",
        period=300,
        evaluation_periods=1,
        comparison_operator="GreaterThanThreshold",
        threshold=50,
    )""",
        "whom it tells, and what it says when nobody calls: treat_missing_data",
        calls=True,
    ),
    Exercise(
        "17.2",
        "Write the pattern of a metric filter for the access log: it counts the calls of the "
        "team blue that were over a limit.",
        blue_limited,
        "REFUSALS, above, has a pattern for one field. && joins two.",
        """pattern = '{ $.status = "429" && $.team = "blue" }'""",
        "quotas, which are 429 too; a 429 without quotes, which compares numbers",
    ),
)
