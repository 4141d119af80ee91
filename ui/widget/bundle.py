"""Makes one script of the modules in `src/`, in two forms.

`index.js` exports what hosts may use, and `start(address, script)`, which the script calls with
where it came from and with its own element; as a module it has none. Of JavaScript only this much
is understood: `import { a, b } from "./x.js";`, and `export` before a function, a class, a `const`
or a `let`, both at the start of a line. All modules share one scope, so their names must differ.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256, sha384
from importlib.resources import files
from typing import Literal

from rjsmin import jsmin

from ui.widget.module import Module, parse_module, problem_at

Kind = Literal["js", "mjs"]
"""A classic script, or an ES module."""

ENTRY = "index.js"
START = "start"
_HASH_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Script:
    """One form of the widget's script."""

    kind: Kind
    text: str

    @property
    def body(self) -> bytes:
        """The bytes that are sent."""
        return self.text.encode()

    @property
    def sha256(self) -> str:
        """The hash of the bytes, in hexadecimal digits."""
        return sha256(self.body).hexdigest()

    @property
    def integrity(self) -> str:
        """What a page writes into `integrity` so that its readers run this script and no other."""
        return f"sha384-{b64encode(sha384(self.body).digest()).decode()}"

    @property
    def name(self) -> str:
        """The file name that only this text has."""
        return f"widget-{self.sha256[:_HASH_DIGITS]}.{self.kind}"


@cache
def script(kind: Kind) -> Script:
    """The script as it is served.

    Raises:
        ValueError: the source is not as `join` wants it.
    """
    return join(_sources(), kind)


def join(sources: Mapping[str, str], kind: Kind) -> Script:
    """Put modules (texts by file name) into one scope, each after those that it imports.

    Raises:
        ValueError: something is not understood, missing, or there twice; says file and line.
    """
    modules = _ordered({name: parse_module(name, text) for name, text in sources.items()})
    _check_names(modules)
    entry = modules[-1]
    if START not in entry.exported:
        raise ValueError(f"{ENTRY} does not export {START}.")
    body = "\n".join(module.body for module in modules)
    return Script(kind, jsmin(_FORMS[kind](body, entry)) + "\n")


def _classic(body: str, _: Module) -> str:
    last = f"{START}(document.currentScript?.src, document.currentScript);"
    return f'(() => {{\n"use strict";\n{body}\n{last}\n}})();'


def _module(body: str, entry: Module) -> str:
    names = ", ".join(name for name in entry.exported if name != START)
    return f"{body}\n{START}(import.meta.url, null);\nexport {{ {names} }};"


_FORMS: dict[Kind, Callable[[str, Module], str]] = {"js": _classic, "mjs": _module}


def _ordered(modules: Mapping[str, Module]) -> list[Module]:
    """What the entry needs, depth first and in the order of the imports, the entry last."""
    done: dict[str, Module] = {}

    def visit(name: str, above: tuple[str, ...]) -> None:
        for needed in modules[name].imports:
            if needed.source not in modules:
                raise problem_at(name, needed.line, f"there is no {needed.source}")
            if needed.source in (*above, name):
                raise problem_at(name, needed.line, f"{needed.source} imports this one in turn")
            missing = set(needed.names) - set(modules[needed.source].exported)
            if missing:
                raise problem_at(
                    name, needed.line, f"{needed.source} exports no {', '.join(sorted(missing))}"
                )
            if needed.source not in done:
                visit(needed.source, (*above, name))
        done[name] = modules[name]

    if ENTRY not in modules:
        raise ValueError(f"There is no {ENTRY}.")
    visit(ENTRY, ())
    unused = modules.keys() - done.keys()
    if unused:
        raise ValueError(f"Nothing imports {', '.join(sorted(unused))}.")
    return list(done.values())


def _check_names(modules: list[Module]) -> None:
    seen: dict[str, str] = {}
    for module in modules:
        for name, line in module.declared:
            if name in seen:
                raise problem_at(module.name, line, f"{name} is declared in {seen[name]} already")
            seen[name] = module.name


def _sources() -> dict[str, str]:
    folder = files("ui.widget").joinpath("src")
    return {
        file.name: file.read_text(encoding="utf-8")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".js")
    }
