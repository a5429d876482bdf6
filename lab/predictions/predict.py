"""`predict`: a chapter's question, to be answered before its answer can be seen."""

from __future__ import annotations

from lab import course
from lab.errors import LabError
from lab.marks import journal, learner
from lab.predictions.questions import QUESTIONS
from lab.predictions.state import Question
from lab.predictions.view import Prediction


def predict(question: str | int, answer: str | None = None) -> Prediction:
    """Ask a chapter's question; with `answer`, commit to that option and read all reasons.

    Options stand in an order of each learner's own, which stays: no letter is right for a room.

    Raises:
        LabError: there is no such question, or no such option.
    """
    name = str(question).lstrip("0")
    found = next((one for one in QUESTIONS if one.id == name), None)
    if found is None:
        known = ", ".join(one.id for one in QUESTIONS)
        raise LabError(f"There is no question {question!r}.", f"There are: {known}.")
    try:
        return Prediction(found.shuffled(learner.drawn()), answer, committed=_note)
    except ValueError as error:
        raise LabError(str(error)) from None


def _note(question: Question, answer: str) -> None:
    """Keep the first answer in the kit's folder: its text, for letters may be shuffled."""
    chosen = question.options[question.letters.index(answer)].text
    page = course.find(question.id).slug
    right = answer == question.right
    journal.note("predict", page, question=question.id, answer=chosen, right=right)
