"""`rm -rf` of a home under a sandbox that lives, and that writes as files are taken away."""

import shutil
from pathlib import Path


def remove(home: Path) -> None:
    """Delete a home; what goes by itself meanwhile is gone, and what is written goes as well."""
    while home.exists():
        shutil.rmtree(home, ignore_errors=True)
