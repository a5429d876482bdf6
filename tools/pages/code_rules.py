"""The lint rules that read a cell's code: what it imports, which names it needs, what it promises."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from contextlib import suppress

from lab.course import FILES
from tools.pages import expects
from tools.pages.page import Finding, Page, defined_names, imported, without_fences

GATEWAY = {f"gateway.{name.replace('/', '.')}" for name in FILES}
ALLOWED = {*GATEWAY, "boto3", "botocore.auth", "botocore.awsrequest", "json", "lab", "lab.widgets",
           "openai", "pulumi", "pulumi_aws", "pulumi.automation", "requests"}  # fmt: skip
STANDARD = {"base64", "collections", "concurrent.futures", "dataclasses", "datetime", "hashlib", "inspect",
            "pathlib", "secrets", "statistics", "subprocess", "sys", "tempfile", "threading", "time"}  # fmt: skip
# What makes a reader compare the output with the text.
PROMISE = re.compile(
    r"you should see|\bexpect\b|\blook for\b|\bshould (?:be|say|see|show|change)\b", re.IGNORECASE
)
# Each shows a panel of its own, whose words are the kit's and tested there.
PANELS = {"start", "predict", "check", "playground"}
LOUD = {"print", "plan", "up", "destroy"}  # shown wherever in a cell they are called


def imports(page: Page) -> Iterator[Finding]:
    """What a learner copies must not depend on the kit's insides."""
    for number, source in page.of("code"):
        try:
            tree = ast.parse(source)
        except SyntaxError as error:
            yield number, f"not Python: {error.msg}, line {error.lineno}"
            continue
        for module, names in imported(tree, ALLOWED):
            if module not in ALLOWED | STANDARD:
                known = ", ".join(sorted(ALLOWED))
                yield number, f"imports {module}; notebooks may import {known}"
            for name in names:
                if name.startswith("_"):
                    yield number, f"imports {module}.{name}, which is private"


def known_names(page: Page) -> Iterator[Finding]:
    """A name that no cell defines ends the run: a step that was cut from the program may need one."""
    trees = []
    for number, source in page.of("code"):
        try:
            trees.append((number, ast.parse(source)))
        except SyntaxError:
            continue  # `imports` says so
    defined = {name for _, tree in trees for name in defined_names(tree)} | set(dir(builtins))
    for number, tree in trees:
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        for name in sorted(used - defined):
            yield number, f"nothing on this page defines {name}: import it"


def helped(page: Page) -> Iterator[Finding]:
    """`check` recommends `hint("1.1")` and `solution("1.1")`: a NameError there ends the exercise."""
    for number, source in page.of("code"):
        with suppress(SyntaxError):
            names = {name for _, names in imported(ast.parse(source), ALLOWED) for name in names}
            if "check" in names and (missing := sorted({"hint", "solution"} - names)):
                yield number, f"imports check without {' and '.join(missing)}, which it recommends"


def promised(page: Page) -> Iterator[Finding]:
    """What a page says of an output is wrong some day, and only learners would notice."""
    said = ""
    for number, cell in enumerate(page.cells, start=1):
        if cell.cell_type == "markdown":
            found = PROMISE.search(without_fences(cell.source))
            said = found[0].lower() if found else ""
        elif expects.KEY not in cell.metadata and not page.is_cut(cell.source):
            if said:
                yield number, f"'{said}' above, and no line `# expect: …` below the code"
            elif shows(cell.source):
                yield number, "this shows something: say what in a line `# expect: …`"


def shows(source: str) -> bool:
    """Whether code has an output that is not the panel of one of `PANELS`."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return False  # `imports` says so
    if body and isinstance(body[-1], ast.Expr) and _called(body[-1]) not in PANELS:
        return True
    run = [top for top in body if not isinstance(top, (ast.FunctionDef, ast.ClassDef))]
    return any(_called(node) in LOUD for top in run for node in ast.walk(top))


def _called(node: ast.AST) -> str:
    """The name that a line calls; empty when it does something else."""
    call = node.value if isinstance(node, ast.Expr) else None
    return call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
