"""What became of every source since the generation before, told apart by content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.models import Document


@dataclass(frozen=True, slots=True)
class Changes:
    """Source names; `renamed` holds pairs of the old and the new one."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]


def changes_between(before: Mapping[str, Document], documents: Sequence[Document]) -> Changes:
    """Compare documents by source with those before; one that moved with its bytes is renamed."""
    now = {d.source: d.sha256 for d in documents}
    then = {d.source: d.sha256 for d in before.values()}
    renamed = _renamed(
        {s: then[s] for s in sorted(then.keys() - now.keys())},
        {s: now[s] for s in sorted(now.keys() - then.keys())},
    )
    both = sorted(now.keys() & then.keys())
    return Changes(
        added=tuple(sorted(now.keys() - then.keys() - set(renamed.values()))),
        changed=tuple(s for s in both if now[s] != then[s]),
        removed=tuple(sorted(then.keys() - now.keys() - renamed.keys())),
        unchanged=tuple(s for s in both if now[s] == then[s]),
        renamed=tuple(renamed.items()),
    )


def _renamed(gone: Mapping[str, str], come: Mapping[str, str]) -> dict[str, str]:
    """New names by old ones; of several with equal bytes, each takes the next."""
    waiting: dict[str, list[str]] = {}
    for source, digest in come.items():
        waiting.setdefault(digest, []).append(source)
    return {s: waiting[digest].pop(0) for s, digest in gone.items() if waiting.get(digest)}
