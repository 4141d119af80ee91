"""A run as JUnit XML, which every CI server can show."""

from __future__ import annotations

import re
from datetime import UTC
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from eval.report.failures import failed_rows, problems
from eval.run import Row, Run
from eval.summary import label, number

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(run: Run) -> str:
    """One test case for each row; it fails with the reason, and with where it was lost."""
    errors = sum(bool(row.error) for row in run.rows)
    counts = {
        "tests": str(len(run.rows)),
        "failures": str(len(failed_rows(run.rows)) - errors),
        "errors": str(errors),
        "time": f"{sum(_seconds(row) for row in run.rows):.3f}",
    }
    root = Element("testsuites", {"name": "policyqa eval", **counts})
    # The schema knows no time zones; UTC is what its readers take it for.
    started = run.started.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    suite = SubElement(root, "testsuite", {"name": "eval", "timestamp": started, **counts})
    _add_measures(suite, run)
    for row in run.rows:
        _add_case(suite, row)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _add_measures(suite: Element, run: Run) -> None:
    measures = run.summary().total.measures
    known = {name: found.value for name, found in measures.items() if found.value is not None}
    properties = SubElement(suite, "properties")
    SubElement(
        properties, "property", {"name": "index_version", "value": _legal(run.index_version)}
    )
    for name, value in known.items():
        SubElement(properties, "property", {"name": _legal(name), "value": f"{value:.6g}"})


def _add_case(suite: Element, row: Row) -> None:
    case, wrong = row.case, problems(row)
    names = {"classname": _legal(case.kind), "name": _legal(case.id)}
    found = SubElement(suite, "testcase", {**names, "time": f"{_seconds(row):.3f}"})
    if not wrong:
        return
    tag = "error" if row.error else "failure"
    kind = label(row, "lost_at") or wrong[0].partition(":")[0]
    told = SubElement(found, tag, {"type": _legal(kind), "message": _legal("; ".join(wrong))})
    told.text = _legal(f"{case.question}\n{row.answer.text}")


def _seconds(row: Row) -> float:
    return (number(row, "wall_ms") or 0.0) / 1000


def _legal(text: str) -> str:
    """The text without what XML 1.0 cannot hold, such as most control characters."""
    return _ILLEGAL.sub("�", text)
