"""What is done with a file in its own process: read it, or tell what an archive holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ingest.metadata import describe
from ingest.names import is_hidden, parts_of
from ingest.page_looks import layout, picture
from ingest.readers import Reading, by_suffix, reader_for
from ingest.readers.archive import is_inside, members, opened, unpacked
from ingest.readers.sniff import is_pdf
from rag.errors import SourceError

MAX_BYTES = 128 * 1024 * 1024
"""Bytes of one file; formats that are text have a smaller limit of their own."""
MAX_CHARS = 20 * 1024 * 1024


def parse(task: Mapping[str, Any]) -> dict[str, Any]:
    """Do one task: "read" a file or a member of an archive, or list an archive's "members".

    Of a PDF that is still the one that was read, tell the "layout" or make a "picture" of a page.

    Raises:
        SourceError: the file cannot be read; says why in a sentence.
    """
    path, name = Path(task["path"]), task["name"]
    if task["do"] == "members":
        with path.open("rb") as file, opened(file, name) as archive:
            return {"members": _members(members(archive))}
    raw = _raw(path, task.get("member"), name)
    if task["do"] != "read":
        return _looks(task, raw, name)
    reading = reader_for(name, raw).read(raw, name)
    if len(reading.text) > MAX_CHARS:
        raise SourceError(
            f"{name} holds more than {MAX_CHARS >> 20} million characters; split it into parts."
        )
    return _fields(reading, raw)


def _looks(task: Mapping[str, Any], raw: bytes, name: str) -> dict[str, Any]:
    if not is_pdf(raw) or hashlib.sha256(raw).hexdigest() != task["sha256"]:
        raise SourceError(f"{name} is no longer the file that was read; ingest it again.")
    if task["do"] == "picture":
        return picture(raw, name, int(task["page"]), int(task["width"]))
    return layout(raw, name, [int(number) for number in task["pages"]])


def _raw(path: Path, member: str | None, name: str) -> bytes:
    with path.open("rb") as file:
        if member is not None:
            with opened(file, name) as archive:
                return unpacked(archive, member, name, MAX_BYTES)
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise SourceError(f"{name} is larger than {MAX_BYTES >> 20} MB; split it into parts.")
    return raw


def _fields(reading: Reading, raw: bytes) -> dict[str, Any]:
    """What the file says of itself in its own fields first, then what its text shows."""
    about = describe(reading.text, reading.structure)
    published = reading.published or about.published
    return {
        "text": reading.text,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "media_type": str(reading.structure),
        "language": reading.language or about.language,
        "title": reading.title or about.title,
        "publisher": reading.publisher or about.publisher,
        "published": published.isoformat() if published else None,
        "tags": about.tags,
        "page_starts": reading.page_starts,
        "warnings": reading.warnings,
    }


def _members(names: Iterable[str]) -> list[dict[str, str | None]]:
    """The files of an archive and why one is passed over, if it is; hidden ones are not told."""
    return [{"name": name, "reason": next(_objections(name), None)} for name in _shown(names)]


def _shown(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        parts = parts_of(name)
        hidden = any(is_hidden(part) for part in parts if part != "..")
        # An archive's folders end in a slash; this one holds what macOS notes of the others.
        if parts and not name.endswith(("/", "\\")) and not hidden and parts[0] != "__MACOSX":
            yield name


def _objections(member: str) -> Iterator[str]:
    suffix = Path(member).suffix.lower()
    if not is_inside(member):
        yield "its name leads out of the archive"
    elif not member.isprintable():
        yield "its name holds control characters; rename it"
    elif suffix == ".zip":
        yield "an archive inside an archive, which is not opened; unpack it"
    elif suffix not in by_suffix():
        yield f"its name does not end in {', '.join(by_suffix())}"
