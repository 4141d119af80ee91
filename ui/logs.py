"""What the server writes to stderr: lines to be read, or JSON for a program that collects them."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, TextIO, TypeAlias

from ui import access_log
from ui.request_ids import request_id

LogKind: TypeAlias = Literal["text", "json", "off"]


@contextmanager
def logging_to(kind: LogKind, stream: TextIO | None = None) -> Iterator[None]:
    """Write what is logged to `stream` (stderr); `off` leaves it at faults, as Python writes them.

    Everything is undone in the end.
    """
    if kind == "off":
        yield
        return
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if kind == "json" else TextLines())
    root, requests = logging.getLogger(), logging.getLogger(access_log.__name__)
    before = requests.level
    root.addHandler(handler)
    requests.setLevel(logging.INFO)
    try:
        yield
    finally:
        requests.setLevel(before)
        root.removeHandler(handler)


class JsonLines(logging.Formatter):
    """One JSON object a line; those of requests have fields of their own."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        told: dict[str, Any] = {"time": _time_of(record), "level": record.levelname.lower()}
        fields = _fields_of(record)
        if fields is None:
            told |= {"logger": record.name, "message": record.getMessage()}
            if id_ := request_id():
                told["request_id"] = id_
            if record.exc_info:
                told["exception"] = self.formatException(record.exc_info)
        else:
            told |= fields
        line = json.dumps(told, ensure_ascii=False, default=str)
        return line.encode(errors="replace").decode()


class TextLines(logging.Formatter):
    """A line to be read; that of a request is its method, route, status and the rest by name."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        fields = _fields_of(record)
        if fields is None:
            return f"{_time_of(record)} {record.levelname} {super().format(record)}"
        words = [
            f"{value}" if name in ("method", "route", "status") else f"{name}={_plain(value)}"
            for name, value in fields.items()
            if value is not None
        ]
        return " ".join([_time_of(record), *words])


def _fields_of(record: logging.LogRecord) -> Mapping[str, Any] | None:
    fields = getattr(record, "fields", None)
    return fields if isinstance(fields, Mapping) else None


def _time_of(record: logging.LogRecord) -> str:
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{seconds}.{int(record.msecs):03}Z"


def _plain(value: Any) -> str:
    """One word, or a quoted text: nothing that was put in can begin a line of its own."""
    text = str(value)
    return text if text.isprintable() and " " not in text else json.dumps(text)
