"""The Lambda Web Adapter, which streams on AWS: where it is once it is built, and its layer.

`python -m tools.others.adapter` builds it from its crate.
"""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

# The newest that is published as a crate. AWS's layer 27 has 1.0.0, which is this and fixes around it.
VERSION = "1.0.0-rc1"
# What AWS's layer has as /opt/bootstrap: it starts the function's handler, which is a script.
BOOTSTRAP = b'#!/bin/bash\n\nexec -- "${LAMBDA_TASK_ROOT}/${_HANDLER}"\n'


def program() -> Path:
    """Where the adapter is: outside the checkout, for all of them."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "llm-gateway-course" / f"lambda-adapter-{VERSION}" / "bin" / "lambda-adapter"


def layer() -> bytes:
    """The zip of its layer, as AWS publishes one.

    Raises:
        OSError: it is not built.
    """
    packed = io.BytesIO()
    files = {"bootstrap": BOOTSTRAP, "extensions/lambda-adapter": program().read_bytes()}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100755 << 16
            opened.writestr(entry, data)
    return packed.getvalue()
