from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.report import IngestReport
from ingest.rolled_back import is_as_rolled_back, mark, unmark
from ingest.roots import Roots
from ingest.watch import watch
from rag.errors import PolicyQAError, SourceError


def report(*changed: str) -> IngestReport:
    return IngestReport((), changed, (), (), (), 1, 1, "abc")


class Watched:
    """A watch in a thread, with what it ran and told."""

    def __init__(self, folder: Path, index: Path) -> None:
        self.folder = folder
        self.runs: list[dict[str, str]] = []
        self.told: list[IngestReport | PolicyQAError] = []
        self.stop = threading.Event()
        self.error: Exception | None = None
        self._thread = threading.Thread(
            target=watch, args=([folder], index, self._run, self.told.append, self.stop)
        )
        self._thread.start()
        self.wait_for(1)
        time.sleep(0.3)  # until the system's watch stands

    def _run(self) -> IngestReport:
        seen = {p.name: p.read_text("utf-8") for p in self.folder.rglob("*") if p.is_file()}
        self.runs.append(seen)
        if self.error:
            raise self.error
        return report("a.md")

    def wait_for(self, runs: int) -> None:
        until = time.monotonic() + 20
        while len(self.runs) < runs:
            assert time.monotonic() < until, "no run came"
            time.sleep(0.01)

    def end(self) -> None:
        self.stop.set()
        self._thread.join(20)
        assert not self._thread.is_alive()


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.setattr("ingest.watch._PAUSE_MS", 300)
    monkeypatch.setattr("ingest.watch._RESCAN_MS", 600_000)
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.md").write_text("One.", encoding="utf-8")
    (folder / "index").mkdir()
    one = Watched(folder, folder / "index")
    yield one
    one.end()


def test_every_kind_of_change_begins_an_ingest(watched: Watched) -> None:
    folder = watched.folder
    steps = [
        lambda: (folder / "b.md").write_text("Two.", encoding="utf-8"),
        lambda: (folder / "b.md").rename(folder / "c.md"),
        lambda: (folder / "c.md").write_text("Three.", encoding="utf-8"),
        lambda: (folder / "c.md").unlink(),
    ]
    for number, step in enumerate(steps, start=2):
        step()
        watched.wait_for(number)
    assert [sorted(run) for run in watched.runs] == [
        ["a.md"],
        ["a.md", "b.md"],
        ["a.md", "c.md"],
        ["a.md", "c.md"],
        ["a.md"],
    ]
    assert watched.runs[3]["c.md"] == "Three."


def test_a_file_written_in_steps_is_ingested_once_and_whole(watched: Watched) -> None:
    with (watched.folder / "long.md").open("w", encoding="utf-8") as file:
        for _ in range(10):
            file.write("More. ")
            file.flush()
            time.sleep(0.05)
    watched.wait_for(2)
    time.sleep(0.6)
    assert len(watched.runs) == 2
    assert watched.runs[1]["long.md"] == "More. " * 10


def test_the_index_and_hidden_files_begin_nothing(watched: Watched) -> None:
    (watched.folder / "index" / "current").write_text("000001", encoding="utf-8")
    (watched.folder / ".a.md.swp").write_text("x", encoding="utf-8")
    time.sleep(1)
    assert len(watched.runs) == 1


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (SourceError("nothing can be read."), "nothing can be read."),
        (FileNotFoundError(2, "No such file", "x.md"), "x.md cannot be read (No such file);"),
        (OSError("odd"), "A file cannot be read (odd);"),
    ],
)
def test_a_run_that_fails_is_told_and_the_watch_goes_on(
    watched: Watched, error: Exception, says: str
) -> None:
    watched.error = error
    (watched.folder / "b.md").write_text("Two.", encoding="utf-8")
    watched.wait_for(2)
    watched.error = None
    (watched.folder / "b.md").write_text("Three.", encoding="utf-8")
    watched.wait_for(3)
    watched.end()
    assert [type(one) for one in watched.told] == [IngestReport, SourceError, IngestReport]
    assert str(watched.told[1]).startswith(says)


def test_after_a_rollback_nothing_is_ingested_until_a_file_changes(watched: Watched) -> None:
    index = watched.folder / "index"
    Roots((watched.folder,)).save(index)
    mark(index)
    (watched.folder / "a.md").touch()
    watched.wait_for(2)  # its times changed
    mark(index)
    (watched.folder / "c.tmp").write_text("x", encoding="utf-8")
    (watched.folder / "c.tmp").unlink()
    time.sleep(1.5)
    assert len(watched.runs) == 2
    (watched.folder / "a.md").write_text("Two.", encoding="utf-8")
    watched.wait_for(3)


def test_after_a_rollback_a_look_by_the_clock_ingests_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.watch._RESCAN_MS", 50)
    index, folder = tmp_path / "index", tmp_path / "papers"
    index.mkdir()
    folder.mkdir()
    (folder / "a.md").write_text("One.", encoding="utf-8")
    looks: list[bool] = []
    runs: list[int] = []
    stop = threading.Event()

    def looked(place: Path) -> bool:
        looks.append(is_as_rolled_back(place))
        if len(looks) == 3:
            unmark(index)
        return looks[-1]

    def run() -> IngestReport:
        runs.append(len(looks))
        if len(runs) == 1:
            Roots((folder,)).save(index)
            mark(index)
        else:
            stop.set()
        return report()

    monkeypatch.setattr("ingest.watch.is_as_rolled_back", looked)
    watch([folder], index, run, lambda _: None, stop)
    assert looks[:4] == [True, True, True, False]
    assert runs[:2] == [0, 4]


def test_a_folder_that_tells_of_no_change_is_looked_at_again_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.watch._RESCAN_MS", 50)
    runs: list[int] = []
    stop = threading.Event()

    def run() -> IngestReport:
        runs.append(1)
        if len(runs) == 3:
            stop.set()
        return report()

    told: list[object] = []
    watch([tmp_path], tmp_path / "index", run, told.append, stop)
    assert len(runs) >= 3
    assert len(told) == 1  # the first; later ones found nothing new


def test_what_cannot_be_read_at_the_start_is_an_error(tmp_path: Path) -> None:
    def run() -> IngestReport:
        raise SourceError("There is no file or folder x; check the path.")

    with pytest.raises(SourceError):
        watch([tmp_path / "x"], tmp_path / "index", run, lambda _: None)
