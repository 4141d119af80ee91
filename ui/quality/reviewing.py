"""The cases that wait for a review: shown with what the checks find, accepted or rejected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from eval.cases.check import check_case
from eval.cases.duplicates import prove_no_duplicates
from eval.cases.evidence import evidence_of
from eval.cases.finding import Finding
from eval.cases.items import Item
from eval.cases.queue import STATES, ReviewQueue
from eval.cases.review import accept, edited_case, stored_cases
from eval.cases.sentences import Sentences
from eval.dataset import Case
from rag.errors import CaseError
from rag.permalink import permalink_to
from rag.settings import Settings
from ui.quality.opened import sentences_of
from ui.quality.questions import accepted_file

SHOWN = 20
"""Items that are listed; the others follow as these are decided on."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many items are in each state, and the oldest that wait."""

    counts: Mapping[str, int]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """An item under review: its case as text, why it is none yet, or what is found about it.

    `places` are permalinks of the sentences that hold its evidence.
    """

    item: Item
    text: str
    case: Case | None
    why: str
    findings: tuple[Finding, ...]
    places: tuple[tuple[str, str], ...]


def waiting(settings: Settings) -> Waiting:
    """The queue as it is; an empty one where nothing was ever put in.

    Raises:
        CaseError: its file cannot be used.
    """
    if not settings.review_file.exists():
        return Waiting(dict.fromkeys(STATES, 0), ())
    with ReviewQueue(settings.review_file) as queue:
        return Waiting(queue.counts(), tuple(queue.waiting()[:SHOWN]))


def prove(id_: int, settings: Settings, text: str | None = None) -> Proof:
    """An item with everything that `policyqa cases review` says of it, as it is or as edited.

    Raises:
        CaseError: there is no such item.
        IndexUnusable: there is no index to check against.
    """
    with _queue(settings) as queue:
        item = queue.get(id_)
    written = json.dumps(item.case, ensure_ascii=False, indent=2) if text is None else text
    try:
        case = edited_case(written, f"item {id_}")
    except CaseError as error:
        return Proof(item, written, None, str(error), (), ())
    sentences = sentences_of(settings.index_dir)
    findings = tuple(_findings(case, sentences, settings))
    return Proof(item, written, case, "", findings, places_of(case, sentences))


def accept_item(id_: int, text: str, reviewer: str, settings: Settings) -> bool:
    """Accept an item as it was edited; false if somebody decided on it before.

    Raises:
        CaseError: the text is no case, or its id is taken by another one.
    """
    case = edited_case(text, f"item {id_}")
    with _queue(settings) as queue:
        return accept(queue, queue.get(id_), case, accepted_file(settings), reviewer)


def reject_item(id_: int, reviewer: str, note: str, settings: Settings) -> bool:
    """Reject an item; false if somebody decided on it before.

    Raises:
        CaseError: there is no such item.
    """
    with _queue(settings) as queue:
        return queue.reject(id_, reviewer, note)


def places_of(case: Case, sentences: Sentences) -> tuple[tuple[str, str], ...]:
    """The sentences that hold the evidence: the permalink and the title of the document of each."""
    found = evidence_of(case, sentences).places
    named = ((str(permalink_to(p.document, p.sentence.span)), p.document.title) for p in found)
    return tuple(dict(named).items())


def _queue(settings: Settings) -> ReviewQueue:
    return ReviewQueue(settings.review_file)


def _findings(case: Case, sentences: Sentences, settings: Settings) -> list[Finding]:
    kept = [other for other in stored_cases(accepted_file(settings)) if other.id != case.id]
    twice = prove_no_duplicates([*kept, case])
    own = check_case(case, sentences)
    return own + [finding for finding in twice if finding.case_id == case.id]
