"""How long a learner takes for a page: counted, not guessed.

What a page has is read at these speeds, as measured with learners of such notebooks: 180 words and
8 lines of code a minute, half a minute to run a cell and read what it shows, 6 an exercise.
"""

from __future__ import annotations

import re

from tools.pages.page import Page, words

WORDS, LINES = 180, 8  # a minute
CELL, EXERCISE = 0.5, 6.0  # minutes
STEP = 5  # what is promised is a multiple of it
CHECKED = re.compile(r"^check\(", re.MULTILINE)


def exact(page: Page) -> float:
    """The minutes of a page: its prose, its code (steps of the program too), cells, exercises."""
    prose = sum(words(source) for _, source in page.of("markdown"))
    code = [source for _, source in page.of("code")]
    lines = sum(len(source.splitlines()) for source in code)
    exercises = sum(len(CHECKED.findall(source)) for source in code)
    return prose / WORDS + lines / LINES + len(code) * CELL + exercises * EXERCISE


def promised(page: Page) -> int:
    """What a page promises: the next multiple of five, and no less than five."""
    return max(STEP, -int(-exact(page) // STEP) * STEP)
