"""Tags are one thing, whether they are set with a record or by TagResource."""

from __future__ import annotations

from sandbox.server.base import emulator, vpc_links
from sandbox.server.base.emulator import Answer, Record

v1 = emulator.v1


def tags_of(arn: str) -> Record | None:
    """The tags on the record that an ARN names; None when its kind has none."""
    match arn.split("::", 1)[-1].strip("/").split("/"):
        case ["restapis", api_id]:
            record = v1._rest_apis.get(api_id)
        case ["restapis", api_id, "stages", stage]:
            record = (v1._stages_v1.get(api_id) or {}).get(stage)
        case ["apikeys", key]:
            record = v1._api_keys.get(key)
        case ["usageplans", plan]:
            record = v1._usage_plans.get(plan)
        case ["domainnames", domain]:
            record = v1._domain_names.get(domain)
        case ["vpclinks", link]:
            return vpc_links.tags(link)
        case _:
            record = None
    if record is None:
        return None
    if not isinstance(record.get("tags"), dict):
        record["tags"] = {}
    tags: Record = record["tags"]
    return tags


def _tagged(arn: str) -> tuple[str, Answer | None]:
    """The ARN under which tags are kept, and the refusal when there is nothing to tag."""
    if vpc_links.tags(arn.rpartition("::/vpclinks/")[2]) is not None:
        return arn, None
    found: tuple[str, Answer | None] = v1._resolve_v1_tag_resource_arn(arn)
    return found


def _changeable(arn: str) -> tuple[str, Record, Answer | None]:
    """The ARN under which tags are kept, those tags, and the refusal when there are none."""
    key, refusal = _tagged(arn)
    tags = tags_of(key) if refusal is None else None
    if tags is None:
        unknown = v1._v1_error("NotFoundException", "Invalid resource identifier", 404)
        return key, {}, refusal or unknown
    return key, tags, None


def tag_resource(arn: str, data: Record) -> Answer:
    key, tags, refusal = _changeable(arn)
    if refusal is not None:
        return refusal
    tags.update(data.get("tags") or {})
    v1._v1_tags[key] = dict(tags)
    return 204, {}, b""


def untag_resource(arn: str, keys: list[str]) -> Answer:
    key, tags, refusal = _changeable(arn)
    if refusal is not None:
        return refusal
    for name in keys:
        tags.pop(name, None)
    v1._v1_tags[key] = dict(tags)
    return 204, {}, b""


def get_tags(arn: str) -> Answer:
    key, refusal = _tagged(arn)
    if refusal is not None:
        return refusal
    answer: Answer = v1._v1_response({"tags": tags_of(key) or {}})
    return answer


def install() -> None:
    """Put these over the emulator's calls."""
    v1._tag_v1_resource = tag_resource
    v1._untag_v1_resource = untag_resource
    v1._get_v1_tags = get_tags
