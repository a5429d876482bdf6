"""The parts of an answer's time: what adds up, what is not known, and the lines that tell it."""

import pytest

from lab.logs.events import ACCESS, FUNCTION
from lab.logs.state import Logs, Source
from lab.times.state import FUNCTION as BY_FUNCTION
from lab.times.state import GATEWAY, MODEL, WAY, Measured, by_whom, less, number, parts
from lab.times.times import measured
from tests.lab.draw.live import assert_failure_is_shown, boom
from tests.lab.times.times_views import ALL, times_view

OWN = (
    '{"lambda_request_id": "11111111-2222", "milliseconds": 440.1, '
    '"first_token_milliseconds": 120.6}'
)
REPORT = (
    "REPORT RequestId: 11111111-2222\tDuration: 450.20 ms\tBilled Duration: 451 ms\t"
    "Memory Size: 1769 MB\tMax Memory Used: 300 MB\tInit Duration: 310.50 ms"
)


def test_parts_add_up_to_the_whole():
    found = [part.milliseconds for part in parts(ALL)]
    assert found == pytest.approx([10.0, 9.0, 20.3, 310.5, 10.1, 120.6, 319.5])
    assert sum(found) == pytest.approx(ALL.whole)
    assert by_whom(parts(ALL)) == pytest.approx(
        {WAY: 10.0, GATEWAY: 29.3, BY_FUNCTION: 320.6, MODEL: 440.1}
    )


def test_each_part_says_who_took_it_and_by_whose_clock():
    assert [(part.who, part.what, part.clock) for part in parts(ALL)] == [
        (WAY, "between you and the gateway", "this notebook's"),
        (GATEWAY, "the gateway itself", "access log"),
        (GATEWAY, "between gateway and function", "access log"),
        (BY_FUNCTION, "a new environment starts", "REPORT"),
        (BY_FUNCTION, "the function besides the model", "REPORT"),
        (MODEL, "reads, up to the first token", "the function's line"),
        (MODEL, "writes", "the function's line"),
    ]


def test_what_nobody_told_is_not_known_and_neither_are_sums_with_it():
    sums = by_whom(parts(Measured(800.0, duration=450.0, own=440.0)))
    assert sums == {WAY: None, GATEWAY: None, BY_FUNCTION: 10.0, MODEL: 440.0}
    assert set(by_whom(parts(Measured(800.0))).values()) == {None}


@pytest.mark.parametrize(
    "outer, inner, left",
    [(5.0, 3.0, 2.0), (5.0, 5.0, 0.0), (5.0, 14.9, 0.0), (5.0, 15.0, 0.0), (5.0, 15.1, None), (None, 1.0, None),
     (1.0, None, None)],
)  # fmt: skip
def test_clocks_may_differ_by_a_little_and_no_more(outer, inner, left):
    assert less(outer, inner) == left


@pytest.mark.parametrize(
    "value, found",
    [("12", 12.0), (3, 3.0), (0.5, 0.5), ("-", None), (True, None), (None, None), (-1, None),
     ("1e99", None), (1e9, None), (999_999_999, 999_999_999.0), (0, 0.0), ("nan", None), ([1], None)],
)  # fmt: skip
def test_a_number_of_a_log_line_is_one_or_it_is_not_known(value, found):
    assert number({"x": value}, "x") == found


@pytest.mark.parametrize("data", [None, [], "x", {}])
def test_a_line_without_fields_has_no_number(data):
    assert number(data, "x") is None


def test_the_lines_of_a_request_tell_it():
    access, function = Source(ACCESS, "a"), Source(FUNCTION, "f")
    logs = Logs([access, function], request_id="r-1234")
    logs.add(
        access, [(1, '{"requestId": "r-1234", "latency": "790", "integrationLatency": "781"}')]
    )
    logs.add(
        function,
        [
            (1, "START RequestId: 11111111-2222"),
            (2, OWN),
            (3, REPORT),
        ],
    )  # fmt: skip
    assert measured(0.8, logs) == ALL
    assert measured(0.8, Logs([access, function])) == Measured(800.0)


def test_what_is_not_known_is_said_in_every_form():
    made = times_view("Hi")
    assert "not known: gateway, the gateway itself (access log)" in made.text()
    assert "Look again" in made.text() and "not known" in str(made.html())


def test_a_bar_is_as_long_as_its_part():
    picture = str(times_view("Hi", ALL).html())
    assert 'width="248.4"' in picture  # 310.5 of 800 ms, of 640 pixels


def test_logs_are_read_again_by_a_button():
    made = times_view("Hi")
    made.live()
    made._look = lambda: ALL
    made._controls.again.click()
    assert made.told and made.measured == ALL


def test_a_look_that_fails_is_shown(lenient):
    made = times_view("Hi")
    made.live()
    made._look = boom
    made._controls.again.click()
    assert_failure_is_shown(made)
