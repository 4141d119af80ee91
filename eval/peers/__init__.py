"""The recipes that a user would otherwise write, to be measured beside the shipped pipeline.

Each answers with the sentences that are most like the question and never abstains by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from rag.embedding import Embedder
from rag.errors import InputError
from rag.models import Document

if TYPE_CHECKING:
    from eval.peers.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Peer:
    """How a recipe is built, and what it needs: the modules, and the extra that installs them."""

    build: Callable[[Sequence[Document], Embedder], Recipe]
    needs: tuple[str, ...]
    extra: str


def require_peers(names: Sequence[str]) -> None:
    """Refuse what could not be built, before anything else is done.

    Raises:
        InputError: there is no such recipe, or what it needs is not installed.
    """
    for name in names:
        if name not in PEERS:
            raise InputError(f"There is no peer {name!r}; known are {', '.join(PEERS)}.")
        missing = [module for module in PEERS[name].needs if not _is_installed(module)]
        if missing:
            raise InputError(
                f"The peer {name} needs {re.sub('[_.]', '-', missing[0])}; install it with "
                f"pip install 'policy-qa[{PEERS[name].extra}]'."
            )


def build_recipe(name: str, documents: Sequence[Document], embedder: Embedder) -> Recipe:
    """The named recipe over these documents.

    Raises:
        InputError: there is no such recipe, or what it needs is not installed.
    """
    require_peers([name])
    return PEERS[name].build(documents, embedder)


def _langchain(documents: Sequence[Document], embedder: Embedder) -> Recipe:
    from eval.peers.langchain import LangChainRecipe

    return LangChainRecipe(documents, embedder)


def _bm25(documents: Sequence[Document], embedder: Embedder) -> Recipe:  # noqa: ARG001  no vectors
    from eval.peers.bm25 import Bm25Recipe

    return Bm25Recipe(documents)


def _llamaindex(documents: Sequence[Document], embedder: Embedder) -> Recipe:
    from eval.peers.llamaindex import LlamaIndexRecipe

    return LlamaIndexRecipe(documents, embedder)


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ModuleNotFoundError, ValueError):  # its package is absent, or was made so
        return False


PEERS: Mapping[str, Peer] = {
    "langchain": Peer(_langchain, ("langchain_chroma", "langchain_text_splitters"), "peers"),
    "bm25": Peer(_bm25, ("bm25s", "langchain_text_splitters"), "peers"),
    "llamaindex": Peer(_llamaindex, ("llama_index.core",), "llamaindex"),
}
"""Recipes by name; what one needs is imported only when it is built."""
