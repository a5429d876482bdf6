"""What went wrong, in one short message with its fix; never a wall of somebody else's frames."""

from __future__ import annotations

import difflib
import inspect
import re
import traceback
from pathlib import Path

from lab.deploy import values

LAB = Path(__file__).resolve().parents[1]
FOREIGN = ("site-packages", "dist-packages", "/lib/python3", "\\Lib\\", "<frozen", str(LAB))
FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>\S+)$')


# What the engine, a provider or Python says -> what it means, what to do. {0}, {1}: the groups.
RULES: tuple[tuple[str, str, str], ...] = (
    (
        r"_internal_init\(\) got an unexpected keyword argument '(\w+)'",
        "{1} has no argument `{0}`.",
        "Check the spelling of `{0}`.",
    ),
    (
        r"Missing required property '(\w+)'",
        "The argument `{0}` is missing.",
        "Give the resource a value for `{0}`.",
    ),
    (
        r"Calling __str__ on an Output|can only concatenate str \(not \"Output\"\)",
        "A text is made from an output, and the output has no value before it is deployed.",
        "Use pulumi.Output.concat(\"a\", output), or output.apply(lambda value: f\"a{{value}}\").",
    ),
    (
        r"Duplicate resource URN '[^']*::([^':]+)'",
        "Two resources of one type have the name {0!r}.",
        "Give one of them another name: the first argument.",
    ),
    (
        r"^(\S+) resource '([^']+)': property (\S+) value \{(.*)\} has a problem: (.*)$",
        "{1}: the argument `{2}` with the value {3!r} is refused: {4}",
        "Change `{2}` in the step that makes {1}.",
    ),
    (
        r"'NoneType' object has no attribute '(\w+)'",
        "A step gives nothing where its `{0}` is wanted.",
        "End the step with `return` and what it made.",
    ),
    (
        r"did not begin responding to RPC|connection (?:error|refused)|reading from server: EOF",
        "The sandbox's provider does not answer.",
        "Run up() again: it starts the sandbox anew.",
    ),
    (
        r"Could not connect to the endpoint URL: \"?([^\s\"]+)",
        "The sandbox does not answer at {0}.",
        "Run up() again: it starts the sandbox anew.",
    ),
    (
        r"No integration defined for method",
        "A method of the API leads nowhere: perhaps an old one, because `http_method` changed.",
        "Run up(5, delete=True), then up(). Next time, delete_before_replace=True prevents it.",
    ),
    (
        r"the stack is currently locked by",
        "Another process is deploying this stack.",
        "Wait until it is done, then run this cell again.",
    ),
    (
        r"incorrect passphrase",
        "The stack was made with another passphrase.",
        "Put the old file .kit/passphrase back. If it is lost, the state's secrets cannot be read. "
        + "Begin anew: python -m sandbox reset, then delete workspaces and backend in .kit, then "
        + "start() and up().",
    ),
    (
        r"[Nn]o space left on device",
        "The disk is full.",
        "Free some space, then run this cell again: nothing that was deployed is lost.",
    ),
    (
        r"ExpiredToken|security token included in the request is expired",
        "The AWS credentials have expired.",
        "Sign in again (for example with `aws sso login`), then run this cell again.",
    ),
)  # fmt: skip


def explain(message: str) -> tuple[str, str]:
    """A message of the engine, a provider or Python as (what happened, the fix or "")."""
    text = message.strip()
    text = text.removeprefix("an unhandled error occurred:").strip()
    if text.startswith("python inline source runtime error:") or "Traceback (most" in text:
        return _from_traceback(text)
    found = _rule(text)
    return found or (text, "")


def of_exception(error: BaseException) -> tuple[str, str]:
    """An exception of the program as (message with the reader's own lines, the fix or "")."""
    name, said = type(error).__name__, str(error)
    message, fix = _rule(said) or (f"{name}: {said}" if said else name, "")
    if wrong := re.search(RULES[0][0], said):
        message, fix = _misspelled(error, wrong[1]) or (message, fix)
    lines = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return "\n".join([message, *own_lines(lines)]), fix


def own_lines(trace: str) -> list[str]:
    """The frames of a formatted traceback that are the reader's: cells and gateway/, with code."""
    found: list[str] = []
    lines = trace.splitlines()
    for number, line in enumerate(lines):
        frame = FRAME.match(line)
        if not frame or any(part in frame["file"] for part in FOREIGN):
            continue
        found.append(f"  {_place(frame['file'])}, line {frame['line']}, in {frame['function']}")
        code = "".join(lines[number + 1 : number + 2])
        found += [f"    {code.strip()}"] if code.startswith("    ") else []
    return found


def _rule(text: str) -> tuple[str, str] | None:
    for pattern, message, fix in RULES:
        if found := re.search(pattern, text, re.MULTILINE | re.DOTALL):
            words = [*found.groups(), "The resource"]
            if len(words) > 4:
                words[2] = values.snake(words[2])
            return message.format(*words), fix.format(*words)
    return None


def _from_traceback(text: str) -> tuple[str, str]:
    """The engine's copy of a Python traceback: the last line says what, the frames where."""
    last = [line for line in text.splitlines() if line.strip()][-1].strip()
    message, fix = _rule(text) or (last, "")
    return "\n".join([message, *own_lines(text)]), fix


def _misspelled(error: BaseException, wrong: str) -> tuple[str, str] | None:
    """The resource's name and the argument that was probably meant."""
    frame = error.__traceback__
    made = None
    while frame is not None:
        made, frame = frame.tb_frame.f_locals.get("__self__", made), frame.tb_next
    if made is None:
        return None
    known = list(inspect.signature(made._internal_init).parameters)
    close = difflib.get_close_matches(wrong, known, n=1)
    hint = f"Did you mean `{close[0]}`?" if close else f"It takes: {', '.join(sorted(known))}."
    return f"{type(made).__name__} has no argument `{wrong}`.", hint


def _place(file: str) -> str:
    """How a reader knows a file: a cell as such, a file of the project by its last two parts."""
    if re.search(r"ipykernel_\d+|<ipython-input", file):
        return "this cell" if "ipykernel" in file else "a cell"
    return "/".join(Path(file).parts[-2:])
