"""Documents, passages, figures and twins as JSON Lines inside a generation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from rag.errors import IndexCorrupt
from rag.figures import Figure, figure_from_json, figure_to_json
from rag.models import Document, Passage, Sentence, Span

T = TypeVar("T")

_DOCUMENTS = "documents.jsonl"
_PASSAGES = "passages.jsonl"
_FIGURES = "figures.jsonl"
_TWINS = "twins.json"


def write_twins(groups: Sequence[Sequence[str]], folder: Path) -> None:
    """Write the groups of documents that say nearly the same, each as a list of ids."""
    _write([[list(group) for group in groups]], folder / _TWINS)


def read_twins(folder: Path) -> list[list[str]]:
    """Read the groups of twins; raises `IndexCorrupt` when they do not parse."""
    (groups,) = [*_read(folder / _TWINS, _groups), None][:1]
    if groups is None:
        raise IndexCorrupt(
            f"{_TWINS} of generation {folder.name} is damaged (it is empty); "
            "run 'policyqa ingest' to build a new one."
        )
    return groups


def _groups(row: Any) -> list[list[str]]:
    if not (isinstance(row, list) and all(isinstance(group, list) for group in row)):
        raise TypeError(f"twins are a list of groups, not {row!r}")
    return row


def write_documents(documents: Iterable[Document], folder: Path) -> None:
    """Write all documents with their full text."""
    rows = (
        {**_fields(d), "published": d.published.isoformat() if d.published else None}
        for d in documents
    )
    _write(rows, folder / _DOCUMENTS)


def _fields(document: Document) -> dict[str, Any]:
    """All of a document but its twins, which belong to the index."""
    return {f.name: getattr(document, f.name) for f in fields(document) if f.name != "twins"}


def read_documents(folder: Path) -> Iterator[Document]:
    """Read the documents of a generation; raises `IndexCorrupt` when they do not parse."""
    return _read(folder / _DOCUMENTS, _document)


def _document(row: dict[str, Any]) -> Document:
    published = date.fromisoformat(row["published"]) if row["published"] else None
    lists = {name: tuple(row.get(name, ())) for name in ("page_starts", "tags")}
    return Document(**{**row, **lists, "published": published})


def write_passages(passages: Iterable[Passage], folder: Path) -> None:
    """Write all passages with their sentences."""
    rows = (
        {
            "id": p.id,
            "document_id": p.document_id,
            "span": [p.span.start, p.span.end],
            "heading": p.heading,
            "text": p.text,
            "sentences": [_sentence_row(s) for s in p.sentences],
        }
        for p in passages
    )
    _write(rows, folder / _PASSAGES)


def read_passages(folder: Path) -> Iterator[Passage]:
    """Read the passages of a generation; raises `IndexCorrupt` when they do not parse."""
    return _read(folder / _PASSAGES, _passage)


def write_figures(figures: Iterable[Figure], folder: Path) -> None:
    """Write the register of figures."""
    _write((figure_to_json(figure) for figure in figures), folder / _FIGURES)


def read_figures(folder: Path) -> Iterator[Figure]:
    """Read the figures of a generation; raises `IndexCorrupt` when they do not parse."""
    return _read(folder / _FIGURES, figure_from_json)


def _passage(row: dict[str, Any]) -> Passage:
    return Passage(
        id=row["id"],
        document_id=row["document_id"],
        span=Span(*row["span"]),
        heading=tuple(row["heading"]),
        text=row["text"],
        sentences=tuple(_sentence(*fields) for fields in row["sentences"]),
    )


def _sentence_row(sentence: Sentence) -> list[Any]:
    pieces = [[piece.start, piece.end] for piece in sentence.pieces]
    return [sentence.span.start, sentence.span.end, sentence.text, pieces]


def _sentence(start: int, end: int, text: str, pieces: list[list[int]]) -> Sentence:
    return Sentence(Span(start, end), text, tuple(Span(*piece) for piece in pieces))


def _write(rows: Iterable[object], path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _read(path: Path, make: Callable[[Any], T]) -> Iterator[T]:
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield make(json.loads(line))
    except (OSError, ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise IndexCorrupt(
            f"{path.name} of generation {path.parent.name} is damaged ({error}); "
            "run 'policyqa ingest' to build a new one."
        ) from error
