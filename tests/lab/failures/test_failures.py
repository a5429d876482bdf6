"""The table runs in a process of its own, and every row comes out as it says."""

from lab.failures.failures import failures
from lab.failures.state import Failures


def test_each_condition_is_provoked_and_comes_out_as_told():
    seen = failures()
    assert seen.failures.state == "done" and not seen.failures.wrong
    assert len(seen.rows) == 41
    assert "41 conditions provoked; each came out as the tests say." in seen.text()
    outcomes = dict(seen.failures.outcomes())
    assert outcomes["200 by second"] > 17


def test_rows_are_counted_by_what_the_last_caller_saw():
    seen = Failures()
    assert seen.facts() == {"state": "idle", "problem": "", "when": "", "rows": []}
    for name, saw, right in (
        ("it is down", "200, by second", True),
        ("it is slow", "200, by first, late", True),
        ("both are down", "503 of the function, in 2 s", False),
    ):
        seen.add({"name": name, "saw": saw, "asked": [3, 1], "right": right})
    assert seen.outcomes() == [("200", 2), ("503 of the function", 1)]
    assert [row.name for row in seen.wrong] == ["both are down"]
    assert seen.facts()["rows"][0] == {
        "name": "it is down",
        "saw": "200, by second",
        "asked": [3, 1],
        "right": True,
    }
