"""The catalogue's entries: what the files told, with what their documents turned out to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from ingest.catalog import Entry
from rag.models import Document, Passage


def text_sha256(document: Document) -> str:
    """Names what a document says, whatever kind of file it came in."""
    return sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()


def carried_over(
    entries: Mapping[str, Entry], earlier: Mapping[str, Entry]
) -> dict[str, Entry] | None:
    """The entries with what an earlier catalogue says of the same files; `None` if it lacks any."""
    whole: dict[str, Entry] = {}
    for source, entry in entries.items():
        before = earlier.get(source)
        if not entry.sha256:
            whole[source] = entry
        elif before and before.sha256 == entry.sha256 and before.text_sha256:
            whole[source] = replace(
                before,
                path=entry.path,
                state=entry.state,
                reading=entry.reading,
                error=entry.error,
                warning=entry.warning,
                stamp=entry.stamp,
            )
        else:
            return None
    return whole


def described(
    entries: Mapping[str, Entry],
    documents: Sequence[Document],
    passages: Mapping[str, Sequence[Passage]],
    twins: Sequence[Sequence[str]],
    signatures: Mapping[str, bytes],
) -> dict[str, Entry]:
    """The entries, those in the index with their documents; the last three are by document id."""
    by_id = {document.id: document for document in documents}
    first = {id_: by_id[group[0]].source for group in twins for id_ in group[1:]}
    found = {d.source: (d, first.get(d.id)) for d in documents}
    return {
        source: entry
        if source not in found
        else _described(entry, *found[source], passages[found[source][0].id], signatures)
        for source, entry in entries.items()
    }


def _described(
    entry: Entry,
    document: Document,
    twin_of: str | None,
    passages: Sequence[Passage],
    signatures: Mapping[str, bytes],
) -> Entry:
    return replace(
        entry,
        text_sha256=text_sha256(document),
        title=document.title,
        publisher=document.publisher,
        published=document.published,
        language=document.language,
        media_type=document.media_type,
        pages=len(document.page_starts),
        characters=len(document.text),
        passages=len(passages),
        sentences=sum(len(passage.sentences) for passage in passages),
        twin_of=twin_of,
        signature=signatures[document.id],
    )


def groups_of(entries: Mapping[str, Entry]) -> tuple[tuple[str, ...], ...]:
    """The sources that say nearly the same, in groups."""
    groups: dict[str, list[str]] = {}
    for source, entry in sorted(entries.items()):
        if entry.twin_of:
            groups.setdefault(entry.twin_of, [entry.twin_of]).append(source)
    return tuple(tuple(group) for group in groups.values())
