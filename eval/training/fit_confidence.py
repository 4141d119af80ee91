"""Fit the weights of `rag/weights/confidence.json`; `--help` tells how.

Two logistic models are fitted on labelled evidence that the shipped pipeline itself collects:
`sentence` (does this candidate answer?) ranks, `answer` (does the best candidate answer?)
decides whether to answer at all. The labelled questions are the calibration third ("dev") of
SquadShifts, which the reader was not trained on, each asked with and without the paragraph that
answers it, and the tuned split of the project's own cases. A ridge penalty draws every weight
towards a stated prior, so that evidence which those questions hardly exercise keeps a sane weight.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.dataset import Case, read_cases
from eval.text import contains
from eval.training.reader_data import Corpus, load_corpora
from eval.training.reader_edits import names_in, near_miss
from ingest.pipeline import ingest
from rag.confidence import Model
from rag.evidence import answer_evidence
from rag.followup import resolve
from rag.models import Scored
from rag.pipeline import Pipeline, build_pipeline
from rag.rank import Candidate
from rag.settings import Settings
from rag.trace import Found

PRIORS = {
    "screen": Model(
        0.0,
        {
            "cosine": 4.0,
            "coverage": 2.4,
            "around": 0.0,
            "pairs": 0.0,
            "length": 0.0,
            "context": 0.0,
            "headed": 0.0,
            "passage": 2.0,
            "period": 2.0,
            "setting": 0.5,
            "dated": 2.8,
            "status": 0.5,
            "amount": 0.6,
            "kind": 0.5,
            "figure": 0.5,
        },
    ),
    "sentence": Model(
        -3.0,
        {
            "reader": 0.8,
            "cosine": 3.0,
            "coverage": 1.5,
            "around": 0.3,
            "pairs": 0.3,
            "context": 0.5,
            "passage": 0.5,
            "period": 1.5,
            "setting": 0.5,
            "dated": 1.5,
            "status": 0.7,
            "amount": 1.2,
            "kind": 0.7,
            "figure": 1.5,
        },
    ),
    "answer": Model(
        -4.0,
        {
            "reader": 0.6,
            "cosine": 3.0,
            "coverage": 1.5,
            "around": 0.3,
            "context": 1.5,
            "period": 1.0,
            "setting": 0.7,
            "dated": 1.0,
            "status": 0.3,
            "amount": 1.2,
            "kind": 0.5,
            "figure": 1.0,
            "unknown": -3.0,
            "names": 1.0,
            "foreign": -2.0,
            "alien": -1.5,
            "margin": 0.1,
        },
    ),
}
ANSWERABLE = 0.75
"""Share of the questions in use that the documents answer; what probabilities assume."""
RIDGE = 2.0
"""Weight of the pull towards the prior; it equals about as many questions at odds with it."""
OWN = (
    (Path("data/questions.jsonl"), Path("data/documents")),
    (Path("eval/texts/tuned.jsonl"), Path("eval/texts/tuned")),
)
SCREENED = 40
"""Most sentences of a question from which the screen is fitted, besides those that answer."""
Truth = Callable[[str], bool]
"""Whether a sentence answers."""


@dataclass(frozen=True, slots=True)
class Example:
    """Evidence with its truth."""

    evidence: Mapping[str, float]
    truth: bool


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question's candidates, each with its truth, and whether the documents answer it.

    `screened` are the sentences that the cheap evidence chooses from, each with its truth.
    """

    found: Found
    truths: tuple[bool, ...]
    screened: tuple[Example, ...]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit on the data in `--data` and on the tuned cases, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with squadshifts_*.gz")
    parser.add_argument(
        "--own",
        type=Path,
        nargs=2,
        action="append",
        metavar=("CASES", "DOCUMENTS"),
        help="cases, of which the tuned ones are used, and their documents; may be repeated",
    )
    parser.add_argument("--out", type=Path, default=Path("rag/weights/confidence.json"))
    parser.add_argument("--questions", type=int, default=1500, help="most dev questions used")
    options = parser.parse_args(arguments)
    sentence: list[Example] = []
    answers: list[tuple[Pipeline, list[Labelled]]] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, asked in _bodies(options, Path(folder)):
            pipeline, labelled = asked
            sentence += _sentence_examples(labelled)
            answers.append((pipeline, labelled))
            print(f"{name}: {len(labelled)} questions", file=sys.stderr)  # noqa: T201
        screened = [one.screened for _, found in answers for one in found]
        models = {
            "screen": fit_order(screened, PRIORS["screen"]),
            "sentence": fit(sentence, PRIORS["sentence"]),
        }
        rows = [e for p, found in answers for e in _answer_examples(p, found, models["sentence"])]
        models["answer"] = for_share(fit(rows, PRIORS["answer"]), rows)
    _write(models, rows, options.out)


def fit(examples: Sequence[Example], prior: Model) -> Model:
    """The maximum a posteriori weights."""
    from scipy.optimize import minimize

    names = list(prior.weights)
    evidence = np.array([[1.0, *(e.evidence.get(n, 0.0) for n in names)] for e in examples])
    signs = np.array([1.0 if e.truth else -1.0 for e in examples])
    centre = np.array([prior.bias, *prior.weights.values()])

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = signs * (evidence @ point)
        pull = point - centre
        slope = -(signs / (1 + np.exp(margins))) @ evidence + 2 * RIDGE * pull
        return float(np.logaddexp(0, -margins).sum() + RIDGE * pull @ pull), slope

    best = minimize(loss, centre, jac=True, method="L-BFGS-B").x
    return Model(float(best[0]), dict(zip(names, map(float, best[1:]), strict=True)))


def fit_order(groups: Iterable[Sequence[Example]], prior: Model) -> Model:
    """The maximum a posteriori weights that put a true example of each group first.

    The loss is the negative log of the softmax share of the true ones (Cao et al. 2007, ListNet's
    top-one probability); groups without both kinds say nothing.
    """
    from scipy.optimize import minimize

    names = list(prior.weights)
    centre = np.array(list(prior.weights.values()))
    sets = [
        (
            np.array([[e.evidence.get(n, 0.0) for n in names] for e in group]),
            np.array([e.truth for e in group]),
        )
        for group in groups
        if 0 < sum(e.truth for e in group) < len(group)
    ]

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        pull = point - centre
        total, slope = RIDGE * float(pull @ pull), 2 * RIDGE * pull
        for evidence, truth in sets:
            scores = evidence @ point
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            right = float(shares[truth].sum())
            total -= math.log(right)
            slope = slope - (np.where(truth, shares / right, 0.0) - shares) @ evidence
        return total, slope

    best = minimize(loss, centre, jac=True, method="L-BFGS-B").x
    return Model(0.0, dict(zip(names, map(float, best), strict=True)))


def for_share(model: Model, examples: Sequence[Example]) -> Model:
    """The model for questions of which `ANSWERABLE` have an answer (Elkan 2001, theorem 2).

    Most examples are refusals on purpose, which would make every probability too low in use.
    """
    answered = sum(e.truth for e in examples)
    odds = answered / (len(examples) - answered)
    return Model(model.bias + math.log(ANSWERABLE / (1 - ANSWERABLE) / odds), model.weights)


def _bodies(
    options: argparse.Namespace, folder: Path
) -> Iterator[tuple[str, tuple[Pipeline, list[Labelled]]]]:
    corpus = load_corpora(options.data)["dev"]
    pipeline = _pipeline_over([_write_articles(corpus, folder / "dev")], folder / "dev-index")
    yield "SquadShifts dev", (pipeline, list(_squad(pipeline, corpus, options.questions)))
    for number, (path, documents) in enumerate(options.own or OWN):
        cases = [c for c in read_cases(path) if c.split == "tuned"]
        pipeline = _pipeline_over([documents], folder / f"own-{number}")
        labelled = [one for case in cases for one in _case(pipeline, case)]
        yield f"tuned cases of {path.name} over {documents.name}", (pipeline, labelled)


def _pipeline_over(paths: Sequence[Path], index: Path) -> Pipeline:
    settings = Settings(index_dir=index)
    ingest(paths, settings)
    return build_pipeline(settings)


def _write_articles(corpus: Corpus, folder: Path) -> Path:
    """Each article as a Markdown file of its paragraphs, its title as the heading."""
    folder.mkdir(parents=True)
    paragraphs = corpus.by_paragraph()
    for article, numbers in corpus.by_article().items():
        blocks = [" ".join(corpus.lines[i].text for i in paragraphs[n]) for n in numbers]
        title = corpus.lines[paragraphs[numbers[0]][0]].heading
        text = "\n\n".join([f"# {title}", *blocks] if title else blocks)
        (folder / f"{article}.md").write_text(text, encoding="utf-8")
    return folder


def _squad(pipeline: Pipeline, corpus: Corpus, most: int) -> Iterator[Labelled]:
    """Dev questions, each followed by a near miss: another year, name or kind of question."""
    step = max(1, len(corpus.asked) // most)
    names = [match.group() for asked in corpus.asked for match in names_in(asked.text)]
    rng = np.random.default_rng(0)
    for asked in corpus.asked[::step]:
        gold = {_squeezed(corpus.lines[i].text) for i in asked.answering}
        yield _labelled(pipeline, asked.text, partial(_is_gold, gold))
        twin = near_miss(rng, asked.text, corpus.lines[asked.gold].candidate(), names)
        if twin:
            missed = pipeline.find(twin)
            yield Labelled(missed, (False,) * len(missed.ranked), ())


def _labelled(pipeline: Pipeline, question: str, answers: Truth) -> Labelled:
    found = pipeline.find(question)
    screened = (Example(s.parts, answers(s.item.sentence.text)) for s in pipeline.screen(question))
    kept = (e for place, e in enumerate(screened) if e.truth or place < SCREENED)
    return Labelled(found, tuple(answers(s.item.sentence.text) for s in found.ranked), tuple(kept))


def _is_gold(gold: AbstractSet[str], text: str) -> bool:
    return any(_same_place(_squeezed(text), line) for line in gold)


def _case(pipeline: Pipeline, case: Case) -> Iterator[Labelled]:
    """The case as it is answered: each part of it, if several things are asked in one breath."""
    text = resolve(case.question, case.history)
    parts = pipeline.find(text).question.parts
    for part in parts or [text]:
        yield _labelled(pipeline, part, partial(_answers, case, is_part=bool(parts)))


def _answers(case: Case, text: str, *, is_part: bool) -> bool:
    if case.absent:
        return False
    wanted = [any(contains(text, phrase) for phrase in group) for group in case.expect]
    enough = any(wanted) if is_part else all(wanted)
    return enough and not any(contains(text, phrase) for phrase in case.reject)


def _squeezed(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _same_place(one: str, other: str) -> bool:
    return bool(one) and bool(other) and (one in other or other in one)


def _sentence_examples(labelled: Iterable[Labelled]) -> Iterator[Example]:
    for one in labelled:
        for scored, truth in zip(one.found.ranked, one.truths, strict=True):
            yield Example(scored.parts, truth)


def _answer_examples(
    pipeline: Pipeline, labelled: Sequence[Labelled], model: Model
) -> Iterator[Example]:
    """Each question as asked, and again without every candidate that answers it."""
    for one in labelled:
        pairs = sorted(
            zip(_rescored(one.found.ranked, model), one.truths, strict=True),
            key=lambda pair: -pair[0].score,
        )
        wrong = [scored for scored, truth in pairs if not truth]
        for ranked, truth in (
            ([s for s, _ in pairs], any(one.truths)),
            (wrong, False),
        ):
            evidence = answer_evidence(one.found.question, ranked, pipeline.index)
            yield Example(evidence, truth)


def _rescored(ranked: Sequence[Scored[Candidate]], model: Model) -> list[Scored[Candidate]]:
    return [Scored(s.item, model.log_odds(s.parts), s.parts) for s in ranked]


def _write(models: Mapping[str, Model], rows: Sequence[Example], out: Path) -> None:
    answer = models["answer"]
    good = [answer.log_odds(e.evidence) for e in rows if e.truth]
    bad = [answer.log_odds(e.evidence) for e in rows if not e.truth]
    auroc = float(np.mean([[(g > b) + 0.5 * (g == b) for b in bad] for g in good]))
    body: dict[str, Any] = {
        "fitted_on": {"examples": len(rows), "answerable": len(good), "auroc": round(auroc, 4)},
        "models": {
            name: {
                "bias": round(m.bias, 4),
                "weights": {n: round(w, 4) for n, w in m.weights.items()},
            }
            for name, m in models.items()
        },
    }
    out.write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(body, indent=2))  # noqa: T201  the script's own report


if __name__ == "__main__":
    main()
