"""Pictures inside of a page: an HTML file that is handed on alone shows them."""

from __future__ import annotations

import base64
import re

from tools.environment import ROOT

PICTURE = re.compile(r'src="(?:\.\./)?images/([\w.-]+\.svg)"')


def embedded(html: str) -> str:
    """The page with each picture of images/ itself, where its file was named.

    nbconvert's own `embed_images` ends a `<details>` before what is folded in it.
    """
    return PICTURE.sub(_picture, html)


def _picture(found: re.Match[str]) -> str:
    data = (ROOT / "images" / found[1]).read_bytes()
    return f'src="data:image/svg+xml;base64,{base64.b64encode(data).decode()}"'
