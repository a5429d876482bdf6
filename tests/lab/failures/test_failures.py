"""The table runs in a process of its own, and every row comes out as it says."""

from lab.failures.failures import failures


def test_each_condition_is_provoked_and_comes_out_as_told():
    seen = failures()
    assert seen.failures.state == "done" and not seen.failures.wrong
    assert len(seen.rows) == 41
    assert "41 conditions provoked; each came out as the tests say." in seen.text()
    outcomes = dict(seen.failures.outcomes())
    assert outcomes["200 by second"] > 17
