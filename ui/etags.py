"""Entity tags (RFC 9110): what a client still has is not sent again."""

from __future__ import annotations

import re
from hashlib import sha256

_CHARS = 32
_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def etag_of(*parts: str | bytes) -> str:
    """The strong tag of what these parts make up."""
    whole = sha256()
    for part in parts:
        content = part.encode(errors="surrogatepass") if isinstance(part, str) else part
        whole.update(len(content).to_bytes(8, "big") + content)
    return f'"{whole.hexdigest()[:_CHARS]}"'


def is_current(if_none_match: str, etag: str) -> bool:
    """Whether the header `If-None-Match` names the tag, by the weak comparison that it asks for."""
    if if_none_match.strip() == "*":
        return True
    return etag in _TAG.findall(if_none_match)
