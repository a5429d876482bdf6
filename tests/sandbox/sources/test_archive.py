"""A bundle on a stick, still an archive: unpacked once by its list's hashes, into the kit's folder alone."""

import hashlib
import io
import json
import os
import platform
import sys
import tarfile

import pytest

from sandbox import bundle

MINE = "cp{}{}".format(*sys.version_info[:2])
FILES = {
    f"wheels/a-1-{MINE}-{MINE}-linux_x86_64.whl": b"mine",
    "wheels/d-1-cp38-cp38-linux_x86_64.whl": b"another's",
    "pulumi/cli.tar.gz": b"cli" * 1000,
}


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "requirements.lock").write_text("pins")
    return tmp_path / "kit"


def packed(checkout, bodies_of=FILES, **changed):
    """An archive as `make bundle` writes it."""
    about = {
        "machine": [platform.system(), platform.machine()],
        "pythons": [".".join(map(str, sys.version_info[:2]))],
        "lock": bundle.digest(checkout / "requirements.lock"),
        "pulumi": {"name": "cli.tar.gz", "sha256": "0"},
        "files": {name: hashlib.sha256(body).hexdigest() for name, body in FILES.items()},
        **changed,
    }
    bodies = {"README.md": b"the kit's", f"bundle/{bundle.ABOUT}": json.dumps(about).encode()}
    bodies |= {f"bundle/{name}": body for name, body in bodies_of.items()}
    archive = checkout.parent / "stick.tar"
    with tarfile.open(archive, "w") as opened:
        for name, body in bodies.items():
            entry = tarfile.TarInfo(f"gateway-course/{name}")
            entry.size = len(body)
            opened.addfile(entry, io.BytesIO(body))
    return archive


def test_what_this_python_needs_is_unpacked_once_and_is_a_bundle(checkout, monkeypatch):
    archive = packed(checkout)
    monkeypatch.setenv("KIT_BUNDLE", str(archive))
    found = bundle.find(checkout)
    assert found.folder == checkout / "bundle" and found.pulumi.read_bytes() == b"cli" * 1000
    assert [path.name for path in found.wheels.iterdir()] == [f"a-1-{MINE}-{MINE}-linux_x86_64.whl"]
    assert not (checkout / "README.md").exists() and not list(checkout.rglob("*.part"))
    found.pulumi.write_bytes(b"looked at")
    assert bundle.find(checkout) == found and found.pulumi.read_bytes() == b"looked at"
    os.utime(archive, (1, 1))  # another archive of the same name
    assert bundle.find(checkout).pulumi.read_bytes() == b"cli" * 1000


@pytest.mark.parametrize(
    ("files", "changed", "why"),
    [(FILES, {"machine": ["Plan9", "mips"]}, r"stick\.tar is for Plan9 mips.*\nfix: ask for"),
     (FILES, {"lock": "0"}, "another version"), (FILES, {"files": {"../../x": "0"}}, "no file of a bundle"),
     ({**FILES, "pulumi/cli.tar.gz": b"another"}, {}, r"its hash differs\)\.\nfix: copy the archive again"),
     ({}, {}, r"no whole archive of a bundle \(")],
    ids=["platform", "kit", "outside", "hash", "cut short"],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_the_fix(checkout, monkeypatch, files, changed, why):
    monkeypatch.setenv("KIT_BUNDLE", str(packed(checkout, files, **changed)))
    with pytest.raises(bundle.BundleError, match=why):
        bundle.find(checkout)
    assert not (checkout / "bundle" / bundle.ABOUT).exists()
    assert not (checkout.parent.parent / "x").exists()


def test_a_file_that_is_no_archive_says_so(checkout, monkeypatch):
    (checkout / "holiday.jpg").write_bytes(b"\xff\xd8" * 99)
    monkeypatch.setenv("KIT_BUNDLE", str(checkout / "holiday.jpg"))
    with pytest.raises(bundle.BundleError, match=r"holiday\.jpg is no whole archive .*\nfix: copy"):
        bundle.find(checkout)
