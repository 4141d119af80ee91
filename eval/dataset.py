"""Evaluation cases: what is asked, what the answer must say, and where it must stand."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from eval.jsonl import Place, read_history, read_objects
from eval.text import tokens
from rag.errors import CaseError
from rag.models import Turn

SPLITS = ("tuned", "held-out")


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what is known about its answer.

    One alternative of every group of `expect` must be in the answer, no string of `reject` may be,
    and the citations must cover every anchor of `evidence`; or the answer is `absent`.
    Cases of the split "held-out" are never tuned on.
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


_KEYS = frozenset(field.name for field in fields(Case))


def read_cases(path: Path) -> list[Case]:
    """Read and check a file of cases.

    Raises:
        CaseError: anything is wrong; the message names the file and the line.
    """
    found: dict[str, Case] = {}
    for place, value in read_objects(path):
        case = parse_case(value, place)
        if case.id in found:
            place.fail(f"the id {case.id!r} is already taken by an earlier line")
        found[case.id] = case
    if not found:
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
    }
    return {key: part for key, part in value.items() if part}


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
