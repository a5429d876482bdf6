"""What `make tutorial` prints of a page, and that it can be interrupted."""

import json
import signal
import subprocess
import sys

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.trials.kit import until
from tools import notebooks, tutorial


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


INTERRUPTED = """
import signal, sys
from pathlib import Path
from tools import notebooks
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job's is ignored
kernel = notebooks.Kernel(Path(sys.argv[1]))
print(kernel.manager.provisioner.pid, flush=True)
notebooks.run(Path(sys.argv[1]) / "long.ipynb", home=Path(sys.argv[1]), kernel=kernel)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Linux and macOS only: sends a SIGINT")
def test_an_interrupt_ends_the_run_and_its_kernel(tmp_path):
    began = tmp_path / "began"
    cell = new_code_cell(
        f"import pathlib, time; pathlib.Path({str(began)!r}).touch(); time.sleep(60)"
    )
    nbformat.write(new_notebook(cells=[cell]), tmp_path / "long.ipynb")
    command = [sys.executable, "-c", INTERRUPTED, str(tmp_path)]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True, cwd=notebooks.ROOT) as running:
        kernel = psutil.Process(int(running.stdout.readline()))
        assert until(began.exists)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=30)
    assert said.strip().endswith("KeyboardInterrupt")
    assert not kernel.is_running()


def test_a_kernel_that_starts_ahead_has_the_modules_and_no_names(tmp_path):
    asks = "import sys\nprint('colorsys' in sys.modules, 'colorsys' in globals(), 'first' in globals())"
    path = tmp_path / "page.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(f"{asks}\nimport colorsys")]), path)
    for ahead, loaded in ((None, False), (path, True)):
        kernel = notebooks.Kernel(tmp_path, ahead=ahead)
        run = notebooks.run(path, home=tmp_path, kernel=kernel)
        assert run.error is None
        assert notebooks.texts(run.notebook) == [f"{loaded} False False\n"]
