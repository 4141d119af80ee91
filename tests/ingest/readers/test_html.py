from __future__ import annotations

from datetime import date

import pytest

from ingest.readers import Reading
from ingest.readers.html import READER
from rag.errors import SourceError

LONG = "The council approved the budget of the harbour for the coming year. " * 6


def read(body: str, head: str = "") -> Reading:
    page = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'
    )
    return READER.read(page.encode(), "a.html")


@pytest.mark.parametrize(
    "furniture",
    [
        "<nav><a>Home</a></nav>",
        "<header><a>Home</a></header>",
        "<footer>Home</footer>",
        "<aside>Home</aside>",
        '<div class="cookie-consent">Home <button>Yes</button></div>',
        '<div id="mainMenu"><a>Home</a></div>',
        '<div role="navigation">Home</div>',
        '<div style="display: none">Home</div>',
        "<div hidden>Home</div>",
        "<script>Home</script>",
        "<style>Home {}</style>",
        "<noscript>Home</noscript>",
        '<ul><li><a href="/">Home</a><li><a href="/a">Homes</a><li><a href="/b">More</a></ul>',
        '<form>Home <input value="Home"></form>',
        "<!-- Home -->",
        "<svg><text>Home</text></svg>",
        '<div class="share-buttons">Home</div>',
    ],
)
@pytest.mark.parametrize("frame", ["{}{}", "{}<main>{}</main>", "{}<article>{}</article>"])
def test_furniture_is_left_out(furniture: str, frame: str) -> None:
    text = read(frame.format(furniture, f"<p>{LONG}</p>")).text
    assert text.strip() == LONG.strip()


def test_what_holds_the_text_is_kept_whatever_its_name() -> None:
    body = f'<div class="content-with-sidebar menu"><div id="cookie"><p>{LONG}</p></div></div>'
    assert read(body).text.strip() == LONG.strip()


@pytest.mark.parametrize("name", ["social-policy", "market-share", "related", "footer-notes"])
def test_running_text_under_a_name_of_two_meanings_is_kept(name: str) -> None:
    body = f"<p>{LONG * 3}</p><div class='{name}'><p>Also this. {LONG}</p></div>"
    assert "Also this." in read(body).text


def test_a_heading_in_a_menu_does_not_keep_the_menu() -> None:
    text = read(f"<nav><h1>Logo</h1><a>Home</a></nav><h1>Dues</h1><p>{LONG}</p>").text
    assert text.startswith("# Dues\n")


def test_several_articles_are_all_kept() -> None:
    text = read(f"<article><p>{LONG}</p></article><article><p>Other. {LONG}</p></article>").text
    assert text.count("The council") == 12


def test_a_heading_of_an_article_in_a_header_is_kept() -> None:
    text = read(f"<article><header><h1>Dues rise</h1></header><p>{LONG}</p></article>").text
    assert text.startswith("# Dues rise\n")


HEADS = [
    ('<meta property="article:published_time" content="2024-02-07T10:00:00Z">', date(2024, 2, 7)),
    ('<meta name="PubDate" content="2024-02-07 10:00">', date(2024, 2, 7)),
    ('<meta name="dcterms.issued" content="7 February 2024">', date(2024, 2, 7)),
    (
        '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", '
        '"datePublished": "2024-02-07"}]}</script>',
        date(2024, 2, 7),
    ),
    ('<meta name="date" content="soon">', None),
    ('<meta property="article:published_time" content="2024-13-45">', None),
    ('<script type="application/ld+json">{broken</script>', None),
]


@pytest.mark.parametrize(("head", "day"), HEADS)
def test_the_date_is_told_by_the_tags(head: str, day: date | None) -> None:
    assert read(f"<p>{LONG}</p>", head).published == day


@pytest.mark.parametrize(
    ("head", "publisher"),
    [
        ('<meta property="og:site_name" content="The Port">', "The Port"),
        ('<meta name="publisher" content="The Port">', "The Port"),
        ('<meta name="ContentSource" content="港务局">', "港务局"),
        ('<meta property="article:publisher" content="https://example.org/port">', None),
        (
            '<script type="application/ld+json">{"publisher": {"name": "The Port"}}</script>',
            "The Port",
        ),
    ],
)
def test_the_publisher_is_a_name(head: str, publisher: str | None) -> None:
    assert read(f"<p>{LONG}</p>", head).publisher == publisher


@pytest.mark.parametrize(
    ("body", "head", "title"),
    [
        ("<h1>Dues rise</h1>", "<title>Dues rise | The Port</title>", "Dues rise"),
        ("", "<title>Dues rise in March | The Port</title>", "Dues rise in March"),
        ("<h1>One</h1><h1>Two</h1>", "<title>Both of them - Port</title>", "Both of them"),
        ("<h1>One</h1>", '<meta property="og:title" content="Another">', "Another"),
        ("", "", None),
    ],
)
def test_the_title_is_the_page_s_own(body: str, head: str, title: str | None) -> None:
    assert read(f"{body}<p>{LONG}</p>", head).title == title


def test_tables_are_data_unless_they_lay_out_the_page() -> None:
    data = (
        "<table><caption>Budget</caption><thead><tr><th rowspan=2>Item<th colspan=2>Million"
        "<tr><th>2023<th>2024</thead><tr><td rowspan=2>Pilots<td>1<td>2<tr><td>3<td>4</table>"
    )
    layout = f"<table><tr><td><h2>Left</h2>{LONG}</td><td><p>Right.</p>{data}</td></tr></table>"
    lines = read(layout).text.splitlines()
    assert "## Left" in lines
    assert "Right." in lines
    assert lines[-4:] == [
        "| Item | Million 2023 | Million 2024 |", "|---|---|---|",
        "| Pilots | 1 | 2 |", "| Pilots | 3 | 4 |",
    ]  # fmt: skip


def test_blocks_breaks_and_lists_are_kept_apart() -> None:
    body = (
        f"<p>{LONG}</p>Loose<div>Block<br>goes on<br><br>New</div>"
        "<ol><li>One<ul><li>Inner</li></ul></li><li><p>Two</p></li></ol>"
        "<p>中文\n  换行</p>"
    )
    assert read(body).text.split("\n\n")[1:] == [
        "Loose", "Block goes on", "New", "- One\n  - Inner\n- Two", "中文换行\n",
    ]  # fmt: skip


def test_a_page_that_a_script_draws_is_reported() -> None:
    with pytest.raises(SourceError, match="drawn by a script"):
        read('<div id="root"></div><script>draw()</script>')


@pytest.mark.parametrize(
    "box",
    [
        '<aside class="info-box"><p>The permit fee is 35 dollars.</p></aside>',
        '<aside class="sidebar"><p>The permit fee is 35 dollars.</p></aside>',
        '<section id="cookies"><h2>Cookies and cakes</h2><p>A bakery sells 40 kinds.</p></section>',
        '<div class="social-security menu"><p>Benefit: 310 dollars a month.</p></div>',
    ],
)
@pytest.mark.parametrize("frame", ["main", "article"])
def test_what_says_something_inside_an_article_is_kept(box: str, frame: str) -> None:
    text = read(f"<{frame}><p>{LONG}</p>{box}</{frame}>").text
    assert any(figure in text for figure in ("35 dollars", "40 kinds", "310 dollars"))


@pytest.mark.parametrize(
    "box",
    [
        '<aside>See also <a href="/a">The fees of the harbour</a></aside>',
        '<div id="cookies"><p>Choose 2 of them.</p><button>Accept</button></div>',
        '<div class="cookie-bar"><p>This site uses 77 cookies.</p></div>',
        '<div class="related"><a href="/a">Budget of 2023</a></div>',
        '<div class="share">Share this page</div>',
    ],
)
@pytest.mark.parametrize("frame", ["main", "article"])
def test_furniture_inside_an_article_is_left_out(box: str, frame: str) -> None:
    assert read(f"<{frame}><p>{LONG}</p>{box}</{frame}>").text.strip() == LONG.strip()


def test_powers_and_marks_are_no_part_of_a_figure() -> None:
    body = (
        f"<p>{LONG}</p><p>10<sup>6</sup> litres cost 45<sup><a href=#n>3</a></sup> thousand.</p>"
        "<table><tr><th>Year<th>Guides<tr><td>2022<td>28<sup>1</sup></table>"
        "<p>8<sup>4</sup> buses.</p><p><sup>4</sup> Old ones.</p>"
    )
    assert read(body).text.split("\n\n")[1:] == [
        "10^6 litres cost 45[^3] thousand.",
        "| Year | Guides |\n|---|---|\n| 2022 | 28[^1] |",
        "8[^4] buses.",
        "4 Old ones.\n",
    ]


def test_a_table_of_pairs_has_no_header() -> None:
    rows = "<tr><th>Fee</th><td>free</td></tr><tr><th>Boats</th><td>26</td></tr>"
    text = read(f"<p>{LONG}</p><table><tr><th colspan=2>Hire</th></tr>{rows}</table>").text
    assert text.split("\n\n")[1:] == ["Hire", "Fee: free", "Boats: 26\n"]


def test_a_term_and_what_is_said_of_it_are_one_line() -> None:
    body = (
        "<dl><dt>Harbour depth</dt><dd>14 metres</dd><div><dt>Length:</dt><dd><p>320 m</p>"
        "<p>With the pier.</p></dd></div><dt>Cranes</dt><dt>Lifts</dt><dd>7</dd></dl>"
    )
    assert read(f"<p>{LONG}</p>{body}").text.split("\n\n")[1:] == [
        "Harbour depth: 14 metres", "Length: 320 m", "With the pier.", "Cranes, Lifts: 7\n",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("named", "encoding"),
    [("utf-16", "utf-8"), ("utf-32le", "utf-8"), ("gb2312", "gbk"), ("iso-8859-1", "cp1252")],
)
def test_the_encoding_that_a_page_names_is_read_as_browsers_do(named: str, encoding: str) -> None:
    said = {"gbk": "這個鎮有四十座橋。", "cp1252": "Fee – “40 €”"}.get(encoding, "Café – 40 €, 橋")
    page = f'<html><head><meta charset="{named}"></head><body><p>{said}</p></body></html>'
    assert READER.read(page.encode(encoding), "a.html").text.strip() == said
