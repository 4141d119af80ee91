"""One run for all tests of the report."""

from __future__ import annotations

import pytest

from eval.run import Run
from tests.eval.report.made import made_run


@pytest.fixture(scope="session")
def run() -> Run:
    return made_run()
