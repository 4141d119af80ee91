from __future__ import annotations

from pathlib import Path

import pytest

from ingest.frontmatter import read_front_matter
from ingest.load import Source, read_document


@pytest.mark.parametrize(
    ("block", "tags"),
    [
        ("tags: [Harbour, budget]", ("Harbour", "budget")),
        ("tags:\n- harbour\n- Budget 2024", ("harbour", "Budget 2024")),
        ("tags: harbour, budget; parks", ("harbour", "budget", "parks")),
        ("Tags: 港口、预算，公园", ("港口", "预算", "公园")),
        ("tags: 2024", ("2024",)),
        ("tags: [2024, 3.5]", ("2024", "3.5")),
        ("keywords: harbour\ntags: [budget]", ("budget", "harbour")),
        ("tags: [budget, Budget, ' budget ']", (" budget ".strip(),)),
        ("tags: [[nested], {a: 1}, null, '', fine]", ("fine",)),
        ("tags: {a: b}", ()),
        ("tags:", ()),
        ("title: None", ()),
    ],
)
def test_tags_are_read_however_they_are_listed(block: str, tags: tuple[str, ...]) -> None:
    found = read_front_matter(f"---\n{block}\n---\n\nText.\n").words("tags", "keywords")
    assert tuple(tag.casefold() for tag in found) == tuple(tag.casefold() for tag in tags)


def test_a_document_carries_the_tags_of_its_front_matter(tmp_path: Path) -> None:
    path = tmp_path / "may.md"
    path.write_text("---\ntags: [harbour, budget]\n---\n\n# May\n\nIt was decided.\n")
    assert read_document(Source(path, "may.md")).tags == ("harbour", "budget")
