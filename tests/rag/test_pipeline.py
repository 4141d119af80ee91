from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rag.errors import IndexCorrupt, IndexMismatch, NoIndex, QuestionError, SourceError
from rag.models import Answer, Claim, Filters, Turn, Verdict
from rag.pipeline import Pipeline, build_pipeline
from rag.settings import AnswerSettings, RankSettings, Settings, SplitSettings
from rag.wire import answer_to_json

PORT = "What was the container throughput of Shanghai Port in 2023?"
OFF_TOPIC = "Which enzyme unwinds the double helix of DNA?"
QUESTIONS = [
    PORT,
    "Who chaired the executive meeting?",
    "How many first stores were added in 2023?",
    OFF_TOPIC,
    "How much did retail sales grow and how many first stores were added?",
]


def gist(answer: Answer) -> dict[str, Any]:
    """The answer without what differs from one asking to the next."""
    shown = answer_to_json(answer)
    return {key: shown[key] for key in shown if key not in {"id", "latency_ms"}}


def soon_open(folder: Path) -> list[str]:
    """Chroma's files under `folder` that stay open; it closes them a moment after it is told."""
    for _ in range(100):
        names = [str(link.resolve()) for link in Path("/proc/self/fd").iterdir()]
        held = [n for n in names if n.startswith(str(folder)) and "chroma" in n]
        if not held:
            return []
        time.sleep(0.05)
    return held


@pytest.fixture(scope="module")
def bold(sample_index: Settings) -> Iterator[Pipeline]:
    """A pipeline that answers however unsure it is, and has no reader."""
    settings = sample_index.model_copy(
        update={"answer": AnswerSettings(threshold=0.0), "rank": RankSettings(reader=False)}
    )
    with build_pipeline(settings) as pipeline:
        yield pipeline


def test_an_answer_is_streamed_as_status_then_claims_then_the_whole(
    real_pipeline: Pipeline,
) -> None:
    events = list(real_pipeline.stream(PORT))
    kinds = [type(event) for event in events]
    assert kinds[0] is str
    assert kinds[-1] is Answer
    assert kinds == sorted(kinds, key=[str, Claim, Answer].index)
    answer = events[-1]
    assert isinstance(answer, Answer)
    assert tuple(e for e in events if isinstance(e, Claim)) == answer.claims != ()


def test_the_port_question_is_answered_with_its_figure(real_pipeline: Pipeline) -> None:
    answer = real_pipeline.ask(PORT)
    assert not answer.abstained
    assert "49.158 million" in answer.text
    assert answer.text.rstrip().endswith("]")
    assert answer.nearest == ()
    assert 0.5 <= answer.confidence <= 1
    assert answer.trace.passages[0].passage_id in real_pipeline.passages


def test_an_off_topic_question_is_not_answered_but_the_nearest_passages_are_offered(
    real_pipeline: Pipeline,
) -> None:
    answer = real_pipeline.ask(OFF_TOPIC)
    assert answer.abstained
    assert (answer.claims, answer.citations) == ((), ())
    assert answer.reason == answer.text != ""
    assert answer.confidence < 0.5
    assert 1 <= len(answer.nearest) <= 3


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quote_is_exact(real_pipeline: Pipeline, question: str) -> None:
    answer = real_pipeline.ask(question)
    shown = (*answer.citations, *answer.nearest)
    assert shown
    for citation in shown:
        document = real_pipeline.document(citation.document_id)
        assert document.text[citation.span.start : citation.span.end] == citation.quote != ""
        assert (citation.document, citation.title) == (document.name, document.title)


@pytest.mark.parametrize("question", QUESTIONS)
def test_even_a_bold_pipeline_shows_supported_claims_only(bold: Pipeline, question: str) -> None:
    answer = bold.ask(question)
    assert all(claim.verdict is Verdict.SUPPORTED for claim in answer.claims)
    assert all(claim.citations for claim in answer.claims)
    assert answer.abstained == (not answer.claims)


def test_filters_are_respected_in_answers_and_in_the_nearest(real_pipeline: Pipeline) -> None:
    for document in real_pipeline.documents:
        answer = real_pipeline.ask(PORT, filters=Filters(documents=(document.title,)))
        shown = (*answer.citations, *answer.nearest)
        assert {citation.document_id for citation in shown} <= {document.id}


def test_documents_of_unknown_date_lie_outside_date_filters(real_pipeline: Pipeline) -> None:
    undated = {d.id for d in real_pipeline.documents if d.published is None}
    assert undated, "the sample corpus has an undated notice"
    answer = real_pipeline.ask(
        "Who chaired the executive meeting?", filters=Filters(until=date(2999, 1, 1))
    )
    shown = (*answer.citations, *answer.nearest)
    assert not undated & {citation.document_id for citation in shown}


def test_filters_that_admit_nothing_leave_nothing_to_offer(real_pipeline: Pipeline) -> None:
    answer = real_pipeline.ask(PORT, filters=Filters(since=date(2999, 1, 1)))
    assert answer.abstained
    assert (answer.nearest, answer.trace.passages) == ((), ())
    assert answer.reason


def test_two_things_asked_in_one_breath_are_both_answered(bold: Pipeline) -> None:
    answer = bold.ask(
        "How many first stores were added in 2023 and "
        "what was the container throughput of Shanghai Port in 2023?"
    )
    assert "49.158 million" in answer.text
    assert "1,215" in answer.text


def test_a_follow_up_is_understood_from_the_question_before(real_pipeline: Pipeline) -> None:
    history = [Turn(PORT, "49.158 million TEUs [1]")]
    answer = real_pipeline.ask("And what was it again?", history=history)
    assert "49.158 million" in answer.text
    assert answer.question == "And what was it again?"


def test_misspelt_questions_find_the_same(real_pipeline: Pipeline) -> None:
    answer = real_pipeline.ask("What was the conatiner troughput of Shanghia Port in 2023?")
    assert "49.158 million" in answer.text


@pytest.mark.parametrize("question", ["", " \n ", "?", "x" * 100_000])
def test_a_question_that_cannot_be_read_is_refused_before_any_search(
    real_pipeline: Pipeline, question: str
) -> None:
    with pytest.raises(QuestionError):
        real_pipeline.ask(question)
    with pytest.raises(QuestionError):
        next(real_pipeline.stream(question))
    with pytest.raises(QuestionError):
        real_pipeline.search(question)


@pytest.mark.parametrize(
    "question",
    [
        "上海港2023年的集装箱吞吐量是多少？",
        "<script>alert(1)</script> port",
        "'; DROP TABLE passages; --",
        "\x00 port \U0001f6a2 2023",
        "port " * 390,
        "9" * 1_900,
        "a",
    ],
)
def test_any_readable_question_gets_an_answer_or_an_abstention(
    real_pipeline: Pipeline, question: str
) -> None:
    answer = real_pipeline.ask(question)
    assert answer.abstained == (not answer.claims)
    assert bool(answer.reason) == answer.abstained
    assert 0 <= answer.confidence <= 1


def test_timings_name_the_stages_and_the_total(real_pipeline: Pipeline) -> None:
    timings = real_pipeline.ask(PORT).timings_ms
    assert {"question", "embed", "retrieve", "rank", "verify", "total"} <= timings.keys()
    stages = sum(value for stage, value in timings.items() if stage != "total")
    assert stages <= timings["total"] + 0.5


def test_asking_twice_gives_the_same_answer_under_another_id(real_pipeline: Pipeline) -> None:
    one, other = real_pipeline.ask(PORT), real_pipeline.ask(PORT)
    assert gist(one) == gist(other)
    assert one.id != other.id


def test_many_threads_get_the_answers_that_one_gets(real_pipeline: Pipeline) -> None:
    alone = [gist(real_pipeline.ask(question)) for question in QUESTIONS]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda q: gist(real_pipeline.ask(q)), QUESTIONS * 8))
    assert together == alone * 8


def test_documents_are_listed_by_title_and_found_by_id(real_pipeline: Pipeline) -> None:
    listed = real_pipeline.documents
    assert [d.title for d in listed] == sorted(d.title for d in listed)
    assert all(real_pipeline.document(d.id) is d for d in listed)
    with pytest.raises(SourceError, match="no document 'x'"):
        real_pipeline.document("x")


def test_closing_releases_the_index_so_that_it_can_be_replaced(
    sample_index: Settings, tmp_path: Path
) -> None:
    copy = tmp_path / "index"
    shutil.copytree(sample_index.index_dir, copy)
    settings = sample_index.model_copy(
        update={"index_dir": copy, "rank": RankSettings(reader=False)}
    )
    with build_pipeline(settings) as pipeline:
        before = gist(pipeline.ask(PORT))
    assert not soon_open(copy / "generations")
    shutil.rmtree(copy)
    shutil.copytree(sample_index.index_dir, copy)
    with build_pipeline(settings) as pipeline:
        assert gist(pipeline.ask(PORT)) == before


def test_no_index_another_splitter_and_damage_are_told_apart(
    sample_index: Settings, tmp_path: Path
) -> None:
    with pytest.raises(NoIndex):
        build_pipeline(sample_index.model_copy(update={"index_dir": tmp_path / "none"}))
    other = SplitSettings(passage_words=60)
    with pytest.raises(IndexMismatch):
        build_pipeline(sample_index.model_copy(update={"split": other}))
    copy = tmp_path / "index"
    shutil.copytree(sample_index.index_dir, copy)
    (generation,) = (copy / "generations").iterdir()
    (generation / "vocabulary.json").write_text("{", encoding="utf-8")
    with pytest.raises(IndexCorrupt):
        build_pipeline(sample_index.model_copy(update={"index_dir": copy}))


def test_a_higher_threshold_abstains_where_a_lower_one_answers(
    sample_index: Settings, bold: Pipeline
) -> None:
    strict = {"answer": AnswerSettings(threshold=1.0), "rank": RankSettings(reader=False)}
    with build_pipeline(sample_index.model_copy(update=strict)) as pipeline:
        refused = pipeline.ask(PORT)
    answered = bold.ask(PORT)
    assert (refused.abstained, answered.abstained) == (True, False)
    assert refused.nearest
    assert 0.5 < refused.confidence < 1


def test_a_claim_whose_figure_the_stored_text_lacks_is_removed_and_said_to_be(
    sample_index: Settings, tmp_path: Path
) -> None:
    copy = tmp_path / "index"
    shutil.copytree(sample_index.index_dir, copy)
    (generation,) = (copy / "generations").iterdir()
    tidied = generation / "passages.jsonl"
    altered = tidied.read_text(encoding="utf-8").replace("49.158", "94.158")
    tidied.write_text(altered, encoding="utf-8")
    with build_pipeline(sample_index.model_copy(update={"index_dir": copy})) as pipeline:
        answer = pipeline.ask(PORT)
    assert answer.abstained
    assert [claim.verdict for claim in answer.trace.removed] == [Verdict.FIGURE_NOT_IN_SPAN]
    assert "94.158" not in answer.text
    assert "proof did not hold" in str(answer.reason)


@pytest.mark.parametrize(
    "question",
    ["How many parks does Nairobi have?", "How much disposable income do people in Nanjing have?"],
)
def test_even_a_bold_pipeline_does_not_answer_about_another_than_is_named(
    bold: Pipeline, question: str
) -> None:
    assert bold.ask(question).abstained


def test_even_a_bold_pipeline_does_not_answer_when_it_heard_of_next_to_nothing(
    bold: Pipeline,
) -> None:
    answer = bold.ask("who painted the mona lisa")
    assert answer.abstained
    assert answer.trace.evidence["unknown"] > 0.5


def test_a_part_that_is_refused_stays_in_the_trace(bold: Pipeline) -> None:
    answer = bold.ask(
        "How many first stores were added in 2023 and what was the population of Nairobi in 2023?"
    )
    assert "1,215" in answer.text
    marks = ["refused" in sentence.parts for sentence in answer.trace.sentences]
    assert True in marks
    assert marks == sorted(marks), "those of refused parts come last"


def test_what_a_partly_answered_question_leaves_open_is_named(real_pipeline: Pipeline) -> None:
    answer = real_pipeline.ask("How many jobs were created in 2023, and how many in 2011?")
    assert "606,000" in answer.text
    assert not answer.abstained
    assert answer.reason == ("The documents do not say: “how many in 2011”.")


def test_an_answer_that_leaves_nothing_open_has_no_reason(real_pipeline: Pipeline) -> None:
    assert real_pipeline.ask(PORT).reason is None


def test_what_points_at_the_question_before_is_a_follow_up(real_pipeline: Pipeline) -> None:
    history = [Turn(PORT, "49.158 million TEUs [1]")]
    followed = real_pipeline.ask("How does it work?", history=history)
    assert followed.trace.passages
    assert not real_pipeline.ask("How does it work?").trace.passages


def test_small_talk_is_answered_in_kind_and_searches_nothing(real_pipeline: Pipeline) -> None:
    history = [Turn(PORT, "49.158 million TEUs [1]")]
    answer = real_pipeline.ask("Perfect, thanks!", history=history)
    assert answer.abstained
    assert str(answer.reason).startswith("You are welcome")
    assert (answer.nearest, answer.confidence) == ((), 0.0)
    assert "retrieve" not in answer.timings_ms


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("How many jobs were created in 2011?", "for 2011; they tell of 2023 and 2024."),
        ("Who is the mayor of Guangzhou?", "The documents do not mention Guangzhou."),
        ("Wer hat die Weltmeisterschaft gewonnen?", "The question is in German"),
    ],
)
def test_a_refusal_names_what_is_missing_and_offers_the_nearest(
    real_pipeline: Pipeline, question: str, reason: str
) -> None:
    answer = real_pipeline.ask(question)
    assert answer.abstained
    assert reason in str(answer.reason)
    assert answer.nearest


def test_the_trace_tells_how_the_question_was_read(real_pipeline: Pipeline) -> None:
    read = real_pipeline.ask("Did exports grow faster than imports in 2023?").trace.question
    assert (read["wants"], read["compares"]) == ("comparison", "yes")
    assert read["parts"] == (
        "How much did exports grow in 2023? | How much did imports grow in 2023?"
    )
    read = real_pipeline.ask(PORT).trace.question
    assert (read["wants"], read["figure"]) == ("amount", "measure")
    assert read["measure"] == "contain throughput shanghai port"
