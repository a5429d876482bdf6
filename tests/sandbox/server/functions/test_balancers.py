"""A function finds a load balancer by its DNS name: the name leads to the sandbox."""

import socket

import pytest

from sandbox.server.functions import worker_main


@pytest.mark.quirk("balancer-names")
def test_names_of_balancers_lead_to_the_sandbox_and_no_others(monkeypatch):
    asked = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **_: asked.append(given))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4599")
    worker_main.find_balancers()
    socket.getaddrinfo("internal-model-1.us-east-1.elb.amazonaws.com", 80, 0, socket.SOCK_STREAM)
    socket.getaddrinfo("example.com", 443)
    assert asked == [("127.0.0.1", 4599, 0, socket.SOCK_STREAM), ("example.com", 443)]
