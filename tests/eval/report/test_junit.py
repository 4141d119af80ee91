from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import Score
from eval.report import to_junit
from eval.run import Run
from rag.models import Claim
from tests.eval.report.made import CASES, answer, made_run


def suite_of(run: Run) -> ElementTree.Element:
    root = ElementTree.fromstring(to_junit(run).encode("utf-8"))
    assert root.tag == "testsuites"
    (suite,) = root
    return suite


def test_there_is_one_test_case_for_each_case(run: Run) -> None:
    suite = suite_of(run)
    found = [(case.get("classname"), case.get("name")) for case in suite.iter("testcase")]
    assert found == [(case.kind, case.id) for case in CASES]
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors")}
    assert counts == {"tests": "7", "failures": "3", "errors": "1"}


def test_a_failure_tells_the_reason_and_where_it_was_lost(run: Run) -> None:
    found = {case.get("name"): case for case in suite_of(run).iter("testcase")}
    failure = found["rd"].find("failure")
    assert failure is not None
    assert failure.get("type") == "not ranked"
    assert failure.get("message") == "not right: missing: 4.4%"
    assert "Research spending?\nFor 2024 the target is 4.5% of GDP. [1]" in (failure.text or "")
    assert found["who"].find("failure").get("type") == "wrongly cited"  # type: ignore[union-attr]
    assert found["long"].find("error").get("message", "").startswith("not asked: The question is")  # type: ignore[union-attr]
    assert list(found["port"]) == []


def test_times_are_seconds(run: Run) -> None:
    row = replace(run.rows[0], scores={**run.rows[0].scores, "wall_ms": Score(1234.5, "")})
    suite = suite_of(replace(run, rows=(row,)))
    assert [case.get("time") for case in suite.iter("testcase")] == ["1.234"]
    assert suite.get("time") == "1.234"


def test_the_start_is_told_in_utc_without_a_zone(run: Run) -> None:
    started = datetime(2024, 1, 31, 23, 30, tzinfo=timezone(timedelta(hours=-8)))
    assert suite_of(replace(run, started=started)).get("timestamp") == "2024-02-01T07:30:00"


def test_the_measures_are_properties(run: Run) -> None:
    properties = {p.get("name"): p.get("value") for p in suite_of(run).iter("property")}
    assert properties["right"] == "0.6"
    assert properties["abstained_correctly"] == "0.5"
    assert properties["index_version"] == "v1"
    assert "tokens" not in properties or float(properties["tokens"] or 0) > 0


@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_makes_xml_that_a_parser_reads(text: str) -> None:
    case = replace(CASES[1], question=f"Q {text}", kind=f"K {text}", id=f"I {text}")
    run = made_run(asked=lambda c: answer(c, Claim(f"C {text}", ())), cases=(case,))
    (found,) = suite_of(run).iter("testcase")
    assert (found.get("name") or "").startswith("I")
    assert found.find("failure") is not None


def test_what_xml_cannot_hold_is_replaced_and_the_rest_kept(run: Run) -> None:
    text = "a\x00b\x1fc\x0bd\ud800e\ufffef 政 \U0001f600 g"
    row = replace(run.rows[1], case=replace(run.rows[1].case, id=text))
    (found,) = suite_of(replace(run, rows=(row,))).iter("testcase")
    assert found.get("name") == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf 政 \U0001f600 g"
