"""The command line as people and programs meet it: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.faults.town import (
    CONTAINERS,
    FERRIES,
    NEW,
    NEW_FIGURE,
    OLD,
    OLD_FIGURE,
    Town,
    build_town,
    current,
    write,
)
from tests.faults.warm import Warm, warm_process

COMMANDS = [
    "ingest",
    "ask",
    "batch",
    "figures",
    "diff",
    "eval",
    "compare",
    "sweep",
    "serve",
    "status",
    "export",
    "cases",
    "user",
    "key",
    "site",
]
GROUPS = {"cases", "user", "key", "site"}
"""Commands of commands; the examples are in the help of each of theirs."""
ABSENT = "Who won the chess cup?"
POLICYQA = Path(sys.executable).with_name("policyqa")
MANY = 20


@pytest.fixture(scope="session")
def warm() -> Warm:
    return warm_process()


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Town:
    return build_town(tmp_path_factory.mktemp("town"), warm)


@pytest.fixture(scope="session")
def answer(warm: Warm, town: Town) -> dict[str, Any]:
    return ask_json(warm, town, CONTAINERS)


def ask_json(warm: Warm, town: Town, *arguments: object, **how: Any) -> dict[str, Any]:
    order = ("ask", *arguments, "--json", "--index", town.index)
    done = warm.policyqa(*order, cwd=town.index.parent, **how)
    assert (done.code, done.err) == (0, "")
    value: dict[str, Any] = json.loads(done.out)
    return value


def ingest_report(out: str) -> dict[str, list[str]]:
    """What `ingest` printed: the names under each heading; under a bare count, the count."""
    found: dict[str, list[str]] = {}
    for line in out.splitlines():
        heading = re.fullmatch(r" *(added|changed|removed|unchanged|skipped)  (\d+)", line)
        if heading:
            name = heading[1]
            found[name] = [] if name in ("added", "changed", "removed") else [heading[2]]
        elif line.startswith(" " * 11):
            found[name].append(line.strip())
    return found


def embedded(out: str) -> int:
    return int(re.search(r"(\d+) texts embedded", out)[1])  # type: ignore[index]


# ingest


def test_a_first_ingest_says_what_it_added(tmp_path: Path, warm: Warm, town: Town) -> None:
    done = warm.policyqa("ingest", town.old, "--index", "index", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert ingest_report(done.out) == {
        "added": sorted(OLD),
        "changed": [],
        "removed": [],
        "unchanged": ["0"],
        "skipped": ["0"],
    }
    version = current(tmp_path / "index").partition("-")[2]
    assert done.out.endswith(f"texts embedded, index {version} in index\n")


def test_a_second_ingest_of_the_same_files_embeds_and_writes_nothing(
    tmp_path: Path, warm: Warm, town: Town
) -> None:
    index = town.index_in(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in index.rglob("*.json*")}
    done = warm.policyqa("ingest", town.old, "--index", index, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert ingest_report(done.out)["unchanged"] == [str(len(OLD))]
    assert embedded(done.out) == 0
    assert {path: path.stat().st_mtime_ns for path in index.rglob("*.json*")} == before


def test_an_ingest_says_what_changed_and_embeds_only_what_is_new(
    tmp_path: Path, warm: Warm, town: Town
) -> None:
    index = town.index_in(tmp_path)
    done = warm.policyqa("ingest", town.new, "--index", index, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert ingest_report(done.out) == {
        "added": ["museum.md"],
        "changed": ["harbour.md"],
        "removed": ["ferries.md"],
        "unchanged": ["1"],
        "skipped": ["0"],
    }
    # The changed sentence and its passage; the museum's two sentences and its passage.
    assert embedded(done.out) == 5
    asked = warm.policyqa("ask", CONTAINERS, "--index", index, cwd=tmp_path)
    assert NEW_FIGURE in asked.out
    assert OLD_FIGURE not in asked.out
    gone = warm.policyqa("export", "ferries.md", "--index", index, cwd=tmp_path)
    assert gone.code == 2


def test_skipped_files_are_named_with_the_reason_and_an_earlier_version_is_kept(
    tmp_path: Path, warm: Warm, town: Town
) -> None:
    index = town.index_in(tmp_path)
    folder = write(tmp_path / "documents", NEW)
    (folder / "ferries.md").write_bytes(bytes(range(256)) * 4)
    (folder / "empty.txt").touch()
    (folder / "plan.pdf").write_bytes(b"%PDF-1.7")
    (folder / "sheet.xls").write_bytes(b"cells")
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text("A menu.", encoding="utf-8")
    done = warm.policyqa("ingest", folder, "--index", index, cwd=tmp_path)
    assert done.code == 0
    report = ingest_report(done.out)
    assert (report["removed"], report["changed"]) == ([], ["harbour.md"])
    assert report["skipped"] == ["5"]
    told = sorted(done.err.splitlines())
    assert [line.split(": ")[0] for line in told] == [
        "skipped caf\\udce9.txt",
        "skipped empty.txt",
        "skipped ferries.md",
        "skipped plan.pdf",
        "skipped sheet.xls",
    ]
    assert "not UTF-8" in told[0]
    assert "is empty" in told[1]
    assert "not a text file" in told[2]
    assert told[2].endswith("Its earlier version stays in the index.")
    assert "a damaged PDF file" in told[3]
    assert "does not end in .docx, .html" in told[4]
    kept = warm.policyqa("export", "ferries.md", "--index", index, cwd=tmp_path)
    assert kept.out == FERRIES


def test_a_file_that_is_not_utf8_is_read_by_its_detected_encoding(
    tmp_path: Path, warm: Warm
) -> None:
    text = "The harbour’s “record” year\n\nIt handled 5.2 million containers – a record.\n"
    (tmp_path / "old.txt").write_bytes(text.encode("cp1252"))
    done = warm.policyqa("ingest", "old.txt", "--index", "index", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert warm.policyqa("export", "old.txt", "--index", "index", cwd=tmp_path).out == text


# ask


def test_an_answer_is_printed_with_its_numbered_source(warm: Warm, town: Town) -> None:
    done = warm.policyqa("ask", CONTAINERS, "--index", town.index, cwd=town.index.parent)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == f"The harbour handled {OLD_FIGURE} containers in 2023. [1]"
    assert lines[2] == "[1] Harbour report 2023 · 2024-02-07 · Cargo"
    assert lines[3] == f"    “The harbour handled {OLD_FIGURE} containers in 2023.”"
    assert re.fullmatch(r"confidence [01]\.\d\d, extractive engine", lines[4])


def test_an_answer_stays_within_publisher_language_and_folder(warm: Warm, town: Town) -> None:
    within = ask_json(warm, town, CONTAINERS, "--publisher", "port office", "--language", "en")
    assert [c["document"] for c in within["citations"]] == ["harbour.md"]
    without = ask_json(warm, town, CONTAINERS, "--publisher", "Town Hall", "--folder", ".")
    assert without["abstained"]
    assert {c["document"] for c in without["nearest"]} == {"ferries.md"}


def test_dates_that_leave_no_document_are_told_in_one_sentence(warm: Warm, town: Town) -> None:
    value = ask_json(warm, town, CONTAINERS, "--since", "2030-01-01")
    assert value["abstained"]
    assert value["reason"] == (
        "The index holds no document published from 2030-01-01; its dates go from 2023-05-10 to "
        "2024-02-07."
    )


def test_an_abstention_ends_well_and_offers_the_nearest_passages(warm: Warm, town: Town) -> None:
    done = warm.policyqa("ask", ABSENT, "--index", town.index, cwd=town.index.parent)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("The documents do not use the words “chess” or “cup”.")
    assert re.search(r"^- .+\n    “.+”$", done.out, re.M)
    assert "[1]" not in done.out


def test_the_json_of_an_answer_keeps_the_contract(answer: dict[str, Any]) -> None:
    assert list(answer) == [
        *("id", "question", "answer", "abstained", "reason", "confidence", "claims"),
        *("citations", "nearest", "engine", "model", "index_version", "latency_ms"),
    ]
    (claim,), (citation,) = answer["claims"], answer["citations"]
    assert list(claim) == ["text", "verdict", "citations"]
    assert list(citation) == [
        *("document", "title", "source", "published", "start", "end"),
        *("quote", "page", "heading", "permalink"),
    ]
    assert answer["question"] == CONTAINERS
    assert answer["answer"] == f"{claim['text']} [1]"
    assert (claim["verdict"], claim["citations"]) == ("supported", [0])
    assert (citation["document"], citation["published"]) == ("harbour.md", "2024-02-07")
    assert 0.5 <= answer["confidence"] <= 1
    assert (answer["abstained"], answer["reason"], answer["nearest"]) == (False, None, [])


def test_the_json_of_an_abstention_keeps_the_contract(
    warm: Warm, town: Town, answer: dict[str, Any]
) -> None:
    abstention = ask_json(warm, town, ABSENT)
    assert list(abstention) == list(answer)
    assert abstention["abstained"] is True
    assert abstention["answer"] == abstention["reason"] != ""
    assert abstention["claims"] == abstention["citations"] == []
    assert list(abstention["nearest"][0]) == list(answer["citations"][0])
    assert 0 <= abstention["confidence"] < 0.5


def test_an_explanation_follows_the_answer(warm: Warm, town: Town) -> None:
    order = ("ask", CONTAINERS, "--explain", "--index", town.index)
    done = warm.policyqa(*order, cwd=town.index.parent)
    assert (done.code, done.err) == (0, "")
    answered, _, explained = done.out.partition("\nQuestion\n")
    assert answered.startswith(f"The harbour handled {OLD_FIGURE} containers in 2023. [1]")
    titles = re.findall(r"^[A-Z].*", explained, re.M)
    assert [title.partition(":")[0] for title in titles] == [
        *("Passages found", "Sentences ranked", "Confidence"),
        *("Removed by verification", "Milliseconds"),
    ]
    assert re.search(r"  \* The harbour handled .* · harbour\.md$", explained, re.M)


def test_the_json_of_an_answer_tells_its_trace_on_demand(
    warm: Warm, town: Town, answer: dict[str, Any]
) -> None:
    explained = ask_json(warm, town, CONTAINERS, "--explain")
    assert list(explained) == [*answer, "trace"]
    assert explained["trace"]["question"]["years"] == "2023"
    (citation,) = explained["citations"]
    best = explained["trace"]["sentences"][0]
    assert (best["start"], best["end"]) == (citation["start"], citation["end"])


def test_the_offsets_of_a_citation_index_into_exactly_the_exported_text(
    warm: Warm, town: Town, answer: dict[str, Any]
) -> None:
    (citation,) = answer["citations"]
    order = ("export", citation["document"], "--index", town.index)
    exported = warm.policyqa(*order, cwd=town.index.parent).out
    assert exported == OLD["harbour.md"]
    assert exported[citation["start"] : citation["end"]] == citation["quote"]


@pytest.mark.parametrize("name", ["parks.txt", "Park notes", "park NOTES"])
def test_a_document_is_exported_by_file_name_and_by_title(
    warm: Warm, town: Town, name: str
) -> None:
    done = warm.policyqa("export", name, "--index", town.index, cwd=town.index.parent)
    assert (done.code, done.out, done.err) == (0, OLD["parks.txt"], "")


def test_a_question_is_read_from_stdin(warm: Warm, town: Town, answer: dict[str, Any]) -> None:
    asked = ask_json(warm, town, "-", stdin=f"\ufeff{CONTAINERS}\n".encode())
    assert asked["answer"] == answer["answer"]


@pytest.mark.parametrize(
    "options",
    [
        ["--document", "Ferry notice"],
        ["--document", "parks.txt", "--document", "ferries.md"],
        ["--until", "2024-02-06"],
        ["--since", "2024-02-08"],
    ],
)
def test_a_filter_keeps_the_only_document_that_answers_out(
    warm: Warm, town: Town, options: list[str]
) -> None:
    asked = ask_json(warm, town, CONTAINERS, *options)
    shown = [*asked["citations"], *asked["nearest"]]
    assert "harbour.md" not in {citation["document"] for citation in shown}


@pytest.mark.parametrize(
    "options",
    [
        ["--document", "ferries.md", "--document", "HARBOUR report 2023"],
        ["--since", "2024-02-07", "--until", "2024-02-07"],
    ],
)
def test_a_filter_lets_the_document_that_answers_in(
    warm: Warm, town: Town, options: list[str], answer: dict[str, Any]
) -> None:
    assert ask_json(warm, town, CONTAINERS, *options)["answer"] == answer["answer"]


def test_settings_come_from_the_directory_and_variables_win(
    tmp_path: Path, warm: Warm, town: Town
) -> None:
    toml = f'index_dir = "{town.index}"\n[answer]\nthreshold = 1.0\n'
    (tmp_path / "policyqa.toml").write_text(toml, encoding="utf-8")
    assert "do not say" in warm.policyqa("ask", CONTAINERS, cwd=tmp_path).out
    env = {"POLICYQA_ANSWER__THRESHOLD": "0.5"}
    assert OLD_FIGURE in warm.policyqa("ask", CONTAINERS, cwd=tmp_path, env=env).out


# batch


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    asked = [CONTAINERS, ABSENT, "When did the ferry line open?", "", "How many parks are there?"]
    lines = [{"id": f"q{i}", "question": asked[i % len(asked)]} for i in range(MANY)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_a_batch_gives_one_line_for_each_question_and_says_how_many(
    tmp_path: Path, warm: Warm, town: Town, questions: Path, answer: dict[str, Any]
) -> None:
    order = ("batch", questions, "--out", "answers.jsonl", "--index", town.index)
    done = warm.policyqa(*order, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    lines = (tmp_path / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    answers = [json.loads(line) for line in lines]
    assert [line["id"] for line in answers] == [f"q{i}" for i in range(MANY)]
    assert list(answers[0]) == list(answer)
    assert answers[0]["answer"] == answer["answer"]
    assert "empty" in answers[3]["error"]
    kinds = ["error" in line or line["abstained"] for line in answers]
    assert done.out.startswith(f"{MANY} questions: {kinds.count(False)} answered, ")
    assert f"{MANY // 5} could not be asked" in done.out
    assert done.out.endswith("-> answers.jsonl\n")


@pytest.mark.parametrize(("jobs", "kill_after"), [(1, 1), (2, 7), (1, 12)])
def test_a_killed_batch_goes_on_without_repeating_or_losing_a_line(
    tmp_path: Path, warm: Warm, town: Town, questions: Path, jobs: int, kill_after: int
) -> None:
    out = tmp_path / "answers.jsonl"
    order = ("batch", questions, "--out", out, "--index", town.index, "--jobs", str(jobs))
    child = warm.start("policyqa", *order, cwd=tmp_path)
    until = time.monotonic() + 60
    while not out.exists() or out.read_bytes().count(b"\n") < kill_after:
        assert child.is_running(), child.wait()
        assert time.monotonic() < until
        time.sleep(0.001)
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait().code == -signal.SIGKILL
    stored = out.read_bytes()
    whole = stored[: stored.rfind(b"\n") + 1]
    kept = whole.count(b"\n")
    assert kill_after <= kept < MANY
    done = warm.policyqa(*order, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert f"{kept} kept from before" in done.out
    after = out.read_bytes()
    assert after.startswith(whole)
    ids = [json.loads(line)["id"] for line in after.splitlines()]
    assert ids == [f"q{i}" for i in range(MANY)]


# status and help


def test_status_shows_the_version_the_model_and_every_document(warm: Warm, town: Town) -> None:
    done = warm.policyqa("status", "--index", town.index, cwd=town.index.parent)
    assert (done.code, done.err) == (0, "")
    version = current(town.index).partition("-")[2]
    assert done.out.startswith(f"index {version} in {town.index}, built 20")
    assert "model packaged:all-MiniLM-L6-v2 (53aa51172d14)" in done.out
    size = f"{len(FERRIES):,}"
    assert f"ferries.md  Ferry notice\n    2023-05-10 · Town Hall · {size} characters" in done.out
    assert "parks.txt  Park notes\n    date unknown · publisher unknown" in done.out


@pytest.mark.parametrize(
    "command",
    [
        *(command for command in COMMANDS if command not in GROUPS),
        "cases new",
        "cases check",
        "cases review",
        "user add",
        "site add",
    ],
)
def test_the_help_of_every_command_holds_an_example_of_it(warm: Warm, command: str) -> None:
    done = warm.policyqa(*command.split(), "--help", cwd=Path.cwd())
    assert (done.code, done.err) == (0, "")
    assert re.search(rf"^  Examples?:\n\n +policyqa {command}\b", done.out, re.M)


def test_help_lists_every_command(warm: Warm) -> None:
    done = warm.policyqa("--help", cwd=Path.cwd())
    listed = re.findall(r"^  (\w+)  +\w", done.out.partition("Commands:")[2], re.M)
    assert listed == COMMANDS


# terminals and pipes


@pytest.mark.parametrize(
    "order", [("ask", CONTAINERS), ("ask", ABSENT), ("status",), ("ingest", "old"), ("nonsense",)]
)
def test_there_are_no_colour_codes_away_from_a_terminal(
    tmp_path: Path, warm: Warm, town: Town, order: tuple[str, ...]
) -> None:
    shutil.copytree(town.old, tmp_path / "old")
    (tmp_path / "old" / "empty.txt").touch()
    index = town.index_in(tmp_path)
    env = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "POLICYQA_INDEX_DIR": str(index)}
    done = warm.policyqa(*order, cwd=tmp_path, env=env)
    assert done.out + done.err != ""
    assert "\x1b" not in done.out + done.err


def test_a_terminal_gets_colours_unless_it_asks_for_none(warm: Warm, town: Town) -> None:
    def shown(env: dict[str, str]) -> str:
        ours, theirs = pty.openpty()
        order = ("ask", CONTAINERS, "--index", town.index)
        how = {"TERM": "xterm-256color", **env}
        done = warm.policyqa(*order, cwd=town.index.parent, env=how, stdout=theirs)
        os.close(theirs)
        assert done.code == 0
        with os.fdopen(ours, "rb", buffering=0) as terminal:
            return terminal.read(65536).decode()

    assert "\x1b[36m[1]\x1b[0m" in shown({})
    assert "\x1b[36m" not in shown({"NO_COLOR": "1"})


@pytest.mark.parametrize(
    "order", [("export", "harbour.md"), ("status",), ("ask", CONTAINERS), ("ask", ABSENT, "--json")]
)
def test_a_reader_who_has_gone_ends_a_command_quietly(
    warm: Warm, town: Town, order: tuple[str, ...]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    here = town.index.parent
    done = warm.policyqa(*order, "--index", town.index, cwd=here, stdout=writing)
    os.close(writing)
    assert (done.code, done.err) == (141, "")


# bad input: one line that says what is wrong and what to do


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory, town: Town) -> Path:
    """A directory with all sorts of bad input, and an index."""
    folder = tmp_path_factory.mktemp("desk")
    town.index_in(folder)
    files = {
        "empty.txt": b"",
        "blank.txt": b" \n\t\n",
        "binary.txt": bytes(range(256)) * 20,
        "picture.txt": b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
        "report.pdf": b"%PDF-1.7",
        "damaged.txt": b"\xef\xbb\xbfThe town has parks.\xff\xfe\xfd",
        "undecodable.txt": ("Épernay a traité 5 conteneurs. " * 3000).encode("cp1252") + b"\x81",
        "unreadable/report.pdf": b"%PDF-1.7",
        "unreadable/empty.txt": b"",
        "half.jsonl": b'{"id": "a", "question": "x", "expect": [["y"]]}\n{"id": "b", \n',
        "list.jsonl": b"[1, 2]\n",
        "latin.jsonl": '{"id": "é"}\n'.encode("latin-1"),
        "none.jsonl": b"\n\n",
        "fine.jsonl": b'{"id": "a", "question": "x"}\n',
        "twice.jsonl": b'{"id": "a", "question": "x"}\n' * 2,
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return folder


BAD = [
    (["ingest", "missing.txt"], 2, "no file or folder missing.txt; check the path"),
    (["ingest"], 2, "no file or folder data/documents; check the path"),
    (["ingest", "empty.txt"], 2, "empty.txt is empty; give it some text or leave it out"),
    (["ingest", "blank.txt"], 2, "blank.txt is empty; give it some text or leave it out"),
    (["ingest", "binary.txt"], 2, "binary.txt is not a text file; save its text as .txt or .md"),
    (["ingest", "picture.txt"], 2, "picture.txt is a PNG image, not a text file; save its"),
    (["ingest", "report.pdf"], 2, "report.pdf is a damaged PDF file; get it anew or leave it"),
    (["ingest", "damaged.txt"], 2, "damaged at byte 19; save it again as UTF-8"),
    (["ingest", "undecodable.txt"], 2, "its encoding cannot be told; save it as UTF-8"),
    (["ingest", "unreadable"], 2, "no readable document in unreadable; name files or folders"),
    (["ingest", "unreadable"], 2, "report.pdf is a damaged PDF file; get it anew"),
    (["ask", ""], 2, "question is empty; type what you want"),
    (["ask", " \n\t"], 2, "question is empty; type what you want"),
    (["ask", "?!…"], 2, "question is empty; type what you want"),
    (["ask", "park " * 20_000], 2, "longest allowed is 2,000. Ask for one thing at a time"),
    (["ask", "\udcff parks"], 2, "bytes that are no text; type it in UTF-8"),
    (["ask", "Parks?", "--document", "Nowhere"], 2, "no document 'Nowhere'; see 'policyqa status'"),
    (["ask", "Parks?", "--publisher", "Nobody"], 2, "'Nobody'; its publishers are Port Office,"),
    (["ask", "Parks?", "--language", "fr"], 2, "in the language 'fr'; its languages are en"),
    (["ask", "Parks?", "--folder", "a/b"], 2, "no document in a folder 'a/b'"),
    (["ask", "Parks?", "--tag", "x", "--tag", "y"], 2, "no document with the tag 'x' or 'y'"),
    (["ask", "Parks?", "--since", "2024-01-02", "--until", "2024-01-01"], 2, "swap the two"),
    (["ask", "Parks?", "--index", "elsewhere"], 3, "no index in elsewhere yet; run 'policyqa inge"),
    (["status", "--index", "elsewhere"], 3, "no index in elsewhere yet; run 'policyqa ingest'"),
    (["export", "ferries.md", "--index", "elsewhere"], 3, "run 'policyqa ingest' first"),
    (["export", "Nowhere"], 2, "no document 'Nowhere'; see 'policyqa status'"),
    (["batch", "missing.jsonl", "--out", "o"], 2, "missing.jsonl cannot be read (No such file"),
    (["batch", "half.jsonl", "--out", "o"], 2, "half.jsonl, line 2: it is not JSON"),
    (["batch", "list.jsonl", "--out", "o"], 2, "line 1: it is not a JSON object; write one object"),
    (["batch", "latin.jsonl", "--out", "o"], 2, "line 1: it is not UTF-8; save the file as UTF-8"),
    (["batch", "twice.jsonl", "--out", "o"], 2, "line 2: the id 'a' is already taken"),
    (["batch", "fine.jsonl", "--out", "fine.jsonl"], 2, "choose another --out"),
    (["batch", "fine.jsonl", "--out", "nowhere/o"], 2, "choose another --out"),
    (["serve", "--host", "256.0.0.1"], 2, "People have to sign in at 256.0.0.1"),
]


def shortened(order: list[str]) -> str:
    return " ".join(order)[:60]


@pytest.mark.parametrize(("order", "code", "says"), BAD, ids=[shortened(bad[0]) for bad in BAD])
def test_bad_input_gets_one_line_and_the_right_exit_code(
    warm: Warm, desk: Path, order: list[str], code: int, says: str
) -> None:
    env = {"POLICYQA_INDEX_DIR": "index"}
    done = warm.policyqa(*order, cwd=desk, env=env)
    assert (done.code, done.out) == (code, "")
    assert done.line.startswith("policyqa: ")
    assert says in done.line
    assert not (desk / "o").exists()


@pytest.mark.parametrize(
    ("order", "says"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["ask"], "Missing argument"),
        (["ask", "Parks?", "--nonsense"], "No such option: --nonsense"),
        (["ask", "Parks?", "--since", "yesterday"], "Invalid value for '--since'"),
        (["ask", "Parks?", "--until", "2024-02-30"], "Invalid value for '--until'"),
        (["ask", "Parks?", "--engine", "magic"], "Invalid value for '--engine'"),
        (["batch", "half.jsonl"], "Missing option '--out'"),
        (["batch", "half.jsonl", "--out", "o", "--jobs", "0"], "Invalid value for '--jobs'"),
        (["serve", "--port", "70000"], "Invalid value for '--port'"),
    ],
    ids=shortened,
)
def test_a_wrong_call_names_what_is_wrong_and_points_to_the_help(
    warm: Warm, desk: Path, order: list[str], says: str
) -> None:
    done = warm.policyqa(*order, cwd=desk)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert "-h' for help" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("toml", "env", "says"),
    [
        ("nonsense = 1", {}, "'nonsense' is not usable"),
        ("[answer]\nnonsense = 1", {}, "'answer.nonsense' is not usable"),
        ("[answer]\nthreshold = 1.5", {}, "'answer.threshold' is not usable"),
        ("[answer", {}, "policyqa.toml does not parse"),
        ("", {"POLICYQA_ANSWER__THRESHOLD": "2"}, "'answer.threshold' is not usable"),
        ("", {"POLICYQA_SPLIT__PASSAGE_WORDS": "many"}, "'split.passage_words' is not usable"),
        ("", {"POLICYQA_ANSWER": "{"}, "A POLICYQA_ variable does not parse"),
    ],
)
def test_a_setting_that_is_not_usable_gets_one_line_that_says_to_correct_it(
    tmp_path: Path, warm: Warm, town: Town, toml: str, env: dict[str, str], says: str
) -> None:
    (tmp_path / "policyqa.toml").write_text(toml, encoding="utf-8")
    done = warm.policyqa("status", "--index", town.index, cwd=tmp_path, env=env)
    assert (done.code, done.out) == (2, "")
    assert says in done.line
    assert "correct" in done.line


def test_a_question_on_stdin_that_is_not_utf8_gets_one_line(warm: Warm, desk: Path) -> None:
    done = warm.policyqa("ask", "-", "--index", "index", cwd=desk, stdin=b"\xff\xfe\xfd")
    assert (done.code, done.out) == (2, "")
    assert done.line == "policyqa: The question on stdin is not UTF-8; write it in UTF-8."


def test_a_port_in_use_gets_one_line_that_says_to_name_another(warm: Warm, desk: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        order = ("serve", "--port", str(port), "--index", "index")
        done = warm.policyqa(*order, cwd=desk)
    assert (done.code, done.out) == (2, "")
    assert f"127.0.0.1:{port} cannot be listened on (Address already in use)" in done.line
    assert "name another with --host or --port" in done.line


# the installed command itself, from cold


def cold(*order: str, cwd: Path, **how: Any) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("POLICYQA_", "PYTHONUNB"))}
    return subprocess.run([POLICYQA, *order], cwd=cwd, text=True, check=False, env=env, **how)


def test_the_installed_command_answers_from_cold(town: Town, answer: dict[str, Any]) -> None:
    order = ("ask", "-", "--json", "--index", str(town.index))
    done = cold(*order, cwd=town.old, input=CONTAINERS, capture_output=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["answer"] == answer["answer"]


def test_the_installed_command_refuses_a_question_without_an_index(tmp_path: Path) -> None:
    done = cold("ask", "Parks?", cwd=tmp_path, capture_output=True)
    assert (done.returncode, done.stdout) == (3, "")
    assert re.fullmatch(r"policyqa: There is no index in .+\n", done.stderr)


def test_the_installed_command_is_quiet_when_its_reader_has_gone(town: Town) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    order = ("export", "harbour.md", "--index", str(town.index))
    done = cold(*order, cwd=town.old, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_the_module_is_the_command(tmp_path: Path) -> None:
    order = [sys.executable, "-m", "ui.cli", "frobnicate"]
    done = subprocess.run(order, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "No such command" in done.stderr
