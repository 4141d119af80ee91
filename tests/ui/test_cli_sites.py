from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest.pipeline import ingest
from rag.embedding import Embedder
from rag.settings import Settings, load_settings
from ui.cli import app
from ui.people.audit import Audit
from ui.sites.site import Site
from ui.sites.store import FILE, Sites
from ui.widget.bundle import script

ORIGIN = "https://town.example"
DOCUMENTS = {
    "public/ferries.md": "# Ferry timetable\n\nFerries leave the old quay at 8 o'clock.\n",
    "public/hours.txt": "Opening hours\n\nThe town hall opens at nine in the morning.\n",
    "staff/hours.txt": "Opening hours\n\nThe office of the staff opens at seven.\n",
    "staff/rules.txt": "House rules\n\nDogs must be kept on a lead.\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    folder = tmp_path_factory.mktemp("sites")
    for name, text in DOCUMENTS.items():
        (folder / "documents" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "documents" / name).write_text(text)
    ingest([folder / "documents"], Settings(index_dir=folder / "index"), embedder=embedder)
    return folder / "index"


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: Path) -> Sites:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POLICYQA_OFFICE_DIR", str(tmp_path / "office"))
    monkeypatch.setenv("POLICYQA_INDEX_DIR", str(index))
    return Sites(tmp_path / "office" / FILE)


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["site", *words])
    return result.exit_code, result.stdout, result.stderr


def test_a_site_is_added_as_browsers_will_name_its_pages(sites: Sites) -> None:
    code, out, err = run(
        *("add", "Town", "--origin", "HTTPS://Town.Example:443/", "--origin", ORIGIN),
        *("--documents", "public/", "--rate", "5", "--site-rate", "50"),
        *("--title", "Ask the town", "--suggestion", "When do ferries leave?"),
    )
    assert (code, err) == (0, "")
    assert out.startswith("town was added. ")
    assert sites.known("town") == Site(
        "town",
        (ORIGIN,),
        ("/public/",),
        rate=5,
        site_rate=50,
        title="Ask the town",
        suggestions=("When do ferries leave?",),
    )


def test_what_may_not_have_been_meant_is_said(sites: Sites) -> None:
    code, _, err = run("add", "town")
    assert code == 0
    assert "may read ALL documents" in err
    assert "No page may use it yet" in err
    assert sites.known("town").origins == ()
    _, _, err = run("set", "town", "--origin", "http://intranet", "--documents", "public/")
    assert "http://intranet come without encryption" in err
    assert "ALL" not in err


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("Ferry timetable", "/public/ferries.md"),
        ("ferry TIMETABLE", "/public/ferries.md"),
        ("ferries.md", "/public/ferries.md"),
        ("public/ferries.md", "/public/ferries.md"),
        ("/public/ferries.md", "/public/ferries.md"),
        ("./staff/hours.txt", "/staff/hours.txt"),
        ("staff/", "/staff/"),
        ("/staff/", "/staff/"),
        ("staff\\", "/staff/"),
    ],
)
def test_a_document_is_named_by_title_file_or_folder(sites: Sites, name: str, rule: str) -> None:
    assert run("add", "town", "--documents", name)[0] == 0
    assert sites.known("town").documents == (rule,)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Opening hours", "name the file: /public/hours.txt, /staff/hours.txt"),
        ("hours.txt", "name the file: /public/hours.txt, /staff/hours.txt"),
        ("nothing", "holds no document 'nothing'"),
        ("public", "holds no document 'public'"),
        ("publ/", "holds no document 'publ/'"),
        ("PUBLIC/", "holds no document 'PUBLIC/'"),
        ("/ferries.md", "holds no document '/ferries.md'"),
        ("", "names no document"),
        ("/", "names no document"),
        ("./", "names no document"),
        ("../", "names no document"),
    ],
)
def test_a_name_of_none_or_of_several_documents_is_refused(
    sites: Sites, name: str, said: str
) -> None:
    code, out, err = run("add", "town", "--documents", name)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert dict(sites.all()) == {}


def test_without_an_index_names_are_kept_and_said_to_be_unknown(
    sites: Sites, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: Path
) -> None:
    monkeypatch.setenv("POLICYQA_INDEX_DIR", str(tmp_path / "nothing"))
    code, _, err = run("add", "town", "--documents", "House rules", "--documents", "public/")
    assert code == 0
    assert "There is no index yet" in err
    assert sites.known("town").documents == ("House rules", "/public/")
    assert "there is no index yet" in run("show", "town")[1]
    monkeypatch.setenv("POLICYQA_INDEX_DIR", str(index))
    shown = run("show", "town")[1]
    assert "House rules\n" in shown
    assert "/public/ (2 documents)" in shown


def test_each_option_given_takes_the_place_of_what_was_there(sites: Sites) -> None:
    run("add", "town", "--origin", ORIGIN, "--documents", "public/", "--rate", "5")
    assert run("set", "town", "--origin", "https://new.example", "--title", "New")[0] == 0
    assert sites.known("town") == Site(
        "town", ("https://new.example",), ("/public/",), rate=5, title="New"
    )
    run("set", "town", "--no-origins", "--all-documents", "--no-suggestions", "--title", "")
    assert sites.known("town") == Site("town", rate=5)
    code, _, err = run("set", "town", "--documents", "public/", "--all-documents")
    assert (code, "both given and taken away" in err) == (2, True)


def test_a_site_is_switched_off_and_on_and_removed(sites: Sites) -> None:
    run("add", "town", "--origin", ORIGIN)
    assert run("off", "town")[1].startswith("town is off. ")
    assert not sites.known("town").on
    assert run("list")[1] == f"town\toff\t{ORIGIN}\tall documents\n"
    assert "town is OFF" in run("show", "town")[1]
    assert run("on", "TOWN")[0] == 0
    assert sites.known("town").on
    assert run("remove", "town")[0] == 0
    assert (run("list")[1], dict(sites.all())) == ("", {})
    log = Audit(load_settings().office_dir / "audit.sqlite3").entries("town")
    assert [entry.action for entry in reversed(log)] == [
        "add site",
        "switch site off",
        "switch site on",
        "remove site",
    ]


def test_the_lines_for_the_page_are_shown_with_the_hash_of_the_script(
    sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("add", "town", "--origin", ORIGIN)
    shown = run("show", "town")[1]
    assert '<script src="http://127.0.0.1:7860/widget.js" data-site="town" defer>' in shown
    assert "Set sites.address" in shown
    monkeypatch.setenv("POLICYQA_SITES__ADDRESS", "https://qa.town.example")
    shown = run("show", "town")[1]
    assert '<script src="https://qa.town.example/widget.js" data-site="town" defer>' in shown
    fixed = re.search(r'<script src="(\S+)" integrity="(\S+)" crossorigin="anonymous"', shown)
    assert fixed is not None
    assert fixed[1] == f"https://qa.town.example/{script('js').name}"
    assert fixed[2] == script("js").integrity
    assert "script-src https://qa.town.example; connect-src https://qa.town.example" in shown
    assert "Set sites.address" not in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "a b"), "cannot name a site"),
        (("add", "town"), "already"),
        (("add", "new", "--origin", "*"), "no origin"),
        (("add", "new", "--origin", "null"), "no origin"),
        (("add", "new", "--origin", "http://example.org"), "use https://"),
        (("add", "new", "--origin", "https://example.org/chat"), "no origin"),
        (("add", "new", "--title", "x" * 300), "one line"),
        (("set", "village"), "no site 'village'"),
        (("show", "village"), "no site 'village'"),
        (("remove", "village"), "no site 'village'"),
        (("off", "village"), "no site 'village'"),
        (("on", "village"), "no site 'village'"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_code_2(
    sites: Sites, words: tuple[str, ...], said: str
) -> None:
    run("add", "town", "--origin", ORIGIN)
    path = load_settings().office_dir / FILE
    before = json.loads(path.read_text())
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.startswith("policyqa: ")
    assert said in err
    assert err.count("\n") == 1
    assert json.loads(path.read_text()) == before


def test_what_works_a_terminal_is_not_printed(sites: Sites) -> None:
    sites.add(Site("town", (ORIGIN,), ("/public/\x1b[2J\u202e.txt", "a\x9b31m")))
    for words in (["list"], ["show", "town"], ["set", "town", "--rate", "5"]):
        code, out, err = run(*words)
        assert code == 0
        assert not [c for c in out + err if not c.isprintable() and c not in "\n\t"]
    for name in ("\x1b[2J", "a\x9b31m"):
        for words in (["add", name], ["remove", name], ["show", name], ["off", name]):
            code, out, err = run(*words)
            assert code != 0
            assert "\x1b[2J" not in out + err
            assert "\x9b" not in out + err
