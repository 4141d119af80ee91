"""What a server counts, for Prometheus: questions, how long answers take, requests.

Every application has a registry of its own. What could have any value (paths, persons, questions)
is never a label; the number of series is bounded by the code.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from enum import StrEnum
from itertools import product

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    ProcessCollector,
)

from rag.models import Answer, Claim

_ENGINES = ("extractive", "generative")
_OTHER = "other"
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0)
_TOTAL = "total"


class Door(StrEnum):
    """Where a question came in."""

    PAGE = "page"
    API = "api"
    COMPLETIONS = "completions"
    MCP = "mcp"
    WIDGET = "widget"


class Outcome(StrEnum):
    """How a question ended; `refused` are those of limits and those that are none."""

    ANSWERED = "answered"
    ABSTAINED = "abstained"
    REFUSED = "refused"
    ERROR = "error"
    LEFT = "left"


class Metrics:
    """The counters and histograms of one application; safe from any thread."""

    def __init__(self, engine: str) -> None:
        """`engine` is the one of questions that come to no answer."""
        self.registry = CollectorRegistry()
        self._engine = engine
        questions = Counter(
            "policyqa_questions",
            "Questions, by how they ended.",
            ("door", "engine", "outcome"),
            registry=self.registry,
        )
        # Made beforehand: a finaliser that counts must not wait for the lock of the labels.
        self._questions: Mapping[tuple[str, str, str], Counter] = {
            labels: questions.labels(*labels)
            for labels in product(Door, (*_ENGINES, _OTHER), Outcome)
        }
        self._first_event = self._histogram(
            "first_event", "Until the first event of an answer, a status line included.", "door"
        )
        self._first_claim = self._histogram(
            "first_claim", "Until the first claim of an answer.", "door"
        )
        self._answer = self._histogram("answer", "Until the whole answer.", "engine")
        self._stage = self._histogram("stage", "Stages of an answer.", "stage")
        self._requests = Counter(
            "policyqa_http_requests",
            "Requests, by the template of their route.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def asked(self, door: Door) -> Watch:
        """Begin to follow one question."""
        return Watch(self, door)

    def requested(self, method: str, route: str, status: int) -> None:
        """Count one request."""
        known = method if method in _METHODS else _OTHER
        self._requests.labels(known, route, str(status)).inc()

    def _histogram(self, name: str, what: str, label: str) -> Histogram:
        return Histogram(
            f"policyqa_{name}_seconds", what, (label,), registry=self.registry, buckets=_SECONDS
        )

    def _answered(self, answer: Answer, seconds: float) -> None:
        self._answer.labels(_known(answer.engine)).observe(seconds)
        for stage, ms in answer.timings_ms.items():
            if stage != _TOTAL:
                self._stage.labels(stage).observe(ms / 1000)

    def _ended(self, door: Door, engine: str | None, outcome: Outcome) -> None:
        self._questions[door, _known(engine or self._engine), outcome].inc()


class Watch:
    """Follows one question from when it was asked to its end."""

    def __init__(self, metrics: Metrics, door: Door) -> None:
        self._metrics = metrics
        self._door = door
        self._began = time.perf_counter()
        self._engine: str | None = None
        self._seen = False
        self._claimed = False
        self._ended = False

    def saw(self, event: str | Claim | Answer) -> None:
        """Note an event of the answer."""
        seconds = time.perf_counter() - self._began
        if not self._seen:
            self._seen = True
            self._metrics._first_event.labels(self._door).observe(seconds)
        if isinstance(event, Claim) and not self._claimed:
            self._claimed = True
            self._metrics._first_claim.labels(self._door).observe(seconds)
        if isinstance(event, Answer):
            self._engine = event.engine
            self._metrics._answered(event, seconds)

    def end(self, outcome: Outcome) -> None:
        """Count the question, once: a second end is none."""
        if not self._ended:
            self._ended = True
            self._metrics._ended(self._door, self._engine, outcome)


def _known(engine: str) -> str:
    return engine if engine in _ENGINES else _OTHER
