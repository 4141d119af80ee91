from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.differences import Difference, Kind, difference_between
from ingest.pipeline import ingest
from ingest.snapshot import Snapshot
from rag.errors import IndexMismatch
from rag.generations import Generations
from rag.index import Manifest
from rag.settings import Settings
from tests.ingest.quick import QuickEmbedder

CARGO = "The harbour handled 5.2 million containers in 2023. It was a record year for the town."
QUAYS = "A new quay of 400 metres was built in the south basin for large ships."
REPORT = f"# Harbour report\n\n## Cargo\n\n{CARGO}\n\n## Quays\n\n{QUAYS}\n"
PARKS = "# Parks\n\nThe town opened 12 parks in 2022. Three more are planned for 2025.\n"


class Folder:
    """A folder whose states become generations."""

    def __init__(self, home: Path) -> None:
        self._home = home / "documents"
        self._home.mkdir()
        self.settings = Settings(index_dir=home / "index")
        self._embedder = QuickEmbedder()

    def ingest(self, **files: str) -> Snapshot:
        for path in self._home.iterdir():
            path.unlink()
        for name, text in files.items():
            (self._home / f"{name}.md").write_text(text, encoding="utf-8")
        ingest([self._home], self.settings, embedder=self._embedder)
        return Snapshot.read(Generations(self.settings.index_dir).current())


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def passages(found: Difference) -> list[tuple[Kind, str, str, str]]:
    return [
        (c.kind, c.document, c.old.text if c.old else "", c.new.text if c.new else "")
        for c in found.passages
    ]


def figures(found: Difference) -> list[tuple[Kind, str, str]]:
    return [
        (c.kind, c.old.text if c.old else "", c.new.text if c.new else "") for c in found.figures
    ]


def test_a_changed_figure_is_told_with_its_passage(folder: Folder) -> None:
    old = folder.ingest(harbour=REPORT, parks=PARKS)
    new = folder.ingest(harbour=REPORT.replace("5.2 million", "6.4 million"), parks=PARKS)
    found = difference_between(old, new)
    assert found.documents.changed == ("harbour.md",)
    assert passages(found) == [
        (Kind.CHANGED, "harbour.md", CARGO, CARGO.replace("5.2 million", "6.4 million"))
    ]
    assert figures(found) == [(Kind.CHANGED, "5.2 million", "6.4 million")]


def test_what_only_moved_or_was_spelled_otherwise_does_not_differ(folder: Folder) -> None:
    old = folder.ingest(harbour=REPORT)
    top, cargo, quays = REPORT.partition("## Cargo")[0], CARGO, QUAYS
    moved = f"{top}## Quays\n\n{quays}\n\n## Cargo\n\n{cargo}\n"
    found = difference_between(old, folder.ingest(harbour=moved))
    assert (found.passages, found.figures) == ((), ())
    assert found.documents.changed == ("harbour.md",)
    spelled = difference_between(
        old, folder.ingest(harbour=REPORT.replace("5.2 million", "5,200,000"))
    )
    assert [c.kind for c in spelled.passages] == [Kind.CHANGED]
    assert spelled.figures == ()


def test_documents_that_came_or_went_bring_or_take_their_text(folder: Folder) -> None:
    old = folder.ingest(harbour=REPORT)
    found = difference_between(old, folder.ingest(parks=PARKS))
    kinds = [(c.kind, c.document) for c in found.passages]
    assert kinds.count((Kind.REMOVED, "harbour.md")) == len(old.passages)
    assert kinds.count((Kind.ADDED, "parks.md")) == len(kinds) - len(old.passages) > 0
    assert {kind for kind, *_ in figures(found)} == {Kind.ADDED, Kind.REMOVED}


def test_a_renamed_file_is_the_same_document(folder: Folder) -> None:
    old = folder.ingest(harbour=REPORT, parks=PARKS)
    found = difference_between(old, folder.ingest(port=REPORT, parks=PARKS))
    assert found.documents.renamed == (("harbour.md", "port.md"),)
    assert (found.passages, found.figures) == ((), ())
    assert found


def test_the_same_generation_does_not_differ(folder: Folder) -> None:
    old = folder.ingest(harbour=REPORT)
    assert not difference_between(old, old)


def test_a_new_heading_over_the_same_words_is_a_change(folder: Folder) -> None:
    old = folder.ingest(harbour=REPORT)
    found = difference_between(old, folder.ingest(harbour=REPORT.replace("## Quays", "## Piers")))
    (change,) = found.passages
    assert change.old is not None
    assert change.new is not None
    assert (change.old.heading[-1], change.new.heading[-1]) == ("Quays", "Piers")
    assert found.figures == ()


def test_a_plan_is_not_the_result_changed(folder: Folder) -> None:
    old = folder.ingest(parks="# Parks\n\nThe town opened 12 parks in 2025.\n")
    new = folder.ingest(parks="# Parks\n\nThe town will open 14 parks in 2025.\n")
    found = difference_between(old, new)
    assert {kind for kind, *_ in figures(found)} == {Kind.ADDED, Kind.REMOVED}


def test_equal_figures_are_counted(folder: Folder) -> None:
    old = folder.ingest(harbour=REPORT)
    cargo = next(f for f in old.figures if f.value == Decimal(5_200_000))
    thrice, twice = replace(old, figures=[cargo] * 3), replace(old, figures=[cargo] * 2)
    assert figures(difference_between(thrice, twice)) == [(Kind.REMOVED, cargo.text, "")]


def test_figures_of_an_unknown_measure_have_no_counterpart(folder: Folder) -> None:
    old = folder.ingest(harbour=REPORT)
    cargo = replace(old.figures[0], terms=frozenset(), measure="")
    other = replace(cargo, value=cargo.value + 1)
    found = difference_between(replace(old, figures=[cargo]), replace(old, figures=[other]))
    assert [c.kind for c in found.figures] == [Kind.REMOVED, Kind.ADDED]


def test_a_figure_is_compared_under_its_own_heading_first(folder: Folder) -> None:
    old = folder.ingest(harbour=REPORT)
    one = replace(old.figures[0], heading=("A",))
    two = replace(one, heading=("B",), value=one.value + 1)
    new = [replace(two, value=two.value + 5), replace(one, value=one.value + 9)]
    found = difference_between(replace(old, figures=[one, two]), replace(old, figures=new))
    told = [(c.old.heading, c.new.heading) for c in found.figures if c.old and c.new]
    assert told == [(("A",), ("A",)), (("B",), ("B",))]


def test_a_generation_of_another_version_of_the_program_is_refused(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.ingest(harbour=REPORT)
    where = Generations(folder.settings.index_dir).current()
    load: Any = Manifest.load
    monkeypatch.setattr(Manifest, "load", lambda path: replace(load(path), format=1))
    with pytest.raises(IndexMismatch, match=r"cannot be compared"):
        Snapshot.read(where)
