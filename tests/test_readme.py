"""What README, CONTRIBUTING and the rest say is so."""

import itertools
import re
from pathlib import Path

import pytest

from lab import course
from tools import readme, run

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(ROOT.glob("*.md"))


@pytest.mark.parametrize("page", readme.GENERATED, ids=lambda page: page.name)
def test_tables_are_what_the_code_says(page):
    assert page.read_text("utf-8") == readme.written(page)


def test_the_list_of_chapters_has_every_chapter():
    assert set(readme.ADDS) == {chapter.number for chapter in course.CHAPTERS}


def test_the_first_page_names_every_chapter_after_it():
    text = (ROOT / "lessons" / "00_start.py").read_text("utf-8")
    rows = re.findall(r"^# \| ([\d, ]+) \|", text, re.MULTILINE)
    named = [int(number) for row in rows for number in row.split(",")]
    assert named == [chapter.number for chapter in course.CHAPTERS][1:]


def test_the_list_of_rooms_has_every_package():
    packages = {
        f"`{file.parent.relative_to(ROOT).as_posix()}/`"
        for part in readme.PARTS
        for file in (ROOT / part).rglob("__init__.py")
    }
    assert len(packages) > 30
    assert {row.split(" | ")[0].strip("| ") for row in readme.rooms()} >= packages


def test_a_folder_that_does_not_say_what_never_lives_there_is_told(tmp_path):
    file = tmp_path / "__init__.py"
    file.write_text('"""What lives here."""\n', encoding="utf-8")
    with pytest.raises(ValueError, match="needs a second paragraph"):
        readme.told(file)


WALKS = re.findall(
    r"^### (.+?)\n(.*?)(?=^##|\Z)", readme.CONTRIBUTING.read_text("utf-8"), re.MULTILINE | re.DOTALL
)


def steps(text):
    """The files of a walk, in order."""
    return re.findall(r"^\d+\. `([^`]+)`", text, re.MULTILINE)


@pytest.mark.parametrize("title, text", WALKS, ids=lambda value: value[:20])
def test_a_walk_goes_through_files_that_exist_and_not_back_and_forth(title, text):
    files = steps(text)
    assert len(files) > 4, title
    assert [file for file in files if not (ROOT / file).is_file()] == []
    rooms = [room for room, _ in itertools.groupby(str(Path(file).parent) for file in files)]
    assert max(map(rooms.count, rooms)) <= 3, f"{title}: {rooms}"


def test_there_are_four_walks():
    assert len(WALKS) == 4


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        if not target.startswith(("http", "../../")):  # what is above the tree is GitHub's own
            assert (ROOT / target).exists(), f"{page.name}: {target}"


def test_the_minutes_of_a_page_are_as_long_as_it_says():
    text = (ROOT / "README.md").read_text("utf-8")
    minutes = [chapter.minutes for chapter in course.CHAPTERS if chapter.steps]
    assert f"a page is {min(minutes)} to {max(minutes)} minutes" in text


def test_the_moving_picture_is_there_and_stands_still_for_who_wants_no_motion():
    text = (ROOT / "README.md").read_text("utf-8")
    shown = re.findall(r'(?:src|srcset)="([^"]+)"', text)
    assert len(shown) == 2 and all((ROOT / each).is_file() for each in shown)
    assert "prefers-reduced-motion: reduce" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_that_a_page_names_exist(page):
    for job in re.findall(r"`make ([a-z]+)", page.read_text("utf-8")):
        assert job in run.JOBS, f"{page.name}: make {job}"


def test_pages_are_found():
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"} <= {page.name for page in PAGES}
