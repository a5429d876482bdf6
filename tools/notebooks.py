"""Run notebooks headless, each in a fresh kernel, as a learner would with Run All.

    python -m tools.notebooks 06 --home .kit/tutorial

An error anywhere counts: a cell that raises, an error that a widget's handler left behind while its
cell went on (an exception in a button's callback does not stop a notebook), and an output that is
not what the lesson says of it (tools/pages/expects.py).
"""

from __future__ import annotations

import argparse
import ast
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from traitlets.config import Config

from tools import slow
from tools.pages import expects

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"


@dataclass(frozen=True)
class Run:
    """One executed notebook.

    Attributes:
        cells: how many code cells ran to their end.
        seconds: wall clock, the start of the kernel included.
        error: what went wrong, with the cell's number; None when nothing did.
        notebook: the notebook with its outputs.
    """

    path: Path
    cells: int
    seconds: float
    error: str | None
    notebook: nbformat.NotebookNode


def every() -> list[Path]:
    """All notebooks of the course in order.

    Raises:
        FileNotFoundError: there is none, so that a run of nothing never counts as success.
    """
    found = sorted(NOTEBOOKS.glob("*.ipynb"))
    if not found:
        raise FileNotFoundError(f"no notebooks in {NOTEBOOKS}; make them with: make lessons")
    return found


def named(key: str) -> Path:
    """The notebook whose name starts with the key: `06`, `06_deployment_and_stage`."""
    for path in every():
        if path.stem == key or path.stem.startswith(f"{key}_"):
            return path
    names = ", ".join(path.stem for path in every())
    raise FileNotFoundError(f"no notebook {key!r}; there are {names}")


def kernel_environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a kernel whose sandbox and stacks live in `home`.

    KIT_RAISE makes a widget's handler raise again after it has shown its failure.
    """
    return {**os.environ, "KIT_HOME": str(home), "KIT_RAISE": "1", **(extra or {})}


class Kernel:
    """A kernel that starts at once; it is ready some tenths of a second later.

    Args:
        ahead: a notebook whose modules are imported before it is run. Its cells still import the
            names, from modules that are there.

    Attributes:
        manager: Jupyter's, for a NotebookClient, which waits until the kernel is ready.
    """

    def __init__(
        self, home: Path, env: Mapping[str, str] | None = None, ahead: Path | None = None
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="kernel-")
        config = kernel_by_sockets(self._folder.name)
        first = Path(self._folder.name, "first.py")
        first.write_text(imports(ahead) if ahead else "", encoding="utf-8")
        self.manager = AsyncKernelManager(kernel_name="python3", config=config)
        run_sync(self.manager.start_kernel)(
            env=kernel_environment(home, env),
            cwd=str(NOTEBOOKS),
            # Kernels warn on every start that loopback is not encrypted.
            extra_arguments=["--log-level=ERROR", f"--IPKernelApp.exec_files={first}"],
        )

    def close(self) -> None:
        """End the kernel, if it runs. Safe to repeat."""
        if self.manager.has_kernel:
            run_sync(self.manager.shutdown_kernel)(now=True)
        self._folder.cleanup()


def imports(path: Path) -> str:
    """A program that imports what a notebook's first code cell does, and leaves no name."""
    cells = nbformat.read(path, as_version=4).cells
    first = next((cell.source for cell in cells if cell.cell_type == "code"), "")
    wanted = [
        each for each in ast.parse(first).body if isinstance(each, ast.Import | ast.ImportFrom)
    ]
    lines = [f"    {ast.unparse(each)}" for each in wanted]
    return "\n".join(["def first():", *lines, "    return", "first()", "del first", ""])


def kernel_by_sockets(folder: str) -> Config:
    """A kernel that is talked to by sockets in a folder, where the system has them, not by ports.

    A port that is free as it is chosen may be another process's when the kernel listens at last.
    """
    if os.name == "nt":
        return Config()
    return Config(
        KernelManager={"transport": "ipc", "connection_file": os.path.join(folder, "k.json")}
    )


def run(
    path: Path,
    *,
    home: Path,
    env: Mapping[str, str] | None = None,
    seconds_a_cell: int = 180,
    first: bool = False,
    kernel: Kernel | None = None,
) -> Run:
    """Run one notebook from top to bottom in a fresh kernel; its file is left as it is.

    Args:
        first: whether it is run for the first time, after all notebooks before it and no other.
        kernel: one that was started for it ahead, with the same home and environment; it is ended.
    """
    notebook = nbformat.read(path, as_version=4)
    started = time.monotonic()
    kernel = kernel or Kernel(home, env)
    client = NotebookClient(
        notebook,
        km=kernel.manager,
        timeout=seconds_a_cell,
        resources={"metadata": {"path": str(path.parent)}},
        # A record is plain HTML; a stored widget would need a kernel that is gone.
        store_widget_state=False,
        shutdown_kernel="immediate",  # nothing is done at its end that anybody looks at
    )
    error = None
    # In the main thread nbclient takes Ctrl-C for itself, and then takes the kernel for dead.
    with ThreadPoolExecutor(1) as thread:
        try:
            thread.submit(client.execute, cleanup_kc=True).result()
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as problem:
            error = str(problem).strip()
        finally:
            kernel.close()
    seconds = time.monotonic() - started
    error = error or left_error(notebook) or expects.unmet(notebook, first=first)
    return Run(path, finished(notebook), seconds, error, notebook)


def left_error(notebook: nbformat.NotebookNode) -> str | None:
    """The first error among the outputs, whether or not it stopped its cell."""
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                return f"cell {number}: {output.ename}: {output.evalue}"
    return None


def finished(notebook: nbformat.NotebookNode) -> int:
    """How many code cells ran without an error."""
    return sum(
        cell.cell_type == "code"
        and cell.execution_count is not None
        and not any(output.output_type == "error" for output in cell.outputs)
        for cell in notebook.cells
    )


def code_cells(notebook: nbformat.NotebookNode) -> int:
    """How many code cells there are to run."""
    return sum(cell.cell_type == "code" and bool(cell.source.strip()) for cell in notebook.cells)


def texts(notebook: nbformat.NotebookNode) -> list[str]:
    """All outputs in their plain-text form, in order."""
    parts = []
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                parts.append(output.text)
            elif "data" in output:
                parts.append(output.data.get("text/plain", ""))
    return parts


def main(arguments: list[str] | None = None) -> int:
    """Run the notebooks that are named, or all of them; 0 when none left an error."""
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks", description=__doc__)
    parser.add_argument("names", nargs="*", help="00, 06, ...; none: all, in order")
    parser.add_argument("--home", type=Path, default=ROOT / ".kit" / "tutorial")
    parser.add_argument("--text", action="store_true", help="print the outputs as text")
    parser.add_argument(
        "--slow", type=float, metavar="TOKENS",
        help="a second that the model writes at most; in a home of its own (tools/slow.py)",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    paths = [named(name) for name in options.names] or every()
    if options.slow is None:
        return _all(paths, options.text, home=options.home.resolve())
    with slow.slowed(options.slow) as copy:
        return _all(
            paths, options.text,
            home=copy.home, env=copy.env, seconds_a_cell=slow.SECONDS_A_CELL,
        )  # fmt: skip


def _all(paths: list[Path], show: bool, **how: Any) -> int:
    """Run them one after the other and say how each went; 0 when none left an error."""
    failed = 0
    for path in paths:
        done = run(path, **how)
        print(f"{path.stem}: {done.cells} cells, {done.seconds:.1f} s", flush=True)
        if show:
            print("\n".join(texts(done.notebook)))
        if done.error:
            failed += 1
            print(f"{path.stem}: {done.error}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
