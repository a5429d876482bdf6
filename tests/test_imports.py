"""Arrows point one way: who may import whom, walked over every import of every file.

Type-only imports and imports inside functions count: whoever changes a file has to know what it
names, whenever it names it.
"""

import ast
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOPS = ("gateway", "lab", "sandbox", "tools", "benchmarks")
OURS = {*TOPS, "notebooks", "lessons", "tests"}

# A room, which is a folder's own files or a single file, and the rooms that it may import. A room
# stands below all that import it, so the table is read from the ground up. "x/*" is every room
# within x.
MAY: dict[str, tuple[str, ...]] = {
    "gateway": ("gateway/layer",),
    "gateway/layer": (),
    "gateway/instances": ("gateway", "gateway/layer"),
    "gateway/routing": ("gateway", "gateway/instances"),
    "gateway/managed": ("gateway",),
    "gateway/program.py": (
        "gateway",
        "gateway/instances",
        "gateway/managed",
        "gateway/routing",
    ),
    "gateway/functions/authorizer": (),
    "gateway/functions/model/errors.py": (),
    "gateway/functions/model/inner.py": (),
    "gateway/functions/model/answers.py": ("gateway/functions/model/errors.py",),
    "gateway/functions/model/answering.py": (
        "gateway/functions/model/answers.py",
        "gateway/functions/model/errors.py",
        "gateway/functions/model/inner.py",
    ),
    "gateway/functions/model/checks.py": (
        "gateway/functions/model/errors.py",
        "gateway/functions/model/inner.py",
    ),
    "gateway/functions/model/rough.py": (
        "gateway/functions/model/errors.py",
        "gateway/functions/model/inner.py",
    ),
    "gateway/functions/model/failover": (
        "gateway/functions/model/errors.py",
        "gateway/functions/model/inner.py",
        "gateway/functions/model/rough.py",
    ),
    "gateway/functions/model/bedrock": (
        "gateway/functions/model/errors.py",
        "gateway/functions/model/inner.py",
        "gateway/functions/model/rough.py",
    ),
    "gateway/functions/model/managed": (
        "gateway/functions/model/errors.py",
        "gateway/functions/model/failover",
        "gateway/functions/model/inner.py",
        "gateway/functions/model/rough.py",
    ),
    "gateway/functions/model/instance": (),
    "gateway/functions/model/guide": ("gateway/functions/model/errors.py",),
    "gateway/functions/model/local": (
        "gateway/functions/model/errors.py",
        "gateway/functions/model/inner.py",
    ),
    "gateway/functions/model/dialects": (
        "gateway/functions/model/answering.py",
        "gateway/functions/model/answers.py",
        "gateway/functions/model/checks.py",
        "gateway/functions/model/errors.py",
        "gateway/functions/model/guide",
        "gateway/functions/model/inner.py",
    ),
    "gateway/functions/model": ("gateway/functions/model/*",),
    "gateway/tests": (
        "gateway",
        "gateway/program.py",
        "gateway/functions/*",
    ),  # they go with a copy
    # AWS on a laptop
    "sandbox/home.py": (),
    "sandbox/locks.py": (),
    "sandbox/root_key.py": ("sandbox/home.py",),
    "sandbox/pip_environment.py": (),
    "sandbox/proof.py": (),
    "sandbox/urls.py": (),
    "sandbox/variables.py": (),
    "sandbox/sources": (),
    "sandbox/bundle.py": ("sandbox/sources",),
    "sandbox/engine": (
        "sandbox/bundle.py",
        "sandbox/home.py",
        "sandbox/pip_environment.py",
        "sandbox/variables.py",
    ),
    "sandbox/server/base": ("sandbox/home.py", "sandbox/root_key.py"),
    "sandbox/server/watching": ("sandbox/server/base",),
    "sandbox/server/functions": (
        "sandbox/home.py",
        "sandbox/server/base",
        "sandbox/server/watching",
    ),
    "sandbox/server/guarding": (
        "sandbox/root_key.py",
        "sandbox/server/base",
        "sandbox/server/watching",
    ),
    "sandbox/server/machines": ("sandbox/server/base",),
    "sandbox/server/balancing": (
        "sandbox/server/base",
        "sandbox/server/watching",
        "sandbox/server/machines",
    ),
    "sandbox/server/scaling": (
        "sandbox/server/base",
        "sandbox/server/watching",
        "sandbox/server/machines",
        "sandbox/server/balancing",
    ),
    "sandbox/server/gateway": (
        "sandbox/server/base",
        "sandbox/server/watching",
        "sandbox/server/functions",
        "sandbox/server/guarding",
    ),
    "sandbox/server/apigateway": (
        "sandbox/server/base",
        "sandbox/server/watching",
        "sandbox/server/gateway",
    ),
    "sandbox/server/control": (
        "sandbox/home.py",
        "sandbox/server/base",
        "sandbox/server/watching",
        "sandbox/server/apigateway",
        "sandbox/server/openapi",
    ),
    "sandbox/server/openapi": ("sandbox/server/base",),
    "sandbox/server": (
        "sandbox/home.py",
        "sandbox/proof.py",
        "sandbox/root_key.py",
        "sandbox/server/*",
    ),
    "sandbox/provider/core": (),
    "sandbox/provider/check": ("sandbox/provider/core",),
    "sandbox/provider/apigateway": ("sandbox/provider/core", "sandbox/urls.py"),
    "sandbox/provider/apigatewayv2": ("sandbox/provider/core",),
    "sandbox/provider/autoscaling": ("sandbox/provider/core",),
    "sandbox/provider/logs": ("sandbox/provider/core",),
    "sandbox/provider/cloudwatch": ("sandbox/provider/core", "sandbox/provider/logs"),
    "sandbox/provider/cognito": ("sandbox/provider/core",),
    "sandbox/provider/dynamodb": ("sandbox/provider/core",),
    "sandbox/provider/ec2": ("sandbox/provider/core",),
    "sandbox/provider/iam": ("sandbox/provider/core",),
    "sandbox/provider/lambda_": ("sandbox/provider/core",),
    "sandbox/provider/lb": ("sandbox/provider/core",),
    "sandbox/provider/s3": ("sandbox/provider/core",),
    "sandbox/provider/secretsmanager": ("sandbox/provider/core",),
    "sandbox/provider/ssm": ("sandbox/provider/core",),
    "sandbox/provider/vpc": ("sandbox/provider/core", "sandbox/provider/ec2"),
    "sandbox/provider/wafv2": ("sandbox/provider/core",),
    "sandbox/provider/lookups": ("sandbox/provider/*",),
    "sandbox/provider": ("sandbox/provider/core", "sandbox/provider/check", "sandbox/home.py"),
    "sandbox": (
        "sandbox/home.py",
        "sandbox/locks.py",
        "sandbox/proof.py",
        "sandbox/root_key.py",
        "sandbox/variables.py",
        "sandbox/engine",
        "sandbox/server/base",
    ),
    # What notebooks import
    "lab": (),
    "lab/draw": ("lab",),
    "lab/deploy": ("lab", "lab/draw", "sandbox/home.py"),
    "lab/strict": ("lab", "gateway/layer", "sandbox"),
    "lab/session": (
        "lab",
        "lab/draw",
        "lab/deploy",
        "lab/strict",
        "gateway",
        "sandbox",
        "sandbox/*",
    ),
    "lab/preflight": ("lab", "lab/draw", "sandbox", "sandbox/*"),
    "lab/marks": ("lab", "lab/draw", "sandbox/home.py"),
    "lab/opening": (
        "lab",
        "lab/draw",
        "lab/deploy",
        "lab/session",
        "lab/preflight",
        "lab/marks",
    ),
    "lab/showing": ("lab", "lab/draw"),
    "lab/predictions": ("lab", "lab/draw", "lab/marks"),
    "lab/prompt": ("lab", "lab/draw", "lab/session", "lab/preflight"),
    "lab/chat": ("lab", "lab/draw", "lab/session", "lab/prompt", "gateway"),
    "lab/bursts": ("lab", "lab/draw", "lab/session", "lab/prompt"),
    "lab/setting": ("lab", "lab/draw", "lab/session", "gateway"),
    "lab/traffic": ("lab", "lab/draw", "lab/session", "lab/prompt"),
    "lab/cost": ("lab", "lab/draw"),
    "lab/failures": ("lab", "lab/draw"),
    "lab/cleaning": ("lab", "lab/cost", "lab/draw", "lab/session", "sandbox/home.py"),
    "lab/short_lived": ("lab", "lab/cleaning", "lab/session"),
    "lab/exporting": ("lab", "lab/draw", "lab/session"),
    "lab/graph": ("lab", "lab/draw", "lab/deploy", "lab/session"),
    "lab/compare": ("lab", "lab/draw", "lab/prompt", "lab/cost"),
    "lab/logs": ("lab", "lab/draw", "lab/session", "lab/prompt"),
    "lab/times": ("lab", "lab/draw", "lab/prompt", "lab/logs"),
    "lab/policy": ("lab", "lab/draw", "lab/session", "lab/prompt"),
    "lab/exercise": (
        "lab",
        "lab/draw",
        "lab/session",
        "lab/predictions",
        "lab/marks",
        "lab/prompt",
    ),
    "lab/mocks": ("lab",),
    # A grader is found by its file's name, so the room of `check` imports no grader.
    "lab/checks/shared": ("lab", "lab/deploy", "lab/exercise", "lab/mocks", "lab/prompt"),
    "lab/checks": (
        "lab/mocks",
        "lab",
        "lab/checks/shared",
        "lab/deploy",
        "lab/exercise",
        "lab/prompt",
        "lab/short_lived",
        "gateway",
        "gateway/instances",
        "gateway/routing",
        "sandbox/server/watching",
    ),
    "lab/account": (
        "lab",
        "lab/cleaning",
        "lab/draw",
        "lab/session",
        "lab/preflight",
        "lab/cost",
        "lab/mocks",
        "gateway",
        "sandbox",
        "sandbox/*",
    ),
    # What builds and measures the kit; nothing imports it.
    "tools/facts": ("lab/account",),
    "tools/pages": ("lab",),
    "tools": (
        "lab",
        "lab/*",
        "gateway",
        "gateway/program.py",
        "sandbox",
        "sandbox/*",
        "tools/pages",
    ),
    "tools/pictures": (
        "tools",
        "lab",
        "lab/bursts",
        "lab/draw",
        "lab/policy",
        "gateway",
        "gateway/instances",
        "gateway/routing",
        "sandbox/server/base",
    ),
    "tools/front": ("tools", "lab", "lab/draw", "sandbox", "sandbox/engine"),
    "tools/mutation": ("tools",),
    "tools/others": ("tools", "lab/strict"),
    "tools/workshop": (
        "tools",
        "lab",
        "lab/draw",
        "lab/exercise",
        "lab/marks",
        "lab/predictions",
        "lab/preflight",
        "lab/session",
        "sandbox",
        "sandbox/*",
        "tools/workshop/hub",
    ),
    "tools/workshop/hub": ("lab", "sandbox/bundle.py", "tools"),
    "tools/teaching": ("tools", "lab", "lab/cost", "lab/exercise", "lab/session"),
    "benchmarks": ("lab", "lab/*", "gateway", "sandbox", "sandbox/*", "tools", "tests"),
}

# Packages of others that a part never imports.
NEVER = {
    "gateway": {"IPython", "ipywidgets", "boto3"},
    "gateway/functions": {"pulumi", "pulumi_aws", "IPython"},
    "sandbox": {"IPython", "ipywidgets"},
}
# State and rules of the widgets: the standard library and each other, so that they are tested
# without a kernel, a network or an engine.
PURE = {
    "lab": ("errors", "course"),
    "lab/deploy": ("state", "values", "explain", "places", "resources", "rows", "belonging", "nesting"),
    "lab/graph": ("state", "layout"),
    "lab/times": ("state",),
    "lab/compare": ("state",),
    "lab/session": ("recovery", "state"),
    "lab/preflight": ("state",),
    "lab/marks": ("minutes", "state"),
    "lab/showing": ("readable",),
    "lab/predictions": ("state", "questions"),
    "lab/prompt": ("request", "state", "meaning"),
    "lab/chat": ("state", "sse"),
    "lab/bursts": ("bucket", "state"),
    "lab/cleaning": ("kinds", "state"),
    "lab/account": (
        "rights", "apigateway_actions", "machine_actions", "actions", "authorization", "backend",
        "policy", "facts", "judge",
    ),
    "lab/cost": ("prices", "state"),
    "lab/exporting": ("source", "chapter", "fold", "blocks", "files", "settings", "stacks", "readme", "tests"),
    "lab/failures": ("state",),
    "lab/traffic": ("state",),
    "lab/logs": ("events", "state", "redact"),
    "lab/policy": (
        "access", "authentication", "conditions", "decision", "flips", "routes", "statements",
    ),
    "lab/exercise": ("state",),
}  # fmt: skip
PURE_FILES = {ROOT / room / f"{name}.py" for room, names in PURE.items() for name in names}
# What draws never reaches for what it draws: it is handed in.
REACHING = {"pulumi", "pulumi_aws", "boto3", "requests"}

FILES = sorted(
    path for top in TOPS for path in (ROOT / top).rglob("*.py") if "__pycache__" not in path.parts
)
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in FILES
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(path: Path) -> str:
    """The room of a file: the file itself, where the table names it alone, else its folder."""
    return name_of(path) if name_of(path) in MAY else name_of(path.parent)


@cache
def imports(path: Path) -> list[str]:
    """Every module or name that a file imports; relative ones by their whole name."""
    package = ".".join(path.relative_to(ROOT).parent.parts)
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parts, base]).rstrip(".")
            found += [f"{base}.{alias.name}" for alias in node.names]
    return found


def arrows(path: Path) -> set[Path]:
    """The files of ours that a file imports. Those of a function know each other by bare names."""
    found = set()
    parts = path.relative_to(ROOT).parts
    within = ".".join(parts[:3]) + "." if parts[:2] == ("gateway", "functions") else ""
    for name in imports(path):
        for known in (within + name, within + name.rpartition(".")[0]):
            if known in MODULES:
                found.add(MODULES[known])
                break
    return found - {path}


def test_there_are_files_to_check_and_every_room_exists():
    assert len(FILES) > 300
    assert sum(len(arrows(path)) for path in FILES) > 700
    assert {room_of(path) for path in FILES} == set(MAY)
    assert all(path.is_file() for path in PURE_FILES)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_imports_only_what_its_room_may(path):
    room = room_of(path)
    allowed = MAY[room]
    for other in sorted(arrows(path)):
        target = room_of(other)
        inside = {target, *(f"{parent.as_posix()}/*" for parent in Path(target).parents)}
        assert target == room or inside & set(allowed), f"{name_of(path)} imports {name_of(other)}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_imports_no_package_that_its_part_must_not(path):
    parts = [part for part in NEVER if name_of(path).startswith(f"{part}/")]
    tops = {name.split(".")[0] for name in imports(path)}
    assert not tops & NEVER.get(max(parts, key=len, default=""), set())
    known = tops & (OURS - set(TOPS))
    assert not known or name_of(path).startswith("benchmarks/"), f"imports {known}"


def test_the_rooms_form_no_circle():
    graph = {
        room: {
            other
            for other in MAY
            for one in may
            if other == one or (one.endswith("/*") and other.startswith(one[:-1]))
        } - {room}
        for room, may in MAY.items()
    }  # fmt: skip
    assert len(list(TopologicalSorter(graph).static_order())) == len(MAY)


def test_no_files_form_a_circle():
    graph = {path: arrows(path) for path in FILES}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(name_of(path) for path in error.args[1]))


@pytest.mark.parametrize("path", sorted(PURE_FILES), ids=name_of)
def test_pure_state_imports_the_standard_library_and_pure_state(path):
    ours = {name_of(other) for other in arrows(path) if other not in PURE_FILES}
    others = {name.split(".")[0] for name in imports(path)} - {"lab"} - sys.stdlib_module_names
    assert not ours | (others - {"typing_extensions"})  # names of types, for the checker alone


DRAWING = {"ipywidgets", "IPython"}
VIEWS = [
    path
    for path in FILES
    if name_of(path).startswith("lab/")
    # Only what names them is parsed: this runs wherever tests are collected.
    and any(name in path.read_text("utf-8") for name in DRAWING)
    and not DRAWING.isdisjoint(name.split(".")[0] for name in imports(path))
]


@pytest.mark.parametrize("path", VIEWS, ids=name_of)
def test_what_draws_is_handed_what_it_draws(path):
    assert not {name.split(".")[0] for name in imports(path)} & {*REACHING, "sandbox", "gateway"}


def test_there_are_files_that_draw():
    assert len(VIEWS) > 5


# What a folder, a module and a function may hold, so that each can be taken in at a glance; but for
# tables, which are read by the row.
MOST_MODULES, MOST_LINES, LONGEST = 20, 300, 40
A_FILE_A_CHAPTER = {"lab/checks"}  # found by the chapter's number, and by nothing else
TABLES = {
    "lab/course.py",
    "lab/predictions/questions.py",
    "sandbox/quirks.py",
    "sandbox/provider/lambda_/config.py::_nested",
    "sandbox/provider/lookups/functions.py::_function_result",
}


def long_parts(path: Path) -> list[str]:
    """The file, and its functions without their docstrings, where they are too long."""
    text = path.read_text("utf-8")
    found = [name_of(path)] * (len(text.splitlines()) > MOST_LINES)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            told = node.body[0] if ast.get_docstring(node, clean=False) else None
            lines = node.end_lineno - node.lineno + 1
            lines -= told.end_lineno - told.lineno + 1 if told else 0
            found += [f"{name_of(path)}::{node.name}"] * (lines > LONGEST)
    return found


def test_folders_modules_and_functions_can_be_taken_in_at_a_glance():
    folders = [path.parent for path in FILES]
    many = {name_of(each) for each in set(folders) if folders.count(each) > MOST_MODULES}
    assert many == A_FILE_A_CHAPTER
    assert {part for path in FILES for part in long_parts(path)} == TABLES
