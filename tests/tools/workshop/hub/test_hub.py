"""A real hub with two Linux users: who gets in, what each of them has, and what ends with a server."""

import html
import json
import os
import pwd
import re
import secrets
import signal
import socket
import stat
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import requests

from lab import copies
from tests.sandbox.standin import free_port
from tools import environment
from tools.environment import LOCK
from tools.machine import Problem
from tools.workshop.hub import __main__ as command
from tools.workshop.hub import memory, overlay, prepare, running, seats
from tools.workshop.hub.learner import Learner
from tools.workshop.hub.place import KIT, TEACH, Place, Room, closed

AS_ROOT = sys.platform == "linux" and os.geteuid() == 0
needs_root = pytest.mark.skipif(
    not AS_ROOT, reason="Linux as root only: who else can become another user"
)
needs_hub = pytest.mark.skipif(not overlay.is_ready(), reason=f"make it: {overlay.COMMAND}")
PASSWORD, TRAINERS = "eight or more", "t" * 40


# Without a hub


def test_no_pin_of_the_hub_is_another_one_than_the_kits():
    def pins(path):
        return set(re.findall(r"^([\w.-]+)==([^\s;\\]+)", path.read_text("utf-8"), re.MULTILINE))

    ours, hubs = pins(LOCK), pins(TEACH / "requirements.lock")
    shared = {name for name, _ in ours} & {name for name, _ in hubs}
    assert len(shared) > 30 and {p for p in hubs if p[0] in shared} <= ours
    wanted = pins(TEACH / "requirements.in")
    assert wanted <= hubs and "jupyterhub" in dict(wanted)


def test_no_lock_names_where_packages_come_from():
    for name in ("requirements.lock", "package-lock.json"):
        text = (TEACH / name).read_text("utf-8")
        assert not re.search(r"resolved|index-url|registry", text)
    locked = json.loads((TEACH / "package-lock.json").read_text("utf-8"))["packages"]
    assert all(each.get("integrity") for path, each in locked.items() if path)


@pytest.mark.parametrize("name", ["", "Ada", "a b", "root;", "1st", "x" * 40, "../x"])
def test_what_is_no_name_makes_no_user(tmp_path, name):
    with pytest.raises(Problem, match="is no name for a user"):
        seats.make(Place(tmp_path), [name])


def test_a_user_who_was_not_made_here_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(seats, "exists", lambda name: True)
    monkeypatch.setattr(seats, "ours", lambda name: False)
    with pytest.raises(Problem, match="there is a user ada already"):
        seats.make(Place(tmp_path), ["ada"])
    with pytest.raises(Problem, match="ada is no user of this room"):
        seats.remove(Place(tmp_path), "ada")


def test_an_environment_that_was_half_made_is_made_again(tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path)], check=True)
    assert not environment.works(environment.Environment(tmp_path))


def test_a_number_of_seats_is_as_many_names():
    assert command.named(["3"]) == ["learner01", "learner02", "learner03"]
    assert command.named(["ada", "bob"]) == ["ada", "bob"]


def test_where_learners_have_containers_a_seat_is_a_name_and_the_hub_starts_those(
    tmp_path, monkeypatch
):
    place, became = Place(tmp_path), []
    place.state.mkdir()
    place.write(Room(str(KIT), ("ada",)))
    monkeypatch.setenv("ROOM_SPAWNER", "docker")
    monkeypatch.setattr(seats, "call", None)  # no command of the system is run
    assert seats.make(place, ["ada", "bob"]) == ["bob"]
    assert place.room.seats == ("ada", "bob")
    monkeypatch.setattr(running, "ask", lambda *asked: asked)
    assert list(running.stop_all(place)) == ["ada: asked to end", "bob: asked to end"]
    for name in running.DOORS:
        port = free_port()
        monkeypatch.setenv(
            name, str(port) if name == "ROOM_HUB_PORT" else f"http://127.0.0.1:{port}"
        )
    for name, length in running.PASSWORDS.items():
        monkeypatch.setenv(name, "x" * length)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running.os, "execve", lambda *given: became.append(given[1]))
    running.start(place)
    monkeypatch.delenv("ROOM_SPAWNER")
    running.start(place)
    assert [command[1:] for command in became] == [
        ["-f", str(TEACH / "image" / "dockerspawner_config.py")],
        ["-f", str(TEACH / "jupyterhub_config.py")],
    ]
    assert (place.state / running.TOKEN).stat().st_mode & 0o777 == 0o600


def test_what_others_may_not_enter_is_named(tmp_path):
    # Whatever is above pytest's own folder, which is shut, comes first.
    shut = next(f for f in (*reversed(tmp_path.parents), tmp_path) if not f.stat().st_mode & 1)
    assert closed(tmp_path) == shut
    assert closed(Path("/usr")) is None or sys.platform == "win32"


def test_a_hub_that_was_not_prepared_or_has_no_password_says_what_to_do(
    tmp_path, capsys, monkeypatch
):
    assert command.main(["list", "--at", str(tmp_path)]) == 1
    assert "tools.workshop.hub prepare" in capsys.readouterr().err
    monkeypatch.setenv("ROOM_PASSWORD", "short")
    with pytest.raises(Problem, match="ROOM_PASSWORD has to have 8 characters"):
        running.start(Place(tmp_path))
    monkeypatch.setattr(prepare.os, "geteuid", lambda: 1000, raising=False)
    with pytest.raises(Problem, match="which only root on Linux can"):
        prepare.check(Place(tmp_path))


def test_a_port_that_somebody_has_is_named_with_the_fix(tmp_path, monkeypatch):
    place = Place(tmp_path)
    place.state.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("ROOM_HUB_PORT", str(free_port()))
        monkeypatch.setenv("ROOM_PROXY_API", f"http://127.0.0.1:{free_port()}")
        monkeypatch.setenv("ROOM_URL", f"http://127.0.0.1:{port}")
        with pytest.raises(Problem, match=rf"ROOM_URL is .*:{port}, and port {port} cannot be had: "
                           rf"Address already in use\.\nfix: .* ss -ltnp 'sport = :{port}'"):  # fmt: skip
            running.free(place)
        # Its own proxy, which outlived a hub that was killed, is nobody else.
        (place.state / "proxy.pid").write_text(f"{os.getpid()}\n")
        running.free(place)
        monkeypatch.setenv("ROOM_HUB_PORT", str(port))
        with pytest.raises(Problem, match="ROOM_HUB_PORT is"):
            running.free(place)


def test_a_learner_has_pages_of_their_own_where_the_kit_is_shared(tmp_path, monkeypatch):
    monkeypatch.setenv(copies.COURSE, str(tmp_path))
    assert copies.make() == []
    page = tmp_path / "work" / f"{copies.FIRST}.ipynb"
    assert page.exists() and any((tmp_path / "images").glob("*.svg"))
    page.write_text("mine")
    assert copies.make() == [] and page.read_text() == "mine"
    assert copies.reset(copies.FIRST).read_text() == "mine"
    assert not (KIT / "work" / f"{copies.FIRST}.ipynb").exists() or page.read_text() != "mine"


# With one


def python_for_all():
    """A Python that every user may run, and what is on its path to be the kit's; None if none."""
    site = sysconfig.get_path("purelib")
    for python in (sys.executable, "/usr/bin/python3"):
        code = "import sys; print(sys.version_info[:2])"
        same = str(tuple(sys.version_info[:2]))
        if closed(Path(python)) or closed(Path(site)) or closed(KIT):
            continue
        if subprocess.check_output([python, "-c", code], text=True).strip() == same:
            return python, os.pathsep.join([str(KIT), site, str(overlay.SITE)])
    return None


@pytest.fixture(scope="module")
def hub():
    """A hub that runs, its two users, and what a browser does there; all is removed at the end."""
    found = python_for_all()
    if found is None:
        pytest.skip("Linux as root only, with a Python and a clone that other users may enter")
    python, path = found
    folder = Path(tempfile.mkdtemp(prefix="hub-"))
    folder.chmod(0o755)
    place = Place(folder)
    names = [f"kit-{secrets.token_hex(3)}" for _ in range(2)]
    for name in ("venv", "hub"):
        (folder / name / "bin").mkdir(parents=True)
        (folder / name / "bin" / "python").symlink_to(python)
    (folder / "proxy").symlink_to(overlay.FOLDER / "proxy")
    place.state.mkdir(mode=0o700)
    (place.state / running.TOKEN).write_text(secrets.token_hex(32))
    place.write(Room(str(KIT)))
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROOM_URL", url)
        patch.setenv("PYTHONPATH", path)
        seats.make(place, names)
        environ = {
            **os.environ, "ROOM": str(folder), "ROOM_PYTHONPATH": path, "ROOM_URL": url,
            "ROOM_PASSWORD": PASSWORD, "ROOM_TRAINER_PASSWORD": TRAINERS, "ROOM_SPAWNER": "simple",
            "ROOM_HUB_PORT": str(free_port()), "ROOM_PROXY_API": f"http://127.0.0.1:{free_port()}",
            "KIT_PROVIDER": "0",
        }  # fmt: skip
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [python, "-m", "jupyterhub", "-f", str(running.CONFIG)],
                cwd=place.state, env=environ, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        try:
            wait(lambda: answers(url), process, folder)
            yield SimpleNamespace(place=place, url=url, names=names, log=folder / "log")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(40)  # it gives each of its services 10 s to end
            for name in names:
                seats.remove(place, name)
            subprocess.run(["rm", "-rf", str(folder)], check=True)


def wait(ready, process, folder, seconds=90):
    end = time.monotonic() + seconds
    while not ready():
        text = (folder / "log").read_text()[-3000:]
        assert process.poll() is None and time.monotonic() < end, text
        time.sleep(0.2)


def answers(url):
    try:
        return requests.get(f"{url}/hub/api", timeout=2).ok
    except requests.RequestException:
        return False


def sign_in(hub, name, password=PASSWORD):
    """A browser that has tried to sign in, and the answer."""
    browser = requests.Session()
    browser.get(f"{hub.url}/hub/login", timeout=30)
    token = next(c.value for c in browser.cookies if c.name == "_xsrf")
    form = {"username": name, "password": password, "_xsrf": token}
    answer = browser.post(f"{hub.url}/hub/login", data=form, timeout=30, allow_redirects=False)
    return browser, answer


@needs_root
@needs_hub
def test_who_is_not_of_the_room_and_who_has_no_password_stays_outside(hub):
    refused = sign_in(hub, "thirteenth")[1]
    assert refused.status_code == 403
    assert "thirteenth has no seat: this room has 2. Fix:" in html.unescape(refused.text)
    assert sign_in(hub, hub.names[0], "guessed it")[1].status_code in (401, 403)
    assert sign_in(hub, hub.names[0])[1].status_code == 302


@needs_root
@needs_hub
def test_a_new_seat_comes_in_while_the_hub_runs_and_one_that_is_removed_does_not(hub):
    name = f"kit-{secrets.token_hex(3)}"
    assert seats.make(hub.place, [name]) == [name]
    try:
        assert sign_in(hub, name)[1].status_code == 302
    finally:
        assert seats.remove(hub.place, name, keep=False) == ""
    assert sign_in(hub, name)[1].status_code == 403 and not seats.exists(name)


@needs_root
@needs_hub
def test_a_learner_without_hands_does_a_page(hub, tmp_path):
    """What `measure` has twelve of."""
    book = nbformat.v4.new_notebook()
    cells = ["def ask(text):\n    return text", "print(ask('hi'))"]
    book.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    page = tmp_path / f"{copies.FIRST}.ipynb"
    nbformat.write(book, page)
    one = Learner(hub.url, hub.names[1], PASSWORD)
    one.sit_down()
    one.do(page)
    assert one.wrong == [] and list(one.pages) == ["00"]
    assert 0 < one.server < one.first
    assert one.run("print(6 * 7)").text == "42\n"
    assert one.run("1 / 0").error == "ZeroDivisionError: division by zero"
    found = memory.taken({pwd.getpwnam(one.name).pw_uid: one.name})[one.name]
    assert found["kernel"] > 20 and found["notebook server"] > 20


@needs_root
@needs_hub
def test_each_has_a_home_a_server_pages_and_limits_of_their_own(hub):
    first, second = hub.names
    assert sorted(running.warm(hub.place)) == [f"{name} is ready" for name in sorted(hub.names)]
    _, user = running.ask(hub.place, "GET", f"users/{first}")
    assert user["server"] == f"/user/{first}/"
    for name in hub.names:
        home = Path(pwd.getpwnam(name).pw_dir)
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        page = home / "course" / "work" / f"{copies.FIRST}.ipynb"
        assert page.stat().st_uid == pwd.getpwnam(name).pw_uid
    process = next(p for p in Path("/proc").glob("[0-9]*") if owned(p, first))
    limits = (process / "limits").read_text()
    assert re.search(r"Max processes +400 ", limits) and re.search(
        r"Max data size +3221225472 ", limits
    )
    # Signed in as one, a browser gets nothing of the other's server.
    browser, _ = sign_in(hub, first)
    # JupyterLab's own pages lie beside its Python, which is not the tests' here: where it leads counts.
    opened = browser.get(f"{hub.url}/hub/user/{first}/", timeout=60)
    assert f"/user/{first}/lab/tree/{copies.WORK}/{copies.FIRST}.ipynb" in opened.url
    theirs = browser.get(f"{hub.url}/user/{second}/api/contents", timeout=30)
    assert theirs.status_code in (403, 404) or "/hub/" in theirs.url
    assert "work" not in theirs.text


def owned(folder, name):
    try:
        command = (folder / "cmdline").read_bytes()
        return folder.stat().st_uid == pwd.getpwnam(name).pw_uid and b"singleuser" in command
    except OSError:
        return False


@needs_root
@needs_hub
def test_a_sandbox_ends_with_the_server_of_its_user_and_keeps_its_state(hub):
    name = hub.names[0]
    list(running.warm(hub.place))
    home = pwd.getpwnam(name).pw_dir
    told = {"HOME": home, "KIT_HOME": f"{home}/.kit", "KIT_PROVIDER": "0",
            "PYTHONPATH": os.environ["PYTHONPATH"]}  # fmt: skip
    start = [str(hub.place.venv / "bin" / "python"), "-B", "-m", "sandbox", "start"]
    done = subprocess.run(
        prepare.as_user(name, start, **told), cwd="/", capture_output=True, text=True
    )
    assert "running at" in done.stdout, done.stderr
    record = Path(home, ".kit", "sandbox.json")
    assert record.exists() and seats.running(name) >= 2
    running.ask(hub.place, "DELETE", f"users/{name}/server")
    end = time.monotonic() + 60
    while seats.running(name) and time.monotonic() < end:
        time.sleep(0.2)
    assert seats.running(name) == 0 and not record.exists()
    assert json.loads(Path(home, ".kit", "cloud", "generation.json").read_text())["ended"]
