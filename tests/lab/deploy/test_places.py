"""Chapters, and where resources come from."""

import ast
from pathlib import Path

import pytest

from lab import course
from lab.deploy import places
from lab.errors import LabError
from tests import chapters

GATEWAY = Path(__file__).parents[3] / "gateway"
FILES = {
    f"{name}.py": (GATEWAY / f"{name}.py").read_text(encoding="utf-8") for name in course.FILES
}
PROGRAM = FILES["program.py"]
KNOWN = places.places(FILES)


@pytest.mark.parametrize(
    "key", [3, "3", "03", "rest_api", "03_rest_api", "notebooks/03_rest_api.ipynb"]
)
def test_a_chapter_is_found_by_number_slug_and_file(key):
    assert course.find(key).number == 3


@pytest.mark.parametrize("key", [27, "seven", "", "33", -1])
def test_an_unknown_chapter_names_those_that_exist(key):
    with pytest.raises(
        LabError,  # whoever asked for it: start, up, export, reset
        match="The chapters are " + ", ".join(str(each.number) for each in course.CHAPTERS),
    ):
        course.find(key)


def test_the_steps_of_all_chapters_are_those_that_gateway_calls():
    # Two files put the steps of instances together, for the program.
    texts = [PROGRAM, FILES["instances/hosts.py"], FILES["routing/homes.py"]]
    trees = [ast.parse(text) for text in texts]
    functions = {f.name for tree in trees for f in tree.body if isinstance(f, ast.FunctionDef)}
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = [call.func.id for call in calls if isinstance(call.func, ast.Name)]
    inner = set(functions) | {
        "export",
        "isinstance",
        *("dataclass", "Fallback", "Home", "Pool", "Site"),
    }  # of program.py itself: it puts steps together
    # Of no chapter: what an account asks of all of them, a model elsewhere, which paths there are.
    inner |= {"account_rules", "backend_rights", "backend_variables", "paths_among"}
    assert sorted(set(called) - inner) == sorted(course.steps(course.LAST))


def test_a_chapters_steps_are_in_its_file():
    for chapter in course.CHAPTERS:
        trees = [ast.parse(FILES[f"{file}.py"]) for file in chapter.files]
        here = {
            each.name for tree in trees for each in tree.body if isinstance(each, ast.FunctionDef)
        }
        assert set(chapter.steps) <= here, chapter.name


def test_steps_after_a_chapter_leave_the_earlier_ones_out():
    assert course.steps(4, after=2) == ("rest_api", "resource_policy", "model_path", "model_method")
    assert course.steps(0) == ()


FIRST = {
    "languageModelApiRole": 1,
    "languageModelLogs": 2,
    "modelLayers": 2,
    "modelLayerZip": 2,
    "modelLayer": 2,
    "languageModelExecutionRole": 2,
    "languageModelRights": 2,
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
    "invokeAlias": 5,
    "liveVersion": 5,
}


def test_every_resource_of_the_first_chapters_has_its_place():
    found = {name: place.chapter for name, place in KNOWN.items() if place.chapter <= 6}
    assert found == FIRST


@pytest.mark.parametrize(
    ("name", "chapter", "file", "function"),
    [
        ("teamKey-blue", chapters.KEYS, "auth.py", "team_keys"),
        ("teamKey-of-many-parts", chapters.KEYS, "auth.py", "team_keys"),
        ("keyAuthorizer", chapters.KEYS, "auth.py", "key_authorizer"),
        ("tokenBudgets", chapters.BUDGET, "budget.py", "token_budget"),
        ("promptMethod", course.that_makes("prompt_check").number, "limits.py", "prompt_check"),
        ("plan-green", chapters.PLANS, "limits.py", "usage_plans"),
        ("alarm-slow", chapters.ALARMS, "metrics.py", "alarms"),
        ("alarm-tokens", chapters.ALARMS, "metrics.py", "tokens_alarm"),
        ("chatMethod", chapters.CHAT, "chat.py", "chat_completions"),
        (
            "errorResponse-DEFAULT_4XX",
            course.that_makes("error_responses").number,
            "chat.py",
            "error_responses",
        ),
        ("modelTemplate", chapters.INSTANCES, "instances/hosts.py", "pool"),
        (
            "candidateTemplate",
            course.that_makes("candidate_pool").number,
            "routing/candidate.py",
            "candidate_pool",
        ),
    ],
)
def test_a_resource_of_a_later_chapter_has_its_file(name, chapter, file, function):
    place = KNOWN[name]
    assert (place.chapter, place.file, place.function) == (chapter, file, function)
    assert str(place).endswith(f" of {file}")


def test_a_name_that_nothing_makes_has_no_place():
    assert "teamKeys" not in KNOWN
    assert KNOWN.get("planted") is None


def test_of_two_functions_that_make_one_resource_the_first_is_its_place():
    text = "def one():\n    a.b.Thing('x')\n\n\ndef two():\n    a.b.Thing('x')\n"
    assert places.places({"f.py": text})["x"].function == "one"


def test_a_place_names_the_function_and_its_lines():
    place = KNOWN["modelIntegration"]
    lines = FILES["api.py"].splitlines()[place.first - 1 : place.last]
    assert place.function == "integration"
    assert lines[0].startswith("def integration(")
    assert lines[-2].strip() == "**invocation,"
    assert str(place) == f"chapter 05, integration, lines {place.first}-{place.last} of api.py"


@pytest.mark.parametrize(
    ("file", "short"),
    [
        ("instances/deep/pool.py", "15 · pool.py:3"),
        ("pool.py", "15 · pool.py:3"),
        ("", "15 · group:3"),
    ],
)
def test_a_place_in_short_is_its_file_without_the_folders(file, short):
    assert places.Place(15, "group", 3, 9, file).short == short


def test_a_helper_that_makes_a_resource_is_the_place():
    assert KNOWN["languageModelExecutionRole"].function == "execution_role"


def test_archives_are_not_resources():
    text = 'def f():\n    a.b.Thing("x", code=pulumi.FileArchive("y"), n=aws.get_it("z"))\n'
    assert set(places.places({"f.py": text})) == {"x"}


def test_arguments_made_of_a_class_are_not_resources():
    text = 'def f():\n    a.b.Thing("x", s=a.b.ThingSettingsArgs("y"))\n'
    assert set(places.places({"f.py": text})) == {"x"}


def test_a_helper_of_another_file_that_is_told_a_name_makes_a_resource():
    helper = "def make(name, other):\n    a.b.Thing(name)\n"
    caller = '# Chapter 04: four\ndef step():\n    make("x", "y")\n'
    found = places.places({"one.py": helper, "two.py": caller})
    assert {name: (place.chapter, place.file) for name, place in found.items()} == {
        "x": (4, "two.py")
    }


@pytest.mark.parametrize(
    ("names", "chapter"),
    [
        ([], 0),
        (["mine"], 0),
        (["languageModelApiRole"], 1),
        (list(FIRST), 6),
        (["modelPath", "teamKey-red"], chapters.KEYS),
        (list(KNOWN), chapters.WHOLE),
        (["modelPath", "mine"], 4),
    ],
)
def test_a_stack_is_at_the_last_chapter_it_holds(names, chapter):
    assert places.reached(names, KNOWN) == chapter
