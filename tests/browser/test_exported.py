"""A page that was run, as `make tutorial` exports it: read, copied from and replayed, and no kernel runs."""

import nbformat
import pytest

from tests.lab.deploy.test_state import played
from tests.lab.draw.widgets import views
from tools import tutorial
from tools.front import site
from tools.notebooks import NOTEBOOKS, Run

pytestmark = pytest.mark.timeout(120)


def recorded(view):
    """A cell whose output is a view's record."""
    bundle = view.record()._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", bundle)
    return nbformat.v4.new_code_cell("up()", outputs=[output])


@pytest.fixture(scope="module")
def exported(browser, tmp_path_factory):
    """The page as it is published, in a browser that asks nobody for anything."""
    from lab.deploy.view import DeploymentView

    folder = tmp_path_factory.mktemp("exported")
    notebook = nbformat.read(NOTEBOOKS / "01_iam_role.ipynb", as_version=4)
    notebook.cells += [recorded(DeploymentView(played("new"))), recorded(views()["answer_done"])]
    patch = pytest.MonkeyPatch()
    patch.setattr(tutorial, "BUILD", folder)
    run = Run(NOTEBOOKS / "01_iam_role.ipynb", 0, 0.0, None, notebook)
    tutorial.write_html(run)
    tutorial.write_notebook(run)
    patch.undo()
    file = folder / "01_iam_role.html"
    file.write_text(site.page(file.read_text("utf-8")), encoding="utf-8")
    page = browser.new_page(viewport={"width": 900, "height": 1000})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    yield page, folder, asked
    page.close()


def test_a_deployment_plays_once_more(exported):
    page, *_ = exported
    button = page.get_by_role("button", name="Replay")
    button.click()
    page.locator(".kit-later").first.wait_for(timeout=5_000)
    page.get_by_role("button", name="Stop").wait_for(timeout=5_000)
    button.wait_for(timeout=20_000)
    assert page.locator(".kit-row").count() == 4
    assert page.locator(".kit-later, .kit-busy").count() == 0


def test_folds_open_and_code_is_copied(exported):
    page, *_ = exported
    fold = page.locator(".kit details:has(pre)").first
    fold.locator("summary").click()
    fold.get_by_role("button", name="Copy").click()
    fold.get_by_text("Copied").or_(fold.get_by_text("Selected")).wait_for(timeout=5_000)


def test_nothing_is_asked_for_elsewhere(exported):
    _, _, asked = exported
    assert asked and not [url for url in asked if not url.startswith(("file:", "data:"))]


def test_the_notebook_has_its_outputs_and_its_pictures(exported):
    _, folder, _ = exported
    read = nbformat.read(folder / "notebooks" / "01_iam_role.ipynb", as_version=4)
    assert "text/html" in read.cells[-1].outputs[0].data
    assert "widgets" not in read.metadata
    assert list((folder / "images").glob("*.svg"))
