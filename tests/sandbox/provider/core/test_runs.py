"""What the provider remembers of a run, and how it words failures."""

from __future__ import annotations

import time
from typing import Any

import pytest

from sandbox.provider.core import engine_errors, runs
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError, TimedOut
from sandbox.provider.core.registry import kind
from sandbox.provider.core.runs import KEPT, Runs, settings
from sandbox.provider.core.wire import UNKNOWN, Secret


def test_each_peer_has_a_run_of_its_own() -> None:
    known = Runs()
    assert known.of("a") is known.of("a") is not known.of("b")


def test_a_cancel_stops_the_calls_of_its_run_alone() -> None:
    known = Runs()
    with known.of("a").stop() as mine, known.of("b").stop() as other:
        known.of("a").cancel()
        assert mine.is_set() and not other.is_set()


def test_a_cancel_does_not_stick() -> None:
    run = Runs().of("a")
    run.cancel()
    with run.stop() as later:
        assert not later.is_set()


def test_a_cancel_tells_the_creates_that_the_engine_has() -> None:
    run = Runs().of("a")
    run.answered.add("urn")
    assert run.cancel() == {"urn"}
    assert run.cancel() == set()


def test_runs_that_never_ended_are_forgotten() -> None:
    known = Runs()
    first = known.of("first")
    for number in range(KEPT):
        known.of(str(number))
    assert known.of("first") is not first


@pytest.mark.parametrize(
    ("arguments", "variables", "region"),
    [
        ({"region": "eu-west-1"}, {"aws:config:region": "us-west-2"}, "eu-west-1"),
        ({}, {"aws:config:region": "us-west-2"}, "us-west-2"),
        ({"region": Secret("eu-west-1")}, {}, "eu-west-1"),
        ({"region": UNKNOWN}, {}, "ap-south-1"),
        ({}, {}, "ap-south-1"),
    ],
)
def test_the_region(
    monkeypatch: pytest.MonkeyPatch,
    arguments: dict[str, Any],
    variables: dict[str, str],
    region: str,
) -> None:
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    assert settings(arguments, variables).region == region


def test_default_tags_come_as_json_or_as_they_are() -> None:
    assert settings({"defaultTags": '{"tags":{"a":"1"}}'}, {}).default_tags == {"a": "1"}
    assert settings({"defaultTags": {"tags": {"a": "1"}}}, {}).default_tags == {"a": "1"}
    assert settings({}, {"aws:config:defaultTags": '{"tags":{"a":"1"}}'}).default_tags == {"a": "1"}


def test_a_region_that_is_none_is_refused() -> None:
    assert (
        runs.region_problem("mars")
        == "could not validate provider configuration: Invalid AWS Region: mars"
    )
    assert runs.region_problem("us-gov-east-1") is None and runs.region_problem(None) is None


def test_refusals_of_the_provider_are_told_as_they_are() -> None:
    assert engine_errors.sentence(CallError("no"), "creating x", "") == "no"


def test_refusals_of_aws_are_told_in_the_official_form() -> None:
    from botocore.exceptions import ClientError

    answer = {
        "Error": {"Code": "NotFoundException", "Message": "Invalid API identifier specified"},
        "ResponseMetadata": {"HTTPStatusCode": 404, "RequestId": "r-1"},
    }

    class NotFoundException(ClientError):  # type: ignore[misc]
        """As botocore makes one for each error of a service's model."""

    doing = "creating API Gateway Stage (v1)"
    known = engine_errors.sentence(NotFoundException(answer, "CreateStage"), doing, "")
    other = engine_errors.sentence(ClientError(answer, "CreateStage"), doing, "")
    for told, prefix in ((known, ""), (other, "api error ")):
        assert told.startswith("creating API Gateway Stage (v1): operation error ")
        assert told.endswith(
            "CreateStage, https response error StatusCode: 404, RequestID: r-1, "
            f"{prefix}NotFoundException: Invalid API identifier specified"
        )


def test_a_sandbox_that_is_not_there_is_told_with_the_fix() -> None:
    from botocore.exceptions import EndpointConnectionError

    error = EndpointConnectionError(endpoint_url="http://127.0.0.1:9")
    told = engine_errors.sentence(error, "creating x", "http://127.0.0.1:9")
    assert "nothing answers at http://127.0.0.1:9" in told and "`python -m sandbox start`" in told


def test_a_fault_of_the_provider_says_that_it_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    told = engine_errors.sentence(KeyError("x"), "creating y", "")
    assert (
        told == "creating y: the sandbox's provider failed, KeyError: 'x'; its log has the details"
    )
    assert "KeyError" in capsys.readouterr().err


def test_a_type_that_is_lacking_tells_close_ones_and_the_other_target() -> None:
    told = engine_errors.unknown_type("aws:iam/rolepolicy:RolePolicy")
    assert "aws:iam/rolePolicy:RolePolicy" in told and engine_errors.AWS_TARGET in told
    assert kind("nonsense") is None and kind("aws:sqs/queue:Queue") is None


@pytest.mark.parametrize(
    ("seconds", "text"), [(1, "1s"), (90, "1m30s"), (600, "10m0s"), (3600, "1h0m0s")]
)
def test_a_timeout_is_told_as_go_writes_it(seconds: float, text: str) -> None:
    ctx = Context(timeout=seconds, started=time.monotonic() - seconds)
    with pytest.raises(TimedOut) as error:
        ctx.wait(1)
    told = engine_errors.sentence(error.value, "creating x", "")
    assert told == f"creating x: timeout while waiting (timeout: {text})"
