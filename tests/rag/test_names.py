"""Names by their capitals in any cased script, without them, and what is derived from them."""

from __future__ import annotations

import pytest

from rag.names import bare_names, initials_in, is_shouted, kin_terms, name_words, names_in
from rag.text import term, terms

HELD = frozenset(terms("How many jobs were created in the port of a city? Its throughput"))


@pytest.mark.parametrize(
    ("text", "single", "whole"),
    [
        ("How many jobs were created in Öland?", ("Öland",), ["Öland"]),
        ("Where did Æthel meet O’Brien?", ("Æthel", "O’Brien"), ["Æthel", "O’Brien"]),
        ("What did É. Zola write?", ("Zola",), ["É. Zola"]),
        ("How many live in the U.S.?", ("U.S.",), ["U.S."]),
        ("Who is Šime Žić's aunt?", ("Šime", "Žić's"), ["Šime Žić"]),
        ("what is in O\u0308land", ("Öland",), ["Öland"]),
        ("сколько мостов в Омске", ("Омске",), ["Омске"]),
        ("HOW MANY JOBS WERE CREATED IN SHANGHAI?", (), []),
        ("which German-built Li-ion cell is it", ("German", "Li"), ["German-built Li-ion"]),
        ("is the NATO in the USA?", ("NATO", "USA"), ["NATO", "USA"]),
    ],
)
def test_capitals_of_any_script_tell_names_unless_all_is_in_capitals(
    text: str, single: tuple[str, ...], whole: list[str]
) -> None:
    assert (name_words(text), names_in(text)) == (single, whole)


def test_a_mended_word_does_not_hide_that_a_text_was_typed_in_capitals() -> None:
    assert is_shouted("HOW MANY Bridges ARE IN GRAZ?")
    assert not is_shouted("How many bridges are in GRAZ?")


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("china", "chinese"), ("italy", "italian"), ("berlin", "berliner"), ("iraq", "iraqi"),
        ("japan", "japanese"), ("shanghai", "shanghainese"), ("europe", "european"),
        ("germany", "german"), ("nigeria", "nigerian"), ("spain", "spanish"), ("tesla", "tesla's"),
    ],
)  # fmt: skip
def test_what_is_derived_from_a_name_is_its_kin_both_ways(name: str, other: str) -> None:
    assert term(other) in kin_terms(name)
    assert term(name) in kin_terms(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("shanxi", "shanghai"), ("austria", "australia"), ("austria", "australian"),
        ("jiangsu", "jiangxi"), ("niger", "nigeria"), ("iran", "iraq"), ("milan", "mile"),
    ],
)  # fmt: skip
def test_a_common_beginning_makes_no_kin(name: str, other: str) -> None:
    assert term(other) not in kin_terms(name)
    assert term(name) not in kin_terms(other)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("how many jobs were created in guangzhou in 2023", ("guangzhou",)),
        ("how many jobs were created in paris?", ("paris",)),
        ("HOW MANY JOBS WERE CREATED IN PARIS?", ("paris",)),
        ("What was the GDP of öland?", ("öland",)),
        ("how far is it in kilometers, in total and in practice", ()),
        ("how much did it grow in percent in december", ()),
        ("how many jobs were created in the suburb", ()),
        ("how many jobs were created in suburbs", ()),
        ("what kind of roommate was created", ()),
        ("how many jobs were created in zebra port", ()),
        ("how many jobs did Shanghai create in zebra", ()),
        ("how many jobs were created in port", ()),
    ],
)
def test_a_word_that_is_used_as_a_name_and_known_nowhere_is_one(
    text: str, names: tuple[str, ...]
) -> None:
    assert bare_names(text, HELD.__contains__) == names


def test_initials_are_held_as_such_and_by_words_in_capitals() -> None:
    assert "us" in initials_in("It met the U.S. envoy.")
    assert "us" in initials_in("The US envoy left.")
    assert "us" in initials_in("In the United States of America it rained.")
    assert "us" not in initials_in("It told us of the Upper Rhine.")
