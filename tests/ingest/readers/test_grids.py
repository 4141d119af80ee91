from __future__ import annotations

import pytest

from ingest.readers.grids import blocks_of, said


def rows(text: str) -> list[list[str]]:
    return [line.split("|") for line in text.split("/")]


@pytest.mark.parametrize("marked", [0, 1])
@pytest.mark.parametrize("top", ["Site|Trips|Trips", "Site|Trips|", "|Trips|Trips"])
@pytest.mark.parametrize("years", ["2022|2023", "Adults|Children", "FY2022|2022-23"])
def test_a_second_row_of_names_belongs_to_the_header(years: str, top: str, marked: int) -> None:
    first = top.split("|")[0]
    table = "\n".join(blocks_of(rows(f"{top}/{first}|{years}/North|14|15"), marked))
    one, other = years.split("|")
    assert table.splitlines()[0] == f"| {first} | Trips {one} | Trips {other} |"
    assert table.splitlines()[-1] == "| North | 14 | 15 |"


@pytest.mark.parametrize(
    "grid",
    [
        "Site|Head|/North|Ann|since May/South|Bob|",
        "Site|Trips|Trips/North|14|15/South|16|17",
        "Site|Head/North|Ann/South|Bob",
        "|2022|2023/North|14|15/South|16|17",
        "Item|2 rooms|3 rooms/Rent|450|560",
        "Age|0-14|15-64/Men|450|560",
    ],
)
def test_a_row_of_data_stays_below_the_header(grid: str) -> None:
    block = "\n".join(blocks_of(rows(grid), 0))
    assert len(block.splitlines()) == len(rows(grid)) + 1
    assert block.startswith(f"| {rows(grid)[0][0]} |")


def test_pairs_of_name_and_figure_are_told_one_by_one() -> None:
    grid = rows("Fee:|40 dollars/Boats|26/Founded|1988")
    assert list(blocks_of(grid, 0)) == ["Fee: 40 dollars", "Boats: 26", "Founded: 1988"]


def test_a_wide_table_that_opens_with_data_has_no_names() -> None:
    block = "\n".join(blocks_of(rows("North|4,100|4,900/South|5,100|5,200"), 0))
    assert block.splitlines()[0] == "|  |  |  |"
    assert "| North | 4,100 | 4,900 |" in block


def test_a_row_that_is_one_cell_is_the_title_of_its_table() -> None:
    grid = rows("Lake boats|Lake boats/Fee|free/Boats|many")
    assert list(blocks_of(grid, 1, paired=True)) == ["Lake boats", "Fee: free", "Boats: many"]


def test_a_table_inside_a_cell_keeps_the_names_of_its_columns() -> None:
    assert said(rows("Floors|Rooms/7|133"), 0) == "Floors: 7; Rooms: 133"
    assert said(rows("Floors|7/Rooms|133"), 0) == "Floors: 7; Rooms: 133"
