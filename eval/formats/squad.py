"""SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016, 2018): questions over paragraphs, some unanswerable."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from eval.dataset import Case, Reference
from eval.formats.nodes import Node, read_json
from eval.formats.outside import Names, Outside, file_stem, language_of, note_of, with_lf
from eval.text import tokens
from rag.errors import CaseError

_READING = (
    "Read as SQuAD: every article is one document and every question is asked over all of them, "
    "right is an answer that says one of the gold answers, and its evidence is the place that "
    "most annotators marked"
)


def read_squad(path: Path, keep: Callable[[str], bool] = lambda _: True) -> Outside:
    """Articles as Markdown documents, questions as cases; gzip is unpacked.

    Only articles that `keep` says yes to are read; it is given the title as the file writes it.

    Raises:
        CaseError: the file is not in SQuAD's form; the message names the place.
    """
    articles = _Articles()
    for number, article in enumerate(read_json(path).items("data"), start=1):
        if keep(article.string("title") if article.has("title") else ""):
            articles.read(article, number)
    if not articles.cases:
        raise CaseError(f"{path} asks no question that could be scored; check that it is SQuAD.")
    return Outside(articles.documents, tuple(articles.cases), articles.note())


class _Articles:
    """Documents and cases, growing article by article."""

    def __init__(self) -> None:
        self.documents: dict[str, str] = {}
        self.cases: list[Case] = []
        self._stems = Names()
        self._ids = Names()
        self._counts: Counter[str] = Counter()

    def read(self, article: Node, number: int) -> None:
        """Take in one article."""
        title = _title(article, number)
        name = f"{self._stems.unique(file_stem(title))}.md"
        page = f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---\n"
        for paragraph in article.items("paragraphs"):
            context = paragraph.text("context")
            start = len(page) + 1
            page = f"{page}\n{with_lf(context)}\n"
            for question in paragraph.items("qas"):
                self._ask(question, context, start, name)
        self.documents[name] = page

    def note(self) -> str:
        """How it was read, with what was passed over."""
        counts = self._counts
        return note_of(
            _READING,
            (
                ("gold answers left out, as they hold no word or number", counts["silent"]),
                ("questions left out, as no other answer remained", counts["lost"]),
                ("gold answers that do not stand where the file says", counts["moved"]),
                ("ids that stood there before and got a number", counts["again"]),
            ),
        )

    def _ask(self, question: Node, context: str, start: int, document: str) -> None:
        wanted = question.name("id")
        text = question.text("question").strip()
        if question.flag("is_impossible"):
            self.cases.append(_case(self._id(wanted), text, kind="absent", absent=True))
            return
        answers = question.items("answers")
        if not answers:
            question.fail('it has no answer; write "is_impossible": true if none is there')
        golds = self._golds(answers)
        if not golds:
            self._counts["lost"] += 1
            return
        marked = self._most_marked(answers, context, start)
        self.cases.append(
            _case(
                self._id(wanted),
                text,
                expect=(golds,),
                references=tuple(Reference(document, *place) for place in marked),
            )
        )

    def _id(self, wanted: str) -> str:
        given = self._ids.unique(wanted)
        self._counts["again"] += given != wanted
        return given

    def _golds(self, answers: Sequence[Node]) -> tuple[str, ...]:
        """The different answers that can be looked for."""
        golds = dict.fromkeys(answer.string("text") for answer in answers)
        said = tuple(gold for gold in golds if tokens(gold))
        self._counts["silent"] += len(golds) - len(said)
        return said

    def _most_marked(
        self, answers: Sequence[Node], context: str, start: int
    ) -> list[tuple[int, int]]:
        """The place in the document that most annotators marked; none if no mark is right."""
        places: Counter[tuple[int, int]] = Counter()
        for answer in answers:
            text, at = answer.string("text"), answer.number("answer_start")
            if not tokens(text):
                continue
            if at < 0 or context[at : at + len(text)] != text:
                self._counts["moved"] += 1
                continue
            before = start + len(with_lf(context[:at]))
            places[before, before + len(with_lf(text))] += 1
        return [place for place, _ in places.most_common(1)]


def _case(id_: str, question: str, **known: Any) -> Case:
    return Case(id_, question, split="held-out", language=language_of(question), **known)


def _title(article: Node, number: int) -> str:
    """The title in words: files write `Port_of_Aldmoor` or `Caf%C3%A9`; some have none."""
    raw = unquote(article.string("title")) if article.has("title") else ""
    shown = "".join(char if char.isprintable() else " " for char in raw.replace("_", " "))
    return " ".join(shown.split()) or f"Article {number}"
