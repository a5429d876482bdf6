"""make check: every pure test is in one part, and what any part finds fails it."""

import pytest

from tools import check, run


def test_the_parts_are_all_of_tests():
    jobs = {job.name: job.commands for job in check.jobs(["-x"])}
    assert jobs.pop("lint") == run.JOBS["lint"][1]
    given = {name: command[4:] for name, (command,) in jobs.items()}
    others = ["tests", *(f"--ignore={part}" for part in check.PARTS), "-x"]
    assert given == {**{part: [part, "-x"] for part in check.PARTS}, "other tests": others}
    assert all(command[:4] == ["-m", "pytest", "--pure", "-q"] for (command,) in jobs.values())


def test_what_is_named_is_run_alone_beside_lint():
    named = ["tests/tools/test_check.py::test_the_parts_are_all_of_tests"]
    tests, lint = check.jobs(named)
    assert (tests.commands, lint.name) == ([["-m", "pytest", "--pure", "-q", *named]], "lint")


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ({}, 0),
        ({"lint": [0, 0, 1, 0]}, 1),
        ({"tests/lab": [1]}, 1),
        ({"other tests": [2]}, 1),
        ({"tests/lab": [5], "tests/gateway": [5]}, 0),  # `-k` names a test of another part
        ({part: [5] for part in (*check.PARTS, "other tests")}, 1),
    ],
)
def test_what_a_part_finds_fails_all_and_is_told_whole(monkeypatch, capsys, codes, code):
    told = "one\nFAILED\n3 passed in 1 s\nsys:1: ResourceWarning\n"
    monkeypatch.setattr(check.Job, "done", lambda job: (codes.get(job.name, [0]), told))
    assert check.main([]) == code
    shown = capsys.readouterr().out
    bad = any(each not in (0, 5) for ended in codes.values() for each in ended)
    assert ("FAILED" in shown) is bad and shown.count("3 passed") == 5
