"""ImportRestApi, PutRestApi and GetExport: the three calls whose body is a whole API."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from typing import Any

import yaml

from sandbox.server.base import emulator, snapshots
from sandbox.server.base.emulator import Answer
from sandbox.server.base.refusals import Refused
from sandbox.server.openapi import export, importing, reading
from sandbox.server.openapi.importing import Call, Import
from sandbox.server.openapi.words import Document

v1 = emulator.v1
LARGEST = 6 * 1024 * 1024  # bytes of a document: API Gateway's quota
KINDS = {"application/json": "json", "application/yaml": "yaml"}
AWS_VARIABLES = ("AWS::AccountId", "AWS::Partition", "AWS::Region")


def ours(method: str, parts: list[str], query: Any) -> bool:
    """Whether a call is one of the three."""
    if method == "POST" and parts == ["restapis"]:
        return "mode" in (query or {})
    if method == "PUT" and len(parts) == 2:
        return parts[0] == "restapis"
    return method == "GET" and len(parts) == 6 and (parts[2], parts[4]) == ("stages", "exports")


async def answer(
    method: str, parts: list[str], query: Any, headers: Any, body: bytes, call: Call
) -> Answer:
    """What one of the three answers; `call` is how the parts of an API are made.

    Raises:
        Refused: the document, or what is asked for, is not one that AWS takes.
    """
    if method == "GET":
        return _exported(parts, query, headers)
    if len(body) > LARGEST:
        raise Refused(
            "The API definition is larger than 6 MB", "RequestEntityTooLargeException", 413
        )
    document = reading.parsed(_replaced(body))
    base_path = _one(query, "basepath", reading.IGNORE)
    definition = reading.read(document, base_path)
    importing.judge(definition, _one(query, "failonwarnings", "false") == "true")
    work = Import(call, definition)
    if method == "POST":
        kind = _one(query, "endpointConfigurationTypes", "")
        api_id = await work.create({"endpointConfiguration": {"types": [kind]}} if kind else {})
    else:
        api_id = parts[1]
        await work.put(api_id, _one(query, "mode", importing.MERGE))
    _, told, text = (await call("GET", f"/restapis/{api_id}", {}))[:3]
    record = json.loads(text)
    warned = {"warnings": definition.warnings} if definition.warnings else {}
    status = 201 if method == "POST" else 200
    return status, told, json.dumps({**record, **warned}).encode()


def _exported(parts: list[str], query: Any, headers: Any) -> Answer:
    _, api_id, _, stage_name, _, kind = parts
    if api_id not in v1._rest_apis:
        raise Refused("Invalid API identifier specified", "NotFoundException", 404)
    stage = v1._stages_v1.get(api_id, {}).get(stage_name)
    if stage is None:
        raise Refused("Invalid Stage identifier specified", "NotFoundException", 404)
    if kind not in (export.OAS30, export.SWAGGER):
        raise Refused(f"Invalid export type: {kind}. Use oas30 or swagger")
    accepts = (headers.get("accept") or "").split(",")[0].split(";")[0].strip()
    media = accepts if accepts in KINDS else "application/json"
    wanted = frozenset(re.split(r"[,\s]+", _one(query, "extensions", "")))
    document = export.document(_deployed(api_id, stage), kind, wanted)
    written = json.dumps(document, indent=2, ensure_ascii=False)
    if KINDS[media] == "yaml":
        written = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    name = f"{kind}-{stage_name}.{KINDS[media]}"
    disposition = f'attachment; filename="{name}"'
    return 200, {"Content-Type": media, "Content-Disposition": disposition}, written.encode()


def _deployed(api_id: str, stage: Document) -> export.Deployed:
    deployment_id = stage["deploymentId"]
    account, region = emulator.responses.get_account_id(), emulator.responses.get_region()
    frozen = snapshots.of_deployment(account, region, api_id, deployment_id) or {}
    made = v1._deployments_v1[api_id][deployment_id]["createdDate"]
    return export.Deployed(
        frozen.get("_rest_apis") or v1._rest_apis[api_id],
        stage["stageName"],
        region,
        datetime.fromtimestamp(made, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        frozen.get("_resources") or {},
        frozen.get("_authorizers_v1") or {},
        frozen.get("_models") or {},
        frozen.get("_request_validators") or {},
        v1._gateway_responses.get(api_id) or {},
    )


def _replaced(body: bytes) -> bytes:
    """A document whose `${AWS::Region}` and the like are this account's."""
    values = (emulator.responses.get_account_id(), "aws", emulator.responses.get_region())
    for name, value in zip(AWS_VARIABLES, values, strict=True):
        body = body.replace(f"${{{name}}}".encode(), value.encode())
    return body


def _one(query: Any, name: str, default: str) -> str:
    """A parameter of the query."""
    found = (query or {}).get(name) or default
    return str(found[0] if isinstance(found, list) else found)
