"""OpenAPI documents in and out, as boto3 sends and reads them."""

from __future__ import annotations

import json

import pytest
import yaml
from botocore.exceptions import ClientError

OK = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'},
      "responses": {"default": {"statusCode": "200"}}}  # fmt: skip


def document(**paths):
    """A document whose paths answer 200: `one=...` is GET /one; what is given is put into it."""
    operations = {
        f"/{name}": {
            "get": {
                "responses": {"200": {"description": "fine"}},
                "x-amazon-apigateway-integration": OK,
                **more,
            }
        }
        for name, more in paths.items()
    }
    return {"openapi": "3.0.1", "info": {"title": "made", "version": "7"}, "paths": operations}


def sent(content):
    return json.dumps(content).encode()


@pytest.fixture
def gateway(account):
    """A client, and nothing left afterwards of what it imports."""
    client = account.gateway
    before = {each["id"] for each in client.get_rest_apis(limit=500)["items"]}
    yield client
    for each in client.get_rest_apis(limit=500)["items"]:
        if each["id"] not in before:
            client.delete_rest_api(restApiId=each["id"])


def paths(gateway, api_id):
    found = gateway.get_resources(restApiId=api_id, embed=["methods"])["items"]
    return {each["path"]: sorted(each.get("resourceMethods", {})) for each in found}


def refused(call, *args, **more):
    with pytest.raises(ClientError) as caught:
        call(*args, **more)
    error = caught.value.response
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Message"]


@pytest.mark.parametrize("written", [sent, lambda content: yaml.safe_dump(content).encode()])
def test_an_api_is_made_from_json_and_from_yaml(gateway, written):
    made = gateway.import_rest_api(
        body=written(document(one={}, **{"two/three": {}})),
        parameters={"endpointConfigurationTypes": "REGIONAL"},
    )
    assert (made["name"], made["version"]) == ("made", "7")
    assert made["endpointConfiguration"]["types"] == ["REGIONAL"]
    wanted = {"/": [], "/one": ["GET"], "/two": [], "/two/three": ["GET"]}
    assert paths(gateway, made["id"]) == wanted
    assert gateway.get_models(restApiId=made["id"])["items"] == []


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        ("merge", {"/": [], "/one": ["GET"], "/two": ["GET"]}),
        ("overwrite", {"/": [], "/two": ["GET"]}),
    ],
)
def test_an_api_is_added_to_or_made_anew(gateway, mode, wanted):
    made = gateway.import_rest_api(body=sent(document(one={})))
    put = gateway.put_rest_api(restApiId=made["id"], mode=mode, body=sent(document(two={})))
    assert put["id"] == made["id"] and paths(gateway, made["id"]) == wanted


def test_a_part_that_is_refused_leaves_the_api_as_it_was(gateway):
    made = gateway.import_rest_api(body=sent(document(one={})))
    broken = {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": "arn:aws:nothing",
              "httpMethod": "POST"}}  # fmt: skip
    content = document(two={}, three=broken)
    for mode in ("merge", "overwrite"):
        status, text = refused(
            gateway.put_rest_api, restApiId=made["id"], mode=mode, body=sent(content)
        )
        assert status == 400
        assert text.startswith("Errors found during import:\n\tUnable to put integration on 'GET'")
        assert "at path '/three'" in text
        assert paths(gateway, made["id"]) == {"/": [], "/one": ["GET"]}
    before = len(gateway.get_rest_apis(limit=500)["items"])
    assert refused(gateway.import_rest_api, body=sent(content))[0] == 400
    assert len(gateway.get_rest_apis(limit=500)["items"]) == before


def test_an_unknown_model_is_a_warning_or_refused_when_that_is_asked(gateway):
    schema = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Gone"}}}}
    content = document(one={"requestBody": schema})
    status, text = refused(gateway.import_rest_api, body=sent(content), failOnWarnings=True)
    assert (status, "Warnings found during import:\n\t" in text, "Gone" in text) == (
        400,
        True,
        True,
    )


def test_models_parameters_keys_and_validators_come_along(gateway):
    content = document(
        one={
            "operationId": "readOne",
            "parameters": [{"name": "q", "in": "query", "required": True}, {"$ref": "#/components/parameters/h"}],
            "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/B"}}}},
            "security": [{"api_key": []}],
            "x-amazon-apigateway-request-validator": "all",
        }
    )  # fmt: skip
    content["components"] = {
        "parameters": {"h": {"name": "X-H", "in": "header"}},
        "schemas": {
            "A": {"type": "string"},
            "B": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}}},
        },
        "securitySchemes": {"api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"}},
    }
    content["x-amazon-apigateway-request-validators"] = {
        "all": {"validateRequestBody": True, "validateRequestParameters": True}
    }
    api_id = gateway.import_rest_api(body=sent(content), failOnWarnings=True)["id"]
    (one,) = (
        each["resourceMethods"]["GET"]
        for each in gateway.get_resources(restApiId=api_id, embed=["methods"])["items"]
        if each["path"] == "/one"
    )
    assert one["operationName"] == "readOne" and one["apiKeyRequired"] is True
    assert one["requestParameters"] == {
        "method.request.querystring.q": True,
        "method.request.header.X-H": False,
    }
    assert one["requestModels"] == {"application/json": "B"}
    (validator,) = gateway.get_request_validators(restApiId=api_id)["items"]
    assert one["requestValidatorId"] == validator["id"]
    schema = json.loads(gateway.get_model(restApiId=api_id, modelName="B")["schema"])
    assert schema["properties"]["a"]["$ref"].endswith(f"/restapis/{api_id}/models/A")


@pytest.mark.parametrize(
    ("how", "wanted"), [("ignore", "/one"), ("prepend", "/a/b/one"), ("split", "/b/one")]
)
def test_a_base_path_is_left_out_put_before_or_split(gateway, how, wanted):
    content = document(one={})
    content["servers"] = [{"url": "https://x.example/{basePath}",
                           "variables": {"basePath": {"default": "/a/b"}}}]  # fmt: skip
    made = gateway.import_rest_api(body=sent(content), parameters={"basepath": how})
    assert paths(gateway, made["id"])[wanted] == ["GET"]


def test_the_accounts_own_names_are_put_in(gateway):
    content = document(one={})
    content["info"]["description"] = "${AWS::AccountId} in ${AWS::Region} of ${AWS::Partition}"
    made = gateway.import_rest_api(body=sent(content))
    assert made["description"] == "000000000000 in us-east-1 of aws"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        b"a: [",
        sent({"info": {"title": "x"}, "paths": {}}),
        sent({"openapi": "3.1.0", "info": {"title": "x"}}),
        sent({"openapi": "3.0.1", "paths": {}}),
        sent({"openapi": "3.0.1", "info": {"title": "x"}, "paths": {"/a": {"get": {"parameters": [3]}}}}),
        sent({"openapi": "3.0.1", "info": {"title": "x"}, "paths": [1]}),
        sent({"openapi": "3.0.1", "info": {"title": "x"}, "paths": {"/a": {"get": {"security": ["x"]}}}}),
        sent({"openapi": "3.0.1", "info": {"title": "x"}, "components": {"schemas": {"A": 3}}}),
        sent({"openapi": "3.0.1", "info": {"title": "x"}, "paths": {"/a": {"parameters": [{"$ref": "#/b"}], "get": {}}}}),
        sent({"swagger": "2.0", "info": {"title": "x"}, "paths": {"/a": {"get": {"x-amazon-apigateway-integration": {"type": "none"}}}}}),
        sent({"swagger": "2.0", "info": {"title": "x"}, "x-amazon-apigateway-policy": {"Version": "1"}}),
    ],
)  # fmt: skip
def test_a_document_that_is_none_is_a_400_and_makes_nothing(gateway, body):
    before = len(gateway.get_rest_apis(limit=500)["items"])
    status, text = refused(gateway.import_rest_api, body=body)
    assert status == 400 and "Traceback" not in text, text
    assert len(gateway.get_rest_apis(limit=500)["items"]) == before


def test_an_export_of_what_is_not_there_is_a_404_and_of_another_kind_a_400(gateway, account):
    made = gateway.import_rest_api(body=sent(document(one={})))
    gateway.create_deployment(restApiId=made["id"], stageName="v1")
    asked = {"restApiId": made["id"], "stageName": "v1", "exportType": "oas30"}
    for more, wanted in (
        ({"restApiId": "nothing"}, 404),
        ({"stageName": "v2"}, 404),
        ({"exportType": "postman"}, 400),
    ):
        assert refused(gateway.get_export, **{**asked, **more})[0] == wanted
    answer = gateway.get_export(**asked, accepts="application/yaml")
    assert answer["contentType"] == "application/yaml"
    assert "attachment" in answer["contentDisposition"]
    assert yaml.safe_load(answer["body"].read())["paths"].keys() == {"/one"}
