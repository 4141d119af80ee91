from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.load import Source, load
from ingest.sandbox import Limits, Sandbox
from rag.errors import SourceError
from tests.ingest.readers.bad_files import (
    TEXT,
    deflate_bomb_in_pdf,
    docx,
    pdf,
    raw_pdf,
    replaced,
    zipped,
)

BRIEF = Limits(cpu_s=1, wall_s=60.0)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def read(folder: Path, name: str, raw: bytes, sandbox: Sandbox) -> str:
    (folder / name).write_bytes(raw)
    return load(Source(folder / name, name), sandbox).document.text


class Watch:
    """The largest resident size, in MB, that a process and its children reach."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.peak = 0.0

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.01):
            helper = self._sandbox.process_id
            if helper is not None:
                self.peak = max(self.peak, sum(map(resident, [helper, *children(helper)])))


def children(process: int) -> list[int]:
    try:
        return [
            int(x) for x in Path(f"/proc/{process}/task/{process}/children").read_text().split()
        ]
    except OSError:
        return []


def resident(process: int) -> float:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


def hungry_docx() -> bytes:
    """A document whose tree of elements needs far more memory than its file."""
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 1_500_000
    xml = f'<w:document xmlns:w="{name}"><w:body>{body}</w:body></w:document>'
    return replaced(docx(), "word/document.xml", xml)


def slow_html() -> bytes:
    """Elements so deep inside each other that a parser takes minutes."""
    return b"<html><body>" + b"<div><b>" * 150_000 + TEXT.encode()


BOMBS = {
    "unpacking.pdf": deflate_bomb_in_pdf,
    "many-words.pdf": lambda: pdf(pages=1, text="a b " * 400_000),
    "nested.pdf": lambda: raw_pdf(b"[" * 2_000_000),
    "hungry.docx": hungry_docx,
    "slow.html": slow_html,
    "tables.html": lambda: b"<html><body>" + b"<table><tr><td>" * 4_000 + TEXT.encode(),
    "dense.zip": lambda: zipped({f"{i}.txt": bytes(1 << 20) for i in range(100)}),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_within_its_limits(name: str, tmp_path: Path, sandbox: Sandbox) -> None:
    raw = BOMBS[name]()
    read(tmp_path, "first.txt", TEXT.encode(), sandbox)  # the helper is there
    (tmp_path / name).write_bytes(raw)
    member = "1.txt" if name.endswith(".zip") else None
    began = time.monotonic()
    with Watch(sandbox) as watch:
        try:
            load(Source(tmp_path / name, name, member), sandbox)
        except SourceError as error:
            assert str(error).startswith(name)  # noqa: PT017  reading it in time is as good
    assert time.monotonic() - began < 12
    assert watch.peak < 600
    assert read(tmp_path, "next.txt", TEXT.encode(), sandbox) == TEXT


def test_a_file_that_takes_too_much_time_is_told_so(tmp_path: Path) -> None:
    with (
        Sandbox(BRIEF) as sandbox,
        pytest.raises(SourceError, match="more than 1 s of processor time") as told,
    ):
        read(tmp_path, "slow.html", slow_html(), sandbox)
    assert told.value.__cause__ is None  # it would take as long again


def test_a_file_that_needs_too_much_memory_is_told_so(tmp_path: Path) -> None:
    few = Limits(memory_mb=200)
    with Sandbox(few) as sandbox, pytest.raises(SourceError, match="more than 200 MB"):
        read(tmp_path, "hungry.docx", hungry_docx(), sandbox)


def test_a_busy_machine_is_no_fault_of_the_file(tmp_path: Path) -> None:
    hasty = Limits(wall_s=0.5)
    with Sandbox(hasty) as sandbox, pytest.raises(SourceError, match="busy machine") as told:
        read(tmp_path, "slow.html", slow_html(), sandbox)
    assert isinstance(told.value.__cause__, OSError)


def test_a_file_that_cannot_be_opened_may_be_read_another_time(tmp_path: Path) -> None:
    with Sandbox() as sandbox, pytest.raises(SourceError, match="No such file") as told:
        load(Source(tmp_path / "gone.txt", "gone.txt"), sandbox)
    assert isinstance(told.value.__cause__, FileNotFoundError)


def test_a_helper_that_was_killed_is_replaced(tmp_path: Path, sandbox: Sandbox) -> None:
    assert read(tmp_path, "a.txt", b"One.", sandbox) == "One."
    first = sandbox.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert read(tmp_path, "a.txt", b"Two.", sandbox) == "Two."
    assert sandbox.process_id != first


def test_a_fork_that_crashes_costs_only_its_file(tmp_path: Path, sandbox: Sandbox) -> None:
    read(tmp_path, "a.txt", b"One.", sandbox)
    helper = sandbox.process_id
    told: list[SourceError] = []

    def slow() -> None:
        try:
            read(tmp_path, "slow.html", slow_html(), sandbox)
        except SourceError as error:
            told.append(error)

    thread = threading.Thread(target=slow)
    thread.start()
    assert helper is not None
    deadline = time.monotonic() + 10
    while not (forks := children(helper)) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(forks[0], signal.SIGSEGV)
    thread.join()
    assert "ended its reader" in str(told[0])
    assert sandbox.process_id == helper
    assert read(tmp_path, "a.txt", b"Two.", sandbox) == "Two."


def test_closing_ends_the_helper_and_a_later_task_starts_one(tmp_path: Path) -> None:
    sandbox = Sandbox()
    read(tmp_path, "a.txt", b"One.", sandbox)
    helper = sandbox.process_id
    sandbox.close()
    assert helper is not None
    assert not Path(f"/proc/{helper}").exists()
    assert read(tmp_path, "a.txt", b"Two.", sandbox) == "Two."
    sandbox.close()


def test_the_helper_ends_when_its_owner_is_gone(tmp_path: Path) -> None:
    sandbox = Sandbox()
    read(tmp_path, "a.txt", b"One.", sandbox)
    helper = sandbox._process
    assert helper is not None
    assert helper.stdin is not None
    helper.stdin.close()
    assert helper.wait(10) == 0
    sandbox.close()


def test_modules_in_the_working_directory_are_not_taken_for_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('not the module json')")
    (tmp_path / "docx.py").write_text("raise SystemExit('not the module docx')")
    monkeypatch.chdir(tmp_path)
    with Sandbox() as sandbox:
        assert read(tmp_path, "a.docx", docx(), sandbox).strip() == TEXT.strip()


def test_nothing_is_fetched(tmp_path: Path, sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        page = (
            f'<html><link rel=stylesheet href="{url}"><img src="{url}"><script src="{url}">'
            f'</script><iframe src="{url}"></iframe><p>{TEXT}</p></html>'
        )
        assert TEXT.strip() in read(tmp_path, "a.html", page.encode(), sandbox)
        xml = f'<?xml version="1.0"?><!DOCTYPE d SYSTEM "{url}"><d/>'
        with pytest.raises(SourceError):
            read(tmp_path, "a.docx", replaced(docx(), "word/document.xml", xml), sandbox)
        read(tmp_path, "a.md", f"![x]({url}) {TEXT}".encode(), sandbox)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_files_of_the_machine_do_not_get_in_through_entities(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the hidden word")
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    xml = (
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]>'
        f'<w:document xmlns:w="{name}"><w:body><w:p><w:r><w:t>Open &x;</w:t></w:r></w:p>'
        "</w:body></w:document>"
    )
    try:
        text = read(tmp_path, "a.docx", replaced(docx(), "word/document.xml", xml), sandbox)
    except SourceError:
        text = ""
    assert "hidden" not in text


def test_a_hundred_small_files_cost_seconds(tmp_path: Path, sandbox: Sandbox) -> None:
    makers = {".txt": TEXT.encode(), ".md": TEXT.encode(), ".pdf": pdf(), ".docx": docx()}
    makers[".html"] = f"<html><body><p>{TEXT}</p></body></html>".encode()
    began = time.monotonic()
    for i in range(20):
        for suffix, raw in makers.items():
            read(tmp_path, f"{i}{suffix}", raw, sandbox)
    assert time.monotonic() - began < 20  # about 2 on an idle machine
