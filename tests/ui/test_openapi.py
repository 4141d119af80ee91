from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rag.settings import Settings
from tests.ui.fake_pipeline import FakePipeline
from ui.api import create_app
from ui.openapi_30 import as_30

OPEN = ("/healthz", "/readyz", "/api/widget/", "/s/", "/widget")


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    settings = Settings(office_dir=tmp_path_factory.mktemp("office"))
    return create_app(FakePipeline(), settings).openapi()


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def resolved(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = schema
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def test_every_operation_has_a_tag_a_summary_and_an_id_of_its_own(schema: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(schema)]
    assert len(ids) == len(set(ids)) > 20
    known = {tag["name"] for tag in schema["tags"]}
    for label, operation in operations(schema):
        assert len(operation["tags"]) == 1, label
        assert operation["tags"][0] in known, label
        assert operation["summary"], label


def test_every_answer_but_a_file_or_a_page_has_a_form(schema: dict[str, Any]) -> None:
    for label, operation in operations(schema):
        for status, response in operation["responses"].items():
            content = resolved(schema, response).get("content", {})
            form = content.get("application/json", {"schema": {"type": "string"}})["schema"]
            assert form, f"{label} {status}"


def test_errors_are_problems(schema: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in json.dumps(schema)
    for label, operation in operations(schema):
        responses = operation["responses"]
        for status in (status for status in responses if status >= "400"):
            kinds = set(resolved(schema, responses[status]).get("content", {}))
            usual = {"application/problem+json", "text/html"}
            openais = {"application/json"} if " /v1/" in label else set()
            assert kinds & (usual | openais), f"{label} {status}"
        if "/api/" in label:
            assert "application/problem+json" in resolved(schema, responses["500"])["content"]


def test_keys_are_described_and_asked_for_where_somebody_must_be_known(
    schema: dict[str, Any],
) -> None:
    assert schema["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    assert {"key": []} in schema["security"]
    for label, operation in operations(schema):
        path = label.split(" ")[1]
        assert ("401" in operation["responses"]) or path.startswith(OPEN), label
        if path in ("/healthz", "/readyz"):
            assert operation["security"] == []


def test_asking_is_described_with_examples_and_as_a_stream(schema: dict[str, Any]) -> None:
    asking = schema["paths"]["/api/ask"]["post"]
    body = resolved(schema, asking["requestBody"]["content"]["application/json"]["schema"])
    answered = asking["responses"]["200"]["content"]
    form = resolved(schema, answered["application/json"]["schema"])
    assert {"application/json", "text/event-stream"} == set(answered)
    assert "event: answer" in answered["text/event-stream"]["example"]
    definitions = {"components": schema["components"]}
    for example in body["examples"]:
        Draft202012Validator({**body, **definitions}).validate(example)
    Draft202012Validator({**form, **definitions}).validate(form["examples"][0])


def test_references_lead_somewhere(schema: dict[str, Any]) -> None:
    def walk(part: Any) -> Iterator[dict[str, Any]]:
        if isinstance(part, dict):
            if "$ref" in part:
                yield part
            for value in part.values():
                yield from walk(value)
        elif isinstance(part, list):
            for value in part:
                yield from walk(value)

    found = list(walk(schema))
    assert found
    for part in found:
        assert resolved(schema, part)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ({"openapi": "3.1.0"}, {"openapi": "3.0.3"}),
        (
            {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "title": "Since"},
            {"type": "string", "format": "date", "title": "Since", "nullable": True},
        ),
        (
            {"anyOf": [{"$ref": "#/x"}, {"type": "null"}]},
            {"anyOf": [{"$ref": "#/x"}], "nullable": True},
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
            {"anyOf": [{"type": "string"}, {"type": "integer"}], "nullable": True},
        ),
        ({"type": "string", "const": "ok"}, {"type": "string", "enum": ["ok"]}),
        ({"type": "null", "title": "Nothing"}, {"title": "Nothing", "nullable": True}),
        ({"examples": [{"a": 1}, {"a": 2}]}, {"example": {"a": 1}}),
        ({"exclusiveMinimum": 0}, {"minimum": 0, "exclusiveMinimum": True}),
        (
            {"properties": {"const": {"type": "string"}}},
            {"properties": {"const": {"type": "string"}}},
        ),
    ],
)
def test_it_is_told_in_the_words_of_3_0(new: dict[str, Any], old: dict[str, Any]) -> None:
    assert as_30(new) == old
