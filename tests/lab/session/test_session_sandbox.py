"""The session with everything real: engine, provider, sandbox, model, kernels."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator

import boto3
import psutil
import pytest
import requests
from filelock import FileLock

from lab.prompt import ask
from lab.session import session
from lab.session.stack import Stack
from sandbox import cloud, engine, processes
from sandbox.home import Home
from tests import chapters
from tests.lab.kernel import Kernel
from tests.lab.session.stacks import CHECKOUT, NAMES, deployed, load_sdk, notebook
from tests.sandbox.removing import remove

OPEN = "from lab import start, plan, up, outputs, destroy\nstart({})"


@pytest.fixture
def kit(tmp_path, monkeypatch) -> Iterator:
    """A kit's folder of its own, whose sandbox is stopped at the end."""
    load_sdk()
    home = tmp_path / "a kit, Käse été"  # as a user's folder may be named
    before = dict(os.environ)
    monkeypatch.setenv("KIT_HOME", str(home))
    monkeypatch.delenv("KIT_STACK", raising=False)
    monkeypatch.delenv("KIT_TARGET", raising=False)
    monkeypatch.setattr(session, "own_names", dict)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it keeps the key of the home before
    yield home
    cloud.stop(home)
    session._session = None
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def kernel(kit) -> Iterator:
    """Starts kernels with nothing replaced in them."""
    started = []

    def start() -> Kernel:
        started.append(notebook(kit))
        return started[-1]

    yield start
    for one in started:
        one.close()


def stack_of(home) -> Stack:
    return Stack("course", home, command=None)


def made(kind: str) -> list[str]:
    """What AWS's own API lists, of what the program makes."""
    if kind == "roles":
        found = [role["RoleName"] for role in boto3.client("iam").list_roles()["Roles"]]
    elif kind == "functions":
        listed = boto3.client("lambda").list_functions()["Functions"]
        found = [one["FunctionName"] for one in listed]
    else:
        found = [api["name"] for api in boto3.client("apigateway").get_rest_apis()["items"]]
    return [name for name in found if name.lower().startswith("languagemodel")]


def counts() -> tuple[int, int, int]:
    return len(made("roles")), len(made("functions")), len(made("apis"))


WHOLE = (2, 1, 1)


def test_a_prompt_is_answered_and_the_second_up_changes_nothing(kit):
    session.open_session(6)
    assert session.up().changes["create"] == NAMES[6]
    url = session.outputs()["model_url"]
    prompt = {"prompt": "What is the capital of France?", "max_tokens": 16}
    answer = requests.post(url, json=prompt, timeout=60)
    assert "Paris" in answer.json()["completion"]
    assert session.up().changes == {}
    assert session.destroy() == session.Receipt(NAMES[6], ())
    assert counts() == (0, 0, 0)


def test_a_prompt_that_is_none_is_refused_with_a_reason_and_the_model_answers_on(kit):
    session.open_session(6)
    session.up()
    url = session.outputs()["model_url"]
    refused = {
        b'{"prompt": ""}': 400,
        b"": 400,
        bytes(range(256)): 400,
        json.dumps({"prompt": "word " * 100_000}).encode(): (400, 413),
        b"x" * (7 * 2**20): 413,  # more than Lambda takes
        b"x" * (11 * 2**20): 413,  # more than API Gateway takes
    }
    for body, status in refused.items():
        answer = requests.post(url, body, headers={"Content-Type": "application/json"}, timeout=60)
        assert answer.status_code in (status if isinstance(status, tuple) else (status,))
        assert answer.text, "no reason was given"
    html = "What is the capital of France? <script>alert(1)</script><b>&amp;"
    told = ask.ask(html, max_tokens=16)
    assert told.status == 200
    shown = str(told.html())
    assert "<script>" not in shown and "&lt;script&gt;" in shown


def test_while_the_model_answers_all_ports_are_loopback_and_stop_leaves_none(kit):
    session.open_session(6)
    session.up()
    long = {"prompt": "Tell a story.", "max_tokens": 256, "temperature": 0}
    url = session.outputs()["model_url"]
    asker = threading.Thread(target=lambda: requests.post(url, json=long, timeout=60))
    asker.start()
    server = psutil.Process(cloud.status(kit).pid)
    ports: set[tuple[str, int]] = set()
    for _ in range(600):
        family = [server, *server.children(recursive=True)]
        ports = processes.listening(one.pid for one in family)
        if len(ports) == 3:  # the sandbox's, its provider's, and the model's own
            break
        time.sleep(0.05)
    assert len(ports) == 3 and {address for address, _ in ports} == {"127.0.0.1"}
    cloud.stop(kit)
    asker.join(30)
    assert not [one for one in family if one.is_running()]
    for address in ports:
        with socket.socket() as probe:
            assert probe.connect_ex(address) != 0
    assert not (kit / "cloud" / "tmp").exists()


def test_a_sandbox_that_was_killed_is_started_again_and_has_everything_again(kit):
    session.open_session(6)
    before = session.up().outputs
    os.kill(cloud.status(kit).pid, signal.SIGKILL)
    record = session.up()
    assert requests.get(record.outputs["model_url"], timeout=60).status_code == 200
    assert counts() == WHOLE
    assert set(record.outputs) == set(before)
    assert session.up().changes == {}


def test_a_sandbox_that_was_reset_gets_everything_again(kit, capsys):
    session.open_session(3)
    session.up()
    cloud.reset(kit)
    record = session.up()
    assert record.changes["create"] == NAMES[3]
    assert counts() == WHOLE
    assert "what is gone is made again" in capsys.readouterr().out


def test_a_sandbox_that_was_stopped_is_started_and_has_kept_everything(kit):
    session.open_session(3)
    session.up()
    cloud.stop(kit)
    assert session.up().changes == {}
    assert counts() == WHOLE
    Home(kit).root_key.write_text("{")  # of the one that runs: nobody else could call it any more
    assert session.up().changes == {}
    assert counts() == WHOLE


def test_destroy_works_after_the_sandbox_has_lost_everything(kit):
    session.open_session(6)
    session.up()
    cloud.stop(kit)
    cloud.reset(kit)
    assert session.destroy().left == ()
    assert counts() == (0, 0, 0)


@pytest.mark.parametrize("after", [0.1, 0.5, 0.8])
def test_an_interrupted_up_stops_within_five_seconds_and_the_next_completes(kit, kernel, after):
    notebook = kernel()
    notebook.run(OPEN.format(6))
    request = notebook.send("up()")
    notebook.until("up()", "execute_input")  # a kernel that does nothing hears no interrupt
    time.sleep(after)
    began = time.monotonic()
    notebook.manager.interrupt_kernel()
    reply = notebook.reply(request)
    assert time.monotonic() - began < 5
    assert reply.get("ename") == "Stopped", reply["shown"]
    assert "Traceback" not in reply["shown"]
    notebook.run("up()")
    assert len(stack_of(kit).state().names) == NAMES[6]
    assert notebook.run("print(up().changes)")["parts"]["stdout"] == "{}\n"
    session.open_session(6)
    assert counts() == WHOLE


@pytest.mark.parametrize("after", [0.5, 0.9])
def test_a_kernel_killed_during_an_up_leaves_nothing_twice(kit, kernel, after):
    notebook = kernel()
    notebook.run(OPEN.format(6))
    notebook.send("up()")
    time.sleep(after)
    os.kill(notebook.pid, signal.SIGKILL)
    session.open_session(6)
    session.up()
    assert len(deployed(stack_of(kit))) == NAMES[6]
    assert session.up().changes == {}
    assert counts() == WHOLE


def test_two_notebooks_at_once_deploy_one_gateway(kit, kernel):
    first, second = kernel(), kernel()
    first.run(OPEN.format(4))
    second.run(OPEN.format(6))
    one, two = first.send("up()"), second.send("up()")
    assert first.reply(one)["status"] == "ok"
    assert second.reply(two)["status"] == "ok"
    session.open_session(6)
    assert len(deployed(stack_of(kit))) == NAMES[6]
    assert counts() == WHOLE


def test_a_preview_of_gateway_on_the_courses_stack_shows_no_change(kit):
    session.open_session(chapters.DIALECTS)
    session.up()
    cli = engine.find()
    engine.ensure_language_host(cli, kit)
    settings = kit / "workspaces" / "course" / "Pulumi.course.yaml"
    done = subprocess.run(
        [cli.path, "preview", "--stack", "course", "--config-file", settings,
         "--non-interactive", "--expect-no-changes"],
        cwd=CHECKOUT / "gateway",
        env={**os.environ, **cloud.environment(kit)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_up_in_a_terminal_and_one_in_a_notebook_take_turns(kit):
    opened = session.open_session(chapters.DIALECTS)
    cli = engine.find()
    engine.ensure_language_host(cli, kit)
    settings = kit / "workspaces" / "course" / "Pulumi.course.yaml"
    terminal = subprocess.Popen(
        [cli.path, "up", "--yes", "--stack", "course", "--config-file", settings,
         "--non-interactive"],
        cwd=CHECKOUT / "gateway",
        env={**os.environ, **cloud.environment(kit)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    while terminal.poll() is None and not opened.stack.lock_files:
        time.sleep(0.02)
    record = session.up()
    said, _ = terminal.communicate(timeout=60)
    assert terminal.returncode == 0, said
    assert record.changes == {}
    assert counts() == WHOLE


def test_start_shows_where_and_with_what(kit, kernel):
    notebook = kernel()
    shown = notebook.run(OPEN.format(3))["shown"]
    for fact in ("Chapter 03: The REST API", "sandbox", "us-east-1", "Pulumi CLI v3.250.0",
                 "nothing yet", "Ready"):  # fmt: skip
        assert fact in shown
    notebook.run("up()")
    assert "chapters 01 to 03: 8 resources" in notebook.run("start(3)")["shown"]
    environ = notebook.run("import os, json\nprint(json.dumps(dict(os.environ)))")
    assert json.loads(environ["parts"]["stdout"])["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1")


def test_what_is_removed_is_no_longer_served(kit):
    """The engine deletes last: a copy made by the same up would serve it for ever."""
    session.open_session(chapters.DIALECTS)
    session.up(20)
    url = session.outputs()["invoke_url"]
    key = session.outputs()["team_keys"].reveal()["blue"]
    caller = {"Authorization": f"Bearer {key}"}
    assert requests.get(f"{url}/models", headers=caller, timeout=60).status_code == 200
    changes = session.up(6, delete=True).changes
    assert changes["delete"] > 40 and changes["replace"] == 1
    assert changes["update"] >= 2  # the function's own change is not lost to the second run
    assert requests.get(f"{url}/models", headers=caller, timeout=60).status_code == 403
    assert requests.get(f"{url}/model", timeout=60).status_code == 200
    assert session.up(6).changes == {}


def test_waiting_for_a_sandbox_that_another_process_starts_can_be_interrupted(kit, kernel):
    one = kernel()
    one.run(OPEN.format(1))
    cloud.stop(kit)
    with FileLock(Home(kit).lock):
        request = one.send("up()")
        time.sleep(1.5)
        began = time.monotonic()
        one.manager.interrupt_kernel()
        reply = one.reply(request)
        assert reply["ename"] == "Stopped"
        assert time.monotonic() - began < 5
    assert one.run("up()")["status"] == "ok"


def test_a_kits_folder_that_was_deleted_under_a_live_sandbox_is_made_again(kit):
    session.open_session(6)
    session.up()
    remove(kit)
    assert session.up().changes["create"] == NAMES[6]
    answer = requests.post(session.outputs()["model_url"], json={"prompt": "Hi"}, timeout=60)
    assert answer.status_code == 200
    session.open_session(6)  # as the next page does
    assert session.up().changes == {}
