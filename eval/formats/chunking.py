"""Chunking evaluation (Smith and Troynikov 2024): questions whose answers are spans of a corpus."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from eval.dataset import Case, Reference
from eval.formats.nodes import Node, decoded, read_bytes
from eval.formats.outside import Outside, language_of, note_of, with_lf
from eval.formats.tokenwise import TOKENWISE
from eval.text import tokens
from ingest.mapped import Mapped
from ingest.sentences import split_sentences
from rag.errors import CaseError
from rag.models import Span

QUESTIONS = "questions_df.csv"
_COLUMNS = ("question", "references", "corpus_id")
_LINE = re.compile(r"[^\n]+")
_READING = (
    "Read as chunking evaluation: every corpus is one document and every question is asked over "
    "all of them, token_recall, token_precision and token_iou judge the first five passages by "
    "words, and right is an answer that quotes every sentence of every reference"
)


def read_chunking(path: Path) -> Outside:
    """A folder with `questions_df.csv` and `corpora/<corpus_id>.md`.

    The kind of a case is its corpus, as results are told by corpus.

    Raises:
        CaseError: a file is missing or not in this form; the message names the place.
    """
    corpora = _Corpora(path / "corpora")
    cases = [
        _case(row, number, corpora) for number, row in enumerate(_rows(path / QUESTIONS), start=1)
    ]
    asked = tuple(case for case in cases if case.expect)
    if not asked:
        raise CaseError(f"{path / QUESTIONS} asks no question that could be scored; check it.")
    note = note_of(
        _READING,
        (
            ("questions left out, as their references hold no word", len(cases) - len(asked)),
            ("references found elsewhere than the file says", corpora.counts["moved"]),
        ),
    )
    return Outside(corpora.documents, asked, note, TOKENWISE)


class _Corpora:
    """The texts that questions name, each read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.documents: dict[str, str] = {}
        self.counts: Counter[str] = Counter()

    def text(self, name: str, row: Node) -> str:
        """The text of `<folder>/<name>`."""
        if name not in self.documents:
            if Path(name).name != name or name.startswith("."):
                row.fail(f"the corpus {name!r} is no plain file name")
            path = self._folder / name
            self.documents[name] = with_lf(decoded(path, read_bytes(path)))
        return self.documents[name]

    def span(self, reference: Node, text: str) -> Span:
        """Where a reference stands: at its indices, or at the one other place that says it."""
        start, end = reference.number("start_index"), reference.number("end_index")
        content = with_lf(reference.text("content"))
        if 0 <= start < end and text[start:end] == content:
            return Span(start, end)
        if text.count(content) != 1:
            reference.fail(
                f"the corpus does not say {content[:60]!r} at [{start}, {end}); take the corpora "
                "that belong to these questions"
            )
        self.counts["moved"] += 1
        found = text.index(content)
        return Span(found, found + len(content))


def _rows(path: Path) -> Iterator[Node]:
    """The rows of the table, with their references parsed."""
    table = io.StringIO(decoded(path, read_bytes(path)), newline="")
    try:
        reader = csv.DictReader(table, strict=True)
        missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise CaseError(f"{path} has no column {missing[0]!r}; it needs {', '.join(_COLUMNS)}.")
        for row in reader:
            yield _parsed(row, f"{path}, line {reader.line_num}")
    except csv.Error as error:
        raise CaseError(f"{path} is not a CSV table ({error}); check that it is whole.") from error


def _parsed(row: dict[str, str | None], place: str) -> Node:
    try:
        return Node({**row, "references": json.loads(row["references"] or "")}, place)
    except (ValueError, RecursionError) as error:
        raise CaseError(
            f"{place}: 'references' is not JSON; write a list of objects with content, "
            "start_index and end_index."
        ) from error


def _case(row: Node, number: int, corpora: _Corpora) -> Case:
    corpus = row.text("corpus_id").strip()
    name = f"{corpus}.md"
    question = row.text("question").strip()
    text = corpora.text(name, row)
    spans = [corpora.span(reference, text) for reference in row.items("references")]
    if not spans:
        row.fail("'references' is empty")
    said = dict.fromkeys(phrase for span in spans for phrase in _sentences(text, span))
    return Case(
        id=f"{corpus}-{number}",
        question=question,
        kind=corpus,
        split="held-out",
        expect=tuple((phrase,) for phrase in said),
        references=tuple(Reference(name, span.start, span.end) for span in spans),
        language=language_of(question),
    )


def _sentences(text: str, span: Span) -> Iterator[str]:
    """The sentences of a reference, line by line; a word that it cuts is left out."""
    whole = _whole_words(text, span)
    for line in _LINE.finditer(text, whole.start, whole.end):
        for sentence in split_sentences(Mapped.of(text, [Span(*line.span())])):
            if tokens(sentence.text):
                yield sentence.text.strip()


def _whole_words(text: str, span: Span) -> Span:
    start, end = span.start, span.end
    while start < end and start and text[start - 1].isalnum() and text[start].isalnum():
        start += 1
    while start < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end -= 1
    return Span(start, end)
