from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from rag.locating import Located, find_words, locate, standing_instead, stands_whole
from rag.models import Document, Span
from rag.past import PastText, PastTexts
from rag.permalink import Permalink, permalink_to

DAY = date(2024, 5, 2)
OLD = "# Fees\n\nThe old fee is gone.\n\nA permit costs 5 yuan. It lasts for a year.\n\nPay here.\n"
WORDS = "A permit costs 5 yuan."


def doc(text: str, name: str = "a") -> Document:
    return Document(name, f"{name}.md", name.title(), text, "0" * 64)


def span_of(text: str, words: str) -> Span:
    return Span(text.index(words), text.index(words) + len(words))


def among(*documents: Document) -> Callable[[str], Document | None]:
    return {d.id: d for d in documents}.get


@pytest.fixture
def past(tmp_path: Path) -> PastTexts:
    return PastTexts(tmp_path)


@pytest.fixture
def place() -> Permalink:
    return permalink_to(doc(OLD), span_of(OLD, WORDS))


def keep(past: PastTexts, text: str, name: str = "a", moved_to: str | None = None) -> PastText:
    kept = PastText(doc(text, name), ((0, ("Fees",)),), DAY, moved_to)
    past.keep([kept])
    return kept


def words_of(found: Located) -> str | None:
    if found.document is None or found.span is None:
        return None
    return found.document.text[found.span.start : found.span.end]


def test_words_at_their_place_need_no_earlier_text(past: PastTexts, place: Permalink) -> None:
    assert locate(place, among(doc(OLD)), past) == Located(doc(OLD), place.span)


def test_words_that_moved_are_found_again(past: PastTexts, place: Permalink) -> None:
    kept = keep(past, OLD)
    new = doc(f"# A new head\n\nSomething before.\n\n{OLD}")
    found = locate(place, among(new), past)
    assert (words_of(found), found.past, found.document) == (WORDS, kept, new)


@pytest.mark.parametrize(
    "spaced",
    ["A permit\ncosts 5 yuan.", "A permit  costs 5\u00a0yuan.", "A permit costs\n\n5 yuan."],
)
def test_words_that_are_spaced_otherwise_still_stand(
    past: PastTexts, place: Permalink, spaced: str
) -> None:
    keep(past, OLD)
    assert words_of(locate(place, among(doc(f"x {spaced} y")), past)) == spaced


def test_words_that_changed_are_told_by_the_earlier_text(past: PastTexts, place: Permalink) -> None:
    kept = keep(past, OLD)
    new = doc(OLD.replace("5 yuan", "8 yuan"))
    assert locate(place, among(new), past) == Located(new, None, kept)


def test_a_removed_document_is_told_by_its_earlier_text(past: PastTexts, place: Permalink) -> None:
    kept = keep(past, OLD)
    assert locate(place, among(), past) == Located(None, None, kept)


def test_a_renamed_document_is_followed_over_several_names(
    past: PastTexts, place: Permalink
) -> None:
    kept = keep(past, OLD, moved_to="b")
    keep(past, OLD, "b", moved_to="c")
    new = doc(f"More.\n\n{OLD}", "c")
    found = locate(place, among(new), past)
    assert (found.document, words_of(found), found.past) == (new, WORDS, kept)
    other = doc("Another paper under the old name.", "a")
    assert locate(place, among(other, new), past).document == new
    changed = doc("All is new.", "c")
    assert locate(place, among(changed), past) == Located(changed, None, kept)


def test_names_that_lead_in_a_circle_end(past: PastTexts, place: Permalink) -> None:
    kept = keep(past, OLD, moved_to="b")
    keep(past, OLD, "b", moved_to="a")
    assert locate(place, among(), past) == Located(None, None, kept)


def test_the_latest_version_with_the_words_is_taken(past: PastTexts, place: Permalink) -> None:
    keep(past, OLD)
    later = keep(past, f"{OLD}More.\n")
    keep(past, "Other words.\n")
    assert locate(place, among(doc("New.")), past).past == later


def test_a_forged_permalink_shows_nothing_of_an_earlier_text(
    past: PastTexts, place: Permalink
) -> None:
    keep(past, OLD)
    forged = Permalink("a", place.span, "deadbeef")
    shifted = Permalink("a", Span(place.span.start + 1, place.span.end), place.digest)
    for link in (forged, shifted, Permalink("b", place.span, place.digest)):
        assert locate(link, among(doc("New.")), past).past is None
        assert locate(link, among(), past) == Located(None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The rate is 5.", "The rate is 5.2 percent."),
        ("The rate is 5", "The rate is 55"),
        ("The rate is 5", "The rate is 5,000"),
        ("The rate is 5", "The rate is 5%"),
        ("5 yuan", "12.5 yuan"),
        ("5 yuan", "-5 yuan"),
        ("cost 5 yuan", "accost 5 yuan"),
        ("a permit", "a permitted"),
        ("费用为5", "费用为5.5元"),
        ("费用为5", "费用为5万元"),
        ("200 seats", "1 200 seats"),
        ("200 seats", "1\u00a0200 seats"),
        ("costs 1", "costs 1 200"),
        ("rose by 5", "rose by 5 million"),
        ("rose by 5", "rose by 5\u00a0per cent"),
    ],
)
def test_a_part_of_a_word_or_number_is_not_the_same_words(old: str, new: str) -> None:
    assert find_words(new, old, Span(0, len(old))) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("费用为五元。", "现在费用为五元。其他"),
        ("It ends 5.", "It ends 5. 6 more."),
        ("It ends 5.", "It ends 5. 600 more."),
        ("200 seats", "In 2024 200 seats were sold."),
        ("rose by 5", "Prices rose by 5 in millions of homes."),
    ],
)
def test_whole_sentences_are_found_between_others(old: str, new: str) -> None:
    span = find_words(new, old, Span(0, len(old)))
    assert span is not None
    assert new[span.start : span.end] == old


def test_of_several_places_the_one_among_the_same_words_is_taken() -> None:
    old = "Part one. It is free. Then more.\nPart two. It is free. The end.\n"
    second = Span(old.rindex("It is free."), old.rindex("It is free.") + 11)
    new = "It is free. Part one. It is free. Then more.\nPart two. It is free. The end.\n"
    span = find_words(new, old, second)
    assert span is not None
    assert span.start == new.rindex("It is free.")


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("A permit costs 5 yuan.", "A permit costs 8 yuan.", "A permit costs 8 yuan."),
        (f"{WORDS} It lasts for a year.", "Permits are free.", "Permits are free."),
        (
            f"{WORDS} It",
            "Ask first. A permit costs 8 yuan. It",
            "Ask first. A permit costs 8 yuan.",
        ),
        (f"{WORDS} It lasts for a year.", "All free.\n\nReally.", "All free.\n\nReally."),
        (f"{WORDS} It lasts", "It lasts", None),
        (f"{WORDS} It lasts for a year.\n\n", "", None),
    ],
)
def test_what_stands_instead_is_told_by_the_text_around(
    was: str, now: str, told: str | None
) -> None:
    new = f"Before.\n\n{OLD.replace(was, now)}"
    span = standing_instead(new, OLD, span_of(OLD, WORDS))
    assert (new[span.start : span.end] if span else None) == told


def test_without_lines_around_nothing_stands_instead() -> None:
    assert standing_instead("All of it is new.", OLD, span_of(OLD, WORDS)) is None


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("| Cheese | 15 | 5 |\n", True),
        ("Bread | 1 | 2\nCheese | 15 |  5\nEggs | 1 | 2", True),
        ("Cheese | 15 | 5 | |\n", True),
        ("| Cheese | 15 | 52 |", False),
        ("| Cheese | 15 | 5 boats |", False),
        ("| Cheese | 15 | 5 | 7 |", False),
        ("| Goat Cheese | 15 | 5 |", False),
        ("| Goat | Cheese | 15 | 5 |", False),
    ],
)
def test_a_row_stands_in_a_text_that_has_it_whole(text: str, stands: bool) -> None:
    assert stands_whole(text, "Cheese | 15 | 5") == stands


def test_words_stand_whole_in_a_text_however_they_are_spaced() -> None:
    assert stands_whole("A fee of 55. A fee\nof  5.", "fee of 5")
    assert not stands_whole("A fee of 55. A fee\nof 5.2", "fee of 5")
    assert not stands_whole("anything", " ")
