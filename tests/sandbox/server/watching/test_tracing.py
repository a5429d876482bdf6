"""X-Ray: a traced stage and its function leave a trace that can be asked for."""

import json
import time
from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.server.watching.reading import allow_logging, lines, log_to, update_stage

CODE = """
import os

def handler(event, context):
    if (event.get("queryStringParameters") or {}).get("k"):
        raise ValueError("broken")
    return {"body": os.environ.get("_X_AMZN_TRACE_ID", "none")}
"""


@pytest.fixture(scope="module")
def traced(account):
    """An API with a traced stage v1, its function, and its access log's group."""
    allow_logging(account)
    api = account.api()
    function = account.function(CODE, TracingConfig={"Mode": "Active"})
    api.proxy(function)
    api.may_invoke(function)
    api.deploy("v1")
    update_stage(account, api, tracingEnabled="true")
    account.client("logs").create_log_group(logGroupName="traced")
    log_to(account, api, "traced", "$context.requestId $context.xrayTraceId")
    return api, function


def summaries(account):
    now = datetime.now(timezone.utc)
    span = {"StartTime": now - timedelta(minutes=5), "EndTime": now + timedelta(seconds=5)}
    return account.client("xray").get_trace_summaries(**span)["TraceSummaries"]


def segments(account, id):
    """The documents of a trace, by the kind of what sent them."""
    (trace,) = account.client("xray").batch_get_traces(TraceIds=[id])["Traces"]
    found = [json.loads(one["Document"]) for one in trace["Segments"]]
    return {one["origin"]: one for one in found}


@pytest.mark.quirk("x-ray")
def test_every_request_of_a_traced_stage_leaves_a_trace(account, traced):
    api, _ = traced
    headers = [api.call().headers["X-Amzn-Trace-Id"] for _ in range(20)]
    ids = [header.split(";")[0].removeprefix("Root=") for header in headers]
    assert {*ids} <= {one["Id"] for one in summaries(account)}
    assert all(header.endswith(";Sampled=1") for header in headers)


def test_the_trace_tells_of_gateway_and_function(account, traced):
    api, function = traced
    answer = api.call()
    root, parent, _ = answer.headers["X-Amzn-Trace-Id"].split(";")
    id = root.removeprefix("Root=")
    found = segments(account, id)
    stage, service, inner = (
        found[f"AWS::{kind}"] for kind in ("ApiGateway::Stage", "Lambda", "Lambda::Function")
    )
    assert parent == f"Parent={stage['id']}"
    assert stage["http"]["response"]["status"] == 200
    assert stage["http"]["request"]["method"] == "GET"
    assert stage["name"].endswith("/v1")
    assert stage["aws"]["api_gateway"]["request_id"] == answer.headers["x-amzn-RequestId"]
    (call,) = stage["subsegments"]
    assert (service["parent_id"], inner["parent_id"]) == (call["id"], service["id"])
    assert (service["name"], service["resource_arn"]) == (function.split(":")[-1], function)
    assert answer.text == f"Root={id};Parent={inner['id']};Sampled=1"
    assert stage["start_time"] <= inner["start_time"] + 0.01
    assert inner["start_time"] < inner["end_time"] <= time.time()
    summary = next(one for one in summaries(account) if one["Id"] == id)
    assert summary["Http"]["HttpStatus"] == 200
    assert (summary["HasFault"], summary["EntryPoint"]["Type"]) == (False, "AWS::ApiGateway::Stage")
    line = f"{answer.headers['x-amzn-RequestId']} {id}"
    assert line in lines(account, "traced")


def test_a_function_that_fails_is_a_fault(account, traced):
    api, _ = traced
    id = api.call("/?k=1").headers.get("X-Amzn-Trace-Id", "")
    newest = max(summaries(account), key=lambda one: one["StartTime"])
    assert newest["HasFault"] is True
    assert not id or newest["Id"] in id
    found = segments(account, newest["Id"])
    assert found["AWS::ApiGateway::Stage"]["http"]["response"]["status"] == 502
    assert found["AWS::Lambda::Function"]["fault"] is True


def test_a_client_may_bring_its_trace_and_may_decline(account, traced):
    api, _ = traced
    root = f"1-{int(time.time()):08x}-{'a' * 24}"
    header = {"X-Amzn-Trace-Id": f"Root={root};Parent={'b' * 16}"}
    assert api.call(headers=header).headers["X-Amzn-Trace-Id"].startswith(f"Root={root};Parent=")
    assert segments(account, root)["AWS::ApiGateway::Stage"]["parent_id"] == "b" * 16
    declined = f"1-{int(time.time()):08x}-{'c' * 24}"
    api.call(headers={"X-Amzn-Trace-Id": f"Root={declined};Sampled=0"})
    asked = account.client("xray").batch_get_traces(TraceIds=[declined])
    kinds = [json.loads(s["Document"])["origin"] for t in asked["Traces"] for s in t["Segments"]]
    assert "AWS::ApiGateway::Stage" not in kinds


def test_a_stage_without_tracing_leaves_none(account):
    api = account.api()
    function = account.function(CODE)
    api.proxy(function)
    api.may_invoke(function)
    api.deploy("v1")
    answer = api.call()
    header = answer.headers["X-Amzn-Trace-Id"]
    assert (answer.text, ";" in header) == ("none", False)
    id = header.removeprefix("Root=")
    assert account.client("xray").batch_get_traces(TraceIds=[id])["UnprocessedTraceIds"] == [id]


def test_segments_can_be_put(account):
    xray = account.client("xray")
    now = time.time()
    id = f"1-{int(now):08x}-{'d' * 24}"
    own = {"trace_id": id, "id": "e" * 16, "name": "mine", "start_time": now, "end_time": now + 1}
    answer = xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(own), "{", "[]"])
    assert len(answer["UnprocessedTraceSegments"]) == 2
    (trace,) = xray.batch_get_traces(TraceIds=[id])["Traces"]
    assert json.loads(trace["Segments"][0]["Document"]) == own
    assert trace["Duration"] == 1.0


def test_what_it_lacks_is_refused(account):
    xray = account.client("xray")
    with pytest.raises(ClientError):
        xray.get_service_graph(StartTime=0, EndTime=1)
    with pytest.raises(ClientError) as caught:
        xray.get_trace_summaries(StartTime=0, EndTime=1, FilterExpression="fault")
    assert "takes no FilterExpression" in str(caught.value)
