"""What an instance's process begins with: it ends with the sandbox, and listens where it may.

    python guard.py ADDRESS PORTS SCRIPT | -m MODULE | -c CODE [arguments]

The sandbox holds the other end of the standard input, and never writes: when the sandbox is gone,
however it ended, the input ends, and so does this. A server that listens on every address of the
machine, as a unit on AWS says it, would open a learner's laptop to the network; one on 127.0.0.1
would meet that of another instance. Both get ADDRESS instead. Where all instances share one address (PORTS names a file), it gets a free port, too, and
the file says which. Standard library, and nothing of the kit: this runs with the program's own path.
"""

import os
import runpy
import socket
import sys
import threading

_bind = socket.socket.bind


def _end_with_the_sandbox() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def keep_to(own: str, ports: str) -> None:
    """Let sockets of this process be bound to the address `own` only; `ports` is a file or ""."""

    def bind(self, address):  # type: ignore[no-untyped-def]
        if self.family not in (socket.AF_INET, socket.AF_INET6) or not address[1]:
            return _bind(self, address)
        port, host = address[1], own
        if self.family == socket.AF_INET6:
            self.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            host = f"::ffff:{own}"
        if not ports:
            return _bind(self, (host, port))
        _bind(self, (host, 0))
        with open(ports, "a", encoding="ascii") as file:
            file.write(f"{port} {self.getsockname()[1]}\n")
        return None

    socket.socket.bind = bind  # type: ignore[method-assign]


def main() -> None:
    own, ports, kind, *rest = sys.argv[1:]
    threading.Thread(target=_end_with_the_sandbox, daemon=True).start()
    keep_to(own, ports)
    if kind == "-c":
        sys.argv, sys.path[0] = ["-c", *rest[1:]], ""
        exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102
    elif kind == "-m":
        sys.argv, sys.path[0] = rest, ""
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv, sys.path[0] = [kind, *rest], os.path.dirname(os.path.abspath(kind))
        runpy.run_path(kind, run_name="__main__")


if __name__ == "__main__":
    main()
