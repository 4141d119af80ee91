"""Figures after a verb: "reached 5", "built 5 parks", "accounts for 5% of"."""

from __future__ import annotations

from rag.governing.place import Place, Reading, escaped, is_generic
from rag.grammar.phrases import noun_phrase, phrase_before
from rag.grammar.subjects import subject_of
from rag.grammar.tidy import joined
from rag.grammar.tokens import Tag
from rag.grammar.verbs import (
    LEVELS,
    direction_of_verb,
    lemma,
    participle,
)

_REFERRING = frozenset("them these those which whom us".split())
_LONGEST_SUBJECT = 8
"""A doer of more words is left out of the measure of what was done."""


def after_verb(place: Place, verb: int | None = None) -> Reading | None:
    """A figure right after a verb, which is another token than the one before if it is given."""
    verb = place.left if verb is None else verb
    if place.tag(verb) is Tag.ADVERB:
        verb = place.sentence.skip_adverbs(verb)
    if place.tag(verb) not in (Tag.VERB, Tag.GERUND, Tag.AUXILIARY):
        return None
    word = place.lower(verb)
    way, base = direction_of_verb(word), lemma(word)
    if way is not None and not place.noun_follows():
        return Reading(place.about_what(verb), True, way, verb)
    if place.lower(place.at + 1) == "of" and place.lower(place.at + 2) in _REFERRING:
        return Reading(place.before or level_subject(place, verb), verb=verb)
    if base in LEVELS and not (place.noun_follows(counting=True) and _acts(place, verb)):
        return _level(place, verb)
    if place.noun_follows():
        pattern = _done(place, verb)
        return place.counted(verb, pattern, way)
    return Reading(place.doing(verb), verb=verb)


def _level(place: Place, verb: int) -> Reading:
    """ "X reached 5", "X makes up 5% of Y", "the target is 5 parks"."""
    of = place.lower(place.at + 1) == "of"
    if of and place.tokens[place.at].text.endswith(("%", "％", "cent")):
        return share(place, verb)
    subject = level_subject(place, verb)
    there = place.lower(verb - 1) == "there"
    if place.noun_follows() and (there or is_generic(subject)):
        return place.counted(verb, "{}")
    if place.noun_follows() and not of:
        return Reading(f"{subject}, {place.right()}", verb=verb, counted=True)
    return Reading(subject, False, 0, verb)


def level_subject(place: Place, verb: int) -> str:
    """ "X reached 5", "X accounts for 5% of Y", "projects worth 5"."""
    if place.tag(verb) is Tag.GERUND and place.tag(verb - 1) is Tag.COMMA:
        return place.about_what(verb)
    if place.tag(verb) is Tag.GERUND:
        return phrase_before(place.sentence, verb) or place.before
    return subject_of(place.sentence, verb) or place.before


def _acts(place: Place, verb: int) -> bool:
    """Whether a verb that can tell a level takes an object here: "made 100 trips"."""
    return lemma(place.lower(verb)) in {
        "make",
        "hold",
        "keep",
        "run",
        "cover",
        "put",
        "register",
        "hit",
        "top",
        "record",
        "contain",
        "comprise",
        "maintain",
    }


def _done(place: Place, verb: int) -> str:
    """The pattern of a count: what was counted, what was done to it, by whom."""
    after = place.tokens[verb + 1 : _particle(place, verb) + 1]
    word = " ".join([participle(place.lower(verb)), *(t.lower for t in after)])
    subject = subject_of(place.sentence, verb)
    if len(subject.split()) > _LONGEST_SUBJECT:
        subject = ""
    if lemma(place.lower(verb)) == "be" or place.tag(verb) is Tag.AUXILIARY:
        return joined("{}", "of", escaped(subject))
    if not place.sentence.is_past(verb):
        return f"{word} {{}}"
    if place.tag(place.sentence.skip_adverbs(verb - 1)) is Tag.AUXILIARY and place.lower(
        place.sentence.skip_adverbs(verb - 1)
    ) not in ("has", "have", "had", "having"):
        return f"{{}} {word}"
    return joined(f"{{}} {word}", "by", escaped(subject))


def _particle(place: Place, verb: int) -> int:
    """The last token of a phrasal verb: "phased out"."""
    word = place.lower(verb + 1)
    if place.tag(verb + 1) is Tag.ABOUT:
        return verb
    return verb + 1 if word in ("out", "up", "down", "off", "in", "over", "on") else verb


def share(place: Place, verb: int) -> Reading:
    """ "X accounts for 5% of Y": X as share of Y."""
    whole = noun_phrase(place.sentence, place.at + 2) if place.lower(place.at + 1) == "of" else ""
    subject = level_subject(place, verb)
    return Reading(joined(subject, "as share of", whole), verb=verb)
