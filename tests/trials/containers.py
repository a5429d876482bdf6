"""A room of containers, for real: the image is built, and JupyterHub starts one for each of two learners.

    python -m tests.trials.containers

As root on Linux, with Docker's engine and debootstrap (apt-get install docker.io debootstrap). It takes
about six minutes, and is no part of CI. Where python:3.12-slim-bookworm cannot be pulled, a bare Debian
with its own Python stands in for it; packages and CLI come from a bundle, as in a room without network.
"""

from __future__ import annotations

import os
import platform
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests

from tests.sandbox.standin import free_port
from tools.workshop.hub import overlay, running, seats
from tools.workshop.hub.learner import Learner
from tools.workshop.hub.place import KIT, Place, Room

BASE, STAND_IN = "python:3.12-slim-bookworm", "gateway-course-stand-in"
IMAGE = "gateway-course-trial"
SPAWNER = "dockerspawner==14.0.0"  # as teach/hub/image/dockerspawner_config.py says
DEBIAN = "python3,python3-venv,python3-pip,ca-certificates"
PASSWORD = "eight or more"
PAGES = sorted((KIT / "notebooks").glob("0[0-3]_*.ipynb"))
AGAIN = "from lab import start, up\nstart(3)\nprint(sorted(up().changes))"


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """A command's output.

    Raises:
        RuntimeError: it failed; with the end of its words.
    """
    words = [str(each) for each in command]
    done = subprocess.run(words, text=True, capture_output=True, check=False, cwd=cwd)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words[:3])}: {(done.stdout + done.stderr)[-3000:]}")
    return done.stdout.strip()


def base(folder: Path) -> tuple[str, str]:
    """The image that the Dockerfile builds on, or what stands in for it; and its Python, "3.12"."""
    pulled = subprocess.run(["docker", "pull", "-q", BASE], capture_output=True, check=False)
    if pulled.returncode == 0:
        return BASE, "3.12"
    run("debootstrap", "--variant=minbase", f"--include={DEBIAN}", "bookworm", folder / "root")
    # What this machine trusts, for a network that looks inside.
    trusted = Path("/etc/ssl/certs/ca-certificates.crt")
    shutil.copyfile(trusted, folder / "root" / trusted.relative_to("/"))
    run("tar", "-C", folder / "root", "-cf", folder / "root.tar", ".")
    run("docker", "import", folder / "root.tar", STAND_IN)
    return STAND_IN, "3.11"


def image(folder: Path) -> None:
    """Build the image from a bundle."""
    name, python = base(folder)
    make = [sys.executable, "-m", "tools.workshop.bundle", "--hub", "--python", python]
    run(*make, "--to", folder, cwd=KIT)
    kit = folder / "kit"
    kit.mkdir()
    [packed] = folder.glob("gateway-course-*.tar")
    run("tar", "xf", packed, "-C", kit, "--strip-components", "1")
    # What must stay outside: a learner's secret, of whoever builds the image.
    (kit / ".kit").mkdir()
    (kit / ".kit" / "passphrase").write_text("secret")
    dockerfile = ["-f", "teach/hub/image/Dockerfile", "--build-arg", f"BASE={name}"]
    told = run("docker", "build", *dockerfile, "-t", IMAGE, ".", cwd=kit)
    assert "Taking all packages from /opt/kit/bundle" in told
    inside = run("docker", "run", "--rm", IMAGE, "sh", "-c", "id -un; ls -A /opt/kit; ls -A ~")
    assert inside.split()[0] == "jovyan"
    assert {"bundle", ".kit", ".git", ".venv"}.isdisjoint(inside.split()), inside


def alone() -> None:
    """The image without a hub: JupyterLab, which lets in who has the token."""
    port = free_port()
    made = run("docker", "run", "-d", "--rm", "-p", f"127.0.0.1:{port}:8888", IMAGE)
    try:
        end, token = time.monotonic() + 30, ""
        while not token and time.monotonic() < end:
            told = subprocess.run(
                ["docker", "logs", made], capture_output=True, text=True, check=False
            )
            token = "".join(re.findall(r"work/00_start\.ipynb\?token=(\w+)", told.stderr)[:1])
            time.sleep(0.3)
        url = f"http://127.0.0.1:{port}/api/contents/work"
        assert requests.get(url, timeout=10).status_code == 403
        held = requests.get(url, headers={"Authorization": f"token {token}"}, timeout=10).json()
        assert {f"{page.stem}.ipynb" for page in PAGES} <= {
            each["name"] for each in held["content"]
        }
    finally:
        run("docker", "kill", made)


@contextmanager
def hub(folder: Path, names: list[str]) -> Iterator[str]:
    """A hub that gives each learner a container; its address."""
    place = Place(folder / "room")
    place.state.mkdir(parents=True, mode=0o700)
    (place.folder / "proxy").symlink_to(overlay.FOLDER / "proxy")
    for name in ("venv", "hub"):
        (place.folder / name / "bin").mkdir(parents=True)
        (place.folder / name / "bin" / "python").symlink_to(sys.executable)
    (place.state / running.TOKEN).write_text(secrets.token_hex(32))
    place.write(Room(str(KIT)))
    run(sys.executable, "-m", "pip", "install", "-q", "--target", folder / "spawner", "--no-deps",
        SPAWNER, "docker", "escapism")  # fmt: skip
    url = f"http://127.0.0.1:{free_port()}"
    path = os.pathsep.join(map(str, (KIT, overlay.SITE, folder / "spawner")))
    os.environ.update({
        "ROOM": str(place.folder), "ROOM_SPAWNER": "docker", "ROOM_IMAGE": IMAGE, "ROOM_URL": url,
        "ROOM_PASSWORD": PASSWORD, "ROOM_TRAINER_PASSWORD": "t" * 40,
        "ROOM_HUB_PORT": str(free_port()), "ROOM_PROXY_API": f"http://127.0.0.1:{free_port()}",
        "PYTHONPATH": path, "ROOM_PYTHONPATH": path,
    })  # fmt: skip
    assert seats.make(place, names) == names and not seats.exists(names[0])
    command = [sys.executable, "-m", "jupyterhub", "-f", str(running.OF_CONTAINERS)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=place.state, stdout=log, stderr=log)
    try:
        wait(lambda: requests.get(f"{url}/hub/api", timeout=2).ok, folder / "log")
        yield url
    except BaseException:
        print((folder / "log").read_text()[-3000:], file=sys.stderr)
        raise
    finally:
        process.terminate()
        process.wait(40)


def wait(ready: Callable[[], bool], log: Path, seconds: float = 60) -> None:
    """Until something is so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if ready():
                return
        except requests.RequestException:
            pass
        time.sleep(0.3)
    raise RuntimeError(f"not within {seconds:.0f} s: {log.read_text()[-2000:]}")


def pages(url: str, name: str) -> Learner:
    """A learner does the first pages."""
    one = Learner(url, name, PASSWORD)
    one.sit_down()
    for page in PAGES:
        one.do(page)
    assert not one.wrong, one.wrong
    told = ", ".join(f"{number} {seconds:.0f} s" for number, seconds in one.pages.items())
    print(
        f"{name}: server {one.server:.0f} s, first answer {one.first:.0f} s; pages {told}",
        flush=True,
    )
    return one


def goes_on(url: str, name: str) -> None:
    """The same learner, after the container was killed: nothing is made again."""
    one, page = Learner(url, name, PASSWORD), PAGES[-1].stem
    one.sit_down()
    ended = time.monotonic() + 90
    while True:
        try:
            one.open(page)
            break
        except requests.HTTPError:  # JupyterHub looks every half minute whether a server lives
            assert time.monotonic() < ended, "the hub did not notice"
            time.sleep(5)
            one = Learner(url, name, PASSWORD)
            one.sit_down()
    said = one.run(AGAIN)
    assert not said.error and "create" not in said.text, said
    print(f"{name}: killed, and went on {time.monotonic() - one.begun:.0f} s after the sign-in")


def main() -> int:
    """Build, run, kill, and take all of it away again."""
    missing = [each for each in ("docker", "debootstrap") if not shutil.which(each)]
    if missing or os.geteuid() or not overlay.is_ready():
        print(f"error: needs root, and the hub.\nfix: apt-get install docker.io debootstrap, then "
              f"start dockerd; {overlay.COMMAND}", file=sys.stderr)  # fmt: skip
        return 1
    begun, names = time.monotonic(), [f"kit{secrets.token_hex(3)}" for _ in range(2)]
    containers = [f"jupyter-{name}" for name in names]
    with tempfile.TemporaryDirectory() as work, ExitStack() as after, ThreadPoolExecutor() as both:
        folder = Path(work)
        folder.chmod(0o755)
        image(folder)
        print(f"image: {time.monotonic() - begun:.0f} s, {platform.machine()}", flush=True)
        alone()
        url = after.enter_context(hub(folder, names))
        after.callback(subprocess.run, ["docker", "rm", "-f", *containers], capture_output=True)
        list(both.map(pages, [url] * 2, names))
        print(
            run("docker", "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}} {{.PIDs}}")
        )
        run("docker", "kill", *containers)
        list(both.map(goes_on, [url] * 2, names))
    run("docker", "volume", "rm", *(f"gateway-course-{name}" for name in names))
    print(f"{time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
