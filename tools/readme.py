"""Keep the README's list of chapters as lab/course.py has it.

python -m tools.readme            write it
python -m tools.readme --check    exit 1 when it differs
"""

from __future__ import annotations

import sys
from pathlib import Path

from lab import course

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- chapters -->\n", "<!-- /chapters -->"
ADDS = {
    0: "everything once, in a stack of its own, to see where this goes",
    1: "the IAM role that API Gateway assumes",
    2: "the Lambda function that hosts the model, and the permission to invoke it",
    3: "the REST API and its resource policy",
    4: "the path `/model` and its method ANY",
    5: "the Lambda proxy integration",
    6: "the deployment, the stage `v1`, its URL, and prompts to it",
    7: "keys for two teams, a Lambda authorizer, and in its place IAM or a Cognito user pool",
    8: "throttling, usage plans, a token budget in DynamoDB, checked request bodies",
    9: "access and execution logs, metrics, alarms and a dashboard",
    10: "`/v1/models` and `/v1/chat/completions`, streamed, for any client of OpenAI",
    99: "nothing: it removes everything",
}


def table() -> str:
    """The rows of the table, one a chapter."""
    rows = ["| Notebook | What you deploy | Minutes |", "|---|---|---|"]
    for chapter in course.CHAPTERS:
        link = f"[{chapter.number:02d} {chapter.title}](notebooks/{chapter.name}.ipynb)"
        rows.append(f"| {link} | {ADDS[chapter.number]} | {chapter.minutes} |")
    return "\n".join(rows) + "\n"


def written(text: str) -> str:
    """The README with the table as it should be."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return before + BEGIN + table() + END + after


def main() -> int:
    """Write or check; 0 when the README is as it should be."""
    now = README.read_text("utf-8")
    wanted = written(now)
    if now == wanted:
        return 0
    if "--check" in sys.argv[1:]:
        print("README.md: the list of chapters is old; write it: python -m tools.readme")
        return 1
    README.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
