"""Questions that a site offers to its visitors: its own, or made of its own documents only."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from rag.live import AnyPipeline
from rag.models import Answer, Document, Filters
from ui.examples import Examples
from ui.sites.documents import filters_of
from ui.sites.site import Site

MOST_WAITED_S = 0.5
"""Seconds that a visitor waits for them; who comes later finds them made."""


class Suggesting:
    """Makes suggestions, anew where the index or a site's documents are others; any thread may."""

    def __init__(self, pipeline: AnyPipeline, most_waited_s: float = MOST_WAITED_S) -> None:
        self._pipeline = pipeline
        self._most_waited_s = most_waited_s
        self._made: dict[str, tuple[tuple[str, ...], Examples]] = {}
        self._lock = threading.Lock()

    def now(self, site: Site) -> Sequence[str]:
        """What a site suggests; nothing if that takes longer to make than anybody waits."""
        return site.suggestions or self._examples(site).now(self._most_waited_s)

    def _examples(self, site: Site) -> Examples:
        with self._lock:
            kept = self._made.get(site.name)
            if kept is None or kept[0] != site.documents:
                kept = site.documents, Examples(_Bounded(self._pipeline, site))
                self._made[site.name] = kept
            return kept[1]


class _Bounded:
    """What of a pipeline examples are made of, within one site's documents."""

    def __init__(self, pipeline: AnyPipeline, site: Site) -> None:
        self._pipeline = pipeline
        self._site = site

    @property
    def index_version(self) -> str:
        return self._pipeline.index_version

    @property
    def documents(self) -> Sequence[Document]:
        filters = self._filters()
        documents = self._pipeline.documents
        return [d for d in documents if filters.admits(d)] if filters else documents

    def quoted(self, question: str) -> Answer:
        return self._pipeline.quoted(question, self._filters())

    def _filters(self) -> Filters | None:
        return filters_of(self._site, self._pipeline)
