"""Did every test and every notebook run? python3 .ci/count.py tests.txt junit.xml

Standard library. Exit code 1 with the names when something that exists did not run.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The only reasons to skip: the machine is of another kind, or the measurements of the official
# provider, which are kept outside this repository, are not there. Chromium and the like are none.
ALLOWED_SKIP = re.compile(
    r"^((Windows|macOS|Linux and macOS|Linux as root) only\b|the whole measurements )"
)


def problems(exist: str, junit: str, notebooks: list[str], files: list[str]) -> list[str]:
    """What did not run, in words.

    Args:
        exist: the names of all tests, one a line, as pytest --exist=FILE writes them.
        junit: pytest's XML report.
        notebooks: names without ending; each must be part of the name of a test that passed.
        files: paths of the test files; each must have a test.
    """
    names = exist.splitlines()
    expected = len(names)
    cases = ET.fromstring(junit).findall(".//testcase")
    found = []
    if not expected or not notebooks:
        found.append(f"{expected} tests and {len(notebooks)} notebooks exist: nothing to check")
    if len(cases) < expected:
        found.append(f"{expected} tests exist and {len(cases)} ran")
    for case in cases:
        skipped = case.find("skipped")
        if skipped is not None and skipped.get("type") != "pytest.xfail":
            reason = skipped.get("message") or ""
            if not ALLOWED_SKIP.match(reason):
                found.append(f"{case.get('classname')}::{case.get('name')} skipped: {reason}")
    passed = [case.get("name", "") for case in cases if len(case.findall("*")) == 0
              or {child.tag for child in case} <= {"system-out", "system-err", "properties"}]  # fmt: skip
    found += [f"no test ran {n}.ipynb" for n in notebooks if not any(n in p for p in passed)]
    known = {name.partition("::")[0] for name in names}
    found += [f"{file} has no test" for file in files if file not in known]
    return found


def main(arguments: list[str]) -> int:
    """Compare and tell."""
    exist, junit = (Path(a).read_text(encoding="utf-8") for a in arguments)
    notebooks = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    files = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/**/test_*.py"))
    found = problems(exist, junit, notebooks, files)
    for line in found:
        print(f"error: {line}", file=sys.stderr)
    if not found:
        print(f"All tests ran, and all {len(notebooks)} notebooks.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
