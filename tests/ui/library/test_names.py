from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import SourceError
from ui.library.names import MOST_BYTES, free_name, safe_name


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/report.md", "report.md"),
        ("..\\..\\report.md", "report.md"),
        ("C:\\Documents\\Budget 2024.docx", "Budget 2024.docx"),
        ("/abs/olute.txt", "olute.txt"),
        ("...hidden.md", "hidden.md"),
        ("a\x00b\nc\u202ed.md", "abcd.md"),
        ("  spaced   out .md", "spaced out.md"),
        ("e\u0301t\u00e9.md", "\u00e9t\u00e9.md"),
        ("SCAN.PDF", "SCAN.PDF"),
        ("政府工作报告.pdf", "政府工作报告.pdf"),
        ("lone\ud800.md", "lone.md"),
        ('<img src=x onerror="1">.md', '<img src=x onerror="1">.md'),
    ],
)
def test_a_name_is_its_last_part_without_what_is_not_seen(given: str, name: str) -> None:
    assert safe_name(given) == name


@pytest.mark.parametrize(
    "given", ["", "..", "/", ".md", "x/.pdf", "virus.exe", "notes", "a.md/", "\x00"]
)
def test_a_name_that_no_readable_file_has_is_refused_in_one_sentence(given: str) -> None:
    with pytest.raises(SourceError, match=r"cannot be read: its name does not end in .*\.$"):
        safe_name(given)


def test_a_long_name_is_cut_at_a_character_and_keeps_its_ending(tmp_path: Path) -> None:
    name = safe_name("报" * 300 + ".pdf")
    assert len(name.encode()) <= MOST_BYTES
    assert name.endswith("报.pdf")
    (tmp_path / free_name(name, {name})).touch()


def test_a_name_that_is_taken_gets_the_first_free_number() -> None:
    assert free_name("a.md", set()) == "a.md"
    assert free_name("a.md", {"a.md", "a (2).md"}) == "a (3).md"
