"""A root of a file system as Lambda's Python 3.12 has it, nearly bare: an interpreter, the C library,
the layer below /opt, the function's code below /var/task. python -m tests.gateway.bare_root

It prepares the interpreter, out of a package of Maven's, in build/.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / "build" / "cpython-3.12"
PACKAGE = "org.bytedeco:cpython:3.12.1-1.5.10:jar:linux-x86_64"
SHA256 = "a135fcf4dc01adebf7ea439252276fc3196db80f7e0dd3da0b61f1ec489b68bd"
INSIDE = "org/bytedeco/cpython/linux-x86_64/"
LEFT_OUT = ("include/", "share/", "libs/", "lib/python3.12/test/", "lib/python3.12/idlelib/")
LIBRARIES = re.compile(r"(?:=> )?(/\S+) \(0x")
# What AL2023 has, and llama.cpp needs: not libgomp, which the layer brings.
MORE = ("libstdc++.so.6", "libgcc_s.so.1")


def prepare() -> Path:
    """The interpreter's folder; it is fetched once.

    Raises:
        subprocess.CalledProcessError, OSError: Maven is not there, or does not get it.
        RuntimeError: it is another file than the one that is known.
    """
    if (PYTHON / "bin").is_dir():
        return PYTHON
    build = PYTHON.parent
    build.mkdir(exist_ok=True)
    goal = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
    where = f"-DoutputDirectory={build}"
    subprocess.run(["mvn", "-B", "-q", goal, f"-Dartifact={PACKAGE}", where], check=True)
    (jar,) = build.glob("cpython-3.12.*.jar")
    if hashlib.sha256(jar.read_bytes()).hexdigest() != SHA256:
        raise RuntimeError(f"{jar} is not the file that is known")
    unpacked = PYTHON.with_suffix(".unpacked")
    shutil.rmtree(unpacked, ignore_errors=True)
    with zipfile.ZipFile(jar) as opened:
        for name in opened.namelist():
            inner = name.removeprefix(INSIDE)
            if inner != name and inner and not inner.startswith(LEFT_OUT):
                opened.extract(name, unpacked)
    (unpacked / INSIDE / "bin" / "python3.12").chmod(0o755)
    (unpacked / INSIDE).rename(PYTHON)
    shutil.rmtree(unpacked)
    jar.unlink()
    return PYTHON


def make(root: Path, layer: Path, code: Path) -> None:
    """Fill a folder: the interpreter, the layer's zip unpacked, the function's code."""
    shutil.copytree(prepare(), root / "var" / "lang")
    shutil.copytree(code, root / "var" / "task", ignore=shutil.ignore_patterns("__pycache__"))
    with zipfile.ZipFile(layer) as opened:
        opened.extractall(root / "opt")
    for library in libraries(root / "var" / "lang"):
        target = root / library.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, target)
    for folder in ("tmp", "proc", "dev"):
        (root / folder).mkdir(exist_ok=True)


def libraries(python: Path) -> list[Path]:
    """The machine's own libraries that the interpreter and its modules need, the loader, and MORE."""
    needing = [python / "bin" / "python3.12", *python.rglob("lib-dynload/*.so")]
    listed = subprocess.run(["ldd", *needing], capture_output=True, text=True, check=True).stdout
    found = {Path(path) for path in LIBRARIES.findall(listed)}
    cache = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    for name in MORE:
        match = re.search(rf"{re.escape(name)} .*x86-64.* => (\S+)", cache)
        assert match, f"{name} is not installed"
        found.add(Path(match[1]))
    return sorted(path for path in found if not path.is_relative_to(python) and path.exists())


def run(root: Path, script: Path, processor: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a script there as Lambda would: read-only but for 512 MB of /tmp, one processor, somebody
    who is nobody here, no HOME, and no other folder of this machine."""
    shutil.copy(script, root / "var" / "task" / script.name)
    steps = (
        f"mount --bind {root} {root}",
        f"mount -o remount,bind,ro {root}",
        f"mount -t tmpfs -o size=512m,mode=1777 tmpfs {root}/tmp",
        f"mount -t proc proc {root}/proc",
    )
    environment = (
        "env -i PATH=/var/lang/bin LD_LIBRARY_PATH=/var/lang:/opt/lib LANG=C.UTF-8 "
        "PYTHONPATH=/var/task:/opt/python PYTHONDONTWRITEBYTECODE=1 LAMBDA_TASK_ROOT=/var/task"
    )
    python = f"/var/lang/bin/python3.12 /var/task/{script.name}"
    within = f"{shutil.which('chroot')} --userspec=993:990 {root} {python}"
    last = f"exec taskset -c {processor} {environment} {within}"
    command = " && ".join([*steps, last])
    return subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "--net", "sh", "-c", command],
        capture_output=True,
        text=True,
        timeout=120,
    )


if __name__ == "__main__":
    print(prepare())
    sys.exit(0)
