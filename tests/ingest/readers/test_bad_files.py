from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.load import find_sources, load
from ingest.sandbox import Sandbox
from rag.errors import SourceError
from tests.ingest.readers.bad_files import TEXT, Bad, bad_files

BAD = tuple(bad_files())


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def reports(path: Path, sandbox: Sandbox) -> tuple[list[str], int]:
    """What is said of a path, and how many documents came of it."""
    found = find_sources([path], sandbox)
    said = [skipped.reason for skipped in found.skipped]
    documents = 0
    for source in found.sources:
        try:
            load(source, sandbox)
            documents += 1
        except SourceError as error:
            said.append(str(error))
    return said, documents


def test_there_are_sixty_bad_files_with_names_of_their_own() -> None:
    assert len({bad.name for bad in BAD}) == len(BAD) >= 60


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_file_gets_one_clear_sentence_and_no_document(
    bad: Bad, tmp_path: Path, sandbox: Sandbox
) -> None:
    path = tmp_path / bad.name
    path.write_bytes(bad.raw)
    said, documents = reports(path, sandbox)
    assert documents == 0
    assert len(said) == 1
    assert re.search(bad.says, said[0])
    assert "\n" not in said[0]
    assert "Traceback" not in said[0]
    assert said[0].startswith(bad.name) or not said[0].endswith(".")


def test_good_files_among_bad_ones_are_read_all_the_same(tmp_path: Path, sandbox: Sandbox) -> None:
    for bad in BAD:
        if len(bad.raw) < 1_000_000:
            (tmp_path / bad.name).write_bytes(bad.raw)
    (tmp_path / "middle.txt").write_text(TEXT)
    found = find_sources([tmp_path], sandbox)
    read = []
    for source in found.sources:
        try:
            read.append(load(source, sandbox).document.text)
        except SourceError:
            continue
    assert read == [TEXT]
