from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from ingest.pipeline import ingest
from rag.models import Answer
from rag.settings import Settings
from tests.ui.fake_pipeline import FakePipeline
from ui import api
from ui.api import create_app
from ui.metrics import Door, Metrics, Outcome
from ui.metrics_api import Requests
from ui.office import Office
from ui.people.person import LOCAL, STATE_KEY, Person, Role, Scope

EVENTS = {"accept": "text/event-stream"}


class Running:
    """An application, with a person who may be changed."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
        self.offices: list[Office] = []
        opened = api.open_office

        def open_office(*given: Any) -> Office:
            self.offices.append(opened(*given))
            return self.offices[-1]

        monkeypatch.setattr(api, "open_office", open_office)
        settings = {"office_dir": folder / "office", "index_dir": folder / "index", **settings}
        self.app = create_app(FakePipeline(), Settings(**settings), examples=[])
        self.client = TestClient(self.app, base_url="http://127.0.0.1:7860")

    @property
    def office(self) -> Office:
        return self.offices[-1]

    def ask(self, question: str, **options: Any) -> Any:
        return self.client.post("/api/ask", json={"question": question}, **options)

    def samples(self) -> dict[str, list[tuple[Mapping[str, str], float]]]:
        response = self.client.get("/metrics")
        assert response.status_code == 200, response.text
        found: dict[str, list[tuple[Mapping[str, str], float]]] = {}
        for family in text_string_to_metric_families(response.text):
            for sample in family.samples:
                found.setdefault(sample.name, []).append((sample.labels, sample.value))
        return found

    def value(self, name: str, **labels: str) -> float:
        return sum(
            value
            for found, value in self.samples().get(name, [])
            if labels.items() <= dict(found).items()
        )


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Running:
    return Running(tmp_path, monkeypatch)


def test_questions_are_counted_by_door_engine_and_outcome(running: Running) -> None:
    running.ask("How many containers?")
    running.ask("When do ferries leave?", headers=EVENTS)
    running.ask("What does the airport cost?")
    running.ask("")
    running.ask("Please break.", headers=EVENTS)
    name, api_door = "policyqa_questions_total", {"door": "api", "engine": "extractive"}
    assert running.value(name, **api_door, outcome="answered") == 2
    assert running.value(name, **api_door, outcome="abstained") == 1
    assert running.value(name, **api_door, outcome="refused") == 1
    assert running.value(name, **api_door, outcome="error") == 1
    assert running.value(name, door="page") == 0


def test_times_are_told_by_stage_and_to_the_first_event_and_claim(running: Running) -> None:
    running.ask("How many containers?")
    running.ask("What does the airport cost?")
    assert running.value("policyqa_first_event_seconds_count", door="api") == 2
    assert running.value("policyqa_first_claim_seconds_count", door="api") == 1
    assert running.value("policyqa_answer_seconds_count", engine="extractive") == 2
    assert 0 < running.value("policyqa_answer_seconds_sum", engine="extractive") < 10


def test_stages_are_in_seconds_and_the_total_is_none_of_them() -> None:
    metrics = Metrics("extractive")
    watch = metrics.asked(Door.API)
    watch.saw(an_answer({"embed": 20.0, "rank": 50.0, "total": 70.0}))
    watch.end(Outcome.ANSWERED)
    sums = {
        sample.labels["stage"]: sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "policyqa_stage_seconds_sum"
    }
    assert sums == pytest.approx({"embed": 0.02, "rank": 0.05})


def test_an_unknown_engine_opens_no_new_series() -> None:
    metrics = Metrics("extractive")
    before = series(metrics)
    for engine in ("a", "b", "c"):
        watch = metrics.asked(Door.API)
        watch.saw(an_answer({}, engine))
        watch.end(Outcome.ANSWERED)
    names = {labels["engine"] for name, labels in series(metrics) if "engine" in labels}
    assert names == {"extractive", "generative", "other"}
    assert len(series(metrics)) - len(before) < 60  # the buckets of three histograms


def test_requests_are_counted_by_the_template_of_their_route(running: Running) -> None:
    for name in ("a", "b", "c"):
        running.client.get(f"/api/documents/{name}/text")
        running.client.get(f"/no/such/{name}")
    running.client.request("BREW", "/healthz")
    routes = {
        (labels["route"], labels["status"])
        for labels, _ in running.samples()["policyqa_http_requests_total"]
    }
    assert not [route for route, _ in routes if "/a" in route.replace("/api", "")]
    of_text = [r for r, status in routes if r.startswith("/api/documents/") and status == "404"]
    assert len(of_text) == 1
    total = running.value("policyqa_http_requests_total", method="other")
    assert total == 1


def test_refusals_are_counted_by_reason_and_the_line_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = Running(tmp_path, monkeypatch, serving={"quoting": 1, "waiting": 1})
    held = [running.office.admission.join(LOCAL) for _ in range(2)]
    assert running.value("policyqa_answers_working") == 1
    assert running.value("policyqa_questions_waiting") == 1
    for path, body in (
        ("/api/ask", {"question": "ferries"}),
        ("/v1/chat/completions", {"model": "policy-qa", "messages": []}),
    ):
        refused = running.client.post(path, json=body)
        assert refused.status_code == 503, refused.text
        assert int(refused.headers["retry-after"]) >= 1
    assert running.value("policyqa_refusals_total", reason="full") == 2
    assert running.value("policyqa_refusals_total", reason="slow") == 0
    assert running.value("policyqa_questions_total", outcome="refused", door="api") == 1
    assert running.value("policyqa_questions_total", outcome="refused", door="completions") == 1
    for place in held:
        place.leave()
    assert running.ask("ferries").status_code == 200
    assert running.value("policyqa_questions_waiting") == 0


def test_a_refusal_is_a_problem_with_the_headers_of_every_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = Running(tmp_path, monkeypatch, serving={"quoting": 1, "waiting": 0})
    place = running.office.admission.join(LOCAL)
    refused = running.ask("ferries", headers=EVENTS)
    place.leave()
    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "busy"
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert running.office.audit.entries() == []


def test_the_index_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text("# Ferries\n\nFerries leave at noon every day.\n", "utf-8")
    settings = Settings(index_dir=tmp_path / "index")
    ingest([tmp_path / "a.md"], settings)
    running = Running(tmp_path, monkeypatch)
    monkeypatch.setattr(FakePipeline, "index_version", version_of(settings))
    assert running.value("policyqa_index_documents") == 3
    assert running.value("policyqa_index_passages") == 1
    assert 0 <= running.value("policyqa_index_age_seconds") < 600
    assert running.value("policyqa_index_info", version=version_of(settings)) == 1


def test_without_a_manifest_the_rest_is_told(running: Running) -> None:
    samples = running.samples()
    assert samples["policyqa_index_info"] == [({"version": "fake-1"}, 1.0)]
    assert "policyqa_index_age_seconds" not in samples
    assert samples["process_resident_memory_bytes"][0][1] > 1e6


def test_every_application_has_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (Running(tmp_path / name, monkeypatch) for name in ("one", "other"))
    one.ask("ferries")
    assert one.value("policyqa_questions_total") == 1
    assert other.value("policyqa_questions_total") == 0


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8"),
        ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text"),
    ],
)
def test_the_format_is_the_one_that_is_accepted(
    running: Running, accept: str, media_type: str
) -> None:
    response = running.client.get("/metrics", headers={"accept": accept})
    assert response.headers["content-type"].startswith(media_type)
    if accept:
        assert list(openmetrics.text_string_to_metric_families(response.text))


def test_names_follow_the_conventions(running: Running) -> None:
    running.ask("ferries")
    for family in text_string_to_metric_families(running.client.get("/metrics").text):
        if not family.name.startswith("policyqa_"):
            continue
        assert family.documentation.endswith(".")
        assert "_ms" not in family.name
        if family.type == "histogram":
            assert family.name.endswith("_seconds")
        if family.type == "counter":
            assert all(s.name.endswith(("_total", "_created")) for s in family.samples)


@pytest.mark.parametrize(
    ("person", "status"),
    [
        (LOCAL, 200),
        (Person("li", Role.READER), 403),
        (Person("li", Role.EDITOR), 403),
        (Person("key:prometheus", Role.READER, frozenset({Scope.METRICS})), 200),
        (Person("key:other", Role.READER, frozenset({Scope.ASK, Scope.READ})), 403),
    ],
)
def test_keys_of_the_scope_and_administrators_may_read(
    tmp_path: Path, person: Person, status: int
) -> None:
    from ui.metrics_api import router
    from ui.office import open_office
    from ui.problems import handle_problems

    office = open_office(
        FakePipeline(), Settings(office_dir=tmp_path / "office", index_dir=tmp_path / "index")
    )
    app = FastAPI()
    handle_problems(app)
    app.include_router(router(office))

    async def with_person(scope: Any, receive: Any, send: Any) -> None:
        scope[STATE_KEY] = person
        await app(scope, receive, send)

    assert TestClient(with_person).get("/metrics").status_code == status


def test_a_request_that_breaks_or_is_left_is_counted_too() -> None:
    metrics = Metrics("extractive")

    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("broken on purpose")

    with pytest.raises(RuntimeError):
        TestClient(Requests(broken, metrics)).get("/anything")
    found = [s for f in metrics.registry.collect() for s in f.samples if "_http_" in s.name]
    assert {"method": "GET", "route": "none", "status": "499"} in [s.labels for s in found]


def series(metrics: Metrics) -> Sequence[tuple[str, Mapping[str, str]]]:
    return [
        (sample.name, sample.labels)
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name.startswith("policyqa")
    ]


def an_answer(timings: dict[str, float], engine: str = "extractive") -> Answer:
    return Answer("1", "?", (), True, "none", 0.1, (), engine, None, "v", timings)


def version_of(settings: Settings) -> str:
    from rag.generations import Generations

    return Generations(settings.index_dir).current_version()
