"""Texts that the index held before, kept so that what was once cited can still be shown.

    INDEX/past/DOCUMENT/NNNNNN-DIGEST.json.gz

A file is written whole before the generation that replaces its text becomes current, and never
changed. All together take up to `MAX_BYTES`; the oldest go first.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from rag.models import Document, Passage
from rag.permalink import Permalink

_log = logging.getLogger(__name__)
FOLDER = "past"
MAX_BYTES = 256 << 20
"""Bytes on disk: some ten thousand versions of a report of twenty pages."""
MAX_VERSIONS = 100
"""Versions of one document; one that is saved all day long must not push out all others."""
_ENDING = ".json.gz"


@dataclass(frozen=True, slots=True)
class PastText:
    """A document as it was until the day `until`.

    `headings` tells from which offset on the text stood under which headings; `moved_to` is the id
    of the document that the file became when it was renamed.
    """

    document: Document
    headings: tuple[tuple[int, tuple[str, ...]], ...]
    until: date
    moved_to: str | None = None

    @classmethod
    def of(
        cls,
        document: Document,
        passages: Sequence[Passage],
        until: date,
        moved_to: str | None = None,
    ) -> PastText:
        """A document under the headings of its passages."""
        headings: list[tuple[int, tuple[str, ...]]] = []
        for passage in sorted(passages, key=lambda p: p.span.start):
            if not headings or headings[-1][1] != passage.heading:
                headings.append((passage.span.start, passage.heading))
        return cls(document, tuple(headings), until, moved_to)

    def heading_at(self, offset: int) -> tuple[str, ...]:
        """The headings over an offset; none before the first passage."""
        over = [heading for start, heading in self.headings if start <= offset]
        return over[-1] if over else ()


class PastTexts:
    """The texts beside one index."""

    def __init__(self, index_dir: Path) -> None:
        self._root = index_dir / FOLDER

    def holding(self, place: Permalink) -> PastText | None:
        """The latest version in which the words of a permalink stood; a forged one has none."""
        return next((v for v in self.versions(place.document_id) if place.holds(v.document)), None)

    def versions(self, document_id: str) -> Iterator[PastText]:
        """The versions of one document, the latest first; what is damaged is passed over."""
        for path in reversed(_files(self._root / _folder_of(document_id))):
            try:
                yield _read(path)
            except (OSError, EOFError, ValueError, TypeError, KeyError) as error:
                _log.warning("The earlier text %s is passed over: %s", path, error)

    def keep(self, texts: Iterable[PastText]) -> None:
        """Write those that are not kept yet, then make room.

        Raises:
            OSError: there is no room or no permission.
        """
        written = [self._keep(text) for text in texts]
        if any(written):
            self._trim()

    def _keep(self, text: PastText) -> bool:
        folder = self._root / _folder_of(text.document.id)
        kept = _files(folder)
        told = f"{text.document.source}\0{text.moved_to}\0{text.document.text}"
        digest = sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        if any(path.name.split("-")[1] == digest + _ENDING for path in kept):
            return False
        folder.mkdir(parents=True, exist_ok=True)
        number = 1 + (int(kept[-1].name[:6]) if kept else 0)
        _write(text, folder / f"{number:06d}-{digest}{_ENDING}")
        for path in kept[: len(kept) + 1 - MAX_VERSIONS]:
            path.unlink()
        return True

    def _trim(self) -> None:
        found = [(path.stat(), path) for path in self._root.glob(f"*/*{_ENDING}")]
        over = sum(told.st_size for told, _ in found) - MAX_BYTES
        for told, path in sorted(found, key=lambda item: (item[0].st_mtime_ns, item[1].name)):
            if over <= 0:
                break
            path.unlink()
            over -= told.st_size


def past_texts(
    before: Iterable[Document],
    passages: Mapping[str, Sequence[Passage]],
    documents: Iterable[Document],
    moved: Mapping[str, str],
    day: date,
) -> Iterator[PastText]:
    """Of the documents `before`, those whose text `documents` no longer hold.

    `passages` are by document id; `moved` holds new document ids by old ones.
    """
    now = {document.id: document.text for document in documents}
    for document in before:
        if now.get(document.id) != document.text:
            own = passages.get(document.id, ())
            yield PastText.of(document, own, day, moved.get(document.id))


def _folder_of(document_id: str) -> str:
    """An id comes from the web, so it names no path itself."""
    return sha256(document_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*-*{_ENDING}"))


def _write(text: PastText, path: Path) -> None:
    raw = gzip.compress(json.dumps(_row(text)).encode(), mtime=0)
    pending = path.with_name("new")
    with pending.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    pending.replace(path)


def _row(text: PastText) -> dict[str, Any]:
    document = text.document
    return {
        "id": document.id,
        "source": document.source,
        "title": document.title,
        "publisher": document.publisher,
        "published": document.published.isoformat() if document.published else None,
        "language": document.language,
        "media_type": document.media_type,
        "sha256": document.sha256,
        "page_starts": document.page_starts,
        "text": document.text,
        "headings": text.headings,
        "until": text.until.isoformat(),
        "moved_to": text.moved_to,
    }


def _read(path: Path) -> PastText:
    row = json.loads(gzip.decompress(path.read_bytes()))
    headings = tuple((start, tuple(heading)) for start, heading in row.pop("headings"))
    until, moved_to = date.fromisoformat(row.pop("until")), row.pop("moved_to")
    published = date.fromisoformat(row["published"]) if row["published"] else None
    own = {**row, "published": published, "page_starts": tuple(row["page_starts"])}
    return PastText(Document(**own), headings, until, moved_to)
