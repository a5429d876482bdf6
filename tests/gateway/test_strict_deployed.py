"""The whole program in a strict sandbox: as on AWS, the model comes from the layer and from nowhere else."""

from __future__ import annotations

import json
import os
import sys
import time

import pytest
import yaml

from lab import course
from lab.session import session
from lab.strict import web_adapter
from sandbox import cloud
from tests import layers
from tests.deployed.conftest import ROOMY, Deployed
from tests.lab.session.stacks import load_sdk
from tools.others import adapter

pytestmark = pytest.mark.skipif(
    sys.platform != "linux",
    reason="Linux only: the layer has libraries for it, as Lambda wants them",
)
built = pytest.mark.skipif(
    not web_adapter.program().is_file(),
    reason=f"the Lambda Web Adapter is not built: {adapter.COMMAND}",
)
CHAPTER = course.that_makes("streaming").number
# The program's own layer, and nothing that streams.
PLAIN = {
    "gateway:modelLayer": "true",
    "gateway:layerArns": "[]",
    "gateway:adapterLayerArn": "",
    "gateway:stream": "false",
}
TALK = {
    "model": "SmolLM2-135M-Instruct",
    "messages": [{"role": "user", "content": "Say hello."}],
    "max_tokens": 8,
    "stream": True,
}


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """The gateway as it is deployed to a sandbox that was started with KIT_STRICT=1."""
    load_sdk()
    home = tmp_path_factory.mktemp("strict")
    layers.made()
    before = dict(os.environ)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(session, "_session", None)
            patch.setattr(session, "own_names", dict)
            os.environ.update({"KIT_HOME": str(home), "KIT_STRICT": "1"})
            for name in ("KIT_STACK", "KIT_TARGET"):
                os.environ.pop(name, None)
            yield deploy()
    finally:
        cloud.stop(home)
        os.environ.clear()
        os.environ.update(before)


def deploy(**config):
    """Deploy the program with these settings, or as it is."""
    stack = session.open_session(CHAPTER).stack
    more = {f"gateway:{name}": value for name, value in config.items()}
    stack.config = {**stack.config, **ROOMY, **PLAIN, **more}
    settings = stack.workspace / f"Pulumi.{stack.name}.yaml"
    known = yaml.safe_load(settings.read_text("utf-8"))
    settings.write_text(yaml.safe_dump({**known, "config": stack.config}), "utf-8")
    session.up(CHAPTER)
    outputs = session.outputs()
    return Deployed(dict(outputs), outputs["team_keys"].reveal(), deploy)


def test_a_prompt_is_answered_by_the_model_of_the_layer(strict):
    answer = strict.post("/model", {"prompt": "What is the capital of France?"})
    assert answer.status_code == 200 and answer.json()["completion"].endswith("Paris.")
    function = strict.client("lambda").get_function(FunctionName=strict.outputs["function_name"])
    (layer,) = function["Configuration"]["Layers"]
    assert layer["Arn"].rpartition(":")[0].endswith("-model")


def test_the_roles_have_the_rights_that_count_there(strict):
    """The function's log has its line, and the budget its tokens."""
    before = strict.spent_tokens()
    answer = strict.post("/model", {"prompt": "Hi", "max_tokens": 4})
    found = strict.client("logs").filter_log_events(
        logGroupName=strict.outputs["log_group"],
        filterPattern=f'"{answer.headers["x-request-id"]}"',
    )
    assert len(found["events"]) >= 1
    assert strict.spent_tokens() > before


def test_a_stream_that_is_asked_for_comes_whole_as_without_the_adapter(strict):
    answer = strict.post("/chat/completions", TALK)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.text.rstrip().endswith("data: [DONE]")


def test_a_second_up_changes_nothing(strict):
    """The layer's zip, 124 MB, is not even uploaded again."""
    assert session.up(CHAPTER).changes == {}


# With the Lambda Web Adapter


@pytest.fixture(scope="module")
def adapted(strict):
    """The same with the real adapter as a layer, which streams; and the pieces of a stream."""
    layer = strict.client("lambda").publish_layer_version(
        LayerName="LambdaAdapterLayerX86", Content={"ZipFile": web_adapter.layer()}
    )
    yield strict.deploy(adapterLayerArn=layer["LayerVersionArn"], stream="true")
    strict.deploy()


@built
def test_the_real_adapter_streams_through_the_whole_gateway(adapted):
    """REST API, version of the adapter, run.sh out of our zip, and the model out of its layer."""
    started, times = time.monotonic(), []
    story = [{"role": "user", "content": "Tell me a long story about the sea."}]
    body = {**TALK, "messages": story, "max_tokens": 64}
    with adapted.post("/chat/completions", body, stream=True) as answer:
        text = b""
        assert answer.headers["Content-Type"].startswith("text/event-stream"), answer.text
        for piece in answer.iter_content(None):
            times.append(time.monotonic() - started)
            text += piece
    assert text.rstrip().endswith(b"data: [DONE]")
    assert len(times) > 10 and times[-1] - times[0] > 0.1


@built
def test_the_memory_of_what_the_adapter_starts_counts(adapted):
    """The model takes more than 128 MB: its environment ends, as one of Lambda's does."""
    name, client = adapted.outputs["function_name"], adapted.client("lambda")
    had = client.get_function_configuration(FunctionName=name)["MemorySize"]

    def give(megabytes):
        client.update_function_configuration(FunctionName=name, MemorySize=megabytes)
        client.get_waiter("function_updated_v2").wait(FunctionName=name)

    give(128)
    assert adapted.post("/model", {"prompt": "Hi", "max_tokens": 4}).status_code == 502
    give(had)
    assert adapted.post("/model", {"prompt": "Hi", "max_tokens": 4}).status_code == 200


@built
def test_behind_the_adapter_everything_else_is_as_without(adapted):
    before = adapted.spent_tokens()
    answer = adapted.post("/model", {"prompt": "What is the capital of France?"})
    assert answer.status_code == 200 and answer.json()["completion"].endswith("Paris.")
    assert adapted.spent_tokens() > before, "the key that asks pays"
    refused = adapted.post("/model", {"prompt": "Hi", "temperature": 9})
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "temperature")
    found = adapted.client("logs").filter_log_events(
        logGroupName=adapted.outputs["log_group"],
        filterPattern=f'"{answer.headers["x-request-id"]}"',
    )
    (line,) = [
        json.loads(event["message"]) for event in found["events"] if "key_id" in event["message"]
    ]
    assert line["status"] == 200
