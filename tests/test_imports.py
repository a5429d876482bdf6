"""Arrows point one way: who may import whom, walked over every import of every file."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"gateway", "lab", "sandbox", "tools", "notebooks", "lessons", "benchmarks", "tests"}
# Part -> which of our own parts it may import, and which outside packages it must not.
RULES = {
    "gateway": ({"gateway", "program", "settings"}, {"IPython", "ipywidgets", "boto3"}),
    "gateway/functions": (set(), {"pulumi", "pulumi_aws", "IPython"}),
    "lab/core": (
        {"lab.core"},
        {"ipywidgets", "IPython", "pulumi", "pulumi_aws", "boto3", "requests"},
    ),
    "lab/views": (
        {
            "lab.core",
            "lab.views",
            "lab.draw.html",
            "lab.draw.theme",
            "lab.draw.words",
            "lab.draw.panels",
            "lab.draw.guard",
        },
        {"pulumi", "pulumi_aws", "boto3"},
    ),
    "lab": ({"lab", "sandbox", "gateway"}, set()),
    "sandbox": ({"sandbox"}, {"ipywidgets", "IPython"}),
    "tools": ({"tools", "lab", "gateway", "sandbox"}, set()),
}


def part_of(path: Path) -> str:
    """The longest rule that covers a file."""
    name = path.relative_to(ROOT).as_posix()
    return max((rule for rule in RULES if name.startswith(rule + "/")), key=len)


def imports(path: Path) -> list[str]:
    """Every module that a file imports, also inside functions."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


FILES = sorted(
    path for top in ("gateway", "lab", "sandbox", "tools") for path in (ROOT / top).rglob("*.py")
)


def test_there_are_files_to_check():
    assert len(FILES) > 40


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_file_imports_only_what_its_part_may(path):
    ours, never = RULES[part_of(path)]
    for name in imports(path):
        top = name.split(".")[0]
        assert top not in never, f"{path.name} imports {name}"
        if top in OURS:
            allowed = any(name == one or name.startswith(one + ".") for one in ours)
            assert allowed, f"{path.name} imports {name}"


def test_nothing_imports_notebooks_or_lessons():
    for path in FILES:
        assert not {name.split(".")[0] for name in imports(path)} & {"notebooks", "lessons"}
