from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from ingest.pipeline import ingest
from ingest.sandbox import Limits, Sandbox
from rag.errors import SourceError
from rag.settings import Settings
from tests.ingest.quick import QuickEmbedder
from tests.ui.fake_pipeline import REPORT
from tests.ui.paged import documents_of, drawn, paged_settings, several_pages
from ui.pages import Pages

PLAN = several_pages()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(memory_mb=768, wall_s=60.0)) as made:
        yield made


@pytest.fixture
def office(tmp_path: Path) -> Settings:
    return paged_settings(tmp_path, plan=PLAN)


def file_of(office: Settings) -> Path:
    return office.index_dir.parent / "documents" / "plan.pdf"


def test_a_page_is_drawn_as_wide_as_it_is_asked_for(office: Settings, sandbox: Sandbox) -> None:
    plan = documents_of(office)["plan"]
    pages = Pages(office.index_dir, sandbox)
    assert pages.has(plan)
    image = Image.open(io.BytesIO(pages.picture(plan, 4, 600)))
    assert (image.width, image.format, image.mode) == (600, "PNG", "RGB")
    assert abs(image.height / image.width - 2**0.5) < 0.01
    dark = sum(1 for value in image.convert("L").tobytes() if value < 100)
    assert 500 < dark < 100_000  # letters on white
    assert pages.picture(plan, 4, 600) != pages.picture(plan, 1, 600)


def test_the_layout_tells_sizes_and_characters(office: Settings, sandbox: Sandbox) -> None:
    plan = documents_of(office)["plan"]
    told = Pages(office.index_dir, sandbox).layout(plan, [4])
    assert len(told.sizes) == len(plan.page_starts) == 6
    assert "twelve new berths" in told.characters[4].text
    assert len(told.characters[4].text) == len(told.characters[4].places)
    assert set(told.characters) == {4}


@pytest.mark.parametrize("number", [0, -1, 7, 10**9])
def test_there_are_no_pages_beyond_the_document(
    office: Settings, sandbox: Sandbox, number: int
) -> None:
    with pytest.raises(SourceError, match="has no page"):
        Pages(office.index_dir, sandbox).picture(documents_of(office)["plan"], number, 600)


def test_a_file_that_changed_since_is_not_drawn(office: Settings, sandbox: Sandbox) -> None:
    plan = documents_of(office)["plan"]
    file_of(office).write_bytes(several_pages(3))
    pages = Pages(office.index_dir, sandbox)
    with pytest.raises(SourceError, match="no longer the file that was read"):
        pages.picture(plan, 1, 600)
    with pytest.raises(SourceError, match="no longer the file that was read"):
        pages.layout(plan, [1])


def test_a_file_that_is_gone_is_not_drawn(office: Settings, sandbox: Sandbox) -> None:
    plan = documents_of(office)["plan"]
    file_of(office).unlink()
    pages = Pages(office.index_dir, sandbox)
    assert not pages.has(plan)
    with pytest.raises(SourceError, match="ingest it again"):
        pages.picture(plan, 1, 600)


def test_a_link_out_of_the_folder_is_not_followed_even_to_the_same_bytes(
    office: Settings, sandbox: Sandbox, tmp_path: Path
) -> None:
    plan = documents_of(office)["plan"]
    shutil.move(file_of(office), tmp_path / "elsewhere.pdf")
    file_of(office).symlink_to(tmp_path / "elsewhere.pdf")
    pages = Pages(office.index_dir, sandbox)
    assert not pages.has(plan)
    with pytest.raises(SourceError, match="ingested folder"):
        pages.picture(plan, 1, 600)


def test_a_document_that_the_catalogue_does_not_know_is_not_drawn(
    office: Settings, sandbox: Sandbox
) -> None:
    plan = documents_of(office)["plan"]
    pages = Pages(office.index_dir, sandbox)
    for stranger in (
        replace(plan, source="../plan.pdf"),
        replace(plan, source=str(file_of(office))),
        replace(plan, sha256="0" * 64),
        REPORT,
    ):
        assert not pages.has(stranger)
    assert not Pages(office.index_dir / "nothing", sandbox).has(plan)


def test_a_member_of_an_archive_is_drawn(tmp_path: Path, sandbox: Sandbox) -> None:
    folder = tmp_path / "documents"
    (folder / "papers").mkdir(parents=True)
    with zipfile.ZipFile(folder / "papers" / "all.zip", "w") as archive:
        archive.writestr("inner/plan.pdf", PLAN)
    settings = Settings(index_dir=tmp_path / "index")
    ingest([folder], settings, embedder=QuickEmbedder())
    plan = documents_of(settings)["plan"]
    assert plan.source == "papers/all.zip/inner/plan.pdf"
    pages = Pages(settings.index_dir, sandbox)
    assert pages.has(plan)
    assert pages.picture(plan, 2, 300).startswith(b"\x89PNG")


def test_a_new_ingest_is_noticed(office: Settings, sandbox: Sandbox) -> None:
    pages = Pages(office.index_dir, sandbox)
    assert pages.has(documents_of(office)["plan"])
    file_of(office).write_bytes(several_pages(2))
    ingest([file_of(office).parent], office, embedder=QuickEmbedder())
    plan = documents_of(office)["plan"]
    assert pages.has(plan)
    assert len(pages.layout(plan).sizes) == 2


def test_a_file_that_costs_too_much_ends_with_an_error_and_the_next_is_drawn(
    office: Settings,
) -> None:
    plan = documents_of(office)["plan"]
    with Sandbox(Limits(memory_mb=64, wall_s=60.0)) as narrow, pytest.raises(SourceError):
        Pages(office.index_dir, narrow).picture(plan, 1, 2000)
    with Sandbox(Limits(memory_mb=768, wall_s=60.0)) as wide:
        assert Pages(office.index_dir, wide).picture(plan, 1, 600)


def test_a_page_of_absurd_height_makes_a_small_picture(tmp_path: Path, sandbox: Sandbox) -> None:
    raw = drawn([(60.0, 7000.0, "A tall page with some words on it.")], size=(300, 14400))
    settings = paged_settings(tmp_path, tall=raw)
    tall = documents_of(settings)["tall"]
    image = Image.open(io.BytesIO(Pages(settings.index_dir, sandbox).picture(tall, 1, 2000)))
    assert image.height <= 16_001
    assert image.width * image.height < 12_100_000
