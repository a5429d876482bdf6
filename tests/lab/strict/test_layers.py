"""Layers for a strict sandbox: made once, named by what is in them, and asked for when they lack."""

import pytest

from lab.errors import NotReady
from lab.strict import layers


class Account:
    """An account's layers and the zips that it was given."""

    def __init__(self):
        self.layers, self.objects = {}, {}

    def __call__(self, service):
        return self

    def list_layer_versions(self, LayerName):
        return {"LayerVersions": self.layers.get(LayerName, [])}

    def publish_layer_version(self, LayerName, Content):
        made = {"LayerVersionArn": f"arn:{LayerName}:1", "content": Content}
        self.layers[LayerName] = [made]
        return made

    def create_bucket(self, Bucket):
        self.bucket = Bucket

    def upload_file(self, path, bucket, key):
        self.objects[key] = path


@pytest.fixture
def account(monkeypatch, tmp_path):
    """An account, a model's layer that was made, and an adapter that was not built."""
    file = tmp_path / "model.zip"
    file.write_bytes(b"zip")
    monkeypatch.setattr(layers, "layer_zip", lambda architecture: file)
    monkeypatch.setattr(layers.web_adapter, "program", lambda: tmp_path / "adapter")
    return Account()


def test_without_the_adapter_nothing_streams_and_the_model_is_a_layer(account):
    chosen = layers.settings(account)
    ((name, path),) = account.objects.items()
    assert path.endswith("model.zip")
    # A list, as Pulumi.yaml declares it: in a terminal the engine takes no text for one.
    assert chosen["gateway:layerArns"] == [f"arn:{name}:1"]
    assert (chosen["gateway:modelLayer"], chosen["gateway:stream"]) == ("false", "false")
    assert "gateway:adapterLayerArn" not in chosen


def test_with_the_adapter_it_streams_as_on_aws(account):
    layers.web_adapter.program().write_bytes(b"\x7fELF")
    chosen = layers.settings(account)
    assert chosen["gateway:adapterLayerArn"] == "arn:LambdaAdapterLayer:1"
    assert (chosen["gateway:stream"], chosen["gateway:runtimeStreams"]) == ("true", "false")


def test_layers_that_are_there_are_not_published_again(account, tmp_path):
    first = layers.settings(account)
    account.objects.clear()
    assert layers.settings(account) == first and not account.objects
    (tmp_path / "model.zip").write_bytes(b"another")
    assert layers.settings(account)["gateway:layerArns"] != first["gateway:layerArns"]


def test_a_layer_that_nobody_has_made_is_an_error_with_the_command(account, tmp_path):
    (tmp_path / "model.zip").unlink()
    with pytest.raises(NotReady) as raised:
        layers.settings(account)
    assert "python -m layer --architecture" in str(raised.value)
