"""Figures after a preposition: "rose by 5%", "a growth of 5%", "stood at 5", "in 5 villages"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.governing.nouns import attached
from rag.governing.place import GENERIC, Place, Reading, escaped
from rag.governing.verbs import after_verb, share
from rag.grammar.phrases import noun_phrase, phrase_before, predicate
from rag.grammar.subjects import subject_of
from rag.grammar.tidy import joined, tidy
from rag.grammar.tokens import Tag, Token
from rag.grammar.verbs import (
    LEVELS,
    direction_of_comparative,
    direction_of_noun,
    direction_of_verb,
    lemma,
)

_PLACES = frozenset("in at on within into across under among for".split())
_VALUING = frozenset("to from at within for between in".split())
_LASTING = re.compile(r"(?:second|minute|hour|day|week|month|year|decade|centur)\w*$", re.I)


def after_preposition(place: Place) -> Reading | None:
    """A figure that a preposition, or "to", stands before."""
    word = place.lower(place.left)
    if place.tag(place.left) is not Tag.PREPOSITION and word != "to":
        return None
    if word == "of":
        return _after_of(place)
    if word in ("out", "off") and place.tag(place.left - 1) in (Tag.VERB, Tag.GERUND):
        return after_verb(place, place.left - 1)
    verb = place.verb_before()
    if word == "by" and (changed := _by(place, verb)):
        return changed
    if word == "for" and (lasting := _for(place, verb)):
        return lasting
    return _beside(place, word, verb)


def _by(place: Place, verb: int) -> Reading | None:
    """ "rose by 5%", "went up by 5%", ", up by 5%"."""
    up = direction_of_comparative(place.lower(place.left - 1))
    if up is not None:
        return _compared_by(place, verb, up)
    way = _way(place, verb)
    return None if way is None else _changed(place, verb, way)


def _for(place: Place, verb: int) -> Reading | None:
    """ "lasted for 5 years", "accounts for 5% of Y"."""
    if _LASTING.search(place.tokens[place.at].text):
        return Reading(place.doing(verb), verb=verb)
    return share(place, verb) if lemma(place.lower(verb)) == "account" else None


def _beside(place: Place, word: str, verb: int) -> Reading:
    """ "stood at 5", "equal to 5% of Y", "projects in 5 villages", "a church with 5 members"."""
    near = place.sentence.skip_adverbs(place.left - 1) == verb and word != "for"
    equal = place.lower(place.left - 1) in ("equal", "equivalent")
    if place.noun_follows() and not equal and not (near and _levels(place, verb)):
        return place.counted(verb, _within(place, word))
    if equal and word == "to":
        whole = place.right() if place.noun_follows() else ""
        phrase = phrase_before(place.sentence, place.left - 1)
        return Reading(joined(phrase, "as share of", whole), verb=verb)
    if word == "with" and (phrase := phrase_before(place.sentence, _before_comma(place))):
        return Reading(phrase, verb=verb)
    if word in _VALUING and verb >= 0 and (valued := _valued(place, verb, word)):
        return valued
    return Reading(place.about_what(), verb=verb)


def _way(place: Place, verb: int) -> int | None:
    """The direction of a verb: "rose", "went up"; "added up" tells none."""
    word, adverb = place.lower(verb), place.lower(verb + 1)
    if lemma(word) in ("go", "be", "come"):
        return direction_of_comparative(adverb)
    return None if (lemma(word), adverb) == ("add", "up") else direction_of_verb(word)


def _levels(place: Place, verb: int) -> bool:
    """Whether a verb may tell how much its subject is, or came to be."""
    return _way(place, verb) is not None or lemma(place.lower(verb)) in LEVELS | {"go"}


def _before_comma(place: Place) -> int:
    return place.left - (place.tag(place.left - 1) is Tag.COMMA)


def _compared_by(place: Place, verb: int, way: int) -> Reading:
    """ "went up by 5%" tells of the subject, ", up by 5%" of what was said before."""
    if place.left - 2 == verb and lemma(place.lower(verb)) in ("go", "be", "come"):
        return Reading(subject_of(place.sentence, verb), True, way, verb)
    return Reading(place.about_what(), True, way, verb)


def _within(place: Place, word: str) -> str:
    """ "projects in 5 villages": projects in villages."""
    if word not in _PLACES or place.is_definite():
        return "{}"
    phrase = phrase_before(place.sentence, place.left)
    return f"{escaped(phrase)} {word} {{}}" if phrase else "{}"


def _changed(place: Place, verb: int, way: int) -> Reading:
    """ "X rose by 5%", "we cut X by 5%"."""
    between = place.tokens[verb + 1 : place.left]
    held = [t for t in between if t.tag not in (Tag.ADVERB, Tag.FIGURE)]
    if len(held) < len(between) and any(t.tag is Tag.FIGURE for t in between):
        # "A grew by 5 and B by 6"
        measure = phrase_before(place.sentence, place.left) or place.about_what()
        return Reading(measure, True, way, verb)
    measure = _object(place, verb, held) if held else subject_of(place.sentence, verb)
    return Reading(measure, True, way, verb)


def _object(place: Place, verb: int, held: Sequence[Token]) -> str:
    """The object of a verb; "its output" is "output of" the subject."""
    text = tidy(place.sentence.cut(held))
    if held[0].lower in ("its", "their", "his", "her", "our"):
        rest = tidy(place.sentence.cut(held[1:]))
        return joined(rest, "of", subject_of(place.sentence, verb))
    return text


def _valued(place: Place, verb: int, word: str) -> Reading | None:
    """ "rose to 5", "stood at 5", "brought the total to 5"; else the preposition's own noun."""
    token = place.tokens[verb]
    between = place.tokens[verb + 1 : place.left]
    held = [t for t in between if t.tag not in (Tag.ADVERB, Tag.FIGURE, Tag.PREPOSITION)]
    figures = any(t.tag is Tag.FIGURE for t in between)
    way, levels = _way(place, verb), _levels(place, verb)
    if word in ("to", "from") and not levels and not held:
        return None
    if word in ("for", "in", "between") and not levels:
        return Reading(place.doing(verb), verb=verb)
    if figures and levels:
        return Reading(place.earlier[-1].measure, False, way or 0, verb)
    apart = place.tag(place.left - 1) is Tag.COMMA  # "set a record, at 5 billion"
    if (
        held
        and not apart
        and word in ("to", "at", "within", "from")
        and token.tag is not Tag.AUXILIARY
    ):
        passive = place.tag(place.sentence.skip_adverbs(verb - 1)) is Tag.AUXILIARY
        measure = subject_of(place.sentence, verb) if passive else _object(place, verb, held)
        return Reading(measure, False, way or 0, verb)
    return Reading(subject_of(place.sentence, verb), False, way or 0, verb)


def _after_of(place: Place) -> Reading | None:
    """ "a growth of 5%", "a turnover of 5 billion", "the construction of 5 parks"."""
    head = place.left - 1
    way = direction_of_noun(place.lower(head))
    if way is None and place.lower(head) == "rate":
        way = direction_of_noun(place.lower(head - 1))
    phrase = phrase_before(place.sentence, place.left)
    verb = place.verb_before()
    if way is not None and not place.noun_follows():
        if place.lower(place.at + 1) in ("in", "of"):
            return Reading(noun_phrase(place.sentence, place.at + 2), True, way, verb)
        named = _named_change(phrase)
        return Reading(named or place.about_what(), True, way, verb)
    if not phrase:
        return None
    if place.noun_follows():
        definite = place.is_definite()
        return place.counted(verb, "{}" if definite else escaped(phrase) + " of {}")
    done = predicate(place.sentence, place.at + 1) if place.sentence.is_past(place.at + 1) else ""
    return Reading(" ".join(p for p in (attached(place, phrase), done) if p), verb=verb)


def _named_change(phrase: str) -> str:
    """ "GDP growth rate", "annual growth": what the noun of change itself says it is of."""
    words = [w for w in phrase.split() if w.lower() not in GENERIC]
    return phrase if any(w[0].isupper() or len(w) > 3 for w in words) else ""
