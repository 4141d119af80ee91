"""Questions and sentences to train and test the reader on, read from SQuAD 1.1 files.

One third of the encyclopedia articles, chosen by a stable hash of their titles, is the test set
and is never trained on; about 7 % of the rest is for calibration (`dev`).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rag.embedding import Embedder
from rag.reader import Candidate, make_context

Split = Literal["train", "dev", "test"]
TEST_PERCENT = 33
DEV_PERCENT = 7
ENCYCLOPEDIA = "new_wiki"
RANKED, SKIPPED, ROWS = 80, 4, 512
"""Lines ranked for a question, best ones left out, and questions ranked at once."""

STOP = re.compile(r"[.!?]+[\"'”’)\]]*\s+|\n+")
NOT_A_STOP = re.compile(
    r"(?:\b[A-Z]|\b(?:Mr|Mrs|Ms|Dr|St|Prof|Gen|Sen|Rep|Rev|Jr|Sr|vs|No|Vol|Fig|Inc|Ltd|Co|Corp"
    r"|etc|approx|ca|cf|e\.g|i\.e|[A-Z]\.[A-Z]))\.\s+$"
)


@dataclass(frozen=True)
class Line:
    """A sentence and where it stands; `paragraph` and `article` are numbers unique to each."""

    text: str
    heading: str
    previous: str
    paragraph: int
    article: int

    def candidate(self, with_context: bool = True) -> Candidate:
        """Give the sentence as the reader sees it."""
        context = make_context(self.heading, self.previous) if with_context else ""
        return Candidate(context, self.text)


@dataclass(frozen=True)
class Asked:
    """A question whose answer is `span`, character offsets in the line numbered `gold`.

    `answering` holds every line in which some annotator saw an answer, `gold` included.
    """

    text: str
    gold: int
    span: tuple[int, int]
    answering: frozenset[int]
    source: str


@dataclass(frozen=True)
class Corpus:
    """All lines of one split, in reading order, and the questions about them."""

    lines: list[Line]
    asked: list[Asked]

    def answer(self, asked: Asked) -> str:
        """The words of the answer."""
        start, end = asked.span
        return self.lines[asked.gold].text[start:end]

    def by_paragraph(self) -> dict[int, list[int]]:
        """Line numbers of each paragraph."""
        return _grouped([line.paragraph for line in self.lines])

    def by_article(self) -> dict[int, list[int]]:
        """Paragraph numbers of each article."""
        return {
            article: sorted({self.lines[line].paragraph for line in lines})
            for article, lines in _grouped([line.article for line in self.lines]).items()
        }


def _grouped(keys: Sequence[int]) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = {}
    for at, key in enumerate(keys):
        groups.setdefault(key, []).append(at)
    return groups


def load_corpora(folder: Path) -> dict[Split, Corpus]:
    """Read every `squadshifts_*.json.gz` in `folder` and divide it into the three splits."""
    corpora: dict[Split, Corpus] = {name: Corpus([], []) for name in ("train", "dev", "test")}
    for path in sorted(folder.glob("squadshifts_*.json.gz")):
        source = path.name.removeprefix("squadshifts_").removesuffix(".json.gz")
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for article, entry in enumerate(json.load(file)["data"]):
                number = int(stable_share(f"{source}{article}") * 2**40)
                for paragraph in entry["paragraphs"]:
                    split = split_of(source, entry["title"], paragraph["context"])
                    _add_paragraph(corpora[split], paragraph, source, entry["title"], number)
    return corpora


def stable_share(key: str) -> float:
    """Map a text to [0, 1), the same on every machine and run."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big") / 2**48


def split_of(source: str, title: str, context: str) -> Split:
    """Decide the split: whole articles of the encyclopedia, single paragraphs elsewhere."""
    if source == ENCYCLOPEDIA:
        percent = 100 * stable_share(title)
        if percent < TEST_PERCENT:
            return "test"
        return "dev" if percent < TEST_PERCENT + DEV_PERCENT else "train"
    return "dev" if 100 * stable_share(context) < DEV_PERCENT else "train"


def _add_paragraph(
    corpus: Corpus, paragraph: dict[str, Any], source: str, title: str, article: int
) -> None:
    text: str = paragraph["context"]
    spans = list(sentence_spans(text))
    first = len(corpus.lines)
    number = corpus.lines[-1].paragraph + 1 if corpus.lines else 0
    heading = title.replace("_", " ") if source == ENCYCLOPEDIA else ""
    previous = ""
    for start, end in spans:
        corpus.lines.append(Line(text[start:end], heading, previous, number, article))
        previous = text[start:end]
    for question in paragraph["qas"]:
        asked = _locate(question, spans, first, source)
        if asked:
            corpus.asked.append(asked)


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of each sentence, without the white space around it."""
    stops = [m.end() for m in STOP.finditer(text) if not NOT_A_STOP.search(text[: m.end()][-12:])]
    for start, end in pairwise([0, *stops, len(text)]):
        piece = text[start:end]
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            yield start + lead, start + len(piece.rstrip())


def _locate(
    question: dict[str, Any], spans: Sequence[tuple[int, int]], first: int, source: str
) -> Asked | None:
    """Find the sentence that most annotators answered from; none if all answers straddle two."""
    votes: Counter[int] = Counter()
    inside: list[tuple[int, tuple[int, int]]] = []
    for answer in question["answers"]:
        start = answer["answer_start"]
        end = start + len(answer["text"])
        for at, (opens, closes) in enumerate(spans):
            if start < closes and end > opens:
                votes[at] += 1
                if start >= opens and end <= closes:
                    inside.append((at, (start - opens, end - opens)))
    whole = Counter(at for at, _ in inside)
    if not whole:
        return None
    gold = whole.most_common(1)[0][0]
    span = Counter(span for at, span in inside if at == gold).most_common(1)[0][0]
    answering = frozenset(first + at for at in votes)
    return Asked(question["question"].strip(), first + gold, span, answering, source)


WORD = re.compile(r"\w+")
COMMON_WORDS = (
    "a an the of in on at to for by with from and or but is are was were be been being do does did"
    " has have had what which who whom whose when where why how many much it its this that these"
    " those he she they them his her their i you we my your our as not there if than so can could"
    " will would should may might about into over"
)
COMMON = frozenset(COMMON_WORDS.split())


def words_of(text: str) -> list[str]:
    """Lower-cased words that say what a text is about."""
    return [word for word in WORD.findall(text.lower()) if word not in COMMON]


def hard_negatives(corpus: Corpus, keep: int = 16) -> list[list[int]]:
    """For each question, lines that share many rare words with it but hold no answer."""
    import bm25s

    index = bm25s.BM25()
    index.index([words_of(line.text) for line in corpus.lines], show_progress=False)
    queries = [words_of(asked.text) for asked in corpus.asked]
    found, _ = index.retrieve(queries, k=min(RANKED, len(corpus.lines)), show_progress=False)
    return [_elsewhere(corpus, *row, keep) for row in zip(corpus.asked, found, strict=True)]


def dense_negatives(corpus: Corpus, embedder: Embedder, keep: int = 16) -> list[list[int]]:
    """For each question, lines that mean nearly the same but hold no answer."""
    lines = embedder.embed([line.text for line in corpus.lines])
    asked = embedder.embed([asked.text for asked in corpus.asked])
    most = min(RANKED, len(corpus.lines))
    mined = []
    for first in range(0, len(asked), ROWS):
        cosines = asked[first : first + ROWS] @ lines.T
        best = np.argpartition(-cosines, most - 1)[:, :most]
        ranked = np.take_along_axis(
            best, np.take_along_axis(-cosines, best, axis=1).argsort(axis=1), axis=1
        )
        rows = zip(corpus.asked[first : first + ROWS], ranked, strict=True)
        mined += [_elsewhere(corpus, *row, keep) for row in rows]
    return mined


def _elsewhere(corpus: Corpus, asked: Asked, ranked: NDArray[np.int64], keep: int) -> list[int]:
    """The best of the ranked lines of other paragraphs that do not answer.

    Outside the encyclopedia the `SKIPPED` best are left out: other reviews of another product
    often do answer "Is it easy to set up?".
    """
    paragraph = corpus.lines[asked.gold].paragraph
    lines = [
        int(at)
        for at in ranked
        if corpus.lines[at].paragraph != paragraph and is_negative(corpus, asked, int(at))
    ]
    first = 0 if asked.source == ENCYCLOPEDIA else SKIPPED
    return lines[first : first + keep]


def is_negative(corpus: Corpus, asked: Asked, line: int) -> bool:
    """Whether a line surely does not answer: nobody answered from it, nor does it hold the words.

    Very long answers hardly recur by chance, so only their first words are compared.
    """
    answer = corpus.answer(asked).lower().strip(" .,;:!?\"'")[:60]
    return line not in asked.answering and answer not in corpus.lines[line].text.lower()


def close_negatives(corpus: Corpus, asked: Asked, lines: Sequence[int]) -> list[int]:
    """Lines of the question's own paragraph that do not answer it."""
    return [line for line in lines if is_negative(corpus, asked, line)]


def pick(rng: np.random.Generator, items: Sequence[int], count: int) -> list[int]:
    """Draw up to `count` different items."""
    if len(items) <= count:
        return list(items)
    return [items[at] for at in rng.choice(len(items), size=count, replace=False)]
