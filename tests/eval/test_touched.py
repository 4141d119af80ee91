from __future__ import annotations

from pathlib import Path

import pytest

from eval.dataset import Case, Reference
from eval.touched import touched_cases
from ingest.differences import Difference, difference_between
from ingest.pipeline import ingest
from ingest.snapshot import Snapshot
from rag.generations import Generations
from rag.settings import Settings
from tests.ingest.quick import QuickEmbedder

CARGO = "The harbour handled 5.2 million containers in 2023. It was a record year for the town."
REPORT = f"# Harbour report\n\n## Cargo\n\n{CARGO}\n\n## Quays\n\nA new quay was built.\n"
PARKS = "# Parks\n\nThe town opened 12 parks in 2022.\n"


@pytest.fixture(scope="module")
def difference(tmp_path_factory: pytest.TempPathFactory) -> Difference:
    """The harbour's figure changed, and the parks went."""
    home = tmp_path_factory.mktemp("touched")
    old = snapshot(home, {"harbour.md": REPORT, "parks.md": PARKS})
    return difference_between(old, snapshot(home, {"harbour.md": REPORT.replace("5.2", "6.4")}))


def snapshot(home: Path, files: dict[str, str]) -> Snapshot:
    folder, settings = home / "documents", Settings(index_dir=home / "index")
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    ingest([folder], settings, embedder=QuickEmbedder())
    return Snapshot.read(Generations(settings.index_dir).current())


def told(difference: Difference, **case: object) -> list[tuple[str, str, bool | None]]:
    asked = Case(id="c", question="?", **case)  # type: ignore[arg-type]
    return [(t.anchor, t.source, t.stands) for t in touched_cases([asked], difference)]


def test_a_case_is_touched_where_its_evidence_changed(difference: Difference) -> None:
    lost = told(difference, evidence=("handled 5.2 million containers",))
    assert lost == [("handled 5.2 million containers", "harbour.md", False)]
    kept = told(difference, evidence=("a record year",))
    assert kept == [("a record year", "harbour.md", True)]
    gone = told(difference, evidence=("opened 12 parks", "5.2 million"))
    assert [(source, stands) for _, source, stands in gone] == [
        ("parks.md", False),
        ("harbour.md", False),
    ]


def test_a_case_is_not_touched_where_nothing_changed(difference: Difference) -> None:
    assert told(difference, evidence=("A new quay was built",)) == []
    assert told(difference, evidence=("nobody ever said this",)) == []
    assert told(difference, absent=True) == []


def test_a_case_looks_only_in_its_own_documents(difference: Difference) -> None:
    anchor = ("opened 12 parks",)
    assert told(difference, evidence=anchor, documents=("harbour.md",)) == []
    assert len(told(difference, evidence=anchor, documents=("Parks",))) == 1


def test_a_reference_is_touched_by_its_place_in_the_old_text(difference: Difference) -> None:
    start = REPORT.index("5.2")
    inside = (Reference("harbour.md", start, start + 3),)
    assert told(difference, references=inside) == [
        (f"harbour.md {start}-{start + 3}", "harbour.md", None)
    ]
    quay = REPORT.index("A new quay")
    assert told(difference, references=(Reference("harbour.md", quay, quay + 5),)) == []
    assert told(difference, references=(Reference("other.md", start, start + 3),)) == []
