"""The kit's controls in a bare page, by the manager of widgets that VS Code, Colab and exports build on.

Those two load anywidget by its name and version, and give it what the kernel has told of a model. So
does this page, with files from this machine: whatever it asks for besides is refused, and fails.
"""

import json
import re
from importlib.metadata import files

import pytest
from ipywidgets.embed import embed_data

from lab.draw.interactive import Interactive  # whose record stands below its controls
from tests.lab.deploy.test_view import VIEWS
from tests.lab.draw.widgets import views
from tools.notebooks import ROOT
from tools.others import manager

pytestmark = pytest.mark.timeout(120)
NAMES = ["playground_done", "chat_done", "compare_done", "policy_asked", "logs_done", "cost",
         "graph_deployed", "times_all", "check_not_yet", "predict_idle"]  # fmt: skip
RECORDS = ["burst_done", "traffic_done", "preflight_bad", "predict_wrong", "progress", "cleaning_many",
           "failures_done", "answer_refused", "show"]  # fmt: skip
PIECE = 6000  # pixels of a picture's height; a browser draws no more than 16,384
PICTURES = ROOT / "build" / "pictures"
HOST = "http://widgets.test/"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Widgets</title>
<script src="require.js"></script>
<script>require.config({{ paths: {{ anywidget: "/anywidget" }} }})</script>
<script src="embed-amd.js"></script>
<body>{body}<script type="application/vnd.jupyter.widget-state+json">{state}</script></body></html>"""
KEYS = "() => { window.reached = []; document.addEventListener('keydown', (key) => reached.push(key.key)); }"


@pytest.fixture(scope="module")
def told():
    """What a kernel tells of the controls: the models, all of them, and where each view begins."""
    shown = {name: views()[name] for name in NAMES}
    # A kernel sends defaults, too: anywidget's own module is one.
    data = embed_data([view.live() for view in shown.values()], drop_defaults=False)
    return shown, data["manager_state"], data["view_specs"]


@pytest.fixture(scope="module")
def bare(browser, told):
    """The page, and what it asked for."""
    if not manager.is_ready():
        pytest.skip(f"no manager of widgets; fetch it with: {manager.COMMAND}")
    shown, state, specs = told
    body = "".join(
        f'<section id="{name}">'
        f'<script type="application/vnd.jupyter.widget-view+json">{text(spec)}</script>'
        f"{view.html() if isinstance(view, Interactive) else ''}</section>"
        for (name, view), spec in zip(shown.items(), specs, strict=True)
    )
    still = {name: views()[name] for name in RECORDS} | {
        f"deploy_{name}": VIEWS[name]() for name in ("failed", "running", "plan_change")
    }
    body += "".join(f'<section id="{name}">{view.html()}</section>' for name, view in still.items())
    found = {"": PAGE.format(body=body, state=text(state)), "anywidget.js": anywidget()}
    for name in ("require.js", "embed-amd.js"):
        found[name] = (manager.FOLDER / name).read_text("utf-8")
    asked = []

    def answer(route):
        name = route.request.url.removeprefix(HOST)
        asked.append(name)
        if name not in found:
            return route.abort()
        kind = "text/javascript" if name else "text/html"
        return route.fulfill(body=found[name], content_type=kind)

    page = browser.new_page(viewport={"width": 900, "height": 1000})
    page.route("**/*", answer)
    page.goto(HOST)
    page.locator(".kit-copies").first.wait_for(state="attached", timeout=60_000)
    yield page, asked
    page.close()


def text(value) -> str:
    """JSON within a page."""
    return json.dumps(value).replace("<", "\\u003c")


def anywidget() -> str:
    """The module of anywidget as it is installed with it."""
    end = "nbextensions/anywidget/index.js"
    return next(each for each in files("anywidget") if str(each).endswith(end)).read_text("utf-8")


def test_the_models_are_whole_and_of_modules_that_these_hosts_know(told):
    _, state, _ = told
    models = state["state"]
    assert set(re.findall(r"IPY_MODEL_(\w+)", json.dumps(models))) <= set(models)
    assert {(one["model_module"], one["model_module_version"]) for one in models.values()} == {
        ("@jupyter-widgets/base", "2.0.0"),
        ("@jupyter-widgets/controls", "2.0.0"),
        ("anywidget", "~0.11.*"),
    }
    ours = [one["state"] for one in models.values() if one["model_module"] == "anywidget"]
    assert ours and all(one["_esm"] and one["sheet"] for one in ours)


def test_all_controls_are_there_and_nothing_else_was_asked_for(bare):
    page, asked = bare
    for name in NAMES:
        controls = page.locator(f"#{name} .kit-controls")
        assert controls.count() == 1, name
        assert controls.locator("button, input, textarea, select").count(), name
    assert sorted(asked) == ["", "anywidget.js", "embed-amd.js", "require.js"]


def test_the_page_keeps_keys_copies_code_and_draws_the_primary_button(bare):
    page, _ = bare
    page.evaluate(KEYS)
    choice = page.locator("#predict_idle select")
    choice.focus()
    page.keyboard.press("b")
    assert page.evaluate("() => reached") == []
    assert page.evaluate("() => document.activeElement.dataset.lmSuppressShortcuts") == "true"
    page.evaluate(
        "() => document.querySelectorAll('details').forEach((fold) => (fold.open = true))"
    )
    assert page.locator("#playground_done .kit-copies").count() > 3
    button = page.locator("#playground_done .kit-primary")
    assert button.evaluate("it => getComputedStyle(it).backgroundColor") != "rgba(0, 0, 0, 0)"


# JupyterLab's own colours of its dark theme, which panels and controls take on.
DARK = ":root { --jp-layout-color1: #111; --jp-ui-font-color0: #fff; } body { background: #111; }"
FOLDED = "() => document.querySelectorAll('.kit details').forEach((fold) => (fold.open = false))"
LIGHT = "section { margin-bottom: 24px; }"


@pytest.mark.parametrize(
    ("width", "theme"),
    [(1280, "light"), (1280, "dark"), (800, "light"), (320, "light"), (320, "dark")],
)
def test_pictures_are_kept_of_every_widget(bare, width, theme):
    """In build/pictures/, to be looked at; what can be measured, test_widgets.py measures."""
    page, _ = bare
    style = page.add_style_tag(content=LIGHT + (DARK if theme == "dark" else ""))
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(FOLDED)
    PICTURES.mkdir(parents=True, exist_ok=True)
    height = page.evaluate("() => document.documentElement.scrollHeight")
    assert height > 5000
    for top in range(0, height, PIECE):
        place = {"x": 0, "y": top, "width": width, "height": min(PIECE, height - top)}
        file = PICTURES / f"widgets_{theme}_{width}_{top // PIECE + 1}.png"
        page.screenshot(path=file, full_page=True, clip=place, animations="disabled")
    style.evaluate("it => it.remove()")
