"""A small pipeline over made-up documents: answers by fixed rules, so that pages can be tested."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

from ingest.split import split_document
from rag.errors import QuestionError, SourceError
from rag.figures import Figure, figures_of
from rag.models import Answer, Citation, Claim, Document, Filters, Scored, Span, Turn
from rag.permalink import permalink_to
from rag.pipeline import Pipeline
from rag.register import Register
from rag.settings import SplitSettings

ATTACK = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'

REPORT = Document(
    id="reports/harbour.md",
    source="reports/harbour.md",
    title="Harbour report 2023",
    publisher="Port Office",
    published=date(2024, 2, 7),
    media_type="text/markdown",
    sha256="0" * 64,
    text=(
        "---\ntitle: Harbour report 2023\n---\n\n# Harbour report 2023\n\n"
        + "An opening paragraph that nobody cites, to give the page some length. " * 30
        + "\n\n## Cargo handled\n\n"
        + "The harbour handled 5.2 million containers in 2023. It was a record year.\n\n"
        + "- The old quay handled 1.1 million of them.\n- The new quay handled the rest.\n\n"
        + "## Plans for the year ahead\n\n"
        + "| Measure | Target |\n|---|---|\n| Containers | 5.5 million |\n| Ferries | 12 |\n\n"
        + "A closing paragraph that nobody cites, to give the page some length. " * 60
        + "\n"
    ),
)
NOTICE = Document(
    id="notice.txt",
    source="notice.txt",
    title="Notice on ferries",
    sha256="1" * 64,
    text=(
        "1. Ferry times\nFerries leave at 8 o'clock & at noon.\n\n"
        f"Beware of {ATTACK} in documents.\nA line was broken by the page it came from, in the\n"
        "middle of a sentence.\n"
    ),
)
LONG = Document(
    id="long.txt",
    source="long.txt",
    title="A very long list",
    publisher="Archive",
    sha256="2" * 64,
    text="".join(f"Entry {i} of the archive holds {i * 7} folders.\n" for i in range(2500)),
)

RECORD = "The harbour handled 5.2 million containers in 2023."
QUAY = "The old quay handled 1.1 million of them."
FERRIES = "Ferries leave at 8 o'clock & at noon."


def cite(document: Document, quote: str, heading: tuple[str, ...] = ()) -> Citation:
    """The citation of words that occur in a document."""
    start = document.text.index(quote)
    span = Span(start, start + len(quote))
    return Citation(
        document_id=document.id,
        document=document.name,
        title=document.title,
        source=document.source,
        published=document.published,
        span=span,
        quote=quote,
        page=None,
        heading=heading,
        permalink=str(permalink_to(document, span)),
    )


class FakePipeline(Pipeline):
    """Knows about containers, ferries and the archive; breaks when told to; else abstains."""

    def __init__(self, pause: float = 0.0) -> None:
        self._documents = {d.id: d for d in (LONG, REPORT, NOTICE)}
        self._pause = pause
        self.histories: list[tuple[Turn, ...]] = []

    @property
    def index_version(self) -> str:
        return "fake-1"

    @property
    def documents(self) -> Sequence[Document]:
        return sorted(self._documents.values(), key=lambda d: d.title)

    @property
    def register(self) -> Register:
        return Register(self.index_version, _figures(), self._documents)

    def document(self, document_id: str) -> Document:
        if document_id not in self._documents:
            raise SourceError(f"There is no document {document_id!r}; choose one of the list.")
        return self._documents[document_id]

    def ask(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Answer:
        *_, answer = self.stream(question, history=history, filters=filters)
        assert isinstance(answer, Answer)
        return answer

    def look_up(
        self, text: str, most: int, filters: Filters | None = None
    ) -> list[Scored[Citation]]:
        """The cited places of what it would answer."""
        if not text.strip():
            raise QuestionError("The question is empty; type one and ask again.")
        answer = self.ask(text, filters=filters)
        return [Scored(place, 1.0) for place in (answer.citations or answer.nearest)][:most]

    def quoted(self, question: str, filters: Filters | None = None) -> Answer:
        return self.ask(question, filters=filters)

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Iterator[str | Claim | Answer]:
        self.histories.append(tuple(history))
        if not question.strip():
            raise QuestionError("The question is empty; type one and ask again.")
        if len(question) > 2000:
            raise QuestionError("The question is longer than 2,000 characters; shorten it.")
        yield "Searching the documents"
        if "break" in question:
            raise RuntimeError("broken on purpose")
        claims = _claims(question.casefold())
        for claim in claims:
            time.sleep(self._pause)
            yield claim
        yield _answer(question, claims)


@cache
def _figures() -> tuple[Figure, ...]:
    passages = [(p, d) for d in (REPORT, NOTICE) for p in split_document(d, SplitSettings())]
    return tuple(figure for p, d in passages for figure in figures_of(p, d))


def _claims(question: str) -> tuple[Claim, ...]:
    if "container" in question:
        heading = ("Harbour report 2023", "Cargo handled")
        record, quay = cite(REPORT, RECORD, heading), cite(REPORT, QUAY, heading)
        return (Claim(RECORD, (record,)), Claim(QUAY, (quay, cite(NOTICE, FERRIES))))
    if "ferries" in question:
        return (Claim(FERRIES, (cite(NOTICE, FERRIES),)),)
    if "archive" in question:
        last = "Entry 2400 of the archive holds 16800 folders."
        return (Claim(last, (cite(LONG, last),)),)
    if "attack" in question:
        return (Claim(f"Beware of {ATTACK} in documents.", (cite(NOTICE, ATTACK),)),)
    return ()


def _answer(question: str, claims: tuple[Claim, ...]) -> Answer:
    return Answer(
        id=uuid.uuid4().hex,
        question=question,
        claims=claims,
        abstained=not claims,
        reason=None if claims else "Nothing in the documents is about this.",
        confidence=0.93 if claims else 0.08,
        nearest=() if claims else (cite(NOTICE, FERRIES), cite(REPORT, RECORD, ("Cargo handled",))),
        engine="extractive",
        model=None,
        index_version="fake-1",
        timings_ms={"total": 12.0},
    )
