from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ui.library import runs

REPORT = {
    **{kind: [] for kind in ("added", "changed", "renamed", "removed", "unchanged", "skipped")},
    "added": ["uploads/a.md"],
}


class Child:
    """Stands for the process that ingests: tells `lines`, the last only when `free` is set."""

    def __init__(self) -> None:
        self.orders: list[Mapping[str, Any]] = []
        self.lines: list[dict[str, Any]] = [{"report": REPORT}]
        self.free = threading.Event()
        self.free.set()

    def __call__(self, order: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        self.orders.append(order)
        *before, last = self.lines or [None]
        yield from before
        assert self.free.wait(20)
        if last is not None:
            yield last


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Child:
    made = Child()
    monkeypatch.setattr(runs, "_lines", made)
    monkeypatch.setattr(runs, "_QUIET_S", 0.05)
    return made
