"""What a learner's shell holds leads no call out of the sandbox, and no key astray."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import botocore
import botocore.session
import httpx
import pytest
import requests
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES as SESSION_VARIABLES
from botocore.loaders import Loader
from botocore.utils import get_environ_proxies

from sandbox import cloud, engine, variables
from sandbox.__main__ import main
from sandbox.engine import EngineError, checksums, download
from sandbox.engine.cli import versions_folder
from tests.sandbox import clients
from tests.sandbox.proxy import ASTRAY, company, echo, proxy

CHECKOUT = Path(__file__).parents[2]
LOOPBACK = "127.0.0.1,localhost,::1"
OWN = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
    "AWS_ACCESS_KEY_ID": "own",
    "AWS_SECRET_ACCESS_KEY": "own",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    **variables.NO_FILES,
}


def changed(environ: dict[str, str], families: tuple[str, ...] = variables.SANDBOX):
    """An environment after the changes."""
    after = {**environ, **variables.changes(environ, OWN, families)}
    return {name: value for name, value in after.items() if value is not None}


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """A shell without any of the variables, and a home without files."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("AWS_", "PULUMI_", "NETRC")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("KIT_ENGINE_DIR", str(versions_folder()))
    monkeypatch.setenv("HOME", str(tmp_path))


def enter(monkeypatch, environ: dict[str, str], families=variables.SANDBOX) -> None:
    """This process has an environment, changed."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    for name, value in variables.changes(os.environ, OWN, families).items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)


# Proxies

FORMS = [
    {},
    {"no_proxy": ""},
    {"NO_PROXY": "corp.example"},
    {"no_proxy": "corp.example, .intern"},
    {"no_proxy": "localhost", "NO_PROXY": "127.0.0.1"},
    {"NO_PROXY": "127.0.0.0/8,10.0.0.0/8"},
    {"no_proxy": "*"},
    {"NO_PROXY": "*", "no_proxy": ""},
]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_whatever_form_no_proxy_has_this_machine_is_reached_directly(monkeypatch, form):
    with proxy() as (url, asked), echo() as here:
        enter(monkeypatch, {**company(url), **form})
        for address in (here, here.replace("127.0.0.1", "localhost")):
            assert requests.get(address, timeout=5).text == "none"
            assert httpx.get(address).text == "none"
            assert get_environ_proxies(address) == {}  # what boto3 asks
        assert clients.grpc_works()
    assert asked == []


@pytest.mark.parametrize("form", [form for form in FORMS if "*" not in form.values()], ids=str)
def test_what_is_elsewhere_still_takes_the_proxy(monkeypatch, form):
    enter(monkeypatch, {**company("http://proxy:3128"), **form})
    assert requests.utils.get_environ_proxies("https://example.org")["https"] == "http://proxy:3128"


def test_what_the_learner_left_out_of_the_proxy_stays_out(monkeypatch):
    enter(monkeypatch, {**company("http://proxy:3128"), "no_proxy": "corp.example"})
    assert os.environ["no_proxy"] == os.environ["NO_PROXY"] == f"corp.example,{LOOPBACK}"
    assert requests.utils.get_environ_proxies("http://git.corp.example") == {}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"no_proxy": "*"}, LOOPBACK),
        ({"no_proxy": "a", "no_grpc_proxy": "b"}, f"b,{LOOPBACK}"),
        ({"no_proxy": "a"}, None),
    ],
)
def test_grpc_which_knows_no_star_has_a_list_of_its_own(given, wanted):
    assert changed({**company("http://p:1"), **given}).get("no_grpc_proxy") == wanted


def test_to_widen_twice_is_to_widen_once():
    once = changed({**company("http://p:1"), "no_proxy": "a"})
    assert changed(once) == once
    assert variables.told(once, variables.changes(once, OWN, variables.SANDBOX)) == []


@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy", "HTTPS_PROXY"])
@pytest.mark.parametrize("kind", ["socks5", "socks5h", "SOCKS4"])
def test_a_socks_proxy_that_no_client_can_use_is_left_out_and_told(name, kind):
    environ = {name: f"{kind}://ada:secret@corp.example:1080"}
    assert name not in changed(environ)
    told = variables.told(environ, variables.changes(environ, OWN, variables.SANDBOX))
    assert f"{name} is left out" in told[-1]
    assert "secret" not in "".join(told)


def test_calls_to_aws_without_a_named_proxy_may_take_the_systems_own():
    assert "no_proxy" not in changed({}, variables.ENGINE)
    assert changed(company("http://p:1"), variables.ENGINE)["no_proxy"] == LOOPBACK


@pytest.mark.parametrize(
    ("environ", "lines"),
    [
        ({}, 0),
        (company("http://p:1"), 1),
        ({**company("http://p:1"), "no_proxy": LOOPBACK, "NO_PROXY": LOOPBACK}, 0),
        ({"NO_PROXY": "corp.example"}, 0),
    ],
)
def test_a_variable_that_is_widened_is_told_in_one_line(environ, lines):
    told = variables.told(environ, variables.changes(environ, OWN, variables.SANDBOX))
    assert len(told) == lines
    assert all("no_proxy" in line and "127.0.0.1" in line for line in told)


def test_downloads_of_set_up_take_the_proxy(tmp_path, monkeypatch):
    name = "pulumi.tar.gz"
    with proxy(b"archive") as (url, asked):
        for variable, value in company(url).items():
            monkeypatch.setenv(variable, value)
        monkeypatch.setenv("KIT_PULUMI_URL", "http://mirror.example/sdk")
        monkeypatch.setattr(download, "archive_name", lambda *_: name)
        monkeypatch.setitem(checksums.PINS, name, "0" * 64)
        with pytest.raises(EngineError, match="not 0000"):
            download.fetch(tmp_path, progress=False)
        monkeypatch.setenv("KIT_PULUMI_URL", "https://mirror.example/sdk")
        with pytest.raises(EngineError, match="403"):
            download.fetch(tmp_path, progress=False)
    assert asked == [f"GET http://mirror.example/sdk/{name}", "CONNECT mirror.example:443"]


# boto3

SERVICES = ("apigateway", "cloudwatch", "cognito-idp", "dynamodb", "iam", "lambda", "logs", "s3",
            "secretsmanager", "sts", "xray")  # fmt: skip


def read_by_botocore() -> list[str]:
    """Every AWS_* variable that the SDK reads: those of the session, and those in its code."""
    names = set()
    for _, variable, _, _ in SESSION_VARIABLES.values():
        names |= {variable} if isinstance(variable, str) else set(variable or ())
    for package in (botocore, boto3):
        for file in Path(package.__file__).parent.rglob("*.py"):
            names |= set(re.findall(r"""["'](AWS_[A-Z0-9_]+|BOTO_CONFIG)["']""", file.read_text()))
    services = ("LAMBDA", "API_GATEWAY", "STS", "IAM", "S3")
    return sorted(names | {f"AWS_ENDPOINT_URL_{name}" for name in services})


HOSTILE = {
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_PROFILE": "nobody",
    "AWS_DEFAULT_PROFILE": "nobody",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_METADATA_SERVICE_TIMEOUT": "1",
    "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "1",
}
NAMES = read_by_botocore()


def hostile(name: str, folder: Path) -> str:
    """A value that would lead away, and that botocore accepts."""
    if name in HOSTILE:
        return HOSTILE[name]
    if name.startswith("AWS_ENDPOINT_URL"):
        return "https://lambda.us-east-1.amazonaws.com"
    return str(folder / "config") if name.endswith(("_FILE", "_CONFIG")) else "theirs"


def test_there_are_variables_to_try():
    assert len(NAMES) > 40
    assert {"AWS_PROFILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_ROLE_ARN"} <= set(NAMES)


def aws_folder(home: Path) -> Path:
    """A ~/.aws that leads elsewhere by each means that it has."""
    folder = home / ".aws"
    folder.mkdir()
    (folder / "config").write_text(
        "[default]\nregion = eu-west-1\nignore_configured_endpoint_urls = true\n"
        "use_fips_endpoint = true\nendpoint_url = https://theirs.example\nservices = s\n"
        "role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = other\n"
        "[services s]\nlambda =\n  endpoint_url = https://theirs.example\n"
        "[profile other]\naws_access_key_id = theirs\naws_secret_access_key = theirs\n"
    )
    (folder / "credentials").write_text(
        "[default]\naws_access_key_id = theirs\naws_secret_access_key = theirs\n"
    )
    return folder


LOADER = Loader()  # reads the SDK's own files once for all tests


def assert_own(service: str) -> None:
    session = botocore.session.Session()
    if "AWS_DATA_PATH" not in os.environ:
        session.register_component("data_loader", LOADER)
    client = session.create_client(service)
    assert client.meta.endpoint_url == OWN["AWS_ENDPOINT_URL"]
    assert client.meta.region_name == "us-east-1"
    found = session.get_credentials().get_frozen_credentials()
    assert (found.access_key, found.secret_key, found.token) == ("own", "own", None)


@pytest.mark.parametrize("name", NAMES)
def test_no_variable_of_the_sdk_leads_a_client_away(monkeypatch, tmp_path, name):
    enter(monkeypatch, {name: hostile(name, aws_folder(tmp_path))})
    assert_own("lambda")


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_is_led_away_by_all_of_them_at_once(monkeypatch, tmp_path, service):
    folder = aws_folder(tmp_path)
    enter(monkeypatch, {name: hostile(name, folder) for name in NAMES})
    assert_own(service)


def test_the_learners_own_account_keeps_the_learners_variables():
    after = changed({"AWS_PROFILE": "mine", "PULUMI_STACK": "theirs"}, variables.ENGINE)
    assert after["AWS_PROFILE"] == "mine"
    assert "PULUMI_STACK" not in after


# netrc


@pytest.mark.parametrize("entry", ["default", "machine 127.0.0.1", "machine localhost"])
@pytest.mark.parametrize("named", [True, False])
def test_a_netrc_entry_that_fits_this_machine_is_not_read_and_told(tmp_path, entry, named):
    file = tmp_path / ("secrets" if named else ".netrc")
    file.write_text(f"{entry} login ada password secret\n")
    environ = {"NETRC": str(file)} if named else {}
    changes = variables.changes(environ, OWN, variables.SANDBOX)
    assert changes["NETRC"] == os.devnull
    (line,) = variables.told(environ, changes)
    assert "netrc" in line
    assert "secret" not in line


@pytest.mark.parametrize("text", ["machine pypi.corp.example login a password b\n", "", "]["])
def test_a_netrc_file_for_other_machines_stays(tmp_path, text):
    (tmp_path / ".netrc").write_text(text)
    assert "NETRC" not in variables.changes({}, OWN, variables.SANDBOX)


# Pulumi


def read_by_pulumi() -> list[str]:
    """Every PULUMI_* variable that stands in the engine's binary."""
    found = engine.find()
    assert found, "no Pulumi CLI; install it: python -m sandbox.engine"
    return sorted(set(re.findall(rb"PULUMI_[A-Z_]{3,40}", found.path.read_bytes())))


def test_no_variable_of_pulumi_is_left_but_the_kits():
    names = [name.decode() for name in read_by_pulumi()]
    assert len(names) > 40
    own = {"PULUMI_HOME": "/kit/pulumi"}
    after = variables.changes(dict.fromkeys(names, "theirs"), own, variables.ENGINE)
    assert {name for name, value in after.items() if value is not None} == {"PULUMI_HOME"}


# All of it, in a terminal: `eval "$(python -m sandbox env)"`


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[cloud.Running]:
    home = tmp_path_factory.mktemp("home") / "kit"
    yield cloud.start(home, say=lambda line: None)
    cloud.stop(home)


def shell(home: Path, script: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A script in a shell that has evaluated what `sandbox env` prints."""
    text = f'eval "$({sys.executable} -m sandbox env)" || exit 9\n{script}'
    return subprocess.run(
        ["sh", "-c", text], cwd=CHECKOUT, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "KIT_HOME": str(home), "PYTHONPATH": str(CHECKOUT), **environ},
    )  # fmt: skip


def everything(url: str, folder: Path) -> dict[str, str]:
    """A shell in which everything is set that leads away."""
    return {**{name: hostile(name, folder) for name in NAMES}, **company(url), **ASTRAY}


@pytest.mark.skipif(sys.platform == "win32", reason="sh")
def test_in_a_terminal_every_client_reaches_this_machine_directly(running, tmp_path):
    (tmp_path / ".netrc").write_text("default login ada password secret\n")
    folder = aws_folder(tmp_path)
    with proxy() as (url, asked), echo() as here:
        done = shell(
            running.home,
            f"{sys.executable} -m tests.sandbox.clients {here}",
            everything(url, folder),
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "requests": "Bearer blue-key",
        "localhost": "Bearer blue-key",
        "openai": "Bearer blue-key",
        "account": "000000000000",
        "roles": 200,
        "grpc": True,
    }
    assert asked == ["GET http://outside.example/"]
    assert len(done.stderr.strip().splitlines()) == 3, done.stderr  # no_proxy, ALL_PROXY, NETRC


@pytest.mark.skipif(sys.platform == "win32", reason="sh")
def test_in_a_terminal_a_bare_pulumi_up_deploys_to_the_kits_own_stack(running, tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: bare\nruntime: python\n")
    (project / "__main__.py").write_text(
        "import pulumi\nfrom pulumi_aws import iam\n"
        'role = iam.Role(\'bare\', assume_role_policy=\'{"Version": "2012-10-17", "Statement": '
        '[{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, '
        '"Action": "sts:AssumeRole"}]}\')\n'
        "pulumi.export('secret', pulumi.Output.secret(role.name))\n"
    )
    script = (
        f"cd '{project}' && pulumi stack init bare && pulumi config set aws:region us-east-1 && "
        "pulumi up --yes --skip-preview --non-interactive && unset PULUMI_CONFIG_PASSPHRASE && "
        "pulumi stack output secret --show-secrets && pulumi destroy --yes --non-interactive"
    )
    with proxy() as (url, asked):
        done = shell(running.home, script, everything(url, aws_folder(tmp_path)))
    assert done.returncode == 0, done.stdout + done.stderr
    assert asked == []
    assert (running.home / "backend" / ".pulumi" / "stacks" / "bare" / "bare.json").is_file()


def test_powershell_is_told_to_unset_too(running, monkeypatch, capsys):
    monkeypatch.setenv("KIT_HOME", str(running.home))
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert main(["env", "--powershell"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "Remove-Item Env:AWS_PROFILE -ErrorAction Ignore" in lines
    assert f"$env:no_proxy = '{LOOPBACK}'" in lines


@pytest.mark.skipif(sys.platform == "win32", reason="sh")
def test_a_variable_that_no_shell_can_name_does_not_break_the_others(running):
    done = shell(
        running.home, "echo $AWS_REGION", {"AWS_a-b; touch x": "1", "AWS_REGION": "theirs"}
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "us-east-1\n", "")
