"""A prediction: a question that is answered before the answer can be seen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

LETTERS = "abcdefgh"


@dataclass(frozen=True)
class Option:
    """One possible answer, and why it is right or wrong."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with its options, of which exactly one is right and each is explained.

    Raises:
        ValueError: none or several are right, or one is not explained.
    """

    id: str
    text: str
    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        if sum(option.right for option in self.options) != 1:
            raise ValueError(f"Question {self.id}: exactly one option is right.")
        if not all(option.text and option.why for option in self.options):
            raise ValueError(f"Question {self.id}: every option has a text and its reason.")

    def shuffled(self, word: str) -> Question:
        """The same question with its options in another order: always the same one for a word."""

        def place(option: Option) -> str:
            return hashlib.sha256(f"{word}\n{self.id}\n{option.text}".encode()).hexdigest()

        return replace(self, options=tuple(sorted(self.options, key=place)))

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters of the options."""
        return tuple(LETTERS[: len(self.options)])

    @property
    def right(self) -> str:
        """The letter of the right one."""
        return next(x for x, option in zip(self.letters, self.options, strict=True) if option.right)

    def commit(self, answer: str) -> str:
        """The answer's letter, as it was meant: "B" and "b) " are b.

        Raises:
            ValueError: there is no such option.
        """
        letter = str(answer).strip().lower()[:1]
        if letter not in self.letters or not letter:
            known = ", ".join(self.letters)
            raise ValueError(f"Question {self.id} has no answer {answer!r}; it has {known}.")
        return letter
