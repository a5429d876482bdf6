"""What cells and scripts call the sandbox with, run in a process of its own: prints one JSON object.

    python -m tests.sandbox.clients ECHO

ECHO answers with the Authorization header that reached it. The sandbox is the environment's.
"""

from __future__ import annotations

import contextlib
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
import grpc
import openai
import requests


def grpc_works() -> bool:
    """Whether gRPC reaches a server on this machine, as programs reach Pulumi's engine."""
    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            grpc.channel_ready_future(channel).result(timeout=5)
        return True
    except grpc.FutureTimeoutError:
        return False
    finally:
        server.stop(0)


def main(echo: str) -> dict[str, object]:
    """What each client got."""
    bearer = {"Authorization": "Bearer blue-key"}
    client = openai.OpenAI(base_url=f"{echo}/v1", api_key="blue-key", max_retries=0)
    with contextlib.suppress(requests.RequestException):
        requests.get("http://outside.example/", timeout=5)
    return {
        "requests": requests.post(f"{echo}/x", json={}, headers=bearer, timeout=5).text,
        "localhost": requests.get(
            f"{echo}/x".replace("127.0.0.1", "localhost"), headers=bearer, timeout=5
        ).text,
        "openai": client.models.with_raw_response.list().text.strip(),
        "account": boto3.client("sts").get_caller_identity()["Account"],
        "roles": boto3.client("iam").list_roles()["ResponseMetadata"]["HTTPStatusCode"],
        "grpc": grpc_works(),
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
