"""Every case asked of both engines over one index, each into a run folder that is gone on with."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from eval.ablations import without
from eval.dataset import Case, read_cases
from eval.folder import read_run
from eval.manifest import describe_pipeline, make_plan
from eval.session import Session, conduct
from eval.workers import local_asker
from rag.engines import EXTRACTIVE
from rag.errors import CaseError
from rag.generative import ENGINE
from rag.settings import ChatSettings, Settings

_LOCAL = "http://localhost/v1"
"""Stands for the server of the small model, whose port is another one at every start."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases, `jobs` of them at once; of a `limit`, only so many, drawn at random (seeded).

    `overwrite` asks anew where a finished run is there.
    """

    file: Path
    jobs: int = 1
    limit: int | None = None
    overwrite: bool = False

    @property
    def cases(self) -> Sequence[Case]:
        """The cases in the order of the file.

        Raises:
            CaseError: the file does not parse.
        """
        found = read_cases(self.file)
        if self.limit is None or self.limit >= len(found):
            return found
        drawn = random.Random(0).sample(range(len(found)), self.limit)  # noqa: S311
        return [found[at] for at in sorted(drawn)]


def ask_both(settings: Settings, wanted: Wanted, out: Path) -> None:
    """Leave a finished run of the cases by each engine in `out`, as far as there is none.

    Raises:
        CaseError: a folder holds a run of other cases, settings, index or code.
        IndexUnusable: there is no index that can be asked.
        ModelError: a model does not load.
    """
    out.mkdir(parents=True, exist_ok=True)
    quoting = placed(settings, EXTRACTIVE, settings.chat)
    _ask(quoting, quoting, wanted, out / EXTRACTIVE)
    with _chat(settings) as chat:
        writing = placed(settings, ENGINE, chat)
        local = without(writing, {"chat": {"base_url": _LOCAL}})
        _ask(writing, writing if settings.chat.base_url else local, wanted, out / ENGINE)


def placed(settings: Settings, engine: str, chat: ChatSettings) -> Settings:
    """The settings with this engine; no answer is given twice or recorded."""
    changes = {"answer": {"engine": engine}, "chat": {"kept_answers": 0}, "trace": {"file": None}}
    found: Settings = without(settings.model_copy(update={"chat": chat}), changes)
    return found


@contextmanager
def _chat(settings: Settings) -> Iterator[ChatSettings]:
    """The chat model of the settings, or the small one, which runs as long as this lasts."""
    if settings.chat.base_url:
        yield settings.chat
        return
    from rag.local_server import LocalServer

    with LocalServer(settings.local) as server:
        yield server.chat_settings(settings.chat)


def _ask(settings: Settings, told: Settings, wanted: Wanted, folder: Path) -> None:
    """Ask one engine, unless that is done; `told` are the settings that make it the same run."""
    with local_asker(settings, wanted.jobs) as (asker, manifest):
        target = describe_pipeline(manifest, told)
        plan = make_plan([wanted.file], target, manifest.version, wanted.jobs)
        plan |= {"limit": wanted.limit}
        if (folder / "manifest.json").is_file() and not wanted.overwrite:
            _require_same(plan, folder)
            return
        session = Session(
            wanted.cases, plan, jobs=wanted.jobs, report=folder, overwrite=wanted.overwrite
        )
        with _progress(folder.name) as progress:
            conduct(session, asker, progress)


def _require_same(plan: Mapping[str, Any], folder: Path) -> None:
    manifest = read_run(folder).manifest
    stored = json.loads(json.dumps(plan))
    if any(manifest.get(name) != value for name, value in stored.items()):
        raise CaseError(
            f"{folder} holds a run of other cases, settings, index or code; choose another folder, "
            "or give --overwrite, or --judge to judge what was answered then."
        )


@contextmanager
def _progress(name: str) -> Iterator[Any]:
    """A bar on the screen, told how many are done of how many."""
    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(name, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
