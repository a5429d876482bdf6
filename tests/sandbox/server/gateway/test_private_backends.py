"""VPC links carry requests to load balancers inside the sandbox."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from sandbox.server.base import vpc_links
from sandbox.server.base.exchange import Place, Request
from sandbox.server.gateway import private_backend
from sandbox.urls import invoke_url
from tests.sandbox.server import private
from tests.sandbox.server.conftest import Echo


class Backend(Echo):
    """Answers what it was asked; streams, waits or breaks off by path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if "slow" in self.path:
            time.sleep(2)
        if "stream" not in self.path:
            super().do_POST()
            return
        self.send_response(203)
        self.send_header("x-mine", "yes")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for word in (b"one", b"two"):
            self.wfile.write(b"3\r\n%s\r\n" % word)
            self.wfile.flush()
            time.sleep(0.4)
        if "broken" in self.path:
            self.close_connection = True
        else:
            self.wfile.write(b"0\r\n\r\n")

    do_POST = do_GET


class Quiet(ThreadingHTTPServer):
    """One that says nothing of clients that left."""

    def handle_error(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def inside(account) -> Iterator[private.Inside]:
    with Quiet(("127.0.0.1", 0), Backend) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield private.build(account, f"http://127.0.0.1:{server.server_address[1]}")
        server.shutdown()


def test_a_link_carries_requests_to_an_internal_balancer(account, inside):
    api = account.api()
    mapped = {"integration.request.header.x-team": "context.stage"}
    inside.integrate(api.method(api.path("ab"), "ANY"), "/model", requestParameters=mapped)
    api.deploy("v1")
    found = api.call("/ab?q=1&q=2", "POST", data="text", headers={"X-Team": "mallory"})
    assert found.status_code == 202
    seen = found.json()
    assert (seen["method"], seen["body"]) == ("POST", "text")
    # AWS's guide: the stage is part of the path that the backend sees.
    assert seen["path"] == "/v1/model?q=1&q=2"
    headers = seen["headers"]
    assert headers["x-team"] == "v1" and "mallory" not in found.text
    # The address is the Host, without a port that its scheme has anyway.
    assert headers["host"] == inside.dns
    assert headers["x-forwarded-for"].split(", ")[0] == "127.0.0.1"
    assert headers["x-forwarded-for"].split(", ")[1].startswith("172.31.")
    assert headers["x-forwarded-port"] == "80"
    assert found.headers["x-amzn-Remapped-Server"]


def test_a_mapped_path_has_no_stage(account, inside):
    api = account.api()
    place = api.method(api.path("{proxy+}"), "ANY")
    path = {"integration.request.path.proxy": "method.request.path.proxy"}
    inside.integrate(place, "/{proxy}", requestParameters=path)
    api.deploy("v1")
    assert api.call("/one/two%20three?q=%2F").json()["path"] == "/one/two%20three?q=%2F"


@pytest.mark.parametrize(
    ("switch", "mapping", "found"),
    [
        (None, {}, "/v1"),
        (None, {"integration.request.path.id": "'1'"}, ""),
        ("1", {"integration.request.path.id": "'1'"}, "/v1"),
        ("0", {}, ""),
    ],
)
def test_the_stage_is_in_the_path_or_not_as_the_sandbox_is_told(
    switch, mapping, found, monkeypatch
):
    monkeypatch.setattr(vpc_links, "find_second", lambda id: {"vpcLinkId": id})
    monkeypatch.delenv("KIT_STAGE_IN_PATH", raising=False)
    if switch:
        monkeypatch.setenv("KIT_STAGE_IN_PATH", switch)
    request = Request(Place("api", "v1", "/x"), "0", "us-east-1", "GET", [], {}, "", "127.0.0.1")
    integration = {"connectionId": "link", "requestParameters": mapping}
    assert private_backend.prefix(request, integration) == found


def test_a_public_balancer_is_called_by_its_name_and_an_internal_one_is_not(account, inside):
    balancing, subnets = account.client("elbv2"), private.subnets(account)
    group = private.group(account, "public", subnets[0]["VpcId"])
    made = balancing.create_load_balancer(
        Name="public", Subnets=[each["SubnetId"] for each in subnets[:2]], SecurityGroups=[group]
    )["LoadBalancers"][0]
    text = {"StatusCode": "200", "ContentType": "text/plain", "MessageBody": "public"}
    balancing.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"],
        Port=80,
        Protocol="HTTP",
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": text}],
    )
    api = account.api()
    for part, dns in (("public", made["DNSName"]), ("internal", inside.dns)):
        account.gateway.put_integration(
            **api.method(api.path(part)),
            type="HTTP_PROXY",
            integrationHttpMethod="GET",
            uri=f"http://{dns}/",
            timeoutInMillis=300,
        )
    api.deploy("v1")
    assert (
        api.call("/public").json()["message"] == "Endpoint request timed out"
    )  # its group is shut
    rule = {
        "IpProtocol": "tcp",
        "FromPort": 80,
        "ToPort": 80,
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
    }
    account.client("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    found = api.call("/public")
    assert (found.text, found.headers["x-amzn-Remapped-Server"]) == ("public", "awselb/2.0")
    assert api.call("/internal").status_code == 500


def test_a_link_of_the_first_version_leads_to_its_network_balancer(account, inside):
    balancing, subnets = account.client("elbv2"), private.subnets(account)
    balancer = balancing.create_load_balancer(
        Name="network", Type="network", Subnets=[subnets[0]["SubnetId"]]
    )["LoadBalancers"][0]
    port = inside.port
    targets = balancing.create_target_group(
        Name="network", TargetType="ip", Protocol="TCP", Port=port, VpcId=subnets[0]["VpcId"]
    )["TargetGroups"][0]["TargetGroupArn"]
    balancing.register_targets(TargetGroupArn=targets, Targets=[{"Id": "127.0.0.1"}])
    balancing.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Port=8080,
        Protocol="TCP",
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )
    link = account.gateway.create_vpc_link(name="l", targetArns=[balancer["LoadBalancerArn"]])["id"]
    api = account.api()
    first = {"connectionId": link, "integrationTarget": "", "uri": "http://model.example:8080/x"}
    inside.integrate(api.method(), **first)
    api.deploy("v1")
    found = api.call().json()
    assert (found["path"], found["headers"]["host"]) == ("/x", "model.example:8080")
    with pytest.raises(ClientError, match=f"Vpc link '{link}', is referenced"):
        account.gateway.delete_vpc_link(vpcLinkId=link)


def test_a_stage_variable_names_the_link_and_the_address(account, inside):
    api = account.api()
    inside.integrate(
        api.method(),
        connectionId="${stageVariables.link}",
        uri="http://${stageVariables.host}/x",
        integrationTarget="${stageVariables.target}",
    )
    deployment = api.deploy("v1")
    variables = {"link": inside.link, "host": "model.example", "target": inside.balancer}
    account.gateway.create_stage(
        restApiId=api.id, stageName="v2", deploymentId=deployment, variables=variables
    )
    found = api.call(stage="v2").json()
    assert (found["path"], found["headers"]["host"]) == ("/v2/x", "model.example")
    assert api.call(stage="v1").status_code == 500


def test_a_stream_passes_as_it_comes_and_breaks_as_it_breaks(account, inside):
    api = account.api()
    for part in ("stream", "broken-stream"):
        place = api.method(api.path(part))
        inside.integrate(place, f"/{part}", responseTransferMode="STREAM")
    api.deploy("v1")
    url = urlsplit(invoke_url(account.running.endpoint, api.id, "v1"))
    connection = http.client.HTTPConnection(url.netloc, timeout=5)
    started = time.perf_counter()
    connection.request("GET", f"{url.path}/stream")
    answer = connection.getresponse()
    assert (answer.status, answer.headers["x-mine"]) == (203, "yes")
    assert answer.read1(100) == b"one"
    assert time.perf_counter() - started < 0.7
    assert answer.read() == b"two"
    connection.close()
    connection.request("GET", f"{url.path}/broken-stream")
    with pytest.raises(http.client.IncompleteRead):
        connection.getresponse().read()
    connection.close()


def test_what_cannot_be_reached_is_a_504(account, inside):
    api, balancing = account.api(), account.client("elbv2")
    closed = private.group(account, "closed", private.subnets(account)[0]["VpcId"])
    stranger = account.client("apigatewayv2").create_vpc_link(
        Name="stranger",
        SubnetIds=[private.subnets(account)[0]["SubnetId"]],
        SecurityGroupIds=[closed],
    )["VpcLinkId"]
    gone = balancing.create_load_balancer(
        Name="gone", Subnets=[each["SubnetId"] for each in private.subnets(account)[:2]]
    )["LoadBalancers"][0]["LoadBalancerArn"]
    ways = {
        "slow": {"path": "/slow", "timeoutInMillis": 300},
        "closed": {"connectionId": stranger, "timeoutInMillis": 300},
        "port": {"uri": f"https://{inside.dns}:80/"},
        "gone": {"integrationTarget": gone},
    }
    for part, more in ways.items():
        inside.integrate(api.method(api.path(part)), **more)
    balancing.delete_load_balancer(LoadBalancerArn=gone)
    api.deploy("v1")
    late, refused = "Endpoint request timed out", "Network error communicating with endpoint"
    found = {part: api.call(f"/{part}") for part in ways}
    assert {part: (each.status_code, each.json()["message"]) for part, each in found.items()} == {
        "slow": (504, late),
        "closed": (504, late),  # its group is not admitted: packets are dropped
        "port": (504, refused),
        "gone": (504, refused),
    }
