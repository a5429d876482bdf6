"""One learner in a real browser: JupyterLab opens chapter 06, runs it, asks, and is answered."""

import pytest

from tests.browser.conftest import VIEWS

pytestmark = pytest.mark.timeout(420)


def test_a_learner_asks_the_model_in_chapter_06(lab, browser):
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    lab.open(page, "notebooks/06_deployment_and_stage.ipynb")
    picture = page.locator(".jp-Notebook img").first
    page.wait_for_function("it => it.naturalWidth > 0", arg=picture.element_handle())
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    prompt = page.get_by_label("Prompt", exact=True).last
    prompt.wait_for(timeout=180_000)
    prompt.scroll_into_view_if_needed()
    prompt.fill("What is the capital of France?")
    prompt.press("Control+Enter")
    answer = page.get_by_text("The capital of France is Paris").locator("visible=true").last
    answer.wait_for(timeout=60_000)
    answer.scroll_into_view_if_needed()
    lab.picture(page, "chapter_06")
    assert answer.is_visible()
    # The page of news that JupyterLab offers does not lie over the course's.
    assert not page.get_by_text("official Jupyter news").count()
    page.close()


LOST = [
    VIEWS,
    "names = 'graph_deployed', 'times_all', 'compare_done', 'cost', 'cleaning_idle', 'logs_done'",
    "shown = views(); [display(shown[name]) for name in names]; display(VIEWS['failed']())",
    "print('the last one')",
]


def test_a_lost_kernel_breaks_nothing_on_the_page(lab, browser):
    lab.write("lost.ipynb", LOST)
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    wrong = []
    lab.open(page, "lost.ipynb")
    page.evaluate("() => jupyterapp.commands.execute('runmenu:run-all')")
    page.get_by_text("the last one", exact=True).last.wait_for(timeout=90_000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.get_by_text("No Kernel").first.wait_for(timeout=30_000)
    before = page.locator(".kit").count()
    for name in ("Look again", "Send", "Read again"):
        page.get_by_role("button", name=name, exact=True).first.click()
    field = page.locator(".kit-controls input").first
    field.fill("7")
    field.press("Enter")
    page.wait_for_timeout(1000)
    assert page.locator(".kit").count() == before >= 7
    assert page.get_by_text("AccessDenied").first.count() == 1
    assert set(wrong) <= {"Cannot send"}  # JupyterLab's own, in its log, of any widget
    page.close()
