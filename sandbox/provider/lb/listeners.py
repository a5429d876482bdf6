"""Elastic Load Balancing: listeners."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core import facts
from sandbox.provider.core.answers import changed, find, first, given, settle
from sandbox.provider.core.context import Context
from sandbox.provider.core.kinds import Inputs, Outputs, resource
from sandbox.provider.core.tags import tagged
from sandbox.provider.lb import actions, attributes
from sandbox.provider.lb.attributes import GONE

TOKEN = "aws:lb/listener:Listener"
ATTRIBUTES = {
    "routingHttpRequestXAmznMtlsClientcertHeaderName": (
        "routing.http.request.x_amzn_mtls_clientcert.header_name"
    ),
    "routingHttpRequestXAmznMtlsClientcertIssuerHeaderName": (
        "routing.http.request.x_amzn_mtls_clientcert_issuer.header_name"
    ),
    "routingHttpRequestXAmznMtlsClientcertLeafHeaderName": (
        "routing.http.request.x_amzn_mtls_clientcert_leaf.header_name"
    ),
    "routingHttpRequestXAmznMtlsClientcertSerialNumberHeaderName": (
        "routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name"
    ),
    "routingHttpRequestXAmznMtlsClientcertSubjectHeaderName": (
        "routing.http.request.x_amzn_mtls_clientcert_subject.header_name"
    ),
    "routingHttpRequestXAmznMtlsClientcertValidityHeaderName": (
        "routing.http.request.x_amzn_mtls_clientcert_validity.header_name"
    ),
    "routingHttpRequestXAmznTlsCipherSuiteHeaderName": (
        "routing.http.request.x_amzn_tls_cipher_suite.header_name"
    ),
    "routingHttpRequestXAmznTlsVersionHeaderName": (
        "routing.http.request.x_amzn_tls_version.header_name"
    ),
    "routingHttpResponseAccessControlAllowCredentialsHeaderValue": (
        "routing.http.response.access_control_allow_credentials.header_value"
    ),
    "routingHttpResponseAccessControlAllowHeadersHeaderValue": (
        "routing.http.response.access_control_allow_headers.header_value"
    ),
    "routingHttpResponseAccessControlAllowMethodsHeaderValue": (
        "routing.http.response.access_control_allow_methods.header_value"
    ),
    "routingHttpResponseAccessControlAllowOriginHeaderValue": (
        "routing.http.response.access_control_allow_origin.header_value"
    ),
    "routingHttpResponseAccessControlExposeHeadersHeaderValue": (
        "routing.http.response.access_control_expose_headers.header_value"
    ),
    "routingHttpResponseAccessControlMaxAgeHeaderValue": (
        "routing.http.response.access_control_max_age.header_value"
    ),
    "routingHttpResponseContentSecurityPolicyHeaderValue": (
        "routing.http.response.content_security_policy.header_value"
    ),
    "routingHttpResponseServerEnabled": "routing.http.response.server.enabled",
    "routingHttpResponseStrictTransportSecurityHeaderValue": (
        "routing.http.response.strict_transport_security.header_value"
    ),
    "routingHttpResponseXContentTypeOptionsHeaderValue": (
        "routing.http.response.x_content_type_options.header_value"
    ),
    "routingHttpResponseXFrameOptionsHeaderValue": (
        "routing.http.response.x_frame_options.header_value"
    ),
    "tcpIdleTimeoutSeconds": "tcp.idle_timeout.seconds",
}


# Listener: its id is its ARN


def create_listener(ctx: Context, inputs: Inputs) -> str:
    client = ctx.client("elbv2")
    made = client.create_listener(
        LoadBalancerArn=inputs["loadBalancerArn"],
        **_settings(client, inputs),
        **tagged(inputs),
    )["Listeners"][0]
    id = made["ListenerArn"]
    ctx.made(id)
    wanted = attributes.changes({}, attributes.requested(ATTRIBUTES, inputs))
    if wanted:
        client.modify_listener_attributes(ListenerArn=id, Attributes=wanted)
    return id


def read_listener(ctx: Context, id: str, last: Outputs) -> Outputs | None:
    client = ctx.client("elbv2")
    listener = first(client.describe_listeners, "Listeners", *GONE, ListenerArns=[id])
    about = find(client.describe_listener_attributes, *GONE, ListenerArn=id)
    if listener is None or about is None:
        return None
    known = facts.known(TOKEN)
    certificates = listener.get("Certificates") or [{}]
    alpn = listener.get("AlpnPolicy") or [None]
    outputs = {
        **attributes.outputs(known, ATTRIBUTES, about["Attributes"]),
        "alpnPolicy": alpn[0],
        "arn": id,
        "certificateArn": certificates[0].get("CertificateArn"),
        "defaultActions": actions.outputs(
            known.inputs["defaultActions"],
            listener.get("DefaultActions") or [],
            last.get("defaultActions"),
        ),
        "loadBalancerArn": listener["LoadBalancerArn"],
        "port": listener.get("Port"),
        "protocol": listener.get("Protocol"),
        "sslPolicy": listener.get("SslPolicy"),
        "tags": attributes.tags_of(client, id),
    }
    return settle(outputs)


def find_listener(ctx: Context, inputs: Inputs) -> str | None:
    call = ctx.client("elbv2").describe_listeners
    found = find(call, *GONE, LoadBalancerArn=inputs["loadBalancerArn"]) or {}
    ours = [each for each in found.get("Listeners", ()) if each.get("Port") == inputs.get("port")]
    return str(ours[0]["ListenerArn"]) if len(ours) == 1 else None


def update_listener(ctx: Context, id: str, old: Outputs, new: Inputs) -> None:
    client = ctx.client("elbv2")
    apart = {"tags", *ATTRIBUTES}
    if any(changed(name, old, new) for name in new if name not in apart):
        client.modify_listener(ListenerArn=id, **_settings(client, new))
    before, after = (attributes.requested(ATTRIBUTES, values) for values in (old, new))
    wanted = attributes.changes(before, after)
    if wanted:
        client.modify_listener_attributes(ListenerArn=id, Attributes=wanted)
    attributes.retag(client, id, old, new)


def delete_listener(ctx: Context, id: str, last: Outputs) -> None:
    find(ctx.client("elbv2").delete_listener, *GONE, ListenerArn=id)


def _settings(client: Any, inputs: Inputs) -> dict[str, Any]:
    certificate = inputs.get("certificateArn")
    alpn = inputs.get("alpnPolicy")
    return given(
        AlpnPolicy=[alpn] if alpn else None,
        Certificates=[{"CertificateArn": certificate}] if certificate else None,
        DefaultActions=actions.requests(client, inputs["defaultActions"]),
        Port=inputs.get("port"),
        # An application load balancer's listener speaks HTTP when nothing else is said.
        Protocol=inputs.get("protocol") or "HTTP",
        SslPolicy=inputs.get("sslPolicy"),
    )


LISTENER = resource(
    "elbv2",
    "ELBv2 Listener",
    TOKEN,
    create=create_listener,
    read=read_listener,
    update=update_listener,
    delete=delete_listener,
    find=find_listener,
    lacks=(
        # The sandbox's load balancers know no user pool, no token and no certificate.
        "defaultActions.authenticateCognito",
        "defaultActions.jwtValidation",
        "mutualAuthentication",
    ),
)
