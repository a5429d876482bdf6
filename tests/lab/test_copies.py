"""The learner's copies of the pages: made once, never overwritten, and fresh ones on request."""

import pytest

from lab import copies
from lab.errors import LabError


@pytest.fixture
def course(tmp_path):
    (tmp_path / "notebooks").mkdir()
    for name in ("00_start", "03_rest_api"):
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text(f"{name}, first edition")
    return tmp_path


def test_each_page_is_copied_once_and_a_changed_copy_stays(course):
    assert copies.make(course) == []
    mine = course / "work" / "03_rest_api.ipynb"
    assert mine.read_text() == "03_rest_api, first edition"
    mine.write_text("with my answers")
    assert copies.make(course) == []
    assert mine.read_text() == "with my answers"


def test_a_new_edition_replaces_only_what_was_never_changed(course):
    copies.make(course)
    (course / "work" / "03_rest_api.ipynb").write_text("with my answers")
    for page in (course / "notebooks").iterdir():
        page.write_text("second edition")
    assert copies.make(course) == ["03_rest_api"]
    assert (course / "work" / "00_start.ipynb").read_text() == "second edition"
    assert (course / "work" / "03_rest_api.ipynb").read_text() == "with my answers"


def test_a_copy_of_a_page_that_is_no_more_is_put_away_with_those_before_it(course, monkeypatch):
    monkeypatch.setattr(copies, "ROOT", course)
    copies.make(course)
    mine = course / "work" / "03_rest_api.ipynb"
    mine.write_text("with my answers")
    before = copies.reset(3)
    (course / "notebooks" / "03_rest_api.ipynb").rename(course / "notebooks" / "04_rest_api.ipynb")
    assert copies.make(course) == []
    earlier = course / "work" / copies.EARLIER
    assert (earlier / before.name).read_text() == "with my answers"
    assert (earlier / "03_rest_api.ipynb").read_text() == "03_rest_api, first edition"
    there = sorted(copy.name for copy in mine.parent.glob("*.ipynb"))
    assert there == ["00_start.ipynb", "04_rest_api.ipynb"]


def test_where_many_share_a_kit_earlier_pages_stay_in_the_learners_own_folder(
    course, tmp_path, monkeypatch
):
    own = tmp_path / "own"
    (course / "images").mkdir(exist_ok=True)
    monkeypatch.setenv(copies.COURSE, str(own))
    own.mkdir()
    copies.make(course)
    (course / "notebooks" / "03_rest_api.ipynb").rename(course / "notebooks" / "04_rest_api.ipynb")
    copies.make(course)
    assert (copies.folder(course) / copies.EARLIER / "03_rest_api.ipynb").exists()
    assert copies.folder(course) == own / "work" and not (course / "work").exists()


def test_a_file_that_nobody_noted_is_the_learners(course):
    (course / "work").mkdir()
    (course / "work" / "00_start.ipynb").write_text("copied by hand")
    (course / "work" / copies.NOTE).write_text("no JSON")
    assert copies.make(course) == []
    assert (course / "work" / "00_start.ipynb").read_text() == "copied by hand"


def test_reset_takes_a_fresh_copy_and_keeps_the_old_one(course, monkeypatch, capsys):
    monkeypatch.setattr(copies, "ROOT", course)
    copies.make(course)
    mine = course / "work" / "03_rest_api.ipynb"
    mine.write_text("with my answers")
    kept = copies.reset(3)
    assert f"Yours is kept as work/{kept.name}." in capsys.readouterr().out
    assert kept.read_text() == "with my answers" and kept.parent == mine.parent
    assert mine.read_text() == "03_rest_api, first edition"
    assert copies.make(course) == []


def test_two_resets_within_a_second_keep_both_and_none_keeps_what_was_not_there(
    course, monkeypatch, capsys
):
    monkeypatch.setattr(copies, "ROOT", course)
    monkeypatch.setattr(copies.time, "strftime", lambda form: "2026-11-29-164100")
    mine = course / "work" / "03_rest_api.ipynb"
    assert copies.reset(3) == mine
    assert "work/03_rest_api.ipynb is new: you had none." in capsys.readouterr().out
    kept = []
    for text in ("first", "second", "third"):
        mine.write_text(text)
        kept.append(copies.reset(3))
    assert [path.read_text() for path in kept] == ["first", "second", "third"]
    assert kept[2].name == "03_rest_api.2026-11-29-164100-3.ipynb"


def test_a_page_that_is_not_there_is_told_with_those_that_are(course, monkeypatch):
    monkeypatch.setattr(copies, "ROOT", course)
    with pytest.raises(LabError, match="There is no chapter 42"):
        copies.reset(42)
    with pytest.raises(LabError, match=r"The page cannot be copied: "):
        copies.reset(8)
