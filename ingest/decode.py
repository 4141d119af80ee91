"""Bytes to text, or one sentence that says why not."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from ingest.encodings import high_bytes, is_mostly_utf8, likely
from rag.errors import SourceError

MAX_BYTES = 20 * 1024 * 1024
_DETECTION_BYTES = 64 * 1024
_SNIFFED_CHARS = 100_000
_FEW_BYTES = 100
"""So many bytes that are no ASCII are too few for statistics."""

# UTF-32 first: its mark begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_ORDINARY = re.compile(
    "[\\s -~\u00a0-\u052f\u2010-\u203a\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7af\uff00-\uffef]"
)
_MOST_ORDINARY = 0.95
"""The share of such characters; the wrong reading of Chinese has about a third of them."""
_PARTED = re.compile("[\\s\u3000-\u30ff\u4e00-\u9fff]")
"""Text has blanks, unless it is Chinese or Japanese; pairs of any bytes may be letters."""
_LONGEST_WORD = 200
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MOST_CONTROLS = 0.01


def decode(raw: bytes, name: str, declared: str | None = None) -> str:
    r"""The text of a file, with `\n` as its only line ending.

    `declared` is the encoding that the file itself names; it counts where the text fits it.

    Raises:
        SourceError: the file is too large, empty, binary or in no encoding that can be told.
    """
    if len(raw) > MAX_BYTES:
        raise SourceError(f"{name} is larger than {MAX_BYTES >> 20} MB; split it into parts.")
    text = _characters(raw, name, declared).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise SourceError(f"{name} is empty; give it some text or leave it out.")
    if len(_CONTROL.findall(text, 0, _SNIFFED_CHARS)) > _MOST_CONTROLS * len(text):
        raise _binary(name)
    return text


def _characters(raw: bytes, name: str, declared: str | None) -> str:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _strictly(raw[len(mark) :], encoding, name)
    if b"\x00" in raw:
        return _wide(raw, name)
    for named in ("utf-8", declared or "utf-8"):
        try:
            return raw.decode(named)
        except (UnicodeDecodeError, LookupError):
            continue
    return _detected(raw, name)


def _wide(raw: bytes, name: str) -> str:
    """UTF-16 or UTF-32 without a mark: the reading in which nearly all is ordinary text."""
    for encoding in _WIDE:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        sample = text[:_SNIFFED_CHARS]
        ordinary = len(_ORDINARY.findall(sample)) > _MOST_ORDINARY * len(sample)
        if ordinary and (len(sample) < _LONGEST_WORD or _PARTED.search(sample)):
            return text
    raise _binary(name)


def _strictly(raw: bytes, encoding: str, name: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{name} says it is {encoding.upper()} but is damaged at byte {error.start}; "
            "save it again as UTF-8."
        ) from error


def _detected(raw: bytes, name: str) -> str:
    if is_mostly_utf8(raw):
        return _strictly(raw, "utf-8", name)
    if high_bytes(raw) <= _FEW_BYTES and (text := likely(raw)):
        return text
    # What stands behind the last line's end may be half a character.
    whole = len(raw) <= _DETECTION_BYTES
    cut = len(raw) if whole else raw.rfind(b"\n", 0, _DETECTION_BYTES) + 1
    best = from_bytes(raw[: cut or _DETECTION_BYTES]).best()
    if best is not None:
        try:
            return raw.decode(best.encoding)
        except UnicodeDecodeError:
            pass  # the rest of the file shows that the guess was wrong
    text = likely(raw)
    if text is not None:
        return text
    if best is None:
        raise _binary(name)
    raise SourceError(f"{name} is not UTF-8 and its encoding cannot be told; save it as UTF-8.")


def _binary(name: str) -> SourceError:
    return SourceError(f"{name} is not a text file; save its text as .txt or .md in UTF-8.")
