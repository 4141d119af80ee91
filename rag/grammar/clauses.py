"""A sentence in tokens: its figures, its verbs, and where its clauses begin and end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.grammar.tagging import is_past, tag
from rag.grammar.tidy import tidy
from rag.grammar.tokens import Tag, Token

_LONGEST_HEADING = 10
_LABEL = re.compile(r"\s*([^:.;\d]{2,60}):\s")
_ENDS = (Tag.COMMA, Tag.AND, Tag.BREAK, Tag.JOINER)
_REACH = 100
"""A clause reaches no farther from a figure, in tokens; what is longer is a list."""
VERBAL = (Tag.VERB, Tag.AUXILIARY, Tag.MODAL)


@dataclass(frozen=True, slots=True)
class Governor:
    """What a counted figure depends on: the token of its verb, and a pattern for the measure."""

    verb: int
    pattern: str


class Sentence:
    """A tagged sentence; `governors` keeps what each counted figure depends on."""

    def __init__(
        self,
        text: str,
        figures: Sequence[tuple[int, int]],
        measured: Sequence[bool],
        heading: str = "",
    ) -> None:
        self.text = text
        self.tokens = tag(text, figures)
        self.figures = [i for i, token in enumerate(self.tokens) if token.tag is Tag.FIGURE]
        self._measured = measured
        label = _LABEL.match(text)
        self.label = tidy(label[1]) if label else ""
        """What stands before a colon: "GDP: growth of 5%"."""
        self.heading = tidy(heading) if len(heading.split()) <= _LONGEST_HEADING else ""
        """The heading, if it is a name rather than a sentence."""
        self.governors: dict[int, Governor] = {}
        self.subject_ends: dict[int, int] = {}
        """Where the subjects of verbs end, as far as `rag.grammar.subjects` found them."""

    def has_unit(self, at: int) -> bool:
        """Whether the figure at a token has a unit, so that no noun counted follows it."""
        return self._measured[self.tokens[at].figure]

    def cut(self, tokens: Sequence[Token]) -> str:
        """What stands from the first to the last of the tokens, figures left out."""
        parts: list[str] = []
        start = 0
        for i, token in enumerate(tokens):
            if token.tag is Tag.FIGURE:
                parts.append(self._stretch(tokens[start:i]))
                start = i + 1
        return " ".join(part for part in (*parts, self._stretch(tokens[start:])) if part)

    def _stretch(self, tokens: Sequence[Token]) -> str:
        held = list(tokens)
        while held and held[-1].tag is Tag.ABOUT:
            held.pop()
        return self.text[held[0].start : held[-1].end] if held else ""

    def skip_about(self, at: int) -> int:
        """The token at or before `at` that does not merely qualify a figure."""
        while at >= 0 and self.tokens[at].tag is Tag.ABOUT:
            at -= 1
        return at

    def skip_adverbs(self, at: int) -> int:
        """The token at or before `at` that is no adverb."""
        while at >= 0 and self.tokens[at].tag is Tag.ADVERB:
            at -= 1
        return at

    def verb_before(self, at: int) -> int:
        """The nearest verb before a token in its clause, or -1."""
        for i in range(at - 1, -1, -1):
            found = self.tokens[i].tag
            if found in (Tag.VERB, Tag.GERUND) or (found is Tag.AUXILIARY and not self._helps(i)):
                return i
            if found is Tag.BREAK:
                return -1
        return -1

    def _helps(self, at: int) -> bool:
        """Whether an auxiliary belongs to a verb that follows it."""
        after = at + 1
        while after < len(self.tokens) and self.tokens[after].tag in (Tag.ADVERB, Tag.AUXILIARY):
            after += 1
        return after < len(self.tokens) and self.tokens[after].tag in (Tag.VERB, Tag.GERUND)

    def verb_after(self, at: int) -> int:
        """The first verb after a token whose subject it may be, or -1."""
        for i in range(at + 1, len(self.tokens)):
            found = self.tokens[i].tag
            if self.is_infinitive(i):
                continue
            if found is Tag.VERB or (found is Tag.AUXILIARY and not self._helps(i)):
                return -1 if self._goes_on(at, i) else i
            if found in (Tag.BREAK, Tag.JOINER, Tag.GERUND):
                return -1
        return -1

    def _goes_on(self, at: int, verb: int) -> bool:
        """Whether a verb after a token goes on with a verb before it: "built 5 and sold 6"."""
        before = verb - 1
        while before > at and self.tokens[before].tag in (Tag.ADVERB, Tag.AUXILIARY, Tag.MODAL):
            before -= 1
        return self.tokens[before].tag in (Tag.AND, Tag.COMMA) and self.verb_before(at) >= 0

    def is_infinitive(self, at: int) -> bool:
        """Whether a token is a verb that follows "to"."""
        if not 0 <= at < len(self.tokens) or self.tokens[at].tag not in VERBAL:
            return False
        before = self.skip_adverbs(at - 1)
        return before >= 0 and self.tokens[before].lower == "to"

    def is_past(self, at: int) -> bool:
        """Whether a token is a verb in a past form."""
        if not 0 <= at < len(self.tokens) or self.tokens[at].tag is not Tag.VERB:
            return False
        return is_past(self.tokens[at].lower)

    def breaks_between(self, start: int, end: int) -> bool:
        """Whether a new clause opens between two tokens."""
        return self.clause_opens_between(start, end) or any(
            t.tag in (Tag.VERB, Tag.GERUND) for t in self.tokens[start + 1 : end]
        )

    def clause_opens_between(self, start: int, end: int) -> bool:
        """Whether a clause with a subject of its own opens between two tokens."""
        inner = self.tokens[start + 1 : end]
        if any(t.tag is Tag.BREAK or t.tag is Tag.JOINER for t in inner):
            return True
        for i, token in enumerate(inner):
            if token.tag in (Tag.AND, Tag.COMMA):
                rest = [t.tag for t in inner[i + 1 :]]
                verbs = [n for n, t in enumerate(rest) if t in VERBAL]
                if verbs and any(t in (Tag.NOUN, Tag.PRONOUN) for t in rest[: verbs[0]]):
                    return True
        return False

    def clause(self, at: int) -> tuple[int, int]:
        """The stretch of tokens `[start, end)` of the clause that a token stands in."""
        start = at
        while start > max(0, at - _REACH) and not self._bounds(start - 1, start - 1, at):
            start -= 1
        end = at + 1
        last = min(len(self.tokens), at + _REACH)
        while end < last and not self._bounds(end, at, len(self.tokens)):
            end += 1
        return start, end

    def _bounds(self, at: int, start: int, end: int) -> bool:
        """Whether a token ends or opens a clause, in view of what follows it before `end`."""
        found = self.tokens[at].tag
        if found in (Tag.BREAK, Tag.JOINER):
            return True
        if found not in (Tag.COMMA, Tag.AND):
            return False
        named = False
        for i in range(at + 1, end):
            token = self.tokens[i]
            if token.tag in VERBAL:
                # "we will build 5 and promote the 6 planned before": no clause of its own
                own = token.tag is not Tag.VERB or not self.plans_before(at)
                return named and own and (start < at or self.verb_stands_before(at))
            if token.tag in _ENDS:
                return False
            named = named or token.tag in (Tag.NOUN, Tag.PRONOUN, Tag.FIGURE)
        return False

    def plans_before(self, at: int) -> bool:
        """Whether a modal stands before a token in its clause."""
        return self._stands_before[at][1]

    def verb_stands_before(self, at: int) -> bool:
        """Whether an "and" joins clauses: a verb stands before it in the same clause."""
        return self._stands_before[at][0]

    @cached_property
    def _stands_before(self) -> list[tuple[bool, bool]]:
        """For each token, whether a verb and whether a modal stands before it in its clause."""
        found = []
        verb = modal = False
        for token in self.tokens:
            found.append((verb, modal))
            opens = token.tag in (Tag.BREAK, Tag.JOINER)
            verb = not opens and (verb or token.tag in VERBAL)
            modal = not opens and (modal or token.tag is Tag.MODAL)
        return found
