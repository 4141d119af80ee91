"""The vocabulary: frozen values that travel between the steps. Standard library only.

Every offset counts characters of `Document.text`, the stored text, which is never edited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch `[start, end)` of a document's stored text, in characters."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span needs 0 <= start <= end, not [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def covers(self, other: Span) -> bool:
        """Whether `other` lies wholly within this span."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two spans share at least one character."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Twin:
    """Another document that says nearly the same; `text` is its stored text, not a copy."""

    document_id: str
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """One source file, as it was read.

    `id` comes from the source's path inside the ingested folder, so it survives edits of the file;
    `sha256` is of the file's bytes and changes with them. `page_starts` holds the offset at which
    each page begins; it is empty for formats without pages. `tags` are those that its front matter
    gives it. `twins` say nearly the same; an index fills them in.
    """

    id: str
    source: str
    title: str
    text: str
    sha256: str
    publisher: str | None = None
    published: date | None = None
    language: str = "en"
    media_type: str = "text/plain"
    page_starts: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    twins: tuple[Twin, ...] = field(default=(), compare=False, repr=False)

    @property
    def name(self) -> str:
        """The source's file name, which is how people refer to the document."""
        return self.source.rsplit("/", 1)[-1]

    @property
    def label(self) -> str:
        """The title with the month of publication, as people refer to a document."""
        return f"{self.title} ({self.published:%B %Y})" if self.published else self.title

    def page_of(self, offset: int) -> int | None:
        """The page (from 1) on which `offset` lies, or `None` for a document without pages."""
        return sum(1 for start in self.page_starts if start <= offset) or None


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit that is quoted: always whole.

    `text` is the normalised twin used for searching (blanks inside numbers removed, glued words
    parted, site furniture skipped); the quote is always cut from the stored text by the span.
    `pieces` tells where a sentence stands that is not one stretch: one that a footnote interrupts,
    or a table's row, which is read under its header; it is empty for all others.
    """

    span: Span
    text: str
    pieces: tuple[Span, ...] = ()

    @property
    def places(self) -> tuple[Span, ...]:
        """Every stretch that the sentence stands on, in the order of the text."""
        return self.pieces or (self.span,)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one section that is embedded and retrieved, with the headings above it.

    `heading` runs from the outermost heading to the nearest one. `text` is the normalised twin.
    """

    id: str
    document_id: str
    span: Span
    heading: tuple[str, ...]
    text: str
    sentences: tuple[Sentence, ...]

    @property
    def searchable(self) -> str:
        """The text that is embedded and indexed: the heading path, then the passage."""
        return " › ".join((*self.heading, self.text))


@dataclass(frozen=True, slots=True)
class Scored(Generic[T]):
    """Something found, with its score (larger is better) and the parts that made the score."""

    item: T
    score: float
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Citation:
    """The place a claim stands on. Checked by code: `quote == document.text[span]`.

    `also` holds the sources of other documents that have the same words.
    """

    document_id: str
    document: str
    title: str
    source: str
    published: date | None
    span: Span
    quote: str
    page: int | None
    heading: tuple[str, ...]
    permalink: str
    also: tuple[str, ...] = ()


class Verdict(StrEnum):
    """What verification says of a claim; anything but `SUPPORTED` is not shown as fact."""

    SUPPORTED = "supported"
    UNCITED = "uncited"
    UNKNOWN_SOURCE = "unknown-source"
    QUOTE_ALTERED = "quote-altered"
    FIGURE_NOT_IN_SPAN = "figure-not-in-span"
    TEXT_NOT_IN_SPAN = "text-not-in-span"
    NAME_NOT_IN_SPAN = "name-not-in-span"
    PERIOD_CLASH = "period-clash"
    STATUS_CLASH = "status-clash"
    MEASURE_CLASH = "measure-clash"
    NOT_COVERED = "not-covered"
    BESIDE_THE_POINT = "beside-the-point"


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer and the citations it stands on.

    `computed` tells a sentence that was worked out from the cited figures from one that is quoted.
    `translated` tells one that a model put into another language after it had been proved.
    """

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict = Verdict.SUPPORTED
    computed: bool = False
    translated: bool = False


@dataclass(frozen=True, slots=True)
class Weighed:
    """A passage or sentence that was considered, with its score and the parts that made it."""

    passage_id: str
    document_id: str
    span: Span
    score: float
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer came about, for whoever looks into a wrong one.

    `question` is how it was read. `passages` were retrieved and `sentences` ranked, best first;
    `evidence` is what the confidence rests on; `removed` holds the claims that verification
    rejected. Of a chat model, if one wrote: `usage` counts the tokens that it read and wrote,
    `prompt` is the version of what it was told, `raw` its texts as they came, `failure` how it
    failed, if it did.
    """

    question: Mapping[str, str] = field(default_factory=dict)
    passages: tuple[Weighed, ...] = ()
    sentences: tuple[Weighed, ...] = ()
    evidence: Mapping[str, float] = field(default_factory=dict)
    removed: tuple[Claim, ...] = ()
    usage: Mapping[str, int] = field(default_factory=dict)
    prompt: str | None = None
    raw: tuple[str, ...] = ()
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Claims with their proof, or an abstention with its reason and the nearest passages.

    `confidence` is the calibrated probability, 0 to 1, that the documents answer the question.
    `timings_ms` gives milliseconds by stage; `trace` tells how the answer came about.
    """

    id: str
    question: str
    claims: tuple[Claim, ...]
    abstained: bool
    reason: str | None
    confidence: float
    nearest: tuple[Citation, ...]
    engine: str
    model: str | None
    index_version: str
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    trace: Trace = field(default_factory=Trace)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The distinct citations of all claims, in the order in which they are numbered."""
        return tuple(dict.fromkeys(c for claim in self.claims for c in claim.citations))

    @property
    def text(self) -> str:
        """Plain text: each claim followed by the markers [1] [2] that number `citations`."""
        if self.abstained:
            return self.reason or ""
        number = {citation: i for i, citation in enumerate(self.citations, start=1)}
        return " ".join(
            " ".join([claim.text, *(f"[{number[c]}]" for c in claim.citations)])
            for claim in self.claims
        )


@dataclass(frozen=True, slots=True)
class Filters:
    """What to look in; all that is given must hold, and of several values of one kind any one.

    Documents are named by title or file name, folders by their path inside the ingested folder,
    languages by their code ("en" also means "en-GB"). Capitals do not matter.

    `sources` is a bound that somebody else has set: paths of files inside the ingested folder, and
    of folders with a slash at their end, letter by letter. `None` sets none; an empty one admits
    nothing. What lies beyond it is as if it were not there (`rag.bounded`).
    """

    documents: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    publishers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] | None = None

    def admits(self, document: Document) -> bool:
        """Whether `document` may be cited; an unknown date lies outside every date filter."""
        return (
            (self.sources is None or lies_within(document.source, self.sources))
            and self._is_dated(document)
            and _any_of(self.documents, (document.title, document.name))
            and _any_of(self.publishers, (document.publisher or "",))
            and _any_of(self.languages, (document.language, document.language.split("-")[0]))
            and _any_of(self.tags, document.tags)
            and (not self.folders or _any_of(map(_plain, self.folders), _folders(document)))
        )

    def _is_dated(self, document: Document) -> bool:
        if self.since is None and self.until is None:
            return True
        if document.published is None:
            return False
        return (self.since or date.min) <= document.published <= (self.until or date.max)


def lies_within(source: str, sources: Iterable[str]) -> bool:
    """Whether a path is one of those given, or lies below one that ends in a slash."""
    return any(source == one or (one.endswith("/") and source.startswith(one)) for one in sources)


def _any_of(wanted: Iterable[str], values: Iterable[str]) -> bool:
    """Whether a value is wanted; where nothing is, all are."""
    names = {name.casefold() for name in wanted}
    return not names or not names.isdisjoint(value.casefold() for value in values)


def _folders(document: Document) -> Iterator[str]:
    """Every folder above a document; the ingested one, which has no name, is `.`."""
    yield "."
    at = document.source.find("/")
    while at >= 0:
        yield document.source[:at]
        at = document.source.find("/", at + 1)


def _plain(folder: str) -> str:
    return folder.replace("\\", "/").removeprefix("./").strip("/") or "."


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier exchange of the same conversation."""

    question: str
    answer: str
