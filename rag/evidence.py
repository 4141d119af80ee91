"""The evidence on which the decision to answer rests, from several independent signals."""

from __future__ import annotations

from collections.abc import Sequence

from rag.index import Index
from rag.models import Scored
from rag.names import bare_names, initials_in, is_initials, kin_terms
from rag.question import Question
from rag.rank import Candidate
from rag.text import terms, words


def answer_evidence(
    question: Question,
    ranked: Sequence[Scored[Candidate]],
    index: Index,
    without: Sequence[str] = (),
) -> dict[str, float]:
    """Evidence that the best candidate answers: its own, and what the question adds.

    `unknown` is the share, by weight, of the question's terms that no passage holds; `names` the
    share, by weight, of its proper names that the best passage, its headings or its document's
    title and opening hold (1 if it has none): what a document is about goes without saying.
    `alien`, 0 to 1, is the weight of the weightiest name that is not held there, against that of
    the question's weightiest term.
    `foreign` is 1 if a proper name stands nowhere in the documents; `margin` is the lead over
    the second candidate, in log-odds. What `without` names is left out.
    """
    if not ranked:
        return {"unknown": 1.0}
    best = ranked[0]
    second = ranked[1].score if len(ranked) > 1 else best.score
    held, alien = _names(question, best.item, index)
    evidence = {
        **best.parts,
        "foreign": _foreign(question, index),
        "unknown": _unknown(question, index),
        "names": held,
        "alien": alien,
        "margin": best.score - second,
    }
    return {name: value for name, value in evidence.items() if name not in without}


def _unknown(question: Question, index: Index) -> float:
    weights = {t: index.weight(t) for t in question.terms}
    total = sum(weights.values())
    missing = sum(w for t, w in weights.items() if not index.knows(t) and t not in question.related)
    return missing / total if total else 1.0


def _foreign(question: Question, index: Index) -> float:
    names = {t for name in _names_of(question, index) for t in terms(name) if not is_initials(name)}
    return float(any(not index.knows(t) for t in names))


def _names_of(question: Question, index: Index) -> tuple[str, ...]:
    """The names by capitals, and what is used as one without them and stands nowhere."""
    bare = bare_names(question.asked, index.knows)
    unheard = set(question.terms) - set(question.related)
    return (*question.names, *(name for name in bare if set(terms(name)) <= unheard))


def _names(question: Question, best: Candidate, index: Index) -> tuple[float, float]:
    """`names` and `alien`."""
    weights = _weights(_names_of(question, index), index)
    if not weights:
        return 1.0, 0.0
    document = index.documents[best.passage.document_id]
    lead = index.passages_of(document.id)[0]
    said = f"{document.label} {lead.searchable} {best.passage.searchable}"
    held = question.widened(frozenset(terms(said))) | initials_in(said)
    missing = {word: w for word, w in weights.items() if not kin_terms(word) & held}
    heaviest = max(map(index.weight, question.terms), default=0.0) or 1.0
    alien = min(1.0, max(missing.values(), default=0.0) / heaviest)
    return 1 - sum(missing.values()) / sum(weights.values()), alien


def _weights(names: Sequence[str], index: Index) -> dict[str, float]:
    """The words of the names, initials without their stops, each with its weight."""
    found: dict[str, float] = {}
    for name in names:
        if is_initials(name):
            found["".join(words(name))] = min(map(index.weight, words(name)))
        else:
            found |= {w: max(map(index.weight, terms(w))) for w in words(name) if terms(w)}
    return found
