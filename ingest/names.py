"""Names of files, as folders and archives hold them."""

from __future__ import annotations

_OF_PROGRAMS = frozenset({"thumbs.db", "desktop.ini"})
"""What Windows leaves in folders that people look into."""
_OWNER_FILE = "~$"
"""Begins the file by which Word notes who has a document open."""


def is_hidden(name: str) -> bool:
    """Whether a file or folder is none of a reader's business, and need not be told."""
    return name.startswith((".", _OWNER_FILE)) or name.lower() in _OF_PROGRAMS


def is_text(name: str) -> bool:
    """Whether a name was written in UTF-8; Python reads other bytes as half characters."""
    return name.encode("utf-8", "replace").decode() == name


def parts_of(member: str) -> list[str]:
    """The parts of a member's name, whichever way its slashes lean; none for "here"."""
    return [part for part in member.replace("\\", "/").split("/") if part not in ("", ".")]
