"""What the program declares, step by step, under Pulumi's mocks."""

import ast
import functools
import importlib
import inspect
import json

import pulumi
import pulumi_aws as aws
import pytest

from gateway import (
    account,
    alias,
    api,
    auth,
    budget,
    chat,
    cors,
    deployment,
    dialects,
    limits,
    logs,
    metrics,
    model,
    policies,
    program,
)
from gateway.instances import balancer, hosts, link, machine, network, pool
from gateway.routing import canary, candidate, fallback, homes
from gateway.settings import Settings
from lab import course
from lab.session.program import names_of

# As conftest.py answers for AWS.
API = "arn:aws:execute-api:us-east-1:123456789012:api1"
FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:made"
INVOKE_ARN = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"

TABLE = {
    "languageModelApiRole": "aws:iam/role:Role",
    "languageModelLogs": "aws:cloudwatch/logGroup:LogGroup",
    "languageModelExecutionRole": "aws:iam/role:Role",
    "languageModelRights": "aws:iam/rolePolicy:RolePolicy",
    "LanguageModelLambda": "aws:lambda/function:Function",
    "languageModelInvokePolicy": "aws:iam/rolePolicy:RolePolicy",
    "languageModelApi": "aws:apigateway/restApi:RestApi",
    "languageModelApiPolicy": "aws:apigateway/restApiPolicy:RestApiPolicy",
    "modelPath": "aws:apigateway/resource:Resource",
    "modelMethod": "aws:apigateway/method:Method",
    "modelIntegration": "aws:apigateway/integration:Integration",
    "languageModelDeployment": "aws:apigateway/deployment:Deployment",
    "languageModelStage": "aws:apigateway/stage:Stage",
    "teamKey-blue": "aws:apigateway/apiKey:ApiKey",
    "teamKey-green": "aws:apigateway/apiKey:ApiKey",
    "authorizerLogs": "aws:cloudwatch/logGroup:LogGroup",
    "authorizerExecutionRole": "aws:iam/role:Role",
    "authorizerRights": "aws:iam/rolePolicy:RolePolicy",
    "KeyAuthorizerLambda": "aws:lambda/function:Function",
    "invokeAuthorizer": "aws:iam/rolePolicy:RolePolicy",
    "keyAuthorizer": "aws:apigateway/authorizer:Authorizer",
    "tokenBudgets": "aws:dynamodb/table:Table",
    "promptValidator": "aws:apigateway/requestValidator:RequestValidator",
    "promptModel": "aws:apigateway/model:Model",
    "promptMethod": "aws:apigateway/method:Method",
    "promptIntegration": "aws:apigateway/integration:Integration",
    "throttledResponse": "aws:apigateway/response:Response",
    "quotaResponse": "aws:apigateway/response:Response",
    "everyMethod": "aws:apigateway/methodSettings:MethodSettings",
    "promptLimit": "aws:apigateway/methodSettings:MethodSettings",
    "chatLimit": "aws:apigateway/methodSettings:MethodSettings",
    "plan-blue": "aws:apigateway/usagePlan:UsagePlan",
    "plan-green": "aws:apigateway/usagePlan:UsagePlan",
    "planKey-blue": "aws:apigateway/usagePlanKey:UsagePlanKey",
    "planKey-green": "aws:apigateway/usagePlanKey:UsagePlanKey",
    "accessLogs": "aws:cloudwatch/logGroup:LogGroup",
    "executionLogs": "aws:cloudwatch/logGroup:LogGroup",
    "apiLogsRole": "aws:iam/role:Role",
    "apiLogsPolicy": "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "apiLogsAccount": "aws:apigateway/account:Account",
    "throttledCalls": "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    "refusedCalls": "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    "alarm-refused": "aws:cloudwatch/metricAlarm:MetricAlarm",
    "alarm-failures": "aws:cloudwatch/metricAlarm:MetricAlarm",
    "alarm-slow": "aws:cloudwatch/metricAlarm:MetricAlarm",
    "alarm-throttled": "aws:cloudwatch/metricAlarm:MetricAlarm",
    "alarm-tokens": "aws:cloudwatch/metricAlarm:MetricAlarm",
    "languageModelDashboard": "aws:cloudwatch/dashboard:Dashboard",
    "modelsPath": "aws:apigateway/resource:Resource",
    "oneModelPath": "aws:apigateway/resource:Resource",
    "modelsMethod": "aws:apigateway/method:Method",
    "oneModelMethod": "aws:apigateway/method:Method",
    "modelsIntegration": "aws:apigateway/integration:Integration",
    "oneModelIntegration": "aws:apigateway/integration:Integration",
    "chatPath": "aws:apigateway/resource:Resource",
    "completionsPath": "aws:apigateway/resource:Resource",
    "chatValidator": "aws:apigateway/requestValidator:RequestValidator",
    "chatModel": "aws:apigateway/model:Model",
    "chatMethod": "aws:apigateway/method:Method",
    "chatIntegration": "aws:apigateway/integration:Integration",
    **{
        f"dialect{kind}-{path}": f"aws:apigateway/{token}"
        for path in (
            *("responses", "responses-input_tokens"),
            *("messages", "messages-count_tokens", "embeddings"),
        )
        for kind, token in (
            ("Path", "resource:Resource"),
            ("Method", "method:Method"),
            ("Integration", "integration:Integration"),
        )
    },
    **{
        f"dialect{kind}-{path}": f"aws:apigateway/{token}"
        for path in ("responses", "messages")
        for kind, token in (
            ("Validator", "requestValidator:RequestValidator"),
            ("Model", "model:Model"),
            ("Limit", "methodSettings:MethodSettings"),
        )
    },
    **{
        f"errorResponse-{response_type}": "aws:apigateway/response:Response"
        for response_type in (
            "UNAUTHORIZED",
            "ACCESS_DENIED",
            "INVALID_API_KEY",
            "BAD_REQUEST_BODY",
            "REQUEST_TOO_LARGE",
            "INTEGRATION_TIMEOUT",
            "DEFAULT_4XX",
            "DEFAULT_5XX",
        )
    },
}
# The resources that a deployment freezes, and the class of each.
FROZEN = {
    "languageModelApiPolicy": aws.apigateway.RestApiPolicy,
    "modelPath": aws.apigateway.Resource,
    "modelMethod": aws.apigateway.Method,
    "modelIntegration": aws.apigateway.Integration,
    "keyAuthorizer": aws.apigateway.Authorizer,
    "promptValidator": aws.apigateway.RequestValidator,
    "promptModel": aws.apigateway.Model,
    "promptMethod": aws.apigateway.Method,
    "promptIntegration": aws.apigateway.Integration,
    "throttledResponse": aws.apigateway.Response,
    "quotaResponse": aws.apigateway.Response,
    "modelsPath": aws.apigateway.Resource,
    "oneModelPath": aws.apigateway.Resource,
    "modelsMethod": aws.apigateway.Method,
    "oneModelMethod": aws.apigateway.Method,
    "modelsIntegration": aws.apigateway.Integration,
    "oneModelIntegration": aws.apigateway.Integration,
    "chatPath": aws.apigateway.Resource,
    "completionsPath": aws.apigateway.Resource,
    "chatValidator": aws.apigateway.RequestValidator,
    "chatModel": aws.apigateway.Model,
    "chatMethod": aws.apigateway.Method,
    "chatIntegration": aws.apigateway.Integration,
    **{name: aws.apigateway.Response for name in TABLE if name.startswith("errorResponse-")},
    **{
        name: getattr(aws.apigateway, token.rpartition(":")[2])
        for name, token in TABLE.items()
        if name.startswith("dialect") and not name.startswith("dialectLimit")
    },
}
# Every argument of these is tried; of the rest, each kind once is enough.
TRIED = (
    "languageModelApiPolicy",
    "modelPath",
    "modelMethod",
    "modelIntegration",
    "keyAuthorizer",
    "promptValidator",
    "promptModel",
    "throttledResponse",
)
NO_ARGUMENTS = {"self", "__self__", "resource_name", "opts", "__props__"}


def arguments_of(kind):
    return sorted(set(inspect.signature(kind._internal_init).parameters) - NO_ARGUMENTS)


def whole(settings=None):
    return lambda: program.gateway(settings or Settings(model_layer=False, logging_role="own"))


def digest_of(declared):
    """The first half of what replaces a deployment when it differs."""
    known = declared.triggers["languageModelDeployment"]
    return known[0] if isinstance(known, list) else "not known yet"


@pytest.fixture(scope="module")
def whole_program(declare):
    """The program as it is; nobody changes what is told of it."""
    return declare(whole())


@pytest.fixture
def usual_digest(whole_program):
    return digest_of(whole_program)


def statement(declared, name, argument="policy"):
    policy = json.loads(declared.inputs[name][argument])
    assert policy["Version"] == "2012-10-17"
    (only,) = policy["Statement"]
    return only


def test_the_program_declares_these_resources_and_no_other(whole_program):
    assert whole_program.types == TABLE


@pytest.mark.parametrize(
    ("role", "service"),
    [
        ("languageModelApiRole", "apigateway.amazonaws.com"),
        ("languageModelExecutionRole", "lambda.amazonaws.com"),
    ],
)
def test_a_role_is_assumed_by_one_service(whole_program, role, service):
    trust = statement(whole_program, role, "assumeRolePolicy")
    assert trust == {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }


def test_the_api_may_invoke_this_one_function_and_do_nothing_else(whole_program):
    assert statement(whole_program, "languageModelInvokePolicy") == {
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION_ARN,
    }
    assert whole_program.inputs["languageModelInvokePolicy"]["role"] == "languageModelApiRole-id"


def test_the_function_may_write_its_own_log_and_do_what_later_chapters_add(whole_program):
    policy = json.loads(whole_program.inputs["languageModelRights"]["policy"])
    write_log, _budget = policy["Statement"]
    assert write_log == {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": "arn:aws:logs:us-east-1:123456789012:log-group:logs:*",
    }
    role = whole_program.inputs["languageModelRights"]["role"]
    assert role == "languageModelExecutionRole-id"


def test_the_function_has_its_code_its_role_and_its_log(whole_program):
    function = whole_program.inputs["LanguageModelLambda"]
    assert function["handler"] == "handler.handler"
    assert function["role"].endswith("languageModelExecutionRole")
    assert function["loggingConfig"] == {"logFormat": "Text", "logGroup": "logs"}
    assert function["environment"]["variables"] == {
        "SYSTEM_PROMPT": "You are a helpful assistant.",
        "BUDGET_TABLE": "budgets",
        "TOKENS_PER_DAY": "20000",
        "METRICS_NAMESPACE": "LanguageModel/logs",
        "MODEL_NAME": "SmolLM2-135M-Instruct",
    }
    assert (function["memorySize"], function["timeout"]) == (1769, 29)


def test_a_function_named_in_settings_is_looked_up_and_not_made(declare):
    declared = declare(
        whole(Settings(function_name="theirs", model_layer=False, logging_role="own"))
    )
    assert declared.read == {"ExistingLambda": "theirs"}
    made = {"languageModelLogs", "languageModelExecutionRole", "languageModelRights"}
    made |= {"LanguageModelLambda"}
    assert set(declared.types) == set(TABLE) - made
    theirs = FUNCTION_ARN.replace("made", "theirs")
    assert statement(declared, "languageModelInvokePolicy")["Resource"] == theirs
    assert declared.inputs["modelIntegration"]["uri"] == INVOKE_ARN.format(theirs)
    assert declared.outputs["function_name"] == "theirs"


def test_the_resource_policy_lets_nobody_in_and_refuses_calls_without_tls(whole_program):
    assert statement(whole_program, "languageModelApiPolicy") == {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": f"{API}/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_the_path_model_answers_any_method(whole_program):
    path = whole_program.inputs["modelPath"]
    assert (path["parentId"], path["pathPart"]) == ("root", "model")
    method = whole_program.inputs["modelMethod"]
    assert method["httpMethod"] == "ANY"
    assert method["resourceId"] == "modelPath-id"


def test_the_integration_hands_requests_to_the_function_as_the_apis_role(whole_program):
    proxy = whole_program.inputs["modelIntegration"]
    assert proxy["type"] == "AWS_PROXY"
    assert (proxy["httpMethod"], proxy["integrationHttpMethod"]) == ("ANY", "POST")
    assert proxy["uri"] == INVOKE_ARN.format(FUNCTION_ARN)
    assert proxy["credentials"].endswith("role/languageModelApiRole")


def of_type(declared, token):
    """The arguments of all resources of a type, by name."""
    return {name: declared.inputs[name] for name, type in declared.types.items() if type == token}


def test_every_method_asks_the_authorizer_and_wants_a_key(whole_program):
    for name, method in of_type(whole_program, "aws:apigateway/method:Method").items():
        assert method["authorization"] == "CUSTOM", name
        assert (method["authorizerId"], method["apiKeyRequired"]) == ("keyAuthorizer-id", True)


def test_a_method_goes_before_another_takes_its_place(whole_program):
    """API Gateway has one method of a verb on a path, and deploys none without an integration."""
    methods = of_type(whole_program, "aws:apigateway/method:Method")
    assert set(methods) <= whole_program.deleted_first


def test_all_that_can_bears_the_tags_by_which_a_clean_up_finds_it(whole_program):
    tagged = {name: made["tags"] for name, made in whole_program.inputs.items() if "tags" in made}
    assert {"languageModelApi", "tokenBudgets", "teamKey-blue", "accessLogs"} <= set(tagged)
    for name, tags in tagged.items():
        assert (tags["gateway:project"], tags["gateway:stack"]) == ("gateway", "test"), name
        assert not {"gateway:owner", "gateway:expires"} & set(tags), "nobody has said who, and when"


def test_every_log_is_kept_as_long_as_the_settings_say(whole_program):
    logs = of_type(whole_program, "aws:cloudwatch/logGroup:LogGroup")
    assert {log["retentionInDays"] for log in logs.values()} == {Settings().log_retention_days}


def test_a_teams_plan_is_what_the_settings_say(whole_program):
    chosen = Settings()
    plans = of_type(whole_program, "aws:apigateway/usagePlan:UsagePlan")
    assert set(plans) == {"plan-blue", "plan-green"}
    for plan in plans.values():
        assert plan["quotaSettings"] == {"limit": chosen.team_quota, "period": "DAY"}
        limits = {"rateLimit": chosen.team_rate, "burstLimit": chosen.team_burst}
        assert plan["throttleSettings"] == limits
        assert plan["apiStages"] == [{"apiId": "languageModelApi-id", "stage": "v1"}]


def test_api_gateway_may_write_logs_by_the_policy_that_aws_keeps_for_it(whole_program):
    policy = whole_program.inputs["apiLogsPolicy"]
    name = "AmazonAPIGatewayPushToCloudWatchLogs"
    assert policy["policyArn"] == f"arn:aws:iam::aws:policy/service-role/{name}"


def test_an_alarm_looks_at_five_minutes_and_is_quiet_where_nobody_calls(whole_program):
    alarms = of_type(whole_program, "aws:cloudwatch/metricAlarm:MetricAlarm")
    assert len(alarms) == 5
    for name, alarm in alarms.items():
        assert (alarm["period"], alarm["evaluationPeriods"]) == (300, 1), name
        assert alarm["treatMissingData"] == "notBreaching"
        assert alarm["comparisonOperator"] == "GreaterThanThreshold"
        assert alarm["alarmDescription"] and alarm["alarmActions"] == []
    slow = alarms["alarm-slow"]  # a metric of API Gateway itself
    assert (slow["namespace"], slow["metricName"]) == ("AWS/ApiGateway", "Latency")
    assert (slow["extendedStatistic"], slow["threshold"]) == ("p95", 20_000)
    assert slow["dimensions"]["Stage"] == "v1"


def test_the_dashboard_draws_the_gateways_metrics_by_the_names_that_aws_gives_them(whole_program):
    """By ApiName and Stage: "Amazon API Gateway dimensions and metrics"."""
    body = json.loads(whole_program.inputs["languageModelDashboard"]["dashboardBody"])
    drawn = [metric for each in body["widgets"] for metric in each["properties"]["metrics"]]
    gateway = [metric for metric in drawn if metric[0] == "AWS/ApiGateway"]
    assert [metric[1] for metric in gateway] == [
        *("Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"),
    ]
    assert {(metric[2], metric[4], metric[5]) for metric in gateway} == {("ApiName", "Stage", "v1")}
    assert {metric[0] for metric in drawn} == {"AWS/ApiGateway", "LanguageModel/logs"}


def test_a_budget_is_an_item_that_is_paid_for_by_the_request_and_goes_by_itself(whole_program):
    table = whole_program.inputs["tokenBudgets"]
    assert (table["billingMode"], table["hashKey"]) == ("PAY_PER_REQUEST", "id")
    assert table["attributes"] == [{"name": "id", "type": "S"}]
    assert table["ttl"] == {"attributeName": "expires", "enabled": True}


def test_the_deployment_waits_for_all_that_it_freezes(whole_program):
    waits_for = whole_program.depends_on["languageModelDeployment"]
    assert waits_for == {"languageModelApi", *FROZEN}


def test_the_stage_serves_the_deployment(whole_program):
    stage = whole_program.inputs["languageModelStage"]
    assert stage["deployment"] == "languageModelDeployment-id"
    assert stage["stageName"] == "v1"


def test_outputs_are_those_that_chapters_read(whole_program):
    outputs = dict(whole_program.outputs)
    frozen = outputs.pop("frozen_parts")
    assert {urn.rpartition("::")[2] for urn in frozen} == set(FROZEN)
    assert outputs == {
        "api_role_arn": "arn:aws:iam::123456789012:role/languageModelApiRole",
        "function_name": "made",
        "function_arn": FUNCTION_ARN,
        "log_group": "logs",
        "rest_api_id": "languageModelApi-id",
        "model_path": "/model",
        "integration_uri": INVOKE_ARN.format(FUNCTION_ARN),
        "invoke_url": "https://api1.example.com/v1",
        "model_url": "https://api1.example.com/v1/model",
        "chat_url": "https://api1.example.com/v1/chat/completions",
        "anthropic_base_url": "https://api1.example.com",
        "team_keys": {"blue": "value-of-teamKey-blue", "green": "value-of-teamKey-green"},
        "budget_table": "budgets",
        "access_log_group": "logs",
        "execution_log_group": "logs",
        "dashboard_name": "language-model-languageModelApi-id",
    }


# The digest


def test_the_digest_is_the_same_each_time(declare, usual_digest):
    assert digest_of(declare(whole())) == usual_digest
    assert len(usual_digest) == 64


def test_the_digest_is_known_in_a_preview_of_no_change(declare, usual_digest):
    assert digest_of(declare(whole(), preview=True)) == usual_digest


def test_the_digest_is_unknown_in_a_preview_while_a_part_does_not_exist(declare, usual_digest):
    declared = declare(whole(), preview=True, missing={"LanguageModelLambda"})
    assert "languageModelDeployment" in declared.triggers
    assert digest_of(declared) != usual_digest


CHANGES = [(name, argument) for name in TRIED for argument in arguments_of(FROZEN[name])]
CHANGES += [(name, "region") for name in FROZEN if name not in TRIED]


def test_every_argument_of_every_frozen_type_is_tried():
    assert {FROZEN[name] for name in TRIED} == set(FROZEN.values())
    assert len(CHANGES) > 70


LIVE = sorted(set(arguments_of(aws.apigateway.RestApi)) - set(deployment.FROZEN))
API_CHANGES = [("languageModelApi", argument) for argument in (*deployment.FROZEN, *LIVE)]


def another(argument):
    """A value that the program does not have."""
    return {"insecureSkipVerification": True} if argument == "tls_config" else "changed"


@pytest.fixture(scope="module")
def digests(declare):
    """Of each change, the digest of the API and the changed part, before it and with it.

    One run of the program: the digest is made of what the program has told it of each part.
    """
    usual, found = program.deployment, {}

    def compare(api, parts, declared):
        by_name = {resource._name: resource for resource in (api, *parts)}
        for name, argument in (*CHANGES, *API_CHANGES):
            part = by_name[name]
            some = [] if part is api else [part]
            changed = {**declared, part: {**declared[part], argument: another(argument)}}
            pulumi.Output.all(
                deployment.digest(api, some, declared), deployment.digest(api, some, changed)
            ).apply(functools.partial(found.__setitem__, (name, argument)))
        return usual(api, parts, declared)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "deployment", compare)
        declare(whole())
    return found


@pytest.fixture(scope="module")
def told(declare):
    """What the digest is told of each part, by its name, when every argument of it is changed."""
    usual, found = program.deployment, {}

    def keep(api, parts, declared):
        found.update({resource._name: declared[resource] for resource in (api, *parts)})
        return usual(api, parts, declared)

    changes = {}
    for name, argument in (*CHANGES, *API_CHANGES):
        changes.setdefault(name, {})[argument] = another(argument)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "deployment", keep)
        declare(whole(), changes)
    return found


@pytest.mark.parametrize(("name", "argument"), CHANGES, ids=str)
def test_a_changed_argument_of_what_is_frozen_redeploys(digests, told, name, argument):
    before, after = digests[name, argument]
    assert before != after
    assert told[name][argument] == another(argument)


def test_a_changed_part_is_a_changed_program(declare, usual_digest):
    changed = declare(whole(), {"dialectModel-messages": {"schema": "changed"}})
    assert digest_of(changed) != usual_digest


@pytest.mark.parametrize("argument", deployment.FROZEN)
def test_a_changed_argument_of_the_api_that_is_frozen_redeploys(digests, told, argument):
    before, after = digests["languageModelApi", argument]
    assert before != after
    assert told["languageModelApi"][argument] == "changed"


@pytest.mark.parametrize("argument", LIVE)
def test_a_changed_argument_of_the_api_that_is_live_does_not(digests, argument):
    before, after = digests["languageModelApi", argument]
    assert before == after


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("LanguageModelLambda", "code"),
        ("LanguageModelLambda", "memory_size"),
        ("LanguageModelLambda", "environment"),
        ("languageModelApiRole", "description"),
        ("languageModelInvokePolicy", "policy"),
        ("languageModelLogs", "retention_in_days"),
        ("languageModelStage", "variables"),
        ("languageModelDeployment", "description"),
    ],
    ids=str,
)
def test_what_a_deployment_does_not_freeze_does_not_redeploy(declare, usual_digest, name, argument):
    value = {"variables": "changed"} if argument == "environment" else "changed"
    assert digest_of(declare(whole(), {name: {argument: value}})) == usual_digest


def test_another_function_redeploys(declare, usual_digest):
    assert digest_of(declare(whole(Settings(function_name="theirs")))) != usual_digest


def test_the_digest_reads_an_argument_that_is_an_object_like_one_that_is_a_dict(declare):
    as_dict = {"insecure_skip_verification": True}
    as_object = aws.apigateway.IntegrationTlsConfigArgs(insecure_skip_verification=True)
    digests = {
        digest_of(declare(whole(), {"modelIntegration": {"tls_config": value}}))
        for value in (as_dict, as_object)
    }
    assert len(digests) == 1


# What has left the program


def urns(*names):
    return [f"urn:pulumi:stack::project::aws:apigateway/x:X::{name}" for name in names]


def left_behind(declared):
    return declared.triggers["languageModelDeployment"][1]


@pytest.mark.parametrize("last_time", [{}, {"frozen_parts": []}, {"frozen_parts": None}])
def test_a_first_up_leaves_nothing_behind(declare, last_time):
    assert left_behind(declare(whole(), last_time=last_time)) == ""


def test_what_was_frozen_and_still_is_is_not_left_behind(declare, whole_program):
    before = {"frozen_parts": whole_program.outputs["frozen_parts"]}
    assert left_behind(declare(whole(), last_time=before)) == ""


def test_what_left_the_program_is_named_in_a_warning(declare, whole_program, monkeypatch):
    warned = []
    monkeypatch.setattr(deployment.pulumi.log, "warn", warned.append)
    before = [*whole_program.outputs["frozen_parts"], *urns("helloPath", "helloMethod")]
    declared = declare(whole(), last_time={"frozen_parts": before})
    assert left_behind(declared) == "helloMethod, helloPath"
    assert warned == [
        "helloMethod, helloPath: still part of what is served. Run `pulumi up` once more."
    ]


# The other way in, and the shape of the code


def test_invoke_permission_admits_this_path_of_this_api(declare):
    def other_way():
        made = api.rest_api({})
        function = model.create_function(Settings(), {"handler": "handler.handler"}, {}, [])
        api.invoke_permission(made, api.model_path(made), function)

    permission = declare(other_way).inputs["languageModelPermission"]
    assert permission["action"] == "lambda:InvokeFunction"
    assert permission["principal"] == "apigateway.amazonaws.com"
    assert permission["function"] == "made"
    assert permission["sourceArn"] == f"{API}/*/*/model"


MODULES = (
    policies, account, model, api, alias, deployment, auth, limits, budget, logs, metrics, chat,
    dialects, cors, network, machine, balancer, pool, link, hosts, candidate, canary, fallback,
    homes, program,
)  # fmt: skip
STEPS = [
    function
    for module in MODULES
    for function in vars(module).values()
    if inspect.isfunction(function) and function.__module__ == module.__name__
]


def test_there_are_steps():
    assert len(STEPS) >= 45


def test_no_name_stands_for_two_things():
    """The lab looks all names up in one table, and a cell's function replaces that of its name."""
    homes = {}
    for module in MODULES:
        for name, value in vars(module).items():
            if getattr(value, "__module__", None) == module.__name__ or name.isupper():
                homes.setdefault(name, []).append(value)
    assert all(value is values[0] for values in homes.values() for value in values)


def test_a_name_means_the_same_in_every_file():
    """In the lab, all files share one table: an import that another file defines would be another's."""
    files = [importlib.import_module(f"gateway.{name.replace('/', '.')}") for name in course.FILES]
    table = names_of(files)
    for file in files:
        for name, value in vars(file).items():
            assert name[:2] == "__" or table[name] is value, f"{name} in {file.__name__}"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_a_file_imports_earlier_chapters_only(module):
    """So there is no circle, and a chapter's file can be taken away with all after it."""
    names = (name.replace("/", ".") for name in course.FILES)
    files = {f"gateway.{name}": place for place, name in enumerate(names)}
    above = module.__name__.split(".")
    imported = [
        ".".join([*above[: len(above) - node.level], str(node.module)])
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    # Of no chapter: zips and a table of layers, and what is for a model elsewhere.
    files |= {f"gateway.layer.{name}": -1 for name in ("adapter", "build", "code")}
    files |= {"gateway.managed.backend": -1}
    assert all(files[name] < files[module.__name__] for name in imported), imported


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_step_says_what_it_takes_returns_and_is_for(step):
    signature = inspect.signature(step)
    assert signature.return_annotation is not inspect.Signature.empty
    for parameter in signature.parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty, parameter.name
    assert step.__doc__


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_step_fits_in_a_cell(step):
    lines = inspect.getsource(step).splitlines()
    assert len(lines) <= (40 if step is program.gateway else 35)
    assert max(map(len, lines)) <= 76
