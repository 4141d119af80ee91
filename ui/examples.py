"""Example questions made from whatever documents are loaded; no word of theirs is fixed here.

A candidate comes from a sentence that states a figure or from a heading. Only candidates that the
pipeline answers from just that place are offered: the first question a person asks should work.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, takewhile, zip_longest
from typing import Protocol, TypeVar
from weakref import WeakSet

from rag.models import Answer, Document, Span
from ui.blocks import blocks

T = TypeVar("T")

MOST_TRIED = 16
MOST_WAITED_S = 10.0
_log = logging.getLogger(__name__)
_TITLE_CHARS = 70
_HEADING_WORDS = range(2, 9)
_ORDINAL = re.compile(r"^(?:[IVXLC]+|\d{1,2})[.、)]\s*")
_QUESTION_OF_VERB = {
    "was worth": "How much was {} worth",
    "were worth": "How much were {} worth",
    "was": "What was {}",
    "came to": "What did {} come to",
    "reached": "What did {} reach",
    "stood at": "What was {}",
    "totaled": "What did {} total",
    "totalled": "What did {} total",
    "rose by": "By how much did {} rise",
    "grew by": "By how much did {} grow",
    "increased by": "By how much did {} increase",
    "fell by": "By how much did {} fall",
}
# "<Subject> reached <figure> … in <year>", at the start of a sentence, as reports state results.
_FIGURE = re.compile(
    r"(?:(?<=[.!?] )|^(?:- )?)(?!(?:This|That|It|There|They|These|Those|He|She|Of|In) )"
    r"(?P<subject>[A-Z][\w'’-]*(?: [\w'’()-]+){1,9}?) "
    rf"(?P<verb>{'|'.join(_QUESTION_OF_VERB)}) (?:about |around |over |nearly )?\d"
    r"(?:[\d.,]*\d)?(?:%| [^.\n]{0,60}?)?(?P<when> in (?:19|20)\d\d)?[.,](?!\d)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question and the stretch of a document that ought to answer it."""

    question: str
    document_id: str
    span: Span


class Quoter(Protocol):
    """What examples are made of: a pipeline, or a part of one."""

    @property
    def index_version(self) -> str:
        """Changes whenever the documents do."""
        ...

    @property
    def documents(self) -> Sequence[Document]:
        """The documents to ask about."""
        ...

    def quoted(self, question: str) -> Answer:
        """The answer to a question, in the documents' words."""
        ...


class Examples:
    """The examples for whatever documents are loaded by then, made in a thread of their own.

    Args:
        fixed: questions to offer instead, whatever is loaded.
    """

    def __init__(self, pipeline: Quoter, fixed: Sequence[str] | None = None) -> None:
        self._pipeline = pipeline
        self._fixed = fixed
        self._lock = threading.Lock()
        self._made: _Made | None = None

    def renew(self) -> None:
        """Begin to make them, if the documents are others than those they were made of."""
        if self._fixed is None:
            self._latest()

    def now(self, seconds: float = MOST_WAITED_S) -> Sequence[str]:
        """The questions; none if they take longer than this to make."""
        return self._fixed if self._fixed is not None else self._latest().questions(seconds)

    def _latest(self) -> _Made:
        version = self._pipeline.index_version
        with self._lock:
            if self._made is None or self._made.version != version:
                self._made = _Made(self._pipeline, version)
            return self._made


class _Made:
    """The examples of one version of the index."""

    def __init__(self, pipeline: Quoter, version: str) -> None:
        self.version = version
        self._pipeline = pipeline
        self._questions: Sequence[str] = ()
        self._ending = threading.Event()
        self._work = threading.Thread(target=self._make, name="examples", daemon=True)
        _UNDER_WAY.add(self)
        self._work.start()

    def end(self) -> None:
        """Make no more, and wait for the question that is being tried."""
        self._ending.set()
        self._work.join(_LONGEST_S)

    def questions(self, seconds: float) -> Sequence[str]:
        self._work.join(seconds)
        return self._questions

    def _make(self) -> None:
        try:
            self._questions = example_questions(self._pipeline, ending=self._ending)
        except Exception:  # noqa: BLE001 - a page without examples is still a page
            _log.warning("No examples could be made of the documents.", exc_info=True)


_UNDER_WAY: WeakSet[_Made] = WeakSet()
_LONGEST_S = 10.0


def end_making() -> None:
    """End the threads that make examples: torch must not be at work when the process ends."""
    for made in list(_UNDER_WAY):
        made.end()


def example_questions(
    pipeline: Quoter, limit: int = 4, ending: threading.Event | None = None
) -> list[str]:
    """Up to `limit` questions that the pipeline answers from where they were taken; fewer if it is
    `ending`."""
    offered = islice(candidates(pipeline.documents), MOST_TRIED)
    tried = takewhile(lambda _: ending is None or not ending.is_set(), offered)
    return [c.question for c in islice((c for c in tried if _works(pipeline, c)), limit)]


def candidates(documents: Sequence[Document]) -> Iterator[Candidate]:
    """Figures of each document in turn, spread over its length; then headings in turn."""
    yield from _in_turn(_spread(list(_about_figures(document))) for document in documents)
    yield from _in_turn(_about_headings(document) for document in documents)


def _works(pipeline: Quoter, candidate: Candidate) -> bool:
    answer = pipeline.quoted(candidate.question)
    return any(
        c.document_id == candidate.document_id and c.span.overlaps(candidate.span)
        for c in answer.citations
    )


def _spread(found: Sequence[T], count: int = 4) -> Iterator[T]:
    """All items, but first a few that lie far apart."""
    step = max(1, len(found) // count)
    return chain.from_iterable(found[first::step] for first in range(step))


def _in_turn(sources: Iterable[Iterator[T]]) -> Iterator[T]:
    turns = zip_longest(*sources)
    return (item for item in chain.from_iterable(turns) if item is not None)


def _about_figures(document: Document) -> Iterator[Candidate]:
    for found in _FIGURE.finditer(document.text):
        subject = _in_mid_sentence(found["subject"], document.text)
        if subject is not None:
            when = found["when"] or ""
            question = f"{_QUESTION_OF_VERB[found['verb']].format(subject)}{when}?"
            yield Candidate(question, document.id, Span(found.start("subject"), found.end()))


def _in_mid_sentence(subject: str, text: str) -> str | None:
    """The subject as written inside a sentence; `None` if the text does not show how."""
    first = subject.split()[0]
    inside = "(?<=[a-z,] )"
    if re.search(rf"{inside}{re.escape(first.lower())}\b", text):
        return first.lower() + subject[len(first) :]
    is_name = first.isupper() or re.search(rf"{inside}{re.escape(first)}\b", text)
    return subject if is_name else None


def _about_headings(document: Document) -> Iterator[Candidate]:
    title = document.title.split(":")[0].strip()
    found = [block for block in blocks(document) if block.kind in ("h3", "h4", "h5")]
    starts = [*(block.pieces[0].start for block in found), len(document.text)]
    for block, end in zip(found, starts[1:], strict=True):
        span = block.pieces[0]
        heading = _ORDINAL.sub("", document.text[span.start : span.end].strip())
        if len(heading.split()) in _HEADING_WORDS and len(title) <= _TITLE_CHARS:
            question = f"What does “{title}” say about “{heading}”?"
            yield Candidate(question, document.id, Span(span.start, end))
