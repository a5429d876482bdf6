"""gateway/ cut to a chapter: each file's text, by its path."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from lab.exporting import files, settings
from lab.exporting.chapter import TOGETHER, Chapter, Name
from lab.exporting.program import Program
from lab.session import standins

ROOTS: tuple[Name, ...] = (("program", "gateway"), ("layer/__main__", "main"))
SETTINGS: Name = ("settings", "Settings")
PACKAGES = ("", "layer/", "managed/", "instances/", "routing/")


def cut(chapter: Chapter) -> tuple[dict[str, str], set[str]]:
    """The program's files by their paths, and the settings that are gone.

    Raises:
        LabError: something in gateway/ is written in a way that cannot be cut.
    """
    texts = _put_together(chapter)
    needs = files.Needs(chapter.sources, texts)
    read = [needs.text(name) for name in needs.reach(*ROOTS) if name[0] != "settings"]
    gone = settings.unread(chapter.sources["settings"], chapter.sources["refusals"], read)
    changed = settings.cut_settings(chapter.sources["settings"], gone)
    texts |= {("settings", name): text for name, text in changed.items()}
    changed = settings.cut_refusals(chapter.sources["refusals"], gone)
    texts |= {("refusals", name): text for name, text in changed.items()}
    if chapter.number < 8:
        texts[("refusals", "CHOICES")] = texts[("refusals", "CHOICES")].replace(', "cognito")', ")")
    kept = files.Needs(chapter.sources, texts).reach(*ROOTS, SETTINGS)
    return _written(chapter, kept | _offers(chapter), texts), gone


def _put_together(chapter: Chapter) -> dict[Name, str]:
    """What is left of the functions that put steps together."""
    program = Program(chapter.together, chapter.later, chapter.gives)
    texts: dict[Name, str] = {}
    for file in ("program", *TOGETHER):
        for name in chapter.functions(file):
            if name != "export":
                texts[file, name] = program.left.get(name, "")
    if program.by_hand:
        source = inspect.getsource(standins.allow_everyone).rstrip()
        texts["program", "admission"] += f"\n\n\n{source}"
    return texts


def _offers(chapter: Chapter) -> set[Name]:
    """What no step calls and is there to be taken, such as `only_from`; with what it needs."""
    whole = files.Needs(chapter.sources, {})
    used = whole.reach(*ROOTS, SETTINGS)
    free = [
        name
        for name in whole.all()
        if name not in used and name[1] not in chapter.later and _there(chapter, name[0])
    ]
    return whole.reach(*free)


def _there(chapter: Chapter, file: str) -> bool:
    return chapter.begins(file) <= chapter.number and file not in ("program", *TOGETHER)


def _written(chapter: Chapter, kept: set[Name], texts: Mapping[Name, str]) -> dict[str, str]:
    """The text of each file of which something is needed."""
    written: dict[str, str] = {}
    for file, source in chapter.sources.items():
        names = {name for home, name in kept if home == file}
        mine = {name: text for (home, name), text in texts.items() if home == file}
        if names:
            written[f"{file}.py"] = files.cut_file(source, names, mine)
    for package in PACKAGES:
        if any(path.startswith(package) for path in written):
            for name in ("__init__", "__main__"):
                if f"{package}{name}" in chapter.sources:
                    written[f"{package}{name}.py"] = chapter.sources[f"{package}{name}"].text
    return written
