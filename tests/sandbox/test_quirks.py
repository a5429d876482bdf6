"""The table of differences from AWS: every row is shown by its test, every such test has its row."""

import ast
from pathlib import Path

import pytest

from lab.course import CHAPTERS
from sandbox.quirks import QUIRKS, of_chapter

ROOT = Path(__file__).resolve().parents[2]


def marks_of(function):
    """The rows that a test says it shows."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.quirk":
            yield from (argument.value for argument in decorator.args)


def marked():
    """Every row that a test is marked with, and that test."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text("utf-8")
        if "mark.quirk" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for mark in marks_of(node):
                    yield mark, f"{path.relative_to(ROOT).as_posix()}::{node.name}"


MARKED = sorted(marked())


def test_every_row_names_the_test_that_is_marked_with_it():
    assert sorted((quirk.id, quirk.test) for quirk in QUIRKS) == MARKED


def test_there_are_rows_and_each_has_a_name_of_its_own():
    assert len(QUIRKS) > 15
    assert len({quirk.id for quirk in QUIRKS}) == len(QUIRKS)


@pytest.mark.parametrize("quirk", QUIRKS, ids=lambda quirk: quirk.id)
def test_a_row_says_both_sides_in_sentences(quirk):
    for text in (quirk.aws, quirk.sandbox):
        assert text[0].isupper() and text.endswith(".")
    assert quirk.aws != quirk.sandbox
    assert quirk.chapters and set(quirk.chapters) <= {each.number for each in CHAPTERS}


def test_a_chapter_finds_its_rows():
    assert {quirk.id for quirk in of_chapter(20)} >= {"stream-python", "stream-hang-up"}
    assert of_chapter(98) == ()
