"""A full disk or a missing permission: one sentence, and the old index goes on serving."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.town import CONTAINERS, OLD_FIGURE, Town, build_town, current, generations
from tests.faults.warm import Done, Warm, warm_process


@pytest.fixture(scope="module")
def warm() -> Warm:
    return warm_process()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Town:
    return build_town(tmp_path_factory.mktemp("town"), warm)


def ask(warm: Warm, index: Path) -> Done:
    return warm.policyqa("ask", CONTAINERS, "--index", index, cwd=index.parent)


def ingest_with_limit(warm: Warm, town: Town, index: Path, size: int) -> Done:
    """Ingest where no file may grow beyond `size` bytes; the output is a pipe, so it is free."""
    reading, writing = os.pipe()
    child = warm.start(
        "policyqa",
        *("ingest", town.new, "--index", index),
        cwd=index.parent,
        stdout=writing,
        stderr=writing,
        before=("limit_files", size),
    )
    os.close(writing)
    done = child.wait()
    with os.fdopen(reading, encoding="utf-8") as output:
        return Done(done.code, "", output.read())


@pytest.mark.parametrize("size", [500, 1_500, 100_000])
def test_a_disk_that_fills_up_leaves_the_old_index_and_nothing_else(
    tmp_path: Path, warm: Warm, town: Town, size: int
) -> None:
    index = town.index_in(tmp_path)
    before = generations(index)
    done = ingest_with_limit(warm, town, index, size)
    assert done.code == 3
    assert done.line.startswith(f"policyqa: The index in {index} cannot be written (")
    assert "so it is left as it was; make room" in done.line
    assert generations(index) == before == [current(index)]
    assert OLD_FIGURE in ask(warm, index).out


def test_an_ingest_that_has_room_enough_succeeds_under_the_same_limit(
    tmp_path: Path, warm: Warm, town: Town
) -> None:
    index = town.index_in(tmp_path)
    assert ingest_with_limit(warm, town, index, 1_000_000).code == 0
    assert len(generations(index)) == 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Mounts a file system of so many bytes; only a privileged user may."""
    place = tmp_path / "disk"
    place.mkdir()

    def mount(size: int) -> Path:
        order = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place]
        if subprocess.run(order, capture_output=True, check=False).returncode:
            pytest.skip("a file system may not be mounted here")
        return place

    yield mount
    if place.is_mount():
        subprocess.run(["umount", place], check=True)


def resize(disk: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)


@pytest.mark.parametrize(
    ("free", "room_check"), [(600_000, True), (20_000, False), (120_000, False), (250_000, False)]
)
def test_a_small_disk_that_fills_up_leaves_the_old_index_and_a_retry_with_room_completes(
    tmp_path: Path,
    warm: Warm,
    town: Town,
    small_disk: Callable[[int], Path],
    free: int,
    room_check: bool,
) -> None:
    before = () if room_check else ("without_room_check",)
    disk = small_disk(50_000_000)
    index = town.index_in(disk)
    assert ask(warm, index).code == 0  # reading takes some room, too, the first time
    resize(disk, shutil.disk_usage(disk).used + free)
    order = ("ingest", town.new, "--index", index)
    done = warm.policyqa(*order, cwd=tmp_path, before=before)
    assert (done.code, done.out) == (3, "")
    assert done.line.startswith(f"policyqa: The index in {index} cannot be written (")
    assert "make room" in done.line
    assert ("it needs up to" in done.line) == room_check
    assert generations(index) == [current(index)]
    assert OLD_FIGURE in ask(warm, index).out
    resize(disk, 50_000_000)
    assert warm.policyqa(*order, cwd=tmp_path).code == 0
    assert len(generations(index)) == 2


def test_a_full_disk_behind_the_output_is_said_in_one_line(
    tmp_path: Path, warm: Warm, town: Town
) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        done = warm.policyqa("status", "--index", town.index, cwd=tmp_path, stdout=full)
    finally:
        os.close(full)
    assert done.code == 3
    assert "No space left on device" in done.line


@contextmanager
def forbidden(path: Path, mode: int) -> Iterator[None]:
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


def test_an_index_that_may_not_be_written_is_said_in_one_line_and_goes_on_serving(
    tmp_path: Path, warm: Warm, town: Town
) -> None:
    tmp_path.chmod(0o755)
    index = town.index_in(tmp_path)
    shutil.copytree(town.new, tmp_path / "new")
    order = ("ingest", "new", "--index", "index")
    with forbidden(index, 0o555):
        done = warm.policyqa(*order, cwd=tmp_path, before=("as_nobody",))
    assert (done.code, done.out) == (3, "")
    assert done.line.startswith("policyqa: The index in index cannot be written (Permission denied")
    assert "give permission" in done.line
    assert OLD_FIGURE in ask(warm, index).out


@pytest.mark.parametrize("part", ["current", "generations"])
@pytest.mark.parametrize("command", [("status",), ("ask", CONTAINERS), ("export", "harbour.md")])
def test_an_index_that_may_not_be_read_is_said_in_one_line(
    tmp_path: Path, warm: Warm, town: Town, part: str, command: tuple[str, ...]
) -> None:
    tmp_path.chmod(0o755)
    index = town.index_in(tmp_path)
    with forbidden(index / part, 0o000):
        order = (*command, "--index", "index")
        done = warm.policyqa(*order, cwd=tmp_path, before=("as_nobody",))
    assert (done.code, done.out) == (3, "")
    assert "Permission denied" in done.line
    assert "permissions" in done.line


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_an_index_in_the_place_of_a_file_is_said_in_one_line(
    tmp_path: Path, warm: Warm, town: Town, place: str
) -> None:
    (tmp_path / "file").write_text("taken", encoding="utf-8")
    for order in (["ingest", town.new], ["status"], ["ask", CONTAINERS]):
        done = warm.policyqa(*order, "--index", place, cwd=tmp_path)
        assert done.code == 3
        assert place in done.line
    assert (tmp_path / "file").read_text(encoding="utf-8") == "taken"
