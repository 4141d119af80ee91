"""How well encyclopedia articles that nothing was trained on are answered.

`python -m eval.articles --data DIR` asks every question of the held-out articles of SquadShifts
over all of these articles together: does the answer say a gold answer, and does the best single
sentence by BM25 or by cosine? Then the same with each question's own paragraph hidden: how well
does the confidence tell the two apart? DIR holds `squadshifts_new_wiki.json.gz`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from eval.calibration import auroc
from eval.corpus import Corpus
from eval.dataset import Case, Reference
from eval.formats.index import temporary_index
from eval.formats.outside import Outside
from eval.formats.squad import read_squad
from eval.hiding import HidingIndex
from eval.report.markdown import to_table
from eval.report.tables import NONE, Table
from eval.rivals import Sentences
from eval.script import report
from eval.stats import Interval, percentile, share_effect, share_interval
from eval.text import contains
from eval.training.reader_data import ENCYCLOPEDIA, split_of
from rag.embedding import Embedder, load_embedder
from rag.generations import Generations
from rag.models import Answer, Document, Span
from rag.pipeline import Pipeline, assemble, load_reader
from rag.settings import Settings, load_settings

OURS, FIRST, WORDS, MEANING = (
    "policy-qa",
    "policy-qa, first sentence",
    "best sentence by BM25",
    "best sentence by cosine",
)
CONFIDENCE = "confidence"
FILE = "articles.md"


@dataclass(frozen=True, slots=True)
class Told:
    """What was said to one question: the texts by way of answering, and the signals by name.

    `abstained` is the pipeline's; the text of an abstention is empty.
    """

    texts: Mapping[str, str]
    signals: Mapping[str, float]
    abstained: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case, what was said to it, and what without the paragraph that answers it.

    `without` is `None` where the file does not say which paragraph that is.
    """

    case: Case
    told: Told
    without: Told | None

    def right(self, way: str) -> bool:
        """Whether this way of answering said a gold answer."""
        text = self.told.texts[way]
        return all(any(contains(text, gold) for gold in group) for group in self.case.expect)


def held_out(folder: Path) -> Outside:
    """The articles that the reader was not trained on, with their questions.

    Raises:
        CaseError: the file is not there or is not in SQuAD's form.
    """
    path = folder / f"squadshifts_{ENCYCLOPEDIA}.json.gz"
    return read_squad(path, lambda title: split_of(ENCYCLOPEDIA, title, "") == "test")


class Articles:
    """All articles in one index, asked with and without the paragraph that answers."""

    def __init__(self, index: HidingIndex, embedder: Embedder, pipeline: Pipeline) -> None:
        self._index = index
        self._embedder = embedder
        self._pipeline = pipeline
        self._sentences = Sentences(index)
        self._corpus = Corpus(index.documents, index.passages)

    def outcome(self, case: Case) -> Outcome:
        """What comes of one case."""
        told = self._ask(case, ())
        gold = [id_ for reference in case.references for id_ in self._paragraph(reference)]
        return Outcome(case, told, self._ask(case, gold) if gold else None)

    def _ask(self, case: Case, hidden: Sequence[str]) -> Told:
        self._index.hide(hidden)
        answer = self._pipeline.ask(case.question)
        vector = self._embedder.embed([case.question]).reshape(-1)
        words = self._sentences.by_words(case.question, hidden)
        meaning = self._sentences.by_cosine(vector, hidden)
        texts = {
            OURS: "\n".join(claim.text for claim in answer.claims),
            FIRST: self._first(answer),
            WORDS: words.item.text,
            MEANING: meaning.item.text,
        }
        signals = {CONFIDENCE: answer.confidence, "BM25": words.score, "cosine": meaning.score}
        return Told(texts, signals, answer.abstained)

    def _first(self, answer: Answer) -> str:
        """The sentence in first place, also where the pipeline abstained."""
        return "".join(map(self._corpus.sentence_text, answer.trace.sentences[:1]))

    def _paragraph(self, reference: Reference) -> list[str]:
        """The passages that share text with the paragraph that the reference lies in."""
        document = self._corpus.named(reference.document)
        if document is None:
            return []
        place = _paragraph_at(document, reference)
        passages = self._corpus.passages_of(document.id)
        return [passage.id for passage in passages if passage.span.overlaps(place)]


def _paragraph_at(document: Document, reference: Reference) -> Span:
    start = document.text.rfind("\n\n", 0, reference.start)
    end = document.text.find("\n\n", reference.end)
    return Span(max(0, start), len(document.text) if end < 0 else end)


def ask_articles(outside: Outside, settings: Settings, *, quiet: bool = True) -> list[Outcome]:
    """The outcome of every case, over an index that is gone afterwards.

    Raises:
        ModelError: a model does not load.
        IndexUnwritable: there is no room for the index.
    """
    embedder = load_embedder(settings.embedding)
    with temporary_index(outside.documents, settings, embedder=embedder) as placed:
        index = HidingIndex(Generations(placed.index_dir).current())
        reader = load_reader() if placed.rank.reader else None
        with assemble(index, embedder, reader, placed) as pipeline:
            articles = Articles(index, embedder, pipeline)
            cases = track(
                [case for case in outside.cases if case.expect],
                "questions",
                console=Console(stderr=True, quiet=quiet),
                transient=True,
            )
            return [articles.outcome(case) for case in cases]


def answers_table(outcomes: Sequence[Outcome]) -> Table:
    """How often each way says a gold answer, how that differs from ours, and at what length."""
    ours = np.array([outcome.right(OURS) for outcome in outcomes], dtype=float)
    lines = []
    for way in (OURS, FIRST, WORDS, MEANING):
        right = np.array([outcome.right(way) for outcome in outcomes], dtype=float)
        lengths = np.array([len(t) for o in outcomes if (t := o.told.texts[way])], dtype=float)
        less = "" if way == OURS else _points(share_effect(right, ours).interval)
        answered = len(lengths) / len(outcomes)
        of_answered = right.sum() / len(lengths) if len(lengths) else 0.0
        lines.append(
            (
                way,
                f"{right.mean():.1%}",
                _shares(share_interval(right)),
                f"{answered:.1%}",
                f"{of_answered:.1%}",
                f"{percentile(lengths, 0.5):.0f}" if len(lengths) else NONE,
                less,
            )
        )
    header = ("", "gold said", "95 % interval", "answered", "of these", "chars p50", "ours more by")
    return Table(header, lines)


def refusals_table(outcomes: Sequence[Outcome]) -> Table:
    """How well each signal tells a question from the same without its paragraph."""
    pairs = [(o.told, o.without) for o in outcomes if o.without]
    lines = []
    for name in pairs[0][0].signals if pairs else ():
        scores = [told.signals[name] for pair in pairs for told in pair]
        truths = np.tile([True, False], len(pairs))
        found = auroc(np.array(scores), truths)
        lines.append((name, NONE if found is None else f"{found:.3f}"))
    for said, place in (("with its paragraph", 0), ("without", 1)):
        share = np.mean([pair[place].abstained for pair in pairs]) if pairs else 0.0
        lines.append((f"abstained {said}", f"{share:.1%}"))
    return Table((f"{len(pairs)} questions, and without their paragraph", "AUROC or share"), lines)


def to_markdown(outcomes: Sequence[Outcome]) -> str:
    """Both tables."""
    tables = (answers_table(outcomes), refusals_table(outcomes))
    return "\n\n".join([f"{len(outcomes)} questions.", *map(to_table, tables)]) + "\n"


def _shares(interval: Interval | None) -> str:
    return f"[{interval.low:.1%}, {interval.high:.1%}]" if interval else ""


def _points(interval: Interval | None) -> str:
    """The bounds of a difference of shares, in percentage points."""
    return f"{100 * interval.low:+.1f} to {100 * interval.high:+.1f}" if interval else ""


def main(arguments: Iterable[str] | None = None) -> int:
    """Ask, print the tables, and write them into a folder if one is named."""
    parser = argparse.ArgumentParser(prog="python -m eval.articles", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of SquadShifts")
    parser.add_argument("--limit", type=int, help="ask only so many, drawn at random (seeded)")
    parser.add_argument("--out", type=Path, help=f"also write {FILE} into this folder")
    chosen = parser.parse_args(None if arguments is None else list(arguments))
    return report("eval.articles", lambda: _asked(chosen), chosen.out, FILE)


def _asked(chosen: argparse.Namespace) -> str:
    outside = held_out(chosen.data)
    if chosen.limit is not None:
        outside = outside.sampled(chosen.limit)
    return to_markdown(ask_articles(outside, load_settings(), quiet=False))


if __name__ == "__main__":
    sys.exit(main())
