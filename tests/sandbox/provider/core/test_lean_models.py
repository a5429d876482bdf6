"""The provider's clients are made from models without prose, and call as boto3's own do."""

import boto3

from sandbox.provider.core import context

ROOT = {"region_name": "us-east-1", "aws_access_key_id": "x", "aws_secret_access_key": "y"}


def test_a_client_has_the_calls_of_boto3_s_own_and_no_documentation():
    lean = context._session().client("apigateway", **ROOT)
    whole = boto3.client("apigateway", **ROOT)
    mine, theirs = lean.meta.service_model, whole.meta.service_model
    assert mine.operation_names == theirs.operation_names
    for name in ("PutIntegration", "CreateRestApi"):
        one, other = mine.operation_model(name), theirs.operation_model(name)
        assert one.documentation == "" != other.documentation
        assert {n: s.type_name for n, s in one.input_shape.members.items()} == {
            n: s.type_name for n, s in other.input_shape.members.items()
        }


def test_a_service_with_parameters_of_its_client_has_them():
    found = context._session().client("s3", **ROOT).meta.service_model.client_context_parameters
    assert "ForcePathStyle" in {each.name for each in found}
