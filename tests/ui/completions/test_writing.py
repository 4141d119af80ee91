"""An answer becomes a completion, whole or in chunks, and both say the same."""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest

from rag.errors import QuestionError
from rag.models import Answer, Citation, Claim, Trace
from rag.wire import answer_to_json
from tests.ui.fake_pipeline import NOTICE, QUAY, RECORD, REPORT, FakePipeline, cite
from ui.completions.writing import DONE, Asker, chunks, completion, content


def link(citation: Citation) -> str:
    return f"http://host/p/{citation.permalink}"


def answered(question: str = "How many containers?") -> Answer:
    return FakePipeline().ask(question)


def told(*events: str | Claim | Answer | Exception) -> Generator[str | Claim | Answer]:
    for event in events:
        if isinstance(event, Exception):
            raise event
        yield event


def sent(*events: str | Claim | Answer | Exception, **options: Any) -> list[dict[str, Any]]:
    """The chunks of a stream; what ends it is left out, and so are comments."""
    lines = list(chunks(told(*events), Asker(link, **options)))
    return [
        json.loads(line.removeprefix("data: "))
        for line in lines
        if line != DONE and not line.startswith(":")
    ]


def joined(stream: list[dict[str, Any]]) -> str:
    return "".join(c["choices"][0]["delta"].get("content", "") for c in stream if c["choices"])


def test_sources_are_numbered_with_page_and_address() -> None:
    answer = answered()
    first = replace(answer.citations[0], page=3, title="Harbour\nreport")
    claims = (replace(answer.claims[0], citations=(first,)), answer.claims[1])
    text = content(replace(answer, claims=claims), link)
    quay, ferries = cite(REPORT, QUAY, first.heading).permalink, answer.citations[2].permalink
    assert text == (
        f"{RECORD} [1] {QUAY} [2] [3]\n\nSources:\n"
        f"1. Harbour report, page 3, http://host/p/{first.permalink}\n"
        f"2. {REPORT.title}, http://host/p/{quay}\n"
        f"3. {NOTICE.title}, http://host/p/{ferries}"
    )


def test_what_was_left_out_is_said() -> None:
    answer = replace(answered(), reason="Of 2022 they say nothing.")
    assert "[3]\n\nOf 2022 they say nothing.\n\nSources:\n1. " in content(answer, link)


def test_an_abstention_is_its_reason_and_no_sources() -> None:
    answer = answered("Who won?")
    made = completion(answer, Asker(link))
    assert made["choices"][0]["message"]["content"] == answer.reason
    assert made["choices"][0]["finish_reason"] == "stop"
    assert made["policyqa"]["abstained"]


def test_a_completion_holds_the_one_json_form_of_the_answer() -> None:
    answer = answered()
    assert completion(answer, Asker(link))["policyqa"] == answer_to_json(answer)
    traced = completion(answer, Asker(link, trace=True))["policyqa"]
    assert traced == answer_to_json(answer, trace=True)


def test_tokens_are_those_of_a_chat_model_or_none() -> None:
    quoted = answered()
    written = replace(quoted, trace=Trace(usage={"read": 700, "written": 40}))
    assert set(completion(quoted, Asker(link))["usage"].values()) == {0}
    assert completion(written, Asker(link))["usage"] == {
        "prompt_tokens": 700,
        "completion_tokens": 40,
        "total_tokens": 740,
    }


@pytest.mark.parametrize("question", ["How many containers?", "When do ferries leave?", "Why?"])
def test_chunks_join_to_the_content_of_the_completion(question: str) -> None:
    answer = answered(question)
    stream = sent("Searching", *answer.claims, answer)
    assert joined(stream) == content(answer, link)
    assert stream[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert [c["choices"][0]["finish_reason"] for c in stream] == [None] * (len(stream) - 1) + [
        "stop"
    ]
    assert stream[-1]["policyqa"] == answer_to_json(answer)
    assert len({(c["id"], c["created"]) for c in stream}) == 1


def test_each_claim_is_a_chunk_when_it_is_there() -> None:
    answer = answered()
    stream = sent("Searching", *answer.claims, answer)
    said = [c["choices"][0]["delta"].get("content") for c in stream]
    assert said[1:3] == [f"{RECORD} [1]", f" {QUAY} [2] [3]"]


def test_an_answer_that_came_out_otherwise_follows_whole() -> None:
    answer = answered("When do ferries leave?")
    stream = sent(*answered().claims, answer)
    assert joined(stream).endswith("\n\n" + content(answer, link))


def test_usage_comes_last_if_it_is_wanted() -> None:
    answer = answered()
    stream = sent(*answer.claims, answer, usage=True)
    assert stream[-1]["choices"] == []
    assert stream[-1]["usage"]["total_tokens"] == 0
    assert all(c["usage"] is None for c in stream[:-1])
    assert all("usage" not in c for c in sent(*answer.claims, answer))


def test_a_stream_ends_with_done_and_waiting_is_a_comment() -> None:
    lines = list(chunks(told("Searching", answered()), Asker(link)))
    assert lines[-1] == DONE
    assert [line for line in lines if line.startswith(":")] == [": at work\n\n"]


def test_an_error_before_the_first_event_is_raised_and_a_later_one_is_told() -> None:
    with pytest.raises(QuestionError):
        sent(QuestionError("It is empty."))
    lines = list(chunks(told("Searching", QuestionError("It is empty.")), Asker(link)))
    assert DONE not in lines
    error = json.loads(lines[-1].removeprefix("data: "))["error"]
    assert (error["message"], error["code"]) == ("It is empty.", "bad-question")
