"""What a page says to keep works elsewhere: it needs no name of the page, and gives what it says."""

import io
import json
import re
from types import SimpleNamespace

import pytest

from lab import course
from lab.checks.shared import steps
from tools import lessons

# The last page has nothing to keep: it takes away.
CHAPTERS = [chapter for chapter in course.CHAPTERS if 0 < chapter.number < 99]
FENCE = re.compile(r"Keep this:\n\n```python\n(.+?)\n```", re.DOTALL)


class Table:
    """A table that gives back what it is asked to write."""

    def update_item(self, **written):
        return written


class Api:
    """API Gateway, which exports a stage that serves one path."""

    def get_export(self, **asked):
        return {"body": io.BytesIO(b'{"paths": {"/model": {}}}')}


A = SimpleNamespace(
    **dict.fromkeys(("id", "arn", "name", "execution_arn", "invoke_arn", "stage_name"), "x"),
    response_streaming_invoke_arn="x/response-streaming-invocations",
)


def stands_in(backend):
    if backend == "away":
        raise ConnectionRefusedError
    return f"{backend} stands in"


# Of each page: what its function is called with, and a text that is in what it gives.
CALLS = {
    1: (("ec2.amazonaws.com",), "sts:AssumeRole"),
    2: ((A,), "lambda:InvokeFunction"),
    3: ((A,), "Output"),
    4: ((A, A), "Method"),
    5: ((A, A), "AWS_PROXY"),
    6: (("one", "two"), "ResourceOptions"),
    7: ((Api(), "a1b2c3d4e5", "v1"), "['/model']"),
    8: (("key", ["2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"]), "True"),
    9: ((True, None), "True"),
    10: (("eu-west-1", "123456789012", "a1b2c3", "v1"), ":a1b2c3/v1/*"),
    11: ((A, A, 5, 10), "UsagePlan"),
    12: ((A, A), "$default"),
    13: ((Table(), "blue", 64, 300), "':room': 236"),
    14: ((), "$context.requestId"),
    15: ((), "'data_trace_enabled': False"),
    16: (("Mine",), "CloudWatchMetrics"),
    17: ((A, A), "MetricAlarm"),
    18: (("http://127.0.0.1:1/v1", "key"), "OpenAI"),
    19: (("trip", {"type": "object"}), "'schema': {'type': 'object'}"),
    20: ((A, 120), "120000"),
    21: (("https://x.example.com/v1", "key"), "'https://x.example.com'"),
    22: ((A, A), "VPC_LINK"),
    23: (("group", "balancer/targets", 60), "ALBRequestCountPerTarget"),
    24: ((A, 10), "percent_traffic"),
    25: ((("away", "here"), stands_in), "here stands in"),
    26: (("dev",), "dev-${name}-${hex(7)}"),
}


def kept(chapter):
    path = lessons.ROOT / "notebooks" / f"{chapter.name}.ipynb"
    cells = json.loads(path.read_text("utf-8"))["cells"]
    (code,) = FENCE.findall("\n\n".join("".join(cell["source"]) for cell in cells))
    return code


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_what_a_recap_keeps_works_where_it_is_pasted(chapter):
    space = {}
    exec(compile(kept(chapter), chapter.name, "exec"), space)  # noqa: S102 - as one pastes it
    name = re.search(r"^def (\w+)", kept(chapter), re.MULTILINE)[1]
    arguments, wanted = CALLS[chapter.number]
    given = []
    steps.declared(lambda: given.append(space[name](*arguments)))
    assert wanted in f"{type(given[0]).__name__} {given[0]!r}"
