"""A kit's home for trials: its notebooks, and what is in the cloud, in the state, in the system."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from typing import Any

import boto3
import psutil

from lab.session import session, target
from sandbox import cloud

CHECKOUT = Path(__file__).parents[2]
CHAPTER = 6
RESOURCES = {6: 13, 14: 68}  # of an `up` to a chapter
PATIENCE = 20.0  # seconds until what shall end has ended
Things = set[tuple[str, str]]


class Kit:
    """A home, its sandbox, a session on it in this process, and notebooks in others."""

    def __init__(self, home: Path, chapter: int = CHAPTER) -> None:
        self.home, self.chapter = home, chapter
        self._next: subprocess.Popen[str] | None = None

    @property
    def running(self) -> cloud.Running:
        """The sandbox, started when it does not run."""
        return cloud.status(self.home) or cloud.start(self.home)

    # Operations, each by a kernel that knows of nothing before

    def up(self, chapter: int = 0) -> Any:
        with quiet():
            session.open_session(chapter or self.chapter)
            return session.up()

    def destroy(self) -> Any:
        with quiet():
            session.open_session(self.chapter)
            return session.destroy()

    def waiting(self) -> subprocess.Popen[str]:
        """A notebook whose session is open; the next one is started, for that takes seconds."""
        if self._next is None:
            with quiet():
                session.open_session(self.chapter)
        found, self._next = self._next or self.notebook(), None
        ready(found)
        self._next = self.notebook()
        return found

    def close(self) -> None:
        """End the notebook that nobody asked for any more."""
        if self._next:
            put_away(self._next)

    def notebook(self, chapter: int = 0) -> subprocess.Popen[str]:
        """A notebook that deploys when a line is written to it; `ready` waits for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.trials.notebook", str(chapter or self.chapter)],
            cwd=CHECKOUT, env={**os.environ, "KIT_HOME": str(self.home)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    # What is there

    def ghosts(self) -> Things:
        """What the cloud has and no state knows."""
        return self.in_cloud() - self.in_state()

    def missing(self) -> Things:
        """What the state says is there, and is not."""
        return self.in_state() - self.in_cloud()

    def in_state(self) -> Things:
        resources = session.current().stack.state().checkpoint.get("resources") or ()
        found = set()
        for each in resources:
            kind = KINDS.get(each["type"])
            name = (
                (each.get("outputs") or {}).get("stageName")
                if kind == "stage"
                else each["id"]
                if kind
                else ""
            )
            if kind:
                found.add((kind, str(name)))
        return ours(found)

    def in_cloud(self) -> Things:
        """All that the program makes and that can be listed."""
        env = cloud.environment(self.home)
        account = boto3.Session(
            env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], region_name=env["AWS_REGION"]
        )

        def client(service: str) -> Any:
            return account.client(service, endpoint_url=self.running.endpoint)

        iam, gateway, roles = client("iam"), client("apigateway"), []
        found: Things = set()
        for role in iam.list_roles()["Roles"]:
            roles.append(role["RoleName"])
            found.add(("role", role["RoleName"]))
            for policy in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
                found.add(("policy", f"{role['RoleName']}:{policy}"))
        for function in client("lambda").list_functions()["Functions"]:
            found.add(("function", function["FunctionName"]))
        for group in client("logs").describe_log_groups()["logGroups"]:
            found.add(("log group", group["logGroupName"]))
        for kind, names in LISTS.items():
            service, call, list_of, name_of = names
            listed = getattr(client(service), call)(**LIMITS.get(call, {}))[list_of]
            found |= {(kind, each[name_of] if name_of else each) for each in listed}
        for api in gateway.get_rest_apis()["items"]:
            found.add(("api", api["id"]))
            for deployment in gateway.get_deployments(restApiId=api["id"])["items"]:
                found.add(("deployment", deployment["id"]))
            for stage in gateway.get_stages(restApiId=api["id"])["item"]:
                found.add(("stage", stage["stageName"]))
            for resource in gateway.get_resources(restApiId=api["id"])["items"]:
                if resource["path"] != "/":
                    found.add(("path", resource["id"]))
        return ours(found)

    def family(self) -> list[psutil.Process]:
        """The sandbox's processes."""
        server = psutil.Process(self.running.pid)
        return [server, *server.children(recursive=True)]

    def provider(self) -> psutil.Process | None:
        for child in psutil.Process(self.running.pid).children():
            with suppress(psutil.Error):
                if "sandbox.provider" in child.cmdline():
                    return child
        return None

    def engines(self) -> list[psutil.Process]:
        """The processes of Pulumi's CLI that work in this home."""
        return [one for one in self._mine() if "pulumi" in one.name().lower()]

    def orphans(self) -> list[str]:
        """Processes of this home that nobody waits for any more, after a while."""

        def left() -> list[psutil.Process]:
            known = {os.getpid(), *(one.pid for one in self.family())}
            if self._next:
                known.add(self._next.pid)
            return [one for one in self._mine() if one.pid not in known]

        until(lambda: not left())
        names = []
        for one in left():
            with suppress(psutil.Error):
                names.append(" ".join(one.cmdline())[-60:])
        return names

    def _mine(self) -> list[psutil.Process]:
        found = []
        for one in psutil.process_iter():
            with suppress(psutil.Error):
                if one.status() != psutil.STATUS_ZOMBIE:
                    env = one.environ()
                    if str(self.home) in (
                        env.get("KIT_HOME"),
                        str(Path(env.get("PULUMI_HOME", "/")).parent),
                    ):
                        found.append(one)
        return found


# Of later chapters: service, call, the member with the list, and the name in each of it.
LISTS = {
    "table": ("dynamodb", "list_tables", "TableNames", ""),
    "alarm": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "dashboard": ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    "key": ("apigateway", "get_api_keys", "items", "id"),
    "plan": ("apigateway", "get_usage_plans", "items", "id"),
    "pool": ("cognito-idp", "list_user_pools", "UserPools", "Id"),
}
LIMITS = {"list_user_pools": {"MaxResults": 60}}
KINDS = {
    "aws:dynamodb/table:Table": "table",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "alarm",
    "aws:cloudwatch/dashboard:Dashboard": "dashboard",
    "aws:apigateway/apiKey:ApiKey": "key",
    "aws:apigateway/usagePlan:UsagePlan": "plan",
    "aws:cognito/userPool:UserPool": "pool",
    "aws:iam/role:Role": "role",
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:lambda/function:Function": "function",
    "aws:cloudwatch/logGroup:LogGroup": "log group",
    "aws:apigateway/restApi:RestApi": "api",
    "aws:apigateway/deployment:Deployment": "deployment",
    "aws:apigateway/stage:Stage": "stage",
    "aws:apigateway/resource:Resource": "path",
}


def ours(found: Things) -> Things:
    """Without what API Gateway makes by itself, and what the program leaves to the account."""
    others = ("API-Gateway-Execution-Logs", "apiLogsRole")
    return {(kind, name) for kind, name in found if not name.startswith(others)}


def ready(notebook: subprocess.Popen[str]) -> None:
    """Wait until a notebook's session is open."""
    assert notebook.stdout
    said = []
    for line in notebook.stdout:
        if line.strip() == "ready":
            return
        said.append(line)
    raise AssertionError("a notebook did not start: " + "".join(said)[-2000:])


def put_away(notebook: subprocess.Popen[str]) -> None:
    """End a notebook, if it has not ended."""
    notebook.kill()
    with notebook:
        pass


def go(notebook: subprocess.Popen[str]) -> None:
    """Have it deploy."""
    assert notebook.stdin
    notebook.stdin.write("go\n")
    notebook.stdin.flush()


def until(true: Callable[[], bool], patience: float = PATIENCE, pause: float = 0.05) -> bool:
    """Whether it becomes so in time; looked at every `pause` seconds."""
    end = time.monotonic() + patience
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


@contextmanager
def quiet() -> Iterator[None]:
    """Without what an operation draws."""
    with redirect_stdout(io.StringIO()):
        yield


@contextmanager
def kit(chapter: int = CHAPTER, **environment: str) -> Iterator[Kit]:
    """A new home; its sandbox is stopped and all is taken away at the end."""
    from lab.session import gateway

    gateway.load_sdk()
    home = Path(tempfile.mkdtemp(prefix="kit-trial-")).resolve() / "kit"
    before = dict(os.environ)
    os.environ.update({"KIT_HOME": str(home), **environment})
    for name in ("KIT_STACK", "KIT_TARGET", "KIT_PROVIDER"):
        os.environ.pop(name, None)
    own, session.own_names = session.own_names, dict  # type: ignore[assignment]
    found = Kit(home, chapter)
    try:
        yield found
    finally:
        found.close()
        session._session, session.own_names = None, own
        target._seen.clear()
        target.leave()
        cloud.stop(home)
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(home.parent, ignore_errors=True)
