"""Check the notebooks: one rule is one function, its docstring names the harm it prevents.

    python -m tools.lint                     all notebooks of the course
    python -m tools.lint notebooks/01_*      these

Each finding is a line, `path:cell N: what is wrong [rule]`; cells count from 1.
Exit codes: 0 nothing found, 1 something found, 2 misused.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat

from lab.course import CHAPTERS
from tools.lessons import ROOT, cut, defined, program_text, stand_in_text
from tools.pages.code_rules import helped, imports, known_names, promised
from tools.pages.minutes import promised as promised_minutes
from tools.pages.page import IMAGE, LINK, Finding, Page, without_fences, words

CHAPTER_OUTLINE = (
    "You will", "Start", "The idea", "Predict", "The code", "Plan", "Apply", "Look", "Ask",
    "Change it", "Break it", "Your turn", "On AWS", "Recap",
)  # fmt: skip
OUTLINES = {
    "00_start": ("You will", "Start", "The idea", "Apply", "Ask", "Look", "On AWS", "Recap"),
    "26_take_it_home": (
        *("You will", "Start", "The idea", "Predict", "The code", "Plan", "Look", "Break it"),
        *("Your turn", "On AWS", "Recap"),
    ),
    "99_clean_up": (
        "You will",
        "Start",
        "The idea",
        "Predict",
        "Plan",
        "Break it",
        "Apply",
        "Look",
        "Your turn",
        "On AWS",
        "Recap",
    ),
}

LINES, STEP_LINES = 17, 35  # of one cell; of a cell cut from the program
HABIT, EXCEPTIONS = 13, 2  # lines of a usual cell; how many cells of a page may be longer
COLUMNS = 76
CELLS = 26
CODE = 110  # lines of a page, the cells cut from the program among them
WORDS = {"00_start": (300, 900), "99_clean_up": (300, 900)}
CHAPTER_WORDS = (600, 1100)
ALT = 150

BELITTLING = re.compile(
    r"\b(simply|just|obviously|of course|easy|easily|trivial(?:ly)?)\b", re.IGNORECASE
)
SECRETS = (
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), "an AWS access key"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"), "a private key"),
    (re.compile(r"\b(?:ghp|gho|pul)[-_][A-Za-z0-9]{20,}\b"), "an access token"),
    (re.compile(r"\bsk-[A-Za-z0-9_-]{20,}\b"), "an API key"),
    (re.compile(r"aws_secret_access_key\s*=\s*['\"][^'\"]{8,}", re.IGNORECASE), "a secret key"),
)

Rule = Callable[[Page], Iterator[Finding]]


def one_title(page: Page) -> Iterator[Finding]:
    """Two titles and a screen reader's outline, or the table of contents, has two pages in one."""
    titles = [(number, text) for number, level, text in page.headings() if level == 1]
    if not titles:
        yield 1, "the page has no title: begin with one `# ` heading"
    for number, text in titles[:1]:
        if number != 1:
            yield number, f"the title '{text}' is not in the first cell"
    for number, text in titles[1:]:
        yield number, f"'{text}' is a second title: use ## below the first"


def heading_order(page: Page) -> Iterator[Finding]:
    """A skipped level loses those who move by headings."""
    last = 0
    for number, level, text in page.headings():
        if last and level > last + 1:
            yield number, f"'{text}' jumps from level {last} to {level}"
        last = level


def outline(page: Page) -> Iterator[Finding]:
    """A chapter without its break or its recap teaches half; one in another order confuses."""
    wanted = OUTLINES.get(page.name, CHAPTER_OUTLINE)
    found = [(number, text.split(":")[0]) for number, level, text in page.headings() if level == 2]
    at = 0
    for number, text in found:
        if text not in wanted:
            yield number, f"the outline has no part '{text}': use ### inside a part"
        elif text in wanted[at:]:
            skipped = wanted[at : wanted.index(text)]
            for name in skipped:
                yield number, f"the part '{name}' is missing before '{text}'"
            at = wanted.index(text) + 1
        else:
            yield number, f"the part '{text}' comes too late or twice"
    for name in wanted[at:]:
        yield len(page.cells), f"the part '{name}' is missing at the end"


def explained(page: Page) -> Iterator[Finding]:
    """Code without a sentence before it leaves the reader guessing what to look at."""
    for number, cell in enumerate(page.cells, start=1):
        if cell.cell_type == "code" and (
            number == 1 or page.cells[number - 2].cell_type != "markdown"
        ):
            yield number, "no prose before this code: say what will appear"


def cell_length(page: Page) -> Iterator[Finding]:
    """A cell that does not fit the screen is run unread."""
    long = []
    for number, source in page.of("code"):
        count = len(source.splitlines())
        limit = STEP_LINES if page.is_cut(source) else LINES
        if count > limit:
            yield number, f"{count} lines of code, at most {limit}"
        elif count > HABIT and not page.is_cut(source):
            long.append((number, count))
    for number, count in long[EXCEPTIONS:]:
        yield number, f"{count} lines: the page has {EXCEPTIONS} cells over {HABIT} lines already"


def line_length(page: Page) -> Iterator[Finding]:
    """A line that scrolls sideways hides its end."""
    for number, source in page.of("code"):
        for at, line in enumerate(source.splitlines(), start=1):
            if len(line) > COLUMNS:
                yield number, f"line {at} has {len(line)} columns, at most {COLUMNS}"


def alt_text(page: Page) -> Iterator[Finding]:
    """A picture without words is nothing to those who cannot see it."""
    for number, source in page.of("markdown"):
        for alt, target in IMAGE.findall(without_fences(source)):
            if not alt.strip():
                yield number, f"{target} has no alternative text"
            elif len(alt) > ALT:
                yield (
                    number,
                    f"the alternative text of {target} has {len(alt)} letters, at most {ALT}",
                )
            elif re.match(r"(an? )?(image|picture|diagram) of", alt, re.IGNORECASE):
                yield number, f"the alternative text of {target} says what it is, not what it shows"
        if "<img" in source:
            yield number, "an <img> tag: use ![what it shows](../images/name.svg)"


def targets(page: Page) -> Iterator[Finding]:
    """A dead link, or one called 'here', leads nowhere."""
    for number, source in page.of("markdown"):
        prose = without_fences(source)
        for text, target in [*IMAGE.findall(prose), *LINK.findall(prose)]:
            if "://" not in target and not target.startswith("#"):
                file = page.path.parent / target.split("#")[0]
                if not file.exists():
                    yield number, f"{target} does not exist"
            if text.strip().lower() in ("here", "this", "link"):
                yield number, f"a link called '{text}' does not say where it leads"


def clean(page: Page) -> Iterator[Finding]:
    """Outputs in the file leak what was deployed, and every run is a diff."""
    for number, cell in enumerate(page.cells, start=1):
        if cell.get("outputs"):
            yield number, "outputs are stored: build the notebook again"
        if cell.get("execution_count") is not None:
            yield number, "an execution count is stored: build the notebook again"
    if "widgets" in page.metadata:
        yield 1, "widget state is stored: build the notebook again"


def budget(page: Page) -> Iterator[Finding]:
    """A page that is too long is left half way; one that is too short explains nothing."""
    low, high = WORDS.get(page.name, CHAPTER_WORDS)
    count = sum(words(source) for _, source in page.of("markdown"))
    if not low <= count <= high:
        yield 1, f"the page has {count} words, it should have {low} to {high}"
    lines = sum(len(text.splitlines()) for _, text in page.of("code"))
    if lines > CODE:
        yield 1, f"the page has {lines} lines of code, at most {CODE}"
    if len(page.cells) > CELLS:
        yield 1, f"the page has {len(page.cells)} cells, at most {CELLS}"


def minutes(page: Page) -> Iterator[Finding]:
    """A page that takes twice what it promised is left half way, and the next one not begun."""
    told = next((chapter.minutes for chapter in CHAPTERS if chapter.name == page.name), None)
    if told not in (None, fair := promised_minutes(page)):
        yield 1, f"it takes {fair} minutes, by its words and lines; lab/course.py promises {told}"


def plain_words(page: Page) -> Iterator[Finding]:
    """'Just' and 'obviously' tell those who are stuck that they are slow."""
    for number, source in page.of("markdown"):
        for match in BELITTLING.finditer(without_fences(source)):
            yield number, f"'{match[0]}': leave it out"


def secrets(page: Page) -> Iterator[Finding]:
    """A key in a committed file is a key that must be revoked."""
    for number, cell in enumerate(page.cells, start=1):
        for pattern, what in SECRETS:
            if pattern.search(cell.source):
                yield number, f"this looks like {what}: take it from the environment"


def kernel(page: Page) -> Iterator[Finding]:
    """A kernel that only its author has makes every learner choose one by hand."""
    spec = page.metadata.get("kernelspec")
    name = spec.get("name") if isinstance(spec, dict) else None
    if name != "python3":
        yield 1, f"the kernel is {name!r}, it should be 'python3'"


RULES: tuple[Rule, ...] = (
    one_title, heading_order, outline, explained, cell_length, line_length, alt_text, targets,
    clean, imports, known_names, budget, minutes, plain_words, promised, helped,
    secrets, kernel,
)  # fmt: skip


def steps_of(program: str) -> frozenset[str]:
    """Every top-level definition of the program, as the build would cut it into a cell."""
    return frozenset(cut(program, name) for name in defined(program))


def lint(
    path: Path, steps: frozenset[str] = frozenset(), rules: tuple[Rule, ...] = RULES
) -> list[str]:
    """All findings in a notebook, in the order of its cells."""
    notebook = nbformat.read(path, as_version=4)
    page = Page(path, notebook.cells, dict(notebook.metadata), steps)
    found = [(cell, said, rule.__name__) for rule in rules for cell, said in rule(page)]
    shown = f"{path.parent.name}/{path.name}"
    return [f"{shown}:cell {cell}: {said} [{name}]" for cell, said, name in sorted(found)]


def main(arguments: list[str] | None = None) -> int:
    """Lint the notebooks; what the command line calls."""
    parser = argparse.ArgumentParser(prog="python -m tools.lint", description="Check notebooks.")
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks; all of them when left out")
    paths = parser.parse_args(arguments).paths
    paths = paths or [ROOT / "notebooks" / f"{chapter.name}.ipynb" for chapter in CHAPTERS]
    missing = [path for path in paths if not path.is_file()]
    for path in missing:
        print(f"{path}: there is no such notebook", file=sys.stderr)
    if missing:
        return 2
    steps = steps_of(program_text()) | steps_of(stand_in_text())
    found = [line for path in paths for line in lint(path, steps)]
    print("\n".join(found) or f"{len(paths)} notebooks keep {len(RULES)} rules")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
