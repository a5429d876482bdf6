"""Compares with a golden file; KIT_GOLDEN=1 writes it instead, to be read before it is committed."""

from __future__ import annotations

import os
import re
from pathlib import Path

GOLDEN = Path(__file__).parents[2] / "golden"


def check(name: str, text: str) -> None:
    """The text equals tests/golden/<name>; the style sheet, which all panels share, left out."""
    path = GOLDEN / name
    text = re.sub(r"<style>.*?</style>", "<style/>", text)
    text = re.sub("><(t|li)", r">\n<\1", text) + "\n"
    if os.environ.get("KIT_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"no {path.name}: make it with KIT_GOLDEN=1 and read it"
    assert text == path.read_text(encoding="utf-8")
