"""A thousand generated bad requests a dialect: each is refused in its shape, and nothing leaks."""

import json
import os

import handler
import pytest

from tests.gateway.bad_dialects import GOOD, different
from tests.gateway.bad_requests import COUNT, JSON, SECRET, BadRequest
from tests.gateway.shapes import check_shape
from tests.gateway.test_bad_requests import CONTEXT, proxy_event

AT_ONCE = 100


def answered(request):
    return handler.handler(proxy_event(request), CONTEXT)


@pytest.fixture(scope="module")
def bad():
    return {path: different(path, COUNT) for path in GOOD}


@pytest.mark.parametrize("path", list(GOOD))
def test_a_good_request_is_answered_and_what_it_ignored_is_logged(path, capsys):
    good = BadRequest("POST", path, JSON, json.dumps(GOOD[path]).encode())
    response = answered(good)
    assert response["statusCode"] == 200
    assert response["headers"]["x-ignored-fields"] == "metadata"
    assert response["headers"]["request-id"] == response["headers"]["x-request-id"] == "gateway-1"
    line = json.loads(capsys.readouterr().out)
    assert (line["ignored_fields"], line["path"], line["completion_tokens"]) == (
        "metadata",
        path,
        2,
    )


@pytest.mark.parametrize("path", list(GOOD))
@pytest.mark.parametrize("first", range(0, COUNT, AT_ONCE))
def test_a_bad_request_is_refused_in_the_dialects_shape_and_nothing_leaks(
    bad, path, first, capfd, monkeypatch
):
    monkeypatch.setattr(handler.MODEL.llama, "ask", None)  # to ask it would be a failure
    for request in bad[path][first : first + AT_ONCE]:
        response = answered(request)
        status = response["statusCode"]
        assert status in (400, 404, 405, 413, 415), (request.body[:3000], response["body"])
        check_shape(path, status, json.loads(response["body"]))
        assert len(response["body"]) < 1200 and response["body"].isascii()
        printed, complained = capfd.readouterr()
        assert json.loads(printed)["status"] == status
        for text in (response["body"], str(response["headers"]), printed, complained):
            assert SECRET not in text and "raceback" not in text
            assert os.path.dirname(handler.__file__) not in text


def test_there_are_bad_requests_of_every_kind(bad):
    for path in GOOD:
        assert len(bad[path]) == COUNT
        statuses = {answered(request)["statusCode"] for request in bad[path]}
        assert statuses == {400, 404, 405, 413, 415}
