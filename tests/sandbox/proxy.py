"""A company's machine: its proxy, which records what reaches it, and what its shells have set."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def proxy(body: bytes = b"") -> Iterator[tuple[str, list[str]]]:
    """Serve one; yield its address and the list of what it was asked for, as `GET http://…`.

    It answers each request with the body itself, and refuses tunnels once it has recorded them.
    """
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_POST = do_PUT = do_HEAD = do_GET

        def do_CONNECT(self) -> None:
            asked.append(f"CONNECT {self.path}")
            self.send_error(403)

        def log_message(self, *_: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}", asked
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


@contextmanager
def echo() -> Iterator[str]:
    """A server on this machine that answers with the Authorization header that it was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = (self.headers.get("Authorization") or "none").encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}"
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


def company(url: str) -> dict[str, str]:
    """The variables that a company sets: each of them, in both forms."""
    names = ("http_proxy", "https_proxy")
    return {form: url for name in names for form in (name, name.upper())}


# Besides: what leads clients and Pulumi's engine astray.
ASTRAY = {
    "ALL_PROXY": "socks5://127.0.0.1:9",
    "NO_PROXY": "corp.example",
    "PULUMI_CONFIG_PASSPHRASE": "another",
    "PULUMI_CONFIG_PASSPHRASE_FILE": "/nowhere",
    "PULUMI_BACKEND_URL": "https://api.pulumi.example",
    "PULUMI_HOME": "/nowhere/pulumi",
    "PULUMI_STACK": "theirs",
    "PULUMI_SELF_MANAGED_STATE_LEGACY_LAYOUT": "true",
    "PULUMI_SELF_MANAGED_STATE_GZIP": "true",
    "PULUMI_DIY_BACKEND_GZIP": "true",
}
