"""The codes of problems over HTTP: what programs act on. A code never changes what it means."""

from __future__ import annotations

from collections.abc import Mapping

CODES: Mapping[str, tuple[int, str]] = {
    "not-signed-in": (401, "Nobody is known to ask: sign in, or send a key."),
    "bad-key": (401, "The key is none, or no longer one."),
    "ticket-expired": (401, "The widget's ticket is too old; it gets a new one."),
    "ticket-invalid": (401, "The widget's ticket is not of this site, origin and visitor."),
    "not-allowed": (403, "The role of whoever asks does not include this."),
    "not-in-scope": (403, "The scopes of the key do not include this."),
    "foreign-page": (403, "Another site's page asks."),
    "proxied": (403, "A proxy hands on what only this machine may ask."),
    "unlisted-origin": (403, "The page that asks is not of an origin of the site."),
    "site-off": (403, "The site has been switched off."),
    "not-found": (404, "There is nothing at this address."),
    "no-site": (404, "There is no such site."),
    "unknown-answer": (404, "There is no such answer, or it was given to somebody else."),
    "unknown-conversation": (404, "There is no such conversation, or it is not shared."),
    "method-not-allowed": (405, "The address does not take this method; `Allow` names those."),
    "name-taken": (409, "There is a file of this name; say what is to be done about it."),
    "too-large": (413, "The body or the file is larger than one may be."),
    "not-json": (415, "The body is not sent as JSON."),
    "unknown-host": (421, "The server is not reached by that name."),
    "bad-request": (422, "A parameter or a field is missing or not usable; it is named."),
    "bad-json": (422, "The body is no JSON."),
    "bad-input": (422, "What was asked for cannot be; the sentence says why."),
    "bad-question": (422, "The question is empty, too long or no text."),
    "bad-cursor": (422, "The cursor is none that was given."),
    "bad-judgement": (422, "The judgement does not fit the answer."),
    "bad-source": (422, "The file cannot be read as a document."),
    "bad-title": (422, "The title is empty or too long."),
    "cut-off": (422, "The file did not arrive whole."),
    "too-often": (429, "Asked more than the limit allows; `Retry-After` says when to come again."),
    "internal": (500, "The program failed; the request's id is in its log."),
    "busy": (503, "Too many ask at once; `Retry-After` says when to come again."),
    "stopping": (503, "The server is stopping."),
    "no-index": (503, "No documents are loaded yet."),
    "index-unusable": (503, "The index cannot answer."),
    "index-mismatch": (503, "The index was built for other settings."),
    "index-corrupt": (503, "The index is damaged."),
    "index-changed": (503, "The documents changed meanwhile; ask again."),
    "model": (503, "A model is missing or does not load."),
    "chat-model": (503, "The chat model gave no usable text."),
    "store-unusable": (503, "What the server keeps cannot be read or written."),
    "users-unusable": (503, "The users cannot be read."),
    "sites-unusable": (503, "The sites cannot be read."),
    "not-kept": (503, "The conversation could not be kept."),
    "no-room": (507, "There is no room for the file."),
}
"""By code: the HTTP status it comes with, and what it means."""


def codes_of(status: int) -> dict[str, str]:
    """The codes that come with a status, and what they mean."""
    return {code: said for code, (of, said) in CODES.items() if of == status}
