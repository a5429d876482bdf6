"""Service models: what the emulator reads of them is what botocore's own reader finds, without its weight."""

import subprocess
import sys

import botocore.session
import pytest

from sandbox.server.base import emulator
from sandbox.server.control import service_models

SERVICES = (
    "apigateway",
    "iam",
    "lambda",
    "logs",
    "monitoring",
    "s3",
    "elasticloadbalancing",
    "dynamodb",
)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_named_as_botocore_names_it(service):
    name = emulator.responses._BOTOCORE_NAME.get(service, service)
    expected = botocore.session.get_session().get_service_model(name).metadata
    assert service_models.named(service).metadata == dict(expected)


def test_a_service_that_is_none_has_no_model():
    assert service_models.named("telepathy") is None
    assert service_models.described("telepathy") == {}


def test_a_model_has_its_calls_and_no_prose():
    found = service_models.described("sts")
    call = found["operations"]["GetCallerIdentity"]
    assert call["http"] == {"method": "POST", "requestUri": "/"}
    assert "documentation" not in call


def test_the_emulator_s_own_readers_load_no_botocore():
    told = """
import os, sys, tempfile
os.environ.update(STATE_DIR=tempfile.mkdtemp(), PERSIST_STATE="0")
from sandbox.server.base import emulator
from sandbox.server.control import service_models
service_models.install()
headers = {"Content-Type": "application/json"}
emulator.responses.fix_success_content_type("logs", 200, headers)
assert headers == {"Content-Type": "application/x-amz-json-1.1"}, headers
assert "TagRole" in emulator.iam_actions._tag_operations("iam")
print("botocore.session" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=False)
    assert done.stdout == "False\n", done.stderr
