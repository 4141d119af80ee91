"""`policyqa sweep`: the same cases under every combination of some settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ui.cli_eval import CASES


def sweep(
    grid: Annotated[Path, typer.Argument(metavar="GRID.toml", help="The settings to try.")],
    cases: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[CASES.jsonl ...]", help=f"Cases (default: {CASES})."),
    ] = None,
    documents: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="Files or folders (default: settings); repeatable."),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Where results and vectors go (default: runs/sweep)."),
    ] = Path("runs/sweep"),
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Cases asked at once.")] = 1,
) -> None:
    """Evaluate every combination of some settings, and the settings in use beside them.

    GRID.toml holds a table [grid] with lists of values, such as "split.passage_words" = [80, 120],
    and if you like a table [settings] with values that stay. Each combination gets an index of its
    own where it needs one; vectors are kept in DIR, so nothing is embedded twice. Start it again
    to go on where it stopped. Writes points.jsonl, sweep.md and sweep.svg.

    Examples:

        policyqa sweep weights.toml

        policyqa sweep weights.toml mine.jsonl --documents reports/ --out runs/weights
    """
    from eval.dataset import read_cases
    from eval.sweep.grid import read_grid
    from eval.sweep.report import to_table, write_report
    from eval.sweep.run import sweep as run
    from rag.settings import load_settings
    from ui.console import print_any, stage_progress

    settings = load_settings()
    points = read_grid(grid, settings)
    read = read_cases(*(cases or [CASES]))
    with stage_progress() as progress:
        results = run(
            points, read, documents or [settings.documents_dir], out, jobs=jobs, progress=progress
        )
    write_report(out, results, len(read))
    print_any(to_table(results, len(read)))
