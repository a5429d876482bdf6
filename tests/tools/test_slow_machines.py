"""What pages ask for comes in time where the model writes five tokens a second, as a laptop on battery does.

API Gateway gives an answer up after 29 seconds, however patient a client is. A page that wants a longer
answer asks for `tokens(…)` of them (lab/preflight/speed.py); what it waits for, it waits for longer
than API Gateway does, so that no slow machine needs another number there.
"""

import ast
import json

from lab.exercise.calls import LIMIT
from lab.prompt import transport
from tools import notebooks

GATEWAY = 29.0  # seconds that API Gateway waits
SLOW, READING = 5, 8.0  # tokens a second that are written, and seconds for the prompt and the way
WORD = "max_tokens"
# Longer by design: the function's second is over before, or the answer is short and the number a reserve.
ON_PURPOSE = {
    ("02_model_function", 256),
    ("12_what_may_be_asked", 9000),
    ("13_how_many_tokens", 250),
}


def code(path):
    """A page's cells as trees."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [ast.parse("".join(one["source"])) for one in cells if one["cell_type"] == "code"]


def given(tree, name):
    """The numbers that stand for an argument, a parameter or a key of this name."""
    for node in ast.walk(tree):
        pairs = []
        if isinstance(node, ast.Call):
            pairs = [(each.arg, each.value) for each in node.keywords]
        elif isinstance(node, ast.Dict):
            pairs = [
                (getattr(k, "value", None), v) for k, v in zip(node.keys, node.values, strict=True)
            ]
        elif isinstance(node, ast.arguments):
            last = node.args[len(node.args) - len(node.defaults) :]
            pairs = [(each.arg, value) for each, value in zip(last, node.defaults, strict=True)]
        for key, value in pairs:
            if key == name and isinstance(value, ast.Constant):
                yield value.value


PAGES = {path.stem: code(path) for path in notebooks.every()}


def test_each_answer_that_a_page_asks_for_comes_before_api_gateway_gives_it_up():
    asked = {
        (page, number)
        for page, cells in PAGES.items()
        for tree in cells
        for number in given(tree, WORD)
    }
    assert len(asked) > 20
    assert {one for one in asked if one[1] / SLOW + READING > GATEWAY} == ON_PURPOSE


def test_a_page_and_the_kit_wait_longer_than_api_gateway():
    waits = [
        (page, wait)
        for page, cells in PAGES.items()
        for tree in cells
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and "requests" in ast.unparse(call.func)
        for wait in given(call, "timeout")
    ]
    assert len(waits) > 10 and not [one for one in waits if one[1] < 2 * GATEWAY]
    assert min(LIMIT, transport.ANSWER_LIMIT) > GATEWAY
