"""The recipes that a user would otherwise write, to be measured beside the shipped pipeline.

Each answers with the one sentence that is most like the question and never abstains by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from eval.run import Asker
from rag.embedding import Embedder
from rag.errors import InputError
from rag.models import Document

Builder: TypeAlias = Callable[[Sequence[Document], Embedder], Asker]


def build_peer(name: str, documents: Sequence[Document], embedder: Embedder) -> Asker:
    """The named recipe over these documents.

    Raises:
        InputError: there is no such recipe, or what it needs is not installed.
    """
    if name not in PEERS:
        raise InputError(f"There is no peer {name!r}; known are {', '.join(PEERS)}.")
    return PEERS[name](documents, embedder)


def _langchain(documents: Sequence[Document], embedder: Embedder) -> Asker:
    from eval.peers.langchain import LangChainRecipe
    from eval.peers.recipe import peer_asker

    return peer_asker("langchain", LangChainRecipe(documents, embedder))


def _bm25(documents: Sequence[Document], embedder: Embedder) -> Asker:  # noqa: ARG001  no vectors
    from eval.peers.bm25 import Bm25Recipe
    from eval.peers.recipe import peer_asker

    return peer_asker("bm25", Bm25Recipe(documents))


def _llamaindex(documents: Sequence[Document], embedder: Embedder) -> Asker:
    from eval.peers.llamaindex import LlamaIndexRecipe
    from eval.peers.recipe import peer_asker

    return peer_asker("llamaindex", LlamaIndexRecipe(documents, embedder))


PEERS: Mapping[str, Builder] = {
    "langchain": _langchain,
    "bm25": _bm25,
    "llamaindex": _llamaindex,
}
"""Builders by name; what a recipe needs is imported only when it is built."""
