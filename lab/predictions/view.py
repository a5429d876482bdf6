"""A prediction on the page: choose, commit, and only then read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from lab.draw import fields, panels, words
from lab.draw.guard import Failure, guard
from lab.draw.html import Markup, join, tag
from lab.draw.kernel import in_notebook
from lab.draw.view import WIDGET, View, model
from lab.predictions.state import Question


class Prediction(View):
    """A question, and the answer that was committed to, if any."""

    def __init__(
        self,
        question: Question,
        answer: str | None = None,
        committed: Callable[[Question, str], object] = lambda question, answer: None,
    ) -> None:
        self.question = question
        self._committed = committed
        self.answer: str | None = None
        self.failure: Failure | None = None
        self._handle: Any = None
        self._box: Any = None
        if answer is not None:
            self.commit(answer)

    def commit(self, answer: str) -> None:
        """Decide for an option. The first decision counts.

        Raises:
            ValueError: there is no such option.
        """
        if self.answer is None:
            self.answer = self.question.commit(answer)
            self._committed(self.question, self.answer)
        self._draw()

    def state(self) -> dict[str, Any]:
        """The question and, once committed, what each option means."""
        known: dict[str, Any] = {
            "state": "failed" if self.failure else "done" if self.answer else "idle",
            "question": self.question.text,
            "options": dict(self._options()),
            "answer": self.answer,
        }
        if self.answer:
            known |= {"right": self.question.right, "why": [o.why for o in self.question.options]}
        return known

    def text(self) -> str:
        """The question and its options, explained once committed."""
        lines = [f"Predict: {self.question.text}"]
        for letter, text in self._options():
            lines.append(f"  {letter}) {text}")
            if self.answer:
                lines += [f"     {self._marks(letter)}: {self._why(letter)}"]
        lines += [self.failure.text()] if self.failure else []
        return "\n".join([*lines, self._last()])

    def html(self) -> Markup:
        """The same as a panel."""
        failure = self.failure.pieces() if self.failure else None
        if self.answer is None:
            options = join(tag("p", f"{letter}) {text}") for letter, text in self._options())
            pieces = [self._title(), options, failure, tag("p", self._last())]
        else:
            verdict = panels.note(self._word(self.answer), self._last())
            pieces = [verdict, self._title(), self._explained(), failure]
        return panels.panel(*pieces, label="Prediction")

    def _title(self) -> Markup:
        return panels.title(f"Predict: {self.question.text}")

    def _explained(self) -> Markup:
        """Every option with its verdict; what was chosen is marked as such, right or wrong."""
        rows = [
            (
                f"{letter}) {text}",
                join((panels.badge(word) for word in self._words(letter)), " "),
                self._why(letter),
            )
            for letter, text in self._options()
        ]
        return panels.table("Every option, explained", ("option", "verdict", "why"), rows)

    def live(self) -> Any:
        """The question with a labelled choice and a button; None once committed."""
        if self.answer is not None:
            return None
        if self._box is None:
            self._box = self._build()
        return self._box

    def _build(self) -> Any:
        choices = [("choose", ""), *((letter, letter) for letter in self.question.letters)]
        choice = fields.choice("Your answer", choices)
        press = guard(self._fail, during="Committing to an answer")
        commit = press(lambda _: self.commit(choice.value))
        button = fields.button("Commit", commit, primary=True, disabled=True)

        def chosen(change: dict[str, Any]) -> None:
            button.disabled = not change["new"]

        choice.observe(guard(self._fail, during="Choosing an answer")(chosen), "value")
        question = ipywidgets.HTML(str(self.html()))
        return fields.box(question, fields.row(choice, button))

    def _ipython_display_(self) -> None:
        if not in_notebook():
            print(self.text())
            return
        from IPython.display import display

        bundle = self._repr_mimebundle_()
        if (widget := self.live()) is not None:
            bundle[WIDGET] = model(widget)
        self._handle = display(bundle, raw=True, display_id=True)

    def _draw(self) -> None:
        if self._handle is not None:
            self._handle.update(self._repr_mimebundle_(), raw=True)

    def _fail(self, failure: Failure) -> None:
        self.failure = failure
        self._draw()

    def _options(self) -> list[tuple[str, str]]:
        options = zip(self.question.letters, self.question.options, strict=True)
        return [(letter, option.text) for letter, option in options]

    def _word(self, letter: str) -> words.Word:
        return words.RIGHT if letter == self.question.right else words.WRONG

    def _words(self, letter: str) -> list[words.Word]:
        yours = [words.YOURS] if letter == self.answer else []
        return [self._word(letter), *yours]

    def _marks(self, letter: str) -> str:
        return ", ".join(str(word) for word in self._words(letter))

    def _why(self, letter: str) -> str:
        return self.question.options[self.question.letters.index(letter)].why

    def _last(self) -> str:
        if self.answer is None:
            return f'Choose, then commit; or in code: predict("{self.question.id}", answer="a")'
        if self.answer == self.question.right:
            return f"You said {self.answer}: right."
        return f"You said {self.answer}; {self.question.right} is right."
