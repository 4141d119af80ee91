"""Which of the encodings of offices some bytes are in, where statistics have too little to go by.

Nearly every pair of bytes is some character of a large Chinese character set; text is told by
using the common ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_SAMPLE = 100_000
_MOST_COMMON = 0.9
_MOST_WHOLE = 0.75
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_FEWEST_KANA = 0.1
_LAST_KOREAN = 0xC8
_ENOUGH = 6
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")
# The first byte of punctuation and of the characters of the first level, sorted by use.
_CHINESE = {
    "gb18030": ("gb2312", (0xA1, 0xA3), (0xB0, 0xD7)),
    "big5": ("big5", (0xA1, 0xA3), (0xA4, 0xC6)),
}
_RUN = re.compile(
    "[\u00c0-\u024f]{4}|[a-z][\u00a1-\u00a9\u00ab-\u00b6\u00b8\u00b9\u00bb-\u00bf]+[a-z]|[£¥¹³][a-z\u00c0-\u024f]",
    re.IGNORECASE,
)
"""What no Western text holds: four accents in a row, signs inside a word."""
_MOST_WESTERN = 0.4
_UTF8 = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")


def likely(
    raw: bytes, encodings: Sequence[str] = ("gb18030", "euc_kr", "big5", "shift_jis", "cp1252")
) -> str | None:
    """The text of all the bytes in the first encoding that makes ordinary text of them."""
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_ordinary(text[:_SAMPLE], encoding):
            return text
    return None


def high_bytes(raw: bytes) -> int:
    """How many bytes are no ASCII: what statistics have to go by."""
    return len(_HIGH.findall(raw))


def is_mostly_utf8(raw: bytes) -> bool:
    """Whether nearly all that is no ASCII is UTF-8: text of that encoding with some damage."""
    whole = sum(map(len, _UTF8.findall(raw)))
    return whole > _MOST_WHOLE * high_bytes(raw)


def _is_ordinary(text: str, encoding: str) -> bool:
    foreign = [char for char in text if ord(char) > 127]
    if encoding in _CHINESE:
        return _is_chinese(foreign, *_CHINESE[encoding])
    if encoding == "shift_jis":
        kana = len(_KANA.findall(text))
        return kana > _FEWEST_KANA * len(foreign) and not _HALF_WIDTH.search(text)
    if encoding == "euc_kr":
        return len(_HANGUL.findall(text)) >= _MOST_COMMON * len(foreign)
    return len(foreign) < _MOST_WESTERN * len(text.strip()) and not _RUN.search(text)


def _is_chinese(chars: Sequence[str], codec: str, *ranges: tuple[int, int]) -> bool:
    """Whether nearly all are common; Korean has the same bytes, but only the first of them."""
    leads = [_lead(char, codec) for char in chars]
    common = sum(any(first <= lead <= last for first, last in ranges) for lead in leads)
    words = [lead for lead in leads if lead >= ranges[-1][0]]
    korean = codec == "gb2312" and len(words) >= _ENOUGH and max(words) <= _LAST_KOREAN
    return common >= _MOST_COMMON * len(chars) and not korean


def _lead(char: str, codec: str) -> int:
    """The first byte of a character, 0 where the encoding has it not."""
    try:
        return char.encode(codec)[0]
    except UnicodeEncodeError:
        return 0
