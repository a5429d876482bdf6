"""Buckets, waits and counts of a burst, to the token and to the second."""

import pytest

from lab.bursts.bucket import (
    ANSWERED,
    FAILED,
    GOLDEN,
    LIMITED,
    VERDICTS,
    Backoff,
    Bucket,
    Foreseen,
    Lane,
    Limit,
    foresee,
    levels,
)  # fmt: skip
from lab.bursts.state import DOTS, NO_ANSWERS, Burst, Call

TWO = Limit(1, 2)
FOUR = (Lane("a", 4),)


def calls(*rows, lane="a"):
    """Calls of (second, status)."""
    return [Call(lane, n, 1, at, 0.5, status) for n, (at, status) in enumerate(rows, 1)]


def burst(*rows, lanes=FOUR, **more):
    made = Burst("POST /model", lanes, **more)
    made.begin("12:00")
    for row in rows:
        made.add(row)
    return made


# The bucket


def test_a_limit_and_its_callers_say_what_they_are():
    assert str(Limit(5, 10)) == "10 at once, then 5 a second" and str(Limit(0.5, 1.0)) == (
        "1 at once, then 0.5 a second"
    )
    assert (Lane("a", 3).rate, Lane("a", 3).limit) == (None, None)
    assert (Backoff().tries, Backoff().longest) == (5, 60.0)
    assert VERDICTS == ("answered", "limited", "failed") and GOLDEN == 0.6180339887


def test_a_call_is_due_by_its_number():
    assert [Lane("a", 3, 2.0).due(number) for number in (1, 2, 3)] == [0.0, 0.5, 1.0]
    assert [Lane("a", 3).due(number) for number in (1, 3)] == [0.0, 0.0]
    assert Lane("a", 3, 0).due(2) == 0.0


@pytest.mark.parametrize(
    "attempt, after, chance, wait",
    [
        (1, None, 0.0, 0.5), (2, None, 0.0, 1.0), (3, None, 0.0, 2.0), (4, None, 0.5, 6.0),
        (5, None, 0.0, None), (4, 1.0, 0.0, 1.0), (5, 1.0, 0.0, None), (1, 0.0, 0.0, 0.1),
        (1, 0.1, 0.5, pytest.approx(0.15)), (1, 0.2, 0.0, 0.2), (1, 60.0, 1.0, 120.0),
        (1, 60.1, 0.0, None),
    ],
)  # fmt: skip
def test_a_wait_doubles_or_is_what_was_asked_for(attempt, after, chance, wait):
    assert Backoff().wait(attempt, after, chance) == wait


def test_a_bucket_is_full_at_first_and_fills_with_time():
    bucket = Bucket(TWO)
    assert bucket.tokens == 2
    assert (bucket.take(0), bucket.tokens) == (True, 1)
    assert (bucket.take(0), bucket.tokens) == (True, 0)
    assert (bucket.take(0.5), bucket.tokens) == (False, 0.5)
    assert (bucket.take(1.0), bucket.tokens) == (True, 0.0)
    assert (bucket.take(0.5), bucket.tokens) == (False, 0.0), "time does not run back"
    bucket = Bucket(Limit(1, 5))
    bucket.take(0)
    assert (bucket.take(9), bucket.tokens) == (True, 4)


@pytest.mark.parametrize("short, passes", [(1e-10, True), (1e-8, False)])
def test_a_hair_less_than_a_token_is_a_token(short, passes):
    bucket = Bucket(Limit(1, 1))
    bucket.take(0)
    assert bucket.take(1 - short) is passes


def test_what_is_foretold_to_the_request():
    assert foresee((Lane("a", 3, None, TWO),)) == (
        Foreseen("a", 1, 1, 0.0, ANSWERED, 1.0),
        Foreseen("a", 2, 1, 0.0, ANSWERED, 0.0),
        Foreseen("a", 3, 1, 0.0, LIMITED, 0.0),
    )
    assert foresee((Lane("a", 2, 4.0),), shared=Limit(2, 1)) == (
        Foreseen("a", 1, 1, 0.0, ANSWERED, 0.0),
        Foreseen("a", 2, 1, 0.25, LIMITED, 0.5),
    )


def test_ones_own_bucket_comes_first_and_its_token_is_gone():
    found = foresee((Lane("a", 2, None, Limit(1, 5)), Lane("b", 1, None, None)), shared=Limit(1, 1))
    assert [(one.lane, one.number, one.verdict, one.left) for one in found] == [
        ("a", 1, ANSWERED, 4), ("b", 1, LIMITED, 0), ("a", 2, LIMITED, 3)
    ]  # fmt: skip


def test_a_lane_without_a_limit_passes_beside_one_that_has_one():
    found = foresee((Lane("a", 3), Lane("b", 3, None, TWO)))
    assert [(one.verdict, one.left) for one in found if one.lane == "a"] == [(ANSWERED, 0.0)] * 3
    assert [one.verdict for one in found if one.lane == "b"] == [ANSWERED, ANSWERED, LIMITED]


def test_who_backs_off_comes_again_later():
    lane = (Lane("a", 2, None, Limit(1, 1)),)
    once = foresee(lane, backoff=Backoff(tries=2), retry_after=2.0)
    wait = 2.0 * (1 + (2 * 1 * GOLDEN) % 1)
    assert [(one.number, one.attempt, one.at, one.verdict) for one in once] == [
        (1, 1, 0.0, ANSWERED), (2, 1, 0.0, LIMITED), (2, 2, wait, ANSWERED)
    ]  # fmt: skip
    assert foresee(lane, backoff=Backoff(tries=2))[-1].at == wait / 2, (
        "a second, unless it says more"
    )
    assert len(foresee(lane, backoff=Backoff(tries=1))) == 2


def test_what_is_foretold_ends_after_so_many():
    assert len(foresee((Lane("a", 9, None, TWO),), most=4)) == 4
    assert len(foresee((Lane("a", 9, None, TWO), Lane("b", 9, None, TWO)), most=12)) == 12
    assert len(foresee((Lane("a", 4, None, TWO),), most=4)) == 4
    assert foresee((), shared=TWO) == ()


def test_the_level_between_the_calls():
    found = foresee((Lane("a", 3, 4.0, TWO),))  # at 0, 0.25 and 0.5: left 1, 0.25, 0.5
    assert levels(found, TWO, [0.0, 0.125, 0.25, 1.0, 9.0]) == [
        (0.0, 1.0), (0.125, 1.125), (0.25, 0.25), (1.0, 1.0), (9.0, 2)
    ]  # fmt: skip
    assert levels([], TWO, [0.0, 5.0]) == [(0.0, 2), (5.0, 2)]


# The burst


@pytest.mark.parametrize(
    "status, verdict",
    [(0, FAILED), (199, FAILED), (200, ANSWERED), (399, ANSWERED), (400, FAILED), (428, FAILED),
     (429, LIMITED), (430, FAILED), (500, FAILED)],
)  # fmt: skip
def test_a_status_is_a_verdict(status, verdict):
    call = Call("a", 1, 1, 0.0, 0.5, status)
    assert call.verdict == verdict
    assert (call.retry_after, call.request_id, call.reason, call.may_retry) == (None, "", "", True)


def test_a_burst_has_not_begun_until_it_does():
    new = Burst("POST /model", (Lane("a", 4), Lane("b", 3)))
    assert (new.state, new.when, new.seconds, new.problem, new.fix) == ("idle", "", 0.0, "", "")
    assert (new.cap, new.where, new.remark, new.rows, new.planned) == (2000, "", "", [], 7)
    assert new.over is False and new.unanswered is False and new.foreseen == ()
    new.begin("12:00")
    assert (new.state, new.when) == ("running", "12:00")


def test_calls_are_added_until_the_first_end():
    made = burst(*calls((0.0, 200), (1.9, 429), (1.0, 500)))
    assert made.seconds == pytest.approx(2.4)
    assert dict(made.bins) == {("a", 0, ANSWERED): 1, ("a", 1, LIMITED): 1, ("a", 1, FAILED): 1}
    made.end("stopped", "why", "do")
    made.end("done")
    made.add(calls((9.0, 200))[0])
    assert (made.state, made.problem, made.fix, len(made.rows)) == ("stopped", "why", "do", 3)
    other = burst()
    other.end("done")
    assert (other.state, other.problem, other.fix, other.over) == ("done", "", "", True)


@pytest.mark.parametrize(
    "planned, statuses, unanswered",
    [(9, [0] * 4, False), (9, [0] * 5, True), (9, [0] * 5 + [200], False), (2, [0], False),
     (2, [0, 0], True), (0, [], False)],
)  # fmt: skip
def test_nothing_answers_when_the_first_few_had_none(planned, statuses, unanswered):
    assert NO_ANSWERS == 5
    made = burst(*calls(*((0.0, status) for status in statuses)), lanes=(Lane("a", planned),))
    assert made.unanswered is unanswered


def test_few_requests_get_a_dot_each():
    assert DOTS == 1000
    assert burst(*calls(*[(0.0, 200)] * 1000)).dotted is True
    assert burst(*calls(*[(0.0, 200)] * 1001)).dotted is False
    assert burst(lanes=(Lane("a", 1001, None, TWO),)).dotted is False
    assert burst(lanes=(Lane("a", 1001, None, TWO),), cap=1000).dotted is True


def test_counts_are_of_all_or_of_one_lane():
    lanes = (Lane("a", 2, None, Limit(1, 1)), Lane("b", 1, None, TWO))
    made = burst(*calls((0.0, 200), (0.0, 429)), *calls((0.0, 0), lane="b"), lanes=lanes)
    assert made.counts() == {"answered": 1, "limited": 1, "failed": 1}
    assert made.counts("b") == {"answered": 0, "limited": 0, "failed": 1}
    assert made.foreseen_counts() == {"answered": 2, "limited": 1, "failed": 0}
    assert made.foreseen_counts("a") == {"answered": 1, "limited": 1, "failed": 0}
    assert made.by_second() == [
        ("a", 0, {"answered": 1, "limited": 1, "failed": 0}, 1),
        ("b", 0, {"answered": 0, "limited": 0, "failed": 1}, 1),
    ]


def test_seconds_come_in_their_order_and_lanes_in_theirs():
    rows = [*calls((1.5, 200), (0.5, 200), lane="z"), *calls((1.5, 200), lane="a")]
    made = burst(*rows, lanes=(Lane("z", 2), Lane("a", 1)))
    assert [(lane, second, expected) for lane, second, _, expected in made.by_second()] == [
        ("z", 0, None), ("z", 1, None), ("a", 1, None)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "at, passed", [([0, 0, 0, 0], 2), ([0, 1, 2, 3], 4), ([3, 2, 1, 0], 4), ([0, 0, 0, 1], 3)]
)
def test_the_buckets_are_asked_again_at_the_real_times(at, passed):
    for lanes, shared in (((Lane("a", 4, None, TWO),), None), ((Lane("a", 4),), TWO)):
        made = burst(*calls(*((second, 200) for second in at)), lanes=lanes, shared=shared)
        assert made.replayed() == passed
    assert burst().replayed() is None


def test_both_buckets_have_to_let_a_call_pass():
    rows = calls(*[(0.0, 200)] * 4)
    for own, shared in ((TWO, Limit(1, 1)), (Limit(1, 1), TWO)):
        assert burst(*rows, lanes=(Lane("a", 4, None, own),), shared=shared).replayed() == 1


def test_the_axis_ends_with_the_last_call_whichever_it_is():
    assert burst().last_second() == 0.2 and burst(*calls((0.1, 200))).last_second() == 0.2
    assert burst(*calls((3.0, 200))).last_second() == 3.0
    lanes = (Lane("a", 3, 1.0, TWO),)
    assert burst(lanes=lanes).last_second() == 2.0
    assert burst(*calls((1.0, 200)), lanes=lanes).last_second() == 2.0


def test_waits_times_and_reasons_of_a_lane():
    rows = [
        Call("a", 1, 1, 0.0, 1.0, 200, 9.0), Call("a", 2, 1, 0.0, 3.0, 200),
        Call("a", 3, 1, 0.0, 99.0, 429, 2.0), Call("a", 4, 1, 0.0, 99.0, 429, 2.0),
        Call("a", 5, 1, 0.0, 99.0, 429), Call("b", 1, 1, 0.0, 50.0, 200),
        Call("b", 2, 1, 0.0, 50.0, 429, 7.0),
        Call("b", 3, 1, 0.0, 1.0, 500, reason="boom"), Call("b", 4, 1, 0.0, 1.0, 0, reason="gone"),
        Call("b", 5, 1, 0.0, 1.0, 503), Call("b", 6, 1, 0.0, 1.0, 503), Call("b", 7, 1, 0.0, 1.0, 0),
    ]  # fmt: skip
    made = burst(*rows)
    assert made.waits("a") == {2.0: 2} and made.waits("b") == {7.0: 1}
    assert (made.median("a"), made.median("b"), made.median("c")) == (2.0, 50.0, None)
    assert made.reasons() == [("503", 2), ("500: boom", 1), ("no answer: gone", 1), ("0", 1)]
    many = burst(*(Call("a", n, 1, 0.0, 0.1, 500 + n) for n in range(7)))
    assert len(many.reasons()) == 5


def test_facts_are_all_of_it_as_plain_data():
    lanes = (Lane("a", 1, 2.0, TWO),)
    made = burst(*calls((0.12345, 200)), lanes=lanes, shared=Limit(3, 4), backoff=Backoff(2, 9.0),
                 where="here", remark="so", cap=5)  # fmt: skip
    made.end("failed", "why", "do")
    assert made.facts() == {
        "state": "failed", "request": "POST /model", "where": "here", "when": "12:00",
        "seconds": 0.623,
        "lanes": [{"name": "a", "n": 1, "rate": 2.0, "limit": {"rate": 1, "burst": 2}}],
        "shared": {"rate": 3, "burst": 4}, "backoff": {"tries": 2, "longest": 9.0}, "cap": 5,
        "counts": {"answered": 1, "limited": 0, "failed": 0},
        "predicted": {"answered": 1, "limited": 0, "failed": 0},
        "rows": [{
            "lane": "a", "number": 1, "attempt": 1, "at": 0.12345, "seconds": 0.5, "status": 200,
            "retry_after": None, "request_id": "", "reason": "", "may_retry": True,
            "verdict": "answered",
        }],
        "problem": "why", "fix": "do", "remark": "so",
    }  # fmt: skip
    bare = burst().facts()
    assert (bare["shared"], bare["backoff"], bare["predicted"], bare["rows"]) == (
        None,
        None,
        None,
        [],
    )
