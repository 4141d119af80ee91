"""What a model writes and what is shown: the judge of figures, the counts, and a whole run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval import prose
from eval.corpus import Corpus
from eval.prose_figures import Source, figures_in
from eval.prose_judge import Fault, judge
from eval.prose_report import Prose, notes_of, sentences_table
from eval.prose_sentences import Numbering, read_written, sources_of
from eval.quality import fill
from eval.run import Row
from rag.context import Shown, pack
from rag.models import Trace
from rag.pipeline import Pipeline
from rag.settings import Settings
from tests.chat_server import ChatServer, Script, chat_server, claims
from tests.rag.test_proof import holding, rows_of

TEXT = (
    "General public budget revenue rose by 9.3% to 831.2 billion yuan in 2023, and budget "
    "expenditure rose by 2.6%."
)
REPORT = Source(TEXT, above=("Finance", "Report on 2023 (January 2024)"), published=2024)
TARGET = Source("The 2024 target is a growth of 5% in the output of the port.", published=2024)


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("It grew by 5.2% to 4.72 trillion yuan in 2023.", ["2023", "5.2%", "4720000000000"]),
        ("One of the first ports handled three ships.", ["3"]),
        ("The bridge was opened in 1887 on 18 December.", ["1887", "december 18"]),
        ("2,000 people came, more than in 2022.", ["2000", "2022"]),
        ("Nothing is said.", []),
    ],
)
def test_figures_are_amounts_years_and_days(text: str, figures: Sequence[str]) -> None:
    assert sorted(said.text for said in figures_in(text)) == sorted(figures)


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        ("In 2023 general public budget revenue grew by 9.3 percent.", None),
        ("General public budget revenue was 831.2 billion yuan in 2023.", None),
        ("General public budget revenue rose by 9.4% in 2023.", Fault.INVENTED),
        ("General public budget revenue rose by 9.3 percentage points in 2023.", Fault.UNIT),
        ("General public budget revenue was 831.2 billion dollars in 2023.", Fault.UNIT),
        ("Budget expenditure rose by 9.3% in 2023.", Fault.MEASURE),
        ("General public budget revenue fell by 9.3% in 2023.", Fault.CHANGE),
        ("General public budget revenue was 9.3% in 2023.", Fault.CHANGE),
        ("General public budget revenue rose by 9.3% in 2022.", Fault.PERIOD),
        ("General public budget revenue is to rise by 9.3% in 2023.", Fault.STATUS),
    ],
)
def test_a_figure_is_right_only_for_its_measure_change_period_and_status(
    sentence: str, fault: Fault | None
) -> None:
    found = judge(sentence, [REPORT], [REPORT], "")
    amounts = [finding for finding in found if not finding.figure.startswith("20")]
    assert [finding.fault for finding in amounts] == [fault]


def test_a_figure_of_a_passage_that_is_not_cited_is_misplaced_and_not_invented() -> None:
    sentence = "Budget expenditure rose by 2.6%."
    (found,) = judge(sentence, [TARGET], [REPORT, TARGET], "")
    assert (found.fault, found.against) == (Fault.ELSEWHERE, TEXT)


def test_a_sentence_without_a_year_is_taken_for_an_answer_about_the_year_asked_for() -> None:
    sentence = "Budget expenditure rose by 2.6%."
    told = {
        year: judge(sentence, [REPORT], [REPORT], f"How did expenditure develop in {year}?")[0]
        for year in (2022, 2023)
    }
    assert told[2022].fault is Fault.PERIOD
    assert told[2023].fault is None


def test_the_judge_agrees_with_people_on_what_a_model_might_write(real_pipeline: Pipeline) -> None:
    index = real_pipeline.index
    corpus = Corpus(index.documents, index.passages)
    rows = rows_of(Path(__file__).parents[1] / "rag" / "proof.txt")
    counts = {True: [0, 0], False: [0, 0]}
    for words, text, holds in rows:
        passage = holding(index, words)
        document = index.documents[passage.document_id]
        sources = sources_of(Shown(1, document, passage, passage.sentences), corpus)
        found = judge(text, sources, sources, "")
        if found:
            counts[holds][0] += 1
            counts[holds][1] += any(finding.fault for finding in found)
    sound, flagged = counts[True]
    assert sound >= 40
    assert flagged <= 0.08 * sound
    unsound, caught = counts[False]
    assert unsound >= 40
    assert caught >= 0.85 * unsound


PORT = "What was the Shanghai Port container throughput in 2023?"
RIGHT = "Shanghai Port's container throughput was 49.158 million TEUs in 2023."
INVENTED = "Shanghai Port handled 51.5 million containers in 2023."
CASES = (
    {"id": "port", "question": PORT, "expect": [["49.158 million"]]},
    {"id": "trams", "question": "How many elephants live in Hamburg?", "absent": True},
)


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


@pytest.fixture
def order(
    tmp_path: Path,
    sample_index: Settings,
    server: ChatServer,
    monkeypatch: pytest.MonkeyPatch,
) -> list[str]:
    """The arguments of a run over the sample documents, written by the scripted server."""
    monkeypatch.setenv("POLICYQA_CHAT__BASE_URL", server.base_url)
    monkeypatch.setenv("POLICYQA_CHAT__MODEL", "scripted")
    file = tmp_path / "cases.jsonl"
    file.write_text("".join(json.dumps(case) + "\n" for case in CASES), encoding="utf-8")
    return [
        *("--index", str(sample_index.index_dir)),
        *("--cases", str(file)),
        *("--out", str(tmp_path / "out")),
    ]


def test_what_was_written_and_what_was_shown_are_counted_apart(
    order: list[str], server: ChatServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = claims((RIGHT, range(1, 13)), (INVENTED, range(1, 13)), ("It is a port.", []))
    server.play(both)
    assert prose.main(order) == 0
    printed = capsys.readouterr().out
    assert (tmp_path / "out" / prose.FILE).read_text(encoding="utf-8") == printed
    told = json.loads((tmp_path / "out" / prose.DETAILS).read_text(encoding="utf-8"))
    written, shown = (told["sentences"][name] for name in ("written", "shown"))
    assert (told["cases"], told["asked"]) == (2, 1), "no model is asked what is not answered"
    assert written["figures invented"] >= 1
    assert written["uncited"] >= 1
    assert (shown["figures invented"], shown["figures misplaced"], shown["uncited"]) == (0, 0, 0)
    assert told["sentences"]["of these the model's"]["sentences"] == 1
    assert told["flagged"] == []
    (case,) = told["written"]
    assert [sentence["text"] for sentence in case["shown"] if sentence.get("own")] == [RIGHT]
    assert "| right | 1 | 100.0% | 100.0% | +0.0 |" in printed
    assert "| figure-not-in-span | " in printed


def test_a_second_start_asks_nothing_and_other_cases_are_refused(
    order: list[str], server: ChatServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.play(claims((RIGHT, range(1, 13))))
    assert prose.main(order) == 0
    first = capsys.readouterr().out
    server.play("")
    assert prose.main(order) == 0
    assert capsys.readouterr().out == first
    assert server.calls() == []
    (tmp_path / "cases.jsonl").write_text(json.dumps(CASES[0]), encoding="utf-8")
    assert prose.main(order) == 2
    assert "--judge" in capsys.readouterr().err
    assert prose.main([*order, "--judge"]) == 0
    assert capsys.readouterr().out == first
    assert server.calls() == []


def test_a_text_that_breaks_off_is_held_against_all_that_was_shown(
    order: list[str], server: ChatServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = '{"claims": [{"text" : "The port handled 49.158 million or 77.7 million TEUs in'
    server.play(Script(begun, finish="length"))
    assert prose.main(order) == 0
    told = json.loads((tmp_path / "out" / prose.DETAILS).read_text(encoding="utf-8"))
    cut = told["sentences"]["cut off"]
    assert (cut["sentences"], cut["figures"], cut["figures invented"]) == (1, 2, 1)
    assert told["written"][0]["outcome"] == "it finished no sentence"
    assert "| The chat model wrote too much, so the documents are quoted. | 1 |" in (
        capsys.readouterr().out
    )


def test_passages_get_the_numbers_that_the_model_saw(real_pipeline: Pipeline, world: Any) -> None:
    answer = real_pipeline.ask(PORT)
    found = real_pipeline.search(PORT)
    packed = pack(found, real_pipeline.index.documents, 600)
    number = next(one.number for one in packed if "49.158" in one.text)
    assert 1 < len(packed) < len(found), "the budget cuts, or nothing is shown here"
    raw = claims((RIGHT, [number]), (RIGHT.replace("2023", "2022"), [99]))
    restated = json.dumps({"text": "What was the throughput of 2023?"})
    trace = Trace(answer.trace.question, answer.trace.passages, raw=(restated, raw))
    row = Row(world.context(answer).case, world.answer(trace=trace), {})
    corpus = Corpus(real_pipeline.index.documents, real_pipeline.passages)
    read = read_written(row, Numbering(real_pipeline, 600), corpus)
    right, unknown = read.drafted  # a question restated is no answer
    assert right.faults == []
    assert unknown.unknown
    faults = {finding.figure: finding.fault for finding in unknown.findings}
    assert faults["49158000"] is Fault.ELSEWHERE


def test_notes_are_counted_without_their_numbers() -> None:
    one = "1 sentence by the model did not hold and was left out, quotes stand instead."
    two = "2 sentences by the model did not hold and were left out, quotes stand instead."
    assert notes_of(f"Nothing is said of trams. {one}") == notes_of(two)
    assert notes_of(None) == []


def test_where_nothing_was_asked_nothing_is_counted() -> None:
    table = sentences_table(Prose("m", [], [], []))
    assert {cell for line in table.lines for cell in line[1:]} == {"0"}


def test_the_table_in_the_docs_stays_where_no_prose_was_measured(tmp_path: Path) -> None:
    text = "<!-- begin prose prose -->\n| kept |\n<!-- end prose prose -->\n"
    assert fill(text, tmp_path) == text
    (tmp_path / "prose").mkdir()
    (tmp_path / "prose" / prose.FILE).write_text("| new |\n", encoding="utf-8")
    assert fill(text, tmp_path).splitlines()[1:-1] == ["", "| new |", ""]
