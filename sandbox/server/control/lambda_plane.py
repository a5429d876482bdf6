"""Lambda's control plane, where the emulator's differs from AWS's: refusals, states, what is shown."""

from __future__ import annotations

import json
from typing import Any

from sandbox.home import strict
from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record
from sandbox.server.base.refusals import Refused
from sandbox.server.base.settings import NEW_ACCOUNT_CONCURRENCY
from sandbox.server.control import input_check, lambda_settings

lambdas = emulator.lambdas

UPLOADS = ("CreateFunction", "UpdateFunctionCode", "PublishLayerVersion")
CHANGES = ("UpdateFunctionConfiguration", "UpdateFunctionCode")
# Where an answer holds a policy as text.
POLICIES = {"GetPolicy": "Policy", "AddPermission": "Statement"}
# What AWS says about a state, and leaves out where there is nothing to say.
REASONS = ("StateReason", "StateReasonCode", "LastUpdateStatusReason", "LastUpdateStatusReasonCode")
# A function that is changed stays active; it is the change that is in progress.
CHANGING = {
    "State": "Active",
    "StateReason": "",
    "StateReasonCode": "",
    "LastUpdateStatusReason": "The function is being created.",
    "LastUpdateStatusReasonCode": "Creating",
}
# Settings that are left out when this part of them is empty.
HOLLOW = {"DeadLetterConfig": "TargetArn", "Environment": "Variables", "VpcConfig": "SubnetIds"}


def read(method: str, path: str, body: bytes) -> input_check.Call | Answer | None:
    """The call that a request is, or the answer that refuses it; None for what is no call."""
    try:
        call = input_check.rest("lambda", method, path, body, aside=("Runtime",))
        if call is not None and call.name in UPLOADS:
            lambda_settings.check_upload(call.name, body)
        if call is not None and call.name in CHANGES:
            _one_at_a_time(call.named["FunctionName"])
        return call
    except input_check.Unreadable as error:
        text = f"Could not parse request body into json: {error}"
        return _refused("InvalidRequestContentException", text, 400)
    except input_check.Invalid as error:
        return _refused("ValidationException", str(error), 400)
    except Refused as error:
        return _refused(error.code, error.message, error.status)


def _refused(code: str, message: str, status: int) -> Answer:
    content_type = "application/json"
    answer: Answer = emulator.responses.error_response_json(
        code, message, status, content_type=content_type
    )
    return answer


def _one_at_a_time(name: str) -> None:
    config = (_function(name) or {}).get("config", {})
    if config.get("LastUpdateStatus") == "InProgress" and config.get("State") == "Active":
        raise Refused(
            "The operation cannot be performed at this time. An update is in progress for "
            f"resource: {config['FunctionArn']}",
            "ResourceConflictException",
            409,
        )


def _settings(data: Record) -> Answer | None:
    """The answer to settings of a function that AWS refuses; None when it takes them."""
    try:
        lambda_settings.check(data)
    except Refused as error:
        return _refused(error.code, error.message, error.status)
    return None


def _function(name: str) -> Record | None:
    found: Record | None = lambdas._functions.get(name.rpartition(":function:")[2].split(":")[0])
    return found


def shown(operation: str, name: str, qualified: bool, answer: Answer) -> Answer:
    """An answer as AWS gives it."""
    status, headers, body = answer[:3]
    if status >= 300 or not body:
        return answer
    function = _function(name)
    if operation in CHANGES and function:
        function["config"].update(CHANGING)
    data = json.loads(body)
    if operation in CHANGES:
        data.update(CHANGING)
    if operation == "GetFunction" and not data.get("Tags"):
        data.pop("Tags", None)
    if operation == "CreateFunctionUrlConfig":
        data.pop("LastModifiedTime", None)
    if operation in POLICIES and data.get(POLICIES[operation]):
        data[POLICIES[operation]] = _policy(json.loads(data[POLICIES[operation]]))
    if operation.endswith("FunctionEventInvokeConfig"):
        _invoke_config(data, qualified)
    for record in (data, data.get("Configuration"), *(data.get("Functions") or [])):
        if isinstance(record, dict) and "FunctionArn" in record:
            _configuration(record)
    return status, headers, json.dumps(data, ensure_ascii=False).encode()


def _policy(document: Record) -> str:
    """A policy, or a statement, in AWS's words: no space, and conditions in its order."""
    for statement in document.get("Statement", [document]):
        if "Condition" in statement:
            found = statement["Condition"]
            statement["Condition"] = {name: found[name] for name in sorted(found, reverse=True)}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _configuration(record: Record) -> None:
    for name in (*REASONS, "Layers", "KMSKeyArn", "FileSystemConfigs"):
        if not record.get(name):
            record.pop(name, None)
    for name, inner in HOLLOW.items():
        if name in record and not (record[name] or {}).get(inner):
            del record[name]
    if record.get("StateReasonCode") == "Creating":
        # There was no update whose status could be told.
        record.pop("LastUpdateStatus", None)


def _invoke_config(config: Record, qualified: bool) -> None:
    if not qualified and not config["FunctionArn"].endswith(":$LATEST"):
        config["FunctionArn"] += ":$LATEST"
    config["DestinationConfig"] = {
        "OnSuccess": {},
        "OnFailure": {},
        **(config.get("DestinationConfig") or {}),
    }


def merged(old: Answer, new: Record) -> bytes:
    """What UpdateFunctionEventInvokeConfig, which the emulator lacks, puts in place of the old."""
    known = json.loads(old[2])
    kept = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
    data = {name: known[name] for name in kept if name in known}
    return json.dumps({**data, **new}).encode()


def handle(original: Any) -> Any:
    """The way of one call: what is refused comes first, the answer is shown as AWS shows it."""

    async def handle_request(
        method: str, path: str, headers: Any, body: bytes, query: Any
    ) -> Answer:
        call = read(method, path, body)
        if isinstance(call, tuple):
            return call
        name, qualified = "", "Qualifier" in (query or {})
        if call is not None:
            name = call.named.get("FunctionName", "")
            if call.name == "UpdateFunctionEventInvokeConfig":
                old = await original("GET", path, headers, b"", query)
                if old[0] != 200:
                    return shown(call.name, name, qualified, old)
                method, body = "PUT", merged(old, call.data)
        answer: Answer = await original(method, path, headers, body, query)
        if call is None or call.name.startswith("Invoke"):
            return answer
        return shown(call.name, name, qualified, answer)

    return handle_request


def create_function(original: Any) -> Any:
    def create(data: Record) -> Answer:
        answer: Answer = _settings(data) or original(data)
        return answer

    return create


def update_config(original: Any) -> Any:
    def update(name: str, data: Record) -> Answer:
        refused = _settings(data) if name in lambdas._functions else None
        answer: Answer = refused or original(name, data)
        if answer[0] == 200 and "Role" in data:
            # An environment has the credentials of the role that it was started with.
            lambdas.invalidate_worker(name, qualifier="$LATEST")
        return answer

    return update


def reserve(original: Any) -> Any:
    """PutFunctionConcurrency: of an account's calls, some are for functions that reserve none."""

    def put(name: str, data: Record) -> Answer:
        wanted = data.get("ReservedConcurrentExecutions") or 0
        least = NEW_ACCOUNT_CONCURRENCY
        if strict() and wanted and name in lambdas._functions:
            text = (
                "Specified ReservedConcurrentExecutions for function decreases account's "
                f"UnreservedConcurrentExecution below its minimum value of [{least}]."
            )
            return _refused("InvalidParameterValueException", text, 400)
        answer: Answer = original(name, data)
        return answer

    return put


def remove_permission(original: Any) -> Any:
    def remove(name: str, sid: str, *args: Any, **more: Any) -> Answer:
        function = lambdas._functions.get(name)
        statements = function["policy"]["Statement"] if function else []
        answer: Answer = original(name, sid, *args, **more)
        if statements and answer[0] == 404:
            text = f"Statement {sid} is not found in resource policy."
            return _refused("ResourceNotFoundException", text, 404)
        return answer

    return remove


def get_policy(original: Any) -> Any:
    """A policy is that of one version or alias, and there is none without a statement."""

    def get(name: str, query: Any = None, qualifier: str | None = None) -> Answer:
        answer: Answer = original(name, query, qualifier)
        function = lambdas._functions.get(name)
        if not function or (answer[0] != 200 and b"No policy" not in answer[2]):
            return answer
        qualifier = lambdas._qualifier_from_path_or_query(qualifier, query)
        place = lambdas._policy_resource_arn(name, qualifier)
        statements = [s for s in function["policy"]["Statement"] if s["Resource"] == place]
        if not statements:
            text = "The resource you requested does not exist."
            return _refused("ResourceNotFoundException", text, 404)
        document = {**function["policy"], "Statement": statements}
        data = {"Policy": json.dumps(document), "RevisionId": function["config"]["RevisionId"]}
        found: Answer = emulator.responses.json_response(data)
        return found

    return get


def install() -> None:
    """Put these over the emulator's calls."""
    lambdas.handle_request = handle(lambdas.handle_request)
    lambdas._create_function = create_function(lambdas._create_function)
    lambdas._update_config = update_config(lambdas._update_config)
    lambdas._put_function_concurrency = reserve(lambdas._put_function_concurrency)
    lambdas._remove_permission = remove_permission(lambdas._remove_permission)
    lambdas._get_policy = get_policy(lambdas._get_policy)
