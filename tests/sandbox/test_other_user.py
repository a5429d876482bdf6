"""Another user of the machine: reads nothing of a sandbox, and nothing works for them."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from sandbox import cloud
from sandbox.home import CHECKOUT, Home, private
from tests.sandbox.test_cloud import client, function

NOBODY = 65534
needs_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0,
    reason="Linux and macOS only, as root: who else can become another user",
)

# Runs as root until all is imported: nobody may not read where Python is.
AS_NOBODY = """
import json, os, sys
import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

port, user, *paths = json.loads(sys.argv[1])
if user:
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    assert os.geteuid() == user

def tried(what):
    try:
        return f"did it: {str(what())[:40]}"
    except grpc.RpcError as error:
        return error.code().name
    except OSError as error:
        return type(error).__name__

provider = provider_pb2_grpc.ResourceProviderStub(grpc.insecure_channel(f"127.0.0.1:{port}"))
create = provider_pb2.CreateRequest(urn="urn:pulumi:s::p::aws:s3/bucketObjectv2::o", name="o")
found = {
    "GetPluginInfo": tried(lambda: provider.GetPluginInfo(empty_pb2.Empty(), timeout=20)),
    "Create": tried(lambda: provider.Create(create, timeout=20)),
}
for path in paths:
    found[path] = tried(lambda: os.listdir(path) if os.path.isdir(path) else open(path).read())
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def running():
    """A sandbox with a provider, below a folder that everybody may enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    before = os.umask(0o022)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("KIT_PROVIDER", raising=False)
            yield cloud.start(folder / "kit")
    finally:
        os.umask(before)
        cloud.stop(folder / "kit")
        shutil.rmtree(folder)


def tries(running, user, paths=()):
    """What a user can do: call the provider, read files and list folders."""
    arguments = json.dumps([running.provider_port, user, *map(str, paths)])
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, arguments],
        cwd=CHECKOUT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@needs_root
def test_nothing_works_for_nobody_and_all_for_the_owner(running):
    cloud.environment(running.home)  # makes the passphrase and the folder of the stacks
    function(running).invoke(FunctionName="f")
    place = Home(running.home)
    files = [place.root_key, place.record, place.ports, place.log, place.state / "iam.json"]
    paths = [place.path, *files, place.path / "passphrase", place.path / "backend", place.tmp]
    mine = tries(running, 0, paths)
    assert mine["GetPluginInfo"].startswith("did it")
    assert all(mine[str(path)].startswith("did it") for path in paths)
    theirs = tries(running, NOBODY, paths)
    assert theirs.pop("GetPluginInfo") == theirs.pop("Create") == "PERMISSION_DENIED"
    assert theirs == {str(path): "PermissionError" for path in paths}


@pytest.mark.skipif(sys.platform == "win32", reason="Linux and macOS only: modes of files")
def test_whatever_a_sandbox_writes_is_its_owners_alone(running):
    cloud.environment(running.home)
    client(running, "s3").create_bucket(Bucket="bucket")
    client(running, "s3").put_object(Bucket="bucket", Key="a/key", Body=b"x")
    client(running, "apigateway").create_api_key(name="k", enabled=True)
    assert (
        client(running, "iam").list_roles() and stat.S_IMODE(running.home.stat().st_mode) == 0o700
    )
    programs = running.home / "bin"  # links to what is installed, no secret of anybody's
    found = [path for path in running.home.rglob("*") if programs not in (path, *path.parents)]
    assert len(found) > 10
    assert [path for path in found if path.stat().st_mode & 0o077] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Linux and macOS only: modes of files")
def test_a_home_that_was_open_is_closed_but_no_folder_of_everybodys(tmp_path, monkeypatch):
    home = tmp_path / "kit"
    home.mkdir(0o755)
    private(home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    private(shared)
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777
    monkeypatch.setattr(Path, "home", lambda: shared)
    shared.chmod(0o755)
    private(shared)
    assert stat.S_IMODE(shared.stat().st_mode) == 0o755
