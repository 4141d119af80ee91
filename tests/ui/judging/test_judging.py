"""A judgement counts once, is of the server's own answer, and can be changed or taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eval.cases.items import REASONS
from eval.cases.queue import ReviewQueue
from rag.models import Answer, Turn
from rag.wire import answer_to_json
from tests.ui.fake_pipeline import FakePipeline
from ui.judging.judging import Judging
from ui.judging.opinion import COMMENT_CHARS, Opinion, OpinionError, UnknownAnswer, reasons_for
from ui.judging.store import JudgementStore
from ui.keeping.conversations import Conversations
from ui.people.audit import Audit
from ui.people.person import Person, Role

ANN, BOB = Person("ann", Role.READER), Person("bob", Role.ADMIN)
WRONG = Opinion("wrong", "wrong-figure", "It was 5.3.")
RIGHT = Opinion("right")
PIPELINE = FakePipeline()


class Desk:
    """A place to judge at, with what it stands on."""

    def __init__(self, folder: Path) -> None:
        self.review = folder / "review.sqlite3"
        self.conversations = Conversations(folder / "conversations.sqlite3")
        self.audit = Audit(folder / "audit.sqlite3")
        self.store = JudgementStore(folder / "judgements.sqlite3")
        self.judging = Judging(self.store, self.conversations, self.review, self.audit)

    def asked(self, *questions: str, person: Person = ANN) -> list[Answer]:
        """The answers of a conversation on the page."""
        id_ = self.conversations.begin(person)
        answers = [PIPELINE.ask(question) for question in questions]
        for question, answer in zip(questions, answers, strict=True):
            self.conversations.add(id_, person, question, answer)
        return answers

    def told(self, question: str, *history: Turn, person: Person = ANN) -> Answer:
        """An answer to a program."""
        *_, answer = self.judging.remembering(person, history, PIPELINE.stream(question))  # type: ignore[arg-type]
        assert isinstance(answer, Answer)
        return answer

    def waiting(self) -> list[tuple[str, str, str]]:
        with ReviewQueue(self.review) as queue:
            return [(str(item.verdict), item.reason, item.comment) for item in queue.waiting()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_an_answer_of_the_page_and_one_to_a_program_are_judged_and_remembered(desk: Desk) -> None:
    (shown,), told = desk.asked("How many containers?"), desk.told("How many ferries?")
    for answer in (shown, told):
        assert desk.judging.judged(ANN, answer.id).opinion is None
        assert desk.judging.judge(ANN, answer.id, WRONG).opinion == WRONG
        again = Judging(desk.store, desk.conversations, desk.review, desk.audit)
        kept = again.judged(ANN, answer.id)
        assert kept.opinion == WRONG
        assert answer_to_json(kept.given.answer) == answer_to_json(answer)


def test_the_last_word_counts_and_what_is_taken_back_is_gone(desk: Desk) -> None:
    (answer,) = desk.asked("How many containers?")
    desk.judging.judge(ANN, answer.id, WRONG)
    assert desk.judging.judge(ANN, answer.id, RIGHT).opinion == RIGHT
    assert desk.judging.take_back(ANN, answer.id).opinion is None
    assert desk.judging.judged(ANN, answer.id).opinion is None
    assert desk.judging.take_back(ANN, answer.id).opinion is None


def test_many_clicks_at_once_count_once_and_make_one_case(desk: Desk) -> None:
    (answer,) = desk.asked("How many containers?")

    def click(_: int) -> None:
        desk.judging.judge(ANN, answer.id, WRONG)
        desk.judging.make_case(ANN, answer.id)

    with ThreadPoolExecutor(8) as clicks:
        list(clicks.map(click, range(24)))
    assert desk.waiting() == [("wrong", "wrong-figure", "It was 5.3.")]


def test_the_same_said_again_changes_and_logs_nothing(desk: Desk) -> None:
    (answer,) = desk.asked("How many containers?")
    for _ in range(3):
        desk.judging.judge(ANN, answer.id, WRONG)
    assert [entry.action for entry in desk.audit.entries()] == ["judge answer"]


def test_two_people_judge_for_themselves(desk: Desk) -> None:
    (mine,) = desk.asked("How many containers?")
    desk.judging.judge(ANN, mine.id, WRONG)
    told = desk.told("How many ferries?", person=BOB)
    desk.judging.judge(BOB, told.id, RIGHT)
    with pytest.raises(UnknownAnswer):
        desk.judging.judge(BOB, mine.id, RIGHT)
    with pytest.raises(UnknownAnswer):
        desk.judging.judged(ANN, told.id)


@pytest.mark.parametrize("answer_id", ["", "nothing", "' OR 1=1 --", "0" * 32])
def test_an_answer_that_was_never_given_cannot_be_judged(desk: Desk, answer_id: str) -> None:
    desk.asked("How many containers?")
    for act in (desk.judging.judged, desk.judging.take_back, desk.judging.make_case):
        with pytest.raises(UnknownAnswer):
            act(ANN, answer_id)
    with pytest.raises(UnknownAnswer):
        desk.judging.judge(ANN, answer_id, RIGHT)


def test_reasons_fit_what_was_answered() -> None:
    given, refused = PIPELINE.ask("containers"), PIPELINE.ask("airport")
    assert set(reasons_for(given)) == set(REASONS) - {"should-have-known"}
    assert reasons_for(refused) == ("should-have-known",)


@pytest.mark.parametrize(
    ("opinion", "said"),
    [
        (Opinion("perhaps"), "verdict must be one of right, wrong"),
        (Opinion(""), "verdict must be one of"),
        (Opinion("wrong", "ugly"), "reason must be empty or one of"),
        (Opinion("right", "wrong-figure"), "goes with the verdict 'wrong' only"),
        (Opinion("wrong", "should-have-known"), "Of an answer that was given"),
        (Opinion("wrong", "", "x" * (COMMENT_CHARS + 1)), "at most 2,000 characters"),
    ],
)
def test_an_opinion_that_does_not_fit_is_refused(desk: Desk, opinion: Opinion, said: str) -> None:
    (answer,) = desk.asked("How many containers?")
    with pytest.raises(OpinionError, match=said):
        desk.judging.judge(ANN, answer.id, opinion)
    assert desk.judging.judged(ANN, answer.id).opinion is None


def test_a_comment_with_half_a_character_is_kept(desk: Desk) -> None:
    (answer,) = desk.asked("How many containers?")
    desk.judging.judge(ANN, answer.id, Opinion("wrong", "", "  half \ud83d\r\nnext "))
    kept = desk.judging.judged(ANN, answer.id).opinion
    assert kept == Opinion("wrong", "", "half ?\nnext")


def test_only_what_was_judged_becomes_a_case(desk: Desk) -> None:
    (answer,) = desk.asked("How many containers?")
    with pytest.raises(OpinionError, match="Say first"):
        desk.judging.make_case(ANN, answer.id)
    desk.judging.judge(ANN, answer.id, WRONG)
    assert desk.waiting() == []  # a thumb alone is no case
    assert desk.judging.make_case(ANN, answer.id).is_case
    assert desk.judging.judged(ANN, answer.id).is_case


def test_the_case_follows_its_judge_until_the_review(desk: Desk) -> None:
    (answer,) = desk.asked("How many containers?")
    desk.judging.judge(ANN, answer.id, WRONG)
    desk.judging.make_case(ANN, answer.id)
    desk.judging.judge(ANN, answer.id, Opinion("wrong", "wrong-period"))
    assert desk.waiting() == [("wrong", "wrong-period", "")]
    desk.judging.take_back(ANN, answer.id)
    assert desk.waiting() == []
    desk.judging.judge(ANN, answer.id, RIGHT)
    assert not desk.judging.judged(ANN, answer.id).is_case
    desk.judging.make_case(ANN, answer.id)
    assert desk.waiting() == [("right", "", "")]


def test_what_a_reviewer_decided_stays(desk: Desk) -> None:
    (answer,) = desk.asked("How many containers?")
    desk.judging.judge(ANN, answer.id, WRONG)
    desk.judging.make_case(ANN, answer.id)
    with ReviewQueue(desk.review) as queue:
        (item,) = queue.waiting()
        queue.reject(item.id, "eve", "vague")
    desk.judging.take_back(ANN, answer.id)
    with ReviewQueue(desk.review) as queue:
        assert queue.get(item.id).state == "rejected"


def test_a_follow_up_brings_what_was_said_before(desk: Desk) -> None:
    first, second = desk.asked("How many containers?", "And the ferries?")
    desk.judging.judge(ANN, second.id, WRONG)
    desk.judging.make_case(ANN, second.id)
    told = desk.told("And the archive?", Turn("How many?", "Many."))
    desk.judging.judge(ANN, told.id, RIGHT)
    desk.judging.make_case(ANN, told.id)
    with ReviewQueue(desk.review) as queue:
        of_page, of_program = queue.waiting()
    assert of_page.case["history"] == [{"question": "How many containers?", "answer": first.text}]
    assert of_program.case["history"] == [{"question": "How many?", "answer": "Many."}]


def test_a_judgement_outlives_its_conversation(desk: Desk) -> None:
    (answer,) = desk.asked("How many containers?")
    desk.judging.judge(ANN, answer.id, WRONG)
    (heading,) = desk.conversations.listed(ANN)
    desk.conversations.delete(heading.id, ANN)
    assert desk.judging.make_case(ANN, answer.id).is_case
    desk.judging.take_back(ANN, answer.id)
    with pytest.raises(UnknownAnswer):  # nothing is left of it
        desk.judging.judged(ANN, answer.id)


def test_an_answer_is_given_although_it_cannot_be_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (tmp_path / "judgements.sqlite3").write_bytes(b"no database at all" * 100)
    assert desk.told("How many containers?").claims


def test_only_the_newest_answers_to_programs_are_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.judging.store.MOST_GIVEN", 3)
    told = [desk.told("How many containers?") for _ in range(5)]
    kept = [desk.store.given("ann", answer.id) is not None for answer in told]
    assert kept == [False, False, True, True, True]
