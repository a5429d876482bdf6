"""The platforms that a bundle can be for, as pip, lock file and Pulumi name them."""

from __future__ import annotations

from dataclasses import dataclass

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")  # those that the kit runs on, see tools/run.py
# glibc's versions that wheels are built for, the oldest last: pip takes a newer system's older wheel
# only when both are named.
_GLIBC = ("2_34", "2_28", "2_27", "2_26", "2_24", "2_17", "2_12", "2_5")


@dataclass(frozen=True)
class Platform:
    """A system and a processor.

    Attributes:
        system: platform.system() there.
        machine: platform.machine() there.
        os_name, sys_platform: as markers in the lock file have them.
        tags: those of wheels that run there.
    """

    system: str
    machine: str
    os_name: str
    sys_platform: str
    tags: tuple[str, ...]

    def markers(self, python: str) -> dict[str, str]:
        """What the lock file's markers ask, for a Python such as "3.12.4"."""
        return {
            "os_name": self.os_name,
            "sys_platform": self.sys_platform,
            "platform_system": self.system,
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "implementation_name": "cpython",
            "python_version": python.rpartition(".")[0],
            "python_full_version": python,
        }


def _linux(machine: str) -> Platform:
    tags = [f"manylinux_{version}_{machine}" for version in _GLIBC]
    tags += [f"manylinux{name}_{machine}" for name in ("2014", "2010", "1")]
    return Platform("Linux", machine, "posix", "linux", (*tags, f"linux_{machine}"))


def _macos(machine: str) -> Platform:
    tags = [f"macosx_{v}_0_{arch}" for v in range(15, 10, -1) for arch in (machine, "universal2")]
    tags += [f"macosx_10_{version}_universal2" for version in range(16, 8, -1)]
    return Platform("Darwin", machine, "posix", "darwin", tuple(tags))


# Not macOS on Intel: not all packages have wheels for it, and a bundle brings no compiler.
PLATFORMS = {
    "linux-x86_64": _linux("x86_64"),
    "linux-arm64": _linux("aarch64"),
    "macos-arm64": _macos("arm64"),
    "windows-x86_64": Platform("Windows", "AMD64", "nt", "win32", ("win_amd64",)),
}
