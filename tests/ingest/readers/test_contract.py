"""One contract over all formats: the same notice is the same document whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.load import Source, find_sources, load
from ingest.readers import by_suffix, reader_for, readers
from ingest.sandbox import Sandbox
from ingest.split import split_document
from rag.errors import SourceError
from rag.models import Document, Sentence
from rag.settings import SplitSettings
from tests.ingest.readers.bad_files import zipped
from tests.ingest.readers.writers import CHINESE, ENGLISH, WRITERS, Notice

SUFFIXES = tuple(WRITERS)
WITH_TABLES = tuple(suffix for suffix in SUFFIXES if suffix != ".txt")
NOTICES = {"en": ENGLISH, "zh": CHINESE}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("notices")
    for language, notice in NOTICES.items():
        for suffix, write in WRITERS.items():
            (made / f"{language}{suffix}").write_bytes(write(notice))
    return made


def read(folder: Path, language: str, suffix: str, sandbox: Sandbox) -> Document:
    name = f"{language}{suffix}"
    return load(Source(folder / name, name), sandbox).document


def said(document: Document) -> dict[str, tuple[Sentence, tuple[str, ...]]]:
    """Every sentence by its text, with the headings above it."""
    return {
        sentence.text: (sentence, passage.heading)
        for passage in split_document(document, SplitSettings())
        for sentence in passage.sentences
    }


def sentences_of(notice: Notice) -> dict[str, int]:
    """The sentences that must be found, each with its section."""
    stops = r"(?<=[。！])(?!”)|(?<=！”)|(?<=(?<!Dr)(?<!U\.S)(?<!i\.e)\.) (?=[A-Z])"
    return {
        sentence: number
        for number, section in enumerate(notice.sections)
        for text in (*section.paragraphs, *section.items)
        for sentence in re.split(stops, text)
        if sentence
    }


def test_every_reader_has_a_writer_here_and_no_ending_is_claimed_twice() -> None:
    endings = [suffix for reader in readers() for suffix in reader.suffixes]
    assert len(set(endings)) == len(endings)
    assert all(set(reader.suffixes) & set(SUFFIXES) for reader in readers())
    assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in by_suffix())


@pytest.mark.parametrize("language", NOTICES)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_sentences_are_found_under_the_same_headings(
    folder: Path, language: str, suffix: str, sandbox: Sandbox
) -> None:
    notice = NOTICES[language]
    found = said(read(folder, language, suffix, sandbox))
    for sentence, number in sentences_of(notice).items():
        assert sentence in found, sorted(found)
        _, path = found[sentence]
        assert notice.sections[number].heading in path


@pytest.mark.parametrize("language", NOTICES)
@pytest.mark.parametrize("suffix", WITH_TABLES)
def test_a_row_keeps_the_names_of_its_columns(
    folder: Path, language: str, suffix: str, sandbox: Sandbox
) -> None:
    document = read(folder, language, suffix, sandbox)
    found = said(document)
    header, *rows = NOTICES[language].sections[-1].rows
    for row in rows:
        text = "; ".join(f"{name}: {cell}" for name, cell in zip(header, row, strict=True))
        assert text in found, sorted(found)
        sentence, path = found[text]
        assert NOTICES[language].sections[-1].heading in path
        top, own = sentence.pieces
        assert all(name in document.text[top.start : top.end] for name in header)
        assert all(cell in document.text[own.start : own.end] for cell in row)


@pytest.mark.parametrize("language", NOTICES)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_quotes_are_cut_from_the_stored_text_and_nothing_else_is_in_it(
    folder: Path, language: str, suffix: str, sandbox: Sandbox
) -> None:
    document = read(folder, language, suffix, sandbox)
    for text, (sentence, _) in said(document).items():
        quotes = [document.text[span.start : span.end] for span in sentence.places]
        bare = re.sub(r"\W", "", "".join(quotes))
        assert len(sentence.places) > 1 or re.sub(r"\W", "", text) == bare
    for unwanted in ("Running head", "cookies", "Home", "Imprint", "never shown"):
        assert unwanted not in document.text


@pytest.mark.parametrize("language", NOTICES)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_title_and_language_are_told(
    folder: Path, language: str, suffix: str, sandbox: Sandbox
) -> None:
    document = read(folder, language, suffix, sandbox)
    assert (document.title, document.language) == (NOTICES[language].title, language)


@pytest.mark.parametrize("language", NOTICES)
def test_a_pdf_knows_the_page_of_every_sentence(
    folder: Path, language: str, sandbox: Sandbox
) -> None:
    document = read(folder, language, ".pdf", sandbox)
    assert len(document.page_starts) == len(NOTICES[language].sections)
    found = said(document)
    for sentence, number in sentences_of(NOTICES[language]).items():
        assert document.page_of(found[sentence][0].span.start) == number + 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_is_read_the_same_twice(folder: Path, suffix: str) -> None:
    raw = (folder / f"en{suffix}").read_bytes()
    reader = reader_for(f"en{suffix}", raw)
    assert reader.read(raw, "a") == reader.read(raw, "a")


def test_an_archive_is_a_folder_of_documents(
    folder: Path, tmp_path: Path, sandbox: Sandbox
) -> None:
    members = {f"reports/{path.name}": path.read_bytes() for path in folder.iterdir()}
    members |= {"__MACOSX/x.txt": b"x", "reports/.hidden.txt": b"x", "empty/": b""}
    (tmp_path / "all.zip").write_bytes(zipped(members))
    found = find_sources([tmp_path], sandbox)
    assert found.skipped == ()
    assert {s.name for s in found.sources} == {
        f"all.zip/reports/{path.name}" for path in folder.iterdir()
    }
    for source in found.sources:
        name = source.name.rsplit("/", 1)[-1]
        alone = load(Source(folder / name, name), sandbox)
        inside = load(source, sandbox)
        assert inside.document.text == alone.document.text
        assert inside.document.sha256 == alone.document.sha256
        assert inside.document.id != alone.document.id


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_with_another_ending_is_refused_by_name(folder: Path, suffix: str) -> None:
    raw = (folder / f"en{suffix}").read_bytes()
    for other in {".pdf", ".docx"} - {suffix}:
        with pytest.raises(SourceError, match=rf"a\{other} is"):
            reader_for(f"a{other}", raw)
