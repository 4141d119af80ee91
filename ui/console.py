"""What the command line prints: progress bars, reports and answers, in colour on a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from ingest.report import READING, IngestReport
from rag.index import Index
from rag.models import Answer, Citation, Document
from rag.settings import Settings

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class _Console(Console):
    """A console that leaves a reader who has gone to the command line."""

    def on_broken_pipe(self) -> None:
        """Let the error through, which rich is handling when it calls this."""
        self.quiet = True
        raise


class _CountColumn(ProgressColumn):
    """How many are done, or how many bytes."""

    def __init__(self) -> None:
        super().__init__()
        self._counts, self._bytes = MofNCompleteColumn(), DownloadColumn()

    def render(self, task: Task) -> Text:
        """What is done of all there is."""
        return (self._bytes if task.fields.get("bytes") else self._counts).render(task)


class _RateColumn(ProgressColumn):
    """How many are done in a second, once that can be told."""

    def render(self, task: Task) -> Text:
        """The rate, as long as it takes more than a moment."""
        if not task.speed:
            return Text("")
        rate = decimal(int(task.speed)) if task.fields.get("bytes") else f"{task.speed:.1f}"
        return Text(f"{rate}/s", style="dim")


def _stdout() -> Console:
    return _Console(highlight=False, soft_wrap=True)


def _stderr() -> Console:
    return _Console(stderr=True, highlight=False, soft_wrap=True)


def _bars() -> Progress:
    """Progress bars on stderr, gone when done, silent when stderr is no terminal."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        _CountColumn(),
        _RateColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


@contextmanager
def stage_progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each stage of a run."""
    with _bars() as bars:
        tasks = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total, bytes=stage == READING)
            bars.update(tasks[stage], completed=done, total=total)

        yield tell


@contextmanager
def count_progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """One bar that counts."""
    with stage_progress() as tell:
        yield lambda done, total: tell(what, done, total)


def print_ingest(report: IngestReport, where: object) -> None:
    """What an ingest did; skipped sources and their reasons go to stderr."""
    console = _stdout()
    for name, listed in _of_ingest(report):
        console.print(line_of((f"{name:>9}", "bold"), f"  {len(listed)}"))
        if name not in ("unchanged", "skipped"):
            for told in listed:
                console.print(line_of(f"           {told}"))
    for kind, told in (("skipped", report.skipped), ("warning", report.warned)):
        for one in told:
            _stderr().print(line_of((kind, "yellow"), f" {one.name}: {one.reason}"))
    if report.documents:
        pages = f", {report.pages} pages" if report.pages else ""
        size = decimal(report.size)
        console.print(line_of(f"{report.documents} documents{pages}, {size} in {report.seconds} s"))
    console.print(
        line_of(
            f"{report.passages} passages, {report.embedded} texts embedded, "
            f"index {report.index_version} in {where}"
        )
    )


def _of_ingest(report: IngestReport) -> Iterator[tuple[str, Sequence[object]]]:
    """The rows of the summary; those that few runs have only where there is something to say."""
    yield "added", report.added
    yield "changed", report.changed
    if report.renamed:
        yield "renamed", [f"{old} → {new}" for old, new in report.renamed]
    yield "removed", report.removed
    yield "unchanged", report.unchanged
    if report.twins:
        yield "twins", [" = ".join(group) for group in report.twins]
    yield "skipped", report.skipped


def print_answer(answer: Answer) -> None:
    """An answer with its numbered sources, or an abstention with the nearest passages.

    Of a question that is answered in part, the reason tells the rest.
    """
    console = _stdout()
    if answer.abstained:
        console.print(line_of((answer.reason or "", "yellow")))
        _print_citations(console, answer.nearest, "-")
        return
    for paragraph in _numbered(answer):
        console.print(paragraph)
    if answer.reason:
        console.print(line_of((answer.reason, "yellow")))
    console.print()
    _print_citations(console, answer.citations)
    how = f"confidence {answer.confidence:.2f}, {answer.engine} engine"
    how += f", {answer.model}" if answer.model else ""
    console.print(line_of((how, "dim")))


def _numbered(answer: Answer) -> Iterator[Text]:
    number = {citation: i for i, citation in enumerate(answer.citations, start=1)}
    for claim in answer.claims:
        marks = " ".join(f"[{number[c]}]" for c in claim.citations)
        how = " (computed)" if claim.computed else ""
        how = " (translated by the model)" if claim.translated else how
        yield line_of(claim.text, how, " ", (marks, "cyan"))


def _print_citations(
    console: Console, citations: tuple[Citation, ...], mark: str | None = None
) -> None:
    for number, citation in enumerate(citations, start=1):
        label = mark or f"[{number}]"
        where = [citation.title, date_text(citation), *citation.heading[-1:]]
        if citation.also:
            where.append(f"also in {', '.join(citation.also)}")
        console.print(line_of((label, "cyan"), " ", (" · ".join(where), "dim")))
        console.print(line_of(f"    “{' '.join(citation.quote.split())}”"))


def line_of(*parts: str | tuple[str, str]) -> Text:
    """One line of text, each part plain or with its style; what steers a terminal is shown."""
    styled = [(part, "") if isinstance(part, str) else part for part in parts]
    return Text.assemble(*((_CONTROL.sub("\N{REPLACEMENT CHARACTER}", t), s) for t, s in styled))


def date_text(source: Citation | Document) -> str:
    """The published date, or that it is unknown."""
    return source.published.isoformat() if source.published else "date unknown"


def print_status(index: Index, settings: Settings) -> None:
    """What the index holds."""
    console = _stdout()
    manifest = index.manifest
    model = manifest.model
    console.print(
        line_of(f"index {manifest.version} in {settings.index_dir}, built {manifest.created}")
    )
    console.print(line_of(f"model {model.name} ({model.sha256[:12]})"))
    console.print(line_of(f"{manifest.passages} passages, {manifest.sentences} sentences"))
    for document in sorted(index.documents.values(), key=lambda d: d.source):
        publisher = document.publisher or "publisher unknown"
        size = f"{len(document.text):,} characters"
        console.print(line_of((document.name, "bold"), f"  {document.title}"))
        about = " · ".join([date_text(document), publisher, size])
        console.print(line_of((f"    {about}", "dim")))


def print_lines(lines: Iterable[Text]) -> None:
    """Print lines that the terminal, not this program, may break."""
    console = _stdout()
    for line in lines:
        console.print(line)


def print_any(renderable: RenderableType) -> None:
    """Print a table or whatever else rich can render."""
    _Console(highlight=False).print(renderable)
