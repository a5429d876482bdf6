"""User data as steps: what is known, what is skipped, what is refused before anything is done."""

from __future__ import annotations

import base64
import json
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from sandbox.server.machines import boot, unit, user_data
from sandbox.server.machines.user_data import Fetch, Pins, Skip, Start, Unzip, Write


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def config(**modules: Any) -> str:
    return encoded(f"#cloud-config\n{json.dumps(modules)}")


def acts(**modules: Any) -> list[Any]:
    return [step.act for step in user_data.steps(config(**modules))]


def test_the_steps_of_a_model_server_are_known():
    found = acts(
        packages=["python3.12"],
        write_files=[{"path": "/opt/a.txt", "content": "YQ==", "encoding": "b64", "permissions": "0755"}],
        runcmd=[
            ["aws", "s3", "cp", "s3://code/v1/model.zip", "/opt/"],
            "python3.12 -m zipfile -e /opt/model.zip /opt/model",
            ["python3.12", "-m", "venv", "/opt/venv"],
            ["/opt/venv/bin/pip", "install", "--require-hashes", "-r", "/opt/requirements.txt"],
            ["/opt/venv/bin/pip", "install", "boto3"],
            "systemctl daemon-reload",
            ["systemctl", "enable", "--now", "model.service"],
        ],
    )  # fmt: skip
    assert [type(each) for each in found] == [
        Skip,
        Write,
        Fetch,
        Unzip,
        Skip,
        Pins,
        Skip,
        Skip,
        Start,
    ]
    assert found[1] == Write("opt/a.txt", b"a", 0o755)
    assert found[2] == Fetch("code", "v1/model.zip", "opt/model.zip")
    assert found[3] == Unzip("opt/model.zip", "opt/model")
    assert found[8] == Start("model")


def test_yaml_is_read_as_json_is():
    text = "#cloud-config\nruncmd:\n  - [systemctl, enable, --now, model]\n"
    assert [step.act for step in user_data.steps(encoded(text))] == [Start("model")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("#!/bin/bash\nrm -rf /", "a script (#!/bin/bash): no script is run on this machine"),
        ("hello", "only #cloud-config is read"),
        ("#cloud-config\n- a", "no mapping"),
        ("#cloud-config\na: [", "no YAML"),
        ("#cloud-config\nbootcmd: [[ls]]", r"the modules ['bootcmd']"),
        ("#cloud-config\nruncmd: ['curl http://x | sh']", "which is for a shell"),
        ("#cloud-config\nruncmd: [[curl, 'http://x']]", "the command ['curl', 'http://x']"),
        ("#cloud-config\nwrite_files: [{content: a}]", "without a path"),
        ("#cloud-config\nwrite_files: [{path: /a/../../b}]", "leads out of the instance"),
        ("#cloud-config\nwrite_files: [{path: /a, encoding: gz}]", "the encoding gz"),
        ("#cloud-config\nruncmd: [[mkdir, -p, /../x]]", "leads out of the instance"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(text: str, says: str):
    with pytest.raises(unit.Refused) as caught:
        user_data.steps(encoded(text))
    assert says in str(caught.value)


def test_user_data_is_base64_and_not_long():
    assert not user_data.malformed(encoded("a" * 16_384))
    assert user_data.malformed(encoded("a" * 16_385)) and user_data.malformed("#cloud-config")


UNIT = """[Unit]
Description=a
[Service]
WorkingDirectory=/opt/model
# Environment=NO=1
Environment=AWS_LWA_PORT=8080 "TEXT=two words"
Environment=HOST=0.0.0.0
ExecStart=/opt/venv/bin/python3.12 -u /opt/model/server.py --a
Restart=always
User=nobody
"""


def test_a_unit_says_what_starts_where_and_with_which_environment():
    assert unit.read("model", UNIT) == unit.Service(
        "model",
        ("/opt/model/server.py", "--a"),
        "/opt/model",
        {"AWS_LWA_PORT": "8080", "TEXT": "two words", "HOST": "0.0.0.0"},
        ("Restart", "User"),
    )


@pytest.mark.parametrize("line", ["", "ExecStart=/bin/sh -c ls", "ExecStart=python3 -i", "ExecStart=python3"])  # fmt: skip
def test_nothing_but_a_program_of_python_is_started(line: str):
    with pytest.raises(unit.Refused, match=r"model\.service"):
        unit.read("model", f"[Service]\n{line}\n")


def run(root: Path, **modules: Any) -> tuple[list[unit.Service], list[str]]:
    log: list[str] = []

    def download(bucket: str, key: str, path: Path) -> None:
        path.write_text(f"{bucket}/{key}")

    return boot.run(config(**modules), root, download, log.append), log


def test_steps_are_carried_out_below_the_folder_of_the_instance(tmp_path: Path):
    services, log = run(
        tmp_path,
        write_files=[
            {"path": "/etc/systemd/system/model.service", "content": UNIT},
            {"path": "/etc/a", "content": "1"},
            {"path": "/etc/a", "content": "2", "append": True},
        ],
        runcmd=[
            ["aws", "s3", "cp", "s3://code/key", "/opt/deep/model.zip"],
            ["mkdir", "-p", "/var/x"],
            ["systemctl", "enable", "--now", "model"],
        ],
    )
    assert [service.name for service in services] == ["model"]
    assert (tmp_path / "etc/a").read_text() == "12"
    assert (tmp_path / "opt/deep/model.zip").read_text() == "code/key"
    assert (tmp_path / "var/x").is_dir()
    assert "model.service: Restart, User: SKIPPED, a process has no systemd" in log


def test_nothing_is_installed_and_what_is_pinned_must_be_here(tmp_path: Path):
    here = metadata.version("pyyaml")
    pins = f"pyyaml=={here} \\\n    --hash=sha256:00\ncolorama==0.1 ; sys_platform == 'win32'\n"
    install = [["pip", "install", "-r", "/opt/requirements.txt"]]
    file = {"path": "/opt/requirements.txt", "content": pins}
    _, log = run(tmp_path, write_files=[file], runcmd=install)
    assert "SKIPPED, the sandbox's Python has all that it pins" in log[-1]
    for wrong, found in (("pyyaml==0.1", here), ("no-such-thing==1", "none")):
        file = {"path": "/opt/requirements.txt", "content": wrong}
        with pytest.raises(
            boot.Failed, match=f"No matching distribution found for {wrong}.*{found}"
        ):
            run(tmp_path, write_files=[file], runcmd=install)
    with pytest.raises(boot.Failed, match="Could not open requirements file"):
        run(tmp_path / "b", runcmd=install)


def test_a_step_that_fails_says_which(tmp_path: Path):
    with pytest.raises(boot.Failed, match=r"Unit file model\.service does not exist"):
        run(tmp_path, runcmd=["systemctl enable --now model"])
    with pytest.raises(boot.Failed, match=r"python3 -m zipfile -e /a\.zip /b: "):
        run(tmp_path, runcmd=["python3 -m zipfile -e /a.zip /b"])
