"""The list is told by the reader's days, and shows everything as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from tests.ui.fake_pipeline import ATTACK
from ui.keeping.days import by_day, clock_time, zone_of
from ui.keeping.kept import Heading
from ui.keeping.listing import frame, listing, trouble
from ui.words import words

NOW = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)


def heading(hours_ago: float, title: str = "A title", **more: str | int | None) -> Heading:
    changed = NOW - timedelta(hours=hours_ago)
    fields: dict[str, object] = {"id": "abc", "count": 2, "token": None, **more}
    return Heading(title=title, began=changed, changed=changed, **fields)  # type: ignore[arg-type]


def shown(
    *headings: Heading, zone: str = "UTC", search: str = "", language: str = "en"
) -> HTMLParser:
    return HTMLParser(
        listing(headings, words(language), now=NOW, zone=zone_of(zone), search=search)
    )


def days(page: HTMLParser) -> list[str]:
    return [node.text() for node in page.css("h3")]


def test_conversations_stand_under_today_yesterday_and_dates() -> None:
    page = shown(heading(0.1), heading(1), heading(20), heading(26), heading(24 * 400))
    assert days(page) == ["Today", "Yesterday", "27 February 2026", "25 January 2025"]
    assert [len(section.css("li")) for section in page.css("section")] == [1, 2, 1, 1]


@pytest.mark.parametrize(
    ("zone", "day", "at"),
    [
        ("UTC", "Yesterday", "23:30"),
        ("America/New_York", "Today", "18:30"),
        ("Asia/Shanghai", "Today", "07:30"),
        ("Pacific/Kiritimati", "Today", "13:30"),
    ],
)
def test_a_day_is_one_of_the_readers(zone: str, day: str, at: str) -> None:
    page = shown(heading(1), zone=zone)
    assert days(page) == [day]
    assert at in page.css_first(".history-facts").text()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Nowhere/Town",
        "../../etc/passwd",
        "/etc/passwd",
        "Europe",
        "a\0b",
        "x" * 10_000,
        5,
        None,
    ],
)
def test_a_zone_that_there_is_not_is_utc(name: object) -> None:
    assert zone_of(name) is UTC


def test_the_order_within_a_day_is_kept() -> None:
    first, second = heading(0.1, "first"), heading(0.2, "second")
    ((_, group),) = by_day([first, second], UTC)
    assert group == [first, second]
    assert clock_time(first.changed, UTC) == "00:24"


def test_dates_and_counts_are_in_the_language_of_the_reader() -> None:
    page = shown(heading(1), heading(24 * 30), language="zh")
    assert days(page) == ["昨天", "2026年1月30日"]
    assert "2 个问题" in page.css_first(".history-facts").text()


def test_one_question_is_singular() -> None:
    assert "1 question ·" in shown(heading(1, count=1)).css_first(".history-facts").text()


def test_titles_are_text() -> None:
    page = shown(heading(1, title=f'"{ATTACK}"', id='"><script>', token='"><script>'))
    assert page.css("script") == page.css("img") == []
    assert page.css_first(".history-name").text() == f'"{ATTACK}"'
    assert page.css_first("li").attributes["data-title"] == f'"{ATTACK}"'
    assert page.css_first(".history-naming input").attributes["value"] == f'"{ATTACK}"'
    said = HTMLParser(trouble(ATTACK))
    assert said.css("img") == []
    assert said.css_first("[role=alert]").text() == ATTACK


def test_each_conversation_can_be_opened_renamed_shared_exported_and_deleted() -> None:
    page = shown(heading(1))
    assert page.css_first(".history-open").attributes["href"] == "?c=abc"
    assert [b.attributes["data-do"] for b in page.css("[data-do]")] == ["name", "share", "delete"]
    assert [a.attributes["href"] for a in page.css(".history-menu a")] == [
        "api/conversations/abc/export.md",
        "api/conversations/abc/export.docx",
    ]
    assert "More for “A title”" in (page.css_first(".history-more").attributes["aria-label"] or "")


def test_a_shared_one_shows_its_link_and_how_to_end_it() -> None:
    page = shown(heading(1, token="secret"))
    assert page.css_first("[data-token]").attributes["data-token"] == "secret"
    assert [b.attributes["data-do"] for b in page.css(".history-link [data-do]")] == [
        "copy",
        "unshare",
    ]
    assert "shared" in page.css_first(".history-facts").text()


def test_a_search_tells_what_it_found() -> None:
    def found(page: HTMLParser) -> str | None:
        return page.css_first("[data-found]").attributes["data-found"]

    assert found(shown(heading(1), search="x")) == "1 conversation found"
    assert found(shown(heading(1), heading(2), search="x")) == "2 conversations found"
    assert found(shown(search="x")) == "No conversation has all of these words."
    assert not found(shown(heading(1)))


def test_an_empty_list_says_what_will_be_there() -> None:
    assert "Nothing is kept yet" in shown().body.text()  # type: ignore[union-attr]
    assert "Nothing is kept yet" not in shown(search="x").body.text()  # type: ignore[union-attr]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_field_and_button_of_the_frame_has_a_name(language: str) -> None:
    page = HTMLParser(frame(words(language)))
    assert all(button.text(strip=True) for button in page.css("button"))
    assert page.css_first("label.history-search input") is not None
    assert "{title}" in (page.css_first(".history-undo").attributes["data-deleted"] or "")
