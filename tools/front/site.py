"""Make build/site/: the course as pages that can be read without installing anything.

    make site          (python tools/run.py site)

The pages are those that `make tutorial` has written to build/, with all that their cells showed; the
index is made from the course. It is plain files, for any web server: .github/workflows/site.yml
publishes it. Nothing in it is fetched from anywhere else.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping
from html import escape
from pathlib import Path

from lab import course
from lab.draw import theme
from tools.notebooks import ROOT
from tools.parts import PARTS, Part
from tools.readme import ADDS

BUILD = ROOT / "build"
SITE = BUILD / "site"
MOVING, STILL = "first_minute.webp", "first_minute_still.webp"
TITLE = "A language model behind an API gateway"
LEAD = (
    "A course in Jupyter notebooks: an API gateway, one cloud resource at a time. Each page below is "
    "a whole run of it, with everything that its cells have shown."
)
# At a phone's width a whole picture has letters of six pixels: there it keeps its size, and is moved with a finger.
DRAWN = ':is([src$=svg],[src^="data:image/svg"])'
MOVED = (
    f"@media (max-width:40rem){{p:has(> img{DRAWN}){{overflow-x:auto}}"
    f"p > img{DRAWN}{{max-width:none;width:40rem}}}}"
)
STYLE = f"""
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 {theme.FONT}; max-width: 60rem; margin: 0 auto; padding: 1rem; }}
img {{ max-width: min(100%, 40rem); height: auto; }}
img[src$=webp] {{ max-width: 100%; }}
table {{ border-collapse: collapse; width: 100%; }}
td, th {{ text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8884; }}
td:last-child, th:last-child {{ text-align: right; white-space: nowrap; }}
code {{ font-family: {theme.MONO}; overflow-wrap: anywhere; }}
@media (max-width: 40rem) {{ td, th {{ padding: .3rem .2rem; }} }}
{MOVED}
"""
# What nbconvert has every page fetch, for widgets and mathematics that no page of ours has.
FETCHED = re.compile(r"<script[^>]* src=\"https?://[^\"]*\"[^>]*>\s*</script>")
# The way back, and lines as short as a notebook's.
BACK = f"""<style>body{{max-width:62rem;margin:0 auto}}img{{max-width:40rem}}{MOVED}</style>
<p style="margin:1em 2em"><a href="index.html" style="text-decoration:underline">← The course</a></p>"""


def executed(folder: Path) -> dict[str, str]:
    """The executed pages of the course's chapters that are in a folder, by name."""
    files = {each.name: folder / f"{each.name}.html" for each in course.CHAPTERS}
    return {name: file.read_text("utf-8") for name, file in files.items() if file.exists()}


def page(html: str) -> str:
    """An executed page for the site: its links lead to other pages of it, and it fetches nothing."""
    html = FETCHED.sub("", html)
    html = html.replace('src="../images/', 'src="images/')
    html = re.sub(r'(href="(?:\.\./notebooks/)?\w+)\.ipynb', r"\1.html", html)
    return re.sub(r"(<body[^>]*>)", rf"\1{BACK}", html, count=1)


def index(pages: Mapping[str, str]) -> str:
    """The first page: the map of the course."""
    parts = "\n".join(_part(number, part, pages) for number, part in enumerate(PARTS, 1))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{TITLE}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{TITLE}</h1>
<p>{LEAD}</p>
<picture>
<source media="(prefers-reduced-motion: reduce)" srcset="images/{STILL}">
<img src="images/{MOVING}" alt="JupyterLab: resources are deployed, the model answers, a burst meets its limit">
</picture>
{parts}
</body>
</html>
"""


def _part(number: int, part: Part, pages: Mapping[str, str]) -> str:
    """A part with its picture and a row for each chapter; a chapter without a page has no link."""
    rows = []
    for chapter in part.chapters:
        name = f"{chapter.number:02d} {escape(chapter.title)}"
        if chapter.name in pages:
            name = f'<a href="{chapter.name}.html">{name}</a>'
        adds = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(ADDS[chapter.number]))
        rows.append(f"<tr><td>{name}</td><td>{adds}</td><td>{chapter.minutes} min</td></tr>")
    file, shows = part.picture
    return f"""<h2>{number} {escape(part.title)}</h2>
<p>You can {escape(part.able)}.</p>
<p><img src="images/{file}" alt="{escape(shows)}"></p>
<table>
<tr><th>Page</th><th>What is deployed</th><th>Time</th></tr>
{chr(10).join(rows)}
</table>"""


def write(pages: Mapping[str, str], folder: Path) -> None:
    """The whole site, in place of what is in the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "images").mkdir(parents=True)
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(page(html), encoding="utf-8")
    (folder / "index.html").write_text(index(pages), encoding="utf-8")
    for picture in sorted((ROOT / "images").iterdir()):
        shutil.copy(picture, folder / "images" / picture.name)


def main() -> int:
    """Write the site; 1 when a page of the course has not been executed."""
    pages = executed(BUILD)
    missing = [each.name for each in course.CHAPTERS if each.name not in pages]
    if missing:
        print(f"error: build/ lacks {', '.join(missing)}.\nfix: make tutorial", file=sys.stderr)
        return 1
    write(pages, SITE)
    print(f"{len(pages)} pages and their index: {SITE / 'index.html'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
