"""Evaluation cases: what is asked, what the answer must say, and where it must stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from eval.jsonl import Place, read_history, read_objects
from eval.text import tokens
from rag.errors import CaseError
from rag.models import Turn

SPLITS = ("tuned", "held-out")
STATUSES = ("achieved", "planned")
NEAR_MISSES = ("period", "place", "measure", "entity", "premise")


@dataclass(frozen=True, slots=True)
class ExpectedFigure:
    """A figure that the answer must say, and what it is a figure of.

    `value` is written with its unit ("49.158 million TEUs", "4.4%"). `measure` lists alternative
    names of what is measured, in words that documents use; `period` is a year, a month
    ("2023-07") or a range of years ("2021-2025"). What is empty is not judged.
    """

    value: str
    measure: tuple[str, ...] = ()
    period: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A stretch `[start, end)` of a document's stored text that holds evidence."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what is known about its answer.

    One alternative of every group of `expect` must be in the answer, no string of `reject` may be,
    and the citations must cover every anchor of `evidence`; or the answer is `absent`.
    `references` name evidence by its place, for one body of documents only. `near_miss` says in
    what an absent case differs from something that the documents do say. `documents` limits where
    to look, by title or file name. Cases of the split "held-out" are never tuned on.
    """

    id: str
    question: str
    kind: str = "general"
    expect: tuple[tuple[str, ...], ...] = ()
    reject: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    absent: bool = False
    history: tuple[Turn, ...] = ()
    split: str = "tuned"
    figures: tuple[ExpectedFigure, ...] = ()
    references: tuple[Reference, ...] = ()
    near_miss: str = ""
    documents: tuple[str, ...] = ()
    language: str = "en"


_PERIOD = re.compile(r"|\d{4}(?:-(?:0[1-9]|1[0-2])|-\d{4})?")
_KEYS = frozenset(field.name for field in fields(Case))


def read_cases(*paths: Path) -> list[Case]:
    """Read and check files of cases; an id is there once in all of them.

    Raises:
        CaseError: anything is wrong; the message names the file and the line.
    """
    found: dict[str, Case] = {}
    for path in paths:
        known = len(found)
        for place, value in read_objects(path):
            case = parse_case(value, place)
            if case.id in found:
                place.fail(f"the id {case.id!r} is already taken by an earlier line")
            found[case.id] = case
        if len(found) == known:
            raise CaseError(f"{path} holds no cases; write one JSON object a line.")
    return list(found.values())


def parse_case(value: dict[str, Any], place: Place) -> Case:
    """One case from its JSON form, checked."""
    _check_keys(value, place)
    absent = value.get("absent", False)
    if not isinstance(absent, bool):
        place.fail("'absent' must be true or false")
    case = Case(
        id=_text(value, "id", "", place),
        question=_text(value, "question", "", place),
        kind=_text(value, "kind", "absent" if absent else "general", place),
        expect=_groups(value.get("expect", []), place),
        reject=_phrases(value.get("reject", []), "reject", place),
        evidence=_phrases(value.get("evidence", []), "evidence", place),
        absent=absent,
        history=read_history(value.get("history", []), place),
        split=_text(value, "split", "tuned", place),
        figures=_figures(value.get("figures", []), place),
        references=_references(value.get("references", []), place),
        near_miss=_choice(value, "near_miss", NEAR_MISSES, place),
        documents=_phrases(value.get("documents", []), "documents", place),
        language=_text(value, "language", "en", place),
    )
    _check_sense(case, place)
    return case


def case_to_json(case: Case) -> dict[str, Any]:
    """The JSON form of a case, without what is empty."""
    value = {
        "id": case.id,
        "question": case.question,
        "kind": case.kind,
        "expect": [list(group) for group in case.expect],
        "reject": list(case.reject),
        "evidence": list(case.evidence),
        "absent": case.absent,
        "history": [{"question": turn.question, "answer": turn.answer} for turn in case.history],
        "split": case.split,
        "figures": [_figure_to_json(figure) for figure in case.figures],
        "references": [asdict(reference) for reference in case.references],
        "near_miss": case.near_miss,
        "documents": list(case.documents),
        "language": "" if case.language == "en" else case.language,
    }
    return _without_empty(value)


def _figure_to_json(figure: ExpectedFigure) -> dict[str, Any]:
    return _without_empty({**asdict(figure), "measure": list(figure.measure)})


def _check_keys(value: dict[str, Any], place: Place) -> None:
    unknown = sorted(value.keys() - _KEYS)
    if unknown:
        place.fail(f"the key {unknown[0]!r} is unknown; known are {', '.join(sorted(_KEYS))}")


def _check_sense(case: Case, place: Place) -> None:
    if case.split not in SPLITS:
        place.fail(f"the split {case.split!r} is unknown; write one of {', '.join(SPLITS)}")
    if case.absent and (case.expect or case.evidence):
        place.fail("a case cannot be absent and have 'expect' or 'evidence' at once")
    if not case.absent and not case.expect:
        place.fail("nothing is expected; give 'expect', or 'absent': true")
    if case.absent and case.figures:
        place.fail("a case cannot be absent and have 'figures' at once")
    if case.near_miss and not case.absent:
        place.fail("only a case with 'absent': true can be a 'near_miss'")


def _text(value: dict[str, Any], key: str, default: str, place: Place) -> str:
    text = value.get(key, default)
    if not isinstance(text, str) or not text.strip():
        place.fail(f"{key!r} must be a text that is not empty")
    return text


def _groups(value: Any, place: Place) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list):
        place.fail("'expect' must be a list of groups, each a list of texts")
    groups = tuple(_phrases(group, "expect", place) for group in value)
    if not all(groups):
        place.fail("a group of 'expect' is empty, which no answer could meet")
    return groups


def _phrases(value: Any, key: str, place: Place) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(phrase, str) for phrase in value):
        inner = "a list of lists of texts" if key == "expect" else "a list of texts"
        place.fail(f"{key!r} must be {inner}")
    for phrase in value:
        if not tokens(phrase):
            place.fail(f"{phrase!r} in {key!r} holds no word or number that could be looked for")
    return tuple(value)


def _choice(value: dict[str, Any], key: str, known: Sequence[str], place: Place) -> str:
    text = value.get(key, "")
    if text != "" and text not in known:
        place.fail(f"{key!r} must be one of {', '.join(known)}, not {text!r}")
    return str(text)


def _figures(value: Any, place: Place) -> tuple[ExpectedFigure, ...]:
    return tuple(_figure(part, place) for part in _objects(value, "figures", place))


def _figure(value: dict[str, Any], place: Place) -> ExpectedFigure:
    _check_inner_keys(value, "figures", {"value", "measure", "period", "status"}, place)
    period = value.get("period", "")
    if not isinstance(period, str) or not _PERIOD.fullmatch(period):
        place.fail("'period' must be like 2023, 2023-07 or 2021-2025")
    return ExpectedFigure(
        value=_text(value, "value", "", place),
        measure=_phrases(value.get("measure", []), "measure", place),
        period=period,
        status=_choice(value, "status", STATUSES, place),
    )


def _references(value: Any, place: Place) -> tuple[Reference, ...]:
    return tuple(_reference(part, place) for part in _objects(value, "references", place))


def _reference(value: dict[str, Any], place: Place) -> Reference:
    _check_inner_keys(value, "references", {"document", "start", "end"}, place)
    start, end = value.get("start"), value.get("end")
    if type(start) is not int or type(end) is not int or not 0 <= start < end:
        place.fail("a reference needs whole numbers 0 <= start < end")
    return Reference(_text(value, "document", "", place), start, end)


def _objects(value: Any, key: str, place: Place) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        place.fail(f"{key!r} must be a list of objects")
    return value


def _check_inner_keys(
    value: dict[str, Any], key: str, known: AbstractSet[str], place: Place
) -> None:
    unknown = sorted(value.keys() - known)
    if unknown:
        place.fail(f"{unknown[0]!r} is unknown in {key!r}; known are {', '.join(sorted(known))}")


def _without_empty(value: dict[str, Any]) -> dict[str, Any]:
    return {key: part for key, part in value.items() if part}
