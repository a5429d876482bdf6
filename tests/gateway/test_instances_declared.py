"""What the second home is made of: sizes, ports, times and rights, one resource after the other."""

import base64
import json

import pytest

from gateway import program
from gateway.settings import Settings

CHOSEN = {
    "model_layer": False,
    "instances": 2,
    "most_instances": 3,
    "requests_per_instance": 40.0,
    "instance_type": "c7i.large",
    "candidate_instances": 1,
    "candidate_weight": 20,
    "first_backend": "instances",
    "prompt_rate": 7.0,
    "prompt_burst": 9,
    "log_retention_days": 3,
}
SUBNETS = ["subnet-1", "subnet-2"]
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/budgets"


@pytest.fixture(scope="module")
def whole(declare):
    """The program with both pools, and a function that asks them first."""
    return declare(lambda: program.gateway(Settings(**CHOSEN)))


@pytest.fixture
def made(whole):
    """Its resources' arguments, without the tags that all of them have."""

    def of(name):
        return {key: value for key, value in whole.inputs[name].items() if key != "tags"}

    return of


def test_it_stands_in_the_default_network_in_the_zones_that_have_links(whole, made):
    assert whole.calls["aws:ec2/getVpc:getVpc"] == [{"default": True}]
    (asked,) = whole.calls["aws:ec2/getSubnets:getSubnets"]
    assert [(each["name"], each["values"]) for each in asked["filters"]] == [
        ("vpc-id", ["vpc-1"]),
        ("default-for-az", ["true"]),
        ("availability-zone-id", ["use1-az1", "use1-az2", "use1-az4", "use1-az5", "use1-az6"]),
    ]
    assert made("modelBalancer") == {
        "internal": True,
        "loadBalancerType": "application",
        "subnets": SUBNETS,
        "securityGroups": ["balancerDoor-id"],
    }
    assert made("instancesLink") == {"subnetIds": SUBNETS, "securityGroupIds": ["linkDoor-id"]}


@pytest.mark.parametrize(
    ("passage", "caller", "called", "port"),
    [
        ("linkToBalancer", "linkDoor", "balancerDoor", 80),
        ("functionToBalancer", "functionDoor", "balancerDoor", 80),
        ("balancerToInstances", "balancerDoor", "instanceDoor", 8080),
    ],
)
def test_a_passage_is_open_at_both_ends_by_one_port(made, passage, caller, called, port):
    by_port = {"ipProtocol": "tcp", "fromPort": port, "toPort": port}
    ends = (("out", caller, called), ("in", called, caller))
    for end, mine, other in ends:
        assert made(f"{passage}-{end}") == {
            "securityGroupId": f"{mine}-id",
            "referencedSecurityGroupId": f"{other}-id",
            **by_port,
        }


@pytest.mark.parametrize(
    ("rule", "door"), [("instancesToAnywhere", "instanceDoor"), ("functionToAws", "functionDoor")]
)
def test_the_way_out_is_https_alone(made, rule, door):
    assert made(rule) == {
        "securityGroupId": f"{door}-id",
        "cidrIpv4": "0.0.0.0/0",
        "ipProtocol": "tcp",
        "fromPort": 443,
        "toPort": 443,
    }
    assert made(door)["vpcId"] == "vpc-1"


@pytest.mark.parametrize("targets", ["modelTargets", "candidateTargets"])
def test_who_has_the_fewest_open_gets_the_next_and_who_leaves_has_15_seconds(made, targets):
    assert made(targets) == {
        "vpcId": "vpc-1",
        "port": 8080,
        "protocol": "HTTP",
        "loadBalancingAlgorithmType": "least_outstanding_requests",
        "deregistrationDelay": 15,
        "healthCheck": {
            "path": "/health",
            "interval": 5,
            "timeout": 2,
            "healthyThreshold": 2,
            "unhealthyThreshold": 2,
        },
    }


@pytest.mark.parametrize(
    ("pool", "least", "most"), [("model", 2, 3), ("candidate", 1, 1)], ids=["stable", "candidate"]
)
def test_a_group_keeps_so_many_alive_and_replaces_half_at_a_time(made, pool, least, most):
    group = made(f"{pool}Instances")
    assert group == {
        "minSize": least,
        "maxSize": most,
        "vpcZoneIdentifiers": SUBNETS,
        "targetGroupArns": [f"arn:{pool}Targets"],
        "launchTemplate": {"id": f"{pool}Template-id", "version": "3"},
        "waitForCapacityTimeout": "5m",
        "healthCheckType": "ELB",
        "healthCheckGracePeriod": 180,
        "instanceRefresh": {
            "strategy": "Rolling",
            "preferences": {"minHealthyPercentage": 50},
        },
    }
    template = made(f"{pool}Template")
    del template["userData"]  # gateway/tests read it
    assert template == {
        "imageId": "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
        "instanceType": "c7i.large",
        "iamInstanceProfile": {"arn": "arn:instanceProfile"},
        "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1},
        "vpcSecurityGroupIds": ["instanceDoor-id"],
        "updateDefaultVersion": True,
    }


def test_another_instance_comes_when_each_has_more_requests_than_this(made):
    scaling = made("modelScaling")
    assert scaling["policyType"] == "TargetTrackingScaling"
    assert scaling["targetTrackingConfiguration"] == {
        "targetValue": 40.0,
        "predefinedMetricSpecification": {
            "predefinedMetricType": "ALBRequestCountPerTarget",
            "resourceLabel": "app/modelBalancer/targetgroup/modelTargets",
        },
    }


def test_the_listener_shares_by_weight_and_a_header_names_a_pool(made):
    assert made("modelListener") == {
        "loadBalancerArn": "arn:modelBalancer",
        "port": 80,
        "protocol": "HTTP",
        "defaultActions": [
            {
                "type": "forward",
                "forward": {
                    "targetGroups": [
                        {"arn": "arn:modelTargets", "weight": 80},
                        {"arn": "arn:candidateTargets", "weight": 20},
                    ]
                },
            }
        ],
    }
    for name, targets, priority in (("stable", "model", 10), ("candidate", "candidate", 11)):
        assert made(f"poolRule-{name}") == {
            "listenerArn": "arn:modelListener",
            "priority": priority,
            "conditions": [{"httpHeader": {"httpHeaderName": "x-gateway-pool", "values": [name]}}],
            "actions": [{"type": "forward", "targetGroupArn": f"arn:{targets}Targets"}],
        }


def test_the_path_leads_whatever_is_below_it_through_the_link(made):
    assert made("instancesPath") == {
        "restApi": "languageModelApi-id",
        "parentId": "root",
        "pathPart": "instances",
    }
    assert made("instancesProxy") == {
        "restApi": "languageModelApi-id",
        "parentId": "instancesPath-id",
        "pathPart": "{proxy+}",
    }
    method = made("instancesMethod")
    assert method["httpMethod"] == "ANY" and method["resourceId"] == "instancesProxy-id"
    assert method["requestParameters"] == {"method.request.path.proxy": True}
    header = "integration.request.header.x-gateway-"
    assert made("instancesIntegration") == {
        "restApi": "languageModelApi-id",
        "resourceId": "instancesProxy-id",
        "httpMethod": "ANY",
        "integrationHttpMethod": "ANY",
        "requestParameters": {
            "integration.request.path.proxy": "method.request.path.proxy",
            f"{header}key-id": "context.identity.apiKeyId",
            f"{header}team": "context.authorizer.team",
            f"{header}request-id": "context.requestId",
            f"{header}stage": "context.stage",
            f"{header}asked-by": "'gateway'",
            f"{header}pool": "stageVariables.pool",
        },
        "responseTransferMode": "STREAM",
        "timeoutMilliseconds": 60_000,
        "type": "HTTP_PROXY",
        "connectionType": "VPC_LINK",
        "connectionId": "instancesLink-id",
        "integrationTarget": "arn:modelBalancer",
        "uri": "http://modelBalancer.elb/{proxy}",
    }
    limit = made("instancesLimit")
    assert limit["methodPath"] == "~1instances~1{proxy+}/ANY" and limit["stageName"] == "v1"
    assert limit["settings"]["throttlingRateLimit"] == 7.0
    assert limit["settings"]["throttlingBurstLimit"] == 9


def test_where_no_authorizer_of_ours_knows_the_team_a_fixed_word_takes_its_place(declare):
    settings = Settings(model_layer=False, instances=1, authentication="iam")
    told = declare(lambda: program.gateway(settings)).inputs["instancesIntegration"]
    assert told["requestParameters"]["integration.request.header.x-gateway-team"] == "'unknown'"
    assert "integration.request.header.x-gateway-pool" not in told["requestParameters"]


def test_an_instance_fetches_its_code_and_writes_its_log(made):
    assert made("instanceLogs") == {"retentionInDays": 3}
    assert made("instanceCode") == {"forceDestroy": True}
    assert made("instanceCodeObject")["bucket"] == "instanceCode"
    (trusted,) = json.loads(made("instanceRole")["assumeRolePolicy"])["Statement"]
    assert trusted["Principal"] == {"Service": "ec2.amazonaws.com"}
    assert made("instanceRights")["role"] == "instanceRole-id"
    fetch, *_ = json.loads(made("instanceRights")["policy"])["Statement"]
    assert fetch == {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": "arn:instanceCodeObject",
    }


def test_the_function_that_asks_first_has_a_table_of_breakers_and_a_place_in_the_network(made):
    assert made("breakers") == {
        "billingMode": "PAY_PER_REQUEST",
        "hashKey": "id",
        "attributes": [{"name": "id", "type": "S"}],
        "ttl": {"attributeName": "expires", "enabled": True},
    }
    function = made("LanguageModelLambda")
    assert function["vpcConfig"] == {"securityGroupIds": ["functionDoor-id"], "subnetIds": SUBNETS}
    told = function["environment"]["variables"]
    assert json.loads(told["FIRST_BACKENDS"]) == [
        {"name": "instances", "url": "http://modelBalancer.elb", "ours": True}
    ]
    *_, table, interfaces = json.loads(made("languageModelRights")["policy"])["Statement"]
    assert table == {
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:UpdateItem"],
        "Resource": TABLE,
    }
    assert interfaces == {
        "Effect": "Allow",
        "Action": [
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
        ],
        "Resource": "*",
    }


def test_its_outputs_say_where_each_part_is(whole, declare):
    without = declare(lambda: program.gateway(Settings(model_layer=False))).outputs
    told = {name: value for name, value in whole.outputs.items() if name not in without}
    assert set(told) == {
        "instances_url",
        "balancer_arn",
        "balancer_name",
        "targets_arn",
        "instance_group",
        "instance_log_group",
        "vpc_link_id",
        "candidate_targets_arn",
        "candidate_group",
        "breaker_table",
    }
    assert told["instances_url"] == "https://api1.example.com/v1/instances"
    assert (told["balancer_arn"], told["balancer_name"]) == (
        "arn:modelBalancer",
        "modelBalancer.elb",
    )
    assert (told["targets_arn"], told["candidate_targets_arn"]) == (
        "arn:modelTargets",
        "arn:candidateTargets",
    )
    assert (told["vpc_link_id"], told["instance_log_group"]) == ("instancesLink-id", "logs")


def test_the_gateway_reaches_the_balancer_through_the_link(made):
    through = made("instancesIntegration")
    assert (through["type"], through["connectionType"]) == ("HTTP_PROXY", "VPC_LINK")
    assert (through["connectionId"], through["integrationTarget"]) == (
        "instancesLink-id",
        "arn:modelBalancer",
    )
    assert through["uri"] == "http://modelBalancer.elb/{proxy}"
    assert (through["httpMethod"], through["integrationHttpMethod"]) == ("ANY", "ANY")


@pytest.mark.parametrize(
    ("template", "pool"), [("modelTemplate", "stable"), ("candidateTemplate", "candidate")]
)
def test_an_instance_fetches_its_code_and_knows_where_it_is(made, template, pool):
    head, data = base64.b64decode(made(template)["userData"]).decode().split("\n", 1)
    steps = json.loads(data)
    assert head == "#cloud-config"  # by this line cloud-init knows that it is no script
    files = {each["path"]: each["content"] for each in steps["write_files"]}
    variables = json.loads(files["/opt/model/variables.json"])
    assert (variables["BEHIND_BALANCER"], variables["POOL"]) == ("1", pool)
    assert (variables["AWS_DEFAULT_REGION"], variables["LOG_GROUP"]) == ("us-east-1", "logs")
    fetch = steps["runcmd"][0]
    assert fetch[:3] == ["aws", "s3", "cp"] and fetch[4] == "/opt/model.zip"
    key = made("instanceCodeObject")["key"]
    assert fetch[3] == f"s3://instanceCode/{key}"
    install = next(step for step in steps["runcmd"] if "install" in step)
    assert install[-3:] == ["--require-hashes", "-r", "/opt/model/requirements.txt"]
    assert steps["runcmd"][-1] == ["systemctl", "enable", "--now", "model"]
