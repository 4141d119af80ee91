"""Whether the process runs, and whether it can answer: for whoever starts, stops and watches it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from rag.errors import NoIndex, PolicyQAError
from rag.live import AnyPipeline
from ui.forms import Alive, Ready
from ui.replies import readable


class Stopping(PolicyQAError):
    """The server finishes what is in flight and takes nothing new."""

    code = "stopping"
    http_status = 503


class Ending:
    """Whether the server has been told to stop; it is, once, by whoever runs it."""

    def __init__(self) -> None:
        self.has_begun = False

    def begin(self) -> None:
        """Be no longer ready."""
        self.has_begun = True


def router(pipeline: AnyPipeline, ending: Ending) -> APIRouter:
    """The routes `/healthz` and `/readyz`; both answer on the event loop, whatever threads do."""
    routes = APIRouter(tags=["health"])

    @readable(routes, "/healthz", summary="Is it alive?", response_model=Alive)
    async def alive() -> dict[str, str]:
        """Whether the process runs."""
        return {"status": "ok"}

    @readable(routes, "/readyz", summary="Is it ready?", response_model=Ready)
    async def ready() -> dict[str, Any]:
        """Whether questions can be answered; 503 while there is no index, and when it stops."""
        if ending.has_begun:
            raise Stopping("The server is stopping; ask another one, or this one once it is back.")
        documents = len(pipeline.documents)
        if not documents:
            raise NoIndex("No documents are loaded; run `policyqa ingest` first.")
        return {
            "status": "ready",
            "index_version": pipeline.index_version,
            "documents": documents,
        }

    return routes
