"""Three small documents, and recipes over them with the real embedding model."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from eval.peers import PEERS, build_recipe, require_peers
from eval.peers.recipe import Recipe, peer_asker
from eval.run import Asker
from rag.embedding import Embedder
from rag.errors import InputError
from rag.models import Document

FILLER = "\n\n".join(
    f"Section {n} deals with the upkeep of footpath number {n}. Its benches were painted."
    for n in range(60)
)
TEXTS = {
    "port": f"{FILLER}\n\nIn 2023 the port handled 49.158 million TEUs.  It was a record!\n",
    "parks": f"Parks\n\nThe city opened 120 new   parks last year.\n{FILLER}",
    "notes": "Gong Zheng chaired the meeting. 市长主持会议。会议讨论了预算。",
}


@pytest.fixture(scope="session")
def documents() -> list[Document]:
    return [
        Document(name, f"{name}.txt", name.title(), text, "0" * 64) for name, text in TEXTS.items()
    ]


@pytest.fixture(scope="session")
def built(documents: list[Document], embedder: Embedder) -> Callable[..., Asker]:
    """The named recipe over the documents, built once."""
    recipes: dict[str, Recipe] = {}

    def build(name: str, sentences: int = 1) -> Asker:
        if name not in recipes:
            recipes[name] = build_recipe(name, documents, embedder)
        return peer_asker(name, recipes[name], sentences)

    return build


@pytest.fixture(params=PEERS)
def name(request: pytest.FixtureRequest) -> str:
    try:
        require_peers([request.param])
    except InputError as error:
        pytest.skip(str(error))
    return str(request.param)


@pytest.fixture
def asker(name: str, built: Callable[..., Asker]) -> Asker:
    return built(name)
