"""Numbers of other languages are read as their readers read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rag.numbers_abroad import figures_in, in_order, is_readable, lost_from


def sure(text: str, language: str) -> list[tuple[Decimal, str]]:
    return [figure.key for figure in figures_in(text, language) if figure.sure]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("English", "It came to 7.25 million, up 3.5 percent, by 2 percentage points"),
        ("Chinese", "达到725万，增长3.5%，提高2个百分点"),
        ("Chinese", "达到七百二十五万，增长百分之三点五，提高2个百分点"),
        ("Japanese", "725万に達し、3.5パーセント増、2ポイント上昇"),
        ("Korean", "725만, 3.5퍼센트 증가, 2%포인트 상승"),
        ("German", "Es waren 7,25 Millionen, 3,5 Prozent mehr, 2 Prozentpunkte"),
        ("German", "Es waren 7.250.000, 3,5 % mehr, zwei Prozentpunkte"),
        ("French", "Ce fut 7,25 millions, soit 3,5 % de plus, 2 points de pourcentage"),
        ("French", "Ce fut 7 250 000, soit 3,5 pour cent de plus, deux points de pourcentage"),
        ("Spanish", "Fueron 7,25 millones, un 3,5 por ciento más, 2 puntos porcentuales"),
        ("Portuguese", "Foram 7,25 milhões, mais 3,5 por cento, 2 pontos percentuais"),
        ("Italian", "Erano 7,25 milioni, il 3,5 per cento in più, 2 punti percentuali"),
        ("Dutch", "Het waren 7,25 miljoen, 3,5 procent meer, 2 procentpunten"),
        ("Russian", "Это 7,25 млн, на 3,5 процента больше, 2 процентных пункта"),
    ],
)
def test_the_same_figures_are_read_in_every_language(language: str, text: str) -> None:
    assert sure(text, language) == [
        (Decimal(7_250_000), "number"),
        (Decimal("3.5"), "percent"),
        (Decimal(2), "points"),
    ]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("English", "on July 4, 2021"),
        ("Chinese", "2021年7月4日"),
        ("German", "am 4. Juli 2021"),
        ("French", "le 4 juillet 2021"),
        ("Spanish", "el 4 de julio de 2021"),
        ("Russian", "4 июля 2021 года"),
    ],
)
def test_a_date_is_its_numbers(language: str, text: str) -> None:
    assert set(sure(text, language)) == {(Decimal(n), "number") for n in (4, 7, 2021)}


def test_english_marks_are_misread_in_a_language_that_writes_a_comma() -> None:
    assert sure("7.250 Millionen", "German") == [(Decimal(7_250_000_000), "number")]
    assert (Decimal("3.5"), "percent") not in sure("3.5 Prozent", "German")


@pytest.mark.parametrize("text", ["万一", "统一", "长三角", "十分重要", "三大产业"])
def test_chinese_numerals_within_words_are_not_sure(text: str) -> None:
    assert sure(text, "Chinese") == []


def test_numerals_that_go_on_at_a_lower_scale_are_one_number() -> None:
    assert sure("1亿2000万人", "Chinese") == [(Decimal(120_000_000), "number")]


def test_a_scale_without_a_figure_is_a_number_too() -> None:
    assert sure("des millions de gens", "French") == [(Decimal(1_000_000), "number")]


def test_what_is_lost_or_out_of_order_is_told() -> None:
    told = figures_in("It sold 300 vans and 40 trams in 2021.", "English")
    swapped = figures_in("Es verkaufte 2021 40 Wagen und 300 Bahnen.", "German")
    fewer = figures_in("Es verkaufte 2021 300 Wagen.", "German")
    assert lost_from(told, swapped) == ()
    assert not in_order(told, swapped)
    assert [figure.value for figure in lost_from(told, fewer)] == [Decimal(40)]


def test_a_language_whose_numbers_are_unknown_is_said_to_be() -> None:
    assert is_readable("English")
    assert is_readable("Chinese")
    assert not is_readable("Swedish")
    assert not is_readable("another language")
