"""README.md of an export: gateway/README.md, without what the chapter has not got."""

from __future__ import annotations

import re
from collections.abc import Collection

from lab.course import find, that_makes
from lab.exporting.settings import camel


def _from(step: str) -> int:
    """The chapter that brings a step: numbers change when a page is divided."""
    return that_makes(step).number


# What a section, or a paragraph with a word, is about begins with a step.
SECTIONS = {"Instances": _from("balancer")}
WORDS = {
    "pulumi stack output team_keys": _from("team_keys"),
    "usage plan": _from("usage_plans"),
    "`metrics_enabled`": _from("method_metrics"),
    **dict.fromkeys(("`seed`", "x-ignored"), _from("chat_completions")),
    **dict.fromkeys(("nthropic", "`/responses`", "All three take tools"), _from("other_dialects")),
    "The last row": _from("balancer"),
}
# What reads otherwise before a step.
EDITS = (
    (_from("token_budget"), ", and `tokensPerDay 0`, for it counts none", ""),
    (_from("access_logs"), "A logging role of its own stays, for other APIs may use it by then. After\n", "After\n"),
    (_from("team_keys"), ", `authorizerConcurrency`", ""),
    (_from("usage_plans"), "`pulumi config set gateway:teamQuota 500`", "`pulumi config set gateway:timeout 20`"),
)  # fmt: skip
MAKES = (
    (_from("model"), "A Lambda function that hosts a small model (SmolLM2-135M-Instruct on llama.cpp)."),
    (_from("rest_api"), "A REST API of Amazon API Gateway in front of it, deployed to a stage: `POST /model` takes a prompt."),
    (_from("team_keys"), "Callers show a team's key, which a function of ours knows, or a signature."),
    (_from("user_pool"), "Or a token of a user pool."),
    (_from("usage_plans"), "Each team has a rate and a quota."),
    (_from("prompt_check"), "Bodies are checked before the function."),
    (_from("token_budget"), "Each key has a budget of tokens a day."),
    (_from("access_logs"), "A line in a log for each request; no prompt is in it."),
    (_from("execution_logs"), "A log of API Gateway's steps and a trace of a request; no prompt is in them, either."),
    (_from("metrics_variables"), "Metrics of calls and of tokens."),
    (_from("alarms"), "Alarms and a dashboard."),
    (_from("chat_completions"), "`POST /chat/completions` and `GET /models` are what clients of OpenAI look for."),
    (_from("chat_check"), "What is no conversation is refused before the function is called."),
    (_from("streaming"), "Tokens while they are written, if you set it."),
    (_from("other_dialects"), "`POST /responses` and `POST /messages` besides."),
    (_from("balancer"), "A second home for the model: instances of EC2 behind a load balancer, if you set how many."),
    (_from("scaling_policy"), "More instances when each has much to do, and fewer when they have not."),
    (_from("candidate_pool"), "A second version of the model, on a part of the requests."),
    (_from("breaker_table"), "Who answers when one of the homes fails."),
)  # fmt: skip
_KEYS, _LIMITS, _CHAT = _from("team_keys"), _from("usage_plans"), _from("chat_completions")


def opened(number: int) -> str:
    """What a chapter leaves open to callers, as Markdown; nothing if nothing is."""
    if number < _KEYS:
        return (
            "**Everyone who knows its URL may call it**: what asks for a key comes with chapter "
            f"{_KEYS:02d}. Deploy it for a look, and take it down."
        )
    if number < _LIMITS:
        return (
            f"A key lets in, as often as its holder likes: limits come with chapter {_LIMITS:02d}."
        )
    return ""


CALL = """\
## Call

```sh
curl "$(pulumi stack output model_url)" {key}-H "Content-Type: application/json" \\
  -d '{{"prompt": "Say hello.", "max_tokens": 32}}'
```
"""
KEY = """-H "Authorization: Bearer $(pulumi stack output team_keys --show-secrets | \\
  python -c 'import json, sys; print(json.load(sys.stdin)["blue"])')" \\
  """
COSTS = {
    "| at rest, a month |": (_from("alarms"), "| at rest, a month | 0 |"),
    "| 1,000 prompts": (
        _from("metrics_variables"),
        "| 1,000 prompts of three seconds at 1,769 MB | Lambda 0.09, API Gateway 0.004: about 0.10 |",
    ),
    "| instances, at rest": (_from("balancer"), ""),
}
STACKS = """\
Two stacks have their settings in a file: `Pulumi.dev.yaml`, for trying out, and `Pulumi.prod.yaml`, for
what people rely on (`pulumi stack init prod`). Both put the stack's name before each resource's. Read
them before you deploy: `aws:region` is yours to set.
"""


def readme(text: str, number: int, gone: Collection[str]) -> str:
    """The whole README.

    Args:
        text: gateway/README.md.
        number: of the chapter.
        gone: settings that it does not have.
    """
    for first, old, new in EDITS:
        if number < first:
            text = text.replace(old, new)
    _, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    told = [_head(number)]
    for section in sections:
        title, _, body = section.partition("\n")
        if title == "What it makes" or SECTIONS.get(title, 0) > number:
            continue
        if title == "Call" and number < _CHAT:
            told.append(CALL.format(key=KEY if number >= _KEYS else "").rstrip())
            continue
        body = _paragraphs(body, number, gone)
        if title == "Deploy":
            body += f"\n\n{STACKS.strip()}"
        if body:
            told.append(f"## {title}\n\n{body}")
    return "\n\n".join(told) + "\n"


def _head(number: int) -> str:
    made = "\n".join(f"- {what}" for first, what in MAKES if first <= number)
    warning = f"\n\n{opened(number)}" if opened(number) else ""
    title = find(number).title
    return (
        "# A language model behind an API gateway\n\nA whole Pulumi project in Python for AWS, as "
        f"chapter {number:02d} of the course ({title}) leaves it. Copy it\ninto any repository, under any "
        f"name.\n\n## What it makes\n\n{made}{warning}\n\n`program.py` calls every step; each file beside "
        "it has the steps of an area; `settings.py` is what\nyou may change; `functions/` is the code "
        "that runs in Lambda."
    )


def _paragraphs(body: str, number: int, gone: Collection[str]) -> str:
    """A section's paragraphs, bullets and rows, without those about something else."""
    names = "|".join(map(camel, gone))
    pattern = re.compile(rf"(?:gateway:|`)(?:{names})\b" if names else r"(?!)")
    words = [word for word, first in WORDS.items() if first > number]

    def about_others(part: str) -> bool:
        return bool(pattern.search(part)) or any(word in part for word in words)

    kept: list[str] = []
    dropped = False
    for part in re.split(r"\n\n(?=\S)", body.strip()):
        commands = part.startswith("```")
        if dropped and commands:
            continue  # of a paragraph that is gone
        single = commands or re.match(r"(?:.*\n)?- ", part)
        lines = re.split(r"\n" if commands else r"\n(?=- )", part) if single else [part]
        left = [line for line in lines if not about_others(line)]
        dropped = not left
        if left:
            kept.append("\n".join(left))
    return _rows("\n\n".join(kept), number)


def _rows(text: str, number: int) -> str:
    for start, (first, instead) in COSTS.items():
        if number < first:
            line = re.compile(rf"^{re.escape(start)}.*\n?", re.MULTILINE)
            text = line.sub(f"{instead}\n" if instead else "", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
