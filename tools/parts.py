"""The four parts of the course, as the front page and the site show them."""

from __future__ import annotations

from dataclasses import dataclass

from lab import course


@dataclass(frozen=True)
class Part:
    """A part: its chapters are those from `first` to `last`.

    Attributes:
        able: what a learner can do after it, as the end of a sentence that begins "You can".
        picture: of images/, and what it shows.
    """

    title: str
    first: int
    last: int
    able: str
    picture: tuple[str, str]

    @property
    def chapters(self) -> list[course.Chapter]:
        """Its chapters, in order."""
        return [each for each in course.CHAPTERS if self.first <= each.number <= self.last]


PARTS = (
    Part(
        "The gateway",
        0,
        7,
        "put a model behind a REST API with Pulumi, and know why each resource is there",
        ("07_what_is_served.svg", "A stage points at a deployment, a frozen copy of the API"),
    ),
    Part(
        "Who, how much, what happened",
        8,
        17,
        "decide who calls and how much, follow one request through the logs, and be woken by alarms",
        ("11_how_many_requests.svg", "A token bucket: which requests pass and which get a 429"),
    ),
    Part(
        "A product",
        18,
        25,
        "serve any client of OpenAI, stream, and keep answering while machines fail",
        ("25_failing_well.svg", "Fallback, and the three states of a circuit breaker"),
    ),
    Part(
        "Yours",
        26,
        99,
        "take the program home, and leave nothing behind",
        ("two_targets.svg", "One program, by Pulumi to an emulator on your machine or to AWS"),
    ),
)
