"""What `make tutorial` prints of a page."""

import json

from tools import tutorial


def test_what_a_page_made_is_counted_though_older_updates_are_removed(tmp_path):
    history = tmp_path / "backend" / ".pulumi" / "history" / "gateway"
    history.mkdir(parents=True)

    def update(name, **found):
        text = json.dumps({"resourceChanges": found})
        (history / f"{name}.history.json").write_text(text, encoding="utf-8")

    update("1", create=13)
    before = tutorial.updates(tmp_path)
    (history / "1.history.json").unlink()  # only the last ones are kept
    update("2", create=2, delete=1)
    update("3", same=15)
    made = tutorial.changes(tutorial.updates(tmp_path) - before)
    assert made == {"create": 2, "delete": 1, "same": 15}
