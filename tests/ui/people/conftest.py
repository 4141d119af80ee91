from __future__ import annotations

import pytest

from tests.ui.people.entry import quick_hashes


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_hashes(monkeypatch)
