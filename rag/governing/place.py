"""A figure in its sentence, and what can be read around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.grammar.clauses import Governor, Sentence
from rag.grammar.phrases import noun_phrase, predicate
from rag.grammar.subjects import subject_of
from rag.grammar.tidy import tidy
from rag.grammar.tokens import Tag, Token
from rag.grammar.verbs import direction_of_verb

GENERIC = frozenset(
    """total totals figure figures number numbers amount amounts share shares level levels target
    targets goal goals increase increases growth rise decrease decline drop fall value values rate
    count sum stock volume ratio proportion percentage quota reduction gain average it they this
    that these those which one ones latter former such""".split()
)
"""Words that measure nothing by themselves: what they belong to stands before."""
_SMALL = frozenset("the of a an by in new additional".split())
_DEFINITE = frozenset("the its their these those our his her all".split())


@dataclass(frozen=True, slots=True)
class Reading:
    """What one figure of a sentence measures.

    `direction` is 1, -1 or 0 for unknown; `change` says that the figure is the change itself, not
    what came of it. `verb` is the token of the verb it depends on, or -1.
    """

    measure: str
    change: bool = False
    direction: int = 0
    verb: int = -1
    counted: bool = False
    """Whether the noun after the figure is what is measured, and so no unit of it."""


@dataclass(frozen=True)
class Place:
    """One figure of a sentence, for the rules that read it.

    `at` is its token, `left` the nearest one before it that does not merely qualify it,
    `previous` the figure before it (-1: none). `earlier` are the readings of the figures before,
    and `before` is the measure that was told last.
    """

    sentence: Sentence
    number: int
    earlier: Sequence[Reading]
    before: str

    @property
    def tokens(self) -> Sequence[Token]:
        """All tokens of the sentence."""
        return self.sentence.tokens

    @property
    def at(self) -> int:
        """The figure's token."""
        return self.sentence.figures[self.number]

    @property
    def previous(self) -> int:
        """The token of the figure before, or -1."""
        return self.sentence.figures[self.number - 1] if self.number else -1

    @cached_property
    def left(self) -> int:
        """The token that the figure leans on."""
        return self._before_attributes(self.sentence.skip_about(self.at - 1))

    def _before_attributes(self, at: int) -> int:
        """ "the new five standards": an adjective between article and figure is passed over."""
        adjective = self.tag(at) is Tag.NOUN and self.tag(at - 1) is Tag.DETERMINER
        return at - 2 if adjective and self.noun_follows() else at

    def tag(self, at: int) -> Tag:
        """The class of a token; beyond the sentence, a break."""
        return self.tokens[at].tag if 0 <= at < len(self.tokens) else Tag.BREAK

    def lower(self, at: int) -> str:
        """The text of a token without case; beyond the sentence, nothing."""
        return self.tokens[at].lower if 0 <= at < len(self.tokens) else ""

    def verb_before(self) -> int:
        """The nearest verb before the figure, or -1."""
        return self.sentence.verb_before(self.at)

    def noun_follows(self, counting: bool = False) -> bool:
        """Whether what is counted stands after the figure, or after "of"."""
        at = self.at + 1
        if self.lower(at) == "of":
            return not counting and bool(noun_phrase(self.sentence, at + 1))
        if self.sentence.has_unit(self.at):
            return False
        return self.tag(at) in (Tag.NOUN, Tag.ADVERB, Tag.OPEN) and bool(
            noun_phrase(self.sentence, at)
        )

    def right(self, relative: bool = False) -> str:
        """The noun phrase after the figure, or after the "of" that follows it."""
        at = self.at + 1
        if self.lower(at) == "of":
            at += 1
        return noun_phrase(self.sentence, at, relative)

    def is_definite(self) -> bool:
        """ "the five new towns" are told as known: their number says nothing of what is done."""
        between = self.tokens[self.left + 1 : self.at]
        return any(t.lower in _DEFINITE for t in between)

    def counted(
        self, verb: int, pattern: str, way: int | None = None, with_rest: bool = False
    ) -> Reading:
        """The reading of a count; `pattern` has braces where what is counted belongs.

        `with_rest` takes the figure as the subject of the verb, whose predicate is added.
        """
        rest = ""
        if with_rest and verb >= 0:
            rest = predicate(self.sentence, verb)
            way = direction_of_verb(self.lower(verb))
            pattern = f"{{}} {escaped(rest)}"
        self.sentence.governors[self.at] = Governor(verb, pattern)
        right = self.right(relative=not with_rest)
        return Reading(pattern.format(right), way is not None, way or 0, verb, counted=True)

    def about_what(self, before: int | None = None) -> str:
        """What a change or an amount without a noun of its own is about: said just before."""
        if self.earlier and not self.sentence.clause_opens_between(self.previous, self.at):
            return self.earlier[-1].measure
        verb = self.sentence.verb_before(self.at if before is None else before)
        here = self.tag(before) in (Tag.VERB, Tag.AUXILIARY) if before is not None else False
        if here and before is not None:
            return subject_of(self.sentence, before)
        return subject_of(self.sentence, verb) if verb >= 0 else self.before

    def doing(self, verb: int) -> str:
        """ "spent 5 billion yuan on roads": what was done, with the subject."""
        rest = (
            noun_phrase(self.sentence, self.at + 2)
            if self.tag(self.at + 1) is (Tag.PREPOSITION)
            else ""
        )
        preposition = self.lower(self.at + 1) if rest else ""
        held = [t for t in self.tokens[verb + 1 : self.left] if t.tag is not Tag.FIGURE]
        subject = subject_of(self.sentence, verb) if self.tag(verb) is not Tag.GERUND else ""
        words = [subject, self.lower(verb), tidy(self.sentence.cut(held))]
        return " ".join(part for part in (*words, preposition, rest) if part)


def is_generic(measure: str) -> bool:
    """Whether a measure says nothing by itself."""
    words = [w for w in measure.lower().split() if w not in _SMALL]
    return all(word in GENERIC for word in words)


def escaped(text: str) -> str:
    """A text that may stand in a pattern."""
    return text.replace("{", "(").replace("}", ")")
