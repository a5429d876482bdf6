"""One sandbox for a home, from start to stop, and whatever happens to it in between."""

import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import boto3
import botocore.exceptions
import psutil
import pytest
from botocore.config import Config
from filelock import FileLock

from sandbox import cloud, launch, processes, proof
from sandbox.__main__ import main
from sandbox.home import Home, read_json, write_json
from sandbox.server.base import state_files
from tests.sandbox.server.shapes import archive


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home without a provider, whose sandbox is stopped at the end."""
    monkeypatch.setenv("KIT_PROVIDER", "0")
    monkeypatch.setenv("SOME_SECRET", "not for functions")
    yield tmp_path / "kit"
    cloud.stop(tmp_path / "kit")


def client(running, service):
    """A client of AWS's own SDK for a sandbox."""
    return boto3.client(
        service,
        endpoint_url=running.endpoint,
        region_name="us-east-1",
        **running.keys,
        config=Config(retries={"max_attempts": 0}),
    )


def function(running, name="f", code="def handler(event, context):\n    return 1\n"):
    """A function that runs, so that the sandbox has a child."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    document = {"Version": "2012-10-17", "Statement": [{**trust, "Action": "sts:AssumeRole"}]}
    role = client(running, "iam").create_role(
        RoleName=f"{name}Role", AssumeRolePolicyDocument=json.dumps(document)
    )
    lambdas = client(running, "lambda")
    lambdas.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="h.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": archive(code)},
    )
    return lambdas


def kill(running):
    """End the server's process with no chance to say good-bye."""
    process = psutil.Process(running.pid)
    os.kill(running.pid, signal.SIGKILL)
    process.wait(5)


def family(running):
    """All processes of a sandbox."""
    server = psutil.Process(running.pid)
    return [server, *server.children(recursive=True)]


def test_start_twice_is_one_sandbox(home):
    first = cloud.start(home)
    assert cloud.start(home) == first == cloud.status(home)
    assert first.alive()


def test_two_processes_that_start_at_once_start_one_sandbox(home):
    code = (
        "import sys; from pathlib import Path; from sandbox import cloud;"
        "print(cloud.start(Path(sys.argv[1])).pid)"
    )
    starters = [
        subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    pids = {starter.communicate(timeout=60)[0].strip() for starter in starters}
    assert pids == {str(cloud.status(home).pid)}


def test_it_outlives_the_process_that_started_it(home):
    code = (
        "import sys; from pathlib import Path; from sandbox import cloud;"
        "cloud.start(Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(home)], check=True, timeout=60)
    assert cloud.status(home)


def test_an_idle_sandbox_ends_by_itself_and_goes_on_with_what_it_had(home, monkeypatch):
    monkeypatch.setenv("KIT_IDLE", "0.02")
    running = cloud.start(home)
    lambdas = function(running)
    generation = running.generation
    psutil.Process(running.pid).wait(15)
    assert cloud.status(home) is None and not (home / "sandbox.json").exists()
    monkeypatch.setenv("KIT_IDLE", "")
    again = cloud.start(home)
    assert (again.generation, again.port) == (generation, running.port)  # it ended in order
    assert lambdas.get_function(FunctionName="f")
    monkeypatch.setenv("KIT_IDLE", "soon")
    cloud.stop(home)
    with pytest.raises(cloud.CloudError, match="no number of minutes"):
        cloud.start(home)


def test_a_copied_home_has_a_sandbox_of_its_own(home, tmp_path):
    running = cloud.start(home)
    shutil.copytree(home, tmp_path / "copy", ignore=shutil.ignore_patterns("*.lock"))
    told = []
    other = cloud.start(tmp_path / "copy", say=told.append)
    try:
        assert "is a copy of" in told[0]
        assert running.port != other.port and running.key != other.key
        with pytest.raises(botocore.exceptions.ClientError, match="InvalidClientTokenId|Unrecog"):
            boto3.client("iam", endpoint_url=other.endpoint, region_name="us-east-1",
                         **running.keys).list_roles()  # fmt: skip
    finally:
        cloud.stop(tmp_path / "copy")
    assert cloud.status(home) == running


def test_stop_leaves_no_process_no_port_and_no_temporary_file(home):
    running = cloud.start(home)
    function(running).invoke(FunctionName="f")
    processes_before = family(running)
    assert len(processes_before) == 2
    assert cloud.stop(home)
    assert not [process for process in processes_before if process.is_running()]
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", running.port)) != 0
    assert not (home / "cloud" / "tmp").exists()
    assert not (home / "sandbox.json").exists()
    assert cloud.status(home) is None
    assert not cloud.stop(home)


def test_stop_does_not_wait_for_a_function_that_runs(home):
    running = cloud.start(home)
    slow = "import time\ndef handler(event, context):\n    time.sleep(60)\n"
    lambdas = function(running, code=slow)
    lambdas.update_function_configuration(FunctionName="f", Timeout=60)

    def call():
        with pytest.raises(Exception, match=r".*"):
            answer = lambdas.invoke(FunctionName="f")
            raise RuntimeError(answer.get("FunctionError"))

    caller = threading.Thread(target=call)
    caller.start()
    while len(family(running)) < 2:
        time.sleep(0.02)
    before = family(running)
    started = time.perf_counter()
    cloud.stop(home)
    assert time.perf_counter() - started < 5
    assert not [process for process in before if process.is_running()]
    caller.join(10)


def test_a_server_that_hangs_is_killed(home):
    running = cloud.start(home)
    os.kill(running.pid, signal.SIGSTOP)
    started = time.perf_counter()
    assert cloud.stop(home)
    assert time.perf_counter() - started < 8
    assert not psutil.pid_exists(running.pid)


def test_nothing_listens_beyond_loopback(home):
    running = cloud.start(home)
    function(running).invoke(FunctionName="f")
    found = processes.listening(process.pid for process in family(running))
    assert found == {("127.0.0.1", running.port)}


# What it holds


def test_state_survives_stop_and_start(home):
    running = cloud.start(home)
    function(running).invoke(FunctionName="f")
    cloud.stop(home)
    again = cloud.start(home)
    assert (again.generation, again.port) == (running.generation, running.port)
    answer = client(again, "lambda").invoke(FunctionName="f")
    assert answer["Payload"].read() == b"1"
    groups = client(again, "logs").describe_log_groups()["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["/aws/lambda/f"]


def test_a_kill_loses_nothing_that_was_answered(home):
    running = cloud.start(home)
    lambdas, gateway = function(running), client(running, "apigateway")
    api = gateway.create_rest_api(name="api")
    place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    gateway.put_method(**place, authorizationType="NONE")
    templates = {"application/json": '{"statusCode": 200}'}
    gateway.put_integration(**place, type="MOCK", requestTemplates=templates)
    gateway.put_integration_response(**place, statusCode="200")
    gateway.create_deployment(restApiId=api["id"], stageName="v1")
    lambdas.update_function_configuration(FunctionName="f", Description="last")
    kill(running)

    said = []
    again = cloud.start(home, say=said.append)
    assert said == [
        "The sandbox that was running has died: starting it again with all that it had saved."
    ]
    assert (again.port, again.generation == running.generation) == (running.port, False)
    found = client(again, "lambda").get_function_configuration(FunctionName="f")
    assert (found["Description"], found["State"]) == ("last", "Active")
    assert client(again, "iam").get_role(RoleName="fRole")
    import requests

    url = f"{again.endpoint}/_aws/execute-api/{api['id']}/v1/"
    assert requests.get(url, timeout=5).status_code == 200


def test_a_kill_in_the_middle_of_many_changes_keeps_each_that_was_answered(home):
    running = cloud.start(home)
    answered, gateway = [], client(running, "apigateway")

    def create():
        try:
            while True:
                answered.append(gateway.create_rest_api(name="api")["id"])
        except Exception:  # noqa: BLE001  the server is gone
            return

    creators = [threading.Thread(target=create) for _ in range(3)]
    for creator in creators:
        creator.start()
    while len(answered) < 20:
        time.sleep(0.01)
    kill(running)
    for creator in creators:
        creator.join(30)
    again = client(cloud.start(home, say=lambda _: None), "apigateway")
    kept = {api["id"] for api in again.get_rest_apis(limit=500)["items"]}
    assert set(answered) <= kept


def test_a_file_that_was_being_written_is_no_state(tmp_path):
    (tmp_path / "iam.json").write_text('"old"')
    (tmp_path / "iam.json.new").write_text('"par')
    (tmp_path / "logs.json.new").write_text('"whole"')
    (tmp_path / "s3.json.new").write_text('{"payl')
    assert state_files.recover(tmp_path) == []
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert found == {"iam.json": '"old"', "logs.json": '"whole"'}


def test_a_state_file_that_is_damaged_or_gone_is_taken_from_the_copy_that_was_kept(tmp_path):
    for name in ("iam", "logs", "s3"):
        path = tmp_path / f"{name}.json"
        state_files.write(str(path), json.dumps({"payload": name}))
        state_files.keep(path)
    state_files.write(str(tmp_path / "s3.json"), '{"payload": "newer"}')
    (tmp_path / "iam.json").write_text('{"payl')
    (tmp_path / "logs.json").unlink()
    told = state_files.recover(tmp_path)
    assert [line.split()[0] for line in told] == ["iam.json", "logs.json"]
    kept = {path.name: path.read_text() for path in tmp_path.glob("*.json*")}
    assert json.loads(kept["iam.json"]) == {"payload": "iam"}
    assert json.loads(kept["logs.json"]) == {"payload": "logs"}
    assert json.loads(kept["s3.json"]) == {"payload": "newer"}
    assert any(name.startswith("iam.json.damaged-") for name in kept)


def test_state_that_was_cut_is_kept_and_the_cloud_says_so(home):
    running = cloud.start(home)
    made = client(running, "apigateway").create_rest_api(name="api")["id"]
    function(running)
    cloud.stop(home)
    state = Home(home).state / "apigateway_v1.json"
    state.write_bytes(state.read_bytes()[:-30])
    (Home(home).state / "iam.json").unlink()
    again = cloud.start(home, say=lambda _: None)
    assert again.generation != running.generation
    assert "apigateway_v1.json was damaged; it is set aside as" in again.damaged
    assert "iam.json was not there; it is as at" in again.damaged
    assert client(again, "apigateway").get_rest_api(restApiId=made)
    assert client(again, "iam").get_role(RoleName="fRole")


@pytest.mark.parametrize(
    ("left", "told"), [(40, "was damaged; it is set aside as"), (None, "was not there: ")]
)
def test_a_function_whose_code_was_lost_is_gone_and_the_cloud_is_another(home, left, told):
    running = cloud.start(home)
    function(running)
    cloud.stop(home)
    (code,) = (home / "cloud").rglob("*.zip")
    code.write_bytes(code.read_bytes()[:left]) if left else code.unlink()
    again = cloud.start(home, say=lambda _: None)
    assert client(again, "lambda").list_functions()["Functions"] == []
    assert again.generation != running.generation
    assert f"the code of a function {told}" in again.damaged


def test_reset_says_what_it_deletes_and_begins_a_generation(home):
    running = cloud.start(home)
    client(running, "apigateway").create_rest_api(name="api")
    deleted = cloud.reset(home)
    assert "apigateway_v1" in deleted[1]
    again = cloud.status(home)
    assert (again.port, again.generation == running.generation) == (running.port, False)
    assert client(again, "apigateway").get_rest_apis()["items"] == []


def _wiped(running):
    """The status of a reset of the emulator, by who may open its own doors."""
    import requests

    headers = {proof.HEADER: proof.of_request(running.token, "POST", "/_ministack/reset")}
    url = f"{running.endpoint}/_ministack/reset"
    return requests.post(url, headers=headers, timeout=10).status_code


def test_wiping_the_running_cloud_begins_a_generation(home):
    running = cloud.start(home)
    assert _wiped(running) == 200
    assert cloud.status(home).generation != running.generation


# Who else may be there


def test_a_number_that_is_another_process_now_is_left_alone(home):
    write_json(Home(home).record, {"pid": os.getpid(), "port": 1, "token": "x", "generation": "g"})
    assert cloud.status(home) is None
    running = cloud.start(home, say=lambda _: None)
    assert running.pid != os.getpid()


def test_a_stranger_on_the_port_of_last_time_is_no_sandbox(home):
    running = cloud.start(home)
    cloud.stop(home)
    said = []
    with socket.create_server(("127.0.0.1", running.port)):
        record = {"pid": 2**22 + 1, "port": running.port, "token": "x", "generation": "g"}
        write_json(Home(home).record, record)
        again = cloud.start(home, say=said.append)
    assert again.port != running.port
    assert said[-1] == (
        f"Port {running.port} is taken: the sandbox listens on {again.port} from now on."
    )
    assert read_json(Home(home).ports)["port"] == again.port


def test_another_sandboxs_answer_is_not_taken_for_ours(home, tmp_path):
    other = cloud.start(tmp_path / "other")
    try:
        record = {**read_json(Home(other.home).record), "token": "ours"}
        write_json(Home(home).record, record)
        assert cloud.status(home) is None
        assert cloud.start(home, say=lambda _: None).pid != other.pid
        assert other.alive()
    finally:
        cloud.stop(tmp_path / "other")


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(home):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(
            cloud.CloudError, match=rf"^Port {port} is taken: .*choose another port"
        ):
            cloud.start(home, port=port)
    running = cloud.start(home, port=port)
    assert running.port == port
    with pytest.raises(cloud.CloudError, match=rf"already runs, on port {port}"):
        cloud.start(home, port=port + 1)


# What can go wrong at the start


def test_a_server_that_dies_at_its_start_shows_the_end_of_its_log(home, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(broken_emulator(home)))
    with pytest.raises(cloud.CloudError) as caught:
        cloud.start(home)
    assert "code 1" in str(caught.value)
    assert "this emulator is broken" in str(caught.value)
    assert str(home / "sandbox.log") in str(caught.value)


def broken_emulator(home: Path) -> Path:
    """A folder with a package `ministack` that cannot be imported."""
    package = home.parent / "path" / "ministack"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('this emulator is broken')\n")
    return package.parent


def test_a_full_disk_is_told_before_the_start(home, monkeypatch):
    monkeypatch.setattr(launch, "NEEDED", 2**60)
    with pytest.raises(cloud.CloudError, match=r"^No space left: \d+ MB are free"):
        cloud.start(home)


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare"),
    reason="Linux as root only: a network without a loopback; sudo apt-get install util-linux",
)
def test_a_machine_that_does_not_reach_itself_is_told_so_at_once(home):
    began = time.monotonic()
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-m", "sandbox", "start"],
        capture_output=True, text=True, env={**os.environ, "KIT_HOME": str(home)}, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    told = "This machine does not reach itself at 127.0.0.1: Network is unreachable. Fix: "
    assert told in done.stderr and done.stderr.rstrip().endswith("sudo ip link set lo up")
    assert time.monotonic() - began < launch.PATIENCE / 2
    assert not (home / "sandbox.json").exists()


def test_what_cannot_be_saved_is_told(home, sandbox):
    running = cloud.start(home)
    state = home / "cloud" / "state"
    state.rename(home / "cloud" / "elsewhere")
    state.write_text("a file where the folder was: nothing can be saved")
    client(running, "iam").create_user(UserName="alice")
    assert "cannot save the state of iam" in cloud.status(home).problem
    code, _, errors = sandbox("status")
    assert (code, "cannot save the state of iam" in errors) == (1, True)
    state.unlink()
    (home / "cloud" / "elsewhere").rename(state)
    client(running, "iam").create_user(UserName="bob")
    assert cloud.status(home).problem == ""


def test_a_home_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(cloud.CloudError, match=r"Cannot write to .*Fix: set KIT_HOME to a folder"):
        cloud.start(tmp_path / "file" / "kit")


@pytest.mark.skipif(sys.platform == "win32", reason="flock")
def test_a_home_on_a_disk_without_locks_is_told_at_once(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(cloud.CloudError, match="No locks available.*Fix: set KIT_HOME"):
        cloud.start(tmp_path / "kit")


# What others use


def test_the_environment_reaches_this_cloud_and_nobody_elses(home, monkeypatch):
    with pytest.raises(cloud.CloudError, match="python -m sandbox start"):
        cloud.environment(home)
    running = cloud.start(home)
    found = cloud.environment(home)
    assert found["AWS_ENDPOINT_URL"] == running.endpoint
    assert found["PULUMI_BACKEND_URL"] == f"{(home / 'backend').as_uri()}?metadata=skip"
    passphrase = Path(found["PULUMI_CONFIG_PASSPHRASE_FILE"])
    assert passphrase.stat().st_mode & 0o777 == 0o600
    assert len(passphrase.read_text()) > 20
    assert cloud.environment(home) == found
    assert found["PATH"].startswith(str(home / "bin"))
    cloud.stop(home)  # between the look at it and the question, say
    assert cloud.environment(home, running) == found


def test_the_record_and_the_home_are_private(home):
    cloud.start(home)
    assert (home / "sandbox.json").stat().st_mode & 0o777 == 0o600


def test_the_log_can_be_read(home):
    cloud.start(home)
    assert any("services available" in line for line in cloud.logs(home))
    assert not list(cloud.logs(home.parent / "none"))


@pytest.fixture
def sandbox(home, monkeypatch, capsys):
    """The command, run in this process: its exit code, output and errors."""
    monkeypatch.setenv("KIT_HOME", str(home))

    def run(*arguments):
        try:
            code = main(list(arguments))
        except SystemExit as misused:
            code = misused.code
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_the_command(home, sandbox):
    assert sandbox("status") == (1, "not running. To start it: python -m sandbox start\n", "")
    assert sandbox("env") == (1, "", "No sandbox runs. Fix: python -m sandbox start\n")
    assert sandbox("start")[0] == 0
    code, said, _ = sandbox("status")
    assert (code, said.startswith("running at http://127.0.0.1:")) == (0, True)
    assert "export AWS_ENDPOINT_URL=http://127.0.0.1:" in sandbox("env")[1]
    assert "$env:AWS_REGION = 'us-east-1'" in sandbox("env", "--powershell")[1]
    assert "services available" in sandbox("logs")[1]
    assert sandbox("reset")[1].startswith("deleted ")
    assert sandbox("stop")[:2] == (0, "stopped\n")
    assert sandbox("stop")[:2] == (0, "nothing was running\n")
    assert sandbox("reset")[1].startswith("deleted ")
    assert sandbox("reset")[1] == "there was nothing to delete\n"
    assert sandbox("dance")[0] == 2
    assert sandbox("start", "--port", "0")[0] == 2


def test_the_command_is_a_module(home):
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "status"],
        env={**os.environ, "KIT_HOME": str(home)},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout.startswith("not running")) == (1, True)


# Stopping those who wait


class Enough(KeyboardInterrupt):
    """What a check raises."""


def enough_after(seconds):
    end = time.monotonic() + seconds

    def check():
        if time.monotonic() > end:
            raise Enough

    return check


@pytest.mark.parametrize("wait", [cloud.start, cloud.stop])
def test_whoever_waits_for_another_start_or_stop_is_heard_soon(home, wait):
    home.mkdir()
    began = time.monotonic()
    with FileLock(Home(home).lock), pytest.raises(Enough):
        wait(home, check=enough_after(0.3))
    assert time.monotonic() - began < 3


def test_a_start_that_is_ended_leaves_no_server_that_the_next_does_not_know(home):
    began = time.monotonic()
    with pytest.raises(Enough):
        cloud.start(home, check=enough_after(0.2))
    assert time.monotonic() - began < 5
    assert [one for one in psutil.Process().children(recursive=True) if of_home(one, home)] == []
    assert cloud.start(home).home == home


def of_home(process, home):
    try:
        return process.environ().get("KIT_HOME") == str(home)
    except psutil.Error:
        return False
