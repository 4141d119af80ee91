from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from ingest.load import Source, read_document
from ingest.split import count_words, split_document
from rag.models import Citation, Claim, Document, Passage, Verdict
from rag.rows import cells_of
from rag.settings import SplitSettings
from rag.verify import verify

LONG = "It is a long paragraph about the work of the port in the year that has passed. " * 4


def document(text: str, media_type: str = "text/plain", title: str = "") -> Document:
    return Document("id", "a.txt", title, text, "0", media_type=media_type)


def cut(text: str, media_type: str = "text/plain", title: str = "") -> tuple[Passage, ...]:
    return split_document(document(text, media_type, title), SplitSettings())


def by_heading(
    text: str, media_type: str = "text/plain", title: str = ""
) -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for passage in cut(text, media_type, title):
        found.setdefault(passage.heading, []).extend(s.text for s in passage.sentences)
    return found


def paths(text: str, media_type: str = "text/plain") -> list[tuple[str, ...]]:
    return list(by_heading(text, media_type))


SPEECH = f"""Report of the Port
I. Review of the Work in 2023
We did our work in the following areas:
1. We have remained busy in building the port.
{LONG}
2. Driving trade and improving its quality. {LONG}
Accelerating the growth of the harbour.
{LONG}
Strengthening the pier and its cranes. {LONG}
II. Major Tasks in 2024
Taking all into account, we propose these targets for this
year:
. GDP growth of around 5%
. A CPI of about 3%
This year, we will work.
Better roads for the harbour: The roads were widened. They are good.
"""


def test_headings_of_several_shapes_are_nested() -> None:
    first, second = "I. Review of the Work in 2023", "II. Major Tasks in 2024"
    trade = "2. Driving trade and improving its quality"
    assert paths(SPEECH) == [
        (first,),
        (first, "1. We have remained busy in building the port"),
        (first, trade),
        (first, trade, "Accelerating the growth of the harbour"),
        (first, trade, "Strengthening the pier and its cranes"),
        (second,),
        (second, "Taking all into account, we propose these targets for this year"),
        (second, "Better roads for the harbour"),
    ]


def test_a_heading_that_is_a_sentence_can_be_quoted() -> None:
    found = by_heading(SPEECH)
    path = ("I. Review of the Work in 2023", "1. We have remained busy in building the port")
    assert found[path][0] == "We have remained busy in building the port."


def test_a_lead_in_is_the_heading_of_its_list_and_a_sentence() -> None:
    found = by_heading(SPEECH)
    lead = "Taking all into account, we propose these targets for this year"
    assert found[("II. Major Tasks in 2024", lead)] == [
        "GDP growth of around 5%",
        "A CPI of about 3%",
    ]
    assert f"{lead}:" in found[("II. Major Tasks in 2024",)]


def test_numbered_lines_without_text_between_are_a_list() -> None:
    text = "Steps\n\nDo this:\n1. Open the door.\n2. Go in.\n3. Shut the door.\n\nThat is all.\n"
    assert by_heading(text)[("Do this",)] == ["1. Open the door.", "2. Go in.", "3. Shut the door."]


def test_names_and_years_are_no_enumerators() -> None:
    text = f"Story\n\n{LONG}\n\nV. Smith came in.\n\n15. The rest stayed.\n\n{LONG}"
    assert paths(text) == [()]


def test_named_parts_and_items_stand_above_the_rest() -> None:
    text = "PART I\n\nItem 1. Business\n\nWe sell. We buy.\n\nItem 2. Risks\n\nThere are some.\n"
    assert paths(f"ACME CORP.\n\n{text}") == [
        (),
        ("PART I", "Item 1. Business"),
        ("PART I", "Item 2. Risks"),
    ]


def test_a_heading_that_heads_nothing_stays_quotable() -> None:
    text = (
        "ACME CORP.\n\nFORM 10-K\n\nFor the year ended December 31, 2023\n\nBusiness\n\nWe sell.\n"
    )
    assert "FORM 10-K" in by_heading(text)[()]


def test_chinese_headings_are_nested() -> None:
    text = "一、工作回顾\n过去一年很好。\n（一）改革\n新增65家。\n二、主要任务\n增长5%左右。\n"
    assert paths(text) == [("一、工作回顾",), ("一、工作回顾", "（一）改革"), ("二、主要任务",)]


BROKEN = """Work went on. We have
1 (Translator’s note): “one rule” means a rule that holds for
further empowered the towns. We like “one rule”1 and the lists2 a lot. The stock grew to 1.288
2 (Note): the lists are "A" and "B". million, the highest of all. More followed.
"""


def test_a_sentence_runs_over_a_line_break_and_over_a_footnote() -> None:
    texts = [s.text for p in cut(BROKEN) for s in p.sentences]
    assert "We have further empowered the towns." in texts
    assert "We like “one rule” and the lists a lot." in texts
    assert "The stock grew to 1.288 million, the highest of all." in texts
    assert '2 (Note): the lists are "A" and "B".' in texts


def test_spans_overlap_only_where_a_footnote_interrupts() -> None:
    passages = cut(BROKEN)
    notes = [p for p in passages if p.text[0] in "12"]
    running = [s.span for p in passages if p not in notes for s in p.sentences]
    assert all(a.end <= b.start for a, b in pairwise(running))
    assert all(any(s.covers(note.span) for s in running) for note in notes)


def test_a_footnote_of_several_lines_is_kept_together() -> None:
    text = (
        "We use “(2+2)+(3+6)”3, so it works well and will go on to work well for long.\n"
        "3 (Note) 2+2: two and two.\n3+6: three and six.\n10 million meters will be built.\n"
    )
    passages = cut(text)
    assert [p.text for p in passages if p.text.startswith("3 (")] == [
        "3 (Note) 2+2: two and two. 3+6: three and six."
    ]


def test_an_address_to_the_audience_ends_the_numbered_section() -> None:
    text = f"I. Tasks\n1. Building the port. {LONG}\nFellow members:\nThe army is strong. It is.\n"
    assert paths(text) == [("I. Tasks", "1. Building the port"), ("I. Tasks",)]


def test_a_text_wrapped_at_a_margin_is_joined_and_its_titles_found() -> None:
    text = (
        "Sodium\n\nSodium is a chemical element; it has the symbol Na and atomic\n"
        "number 11. It is a soft and highly reactive metal of which much is\n"
        "found in the sea.\n\nHistory\n\nSalt has long been an important\ncommodity in the world.\n"
    )
    found = by_heading(text)
    assert found[()][0].endswith("atomic number 11.")
    assert found[("History",)] == ["Salt has long been an important commodity in the world."]


MARKDOWN = """# Budget *2024*

Intro with **bold** and a [link](https://example.org "t"). Next.

## Results ##

| Measure | 2023 |
|---|---:|
| Revenue | **6.2** |
| Cost \\| all | |

The targets are:

1. First item. It is long.
2. Second item
   goes on
   - nested

> A quote that runs
> over lines.

Setext
------

    code 5

<div>Block 7</div>
"""


def test_markdown_is_cut_by_its_structure() -> None:
    assert by_heading(MARKDOWN, "text/markdown", "Budget 2024") == {
        (): ["Intro with bold and a link.", "Next."],
        ("Results",): [
            "Measure: Revenue; 2023: 6.2",
            "Measure: Cost | all",
            "The targets are:",
            "A quote that runs over lines.",
        ],
        ("Results", "The targets are"): [
            "First item.",
            "It is long.",
            "Second item goes on",
            "nested",
        ],
        ("Setext",): ["code 5", "Block 7"],
    }


def test_the_title_is_no_part_of_the_path() -> None:
    assert cut("# Plan\n\nIt is so.", "text/markdown", "Plan")[0].heading == ()


def test_passages_keep_to_the_limit_and_a_long_sentence_stands_alone() -> None:
    long = "word " * 200 + "end."
    for words in (20, 60, 120):
        settings = SplitSettings(passage_words=words)
        passages = split_document(document(f"{LONG}{long} {LONG}"), settings)
        for passage in passages:
            assert len(passage.sentences) == 1 or count_words(passage.text) <= words


def test_ids_come_from_content_and_nothing_is_edited(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(SPEECH)
    read = read_document(Source(path, "a.txt"))
    first, again = (split_document(read, SplitSettings()) for _ in range(2))
    assert first == again
    assert len({passage.id for passage in first}) == len(first)
    assert all(len(passage.id) == 24 for passage in first)
    assert read.text == SPEECH


@pytest.mark.parametrize(
    ("table", "quoted"),
    [
        (
            "|  | 2023 | 2024 |\n|---|---|---|\n| Jobs | 606,000 | 550,000 |\n",
            ["|  | 2023 | 2024", "Jobs | 606,000 | 550,000"],
        ),
        (
            "| Of | 2023 | 2024 |\n|---|---|---|\n|  | 606,000 | 550,000 |\n",
            ["Of | 2023 | 2024", "|  | 606,000 | 550,000"],
        ),
    ],
)
def test_a_row_is_quoted_with_its_empty_first_cell_so_that_cells_stay_under_their_columns(
    table: str, quoted: list[str]
) -> None:
    read = document(table, "text/markdown")
    ((row,),) = [passage.sentences for passage in split_document(read, SplitSettings())]
    assert [table[place.start : place.end] for place in row.places] == quoted
    cited = tuple(
        Citation("id", "a.md", "", "a.md", None, span, table[span.start : span.end], None, (), "")
        for span in row.places
    )
    assert verify(Claim(row.text, cited), {"id": read}).verdict is Verdict.SUPPORTED
    assert [cell.amount.value for cell in cells_of(row, read)] == [606_000, 550_000]
