"""What an index is about to lose is kept, so that permalinks to it can still be answered."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ingest.changes import changes_between
from rag.errors import IndexUnusable
from rag.models import Document, Passage
from rag.past import PastTexts, past_texts
from rag.store import read_documents, read_passages

_log = logging.getLogger(__name__)


def keep_past(index_dir: Path, folder: Path, documents: Sequence[Document]) -> None:
    """Keep every text of a generation that `documents` no longer hold.

    A generation that another version of this program wrote is read as far as it can be; one that
    is damaged has nothing to keep.

    Raises:
        OSError: there is no room or no permission.
    """
    try:
        before = list(read_documents(folder))
    except IndexUnusable as error:
        _log.warning("Earlier texts are not kept: %s", error)
        return
    moved = _moved(before, documents)
    day = datetime.now(UTC).date()
    PastTexts(index_dir).keep(past_texts(before, _passages(folder), documents, moved, day))


def keep_left(index_dir: Path, left: Path, now: Path) -> None:
    """After a rollback, keep what only the generation that was left says.

    A rollback must also work where nothing can be written; that generation stays until the next
    ingest.
    """
    try:
        keep_past(index_dir, left, list(read_documents(now)))
    except (IndexUnusable, OSError) as error:
        _log.warning("Texts of %s are not kept: %s", left.name, error)


def _moved(before: Sequence[Document], documents: Sequence[Document]) -> dict[str, str]:
    """The ids of renamed documents, new by old."""
    changes = changes_between({d.source: d for d in before}, documents)
    old = {d.source: d.id for d in before}
    new = {d.source: d.id for d in documents}
    return {old[source]: new[name] for source, name in changes.renamed}


def _passages(folder: Path) -> dict[str, list[Passage]]:
    """Passages by document id; without them a place is told without its heading."""
    found: dict[str, list[Passage]] = {}
    try:
        for passage in read_passages(folder):
            found.setdefault(passage.document_id, []).append(passage)
    except IndexUnusable as error:
        _log.warning("Earlier texts are kept without their headings: %s", error)
    return found
