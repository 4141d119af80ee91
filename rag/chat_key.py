"""The key of a chat server: read, and refused before it could do harm in a request."""

from __future__ import annotations

from rag.errors import SettingsError
from rag.settings import ChatSettings

_NO_KEY = "none"
"""Sent where no key is set: local servers take any, and the client insists on one."""


def read_key(settings: ChatSettings) -> str:
    """The key, from the variable or the file; a placeholder if there is none.

    Raises:
        SettingsError: the file cannot be read, or the key is empty or cannot be sent.
    """
    if settings.api_key:
        return _usable(settings.api_key.get_secret_value(), "The setting chat.api_key")
    if settings.api_key_file is None:
        return _NO_KEY
    try:
        text = settings.api_key_file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The key file {settings.api_key_file} cannot be read "
            f"({getattr(error, 'strerror', None) or 'it is no text'}); correct chat.api_key_file."
        ) from error
    return _usable(text, f"The key file {settings.api_key_file}")


def _usable(text: str, where: str) -> str:
    """The key without the blanks around it; the errors of HTTP clients repeat one they refuse."""
    key = text.strip()
    if not key:
        raise SettingsError(f"{where} is empty; put the key in it.")
    if not (key.isascii() and key.isprintable()):
        raise SettingsError(f"{where} holds characters that no key has; put the key alone in it.")
    return key
