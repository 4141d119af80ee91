"""The description of the API as OpenAPI 3.0 has it, for readers that know no later version."""

from __future__ import annotations

from typing import Any

VERSION = "3.0.3"
_NOTHING = {"nullable": True}


def as_30(value: Any) -> Any:
    """A description in OpenAPI 3.1, or any part of one, told in the words of 3.0."""
    if isinstance(value, list):
        return [as_30(part) for part in value]
    if not isinstance(value, dict):
        return value
    told = {name: as_30(part) for name, part in value.items()}
    if "openapi" in told:
        told["openapi"] = VERSION
    return _bounded(_singled(_nullable(told)))


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Null, which is a type in 3.1, is a property of the other type in 3.0."""
    if schema.get("type") == "null":
        return {name: part for name, part in schema.items() if name != "type"} | _NOTHING
    kinds = schema.get("anyOf")
    if not isinstance(kinds, list) or _NOTHING not in kinds:  # told in these words by now
        return schema
    left = [kind for kind in kinds if kind != _NOTHING]
    rest = {name: part for name, part in schema.items() if name != "anyOf"}
    if len(left) == 1 and "$ref" not in left[0]:
        return {**left[0], **rest, "nullable": True}
    return {**rest, "anyOf": left, "nullable": True}


def _singled(schema: dict[str, Any]) -> dict[str, Any]:
    """A constant is a choice of one; of several examples of a schema 3.0 takes the first."""
    told = dict(schema)
    if "const" in told and not isinstance(told["const"], dict):  # a field may be called so
        told["enum"] = [told.pop("const")]
    if isinstance(told.get("examples"), list):
        first, *_ = told.pop("examples")
        told.setdefault("example", first)
    return told


def _bounded(schema: dict[str, Any]) -> dict[str, Any]:
    """An exclusive bound is a number in 3.1, and says so of the other bound in 3.0."""
    told = dict(schema)
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if type(told.get(exclusive)) in (int, float):  # and no truth value, which is an int too
            told[bound], told[exclusive] = told[exclusive], True
    return told
