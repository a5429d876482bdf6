"""The one door to the kit: python3 tools/run.py tutorial

Any Python of the system runs it; it sets up the kit's own and goes on there. This file must parse
and run on Python 3.6, so that it can say that a Python is too old. The rest of tools/ need not.
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST, NEWEST = (3, 10), (3, 14)
NAMES = ("python3.12", "python3.13", "python3.14", "python3.11", "python3.10")  # best first

# Workers share the tests by file; how many there are is said in tests/conftest.py. One that dies is
# not replaced: its test would be run again, and die again.
SIDE_BY_SIDE = ["-n", "auto", "--dist", "loadscope", "--max-worker-restart", "0"]
SLOWEST = ["--durations", "10", "--durations-min", "1"]

# job: (what it does, the commands for the kit's Python, does it need the Pulumi CLI)
JOBS = {
    "setup": ("set everything up, nothing else", [], True),
    "tutorial": ("run all chapters without a browser", [["-m", "tools.tutorial"]], True),
    "lab": ("open your copy of the first notebook in JupyterLab", [["-m", "jupyterlab"]], True),
    "test": ("run all tests", [["-m", "pytest", *SIDE_BY_SIDE, *SLOWEST]], True),
    "check": ("lint and the pure tests, in a minute and a half", [["-m", "tools.check"]], False),
    "bench": ("measure", [["-m", "benchmarks"]], True),
    "bundle": ("pack all that set-up fetches, for a room", [["-m", "tools.workshop.bundle"]], True),
    "check-room": (
        "one line: is this machine ready for a workshop",
        [["-m", "tools.workshop.room"]],
        True,
    ),
    "progress": (
        "what you have done, as a file to hand in",
        [["-m", "tools.workshop.handin"]],
        False,
    ),
    "board": ("one page of what a room has handed in", [["-m", "tools.workshop.board"]], False),
    "teach": (
        "the trainer's guide, slides (HTML, PDF) and solutions",
        [["-m", "tools.teaching", "build"]],
        False,
    ),
    "site": (
        "a site to read, from the pages that tutorial ran",
        [["-m", "tools.front.site"]],
        False,
    ),
    "lessons": ("build notebooks/ from lessons/", [["-m", "tools.lessons"]], False),
    "images": ("draw images/ from the program", [["-m", "tools.pictures"]], False),
    "lint": (
        "check style, types and notebooks",
        [
            ["-m", "ruff", "check", "."],
            ["-m", "ruff", "format", "--check", "."],
            ["-m", "mypy"],
            ["-m", "tools.lint"],
        ],
        False,
    ),
    "reset": ("a page or the course anew; yours is kept", [["-m", "tools.reset"]], False),
    "clean": ("stop the sandbox, remove what was built", [], False),
}


def python_problem(version):
    """What is wrong with a Python of this version, as (3, 9); None when it is fine."""
    if version < OLDEST:
        return f"Python {version[0]}.{version[1]} is too old"
    if version > NEWEST:
        return f"Python {version[0]}.{version[1]} is newer than the kit's packages know"
    return None


def another_python():
    """A Python on PATH that the kit can use, as a list to start it with; None if there is none."""
    import shutil
    import subprocess

    starts = [[name] for name in NAMES]
    if os.name == "nt":
        starts = [["py", "-" + name[len("python") :]] for name in NAMES] + starts
    for start in starts:
        if not shutil.which(start[0]):
            continue
        with open(os.devnull, "w") as nowhere:
            code = subprocess.call(start + ["-c", "import venv"], stdout=nowhere, stderr=nowhere)
        if code == 0:  # a name on PATH may be a stub for a Python that is not installed
            return start
    return None


def usage():
    """The jobs, one a line."""
    lines = [f"  make {job:10}  {JOBS[job][0]}" for job in JOBS]
    return "\n".join(
        ["usage: python3 tools/run.py JOB [arguments of the job]", ""]
        + lines
        + ["", "without make: python3 tools/run.py JOB (on Windows: py tools\\run.py JOB)"]
    )


def main(arguments):
    """Check the Python, then let tools.jobs do the work; returns the exit code."""
    job = arguments[0] if arguments else ""
    if job not in JOBS:
        sys.stderr.write(usage() + "\n")
        return 0 if job in ("", "help", "-h", "--help") else 2
    # This folder was put first: its modules must not stand in for those of the same name.
    sys.path[0] = ROOT
    problem = python_problem(sys.version_info[:2])
    if problem:
        other = another_python()
        if not other:
            from tools.failed import failed

            failed(
                job,
                f"{sys.executable}: {problem}. The kit runs on Python 3.10 to 3.14.\n"
                "fix: install one (python.org, your system's packages, or conda with "
                "environment.yml) and run this again",
                arguments,
            )
            return 1
        sys.stderr.write(f"{problem}; going on with {' '.join(other)}\n")
        sys.stderr.flush()
        import subprocess

        return subprocess.call(other + [os.path.abspath(__file__)] + arguments)
    from tools import jobs

    return jobs.run(job, JOBS[job][1], JOBS[job][2], arguments[1:])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. Run it again to go on.\n")
        sys.exit(130)
