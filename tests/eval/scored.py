"""Rows with known scores, made without asking anything."""

from __future__ import annotations

from collections.abc import Mapping

from eval.dataset import Case
from eval.folder import SavedRow
from eval.metrics import Score


def row(
    id_: str,
    scores: Mapping[str, bool | float | str | None],
    *,
    reason: str = "because",
    absent: bool = False,
    kind: str = "figure",
    split: str = "tuned",
    language: str = "en",
    question: str = "?",
) -> SavedRow:
    """A row of a case with these scores, all for one reason."""
    expect = () if absent else (("x",),)
    case = Case(id_, question, kind, expect=expect, absent=absent, split=split, language=language)
    return SavedRow(case, {name: Score(value, reason) for name, value in scores.items()})


def rights(pattern: str, **scores: bool | float | str | None) -> list[SavedRow]:
    """Answerable cases, one a character: right for "+", wrong for any other."""
    return [row(f"c{i}", {"right": mark == "+", **scores}) for i, mark in enumerate(pattern)]
