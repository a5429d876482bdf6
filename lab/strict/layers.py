"""The layers that a function needs in a strict sandbox, published to it, and the settings that name them."""

from __future__ import annotations

import platform
from typing import Any

from gateway.layer.build import file_digest, layer_command, layer_zip
from lab.errors import NotReady
from lab.strict import web_adapter

BUCKET = "kit-layers"
PROCESSORS = {"aarch64": "arm64", "arm64": "arm64"}  # all others: x86_64


def settings(client: Any) -> dict[str, Any]:
    """What the stack's configuration has to say, so that the model is found and streams.

    The model's layer is one of the account's own. Without the adapter, answers come whole.

    Args:
        client: gives a client of a service of the sandbox's AWS, by the service's name.

    Raises:
        NotReady: nobody has made the model's layer yet.
    """
    architecture = PROCESSORS.get(platform.machine(), "x86_64")
    chosen: dict[str, Any] = {
        "gateway:architecture": architecture,
        "gateway:modelLayer": "false",
        "gateway:layerArns": [model(client, architecture)],
        "gateway:stream": "false",
        "gateway:runtimeStreams": "false",
    }
    if web_adapter.program().is_file():
        chosen["gateway:adapterLayerArn"] = adapter(client)
        chosen["gateway:stream"] = "true"
    return chosen


def model(client: Any, architecture: str) -> str:
    """The ARN of the model's layer; it goes by S3, for it has more than 50 MB."""
    file = layer_zip(architecture)
    if not file.is_file():
        raise NotReady(
            "KIT_STRICT is set, and the layer that brings the model is not there yet.",
            layer_command(architecture),
        )
    digest = file_digest(file)
    name = f"kit-model-{digest[:16]}"
    if found := published(client, name):
        return found
    storage = client("s3")
    storage.create_bucket(Bucket=BUCKET)
    storage.upload_file(str(file), BUCKET, name)
    return publish(client, name, {"S3Bucket": BUCKET, "S3Key": name})


def adapter(client: Any) -> str:
    """The ARN of the layer of the Lambda Web Adapter."""
    name = "LambdaAdapterLayer"
    found = published(client, name)
    return found or publish(client, name, {"ZipFile": web_adapter.layer()})


def published(client: Any, name: str) -> str:
    """The newest version of a layer; "" where there is none."""
    versions = client("lambda").list_layer_versions(LayerName=name)["LayerVersions"]
    return str(versions[0]["LayerVersionArn"]) if versions else ""


def publish(client: Any, name: str, content: dict[str, Any]) -> str:
    """A version of a layer; its ARN."""
    made = client("lambda").publish_layer_version(LayerName=name, Content=content)
    return str(made["LayerVersionArn"])
