"""The page on which one signs in: plain HTML, without any script."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape

from fastapi.responses import HTMLResponse

from ui.people.gate import SIGN_IN
from ui.theme import leaf_css, script
from ui.words import Words


def sign_in_page(
    words: Words, wanted: str, name: str = "", problem: str = "", status: int = 200
) -> HTMLResponse:
    """The form, with what went wrong the last time; `wanted` is the address to go on to."""
    css = leaf_css() + script("sign-in.css")
    digest = b64encode(sha256(css.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    alert = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    html = (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(words, 'people.sign_in')}</title><style>{css}</style></head><body>"
        f'<main class="sign-in"><h1>{_text(words, "rooms.title")}</h1>'
        f"<p>{_text(words, 'people.sign_in_for')}</p>{alert}"
        f'<form method="post" action="{SIGN_IN}">'
        f'<input type="hidden" name="next" value="{escape(wanted)}">'
        f"{_field(words, 'name', name, focus=not name)}"
        f"{_field(words, 'password', focus=bool(name))}"
        f'<button type="submit">{_text(words, "people.sign_in")}</button></form>'
        f'<p class="aside">{_text(words, "people.forgotten")}</p></main></body></html>'
    )
    headers = {"content-security-policy": policy, "cache-control": "no-store"}
    return HTMLResponse(html, status, headers=headers)


def _field(words: Words, which: str, value: str = "", *, focus: bool) -> str:
    kind, fill = ("password", "current-password") if which == "password" else ("text", "username")
    return (
        f'<label for="{which}">{_text(words, f"people.{which}")}</label>'
        f'<input id="{which}" name="{which}" type="{kind}" value="{escape(value)}" required '
        f'maxlength="200" autocomplete="{fill}" autocapitalize="none" spellcheck="false"'
        f"{' autofocus' if focus else ''}>"
    )


def _text(words: Words, key: str) -> str:
    return escape(words(key))
