"""Whether a case is passed by chance: by sentences that have nothing to do with it.

The shipped `right` judges what a program answers, so the same `right` is run on every other
sentence of the corpus as if it were the answer. An answer quotes up to three sentences: where one
sentence in a hundred passes, an answer drawn blindly is right in three of a hundred cases, which
is as much as the differences that runs are compared for; where one in twenty does, in fourteen.
"""

from __future__ import annotations

from collections.abc import Iterator

from eval.cases.evidence import evidence_of
from eval.cases.finding import Finding
from eval.cases.sentences import Place, Sentences
from eval.dataset import Case
from eval.metrics import EVALUATORS, Context
from rag.models import Answer, Claim

_WARN = 0.01
_FAIL = 0.05


def prove_not_by_chance(case: Case, sentences: Sentences) -> Iterator[Finding]:
    """That hardly any sentence without the evidence would pass for an answer."""
    if case.absent or not sentences.places:
        return
    evidence = evidence_of(case, sentences).places
    passing = [place for place in _candidates(case, sentences) if _passes(case, place, sentences)]
    if evidence:
        passing = [place for place in passing if place not in evidence]
    # Without known evidence, one of those that pass is taken to be it.
    share = (len(passing) - (not evidence)) / len(sentences.places)
    if share > _WARN:
        text = (
            f"{share:.1%} of all sentences without its evidence would pass, such as "
            f"{' '.join(passing[0].text.split())[:80]!r}; expect something more specific"
        )
        yield Finding(case.id, "error" if share > _FAIL else "warning", text)


def _candidates(case: Case, sentences: Sentences) -> list[Place]:
    """The sentences that hold an alternative of the first group, each once."""
    said = {id(p): p for phrase in case.expect[0] for p in sentences.saying(phrase)}
    return list(said.values())


def _passes(case: Case, place: Place, sentences: Sentences) -> bool:
    answer = Answer(
        id="",
        question=case.question,
        claims=(Claim(place.text, ()),),
        abstained=False,
        reason=None,
        confidence=1.0,
        nearest=(),
        engine="",
        model=None,
        index_version="",
    )
    return bool(EVALUATORS["right"](Context(case, answer, sentences.corpus)).value)
