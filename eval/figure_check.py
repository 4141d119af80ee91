"""How precise the register of figures is, by rows that a person judged; kept without the texts.

A record holds, for each judged row, where it stands (the document's hash and offsets), a digest of
each field as it was judged, and the verdicts. Nothing of a document can be read from it.

    python -m eval.figure_check draw INDEX DRAWN.jsonl --seed 7     rows to judge
    python -m eval.figure_check record DRAWN.jsonl RECORD.jsonl     what was judged, without texts
    python -m eval.figure_check check INDEX RECORD.jsonl            the precision, and what changed
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from eval.jsonl import read_objects
from eval.stats import Interval, wilson
from rag.errors import CaseError, PolicyQAError
from rag.figures import Figure, figure_to_json
from rag.generations import Generations
from rag.index import load_documents, load_figures
from rag.models import Document

FIELDS: Mapping[str, tuple[str, ...]] = {
    "value": ("value", "high"),
    "unit": ("unit", "kind"),
    "measure": ("measure",),
    "change": ("change", "direction"),
    "period": ("years", "months"),
    "status": ("status",),
}
"""What is judged, and the fields of a row that it stands for."""


@dataclass(frozen=True, slots=True)
class Precision:
    """Of the judged rows that still stand as they were judged, how many are right.

    `changed` counts judged fields that say something else now, which must be judged again;
    `gone` the rows that are no figures any more.
    """

    right: Mapping[str, tuple[int, int]]
    """Of each field, and of the whole row ("row"): how many are right, of how many that stand."""
    changed: int
    gone: int

    def interval(self, field: str) -> Interval:
        """The 95 % interval of a field's share."""
        return wilson(*self.right[field])


def draw(index: Path, seed: int, count: int) -> list[dict[str, Any]]:
    """Figures drawn at random, with their sentence and an empty verdict for each field."""
    documents, figures = _read(index)
    drawn = random.Random(seed).sample(figures, min(count, len(figures)))  # noqa: S311
    return [_to_judge(figure, documents[figure.document_id]) for figure in drawn]


def recorded(judged: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The judged rows without anything of the documents.

    Raises:
        CaseError: a field has no verdict.
    """
    rows = []
    for row in judged:
        for name in FIELDS:
            if not isinstance(row["verdict"].get(name), bool):
                raise CaseError(
                    f"The figure at {row['start']} has no verdict on its {name}; write true or "
                    "false."
                )
        rows.append(
            {
                "document": row["sha256"],
                "start": row["start"],
                "end": row["end"],
                "digest": {name: _digest(row, name) for name in FIELDS},
                "verdict": {name: row["verdict"][name] for name in FIELDS},
            }
        )
    return rows


def check(index: Path, rows: Sequence[Mapping[str, Any]]) -> Precision:
    """What the judged rows say of the register as it is now."""
    documents, figures = _read(index)
    now = {(documents[f.document_id].sha256, f.span.start): f for f in figures}
    counts = {name: [0, 0] for name in (*FIELDS, "row")}
    changed = gone = 0
    for row in rows:
        figure = now.get((row["document"], row["start"]))
        if figure is None:
            gone += 1
            continue
        told = figure_to_json(figure)
        same = {name: _digest(told, name) == row["digest"][name] for name in FIELDS}
        changed += sum(not stands for stands in same.values())
        for name, stands in same.items():
            if stands:
                _count(counts[name], row["verdict"][name])
        if all(same.values()):
            _count(counts["row"], all(row["verdict"].values()))
    return Precision({name: (n[0], n[1]) for name, n in counts.items()}, changed, gone)


def _count(counts: list[int], right: bool) -> None:
    counts[0] += right
    counts[1] += 1


def _read(index: Path) -> tuple[dict[str, Document], tuple[Figure, ...]]:
    folder = Generations(index).current()
    return load_documents(folder), load_figures(folder)


def _to_judge(figure: Figure, document: Document) -> dict[str, Any]:
    sentence = document.text[figure.sentence.start : figure.sentence.end]
    return {
        "quote": " ".join(sentence.split()),
        **figure_to_json(figure),
        "sha256": document.sha256,
        "verdict": dict.fromkeys(FIELDS),
    }


def _digest(row: Mapping[str, Any], name: str) -> str:
    told = json.dumps([row[field] for field in FIELDS[name]], ensure_ascii=False)
    place = f"{row['start']} {name}"
    return sha256(f"{place} {told}".encode()).hexdigest()[:12]


def _lines(precision: Precision) -> list[str]:
    lines = ["| | right | of | 95 % interval |", "| --- | ---: | ---: | ---: |"]
    for name, (right, of) in precision.right.items():
        low, high = (f"{100 * end:.1f}" for end in _ends(precision.interval(name)))
        share = f"{100 * right / of:.1f}%" if of else "–"
        lines.append(f"| {name} | {share} | {of} | \\[{low}, {high}\\] |")
    lines.append(f"\nchanged fields: {precision.changed}, figures gone: {precision.gone}")
    return lines


def _ends(interval: Interval) -> tuple[float, float]:
    return interval.low, interval.high


def _rows(path: Path) -> list[dict[str, Any]]:
    return [row for _, row in read_objects(path)]


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    drawing = commands.add_parser("draw")
    drawing.add_argument("index", type=Path)
    drawing.add_argument("out", type=Path)
    drawing.add_argument("--seed", type=int, default=0)
    drawing.add_argument("--count", type=int, default=100)
    recording = commands.add_parser("record")
    recording.add_argument("drawn", type=Path)
    recording.add_argument("out", type=Path)
    checking = commands.add_parser("check")
    checking.add_argument("index", type=Path)
    checking.add_argument("record", type=Path)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    options = _options().parse_args(arguments)
    try:
        if options.command == "draw":
            _write(options.out, draw(options.index, options.seed, options.count))
        elif options.command == "record":
            _write(options.out, recorded(_rows(options.drawn)))
        else:
            precision = check(options.index, _rows(options.record))
            sys.stdout.write("\n".join(_lines(precision)) + "\n")
    except PolicyQAError as error:
        sys.exit(f"figure_check: {error}")


if __name__ == "__main__":
    main()
