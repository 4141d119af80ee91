"""Which words of a sentence are verbs, told by their form and by what stands beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.grammar.tokens import Tag, Token, tokens_of
from rag.grammar.verbs import PASTS, lemma


def tag(text: str, figures: Sequence[tuple[int, int]]) -> list[Token]:
    """The tokens of a sentence; `figures` are the places of its figures, in order."""
    return _with_verbs(list(tokens_of(text, figures)))


_OBJECT = (Tag.FIGURE, Tag.ABOUT, Tag.DETERMINER, Tag.PRONOUN)
_AFTER_PAST = (*_OBJECT, Tag.PREPOSITION, Tag.ADVERB, Tag.COMMA, Tag.BREAK, Tag.AND, Tag.JOINER)
_BEFORE_ADJECTIVE = (Tag.DETERMINER, Tag.ABOUT, Tag.PREPOSITION, Tag.FIGURE)
_PERFECT = frozenset("has have had having".split())


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a word: the word before it, adverbs apart, and the two after it."""

    before: Token | None
    after: Tag
    second: Tag
    link: str
    """The word after it."""
    planning: bool
    """Whether a modal or "to" came before, so that further verbs have their base form."""
    past: bool
    """Whether a verb in the past came before."""

    @property
    def previous(self) -> Tag | None:
        return self.before.tag if self.before else None

    @property
    def follows_to(self) -> bool:
        return self.before is not None and self.before.lower == "to"

    @property
    def goes_on(self) -> bool:
        """Whether another verb of a plan may follow: "will build 5 and renovate 6"."""
        return self.planning and self.previous in (Tag.COMMA, Tag.AND)


def _with_verbs(tokens: list[Token]) -> list[Token]:
    """The tokens with their verbs found, from left to right."""
    planning = past = False
    for at, token in enumerate(tokens):
        place = _skip_adverbs(tokens, at - 1)
        before = tokens[place] if place >= 0 else None
        if before and (before.tag is Tag.MODAL or before.lower == "to"):
            planning = True
        if token.tag is not Tag.NOUN:
            continue
        after = [t.tag for t in tokens[at + 1 : at + 3]] + [Tag.BREAK] * 2
        link = tokens[at + 1].lower if at + 1 < len(tokens) else ""
        around = _Around(before, after[0], after[1], link, planning, past)
        found = _verb_class(token.lower, around)
        if found:
            tokens[at] = replace(token, tag=found)
            past = past or (found is Tag.VERB and is_past(token.lower))
    return tokens


def _verb_class(word: str, around: _Around) -> Tag | None:
    """Whether a word that may be a noun is a verb here, and of which kind."""
    if word == "worth":
        return None
    if word.endswith("ing") and len(word) > 4 and around.previous is not Tag.MODAL:
        return None if around.follows_to else _gerund_class(word, around)
    return Tag.VERB if _is_verb(word, around) else None


def _is_verb(word: str, around: _Around) -> bool:
    previous, after = around.previous, around.after
    if previous is Tag.MODAL:
        return True
    if around.follows_to:
        plain = word.endswith(("s", "ed")) and not lemma(word)
        return not plain and after is not Tag.VERB
    if is_past(word):
        return _is_past_verb(word, around)
    if around.before and around.before.lower in _PERFECT:
        return after in _OBJECT and word.endswith(("n", "t", "e"))
    if previous is Tag.PRONOUN:
        return after in (*_OBJECT, Tag.PREPOSITION)
    if previous is Tag.JOINER and word.endswith("s") and after in _OBJECT:
        return True  # "which includes 5"
    if lemma(word):
        return _is_present_verb(word, around)
    particle = after is Tag.ADVERB and around.second in (Tag.FIGURE, Tag.ABOUT)
    return around.goes_on and (after in _OBJECT or particle)


def _gerund_class(word: str, around: _Around) -> Tag | None:
    previous, after = around.previous, around.after
    if previous is Tag.NOUN:
        takes = after in (Tag.FIGURE, Tag.ABOUT) or (lemma(word) and after is not Tag.NOUN)
        return Tag.GERUND if takes else None
    if previous not in (None, Tag.COMMA, Tag.AND, Tag.AUXILIARY, Tag.PREPOSITION):
        return None
    takes = after in (*_OBJECT, Tag.PREPOSITION, Tag.ADVERB) or (
        after is Tag.NOUN and previous in (Tag.COMMA, Tag.AUXILIARY)
    )
    return Tag.GERUND if takes else None


def _is_past_verb(word: str, around: _Around) -> bool:
    previous, after = around.previous, around.after
    if previous is Tag.AUXILIARY or "-" in word:
        return previous is Tag.AUXILIARY
    if around.link == "of" and not word.endswith("ed"):
        return False  # "a cost of 5"
    if previous is Tag.PREPOSITION and lemma(word) and after in (Tag.FIGURE, Tag.ABOUT):
        return True  # "the capital paid in exceeded 5 billion"
    if previous is Tag.FIGURE and after in (Tag.PREPOSITION, Tag.ADVERB, Tag.COMMA, Tag.BREAK):
        return True  # "5 billion invested in roads"
    if previous in _BEFORE_ADJECTIVE or previous is None:
        return False
    if previous in (Tag.AND, Tag.COMMA) and after is Tag.NOUN:
        return around.past  # "has yielded ... and maintained stability"
    if previous is Tag.NOUN and after is Tag.NOUN:
        return not (around.past or around.planning)  # "the plan covered villages"
    return previous is Tag.PRONOUN or after in _AFTER_PAST


def _is_present_verb(word: str, around: _Around) -> bool:
    """ "It accounts for 5%", but "measures for women" and "a value of 5"."""
    previous, after = around.previous, around.after
    if around.goes_on:
        return after in _OBJECT
    if previous not in (Tag.NOUN, Tag.JOINER, Tag.CLOSE, Tag.COMMA, Tag.YEAR):
        return False
    figure = (Tag.FIGURE, Tag.ABOUT)
    plural = around.before is not None and around.before.lower.endswith("s")
    if not word.endswith("s") and not plural and lemma(word) == word and previous is Tag.NOUN:
        return False
    if after in figure:
        return True
    if after is Tag.DETERMINER:
        return word.endswith("s")
    leads = after is Tag.ADVERB or around.link in ("to", "at", "by", "for", "from")
    return leads and around.second in figure


def is_past(word: str) -> bool:
    """Whether a lower-case word has the form of a past tense or participle."""
    stem = word.removeprefix("under").removeprefix("over").removeprefix("re").removeprefix("with")
    return (
        word in PASTS
        or (stem in PASTS and len(stem) > 3)
        or (len(word) > 4 and word.endswith("ed") and not word.endswith(("eed", "hundred")))
    )


def _skip_adverbs(tokens: Sequence[Token], at: int) -> int:
    while at >= 0 and tokens[at].tag is Tag.ADVERB:
        at -= 1
    return at
