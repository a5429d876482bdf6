"""TROUBLESHOOTING.md has the texts that are really shown, GLOSSARY.md the words of the lessons."""

import ast
import gc
import importlib.util
import json
import mmap
import re
import socket
import subprocess
from functools import cache
from pathlib import Path

import pulumi
import pytest
import requests
from ministack.core import iam_evaluator, sigv4

import lab
from gateway import settings
from lab import course, widgets
from sandbox import __main__ as sandbox_command
from sandbox import engine
from tools import run

ROOT = Path(__file__).resolve().parent.parent
TROUBLES = (ROOT / "TROUBLESHOOTING.md").read_text("utf-8")
GLOSSARY = (ROOT / "GLOSSARY.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
PAGES = {"TROUBLESHOOTING.md": TROUBLES, "GLOSSARY.md": GLOSSARY, "README.md": README}
BOTH = TROUBLES + GLOSSARY
CODE = r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)"
HOLE = "…"

# The files in which a section's texts are looked for.
SOURCES = {
    "aws": ("sandbox/**/*.py", "tests/sandbox/**/*.py", "tests/deployed/*"),
    "function": ("gateway/functions/**/*.py",),
    "kit": (
        "lab/**/*.py",
        "sandbox/**/*.py",
        "tools/*.py",
        "tools/workshop/**/*.py",
        "tools/others/*.py",
        "tools/teaching/*.py",
        "gateway/*.py",
        "gateway/layer/*.py",
    ),
    "pulumi": ("sandbox/provider/**/*.py",),
}

# What the kit raises: the class, and which argument is the text.
RAISED = {
    **dict.fromkeys(("LabError", "NotReady", "Busy", "DeployError", "ProgramError", "Stopped"), 0),
    **dict.fromkeys(("EngineError", "CloudError", "Problem", "ImportError", "RunError"), 0),
    "ApiError": 2,
}

# Texts that have no entry, by a part of them, and why.
WRONG = "a wrong argument of a widget: the text has the value and the right one"
LEFT_OUT = {
    "A bucket has two numbers": WRONG,
    "A limit below 0 is no limit.": WRONG,
    " lanes.": WRONG,
    " calls.": WRONG,
    "no number of requests.": WRONG,
    "no number of calls.": WRONG,
    "no calls a second.": WRONG,
    "There is no token ": WRONG,
    "There is no caller ": WRONG,
    "There is no authorization ": WRONG,
    "There is no token to send as ": WRONG,
    "is no IP address.": WRONG,
    "is no id of a request.": WRONG,
    "level is ": WRONG,
    "follow is ": WRONG,
    "cannot be read from IAM": WRONG,
    "The policy is no JSON": WRONG,
    "The seed ": WRONG,
    "This API is made up of arguments": WRONG,
    "has the authorization ": "a kind of authorization that AWS may add one day",
    "The prompt before is still on its way.": "a second click; it says to wait",
    "This notebook has no session yet.": "a check before start(); it says to run that cell",
    "Stopped after …": "an interrupt of a burst, whose result is shown",
    "Stopped; the text that had come is above.": "an interrupt of an answer that is shown",
    "`pulumi plugin install` ended well but": "a fault of Pulumi's that nobody has met",
    "The Lambda Web Adapter is not built": "for who works on the kit; it says what to do",
    "cargo has not built ": "for who works on the kit; cargo has said why",
}


# Standard words for what a chapter shows, which its notebook does not use.
STANDARD = {
    "Back-off", "Chat completion", "Chunk", "Context window", "Finish reason", "GGUF",
    "Identity source", "Invoke URL", "Kernel", "LLM", "Refresh", "SDK", "SSE", "Stop sequence", "URN", "Usage", "Widget",
}  # fmt: skip

# Bold in a lesson, and no term.
EMPHASIS = {"one for the account and Region", "On AWS it costs money while nobody asks"}


# Texts in code, and keys on the page


def normal(text):
    """One line, with … for each part that differs."""
    text = re.sub(r"\{\w*(![rs])?\}", HOLE, text).replace("{{", "{").replace("}}", "}")
    return re.sub(r"\s+", " ", text.replace("'…'", HOLE))


STRINGS = (ast.Constant, ast.JoinedStr, ast.BinOp)


def template(node):
    """A string of the code, with … where a value is put in; None when it is no string."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(template(part) or HOLE for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = template(node.left), template(node.right)
        return (left or HOLE) + (right or HOLE) if left or right else None
    return None


@cache
def tree(file):
    """A file's syntax tree. Nothing in it is garbage: looking for some takes longer than parsing."""
    gc.disable()
    try:
        return ast.parse(file.read_text("utf-8"))
    finally:
        gc.enable()


@cache
def trees(kind):
    files = {file for pattern in SOURCES[kind] for file in ROOT.glob(pattern)}
    if kind == "aws":  # signatures and policies are judged by the emulator, in AWS's words
        files |= {Path(file) for file in (sigv4.__file__, iam_evaluator.__file__)}
    return [tree(file) for file in sorted(files) if file.suffix == ".py"]


@cache
def texts(kind):
    """All strings in the code of a kind, without docstrings."""
    found = set()
    for each in trees(kind):
        nodes = list(ast.walk(each))
        told = {id(n.value) for n in nodes if isinstance(n, ast.Expr)}
        strings = (n for n in nodes if isinstance(n, STRINGS))
        found |= {template(n) for n in strings if id(n) not in told}
    return sorted({normal(text) for text in found if text})


@cache
def parts(key):
    """What of a key is always the same."""
    return [part for part in normal(key).split(HOLE) if part.strip(" .:")]


def fits(key, text):
    """Whether the parts of a key are in a text, in this order."""
    known = parts(key)
    return (
        all(part in text for part in known)
        and re.search(".*".join(map(re.escape, known)), text) is not None
    )


def keys_of(page):
    """(source, key) of each heading and each first cell that is code."""
    source = ""
    for line in page.splitlines():
        if line.startswith("## "):
            source = ""
        if told := re.match(r"<!-- source: (\w+) -->", line):
            source = told[1]
        cells = re.split(r"(?<!\\)\|", line)
        if source and line.startswith("### "):
            yield from ((source, key) for _, key in re.findall(CODE, line))
        if source and line.startswith("| "):
            columns = cells[1:4:2] if source == "function" and len(cells) == 6 else cells[1:2]
            for column in columns:
                yield from (
                    (source, key.replace("\\|", "|")) for _, key in re.findall(CODE, column)
                )


KEYS = sorted(set(keys_of(TROUBLES)))


def of(*sources):
    return [key for source, key in KEYS if source in sources]


# Each key is a text that is really shown


def test_the_page_has_keys_of_each_source():
    assert len(KEYS) > 150
    assert {source for source, _ in KEYS} == {*SOURCES, "python", "openai"}
    assert all(max(map(len, parts(key))) >= 4 for key in of(*SOURCES)), "too little to search for"


@pytest.mark.parametrize(
    ("source", "key"), [(s, k) for s, k in KEYS if s in ("aws", "function", "kit")]
)
def test_a_key_is_a_text_of_the_code(source, key):
    assert any(fits(key, text) for text in texts(source)), key


@cache
def pulumi_words():
    """What Pulumi's engine, its SDK and the sandbox's provider can say, as bytes."""
    cli = engine.find()
    assert cli, "no Pulumi CLI; install it: python -m sandbox.engine"
    with cli.path.open("rb") as file:
        binary = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    sdk = [file.read_bytes() for file in Path(pulumi.__file__).parent.rglob("*.py")]
    facts = (ROOT / "sandbox" / "provider" / "core" / "facts.json").read_bytes()
    return [binary, *sdk, facts, *(text.encode() for text in texts("pulumi"))]


@pytest.mark.parametrize("key", of("pulumi"))
def test_a_key_is_a_text_of_pulumi(key):
    if key == "_internal_init() got an unexpected keyword argument '…'":
        with pytest.raises(TypeError) as raised:
            pulumi_aws_role(asume_role_policy="{}")
        assert fits(key, str(raised.value))
        return
    key = key.replace("http_method", HOLE)  # the argument is the reader's
    for part in parts(key):
        assert any(words.find(part.encode()) >= 0 for words in pulumi_words()), part


def pulumi_aws_role(**arguments):
    from pulumi_aws.iam import Role

    return Role("role", **arguments)


@pytest.mark.parametrize("key", of("openai"))
def test_a_key_is_an_exception_of_the_openai_package(key):
    import openai  # takes a second to load: not where tests are only counted

    assert issubclass(getattr(openai, key), openai.APIError)


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def get_without_answer():
    with socket.create_server(("127.0.0.1", 0)) as server:
        requests.get(f"http://127.0.0.1:{server.getsockname()[1]}", timeout=0.05)


PYTHON = {
    "ModuleNotFoundError: No module named 'lab'": lambda: __import__("no_lab"),
    "NameError: name '…' is not defined": lambda: eval("no_lab"),
    "KeyError: 'completion'": lambda: {}["completion"],
    "Max retries exceeded with url": lambda: requests.get(f"http://127.0.0.1:{closed_port()}"),
    "Read timed out. (read timeout=…)": get_without_answer,
}


@pytest.mark.parametrize("key", of("python"))
def test_a_key_is_what_python_says(key):
    with pytest.raises(Exception) as raised:
        PYTHON[key]()
    said = f"{type(raised.value).__name__}: {raised.value}".replace("no_lab", "lab")
    assert fits(key, said)


def raised_texts():
    """The text of each error that the kit and the function raise."""
    for each in (*trees("kit"), *trees("function")):
        for node in ast.walk(each):
            name = getattr(getattr(node, "func", None), "id", None) or getattr(
                getattr(node, "func", None), "attr", None
            )
            if isinstance(node, ast.Call) and len(node.args) > RAISED.get(name, 99):
                text = normal(template(assigned(node.args[RAISED[name]], each)) or "")
                if parts(text):  # else it is passed on
                    yield text


def assigned(node, around):
    """What a name stands for: the text that is given to it just above."""
    if not isinstance(node, ast.Name):
        return node
    found = [
        n.value
        for n in ast.walk(around)
        if isinstance(n, ast.Assign) and n.lineno < node.lineno
        and any(isinstance(t, ast.Name) and t.id == node.id for t in n.targets)
    ]  # fmt: skip
    return max(found, key=lambda value: value.lineno, default=node)


def test_each_error_of_the_kit_has_a_key_or_a_reason_to_have_none():
    told = sorted(set(raised_texts()))
    assert len(told) > 60
    keys = of("kit", "function")
    reasons = {normal(text) for text in LEFT_OUT}
    missing = [
        text
        for text in told
        if not any(fits(key, text) for key in keys) and not any(part in text for part in reasons)
    ]
    assert not missing
    assert not [part for part in reasons if not any(part in text for text in told)]


# The glossary


def entries():
    """(term, its base, whose word it is, the chapter's number) in the order of the page."""
    rows = re.findall(
        r"^\| \*\*(.+?)\*\* \| (.+?) \| (.+) \| \[(\d\d)\] \|$", GLOSSARY, re.MULTILINE
    )
    return [
        (term, re.sub(r" \(.*\)$", "", term), whose, chapter) for term, whose, _, chapter in rows
    ]


def bold_terms():
    """(term, chapter) of each bold word in the prose of a lesson: exercises and tables are none."""
    for chapter in course.CHAPTERS:
        file = ROOT / "lessons" / f"{chapter.name}.py"
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        prose = [line.removeprefix("#").strip() for line in lines if re.match(r"#( |$)", line)]
        text = " ".join(line for line in prose if not line.startswith("|"))
        for term in re.findall(r"\*\*([^*]+)\*\*", text):
            if not re.match(r"\d", term) and term not in EMPHASIS:
                yield term, f"{chapter.number:02d}"


def same_word(term, base):
    """Whether a bold word is an entry: in the plural, or as a verb, too."""
    return term.lower() in {base.lower() + ending for ending in ("", "s", "es", "d", "ing")} or (
        base.endswith("y") and term.lower() == base.lower()[:-1] + "ies"
    )


BOLD = sorted(set(bold_terms()))


def test_lessons_have_bold_terms():
    assert {"stack", "token bucket", "usage plan"} <= {term for term, _ in BOLD}


@pytest.mark.parametrize(("term", "chapter"), BOLD)
def test_a_bold_term_is_in_the_glossary_with_the_chapter_where_it_comes_first(term, chapter):
    found = [number for _, base, _, number in entries() if same_word(term, base)]
    assert found, f"GLOSSARY.md has no {term!r}"
    assert min(found) <= chapter


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry[0])
def test_a_term_is_used_in_the_chapter_that_the_glossary_names(entry):
    term, base, _, chapter = entry
    stem = base.lower().removesuffix("y") if len(base) > 4 else base.lower()
    assert term in STANDARD or re.search(rf"(?<![a-z]){re.escape(stem)}", words_of(chapter))


@cache
def words_of(number):
    """The text of a chapter's notebook, its code too."""
    built = json.loads(
        (ROOT / "notebooks" / f"{course.find(number).name}.ipynb").read_text("utf-8")
    )
    return " ".join("".join(cell["source"]) for cell in built["cells"]).lower().replace("\n", " ")


def test_the_glossary_is_in_order_and_has_no_term_twice():
    terms = [term for term, *_ in entries()]
    assert terms == sorted(set(terms), key=str.casefold)
    assert len(terms) == GLOSSARY.count("\n| **")


def test_a_term_says_whose_it_is():
    known = {"AWS", "Pulumi", "Jupyter", "OpenAI", "Anthropic", "HTTP", "everyone", "this course"}
    assert {whose for _, _, whose, _ in entries()} == known


@pytest.mark.parametrize(
    "term", ["ARN", "Integration", "Proxy", "Token bucket", "SSE", "System prompt", "Cold start"]
)
def test_a_standard_term_is_there(term):
    assert term in {each for each, *_ in entries()}


def test_token_has_all_its_senses():
    assert len([base for _, base, *_ in entries() if base.startswith("Token")]) == 3


# Tables, links and commands


@pytest.mark.parametrize("page", [TROUBLES, GLOSSARY], ids=["troubleshooting", "glossary"])
def test_each_row_has_the_cells_of_its_head(page):
    for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        rows = [len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()]
        assert len(set(rows)) == 1, table[:200]


def slugs(page):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def being_written(target):
    """Whether it is the notebook of a chapter whose lesson is not there yet."""
    name = Path(target).stem
    named = name in {chapter.name for chapter in course.CHAPTERS}
    return named and not (ROOT / "lessons" / f"{name}.py").exists()


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name):
    page = PAGES[name]
    targets = re.findall(r"\]\(([^)]+)\)", page) + re.findall(
        r"^\[\w+\]: (\S+)$", page, re.MULTILINE
    )
    assert targets
    for target in targets:
        file, _, anchor = target.partition("#")
        if file.startswith(("http", "../../")):  # what is above the tree is GitHub's own
            continue
        assert not file or (ROOT / file).exists() or being_written(file), target
        assert not anchor or anchor in slugs(PAGES[file or name]), target


@pytest.mark.parametrize("page", [TROUBLES, GLOSSARY], ids=["troubleshooting", "glossary"])
def test_each_number_of_a_chapter_is_a_link(page):
    used = set(re.findall(r"\[(\d\d)\](?!:)", page))
    defined = dict(re.findall(r"^\[(\d\d)\]: (\S+)$", page, re.MULTILINE))
    assert used == set(defined)
    assert all(course.find(target).number == int(each) for each, target in defined.items())


def test_readme_leads_to_both():
    more = README.split("## More")[1]
    assert "(TROUBLESHOOTING.md)" in more
    assert "(GLOSSARY.md)" in more


def spans():
    return [code for _, code in re.findall(CODE, BOTH)]


def test_make_targets_and_modules_exist():
    jobs = {job for code in spans() for job in re.findall(r"^make (\w+)", code)}
    assert jobs
    assert jobs <= set(run.JOBS)
    modules = set(re.findall(r"python -m ([\w.]+)(?: (\w+))?", BOTH))
    assert ("sandbox", "start") in modules
    known = re.findall(r"\w+", sandbox_command.__doc__ or "")
    for module, word in modules:
        # `layer` is run in the program's own folder, as `pulumi up` is.
        place = "gateway.layer" if module == "layer" else module
        assert importlib.util.find_spec(place), module
        assert not word or word in known, word


def test_pulumi_has_the_commands_and_their_options():
    cli = engine.find()
    assert cli
    named = {
        c for code in (*spans(), *BOTH.splitlines()) for c in re.findall(r"^pulumi [a-z].*", code)
    }
    assert len(named) > 5
    for command in {re.sub(r" ['A-Z].*| gateway:.*", "", c) for c in named}:
        words = [word for word in command.split()[1:] if re.fullmatch("[a-z]+", word)][:2]
        words = [word for word in words if word != "course"]
        asked = [str(cli.path), *words, "--help"]
        told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        assert f"pulumi {' '.join(words)}" in told, command
        for option in re.findall(r"--[a-z-]+", command):
            assert option in told, command


def test_the_release_of_pulumi_to_install_by_hand_is_the_kits():
    named = re.findall(r"pulumi/releases/tag/v([\d.]+)\)|versions/([\d.]+)/bin", TROUBLES)
    assert {"".join(each) for each in named} == {engine.VERSION}


def test_calls_settings_and_variables_exist():
    steps = {name for file in (ROOT / "gateway").rglob("*.py") for name in defined(file)}
    known = {*lab.__all__, *widgets.__all__, *steps, "signed", "preflight", "print", "Exception"}
    calls = {name for code in spans() for name in re.findall(r"^(\w+)\([^)]*\)$", code)}
    assert "up" in calls
    assert calls <= known, calls - known
    config = Path(settings.__file__).read_text("utf-8")
    for name in set(re.findall(r"gateway:(\w+)", BOTH)):
        assert f'"{name}"' in config, name
    code = "".join(file.read_text("utf-8") for k in ("lab", "sandbox", "tools") for file in
                   (ROOT / k).rglob("*.py"))  # fmt: skip
    for name in set(re.findall(r"\bKIT_\w+", BOTH)):
        assert name in code, name


def defined(file):
    return [
        n.name for n in ast.parse(file.read_text("utf-8")).body if isinstance(n, ast.FunctionDef)
    ]
