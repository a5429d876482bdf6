"""The second home: what is declared of it, who may reach whom, what a caller cannot forge."""

import base64
import json

import pytest

INSTANCES = {"instances": 1}
SECOND = {"candidate_instances": 1, "candidate_system_prompt": "Be brief."}
BOTH = {**INSTANCES, **SECOND}
MODEL = "s3://files/models/other.gguf"
FALLBACK = {**INSTANCES, "first_backend": "instances"}


def of_type(made, wanted):
    return {name: given for name, (type, given) in made.items() if type == wanted}


def test_nothing_of_it_is_made_by_default(declared):
    types = {type.split(":")[1].split("/")[0] for type, _ in declared().values()}
    assert not types & {"lb", "autoscaling", "ec2", "vpc", "apigatewayv2", "s3"}


def test_the_balancer_is_internal_and_each_door_leads_to_the_next(declared):
    made = declared(**INSTANCES)
    assert made["modelBalancer"][1]["internal"] is True
    into = of_type(made, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    doors = {
        name: (each["securityGroupId"], each["referencedSecurityGroupId"], each["fromPort"])
        for name, each in into.items()
    }
    assert doors == {
        "linkToBalancer-in": ("balancerDoor-id", "linkDoor-id", 80),
        "balancerToInstances-in": ("instanceDoor-id", "balancerDoor-id", 8080),
    }
    assert not any("cidrIpv4" in each for each in into.values())
    for group in of_type(made, "aws:ec2/securityGroup:SecurityGroup").values():
        assert "ingress" not in group and "egress" not in group


def test_user_data_is_data_that_starts_what_is_pinned(declared):
    made = declared(**INSTANCES)
    template = made["modelTemplate"][1]
    assert template["metadataOptions"]["httpTokens"] == "required"
    text = base64.b64decode(template["userData"]).decode()
    first, _, rest = text.partition("\n")
    steps = json.loads(rest)
    assert first == "#cloud-config" and len(text) < 16_384
    files = {each["path"]: each["content"] for each in steps["write_files"]}
    told = json.loads(files["/opt/model/variables.json"])
    assert told["BEHIND_BALANCER"] == "1" and told["POOL"] == "stable"
    assert told["BUDGET_TABLE"] and told["METRICS_NAMESPACE"] and told["LOG_GROUP"]
    assert "FIRST_BACKENDS" not in told
    assert "/opt/model/start.py" in files["/etc/systemd/system/model.service"]
    (pip,) = (step for step in steps["runcmd"] if "install" in step)
    assert {"--require-hashes", "--no-deps"} <= set(pip)


def test_what_an_instance_may_do_has_no_star(declared):
    rights = json.loads(declared(**INSTANCES)["instanceRights"][1]["policy"])
    actions = [action for each in rights["Statement"] for action in [each["Action"]]]
    assert actions == [
        "s3:GetObject",
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        ["dynamodb:GetItem", "dynamodb:UpdateItem"],
    ]
    assert all(each["Resource"] != "*" for each in rights["Statement"])


@pytest.mark.parametrize("authentication", ["bearer", "iam", "cognito"])
def test_each_header_that_the_server_believes_is_written_by_the_gateway(declared, authentication):
    made = declared(**BOTH, authentication=authentication)
    proxy = made["instancesIntegration"][1]
    written = {
        name.removeprefix("integration.request.header.")
        for name in proxy["requestParameters"]
        if "header" in name
    }
    assert written == {
        "x-gateway-key-id",
        "x-gateway-team",
        "x-gateway-request-id",
        "x-gateway-stage",
        "x-gateway-asked-by",
        "x-gateway-pool",
    }
    assert (proxy["connectionType"], proxy["type"]) == ("VPC_LINK", "HTTP_PROXY")
    assert proxy["integrationTarget"] == made_arn("modelBalancer")
    assert proxy["responseTransferMode"] == "STREAM"
    method = made["instancesMethod"][1]
    assert method["apiKeyRequired"] is True and method["authorization"] != "NONE"


def made_arn(name):
    return f"arn:aws:made-up:us-east-1:123456789012:{name}"


def test_two_pools_share_by_weight_and_can_be_named(declared):
    made = declared(**BOTH, candidate_weight=20)
    (action,) = made["modelListener"][1]["defaultActions"]
    weights = {each["arn"]: each["weight"] for each in action["forward"]["targetGroups"]}
    assert weights == {made_arn("modelTargets"): 80, made_arn("candidateTargets"): 20}
    rules = of_type(made, "aws:lb/listenerRule:ListenerRule")
    named = {
        each["conditions"][0]["httpHeader"]["values"][0]: (
            each["priority"],
            each["actions"][0]["targetGroupArn"],
        )
        for each in rules.values()
    }
    assert named == {
        "stable": (10, made_arn("modelTargets")),
        "candidate": (11, made_arn("candidateTargets")),
    }
    stage = made["languageModelStage"][1]
    assert stage["variables"]["pool"] == "stable" and "canarySettings" not in stage


def test_the_candidate_may_have_a_model_of_its_own(declared):
    made = declared(**BOTH, candidate_model=MODEL)
    steps, told = {}, {}
    for name in ("model", "candidate"):
        text = base64.b64decode(made[f"{name}Template"][1]["userData"]).decode()
        steps[name] = json.loads(text.partition("\n")[2])
        files = {each["path"]: each["content"] for each in steps[name]["write_files"]}
        told[name] = json.loads(files["/opt/model/variables.json"])
    fetch = ["aws", "s3", "cp", MODEL, "/opt/model/candidate.gguf"]
    assert fetch in steps["candidate"]["runcmd"] and fetch not in steps["model"]["runcmd"]
    assert told["candidate"]["MODEL_PATH"] == "candidate.gguf" and "MODEL_PATH" not in told["model"]
    rights = json.loads(made["instanceRights"][1]["policy"])["Statement"]
    wanted = "arn:aws:s3:::files/models/other.gguf"
    assert {"Effect": "Allow", "Action": "s3:GetObject", "Resource": wanted} in rights
    assert "files" not in declared(**BOTH)["instanceRights"][1]["policy"]


def test_a_canary_names_the_other_pool_for_some_percent(declared):
    for live, other in (("stable", "candidate"), ("candidate", "stable")):
        made = declared(**BOTH, live_pool=live, canary_percent=10.0, stream=True,
                        runtime_streams=True)  # fmt: skip
        stage = made["languageModelStage"][1]
        assert stage["variables"] == {"stream": "1", "pool": live}
        assert stage["canarySettings"] == {
            "deploymentId": "languageModelDeployment-id",
            "percentTraffic": 10.0,
            "stageVariableOverrides": {"pool": other},
        }


def test_behind_the_adapter_the_function_draws_the_pool_itself(declared):
    adapted = {"adapter_layer_arn": "arn:adapter", "live_pool": "candidate",
               "canary_percent": 10.0}  # fmt: skip
    made = declared(**FALLBACK, **SECOND, **adapted)
    told = made["LanguageModelLambda"][1]["environment"]["variables"]
    assert json.loads(told["POOLS"]) == {"candidate": 90.0, "stable": 10.0}
    for other in ({**BOTH, **adapted}, {**FALLBACK, **SECOND}):
        assert "POOLS" not in str(declared(**other)["LanguageModelLambda"][1])


def test_the_function_asks_the_instances_first_where_that_is_set(declared):
    made = declared(**FALLBACK)
    function = made["LanguageModelLambda"][1]
    told = function["environment"]["variables"]
    (first,) = json.loads(told["FIRST_BACKENDS"])
    assert (first["name"], first["ours"]) == ("instances", True)
    assert told["BREAKER_TABLE"] == "breakers"
    assert function["vpcConfig"]["securityGroupIds"] == ["functionDoor-id"]
    usual = declared(**INSTANCES)["LanguageModelLambda"][1]
    assert "vpcConfig" not in usual
    assert "FIRST_BACKENDS" not in usual["environment"]["variables"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"instances": 4}, "gateway:mostInstances 3"),
        ({"candidate_instances": 1}, "gateway:instances is 0"),
        ({"first_backend": "instances"}, "gateway:instances is 0"),
        ({**INSTANCES, "canary_percent": 5.0}, "gateway:candidateInstances is 0"),
        ({**INSTANCES, "live_pool": "candidate"}, "gateway:candidateInstances is 0"),
        ({**BOTH, "canary_percent": 101.0}, "is 101, not a percentage"),
        ({**BOTH, "candidate_weight": -1}, "is -1, not a percentage"),
        ({**BOTH, "candidate_model": "model.gguf"}, "not the URI of an object of S3"),
        ({**BOTH, "candidate_model": "s3://files/*"}, "not the URI of an object of S3"),
        ({**INSTANCES, "candidate_model": MODEL}, "gateway:candidateInstances is 0"),
        ({"first_backend": "nobody"}, "is 'nobody', not one of function, instances"),
    ],
)
def test_settings_that_cannot_be_are_refused_before_anything_is_made(settings, told):
    import pulumi
    from here.refusals import refuse_together
    from here.settings import Settings

    with pytest.raises(pulumi.RunError, match=told):
        refuse_together(vars(Settings(**settings)))
