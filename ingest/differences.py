"""What two generations say differently: documents, passages and figures.

A file that was renamed is the same document. A passage that only moved is the same; one that has
most of its words in common with another of its document is that one, changed. A figure of the same
measure, unit, period and status with another value is that figure, changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from ingest.changes import Changes, changes_between
from ingest.snapshot import Snapshot
from rag.figures import Figure
from rag.models import Passage
from rag.text import words

T = TypeVar("T")
_MOST_WORDS = 0.5
"""The share of words that two versions of a passage have in common, of those of both."""
_NEAR = 25
"""How far apart, in passages, two versions are looked for in a document that changed a lot."""


class Kind(StrEnum):
    """What became of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """One thing as it was and as it is; `document` is the document's present source, or its last.

    `old` is `None` for what was added, `new` for what was removed.
    """

    document: str
    old: T | None
    new: T | None

    @property
    def kind(self) -> Kind:
        """What became of it."""
        if self.old is None:
            return Kind.ADDED
        return Kind.REMOVED if self.new is None else Kind.CHANGED


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs between two generations, in the order of documents and text."""

    old: Snapshot
    new: Snapshot
    documents: Changes
    passages: tuple[Change[Passage], ...]
    figures: tuple[Change[Figure], ...]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        documents = self.documents
        told = (documents.added, documents.changed, documents.removed, documents.renamed)
        return any((*told, self.passages, self.figures))


def difference_between(old: Snapshot, new: Snapshot) -> Difference:
    """Compare two generations."""
    before = {d.source: d for d in old.documents.values()}
    changes = changes_between(before, list(new.documents.values()))
    pairs = _documents(old, new, changes)
    return Difference(
        old,
        new,
        changes,
        tuple(_changes(pairs, old.passages, new.passages, _pair_passages)),
        tuple(_changes(pairs, old.figures, new.figures, _pair_figures)),
    )


Pair = tuple[str, str | None, str | None]
"""A document's source, with its ids in the old and in the new generation."""


def _documents(old: Snapshot, new: Snapshot, changes: Changes) -> list[Pair]:
    """Every document of either generation, by source."""
    ids = {document.source: document.id for document in new.documents.values()}
    renamed = dict(changes.renamed)
    told: list[Pair] = []
    for document in old.documents.values():
        source = renamed.get(document.source, document.source)
        told.append((source, document.id, ids.pop(source, None)))
    told += [(source, None, id_) for source, id_ in ids.items()]
    return sorted(told, key=lambda pair: pair[0])


Pairing = Callable[[Sequence[T], Sequence[T]], Iterator[tuple[T | None, T | None]]]


def _changes(
    pairs: Sequence[Pair], old: Sequence[T], new: Sequence[T], pairing: Pairing[T]
) -> Iterator[Change[T]]:
    before, after = _by_document(old), _by_document(new)
    for source, old_id, new_id in pairs:
        found = pairing(before.get(old_id or "", []), after.get(new_id or "", []))
        yield from (Change(source, was, now) for was, now in found)


def _by_document(items: Sequence[T]) -> Mapping[str, list[T]]:
    found: dict[str, list[T]] = {}
    for item in items:
        found.setdefault(getattr(item, "document_id"), []).append(item)  # noqa: B009  T has one
    return found


def _unequal(
    old: Sequence[T], new: Sequence[T], key: Callable[[T], Hashable]
) -> tuple[list[T], list[T]]:
    """Both without what they have in common; of several equal ones as many as there are."""
    return _without(old, Counter(map(key, new)), key), _without(new, Counter(map(key, old)), key)


def _without(
    items: Sequence[T], others: Counter[Hashable], key: Callable[[T], Hashable]
) -> list[T]:
    left = []
    for item in items:
        if others[key(item)] > 0:
            others[key(item)] -= 1
        else:
            left.append(item)
    return left


def _pair_passages(
    old: Sequence[Passage], new: Sequence[Passage]
) -> Iterator[tuple[Passage | None, Passage | None]]:
    """The passages that differ, in the order of the old text, then those that were added."""
    was, now = _unequal(old, new, lambda p: (p.heading, p.text))
    pairs = _best_pairs(was, now)
    taken = set(pairs.values())
    for i, passage in enumerate(was):
        yield passage, (now[pairs[i]] if i in pairs else None)
    yield from ((None, passage) for j, passage in enumerate(now) if j not in taken)


def _best_pairs(was: Sequence[Passage], now: Sequence[Passage]) -> dict[int, int]:
    """The most alike pairs first, each passage in one pair at most."""
    bags = [Counter(words(p.text)) for p in was], [Counter(words(p.text)) for p in now]
    few = len(was) * len(now) <= (2 * _NEAR) ** 2
    alike = [
        (_alike(one, other), -abs(i - j), i, j)
        for i, one in enumerate(bags[0])
        for j, other in enumerate(bags[1])
        if few or abs(i * len(now) - j * len(was)) <= _NEAR * max(len(was), len(now))
    ]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for likeness, _, i, j in sorted(alike, reverse=True):
        if likeness > _MOST_WORDS and i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs


def _alike(one: Counter[str], other: Counter[str]) -> float:
    """Dice's coefficient over words, each as often as it is there."""
    both = one.total() + other.total()
    return 2 * (one & other).total() / both if both else 1.0


def _pair_figures(
    old: Sequence[Figure], new: Sequence[Figure]
) -> Iterator[tuple[Figure | None, Figure | None]]:
    """The figures that differ, changed ones first; the same heading is looked under first."""
    was, now = _unequal(old, new, lambda f: (_subject(f), _value(f)))
    for under_heading in (True, False):
        pairs = list(_same_subject(was, now, under_heading))
        yield from pairs
        left, right = {id(w) for w, _ in pairs}, {id(n) for _, n in pairs}
        was = [f for f in was if id(f) not in left]
        now = [f for f in now if id(f) not in right]
    yield from ((figure, None) for figure in was)
    yield from ((None, figure) for figure in now)


def _same_subject(
    was: Sequence[Figure], now: Sequence[Figure], under_heading: bool
) -> Iterator[tuple[Figure, Figure]]:
    """Pairs of figures of the same thing; those whose measure is unknown have no pair."""
    waiting: dict[Hashable, list[Figure]] = {}
    for figure in now:
        waiting.setdefault((_subject(figure), under_heading and figure.heading), []).append(figure)
    for figure in was:
        others = waiting.get((_subject(figure), under_heading and figure.heading))
        if figure.terms and others:
            yield figure, others.pop(0)


def _subject(figure: Figure) -> Hashable:
    period = figure.period
    return (
        (figure.terms, figure.kind, figure.unit),
        (period.years, period.status, figure.months),
        figure.change,
    )


def _value(figure: Figure) -> Hashable:
    return (figure.value, figure.high, figure.bound, figure.direction)
