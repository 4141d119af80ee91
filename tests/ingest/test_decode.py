from __future__ import annotations

import pytest

from ingest.decode import decode
from rag.errors import SourceError

HAN = "滨江区新增公园12个,绿化面积达到3.5平方公里。"


@pytest.mark.parametrize("before", ["", "x"])
@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize(
    ("encoding", "text"),
    [("gb18030", HAN), ("big5", "新北市圖書館借書總數為一百二十萬冊。")],
)
def test_a_long_file_of_two_byte_characters_is_read_wherever_its_sample_ends(
    encoding: str, text: str, end: str, before: str
) -> None:
    whole = before + (text + end) * 3000
    assert decode(whole.encode(encoding), "a.txt") == whole


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "停车费用:40元"),
        ("big5", "停車費用:40元"),
        ("cp1252", "€40 – “adults”"),
        ("cp1252", "300 m² at 5 °C, ½ price: £40"),
        ("cp1252", "The café in Zürich’s station sold 7,310 croissants."),
        ("cp1250", "Łódź ma 40 mostów. Był tam mąż i żona, którzy są źli."),
        ("shift_jis", "東京の図書館は四百五十人の職員がいました。"),
        ("cp1251", "В городе сорок мостов и парк."),
        ("euc_kr", "주차 요금은 40달러입니다."),
    ],
)
def test_a_few_characters_tell_the_encoding_of_a_short_text(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


def test_damaged_utf_8_is_no_text_of_another_encoding() -> None:
    raw = "The café seats 40 – or 45 – guests, as the résumé says.".encode() + b"\xe2\x80"
    with pytest.raises(SourceError, match="damaged at byte"):
        decode(raw, "a.txt")
