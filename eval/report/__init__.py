"""A run for people: a page, tables for the terminal, Markdown for pull requests, JUnit for CI."""

from __future__ import annotations

from eval.report.failures import failed_rows, problems
from eval.report.junit import to_junit
from eval.report.markdown import to_markdown
from eval.report.page import to_html
from eval.report.terminal import comparison_for_terminal, for_terminal

__all__ = [
    "comparison_for_terminal",
    "failed_rows",
    "for_terminal",
    "problems",
    "to_html",
    "to_junit",
    "to_markdown",
]
