"""Where a hub is on its server, and what its configuration has to know. Standard library."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import asdict, dataclass
from pathlib import Path

KIT = Path(__file__).resolve().parents[3]
TEACH = KIT / "teach" / "hub"
DEFAULT = Path("/opt/gateway-course")
NAME = "room.json"


def containers() -> bool:
    """Whether each learner has a container, and so no user on the server."""
    return os.environ.get("ROOM_SPAWNER") == "docker"


@dataclass(frozen=True)
class Place:
    """The folder of a hub; all but `state` is read-only for learners.

    Attributes:
        folder: where it is; outside of the kit's clone, and closed to nobody.
    """

    folder: Path

    @property
    def venv(self) -> Path:
        """The learners' Python: the kit's packages, and what the hub needs of a notebook server."""
        return self.folder / "venv"

    @property
    def hub(self) -> Path:
        """The hub's own Python."""
        return self.folder / "hub"

    @property
    def engine(self) -> Path:
        """The Pulumi CLI, one for all."""
        return self.folder / "engine"

    @property
    def proxy(self) -> Path:
        """The proxy's command."""
        return self.folder / "proxy" / "node_modules" / ".bin" / "configurable-http-proxy"

    @property
    def state(self) -> Path:
        """What the hub keeps; its owner's alone."""
        return self.folder / "state"

    @property
    def room(self) -> Room:
        """Who sits there.

        Raises:
            OSError, ValueError: nobody has prepared it.
        """
        found = json.loads((self.folder / NAME).read_text(encoding="utf-8"))
        return Room(found["kit"], tuple(found["seats"]), found["trainer"], found.get("speed"))

    def write(self, room: Room) -> None:
        """Keep who sits there."""
        text = json.dumps(asdict(room), indent=1) + "\n"
        (self.folder / NAME).write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Room:
    """What the configuration reads.

    Attributes:
        kit: the clone that all use.
        seats: names of the learners' users.
        trainer: the name that the trainer signs in with.
        speed: tokens a second that the model writes here; None where that is not known.
    """

    kit: str
    seats: tuple[str, ...] = ()
    trainer: str = "trainer"
    speed: float | None = None


def closed(path: Path) -> Path | None:
    """The first folder or file on the way to a path that others may not enter, or read."""
    path = path.resolve()
    for each in [*reversed(path.parents), path]:
        mode = os.stat(each).st_mode
        needed = stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH
        if not mode & needed:
            return each
    return None
