"""Where a chat server is, and whether it answers and has its model."""

from __future__ import annotations

import queue
import threading
from ipaddress import ip_address
from urllib.parse import urlsplit

from rag.chat_key import read_key
from rag.failures import explain
from rag.settings import ChatSettings

_SECONDS = 3.0
_NAMED = 5


def base_url(settings: ChatSettings) -> str:
    """The server's address, without a slash at its end."""
    return (settings.base_url or "").rstrip("/")


def by_proxy(settings: ChatSettings) -> bool:
    """Whether the machine's proxy settings count; they do not for this machine itself."""
    host = urlsplit(base_url(settings)).hostname or ""
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def reachable(settings: ChatSettings) -> str:
    """One sentence: the model answers, or why it does not; known after three seconds at most.

    Raises:
        SettingsError: the key cannot be used.
    """
    import httpx  # noqa: F401  its loading is not the server's time

    key = read_key(settings)
    told: queue.SimpleQueue[str] = queue.SimpleQueue()
    # In a thread, because neither looking up a name nor an answer that drips can be timed out.
    asking = threading.Thread(target=lambda: told.put(_asked(settings, key)), daemon=True)
    asking.start()
    try:
        return told.get(timeout=_SECONDS)
    except queue.Empty:
        return str(explain(TimeoutError(), base_url(settings)))


def _asked(settings: ChatSettings, key: str) -> str:
    import httpx

    base = base_url(settings)
    try:
        with httpx.Client(timeout=_SECONDS, trust_env=by_proxy(settings)) as client:
            found = client.get(f"{base}/models", headers={"authorization": f"Bearer {key}"})
            found.raise_for_status()
        names = [str(row["id"]) for row in found.json()["data"]]
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        return str(explain(error, base))
    if settings.model not in names:
        known = ", ".join(name for name in names[:_NAMED] if name.isprintable()) or "none"
        return f"{base} answers, but lists no model {settings.model!r} (it has: {known})."
    return f"{base} answers and has the model {settings.model!r}."
