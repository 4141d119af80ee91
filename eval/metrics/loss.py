"""At which stage a case was lost that is not right.

For every expected group that the answer does not say, its way is followed from the documents to
the claims: which passage says it, with most of the evidence around; whether that was retrieved;
which sentence says it; how it was ranked; what became of it. The group lost first is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.metrics.answers import missing_groups, rejected_phrases, right
from eval.metrics.citations import cited, quotes_exact
from eval.metrics.context import Context, Score
from eval.metrics.evidence import (
    Piece,
    Place,
    evidence_of,
    held_among,
    passages_holding,
    ranked_places,
    retrieved_places,
)
from eval.text import contains
from rag.models import Passage

NOT_ASKED = "not asked"
NOT_INGESTED = "not ingested"
NOT_RETRIEVED = "not retrieved"
NOT_RANKED = "not ranked"
WRONGLY_VERIFIED = "wrongly verified"
WRONGLY_REFUSED = "wrongly refused"
WRONGLY_ANSWERED = "wrongly answered"
WRONGLY_COMPOSED = "wrongly composed"
WRONGLY_CITED = "wrongly cited"
STAGES = (
    NOT_ASKED,
    NOT_INGESTED,
    NOT_RETRIEVED,
    NOT_RANKED,
    WRONGLY_VERIFIED,
    WRONGLY_REFUSED,
    WRONGLY_ANSWERED,
    WRONGLY_COMPOSED,
    WRONGLY_CITED,
)
"""In the order in which a question passes them."""

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_CLIP = 90


def lost_at(context: Context) -> Score:
    """The stage at which a case was lost, and what got lost there; nothing for a passed one."""
    if right(context).value is True:
        return _well_cited(context)
    if context.answer.engine == "none":
        return Score(NOT_ASKED, context.answer.reason or "the question could not be asked")
    if context.case.absent:
        return Score(WRONGLY_ANSWERED, f"what is near was taken for an answer: {_said(context)}")
    missing = missing_groups(context)
    if not missing:
        beside = "; ".join(rejected_phrases(context))
        return Score(WRONGLY_COMPOSED, f"it says what is asked for, but also: {beside}")
    followed = [_follow(Piece(group), context) for group in missing]
    return min(followed, key=lambda score: STAGES.index(str(score.value)))


def _well_cited(context: Context) -> Score:
    """Right answers are lost only by what they cite."""
    for evaluator in (cited, quotes_exact):
        score = evaluator(context)
        if score.value is False:
            return Score(WRONGLY_CITED, score.reason)
    return Score(None, "it is right")


def _follow(group: Piece, context: Context) -> Score:
    """Where one expected group got lost."""
    trace, corpus = context.answer.trace, context.corpus
    if not corpus.documents_saying(group.alternatives):
        return Score(NOT_INGESTED, f"no document says '{group.label}'")
    wanted = _sought(group, context)
    if corpus.passages and not wanted.passages:
        return Score(NOT_INGESTED, f"a document says '{group.label}', but no passage of it does")
    passages = retrieved_places(trace.passages, corpus)
    found = next((at for at, place in enumerate(passages) if wanted.is_passage(place)), None)
    if found is None:
        return _unretrieved(wanted, passages)
    sentences = ranked_places(trace.sentences, corpus)
    at = next((at for at, place in enumerate(sentences) if wanted.is_sentence(place)), None)
    if at is None:
        return _unranked(wanted, found, sentences)
    return _ranked(group, sentences, at, context)


@dataclass(frozen=True, slots=True)
class _Sought:
    """What to look for: places that say the group, with so many pieces of the evidence.

    Without the evidence, a group as short as "5%" would be found in passages on anything.
    `passages` are those that are meant; none if the corpus tells no passages.
    """

    group: Piece
    evidence: tuple[Piece, ...]
    in_passage: int
    in_sentence: int
    passages: tuple[Passage, ...]

    def is_passage(self, place: Place) -> bool:
        return self._is(place, self.in_passage)

    def is_sentence(self, place: Place) -> bool:
        return self._is(place, self.in_sentence) and (
            not self.passages
            or any(
                p.document_id == place.document_id and p.span.overlaps(place.span)
                for p in self.passages
            )
        )

    def _is(self, place: Place, least: int) -> bool:
        return self.group.held_by(place) and held_among(self.evidence, place) >= least


def _sought(group: Piece, context: Context) -> _Sought:
    """The passages that are meant say the group with most evidence, and so do their sentences."""
    corpus = context.corpus
    evidence = _evidence_for(group, context)
    grades = Counter(id_ for piece in evidence for id_ in passages_holding(piece, corpus))
    saying = sorted(corpus.passages_saying(group.alternatives))
    # Of a server's documents, whose passages are not known, one anchor must do.
    most = max((grades[id_] for id_ in saying), default=min(1, len(evidence)))
    best = tuple(corpus.passages[id_] for id_ in saying if grades[id_] == most)
    sentences = (Place(p.document_id, s.span, s.text) for p in best for s in p.sentences)
    most_in_one = _most(evidence, (place for place in sentences if group.held_by(place)))
    return _Sought(group, evidence, most, most_in_one, best)


def _evidence_for(group: Piece, context: Context) -> tuple[Piece, ...]:
    """The evidence without the anchors that are of another group, for they say that one."""
    others = [Piece(g) for g in context.case.expect if g != group.alternatives]
    return tuple(
        piece
        for piece in evidence_of(context.case, context.corpus)
        if _says(piece, group) or not any(_says(piece, other) for other in others)
    )


def _says(anchor: Piece, group: Piece) -> bool:
    return any(contains(a, phrase) for a in anchor.alternatives for phrase in group.alternatives)


def _most(evidence: Sequence[Piece], places: Iterable[Place]) -> int:
    return max((held_among(evidence, place) for place in places), default=0)


def _unretrieved(wanted: _Sought, retrieved: Sequence[Place]) -> Score:
    said = f"'{wanted.group.label}'"
    if any(wanted.group.held_by(place) for place in retrieved):
        said += " beside the evidence"
    if len(wanted.passages) > 1:
        which = f"none of the passages that say {said} is"
    else:
        which = f"the passage that says {said} is not"
    return Score(NOT_RETRIEVED, f"{which} among the {len(retrieved)} retrieved")


def _unranked(wanted: _Sought, found: int, ranked: Sequence[Place]) -> Score:
    first = f"; first is: {_clip(ranked[0].text)}" if ranked else ""
    return Score(
        NOT_RANKED,
        f"the passage that says '{wanted.group.label}' was retrieved {_nth(found)}, but no "
        f"sentence of it that says so is among the {len(ranked)} ranked{first}",
    )


def _ranked(group: Piece, sentences: Sequence[Place], at: int, context: Context) -> Score:
    """What became of a sentence that was ranked."""
    for claim in context.answer.trace.removed:
        if group.held_by(Place("", sentences[at].span, claim.text)):
            return Score(WRONGLY_VERIFIED, f"'{_clip(claim.text)}' was removed: {claim.verdict}")
    rank = f"the sentence that says '{group.label}' was ranked {_nth(at)}"
    behind = f", behind: {_clip(sentences[0].text)}" if at else ""
    if "refused" in context.answer.trace.sentences[at].parts and not context.answer.abstained:
        return Score(WRONGLY_REFUSED, f"{rank} in its part of the question, which was refused")
    if context.answer.abstained:
        sure = f"; the confidence was {context.answer.confidence:.2f}"
        return Score(WRONGLY_REFUSED, f"{rank}{behind}{sure}")
    said = "" if at else f", but the answer says: {_clip(_said(context))}"
    return Score(WRONGLY_COMPOSED, f"{rank}{behind}{said}")


def _said(context: Context) -> str:
    return _clip(context.answer.text or "nothing")


def _nth(at: int) -> str:
    return _ORDINALS[at] if at < len(_ORDINALS) else f"{at + 1}th"


def _clip(text: str) -> str:
    return text if len(text) <= _CLIP else f"{text[:_CLIP].rstrip()} …"
