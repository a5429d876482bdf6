"""The whole gateway as a document, and an API made from that document: nothing is lost on the way."""

from __future__ import annotations

import json

import pytest
import requests

from sandbox.urls import invoke_url

# What an import makes anew, or AWS says of an API and no document does.
OWN = {"id", "cacheNamespace", "authorizerId", "requestValidatorId", "parentId"}


@pytest.fixture(scope="module")
def api_id(whole):
    return whole.outputs["rest_api_id"]


def exported(gateway, api_id, kind="oas30", extensions="apigateway", **more):
    answer = gateway.get_export(
        restApiId=api_id,
        stageName="v1",
        exportType=kind,
        parameters={"extensions": extensions},
        **more,
    )
    return answer["body"].read()


def parts(gateway, api_id, source):
    """All that can be read of an API, by names, not by ids. Its policy names the API of its `source`."""
    named = {
        what: {
            each["id"]: each["name"]
            for each in getattr(gateway, f"get_{what}")(restApiId=api_id)["items"]
        }
        for what in ("authorizers", "request_validators")
    }
    found = gateway.get_rest_api(restApiId=api_id)
    api = {
        name: found.get(name)
        for name in ("apiKeySource", "binaryMediaTypes", "minimumCompressionSize", "securityPolicy")
    }
    api["policy"] = json.loads(found["policy"].replace("\\", "")) if found.get("policy") else None
    for resource in gateway.get_resources(restApiId=api_id, embed=["methods"], limit=500)["items"]:
        for verb, method in resource.get("resourceMethods", {}).items():
            method["authorizer"] = named["authorizers"].get(method.get("authorizerId"))
            method["validator"] = named["request_validators"].get(method.get("requestValidatorId"))
            api[resource["path"], verb] = without(method)
    for what in ("authorizers", "request_validators", "models"):
        for each in getattr(gateway, f"get_{what}")(restApiId=api_id)["items"]:
            api[what, each["name"]] = without(each)
    for each in gateway.get_gateway_responses(restApiId=api_id)["items"]:
        api["response", each["responseType"]] = each
    text = json.dumps({str(key): value for key, value in api.items()})
    return json.loads(text.replace(api_id, "API").replace(source, "API"))


def without(record):
    """A record without what is its own."""
    if not isinstance(record, dict):
        return record
    # An integration that was told INTERNET shows it; a document leaves it out, for it is the default.
    internet = record.get("connectionType") == "INTERNET"
    own = {*OWN, "connectionType"} if internet else OWN
    return {name: without(value) for name, value in record.items() if name not in own}


@pytest.mark.parametrize("kind", ["oas30", "swagger"])
def test_an_api_made_from_its_export_is_the_same(whole, api_id, kind):
    gateway = whole.client("apigateway")
    document = exported(gateway, api_id, kind)
    made = gateway.import_rest_api(body=document, failOnWarnings=True)
    try:
        before, after = parts(gateway, api_id, api_id), parts(gateway, made["id"], api_id)
        unused = {name for name in before if name.startswith("('models'")} - set(after)
        assert {name: before[name] for name in before if name not in unused} == after
        # An import has no models but those of the document; an API begins with two.
        assert unused <= {"('models', 'Empty')", "('models', 'Error')"}
        gateway.create_deployment(restApiId=made["id"], stageName="v1")
        again = exported(gateway, made["id"], kind).decode()
        first, second = (json.loads(each) for each in (document, again.replace(made["id"], api_id)))
        first["info"].pop("version"), second["info"].pop("version")
        assert first == second
    finally:
        gateway.delete_rest_api(restApiId=made["id"])


def test_an_api_of_a_document_is_called_as_one_that_was_made_part_by_part(whole, api_id):
    """Its authorizer is asked, its gateway responses are ours; the function lets no other API call it."""
    gateway = whole.client("apigateway")
    made = gateway.import_rest_api(body=exported(gateway, api_id))
    try:
        gateway.create_deployment(restApiId=made["id"], stageName="v1")
        url = invoke_url(whole.outputs["invoke_url"].rpartition("/_aws")[0], made["id"], "v1")
        answers = [requests.post(each, json={"prompt": "Hi"}, timeout=30) for each in
                   (f"{url}/model", f"{whole.base_url}/model")]  # fmt: skip
        assert answers[0].status_code == answers[1].status_code >= 400
        bodies = [{**each.json(), "request_id": ""} for each in answers]
        assert bodies[0] == bodies[1] and bodies[0]["error"]["type"] == "authentication_error"
    finally:
        gateway.delete_rest_api(restApiId=made["id"])


def test_what_a_document_has_is_what_is_asked_for(whole, api_id):
    gateway = whole.client("apigateway")
    bare = json.loads(exported(gateway, api_id, extensions="none"))
    assert "x-amazon" not in json.dumps({**bare, "paths": {}, "components": {}})
    operation = bare["paths"]["/chat/completions"]["post"]
    assert "x-amazon-apigateway-integration" not in operation and operation["operationId"]
    with_integrations = json.loads(exported(gateway, api_id, extensions="integrations"))
    behind = with_integrations["paths"]["/chat/completions"]["post"][
        "x-amazon-apigateway-integration"
    ]
    assert (behind["type"], behind["responseTransferMode"]) == ("aws_proxy", "STREAM")
    assert bare["servers"][0]["variables"] == {"basePath": {"default": "/v1"}}


def test_a_stage_is_exported_as_it_serves_not_as_the_api_is_now(whole, api_id):
    gateway = whole.client("apigateway")
    before = exported(gateway, api_id)
    root = next(
        each["id"]
        for each in gateway.get_resources(restApiId=api_id)["items"]
        if each["path"] == "/"
    )
    made = gateway.create_resource(restApiId=api_id, parentId=root, pathPart="later")
    try:
        assert exported(gateway, api_id) == before
    finally:
        gateway.delete_resource(restApiId=api_id, resourceId=made["id"])
