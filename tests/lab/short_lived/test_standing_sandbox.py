"""A program that stands for one look, in a real sandbox: it is found, called, and gone, whatever happens."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import boto3
import pulumi
import pulumi_aws as aws
import pytest
import requests

from lab.checks import ch99
from lab.errors import LabError, NotReady, Stopped
from lab.exercise.state import judge
from lab.session import operate, session
from lab.short_lived import standing as room
from lab.short_lived.standing import standing, tags_of

EXERCISE = next(one for one in ch99.EXERCISES if one.id == "99.2")


@pytest.fixture
def opened(alarms_session: Any) -> Iterator[Any]:
    """A notebook whose session is the course's stack, in which alarms and more are deployed."""
    before, own, current = dict(os.environ), session.own_names, session._session
    os.environ.clear()
    os.environ.update(alarms_session[0])
    session.own_names, session._session = dict, alarms_session[1]
    try:
        yield alarms_session[1]
    finally:
        session.own_names, session._session = own, current
        os.environ.clear()
        os.environ.update(before)


def apis() -> set[str]:
    return {one["id"] for one in boto3.client("apigateway").get_rest_apis(limit=500)["items"]}


def solved(**more: Any) -> Any:
    space = {"aws": aws, "json": json, "date": date, "timedelta": timedelta, **more}
    exec(EXERCISE.solution, space)  # noqa: S102 - as a learner pastes it
    return space["afternoon"]


@pytest.fixture
def nothing_stays(opened: Any) -> Iterator[None]:
    """After the test the account has the same APIs as before, and the course's state is untouched."""
    before, names = apis(), session.resources()
    yield
    assert apis() == before and session.resources() == names
    with pytest.raises(NotReady):  # and who has no session deploys nothing
        session._session = None
        tags_of("afternoon")


def test_the_solution_is_deployed_called_found_and_gone(nothing_stays, capsys):
    found = judge(EXERCISE, solved(), {})
    assert found.verdict == "right", found.sentence
    assert re.search(
        r"GET /hello got 200.* GET /hello gets 40[34], and by tag nothing", found.sentence
    )
    shown = capsys.readouterr().out
    assert shown.index("helloStage") < shown.index("Destroy")


def without_tags(*missing: str) -> Any:
    """The solution as it is when some of its resources get no tags."""

    class Without:
        def __getattr__(self, name: str) -> Any:
            made = getattr(aws.apigateway, name)
            if name not in missing:
                return made
            return lambda *args, tags=None, **more: made(*args, **more)

    class Aws:
        apigateway = Without()

    return solved(aws=Aws())


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        (["Stage"], "AWS does not find by tag: helloStage."),
        (["RestApi"], "AWS does not find by tag: hello."),
        (["RestApi", "Stage"], "AWS does not find by tag: hello, helloStage."),
    ],
    ids=["stage", "api", "both"],
)
def test_what_has_no_tags_is_named_and_goes_all_the_same(nothing_stays, missing, says):
    found = judge(EXERCISE, without_tags(*missing), {})
    assert found.verdict == "not yet" and says in found.sentence


def test_what_the_provider_refuses_is_told_and_what_was_made_before_it_goes(nothing_stays):
    def afternoon(document, tags):
        url = solved()(document, tags)
        aws.apigateway.Resource("under", rest_api="missing", parent_id="none", path_part="x")
        return url

    found = judge(EXERCISE, afternoon, {})
    assert found.verdict == "not yet" and "under" in found.sentence and found.hint


def test_what_a_step_would_keep_goes_too(nothing_stays):
    def kept(tags: dict[str, str]) -> None:
        its = {"tags": tags, "opts": pulumi.ResourceOptions(retain_on_delete=True)}
        pulumi.export("id", aws.apigateway.RestApi("kept", **its).id)
        guarded = pulumi.ResourceOptions(protect=True)
        aws.apigateway.RestApi("guarded", tags=tags, opts=guarded)

    with standing("afternoon", "Short", lambda: kept(tags_of("afternoon"))) as stack:
        assert stack.outputs["id"] in apis() and len(stack.things()) == 2
    assert stack.left() == []


def small(tags: dict[str, str]) -> None:
    pulumi.export("id", aws.apigateway.RestApi("short", tags=tags).id)


def test_an_interrupt_while_it_stands_destroys_it(nothing_stays):
    with (
        pytest.raises(KeyboardInterrupt),
        standing("afternoon", "Short", lambda: small(tags_of("afternoon"))) as stack,
    ):
        assert stack.outputs["id"] in apis() and stack.untagged() == []
        raise KeyboardInterrupt
    assert stack.left() == []


def test_an_end_that_fails_says_what_destroys_it_and_the_next_one_does(
    nothing_stays, opened, monkeypatch
):
    def refused(its: Any) -> None:
        raise LabError("The engine said no.", "Try again.")

    def interrupted(its: Any) -> None:
        raise Stopped("Stopped.")

    for ends, kind in ((refused, LabError), (interrupted, Stopped)):
        with monkeypatch.context() as patch:
            patch.setattr(room.operate, "destroy", ends)
            with (
                pytest.raises(kind, match=r'start\(99, stack="afternoon"\), then clean_up\(\)'),
                standing("afternoon", "Short", lambda: small(tags_of("afternoon"))),
            ):
                pass
    beside = room._beside("afternoon")
    assert room.Standing(beside).left() and operate.destroy(beside)


def test_an_address_that_is_gone_does_not_answer_as_it_did(nothing_stays):
    with ch99._stands(solved()) as stack:
        url = stack.outputs["url"]
        assert requests.get(f"{url}/hello", timeout=10).status_code == 200
    assert requests.get(f"{url}/hello", timeout=10).status_code != 200


@pytest.mark.parametrize(
    ("kind", "takes"),
    [
        ("aws:apigateway/restApi:RestApi", True),
        ("aws:apigateway/stage:Stage", True),
        ("aws:apigateway/deployment:Deployment", False),
        ("pulumi:providers:aws", False),
        ("aws:no/such:Thing", False),
    ],
)
def test_which_types_take_tags(kind, takes):
    assert room.takes_tags(kind) == takes
