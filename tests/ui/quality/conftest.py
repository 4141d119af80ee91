from __future__ import annotations

from pathlib import Path

import pytest

from rag.settings import Settings
from tests.eval.report.made import ask
from tests.ui.fake_pipeline import FakePipeline
from tests.ui.quality.made_runs import make_run, office_settings, worse
from ui.office import Office, open_office
from ui.panels.quality import Desk


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An office with two finished runs of the same questions and a foreign folder."""
    settings = office_settings(tmp_path_factory.mktemp("office"))
    make_run(settings.runs_dir / "monday", ask, day=1)
    make_run(settings.runs_dir / "tuesday", worse, day=2)
    (settings.runs_dir / "foreign").mkdir()
    return settings


@pytest.fixture
def office(settings: Settings) -> Office:
    return open_office(FakePipeline(), settings)


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No questions lie in the working directory."""
    monkeypatch.chdir(tmp_path)
