from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rag.generations import Generations
from rag.index import Index
from rag.models import Document, Filters
from rag.selecting import why_none
from rag.text import terms

MINUTES = Document(
    "d1",
    "town/minutes/2024/May.md",
    "Minutes of May",
    "Text.",
    "0" * 64,
    publisher="Town Hall",
    published=date(2024, 5, 2),
    language="en-GB",
    tags=("Harbour", "budget"),
)
BARE = Document("d2", "town hall.txt", "Notes", "Text.", "1" * 64, language="zh")


@pytest.mark.parametrize(
    ("filters", "minutes", "bare"),
    [
        (Filters(publishers=("town hall",)), True, False),
        (Filters(publishers=("Town",)), False, False),
        (Filters(publishers=("",)), False, True),
        (Filters(languages=("EN",)), True, False),
        (Filters(languages=("en-gb",)), True, False),
        (Filters(languages=("en-US",)), False, False),
        (Filters(languages=("zh", "en")), True, True),
        (Filters(folders=("town",)), True, False),
        (Filters(folders=("./Town/minutes/",)), True, False),
        (Filters(folders=("town\\minutes",)), True, False),
        (Filters(folders=("minutes",)), False, False),
        (Filters(folders=("town/minutes/2024/May.md",)), False, False),
        (Filters(folders=("town/min",)), False, False),
        (Filters(folders=(".",)), True, True),
        (Filters(folders=("nowhere", "/town/minutes/2024")), True, False),
        (Filters(tags=("harbour",)), True, False),
        (Filters(tags=("parks", "BUDGET")), True, False),
        (Filters(tags=("parks",)), False, False),
        (Filters(tags=("budget",), publishers=("Port Office",)), False, False),
        (Filters(tags=("budget",), folders=("town",), since=date(2024, 5, 2)), True, False),
    ],
)
def test_all_kinds_must_hold_and_any_value_of_a_kind_will_do(
    filters: Filters, minutes: bool, bare: bool
) -> None:
    assert (filters.admits(MINUTES), filters.admits(BARE)) == (minutes, bare)


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        (Filters(), None),
        (Filters(tags=("budget",)), None),
        (
            Filters(publishers=("Port Office",)),
            "no document by 'Port Office'; its publishers are Town Hall.",
        ),
        (
            Filters(tags=("parks", "a")),
            "with the tag 'parks' or 'a'; its tags are Harbour, budget.",
        ),
        (Filters(languages=("fr",)), "in the language 'fr'; its languages are en-GB, zh."),
        (Filters(folders=("x",)), "in a folder 'x'; its folders are town/minutes/2024."),
        (Filters(documents=("x",)), "no document called 'x'; see 'policyqa status'"),
        (Filters(since=date(2025, 1, 1)), "from 2025-01-01; its dates go from 2024-05-02 to"),
        (Filters(tags=("budget",), languages=("zh",)), "meets all of these filters at once"),
    ],
)
def test_filters_that_leave_nothing_are_told_in_one_sentence(
    filters: Filters, says: str | None
) -> None:
    told = why_none(filters, [MINUTES, BARE])
    assert (told is None) == (says is None)
    if says:
        assert told is not None
        assert says in told
        assert told.endswith(".")
        assert told.count(". ") == 0


@pytest.fixture
def index(toy: Any, tmp_path: Any) -> Any:
    about = {
        "port": {"publisher": "Port Office", "tags": ("sea",)},
        "housing": {"language": "zh", "source": "town/plans/housing.txt"},
        "notes": {"publisher": "Town Hall", "tags": ("sea", "people"), "source": "town/notes.txt"},
    }
    documents = [replace(d, **about[d.id]) for d in toy.documents]
    opened = Index(Generations(tmp_path).build(toy.contents(documents, toy.passages)))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("filters", "admitted"),
    [
        (Filters(publishers=("port office",)), {"port"}),
        (Filters(languages=("zh",)), {"housing"}),
        (Filters(folders=("town",)), {"housing", "notes"}),
        (Filters(folders=("town/plans",)), {"housing"}),
        (Filters(tags=("sea",)), {"port", "notes"}),
        (Filters(tags=("sea",), folders=("town",)), {"notes"}),
        (Filters(tags=("mountains",)), set()),
        (Filters(), {"port", "housing", "notes"}),
    ],
)
def test_every_search_stays_within_the_filters(
    toy: Any, index: Index, filters: Filters, admitted: set[str]
) -> None:
    everywhere = terms("report 2023 2024 plan")
    for found in (
        index.dense(toy.unit("x"), 9, filters),
        index.by_sentence(toy.unit("x"), 9, filters),
        index.lexical(everywhere, 9, filters),
    ):
        assert {scored.item.document_id for scored in found} == admitted


def test_one_question_s_filters_are_not_kept_for_the_next(toy: Any, index: Index) -> None:
    for tag, admitted in (
        ("sea", {"port", "notes"}),
        ("people", {"notes"}),
        ("sea", {"port", "notes"}),
    ):
        found = index.dense(toy.unit("x"), 9, Filters(tags=(tag,)))
        assert {scored.item.document_id for scored in found} == admitted


def test_without_filters_no_document_is_asked(
    toy: Any, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Filters, "admits", lambda *_: pytest.fail("a document was asked"))
    index.dense(toy.unit("x"), 9, Filters())
    index.by_sentence(toy.unit("x"), 9, Filters())
    index.lexical(terms("report"), 9, Filters())
    assert why_none(Filters(), list(index.documents.values())) is None
