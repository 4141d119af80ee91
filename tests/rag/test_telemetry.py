"""Spans: true times, the names of the conventions, no words of anybody, no harm to an answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import entry_points
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.clock import Clock
from rag.errors import SettingsError
from rag.models import Answer, Citation, Claim, Span, Trace, Verdict, Weighed
from rag.settings import Settings
from rag.telemetry import Telemetry

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

needs_sdk = pytest.mark.skipif(
    not entry_points(group="opentelemetry_traces_exporter", name="console"),
    reason="needs OpenTelemetry's SDK: pip install 'policy-qa[telemetry]'",
)
SETTINGS = Settings.model_validate(
    {
        "chat": {
            "base_url": "https://models.example/v1",
            "model": "small",
            "api_key": "sk-very-secret",
            "temperature": 0.25,
        },
        "trace": {"spans": True},
    }
)
PLACE = Citation(
    "id1",
    "r.txt",
    "Xylophone",
    "r.txt",
    None,
    Span(0, 9),
    "xylophone",
    None,
    (),
    "id1.0.9.abcdef01",
)
WORDS = "xylophone"
"""Stands in everything that anybody said."""


def answer(model: str | None = "small") -> Answer:
    return Answer(
        "a1",
        "How many xylophones?",
        (Claim("61 xylophones.", (PLACE,)), Claim("Another xylophone.", (PLACE,))),
        False,
        "1 xylophone was left out.",
        0.875,
        (),
        "generative" if model else "extractive",
        model,
        "v1",
        {"total": 30.0},
        Trace(
            question={"terms": "xylophones"},
            passages=(Weighed("p1", "id1", Span(0, 40), 0.25),) * 3,
            removed=(Claim("70 xylophones.", (PLACE,), Verdict.FIGURE_NOT_IN_SPAN),),
            usage={"read": 900, "written": 40},
            prompt="7",
            raw=("61 xylophones.",),
        ),
    )


@pytest.fixture
def spans() -> InMemorySpanExporter:
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    return InMemorySpanExporter()


@pytest.fixture
def telemetry(spans: InMemorySpanExporter) -> Iterator[Telemetry]:
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    with Telemetry(SETTINGS, SimpleSpanProcessor(spans)) as running:
        yield running


def a_clock() -> Clock:
    """A clock that ran through the stages, one of them twice."""
    clock = Clock()
    for stage in ("question", "embed", "retrieve", "rank", "retrieve", "write"):
        time.sleep(0.002)
        clock.lap(stage)
    return clock


def recorded(
    telemetry: Telemetry, spans: InMemorySpanExporter, given: Answer
) -> tuple[ReadableSpan, list[ReadableSpan], Clock]:
    """The question's span, those of the stages in order, and the clock that they tell of."""
    clock = a_clock()
    telemetry.record(given, clock)
    *stages, whole = spans.get_finished_spans()
    return whole, stages, clock


def attributes(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


@needs_sdk
def test_a_question_has_a_span_and_each_of_its_stages_one_below(
    telemetry: Telemetry, spans: InMemorySpanExporter
) -> None:
    whole, stages, _ = recorded(telemetry, spans, answer())
    assert whole.name == "answer question"
    assert whole.parent is None
    assert [attributes(span)["policyqa.stage"] for span in stages] == [
        "question", "embed", "retrieve", "rank", "retrieve", "write",
    ]  # fmt: skip
    assert {span.parent and span.parent.span_id for span in stages} == {whole.context.span_id}
    assert {span.context.trace_id for span in stages} == {whole.context.trace_id}


@needs_sdk
def test_spans_begin_and_end_when_the_stages_did(
    telemetry: Telemetry, spans: InMemorySpanExporter
) -> None:
    before = time.time_ns()
    whole, stages, clock = recorded(telemetry, spans, answer())
    after = time.time_ns()
    for span, lap in zip(stages, clock.laps, strict=True):
        assert (span.start_time, span.end_time) == (lap.start, lap.end)
        assert lap.end - lap.start >= 2_000_000
    assert whole.start_time == stages[0].start_time == clock.began
    assert all(one.end_time == following.start_time for one, following in pairwise(stages))
    assert stages[-1].end_time is not None
    assert whole.end_time is not None
    assert stages[-1].end_time <= whole.end_time
    # The clock of the day may be set a little in between.
    assert before - 10**9 < clock.began < whole.end_time < after + 10**9


def test_laps_add_up_to_the_stages() -> None:
    clock = a_clock()
    told = clock.total()
    for stage in ("question", "retrieve", "write"):
        laps = sum(lap.end - lap.start for lap in clock.laps if lap.stage == stage)
        assert laps / 1e6 == pytest.approx(told[stage], abs=0.01)
    assert set(told) == {"question", "embed", "retrieve", "rank", "write", "total"}


@needs_sdk
def test_the_writing_is_told_by_the_conventions_for_generative_ai(
    telemetry: Telemetry, spans: InMemorySpanExporter
) -> None:
    from opentelemetry.trace import SpanKind

    whole, stages, _ = recorded(telemetry, spans, answer())
    assert stages[-1].name == "chat small"
    assert stages[-1].kind is SpanKind.CLIENT
    assert attributes(stages[-1]) == {
        "policyqa.stage": "write",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "small",
        "gen_ai.request.stream": True,
        "gen_ai.request.temperature": 0.25,
        "gen_ai.request.max_tokens": 500,
        "gen_ai.usage.input_tokens": 900,
        "gen_ai.usage.output_tokens": 40,
        "server.address": "models.example",
        "server.port": 443,
    }
    assert stages[2].name == "retrieval v1"
    assert attributes(stages[2])["gen_ai.data_source.id"] == "v1"
    # Tokens are told once, so that a sum over all spans is right.
    others = [key for span in (whole, *stages[:-1]) for key in attributes(span)]
    assert not any(key.startswith("gen_ai.usage") for key in others)


@needs_sdk
def test_writing_with_other_work_in_between_is_one_call_and_counts_its_tokens_once(
    telemetry: Telemetry, spans: InMemorySpanExporter
) -> None:
    clock = Clock()
    for stage in ("rewrite", "rank", "rank", "write", "write", "rewrite", "write", "rewrite"):
        clock.lap(stage)
    telemetry.record(answer(), clock)
    *stages, _ = spans.get_finished_spans()
    told = [attributes(span)["policyqa.stage"] for span in stages]
    assert told == ["rewrite", "rank", "write", "rewrite", "rewrite"]
    assert (stages[2].start_time, stages[2].end_time) == (clock.laps[3].start, clock.laps[6].end)
    assert [span.name == "chat small" for span in stages] == [True, False, True, True, True]
    counting = [span for span in stages if "gen_ai.usage.input_tokens" in attributes(span)]
    assert counting == [stages[2]]


@needs_sdk
def test_what_a_model_used_is_told_where_it_wrote_no_answer(
    telemetry: Telemetry, spans: InMemorySpanExporter
) -> None:
    clock = Clock()
    for stage in ("rewrite", "rank", "verify"):
        clock.lap(stage)
    telemetry.record(answer(None), clock)
    rewriting, *others = spans.get_finished_spans()
    assert attributes(rewriting)["gen_ai.usage.input_tokens"] == 900
    assert not any("gen_ai.usage.input_tokens" in attributes(span) for span in others)


@needs_sdk
def test_a_server_that_counts_no_tokens_leaves_them_untold(
    telemetry: Telemetry, spans: InMemorySpanExporter
) -> None:
    given = replace(answer(), trace=replace(answer().trace, usage={}))
    _, stages, _ = recorded(telemetry, spans, given)
    assert not any(key.startswith("gen_ai.usage") for key in attributes(stages[-1]))


@needs_sdk
def test_the_question_is_told_in_figures(telemetry: Telemetry, spans: InMemorySpanExporter) -> None:
    whole, _, _ = recorded(telemetry, spans, answer())
    assert attributes(whole) == {
        "policyqa.answer.id": "a1",
        "policyqa.index.version": "v1",
        "policyqa.engine": "generative",
        "policyqa.abstained": False,
        "policyqa.confidence": 0.875,
        "policyqa.kept": False,
        "policyqa.passages": 3,
        "policyqa.claims": 2,
        "policyqa.removed": ("figure-not-in-span",),
        "policyqa.prompt.version": "7",
    }


@needs_sdk
def test_no_words_and_no_key_leave_the_program(
    telemetry: Telemetry, spans: InMemorySpanExporter
) -> None:
    whole, stages, _ = recorded(telemetry, spans, answer())
    sent = "".join(span.to_json() for span in (whole, *stages))
    assert WORDS not in sent.lower()
    assert "sk-very-secret" not in sent


@needs_sdk
def test_spans_hang_below_the_request_that_asked(
    telemetry: Telemetry, spans: InMemorySpanExporter
) -> None:
    from opentelemetry.sdk.trace import TracerProvider

    with TracerProvider().get_tracer("web").start_as_current_span("POST /api/ask") as request:
        telemetry.record(answer(), a_clock())
    whole = spans.get_finished_spans()[-1]
    assert whole.parent is not None
    assert whole.parent.span_id == request.get_span_context().span_id


@needs_sdk
def test_a_broken_exporter_fails_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    class Broken(InMemorySpanExporter):
        def export(self, spans: object) -> None:  # type: ignore[override]
            raise OSError("no way out")

    with Telemetry(SETTINGS, SimpleSpanProcessor(Broken())) as running:
        running.record(answer(), a_clock())
    assert "Exception while exporting Span." in caplog.text


ONE = """
import sys
sys.path[:0] = sys.argv[1:3]
from test_telemetry import SETTINGS, a_clock, answer
from rag.telemetry import Telemetry
with Telemetry(SETTINGS) as telemetry:
    telemetry.record(answer(), a_clock())
"""


def run(code: str, repository: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    return subprocess.run(
        [sys.executable, "-c", code, str(repository), str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**kept, **variables},
    )


@needs_sdk
def test_the_standard_variables_choose_the_exporter_and_name_the_service(repository: Path) -> None:
    done = run(ONE, repository, OTEL_TRACES_EXPORTER="console", OTEL_SERVICE_NAME="ours")
    assert done.returncode == 0, done.stderr
    decoder, text, sent = json.JSONDecoder(), done.stdout.strip(), []
    while text:
        span, end = decoder.raw_decode(text)
        sent.append(span)
        text = text[end:].lstrip()
    assert len(sent) == 7
    assert {span["resource"]["attributes"]["service.name"] for span in sent} == {"ours"}


@needs_sdk
def test_no_exporter_sends_nothing(repository: Path) -> None:
    done = run(ONE, repository, OTEL_TRACES_EXPORTER="none")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


AWAY = "import time\n" + ONE.replace("with Telemetry", "begun = time.monotonic()\nwith Telemetry")
AWAY += "print(time.monotonic() - begun)\n"


@needs_sdk
@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_collector_that_is_away_holds_nobody_up(protocol: str, repository: Path) -> None:
    package = {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}[protocol]
    if not entry_points(group="opentelemetry_traces_exporter", name=package):
        pytest.skip("needs the exporter: pip install 'policy-qa[telemetry]'")
    done = run(
        AWAY,
        repository,
        OTEL_EXPORTER_OTLP_PROTOCOL=protocol,
        OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9",
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 6


def test_an_exporter_that_is_missing_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "carrier-pigeon")
    with pytest.raises(SettingsError, match=r"pip install 'policy-qa\[telemetry\]'"):
        Telemetry(SETTINGS)


BARE = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("opentelemetry"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hidden())
sys.path[:0] = sys.argv[1:3]
from rag.errors import SettingsError
from rag.settings import Settings
from rag.telemetry import Telemetry
try:
    Telemetry(Settings())
except SettingsError as error:
    print(error)
"""


def test_without_opentelemetry_it_is_refused_in_one_sentence(repository: Path) -> None:
    done = run(BARE, repository)
    assert done.stdout == (
        "OpenTelemetry is not installed, which trace.spans needs; run "
        "pip install 'policy-qa[telemetry]', or switch trace.spans off.\n"
    )


def test_opentelemetry_is_not_imported_before_it_is_wanted(repository: Path) -> None:
    code = """
import sys
sys.path.insert(0, sys.argv[1])
import rag.telemetry
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""
    assert run(code, repository).stdout == "[]\n"
