"""What lessons promise of outputs: how it is written, and when a run does not keep it."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools.pages import expects

OUTPUT = "no key   401 Unauthorized\nblue   200\n3 pieces: 0.1 s"


def missed(*lines, first=False):
    return expects.missed([f"# expect{line}" for line in lines], OUTPUT, first=first)


def test_the_lines_leave_the_code_and_nothing_else_does():
    code, found = expects.split("up()\n# a comment\n# expect: 200\n# expect no: 403  \n")
    assert code == "up()\n# a comment"
    assert found == ["# expect: 200", "# expect no: 403"]
    assert expects.split("# expected by whom?\nx = 1") == ("# expected by whom?\nx = 1", [])


@pytest.mark.parametrize("line", ["# expect", "# expect:", "# expect 200", "# expect twice: 200"])
def test_a_line_that_only_begins_like_one_is_refused(line):
    with pytest.raises(
        ValueError, match=r"is no expectation: see the head of tools/pages/expects\.py"
    ):
        expects.split(f"up()\n{line}")


def test_texts_are_found_one_after_the_other():
    assert missed(": no key … 401", ": blue … 200") == []
    assert missed(": blue", ": no key") == ["expect: no key"]


def test_an_ellipsis_stays_on_its_line():
    assert missed(": no key … 200") == ["expect: no key … 200"]


def test_one_of_several_is_enough():
    assert missed(": 404 | 401") == []
    assert missed(": 404 | 500") == ["expect: 404 | 500"]


def test_a_count_is_exact_and_no_means_nowhere():
    assert missed(" 2 times: 0", " no: 403") == ["expect 2 times: 0"]
    assert missed(" 4 times: 0", " no: 401") == ["expect no: 401"]


def test_what_is_so_only_the_first_time_is_looked_at_only_then():
    assert missed(" first: 404") == []
    assert missed(" first: 404", first=True) == ["expect first: 404"]
    assert missed(" first: blue", ": no key", first=True) == []
    assert missed(" first no: blue", " first 2 times: blue") == []
    both = ["expect first no: blue", "expect first 2 times: blue"]
    assert missed(" first no: blue", " first 2 times: blue", first=True) == both


def test_the_first_cell_that_breaks_its_promise_is_told_with_what_it_shows():
    fine = new_code_cell(
        "1", metadata={"expects": ["# expect: 200"]}, outputs=[new_output("stream", text="200\n")]
    )
    wrong = new_code_cell(
        "2",
        metadata={"expects": ["# expect: 200"]},
        outputs=[
            new_output("display_data", {"text/plain": "403", "text/html": "200"}),
            new_output("error", ename="LabError", evalue="refused"),
        ],
    )
    notebook = new_notebook(cells=[fine, wrong])
    assert expects.unmet(new_notebook(cells=[fine])) is None
    assert expects.unmet(notebook) == (
        "cell 2 does not show what its lesson says:\n  expect: 200\n"
        "It shows:\n403\nLabError: refused"
    )


def test_a_run_fails_when_a_cell_does_not_show_what_its_lesson_says(tmp_path):
    from tools import notebooks

    path = tmp_path / "says.ipynb"
    cell = new_code_cell("print(403)", metadata={"expects": ["# expect: 200"]})
    nbformat.write(new_notebook(cells=[cell]), path)
    done = notebooks.run(path, home=tmp_path)
    assert done.error is not None
    assert done.error.startswith("cell 1 does not show what its lesson says:\n  expect: 200")
