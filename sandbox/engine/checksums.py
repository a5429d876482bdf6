"""What an archive has to be before it is unpacked: a pin of the kit, else a list over HTTPS.

A pin says what the file is, so it may come from anywhere, a mirror or a proxy's cache too. A list
of checksums says no more than the server that sent it, so it counts over HTTPS only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.engine.cli import EngineError

# One line an archive; VERSION in cli.py and AWS_VERSION in plugins.py name the same versions.
# Linux and macOS: Pulumi's own Homebrew formula, github.com/pulumi/homebrew-tap, commit f745989.
# Windows: SHA512SUMS of the release, as github.com/ScoopInstaller/Main has it, commit e90be66.
# Not here, so they are taken with a list over HTTPS only: the CLI for Windows on ARM, and the AWS
# provider, for which Pulumi publishes SHA-1 only.
PINS = {
    "pulumi-v3.250.0-linux-x64.tar.gz": (
        "8916fd36ccc96adbd45ca679194b685e3b767d94502ae05610878a6d9870b8f3"
    ),
    "pulumi-v3.250.0-linux-arm64.tar.gz": (
        "deb4bf0d05b4cbaf3adcf82ffa44039ad0ebf039e33338ead8136877a437b4e5"
    ),
    "pulumi-v3.250.0-darwin-x64.tar.gz": (
        "8aa1615ed737022949d4050bf183ab37bce1f9cecb88877bc6636db82604e348"
    ),
    "pulumi-v3.250.0-darwin-arm64.tar.gz": (
        "dbd289ce3069cf567683252082e226aef533775f546df7286f64f3f36f5fda28"
    ),
    "pulumi-v3.250.0-windows-x64.zip": (
        "83b36fe2063afd373a5e5bff0ec941bd1b6112b6b63aa5340ef3313b00495bd7"
        "370fcbb85cbeed487d651fccca2cf1571d521932709a1631c6f053d6f986e72e"
    ),
}

_ALGORITHMS = {40: "sha1", 64: "sha256", 128: "sha512"}  # by the number of hexadecimal digits
_NAMES = {"sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512"}

ReadList = Callable[[], tuple[str, str]]
"""The list's text and the address that it came from in the end, redirects followed."""


@dataclass(frozen=True)
class Checksum:
    """A digest in hexadecimal digits, and who says so: "the kit" or a list's address."""

    digest: str
    source: str

    def check(self, archive: Path, url: str) -> None:
        """Compare a file with it.

        Args:
            url: where the file came from, for the message.

        Raises:
            EngineError: the file is another one.
        """
        algorithm = _ALGORITHMS[len(self.digest)]
        with archive.open("rb") as file:
            seen = hashlib.new(algorithm)
            while part := file.read(1 << 20):
                seen.update(part)
        if seen.hexdigest() != self.digest:
            raise EngineError(
                f"{url}: its {_NAMES[algorithm]} is {seen.hexdigest()}, not {self.digest} as "
                f"{self.source} has it; it was not unpacked. "
                "Fix: run it again without the proxy or mirror in between"
            )


def expected(name: str, list_url: str, read_list: ReadList) -> Checksum:
    """What the archive with this name has to be.

    Raises:
        EngineError: the kit does not know, and no list that came over HTTPS does.
    """
    if name in PINS:
        return Checksum(PINS[name], "the kit")
    if not list_url.startswith("https://"):
        raise _unknown(name, f"{list_url} is not HTTPS")
    try:
        text, came_from = read_list()
    except OSError as error:
        raise _unknown(name, f"{list_url}: {getattr(error, 'reason', error)}") from error
    if not came_from.startswith("https://"):
        raise _unknown(name, f"{list_url} leads to {came_from}, which is not HTTPS")
    found = listed(text, name)
    if found is None:
        raise _unknown(name, f"{list_url} has no line for it")
    return Checksum(found, list_url)


def listed(text: str, name: str) -> str | None:
    """The digest of a file in a list as sha256sum writes them; None when it has none."""
    for line in text.splitlines():
        words = line.split()
        if len(words) == 2 and words[1].removeprefix("*").removeprefix("./") == name:
            digest = words[0].lower()
            known = len(digest) in _ALGORITHMS and re.fullmatch("[0-9a-f]+", digest)
            return digest if known else None
    return None


def _unknown(name: str, why: str) -> EngineError:
    return EngineError(
        f"{name} cannot be verified, so it is not used: the kit has no checksum of it, and {why}. "
        "Fix: use an https:// address that has the list of checksums beside the file"
    )
