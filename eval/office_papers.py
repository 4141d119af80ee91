"""The papers of the made-up office: a title, sections, and one question with its only answer."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product

from eval.office_topics import CHINESE, DID, HOW, TOPICS, WHAT, WHO, Fact, Grid, Topic
from rag.errors import CaseError

FORMS = ("text", "item", "note", "table")
"""Where an answer stands: in running text, in an item of a list, a footnote, a row of a table."""
_CHINESE_EVERY = 12
"""One of so many papers is in Chinese."""
_GRID_SHARE = 0.3
"""Share of the papers with a table in which the question is about the table."""
_PAPERS_A_TOWN = 4

_BEGIN = ("Ash", "Calder", "Elm", "Fern", "Glen", "Harrow", "Kings", "Lang", "Mar", "North",
          "Oak", "Pen", "Raven", "Stan", "Thorn", "Wick")  # fmt: skip
_END = ("brook", "wick", "ford", "mere", "stead", "combe", "dale", "hurst", "ley", "minster",
        "port", "ton")  # fmt: skip
_GIVEN = ("Ada", "Bernard", "Clara", "Dorian", "Edith", "Felix", "Greta", "Hugo", "Irene", "Jonas",
          "Karin", "Leo", "Mabel", "Nils", "Olive", "Paul", "Rosa", "Simon", "Tessa",
          "Victor")  # fmt: skip
_FAMILY = ("Abernathy", "Brandt", "Calloway", "Dekker", "Ellery", "Fairclough", "Gadsby",
           "Hollins", "Ingram", "Jellicoe", "Kettering", "Lindqvist", "Merriman", "Norcott",
           "Osgood", "Pemberton", "Quarles", "Rowntree", "Sedgwick", "Tillman")  # fmt: skip
_STREETS = ("Quarry", "Tanner", "Chapel", "Foundry", "Orchard", "Granary", "Ropewalk", "Saddler")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip
_HAN_BEGIN, _HAN_END = "青白云龙石松柳清金玉", ("溪镇", "山市", "河县", "湖镇", "桥市")


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading; `notes` are footnotes of the paragraph of this number."""

    heading: str
    paragraphs: tuple[str, ...]
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    notes: Mapping[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One file's content. `mark` is a text that begins the answer and stands in it only once.

    `form` is one of `FORMS`.
    """

    name: str
    title: str
    sections: tuple[Section, ...]
    question: str
    expect: str
    heading: str
    mark: str
    form: str
    language: str = "en"


class _Slots(dict[str, str]):
    """The slots of a sentence: what is not given is drawn, and stays the same in the sentence."""

    def __init__(self, rng: random.Random, given: Mapping[str, str]) -> None:
        super().__init__(given)
        self._rng = rng

    def __missing__(self, slot: str) -> str:
        draw = _DRAWS[slot.rstrip("0123456789")]
        while (value := draw(self._rng)) in self.values():
            pass
        self[slot] = value
        return value


def make_papers(count: int, seed: int) -> list[Paper]:
    """So many papers; no two are of one town and one topic. The same seed gives the same.

    Raises:
        CaseError: there are not so many towns.
    """
    rng = random.Random(seed)  # noqa: S311  no secret
    towns = [begin + end for begin, end in product(_BEGIN, _END)]
    rng.shuffle(towns)
    # Towns come back with other topics, so that a name alone does not tell the paper.
    english = [*product(towns[: -(-count // _PAPERS_A_TOWN)], TOPICS)]
    chinese = [(begin + end, CHINESE) for begin, end in product(_HAN_BEGIN, _HAN_END)]
    rng.shuffle(english)
    rng.shuffle(chinese)
    if count > _CHINESE_EVERY * len(chinese):
        raise CaseError(
            f"The office has at most {_CHINESE_EVERY * len(chinese)} files; ask for fewer."
        )
    pairs = [
        chinese[i // _CHINESE_EVERY] if i % _CHINESE_EVERY == _CHINESE_EVERY - 1 else english[i]
        for i in range(count)
    ]
    return [_paper(i, town, topic, rng) for i, (town, topic) in enumerate(pairs)]


def _paper(number: int, town: str, topic: Topic, rng: random.Random) -> Paper:
    year = rng.randint(2012, 2024)
    given = {"town": town, "year": str(year), "before": str(year - 1)}
    sections = {
        heading: Section(heading, tuple(_paragraphs(topic, heading, given, rng)))
        for heading in topic.said
    }
    name = f"{number:03}-{topic.name}-{town.lower()}" if topic is not CHINESE else f"{number:03}"
    paper = Paper(
        name,
        topic.title.format_map(given),
        (),
        "",
        "",
        "",
        "",
        "",
        "zh" if topic is CHINESE else "en",
    )
    if topic.grid:
        asked = rng.random() < _GRID_SHARE
        section, in_grid = _tabled(paper, topic.grid, given, rng)
        sections[topic.grid.heading] = section
        if asked:
            return replace(in_grid, sections=tuple(sections.values()))
    stated = _stated(paper, rng.choice(topic.facts), sections, given, rng)
    return replace(stated, sections=tuple(sections.values()))


def _paragraphs(
    topic: Topic, heading: str, given: Mapping[str, str], rng: random.Random
) -> Iterator[str]:
    own = [template.format_map(_Slots(rng, given)) for template in topic.said[heading]]
    if topic is CHINESE:
        yield "".join(own)
        return
    for sentence in (*own, *[""] * rng.randint(1, 4)):
        around = [_generic(rng, given) for _ in range(rng.randint(2, 5))]
        around.insert(rng.randint(0, len(around)), sentence)
        yield " ".join(filter(None, around))


def _generic(rng: random.Random, given: Mapping[str, str]) -> str:
    parts = " ".join(rng.choice(part) for part in (WHO, DID, WHAT, HOW))
    return parts.format_map(_Slots(rng, given)) + "."


def _stated(
    paper: Paper,
    fact: Fact,
    sections: dict[str, Section],
    given: Mapping[str, str],
    rng: random.Random,
) -> Paper:
    """The paper that says the fact in one of its sections, which is changed in place."""
    slots = _Slots(rng, given)
    question, said, expect, beside = (
        template.format_map(slots)
        for template in (fact.question, fact.said, fact.expect, fact.beside)
    )
    section = sections[fact.heading]
    at = rng.randrange(len(section.paragraphs))
    texts = list(section.paragraphs)
    blank = "" if paper.language == "zh" else " "
    if fact.form == "text":
        texts[at] = blank.join(filter(None, (texts[at], said, beside)))
        section = replace(section, paragraphs=tuple(texts))
    elif fact.form == "note":
        section = replace(section, notes={at: said})
    else:
        others = [t for t in texts[-1].split(". ")[:2] if t] if blank else []
        items = [said, *(f"{text.rstrip('.')}." for text in others)]
        rng.shuffle(items)
        section = replace(section, paragraphs=tuple(texts[:-1] or texts), items=tuple(items))
    sections[fact.heading] = section
    return replace(
        paper, question=question, expect=expect, heading=fact.heading, mark=said, form=fact.form
    )


def _tabled(
    paper: Paper, grid: Grid, given: Mapping[str, str], rng: random.Random
) -> tuple[Section, Paper]:
    """The section with the table, and the paper that asks about one of its cells."""
    years = [str(int(given["year"]) - back) for back in (2, 1, 0)]
    cells = rng.sample(range(101, 9999), len(grid.items) * len(years))
    rows = [
        (item, *(f"{cells[len(years) * i + k]:,}" for k in range(len(years))))
        for i, item in enumerate(grid.items)
    ]
    chosen = rng.choice(rows)
    caption = grid.caption.format_map(_Slots(rng, given))
    header = ("", *(f"{grid.column} {year}" for year in years))
    section = Section(grid.heading, (f"{caption}, by year.",), rows=(header, *rows))
    question = grid.question.format_map({**given, "item": chosen[0]})
    asked = replace(
        paper,
        question=question,
        expect=chosen[-1],
        heading=grid.heading,
        mark=chosen[0],
        form="table",
    )
    return section, asked


def _name(rng: random.Random) -> str:
    return f"{rng.choice(_GIVEN)} {rng.choice(_FAMILY)}"


def _day(rng: random.Random) -> str:
    day = date(2013, 1, 1) + timedelta(days=rng.randrange(4300))
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_DRAWS: Mapping[str, Callable[[random.Random], str]] = {
    "count": lambda rng: f"{rng.randint(1011, 98_989):,}",
    "millions": lambda rng: f"{rng.randint(11, 899) / 10:.1f} million",
    "money": lambda rng: f"{rng.randint(11, 99) / 10:.1f} million euros",
    "percent": lambda rng: f"{rng.randint(41, 799) / 10:.1f} percent",
    "small": lambda rng: str(rng.randint(3, 48)),
    "days": lambda rng: str(rng.randint(6, 40)),
    "hour": lambda rng: f"{rng.randint(1, 12)}:{rng.choice(('15', '30', '45'))} p.m.",
    "month": lambda rng: rng.choice(_MONTHS),
    "street": lambda rng: f"{rng.randint(2, 99)} {rng.choice(_STREETS)} Lane",
    "wan": lambda rng: f"{rng.randint(11, 989) / 10:.1f}万",
    "name": _name,
    "date": _day,
}
