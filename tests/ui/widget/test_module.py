"""Reading what a module of the widget imports, exports and declares."""

from __future__ import annotations

import pytest

from ui.widget.module import Import, parse_module

MODULE = """\
/** @import { Answer } from "./types.js" */
import { a, b } from "./ab.js";
import {
  c,
} from "./c.js";

/* export const no = 1; */
const TEXT = `
export function neither() {}
`;
export const LIMIT = a + 1;
export async function ask() {
  const inner = /["'`]/.test("import(x)"); // import("y")
  return b(`${inner} of ${c()}`);
}
export class Thing extends Object {}
let count = 0;
"""


def test_what_a_module_says_is_read() -> None:
    module = parse_module("x.js", MODULE)
    assert module.imports == (Import(("a", "b"), "ab.js", 2), Import(("c",), "c.js", 3))
    assert module.exported == ("LIMIT", "ask", "Thing")
    assert module.declared == (
        ("TEXT", 8),
        ("LIMIT", 11),
        ("ask", 12),
        ("Thing", 16),
        ("count", 17),
    )


def test_nothing_but_imports_and_exports_is_taken_out() -> None:
    lines = parse_module("x.js", MODULE).body.split("\n")
    assert [line.strip() for line in lines[1:5]] == ["", "", "", ""]
    assert lines[8] == "export function neither() {}", "text in a template stays"
    assert lines[10].split() == "const LIMIT = a + 1;".split()
    assert len(lines) == len(MODULE.split("\n"))


@pytest.mark.parametrize(
    "line",
    [
        'import x from "./x.js";',
        'import * as x from "./x.js";',
        'import { x as y } from "./x.js";',
        'import "./x.js";',
        'import { x } from "lit";',
        'import { x } from "../x.js";',
        "import { x } from './x.js';",
        'import { x } from "./x.js"',
        '  import { x } from "./x.js";',
        'const x = import("./x.js");',
        'const x = import ("./x.js");',
        "const x = import.meta.url;",
        "export default 1;",
        "export { x };",
        'export * from "./x.js";',
        "export let { x } = y;",
        "const { x } = y;",
        "let [x] = y;",
    ],
)
def test_what_is_not_understood_is_an_error_with_file_and_line(line: str) -> None:
    with pytest.raises(ValueError, match=r"^x\.js:3: .* is not understood\.$"):
        parse_module("x.js", f"const z = 1;\n\n{line}\n")


def test_a_name_in_a_comment_or_text_is_no_import() -> None:
    text = """// import('x')
const a = "import('x')"; /*
export default 1 */
const b = /import(x)/;
"""
    module = parse_module("x.js", text)
    assert (module.imports, module.exported) == ((), ())


@pytest.mark.parametrize("text", ["`a ${b ? `c  d` : e}`", "`a ${{b: 1}.b}`"])
def test_templates_that_the_minifier_would_change_are_errors(text: str) -> None:
    with pytest.raises(ValueError, match=r"^x\.js:2: a template"):
        parse_module("x.js", f"\nconst x = {text};\n")
