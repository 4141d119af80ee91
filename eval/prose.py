"""What a chat model writes, and what is shown of it: `python -m eval.prose --help`.

Asks every case twice over one index, once quoting and once written by a chat model, and tells for
each figure of the model's texts and of the answers shown whether it stands where it is cited, for
the right measure and period; what was removed and why; and what became of the right answers. The
model is the one of the settings or, where they name none, the small one on this machine.

OUT holds a run folder for each engine. Started again, both go on where they stopped.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from eval.corpus import Corpus
from eval.disk import write_whole
from eval.folder import SavedRun, read_run
from eval.prose_asking import Wanted, ask_both, placed
from eval.prose_details import to_json
from eval.prose_report import Prose, to_markdown
from eval.prose_sentences import Numbering, judged_claims, read_written
from eval.run import Row
from eval.script import report
from rag.engines import EXTRACTIVE
from rag.errors import CaseError
from rag.generative import ENGINE
from rag.pipeline import build_pipeline
from rag.settings import Settings, load_settings

FILE, DETAILS = "prose.md", "prose.json"


def judged(settings: Settings, out: Path) -> Prose:
    """What the two runs in `out` come to.

    Raises:
        CaseError: a run is missing, unfinished or of another index than that of the settings.
        IndexUnusable: there is no index.
    """
    quoted, written = (read_run(out / name) for name in (EXTRACTIVE, ENGINE))
    chat = written.manifest["target"]["settings"]["chat"]
    with build_pipeline(placed(settings, EXTRACTIVE, settings.chat)) as pipeline:
        for run in (quoted, written):
            _require_index(run, pipeline.index_version, out)
        corpus = Corpus(pipeline.index.documents, pipeline.passages)
        numbering = Numbering(pipeline, chat["context_tokens"])
        return Prose(
            chat["model"],
            _rows(quoted),
            [judged_claims(row, corpus) for row in _rows(quoted)],
            [read_written(row, numbering, corpus) for row in _rows(written)],
        )


def _require_index(run: SavedRun, version: str, out: Path) -> None:
    asked = run.manifest["index_version"]
    if asked != version:
        raise CaseError(
            f"The runs in {out} were asked of the index {asked}, not of {version}; give the "
            "--index that they were asked of."
        )


def _rows(run: SavedRun) -> list[Row]:
    return [row for row in run.rows if isinstance(row, Row)]


def main(arguments: Iterable[str] | None = None) -> int:
    """Ask what was not asked before, judge it, print the tables and write them."""
    parser = argparse.ArgumentParser(prog="python -m eval.prose", description=__doc__)
    parser.add_argument("--index", type=Path, required=True, help="the index to ask")
    parser.add_argument("--cases", type=Path, default=Path("data/questions.jsonl"))
    parser.add_argument("--out", type=Path, required=True, help="the folder of runs and tables")
    parser.add_argument("--jobs", type=int, default=1, help="questions at once")
    parser.add_argument("--limit", type=int, help="ask only so many, drawn at random (seeded)")
    parser.add_argument("--overwrite", action="store_true", help="ask again what is finished")
    parser.add_argument("--judge", action="store_true", help="ask nothing, judge what is there")
    chosen = parser.parse_args(None if arguments is None else list(arguments))
    return report("eval.prose", partial(_measured, chosen), chosen.out, FILE)


def _measured(chosen: argparse.Namespace) -> str:
    settings = load_settings(index_dir=chosen.index)
    if not chosen.judge:
        wanted = Wanted(chosen.cases, chosen.jobs, chosen.limit, chosen.overwrite)
        ask_both(settings, wanted, chosen.out)
    prose = judged(settings, chosen.out)
    write_whole(chosen.out / DETAILS, to_json(prose))
    return to_markdown(prose)


if __name__ == "__main__":
    sys.exit(main())
