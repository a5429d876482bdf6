"""What AWS records of requests: access logs, execution logs, metrics, and alarms on them."""

import json
import time

import pytest

from tests.sandbox.server.shapes import document, uri
from tests.sandbox.server.watching.reading import (
    allow_logging,
    execution,
    lines,
    log_to,
    metric,
    update_stage,
)

FORMAT = {
    "id": "$context.requestId",
    "extended": "$context.extendedRequestId",
    "ip": "$context.identity.sourceIp",
    "agent": "$context.identity.userAgent",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "resource": "$context.resourcePath",
    "stage": "$context.stage",
    "protocol": "$context.protocol",
    "status": "$context.status",
    "length": "$context.responseLength",
    "latency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
    "functionStatus": "$context.integration.status",
    "lambdaStatus": "$context.integrationStatus",
    "lambdaRequest": "$context.integration.requestId",
    "error": "$context.error.message",
    "integrationError": "$context.integrationErrorMessage",
    "type": "$context.error.responseType",
    "why": "$context.error.validationErrorString",
    "braces": "${context.httpMethod}",
    "nothing": "$context.no.such.variable",
}
CODE = """
import json, time

def handler(event, context):
    kind = (event.get("queryStringParameters") or {}).get("k")
    if kind == "raise":
        raise ValueError("boom")
    if kind == "sleep":
        time.sleep(1)
    return {"statusCode": 201, "body": context.aws_request_id}
"""


@pytest.fixture(scope="module")
def logged(account):
    """An API with a function behind it that logs what it can."""
    allow_logging(account)
    api = account.api()
    function = account.function(CODE, Timeout=5)
    api.proxy(function, verb="POST", timeoutInMillis=500)
    api.may_invoke(function)
    api.deploy("v1")
    api.call("/", "POST")
    account.client("logs").create_log_group(logGroupName="/kit/access")
    log_to(account, api, "/kit/access", json.dumps(FORMAT))
    execution(account, api, "INFO", trace=True)
    return api, function


@pytest.mark.quirk("logs-at-once")
def test_an_access_log_line_is_there_with_the_answer(account, logged):
    api, _ = logged
    answer = api.call("/?k=x", "POST", data="a secret prompt", headers={"User-Agent": 'a"b'})
    line = json.loads(lines(account, "/kit/access")[-1])
    assert line["id"] == answer.headers["x-amzn-RequestId"]
    assert line["extended"] == answer.headers["x-amz-apigw-id"]
    expected = {
        "ip": "127.0.0.1",
        "agent": 'a"b',
        "method": "POST",
        "path": "/v1/",
        "resource": "/",
        "stage": "v1",
        "protocol": "HTTP/1.1",
        "status": "201",
        "functionStatus": "201",
        "lambdaStatus": "200",
        "length": "36",
        "error": "-",
        "type": "-",
        "braces": "POST",
        "nothing": "-",
    }
    assert {key: line[key] for key in expected} == expected
    assert line["lambdaRequest"] == answer.text
    assert int(line["latency"]) >= int(line["integrationLatency"]) >= 0


def test_no_prompt_is_in_an_access_log(account, logged):
    api, _ = logged
    api.call("/?k=x", "POST", data="a secret prompt")
    assert not any("secret" in line for line in lines(account, "/kit/access"))


def test_failures_are_in_the_access_log_with_their_gateway_response(account, logged):
    api, _ = logged
    start = len(lines(account, "/kit/access"))
    api.call("/?k=raise", "POST")
    api.call("/?k=sleep", "POST")
    api.call("/nothing", "POST")
    found = [json.loads(line) for line in lines(account, "/kit/access")[start:]]
    assert [(line["status"], line["type"], line["error"]) for line in found] == [
        ("502", "DEFAULT_5XX", "Internal server error"),
        ("504", "INTEGRATION_TIMEOUT", "Endpoint request timed out"),
        ("403", "MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token"),
    ]
    assert int(found[1]["integrationLatency"]) >= 500
    assert "customer function error: boom" in found[0]["integrationError"]
    assert (found[2]["resource"], found[2]["integrationLatency"]) == ("-", "-")


def test_a_client_cannot_forge_a_line(account, logged):
    api, _ = logged
    api.call("/", "POST", headers={"User-Agent": 'x", "status": "forged\\'})
    line = json.loads(lines(account, "/kit/access")[-1])
    assert line["status"] == "201"


def test_without_the_accounts_role_nothing_is_logged(account, logged):
    api, _ = logged
    start = len(lines(account, "/kit/access"))
    nobody = {"op": "replace", "path": "/cloudwatchRoleArn", "value": ""}
    account.gateway.update_account(patchOperations=[nobody])
    api.call("/", "POST")
    assert len(lines(account, "/kit/access")) == start
    allow_logging(account)
    api.call("/", "POST")
    assert len(lines(account, "/kit/access")) == start + 1


def test_an_access_log_may_go_to_a_firehose(account):
    allow_logging(account)
    account.client("s3").create_bucket(Bucket="access-logs")
    name = "amazon-apigateway-kit"
    stream = account.client("firehose").create_delivery_stream(
        DeliveryStreamName=name,
        ExtendedS3DestinationConfiguration={
            "RoleARN": account.role("firehose.amazonaws.com"),
            "BucketARN": "arn:aws:s3:::access-logs",
        },
    )["DeliveryStreamARN"]
    api = account.api()
    api.mock("one")
    api.deploy("v1")
    update_stage(
        account,
        api,
        accessLogSettings__destinationArn=stream,
        accessLogSettings__format="$context.requestId",
    )
    answer = api.call()
    s3 = account.client("s3")
    (item,) = s3.list_objects_v2(Bucket="access-logs")["Contents"]
    text = s3.get_object(Bucket="access-logs", Key=item["Key"])["Body"].read().decode()
    assert text == answer.headers["x-amzn-RequestId"] + "\n"


def test_the_execution_log_tells_the_steps_in_aws_order(account, logged):
    api, function = logged
    answer = api.call("/?k=x", "POST", data="hello", headers={"Authorization": "Bearer abcdefghij"})
    rid = answer.headers["x-amzn-RequestId"]
    group = f"API-Gateway-Execution-Logs_{api.id}/v1"
    found = [line for line in lines(account, group) if line.startswith(f"({rid}) ")]
    told = [line.removeprefix(f"({rid}) ") for line in found]
    assert told[0] == f"Extended Request Id: {answer.headers['x-amz-apigw-id']}"
    wanted = [
        f"Verifying Usage Plan for request: {rid}. API Key:  API Stage: {api.id}/v1",
        (
            "API Key  authorized because method 'POST /' does not require API Key. Request will "
            "not contribute to throttle or quota limits"
        ),
        f"Usage Plan check succeeded for API Key  and API Stage {api.id}/v1",
        f"Starting execution for request: {rid}",
        "HTTP Method: POST, Resource Path: /",
        "Method request query string: {k=x}",
        "Method request body before transformations: hello",
        (
            "Endpoint request URI: https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/"
            f"{function}/invocations"
        ),
        "Successfully completed execution",
        "Method completed with status: 201",
        f"AWS Integration Endpoint RequestId : {answer.text}",
    ]
    assert [line for line in told if line in wanted] == wanted
    assert any(line.startswith("Received response. Status: 200, Integration") for line in told)
    headers = next(line for line in told if line.startswith("Method request headers"))
    assert "Authorization=***********efghij" in headers
    event = next(line for line in told if line.startswith("Endpoint request body"))
    assert event.endswith("[TRUNCATED]")
    assert all(len(line.encode()) <= 1024 for line in found)


@pytest.mark.quirk("trace-secrets")
def test_a_data_trace_shows_no_token_and_no_key(account):
    allow_logging(account)
    value = "a secret key that is the token too"
    whole = account.function(
        "def handler(event, context):\n"
        "    every = {'Effect': 'Allow', 'Action': 'execute-api:Invoke', 'Resource': '*'}\n"
        "    policy = {'Version': '2012-10-17', 'Statement': [every]}\n"
        "    token = event['authorizationToken']\n"
        "    return {'principalId': 'p', 'policyDocument': policy, 'usageIdentifierKey': token}\n"
    )
    function = account.function("def handler(event, context):\n    return {}\n")
    api = account.api(apiKeySource="AUTHORIZER")
    for one in (whole, function):
        api.may_invoke(one)
    authorizer = account.gateway.create_authorizer(
        restApiId=api.id, name="a", type="TOKEN", authorizerUri=uri(whole),
        identitySource="method.request.header.Authorization",
    )["id"]  # fmt: skip
    place = api.proxy(function)
    changes = {"authorizationType": "CUSTOM", "authorizerId": authorizer, "apiKeyRequired": "true"}
    operations = [{"op": "replace", "path": f"/{k}", "value": v} for k, v in changes.items()]
    account.gateway.update_method(**place, patchOperations=operations)
    api.deploy("v1")
    execution(account, api, "INFO", trace=True)
    key = account.gateway.create_api_key(name="k", value=value, enabled=True)["id"]
    plan = account.gateway.create_usage_plan(
        name="p", apiStages=[{"apiId": api.id, "stage": "v1"}]
    )["id"]
    account.gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    assert api.call(headers={"Authorization": value, "x-api-key": value}).status_code == 200
    text = "\n".join(lines(account, f"API-Gateway-Execution-Logs_{api.id}/v1"))
    assert "en too" in text
    assert "secret" not in text
    assert '"Authorization": "****' in text and '"usageIdentifierKey": "****' in text


def test_the_execution_log_says_why_a_call_failed(account, logged):
    api, _ = logged
    api.call("/?k=raise", "POST")
    group = f"API-Gateway-Execution-Logs_{api.id}/v1"
    text = "\n".join(lines(account, group))
    failed = "Lambda execution failed with status 200 due to customer function error: boom. "
    assert failed + "Lambda request id: " in text
    api.call("/?k=sleep", "POST")
    text = "\n".join(lines(account, group))
    assert "Execution failed due to a timeout error" in text
    assert "Method completed with status: 504" in text


def test_a_level_of_error_keeps_only_failures_and_without_trace_no_bodies(account):
    allow_logging(account)
    api = account.api()
    api.mock("one")
    api.method(api.path("broken"))
    place = {"restApiId": api.id, "resourceId": api.path("bad"), "httpMethod": "GET"}
    account.gateway.put_method(**place, authorizationType="NONE")
    account.gateway.put_integration(**place, type="MOCK")
    account.gateway.put_integration(
        **{**place, "resourceId": _resource(account, api, "/broken")}, type="MOCK"
    )
    api.deploy("v1")
    group = f"API-Gateway-Execution-Logs_{api.id}/v1"
    execution(account, api, "ERROR")
    api.call("/")
    assert lines(account, group) == []
    api.call("/broken")
    assert "Method completed with status: 500" in lines(account, group)[-1]
    execution(account, api, "INFO")
    api.call("/", data="body")
    told = "\n".join(lines(account, group))
    assert "Starting execution for request" in told
    assert "body before transformations" not in told


def _resource(account, api, path):
    items = account.gateway.get_resources(restApiId=api.id)["items"]
    return next(item["id"] for item in items if item["path"] == path)


# Metrics


def test_the_gateway_counts_requests_errors_and_latency(account):
    created = account.gateway.create_rest_api(name="zähler")
    api = type(account.api())(account, created["id"], created["rootResourceId"])
    api.mock("one")
    api.mock("two", api.path("two"))
    api.deploy("v1")
    change = {"op": "replace", "path": "/~1two/GET/metrics/enabled", "value": "true"}
    account.gateway.update_stage(restApiId=api.id, stageName="v1", patchOperations=[change])
    for path in ("/", "/", "/two", "/nothing"):
        api.call(path)
    where = {"ApiName": "zhler", "Stage": "v1"}
    assert metric(account, "AWS/ApiGateway", "Count", "Sum", **where) == 4
    assert metric(account, "AWS/ApiGateway", "Count", "SampleCount", ApiName="zhler") == 4
    assert metric(account, "AWS/ApiGateway", "4XXError", "Sum", **where) == 1
    assert metric(account, "AWS/ApiGateway", "4XXError", "Average", **where) == 0.25
    assert metric(account, "AWS/ApiGateway", "5XXError", "Sum", **where) == 0
    assert metric(account, "AWS/ApiGateway", "Latency", "SampleCount", **where) == 4
    assert metric(account, "AWS/ApiGateway", "IntegrationLatency", "SampleCount", **where) == 3
    method = {**where, "Resource": "/two", "Method": "GET"}
    assert metric(account, "AWS/ApiGateway", "Count", "Sum", **method) == 1
    assert metric(account, "AWS/ApiGateway", "Count", "Sum", **{**method, "Resource": "/"}) == 0


def invoked(account):
    """How many more invocations there are after one; those of other tests are among them."""
    before = metric(account, "AWS/Lambda", "Invocations", "Sum")
    account.functions.invoke(FunctionName=account.function(CODE), Payload=b"{}")
    return metric(account, "AWS/Lambda", "Invocations", "Sum") - before


def test_a_metric_without_dimensions_is_one_by_itself(account):
    """API Gateway has none; Lambda's are those of all functions."""
    api = account.api()
    api.mock("one")
    api.deploy("v1")
    api.call("/")
    assert metric(account, "AWS/ApiGateway", "Count", "Sum") == 0
    assert 1 in [invoked(account) for _ in range(3)]
    watch = account.client("cloudwatch")
    values = ({"Value": 1}, {"Value": 2, "Dimensions": [{"Name": "d", "Value": "x"}]})
    data = [{"MetricName": "M", **value} for value in values]
    watch.put_metric_data(Namespace="One", MetricData=data)
    assert metric(account, "One", "M", "Sum") == 1
    span = {"StartTime": time.time() - 600, "EndTime": time.time() + 60, "Period": 3600}
    found = watch.get_metric_statistics(Namespace="One", MetricName="M", Statistics=["Sum"], **span)
    assert [point["Sum"] for point in found["Datapoints"]] == [1]


def test_a_function_is_counted_once_whoever_invokes_it(account):
    api = account.api()
    function = account.function(CODE)
    name = function.rpartition(":")[2]
    api.proxy(function)
    api.may_invoke(function)
    api.deploy("v1")
    api.call("/")
    api.call("/?k=raise")
    account.functions.invoke(FunctionName=function, Payload=b"{}")
    counted = [
        metric(account, "AWS/Lambda", kind, "Sum", FunctionName=name)
        for kind in ("Invocations", "Errors", "Throttles")
    ]
    assert counted == [3, 1, 0]
    assert metric(account, "AWS/Lambda", "Duration", "SampleCount", FunctionName=name) == 3
    assert metric(account, "AWS/Lambda", "ConcurrentExecutions", "Maximum", FunctionName=name) == 1
    account.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    api.call("/")
    with pytest.raises(account.functions.exceptions.TooManyRequestsException):
        account.functions.invoke(FunctionName=function, Payload=b"{}")
    assert metric(account, "AWS/Lambda", "Throttles", "Sum", FunctionName=name) == 2
    assert metric(account, "AWS/Lambda", "Invocations", "Sum", FunctionName=name) == 3


def state(account, name):
    """The state of an alarm."""
    found = account.client("cloudwatch").describe_alarms(AlarmNames=[name])
    return found["MetricAlarms"][0]["StateValue"]


@pytest.mark.quirk("metrics-at-once")
def test_an_alarm_acts_on_the_metric_that_it_names(account):
    quiet, busy = account.api(), account.api()
    names = {}
    for api in (quiet, busy):
        api.mock("one")
        api.deploy("v1")
        names[api.id] = account.gateway.get_rest_api(restApiId=api.id)["name"]
        account.client("cloudwatch").put_metric_alarm(
            AlarmName=f"errors-{api.id}",
            Namespace="AWS/ApiGateway",
            MetricName="4XXError",
            Dimensions=[{"Name": "ApiName", "Value": names[api.id]}],
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=2,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
        )
    assert state(account, f"errors-{busy.id}") == "INSUFFICIENT_DATA"
    quiet.call("/")
    busy.call("/nothing")
    busy.call("/nothing")
    assert state(account, f"errors-{busy.id}") == "ALARM"
    assert state(account, f"errors-{quiet.id}") == "OK"


def test_an_alarm_tells_its_topic_without_being_asked(account):
    api = account.api()
    api.mock("one")
    api.deploy("v1")
    name = account.gateway.get_rest_api(restApiId=api.id)["name"]
    topic = account.client("sns").create_topic(Name="alarms")["TopicArn"]
    queue = account.client("sqs").create_queue(QueueName="alarms")["QueueUrl"]
    sqs = account.client("sqs")
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    arn = found["Attributes"]["QueueArn"]
    send = {"Action": "sqs:SendMessage", "Resource": arn}
    allow = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, **send}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": document(allow)})
    account.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    account.client("cloudwatch").put_metric_alarm(
        AlarmName="told",
        Namespace="AWS/ApiGateway",
        MetricName="Count",
        Dimensions=[{"Name": "ApiName", "Value": name}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[topic],
    )
    api.call("/")
    received = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)
    message = json.loads(json.loads(received["Messages"][0]["Body"])["Message"])
    assert (message["AlarmName"], message["NewStateValue"]) == ("told", "ALARM")
