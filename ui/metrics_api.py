"""`GET /metrics` for Prometheus, and the count of requests by route.

A key with the scope `metrics` is let in, and otherwise who may do everything: the figures tell how
much is asked, though not by whom.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.errors import PolicyQAError
from rag.generations import Generations
from rag.index import Manifest
from ui.access_log import route_of
from ui.metrics import Metrics
from ui.office import Office
from ui.people.person import Role, person_of, require
from ui.people.person import Scope as KeyScope
from ui.people.person import require_scope as require_key
from ui.sending import Sending

_NOWHERE = "none"
"""Stands for the route of what no route answers."""
_LEFT = 499

_log = logging.getLogger(__name__)


def router(office: Office) -> APIRouter:
    """The route `/metrics`."""
    routes = APIRouter(tags=["running"])
    office.metrics.registry.register(_OfNow(office))

    @routes.get(
        "/metrics",
        summary="Figures for Prometheus",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    def metrics(request: Request, accept: str = Header("")) -> Response:
        """Questions, times, requests, the line, and the index, in Prometheus' text format.

        Keys need the scope `metrics`; people need to be administrators.
        """
        person = person_of(request)
        if person.scopes is None:
            require(person, Role.ADMIN)
        require_key(person, KeyScope.METRICS)
        encode, media_type = choose_encoder(accept)
        return Response(encode(office.metrics.registry), headers={"content-type": media_type})

    return routes


class Requests:
    """Counts each request when it has been answered."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count it."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        sending = Sending(send)
        try:
            return await self._app(scope, receive, sending)
        finally:
            status = sending.status or _LEFT
            self._metrics.requested(scope["method"], route_of(scope) or _NOWHERE, status)


class _OfNow(Collector):
    """What is read when somebody asks for it: the line, and the index."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def describe(self) -> list[Metric]:
        """Nothing beforehand: otherwise all would be collected once when this is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The figures of now."""
        admission = self._office.admission
        yield _gauge("answers_working", "Answers that are made now.", admission.working)
        yield _gauge("questions_waiting", "Questions that wait for a place.", admission.waiting)
        refused = CounterMetricFamily(
            "policyqa_refusals", "Questions refused because too many wait.", labels=["reason"]
        )
        for reason, number in admission.refused.items():
            refused.add_metric([reason], number)
        yield refused
        yield from self._index()

    def _index(self) -> Iterator[Metric]:
        pipeline = self._office.pipeline
        version = pipeline.index_version
        info = GaugeMetricFamily(
            "policyqa_index_info", "The index that answers.", labels=["version"]
        )
        info.add_metric([version], 1)
        yield info
        yield _gauge("index_documents", "Documents that answer.", len(pipeline.documents))
        manifest = self._manifest()
        if manifest is not None and manifest.version == version:
            yield _gauge("index_passages", "Passages that answer.", manifest.passages)
            age = datetime.now(UTC) - datetime.fromisoformat(manifest.created)
            yield _gauge("index_age_seconds", "Since the index was built.", age.total_seconds())

    def _manifest(self) -> Manifest | None:
        """What is known of the current generation; `None`, and a line in the log, if nothing."""
        try:
            return Manifest.load(Generations(self._office.settings.index_dir).current())
        except PolicyQAError as error:
            _log.info("The index is not described in the metrics: %s", error)
            return None


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"policyqa_{name}", what, value=value)
