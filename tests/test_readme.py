"""What README, CONTRIBUTING and the rest say is so."""

import re
from pathlib import Path

import pytest

from lab import course
from tools import readme, run

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(ROOT.glob("*.md"))


def test_list_of_chapters_is_the_table_of_the_course():
    text = readme.README.read_text("utf-8")
    assert readme.written(text) == text
    assert set(readme.ADDS) == {chapter.number for chapter in course.CHAPTERS}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_that_a_page_names_exist(page):
    for job in re.findall(r"`make ([a-z]+)", page.read_text("utf-8")):
        assert job in run.JOBS, f"{page.name}: make {job}"


def test_pages_are_found():
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"} <= {page.name for page in PAGES}
