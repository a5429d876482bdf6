"""The control planes of IAM, CloudWatch Logs and CloudWatch, where the emulator's differ from AWS's."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from sandbox.server.base import emulator
from sandbox.server.base.refusals import Record
from sandbox.server.base.snapshots import Answer
from sandbox.server.control import cbor, input_check, wire_forms
from sandbox.server.watching import metric_math, metric_queries

iam = emulator.iam
logs = emulator.cloudwatch_logs
cloudwatch = emulator.cloudwatch

# Calls that the emulator answers in JSON better than in the Query protocol's XML.
BETTER_IN_JSON = {
    "DescribeAlarms",
    "DeleteDashboards",
    "DescribeAlarmsForMetric",
    "GetMetricData",
    "PutDashboard",
    "PutMetricAlarm",
}
# Calls that take who may assume a role.
TRUSTING = ("CreateRole", "UpdateAssumeRolePolicy")
# Errors of CloudWatch by their code in the Query protocol; all others call them by their type.
KINDS = {
    "InternalServiceError": "InternalServiceFault",
    "InvalidFormat": "InvalidFormatFault",
    "InvalidParameterCombination": "InvalidParameterCombinationException",
    "InvalidParameterValue": "InvalidParameterValueException",
    "LimitExceeded": "LimitExceededFault",
    "MissingParameter": "MissingRequiredParameterException",
    "ValidationError": "ValidationException",
}
KINDS_OF_DASHBOARDS = {
    **KINDS,
    "InvalidParameterInput": "DashboardInvalidInputError",
    "ResourceNotFound": "DashboardNotFoundError",
}
ALARM_EXTRAS = (
    "EvaluateLowSampleCountPercentile",
    "EvaluationInterval",
    "Metrics",
    "ThresholdMetricId",
)
OF_ONE_METRIC = ("Dimensions", "MetricName", "Namespace", "Period", "Statistic", "Unit")


def _action(headers: Any) -> str:
    return str((headers or {}).get("x-amz-target", "")).rpartition(".")[2]


# IAM


def _trust(form: Record) -> str:
    given: list[str] = form.get("AssumeRolePolicyDocument") or form.get("PolicyDocument") or [""]
    return given[-1]


def _guard_iam() -> None:
    original = iam.handle_request
    said, wanted = b"must delete all inline policies first", b"must delete policies first"

    async def handle_request(
        method: str, path: str, headers: Any, body: bytes, query: Any
    ) -> Answer:
        try:
            input_check.form("iam", body)
        except input_check.Unreadable as error:
            return _of_iam("MalformedInput", str(error))
        except input_check.Invalid as error:
            return _of_iam("ValidationError", str(error))
        form = parse_qs(body.decode("utf-8", "replace"), True)
        if form.get("Action", [""])[-1] in TRUSTING and not _is_object(_trust(form)):
            return _of_iam("MalformedPolicyDocument", "This policy contains invalid Json")
        answer: Answer = await original(method, path, headers, body, query)
        if answer[0] == 409:
            return answer[0], answer[1], answer[2].replace(said, wanted)
        return answer

    iam.handle_request = handle_request


def _of_iam(code: str, message: str) -> Answer:
    answer: Answer = iam._error(400, code, message, ns="iam")
    return answer


# Logs


def _of_logs(code: str, message: str) -> Answer:
    answer: Answer = emulator.responses.error_response_json(code, message, 400)
    return answer


def _set_key(data: Record, key: str | None) -> Answer:
    name = data.get("logGroupName") or ""
    group = logs._log_groups.get(name)
    if group is None:
        text = f"The specified log group does not exist: {name}"
        return _of_logs("ResourceNotFoundException", text)
    group["kmsKeyId"] = key
    answer: Answer = emulator.responses.json_response({})
    return answer


def _guard_logs() -> None:
    original = logs.handle_request

    async def handle_request(
        method: str, path: str, headers: Any, body: bytes, query: Any
    ) -> Answer:
        action = _action(headers)
        try:
            data = input_check.read_json(body)
            input_check.calls("logs", action, data)
        except input_check.Unreadable as error:
            return _of_logs("SerializationException", str(error))
        except input_check.Invalid as error:
            return _of_logs("InvalidParameterException", str(error))
        if action == "AssociateKmsKey":
            return _set_key(data, data.get("kmsKeyId"))
        if action == "DisassociateKmsKey":
            return _set_key(data, None)
        answer: Answer = await original(method, path, headers, body, query)
        return answer

    logs.handle_request = handle_request


# CloudWatch


def _read_cloudwatch(path: str, headers: Any, body: bytes) -> tuple[str, Record | None]:
    """Call and input; no input for what the emulator reads as well itself."""
    match _protocol(headers):
        case "cbor":
            return path.rpartition("/operation/")[2], _cbor(body)
        case "json":
            return _action(headers), input_check.read_json(body)
    form = {k: v[-1] for k, v in parse_qs(body.decode("utf-8", "replace"), True).items()}
    action = form.get("Action", "")
    if action in BETTER_IN_JSON:
        return action, wire_forms.read_form("cloudwatch", action, form)
    return action, None


def _protocol(headers: Any) -> str:
    kind = str(headers.get("content-type", "")) + str(headers.get("smithy-protocol", ""))
    return "cbor" if "cbor" in kind else "json" if _action(headers) else "query"


def _cbor(body: bytes) -> Record:
    try:
        data = cbor.loads(body) if body else {}
    except cbor.Malformed as error:
        raise input_check.Unreadable(f"The request body is not valid CBOR: {error}") from None
    if not isinstance(data, dict):
        raise input_check.Unreadable("Unexpected type found where a structure was expected")
    return data


def _of_cloudwatch(action: str, code: str, message: str, status: int, protocol: str) -> Answer:
    kinds = KINDS_OF_DASHBOARDS if "Dashboard" in action else KINDS
    code = {kind: code for code, kind in kinds.items()}.get(code, code)
    if protocol == "query":
        answer: Answer = cloudwatch._error(code, message, status)
        return answer
    kind = kinds.get(code, code)
    if protocol == "cbor":
        answer = wire_forms.cbor_error(kind, message, status)
    else:
        answer = cloudwatch._error(kind, message, status, use_json=True)
    # For clients that were written when there was only the Query protocol.
    answer[1]["x-amzn-query-error"] = f"{code};{'Sender' if status < 500 else 'Receiver'}"
    return answer


def _guard_cloudwatch() -> None:
    original = cloudwatch.handle_request

    async def handle_request(
        method: str, path: str, headers: Any, body: bytes, query: Any
    ) -> Answer:
        protocol, action = _protocol(headers), ""
        try:
            action, data = _read_cloudwatch(path, headers, body)
            if data is None:
                input_check.form("cloudwatch", body)
            else:
                input_check.calls("cloudwatch", action, data)
        except input_check.Unreadable as error:
            return _of_cloudwatch(action, "SerializationException", str(error), 400, protocol)
        except input_check.Invalid as error:
            return _of_cloudwatch(action, "ValidationError", str(error), 400, protocol)
        if data is None:
            answered: Answer = await original(method, path, headers, body, query)
            return answered
        if protocol != "json":
            headers = {**headers, "x-amz-target": f"GraniteServiceVersion20100801.{action}"}
            headers |= {"content-type": "application/x-amz-json-1.0", "smithy-protocol": ""}
            method, path, body, query = "POST", "/", json.dumps(data).encode(), {}
        answer: Answer = await original(method, path, headers, body, query)
        if answer[0] >= 300:
            problem = json.loads(answer[2] or b"{}")
            code, message = problem.get("__type", ""), problem.get("message", "")
            return _of_cloudwatch(action, code, message, answer[0], protocol)
        if protocol == "json":
            return answer
        shape = wire_forms.write_cbor if protocol == "cbor" else wire_forms.write_xml
        return shape("cloudwatch", action, json.loads(answer[2] or b"{}"))

    cloudwatch.handle_request = handle_request
    cloudwatch._put_metric_alarm = _whole_alarm(cloudwatch._put_metric_alarm)
    cloudwatch._put_dashboard = _real_dashboard(cloudwatch._put_dashboard)


def _real_dashboard(original: Any) -> Any:
    def put(params: Any, data: Record, is_cbor: bool, is_json: bool = False) -> Answer:
        if _is_object((data or {}).get("DashboardBody") or ""):
            answer: Answer = original(params, data, is_cbor, is_json)
        else:
            text = "The field DashboardBody must be a valid JSON object"
            answer = cloudwatch._error("InvalidParameterInput", text, 400, use_json=True)
        return answer

    return put


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _whole_alarm(original: Any) -> Any:
    def put(params: Any, data: Record, is_cbor: bool, is_json: bool = False) -> Answer:
        if queries := (data or {}).get("Metrics"):
            try:
                metric_queries.check(queries)
            except metric_math.Wrong as error:
                refused: Answer = cloudwatch._error(
                    "ValidationError", str(error), 400, use_json=True
                )
                return refused
        answer: Answer = original(params, data, is_cbor, is_json)
        alarm = cloudwatch._alarms.get(data.get("AlarmName")) if data else None
        if answer[0] == 200 and alarm is not None:
            alarm.update({key: data[key] for key in ALARM_EXTRAS if data.get(key)})
            unset = [key for key, value in alarm.items() if value is None]
            unset += OF_ONE_METRIC if data.get("Metrics") else ()
            unset += ["Statistic"] if data.get("ExtendedStatistic") else ()
            unset += ["AlarmDescription"] if "AlarmDescription" not in data else ()
            for key in unset:
                alarm.pop(key, None)
        return answer

    return put


def install() -> None:
    """Put these over the emulator's calls."""
    _guard_iam()
    _guard_logs()
    _guard_cloudwatch()
