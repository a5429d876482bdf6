"""The provider knows whose the other end of a connection is, in the way of each system."""

import doctest
import os
import socket
import sys
from types import SimpleNamespace

import grpc
import pytest

from sandbox.provider import owner


@pytest.fixture
def connection():
    """A connection to a port of ours: the door's address and the caller's."""
    with (
        socket.create_server(("127.0.0.1", 0)) as door,
        socket.create_connection(door.getsockname()) as caller,
    ):
        yield door.getsockname(), caller.getsockname()


@pytest.fixture
def as_on_a_mac(monkeypatch):
    """The way of macOS and Windows, which works here too."""
    monkeypatch.setattr(owner, "sys", SimpleNamespace(platform="darwin", byteorder=sys.byteorder))


def test_what_grpc_calls_a_peer_is_read():
    assert doctest.testmod(owner).failed == 0
    with pytest.raises(ValueError, match="invalid literal"):
        owner.address("unix:/tmp/socket")


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only: its tables of sockets")
def test_the_kernel_and_its_tables_name_the_same_user(connection):
    here, there = connection
    assert owner._asked(there, here) == owner._listed(there, here) == os.geteuid()
    nowhere = ("127.0.0.2", there[1])
    assert owner._asked(nowhere, here) == owner._listed(nowhere, here) == -1
    # A port where somebody listens is no connection.
    assert owner._asked(here, here) == owner._listed(here, here) == -1


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only: its tables of sockets")
def test_a_socket_of_the_newer_protocol_is_found_too():
    with socket.create_server(("127.0.0.1", 0)) as door, socket.socket(socket.AF_INET6) as caller:
        caller.connect(("::ffff:127.0.0.1", door.getsockname()[1]))
        there, here = ("127.0.0.1", caller.getsockname()[1]), door.getsockname()
        assert owner._asked(there, here) == owner._listed(there, here) == os.geteuid()


def test_a_connection_of_this_process_is_ours(connection):
    here, there = connection
    assert owner.Owner(here[1]).owns(there)


def test_it_is_ours_among_the_processes_of_this_user_too(connection, as_on_a_mac):
    here, there = connection
    mine = owner.Owner(here[1])
    assert mine.owns(there)
    assert mine._last == os.getpid()  # asked first the next time
    assert mine.owns(there)


@pytest.mark.parametrize("system", ["this one", "macOS"])
def test_who_is_not_found_is_not_let_in(connection, request, system):
    if system == "macOS":
        request.getfixturevalue("as_on_a_mac")
    here, there = connection
    mine = owner.Owner(here[1])
    assert not mine.owns(("127.0.0.2", there[1]))
    assert not mine.owns(("127.0.0.1", here[1]))


def test_a_system_that_tells_nothing_lets_the_provider_work_and_the_log_say_so(
    connection, monkeypatch, caplog
):
    here, there = connection
    monkeypatch.setattr(owner.Owner, "_is_mine", lambda *_: False)
    assert owner.Owner(here[1]).owns(there)
    assert "does not tell who calls the provider" in caplog.text


@pytest.mark.parametrize("peer", ["ipv4:127.0.0.1:1", "unix:", "", "ipv4:127.0.0.1:x"])
def test_a_call_of_nobody_is_refused_before_the_provider_sees_it(peer, connection):
    guard = owner.OwnerOnly()
    guard.owner = owner.Owner(connection[0][1])
    seen, ended = [], []

    def abort(code, text):
        ended.append((code, text))
        raise RuntimeError

    handler = grpc.unary_unary_rpc_method_handler(lambda request, _: seen.append(request))
    guarded = guard.intercept_service(lambda _: handler, SimpleNamespace(method="Create"))
    with pytest.raises(RuntimeError):
        guarded.unary_unary("a call", SimpleNamespace(peer=lambda: peer, abort=abort))
    assert (seen, ended) == ([], [(grpc.StatusCode.PERMISSION_DENIED, owner.REFUSED)])
