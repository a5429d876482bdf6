"""EC2: tags, which its API takes by the ids of any resources."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.kinds import Inputs, Outputs
from sandbox.provider.core.tags import retag as _retag
from sandbox.provider.core.tags import tag_list


def tagged(kind: str, inputs: Inputs) -> dict[str, Any]:
    """The argument of a create that puts tags on, for a resource of this kind."""
    tags = tag_list(inputs.get("tags"))
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]} if tags else {}


def retag(client: Any, id: str, old: Outputs, new: Inputs) -> None:
    """Bring a resource's tags to what the program says."""

    def untag(Resources: list[str], TagKeys: list[str]) -> None:
        client.delete_tags(Resources=Resources, Tags=[{"Key": key} for key in TagKeys])

    _retag(client.create_tags, untag, old, new, Resources=[id])
