"""The site: every page of the course, an index, and no link that leads nowhere."""

import re
from html.parser import HTMLParser

import nbformat
import pytest
from nbconvert import HTMLExporter

from lab import course
from tools import parts, tutorial
from tools.front import site
from tools.notebooks import NOTEBOOKS, Run


class Links(HTMLParser):
    """What a page leads to and shows, and which places it has."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.ids, self.scripts = [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids.add(given.get("id"))
        if tag == "script":
            self.scripts.append(given.get("src"))
        for name in ("href", "src", "srcset"):
            if given.get(name):
                self.targets.append(given[name])


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The site of pages that nobody has run, and of their prose alone: that has the links."""
    exporter = HTMLExporter()
    made = {}
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        read = nbformat.read(path, as_version=4)
        read.cells = [cell for cell in read.cells if cell.cell_type == "markdown"]
        made[path.stem], _ = exporter.from_notebook_node(read)
    folder = tmp_path_factory.mktemp("site")
    site.write(made, folder)
    return folder


@pytest.fixture(scope="module")
def pages(built):
    return {file.name: Links(file.read_text("utf-8")) for file in built.glob("*.html")}


def test_every_page_of_the_course_is_there_and_in_the_index(pages):
    wanted = {f"{chapter.name}.html" for chapter in course.CHAPTERS}
    assert set(pages) == wanted | {"index.html"}
    assert wanted <= set(pages["index.html"].targets)


def test_all_links_resolve(built, pages):
    told = 0
    for name, page in pages.items():
        for target in page.targets:
            if re.match(r"https?:|data:|mailto:", target):
                continue
            file, _, anchor = target.partition("#")
            told += 1
            assert not file or (built / file).is_file(), f"{name}: {target}"
            if anchor and (not file or file in pages):
                assert anchor in pages[file or name].ids, f"{name}: {target}"
    assert told > 10 * len(pages)


def test_nothing_is_fetched_from_elsewhere(pages):
    for name, page in pages.items():
        assert not [src for src in page.scripts if src], name


def test_each_page_leads_back(pages):
    assert all("index.html" in page.targets for name, page in pages.items() if name != "index.html")


def test_pictures_of_parts_exist_and_each_chapter_is_in_one_part(built):
    assert all((built / "images" / part.picture[0]).is_file() for part in parts.PARTS)
    assert [each for part in parts.PARTS for each in part.chapters] == list(course.CHAPTERS)


def test_an_executed_page_has_its_pictures_inside(tmp_path, monkeypatch):
    monkeypatch.setattr(tutorial, "BUILD", tmp_path)
    path = NOTEBOOKS / "11_how_many_requests.ipynb"
    read = nbformat.read(path, as_version=4)
    tutorial.write_html(Run(path, 0, 0.0, None, read))
    written = (tmp_path / "11_how_many_requests.html").read_text("utf-8")
    assert written.index("break-all") < written.index("word-break: normal"), "the last one counts"
    page = Links(written)
    shown = [target for target in page.targets if target.startswith("data:image/svg")]
    assert len(shown) == len(re.findall(r"!\[", str(read)))
    assert not [target for target in page.targets if target.endswith(".svg")]
    folds = re.findall(r"<details><summary>All references.*?</details>", written, re.DOTALL)
    assert [fold for fold in folds if "</table>" in fold] == folds != []


def test_pages_that_were_not_run_are_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(site, "BUILD", tmp_path)
    (tmp_path / "00_start.html").write_text("<body></body>")
    assert site.main() == 1
    told = capsys.readouterr().err
    assert "01_iam_role" in told and "00_start" not in told and "fix: make tutorial" in told
