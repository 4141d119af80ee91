"""An ingest that is killed, at any moment, leaves the old index or the new one, whole."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults.town import (
    CONTAINERS,
    NEW,
    NEW_FIGURE,
    OLD,
    OLD_FIGURE,
    Town,
    build_town,
    current,
    generations,
)
from tests.faults.warm import Warm, warm_process

SEED = "a town in 2023"
KILLS = 50
FEW = 12
"""So many of them in a quick run of the tests."""
NEAR_THE_SWITCH = 15
"""So many of the kills fall around the moment of the switch, the others over the whole run."""
AROUND = 0.03
"""Seconds before and after the switch that count as near."""


@dataclass(frozen=True)
class Undisturbed:
    """How long the ingest takes, when it switches, and how the index looks before and after."""

    seconds: float
    switch: float
    old: dict[str, Any]
    new: dict[str, Any]


@pytest.fixture(scope="module")
def warm() -> Warm:
    return warm_process()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Town:
    return build_town(tmp_path_factory.mktemp("town"), warm)


def look(warm: Warm, index: Path) -> dict[str, Any]:
    """What a fresh reader finds in the index; fails if it does not open or does not answer."""
    done = warm.start("look", index, CONTAINERS, cwd=index.parent).wait()
    assert (done.code, done.err) == (0, "")
    seen: dict[str, Any] = json.loads(done.out)
    for changing in ("id", "latency_ms"):
        del seen["answer"][changing]
    return seen


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, warm: Warm, town: Town) -> Undisturbed:
    for name in ("first", "measured"):  # the first run reads files that are cold
        folder = tmp_path_factory.mktemp(name)
        index = town.index_in(folder)
        child = warm.start("policyqa", "ingest", town.new, "--index", index, cwd=folder)
        assert child.wait().code == 0
        seconds = time.time() - child.started
    switch = (index / "current").stat().st_mtime - child.started
    return Undisturbed(seconds, switch, look(warm, town.index), look(warm, index))


def delays(undisturbed: Undisturbed) -> list[float]:
    """Seconds to the kill: one in each equal part of the run, and some around the switch."""
    draw = random.Random(SEED)
    spread = KILLS - NEAR_THE_SWITCH
    over = [undisturbed.seconds * (part + draw.random()) / spread for part in range(spread)]
    near = [undisturbed.switch + draw.uniform(-AROUND, AROUND) for _ in range(NEAR_THE_SWITCH)]
    drawn = [*over, *near]
    draw.shuffle(drawn)
    return drawn


def assert_mended_by_the_next_ingest(warm: Warm, town: Town, index: Path) -> None:
    done = warm.policyqa("ingest", town.new, "--index", index, cwd=index.parent)
    assert (done.code, done.err) == (0, "")
    left = {path.name for path in index.iterdir()}
    assert left == {"catalog.sqlite3", "current", "generations", "lock", "past", "roots.json"}
    replaced = [name for name, text in OLD.items() if NEW.get(name) != text]
    assert len(list((index / "past").iterdir())) == len(replaced)
    kept = generations(index)
    assert [name[:6] for name in kept] == ["000001", "000002"]
    assert current(index) == kept[-1]


def test_old_and_new_are_told_apart(undisturbed: Undisturbed) -> None:
    assert undisturbed.old["documents"] == sorted(OLD)
    assert undisturbed.new["documents"] == sorted(NEW)
    assert OLD_FIGURE in undisturbed.old["answer"]["answer"]
    assert NEW_FIGURE in undisturbed.new["answer"]["answer"]
    for seen in (undisturbed.old, undisturbed.new):
        assert seen["found"] == seen["counts"]
        assert seen["vectors"] == seen["counts"][1]
    assert 0 < undisturbed.switch < undisturbed.seconds


@pytest.mark.parametrize(
    "kill", [k if k < FEW else pytest.param(k, marks=pytest.mark.soak) for k in range(KILLS)]
)
def test_a_kill_at_a_random_moment_leaves_the_old_or_the_new_index(
    tmp_path: Path, warm: Warm, town: Town, undisturbed: Undisturbed, kill: int
) -> None:
    delay = delays(undisturbed)[kill]
    code = 0
    while code == 0:  # this run was over before: it was faster than the measured one
        folder = tmp_path / f"{delay:.4f}"
        folder.mkdir()
        index = town.index_in(folder)
        child = warm.start("policyqa", "ingest", town.new, "--index", index, cwd=folder)
        time.sleep(max(0.0, child.started + delay - time.time()))
        os.kill(child.pid, signal.SIGKILL)
        code = child.wait().code
        print(f"seed {SEED!r}, kill {kill}: {delay:.4f} of {undisturbed.seconds:.4f} s, {code=}")
        delay *= 0.9
    assert code == -signal.SIGKILL
    seen = look(warm, index)
    assert seen in (undisturbed.old, undisturbed.new)
    assert_mended_by_the_next_ingest(warm, town, index)


@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        ("before the check", "old"),
        ("while keeping what was said", "old"),
        ("before the switch", "old"),
        ("right after the switch", "new"),
        ("before cleaning", "new"),
        ("while cleaning", "new"),
    ],
)
def test_a_kill_at_the_switch_leaves_exactly_what_was_switched_to(
    tmp_path: Path, warm: Warm, town: Town, undisturbed: Undisturbed, moment: str, leaves: str
) -> None:
    index = town.index_in(tmp_path)
    child = warm.start(
        "policyqa", "ingest", town.new, "--index", index, cwd=tmp_path, before=("die_at", moment)
    )
    assert child.wait().code == -signal.SIGKILL
    assert look(warm, index) == getattr(undisturbed, leaves)
    assert_mended_by_the_next_ingest(warm, town, index)
    assert look(warm, index) == undisturbed.new


def test_an_ingest_that_is_interrupted_says_so_and_leaves_nothing_behind(
    tmp_path: Path, warm: Warm, town: Town, undisturbed: Undisturbed
) -> None:
    index = town.index_in(tmp_path)
    child = warm.start(
        "policyqa",
        *("ingest", town.new, "--index", index),
        cwd=tmp_path,
        before=("hold_check", tmp_path / "sign"),
    )
    wait_for(tmp_path / "sign.here")
    assert len(generations(index)) == 2
    os.kill(child.pid, signal.SIGINT)
    done = child.wait()
    assert (done.code, done.line) == (130, "policyqa: stopped.")
    assert generations(index) == [current(index)]
    assert look(warm, index) == undisturbed.old


def test_during_an_ingest_questions_get_the_old_index_and_a_second_ingest_is_refused(
    tmp_path: Path, warm: Warm, town: Town, undisturbed: Undisturbed
) -> None:
    index = town.index_in(tmp_path)
    first = warm.start(
        "policyqa",
        *("ingest", town.new, "--index", index),
        cwd=tmp_path,
        before=("hold_check", tmp_path / "sign"),
    )
    wait_for(tmp_path / "sign.here")
    asked = warm.policyqa("ask", CONTAINERS, "--index", index, cwd=tmp_path)
    second = warm.policyqa("ingest", town.new, "--index", index, cwd=tmp_path)
    (tmp_path / "sign.go").touch()
    assert (asked.code, asked.err) == (0, "")
    assert OLD_FIGURE in asked.out
    assert (second.code, second.out) == (3, "")
    assert second.line == (
        f"policyqa: Another process is building the index in {index}; wait until it has "
        "finished, or name another place with --index."
    )
    assert first.wait().code == 0
    assert look(warm, index) == undisturbed.new


def wait_for(path: Path, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < until, f"{path.name} does not come"
        time.sleep(0.005)
