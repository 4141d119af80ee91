"""Example questions made from whatever documents are loaded; no word of theirs is fixed here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest

from rag.models import Document
from ui.blocks import blocks

_TITLE_CHARS = 70
_HEADING_WORDS = range(2, 9)
_ORDINAL = re.compile(r"^(?:[IVXLC]+|\d{1,2})[.、)]\s*")
# "The <subject> reached/stood at/... <figure>": the shape in which reports state their results.
_FIGURE = re.compile(
    r"(?:^|(?<=[.!?] ))(?P<subject>(?:The|Total) [a-z][^.,;:()\d]{8,60}?) "
    r"(?:reached|stood at|totall?ed|amounted to|came to) (?:about |around |over )?[^.]{0,20}\d",
    re.MULTILINE,
)


def example_questions(documents: Sequence[Document], limit: int = 4) -> list[str]:
    """Up to `limit` questions, taken in turn from each document, figures before headings."""
    figures = [_about_figures(document) for document in documents]
    headings = [_about_headings(document) for document in documents]
    mixed = zip_longest(_in_turn(figures), _in_turn(headings))
    found = dict.fromkeys(question for question in chain.from_iterable(mixed) if question)
    return list(found)[:limit]


def _in_turn(sources: Sequence[Iterator[str]]) -> Iterator[str]:
    rounds = zip_longest(*sources)
    return (question for turn in rounds for question in turn if question)


def _about_figures(document: Document) -> Iterator[str]:
    for found in _FIGURE.finditer(document.text):
        subject = found["subject"]
        yield f"What figure is given for {subject[0].lower()}{subject[1:]}?"


def _about_headings(document: Document) -> Iterator[str]:
    title = document.title.split(":")[0].strip()
    for block in blocks(document):
        span = block.pieces[0]
        heading = _ORDINAL.sub("", document.text[span.start : span.end].strip())
        fits = len(heading.split()) in _HEADING_WORDS and len(title) <= _TITLE_CHARS
        if block.kind in ("h3", "h4", "h5") and fits and heading != document.title:
            yield f"What does “{title}” say about “{heading}”?"
