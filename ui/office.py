"""Everything that the page and the routes are made around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.live import AnyPipeline
from rag.past import PastTexts
from rag.settings import Settings


@dataclass(frozen=True)
class Office:
    """What a server has. Its stores open their files for each operation, so any thread may use it.

    `examples` are questions to start from; `None` makes them from the documents.
    """

    pipeline: AnyPipeline
    settings: Settings
    past: PastTexts
    examples: Sequence[str] | None = None


def open_office(
    pipeline: AnyPipeline, settings: Settings, examples: Sequence[str] | None = None
) -> Office:
    """The office of a server, with its stores under `settings.office_dir`."""
    return Office(pipeline, settings, PastTexts(settings.index_dir), examples)
