"""Keep the parts of README and CONTRIBUTING that have their home in the code.

python -m tools.readme            write them
python -m tools.readme --check    exit 1 when one differs
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tools import parts

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
ADDS = {
    0: "everything once, in a stack of its own, to see where this goes",
    1: "the IAM role that API Gateway assumes",
    2: "the Lambda function that hosts the model, and the permission to invoke it",
    3: "the REST API and its resource policy",
    4: "the path `/model` and its method ANY",
    5: "the Lambda proxy integration",
    6: "the deployment, the stage `v1`, its URL, and prompts to it",
    7: "nothing new: what a stage serves, a rollback, and what is deleted and still answers",
    8: "API keys for two teams, and a Lambda authorizer that checks them",
    9: "for a while: a resource policy by address, and a key that nobody checks",
    10: "tokens of a Cognito user pool for people, IAM signatures for machines",
    11: "throttling, usage plans, quotas",
    12: "a model and a request validator: bodies are checked before the function",
    13: "a token budget in DynamoDB, reserved before a call and settled after it",
    14: "an access log of the stage, and the account's role for logs: one request followed by its id",
    15: "execution logs and traces: why a call failed, and where its time went",
    16: "metrics of API Gateway and of the model's tokens",
    17: "alarms, metric filters and a dashboard, and what they cost",
    18: "`/v1/models` and `/v1/chat/completions` for clients of OpenAI",
    19: "a check of conversations, answers held to a schema, and tools that a model may ask for",
    20: "response streaming: tokens handed on while they are written",
    21: "the shapes of OpenAI's Responses and Anthropic's Messages, with the same limits and logs",
    22: "an instance that hosts the model, behind a balancer that only the API reaches",
    23: "a scaling policy: more instances and fewer, and who replaces what dies",
    24: "a second version beside the first, by header, by weight, and as a canary of the stage",
    25: "a fallback between instances and function, and a circuit breaker that all share",
    26: "a chapter becomes a folder of its own and, with a step of yours, a stack; an account is looked at",
    99: "nothing: it removes everything",
}
# Folders of code whose first file says what lives in them, in the order of the page.
PARTS = ("gateway", "lab", "sandbox", "tools", "benchmarks")


def chapters() -> Iterator[str]:
    """README's parts: what a learner can do after each, its picture, and a row for each chapter."""
    pages = [chapter for part in parts.PARTS for chapter in part.chapters]
    hours = round(sum(page.minutes for page in pages) / 60)
    yield f"{len(pages)} pages, about {hours} hours in all."
    yield ""
    for number, part in enumerate(parts.PARTS, 1):
        file, shows = part.picture
        yield f"### {number} {part.title}"
        yield ""
        yield f"You can {part.able}."
        yield ""
        yield f"![{shows}](images/{file})"
        yield ""
        yield "| Notebook | What you deploy | Minutes |"
        yield "|---|---|---|"
        for chapter in part.chapters:
            link = f"[{chapter.number:02d} {chapter.title}](notebooks/{chapter.name}.ipynb)"
            yield f"| {link} | {ADDS[chapter.number]} | {chapter.minutes} |"
        if part is not parts.PARTS[-1]:
            yield ""


def rooms() -> Iterator[str]:
    """The rows of CONTRIBUTING's table: what lives in each folder, and what never does."""
    yield "| Folder | What lives there | What never does |"
    yield "|---|---|---|"
    for part in PARTS:
        for file in sorted((ROOT / part).rglob("__init__.py")):
            lives, never = told(file)
            yield f"| `{file.parent.relative_to(ROOT).as_posix()}/` | {lives} | {never} |"


def told(file: Path) -> tuple[str, str]:
    """The two sentences of a folder's docstring: what lives there, and what never does.

    Raises:
        ValueError: the docstring does not have these two paragraphs.
    """
    text = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    if len(paragraphs) < 2:
        raise ValueError(f"{file}: its docstring needs a second paragraph: what never lives there")
    return paragraphs[0].replace("|", "\\|"), paragraphs[1].replace("|", "\\|")


GENERATED = {README: ("chapters", chapters), CONTRIBUTING: ("rooms", rooms)}


def written(page: Path) -> str:
    """The page with its generated part as it should be."""
    name, rows = GENERATED[page]
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, rest = page.read_text("utf-8").split(begin)
    _, after = rest.split(end)
    return before + begin + "\n".join(rows()) + "\n" + end + after


def main() -> int:
    """Write or check; 0 when the pages are as they should be."""
    code = 0
    for page in GENERATED:
        wanted = written(page)
        if page.read_text("utf-8") == wanted:
            continue
        if "--check" in sys.argv[1:]:
            print(f"{page.name}: a table in it is old; write it: python -m tools.readme")
            code = 1
        else:
            page.write_text(wanted, encoding="utf-8")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
