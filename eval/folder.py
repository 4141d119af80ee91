"""A run on disk: rows are appended one by one, the manifest comes last.

    RUN/plan.json       what is being run, there only until the run is finished
    RUN/rows.jsonl      every case with its answer and scores, in the order of the cases
    RUN/manifest.json   under which circumstances the run came about; its presence means "finished"
    RUN/...             what is made from the rows: summary.json, report.html and others

A folder without a manifest is an unfinished run. The same run, started again, goes on there.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.dataset import Case, case_to_json, parse_case
from eval.disk import LOCK, append_line, cut_half_line, fresh_of, owned, write_whole
from eval.jsonl import Place, read_objects
from eval.metrics import Score
from eval.run import Row
from rag.errors import CaseError
from rag.wire import answer_from_json, answer_to_json

FORMAT = "policyqa-run-2"
REPORTS = ("summary.json", "summary.md", "report.html", "junit.xml")
PEERS = "peers"
"""A folder inside that of a run, with what other recipes scored on the same cases."""
_NAMES = {*REPORTS, PEERS, "manifest.json", "plan.json", "rows.jsonl", LOCK}


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A case and its scores: what a baseline keeps of a row."""

    case: Case
    scores: Mapping[str, Score]


@dataclass(frozen=True, slots=True)
class SavedRun:
    """A run that was read back; rows of a whole run folder are `Row`s with their answers."""

    manifest: Mapping[str, Any]
    rows: tuple[SavedRow | Row, ...]


class RunFolder:
    """A run that is being written. `kept` are the rows of an earlier start of the same run."""

    def __init__(self, folder: Path, kept: tuple[Row, ...]) -> None:
        self.folder = folder
        self.kept = kept

    def append(self, row: Row) -> None:
        """Put one more row on disk, whole."""
        with _told(self.folder):
            append_line(_rows(self.folder), row_to_json(row))

    def finish(self, manifest: Mapping[str, Any], files: Mapping[str, str]) -> None:
        """Write the files made from the rows, by name, then the manifest."""
        with _told(self.folder):
            for name, text in files.items():
                write_whole(self.folder / name, text)
            write_whole(self.folder / "manifest.json", _pretty({"format": FORMAT, **manifest}))
            _plan(self.folder).unlink(missing_ok=True)


@contextmanager
def open_run(
    folder: Path, plan: Mapping[str, Any], *, overwrite: bool = False
) -> Iterator[RunFolder]:
    """Own `folder` for a run of `plan`, new or to go on with; a plan is plain JSON values.

    Raises:
        CaseError: the folder holds a finished run (unless `overwrite`), an unfinished one of
            another plan, or something else; another process writes there; it cannot be written.
    """
    with ExitStack() as stack:
        with _told(folder):
            _check_place(folder)
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(owned(folder, "evaluation"))
            if _is_finished(folder) and not overwrite:
                raise CaseError(
                    f"{folder} holds a finished run; choose another folder, or give --overwrite."
                )
            kept = _resume(folder, plan) if _is_begun(folder) else _begin(folder, plan)
        yield RunFolder(folder, kept)


def read_run(place: Path) -> SavedRun:
    """Read back a run folder, or a baseline file that `write_baseline` wrote.

    Raises:
        CaseError: it is neither, or one of its files is damaged.
    """
    if place.is_file():
        return _read_baseline(place)
    try:
        manifest = json.loads((place / "manifest.json").read_bytes())
        known = manifest["format"] == FORMAT
    except (OSError, ValueError, TypeError, KeyError) as error:
        unfinished = " It is an unfinished run; start it again first." * _plan(place).exists()
        raise CaseError(
            f"{place} is no folder that 'policyqa eval --report' finished; give one that it did."
            f"{unfinished}"
        ) from error
    if not known:
        raise CaseError(f"{place} was written by another version; make the run again.")
    return _whole(SavedRun(manifest, _read_rows(place)), place)


def _whole(run: SavedRun, place: Path) -> SavedRun:
    """The run, if it has as many rows as its manifest tells."""
    told = run.manifest.get("n", len(run.rows))
    if told != len(run.rows):
        raise CaseError(
            f"{place} holds {len(run.rows)} of {told} rows, so some were lost; make it again."
        )
    return run


def write_baseline(path: Path, rows: tuple[Row, ...], manifest: Mapping[str, Any]) -> None:
    """Write what later runs are compared with: cases and the values of their scores.

    No answer and no reason is kept; the cases' own anchors are words of documents all the same.

    Raises:
        CaseError: the file cannot be written.
    """
    head = {"format": FORMAT, **manifest}
    lines = [head, *({"case": case_to_json(r.case), "scores": _values(r)} for r in rows)]
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def row_to_json(row: Row) -> dict[str, Any]:
    """The JSON form of a row: case, answer with its trace, and scores."""
    scores = {name: {"value": s.value, "reason": s.reason} for name, s in row.scores.items()}
    return {
        "case": case_to_json(row.case),
        "answer": answer_to_json(row.answer, trace=True),
        "scores": scores,
        "error": row.error,
    }


def _values(row: Row) -> dict[str, Any]:
    """The values alone: reasons and titles are words of documents that are perhaps not public."""
    return {name: _rounded(s.value) for name, s in row.scores.items() if name != "document"}


def _rounded(value: bool | float | str | None) -> bool | float | str | None:
    return round(value, 4) if isinstance(value, float) else value


def _read_baseline(path: Path) -> SavedRun:
    lines = list(read_objects(path))
    if not lines or lines[0][1].get("format") != FORMAT:
        raise CaseError(f"{path} is no baseline of this version; make it again.")
    rows = tuple(_read_values(*line) for line in lines[1:])
    return _whole(SavedRun(lines[0][1], rows), path)


def _read_values(place: Place, value: dict[str, Any]) -> SavedRow:
    case, scores = value.get("case"), value.get("scores")
    if not isinstance(case, dict) or not isinstance(scores, dict):
        place.fail("it is not a row of a baseline")
    return SavedRow(parse_case(case, place), {name: Score(v, "") for name, v in scores.items()})


def _read_rows(folder: Path) -> tuple[Row, ...]:
    lines = read_objects(_rows(folder), halves=True)  # what was answered may hold some
    return tuple(_read_row(*line) for line in lines)


def _read_row(place: Place, value: dict[str, Any]) -> Row:
    case, scores = value.get("case"), value.get("scores")
    if not isinstance(case, dict) or not isinstance(scores, dict):
        place.fail("it is not a row of a run")
    try:
        found = {name: Score(score["value"], score["reason"]) for name, score in scores.items()}
        answer = answer_from_json(value["answer"])
        return Row(parse_case(case, place), answer, found, value["error"])
    except (TypeError, KeyError, ValueError, AttributeError, IndexError) as error:
        place.fail(f"it is not a whole row of a run ({error!r})")


def _begin(folder: Path, plan: Mapping[str, Any]) -> tuple[Row, ...]:
    """Remove an earlier run, the manifest first, so that what is left never passes for whole."""
    for name in ("manifest.json", *sorted(_NAMES - {LOCK, PEERS})):
        (folder / name).unlink(missing_ok=True)
        fresh_of(folder / name).unlink(missing_ok=True)  # a kill may have left it
    if (folder / PEERS).exists():
        shutil.rmtree(folder / PEERS)
    write_whole(_plan(folder), _pretty(plan))
    return ()


def _resume(folder: Path, plan: Mapping[str, Any]) -> tuple[Row, ...]:
    """The whole rows that are there; a half line at the end is cut off."""
    if _plan(folder).read_text(encoding="utf-8") != _pretty(plan):
        raise CaseError(
            f"{folder} holds an unfinished run of other cases, settings, index, code or --jobs; "
            "choose another folder, or remove that one."
        )
    cut_half_line(_rows(folder))
    return _read_rows(folder) if _rows(folder).exists() else ()


def _check_place(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise CaseError(f"{folder} is a file; choose another folder for the run.")
    ours = _is_finished(folder) or _is_begun(folder)
    known = _NAMES | {fresh_of(folder / name).name for name in _NAMES}
    if not ours and not known.issuperset(path.name for path in folder.iterdir()):
        raise CaseError(f"{folder} holds something else than a run; choose another folder.")


def _is_finished(folder: Path) -> bool:
    return (folder / "manifest.json").is_file()


def _is_begun(folder: Path) -> bool:
    return _plan(folder).is_file() and not _is_finished(folder)


@contextmanager
def _told(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CaseError(
            f"The run cannot be written to {place} ({error.strerror or error}); "
            "choose another place."
        ) from error


def _plan(folder: Path) -> Path:
    return folder / "plan.json"


def _rows(folder: Path) -> Path:
    return folder / "rows.jsonl"


def _pretty(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
