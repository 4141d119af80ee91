"""Only what measures the same is compared, and every period is told."""

from __future__ import annotations

from datetime import date

import pytest

from rag.models import Document
from tests.ui.figures.made import document, made_register, register_of, texts
from ui.figures.targets import Target, period_of, targets_of


def of_lines(*lines: str, title: str = "Valley report") -> tuple[Target, ...]:
    return targets_of(register_of(document("\n".join(lines), title)))


def test_a_result_stands_with_the_target_of_the_next_year() -> None:
    (found,) = targets_of(made_register())
    assert found.measure == "Unemployment in the valley"
    assert texts(found.figures) == ["4.5%", "5%"]
    assert [period_of(figure) for figure in found.figures] == [(2023, ()), (2024, ())]


def test_a_result_stands_with_the_target_of_its_own_year() -> None:
    told = document("Exports will reach 500 tons in 2023.", "Plan", date(2023, 1, 5))
    later = document("Exports were 480 tons in 2023.", "Plan", date(2024, 1, 5))
    later = Document(**{**_fields(later), "id": "later.md", "source": "later.md"})
    (found,) = targets_of(register_of(told, later))
    assert texts(found.figures) == ["480 tons", "500 tons"]


@pytest.mark.parametrize(
    ("result", "target"),
    [
        ("Exports were 480 tons in 2023.", "Exports will reach 500 boxes in 2024."),
        ("Exports were 480 tons in 2023.", "Imports will reach 500 tons in 2024."),
        ("Exports of salt were 480 tons in 2023.", "Exports will reach 500 tons in 2024."),
        ("Exports rose by 3% in 2023.", "Exports will fall by 5% in 2024."),
        ("Exports were 480 tons in 2023.", "Exports will rise by 500 tons in 2024."),
        ("Exports were 480 tons in 2020.", "Exports will reach 500 tons in 2024."),
        ("Exports were 480 tons.", "Exports will reach 500 tons in 2024."),
        ("Exports were 480 tons in 2024.", "Exports will reach 500 tons in 2023."),
        ("The town ran three ports in 2023.", "The town will run three ports in 2024."),
        (
            "In 2023 began the construction of 17 roads with a total investment of $5 million.",
            "In 2024 the total investment of roads will reach $7 million.",
        ),
    ],
    ids=[
        *("unit", "measure", "scope", "direction", "change", "far", "undated", "before", "set"),
        "counted",
    ],
)
def test_what_differs_is_not_compared(result: str, target: str) -> None:
    assert of_lines(result, target) == ()


def test_of_two_different_results_nobody_knows_whose_the_target_is() -> None:
    lines = "Exports were 480 tons in 2023.", "Exports will reach 500 tons in 2024."
    assert len(of_lines(*lines)) == 1
    assert len(of_lines(*lines, "Exports were 480 tons in 2023.")) == 1
    assert of_lines(*lines, "Exports were 90 tons in 2023.") == ()


def test_reports_of_two_places_are_not_mixed_but_those_of_two_years_are() -> None:
    result, target = "Exports were 480 tons in 2023.", "Exports will reach 500 tons in 2024."
    north, south = document(result, "North 2023"), document(target, "South 2024")
    assert targets_of(register_of(north, south)) == ()
    assert len(targets_of(register_of(north, document(target, "North 2024")))) == 1


def test_the_name_that_a_document_is_about_need_not_be_said_each_time() -> None:
    lines = "Exports of Norland rose by 3% in 2023.", "Exports will rise by 5% in 2024."
    assert len(of_lines(*lines, title="Norland report")) == 1
    assert of_lines(*lines, title="Southland report") == ()


def test_a_verb_is_known_in_its_irregular_past() -> None:
    (found,) = of_lines("In 2023, 90 bridges were built.", "In 2024, we will build 95 bridges.")
    assert texts(found.figures) == ["90", "95"]


def test_a_measure_that_only_points_to_another_is_not_compared() -> None:
    lines = "Investment in them was 90 tons in 2023.", "95 tons will be invested in 2024."
    assert of_lines(*lines) == ()


def _fields(told: Document) -> dict[str, object]:
    return {name: getattr(told, name) for name in Document.__slots__}
