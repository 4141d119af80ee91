"""Answers that only look right, and answers that only look wrong."""

from __future__ import annotations

from typing import Any

import pytest

from eval.dataset import ExpectedFigure
from eval.metrics import EVALUATORS

SAME = [
    ("It handled 49,158,000 TEUs.", "49.158 million"),
    ("It handled 49.158M TEUs.", "49.158 million TEUs"),
    ("Output was 1,600 billion yuan.", "1.6 trillion yuan"),
    ("Output was RMB1.6 trillion.", "1.6 trillion yuan"),
    ("产值达1.6万亿元。", "1.6 trillion yuan"),
    ("It was US$24.09 billion.", "24.09 billion US dollars"),
    ("It cost £3bn.", "3 billion pounds"),
    ("It cost $5m.", "5 million dollars"),
    ("It rose six per cent.", "6 %"),
    ("It rose 0.3 percentage point.", "0.3 percentage points"),
    ("It fell by 15. 1 square kilometers.", "15.1 square kilometers"),
    ("There were 1\u2009215 stores.", "1,215"),
    ("There were more than 1,215 stores.", "1,215"),
    ("The number grew by 47 to 1,771.", "1,771"),
    ("It came to three hundred and twenty thousand.", "320,000"),
    ("It came to a million.", "1 million"),
    ("It was 4.4%¹ of GDP.", "4.4%"),
    ("It took 5–6 days.", "5-6 days"),
    ("It runs from 2023 to 2026.", "2023-2026"),
    ("On 18 December it met.", "December 18"),
    ("会议于2023年12月18日召开。", "December 18, 2023"),
    ("Released 18/12/2023.", "2023-12-18"),
    ("In July 2023 it met.", "2023-07"),
    ("The 6th plenum met.", "sixth"),
    ("The thirteenth plan ended.", "13th"),
    ("GONG  ZHENG spoke.", "Mr. Gong Zheng"),
    ("Mr Gong Zheng spoke.", "Gong Zheng"),
    ("J. Smith spoke.", "John Smith"),
    ("John F. Kennedy spoke.", "John Kennedy"),
    ("The U.S. market grew.", "US market"),
    ("José Müller spoke.", "Jose Muller"),
]
OTHER = [
    ("It handled 49,158 TEUs.", "49.158"),
    ("It handled 49.158 TEUs.", "49,158"),
    ("It rose 0.6 %.", "6 %"),
    ("It rose 6 %.", "0.6 %"),
    ("There were 1,216 stores.", "1,215"),
    ("It handled 49.158 billion TEUs.", "49.158 million"),
    ("It rose 4.4 percentage points.", "4.4%"),
    ("It rose 4.4%.", "4.4 percentage points"),
    ("It rose 40 basis points.", "40"),
    ("It fell by 15. 1 square kilometers.", "15"),
    ("It took 5-6 days.", "5"),
    ("It took 5-6 days.", "6"),
    ("It rose 5–6%.", "6%"),
    ("It rose between 5% and 6%.", "6%"),
    ("Two of 2/3 voted.", "3"),
    ("The sixth plenum met.", "6"),
    ("6 plenums met.", "sixth"),
    ("It was so in 2024.", "2023"),
    ("It was so in 2023¹.", "20231"),
    ("It was 24.09 billion yuan.", "24.09 billion US dollars"),
    ("It was HK$5 billion.", "5 billion US dollars"),
    ("It fell by 13 square meters.", "13 square kilometers"),
    ("Gong Zhang spoke.", "Gong Zheng"),
    ("P. Smith spoke.", "John Smith"),
    ("George W. Bush spoke.", "George H. Bush"),
    ("On December 8 it met.", "December 18"),
    ("On December 18 it met.", "December 8"),
    ("In July 2023 it met.", "2023-08"),
    ("One hundred and twenty came.", "100"),
    ("It changed by minus 3.2%.", "3.2%"),
]
CABLES = "112 kilometers of cables were buried in 2023."
PLAN = "We will build 120 new parks in 2024."
TOTAL = "From 2019 to 2023, investment totaled 500 billion yuan."
SLOWED = "Growth slowed to 5% in 2023 from 8% in 2021."
SET = "A growth target of about 5% was set for 2023."
MISS = "GDP growth did not reach 5% but hit 4.8%."
FIGURE_TRAPS = [
    # a right number with another unit, of another measure, another year, another status
    ("figure_unit", "It fell by 13 square meters.", "13 square kilometers", {}, 0.0),
    ("figure_unit", "It fell by 13 square kilometers.", "13 square km", {}, 1.0),
    ("figure_unit", "It rose by 4.4 percentage points.", "4.4%", {}, 0.0),
    ("figure_unit", "It paid 24.09 billion yuan.", "24.09 billion US dollars", {}, 0.0),
    ("figure_unit", "It costs 10,000 yuan per square meter.", "10,000 square meters", {}, 0.0),
    ("figure_unit", "It added 4,000 more beds.", "4,000 beds", {}, 1.0),
    ("figure_unit", "Year: 2023; TEUs: 49,158,000", "49.158 million TEUs", {}, 1.0),
    ("figure_unit", "It added 50.2%.", "50.2", {}, 0.0),
    ("figure_value", "It paid 49.158 billion.", "49.158 million", {}, 0.0),
    ("figure_value", "It paid 1,600 billion.", "1.6 trillion", {}, 1.0),
    ("figure_measure", CABLES, "112 kilometers", {"measure": ("overhead cables", "cables")}, 1.0),
    ("figure_measure", CABLES, "112 kilometers", {"measure": ("rural roads",)}, 0.0),
    ("figure_period", CABLES, "112 kilometers", {"period": "2023"}, 1.0),
    ("figure_period", CABLES, "112 kilometers", {"period": "2021-2025"}, 0.0),
    ("figure_period", CABLES, "112 kilometers", {"period": "2024"}, 0.0),
    ("figure_period", "It rose 5% over 2022.", "5%", {"period": "2023"}, None),
    ("figure_period", TOTAL, "500 billion yuan", {"period": "2023"}, 0.0),
    ("figure_period", TOTAL, "500 billion yuan", {"period": "2019-2023"}, 1.0),
    ("figure_period", SLOWED, "5%", {"period": "2023"}, 1.0),
    ("figure_period", SLOWED, "5%", {"period": "2021"}, 0.0),
    ("figure_period", SLOWED, "8%", {"period": "2021"}, 1.0),
    ("figure_period", SLOWED, "8%", {"period": "2023"}, 0.0),
    ("figure_period", "It rose in 2022 and 2023, by 5%.", "5%", {"period": "2023"}, 1.0),
    ("figure_status", SET, "5%", {"status": "achieved"}, 0.0),
    ("figure_status", SET, "5%", {"status": "planned"}, 1.0),
    ("figure_status", "It is projected at 5%.", "5%", {"status": "achieved"}, 0.0),
    ("figure_status", "Growth of 5% was planned.", "5%", {"status": "achieved"}, 0.0),
    ("figure_status", "Officials had hoped for 5%.", "5%", {"status": "achieved"}, 0.0),
    ("figure_status", MISS, "5%", {"status": "achieved"}, 0.0),
    ("figure_status", MISS, "5%", {"status": "planned"}, None),
    ("figure_status", MISS, "4.8%", {"status": "achieved"}, None),
    ("figure_status", CABLES, "112 kilometers", {"status": "achieved"}, 1.0),
    ("figure_status", CABLES, "112 kilometers", {"status": "planned"}, 0.0),
    ("figure_status", PLAN, "120 new parks", {"status": "planned"}, 1.0),
    ("figure_status", PLAN, "120 new parks", {"status": "achieved"}, 0.0),
    ("figure_status", "Parks: 120", "120", {"status": "achieved"}, None),
    ("figure_accuracy", CABLES, "112 kilometers", {"period": "2023", "status": "achieved"}, 1.0),
    ("figure_accuracy", CABLES, "112 kilometers", {"period": "2024"}, 0.0),
]


@pytest.mark.parametrize(("text", "expect"), SAME)
def test_another_form_of_the_fact_is_right(said: Any, text: str, expect: str) -> None:
    score = EVALUATORS["right"](said(text, expect))
    assert score.value is True, score.reason


@pytest.mark.parametrize(("text", "expect"), OTHER)
def test_what_only_looks_like_the_fact_is_wrong(said: Any, text: str, expect: str) -> None:
    score = EVALUATORS["right"](said(text, expect))
    assert (score.value, score.reason) == (False, f"missing: {expect}")


@pytest.mark.parametrize(("name", "text", "value", "more", "score"), FIGURE_TRAPS)
def test_a_figure_is_judged_in_each_respect(
    world: Any, name: str, text: str, value: str, more: dict[str, Any], score: float | None
) -> None:
    context = world.context(
        world.answer((text, [])), expect=((value,),), figures=(ExpectedFigure(value, **more),)
    )
    assert EVALUATORS[name](context).value == score
