"""Reads what a module of the widget imports, exports and declares, without understanding more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Import:
    """Names taken from a module beside this one."""

    names: tuple[str, ...]
    source: str
    line: int


@dataclass(frozen=True, slots=True)
class Module:
    """A module, and its text without imports and exports."""

    name: str
    imports: tuple[Import, ...]
    exported: tuple[str, ...]
    declared: tuple[tuple[str, int], ...]
    """The names at its top level, with their lines (from 1)."""
    body: str


_IMPORT = re.compile(
    r'^import \{(\s*[\w$]+(?:,\s*[\w$]+)*,?\s*)\} from "\./([\w-]+\.js)";$', re.MULTILINE
)
_DECLARED = re.compile(
    r"^(export )?(?:(?:async )?function\*? |class |const |let |var )([\w$]+)", re.MULTILINE
)
# What modules or our names would take another way, where it was not understood above.
_LEFT = re.compile(
    r"^[ \t]*(?:import|export)\b | \bimport\s*[(.] | ^(?:const|let|var)\ [\[{]",
    re.MULTILINE | re.VERBOSE,
)
_PLAIN = re.compile(
    r"""
    (?P<comment> /\*.*?\*/ | //[^\n]* )
  | (?P<template> `(?:[^`\\]|\\.)*` )
  | (?P<text> "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' )
  | (?P<pattern> (?:(?<=[(,=:\[!&|?{};\n])|(?<=return)) [ ]*
      /(?![/*])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/ )
    """,
    re.VERBOSE | re.DOTALL,
)
_PLAIN_SLOT = re.compile(r"\$\{[^{}`]*\}")


def parse_module(name: str, text: str) -> Module:
    """Take a module's text apart.

    Raises:
        ValueError: an import or export has another form than these; says file and line.
    """
    code = _without_texts(name, text)
    found = [match for match in _IMPORT.finditer(text) if code[match.start()] == "i"]
    imports = tuple(_import(match, text) for match in found)
    code, text = _blanked(code, found), _blanked(text, found)
    declarations = list(_DECLARED.finditer(code))
    exports = [match for match in declarations if match[1]]
    code = _blanked(code, exports, group=1)
    if left := _LEFT.search(code):
        line = _line(code, left.start())
        said = text.split("\n")[line - 1].strip()
        raise problem_at(name, line, f"{said!r} is not understood")
    return Module(
        name=name,
        imports=imports,
        exported=tuple(match[2] for match in exports),
        declared=tuple((match[2], _line(code, match.start())) for match in declarations),
        body=_blanked(text, exports, group=1),
    )


def problem_at(name: str, line: int, said: str) -> ValueError:
    """What is wrong at a line (from 1) of a file."""
    return ValueError(f"{name}:{line}: {said}.")


def _import(found: re.Match[str], text: str) -> Import:
    names = tuple(name for part in found[1].split(",") if (name := part.strip()))
    return Import(names, found[2], _line(text, found.start()))


def _without_texts(name: str, text: str) -> str:
    """The code alone: comments, strings and patterns as blanks, each line as long as before."""
    for found in _PLAIN.finditer(text):
        # The minifier takes what stands in a template's template for code, and changes it.
        if found["template"] and "${" in _PLAIN_SLOT.sub("", found[0]):
            said = "a template may hold only names and calls without braces"
            raise problem_at(name, _line(text, found.start()), said)
    return _blanked(text, _PLAIN.finditer(text))


def _blanked(text: str, places: Iterable[re.Match[str]], group: int = 0) -> str:
    """The text with blanks in these places; its lines stay where they were."""
    for found in places:
        start, end = found.span(group)
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    return text


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
