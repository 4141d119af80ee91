"""What is said of an ingest: how far it is, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ingest.child import WAITING
from ingest.report import READING
from ui.library.runs import Now, Outcome
from ui.words import Words

_STAGES = {
    "soon": "documents.stage_soon",
    "starting": "documents.stage_starting",
    WAITING: "documents.stage_waiting",
    READING: "documents.stage_reading",
    "embedding passages": "documents.stage_embedding_passages",
    "embedding sentences": "documents.stage_embedding_sentences",
    "building the index": "documents.stage_building_the_index",
}
_MOST = 5
"""Files that are named when they could not be read; the list has them all."""


def told(now: Now, w: Words) -> dict[str, Any]:
    """The state of an ingest for a page, in plain text.

    `number` grows with every ingest that ended; `said` and `failed` tell how the last one did.
    """
    last = now.outcome
    return {
        "busy": now.busy,
        "stage": _stage(now, w) if now.busy else "",
        "done": now.done,
        "total": now.total,
        "number": last.number if last else 0,
        "failed": bool(last and last.report is None),
        "said": outcome(last, w) if last else "",
        "skipped": list(skipped(last)) if last else [],
    }


def _stage(now: Now, w: Words) -> str:
    text = w(_STAGES.get(now.stage, "documents.stage_other"))
    if not now.total or now.stage == "building the index":
        return text
    if now.stage == READING:
        return f"{text} {w('documents.megabytes', done=_mb(now.done), total=_mb(now.total))}"
    return f"{text} {w('documents.texts', done=f'{now.done:,}', total=f'{now.total:,}')}"


def outcome(last: Outcome, w: Words) -> str:
    """How an ingest ended, in one sentence."""
    if last.report is None:
        return last.error or w("documents.fault")
    parts = [
        w(f"documents.was_{kind}", n=len(last.report[kind]))
        for kind in ("added", "changed", "renamed", "removed")
        if last.report[kind]
    ]
    if len(last.report["skipped"]):
        parts.append(w("documents.was_skipped", n=len(last.report["skipped"])))
    return w("documents.done", what=w("documents.comma").join(parts) or w("documents.nothing"))


def skipped(last: Outcome) -> Iterator[str]:
    """The sentences about files that could not be read, the first few."""
    report: Mapping[str, Any] = last.report or {"skipped": ()}
    for item in report["skipped"][:_MOST]:
        named = item["name"].rsplit("/", 1)[-1] in item["reason"]
        yield item["reason"] if named else f"{item['name']}: {item['reason']}."


def _mb(size: int) -> str:
    return f"{size / 1e6:,.1f}"
