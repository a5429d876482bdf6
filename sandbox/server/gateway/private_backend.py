"""Load balancers inside the sandbox as backends: through a VPC link, or by a public one's name.

The balancer is asked as it is asked by its DNS name: by its own listeners, rules and targets. The
integration's address tells which listener by its port, and is the Host that the balancer sees.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from sandbox.server.base import emulator, security_groups, variables, vpc_links
from sandbox.server.base.emulator import Record
from sandbox.server.base.errors import CONFIGURATION, GatewayError, internal
from sandbox.server.base.exchange import BrokenFlow, Headers, Request, Response
from sandbox.server.gateway.backend_request import Outgoing, mapped
from sandbox.server.gateway.streaming import QueueFlow

BALANCERS = ".elb.amazonaws.com"
PUBLIC = "203.0.113.10"  # where calls of API Gateway come from: an address that nobody has

Answered = tuple[int, Headers, Any]  # the body is bytes, or a QueueFlow of one that still comes


@dataclass(frozen=True)
class Route:
    """How a request gets to a balancer: its record, the groups and the address that it comes from."""

    balancer: Record
    groups: list[str]
    address: str


def private(integration: dict[str, Any]) -> bool:
    """Whether a VPC link carries an integration's requests."""
    return integration.get("connectionType") == "VPC_LINK"


def prefix(request: Request, integration: dict[str, Any]) -> str:
    """What goes before the path at the balancer: the stage, unless the path is mapped.

    AWS's guide says that a private integration has the stage in its path, until a mapping
    overrides the path. Programs with a mapped path parameter see none. Both hold here; the
    environment variable KIT_STAGE_IN_PATH of the server says otherwise, for all.
    """
    if request.test or not vpc_links.find_second(_link_id(request, integration)):
        return ""
    told = os.environ.get("KIT_STAGE_IN_PATH", "")
    wanted = told == "1" if told else not mapped(request, integration, "path")
    return f"/{request.place.stage}" if wanted else ""


def _link_id(request: Request, integration: dict[str, Any]) -> str:
    return variables.address(integration.get("connectionId") or "", request)


def route(request: Request, integration: dict[str, Any]) -> Route:
    """Where the integration's link leads.

    Raises:
        GatewayError: there is no such link, it is not available, or the balancer is not there.
    """
    id = _link_id(request, integration)
    link, old = vpc_links.find_second(id), vpc_links.find_first(id)
    status = (link or {}).get("vpcLinkStatus") or (old or {}).get("status")
    if status is None:
        raise internal(f"{CONFIGURATION}Invalid Vpc Link identifier specified")
    if status != "AVAILABLE":
        raise internal(f"{CONFIGURATION}The VPC link {id} is {status}")
    target = variables.address(integration.get("integrationTarget") or "", request)
    if link and not target:
        raise internal(f"{CONFIGURATION}IntegrationTarget is required for VpcLinkV2 {id}")
    balancer = vpc_links.balancer(target if link else old["targetArns"][0])  # type: ignore[index]
    if balancer is None:
        raise unreachable()
    subnets = link["subnetIds"] if link else balancer["Subnets"]
    # A V1 link comes through PrivateLink, which asks no group.
    groups = (link["securityGroupIds"] or security_groups.of_vpc(subnets)) if link else []
    return Route(balancer, groups, security_groups.address_in(subnets, id))


def public(host: str) -> Route | None:
    """The way to a balancer with a public address, by its name; None for all other hosts.

    Raises:
        GatewayError: the balancer is an internal one, whose address is of no use out here.
    """
    balancer = _alb().find_lb_for_host(host) if host.endswith(BALANCERS) else None
    if balancer and balancer["Scheme"] != "internet-facing":
        raise internal(f"{CONFIGURATION}Invalid endpoint address")
    return Route(balancer, [], PUBLIC) if balancer else None


def unreachable() -> GatewayError:
    """Nobody takes the connection."""
    message = "Network error communicating with endpoint"
    return GatewayError("INTEGRATION_FAILURE", message)


async def exchange(
    request: Request, way: Route, sent: Outgoing, timeout: float, streams: bool
) -> Answered:
    """What the balancer answers; TimeoutError when it does not, or when groups drop the connection."""
    listener = _listener(way.balancer, sent.port)
    if not _admitted(way, sent.port):
        # Dropped packets look like silence, and whoever waits waits in vain.
        await _silence(request, timeout)
    if listener is None or (sent.secure and listener.get("Protocol") == "HTTP"):
        raise unreachable()
    try:
        return await asyncio.wait_for(_answered(way, sent, timeout, streams), timeout)
    except asyncio.TimeoutError:  # another class until Python 3.11
        raise TimeoutError from None


def _listener(balancer: Record, port: int) -> Record | None:
    arn, listeners = balancer["LoadBalancerArn"], _alb()._listeners.values()
    found = (each for each in listeners if each["LoadBalancerArn"] == arn and each["Port"] == port)
    return next(found, None)


def _alb() -> Any:
    return emulator.app._get_module("alb")


def _admitted(way: Route, port: int) -> bool:
    balancer = way.balancer
    groups = balancer["SecurityGroups"]
    if not groups and balancer["Type"] == "application":
        groups = security_groups.of_vpc(balancer["Subnets"])
    there = security_groups.address_in(balancer["Subnets"], balancer["LoadBalancerArn"])
    return security_groups.connects(way.groups, way.address, groups, there, port)


async def _silence(request: Request, timeout: float) -> None:
    ends = asyncio.get_running_loop().time() + timeout
    while asyncio.get_running_loop().time() < ends and not request.gone.is_set():
        await asyncio.sleep(min(0.1, timeout))
    raise TimeoutError


async def _answered(way: Route, sent: Outgoing, timeout: float, streams: bool) -> Answered:
    status, headers, body = await _ask(way, sent)
    found = Response.of((status, headers, b"")).headers
    if not isinstance(body, emulator.responses.StreamingResponse):
        return int(status), found, body.encode() if isinstance(body, str) else bytes(body or b"")
    flow = _flow(body, timeout)
    return int(status), found, flow if streams else await _whole(flow)


async def _ask(way: Route, sent: Outgoing) -> Any:
    """The emulator's own way into a balancer, which that of its DNS name is too."""
    path, _, query = sent.path.partition("?")
    emulator.responses.set_request_client_ip(way.address)  # what rules on source addresses look at
    return await _alb().dispatch_request(
        way.balancer,
        sent.method,
        unquote(path),
        _joined(sent.headers),
        sent.body,
        parse_qs(query, keep_blank_values=True),
        sent.port,
        client_ip=way.address,
        raw_query_string=query,
        raw_path=path,
    )


def _joined(headers: Headers) -> dict[str, str]:
    """Headers by lower-case name, repeated ones joined, as the emulator takes them."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined


def _flow(body: Any, timeout: float) -> QueueFlow:
    """The body that a target behind the balancer is still sending."""
    flow, left = QueueFlow(timeout), asyncio.Event()
    loop = asyncio.get_running_loop()
    whole = False

    async def receive() -> dict[str, Any]:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal whole
        if message.get("body"):
            flow.put(message["body"])
        whole = whole or not message.get("more_body")

    async def run() -> None:
        try:
            await body.runner(send, receive)
        finally:
            # After the pieces, which take their turn on the loop.
            loop.call_soon(flow.end, "" if whole else "The endpoint ended its answer early")

    task = asyncio.ensure_future(run())
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    flow.on_close = left.set
    return flow


async def _whole(flow: QueueFlow) -> bytes:
    pieces = []
    try:
        while (piece := await flow.read()) is not None:
            pieces.append(piece)
    except BrokenFlow:
        raise unreachable() from None
    finally:
        flow.close()
    return b"".join(pieces)
