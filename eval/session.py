"""One evaluation from beginning to end: ask, compare, and leave a run folder behind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.calibration import calibrate, calibration_to_json
from eval.compare import Comparison, compare
from eval.corpus import Corpus
from eval.dataset import Case
from eval.folder import REPORTS, RunFolder, SavedRun, open_run
from eval.manifest import make_manifest
from eval.metrics import EVALUATORS, Evaluator
from eval.report import to_html, to_junit, to_markdown
from eval.run import Asker, Progress, Run, evaluate
from eval.summary import summary_to_json
from rag.errors import CaseError


@dataclass(frozen=True, slots=True)
class Session:
    """What is to be run: cases, under a plan that says what makes it the same run again.

    `before` is an earlier run to compare with; `report` the folder for the run, if it is kept.
    """

    cases: Sequence[Case]
    plan: Mapping[str, Any]
    evaluators: Mapping[str, Evaluator] = field(default_factory=lambda: EVALUATORS)
    jobs: int = 1
    before: SavedRun | None = None
    report: Path | None = None
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a session came to."""

    run: Run
    manifest: Mapping[str, Any]
    comparison: Comparison | None


def conduct(session: Session, asker: Asker, progress: Progress | None = None) -> Outcome:
    """Ask all cases, go on where an earlier start stopped, and write the run folder.

    Raises:
        CaseError: the folder cannot be used.
        IndexChanged: the index changed during the run; the rows so far stay in the folder.
    """
    _require_documents(session.cases, asker.corpus)
    with _folder(session) as folder:
        run = evaluate(
            asker,
            session.cases,
            evaluators=session.evaluators,
            jobs=session.jobs,
            kept=folder.kept if folder else (),
            on_row=folder.append if folder else None,
            progress=progress,
        )
        comparison = compare(session.before.rows, run.rows) if session.before else None
        outcome = Outcome(run, make_manifest(run, session.plan), comparison)
        if folder:
            folder.finish(outcome.manifest, _reports(outcome, asker.corpus))
    return outcome


def _require_documents(cases: Sequence[Case], corpus: Corpus) -> None:
    """A case that looks where nothing is would count as the program's failure."""
    held = {n.casefold() for d in corpus.documents.values() for n in (d.title, d.name)}
    for case in cases:
        for name in case.documents:
            if name.casefold() not in held:
                raise CaseError(
                    f"The case {case.id!r} looks in {name!r}, which the index does not hold; "
                    "correct its 'documents', or ingest that one."
                )


@contextmanager
def _folder(session: Session) -> Iterator[RunFolder | None]:
    if session.report is None:
        yield None
        return
    with open_run(session.report, session.plan, overwrite=session.overwrite) as folder:
        yield folder


def _reports(outcome: Outcome, corpus: Corpus) -> Mapping[str, str]:
    run, comparison = outcome.run, outcome.comparison
    page = to_html(run, corpus=corpus, manifest=outcome.manifest, comparison=comparison)
    texts = (_summary(run), to_markdown(run, comparison), page, to_junit(run))
    # Half a character, as a language model may write it, could not be stored.
    whole = (text.encode("utf-8", "replace").decode("utf-8") for text in texts)
    return dict(zip(REPORTS, whole, strict=True))


def _summary(run: Run) -> str:
    calibration = calibration_to_json(calibrate(run.rows))
    value = {**summary_to_json(run.summary()), "calibration": calibration}
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
