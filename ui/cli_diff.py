"""`policyqa diff`: what two generations of the index say differently."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import NoIndex

if TYPE_CHECKING:
    from eval.touched import Touched
    from ingest.differences import Change, Difference
    from ingest.snapshot import Snapshot
    from rag.figures import Figure
    from rag.generations import Generations
    from rag.models import Passage

CASES = Path("data/questions.jsonl")
_SHOWN = 40
_CHARS = 160


def diff(
    old: Annotated[
        str | None, typer.Argument(metavar="[OLD]", help="A generation's number or version.")
    ] = None,
    new: Annotated[
        str | None, typer.Argument(metavar="[NEW]", help="Another one (default: the present).")
    ] = None,
    cases: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"Evaluation cases (default: {CASES}, if there)."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Rows of each table.")] = _SHOWN,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with 1 if anything differs.")
    ] = False,
    index: Annotated[
        Path | None,
        typer.Option("--index", metavar="DIR", help="The index directory (default: settings)."),
    ] = None,
) -> None:
    """Show what the present generation of the index says differently from the one before.

    Lists the passages and figures that were added, removed or changed, and the evaluation cases
    whose evidence stood in them. Exit code 0; with --exit-code 1 if anything differs.

    Examples:

        policyqa diff

        policyqa diff 12 14 --cases data/questions.jsonl --json
    """
    from ingest.differences import difference_between
    from ingest.snapshot import Snapshot
    from rag.generations import Generations
    from ui.cli import settings_for

    before, after = _chosen(Generations(settings_for(index).index_dir), old, new)
    found = difference_between(Snapshot.read(before), Snapshot.read(after))
    touched = _touched(cases, found)
    if as_json:
        typer.echo(json.dumps(_to_json(found, touched), ensure_ascii=False, indent=2))
    else:
        _print(found, touched, limit)
    if exit_code and found:
        raise typer.Exit(1)


def _chosen(generations: Generations, old: str | None, new: str | None) -> tuple[Path, Path]:
    current = generations.named(new) if new else generations.current()
    before = generations.named(old) if old else generations.earlier()
    if before is None:
        raise NoIndex(
            f"There is only one generation in {generations.root}, so there is nothing to compare "
            "it with; the next 'policyqa ingest' that changes something makes another."
        )
    return before, current


def _touched(cases: Path | None, found: Difference) -> list[Touched] | None:
    """The cases that are touched; `None` if there is no file of cases."""
    from eval.dataset import read_cases
    from eval.touched import touched_cases

    if cases is None and not CASES.is_file():
        return None
    return list(touched_cases(read_cases(cases or CASES), found))


def _to_json(found: Difference, touched: Sequence[Touched] | None) -> dict[str, Any]:
    from dataclasses import asdict

    documents = asdict(found.documents)
    documents["renamed"] = [{"from": a, "to": b} for a, b in found.documents.renamed]
    return {
        "old": _generation(found.old),
        "new": _generation(found.new),
        "documents": documents,
        "passages": [_passage_row(change) for change in found.passages],
        "figures": [_figure_row(change) for change in found.figures],
        "cases": None if touched is None else [_case_row(one) for one in touched],
    }


def _generation(one: Snapshot) -> dict[str, str]:
    manifest = one.manifest
    return {"name": one.name, "index_version": manifest.version, "created": manifest.created}


def _passage_row(change: Change[Passage]) -> dict[str, Any]:
    def side(passage: Passage | None) -> dict[str, Any] | None:
        if passage is None:
            return None
        span = passage.span
        heading = list(passage.heading)
        return {"start": span.start, "end": span.end, "heading": heading, "text": passage.text}

    sides = {"old": side(change.old), "new": side(change.new)}
    return {"change": change.kind.value, "source": change.document, **sides}


def _figure_row(change: Change[Figure]) -> dict[str, Any]:
    from rag.figures import figure_to_json

    sides = {
        name: figure_to_json(figure) if figure else None
        for name, figure in (("old", change.old), ("new", change.new))
    }
    return {"change": change.kind.value, "source": change.document, **sides}


def _case_row(one: Touched) -> dict[str, Any]:
    return {
        "id": one.case.id,
        "question": one.case.question,
        "split": one.case.split,
        "anchor": one.anchor,
        "source": one.source,
        "heading": list(one.passage.heading),
        "stands": one.stands,
    }


def _print(found: Difference, touched: Sequence[Touched] | None, limit: int) -> None:
    from ui.console import line_of

    typer.echo(f"{found.old.name} → {found.new.name}")
    if not found:
        typer.echo("Nothing differs.")
        return
    for line in _document_lines(found):
        typer.echo(str(line_of(line)))
    passages = [(c.kind.value, c.document, *_passage_cells(c)) for c in found.passages]
    figures = [(c.kind.value, c.document, *_figure_cells(c)) for c in found.figures]
    _table("passages", ("", "document", "heading", "text"), passages, limit)
    _table("figures", ("", "document", "measure", "period", "old", "new"), figures, limit)
    if touched is not None:
        rows = [(t.case.id, t.case.question, t.anchor, _fate(t), t.source) for t in touched]
        columns = ("case", "question", "evidence", "now", "document")
        _table("cases touched", columns, rows, limit)


def _document_lines(found: Difference) -> Iterator[str]:
    documents = found.documents
    renamed = [f"{old} → {new}" for old, new in documents.renamed]
    for name, listed in (
        ("added", documents.added),
        ("changed", documents.changed),
        ("renamed", renamed),
        ("removed", documents.removed),
    ):
        if listed:
            more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
            yield f"{name:>9}  {', '.join(listed[:_SHOWN])}{more}"


def _passage_cells(change: Change[Passage]) -> tuple[str, str]:
    one = change.new or change.old
    heading = " › ".join(one.heading) if one else ""
    if change.old and change.new:
        return heading, _apart(change.old.text, change.new.text)
    return heading, _shortened(one.text if one else "")


def _apart(old: str, new: str) -> str:
    """The words that differ, from the first to the last, as they were and as they are."""
    was, now = old.split(), new.split()
    if was == now:
        return "under another heading"
    start = next((i for i, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), None)
    start = min(len(was), len(now)) if start is None else start
    end = 0
    while end < min(len(was), len(now)) - start and was[-1 - end] == now[-1 - end]:
        end += 1
    gone, come = was[start : len(was) - end], now[start : len(now) - end]
    return f"{_shortened(' '.join(gone)) or '-'} → {_shortened(' '.join(come)) or '-'}"


def _shortened(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _CHARS else f"{plain[: _CHARS - 1].rstrip()}…"


def _figure_cells(change: Change[Figure]) -> tuple[str, str, str, str]:
    from ui.figures.rows import period_text

    one = change.new or change.old
    assert one is not None  # noqa: S101  a change has at least one side
    return one.measure, period_text(one), _figure(change.old), _figure(change.new)


def _figure(figure: Figure | None) -> str:
    return " ".join(figure.text.split()) if figure else "-"


def _fate(touched: Touched) -> str:
    if touched.stands is None:
        return "look at it"
    return "still said" if touched.stands else "no longer said"


def _table(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]], limit: int) -> None:
    from rich import box
    from rich.table import Table

    from ui.console import line_of, print_any

    typer.echo(f"\n{len(rows)} {name}")
    if not rows:
        return
    table = Table(box=box.SIMPLE, show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows[:limit]:
        table.add_row(*map(line_of, row))
    print_any(table)
    if len(rows) > limit:
        typer.echo(f"{limit} of {len(rows)}; --limit or --json give more.")
