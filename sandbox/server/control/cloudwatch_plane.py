"""CloudWatch's control plane: one behaviour in its three protocols, whole alarms, real dashboards."""

from __future__ import annotations

import json
from typing import Any

from sandbox.server.base import emulator, query_protocol
from sandbox.server.base.emulator import Answer, Record
from sandbox.server.control import input_check, wire_forms
from sandbox.server.watching import metric_math, metric_queries

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
# Errors by their code in the Query protocol; all others call them by their type.
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


# Protocols


def _protocol(headers: Any) -> str:
    kind = str(headers.get("content-type", "")) + str(headers.get("smithy-protocol", ""))
    return "cbor" if "cbor" in kind else "json" if wire_forms.target(headers) else "query"


def _action(protocol: str, path: str, headers: Any, form: Record) -> str:
    match protocol:
        case "cbor":
            return path.rpartition("/operation/")[2]
        case "json":
            return wire_forms.target(headers)
    return str(form.get("Action", ""))


def _read(protocol: str, action: str, form: Record, body: bytes) -> Record | None:
    """The input of a call, checked; None for what the emulator reads as well itself.

    Raises:
        Unreadable, Invalid: what is wrong with it.
    """
    match protocol:
        case "cbor":
            data = wire_forms.read_cbor(body)
        case "json":
            data = input_check.read_json(body)
        case _ if action in BETTER_IN_JSON:
            data = wire_forms.read_form("cloudwatch", action, form)
        case _:
            input_check.form("cloudwatch", form)
            return None
    input_check.calls("cloudwatch", action, data)
    return data


def _refused(protocol: str, action: str, code: str, message: str, status: int = 400) -> Answer:
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


def _told(protocol: str, action: str, answer: Answer) -> Answer:
    """An answer in JSON, in the protocol that was asked in."""
    if answer[0] >= 300:
        problem = json.loads(answer[2] or b"{}")
        code, message = problem.get("__type", ""), problem.get("message", "")
        return _refused(protocol, action, code, message, answer[0])
    if protocol == "json":
        return answer
    shape = wire_forms.write_cbor if protocol == "cbor" else wire_forms.write_xml
    return shape("cloudwatch", action, json.loads(answer[2] or b"{}"))


# Alarms and dashboards


def put_alarm(original: Any) -> Any:
    """An alarm keeps what the emulator drops of it; one on several metrics is checked first."""

    def put(params: Any, data: Record, is_cbor: bool, is_json: bool = False) -> Answer:
        if queries := (data or {}).get("Metrics"):
            try:
                metric_queries.check(queries)
            except metric_math.Wrong as error:
                return _invalid("ValidationError", str(error))
        answer: Answer = original(params, data, is_cbor, is_json)
        alarm = cloudwatch._alarms.get(data.get("AlarmName")) if data else None
        if answer[0] == 200 and alarm is not None:
            _complete(alarm, data)
        return answer

    return put


def _complete(alarm: Record, data: Record) -> None:
    alarm.update({key: data[key] for key in ALARM_EXTRAS if data.get(key)})
    unset = [key for key, value in alarm.items() if value is None]
    unset += OF_ONE_METRIC if data.get("Metrics") else ()
    unset += ["Statistic"] if data.get("ExtendedStatistic") else ()
    unset += ["AlarmDescription"] if "AlarmDescription" not in data else ()
    for key in unset:
        alarm.pop(key, None)


def put_dashboard(original: Any) -> Any:
    def put(params: Any, data: Record, is_cbor: bool, is_json: bool = False) -> Answer:
        if not input_check.is_object((data or {}).get("DashboardBody") or ""):
            text = "The field DashboardBody must be a valid JSON object"
            return _invalid("InvalidParameterInput", text)
        answer: Answer = original(params, data, is_cbor, is_json)
        return answer

    return put


def _invalid(code: str, message: str) -> Answer:
    answer: Answer = cloudwatch._error(code, message, 400, use_json=True)
    return answer


def install() -> None:
    """Put these over the emulator's calls."""
    original = cloudwatch.handle_request

    async def handle_request(
        method: str, path: str, headers: Any, body: bytes, query: Any
    ) -> Answer:
        protocol = _protocol(headers)
        form = query_protocol.form(body) if protocol == "query" else {}
        action = _action(protocol, path, headers, form)
        try:
            data = _read(protocol, action, form, body)
        except input_check.Unreadable as error:
            return _refused(protocol, action, "SerializationException", str(error))
        except input_check.Invalid as error:
            return _refused(protocol, action, "ValidationError", str(error))
        if data is None:
            answered: Answer = await original(method, path, headers, body, query)
            return answered
        if protocol != "json":
            headers = {**headers, "x-amz-target": f"GraniteServiceVersion20100801.{action}"}
            headers |= {"content-type": "application/x-amz-json-1.0", "smithy-protocol": ""}
            method, path, body, query = "POST", "/", json.dumps(data).encode(), {}
        return _told(protocol, action, await original(method, path, headers, body, query))

    cloudwatch.handle_request = handle_request
    cloudwatch._put_metric_alarm = put_alarm(cloudwatch._put_metric_alarm)
    cloudwatch._put_dashboard = put_dashboard(cloudwatch._put_dashboard)
