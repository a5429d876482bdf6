"""Measuring a room: whose memory counts how, what is printed, and starts that meet each other."""

from types import SimpleNamespace

import pytest

from tools.machine import Problem
from tools.workshop.hub import __main__ as command
from tools.workshop.hub import memory, rehearsal, starts
from tools.workshop.hub.learner import Learner, Said

ROLLUP = "55d0-7ffc ---p 00000000 00:00 0 [rollup]\nRss: 90000 kB\nPss:  51200 kB\nPss_Anon: 4 kB\n"


@pytest.mark.parametrize(
    ("line", "part"),
    [("python -m jupyterhub.singleuser --x", "notebook server"), ("python -m ipykernel_launcher -f k", "kernel"),
     ("python -m sandbox.provider --port=1", "provider"), ("python -m sandbox.server", "sandbox"),
     ("python /home/a/.kit/cloud/tmp/f.py", "functions"), ("/opt/engine/bin/pulumi up --yes", "pulumi"),
     ("python -m pulumi.x", "other"), ("", "other")],
)  # fmt: skip
def test_a_process_is_known_by_its_command(line, part):
    assert memory.part(line.split()) == part


def test_shared_pages_count_by_their_share_and_of_those_who_are_asked_for(tmp_path):
    import os

    for number, line in (("11", "python -m sandbox.server"), ("12", "/e/pulumi\0up"), ("13", "")):
        (tmp_path / number).mkdir()
        (tmp_path / number / "cmdline").write_text(line.replace(" ", "\0"))
        if line:  # one that ends has none
            (tmp_path / number / "smaps_rollup").write_text(ROLLUP)
    mine = {os.getuid() if hasattr(os, "getuid") else 0: "ada", 12345: "bob"}
    found = memory.taken(mine, tmp_path)
    assert found == {"ada": {"sandbox": 50.0, "pulumi": 50.0}, "bob": {}}
    most = memory.Most()
    most.look(found)
    most.look({"ada": {"pulumi": 1.0}, "bob": {"kernel": 400.0}})
    assert most.megabytes == {"ada": 100.0}
    assert memory.pss("nothing") == 0


def told(**changed):
    pages = rehearsal.between("00-01")
    learners = [
        Learner("", name, "", {"00": 10.0, "01": 20.0}, 30.0 + n) for n, name in enumerate("ab")
    ]
    rest = {"a": {"kernel": 90.0, "sandbox": 50.0}, "b": {"kernel": 110.0, "sandbox": 50.0}}
    given = {
        "rest": rest,
        "asleep": {},
        "most": {"a": 300.0},
        "killed": 9,
        "back": {"a": 5.0, "b": 7.0},
    }
    return rehearsal.Told(learners, pages, **{**given, **changed})


def test_what_is_printed_has_the_middle_and_the_most():
    said = "\n".join(rehearsal.lines(told()))
    assert "at rest, model loaded: 150 MB, most 160: kernel 100, sandbox 50" in said
    assert (
        "in an up from rest, all at once: 300 MB, most 300" in said
        and "a minute later: not measured" in said
    )
    assert "first answer, from the sign-in: 30 s, most 31" in said
    assert "page 01: 2 of 2 done, 20 s, most 20" in said
    assert (
        "after kill -9 of 9 processes: 2 of 2 went on where they were, an answer after 6 s, most 7"
        in said
    )
    assert rehearsal.kept(told())["learners"]["b"]["first_seconds"] == 31.0


def test_who_did_not_go_on_is_named_and_what_went_wrong_told():
    found = told(back={}, lost=["b: had x, has nothing"])
    found.learners[0].wrong.append("03_rest_api: NotReady: no")
    said = list(rehearsal.lines(found))
    assert said[-2:] == ["b: had x, has nothing", "a: 03_rest_api: NotReady: no"]


def test_pages_are_named_by_their_numbers():
    assert [page.stem[:2] for page in rehearsal.between("00-02")] == ["00", "01", "02"]
    with pytest.raises(Problem, match="--pages 00-06"):
        rehearsal.between("77")


def test_a_page_is_started_again_as_it_starts_itself():
    first, *_, last = rehearsal.between("00-06")
    assert rehearsal.start_of(first) == 'start(0, stack="first-look")'
    assert rehearsal.start_of(last) == "start(6)"


@pytest.mark.parametrize(
    ("had", "text", "on"),
    [('{"a": 1}', 'Starting\n{"a": 1}\n200\n', True), ('{"a": 1}', '{"a": 2}\n200\n', False),
     ('{"a": 1}', '{"a": 1}\n503\n', False), ("", "\n200\n", False)],
)  # fmt: skip
def test_who_has_the_same_and_an_answer_went_on(had, text, on):
    class One(Learner):
        def sit_down(self):
            self.begun = 0.0

        def open(self, page):
            assert page.startswith("01_")

        def run(self, code):
            assert "start(1)" in code
            return Said(text)

    found = told(back={})
    rehearsal.go_on(One("", "a", ""), had, found)
    assert (list(found.back) == ["a"]) is on and bool(found.lost) is not on


def test_one_whose_hub_fails_is_noted_and_the_others_go_on():
    both = [Learner("", name, "") for name in "ab"]

    def do(learner):
        if learner.name == "a":
            raise RuntimeError("no server")
        learner.first = 1.0

    rehearsal.each(both, do, gap=0)
    assert both[0].wrong == ["RuntimeError: no server"] and both[1].first == 1.0


def test_starts_come_in_rounds_that_are_cold_warm_and_all_on_the_same_ports(monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr(starts, "home", lambda name: tmp_path / name)

    def one(place, names, kind, counted):
        for name in names:
            (tmp_path / name).mkdir(exist_ok=True)
            had = starts.read(tmp_path / name / "ports.json").get("port")
            seen.append((kind, name, had))
            (tmp_path / name / "ports.json").write_text(f'{{"port": {len(seen)}}}')

    monkeypatch.setattr(starts, "one", one)
    starts.rounds(SimpleNamespace(names=["a", "b"], place=None), 7)
    assert seen == [
        (starts.ANEW, "a", None), (starts.ANEW, "b", None), (starts.AGAIN, "a", 1), (starts.AGAIN, "b", 2),
        (starts.SAME, "a", 3), (starts.SAME, "b", 3), (starts.ANEW, "a", None),
    ]  # fmt: skip


def test_measuring_wants_a_hub_that_was_prepared(tmp_path, capsys):
    for name in command.TRIALS:
        assert command.main([name, "1", "--at", str(tmp_path)]) == 1
        assert "tools.workshop.hub prepare" in capsys.readouterr().err
