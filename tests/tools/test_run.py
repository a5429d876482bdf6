"""The one door: which Python, which machine, which environment, what it says when one is wrong."""

from __future__ import annotations

import ast
import errno
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from tools import clean, environment, jobs, machine, packages, run
from tools.environment import Environment
from tools.workshop.room import Room

ROOT = Path(__file__).parents[2]
GOOD_CPU = "processor : 0\nflags\t\t: fpu sse avx avx2 bmi1 bmi2 fma f16c\n"


def door(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "tools" / "run.py"), *arguments], text=True,
        capture_output=True, env={**os.environ, **environ}, timeout=120, check=False,
    )  # fmt: skip


# Jobs


def test_without_a_job_the_jobs_are_listed():
    done = door()
    assert done.returncode == 0
    for job in run.JOBS:
        assert f"make {job}" in done.stderr


def test_an_unknown_job_is_a_misuse():
    done = door("tutorail")
    assert done.returncode == 2
    assert "usage:" in done.stderr


def test_the_makefile_has_the_same_jobs_and_make_alone_prints_them():
    text = (ROOT / "Makefile").read_text()
    assert f"JOBS := {' '.join(run.JOBS)}\n" in text
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "make tutorial" in done.stderr


# Python


@pytest.mark.parametrize(
    ("version", "problem"),
    [((3, 6), "Python 3.6 is too old"), ((3, 9), "Python 3.9 is too old"), ((3, 10), None),
     ((3, 14), None), ((3, 15), "Python 3.15 is newer than the kit's packages know")],
)  # fmt: skip
def test_pythons_3_10_to_3_14_are_taken(version, problem):
    assert run.python_problem(version) == problem


def test_the_door_parses_on_python_3_6():
    ast.parse((ROOT / "tools" / "failed.py").read_text(), feature_version=(3, 6))
    source = (ROOT / "tools" / "run.py").read_text()
    tree = ast.parse(source, feature_version=(3, 6))
    imported = {n.names[0].name for n in tree.body if isinstance(n, ast.Import)}
    assert imported == {"os", "sys"}


def test_an_old_python_says_so_and_how_to_get_another(tmp_path):
    code = (
        "import runpy, sys; sys.version_info = (3, 8, 1); sys.argv = ['run.py', 'setup'];"
        f"runpy.run_path({str(ROOT / 'tools' / 'run.py')!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert (
        "Python 3.8 is too old. The kit runs on Python 3.10 to 3.14.\nfix: install" in done.stderr
    )


def test_what_ends_check_room_before_it_begins_is_its_one_line_too(tmp_path, capsys, monkeypatch):
    def no(env):
        raise machine.Problem("this processor lacks AVX2.\nfix: another\n  machine")

    monkeypatch.setattr(jobs, "set_up", no)
    assert jobs.run("check-room", [], True, []) == 1
    said = capsys.readouterr()
    assert said.out.startswith("NOT READY  ") and said.err == ""
    assert said.out.endswith("): this processor lacks AVX2. Fix: another machine\n")
    assert jobs.run("check-room", [], True, ["--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told.keys() == {"ready", *asdict(Room())} and not told["ready"]
    assert told["missing"] == ["this processor lacks AVX2. Fix: another machine"]
    assert jobs.run("tutorial", [], True, []) == 1
    assert capsys.readouterr().err.startswith("error: this processor lacks AVX2.\nfix: another")


def test_an_old_python_goes_on_with_a_good_one_on_path(tmp_path):
    good = tmp_path / "python3.12"
    good.write_text('#!/bin/sh\ntest "$1" = -c || echo "$@"\n')
    good.chmod(0o755)
    code = (
        "import runpy, sys; sys.version_info = (3, 8, 1); sys.argv = ['run.py', 'test', '-x'];"
        f"runpy.run_path({str(ROOT / 'tools' / 'run.py')!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Python 3.8 is too old; going on with python3.12" in done.stderr
    assert done.stdout.split() == [str(ROOT / "tools" / "run.py"), "test", "-x"]


# Machine


def test_this_machine_is_fine():
    machine.check(ROOT, installed=False)


@pytest.mark.parametrize(
    ("kind", "cpuinfo", "missing"),
    [
        ("x86_64", GOOD_CPU, None),
        ("x86_64", GOOD_CPU.replace(" avx2", ""), "AVX2"),
        ("x86_64", "flags : sse sse2\n", "AVX2, FMA, F16C, BMI2"),
        ("x86_64", "", None),
        ("aarch64", "Features : fp asimd\n", None),
        ("AMD64", GOOD_CPU, None),
    ],
)
def test_a_processor_that_the_model_would_die_on_is_told(kind, cpuinfo, missing):
    problem = machine.processor_problem(kind, cpuinfo)
    assert (problem is None) == (missing is None)
    if missing:
        assert f"has no {missing}, which" in problem
        assert "SIGILL" in problem
        assert "fix:" in problem


@pytest.mark.parametrize(
    ("release", "fix"),
    [
        ("ID=debian\n", "sudo apt-get install libgomp1"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', "sudo apt-get install libgomp1"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "sudo dnf install libgomp"),
        ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "sudo zypper install libgomp1"),
        ("", "libgomp1 (Debian, Ubuntu) or libgomp (Fedora, RHEL)"),
    ],
)
def test_a_missing_libgomp_names_the_package_of_the_system(release, fix):
    assert machine.gomp_problem(True, release) is None
    assert fix in machine.gomp_problem(False, release)


def test_too_little_space_is_told_with_both_numbers():
    assert machine.space_problem(machine.SPACE, "x") is None
    assert "x needs 1.9 GB and its disk has 0.5 GB free" in machine.space_problem(5 * 10**8, "x")


# Environment


def test_the_environment_is_the_named_one_or_the_kits_conda_one_or_venv(tmp_path):
    def chosen(**environ: str) -> Environment:
        return environment.choose(environ, "course")

    conda = {"CONDA_PREFIX": "/opt/conda/envs/course", "CONDA_DEFAULT_ENV": "course"}
    assert chosen() == Environment(ROOT / ".venv")
    assert chosen(**conda) == Environment(Path("/opt/conda/envs/course"), conda=True)
    assert chosen(KIT_VENV=str(tmp_path), **conda) == Environment(tmp_path)


@pytest.mark.parametrize("other", ["base", "research"])
def test_a_conda_environment_of_another_name_is_left_alone(other):
    chosen = environment.choose({"CONDA_PREFIX": "/x", "CONDA_DEFAULT_ENV": other}, "course")
    assert chosen == Environment(ROOT / ".venv")


def test_condas_name_is_read_from_environment_yml():
    assert environment.conda_name() == "llm-gateway-course"


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    """An environment that only has this Python, and a stamp of today."""
    env = Environment(tmp_path / "venv")
    env.scripts.mkdir(parents=True)
    env.python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    env.python.chmod(0o755)
    version = ".".join(map(str, sys.version_info[:2]))
    env.stamp.write_text(json.dumps(environment._wanted(version)))
    return env


def test_a_stamp_of_the_same_packages_python_and_checkout_means_ready(env):
    assert environment.is_ready(env)


@pytest.mark.parametrize("change", ["packages", "python", "checkout"])
def test_anything_else_in_the_stamp_means_install_again(env, change):
    stamp = json.loads(env.stamp.read_text())
    env.stamp.write_text(json.dumps({**stamp, change: "other"}))
    assert not environment.is_ready(env)


def test_its_kernels_say_what_to_run_when_a_page_lost_its_names(env):
    environment.teach_kernels(env)
    config = env.folder / "etc" / "ipython" / "ipython_kernel_config.py"
    assert 'extensions.append("lab.restarted")' in config.read_text(encoding="utf-8")


def test_an_interrupted_installation_is_not_ready(env, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(packages, "install", interrupted)
    with pytest.raises(KeyboardInterrupt):
        environment.make_ready(env)
    assert not environment.is_ready(env)


def test_an_environment_whose_python_is_gone_is_not_ready(env):
    env.python.unlink()
    assert not environment.is_ready(env)


def test_a_folder_of_something_else_is_never_removed(tmp_path):
    (tmp_path / "thesis.txt").write_text("")
    with pytest.raises(machine.Problem, match="is not a Python environment"):
        environment.make_ready(Environment(tmp_path))
    assert (tmp_path / "thesis.txt").exists()


# Folders that cannot be used


def refuse(code: int) -> Callable[..., None]:
    """A call that the disk refuses."""

    def call(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return call


def test_an_environment_where_nothing_can_be_written_names_the_setting(tmp_path):
    (tmp_path / "file").write_text("")
    env = Environment(tmp_path / "file" / "venv")
    with pytest.raises(machine.Problem, match=r"cannot be made: .*\nfix: set KIT_VENV"):
        jobs.set_up(env)


@pytest.mark.skipif(os.name == "nt", reason="Linux and macOS only: flock")
def test_a_disk_without_locks_is_told_and_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr("fcntl.flock", refuse(errno.ENOLCK))
    begun = time.monotonic()
    with pytest.raises(machine.Problem, match=r"No locks available.\nfix: set KIT_VENV"):
        jobs.set_up(Environment(tmp_path / "venv"))
    assert time.monotonic() - begun < 1


@pytest.mark.skipif(os.name == "nt", reason="Linux and macOS only: flock")
def test_a_lock_that_another_has_is_waited_for(tmp_path, monkeypatch):
    answers = iter([errno.EAGAIN, errno.EAGAIN])
    monkeypatch.setattr("fcntl.flock", lambda *_: [refuse(code)() for code in answers][:0])
    monkeypatch.setattr(time, "sleep", lambda _: None)
    with jobs._one_at_a_time(Environment(tmp_path / "venv")):
        pass
    assert next(answers, None) is None


def test_an_environment_that_is_ready_is_used_and_not_written_to(env, monkeypatch):
    monkeypatch.setattr(jobs, "_one_at_a_time", lambda _: pytest.fail("wrote a lock"))
    jobs.set_up(env)


def test_an_environment_that_became_read_only_names_the_setting(env):
    env.stamp.unlink()
    env.stamp.mkdir()
    with pytest.raises(machine.Problem, match="fix: set KIT_VENV"):
        environment.make_ready(env)


def test_a_read_only_checkout_is_told_when_the_kit_cannot_be_installed(tmp_path, monkeypatch):
    failed = subprocess.CompletedProcess([], 1, "error: could not create 'x.egg-info'")
    monkeypatch.setattr(packages, "pips_environment", lambda _: {})
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(machine.Problem, match="is read-only; copy it to a folder of yours"):
        packages.install_kit(Path(sys.executable), tmp_path)


def test_what_clean_cannot_remove_is_told(tmp_path, env, monkeypatch):
    (tmp_path / "build").mkdir()
    monkeypatch.setattr(clean, "ROOT", tmp_path)
    monkeypatch.setattr("shutil.rmtree", refuse(errno.EROFS))
    with pytest.raises(machine.Problem, match=r"build cannot be removed: .*\nfix: close"):
        clean.main(env, [])


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has pip and nothing else."""
    folder = tmp_path_factory.mktemp("bare") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return Environment(folder).python


def test_without_network_the_package_and_the_fix_are_named_fast(bare, tmp_path, monkeypatch):
    lock = tmp_path / "lock"
    lock.write_text(f"semver==3.1.2 --hash=sha256:{'0' * 64}\n")
    for name, value in {"INDEX_URL": "https://nowhere.invalid/simple", "FIND_LINKS": "",
                        "CONFIG_FILE": os.devnull}.items():  # fmt: skip
        monkeypatch.setenv(f"PIP_{name}", value)
    begun = time.monotonic()
    with pytest.raises(machine.Problem, match=r"semver could not be fetched.*index") as caught:
        packages.install(bare, lock)
    assert "fix: connect to the internet" in str(caught.value)
    assert time.monotonic() - begun < 15


def test_a_package_that_is_not_as_locked_is_refused(bare, tmp_path, monkeypatch):
    (tmp_path / "dummy-1.0-py3-none-any.whl").write_bytes(b"not the locked file")
    lock = tmp_path / "lock"
    lock.write_text(f"dummy==1.0 --hash=sha256:{'0' * 64}\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(machine.Problem, match=r"dummy==1\.0 is not the file that"):
        packages.install(bare, lock)


# Passing on


def test_the_jobs_exit_code_is_the_doors(env):
    done = subprocess.run(
        [sys.executable, "-c", passing(env, "import sys; sys.exit(7)")], check=False
    )
    assert done.returncode == 7


@pytest.mark.skipif(os.name == "nt", reason="Linux and macOS only: signals")
def test_an_interrupt_reaches_the_job(env):
    job = "import time\ntry:\n print('up', flush=True); time.sleep(60)\nexcept KeyboardInterrupt:\n print('clean end')"
    command = [sys.executable, "-c", passing(env, job)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20)[0] == "clean end\n"
    assert process.returncode == 0


def passing(env: Environment, job: str) -> str:
    return (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom pathlib import Path\n"
        f"from tools import jobs\nfrom tools.environment import Environment\n"
        f"sys.exit(jobs._do(Environment(Path({str(env.folder)!r})), [['-c', {job!r}]]))"
    )


def test_several_commands_all_run_and_one_failure_is_kept(env, capfd):
    code = jobs._do(env, [["-c", f"print({n}); raise SystemExit({n})"] for n in (0, 3, 0)])
    assert code == 3
    assert capfd.readouterr().out.split() == ["0", "3", "0"]


def test_lab_listens_on_loopback_and_opens_the_first_page_unless_one_is_named():
    first = "work/00_start.ipynb"

    def arguments(*given):
        return jobs.lab_arguments([*given], first)

    assert "--ServerApp.ip=127.0.0.1" in arguments()
    assert f"--ServerApp.root_dir={ROOT}" in arguments()  # images/ is beside the pages
    assert not any("root_dir" in a for a in arguments("--ServerApp.root_dir=/mine"))
    # The URL that is printed without a browser leads to the first page, too.
    assert f"--LabApp.default_url=/lab/tree/{first}" in arguments("--no-browser")
    for given in ("notebooks/06.ipynb", "--LabApp.default_url=/tree", "--ServerApp.root_dir=/mine"):
        assert not any("default_url" in a for a in arguments(given))


def test_jupyterlab_does_not_ask_about_news():
    (given,) = (a for a in jobs.lab_arguments([], "x") if "app_settings_dir" in a)
    overrides = json.loads((Path(given.split("=")[1]) / "overrides.json").read_text("utf-8"))
    assert overrides["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


def test_the_course_begins_in_the_learners_copies(tmp_path, monkeypatch, capsys):
    (tmp_path / "notebooks").mkdir()
    page = tmp_path / "notebooks" / "00_start.ipynb"
    page.write_text("{}")
    monkeypatch.setattr(jobs, "ROOT", tmp_path)
    assert jobs.first_page() == "work/00_start.ipynb"
    assert capsys.readouterr().out == ""
    (tmp_path / "work" / "00_start.ipynb").write_text("mine")
    page.write_text("newer")
    assert jobs.first_page() == "work/00_start.ipynb"
    assert 'reset("00_start") takes it, and keeps yours' in capsys.readouterr().out


def test_where_nothing_can_be_written_the_course_begins_in_its_own_pages(tmp_path, monkeypatch):
    (tmp_path / "work").write_text("a file where the folder would be")
    monkeypatch.setattr(jobs, "ROOT", tmp_path)
    assert jobs.first_page() == "notebooks/00_start.ipynb"


# Cleaning


def state(account: str) -> str:
    role = {"type": "aws:iam/role:Role", "outputs": {"arn": f"arn:aws:iam::{account}:role/r"}}
    return json.dumps({"version": 3, "checkpoint": {"latest": {"resources": [role]}}})


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (state("123456789012"), 1),
        (state(clean.SANDBOX_ACCOUNT), 0),
        ('{"checkpoint": {"latest": {}}}', 0),
        ('{"checkpoint": {}}', 0),
        ("damaged", 1),
    ],
)
def test_resources_of_a_real_account_are_seen_in_a_state(text, count):
    assert clean.aws_resources(text) == count


def test_clean_all_never_removes_the_record_of_aws_resources(tmp_path, env, monkeypatch, capsys):
    stack = tmp_path / ".kit" / "backend" / ".pulumi" / "stacks" / "gateway" / "course.json"
    stack.parent.mkdir(parents=True)
    stack.write_text(state("123456789012"))
    monkeypatch.setattr(clean, "ROOT", tmp_path)
    monkeypatch.delenv("KIT_HOME", raising=False)
    assert clean.main(env, ["--all"]) == 1
    assert "only record of 1 resources in an AWS account" in capsys.readouterr().err
    assert stack.exists()
    assert env.folder.exists()


@pytest.mark.parametrize("data", [gzip.compress(state("123456789012").encode()), b"damaged"])
def test_clean_all_sees_a_state_that_pulumi_packed(tmp_path, env, monkeypatch, data):
    stack = tmp_path / ".kit" / "backend" / ".pulumi" / "stacks" / "gateway" / "course.json.gz"
    stack.parent.mkdir(parents=True)
    stack.write_bytes(data)
    monkeypatch.setattr(clean, "ROOT", tmp_path)
    monkeypatch.delenv("KIT_HOME", raising=False)
    assert clean.main(env, ["--all"]) == 1
    assert stack.exists()


def test_clean_keeps_what_was_deployed_and_clean_all_does_not(tmp_path, env, monkeypatch):
    for name in ("build/x", ".kit/backend/x", ".pytest_cache/x"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("")
    monkeypatch.setattr(clean, "ROOT", tmp_path)
    monkeypatch.delenv("KIT_HOME", raising=False)
    assert clean.main(env, []) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == [".kit", "venv"]
    assert clean.main(env, ["--all"]) == 0
    assert not list(tmp_path.iterdir())


def test_clean_all_forgets_the_settings_of_the_kits_stacks_and_of_no_other(
    tmp_path, env, monkeypatch
):
    (tmp_path / ".kit/backend/.pulumi/stacks/gateway").mkdir(parents=True)
    (tmp_path / ".kit/backend/.pulumi/stacks/gateway/course.json").write_text("{}")
    (tmp_path / "gateway").mkdir()
    for name in ("Pulumi.course.yaml", "Pulumi.mine.yaml"):
        (tmp_path / "gateway" / name).write_text("")
    monkeypatch.setattr(clean, "ROOT", tmp_path)
    monkeypatch.delenv("KIT_HOME", raising=False)
    assert clean.main(env, ["--all"]) == 0
    assert [p.name for p in (tmp_path / "gateway").iterdir()] == ["Pulumi.mine.yaml"]


def test_clean_with_an_unknown_argument_does_nothing(env):
    assert clean.main(env, ["--everything"]) == 2
