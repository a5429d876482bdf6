"""One instance: a folder, a log, an address, and the processes that its user data starts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sandbox.server.machines import boot
from sandbox.server.machines.addresses import Address
from sandbox.server.machines.unit import Service

GUARD = Path(__file__).with_name("guard.py")
SHOWN = 64 * 1024  # bytes of a log that the console output has, as on EC2
GRACE = 5.0  # seconds that a program may take to end by itself
# Each of these is one of several on two cores: one thread, and memory that is given back.
LEAN = {
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONUNBUFFERED": "1",
}
KEPT = ("PATH", "SYSTEMROOT", "LANG")


class Machine:
    """An instance on this machine. `begin` and `end` return at once, the work is done beside."""

    def __init__(self, id: str, address: Address, folder: Path) -> None:
        self.id, self.address, self.root = id, address, folder
        self.state = "pending"
        self.failure = ""  # why the boot failed
        self._log_path = folder / "var/log/cloud-init-output.log"
        self._processes: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._booting: threading.Thread | None = None
        self._last_words = ""
        for inside in (self._log_path.parent, folder / "tmp"):
            inside.mkdir(parents=True, exist_ok=True)

    # Its life

    def begin(self, user_data: str, environment: dict[str, str], download: boot.Download) -> None:
        """Boot: carry out user data in base64, and start what it enables with this environment."""
        self.state = "running"
        work = (user_data, environment, download)
        name = f"kit-boot-{self.id}"
        self._booting = threading.Thread(target=self._boot, args=work, daemon=True, name=name)
        self._booting.start()

    def _boot(self, user_data: str, environment: dict[str, str], download: boot.Download) -> None:
        began = time.monotonic()
        self.log("Cloud-init running 'modules:config' and 'modules:final'. The sandbox carries out")
        self.log("what it knows of #cloud-config, below the instance's own folder.")
        try:
            for service in boot.run(user_data, self.root, download, self.log):
                self._start(service, environment)
        except (boot.Refused, boot.Failed) as error:
            self.failure = str(error)
        except Exception as error:  # noqa: BLE001  whatever it is, the instance runs on, as on EC2
            self.failure = f"{type(error).__name__}: {error}"
        if self.failure:
            scripts = "(scripts in /var/lib/cloud/instance/scripts)"
            self.log(f"util.py[WARNING]: Failed to run module scripts_user {scripts}")
            self.log(f"cc_scripts_user.py[WARNING]: {self.failure}")
        took = time.monotonic() - began
        self.log(f"Cloud-init finished. Datasource DataSourceEc2. Up {took:.2f} seconds")
        if self.state == "terminated":  # meanwhile
            shutil.rmtree(self.root, ignore_errors=True)

    def _start(self, service: Service, environment: dict[str, str]) -> None:
        command = [self._here(word) for word in service.command]
        ports = str(self._ports) if self.address.shared else ""
        own = {**environment, **service.environment, "HOST": self.address.host}
        own |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self.root / "tmp"))
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        folder = self.root / service.folder.lstrip("/")
        with self._lock, self._log_path.open("ab") as output:
            if self.state != "running":
                return  # ended before it had begun
            process = subprocess.Popen(
                [sys.executable, str(GUARD), self.address.host, ports, *command],
                cwd=folder,
                env={**kept, **LEAN, **own},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
            )
            self._processes.append(process)

    def _here(self, word: str) -> str:
        """An absolute path of the instance as it is on this machine."""
        inside = self.root / word.lstrip("/")
        return str(inside) if word.startswith("/") and inside.exists() else word

    def end(self, done: Callable[[], object] = lambda: None) -> None:
        """End its programs as a shutdown does, and leave no process, port or folder."""
        with self._lock:
            if self.state in ("shutting-down", "terminated"):
                return
            self.state = "shutting-down"
        name = f"kit-shutdown-{self.id}"
        threading.Thread(target=self._end, args=(done,), daemon=True, name=name).start()

    def _end(self, done: Callable[[], object]) -> None:
        self.stop()
        done()

    def stop(self, grace: float = GRACE) -> None:
        """End its programs now, and return when they are gone; `grace` is in seconds."""
        with self._lock:
            self.state = "shutting-down"
            processes = list(self._processes)
        for process in processes:
            with suppress(OSError):
                process.terminate()
        for process in processes:
            try:
                process.wait(grace)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdin:
                process.stdin.close()
        if self._booting is not None:
            self._booting.join(grace)  # it may be writing into the folder
        self._last_words = self.console()
        self.address.close()
        self.state = "terminated"
        shutil.rmtree(self.root, ignore_errors=True)

    def crash(self) -> None:
        """End its programs without a word, as a kernel panic does; it stays where it is."""
        with self._lock:
            for process in self._processes:
                with suppress(OSError, subprocess.TimeoutExpired):
                    process.kill()
                    process.wait(GRACE)
        self.log("Kernel panic - not syncing: NMI: Not continuing")

    # What is known of it

    @property
    def processes(self) -> list[int]:
        """The numbers of its programs that run."""
        return [each.pid for each in self._processes if each.poll() is None]

    def log(self, text: str) -> None:
        """Add a line to its log, with the time."""
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        with suppress(OSError), self._log_path.open("a", encoding="utf-8") as file:
            file.write(f"{stamp} {text}\n")

    def console(self) -> str:
        """The end of its log; of one that was terminated, too."""
        try:
            with self._log_path.open("rb") as file:
                file.seek(max(0, self._log_path.stat().st_size - SHOWN))
                return file.read(SHOWN).decode("utf-8", "replace")
        except OSError:
            return self._last_words

    @property
    def _ports(self) -> Path:
        return self.root / "ports"

    def at(self, port: int) -> tuple[str, int]:
        """Where one of its ports is answered on this machine."""
        if not self.address.shared:
            return self.address.host, port
        with suppress(OSError):
            for line in self._ports.read_text("ascii").splitlines():
                own, found = line.split()
                if int(own) == port:
                    return self.address.host, int(found)
        return self.address.host, 0  # nobody listens at 0
