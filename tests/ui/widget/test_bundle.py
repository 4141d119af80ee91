"""Joining the modules of the widget into one script."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from ui.widget.bundle import Kind, Script, join, script

KINDS: tuple[Kind, ...] = ("js", "mjs")
SOURCE = Path(__file__).parents[3] / "ui" / "widget" / "src"
BUDGET = 20_000
"""Bytes that the compressed script may have."""

SMALL = {
    "index.js": """\
import { twice } from "./twice.js";
import { STEP } from "./step.js";
export const told = [];
export function define() { return twice(STEP); }
export function start(address, script) {
  told.push(address, script === null ? null : script.dataset.site, define());
  globalThis.told = told;
}
""",
    "twice.js": """\
import { STEP } from "./step.js";
export function twice(number) { return number * 2 + STEP - STEP; }
""",
    "step.js": "export const STEP = 21;\n",
}


def run(program: str, folder: Path, name: str = "run.mjs") -> object:
    """What a JavaScript program prints as JSON."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    path = folder / name
    path.write_text(program, encoding="utf-8")
    done = subprocess.run([node, str(path)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_a_module_stands_after_those_it_imports() -> None:
    text = join(SMALL, "mjs").text
    assert text.index("STEP=21") < text.index("function twice") < text.index("function define")


def test_the_classic_script_starts_with_its_own_element(tmp_path: Path) -> None:
    document = '{ currentScript: { src: "https://h/widget.js", dataset: { site: "town" } } }'
    program = (
        f"globalThis.document = {document};\n{join(SMALL, 'js').text}\n"
        "console.log(JSON.stringify([told, typeof twice, typeof define]));"
    )
    said = run(program, tmp_path)
    assert said == [["https://h/widget.js", "town", 42], "undefined", "undefined"]


def test_the_module_exports_what_its_entry_exports(tmp_path: Path) -> None:
    (tmp_path / "widget.mjs").write_text(join(SMALL, "mjs").text, encoding="utf-8")
    program = (
        'import * as widget from "./widget.mjs";\n'
        "console.log(JSON.stringify([Object.keys(widget), widget.define(), widget.told]));"
    )
    names, defined, told = run(program, tmp_path)  # type: ignore[misc]
    assert (names, defined) == (["define", "told"], 42)
    assert told == [(tmp_path / "widget.mjs").as_uri(), None, 42]


def with_(**changed: str) -> Mapping[str, str]:
    return SMALL | {f"{name}.js": text for name, text in changed.items()}


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        (with_(step="export const STEP = 1;\nconst twice = 2;\n"), "twice.js:2: twice is declared"),
        (with_(step="const STEP = 1;\n"), "twice.js:1: step.js exports no STEP"),
        (
            with_(step='import { twice } from "./twice.js";\nexport const STEP = 1;\n'),
            "step.js:1: twice.js imports this one in turn",
        ),
        (with_(step='\nimport { x } from "./x.js";\nexport const STEP = 1;\n'), "step.js:2: there"),
        (with_(other="export const other = 1;\n"), "Nothing imports other.js"),
        ({"index.js": "export const x = 1;\n"}, "index.js does not export start"),
        ({}, "There is no index.js"),
        (with_(step="export const STEP = 1;\nlet STEP = 2;\n"), "step.js:2: STEP is declared"),
    ],
)
def test_what_does_not_fit_together_is_an_error(sources: Mapping[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        join(sources, "js")


def test_integrity_and_name_are_of_the_bytes_that_are_sent() -> None:
    made = Script("js", "alert('ü')\n")
    digest = hashlib.sha384(made.body).digest()
    assert made.integrity == "sha384-" + base64.b64encode(digest).decode()
    assert made.name == f"widget-{hashlib.sha256(made.body).hexdigest()[:16]}.js"
    assert Script("js", "alert('u')\n").name != made.name


@pytest.mark.parametrize("kind", KINDS)
def test_the_script_is_the_same_each_time_and_made_once(kind: Kind) -> None:
    made = script(kind)
    assert script(kind) is made
    script.cache_clear()
    assert script(kind) == made


@pytest.mark.parametrize("kind", KINDS)
def test_the_compressed_script_keeps_to_its_budget(kind: Kind) -> None:
    assert len(gzip.compress(script(kind).body, 9)) <= BUDGET


@pytest.mark.parametrize("kind", KINDS)
def test_the_script_is_javascript(kind: Kind, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    path = tmp_path / f"widget.{kind}"
    path.write_bytes(script(kind).body)
    subprocess.run([node, "--check", str(path)], check=True, capture_output=True)


def test_nothing_in_the_source_makes_markup_or_code_of_text() -> None:
    dangerous = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|\bFunction\s*\(|setHTML"
        r"|DOMParser|createContextualFragment|srcdoc|javascript:|set(Timeout|Interval)\(\s*[\"'`]"
    )
    found = [
        f"{path.name}: {match[0]}"
        for path in sorted(SOURCE.glob("*.js"))
        for match in dangerous.finditer(path.read_text("utf-8"))
    ]
    assert list(SOURCE.glob("*.js"))
    assert found == []
