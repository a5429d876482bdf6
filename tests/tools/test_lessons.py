"""The build of notebooks from lessons: what it cuts, what it adds, what it refuses."""

import ast
import json

import jupytext
import nbformat
import pytest

from lab import course
from lab.course import CHAPTERS
from sandbox.quirks import Quirk, of_chapter
from tools import lessons, lint
from tools.graph import Edge, Graph, Node
from tools.parts import PARTS

PROGRAM = '''"""A program."""

# Chapter 01: the role


def role():
    """A docstring that stays."""
    return 1  # and a comment


# Chapter 06: freezing

# Why this list is here.
FROZEN = [
    "policy",
]


class Model:
    name = "x"
'''
GRAPH = Graph(
    (
        Node("theRole", "aws:iam/role:Role", 1),
        Node("thePolicy", "aws:iam/rolePolicy:RolePolicy", 2),
    ),
    (Edge("thePolicy", "role", "theRole"),),
)
FIRST = course.find(1)


def build(text, chapter=FIRST):
    made = lessons.Builder(PROGRAM, lambda: GRAPH).notebook(text, chapter)
    return nbformat.reads(made, as_version=4)


def test_what_a_cell_is_expected_to_show_is_hidden_from_its_reader():
    cell = build("# %%\nup()\n# expect: 200\n").cells[0]
    assert cell.source == "up()"
    assert cell.metadata == {"expects": ["# expect: 200"]}


def test_several_small_steps_share_a_cell():
    cell = build("# %% step: role, FROZEN\n").cells[0]
    first, second = cell.source.split(lessons.APART)
    assert first.startswith("def role():")
    assert second.endswith("]")


def test_what_stands_in_for_a_later_chapter_is_cut_from_the_lab():
    builder = lessons.Builder("", lambda: GRAPH, stand_ins="# For now.\nEVERYONE = 1\n")
    made = nbformat.reads(builder.notebook("# %% until: EVERYONE\n", FIRST), as_version=4)
    assert made.cells[0].source == "# For now.\nEVERYONE = 1"


def test_a_step_is_cut_with_its_docstring_and_comments():
    cell = build("# %% step: role\n").cells[0]
    assert cell.source == (
        'def role():\n    """A docstring that stays."""\n    return 1  # and a comment'
    )


def test_a_constant_brings_the_comment_above_it_and_not_the_chapter_line():
    cell = build("# %% from: FROZEN\n").cells[0]
    assert cell.source == '# Why this list is here.\nFROZEN = [\n    "policy",\n]'


def test_a_class_is_cut():
    assert build("# %% from: Model\n").cells[0].source == 'class Model:\n    name = "x"'


def test_a_decorator_belongs_to_what_it_decorates():
    program = "@one\n@two\ndef step():\n    pass\n"
    assert lessons.cut(program, "step") == program.rstrip()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "# %% step: nothing\n",
            (
                "lessons/01_iam_role.py:cell 1: no file of gateway/ defines 'nothing' "
                "at its top level [build]"
            ),
        ),
        (
            "# %% cut: role\n",
            (
                "lessons/01_iam_role.py:cell 1: no directive is called 'cut: role'; "
                "there are 'step: ', 'from: ', 'until: ' [build]"
            ),
        ),
        (
            "# %% step: role\nx = 1\n",
            (
                "lessons/01_iam_role.py:cell 1: the cell of 'step: role' has code of its own: "
                "leave it empty [build]"
            ),
        ),
        (
            "# %%\nup()\n# expect 200\n",
            (
                "lessons/01_iam_role.py:cell 1: '# expect 200' is no expectation: "
                "see the head of tools/pages/expects.py [build]"
            ),
        ),
        (
            "# %% [markdown]\n# {{price}}\n",
            (
                "lessons/01_iam_role.py:cell 1: {{price}} is not one of title, minutes, map, next, "
                "edges, quirks [build]"
            ),
        ),
    ],
)
def test_a_lesson_that_asks_for_nothing_known_is_refused_with_its_place(text, message):
    with pytest.raises(lessons.LessonError) as caught:
        build(text)
    assert str(caught.value) == message


def test_title_minutes_and_map_come_from_the_course():
    text = "# %% [markdown]\n# # {{title}}\n#\n# {{minutes}} minutes. {{map}} {{next}}\n"
    prose = build(text).cells[0].source
    assert prose.startswith(f"# 01 · {FIRST.title}\n")
    assert f"{FIRST.minutes} minutes." in prose
    assert f"**01 {FIRST.title}**" in prose
    assert "[02 The model in a function](02_model_function.ipynb)" in prose
    within, *others = PARTS  # its own part's pages, and where the others begin
    assert prose.count(".ipynb)") == len(within.chapters) - 1 + len(others) + 2
    assert all(f"[{part.title}]({part.chapters[0].name}.ipynb)" in prose for part in others)


def test_the_first_chapter_has_no_before_and_the_last_no_next():
    assert "Before" not in lessons.next_links(CHAPTERS[0])
    assert "Next" not in lessons.next_links(CHAPTERS[-1])


def test_edges_show_what_exists_up_to_this_chapter():
    text = "# %% [markdown]\n# {{edges}}\n"
    assert build(text).cells[0].source == "(So far nothing refers to it.)"
    later = build(text, course.find(2)).cells[0].source
    row = "<tr><td><code>thePolicy</code></td><td><code>role</code></td><td><code>theRole</code></td></tr>"
    assert row in later
    assert "\n\n" not in later  # where nbconvert would end the fold


def test_differences_are_a_table_of_both_sides():
    quirks = [Quirk("one", "A | B.", "C.", "", (1,)), Quirk("two", "D.", "E.", "", (1,))]
    assert lessons.quirk_table(quirks) == (
        "| on AWS | in the sandbox |\n|---|---|\n| A \\| B. | C. |\n| D. | E. |"
    )


def test_a_chapter_without_differences_says_so():
    assert lessons.quirk_table([]) == "Nothing in this chapter differs on AWS."


def test_a_lesson_shows_the_differences_of_its_own_chapter():
    shown = build("# %% [markdown]\n# {{quirks}}\n", course.find(6)).cells[0].source
    assert shown == lessons.quirk_table(of_chapter(6))
    assert of_chapter(6) != of_chapter(1)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_every_chapter_tells_what_differs_on_aws(chapter):
    path = lessons.ROOT / "notebooks" / f"{chapter.name}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    (told,) = (cell.source for cell in cells if "## On AWS\n" in cell.source)
    # The first chapter runs all the others' parts: it points to them.
    if chapter.number:
        assert lessons.quirk_table(of_chapter(chapter.number)) in told


def test_a_notebook_has_fixed_ids_a_kernel_and_no_outputs():
    text = "# %% [markdown]\n# # A\n\n# %%\nx = 1\n"
    one, two = build(text), build(text)
    assert [cell.id for cell in one.cells] == ["01-iam-role-01", "01-iam-role-02"]
    assert one == two
    assert one.metadata.kernelspec.name == "python3"
    assert one.cells[1].outputs == []
    assert one.cells[1].execution_count is None


def test_the_committed_notebooks_are_what_the_build_makes(capsys):
    assert lessons.main(["--check"]) == 0, capsys.readouterr().out


def test_check_names_a_file_that_differs_and_one_that_nothing_makes(tmp_path):
    good, edited, extra = (tmp_path / f"{name}.ipynb" for name in ("good", "edited", "extra"))
    for path in (good, edited, extra):
        path.write_text("{}")
    assert lessons.stale({good: "{}", edited: '{"cells": []}'}, tmp_path) == [
        f"{tmp_path.name}/edited.ipynb is not what the build makes: run make lessons",
        f"{tmp_path.name}/extra.ipynb is made from nothing: delete it",
    ]


# What a page tells of and does not show: a choice by the setting, what looks like a step that the
# page does show, and what is for AWS alone.
UNSEEN = {
    "authorizers",
    "model_url",
    "key_source",
    "key_values",
    "prompt_limit",
    "log_fields",
    "list_models",
    "chat_limit",
    "chat_rules",
    "chat_url",
    "page_origins",
    "page_headers",
    "no_embeddings",
    "dialect_limits",
    "prompt_variables",
    "adapter_start",
    "adapter_variables",
    "adapter_invocation",
    "drawn_pools",
    "model_layer",
    "version_start",
    "live_alias",
    "alias_invocation",
    "alias_policy",
    "preflights",
    "preflight_statements",
    "page_variables",
    # Said in words, or shown by what takes them.
    "plain_start",
    "model",
    "instance_logs",
    "instance_code",
    "instance_variables",
    "listener",
    "instances_limit",
    "instances_url",
    "network",
    "instance_profile",
    "balancer",
    "target_group",
    "forward",
    "launch_template",
    "instance_group",
    "user_data",
    "told_headers",
    "vpc_link",
    "instances_route",
    "candidate_pool",
    "shares",
    "pool_header",
    "pool_variable",
    "breaker_table",
    "function_network",
    "candidate_variables",
    "candidate_rights",
    "fallback_rights",
    "authentication",
    "limit_responses",
    "every_method",
    "budget_rights",
    # The next page shows it, which is about it.
    "encrypted_only",
}


def test_every_step_of_a_chapter_is_shown_in_it_word_for_word():
    program = lessons.program_text()
    shown = 0
    for chapter in CHAPTERS:
        path = lessons.ROOT / "notebooks" / f"{chapter.name}.ipynb"
        cells = [cell["source"] for cell in json.loads(path.read_text("utf-8"))["cells"]]
        sources = {piece for cell in cells for piece in "".join(cell).split(lessons.APART)}
        for step in set(chapter.steps) - UNSEEN:
            assert lessons.cut(program, step) in sources, f"{chapter.name} does not show {step}"
            shown += 1
    assert shown >= 10


def test_every_lesson_is_python_once_its_directives_are_filled():
    for chapter in CHAPTERS:
        text = (lessons.ROOT / "lessons" / f"{chapter.name}.py").read_text(encoding="utf-8")
        cells = jupytext.reads(text, fmt="py:percent").cells
        for cell in cells:
            if cell.cell_type == "code":
                ast.parse(cell.source)
        assert len(cells) > 10


def test_misuse_exits_with_2():
    with pytest.raises(SystemExit) as caught:
        lessons.main(["--wrong"])
    assert caught.value.code == 2


def test_the_template_has_every_part_of_the_outline():
    text = (lessons.ROOT / "lessons" / "_template.py").read_text(encoding="utf-8")
    made = nbformat.reads(text_of(text), as_version=4)
    page = lint.Page(lessons.ROOT / "lessons" / "_template.ipynb", made.cells, {})
    assert list(lint.outline(page)) == []
    assert list(lint.heading_order(page)) == []


def text_of(text):
    program = lessons.program_text()
    return lessons.Builder(program, lambda: GRAPH).notebook(text, FIRST)
