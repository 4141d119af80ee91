"""Made-up documents that fill an index: plausible text that answers nothing anybody asks.

With SquadShifts at hand it is their text, first in its order, then their sentences in another
one; else made-up statistics. The same seed gives the same documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from eval.training.reader_data import load_corpora
from eval.training.reader_traps import make_trap
from rag.errors import CaseError

SECTIONS = 50
"""Sections of a document; each becomes one passage."""
_WORDS = 85
"""A section is full with so many words, so that it is never cut into two passages."""
_LONGEST = 30
"""Words of the longest sentence that is used; with it a section stays under 120 words."""


def article_sentences(folder: Path, seed: int = 0) -> Iterator[str]:
    """The sentences of SquadShifts, in their order and then in ever new ones, without end.

    Raises:
        CaseError: the folder holds none.
    """
    lines = [line.text for corpus in load_corpora(folder).values() for line in corpus.lines]
    usable = [text for line in lines if len((text := " ".join(line.split())).split()) <= _LONGEST]
    if not usable:
        raise CaseError(f"{folder} holds no squadshifts_*.json.gz; name their folder.")
    yield from usable
    rng = np.random.default_rng(seed)
    while True:
        yield from (usable[at] for at in rng.permutation(len(usable)))


def figure_sentences(seed: int = 0) -> Iterator[str]:
    """Made-up statistics of made-up places, without end."""
    rng = np.random.default_rng(seed)
    while True:
        trap = make_trap(rng)
        yield from (one.sentence for one in (trap.right, *trap.wrong))


def write_neighbours(sentences: Iterator[str], sections: int, folder: Path) -> None:
    """Make a folder hold so many sections as Markdown documents, and nothing else.

    Raises:
        OSError: they cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("neighbour-*.md"):
        path.unlink()
    for number, start in enumerate(range(0, sections, SECTIONS)):
        count = min(SECTIONS, sections - start)
        text = _document(number, [_section(sentences) for _ in range(count)])
        (folder / f"neighbour-{number:04}.md").write_text(text, encoding="utf-8")


def _section(sentences: Iterator[str]) -> str:
    """Whole sentences, until it is full."""
    taken: list[str] = []
    while sum(len(text.split()) for text in taken) < _WORDS:
        taken += islice(sentences, 1)
    return " ".join(taken)


def _document(number: int, sections: Sequence[str]) -> str:
    title = f"Neighbour {number}"
    published = f"{1990 + number % 35}-03-01"
    head = f"---\ntitle: {title}\npublished: {published}\n---\n\n# {title}\n"
    return head + "".join(
        f"\n## Part {place} of {number}\n\n{text}\n" for place, text in enumerate(sections, start=1)
    )
