"""The review of waiting cases in a terminal: one is shown, a key decides."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from eval.cases.check import check_case
from eval.cases.duplicates import prove_no_duplicates
from eval.cases.evidence import evidence_of
from eval.cases.finding import Finding
from eval.cases.items import Item
from eval.cases.queue import ReviewQueue
from eval.cases.review import accept, edited_case, stored_cases
from eval.cases.sentences import Place, Sentences
from eval.cases.twins import content_terms
from eval.dataset import Case
from rag.errors import CaseError
from rag.models import Passage, Span
from ui.console import line_of

_KEYS = "a accept   e edit   r reject   s skip   q quit"
_NEAREST = 2
_ALIKE = 0.5
"""A sentence with half of a question's words is shown beside a case that must be refused."""


class Review:
    """A walk through the waiting items of a queue."""

    def __init__(self, queue: ReviewQueue, sentences: Sentences, out: Path, reviewer: str) -> None:
        self._queue = queue
        self._sentences = sentences
        self._out = out
        self._reviewer = reviewer
        self._console = Console(highlight=False, soft_wrap=True)
        self._done = {"accepted": 0, "rejected": 0, "skipped": 0}

    def run(self) -> None:
        """Show item after item until none is left or the reviewer quits."""
        waiting = self._queue.waiting()
        for number, item in enumerate(waiting, start=1):
            if self._queue.get(item.id).state != "waiting":
                continue  # another reviewer was faster
            head = f"[{number}/{len(waiting)}] {item.case.get('id', '')}"
            if not self._decide(item, head):
                break
        done = ", ".join(f"{count} {name}" for name, count in self._done.items())
        self._tell(f"{done}, {self._queue.counts()['waiting']} waiting", "bold")

    def _decide(self, item: Item, head: str) -> bool:
        """Show an item until it is decided; false to quit."""
        text = json.dumps(item.case, ensure_ascii=False, indent=2)
        self._show(item, text, head)
        while True:
            key, rest = _read_key(self._console)
            if key in ("q", "s"):
                self._done["skipped"] += key == "s"
                return key == "s"
            if key == "r":
                done = self._queue.reject(item.id, self._reviewer, rest or self._ask_reason())
                self._count("rejected", done)
                return True
            if key == "a" and self._accept(item, text):
                return True
            if key == "e":
                text = self._edit(text)
                self._show(item, text, head)
            elif key != "a":
                self._tell(f"{key!r} is no key here: {_KEYS}", "yellow")

    def _edit(self, text: str) -> str:
        try:
            return click.edit(text, extension=".json") or text
        except click.ClickException as error:
            self._tell(f"{error.message}; set EDITOR to an editor that is there.", "red")
            return text

    def _accept(self, item: Item, text: str) -> bool:
        try:
            case = edited_case(text, f"item {item.id}")
            done = accept(self._queue, item, case, self._out, self._reviewer)
        except CaseError as error:
            self._tell(str(error), "red")
            return False
        self._count("accepted", done)
        return True

    def _count(self, what: str, done: bool) -> None:
        self._done[what] += done
        told = (what, "green") if done else ("another reviewer has decided on it before", "yellow")
        self._tell(*told)

    def _ask_reason(self) -> str:
        if not sys.stdin.isatty():
            return ""
        self._console.print(line_of(("why? (Enter for nothing) ", "dim")), end="")
        return sys.stdin.readline().strip()

    def _show(self, item: Item, text: str, head: str) -> None:
        self._console.print()
        about = f"  {item.origin}, index {item.index_version}"
        self._console.print(line_of((head, "bold"), (about, "dim")))
        self._show_judgement(item)
        try:
            case = edited_case(text, f"item {item.id}")
        except CaseError as error:
            self._tell(f"question  {item.case.get('question', '')}")
            self._tell(f"not a whole case yet: {error} Press e to edit it.", "yellow")
        else:
            for line in (*_case_lines(case), *self._places(case)):
                self._console.print(line)
            for finding in self._findings(case):
                style = "red" if finding.severity == "error" else "yellow"
                self._tell(f"! {finding.text}", style)
        self._tell(_KEYS, "dim")

    def _show_judgement(self, item: Item) -> None:
        if item.answer is not None:
            said = " · ".join(part for part in (item.reason, item.comment) if part)
            self._tell(f"judged    {item.verdict} by {item.judge}{': ' + said if said else ''}")
            self._tell(f"answer    {item.answer.get('answer', '')}")

    def _findings(self, case: Case) -> list[Finding]:
        kept = [other for other in stored_cases(self._out) if other.id != case.id]
        twice = prove_no_duplicates([*kept, case])
        own = check_case(case, self._sentences)
        return own + [finding for finding in twice if finding.case_id == case.id]

    def _places(self, case: Case) -> Iterator[Text]:
        """The passages with the evidence marked; of a case to refuse, what comes nearest."""
        if case.absent:
            for place in self._nearest(case):
                yield line_of(
                    ("near      ", "dim"), f"{_flat(place.text)} ", (_where(place), "dim")
                )
            return
        evidence = evidence_of(case, self._sentences)
        for id_ in dict.fromkeys(place.passage.id for place in evidence.places):
            held = [place for place in evidence.places if place.passage.id == id_]
            yield line_of(("source    ", "dim"), (_where(held[0]), "dim"))
            yield _marked(held[0].passage, held)

    def _nearest(self, case: Case) -> list[Place]:
        wanted = content_terms(case.question)
        for least in (1.0, 0.75, _ALIKE):
            if found := self._sentences.speaking_of(wanted, least):
                return found[:_NEAREST]
        return []

    def _tell(self, text: str, style: str = "") -> None:
        self._console.print(line_of((text, style)))


def _case_lines(case: Case) -> Iterator[Text]:
    miss = f", near miss: {case.near_miss}" if case.near_miss else ""
    yield line_of(("kind      ", "dim"), f"{case.kind}, {case.split}{miss}")
    for turn in case.history:
        yield line_of(("before    ", "dim"), f"{turn.question} — {turn.answer}")
    yield line_of(("question  ", "dim"), (case.question, "bold"))
    if case.absent:
        yield line_of(("expected  ", "dim"), "no answer: the documents do not say")
    for group in case.expect:
        yield line_of(("expected  ", "dim"), " or ".join(group))
    for rejected in case.reject:
        yield line_of(("rejected  ", "dim"), rejected)
    for figure in case.figures:
        about = ", ".join(p for p in (*figure.measure, figure.period, figure.status) if p)
        yield line_of(("figure    ", "dim"), f"{figure.value}: {about}")


def _marked(passage: Passage, held: list[Place]) -> Text:
    """The stored text of a passage, the sentences of the evidence between » and «."""
    text = held[0].document.text
    parts: list[str | tuple[str, str]] = ["    "]
    at = passage.span.start
    for span in sorted({place.sentence.span for place in held}, key=_start):
        evidence = _flat(text[span.start : span.end])
        parts += [_flat(text[at : span.start]), " ", (f"»{evidence}«", "bold green"), " "]
        at = max(at, span.end)
    return line_of(*parts, _flat(text[at : passage.span.end]))


def _start(span: Span) -> int:
    return span.start


def _where(place: Place) -> str:
    return " · ".join([place.document.title, *place.passage.heading[-1:]])


def _flat(text: str) -> str:
    return " ".join(text.split())


def _read_key(console: Console) -> tuple[str, str]:
    """The next key in lower case, with what follows it on its line; the end of input quits."""
    if sys.stdin.isatty():
        console.print("> ", end="")
        try:
            key = click.getchar().lower()
        except EOFError:
            key = "q"
        console.print(line_of(key))
        return key, ""
    line = sys.stdin.readline()
    if not line:
        return "q", ""
    key, _, rest = line.strip().partition(" ")
    return key.lower()[:1], rest.strip()
