"""What chapters 08 to 20 declare, under Pulumi's mocks."""

import functools
import hashlib
import json
import re
from datetime import datetime, timezone

import pulumi
import pytest

from gateway import api, auth, chat, dialects, limits, metrics, program
from gateway.account import passed_on, with_tags
from gateway.settings import Settings

API = "arn:aws:execute-api:us-east-1:123456789012:api1"
AUTHORIZER = "arn:aws:lambda:us-east-1:123456789012:function:authorizer"
PROTECTED = (
    "modelMethod",
    "promptMethod",
    "modelsMethod",
    "oneModelMethod",
    "chatMethod",
    "dialectMethod-responses",
    "dialectMethod-responses-input_tokens",
    "dialectMethod-messages",
    "dialectMethod-messages-count_tokens",
    "dialectMethod-embeddings",
)


@pytest.fixture(scope="module")
def whole(declare):
    """The program with some settings changed; nobody changes what is told of it."""

    @functools.cache
    def told(**changed):
        return declare(lambda: program.gateway(Settings(**{"model_layer": False, **changed})))

    return told


def statements(declared, name, argument="policy"):
    return json.loads(declared.inputs[name][argument])["Statement"]


# Least privilege


def test_no_policy_allows_every_action_or_more_than_one_resource(whole):
    policies = {
        name: inputs["policy"]
        for name, inputs in whole().inputs.items()
        if "policy" in inputs and name != "languageModelApiPolicy"
    }
    assert set(policies) == {
        "languageModelRights",
        "languageModelInvokePolicy",
        "authorizerRights",
        "invokeAuthorizer",
    }
    for name, policy in policies.items():
        for statement in json.loads(policy)["Statement"]:
            assert "*" not in json.dumps(statement["Action"]), name
            assert isinstance(statement["Resource"], str), name
            assert re.fullmatch(r"arn:aws:[a-z]+:us-east-1:123456789012:[^*]+(:\*)?",
                                statement["Resource"]), name  # fmt: skip


def test_the_functions_role_reads_and_updates_the_one_table(whole):
    _write_log, count = statements(whole(), "languageModelRights")
    assert count == {
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:UpdateItem"],
        "Resource": "arn:aws:dynamodb:us-east-1:123456789012:table/budgets",
    }


# 07 Who may call


@pytest.mark.parametrize(
    ("authentication", "authorization", "kind"),
    [
        ("bearer", "CUSTOM", "REQUEST"),
        ("iam", "AWS_IAM", None),
        ("cognito", "COGNITO_USER_POOLS", "COGNITO_USER_POOLS"),
    ],
)
def test_no_method_is_open_whatever_the_settings(whole, authentication, authorization, kind):
    declared = whole(authentication=authentication)
    methods = {
        name for name, token in declared.types.items() if token == "aws:apigateway/method:Method"
    }
    assert methods == set(PROTECTED)
    for name in methods:
        assert declared.inputs[name]["authorization"] == authorization
        assert declared.inputs[name]["apiKeyRequired"] is True
    kinds = [
        inputs["type"]
        for name, inputs in declared.inputs.items()
        if declared.types[name] == "aws:apigateway/authorizer:Authorizer"
    ]
    assert kinds == ([kind] if kind else [])


@pytest.mark.parametrize("authentication", ["bearer", "iam"])
def test_no_policy_lets_everyone_in_beside_those_who_decide(whole, authentication):
    """By table A of API Gateway, it would admit all of whom the other side says nothing."""
    (only,) = statements(whole(authentication=authentication), "languageModelApiPolicy")
    assert (only["Effect"], only["Resource"]) == ("Deny", f"{API}/*")
    assert only["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_beside_a_user_pool_the_policy_has_to_allow(whole):
    """By table B: there both have to say yes, and the pool's answer comes first."""
    allow, deny = statements(whole(authentication="cognito"), "languageModelApiPolicy")
    assert (allow["Effect"], "Condition" in allow, allow["Resource"]) == (
        "Allow",
        False,
        f"{API}/*",
    )
    assert (deny["Effect"], deny["Resource"]) == ("Deny", f"{API}/*")


def test_each_team_has_a_key_whose_value_aws_makes(whole):
    declared = whole(teams=("red", "white", "blue"))
    for team in ("red", "white", "blue"):
        assert "value" not in declared.inputs[f"teamKey-{team}"]
    assert set(declared.outputs["team_keys"]) == {"red", "white", "blue"}


def test_the_authorizer_knows_hashes_and_no_key(whole):
    variables = whole().inputs["KeyAuthorizerLambda"]["environment"]["variables"]
    text = variables["KEYS"]
    known = json.loads(text)
    assert known == {
        hashlib.sha256(f"value-of-teamKey-{team}".encode()).hexdigest(): team
        for team in ("blue", "green")
    }
    assert "value-of" not in text


def test_the_authorizer_is_asked_by_the_apis_role_which_may_invoke_it(whole):
    declared = whole()
    authorizer = declared.inputs["keyAuthorizer"]
    assert authorizer["identitySource"] == "method.request.header.Authorization"
    assert authorizer["authorizerResultTtlInSeconds"] == 300
    assert authorizer["authorizerCredentials"].endswith("languageModelApiRole")
    assert statements(declared, "invokeAuthorizer") == [
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": AUTHORIZER}
    ]
    assert declared.inputs["invokeAuthorizer"]["role"] == "languageModelApiRole-id"


def test_a_pool_takes_no_strangers_and_hides_who_is_in_it(whole):
    declared = whole(authentication="cognito")
    pool = declared.inputs["callers"]
    assert pool["adminCreateUserConfig"] == {"allowAdminCreateUserOnly": True}
    assert pool["deletionProtection"] == "INACTIVE"  # nothing is protected that nobody asked for
    assert declared.inputs["callersClient"]["preventUserExistenceErrors"] == "ENABLED"
    assert {"user_pool_id", "user_pool_client_id"} <= set(declared.outputs)


def test_a_password_does_not_travel_and_an_access_token_counts(whole):
    declared = whole(authentication="cognito", protect=True)
    flows = declared.inputs["callersClient"]["explicitAuthFlows"]
    assert "ALLOW_USER_SRP_AUTH" in flows
    assert "ALLOW_USER_PASSWORD_AUTH" not in flows
    pool = declared.inputs["callers"]
    assert pool["deletionProtection"] == "ACTIVE"
    assert pool["passwordPolicy"]["minimumLength"] == 14
    assert pool["passwordPolicy"]["temporaryPasswordValidityDays"] == 1
    for name in PROTECTED:
        scopes = declared.inputs[name]["authorizationScopes"]
        assert scopes == ["aws.cognito.signin.user.admin"]


def test_a_method_without_access_cannot_be_built(declare):
    def step():
        made = api.rest_api({})
        api.model_method(made, api.model_path(made), {})

    with pytest.raises(TypeError, match="authorization"):
        declare(step)


def test_every_method_has_a_name_of_its_own_and_old_encryption_is_refused(whole):
    declared = whole()
    names = [declared.inputs[name]["operationName"] for name in PROTECTED]
    assert len(set(names)) == len(PROTECTED)
    assert declared.inputs["languageModelApi"]["securityPolicy"] == "TLS_1_2"


def test_no_answer_of_the_gateway_itself_is_kept_or_guessed_at(whole):
    declared = whole()
    responses = [
        declared.inputs[name]["responseParameters"]
        for name, token in declared.types.items()
        if token == "aws:apigateway/response:Response"
    ]
    for each in responses:
        assert each["gatewayresponse.header.Cache-Control"] == "'no-store'"
        assert each["gatewayresponse.header.X-Content-Type-Options"] == "'nosniff'"


def test_both_functions_can_have_calls_reserved_for_them(whole):
    declared = whole(model_concurrency=5, authorizer_concurrency=3)
    reserved = "reservedConcurrentExecutions"
    assert declared.inputs["LanguageModelLambda"][reserved] == 5
    assert declared.inputs["KeyAuthorizerLambda"][reserved] == 3


@pytest.mark.parametrize(
    ("authentication", "field"),
    [("bearer", "team"), ("iam", "callerArn"), ("cognito", "subject")],
)
def test_the_access_log_says_who_was_refused(whole, authentication, field):
    def line(**more):
        stage = whole(authentication=authentication, **more).inputs["languageModelStage"]
        return json.loads(stage["accessLogSettings"]["format"])

    assert field in line()
    assert "sourceAddress" not in line()
    assert line(log_source_address=True)["sourceAddress"] == "$context.identity.sourceIp"


def test_many_wrong_keys_ring_an_alarm(whole):
    declared = whole(refused_calls=7)
    pattern = declared.inputs["refusedCalls"]["pattern"]
    assert pattern == '{ ($.status = "401") || ($.status = "403") }'
    assert declared.inputs["alarm-refused"]["threshold"] == 7


def test_a_policy_for_addresses_refuses_the_others_explicitly(declare):
    def step():
        made = api.rest_api({})
        api.resource_policy(made, [auth.only_from(made, ["192.0.2.0/24"])])

    assert statements(declare(step), "languageModelApiPolicy") == [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": f"{API}/*",
            "Condition": {"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}},
        }
    ]


# What the account asks


def of_type(declared, token):
    """The arguments of all resources of a type, by name."""
    return {name: declared.inputs[name] for name, made in declared.types.items() if made == token}


NO_TAGS = {
    "aws:s3/bucketObject:BucketObject",
    "aws:s3/bucketObjectv2:BucketObjectv2",
}


def test_all_that_takes_tags_says_whose_it_is_and_when_it_was_made(whole):
    declared = whole(owner="ada", expires="2026-12-24", authentication="cognito")
    ours = {
        "gateway:project": "gateway",
        "gateway:stack": "test",
        "gateway:owner": "ada",
        "gateway:expires": "2026-12-24",
    }
    tagged = {name: given["tags"] for name, given in declared.inputs.items() if "tags" in given}
    for name, tags in tagged.items():
        made = datetime.strptime(tags.pop("gateway:made"), "%Y-%m-%dT%H:%M:%SZ")
        assert abs(datetime.now(timezone.utc) - made.replace(tzinfo=timezone.utc)).days == 0
        assert tags == ours, name
    taking = {
        name
        for name, made in declared.types.items()
        if hasattr(type(declared.resources[name]), "tags_all") and made not in NO_TAGS
    }
    assert taking == set(tagged) and len(taking) > 15


def test_tags_of_a_step_stay_and_win():
    ours = {"gateway:stack": "dev", "gateway:owner": "ada"}
    assert with_tags(ours, None) == ours
    assert with_tags(ours, {"gateway:owner": "me", "a": "b"}) == {
        "gateway:stack": "dev",
        "gateway:owner": "me",
        "a": "b",
    }
    assert with_tags(ours, "no tags") == "no tags"
    given = passed_on(ours)  # of a group, to its instances
    assert {each["key"]: each["value"] for each in given} == ours
    assert all(each["propagate_at_launch"] for each in given)


def test_a_function_of_others_is_read_and_not_tagged(whole):
    declared = whole(function_name="theirs", tokens_per_day=0)
    assert declared.read["ExistingLambda"] == "theirs"
    assert "LanguageModelLambda" not in declared.inputs


def test_an_alarm_on_the_bill_is_where_aws_keeps_it(whole):
    topics = ("arn:aws:sns:us-east-1:1:a", "arn:aws:sns:eu-central-1:1:b")
    bill = whole(monthly_dollars=20.0, alarm_actions=topics).inputs["alarm-bill"]
    assert (bill["namespace"], bill["metricName"]) == ("AWS/Billing", "EstimatedCharges")
    assert (bill["region"], bill["threshold"]) == ("us-east-1", 20.0)
    assert bill["alarmActions"] == [topics[0]]
    assert "alarm-bill" not in whole().inputs


def test_a_boundary_bounds_every_role(whole):
    roles = of_type(
        whole(permissions_boundary="arn:bound", logging_role="own"), "aws:iam/role:Role"
    )
    assert len(roles) == 4
    assert {given["permissionsBoundary"] for given in roles.values()} == {"arn:bound"}
    roles = of_type(whole(), "aws:iam/role:Role")
    assert not any("permissionsBoundary" in given for given in roles.values())


def test_protect_covers_all_that_has_data(whole):
    declared = whole(protect=True, authentication="cognito")
    kinds = {declared.types[name].rpartition(":")[2] for name in declared.protected}
    assert kinds == {"UserPool", "ApiKey", "Table", "LogGroup"}
    for token in ("aws:apigateway/apiKey:ApiKey", "aws:cloudwatch/logGroup:LogGroup"):
        assert set(of_type(declared, token)) <= declared.protected
    assert declared.inputs["tokenBudgets"]["deletionProtectionEnabled"] is True
    assert declared.inputs["callers"]["deletionProtection"] == "ACTIVE"
    assert not whole(authentication="cognito").protected
    assert "deletionProtectionEnabled" not in whole().inputs["tokenBudgets"]


def test_a_digest_is_the_same_with_and_without_what_the_account_asks(whole):
    plain = whole().triggers["languageModelDeployment"]
    asked = whole(protect=True, permissions_boundary="arn:bound").triggers
    assert asked["languageModelDeployment"] == plain


# A function that exists, by its alias


def test_an_alias_is_what_every_integration_calls_and_the_role_may_invoke(whole):
    theirs = {"function_name": "theirs", "tokens_per_day": 0}
    declared = whole(**theirs, function_qualifier="live", stream=True)
    alias = "arn:aws:lambda:us-east-1:123456789012:function:theirs:live"
    for name, given in of_type(declared, "aws:apigateway/integration:Integration").items():
        assert f"/functions/{alias}/" in given["uri"], name
    assert declared.inputs["chatIntegration"]["uri"].endswith("/response-streaming-invocations")
    assert declared.inputs["modelIntegration"]["uri"].endswith("/invocations")
    (allowed,) = statements(declared, "invokeAlias")
    assert (allowed["Action"], allowed["Resource"]) == ("lambda:InvokeFunction", alias)
    assert declared.read == {"ExistingLambda": "theirs"}
    assert "invokeAlias" not in whole(**theirs).inputs


# Our own, by its versions


def test_a_deployment_calls_the_version_that_it_was_made_with(whole):
    """Every integration has the version in its ARN, so another version is another deployment."""
    declared = whole(publish_versions=True, snap_start=True, stream=True, runtime_streams=True)
    made = "arn:aws:lambda:us-east-1:123456789012:function:made"
    for name, given in of_type(declared, "aws:apigateway/integration:Integration").items():
        assert f"/functions/{made}:7/" in given["uri"], name
    function = declared.inputs["LanguageModelLambda"]
    assert (function["publish"], function["snapStart"]) == (True, {"applyOn": "PublishedVersions"})
    assert declared.inputs["liveVersion"]["functionVersion"] == "7"
    # Any version: the one that is served stays so until there is another deployment.
    (allowed,) = statements(declared, "invokeAlias")
    assert (allowed["Action"], allowed["Resource"]) == ("lambda:InvokeFunction", f"{made}:*")


def test_going_back_to_a_version_is_one_setting_and_another_deployment(whole):
    newest, before = (
        whole(publish_versions=True),
        whole(publish_versions=True, function_qualifier="6"),
    )
    uri = before.inputs["modelIntegration"]["uri"]
    assert uri == newest.inputs["modelIntegration"]["uri"].replace(":7/", ":6/")
    assert before.inputs["liveVersion"]["functionVersion"] == "6"
    triggers = [each.triggers["languageModelDeployment"] for each in (newest, before)]
    assert triggers[0] != triggers[1]
    assert newest.inputs["LanguageModelLambda"]["snapStart"] == {"applyOn": "None"}


def test_without_versions_nothing_is_another(whole):
    declared = whole()
    assert not {"invokeAlias", "liveVersion"} & set(declared.inputs)
    assert not {"publish", "snapStart"} & set(declared.inputs["LanguageModelLambda"])


def test_without_a_budget_nothing_is_counted_and_no_alarm_waits_for_it(whole):
    declared = whole(tokens_per_day=0)
    variables = declared.inputs["LanguageModelLambda"]["environment"]["variables"]
    assert not {"BUDGET_TABLE", "TOKENS_PER_DAY"} & set(variables)
    assert "alarm-tokens" not in declared.types
    assert "alarm-tokens" in whole().types


# 09 How much


def test_each_team_has_a_plan_of_its_own_for_this_stage(whole):
    declared = whole(team_rate=0.5, team_burst=2, team_quota=3)
    for team in ("blue", "green"):
        plan = declared.inputs[f"plan-{team}"]
        assert plan["throttleSettings"] == {"rateLimit": 0.5, "burstLimit": 2}
        assert plan["quotaSettings"] == {"limit": 3, "period": "DAY"}
        assert plan["apiStages"] == [{"apiId": "languageModelApi-id", "stage": "v1"}]
        member = declared.inputs[f"planKey-{team}"]
        assert member["keyId"] == f"teamKey-{team}-id"
        assert member["usagePlanId"] == f"plan-{team}-id"


def test_the_stage_throttles_every_method(whole):
    declared = whole(stage_rate=1.5, stage_burst=4)
    settings = declared.inputs["everyMethod"]
    assert (settings["methodPath"], settings["stageName"]) == ("*/*", "v1")
    assert settings["settings"]["throttlingRateLimit"] == 1.5
    assert settings["settings"]["throttlingBurstLimit"] == 4


def test_the_methods_that_ask_the_model_have_a_tighter_rate_and_the_same_log(whole):
    declared = whole(prompt_rate=0.5, prompt_burst=3)
    every = declared.inputs["everyMethod"]["settings"]
    for name, path in (("promptLimit", "~1model/POST"), ("chatLimit", "~1chat~1completions/POST")):
        assert declared.inputs[name]["methodPath"] == path
        own = declared.inputs[name]["settings"]
        assert (own["throttlingRateLimit"], own["throttlingBurstLimit"]) == (0.5, 3)
        same = set(every) - {"throttlingRateLimit", "throttlingBurstLimit"}
        assert {key: own[key] for key in same} == {key: every[key] for key in same}


def test_tokens_are_counted_in_a_table_that_costs_nothing_when_idle_and_empties_itself(whole):
    declared = whole(tokens_per_day=300)
    table = declared.inputs["tokenBudgets"]
    assert table["billingMode"] == "PAY_PER_REQUEST"
    assert (table["hashKey"], table["attributes"]) == ("id", [{"name": "id", "type": "S"}])
    assert table["ttl"] == {"attributeName": "expires", "enabled": True}
    variables = declared.inputs["LanguageModelLambda"]["environment"]["variables"]
    assert (variables["BUDGET_TABLE"], variables["TOKENS_PER_DAY"]) == ("budgets", "300")


@pytest.mark.parametrize(
    ("method", "validator", "model"),
    [
        ("promptMethod", "promptValidator", "Prompt"),
        ("chatMethod", "chatValidator", "Conversation"),
    ],
)
def test_bodies_of_every_content_type_are_checked(whole, method, validator, model):
    declared = whole()
    inputs = declared.inputs[method]
    assert inputs["httpMethod"] == "POST"
    assert inputs["requestModels"] == {"$default": model}
    assert inputs["requestValidatorId"] == f"{validator}-id"
    assert declared.inputs[validator]["validateRequestBody"] is True


def test_verbs_without_a_body_are_not_checked_for_one(whole):
    assert "requestModels" not in whole().inputs["modelMethod"]


@pytest.mark.parametrize(
    ("body", "valid"),
    [
        ({"prompt": "x"}, True),
        ({"prompt": "x" * 100}, True),
        ({"prompt": "x" * 101}, False),
        ({"prompt": ""}, False),
        ({"prompt": 1}, False),
        ({"prompt": ["x"]}, False),
        ({"inputs": "x", "parameters": {"max_new_tokens": 5}}, True),
        ({"inputs": "x" * 101}, False),
        ({}, False),
        ([], False),
        ("x", False),
        ({"prompt": "x", "max_tokens": 256, "stop": ["a"], "seed": 3}, True),
        ({"prompt": "x", "max_tokens": 257}, False),
        ({"prompt": "x", "max_tokens": 0}, False),
        ({"prompt": "x", "max_tokens": 1.5}, False),
        ({"prompt": "x", "max_tokens": "5"}, False),
    ],
    ids=str,
)
def test_what_the_gateway_takes_for_a_prompt(body, valid):
    assert accepts(limits.prompt_schema(Settings(prompt_characters=100)), body) is valid


@pytest.mark.parametrize(
    ("body", "valid"),
    [
        ({"model": "m", "messages": [{"role": "user", "content": "x"}]}, True),
        ({"model": "m", "messages": [{"role": "user", "content": [{"type": "text"}]}]}, True),
        ({"model": "m", "messages": [{"role": "u", "content": "x"}] * 65, "n": 1}, True),
        ({"model": "m", "messages": [{"role": "assistant", "tool_calls": []}]}, True),
        ({"model": "m", "messages": []}, False),
        ({"model": "m", "messages": "x"}, False),
        ({"model": "m", "messages": [{"content": "x"}]}, False),
        ({"model": "m"}, False),
        ({"model": 1, "messages": [{"role": "user", "content": "x"}]}, False),
        ({"messages": [{"role": "user", "content": "x"}]}, False),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_the_gateway_takes_for_a_conversation(body, valid):
    assert accepts(chat.chat_schema(Settings()), body) is valid


@pytest.mark.parametrize(
    ("body", "valid"),
    [
        ({"model": "m", "input": "x"}, True),
        ({"model": "m", "input": [], "unknown": 1}, True),
        ({"model": "m", "input": [{"type": "reasoning"}], "stream": True}, True),
        ({"model": "m", "input": 5}, False),
        ({"model": 5, "input": "x"}, False),
        ([], False),
        ("model, input", False),
        ({"model": "m"}, False),
        ({"input": "x"}, False),
    ],
    ids=str,
)
def test_what_the_gateway_takes_for_a_request_of_responses(body, valid):
    assert accepts(dialects.responses_schema(Settings()), body) is valid


TURN = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1"}]}


@pytest.mark.parametrize(
    ("body", "valid"),
    [
        ({"model": "m", "max_tokens": 64000, "messages": [TURN] * 300, "unknown": 1}, True),
        ({"model": "m", "max_tokens": 9, "messages": [TURN], "system": [{"type": "text"}]}, True),
        ({"model": "m", "max_tokens": 0, "messages": [TURN]}, False),
        ({"model": "m", "max_tokens": 9, "messages": []}, False),
        ({"model": "m", "max_tokens": 9, "messages": [{"role": "user"}]}, False),
        ({"model": "m", "messages": [TURN]}, False),
        ({"model": 5, "max_tokens": 9, "messages": [TURN]}, False),
        ({"model": "m", "max_tokens": "9", "messages": [TURN]}, False),
        ({"model": "m", "max_tokens": 9, "messages": "Hi"}, False),
        ({"model": "m", "max_tokens": 9, "messages": ["Hi"]}, False),
        ([], False),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_the_gateway_takes_for_a_request_of_messages(body, valid):
    assert accepts(dialects.messages_schema(Settings()), body) is valid


def accepts(schema, body):
    import jsonschema  # takes seconds to load: not where tests are only counted

    return jsonschema.Draft4Validator(schema).is_valid(body)


def test_who_is_over_a_limit_is_told_when_to_come_back(whole):
    declared = whole()
    throttled = declared.inputs["throttledResponse"]
    assert throttled["responseParameters"]["gatewayresponse.header.Retry-After"] == "'1'"
    quota = declared.inputs["quotaResponse"]
    assert quota["responseParameters"]["gatewayresponse.header.x-should-retry"] == "'false'"


# 11 What happened


def test_the_access_log_tells_who_and_how_long_and_no_prompt(whole):
    stage = whole().inputs["languageModelStage"]
    line = json.loads(stage["accessLogSettings"]["format"])
    assert {"requestId", "keyId", "status", "latency", "integrationLatency"} <= set(line)
    secret = ("body", "header", "apiKey}", "validationErrorString", 'identity.apiKey"', "accessKey")
    assert not any(word in json.dumps(line) for word in secret)
    assert stage["xrayTracingEnabled"] is True


def test_the_execution_log_traces_no_data(whole):
    settings = whole().inputs["everyMethod"]["settings"]
    assert settings["dataTraceEnabled"] is False
    assert (settings["loggingLevel"], settings["metricsEnabled"]) == ("ERROR", True)
    assert whole(execution_logs="OFF").inputs["everyMethod"]["settings"]["loggingLevel"] == "OFF"


def test_every_log_has_an_end(whole):
    declared = whole(log_retention_days=30)
    groups = [name for name, token in declared.types.items() if token.endswith("logGroup:LogGroup")]
    assert len(groups) == 4
    assert all(declared.inputs[name]["retentionInDays"] == 30 for name in groups)
    execution = declared.inputs["executionLogs"]["name"]
    assert execution == "API-Gateway-Execution-Logs_languageModelApi-id/v1"


def test_the_stage_waits_until_api_gateway_may_write(whole):
    waits_for = whole(logging_role="own").depends_on["languageModelStage"]
    assert {"apiLogsAccount", "executionLogs", "accessLogs"} <= waits_for


def test_the_accounts_logging_role_is_left_alone_unless_the_settings_say_that_it_is_ours(whole):
    made = {"apiLogsRole", "apiLogsPolicy", "apiLogsAccount"}
    assert not made & set(whole().types)
    assert made <= set(whole(logging_role="own").types)


def test_where_nobody_has_set_a_logging_role_it_is_told_before_anything_is_made(declare):
    with pytest.raises(pulumi.RunError, match="pulumi config set gateway:loggingRole own"):
        declare(lambda: program.gateway(Settings(model_layer=False)), missing={"existingAccount"})


def test_function_alarms_and_dashboard_share_one_name_for_the_model(whole):
    declared = whole(model_name="mine")
    variables = declared.inputs["LanguageModelLambda"]["environment"]["variables"]
    assert variables["MODEL_NAME"] == "mine"
    assert set(declared.inputs["alarm-tokens"]["dimensions"].values()) == {"mine"}
    assert '"mine"' in declared.inputs["languageModelDashboard"]["dashboardBody"]


def test_alarms_ring_for_failures_slowness_refusals_and_spending(whole):
    declared = whole(alarm_actions=("arn:aws:sns:us-east-1:123456789012:ops",))
    alarms = {name: declared.inputs[name] for name in declared.inputs if name[:6] == "alarm-"}
    assert {(each["namespace"], each["metricName"]) for each in alarms.values()} == {
        ("AWS/ApiGateway", "5XXError"),
        ("AWS/ApiGateway", "Latency"),
        ("LanguageModel/logs", "ThrottledCalls"),
        ("LanguageModel/logs", "RefusedCalls"),
        ("LanguageModel/logs", "gen_ai.usage.output_tokens"),
    }
    for each in alarms.values():
        assert each["alarmActions"] == ["arn:aws:sns:us-east-1:123456789012:ops"]
        assert each["treatMissingData"] == "notBreaching"
    assert alarms["alarm-slow"]["extendedStatistic"] == "p95"
    assert "statistic" not in alarms["alarm-slow"]


def test_the_dashboard_shows_the_metrics_that_alarms_and_function_use(whole):
    body = json.loads(whole().inputs["languageModelDashboard"]["dashboardBody"])
    drawn = [m for widget in body["widgets"] for m in widget["properties"]["metrics"]]
    names = {metric[1] for metric in drawn}
    assert {"Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"} < names
    assert metrics.FIRST_TOKEN in names
    assert all(widget["properties"]["region"] == "us-east-1" for widget in body["widgets"])
    places = [(widget["x"], widget["y"]) for widget in body["widgets"]]
    assert len(set(places)) == 4


# 13 Speak OpenAI


def test_the_paths_are_where_clients_look(whole):
    declared = whole()
    parts = {
        name: (declared.inputs[name]["parentId"], declared.inputs[name]["pathPart"])
        for name in ("modelsPath", "oneModelPath", "chatPath", "completionsPath")
    }
    assert parts == {
        "modelsPath": ("root", "models"),
        "oneModelPath": ("modelsPath-id", "{model}"),
        "chatPath": ("root", "chat"),
        "completionsPath": ("chatPath-id", "completions"),
    }


def test_the_other_dialects_are_where_their_clients_look(whole):
    declared = whole()
    parents = {
        "dialectPath-responses": ("root", "responses"),
        "dialectPath-responses-input_tokens": ("dialectPath-responses-id", "input_tokens"),
        "dialectPath-messages": ("root", "messages"),
        "dialectPath-messages-count_tokens": ("dialectPath-messages-id", "count_tokens"),
        "dialectPath-embeddings": ("root", "embeddings"),
    }
    for name, found in parents.items():
        inputs = declared.inputs[name]
        assert (inputs["parentId"], inputs["pathPart"]) == found
        assert declared.inputs[name.replace("Path", "Method")]["httpMethod"] == "POST"


def test_answers_of_all_dialects_stream_and_counts_do_not(whole):
    streaming = whole(stream=True).inputs
    modes = {
        name: streaming[f"dialectIntegration-{name}"]["responseTransferMode"]
        for name in (
            *("responses", "responses-input_tokens"),
            *("messages", "messages-count_tokens", "embeddings"),
        )
    }
    assert set(modes.items()) == {
        ("responses", "STREAM"),
        ("messages", "STREAM"),
        ("responses-input_tokens", "BUFFERED"),
        ("messages-count_tokens", "BUFFERED"),
        ("embeddings", "BUFFERED"),
    }


def test_each_dialect_has_the_rate_of_prompts(whole):
    declared = whole(prompt_rate=3.0, prompt_burst=5)
    for path in ("responses", "messages"):
        settings = declared.inputs[f"dialectLimit-{path}"]
        assert settings["methodPath"] == f"~1{path}/POST"
        assert settings["settings"]["throttlingRateLimit"] == 3.0
        assert settings["settings"]["throttlingBurstLimit"] == 5


def test_anthropics_clients_need_a_stage_that_is_called_v1(whole):
    assert whole().outputs["anthropic_base_url"] == "https://api1.example.com"
    assert whole(stage_name="prod").outputs["anthropic_base_url"] is None


def test_a_key_comes_from_the_authorizer_so_that_one_header_does(whole):
    assert whole().inputs["languageModelApi"]["apiKeySource"] == "AUTHORIZER"
    assert whole(authentication="iam").inputs["languageModelApi"]["apiKeySource"] == "HEADER"


def test_answers_come_whole_unless_the_settings_say_stream(whole):
    plain, streaming = whole().inputs, whole(stream=True).inputs
    assert plain["chatIntegration"]["responseTransferMode"] == "BUFFERED"
    assert streaming["chatIntegration"]["responseTransferMode"] == "STREAM"
    assert streaming["chatIntegration"]["uri"].endswith("response-streaming-invocations")
    assert streaming["modelIntegration"]["responseTransferMode"] == "BUFFERED"
    assert streaming["languageModelStage"]["variables"] == {"stream": "1"}
    assert "variables" not in plain["languageModelStage"]
    # The function is the same, whichever it is: a change of both could not be made in one moment.
    assert (
        streaming["LanguageModelLambda"]["environment"]
        == plain["LanguageModelLambda"]["environment"]
    )


def test_whose_system_prompt_comes_first_is_a_setting(whole):
    def variables(**settings):
        return whole(**settings).inputs["LanguageModelLambda"]["environment"]["variables"]

    assert "SYSTEM_PROMPT_FIRST" not in variables()
    assert variables(system_prompt_first=True)["SYSTEM_PROMPT_FIRST"] == "1"


def test_behind_the_adapter_every_answer_streams_and_the_script_starts(whole):
    declared = whole(stream=True, adapter_layer_arn="arn:adapter")
    function = declared.inputs["LanguageModelLambda"]
    assert (function["handler"], function["layers"]) == ("run.sh", ["arn:adapter"])
    variables = function["environment"]["variables"]
    assert variables["AWS_LAMBDA_EXEC_WRAPPER"] == "/opt/bootstrap"
    assert variables["AWS_LWA_INVOKE_MODE"] == "response_stream"
    for name, token in declared.types.items():
        if token == "aws:apigateway/integration:Integration":
            assert declared.inputs[name]["responseTransferMode"] == "STREAM", name
            assert declared.inputs[name]["uri"].endswith("response-streaming-invocations"), name


def test_every_error_of_the_gateway_itself_has_the_shape_that_all_clients_read(whole):
    declared = whole()
    responses = [
        inputs
        for name, inputs in declared.inputs.items()
        if declared.types[name] == "aws:apigateway/response:Response"
    ]
    assert {each["responseType"] for each in responses} == {
        "THROTTLED",
        "QUOTA_EXCEEDED",
        *chat.ERRORS,
    }
    for each in responses:
        template = each["responseTemplates"]["application/json"]
        error = json.loads(template.replace("$context.error.messageString", '"Because."'))
        assert (error["type"], error["request_id"]) == ("error", "$context.requestId")
        assert set(error["error"]) == {"message", "type", "param", "code"}
        assert error["error"]["message"] == "Because."
        assert "validationErrorString" not in template  # it may quote the prompt
