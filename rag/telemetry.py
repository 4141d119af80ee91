"""OpenTelemetry spans: one for each question, and below it one for each stage of its answer.

Attributes follow the conventions for generative AI (`gen_ai.*`, still in development there) where
they fit, and are called `policyqa.*` otherwise. No words of a question, a passage or a model are
among them. What is sent where is set by the standard `OTEL_*` variables; without them, OTLP over
HTTP to a collector on this machine. OpenTelemetry is imported when spans are switched on, not
before.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import entry_points
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.clock import KEPT, WRITE, Clock, Lap
from rag.closing import Closing
from rag.errors import SettingsError
from rag.models import Answer
from rag.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.trace import Tracer

    Value = str | bool | int | float | Sequence[str]

_CHATTING = (WRITE, "rewrite")
"""The stages in which a chat model is asked."""

_RETRIEVE = "retrieve"
_SERVICE = "policy-qa"
_PORTS: Mapping[str, int] = {"http": 80, "https": 443}
_FLUSH_S = 2.0
_OTLP: Mapping[str, str] = {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}


class Telemetry(Closing):
    """Sends spans in the background; a collector that is away neither fails nor delays an answer.

    Where the host program has set up OpenTelemetry already, its provider is used and left open.
    `processor` takes the spans instead of what the variables name.

    Raises:
        SettingsError: the extra 'telemetry', or an exporter that a variable names, is missing.
    """

    def __init__(self, settings: Settings, processor: SpanProcessor | None = None) -> None:
        self._settings = settings
        self._provider: TracerProvider | None = None
        try:
            self._tracer = self._start(processor)
        except ImportError as error:
            raise _missing("OpenTelemetry is not installed") from error

    def record(self, answer: Answer, clock: Clock) -> None:
        """Send the spans of an answer that was just made; raises nothing."""
        from opentelemetry.trace import SpanKind, set_span_in_context

        stages = _whole(clock.laps)
        counted = _counted(stages)
        whole = self._tracer.start_span(
            "answer question", start_time=clock.began, attributes=dict(_of_question(answer))
        )
        below = set_span_in_context(whole)
        for lap in stages:
            name, attributes = self._of_stage(lap, answer)
            if lap is counted:
                attributes |= _used(answer)
            kind = SpanKind.CLIENT if lap.stage in _CHATTING else SpanKind.INTERNAL
            span = self._tracer.start_span(
                name, below, kind, start_time=lap.start, attributes=attributes
            )
            span.end(lap.end)
        whole.end(max([clock.now(), *(lap.end for lap in stages)]))

    def close(self) -> None:
        """Send what still waits, for two seconds at most, and stop."""
        if self._provider is not None:
            # By itself it takes as long as its exporter does, which tries again and again.
            ending = threading.Thread(target=self._provider.shutdown, daemon=True)
            ending.start()
            ending.join(_FLUSH_S)

    def _start(self, processor: SpanProcessor | None) -> Tracer:
        from opentelemetry import trace
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider

        host = trace.get_tracer_provider()
        if processor is None and isinstance(host, TracerProvider):
            return host.get_tracer(_SERVICE)
        processors = [processor] if processor else list(_processors())
        # The variables name the service, if they name any.
        resource = Resource.create({"service.name": _SERVICE}).merge(
            OTELResourceDetector().detect()
        )
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        for each in processors:
            self._provider.add_span_processor(each)
        return self._provider.get_tracer(_SERVICE)

    def _of_stage(self, lap: Lap, answer: Answer) -> tuple[str, dict[str, Value]]:
        """The name and the attributes of a stage's span."""
        stage: dict[str, Value] = {"policyqa.stage": lap.stage}
        if lap.stage in _CHATTING:
            return f"chat {self._settings.chat.model}", {**stage, **self._of_chat()}
        if lap.stage == _RETRIEVE:
            source = answer.index_version
            asked = {"gen_ai.operation.name": "retrieval", "gen_ai.data_source.id": source}
            return f"retrieval {source}", {**stage, **asked}
        return lap.stage, stage

    def _of_chat(self) -> dict[str, Value]:
        chat = self._settings.chat
        return {
            "gen_ai.operation.name": "chat",
            # The protocol that is spoken; whose the server is, its address and the model tell.
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": chat.model or "",
            "gen_ai.request.stream": True,
            "gen_ai.request.temperature": chat.temperature,
            "gen_ai.request.max_tokens": chat.answer_tokens,
            **_server(chat.base_url or ""),
        }


def _whole(laps: Sequence[Lap]) -> list[Lap]:
    """One lap for each run of the same stage, and one for all of the writing.

    What a model writes is taken up claim by claim, with other work in between, but is one call.
    """
    whole: list[Lap] = []
    before = ""
    for lap in laps:
        same = [at for at, one in enumerate(whole) if one.stage == lap.stage]
        if same and lap.stage in (WRITE, before):
            whole[same[-1]] = replace(whole[same[-1]], end=lap.end)
        else:
            whole.append(lap)
        before = lap.stage
    return whole


def _counted(stages: Sequence[Lap]) -> Lap | None:
    """The stage that tells the tokens of all: only one does, so that a sum over spans is right."""
    chatting = [lap for lap in stages if lap.stage in _CHATTING]
    return min(chatting, key=lambda lap: lap.stage != WRITE, default=None)


def _used(answer: Answer) -> dict[str, Value]:
    names = {"read": "gen_ai.usage.input_tokens", "written": "gen_ai.usage.output_tokens"}
    usage = answer.trace.usage
    return {name: usage[kind] for kind, name in names.items() if kind in usage}


def _of_question(answer: Answer) -> Iterator[tuple[str, Value]]:
    """What is told of a question as a whole."""
    trace = answer.trace
    yield "policyqa.answer.id", answer.id
    yield "policyqa.index.version", answer.index_version
    yield "policyqa.engine", answer.engine
    yield "policyqa.abstained", answer.abstained
    yield "policyqa.confidence", answer.confidence
    yield "policyqa.kept", KEPT in answer.timings_ms
    yield "policyqa.passages", len(trace.passages)
    yield "policyqa.claims", len(answer.claims)
    yield "policyqa.removed", [claim.verdict.value for claim in trace.removed]
    if trace.prompt is not None:
        yield "policyqa.prompt.version", trace.prompt


def _server(url: str) -> dict[str, Value]:
    parts = urlsplit(url)
    if not parts.hostname:
        return {}
    return {
        "server.address": parts.hostname,
        "server.port": parts.port or _PORTS.get(parts.scheme, 0),
    }


def _processors() -> Iterator[SpanProcessor]:
    """A processor for each exporter that the variables name."""
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    for name in os.environ.get("OTEL_TRACES_EXPORTER", "otlp").split(","):
        if name.strip() not in ("", "none"):
            found = entry_points(group="opentelemetry_traces_exporter", name=_full(name.strip()))
            if not found:
                raise _missing(f"There is no exporter of spans {name.strip()!r}")
            yield BatchSpanProcessor(next(iter(found)).load()())


def _full(name: str) -> str:
    """The name under which an exporter is registered; for OTLP that tells its protocol too."""
    if name != "otlp":
        return name
    every = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    protocol = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", every)
    return _OTLP.get(protocol, protocol)


def _missing(what: str) -> SettingsError:
    return SettingsError(
        f"{what}, which trace.spans needs; run pip install 'policy-qa[telemetry]', or switch "
        "trace.spans off."
    )
