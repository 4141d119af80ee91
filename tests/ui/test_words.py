from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from ui.words import LANGUAGES, words, words_for

LOCALES = Path(__file__).parents[2] / "ui" / "locales"
PARTS = sorted(path.name for path in (LOCALES / "en").iterdir())


def texts(language: str, part: str) -> dict[str, str]:
    return tomllib.loads((LOCALES / language / part).read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("part", PARTS)
def test_every_text_is_there_in_every_language_and_fills_no_other_gaps(
    language: str, part: str
) -> None:
    def gaps(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)", text))

    english, other = texts("en", part), texts(language, part)
    assert set(other) == set(english)
    assert [key for key, text in other.items() if not gaps(text) <= gaps(english[key])] == []
    assert all(text.strip() for text in other.values())


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr,en;q=0.2,zh;q=0.7", "zh"),
        ("en-GB", "en"),
        ("fr", "en"),
        ("zh;q=many,en", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_browser_says_which_language_it_is(accepted: str | None, language: str) -> None:
    assert words_for(accepted).language == language


def test_dates_are_written_as_the_readers_write_them() -> None:
    assert words("en").day(date(2024, 2, 7)) == "7 February 2024"
    assert words("zh").day(date(2024, 2, 7)) == "2024年2月7日"
    assert words("en").day(None) == "date unknown"
