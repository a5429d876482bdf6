"""Each lint rule on a small notebook that breaks it, to the whole message; and what it lets by."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lab import course
from tools import lint
from tools.pages import code_rules, minutes

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}


def md(text):
    return new_markdown_cell(text)


def code(text):
    return new_code_cell(text)


@pytest.fixture
def findings(tmp_path):
    """Write a notebook of these cells and return what one rule finds in it."""

    def find(rule, *cells, name="01_iam_role", metadata=KERNEL, steps=frozenset()):
        folder = tmp_path / "notebooks"
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=list(cells), metadata=metadata), path)
        found = lint.lint(path, steps, (rule,))
        prefix = f"notebooks/{name}.ipynb:"
        assert all(line.startswith(prefix) for line in found)
        return [line.removeprefix(prefix) for line in found]

    return find


def chapter_cells():
    """A page that has every part of a chapter's outline."""
    return [md("# A title"), *(md(f"## {part}") for part in lint.CHAPTER_OUTLINE)]


def test_a_page_has_one_title(findings):
    assert findings(lint.one_title, md("# A"), code("1")) == []
    assert findings(lint.one_title, md("text")) == [
        "cell 1: the page has no title: begin with one `# ` heading [one_title]"
    ]
    assert findings(lint.one_title, md("# A"), md("# B")) == [
        "cell 2: 'B' is a second title: use ## below the first [one_title]"
    ]
    assert findings(lint.one_title, md("text"), md("# A")) == [
        "cell 2: the title 'A' is not in the first cell [one_title]"
    ]


def test_a_comment_in_a_fenced_block_is_no_title(findings):
    assert findings(lint.one_title, md("# A\n```\n# not a title\n```")) == []


def test_headings_do_not_skip_levels(findings):
    assert findings(lint.heading_order, md("# A\n## B\n### C\n## D")) == []
    assert findings(lint.heading_order, md("# A"), md("### C")) == [
        "cell 2: 'C' jumps from level 1 to 3 [heading_order]"
    ]


def test_a_chapter_has_all_parts_in_order(findings):
    cells = chapter_cells()
    assert findings(lint.outline, *cells) == []
    without_break = [cell for cell in cells if cell.source != "## Break it"]
    assert findings(lint.outline, *without_break) == [
        "cell 12: the part 'Break it' is missing before 'Your turn' [outline]"
    ]
    assert findings(lint.outline, *cells[:-1]) == [
        "cell 14: the part 'Recap' is missing at the end [outline]"
    ]
    assert findings(lint.outline, *cells, md("## Look")) == [
        "cell 16: the part 'Look' comes too late or twice [outline]"
    ]
    assert findings(lint.outline, *cells, md("## Rules")) == [
        "cell 16: the outline has no part 'Rules': use ### inside a part [outline]"
    ]


def test_a_part_may_say_more_after_a_colon(findings):
    cells = chapter_cells()
    cells[11] = md("## Break it: a classic")
    assert findings(lint.outline, *cells) == []


def test_code_follows_prose(findings):
    assert findings(lint.explained, md("# A"), code("1")) == []
    said = "no prose before this code: say what will appear [explained]"
    assert findings(lint.explained, code("1")) == [f"cell 1: {said}"]
    assert findings(lint.explained, md("# A"), code("1"), code("2")) == [f"cell 3: {said}"]


def test_cells_are_short(findings):
    long = "\n".join("x = 1" for _ in range(18))
    assert findings(lint.cell_length, code(long)) == [
        "cell 1: 18 lines of code, at most 17 [cell_length]"
    ]
    assert findings(lint.cell_length, code(long), steps=frozenset({long})) == []
    step = "\n".join("x = 1" for _ in range(36))
    assert findings(lint.cell_length, code(step), steps=frozenset({step})) == [
        "cell 1: 36 lines of code, at most 35 [cell_length]"
    ]


def test_a_page_may_have_two_longer_cells(findings):
    longer = [code("\n".join(f"x = {n}" for _ in range(14))) for n in range(3)]
    assert findings(lint.cell_length, *longer[:2]) == []
    assert findings(lint.cell_length, *longer) == [
        "cell 3: 14 lines: the page has 2 cells over 13 lines already [cell_length]"
    ]


def test_lines_do_not_scroll_sideways(findings):
    assert findings(lint.line_length, code("x" * 76)) == []
    assert findings(lint.line_length, code("1\n" + "x" * 77)) == [
        "cell 1: line 2 has 77 columns, at most 76 [line_length]"
    ]


def test_pictures_have_words(findings):
    assert findings(lint.alt_text, md("![A box](a.svg)")) == []
    assert findings(lint.alt_text, md("![](a.svg)")) == [
        "cell 1: a.svg has no alternative text [alt_text]"
    ]
    assert findings(lint.alt_text, md(f"![{'x' * 151}](a.svg)")) == [
        "cell 1: the alternative text of a.svg has 151 letters, at most 150 [alt_text]"
    ]
    assert findings(lint.alt_text, md("![Image of a box](a.svg)")) == [
        "cell 1: the alternative text of a.svg says what it is, not what it shows [alt_text]"
    ]
    assert findings(lint.alt_text, md("<img src='a.svg'>")) == [
        "cell 1: an <img> tag: use ![what it shows](../images/name.svg) [alt_text]"
    ]


def test_links_lead_somewhere(findings, tmp_path):
    (tmp_path / "README.md").write_text("x")
    assert findings(lint.targets, md("[the README](../README.md#top), [AWS](https://a.b)")) == []
    assert findings(lint.targets, md("[next](gone.ipynb)")) == [
        "cell 1: gone.ipynb does not exist [targets]"
    ]
    assert findings(lint.targets, md("[here](https://a.b)")) == [
        "cell 1: a link called 'here' does not say where it leads [targets]"
    ]


def test_nothing_of_a_run_is_stored(findings):
    cell = code("1")
    cell.outputs = [new_output("stream", text="secret")]
    cell.execution_count = 3
    assert findings(lint.clean, cell, metadata={**KERNEL, "widgets": {}}) == [
        "cell 1: an execution count is stored: build the notebook again [clean]",
        "cell 1: outputs are stored: build the notebook again [clean]",
        "cell 1: widget state is stored: build the notebook again [clean]",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "import lab.course",
        "from lab.draw import view",
        "from sandbox import cloud",
        "import os",
    ],
)
def test_cells_import_only_what_learners_copy(findings, line):
    module = line.split()[1]
    allowed = ", ".join(sorted(code_rules.ALLOWED))
    assert findings(lint.imports, code(line)) == [
        f"cell 1: imports {module}; notebooks may import {allowed} [imports]"
    ]


def test_cells_import_what_lessons_teach(findings):
    text = "import json, boto3, requests, pulumi\nfrom pulumi import automation\n"
    text += "from gateway import program\nfrom gateway.program import api_role\nfrom lab import up"
    assert findings(lint.imports, code(text)) == []


def test_a_name_that_no_cell_defines_is_found(findings):
    step = "def step(api: Api) -> None:\n    try:\n        print(helper(api))\n"
    step += "    except ValueError as error:\n        print([each for each in error.args])"
    assert findings(lint.known_names, code(step)) == [
        "cell 1: nothing on this page defines Api: import it [known_names]",
        "cell 1: nothing on this page defines helper: import it [known_names]",
    ]
    later = "from gateway.program import Api\nhelper = str"
    assert findings(lint.known_names, code(step), code(later)) == []


def test_private_names_and_broken_code_are_found(findings):
    assert findings(lint.imports, code("from lab import _x")) == [
        "cell 1: imports lab._x, which is private [imports]"
    ]
    assert findings(lint.imports, code("def f(:")) == [
        "cell 1: not Python: invalid syntax, line 1 [imports]"
    ]


def test_a_page_has_a_budget_of_words_code_and_cells(findings):
    enough = md("word " * 800)
    assert findings(lint.budget, enough) == []
    assert findings(lint.budget, md("word " * 10)) == [
        "cell 1: the page has 10 words, it should have 600 to 1100 [budget]"
    ]
    assert findings(lint.budget, md("word " * 1101)) == [
        "cell 1: the page has 1101 words, it should have 600 to 1100 [budget]"
    ]
    step = "\n".join("x" * 22)
    cells = [enough, *(code(step) for _ in range(lint.CODE // 22 + 1))]
    lines = 22 * (len(cells) - 1)
    said = [f"cell 1: the page has {lines} lines of code, at most {lint.CODE} [budget]"]
    assert findings(lint.budget, *cells) == said
    assert findings(lint.budget, *cells, steps=frozenset({step})) == said, "steps are read, too"
    assert findings(lint.budget, enough, *(code("") for _ in range(lint.CELLS))) == [
        f"cell 1: the page has {lint.CELLS + 1} cells, at most {lint.CELLS} [budget]"
    ]


def test_minutes_are_counted(findings):
    exercise = code('answer = ...\ncheck("1.1", answer)')
    page = lint.Page(
        Path("01_iam_role.ipynb"), [md("word " * 900), exercise, code("x\n" * 79 + "x")], {}
    )
    assert minutes.exact(page) == 900 / 180 + 82 / 8 + 2 * 0.5 + 6
    assert minutes.promised(page) == 25
    promised = course.find(1).minutes
    assert promised != 25
    assert list(lint.minutes(page)) == [
        (1, f"it takes 25 minutes, by its words and lines; lab/course.py promises {promised}")
    ]
    assert findings(lint.minutes, md("word"), name="other") == [], (
        "a page of no chapter promises nothing"
    )


def test_words_are_those_that_are_read():
    text = "Two words `code` and [three more words](a.b)\n| a | table |\n```\ncode\n```\n"
    assert lint.words(text + "<details>folded away</details>") == 6


def test_words_that_belittle_are_found(findings):
    assert findings(lint.plain_words, md("You just run it. `just` is code.")) == [
        "cell 1: 'just': leave it out [plain_words]"
    ]
    assert findings(lint.plain_words, md("Adjust the justice of it.")) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("key = 'AKIA" + "A1B2C3D4E5F6G7H8'", "an AWS access key"),
        ("'ghp_" + "a" * 36 + "'", "an access token"),
        ("'sk-" + "a" * 30 + "'", "an API key"),
        ("-----BEGIN RSA PRIVATE " + "KEY-----", "a private key"),
        ("aws_secret_access_key = '" + "a" * 40 + "'", "a secret key"),
    ],
)
def test_keys_are_found(findings, text, what):
    assert findings(lint.secrets, code(text)) == [
        f"cell 1: this looks like {what}: take it from the environment [secrets]"
    ]


def test_a_page_that_checks_brings_the_help_that_checks_recommend(findings):
    assert findings(lint.helped, code("from lab import check, hint, solution")) == []
    assert findings(lint.helped, code("from lab import start"), code("def f(:")) == []
    assert findings(lint.helped, code("from lab import check, hint")) == [
        "cell 1: imports check without solution, which it recommends [helped]"
    ]


def test_what_a_cell_shows_is_said_in_its_lesson(findings):
    shows = "cell 1: this shows something: say what in a line `# expect: …` [promised]"
    for text in ("1 + 1", "x = 1\nx", "try:\n    plan()\nexcept Exception:\n    x = 1"):
        assert findings(lint.promised, code(text)) == [shows]
        cell = new_code_cell(text, metadata={"expects": ["# expect: 2"]})
        assert findings(lint.promised, cell) == []
    for text in ("x = 1", "def f():\n    print(1)", "y = f(1)\ncheck('1.1', y)", "def f(:"):
        assert findings(lint.promised, code(text)) == []
    assert findings(lint.promised, code("def step(): ..."), steps={"def step(): ..."}) == []


@pytest.mark.parametrize("text", ["You should see 200.", "Expect a ~.", "It should say so."])
def test_a_promise_says_what_it_expects_whatever_the_code_is(findings, text):
    word = {"Y": "you should see", "E": "expect", "I": "should say"}[text[0]]
    assert findings(lint.promised, md(text), code("playground()")) == [
        f"cell 2: '{word}' above, and no line `# expect: …` below the code [promised]"
    ]
    assert findings(lint.promised, md("What is expected is unexpected."), code("start(1)")) == []


def test_the_kernel_is_one_that_everybody_has(findings):
    assert findings(lint.kernel, md("# A")) == []
    metadata = {"kernelspec": {"name": "pycharm-327b", "display_name": "Mine"}}
    assert findings(lint.kernel, md("# A"), metadata=metadata) == [
        "cell 1: the kernel is 'pycharm-327b', it should be 'python3' [kernel]"
    ]


def test_every_rule_names_its_harm_and_has_a_test():
    source = Path(__file__).read_text(encoding="utf-8")
    assert len(lint.RULES) >= 12
    for rule in lint.RULES:
        assert rule.__doc__
        assert f"lint.{rule.__name__}," in source


def test_the_committed_notebooks_keep_all_rules(capsys):
    assert lint.main([]) == 0, capsys.readouterr().out


def test_a_finding_exits_with_1_and_a_missing_file_with_2(findings, tmp_path, capsys):
    findings(lint.kernel, md("no title"))
    assert lint.main([str(tmp_path / "notebooks" / "01_iam_role.ipynb")]) == 1
    assert "[one_title]" in capsys.readouterr().out
    assert lint.main([str(tmp_path / "gone.ipynb")]) == 2
