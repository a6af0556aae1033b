"""Run examples/report.ipynb from top to bottom, and keep what it gave in it: nothing of the machine, and no times.

python tools/run_notebook.py            the full run, ten epochs: some ten minutes on two quiet cores
TENFOLD_QUICK=1 python tools/run_notebook.py --out FILE     a few batches, to try things out
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from tenfold.atomic import write_file

NOTEBOOK = Path(__file__).resolve().parent.parent / "examples" / "report.ipynb"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
SECONDS = 7200


def run(notebook: Any, folder: Path, **options: Any) -> Any:
    """A notebook with the outputs of running it.

    Args:
        notebook: As `nbformat.read` gives it; its outputs are forgotten.
        folder: What it is run in.
        options: For starting its kernel, such as ``env``.
    """
    from nbclient import NotebookClient

    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name=KERNEL["name"],
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(**options)
    # Which Python ran it, and when, is of no use to who reads it.
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return notebook


def main() -> None:
    """Run it."""
    import nbformat

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=NOTEBOOK, help="where to write it; by default where it lies")
    out = parser.parse_args().out
    done = run(nbformat.read(NOTEBOOK, 4), NOTEBOOK.parent)
    write_file(out, (nbformat.writes(done) + "\n").encode())


if __name__ == "__main__":
    main()
