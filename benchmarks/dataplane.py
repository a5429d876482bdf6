"""The data plane of REST APIs beside that of the plain emulator, and under many callers at once."""

from __future__ import annotations

import io
import statistics
import zipfile
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

import boto3

from benchmarks import bare, plain
from benchmarks.client import Answers, drive
from benchmarks.report import Report
from sandbox.cloud import Running
from sandbox.server.base import settings
from sandbox.urls import invoke_url

MOCK, FUNCTION = "mock", "function"
LABELS = {MOCK: "MOCK", FUNCTION: "empty Lambda"}
# What is called, by how many clients, how often in a round.
CASES = (
    (MOCK, 1, 100),
    (MOCK, 16, 320),
    (MOCK, 50, 500),
    (FUNCTION, 1, 40),
    (FUNCTION, 16, 160),
    (FUNCTION, 50, 300),
)
TARGET = 1.3  # times the plain emulator's median
MANY, CROWD = 2000, 50
# The plain emulator's own root key.
PLAIN = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
NOTHING = "def handler(event, context):\n    return {'statusCode': 200, 'body': '{}'}\n"


def clients_of(endpoint: str, keys: dict[str, str]) -> Callable[[str], object]:
    """boto3 for an emulator, whatever this process's own environment says."""
    return lambda service: boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=settings.REGION,
        **keys,
    )


def deploy(endpoint: str, keys: dict[str, str]) -> dict[str, str]:
    """An API with a MOCK method and a function behind another; the path of each, to be called."""
    client = clients_of(endpoint, keys)
    gateway = client("apigateway")
    api = gateway.create_rest_api(name="bench")
    for path, integration in (
        (MOCK, {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}),
        (FUNCTION, _function(client, api["id"])),
    ):
        made = gateway.create_resource(
            restApiId=api["id"], parentId=api["rootResourceId"], pathPart=path
        )
        here = {"restApiId": api["id"], "resourceId": made["id"], "httpMethod": "GET"}
        gateway.put_method(**here, authorizationType="NONE")
        gateway.put_method_response(**here, statusCode="200")
        gateway.put_integration(**here, **integration)
        if path == MOCK:
            gateway.put_integration_response(**here, statusCode="200")
    gateway.create_deployment(restApiId=api["id"], stageName="v1")
    stage = urlsplit(invoke_url(endpoint, api["id"], "v1")).path
    return {path: f"{stage}/{path}" for path in LABELS}


def _function(client: Callable[[str], object], api: str) -> dict[str, str]:
    """Make the function that does nothing, which the API may call; returns the integration."""
    role = client("iam").create_role(
        RoleName="bench-run", AssumeRolePolicyDocument=bare.trust("lambda.amazonaws.com")
    )["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("nothing.py", NOTHING)
    lambdas = client("lambda")
    arn = lambdas.create_function(
        FunctionName="bench-nothing",
        Role=role,
        Runtime="python3.12",
        Handler="nothing.handler",
        Code={"ZipFile": code.getvalue()},
    )["FunctionArn"]
    lambdas.get_waiter("function_active_v2").wait(
        FunctionName="bench-nothing", WaiterConfig={"Delay": 1, "MaxAttempts": 10}
    )
    lambdas.add_permission(
        FunctionName="bench-nothing",
        StatementId="bench",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{settings.REGION}:000000000000:{api}/*",
    )
    uri = f"arn:aws:apigateway:{settings.REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"
    return {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "uri": uri}


def compare(
    sides: Sequence[tuple[str, str]], clients: int, requests: int, rounds: int
) -> list[list[Answers]]:
    """Call the same on both sides (endpoint, path) in turn; the first round is a warm-up."""
    found: list[list[Answers]] = [[] for _ in sides]
    for turn in range(rounds + 1):
        for (endpoint, path), answers in zip(sides, found, strict=True):
            got = drive(endpoint, [path] * requests, clients)
            if turn:
                answers.append(got)
    return found


def told(report: Report, name: str, ours: list[Answers], theirs: list[Answers]) -> None:
    """One comparison in three lines, and a fourth when answers were not 200."""
    medians = []
    for whose, rounds in (("sandbox", ours), ("plain emulator", theirs)):
        seconds = [second for answers in rounds for second in answers.seconds]
        rate = len(seconds) / sum(answers.took for answers in rounds)
        report.traffic(f"{name}, {whose}", seconds, rate)
        medians.append([statistics.median(answers.seconds) for answers in rounds])
        if wrong := sum(answers.wrong for answers in rounds):
            report.number(f"{name}, {whose}: not answered 200", wrong, "", at_most=0)
    # Each round against the round beside it: the machine's load comes and goes.
    pairs = [mine / other for mine, other in zip(*medians, strict=True)]
    report.ratio(f"{name}: sandbox / plain", pairs, [1.0], TARGET)


def many(report: Report, endpoint: str, paths: dict[str, str], requests: int) -> Answers:
    """Many callers, both kinds of method in turn: nothing is lost, nothing answered with a 5xx."""
    got = drive(endpoint, list(islice(cycle(paths.values()), requests)), CROWD)
    what = f"{requests} requests, {CROWD} clients"
    report.traffic(what, got.seconds, len(got.seconds) / got.took)
    report.number("  of them lost", got.lost, "", at_most=0)
    report.number("  of them answered with a 5xx", got.faults, "", at_most=0)
    return got


def measure(
    report: Report, running: Running, home: Path, rounds: int = 4, share: float = 1.0
) -> None:
    """Measure and report, in a sandbox and a plain emulator started beside it.

    `share` makes everything smaller, for a trial: a hundredth of the requests with 0.01.
    """
    busy = []
    with plain.running(home / "plain") as other:
        endpoint = running.endpoint
        sides = [(endpoint, deploy(endpoint, running.keys)), (other, deploy(other, PLAIN))]
        for kind, clients, requests in CASES:
            called = [(where, paths[kind]) for where, paths in sides]
            ours, theirs = compare(called, clients, max(2, int(requests * share)), rounds)
            plural = "client" if clients == 1 else "clients"
            told(report, f"{LABELS[kind]}, {clients} {plural}", ours, theirs)
            busy += [answers.busy for answers in (*ours, *theirs)]
    got = many(report, endpoint, sides[0][1], max(2, int(MANY * share)))
    report.number("the caller computes at most this share", max([*busy, got.busy]), "of the time")
