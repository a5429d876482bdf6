"""Who has too much at home is ended before the disk is full for all; the others go on."""

from tools.workshop.hub import homes, running, seats
from tools.workshop.hub.place import Place, Room


def test_only_the_server_of_a_home_that_is_too_large_is_ended(tmp_path, monkeypatch):
    place, asked = Place(tmp_path), []
    place.write(Room("/kit", ("ada", "bob", "eve", "gone")))
    monkeypatch.setattr(seats, "exists", lambda name: name != "gone")
    monkeypatch.setattr(seats, "size", {"ada": 20.0, "bob": 2100.0, "eve": 9000.0}.get)
    # Eve's has been ended before.
    answers = {"users/bob/server": 202, "users/eve/server": 400}
    monkeypatch.setattr(
        running, "ask", lambda _, *call: (asked.append(call), (answers[call[1]], {}))[1]
    )
    assert list(homes.look(place, 2000)) == [
        "bob has 2100 MB at home, of 2000: the server was ended"
    ]
    assert asked == [("DELETE", "users/bob/server"), ("DELETE", "users/eve/server")]
