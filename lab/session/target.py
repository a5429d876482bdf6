"""Where a stack is deployed to: the sandbox on this machine, or the learner's AWS account.

What differs between the two is an environment for the engine, for boto3 and for the notebook's own
calls. Nothing else in a notebook asks which of them it is.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.errors import NotReady
from lab.session import disk
from sandbox import variables
from sandbox.home import backend_url, official, strict
from sandbox.record import CloudError, Running

Say = Callable[[str], None]
Check = Callable[[], object]  # called while something waits; what it raises ends the waiting

KEY_ID = "AWS_ACCESS_KEY_ID"

# The sandbox's Python runtime streams; on AWS that takes an adapter, which has a setting. And its
# execution logs mask keys, which is not known of AWS's: there, INFO is for the learner to decide.
SANDBOX = {
    "gateway:modelLayer": "false",  # the kit's Python has the model
    "gateway:stream": "true",
    "gateway:runtimeStreams": "true",
    "gateway:executionLogs": "INFO",
    "gateway:loggingRole": "own",  # of an account that nobody shares
}

# Pulumi's own provider asks for a bucket under the bucket's own host name, which no address of this
# machine has.
OFFICIAL = {"aws:s3UsePathStyle": "true"}


@dataclass(frozen=True)
class Target:
    """A place to deploy to.

    Attributes:
        env: what the engine and the notebook need to reach it.
        families: beginnings of variables' names that are the kit's alone.
        config: what the stack's configuration has to say for the program to run there.
        generation: of the sandbox; changes when it has forgotten what was deployed. "" on AWS.
        damaged: what of its state the sandbox could not read as it started, and where that is now.
    """

    name: str
    region: str
    env: dict[str, str] = field(default_factory=dict, repr=False)  # it has the account's key
    families: tuple[str, ...] = variables.ENGINE
    endpoint: str = ""
    generation: str = ""
    account: str = ""
    damaged: str = ""
    config: dict[str, Any] = field(default_factory=dict)

    @property
    def mark(self) -> dict[str, str]:
        """What a stack remembers of the sandbox that it was last deployed to."""
        return {"generation": self.generation, "endpoint": self.endpoint}


def sandbox(home: Path, say: Say, check: Check) -> Target:
    """The sandbox, started when it does not run or does not answer.

    Raises:
        NotReady: it cannot be started; the message says why.
    """
    from sandbox import cloud, passphrase

    if official():
        _need_plugin(home, say)
        check()
    running = cloud.status(home)
    if running is None or not _usable(running):
        say("starting the sandbox")
        check()
        if running is not None:
            cloud.stop(home, check=check)
        running = cloud.start(home, say=say, check=check)
    passphrase.ensure(home)  # also where the rest is known: somebody may have deleted it
    if _seen and _seen[0] == (running, official()):
        return _seen[1]
    env = cloud.environment(home, running)
    found = Target(
        "sandbox",
        env["AWS_REGION"],
        env,
        variables.SANDBOX,
        running.endpoint,
        running.generation,
        "000000000000",
        running.damaged,
        {
            **SANDBOX,
            **(narrow(env) if strict() else {}),
            **(OFFICIAL if official() else {}),
        },
    )
    _seen[:] = [(running, official()), found]
    return found


def narrow(env: dict[str, str]) -> dict[str, str]:
    """What a strict sandbox wants said: no package of this machine's is there for a function."""
    import boto3

    from lab.strict import layers

    def client(service: str) -> Any:
        keys = (env[KEY_ID], env["AWS_SECRET_ACCESS_KEY"])
        return boto3.client(
            service,
            env["AWS_REGION"],
            endpoint_url=env["AWS_ENDPOINT_URL"],
            aws_access_key_id=keys[0],
            aws_secret_access_key=keys[1],
        )

    return layers.settings(client)


# The sandbox of the last look and its target: asked again at every up, it is the same.
_seen: list[Any] = []


def aws(home: Path, say: Say, check: Check) -> Target:
    """The learner's AWS account, with the credentials that boto3 finds.

    Raises:
        NotReady: no credentials, no network, or no provider plugin.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    leave()  # a sandbox that was open in this kernel would answer in AWS's place
    say("asking AWS who you are")
    session = boto3.Session()
    region = session.region_name or "us-east-1"
    quick = Config(connect_timeout=5, read_timeout=5, retries={"max_attempts": 0})
    try:
        account = session.client("sts", region, config=quick).get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise NotReady(
            f"AWS does not accept you: {error}",
            "Sign in (`aws configure` or `aws sso login`), or use the sandbox: start() without "
            'target="aws".',
        ) from None
    check()
    _need_plugin(home, say)
    env = {**private_pulumi(home), "AWS_REGION": region, "AWS_DEFAULT_REGION": region}
    return Target("aws", region, env, account=account)


def _need_plugin(home: Path, say: Say) -> None:
    """Pulumi's own AWS provider, downloaded unless it is there; EngineError when it cannot be."""
    from sandbox import engine

    say("looking for the AWS provider")
    engine.ensure_aws_plugin(engine.ensure(), home / "pulumi")


def private_pulumi(home: Path) -> dict[str, str]:
    """The engine's environment that keeps it inside the kit's folder, away from any login."""
    from sandbox import passphrase

    return {
        "PULUMI_BACKEND_URL": backend_url(home),
        "PULUMI_HOME": str(home / "pulumi"),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase.ensure(home)),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def reach(name: str, home: Path, say: Say, check: Check = lambda: None) -> Target:
    """The target with this name, ready to be used.

    Args:
        say: is told what is being done.
        check: called several times a second while this waits; what it raises ends the waiting.

    Raises:
        NotReady: it cannot be reached; the message says why and what to do.
    """
    try:
        with disk.writing(home):
            return TARGETS[name](home, say, check)
    except RuntimeError as error:  # the sandbox's own errors, which have their fix
        raise NotReady.of(error) from None


TARGETS: dict[str, Callable[[Path, Say, Check], Target]] = {"sandbox": sandbox, "aws": aws}

_before: dict[str, str | None] = {}
_signed: list[str | None] = []  # the id of the key with which boto3 signs


def enter(target: Target, environ: os._Environ[str] | dict[str, str] = os.environ) -> None:
    """Set this process's environment for a target; what another target had set is undone first."""
    leave(environ)
    wanted = variables.changes(environ, target.env, target.families)
    # All of them first: on Windows no_proxy and NO_PROXY are one variable.
    _before.update({key: environ.get(key) for key in wanted})
    for key, value in wanted.items():
        _put(environ, key, value)
    if _signed != [environ.get(KEY_ID)]:
        _signed[:] = [environ.get(KEY_ID)]
        # The session of its own keeps the keys that it found first: those of before.
        boto3: Any = sys.modules.get("boto3")
        if boto3:
            boto3.DEFAULT_SESSION = None


def leave(environ: os._Environ[str] | dict[str, str] = os.environ) -> None:
    """Undo what the target before has set: the environment is the learner's own again."""
    for key, value in _before.items():
        _put(environ, key, value)
    _before.clear()


def notes() -> list[str]:
    """What of the learner's own environment counts differently in this kernel, a line each."""
    before = {key: value for key, value in {**os.environ, **_before}.items() if value is not None}
    return variables.told(before, {key: os.environ.get(key) for key in _before})


def _put(environ: os._Environ[str] | dict[str, str], key: str, value: str | None) -> None:
    if value is None:
        environ.pop(key, None)
    else:
        environ[key] = value


def _usable(running: Running) -> bool:
    """Whether its provider listens and its key can be read; started again, it has both.

    The engine would wait ten seconds for a provider that is gone.
    """
    try:
        if official():
            return bool(running.key)
        with socket.create_connection(("127.0.0.1", running.provider_port), timeout=1.0):
            return bool(running.key)
    except (OSError, CloudError):
        return False
