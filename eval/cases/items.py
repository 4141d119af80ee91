"""What is queued for review: cases, and answers that people judged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from eval.dataset import Case, case_to_json, parse_case
from eval.jsonl import Place
from rag.models import Turn

ORIGINS = ("drafted", "imported", "judged")
VERDICTS = ("right", "wrong")
SHOULD_HAVE_REFUSED = "should-have-refused"
REASONS = (
    "wrong-figure",
    "wrong-period",
    "wrong-source",
    "should-have-known",
    SHOULD_HAVE_REFUSED,
)
"""What can be wrong with an answer, as a judge may say."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person says of an answer."""

    answer: Mapping[str, Any]
    """The answer in its JSON form."""
    judge: str
    verdict: str
    reason: str = ""
    comment: str = ""
    history: tuple[Turn, ...] = ()
    """What was said before, to which the question may refer."""


@dataclass(frozen=True, slots=True)
class NewItem:
    """Something to be reviewed: a whole case, or the sketch of one with its judgement."""

    origin: str
    case: Mapping[str, Any]
    index_version: str
    judgement: Judgement | None = None

    @property
    def fingerprint(self) -> str:
        """What makes two items the same thing."""
        if self.judgement:
            same: Any = [str(self.judgement.answer["id"]), self.judgement.judge]
        else:
            same = {k: v for k, v in self.case.items() if k not in ("id", "split")}
        return sha256(json.dumps([self.origin, same], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the queue; `case` is in the case format, judged ones may lack an expectation."""

    id: int
    origin: str
    state: str
    case: Mapping[str, Any]
    index_version: str
    created: str
    reviewed: str | None
    reviewer: str | None
    note: str
    answer: Mapping[str, Any] | None
    judge: str | None
    verdict: str | None
    reason: str
    comment: str


def whole_case(origin: str, case: Case, index_version: str) -> NewItem:
    """An item for a case that is complete."""
    plain: dict[str, Any] = case_to_json(case)
    return NewItem(origin, plain, index_version)


def judged_answer(judgement: Judgement) -> NewItem:
    """An item for an answer that a person judged; its case is a sketch for the reviewer.

    What was cited in a right answer becomes its references; a right abstention, or an answer that
    should have been one, becomes `absent`.
    """
    answer = judgement.answer
    sketch: dict[str, Any] = {"id": f"judged-{answer['id']}", "question": answer["question"]}
    if judgement.history:
        sketch["history"] = [asdict(turn) for turn in judgement.history]
    is_right = judgement.verdict == "right"
    if (is_right and answer["abstained"]) or judgement.reason == SHOULD_HAVE_REFUSED:
        sketch["absent"] = True
    elif is_right:
        keys = ("document", "start", "end")
        sketch["references"] = [{key: c[key] for key in keys} for c in answer["citations"]]
    return NewItem("judged", sketch, str(answer["index_version"]), judgement)


def check_item(item: NewItem) -> None:
    """Refuse an item that no reviewer could use.

    Raises:
        CaseError: its origin is unknown, or its case, judgement or question is wrong or missing.
    """
    place = Place(Path(f"the {item.origin} item {item.case.get('id', '')!r}"), 1)
    if item.origin not in ORIGINS or (item.origin == "judged") != bool(item.judgement):
        place.fail(f"the origin must be one of {', '.join(ORIGINS)}, judged with a judgement")
    if item.judgement is None:
        parse_case(dict(item.case), place)
        return
    if item.judgement.verdict not in VERDICTS or not item.judgement.judge:
        place.fail(f"a judgement needs who judged, and one of {', '.join(VERDICTS)}")
    if not item.case.get("question"):
        place.fail("a judged answer needs its question")
