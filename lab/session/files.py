"""Small files that an engine and several notebooks write: read when torn, written at one stroke."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import yaml


def read_yaml(path: Path) -> dict[str, Any] | None:
    """The mapping in a file, {} when there is none; None when it is cut or is no mapping."""
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, yaml.YAMLError):
        return None
    return found if isinstance(found, dict) else None


def is_json(path: Path) -> bool:
    """Whether the file holds JSON."""
    try:
        json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return True


def age(path: Path) -> float:
    """Seconds since a file was written; 0 when it is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def write(path: Path, text: str) -> None:
    """Write a file only when it differs: two notebooks may start at once.

    At one stroke: a disk that is full must not cost what was in it.
    """
    if not path.exists() or path.read_bytes() != text.encode():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)
