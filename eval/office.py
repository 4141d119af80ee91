"""Whether files of an office are read so well that each answers its question, cited in its place.

`python -m eval.office --out DIR` writes a made-up office (`eval.office_papers`) in every format,
ingests it, and asks each file's question of the shipped pipeline. An answer counts if it says what
the file says and cites that file on the right page (PDF) or under the right heading (all others).
What was lost is told by where it was lost: in reading, in splitting or in answering.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from eval.disk import write_whole
from eval.office_papers import FORMS, Paper, make_papers
from eval.office_writers import FORMATS, Format
from eval.report.markdown import to_table
from eval.report.tables import Table
from eval.script import report
from eval.stats import share_interval
from eval.text import contains
from ingest.pipeline import IngestReport, ingest
from rag.embedding import Embedder, load_embedder
from rag.generations import Generations
from rag.index import Index
from rag.models import Answer, Citation, Passage
from rag.pipeline import Pipeline, assemble, load_reader
from rag.settings import Settings, load_settings

FILE, DATA = "office.md", "office.json"
_ORDER = (0, 2, 3, 1, 4, 5, 0, 2, 3, 6, 1, 4, 7, 2, 0, 3, 8, 9, 1, 2)
"""How often each of `FORMATS` comes, by its place there."""
_ARCHIVED_EVERY = 9
"""One file of so many lies in an archive, and so many of them in each archive."""
READING, SPLITTING, ANSWERING = "reading", "splitting", "answering"


@dataclass(frozen=True, slots=True)
class Filed:
    """A paper as a file: its source name in the index, its format, and the answer's page."""

    paper: Paper
    source: str
    format: str
    page: int | None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a file's question; `lost_at` is empty where it was answered and cited right.

    `alone` says that it was cited right and no other file was cited beside.
    """

    filed: Filed
    said: str
    right: bool
    cited: bool
    alone: bool
    lost_at: str
    why: str

    def to_json(self) -> dict[str, Any]:
        """Everything but the paper's text."""
        paper = self.filed.paper
        value = {name: part for name, part in asdict(self).items() if name != "filed"}
        keys = ("source", "format", "page", "archived")
        asked = {"question": paper.question, "expect": paper.expect, "heading": paper.heading}
        return {**{k: getattr(self.filed, k) for k in keys}, **asked, "form": paper.form, **value}


def write_office(folder: Path, count: int, seed: int) -> list[Filed]:
    """Write so many files into the folder, some of them into archives.

    Raises:
        CaseError: there are not so many.
        OSError: they cannot be written.
    """
    rng = random.Random(seed)  # noqa: S311  no secret
    order = cycle(_ORDER)
    filed: list[Filed] = []
    for number, paper in enumerate(make_papers(count, seed)):
        kind = _format(paper, FORMATS[next(order)], rng)
        data, page = kind.write(paper)
        name = f"{paper.name}{kind.suffix}"
        archived = number % _ARCHIVED_EVERY == _ARCHIVED_EVERY - 1
        if archived:
            archive = f"archive-{number // _ARCHIVED_EVERY**2}.zip"
            with zipfile.ZipFile(folder / archive, "a", zipfile.ZIP_DEFLATED) as opened:
                opened.writestr(name, data)
            name = f"{archive}/{name}"
        else:
            (folder / name).write_bytes(data)
        filed.append(Filed(paper, name, kind.name, page, archived))
    return filed


def _format(paper: Paper, wanted: Format, rng: random.Random) -> Format:
    """The wanted format, or another one that can tell all of the paper."""
    if wanted.suits(paper):
        return wanted
    return rng.choice([kind for kind in FORMATS if kind.suits(paper)])


class Office:
    """An ingested office that is asked file by file."""

    def __init__(self, index: Index, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._documents = {document.source: document for document in index.documents.values()}
        self._passages: dict[str, list[Passage]] = {}
        for passage in index.passages.values():
            self._passages.setdefault(passage.document_id, []).append(passage)

    def outcome(self, filed: Filed) -> Outcome:
        """Ask the file's question, and see where the answer was lost, if it was."""
        answer = self._pipeline.ask(filed.paper.question)
        said = "\n".join(claim.text for claim in answer.claims)
        right = contains(said, filed.paper.expect)
        cited = right and self._cited(answer, filed)
        lost_at, why = ("", "") if cited else self._lost(answer, filed)
        alone = cited and {citation.source for citation in answer.citations} == {filed.source}
        return Outcome(filed, said or f"({answer.reason})", right, cited, alone, lost_at, why)

    def _cited(self, answer: Answer, filed: Filed) -> bool:
        """Whether a claim that says it is cited in its place."""
        return any(
            _in_place(citation, filed)
            for claim in answer.claims
            if contains(claim.text, filed.paper.expect)
            for citation in claim.citations
        )

    def _lost(self, answer: Answer, filed: Filed) -> tuple[str, str]:
        """Where it was lost, and why."""
        document = self._documents.get(filed.source)
        paper = filed.paper
        if document is None:
            return READING, "the file was not read"
        if _squeezed(paper.mark) not in _squeezed(document.text):
            return READING, "its words are not in the stored text"
        held = [
            passage
            for passage in self._passages.get(document.id, ())
            if any(_says(sentence.text, paper) for sentence in passage.sentences)
        ]
        if not held:
            return SPLITTING, "no sentence of the file says it whole"
        if filed.page is None and not any(_under(passage.heading, paper) for passage in held):
            return SPLITTING, f"it stands under {' › '.join(held[0].heading) or 'no heading'}"
        pages = {
            document.page_of(sentence.span.start)
            for passage in held
            for sentence in passage.sentences
            if _says(sentence.text, paper)
        }
        if filed.page is not None and filed.page not in pages:
            return READING, f"it was read on page {min(p or 0 for p in pages)}, not {filed.page}"
        if answer.abstained:
            return ANSWERING, "abstained"
        said = any(contains(claim.text, paper.expect) for claim in answer.claims)
        return ANSWERING, "cited elsewhere" if said else "said something else"


def _in_place(citation: Citation, filed: Filed) -> bool:
    if citation.source != filed.source:
        return False
    if filed.page is not None:
        return citation.page == filed.page
    return _under(citation.heading, filed.paper)


def _under(heading: Sequence[str], paper: Paper) -> bool:
    """Whether the nearest heading is the paper's, however it is numbered."""
    return bool(heading) and heading[-1].casefold().endswith(paper.heading.casefold())


def _says(text: str, paper: Paper) -> bool:
    return contains(text, paper.expect) and (
        _squeezed(paper.mark) in _squeezed(text) if paper.form == "table" else True
    )


def _squeezed(text: str) -> str:
    """Without blanks and the marks of Markdown, which formats set in their own way."""
    return "".join(text.replace("\\", "").split())


def ask_office(
    folder: Path, filed: Sequence[Filed], settings: Settings, embedder: Embedder, *, quiet: bool
) -> tuple[IngestReport, list[Outcome]]:
    """Ingest the folder into the settings' index, and ask every file's question.

    Raises:
        SourceError: no file can be read.
        ModelError: a model does not load.
        IndexUnwritable: there is no room for the index.
    """
    made = ingest([folder], settings, embedder=embedder)
    index = Index(Generations(settings.index_dir).current())
    reader = load_reader() if settings.rank.reader else None
    with assemble(index, embedder, reader, settings) as pipeline:
        office = Office(index, pipeline)
        console = Console(stderr=True, quiet=quiet)
        asked = track(filed, "questions", console=console, transient=True)
        return made, [office.outcome(one) for one in asked]


def formats_table(outcomes: Sequence[Outcome]) -> Table:
    """The share answered and cited right, in all and by format, language, form and place."""
    kinds = dict.fromkeys(kind.name for kind in FORMATS)
    parts = {
        "all": outcomes,
        **{kind: [o for o in outcomes if o.filed.format == kind] for kind in kinds},
        "in archives": [o for o in outcomes if o.filed.archived],
        **{f"answer in a {form}": [o for o in outcomes if _form(o) == form] for form in FORMS},
        "in Chinese": [o for o in outcomes if o.filed.paper.language == "zh"],
    }
    header = ("", "files", "right and cited", "95 % interval", "no other file cited")
    lost = (READING, SPLITTING, ANSWERING)
    return Table((*header, *lost), [_line(name, part) for name, part in parts.items() if part])


def _form(outcome: Outcome) -> str:
    return outcome.filed.paper.form


def _line(name: str, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    cited = np.array([outcome.cited for outcome in outcomes], dtype=float)
    alone = np.array([outcome.alone for outcome in outcomes], dtype=float)
    interval = share_interval(cited)
    lost = [outcome.lost_at for outcome in outcomes]
    return (
        name,
        str(len(outcomes)),
        f"{cited.mean():.1%}",
        f"[{interval.low:.1%}, {interval.high:.1%}]" if interval else "",
        f"{alone.mean():.1%}",
        *(str(lost.count(place)) for place in (READING, SPLITTING, ANSWERING)),
    )


def failures_table(outcomes: Sequence[Outcome]) -> Table:
    """Every question that was not answered and cited right."""
    lines = [
        (o.filed.source, o.filed.paper.question, o.filed.paper.expect, o.lost_at, o.why, o.said)
        for o in outcomes
        if not o.cited
    ]
    return Table(("file", "question", "expected", "lost in", "why", "said"), lines)


def to_markdown(made: IngestReport, outcomes: Sequence[Outcome], seed: int) -> str:
    """What was made and read, the shares, and what failed."""
    head = (
        f"{len(outcomes)} files (seed {seed}): {made.documents} documents of {made.pages} pages "
        f"in PDFs, {made.passages:,} passages, {len(made.skipped)} files passed over, "
        f"{len(made.twins)} groups of twins, ingested in {made.seconds:.0f} s. "
        "Lost in reading, splitting or answering: numbers of questions."
    )
    failures = failures_table(outcomes)
    tables = [formats_table(outcomes), *([failures] if failures.lines else [])]
    return "\n\n".join([head, *map(to_table, tables)]) + "\n"


def main(arguments: Iterable[str] | None = None) -> int:
    """Write the office, ask it, and print the tables; they are also written into the folder."""
    parser = argparse.ArgumentParser(prog="python -m eval.office", description=__doc__)
    parser.add_argument("--files", type=int, default=300, help="how many files (default: 300)")
    parser.add_argument("--seed", type=int, default=6, help="the same seed makes the same office")
    parser.add_argument("--out", type=Path, help=f"write {FILE} and {DATA} into this folder")
    parser.add_argument("--keep", type=Path, help="leave the office's files in this new folder")
    chosen = parser.parse_args(None if arguments is None else list(arguments))
    return report("eval.office", lambda: _asked(chosen), chosen.out, FILE)


def _asked(chosen: argparse.Namespace) -> str:
    settings = load_settings()
    with tempfile.TemporaryDirectory(prefix="policyqa-office-") as name:
        folder = chosen.keep or Path(name, "files")
        folder.mkdir(parents=True)
        placed = settings.model_copy(update={"index_dir": Path(name, "index")})
        filed = write_office(folder, chosen.files, chosen.seed)
        embedder = load_embedder(settings.embedding)
        made, outcomes = ask_office(folder, filed, placed, embedder, quiet=False)
    if chosen.out:
        chosen.out.mkdir(parents=True, exist_ok=True)
        rows = [outcome.to_json() for outcome in outcomes]
        write_whole(chosen.out / DATA, json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    return to_markdown(made, outcomes, chosen.seed)


if __name__ == "__main__":
    sys.exit(main())
