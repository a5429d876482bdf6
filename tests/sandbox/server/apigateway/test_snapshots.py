"""A stage serves its deployment, and nothing else."""

import pytest
from botocore.exceptions import ClientError

from sandbox import cloud


def refusal(call, **arguments):
    """The code and message with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    status = caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
    return error["Code"], status, error["Message"]


def test_an_edit_is_not_live_until_the_stage_points_to_a_new_deployment(account):
    api = account.api()
    method = api.mock("one")
    first = api.deploy("v1")
    api.remock(method, "two")
    api.mock("new", api.path("new"))
    second = api.deploy()
    assert (api.call().text, api.call("/new").status_code) == ("one", 403)

    api.point("v1", second)
    assert (api.call().text, api.call("/new").text) == ("two", "new")

    api.point("v1", first)
    assert (api.call().text, api.call("/new").status_code) == ("one", 403)


def test_a_deleted_method_is_served_on_and_the_control_plane_shows_the_draft(account):
    api = account.api()
    method = api.mock("one")
    api.deploy("v1")
    account.gateway.delete_method(**method)
    assert api.call().text == "one"
    shown = account.gateway.get_resource(restApiId=api.id, resourceId=api.root)
    assert not shown.get("resourceMethods")


def test_two_stages_serve_two_deployments(account):
    api = account.api()
    method = api.mock("one")
    api.deploy("v1")
    api.remock(method, "two")
    api.deploy("v2")
    assert (api.call(stage="v1").text, api.call(stage="v2").text) == ("one", "two")


def test_models_policies_and_gateway_responses_are_frozen_too(account):
    api = account.api()
    api.mock("one")
    api.deploy("v1")
    account.gateway.put_gateway_response(
        restApiId=api.id, responseType="MISSING_AUTHENTICATION_TOKEN", statusCode="404"
    )
    deny = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", '
        '"Action": "execute-api:Invoke", "Resource": "execute-api:/*"}]}'
    )
    account.gateway.update_rest_api(
        restApiId=api.id, patchOperations=[{"op": "replace", "path": "/policy", "value": deny}]
    )
    assert (api.call().text, api.call("/nothing").status_code) == ("one", 403)
    api.deploy("v1")
    assert (api.call().status_code, api.call("/nothing").status_code) == (403, 404)


def test_stage_variables_are_live(account):
    api = account.api()
    api.mock("$stageVariables.word")
    api.deploy("v1")
    change = {"op": "replace", "path": "/variables/word", "value": "hello"}
    account.gateway.update_stage(restApiId=api.id, stageName="v1", patchOperations=[change])
    assert api.call().text == "hello"


def test_deployments_are_refused_as_on_aws(account):
    api, gateway = account.api(), account.gateway
    assert refusal(gateway.create_deployment, restApiId=api.id) == (
        "BadRequestException",
        400,
        "The REST API doesn't contain any methods",
    )
    method = api.method()
    assert refusal(gateway.create_deployment, restApiId=api.id) == (
        "BadRequestException",
        400,
        "No integration defined for method",
    )
    api.remock(method, "one")
    served = api.deploy("v1")
    assert refusal(gateway.delete_deployment, restApiId=api.id, deploymentId=served) == (
        "BadRequestException",
        400,
        "Active stages pointing to this deployment must be moved or deleted",
    )


def test_stages_are_refused_as_on_aws(account):
    api, gateway = account.api(), account.gateway
    api.mock("one")
    served = api.deploy("v1")
    stage = {"restApiId": api.id, "stageName": "v1"}
    assert refusal(gateway.create_stage, **stage, deploymentId=served) == (
        "ConflictException",
        409,
        "Stage already exists",
    )
    unknown = ("BadRequestException", 400, "Deployment id does not exist")
    assert (
        refusal(gateway.create_stage, restApiId=api.id, stageName="v2", deploymentId="x") == unknown
    )
    change = {"op": "replace", "path": "/deploymentId", "value": "x"}
    assert refusal(gateway.update_stage, **stage, patchOperations=[change]) == unknown
    assert api.call().text == "one"


def test_a_private_api_without_a_policy_is_not_deployed(account):
    api = account.api(endpointConfiguration={"types": ["PRIVATE"]})
    api.mock("one")
    assert refusal(account.gateway.create_deployment, restApiId=api.id)[2] == (
        "Private REST API doesn't have a resource policy attached to it"
    )


def test_a_deleted_deployment_and_api_leave_no_snapshot(account):
    api = account.api()
    api.mock("one")
    unused = api.deploy()
    api.deploy("v1")
    state = account.running.home / "cloud" / "state" / "kit_snapshots.json"
    assert f"{api.id}/{unused}" in state.read_text()
    account.gateway.delete_deployment(restApiId=api.id, deploymentId=unused)
    assert f"{api.id}/{unused}" not in state.read_text()
    account.gateway.delete_rest_api(restApiId=api.id)
    assert f"{api.id}/" not in state.read_text()


def test_the_sandbox_answers_only_who_knows_its_token(account):
    import requests

    health = f"{account.running.endpoint}/_kit/health"
    assert requests.get(health, timeout=5).status_code == 403
    stop = f"{account.running.endpoint}/_kit/stop"
    assert requests.post(stop, headers={"X-Kit-Proof": "1.2.guess"}, timeout=5).status_code == 403
    assert cloud.status(account.running.home) == account.running
