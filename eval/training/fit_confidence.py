"""Fit the weights of `rag/weights/confidence.json`; `--help` tells how.

`screen` picks the sentences that are read and `sentence` ranks them: both are fitted to put an
answering candidate of each question first, and `sentence` is then scaled to log-odds. `answer`
(does the best candidate answer?) decides whether to answer at all. The evidence is what the shipped
pipeline itself collects. The labelled questions are the calibration third ("dev") of SquadShifts,
which the reader was not trained on, each asked with and without the paragraph that answers it, and
the tuned split of the project's own cases. Each body of text counts alike (see `fitting`).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from eval.dataset import Case, read_cases
from eval.text import contains
from eval.training.fitting import Example, as_log_odds, auroc, fit, fit_order, for_share
from eval.training.reader_data import ENCYCLOPEDIA, Corpus, load_corpora
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
OWN = (
    (Path("data/questions.jsonl"), Path("data/documents")),
    (Path("eval/texts/tuned.jsonl"), Path("eval/texts/tuned")),
)
SCREENED = 40
"""Most sentences of a question from which the screen is fitted, besides those that answer."""
Truth = Callable[[str], bool]
"""Whether a sentence answers."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question's candidates, each with its truth, and whether the documents answer it.

    `screened` are the sentences that the cheap evidence chooses from, each with its truth.
    """

    found: Found
    truths: tuple[bool, ...]
    screened: tuple[Example, ...]

    @property
    def ranked(self) -> list[Example]:
        """The candidates as examples."""
        pairs = zip(self.found.ranked, self.truths, strict=True)
        return [Example(scored.parts, truth) for scored, truth in pairs]


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
    with tempfile.TemporaryDirectory() as folder:
        bodies: dict[str, list[tuple[Pipeline, list[Labelled]]]] = {}
        for name, pipeline, labelled in _asked(options, Path(folder)):
            bodies.setdefault(name, []).append((pipeline, labelled))
            print(f"{name}: {len(labelled)} questions", file=sys.stderr)  # noqa: T201
        found = [[one for _, labelled in body for one in labelled] for body in bodies.values()]
        models = {
            "screen": fit_order([[o.screened for o in body] for body in found], PRIORS["screen"]),
            "sentence": _sentence_model([[o.ranked for o in body] for body in found]),
        }
        rows = [
            [e for p, asked in body for e in _answer_examples(p, asked, models["sentence"])]
            for body in bodies.values()
        ]
        models["answer"] = for_share(fit(rows, PRIORS["answer"]), rows)
    _write(models, dict(zip(bodies, rows, strict=True)), options.out)


def _sentence_model(bodies: Sequence[Sequence[Sequence[Example]]]) -> Model:
    candidates = [[example for group in body for example in group] for body in bodies]
    return as_log_odds(fit_order(bodies, PRIORS["sentence"]), candidates)


def _asked(
    options: argparse.Namespace, folder: Path
) -> Iterator[tuple[str, Pipeline, list[Labelled]]]:
    """The bodies of text by name, each with its questions; cases over two corpora are one body."""
    corpus = load_corpora(options.data)["dev"]
    pipeline = _pipeline_over([_write_articles(corpus, folder / "dev")], folder / "dev-index")
    yield "SquadShifts dev", pipeline, list(_squad(pipeline, corpus, options.questions))
    for number, (path, documents) in enumerate(options.own or OWN):
        cases = [c for c in read_cases(path) if c.split == "tuned"]
        pipeline = _pipeline_over([documents], folder / f"own-{number}")
        yield str(path), pipeline, [one for case in cases for one in _case(pipeline, case)]


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
    """Dev questions, each followed by a near miss: another year, name or kind of question.

    Of the encyclopedia only: "Is it easy to set up?" is answered by other reviews as well, which
    would be called wrong.
    """
    questions = [asked for asked in corpus.asked if asked.source == ENCYCLOPEDIA]
    step = max(1, len(questions) // most)
    names = [match.group() for asked in questions for match in names_in(asked.text)]
    rng = np.random.default_rng(0)
    for asked in questions[::step]:
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


def _answer_examples(
    pipeline: Pipeline, labelled: Sequence[Labelled], model: Model
) -> Iterator[Example]:
    """Each question as asked, and one that has an answer again without all that answers it."""
    for one in labelled:
        pairs = sorted(
            zip(_rescored(one.found.ranked, model), one.truths, strict=True),
            key=lambda pair: -pair[0].score,
        )
        answered = any(one.truths)
        rankings = [([scored for scored, _ in pairs], answered)]
        if answered:
            rankings.append(([scored for scored, truth in pairs if not truth], False))
        for ranked, truth in rankings:
            evidence = answer_evidence(one.found.question, ranked, pipeline.index)
            yield Example(evidence, truth)


def _rescored(ranked: Sequence[Scored[Candidate]], model: Model) -> list[Scored[Candidate]]:
    return [Scored(s.item, model.log_odds(s.parts), s.parts) for s in ranked]


def _write(models: Mapping[str, Model], bodies: Mapping[str, Sequence[Example]], out: Path) -> None:
    told = {
        name: {
            "examples": len(rows),
            "answerable": sum(e.truth for e in rows),
            "auroc": round(auroc(models["answer"], rows), 4),
        }
        for name, rows in bodies.items()
    }
    body: dict[str, Any] = {
        "fitted_on": told,
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
