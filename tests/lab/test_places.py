"""Chapters, and where resources come from."""

import ast
from pathlib import Path

import pytest

from lab.core import course, places

PROGRAM = (Path(__file__).parents[2] / "gateway" / "program.py").read_text(encoding="utf-8")
KNOWN = places.places(PROGRAM)


@pytest.mark.parametrize(
    "key", [3, "3", "03", "rest_api", "03_rest_api", "notebooks/03_rest_api.ipynb"]
)
def test_a_chapter_is_found_by_number_slug_and_file(key):
    assert course.find(key).number == 3


@pytest.mark.parametrize("key", [7, "seven", "", "33", -1])
def test_an_unknown_chapter_names_those_that_exist(key):
    with pytest.raises(ValueError, match="The chapters are 0, 1, 2, 3, 4, 5, 6, 99"):
        course.find(key)


def test_the_steps_of_all_chapters_are_those_that_gateway_calls_in_order():
    functions = {f.name: f for f in ast.parse(PROGRAM).body if isinstance(f, ast.FunctionDef)}
    calls = [node for node in ast.walk(functions["gateway"]) if isinstance(node, ast.Call)]
    named = [(c.lineno, c.func.id) for c in calls if isinstance(c.func, ast.Name)]
    called = [name for _, name in sorted(named) if name in functions]
    assert tuple(called) == course.steps(course.LAST)


def test_steps_after_a_chapter_leave_the_earlier_ones_out():
    assert course.steps(4, after=2) == ("rest_api", "resource_policy", "model_path", "model_method")
    assert course.steps(0) == ()


def test_every_resource_of_the_program_has_its_place():
    assert {name: place.chapter for name, place in KNOWN.items()} == {
        "languageModelApiRole": 1,
        "languageModelLogs": 2,
        "languageModelExecutionRole": 2,
        "languageModelWriteLog": 2,
        "LanguageModelLambda": 2,
        "languageModelInvokePolicy": 2,
        "languageModelApi": 3,
        "languageModelApiPolicy": 3,
        "modelPath": 4,
        "modelMethod": 4,
        "modelIntegration": 5,
        "languageModelPermission": 5,
        "languageModelDeployment": 6,
        "languageModelStage": 6,
    }


def test_a_place_names_the_function_and_its_lines():
    place = KNOWN["modelIntegration"]
    lines = PROGRAM.splitlines()[place.first - 1 : place.last]
    assert place.function == "integration"
    assert lines[0].startswith("def integration(")
    assert lines[-1].strip() == "return proxy"
    assert str(place) == f"chapter 05, integration, lines {place.first}-{place.last}"


def test_a_helper_that_makes_a_resource_is_the_place():
    assert KNOWN["languageModelExecutionRole"].function == "execution_role"


def test_archives_are_not_resources():
    text = 'def f():\n    a.b.Thing("x", code=pulumi.FileArchive("y"), n=aws.get_it("z"))\n'
    assert set(places.places(text)) == {"x"}


@pytest.mark.parametrize(
    ("names", "chapter"),
    [
        ([], 0),
        (["mine"], 0),
        (["languageModelApiRole"], 1),
        (list(KNOWN), 6),
        (["modelPath", "mine"], 4),
    ],
)
def test_a_stack_is_at_the_last_chapter_it_holds(names, chapter):
    assert places.reached(names, KNOWN) == chapter
