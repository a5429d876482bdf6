"""A chapter as a folder of its own: what it declares, and that it needs nobody."""

import ast
import importlib
import itertools
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from lab import course
from lab.errors import LabError
from lab.exporting.export import export
from lab.exporting.settings import camel
from lab.mocks import mocks
from lab.session import standins
from lab.session.program import compose, names_of
from tests import chapters

ROOT = Path(__file__).resolve().parents[3]
CHAPTERS = [each.number for each in course.CHAPTERS if 6 <= each.number <= course.LAST]
_names = itertools.count()


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The folder of a chapter's export, made once."""
    made = {}

    def of(number):
        if number not in made:
            made[number] = tmp_path_factory.mktemp("exports") / f"chapter_{number:02d}"
            export(number, made[number])
        return made[number]

    return of


@pytest.fixture
def cloud(monkeypatch):
    """Mocks that answer what instances and versions read, too."""
    known = mocks._outputs
    more = {"version": "1", "dnsName": "internal-balancer", "arnSuffix": "app/balancer/1"}
    network = {"id": "vpc-1", "ids": ["subnet-1", "subnet-2"]}
    monkeypatch.setattr(
        mocks,
        "_outputs",
        lambda kind, name: {"latestVersion": 1, "bucket": name, **more, **known(kind, name)},
    )
    monkeypatch.setattr(
        mocks._Cloud, "call", lambda *_: {"region": "us-east-1", "partition": "aws", **network}
    )


def package(folder):
    """The program of a folder, as __main__.py loads it, but by a name of its own."""
    name = f"exported_{next(_names)}"
    here = ModuleType(name)
    here.__path__ = [str(folder)]
    sys.modules[name] = here
    return (
        importlib.import_module(f"{name}.program"),
        importlib.import_module(f"{name}.settings"),
    )


def declared(program):
    """What a program declares: kind, name and arguments of each resource, by name."""

    def plain(value):
        if isinstance(value, dict):
            # When it was made: another second for each of two programs.
            return {key: plain(each) for key, each in value.items() if key != "gateway:made"}
        if isinstance(value, (list, tuple)):
            return [plain(each) for each in value]
        path = getattr(value, "path", None)
        if path is not None:  # an archive or a file: what is in it, wherever it is
            return Path(path).read_bytes()
        return value if isinstance(value, (str, int, float, bool, type(None))) else repr(value)

    return {made.name: (made.kind, plain(made.inputs)) for made in mocks.run(program)}


def of_the_course(number, **chosen):
    """What the course's own program declares up to a chapter."""
    from gateway.settings import Settings

    files = [file.replace("/", ".") for file in course.FILES]
    names = names_of(importlib.import_module(f"gateway.{file}") for file in files)
    composed = compose(names, {}, course.steps(course.LAST, after=number))
    return declared(lambda: composed(Settings(model_layer=False, **chosen)))


INSTANCES = {"instances": 1}
SECOND = {**INSTANCES, "candidate_instances": 1, "first_backend": "instances"}
CHOSEN = [
    *((number, {}) for number in CHAPTERS),
    (6, {"publish_versions": True, "protect": True}),
    (chapters.KEYS, {"authentication": "iam"}),
    (chapters.POOL, {"authentication": "cognito"}),
    (chapters.CHAT, {"cors_origins": ("https://example.com",)}),
    (chapters.STREAM, {"stream": True, "runtime_streams": True, "adapter_layer_arn": "published"}),
    (chapters.INSTANCES, INSTANCES),
    (chapters.WHOLE, {**SECOND, "candidate_system_prompt": "Be brief.", "canary_percent": 5.0}),
]


@pytest.mark.parametrize(("number", "chosen"), CHOSEN)
def test_it_declares_what_the_chapter_declares(exported, cloud, number, chosen):
    program, settings = package(exported(number))
    if number >= course.that_makes("logging_account").number:
        chosen = {"logging_role": "own", **chosen}
    mine = declared(lambda: program.gateway(settings.Settings(model_layer=False, **chosen)))
    assert len(mine) > 8
    assert mine == of_the_course(number, **chosen)


@pytest.mark.parametrize("number", CHAPTERS)
def test_it_has_what_the_chapter_has_and_nothing_of_later_ones(exported, number):
    folder = exported(number)
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"README.md", "requirements.txt", ".gitignore", "Pulumi.dev.yaml"} <= files
    assert {"Pulumi.prod.yaml", ".github/workflows/gateway.yml", "tests/test_program.py"} <= files
    text = "\n".join((folder / file).read_text("utf-8") for file in files if "/" not in file)
    names = {
        node.name
        for file in folder.rglob("*.py")
        if "functions" not in file.parts and "tests" not in file.parts
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    later = set(course.steps(course.LAST, after=number))
    assert not names & later
    assert set(course.steps(number)) <= names
    assert ("functions/authorizer/handler.py" in files) == (number >= chapters.KEYS)
    assert ("allow_everyone" in text) == (number < chapters.KEYS)
    assert "lab" not in {
        line.split()[1].split(".")[0]
        for line in re.findall("^(?:from|import) .*", text, re.MULTILINE)
    }


@pytest.mark.parametrize("number", CHAPTERS)
def test_each_setting_is_in_all_three_places_and_read_by_somebody(exported, number):
    folder = exported(number)
    _, settings = package(folder)
    fields = {camel(name) for name in settings.Settings.__dataclass_fields__}
    project = yaml.safe_load((folder / "Pulumi.yaml").read_text("utf-8"))
    assert set(project["config"]) == fields
    read = set(re.findall(r'"(\w+)"\)', (folder / "settings.py").read_text("utf-8")))
    assert fields <= read
    for name in ("dev", "prod"):
        stack = yaml.safe_load((folder / f"Pulumi.{name}.yaml").read_text("utf-8"))["config"]
        own = {key.removeprefix("gateway:") for key in stack if key.startswith("gateway:")}
        assert own <= fields
        assert all(isinstance(stack[f"gateway:{key}"], str) for key in own)
        assert "aws:defaultTags" not in stack, "the program's own tags are those of a clean-up"
    told = set(re.findall(r"gateway:(\w+)", (folder / "README.md").read_text("utf-8")))
    assert told - {"project", "stack", "made"} <= fields, "these three are tags"
    rules = (folder / "refusals.py").read_text("utf-8")
    assert {camel(name) for name in re.findall(r'chosen\["(\w+)"\]', rules)} <= fields


def test_prod_is_protected_and_its_settings_work_together(exported):
    folder = exported(chapters.WHOLE)
    prod = yaml.safe_load((folder / "Pulumi.prod.yaml").read_text("utf-8"))["config"]
    assert (prod["gateway:protect"], prod["gateway:publishVersions"]) == ("true", "true")
    assert "${stack}" in prod["pulumi:autonaming"]["pattern"]


@pytest.mark.parametrize("number", [chapters.STAGE, chapters.INSTANCES])
def test_its_own_tests_pass_alone(exported, number):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests", "-q", "-p", "no:cacheprovider"],
        cwd=exported(number),
        env={"PATH": "", "HOME": str(exported(number))},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert re.search(r"\d\d passed", done.stdout)


def test_a_folder_that_is_not_empty_is_never_overwritten(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(LabError, match=r"is there already.*\nFix: Name a folder"):
        export(chapters.PLANS, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(LabError, match="is there already"):
        export(chapters.PLANS, tmp_path / "mine.txt")
    (tmp_path / "new").mkdir()
    assert export(str(chapters.PLANS), tmp_path / "new").number == chapters.PLANS


@pytest.mark.parametrize("number", [0, 5, 99])
def test_a_chapter_before_there_is_a_stage_is_nothing_to_take_home(tmp_path, number):
    with pytest.raises(LabError, match=r"nothing to take home.*\nFix: Name one"):
        export(number, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_it_says_what_is_in_it_and_that_chapter_6_is_open_to_everyone(exported, tmp_path):
    view = export(6, tmp_path / "six")
    assert "Everyone who knows its URL may call it" in view.text()
    assert "python -m pytest tests" in view.text()
    assert set(view.state()["files"]) >= {"program.py", "README.md"}
    assert "Everyone who knows" not in export(25, tmp_path / "all").text()
    assert "Pulumi.prod.yaml" in str(view.html())


def test_the_last_chapter_is_gateway_to_the_letter(exported):
    for file in exported(chapters.WHOLE).rglob("*.py"):
        assert (
            file.read_bytes()
            == (ROOT / "gateway" / file.relative_to(exported(chapters.WHOLE))).read_bytes()
        )


def test_the_command_line_does_the_same(tmp_path):
    command = [sys.executable, "-m", "lab.exporting", str(chapters.KEYS), str(tmp_path / "new")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, f"Chapter {chapters.KEYS:02d}" in done.stdout) == (0, True), (
        done.stderr
    )
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert again.returncode == 1 and again.stderr.startswith("error: ")


def test_who_stands_in_for_the_policy_is_the_labs_own():
    assert standins.allow_everyone.__doc__.startswith("Until chapter 08")
