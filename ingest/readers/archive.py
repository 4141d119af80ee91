"""ZIP archives, checked before anything of them is unpacked; nothing is ever written to disk."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

from rag.errors import SourceError

MAX_TOTAL = 1024 * 1024 * 1024
"""Bytes that all members of an archive may have together."""
MAX_MEMBERS = 10_000
MAX_RATIO = 100
"""How many times smaller than its members an archive may be; text shrinks to a tenth or so."""
_RATIO_FREE = 64 * 1024 * 1024
"""Bytes that are unpacked whatever the ratio: a sheet of blanks shrinks a lot, too."""

_IN_UTF_8 = 0x800
"""The flag of a member whose name is in UTF-8."""

DAMAGE = (
    *(zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError),
    *(zlib.error, lzma.LZMAError),
)
"""What a damaged archive raises; zlib and lzma have an error each."""

Opened = bytes | BinaryIO


@contextmanager
def opened(file: Opened, name: str) -> Iterator[zipfile.ZipFile]:
    """An archive whose sizes have been checked.

    Raises:
        SourceError: it is damaged, or would unpack to more than it may.
    """
    try:
        with zipfile.ZipFile(BytesIO(file) if isinstance(file, bytes) else file) as archive:
            _check(archive, name)
            yield archive
    except (zipfile.LargeZipFile, *DAMAGE) as error:
        raise SourceError(
            f"{name} is a damaged ZIP archive; get it anew or leave it out."
        ) from error


def unpacked(archive: zipfile.ZipFile, member: str, name: str, limit: int) -> bytes:
    """One member's bytes, at most `limit` of them, whatever the archive says of its size.

    Raises:
        SourceError: it is missing, protected, damaged or larger than `limit`.
    """
    try:
        info = members(archive)[member]
        if info.flag_bits & 1:
            raise SourceError(f"{name} is protected by a password; save it without one.")
        with archive.open(info) as file:
            raw = file.read(limit + 1)
    except KeyError as error:
        raise SourceError(f"{name} is no longer in its archive; ingest it again.") from error
    except DAMAGE as error:
        raise SourceError(f"{name} is damaged in its archive; get it anew.") from error
    if len(raw) > limit:
        raise SourceError(f"{name} is larger than {limit >> 20} MB; split it into parts.")
    return raw


def members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """What an archive holds by name; of equal names the last, as unpacking would leave it."""
    return {_name_of(info): info for info in archive.infolist()}


def _name_of(info: zipfile.ZipInfo) -> str:
    """The name, in the encoding it was most likely written in if the archive does not tell.

    What is no UTF-8 is Chinese if it can be read so and most of its characters are those of GB2312,
    which are the ones in use; a western name that happens to be readable gives rare ones.
    """
    if info.flag_bits & _IN_UTF_8 or info.filename.isascii():
        return info.filename
    raw = info.filename.encode("cp437")
    with suppress(UnicodeDecodeError):
        return raw.decode("utf-8")
    with suppress(UnicodeDecodeError):
        chinese = raw.decode("gb18030")
        wide = [character for character in chinese if not character.isascii()]
        if 2 * sum(map(_is_common, wide)) > len(wide):
            return chinese
    return info.filename


def _is_common(character: str) -> bool:
    return bool(character.encode("gb2312", "ignore"))


def is_inside(member: str) -> bool:
    """Whether a member's name stays inside the archive: no root, no drive, no step upwards."""
    path = PurePosixPath(member.replace("\\", "/"))
    drive = ":" in path.parts[0] if path.parts else False
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and not drive


def _check(archive: zipfile.ZipFile, name: str) -> None:
    members = archive.infolist()
    total = sum(info.file_size for info in members)
    packed = sum(info.compress_size for info in members)
    if len(members) > MAX_MEMBERS:
        raise SourceError(f"{name} holds more than {MAX_MEMBERS} files; split it into parts.")
    too_dense = total > _RATIO_FREE and total > MAX_RATIO * max(packed, 1)
    if total > MAX_TOTAL or too_dense:
        raise SourceError(
            f"{name} would unpack to {total >> 20} MB, more than a document does; "
            "it is not opened: leave it out or unpack what you need of it yourself."
        )
