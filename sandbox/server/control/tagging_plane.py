"""The tagging API: it lists what has tags, also of services that the emulator's leaves out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sandbox.server.apigateway import tags
from sandbox.server.base import emulator, partitions, vpc_links

v1 = emulator.v1
logs = emulator.cloudwatch_logs

Tagged = tuple[str, list[dict[str, str]]]  # an ARN and its tags
GATEWAY, EC2, BALANCING = "apigateway", "ec2", "elasticloadbalancing"
# How EC2's ids begin, what ARNs call the kind, and where its records are.
KINDS = {
    "i": ("instance", "_instances"),
    "lt": ("launch-template", "_launch_templates"),
    "sg": ("security-group", "_security_groups"),
    "sgr": ("security-group-rule", ""),
    "subnet": ("subnet", "_subnets"),
    "vpc": ("vpc", "_vpcs"),
}


def _home() -> str:
    region = emulator.responses.get_region()
    return f"arn:{partitions.of(region)}:{GATEWAY}:{region}::"


def gateway() -> Iterator[Tagged]:
    """API Gateway's records."""
    stores = {
        "restapis": v1._rest_apis,
        "apikeys": v1._api_keys,
        "usageplans": v1._usage_plans,
        "domainnames": v1._domain_names,
        "vpclinks": {**vpc_links.first, **vpc_links.second},
    }
    paths = [f"/{kind}/{key}" for kind, store in stores.items() for key in list(store)]
    paths += [
        f"/restapis/{api}/stages/{stage}"
        for api, stages in list(v1._stages_v1.items())
        for stage in list(stages)
    ]
    for path in paths:
        yield _home() + path, _listed(tags.tags_of(_home() + path))


def log_groups() -> Iterator[Tagged]:
    """CloudWatch Logs' groups."""
    where = f"{emulator.responses.get_region()}:{emulator.responses.get_account_id()}"
    for name, group in list(logs._log_groups.items()):
        yield f"arn:aws:logs:{where}:log-group:{name}", _listed(group.get("tags"))


def ec2() -> Iterator[Tagged]:
    """EC2's resources, whose tags are kept by their ids, and longer than they are."""
    where = f"{emulator.responses.get_region()}:{emulator.responses.get_account_id()}"
    module = _module(EC2)
    rules = {
        rule.get("SecurityGroupRuleId")
        for group in module._security_groups.values()
        for rule in (*group["IpPermissions"], *group["IpPermissionsEgress"])
    }
    for id, found in list(module._tags.items()):
        kind, store = KINDS.get(id.split("-")[0], ("", ""))
        if kind and id in (getattr(module, store) if store else rules):
            yield f"arn:aws:{EC2}:{where}:{kind}/{id}", list(found)


def balancing() -> Iterator[Tagged]:
    """Load balancers, their target groups, listeners and rules."""
    for arn, found in list(_module("alb")._tags.items()):
        yield arn, list(found)


def alarms() -> Iterator[Tagged]:
    """CloudWatch's alarms of this Region; the emulator keeps the tags of all together."""
    region = emulator.responses.get_region()
    for arn, found in list(emulator.cloudwatch._resource_tags.items()):
        if arn.split(":")[3] == region:
            yield arn, _listed(found)


def web_acls() -> Iterator[Tagged]:
    """WAF's web ACLs and what else has tags there, of this Region."""
    region = emulator.responses.get_region()
    for arn, found in list(_module("waf")._waf_tags.items()):
        if arn.split(":")[3] == region:
            yield arn, list(found)


def _module(name: str) -> Any:
    return emulator.app._get_module(name)


def _kept(arn: str) -> tuple[Any, str]:
    """Where the tags of EC2's and of load balancers' resources are, and by which key."""
    service = arn.split(":")[2]
    if service == BALANCING:
        return _module("alb")._tags, arn
    return _module(EC2)._tags, arn.rpartition("/")[2]


def _changed(arn: str, change: Callable[[dict[str, str]], None]) -> tuple[int]:
    """Change the tags that are kept for an ARN; the status that a call of the service would have."""
    store, key = _kept(arn)
    if key not in store:
        return (404,)
    known = {each["Key"]: each["Value"] for each in store[key]}
    change(known)
    store[key] = _listed(known)
    return (204,)


def _without(known: dict[str, str], keys: Iterable[str]) -> None:
    for key in keys:
        known.pop(key, None)


def _listed(found: dict[str, str] | None) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in (found or {}).items()]


def tagged(collect: Callable[[], Iterable[Tagged]]) -> Callable[[], Iterator[Tagged]]:
    """Leave out what has no tags."""

    def found() -> Iterator[Tagged]:
        return ((arn, its) for arn, its in collect() if its)

    return found


def matches(original: Callable[[str, Any], bool]) -> Callable[[str, Any], bool]:
    """The kind of one of API Gateway's ARNs stands behind a slash."""
    return lambda arn, kinds: original(arn.replace("::/", "::", 1), kinds)


def scoped(original: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    """API Gateway's ARNs name no account."""

    def require(spec: Any, arn: str) -> None:
        if spec.service != GATEWAY:
            original(spec, arn)

    return require


def install(module: Any) -> None:
    """Put these over the emulator's tagging API."""

    def write(change: Callable[..., Any]) -> Callable[[Any, str, Any], None]:
        def put(_: Any, arn: str, given: Any) -> None:
            if change(arn, given)[0] != 204:
                raise module._ResourceNotFound(arn)

        return put

    module._COLLECTORS.update(
        {
            GATEWAY: gateway,
            "logs": log_groups,
            EC2: ec2,
            BALANCING: balancing,
            "cloudwatch": alarms,
            "wafv2": web_acls,
            # The emulator knows their tags, and asks them in policies only.
            "secretsmanager": module._RESOURCE_TAG_COLLECTORS["secretsmanager"],
            "ssm": module._RESOURCE_TAG_COLLECTORS["ssm"],
        }
    )
    # Two services may share a collector, which is asked once.
    ours = {collect: tagged(collect) for collect in module._COLLECTORS.values()}
    module._COLLECTORS.update({kind: ours[one] for kind, one in module._COLLECTORS.items()})
    module._GLOBAL_RESOURCE_SERVICES.add(GATEWAY)
    module._matches_type_filters = matches(module._matches_type_filters)
    module._require_resource_scope = scoped(module._require_resource_scope)
    module._WRITERS[GATEWAY] = write(lambda arn, given: tags.tag_resource(arn, {"tags": given}))
    module._REMOVERS[GATEWAY] = write(tags.untag_resource)
    for service in (EC2, BALANCING):
        module._WRITERS[service] = write(
            lambda arn, given: _changed(arn, lambda k: k.update(given))
        )
        module._REMOVERS[service] = write(
            lambda arn, keys: _changed(arn, lambda k: _without(k, keys))
        )
