from __future__ import annotations

from typing import Any

import pytest

from rag.index import Index
from rag.models import Filters
from rag.period import Status
from rag.register import Selection, unit_named


def texts(index: Index, **wanted: Any) -> list[str]:
    return [f.text for f in Selection(**wanted).of(index.figures, index.documents)]


def test_everything_is_selected_without_a_wish(toy_index: Index) -> None:
    assert texts(toy_index) == [f.text for f in toy_index.figures]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"measure": "retail sale"}, ["12.6%"]),
        ({"measure": "rental HOME"}, ["70,000"]),
        ({"measure": "retail homes"}, []),
        ({"year": 2024}, ["70,000"]),
        ({"status": Status.PLANNED}, ["70,000", "4,000", "4.5%"]),
        ({"unit": "percent"}, ["12.6%", "4.5%"]),
        ({"unit": "%", "status": Status.ACHIEVED}, ["12.6%"]),
        ({"unit": "teus"}, ["49.158 million TEUs"]),
        ({"filters": Filters(documents=("port.txt",)), "year": 2023},
         ["49.158 million TEUs", "12.6%"]),
        ({"filters": Filters(documents=("Notes",))}, []),
    ],
)  # fmt: skip
def test_all_that_is_wished_for_must_hold(
    toy_index: Index, wanted: dict[str, Any], expected: list[str]
) -> None:
    assert texts(toy_index, **wanted) == expected


@pytest.mark.parametrize(
    ("spelled", "unit"),
    [
        ("RMB", "CNY"), ("yuan", "CNY"), ("Percent", "%"), ("percentage points", "pp"),
        ("sq km", "km²"), ("hectares", "ha"), ("blorps!", "blorps!"),
    ],
)  # fmt: skip
def test_a_unit_may_be_spelled_in_any_way(spelled: str, unit: str) -> None:
    assert unit_named(spelled) == unit
