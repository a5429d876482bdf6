"""A sandbox without a provider, for all the tests of its server, and hands to build APIs in it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config

from sandbox import cloud
from sandbox.urls import invoke_url
from tests.sandbox.server.records import replay
from tests.sandbox.server.shapes import archive, document, signed, uri

names = count(1)


@dataclass(frozen=True)
class Api:
    """A REST API under construction, in the sandbox."""

    account: Account
    id: str
    root: str

    @property
    def arn(self) -> str:
        return f"arn:aws:execute-api:us-east-1:000000000000:{self.id}"

    def path(self, part: str, parent: str = "") -> str:
        """A resource; its id."""
        created = self.account.gateway.create_resource(
            restApiId=self.id, parentId=parent or self.root, pathPart=part
        )
        return str(created["id"])

    def method(self, resource: str = "", verb: str = "GET", **more: Any) -> dict[str, Any]:
        """A method; what names it in later calls."""
        place = {"restApiId": self.id, "resourceId": resource or self.root, "httpMethod": verb}
        self.account.gateway.put_method(**place, authorizationType="NONE", **more)
        return place

    def mock(self, text: str, resource: str = "", verb: str = "GET", **more: Any) -> dict[str, Any]:
        """A method that answers a text."""
        place = self.method(resource, verb, **more)
        self.remock(place, text)
        return place

    def remock(self, place: dict[str, Any], text: str) -> None:
        """Another text for a method that mocks."""
        gateway = self.account.gateway
        gateway.put_integration(
            **place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
        )
        gateway.put_integration_response(
            **place, statusCode="200", responseTemplates={"application/json": text}
        )

    def proxy(self, function: str, resource: str = "", verb: str = "GET", **more: Any) -> Any:
        """A method with a function behind it, which may invoke it unless a role is given."""
        place = self.method(resource, verb)
        self.account.gateway.put_integration(
            **place,
            **{"type": "AWS_PROXY", "uri": uri(function), **more},
            integrationHttpMethod="POST",
        )
        return place

    def may_invoke(self, function: str, source: str = "/*") -> None:
        """A permission for this API in the function's own policy."""
        self.account.functions.add_permission(
            FunctionName=function,
            StatementId=f"s{next(names)}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=self.arn + source,
        )

    def deploy(self, stage: str = "") -> str:
        """A deployment, served by a stage if one is named; its id."""
        more = {"stageName": stage} if stage else {}
        return str(self.account.gateway.create_deployment(restApiId=self.id, **more)["id"])

    def point(self, stage: str, deployment: str) -> None:
        """Have a stage serve a deployment."""
        change = {"op": "replace", "path": "/deploymentId", "value": deployment}
        self.account.gateway.update_stage(
            restApiId=self.id, stageName=stage, patchOperations=[change]
        )

    def call(self, path: str = "/", verb: str = "GET", stage: str = "v1", **more: Any) -> Any:
        """A request to the deployed API."""
        url = invoke_url(self.account.running.endpoint, self.id, stage)
        return requests.request(verb, url + path, timeout=30, **more)


@dataclass(frozen=True)
class Account:
    """The AWS account in a sandbox."""

    running: cloud.Running

    @cache  # noqa: B019  it lives as long as the tests
    def client(self, service: str, key: str = "", secret: str = "") -> Any:
        return self.connect(service, key=key, secret=secret)

    @cache  # noqa: B019  it lives as long as the tests
    def watched(self, service: str) -> Any:
        """A client of its own, for a test that registers what it wants to see."""
        return self.connect(service)

    def connect(
        self,
        service: str,
        session: Any = boto3,
        key: str = "",
        secret: str = "",
        config: Config | None = None,
        region: str = "us-east-1",
    ) -> Any:
        """A new client, of the root user unless a key is given."""
        keys = {"aws_access_key_id": key, "aws_secret_access_key": secret}
        return session.client(
            service,
            endpoint_url=self.running.endpoint,
            region_name=region,
            **(keys if key else self.running.keys),
            config=Config(retries={"max_attempts": 0}).merge(config or Config()),
        )

    @property
    def gateway(self) -> Any:
        return self.client("apigateway")

    @property
    def functions(self) -> Any:
        return self.client("lambda")

    @property
    def iam(self) -> Any:
        return self.client("iam")

    def role(self, service: str, *policy: dict[str, Any]) -> str:
        """A role that a service may assume, with an inline policy if one is given; its ARN."""
        name = f"role{next(names)}"
        trust = document(
            {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        )
        created = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        if policy:
            self.iam.put_role_policy(
                RoleName=name, PolicyName="inline", PolicyDocument=document(*policy)
            )
        return str(created["Role"]["Arn"])

    def logging_role(self) -> str:
        """The account's role for API Gateway's logs, made when there is none; its ARN."""
        found = self.gateway.get_account().get("cloudwatchRoleArn")
        if found:
            return str(found)
        everything = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
        role = self.role("apigateway.amazonaws.com", everything)
        change = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role}
        self.gateway.update_account(patchOperations=[change])
        return role

    def function(self, code: str, **more: Any) -> str:
        """A function; its ARN."""
        created = self.functions.create_function(
            FunctionName=f"function{next(names)}",
            Runtime="python3.12",
            Handler="h.handler",
            Role=self.role("lambda.amazonaws.com"),
            Code={"ZipFile": archive(code)},
            **more,
        )
        return str(created["FunctionArn"])

    def api(self, **more: Any) -> Api:
        """A REST API with nothing in it."""
        created = self.gateway.create_rest_api(name=f"api{next(names)}", **more)
        return Api(self, created["id"], created["rootResourceId"])

    def raw(self, path: str) -> Any:
        """What the control plane answers to a GET, as JSON: boto3 would hide wrong types."""
        url = self.running.endpoint + path
        answer = requests.get(
            url, headers=signed(self.running, "GET", url, "apigateway"), timeout=10
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """The account of one sandbox that all tests share; each makes APIs of its own."""
    home = Path(tmp_path_factory.mktemp("kit"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIT_PROVIDER", "0")
        running = cloud.start(home)
    yield Account(running)
    cloud.stop(home)


@pytest.fixture(scope="session")
def world(account: Account) -> dict[str, str]:
    """What the records of records.py refer to."""
    return replay.build(account)


class Echo(BaseHTTPRequestHandler):
    """A server that answers what it was asked."""

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        seen = {
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "all": self.headers.items(),
            "body": self.rfile.read(length).decode(),
        }
        text = json.dumps(seen).encode()
        self.send_response(202)
        self.send_header("x-backend", "echo")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def http_echo() -> Iterator[str]:
    """The URL of a server that answers what it was asked."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port where somebody listens and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
