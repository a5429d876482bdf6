"""The trainer's papers as text: guide, slides, hand-out, solutions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lab import course
from lab.exercise.exercises import exercises
from tools.teaching import aws, timetable
from tools.teaching.notes import Note

ROOT = Path(__file__).resolve().parents[2]
WIDE, TALL = 1120, 510  # pixels that a slide has for a picture, below a line of text
LEARNERS = (12, 30)  # for which the guide has figures
TOP = (
    "<!-- Made by `python -m tools.teaching`: edit teach/notes/ and the lessons, not this page. -->"
)


def guide(notes: list[Note]) -> str:
    """teach/guide.md."""
    return (
        "\n".join([TOP, "# Trainer's guide", "", *_before(), *_tables(), *_pages(notes), *_aws()])
        + "\n"
    )


def _before() -> Iterator[str]:
    yield "What this page does not have: how to prepare a room is in [README.md](README.md), one server"
    yield "for all in [hub/README.md](hub/README.md), the sheet for learners in [handout.md](handout.md)."
    yield "Slides and solutions are built: `make teach`."
    yield ""


def _tables() -> Iterator[str]:
    took, where = timetable.measured(), timetable.machine()
    yield "## How long"
    yield ""
    yield "A page's minutes are what its reading, cells and exercises take a learner; 5 more are for one"
    yield "question to the room. What the machine needs of them was measured in a run of all pages"
    yield f"({where or 'not measured yet'}). What a day has no room for is shown by you, in {timetable.SHOWN} minutes,"
    yield "and done by learners at home."
    yield ""
    yield "| Page | Minutes | Exercises | The machine, seconds |"
    yield "|---|---|---|---|"
    for chapter in course.CHAPTERS:
        mine = sum(one.chapter == chapter.number for one in exercises().values())
        seconds = f"{took[chapter.slug]:.0f}" if chapter.slug in took else ""
        yield f"| {_named(chapter)} | {chapter.minutes} | {mine or ''} | {seconds} |"
    total = sum(chapter.minutes for chapter in course.CHAPTERS)
    yield f"| all | {total} | {len(exercises())} | {sum(took.values()):.0f} |"
    for name, (minutes, goal) in timetable.PATHS.items():
        yield ""
        yield f"### {name[0].upper()}{name[1:]}: {timetable.clock(minutes)} hours without lunch"
        yield ""
        yield "| From | Minutes | What |"
        yield "|---|---|---|"
        for row in timetable.table(minutes, goal):
            yield f"| {timetable.clock(row.begins)} | {row.minutes} | {row.what} |"
    yield ""


def _pages(notes: list[Note]) -> Iterator[str]:
    yield "## Page by page"
    yield ""
    yield "Three questions a page: ask one, wait ten seconds, take two answers before you give yours."
    last: course.Chapter | None = None
    for note in notes:
        if note.chapter != last:
            yield ""
            yield f"### {_named(note.chapter)} ({note.chapter.minutes} minutes)"
        last = note.chapter
        yield ""
        for number, (question, answer) in enumerate(note.questions, 1):
            yield f"{number}. **{question}** {answer}"
        for part in list(note.parts)[1:]:
            yield ""
            yield f"**{part}.** " + note.parts[part].replace("\n- ", " ").removeprefix("- ")
    yield ""


def _aws() -> Iterator[str]:
    yield "## A room on AWS"
    yield ""
    yield f"One account for each learner is best. In one account for all ({aws.LOOKED_UP}; quotas of"
    yield "Region us-east-1, look them up for yours):"
    for learners in LEARNERS:
        yield ""
        yield from for_learners(learners)
    yield ""
    yield "Names and tags: each learner sets `KIT_LEARNER=ada` before JupyterLab starts, as the sheet says: the"
    yield "stack has that name, and everything in it the tag `learner: ada`. `python -m tools.teaching room list`"
    yield "shows what has such a tag, of whom, in this account and Region; `room destroy ada --home FOLDER` destroys"
    yield "it from that learner's own `.kit`, and lists what is left. Physical names end in letters of chance, so"
    yield "that nobody meets anybody. The logging role is one for an account and Region: who is first sets it."
    yield ""
    yield "## When all else fails"
    yield ""
    yield "`make tutorial` writes each executed page to `build/` as one HTML file with its pictures: a recorded"
    yield "run to show without network, sandbox or kernel. Do it the evening before, on your own machine."


def for_learners(learners: int) -> Iterator[str]:
    """What so many learners cost and want of one account, for any number."""
    calls, instances = aws.dollars_a_day(learners)
    yield f"**{learners} learners**: about {calls:.2f} US dollars a day for calls; with instances that"
    yield f"run all {aws.HOURS} hours about {instances:.0f}. When all do it at once, the last one waits for"
    waits = aws.waits(learners)
    yield ", ".join(f"{what} {minutes:.1f} minutes" for what, minutes in waits.items()) + "."
    yield ""
    yield "| Quota | They need | Usual | |"
    yield "|---|---|---|---|"
    for quota, needed, fits in aws.wanted(learners):
        fit = "" if fits else "**ask AWS for more, days before**"
        yield f"| {quota.name}: {quota.why} | {needed} | {quota.usual} | {fit} |"


def slides(notes: list[Note]) -> str:
    """teach/slides.md, in the form of Marp."""
    head = f"---\nmarp: true\npaginate: true\ntheme: default\nsize: 16:9\n---\n\n{TOP}\n\n"
    first = "# A language model behind an API gateway\n\nOne cloud resource at a time\n\n"
    pages = [head + first + _picture("map.svg", TALL - 80)]
    for chapter in course.CHAPTERS:
        pages.append(_title(chapter))
        if (ROOT / "images" / f"{chapter.name}.svg").exists():
            pages.append(f"## {_named(chapter)}\n\n" + _picture(f"{chapter.name}.svg"))
        for note in [each for each in notes if each.chapter == chapter]:
            question, answer = note.questions[0]
            pages.append(f"A question\n\n# {question}\n\n<!-- {answer} -->")
    return "\n\n---\n\n".join(pages) + "\n"


def _title(chapter: course.Chapter) -> str:
    bullets = "\n".join(f"- {line}" for line in promises(chapter))
    way = f"way_{chapter.number:02d}.svg"
    shown = _picture(way, 190) if (ROOT / "images" / way).exists() else ""
    return f"# {_named(chapter)}\n\n{bullets}\n\n{shown}"


def _picture(name: str, highest: int = TALL) -> str:
    """A picture of images/, as seen from teach/; as large as a slide has room for it."""
    text = (ROOT / "images" / name).read_text(encoding="utf-8")
    width, height = re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text)[0]
    return f"![h:{min(highest, round(WIDE * float(height) / float(width)))}](../images/{name})"


def promises(chapter: course.Chapter) -> list[str]:
    """What a page says you will do, from its lesson."""
    text = (ROOT / "lessons" / f"{chapter.name}.py").read_text(encoding="utf-8")
    _, _, rest = text.partition("# ## You will\n")
    lines = [line.removeprefix("#").strip() for line in rest.split("\n# %%")[0].splitlines()]
    joined = re.sub(r"\n(?!- |\n|$)", " ", "\n".join(lines))
    return [line[2:].rstrip(";.") for line in joined.splitlines() if line.startswith("- ")]


def handout() -> str:
    """teach/handout.md: a sheet for each learner."""
    first = course.CHAPTERS[0]
    rows = [f"| {_named(chapter)} | {chapter.minutes} | |" for chapter in course.CHAPTERS]
    return "\n".join([
        TOP, "# Your sheet", "",
        "Name: ____________________  On AWS, before `make lab`: `export KIT_LEARNER=____________________`", "",
        f"1. `make lab` opens your copy of {first.name}; on a room's server, open the address on the board.",
        "2. `start(…)` is the first cell of every page. `progress()` says where you are.",
        "3. Stuck for five minutes? `hint(\"3.1\")`, then ask; `solution(\"3.1\")` is no shame.",
        "4. An error text: search `TROUBLESHOOTING.md` for it.",
        "5. Broken beyond repair? `make reset ARGS=3` takes page 03 anew, and keeps yours.",
        "6. At the end: `make progress`, and hand in the file that it names. On AWS: page 99, always.", "",
        "| Page | Minutes | Done |", "|---|---|---|", *rows, "",
    ])  # fmt: skip


def solutions() -> str:
    """All solutions, for the trainer alone; it is built, and in nobody's copy."""
    parts = [TOP, "# Solutions"]
    for number, one in exercises().items():
        parts += [f"## {number}", one.task, f"```python\n{one.solution}\n```", f"First step: {one.hint}",
                  f"Not checked: {one.unchecked}."]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _named(chapter: course.Chapter) -> str:
    return f"{chapter.number:02d} {chapter.title}"
