"""What happens to the things of somebody who was removed: nobody who gets the name gets them."""

from __future__ import annotations

from pathlib import Path

from ui.judging.store import JudgementStore
from ui.keeping.conversations import Conversations


def release(office_dir: Path, name: str) -> None:
    """Take the conversations and judgements of an office away from a name.

    Raises:
        NotKept: the conversations cannot be used.
        StoreUnusable: the judgements cannot be used.
    """
    conversations, judgements = (
        office_dir / f"{kind}.sqlite3" for kind in ("conversations", "judgements")
    )
    if conversations.exists():
        Conversations(conversations).release(name)
    if judgements.exists():
        JudgementStore(judgements).release(name)
