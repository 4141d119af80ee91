"""A running server follows the index: no question fails, none mixes two generations."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.errors import IndexCorrupt, NoIndex
from rag.generations import Content, Generations
from rag.holding import is_held
from rag.index import Index
from rag.live import LivePipeline
from rag.pipeline import Pipeline


class Slow:
    """Answers with the text of its one document, in two steps that a test can come between."""

    def __init__(self, folder: Path) -> None:
        self.index = Index(folder)
        self.between = threading.Event()
        self.between.set()
        self.closed = False

    @property
    def index_version(self) -> str:
        return self.index.manifest.version

    def stream(self, question: str, **_: Any) -> Iterator[Any]:
        yield self.index_version
        assert self.between.wait(20)
        (document,) = self.index.documents.values()
        assert self.index.lexical(["fact"], 1, _everything())
        yield document.text

    def ask(self, question: str, **_: Any) -> Any:
        return tuple(self.stream(question))

    def close(self) -> None:
        assert not self.closed, "closed twice"
        self.closed = True
        self.index.close()


def _everything() -> Any:
    from rag.models import Filters

    return Filters()


def publish(toy: Any, root: Path, text: str) -> Path:
    document = toy.document("d", text)
    content: Content = toy.contents([document], [toy.passage(document)])
    generations = Generations(root)
    with generations.lock():
        folder = generations.build(content)
        generations.switch(folder)
    return folder


@pytest.fixture
def opened() -> list[Slow]:
    return []


@pytest.fixture
def live(toy: Any, tmp_path: Path, opened: list[Slow]) -> Iterator[LivePipeline]:
    publish(toy, tmp_path, "Fact one is here.")

    def open_pipeline(folder: Path) -> Pipeline:
        opened.append(Slow(folder))
        return opened[-1]  # type: ignore[return-value]

    with LivePipeline(tmp_path, open_pipeline) as pipeline:
        yield pipeline
    assert all(one.closed for one in opened)


def eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_a_new_generation_answers_without_a_restart_and_the_old_one_is_closed(
    toy: Any, tmp_path: Path, live: LivePipeline, opened: list[Slow]
) -> None:
    assert live.ask("?")[1] == "Fact one is here."
    publish(toy, tmp_path, "Fact two is here.")
    live.refresh()
    assert live.ask("?")[1] == "Fact two is here."
    assert [one.closed for one in opened] == [True, False]


def test_questions_alone_bring_the_new_generation_in(
    toy: Any, tmp_path: Path, live: LivePipeline
) -> None:
    publish(toy, tmp_path, "Fact two is here.")
    assert live.ask("?")[1] in ("Fact one is here.", "Fact two is here.")
    eventually(lambda: live.ask("?")[1] == "Fact two is here.")


def test_a_question_in_flight_ends_on_its_generation_though_two_more_have_come(
    toy: Any, tmp_path: Path, live: LivePipeline, opened: list[Slow]
) -> None:
    first = opened[0].index_version
    opened[0].between.clear()
    question = live.stream("?")
    assert next(question) == first
    for text in ("Fact two is here.", "Fact three is here."):
        publish(toy, tmp_path, text)
        live.refresh()
    assert not opened[0].closed
    opened[0].between.set()
    assert next(question) == "Fact one is here."
    assert list(question) == []
    assert opened[0].closed
    assert live.ask("?")[1] == "Fact three is here."


def test_a_generation_in_use_is_not_removed_and_goes_once_it_is_free(
    toy: Any, tmp_path: Path
) -> None:
    folder = publish(toy, tmp_path, "Fact one is here.")
    reader = Index(folder)
    for text in ("Fact two is here.", "Fact three is here."):
        publish(toy, tmp_path, text)
    assert folder.exists()
    assert is_held(folder)
    reader.close()
    assert not is_held(folder)
    Generations(tmp_path).clean()
    assert not folder.exists()


def test_a_new_generation_that_does_not_open_leaves_the_old_one_answering(
    toy: Any, tmp_path: Path, live: LivePipeline, opened: list[Slow]
) -> None:
    folder = publish(toy, tmp_path, "Fact two is here.")
    manifest = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").write_bytes(b"{")
    live.refresh()
    assert live.ask("?")[1] == "Fact one is here."
    (folder / "manifest.json").write_bytes(manifest)
    publish(toy, tmp_path, "Fact three is here.")
    live.refresh()
    assert live.ask("?")[1] == "Fact three is here."


def test_a_generation_that_failed_is_tried_again_after_a_while(
    toy: Any, tmp_path: Path, live: LivePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = publish(toy, tmp_path, "Fact two is here.")
    manifest = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").write_bytes(b"{")
    live.refresh()
    (folder / "manifest.json").write_bytes(manifest)
    live.refresh()
    assert live.ask("?")[1] == "Fact one is here."
    monkeypatch.setattr("rag.live._AGAIN_S", 0.0)
    live.refresh()
    assert live.ask("?")[1] == "Fact two is here."


@pytest.mark.parametrize("error", [RuntimeError("no thread"), MemoryError(), KeyError("x")])
def test_a_generation_that_fails_in_an_unforeseen_way_is_tried_again_too(
    toy: Any,
    tmp_path: Path,
    live: LivePipeline,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(live, "_open", _raising(error))
        publish(toy, tmp_path, "Fact two is here.")
        live.refresh()
        assert live.ask("?")[1] == "Fact one is here."
    assert "does not open" in caplog.text
    monkeypatch.setattr("rag.live._AGAIN_S", 0.0)
    live.refresh()
    assert live.ask("?")[1] == "Fact two is here."


def _raising(error: Exception) -> Callable[[Path], Pipeline]:
    def open_pipeline(_: Path) -> Pipeline:
        raise error

    return open_pipeline


def test_many_questions_at_once_through_many_generations_all_get_one_generations_answer(
    toy: Any, tmp_path: Path, live: LivePipeline
) -> None:
    answers: list[tuple[str, str]] = []
    failures: list[BaseException] = []
    done = threading.Event()

    def keep_asking() -> None:
        while not done.is_set():
            try:
                answers.append(live.ask("?"))
            except BaseException as error:  # noqa: BLE001  told below
                failures.append(error)
            time.sleep(0.002)

    askers = [threading.Thread(target=keep_asking) for _ in range(4)]
    for asker in askers:
        asker.start()
    texts = [f"Fact number {i} is here." for i in range(6)]
    versions = {publish(toy, tmp_path, text).name.partition("-")[2]: text for text in texts}
    eventually(lambda: bool(answers) and answers[-1][1] == texts[-1])
    done.set()
    for asker in askers:
        asker.join()
    assert failures == []
    versions[answers[0][0]] = answers[0][1]
    assert all(versions.get(version, text) == text for version, text in answers)
    assert len({version for version, _ in answers}) > 1


def test_without_an_index_it_says_to_ingest(tmp_path: Path) -> None:
    with pytest.raises(NoIndex, match="policyqa ingest"):
        LivePipeline(tmp_path, lambda folder: pytest.fail(str(folder)))


def test_an_index_that_does_not_open_at_the_start_is_an_error(toy: Any, tmp_path: Path) -> None:
    folder = publish(toy, tmp_path, "Fact one is here.")
    (folder / "manifest.json").write_bytes(b"{")
    with pytest.raises(IndexCorrupt):
        LivePipeline(tmp_path, lambda place: Slow(place))  # type: ignore[arg-type, return-value]
