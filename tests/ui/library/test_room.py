from __future__ import annotations

import re
import tomllib
from importlib.resources import files

from ui.library.room import count, room
from ui.library.rows import Row, State
from ui.words import LANGUAGES, words

CONTROLS = ("data-drop", "data-choose", "data-again", 'type="file"')
EN = words("en")


def test_only_an_editor_gets_what_changes_documents() -> None:
    editor, reader = (room(EN, editor=may, file_mb=128) for may in (True, False))
    assert [control in editor for control in CONTROLS] == [True] * len(CONTROLS)
    assert [control in reader for control in CONTROLS] == [False] * len(CONTROLS)
    assert 'name="search"' in reader


def test_what_there_is_is_counted_without_what_is_not_loaded() -> None:
    found = [
        Row("a", "A", "1", pages=3, passages=1200),
        Row("b", "B", "2"),
        Row("c", "C", state=State.FAILED),
    ]
    assert count(found, 3, EN) == "2 documents · 3 pages · 1,200 passages"
    assert count(found[1:2], 1, EN) == "1 document"
    assert count(found, 1, EN).endswith("1 of 3 shown")


def test_every_language_has_the_same_texts_with_the_same_blanks() -> None:
    blanks = [
        {name: sorted(re.findall(r"\{(\w+)\}", text)) for name, text in _texts(language).items()}
        for language in LANGUAGES
    ]
    for name, wanted in blanks[0].items():
        assert set(blanks[1][name]) <= set(wanted), name
    assert blanks[0].keys() == blanks[1].keys()


def _texts(language: str) -> dict[str, str]:
    path = files("ui").joinpath("locales", language, "documents.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
