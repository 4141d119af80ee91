"""What a sweep varies: a small TOML of settings, every combination checked before anything runs."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import ValidationError

from eval.manifest import PLACES, answering
from rag.errors import CaseError
from rag.settings import Settings

Values: TypeAlias = Mapping[str, Any]
"""Settings by their dotted names."""


@dataclass(frozen=True, slots=True)
class Point:
    """All settings of one combination; the reference has those in use without the sweep."""

    settings: Settings
    reference: bool = False

    @property
    def swept(self) -> dict[str, Any]:
        """Everything that an answer depends on, nested, as plain JSON values."""
        return answering(self.settings)

    @property
    def values(self) -> Values:
        """The same by dotted names."""
        return dict(_flat(self.swept))


def read_grid(path: Path, base: Settings) -> list[Point]:
    """The reference, `base`, and every combination of the grid's values, each on top of `base`.

    Combinations that come to the same settings are one point.

    Raises:
        CaseError: the file does not parse, or names a setting that is unknown or out of range.
    """
    file = _GridFile.read(path)
    points = [Point(base, reference=True)]
    points += [Point(file.applied(values, base)) for values in file.combinations()]
    distinct: dict[str, Point] = {}
    for point in points:
        distinct.setdefault(json.dumps(point.swept, sort_keys=True), point)
    return list(distinct.values())


@dataclass(frozen=True, slots=True)
class _GridFile:
    path: Path
    fixed: Values
    grid: Mapping[str, Sequence[Any]]

    @classmethod
    def read(cls, path: Path) -> _GridFile:
        raw = _parse(path)
        unknown = sorted(raw.keys() - {"settings", "grid"})
        if unknown:
            raise CaseError(f"{path} has {unknown[0]!r}; it may hold [settings] and [grid] only.")
        tables = [raw.get(name, {}) for name in ("settings", "grid")]
        if not all(isinstance(table, dict) for table in tables) or not tables[1]:
            raise CaseError(
                f'{path} needs a table [grid] with lines like "split.passage_words" = [80, 120].'
            )
        found = cls(path, *(_by_name(table, path) for table in tables))
        found._check_keys()
        return found

    def combinations(self) -> Iterator[Values]:
        for combination in product(*self.grid.values()):
            yield dict(zip(self.grid, combination, strict=True))

    def applied(self, values: Values, base: Settings) -> Settings:
        """The base with the fixed settings and then these values put in."""
        changed = base.model_dump()
        given = {**self.fixed, **values}
        for key, value in given.items():
            _put(changed, key.split("."), value)
        try:
            return Settings(**changed)
        except ValidationError as error:
            raise self._refused(error, given) from error

    def _refused(self, error: ValidationError, given: Values) -> CaseError:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        if first["type"] == "extra_forbidden":
            return CaseError(f"{self.path}: there is no setting {key!r}; correct its name.")
        told = f" = {given[key]!r}" if key in given else ""
        why = first["msg"].removeprefix("Value error, ")
        return CaseError(f"{self.path}: {key}{told} is not usable: {why}; correct it.")

    def _check_keys(self) -> None:
        for key in (*self.fixed, *self.grid):
            if key.split(".")[0] in PLACES:  # a sweep decides that itself
                raise CaseError(f"{self.path}: a sweep cannot set {key!r}; leave it out.")
            if key in self.fixed and key in self.grid:
                raise CaseError(f"{self.path}: {key!r} is both fixed and varied; choose one.")
        for key, choices in self.grid.items():
            if not isinstance(choices, list) or not choices:
                raise CaseError(f"{self.path}: {key!r} needs a list of values to try, like [1, 2].")


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CaseError(
            f"{path} cannot be read ({error.strerror or error}); check the path."
        ) from error
    except ValueError as error:
        told = " ".join(str(error).split())
        raise CaseError(f"{path} is not TOML in UTF-8 ({told}); correct it.") from error


def _by_name(table: Mapping[str, Any], path: Path) -> Values:
    pairs = list(_flat(table))
    names = [name for name, _ in pairs]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise CaseError(f"{path}: {twice[0]!r} stands there twice; leave one out.")
    return dict(pairs)


def _flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted names, whether they were written in quotes, with dots or as tables."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _put(settings: dict[str, Any], key: Sequence[str], value: Any) -> None:
    *sections, last = key
    for section in sections:
        inner = settings.setdefault(section, {})
        if not isinstance(inner, dict):  # a plain setting that was named like a section
            settings[section] = inner = {}
        settings = inner
    settings[last] = value
