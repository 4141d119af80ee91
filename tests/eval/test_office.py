"""A made-up office: what is written, what is asked, and where an answer is said to be lost."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from eval import office
from eval.office import (
    ANSWERING,
    DATA,
    FILE,
    READING,
    SPLITTING,
    Filed,
    Office,
    Outcome,
    ask_office,
    failures_table,
    formats_table,
    main,
    write_office,
)
from eval.office_papers import FORMS, make_papers
from eval.office_writers import FORMATS
from ingest.pipeline import IngestReport, ingest
from rag.embedding import Embedder
from rag.errors import CaseError
from rag.generations import Generations
from rag.index import Index
from rag.pipeline import assemble, load_reader
from rag.settings import Settings

FILES = 20
KINDS = {kind.name: kind for kind in FORMATS}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="module")
def filed(folder: Path) -> list[Filed]:
    return write_office(folder, FILES, 1)


@pytest.fixture(scope="module")
def asked(
    folder: Path,
    filed: list[Filed],
    tmp_path_factory: pytest.TempPathFactory,
    embedder: Embedder,
) -> tuple[IngestReport, list[Outcome]]:
    placed = Settings(index_dir=tmp_path_factory.mktemp("work") / "index")
    return ask_office(folder, filed, placed, embedder, quiet=True)


def test_every_format_is_written_and_every_paper_is_one_file(
    folder: Path, filed: list[Filed]
) -> None:
    assert {one.format for one in filed} == set(KINDS)
    on_disk = {path.name for path in folder.iterdir() if path.suffix != ".zip"}
    for archive in folder.glob("*.zip"):
        with zipfile.ZipFile(archive) as opened:
            on_disk |= {f"{archive.name}/{name}" for name in opened.namelist()}
    assert on_disk == {one.source for one in filed}
    assert sum(one.archived for one in filed) == FILES // 9


def test_all_files_are_read_and_no_two_are_taken_for_one(
    asked: tuple[IngestReport, list[Outcome]],
) -> None:
    made, _ = asked
    assert (made.documents, made.skipped, made.warned, made.twins) == (FILES, (), (), ())


def test_nothing_is_lost_in_reading_or_splitting(
    asked: tuple[IngestReport, list[Outcome]],
) -> None:
    _, outcomes = asked
    lost = [o for o in outcomes if o.lost_at in (READING, SPLITTING)]
    assert not lost, [(o.filed.source, o.why) for o in lost]


def test_every_question_about_running_text_is_answered_and_cited_in_its_place(
    asked: tuple[IngestReport, list[Outcome]],
) -> None:
    _, outcomes = asked
    said = [o for o in outcomes if o.filed.paper.form != "table"]
    assert len(said) > FILES / 2
    assert all(o.cited for o in said), [(o.filed.source, o.said) for o in said if not o.cited]


def test_the_same_seed_writes_the_same_questions_and_another_one_others() -> None:
    first, second = make_papers(30, 1), make_papers(30, 1)
    assert first == second
    assert {p.question for p in first} != {p.question for p in make_papers(30, 2)}


def test_an_answer_stands_in_its_paper_once_and_its_question_in_no_other() -> None:
    papers = make_papers(300, 3)
    assert len({paper.question for paper in papers}) == 300
    assert {paper.form for paper in papers} == set(FORMS)
    for paper in papers:
        texts = [
            text
            for section in paper.sections
            for text in (
                *section.paragraphs,
                *section.items,
                *(section.notes or {}).values(),
                *(row[0] for row in section.rows if paper.form == "table"),
            )
        ]
        assert sum(text.count(paper.mark) for text in texts) == 1, paper.question
        (home,) = [s for s in paper.sections if s.heading == paper.heading]
        assert paper.mark in repr(home)


def test_towns_come_back_so_that_a_name_alone_tells_no_paper() -> None:
    towns = Counter(paper.name.rpartition("-")[2] for paper in make_papers(300, 3))
    assert sum(count for count in towns.values() if count > 1) > 200


def test_more_files_than_there_are_towns_are_refused() -> None:
    with pytest.raises(CaseError, match="has at most 600 files"):
        make_papers(601, 1)


@pytest.mark.parametrize("kind", ["PDF", "PDF, two columns"])
def test_the_page_that_is_noted_is_the_one_that_shows_the_answer(kind: str) -> None:
    pages = set()
    papers = [p for p in make_papers(60, 5) if p.language == "en" and p.form != "table"]
    for paper in papers[:25]:
        data, page = KINDS[kind].write(paper)
        pages.add(page)
        document = pypdfium2.PdfDocument(data)
        shown = [
            number
            for number, text in enumerate((p.get_textpage().get_text_range() for p in document), 1)
            if "".join(paper.mark[:20].split()) in "".join(text.split())
        ]
        assert shown == [page], paper.question
    assert None not in pages
    assert len(pages) > 1 or kind != "PDF"  # columns hold so much that many papers fit on a page


@pytest.fixture
def one(tmp_path: Path, embedder: Embedder) -> Iterator[tuple[Office, Filed]]:
    """An office of one file that is asked, in Markdown."""
    paper = next(p for p in make_papers(20, 1) if p.form == "text" and p.language == "en")
    (tmp_path / "files").mkdir()
    data, _ = KINDS["Markdown"].write(paper)
    (tmp_path / "files" / "a.md").write_bytes(data)
    placed = Settings(index_dir=tmp_path / "index")
    ingest([tmp_path / "files"], placed, embedder=embedder)
    index = Index(Generations(placed.index_dir).current())
    with assemble(index, embedder, load_reader(), placed) as pipeline:
        yield Office(index, pipeline), Filed(paper, "a.md", "Markdown", None)


def test_what_is_found_in_its_place_is_lost_nowhere(one: tuple[Office, Filed]) -> None:
    asked, filed = one
    outcome = asked.outcome(filed)
    assert (outcome.right, outcome.cited, outcome.alone, outcome.lost_at) == (True, True, True, "")


def test_where_an_answer_was_lost_is_told(one: tuple[Office, Filed]) -> None:
    asked, filed = one
    paper = filed.paper
    wrong = {
        "the file was not read": replace(filed, source="gone.md"),
        "its words are not in the stored text": replace(
            filed, paper=replace(paper, mark="Words that nobody wrote.", expect="Words")
        ),
        "it stands under": replace(filed, paper=replace(paper, heading="Another heading")),
        "it was read on page 0, not 7": replace(filed, page=7),
        "no sentence of the file says it whole": replace(
            filed, paper=replace(paper, expect="12,345,678 zebras")
        ),
    }
    found = {why: asked.outcome(one) for why, one in wrong.items()}
    assert all(outcome.why.startswith(why) for why, outcome in found.items())
    places = [outcome.lost_at for outcome in found.values()]
    assert places == [READING, READING, SPLITTING, READING, SPLITTING]
    assert not any(outcome.cited for outcome in found.values())
    unasked = replace(filed, paper=replace(paper, question="Who painted the Mona Lisa in Rome?"))
    assert asked.outcome(unasked).lost_at == ANSWERING


def test_the_tables_count_every_file_and_list_every_failure(
    asked: tuple[IngestReport, list[Outcome]],
) -> None:
    _, outcomes = asked
    failed = replace(outcomes[0], cited=False, alone=False, lost_at=READING, why="torn")
    shown = [failed, *[replace(o, cited=True, alone=True, lost_at="") for o in outcomes[1:]]]
    lines = {line[0]: line for line in formats_table(shown).lines}
    assert lines["all"][1:3] == ("20", "95.0%")
    assert lines["all"][-3:] == ("1", "0", "0")
    assert sum(int(lines[name][1]) for name in KINDS) == FILES
    (listed,) = failures_table(shown).lines
    assert listed[0] == failed.filed.source
    assert listed[4] == "torn"


def test_the_command_prints_and_writes_the_tables(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    embedder: Embedder,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(office, "load_embedder", lambda _settings: embedder)
    out = tmp_path / "out"
    assert main(["--files", "3", "--out", str(out), "--keep", str(tmp_path / "kept")]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("3 files (seed 6): 3 documents of ")
    assert (out / FILE).read_text(encoding="utf-8") == printed
    rows = json.loads((out / DATA).read_text(encoding="utf-8"))
    assert len(rows) == len(list((tmp_path / "kept").iterdir())) == 3
    assert {"source", "question", "expect", "cited", "lost_at"} <= set(rows[0])


def test_a_folder_that_is_there_already_is_not_written_into(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kept").mkdir()
    assert main(["--files", "3", "--keep", str(tmp_path / "kept")]) == 2
    assert "File exists" in capsys.readouterr().err
    assert not [*(tmp_path / "kept").iterdir()]
