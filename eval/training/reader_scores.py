"""Score the reader on encyclopedia articles it was not trained on.

    python -m eval.training.reader_scores --data DIR --weights rag/weights/reader.safetensors

The candidates of a question are the sentences of its own paragraph and of five others of the same
article; the scores are printed one a line.
"""

from __future__ import annotations

import argparse
import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import numpy as np

from eval.training.reader_data import Asked, Corpus, load_corpora, pick, words_of
from eval.training.reader_edits import Rng, names_in, near_miss
from eval.training.reader_traps import make_trap
from rag.embedding import packaged_folder
from rag.reader import Reader

log = logging.getLogger("reader_scores")
Scorer = Callable[[Asked, Sequence[int]], list[float]]
DISTANT_PARAGRAPHS = 5


@dataclass(frozen=True)
class Trial:
    """A question and the lines to choose from; `near` of them, at first, are its paragraph."""

    asked: Asked
    lines: list[int]
    near: int


def trials(corpus: Corpus, rng: Rng, questions: int) -> list[Trial]:
    """Draw questions, each with its own paragraph and five others of the same article."""
    paragraphs, articles = corpus.by_paragraph(), corpus.by_article()
    drawn = []
    for at in rng.permutation(len(corpus.asked))[:questions]:
        asked = corpus.asked[at]
        home = corpus.lines[asked.gold].paragraph
        others = [one for one in articles[corpus.lines[asked.gold].article] if one != home]
        distant = [
            line for one in pick(rng, others, DISTANT_PARAGRAPHS) for line in paragraphs[one]
        ]
        drawn.append(Trial(asked, [*paragraphs[home], *distant], len(paragraphs[home])))
    return drawn


def hit_rate(trials: Sequence[Trial], scores: Sequence[Sequence[float]]) -> float:
    """Share of questions whose best line is one that some annotator answered from."""
    hits = [
        trial.lines[int(np.argmax(score))] in trial.asked.answering
        for trial, score in zip(trials, scores, strict=True)
    ]
    return float(np.mean(hits))


def refusal_auroc(trials: Sequence[Trial], scores: Sequence[Sequence[float]]) -> float:
    """How well the best score tells whether the paragraph with the answer is there."""
    usable = [pair for pair in zip(trials, scores, strict=True) if pair[0].near < len(pair[1])]
    present = [max(score) for _, score in usable]
    absent = [max(score[trial.near :]) for trial, score in usable]
    return auroc(present, absent)


def auroc(high: Sequence[float], low: Sequence[float]) -> float:
    """Chance that a number drawn from `high` exceeds one drawn from `low`."""
    above, below = np.asarray(high)[:, None], np.asarray(low)[None, :]
    return float(np.mean(above > below) + np.mean(above == below) / 2)


def idf_scorer(corpus: Corpus) -> Scorer:
    """Score a line by the rarity of the question's words that it shares."""
    bags = [frozenset(words_of(f"{line.heading} {line.text}")) for line in corpus.lines]
    counts: dict[str, int] = {}
    for word in (word for bag in bags for word in bag):
        counts[word] = counts.get(word, 0) + 1
    rarity = {word: float(np.log(len(bags) / count)) for word, count in counts.items()}

    def score(asked: Asked, lines: Sequence[int]) -> list[float]:
        wanted = frozenset(words_of(asked.text))
        return [sum(rarity[word] for word in wanted & bags[line]) for line in lines]

    return score


def bm25_scorer(corpus: Corpus) -> Scorer:
    """Score by BM25 over all lines of the split."""
    import bm25s

    index = bm25s.BM25()
    index.index([words_of(line.text) for line in corpus.lines], show_progress=False)

    def score(asked: Asked, lines: Sequence[int]) -> list[float]:
        every = index.get_scores(words_of(asked.text))
        return [float(every[line]) for line in lines]

    return score


def cosine_scorer(corpus: Corpus, trials: Sequence[Trial], folder: Path) -> Scorer:
    """Score by the cosine of the base model's embeddings, heading included."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")
    texts = [f"{line.heading}. {line.text}" for line in corpus.lines]
    lines_at = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    questions = [trial.asked.text for trial in trials]
    asked_at = model.encode(questions, normalize_embeddings=True, show_progress_bar=False)
    vectors = dict(zip(questions, asked_at, strict=True))

    def score(asked: Asked, lines: Sequence[int]) -> list[float]:
        return [float(one) for one in lines_at[list(lines)] @ vectors[asked.text]]

    return score


def reader_scorer(corpus: Corpus, reader: Reader) -> Scorer:
    """Score by the reader's log-odds."""

    def score(asked: Asked, lines: Sequence[int]) -> list[float]:
        readings = reader.read(asked.text, [corpus.lines[line].candidate() for line in lines])
        return [reading.logit for reading in readings]

    return score


def near_miss_auroc(corpus: Corpus, reader: Reader, rng: Rng, questions: int) -> float:
    """How well the score tells a question from its near miss, on the sentence that answers it."""
    names = [m.group() for asked in corpus.asked for m in names_in(asked.text)]
    kept, missed = [], []
    for at in rng.permutation(len(corpus.asked))[:questions]:
        asked = corpus.asked[at]
        gold = corpus.lines[asked.gold].candidate()
        edited = near_miss(rng, asked.text, gold, names)
        if edited:
            kept.append(reader.read(asked.text, [gold])[0].logit)
            missed.append(reader.read(edited, [gold])[0].logit)
    return auroc(kept, missed)


def trap_accuracy(reader: Reader, rng: Rng, count: int) -> float:
    """Share of made-up statistics, against nine that differ in one respect, that are told apart."""
    hits = 0
    for _ in range(count):
        trap = make_trap(rng, wrong=9)
        readings = reader.read(trap.question, [trap.right, *trap.wrong])
        hits += int(np.argmax([reading.logit for reading in readings])) == 0
    return hits / count


def span_f1(corpus: Corpus, reader: Reader, trials: Sequence[Trial]) -> float:
    """Mean overlap in words of the span read in the right sentence with the annotators' answer."""
    scores = []
    for trial in trials:
        line = corpus.lines[trial.asked.gold]
        reading = reader.read(trial.asked.text, [line.candidate()])[0]
        found = words_of(line.text[reading.start : reading.end])
        wanted = words_of(corpus.answer(trial.asked))
        shared = sum(min(found.count(word), wanted.count(word)) for word in set(found))
        scores.append(2 * shared / (len(found) + len(wanted)) if found or wanted else 1.0)
    return float(np.mean(scores))


def milliseconds(corpus: Corpus, reader: Reader, trials: Sequence[Trial]) -> tuple[float, float]:
    """Median wall-clock and processor time of reading ten candidates for a question."""
    walls, works = [], []
    for trial in trials:
        candidates = [corpus.lines[line].candidate() for line in trial.lines[:10]]
        wall, work = time.perf_counter(), time.process_time()
        reader.read(trial.asked.text, candidates)
        walls.append(1000 * (time.perf_counter() - wall))
        works.append(1000 * (time.process_time() - work))
    return float(np.median(walls)), float(np.median(works))


def main() -> None:
    """Print one line for each score."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("bm25s").setLevel(logging.ERROR)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder of squadshifts_*.json.gz")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--base", type=Path, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    parser.add_argument("--questions", type=int, default=800)
    parser.add_argument("--seed", type=int, default=11)
    args = parser.parse_args()
    corpus = load_corpora(args.data)[args.split]
    folder = args.base or packaged_folder()
    report(corpus, folder, Reader.load(folder, args.weights), args.questions, args.seed)


def report(corpus: Corpus, folder: Path, reader: Reader, questions: int, seed: int) -> None:
    """Compare the reader with three scorers that were not trained, then test it alone."""
    rng = np.random.default_rng(seed)
    drawn = trials(corpus, rng, questions)
    lines = np.mean([len(trial.lines) for trial in drawn])
    log.info("%d questions, %.1f candidate sentences each", len(drawn), lines)
    scorers = {
        "idf overlap": idf_scorer(corpus),
        "BM25": bm25_scorer(corpus),
        "MiniLM cosine": cosine_scorer(corpus, drawn, folder),
        "reader": reader_scorer(corpus, reader),
    }
    for name, scorer in scorers.items():
        scores = [scorer(trial.asked, trial.lines) for trial in drawn]
        hits, refusal = hit_rate(drawn, scores), refusal_auroc(drawn, scores)
        log.info("%-14s accuracy@1 %.3f  refusal AUROC %.3f", name, hits, refusal)
    log.info("near-miss AUROC %.3f", near_miss_auroc(corpus, reader, rng, questions))
    log.info("made-up statistics, accuracy@1 of ten %.3f", trap_accuracy(reader, rng, 300))
    log.info("span F1 in the right sentence %.3f", span_f1(corpus, reader, drawn))
    wall, work = milliseconds(corpus, reader, drawn[:100])
    log.info("ten candidates: %.0f ms wall clock, %.0f ms of processor time", wall, work)


if __name__ == "__main__":
    main()
