"""What the command line prints: progress bars, reports and answers, in colour on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ingest.pipeline import IngestReport
from rag.index import Index
from rag.models import Answer, Citation, Document
from rag.settings import Settings


def _stdout() -> Console:
    return Console(highlight=False, soft_wrap=True)


def _stderr() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def _bars() -> Progress:
    """Progress bars on stderr, gone when done, silent when stderr is no terminal."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
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
                tasks[stage] = bars.add_task(stage, total=total)
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
    for name in ("added", "changed", "removed", "unchanged"):
        sources = getattr(report, name)
        console.print(f"[bold]{name:>9}[/]  {len(sources)}")
        if name != "unchanged":
            for source in sources:
                console.print(f"           {escape(source)}")
    console.print(f"[bold]{'skipped':>9}[/]  {len(report.skipped)}")
    for skipped in report.skipped:
        _stderr().print(f"[yellow]skipped[/] {escape(skipped.source)}: {escape(skipped.reason)}")
    console.print(
        f"{report.passages} passages, {report.embedded} texts embedded, "
        f"index {report.index_version} in {escape(str(where))}"
    )


def print_answer(answer: Answer) -> None:
    """An answer with its numbered sources, or an abstention with the nearest passages."""
    console = _stdout()
    if answer.abstained:
        console.print(f"[yellow]{escape(answer.reason or '')}[/]")
        _print_citations(console, answer.nearest, "-")
        return
    for paragraph in _numbered(answer):
        console.print(paragraph)
    console.print()
    _print_citations(console, answer.citations)
    console.print(f"[dim]confidence {answer.confidence:.2f}, {answer.engine} engine[/]")


def _numbered(answer: Answer) -> Iterator[str]:
    number = {citation: i for i, citation in enumerate(answer.citations, start=1)}
    for claim in answer.claims:
        marks = " ".join(f"[cyan]\\[{number[c]}][/]" for c in claim.citations)
        yield f"{escape(claim.text)} {marks}"


def _print_citations(
    console: Console, citations: tuple[Citation, ...], mark: str | None = None
) -> None:
    for number, citation in enumerate(citations, start=1):
        label = mark or f"[{number}]"
        where = [citation.title, date_text(citation), *citation.heading[-1:]]
        console.print(f"[cyan]{escape(label)}[/] [dim]{escape(' · '.join(where))}[/]")
        quote = " ".join(citation.quote.split())
        console.print(f"    “{escape(quote)}”")


def date_text(source: Citation | Document) -> str:
    """The published date, or that it is unknown."""
    return source.published.isoformat() if source.published else "date unknown"


def print_status(index: Index, settings: Settings) -> None:
    """What the index holds."""
    console = _stdout()
    manifest = index.manifest
    console.print(
        f"index {manifest.version} in {escape(str(settings.index_dir))}, built {manifest.created}"
    )
    console.print(f"model {escape(manifest.model.name)} ({manifest.model.sha256[:12]})")
    console.print(f"{manifest.passages} passages, {manifest.sentences} sentences")
    for document in sorted(index.documents.values(), key=lambda d: d.source):
        publisher = document.publisher or "publisher unknown"
        size = f"{len(document.text):,} characters"
        console.print(f"[bold]{escape(document.name)}[/]  {escape(document.title)}")
        console.print(f"    [dim]{escape(' · '.join([date_text(document), publisher, size]))}[/]")


def print_any(renderable: RenderableType) -> None:
    """Print a table or whatever else rich can render."""
    Console(highlight=False).print(renderable)
