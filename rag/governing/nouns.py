"""Figures beside a noun, before their verb, or joined to the figure before."""

from __future__ import annotations

from dataclasses import replace

from rag.governing.place import Place, Reading
from rag.grammar.phrases import noun_phrase, phrase_before, phrase_start, predicate
from rag.grammar.subjects import subject_of
from rag.grammar.tidy import joined
from rag.grammar.tokens import Tag
from rag.grammar.verbs import (
    direction_of_comparative,
    direction_of_noun,
    lemma,
)

_ARTICLES = frozenset("a an the its their".split())


def in_brackets(place: Place) -> Reading | None:
    """ "20 in (510 mm)" says the same again."""
    if place.tag(place.left) is not Tag.OPEN:
        return None
    if place.earlier and place.left - 1 <= place.previous + 2:
        return place.earlier[-1]
    if place.noun_follows() or place.tag(place.at + 1) is Tag.NOUN:
        return None
    phrase = phrase_before(place.sentence, place.left)
    return Reading(phrase, verb=place.verb_before()) if phrase else None


def as_attribute(place: Place) -> Reading | None:
    """ "the 34% poverty rate", "a 42-story tower", "men 5%, women 6%" told as "5% men"."""
    token = place.tokens[place.at]
    compound = "-" in token.text or place.sentence.text[token.end : token.end + 1] == "-"
    article = place.lower(place.at - 1) in _ARTICLES
    opens = place.tag(place.left) in (Tag.OPEN, Tag.COMMA, Tag.AND, Tag.BREAK)
    unit = place.sentence.has_unit(place.at) and place.tag(place.at + 1) is Tag.NOUN
    if not (compound or (unit and (article or opens))):
        return None
    if direction_of_noun(place.lower(place.at + 1)) is not None:
        return None
    phrase = noun_phrase(place.sentence, place.at + 1)
    return Reading(phrase, verb=place.verb_before(), counted=True) if phrase else None


def noun_of_change_after(place: Place) -> Reading | None:
    """ "a 5% increase in X"."""
    way = direction_of_noun(place.lower(place.at + 1))
    if way is None or place.tag(place.at + 1) is not Tag.NOUN:
        return None
    if place.tag(place.at + 2) is Tag.NOUN:
        return None  # "two growth rates"
    if place.lower(place.at + 2) in ("in", "of"):
        measure = noun_phrase(place.sentence, place.at + 3)
    else:
        measure = place.about_what()
    return Reading(measure, True, way, place.verb_before())


def compared_after(place: Place) -> Reading | None:
    """ "5% more than", "0.6 points higher"; of counts, "more" only adds ("65 more parks")."""
    way = direction_of_comparative(place.lower(place.at + 1))
    ends = place.tag(place.at + 2) in (
        Tag.BREAK, Tag.COMMA, Tag.PREPOSITION, Tag.JOINER, Tag.AND,
    )  # fmt: skip
    if way is None or not ends:
        return None
    return Reading(place.about_what(), True, way, place.verb_before())


def coordinated(place: Place) -> Reading | None:
    """ "5 parks and 3 pools": what governs the figure before governs this one too."""
    if not _is_joined(place) or not place.earlier:
        return None
    if place.sentence.breaks_between(place.previous, place.at):
        return None
    previous = place.earlier[-1]
    if not place.noun_follows():
        return _elliptical(place, previous)
    governor = place.sentence.governors.get(place.previous)
    if governor is None:
        return None
    place.sentence.governors[place.at] = governor
    measure = governor.pattern.format(place.right())
    return replace(previous, measure=measure, verb=governor.verb, counted=True)


def _is_joined(place: Place) -> bool:
    as_well = place.lower(place.left) == "as" and place.lower(place.left - 1) == "well"
    return as_well or place.tag(place.left) in (Tag.AND, Tag.COMMA)


def _elliptical(place: Place, previous: Reading) -> Reading | None:
    """ "5 places in parks and 3 in gardens", or "5, 6 and 7"."""
    link = place.lower(place.at + 1)
    if place.tag(place.at + 1) is Tag.PREPOSITION and f" {link} " in previous.measure:
        head, _, _ = previous.measure.partition(f" {link} ")
        other = noun_phrase(place.sentence, place.at + 2)
        return replace(previous, measure=joined(head, link, other)) if other else None
    between = place.tokens[place.previous + 1 : place.left]
    return None if any(t.tag is not Tag.COMMA for t in between) else previous


def after_comparative(place: Place) -> Reading | None:
    """ "up 5%"."""
    way = direction_of_comparative(place.lower(place.left))
    if way is None or place.tag(place.left) is not Tag.ADVERB or _is_phrasal(place):
        return None
    return Reading(place.about_what(place.left), True, way, place.verb_before())


def _is_phrasal(place: Place) -> bool:
    """ "make up", "shut down": the adverb belongs to the verb and tells no direction."""
    before = place.left - 1
    verbal = place.tag(before) in (Tag.VERB, Tag.GERUND)
    return verbal and lemma(place.lower(before)) not in ("be", "go", "come", "become")


def after_noun(place: Place) -> Reading | None:
    """ "GDP: 5%", "projects worth 5 billion", "open 24 hours"."""
    if place.tag(place.left) is not Tag.NOUN or _counts_on_its_own(place):
        return None
    if place.lower(place.left) == "worth":
        end = place.left
        while place.tag(end - 1) is Tag.DETERMINER:
            end -= 1
        phrase = phrase_before(place.sentence, end) or place.about_what(place.left)
        return Reading(joined("worth", "of", phrase), verb=place.verb_before())
    if place.noun_follows():
        return place.counted(place.verb_before(), "{}")
    phrase = phrase_before(place.sentence, place.left + 1)
    be = phrase_start(place.sentence, place.left + 1) - 1
    if place.tag(be) is Tag.AUXILIARY and lemma(place.lower(be)) == "be":
        # "to be open 24 hours"
        subject = subject_of(place.sentence, be) if place.lower(be - 1) != "to" else ""
        phrase = " ".join(p for p in (subject or place.before, phrase) if p)
    return Reading(attached(place, phrase), verb=place.verb_before())


def _counts_on_its_own(place: Place) -> bool:
    """After a year, a name or an adjunct, a figure with a noun begins anew."""
    return place.noun_follows() and place.sentence.verb_after(place.at) >= 0


def as_subject(place: Place) -> Reading:
    """ "5 parks were built": the figure or what it counts is the subject of a verb."""
    verb = place.sentence.verb_after(place.at)
    if place.tag(place.at + 1) in (Tag.VERB, Tag.GERUND, Tag.AUXILIARY, Tag.MODAL):
        return Reading(predicate(place.sentence, place.at + 1), verb=place.at + 1)
    if not place.noun_follows():
        return Reading(place.about_what(), verb=verb)
    return place.counted(verb, "{}", with_rest=True)


def attached(place: Place, phrase: str) -> str:
    """ "projects with a turnover of 5 billion": turnover of projects."""
    start = phrase_start(place.sentence, place.left)
    at = place.sentence.skip_about(start - 1)
    while place.tag(at) is Tag.DETERMINER:
        at -= 1
    if place.lower(at) not in ("with", "has", "had", "have", "having"):
        return phrase
    if place.tag(at) is Tag.AUXILIARY:
        owner = subject_of(place.sentence, at)
    else:
        owner = phrase_before(place.sentence, at)
    owner = owner.rpartition(" of ")[2]  # "construction of projects with a cost of 5"
    return joined(phrase, "of", owner) if owner else phrase
