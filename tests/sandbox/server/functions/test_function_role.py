"""A function talks to the cloud as its execution role, and may what the role may."""

import json

import pytest

from tests.sandbox.server.shapes import document

CODE = """
import boto3
from botocore.exceptions import ClientError

def handler(event, context):
    caller = boto3.client("sts").get_caller_identity()["Arn"]
    key = {"id": {"S": "blue#2026-01-01"}}
    try:
        boto3.client("dynamodb").update_item(TableName=event["table"], Key=key)
    except ClientError as error:
        found = error.response
        return [caller, found["ResponseMetadata"]["HTTPStatusCode"], found["Error"]]
    return [caller, 200, None]
"""


@pytest.fixture(scope="module")
def tables(account):
    """Two tables' names."""
    for name in ("budgets", "others"):
        account.client("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    return "budgets", "others"


def policy(account, role, effect, *acts):
    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/budgets"
    said = document({"Effect": effect, "Action": list(acts), "Resource": arn})
    account.iam.put_role_policy(RoleName=role, PolicyName="table", PolicyDocument=said)


def test_a_function_may_what_its_role_may_and_nothing_else(account, tables):
    function = account.function(CODE, Timeout=20)
    name = function.rpartition(":")[2]
    role = account.functions.get_function_configuration(FunctionName=name)["Role"].split("/")[-1]

    def update(table="budgets"):
        answer = account.functions.invoke(
            FunctionName=function, Payload=json.dumps({"table": table})
        )
        return json.load(answer["Payload"])

    caller = f"arn:aws:sts::000000000000:assumed-role/{role}/{name}"
    table = "arn:aws:dynamodb:us-east-1:000000000000:table/"
    refusal = f"User: {caller} is not authorized to perform: dynamodb:UpdateItem on resource: "
    silent = " because no identity-based policy allows the dynamodb:UpdateItem action"
    denied = {"Code": "AccessDeniedException"}

    assert update() == [caller, 400, {**denied, "Message": f"{refusal}{table}budgets{silent}"}]
    policy(account, role, "Allow", "dynamodb:GetItem")
    assert update()[1] == 400
    policy(account, role, "Allow", "dynamodb:GetItem", "dynamodb:UpdateItem")
    assert update() == [caller, 200, None]
    assert update("others")[2]["Message"] == f"{refusal}{table}others{silent}"
    policy(account, role, "Deny", "dynamodb:UpdateItem")
    explicit = " with an explicit deny in an identity-based policy"
    assert update()[2]["Message"] == f"{refusal}{table}budgets{explicit}"


def test_another_role_acts_with_the_next_request(account, tables):
    function = account.function(CODE, Timeout=20)
    may = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
    role = account.role("lambda.amazonaws.com", may)
    payload = json.dumps({"table": "budgets"})
    before = json.load(account.functions.invoke(FunctionName=function, Payload=payload)["Payload"])
    account.functions.update_function_configuration(FunctionName=function, Role=role)
    after = json.load(account.functions.invoke(FunctionName=function, Payload=payload)["Payload"])
    assert (before[1], after[1]) == (400, 200)
    assert f"assumed-role/{role.rpartition('/')[2]}/" in after[0]
