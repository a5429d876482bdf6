"""What an instance's process begins with: where it may listen, and when it ends."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.server.machines import addresses, machine
from sandbox.server.machines.addresses import Address
from sandbox.server.machines.machine import Machine

LISTENS = """
import socket, sys, time
for family, host in ((socket.AF_INET, '0.0.0.0'), (socket.AF_INET, '127.0.0.1')):
    door = socket.socket(family)
    door.bind((host, int(sys.argv[1])))
    print(*door.getsockname(), sys.argv[1:], sys.path[0], flush=True)
    door.close()
time.sleep(60)
"""


@contextmanager
def guarded(own: str, ports: str, *command: str) -> Iterator[subprocess.Popen[str]]:
    arguments = [sys.executable, str(machine.GUARD), own, ports, *command]
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
            assert process.stdin
            process.stdin.close()  # the sandbox is gone
            assert process.wait(5) == 0
        finally:
            process.kill()


def lines(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout
    return [process.stdout.readline().strip() for _ in range(2)]


def free() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.skipif(sys.platform == "darwin", reason="127.0.0.1 is all that there is")
def test_a_program_listens_at_its_own_address_whatever_it_says(tmp_path: Path) -> None:
    script, port = tmp_path / "a.py", free()
    script.write_text(LISTENS)
    with guarded("127.31.9.9", "", str(script), str(port), "x") as process:
        said = f"127.31.9.9 {port} ['{port}', 'x'] {tmp_path}"
        assert lines(process) == [said, said]


def test_where_all_share_an_address_each_has_ports_of_its_own(tmp_path: Path) -> None:
    ports = tmp_path / "i-1" / "ports"
    alone = Machine("i-1", Address("172.31.0.9", addresses.SHARED), tmp_path / "i-1")
    assert alone.at(8080) == ("127.0.0.1", 0)  # nobody listens yet
    with guarded("127.0.0.1", str(ports), "-c", LISTENS, "8080") as process:
        found = [int(line.split()[1]) for line in lines(process)]
    assert 8080 not in found
    assert alone.at(8080) == ("127.0.0.1", found[0]) and alone.at(80)[1] == 0


def test_two_sandboxes_never_take_one_address() -> None:
    taken = [addresses.claim("172.31.16.0/20", 5) for _ in range(3)]
    assert len({each.private for each in taken}) == 3
    if not taken[0].shared:
        assert taken[0].host == "127." + taken[0].private.split(".", 1)[1]
        taken[0].close()
        again = addresses.claim("172.31.16.0/20", 5)
        assert again.private == taken[0].private
        again.close()
    for each in taken:
        each.close()


def test_a_machine_without_other_loopback_addresses_shares_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Door(socket.socket):
        def bind(self, address: object) -> None:
            raise OSError(49, "Can't assign requested address")

    monkeypatch.setattr(addresses.socket, "socket", Door)
    found = addresses.claim("172.31.16.0/20", 5)
    assert found.shared and found.private == "172.31.16.9"


def test_a_machine_ends_with_its_folder(tmp_path: Path) -> None:
    one = Machine("i-1", addresses.claim("172.31.16.0/20", 77), tmp_path / "i-1")
    one.begin("", {}, lambda bucket, key, path: None)
    ends = time.monotonic() + 5
    while "Cloud-init finished" not in one.console() and time.monotonic() < ends:
        time.sleep(0.01)
    one.stop()
    assert one.state == "terminated" and not (tmp_path / "i-1").exists()
    assert "Cloud-init finished" in one.console()
