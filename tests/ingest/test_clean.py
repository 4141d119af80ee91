from __future__ import annotations

import pytest

from ingest.clean import skip_spans
from rag.models import Document


def skipped(text: str, media_type: str = "text/plain", title: str = "T") -> list[str]:
    document = Document("id", "a.txt", title, text, "0", media_type=media_type)
    return [text[span.start : span.end].strip() for span in skip_spans(document)]


@pytest.mark.parametrize(
    "line",
    [
        "Share | Print | Email",
        "Follow us on X",
        "Subscribe to our newsletter",
        "Photo: Agency",
        "By Jane Doe",
        "© 2023 Example Media",
        "Example Weekly reported , all right reserved",
        "All rights reserved",
        "Page 3 of 9",
        "Fellow members,",
        "Ladies and gentlemen:",
    ],
)
def test_furniture_is_skipped(line: str) -> None:
    assert line in skipped(f"The bridge is open.\n\n{line}\n\nThe road is open too.")


@pytest.mark.parametrize(
    "line",
    [
        "Share prices fell by 3%.",
        "Print runs rose.",
        "Next year, the town will build 12 schools.",
        "By 2025 the town will have 12 schools.",
        "Previous plans were dropped.",
        "Fellow members, over the year we built 12 schools.",
        "Photo: the mayor opens the bridge, which cost 3 million.",
    ],
)
def test_sentences_that_begin_like_furniture_stay(line: str) -> None:
    assert skipped(f"The bridge is open.\n\n{line}\n\nThe road is open too.") == []


def test_previous_and_next_links_go_together() -> None:
    text = "The bridge is open.\n\nPrevious How to fish\nNext Man found $235,000"
    assert skipped(text) == ["Previous How to fish", "Next Man found $235,000"]


def test_a_name_on_its_own_line_is_a_by_line_whether_it_repeats_or_not() -> None:
    story = "Headline of it\n\nIt rained.\n\nAnn Lee\n\nIt snowed."
    assert skipped(story) == ["Ann Lee"]
    assert skipped(f"{story}\n\nAnn Lee\n\nIt froze.") == ["Ann Lee", "Ann Lee"]


def test_headings_are_no_by_lines() -> None:
    text = (
        "Report of the year\n\nRisk Factors\n\nEach risk and all factors are listed.\n\n"
        "Ann Lee\n\nAnn Lee has been chair since 2001."
    )
    assert skipped(text) == []
    assert skipped("A\n\nPART I\n\nText.\n\nPART II\n\nText.") == []


def test_a_repeated_headline_is_skipped_whatever_its_quotes() -> None:
    text = "The town’s plan\n\nAll is well.\n\nThe town's plan\n\nAll is fine."
    assert skipped(text, title="The town’s plan") == ["The town's plan"]


def test_labels_at_the_top_are_skipped_and_the_title_stays() -> None:
    text = "Annual Report Release time: 2024-01-02Source: TOWN OFFICE\nWe grew.\n"
    assert skipped(text) == ["Release time: 2024-01-02Source: TOWN OFFICE"]


def test_front_matter_comments_and_link_definitions_of_markdown_are_skipped() -> None:
    text = "---\ntitle: T\n---\nText.\n<!-- a\nb -->\n[ref]: https://example.org\n"
    assert skipped(text, "text/markdown") == [
        "---\ntitle: T\n---",
        "<!-- a\nb -->",
        "[ref]: https://example.org",
    ]
