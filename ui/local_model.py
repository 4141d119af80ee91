"""`--local-model`: the small model of this machine, started for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import InputError

if TYPE_CHECKING:
    from rag.settings import Settings

LocalModelOption = Annotated[
    bool,
    typer.Option("--local-model", help="Let a small model of this machine write; a demonstration."),
]


@contextmanager
def with_local_model(settings: Settings, wanted: bool) -> Iterator[Settings]:
    """The settings, with the small model running and in use if it is wanted.

    Raises:
        InputError: another chat model is set, or the answers are to be quotes.
        ModelError: the small model is not installed or does not start.
    """
    if not wanted:
        yield settings
        return
    _require_no_other(settings)
    from rag.local_server import LocalServer

    with LocalServer(settings.local) as server:
        yield settings.model_copy(update={"chat": server.chat_settings(settings.chat)})


def _require_no_other(settings: Settings) -> None:
    if settings.chat.base_url:
        raise InputError(
            f"chat.base_url names the model at {settings.chat.base_url}; unset it, or leave "
            "--local-model out."
        )
    if settings.answer.engine == "extractive":
        raise InputError(
            "The engine is set to extractive, which quotes only; set it to auto, or leave "
            "--local-model out."
        )
