"""The samples: invented texts in the formats of open data sets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def samples() -> Path:
    return Path(__file__).parent / "samples"


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], Path]:
    """Writes values as a JSON file, or a list of them as JSON Lines."""

    def write(value: Any) -> Path:
        lines = value if isinstance(value, list) else [value]
        path = tmp_path / "data.json"
        path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
        return path

    return write
