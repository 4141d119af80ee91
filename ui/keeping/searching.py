"""How conversations are searched: by what is written, in any script, without operators."""

from __future__ import annotations

import unicodedata

MOST_WORDS = 8
_SEARCH_CHARS = 200
# A reader types straight quotation marks and hyphens, whichever the documents have.
_PLAIN = str.maketrans("‘’‚“”„‐‑–—", "'''\"\"\"----")


def sought(text: str) -> str:
    """The form of a text in which words are found: width, capitals and marks do not matter."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN).split())


def words_sought(search: str) -> list[str]:
    """The words that must all occur; what goes beyond a sensible length does not count.

    Characters with a meaning elsewhere (`%`, `_`, `*`, quotation marks) stand for themselves.
    Chinese is written without blanks, so a phrase of it is one word.
    """
    return list(dict.fromkeys(sought(search[:_SEARCH_CHARS]).split()))[:MOST_WORDS]
