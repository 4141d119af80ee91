from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from eval.dataset import Reference
from eval.metrics.answers import right
from eval.metrics.citations import (
    citation_precision,
    citation_recall,
    cited,
    quotes_exact,
    uncited_sentences,
)
from eval.metrics.labels import document
from eval.metrics.retrieval import recall_at_5
from rag.models import Span

PORT = "In 2023 the port handled 49.158 million TEUs."
RD = "R&D spending was 4.4% of GDP."
CHAIR = "Gong Zheng chaired the meeting."


def test_cited_needs_every_anchor_in_the_cited_spans(world: Any) -> None:
    case = {"expect": (("49.158 million",),), "evidence": ("49,158,000 TEUs", "port")}
    assert cited(world.context(world.quoting(PORT), **case)).value is True
    partly = cited(world.context(world.quoting("49.158 million TEUs."), **case))
    assert (partly.value, partly.reason) == (False, "not in the cited spans: port")


def test_a_right_number_cited_elsewhere_is_not_cited(world: Any) -> None:
    case = {"expect": (("49.158 million",),), "evidence": ("the port handled",)}
    elsewhere = world.answer((PORT, [world.citation("49.158 million was quoted.", "notes")]))
    context = world.context(elsewhere, **case)
    assert (right(context).value, cited(context).value) == (True, False)


def test_an_anchor_is_found_despite_stray_blanks_and_quotes_in_the_original(world: Any) -> None:
    land = world.quoting("Idle land fell by 15. 1 square kilometers.")
    anchors = ("15.1 square kilometers",)
    assert cited(world.context(land, evidence=anchors, expect=(anchors,))).value is True
    museum = world.quoting("A “WorldSkills  Museum” opened.")
    anchors = ('"WorldSkills Museum"',)
    assert cited(world.context(museum, evidence=anchors, expect=(anchors,))).value is True


def test_an_invented_quote_covers_nothing(world: Any) -> None:
    citation = world.citation("Gong Zheng chaired", "notes", quote=PORT)
    context = world.context(
        world.answer((PORT, [citation])), expect=(("49.158 million",),), evidence=("49.158",)
    )
    assert (right(context).value, cited(context).value) == (True, False)
    assert quotes_exact(context).value is False


def test_without_anchors_the_spans_must_hold_what_is_expected(world: Any) -> None:
    case = {"expect": (("4.4%", "4.40%"),)}
    assert cited(world.context(world.quoting("R&D spending was 4.4% of GDP."), **case)).value
    wrong = world.answer(("It was 4.4%.", [world.citation("For 2024 the target is 4.5% of GDP.")]))
    assert cited(world.context(wrong, **case)).value is False


def test_one_claim_without_citation_is_enough_to_be_uncited(world: Any) -> None:
    answer = world.answer((PORT, [world.citation(PORT)]), ("It will grow.", []))
    score = cited(world.context(answer, expect=(("49.158 million",),)))
    assert (score.value, score.reason) == (False, "a claim has no citation: It will grow.")


def test_quotes_are_compared_with_the_stored_text(world: Any) -> None:
    citation = world.citation("4.4% of GDP")
    exact = world.context(world.answer(("x", [citation])), expect=(("x",),))
    assert quotes_exact(exact).value is True
    shifted = replace(citation, span=Span(citation.span.start + 1, citation.span.end + 1))
    unknown = replace(citation, document_id="nowhere")
    beyond = replace(citation, span=Span(10**6, 10**6), quote="")
    for wrong in (shifted, unknown, beyond, replace(citation, quote="4.5% of GDP")):
        assert quotes_exact(replace(exact, answer=world.answer(("x", [wrong])))).value is False


def test_quotes_of_the_nearest_passages_count_too(world: Any) -> None:
    near = world.citation("4.4% of GDP", quote="4.6% of GDP")
    answer = replace(world.abstention(), nearest=(near,))
    assert quotes_exact(world.context(answer, absent=True)).value is False
    assert quotes_exact(world.context(world.abstention(), absent=True)).value is None


def test_precision_is_the_share_of_citations_that_hold_evidence(world: Any) -> None:
    answer = world.answer((PORT, [world.citation(PORT), world.citation(RD)]))
    case = {"expect": (("49.158 million",),), "evidence": ("port handled",)}
    score = citation_precision(world.context(answer, **case))
    assert (score.value, score.reason) == (0.5, "holds no evidence: [2]")
    assert citation_precision(world.context(world.quoting(PORT), **case)).value == 1.0
    assert citation_precision(world.context(world.quoting(RD), **case)).value == 0.0


def test_recall_is_the_share_of_evidence_in_cited_spans(world: Any) -> None:
    case = {"expect": (("x",),), "evidence": ("49.158 million TEUs", "4.4%", "1,215", "4.5%")}
    answer = world.answer(("x", [world.citation(PORT), world.citation(RD)]))
    score = citation_recall(world.context(answer, **case))
    assert (score.value, score.reason) == (0.5, "not in the cited spans: 1,215; 4.5%")
    assert citation_recall(world.context(world.abstention(), **case)).value is None


def test_references_stand_before_anchors_and_are_met_by_overlap(world: Any) -> None:
    start = world.documents["report"].text.index(RD)
    reference = Reference("Report", start, start + len(RD))
    case = {"expect": (("4.4%",),), "evidence": ("port",), "references": (reference,)}
    for words, share in ((RD, 1.0), ("4.4% of GDP.", 1.0), (PORT, 0.0), (f"{PORT} R&D", 0.0)):
        context = world.context(world.quoting(words), **case)
        assert citation_recall(context).value == citation_precision(context).value == share
        assert cited(context).value is (share == 1.0)


@pytest.mark.parametrize("name", ["report", "report.txt", "REPORT.TXT", "Report"])
def test_a_reference_names_its_document_by_id_file_or_title(world: Any, name: str) -> None:
    case = {"expect": (("x",),), "references": (Reference(name, 0, len(PORT)),)}
    assert citation_recall(world.context(world.quoting(PORT), **case)).value == 1.0
    same_place = world.quoting("Gong Zheng chaired the meeting. The plan", "notes")
    assert citation_recall(world.context(same_place, **case)).value == 0.0


def test_references_into_other_documents_give_way_to_anchors(world: Any) -> None:
    case = {"evidence": ("port handled",), "references": (Reference("elsewhere.txt", 0, 9),)}
    context = world.context(world.quoting(PORT), expect=(("x",),), **case)
    assert (citation_recall(context).value, cited(context).value) == (1.0, True)


def test_a_reference_into_a_lost_document_is_evidence_that_nothing_holds(world: Any) -> None:
    start = world.documents["report"].text.index(RD)
    known = Reference("report.txt", start, start + len(RD))
    case = {"expect": (("4.4%",),), "references": (known, Reference("lost.txt", 0, 9))}
    context = world.context(world.quoting(RD), {"p": RD}, **case)
    score = citation_recall(context)
    assert (score.value, score.reason) == (0.5, "not in the cited spans: lost.txt [0, 9)")
    assert (cited(context).value, citation_precision(context).value) == (False, 1.0)
    assert recall_at_5(context).value == 0.0
    assert document(context).value == "several"
    beyond = {**case, "references": (known, Reference("report.txt", 10**6, 10**6 + 9))}
    assert citation_recall(world.context(world.quoting(RD), **beyond)).value == 0.5


def test_a_whole_document_is_no_precise_citation(world: Any) -> None:
    text = world.documents["report"].text
    start = text.index("4.4%")
    case = {"expect": (("4.4%",),), "references": (Reference("report", start, start + 4),)}
    for words, precision in ((RD, 1.0), ("4.4% of GDP", 1.0), (f"{PORT} {RD}", 0.0), (text, 0.0)):
        context = world.context(world.quoting(words), **case)
        assert (citation_precision(context).value, citation_recall(context).value) == (
            precision,
            1.0,
        ), words
    anchored = {"expect": (("4.4%",),), "evidence": ("4.4% of GDP",)}
    assert citation_precision(world.context(world.quoting(text), **anchored)).value == 1.0


def test_several_references_in_one_citation_add_up(world: Any) -> None:
    text = world.documents["report"].text
    both = tuple(
        Reference("report", text.index(words), text.index(words) + len(words))
        for words in (PORT, RD)
    )
    context = world.context(world.quoting(f"{PORT} {RD}"), expect=(("4.4%",),), references=both)
    assert citation_precision(context).value == 1.0


def test_citations_are_not_judged_where_nothing_had_to_be_cited(world: Any) -> None:
    told = world.context(world.quoting(PORT), absent=True)
    assert citation_precision(told).value is citation_recall(told).value is None
    refused = world.context(world.abstention(), expect=(("x",),), evidence=("x",))
    assert citation_precision(refused).value is cited(refused).value is None


def test_uncited_sentences_are_counted(world: Any) -> None:
    answer = world.answer((PORT, [world.citation(PORT)]), ("It grows.", []), ("Fast.", []))
    score = uncited_sentences(world.context(answer, expect=(("x",),)))
    assert (score.value, score.reason) == (2, "without citation: It grows.")
    assert uncited_sentences(world.context(world.quoting(PORT), expect=(("x",),))).value == 0
    assert uncited_sentences(world.context(world.abstention(), absent=True)).value is None
