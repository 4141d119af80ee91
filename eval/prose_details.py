"""Every sentence that was judged, as JSON, for whoever looks into a count."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from eval.prose_report import Prose, outcome, sentences_table
from eval.prose_sentences import Judged, Written


def to_json(prose: Prose) -> str:
    """The counts, every fault that was shown, and every sentence with what was found in it."""
    counts = sentences_table(prose)
    value = {
        "model": prose.model,
        "cases": len(prose.written),
        "asked": len(prose.asked),
        "sentences": {
            name: {line[0]: int(line[at]) for line in counts.lines}
            for at, name in enumerate(counts.header)
            if at
        },
        "flagged": [*_flagged(prose)],
        "written": [_case(one) for one in prose.asked],
    }
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _flagged(prose: Prose) -> Iterable[dict[str, Any]]:
    """Every sentence shown with a figure that is not right, or without a citation."""
    answers = [("written", one.row, one.shown) for one in prose.written]
    answers += [
        ("quoted", row, tuple(said)) for row, said in zip(prose.quoted, prose.quotes, strict=True)
    ]
    for engine, row, shown in answers:
        for sentence in shown:
            if sentence.faults or sentence.uncited:
                case = {"id": row.case.id, "split": row.case.split, "question": row.case.question}
                yield {"engine": engine, **case, **_sentence(sentence)}


def _case(one: Written) -> dict[str, Any]:
    return {
        "id": one.row.case.id,
        "split": one.row.case.split,
        "question": one.row.case.question,
        "outcome": outcome(one),
        "note": one.row.answer.reason,
        "cut off": [_sentence(sentence) for sentence in one.unfinished],
        "texts": [[_sentence(sentence) for sentence in text] for text in one.texts],
        "shown": [_sentence(sentence) for sentence in one.shown],
    }


def _sentence(sentence: Judged) -> dict[str, Any]:
    findings = [
        {
            "figure": found.figure,
            "fault": found.fault and found.fault.value,
            "against": found.against,
        }
        for found in sentence.findings
    ]
    told = {"text": sentence.text, "cited": list(sentence.cited), "figures": findings}
    marks = {"uncited": sentence.uncited, "unknown": sentence.unknown, "own": sentence.own}
    return told | {name: True for name, is_so in marks.items() if is_so}
