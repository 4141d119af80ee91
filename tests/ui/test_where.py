from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rag.errors import InputError
from rag.models import Filters
from tests.ui.fake_pipeline import ATTACK, LONG, NOTICE, REPORT
from ui import where
from ui.words import words

DOCUMENTS = [LONG, REPORT, NOTICE]


def test_only_what_has_two_values_is_a_choice() -> None:
    offered = where.options(DOCUMENTS)
    assert set(offered) == {"documents", "publishers", "folders"}
    assert [o.value for o in offered["publishers"]] == ["Archive", "Port Office"]
    assert "documents" not in where.options([REPORT])


def test_documents_of_one_title_are_told_apart_by_their_file_names() -> None:
    twin = replace(NOTICE, id="b/other.txt", source="b/other.txt")
    values = [o.value for o in where.options([REPORT, NOTICE, twin])["documents"]]
    assert values == ["Harbour report 2023", "notice.txt", "other.txt"]


def test_a_choice_becomes_filters() -> None:
    chosen = {"publishers": ["Port Office"], "folders": ["."], "since": "2023-01-02", "until": ""}
    filters = where.read(chosen, DOCUMENTS)
    assert filters == Filters(publishers=("Port Office",), folders=(".",), since=date(2023, 1, 2))


@pytest.mark.parametrize("nothing", [None, {}, [], "x", 3, {"publishers": "Port Office"}])
def test_what_is_no_choice_filters_nothing(nothing: Any) -> None:
    assert where.read(nothing, DOCUMENTS) == where.NOWHERE


@pytest.mark.parametrize(
    ("forged", "said"),
    [
        ({"publishers": ["Nobody"]}, "“Nobody” is not among the documents"),
        ({"languages": ["en"]}, "“en” is not among the documents"),
        ({"documents": [{"a": 1}]}, "is not among the documents"),
        ({"since": "soon"}, "The first date is not a date"),
        ({"until": "2023-13-01"}, "The last date is not a date"),
        ({"since": "2024-01-02", "until": "2024-01-01"}, "lies after the last one"),
    ],
)
def test_a_forged_choice_is_refused_in_a_sentence(forged: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        where.read(forged, DOCUMENTS)


def test_chips_say_what_holds_and_how_much_is_left() -> None:
    filters = Filters(publishers=("Port Office",), since=date(2024, 1, 1))
    html = where.summary(DOCUMENTS, filters)
    assert 'aria-label="Remove: Port Office"' in html
    assert 'data-kind="since" data-value="2024-01-01"' in html
    assert "1 of 3 documents" in html
    assert "from 1 January 2024" in html
    assert "2024年1月1日 起" in where.summary(DOCUMENTS, filters, words("zh"))


def test_filters_that_leave_nothing_are_told() -> None:
    filters = Filters(publishers=("Archive",), documents=("Notice on ferries",))
    assert "No document matches all of this" in where.summary(DOCUMENTS, filters)


def test_the_form_shows_what_is_chosen() -> None:
    html = where.panel(DOCUMENTS, Filters(publishers=("Archive",), until=date(2024, 1, 1)))
    assert 'name="publishers" value="Archive" checked' in html
    assert 'name="publishers" value="Port Office">' in html
    assert 'name="until" value="2024-01-01"' in html


def test_everything_from_documents_is_escaped() -> None:
    hostile = [
        replace(document, title=f"{ATTACK}{n}", publisher=f"{ATTACK}{n}", tags=(f"{ATTACK}{n}",))
        for n, document in enumerate(DOCUMENTS)
    ]
    filters = Filters(publishers=(f"{ATTACK}0",), tags=(f"{ATTACK}1",))
    for html in (where.panel(hostile, filters), where.summary(hostile, filters)):
        assert "<img" not in html
        assert "<script" not in html
