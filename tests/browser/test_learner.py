"""One learner in a real browser: JupyterLab opens chapter 06, runs it, asks, and is answered."""

import pytest

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
