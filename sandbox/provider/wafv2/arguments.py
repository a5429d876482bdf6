"""WAF: what a web ACL has beside its rules, between arguments and the API."""

from __future__ import annotations

import json
from typing import Any

from sandbox.provider.core import facts
from sandbox.provider.core.answers import in_order, same_order
from sandbox.provider.core.kinds import Inputs, Outputs
from sandbox.provider.core.shapes import answer, request

TOKEN = "aws:wafv2/webAcl:WebAcl"
# The services before which bodies are looked into, by their blocks.
SERVICES = {
    "apiGateway": "API_GATEWAY",
    "appRunnerService": "APP_RUNNER_SERVICE",
    "cloudfront": "CLOUDFRONT",
    "cognitoUserPool": "COGNITO_USER_POOL",
    "verifiedAccessInstance": "VERIFIED_ACCESS_INSTANCE",
}
LIMIT = ("defaultSizeInspectionLimit", "DefaultSizeInspectionLimit")
# Pulumi's plural names of what the API has in the singular.
NAMES = {"asnLists": "AsnList", "headerOrders": "HeaderOrder", "matchPatterns": "MatchPattern"}
PLAIN = ("captchaConfig", "challengeConfig", "dataProtectionConfig")
# All that an update changes; tags are apart.
CHANGEABLE = (
    "associationConfig",
    "customResponseBodies",
    "defaultAction",
    "description",
    "ruleJson",
    "rules",
    "tokenDomains",
    "visibilityConfig",
    *PLAIN,
)


def settings(client: Any, inputs: Inputs) -> dict[str, Any]:
    """The arguments of a create or an update."""
    given = {name: inputs[name] for name in PLAIN if inputs.get(name)}
    given |= {
        "defaultAction": inputs["defaultAction"],
        "rules": inputs.get("rules") or [],
        "visibilityConfig": inputs["visibilityConfig"],
    }
    if inputs.get("description"):
        given["description"] = inputs["description"]
    found: dict[str, Any] = request(client, "CreateWebACLRequest", given, NAMES)
    if inputs.get("ruleJson"):
        found["Rules"] = json.loads(inputs["ruleJson"])
    if bodies := inputs.get("customResponseBodies"):
        found["CustomResponseBodies"] = {
            each["key"]: {"Content": each["content"], "ContentType": each["contentType"]}
            for each in bodies
        }
    if domains := inputs.get("tokenDomains"):
        found["TokenDomains"] = list(domains)
    if association := inputs.get("associationConfig"):
        found["AssociationConfig"] = {
            "RequestBody": {
                SERVICES[name]: {LIMIT[1]: block[LIMIT[0]]}
                for body in association.get("requestBodies") or ()
                for name, block in body.items()
                if block
            }
        }
    return found


def outputs(acl: dict[str, Any], last: Outputs) -> Outputs:
    """The same as AWS tells them."""
    known = facts.known(TOKEN)
    found: Outputs = {
        name: answer(known.inputs[name], acl.get(f"{name[0].upper()}{name[1:]}"))
        for name in (*PLAIN, "defaultAction", "visibilityConfig")
    }
    bodies = [
        {"content": body["Content"], "contentType": body["ContentType"], "key": key}
        for key, body in (acl.get("CustomResponseBodies") or {}).items()
    ]
    limits = (acl.get("AssociationConfig") or {}).get("RequestBody") or {}
    block = {
        name: {LIMIT[0]: limits[api][LIMIT[1]]} for name, api in SERVICES.items() if api in limits
    }
    found |= {
        "associationConfig": {"requestBodies": [block]} if block else None,
        "customResponseBodies": in_order(
            bodies, last.get("customResponseBodies"), lambda body: body["key"]
        ),
        "description": acl.get("Description"),
        "tokenDomains": same_order(acl.get("TokenDomains") or (), last.get("tokenDomains")),
    }
    rules = acl.get("Rules") or []
    if last.get("ruleJson"):
        # The program says its rules in the API's own form.
        same = _known(json.loads(last["ruleJson"])) == _known(rules)
        found |= {"ruleJson": last["ruleJson"] if same else json.dumps(rules), "rules": None}
    else:
        found |= {"ruleJson": None, "rules": _in_order(rules, last.get("rules"))}
    return found


def _known(value: Any) -> Any:
    """A document as it can be compared: what is bytes to the API is text in JSON."""
    if isinstance(value, dict):
        return {name: _known(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_known(each) for each in value]
    return value.decode() if isinstance(value, bytes) else value


def _listed(value: Any) -> Any:
    """Statements with lists and plural names where Pulumi has them and the API has none."""
    if isinstance(value, list):
        return [_listed(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {name: _listed(each) for name, each in value.items()}
    if "asnList" in found:
        found["asnLists"] = found.pop("asnList")
    if field := found.get("fieldToMatch"):
        if isinstance(field.get("headers"), dict):
            field["headers"] = [field["headers"]]
        if "headerOrder" in field:
            field["headerOrders"] = [field.pop("headerOrder")]
        if "matchPattern" in field.get("cookies", {}):
            field["cookies"]["matchPatterns"] = [field["cookies"].pop("matchPattern")]
    return found


def _in_order(rules: list[dict[str, Any]], last: list[Outputs] | None) -> list[Outputs]:
    """The set of rules in the order of the program."""
    shown: list[Outputs] = _listed(answer(facts.known(TOKEN).inputs["rules"], rules))
    return in_order(shown, last, lambda rule: rule["name"])
