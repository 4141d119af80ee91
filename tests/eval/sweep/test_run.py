"""A sweep over two small documents, with the real models."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from filelock import FileLock

from eval.askers import pipeline_asker
from eval.dataset import Case
from eval.run import evaluate
from eval.sweep import bench as sweep_bench
from eval.sweep import run as sweep_run
from eval.sweep.grid import Point
from eval.sweep.run import INDEXES, RESULTS, VECTORS, Result, sweep
from ingest.pipeline import ingest
from rag.embedding import Embedder
from rag.errors import CaseError, IndexChanged, SourceError
from rag.pipeline import build_pipeline
from rag.settings import AnswerSettings, RankSettings, Settings, SplitSettings

PORT = "# Port\n\nIn 2023 the port handled 49.158 million TEUs.\n\nIt was a record for the port.\n"
PARKS = "# Parks\n\nThe city opened 120 new parks in 2023.\n\nAnother 100 are planned for 2024.\n"
CASES = (
    Case("teus", "How many TEUs did the port handle in 2023?", expect=(("49.158 million",),)),
    Case("parks", "How many new parks did the city open in 2023?", expect=(("120",),)),
    Case("trams", "How many trams did the city buy in 2019?", absent=True),
)


@pytest.fixture(autouse=True)
def one_model(monkeypatch: pytest.MonkeyPatch, embedder: Embedder) -> None:
    """The model of the other tests, not loaded again."""
    monkeypatch.setattr(sweep_bench, "load_embedder", lambda _settings: embedder)


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "port.md").write_text(PORT, encoding="utf-8")
    (folder / "parks.md").write_text(PARKS, encoding="utf-8")
    return folder


def points() -> list[Point]:
    """The reference, another splitter, and two that share its index."""
    base = Settings()
    split = SplitSettings(passage_words=40)
    return [
        Point(base, reference=True),
        Point(base.model_copy(update={"split": split, "rank": RankSettings(reader=False)})),
        Point(base.model_copy(update={"answer": AnswerSettings(threshold=1.0)})),
        Point(base.model_copy(update={"split": split})),
    ]


def lines(out: Path) -> list[dict[str, object]]:
    text = (out / RESULTS).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def shown(results: Sequence[Result]) -> list[tuple[object, ...]]:
    return [(r.measures["right"], r.measures["abstained_correctly"], r.wrong) for r in results]


def test_each_point_gets_the_measures_that_the_pipeline_earns_under_its_settings(
    tmp_path: Path, documents: Path, embedder: Embedder
) -> None:
    results = sweep(points(), CASES, [documents], tmp_path / "out")
    assert [result.point for result in results] == points()
    for result in results:
        settings = result.point.settings.model_copy(update={"index_dir": tmp_path / "index"})
        ingest([documents], settings, embedder=embedder)
        with build_pipeline(settings) as pipeline:
            run = evaluate(pipeline_asker(pipeline, settings), CASES)
        measures = run.summary().total.measures
        for name in ("passed", "right", "abstained_correctly", "abstained_wrongly"):
            assert result.measures[name] == measures[name].value, (result.point.values, name)
        assert result.latency > 0
    assert results[0].quality == 1.0
    assert results[2].wrong == ("teus", "parks")


def test_points_of_one_index_share_it_and_it_goes_when_all_is_done(
    tmp_path: Path, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[int] = []

    def counted(*arguments: object, **named: object) -> object:
        settings = arguments[1]
        assert isinstance(settings, Settings)
        built.append(settings.split.passage_words)
        return ingest(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(sweep_bench, "ingest", counted)
    out = tmp_path / "out"
    sweep(points(), CASES, [documents], out)
    assert built == [120, 40]
    assert not (out / INDEXES).exists()
    assert (out / VECTORS).stat().st_size > 0


def test_a_sweep_that_was_stopped_goes_on_where_it_was(tmp_path: Path, documents: Path) -> None:
    out = tmp_path / "out"
    whole = sweep(points(), CASES, [documents], tmp_path / "whole")
    at_second = len(CASES) + 1

    def stop(stage: str, done: int, _total: int) -> None:
        if (stage, done) == ("cases", at_second):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(points(), CASES, [documents], out, progress=stop)
    assert len(lines(out)) == 1
    with (out / RESULTS).open("a", encoding="utf-8") as file:
        file.write('{"key": "half a li')
    told: list[tuple[int, int]] = []
    results = sweep(
        points(),
        CASES,
        [documents],
        out,
        progress=lambda stage, *now: told.append(now) if stage == "cases" else None,
    )
    assert shown(results) == shown(whole)
    assert len(lines(out)) == 4
    assert told[0] == (3, 12)
    assert told[-1] == (12, 12)


def test_a_finished_sweep_answers_from_its_lines(tmp_path: Path, documents: Path) -> None:
    out = tmp_path / "out"
    first = sweep(points()[:1], CASES, [documents], out)
    again = sweep(points()[:1], CASES, [documents], out)
    assert again == first
    assert len(lines(out)) == 1


def test_other_cases_documents_or_jobs_are_another_sweep(tmp_path: Path, documents: Path) -> None:
    out = tmp_path / "out"
    reference = points()[:1]
    sweep(reference, CASES, [documents], out)
    (fewer,) = sweep(reference, CASES[:1], [documents], out)
    assert fewer.measures["abstained_correctly"] is None
    (documents / "port.md").write_text(PORT.replace("49.158", "77"), encoding="utf-8")
    (changed,) = sweep(reference, CASES, [documents], out)
    assert changed.wrong == ("teus",)
    sweep(reference, CASES, [documents], out, jobs=2)
    assert len(lines(out)) == 4


def test_a_point_of_other_code_is_run_again(
    tmp_path: Path, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    sweep(points()[:1], CASES, [documents], out)
    monkeypatch.setattr(sweep_run, "code_digest", lambda: "f" * 64)
    sweep(points()[:1], CASES, [documents], out)
    assert len(lines(out)) == 2


def test_an_error_of_the_work_is_not_taken_for_one_of_writing(
    tmp_path: Path, documents: Path
) -> None:
    def fail(stage: str, *_: int) -> None:
        raise OSError(5, f"not about writing: {stage}")

    with pytest.raises(OSError, match="not about writing"):
        sweep(points()[:1], CASES, [documents], tmp_path / "out", progress=fail)


def test_documents_that_change_meanwhile_end_it(tmp_path: Path, documents: Path) -> None:
    def meddle(stage: str, done: int, _total: int) -> None:
        if (stage, done) == ("cases", len(CASES)):
            (documents / "port.md").write_text(PORT + "More.\n", encoding="utf-8")

    with pytest.raises(IndexChanged, match=r"port\.md changed during the sweep"):
        sweep(points()[:2], CASES, [documents], tmp_path / "out", progress=meddle)
    assert len(lines(tmp_path / "out")) == 1


def test_one_folder_serves_one_sweep_at_a_time(tmp_path: Path, documents: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with FileLock(out / ".lock"), pytest.raises(CaseError, match="Another sweep is writing"):
        sweep(points(), CASES, [documents], out)


@pytest.mark.parametrize("text", ["{}\n", "no json\n"])
def test_lines_that_are_no_points_are_refused(tmp_path: Path, documents: Path, text: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / RESULTS).write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=r"points\.jsonl, line 1"):
        sweep(points(), CASES, [documents], out)


def test_a_place_that_is_no_folder_is_refused(tmp_path: Path, documents: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(CaseError, match="cannot be written"):
        sweep(points(), CASES, [documents], tmp_path / "out")


def test_documents_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file or folder"):
        sweep(points(), CASES, [tmp_path / "nowhere"], tmp_path / "out")
