"""All settings: described, validated data. Only entry points construct `Settings`.

Values come from arguments, then `POLICYQA_*` environment variables (nested with two underscores,
as in `POLICYQA_ANSWER__THRESHOLD=0.6`), then `policyqa.toml` in the working directory.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as VariableError

from rag.access_settings import AccessSettings
from rag.chat_settings import ChatSettings as ChatSettings
from rag.chat_settings import LocalModelSettings, TraceSettings
from rag.errors import SettingsError
from rag.section import Section
from rag.server_settings import ServerSettings as ServerSettings
from rag.serving_settings import ServingSettings
from rag.site_settings import SiteSettings

SPLITTER_VERSION = "5"
"""Raised with every change to what ingest cuts, so that an older index is rebuilt."""


_PREFIX = "POLICYQA_"
_TESTS = "TEST_CORPUS"
"""Names the folder of original documents for the tests; no setting."""


class EmbeddingSettings(Section):
    """The sentence-transformers model."""

    model: str = Field(
        default="packaged:all-MiniLM-L6-v2",
        description="'packaged:all-MiniLM-L6-v2', a folder, or a hub name (needs a network once).",
    )
    threads: int = Field(default=1, ge=1, description="Torch threads; one is fastest when busy.")
    batch: int = Field(default=32, ge=1, description="Texts embedded at once during ingest.")


class SplitSettings(Section):
    """How sections are cut into passages."""

    passage_words: int = Field(
        default=120, ge=20, le=170, description="Most words of a passage, its heading included."
    )

    @property
    def version(self) -> str:
        """Names the splitter together with the settings that change what it cuts."""
        return f"{SPLITTER_VERSION}/{self.passage_words}"


class WeightSettings(Section):
    """How much each ranking counts when they are fused; 0 switches one off."""

    dense: float = Field(
        default=1.0, ge=0, allow_inf_nan=False, description="Passages of similar meaning."
    )
    sentence: float = Field(
        default=1.0, ge=0, allow_inf_nan=False, description="Passages with one similar sentence."
    )
    lexical: float = Field(
        default=1.0, ge=0, allow_inf_nan=False, description="Passages that share words (BM25)."
    )

    @model_validator(mode="after")
    def _one_must_count(self) -> Self:
        if not (self.dense or self.sentence or self.lexical):
            raise ValueError("one of dense, sentence and lexical must be above 0")
        return self


class RetrievalSettings(Section):
    """Dense and lexical search over passages and their fusion."""

    candidates: int = Field(default=30, ge=1, description="Passages asked of each search.")
    passages: int = Field(default=12, ge=1, description="Passages kept after fusion.")
    rrf_constant: int = Field(
        default=60, ge=1, description="k of reciprocal rank fusion (Cormack et al. 2009)."
    )
    weights: WeightSettings = Field(
        default=WeightSettings(), description="How much each ranking counts in the fusion."
    )


Evidence: TypeAlias = Literal[
    "cosine", "coverage", "around", "pairs", "context", "headed", "passage", "length",
    "period", "setting", "dated", "status", "amount", "kind", "figure",
    "unknown", "names", "foreign", "alien", "margin",
]  # fmt: skip
"""What speaks for or against a sentence, or for or against answering at all, by name."""


class RankSettings(Section):
    """Passages to sentences."""

    reader: bool = Field(default=True, description="Let the trained reader judge the candidates.")
    without: tuple[Evidence, ...] = Field(
        default=(), description="Evidence that does not count, to see what it is worth."
    )
    candidates: int = Field(default=8, ge=1, le=100, description="Most sentences ranked.")
    reader_words: int = Field(
        default=220, ge=0, description="Words the reader reads for a question; bounds its time."
    )


class AnswerSettings(Section):
    """Composing and refusing."""

    engine: Literal["auto", "extractive", "generative"] = Field(
        default="auto",
        description="Which engine; auto writes if chat.base_url is set, else quotes.",
    )
    threshold: float = Field(
        default=0.4, ge=0, le=1, description="Abstain when the confidence is below this."
    )
    sentences: int = Field(default=3, ge=1, le=10, description="Most sentences of an answer.")
    nearest: int = Field(default=3, ge=0, le=20, description="Passages offered when abstaining.")
    question_chars: int = Field(default=2000, ge=10, description="Longest question, characters.")
    spelling: bool = Field(default=True, description="Mend misspelt words of the question.")


class OfficeSettings(Section):
    """What the staff page keeps."""

    keep_days: int = Field(
        default=0,
        ge=0,
        le=36500,
        description="Days after its last question that a conversation is deleted; 0: never.",
    )


class LibrarySettings(Section):
    """What may be uploaded on the staff page."""

    file_mb: int = Field(
        default=128, ge=1, le=1024, description="Largest file; MB (readers take up to 128)."
    )
    total_mb: int = Field(default=4096, ge=1, description="All uploaded files together; MB.")
    files: int = Field(default=2000, ge=1, description="Most uploaded files.")


class Settings(BaseSettings):
    """Everything that can be set; see each section."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_nested_delimiter="__",
        toml_file="policyqa.toml",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    index_dir: Path = Field(default=Path(".policyqa/index"), description="Where the index lives.")
    review_file: Path = Field(
        default=Path(".policyqa/review.sqlite3"), description="Cases that wait for a review."
    )
    answers_file: Path = Field(
        default=Path(".policyqa/answers.sqlite3"),
        description="Written answers that are given again to an equal question.",
    )
    documents_dir: Path = Field(
        default=Path("data/documents"), description="What `policyqa ingest` reads by default."
    )
    office_dir: Path = Field(
        default=Path(".policyqa/office"),
        description="What the staff page keeps: conversations, judgements, uploads, the audit log.",
    )
    runs_dir: Path = Field(
        default=Path("runs"),
        description="Where the page looks for the runs of `policyqa eval --report`.",
    )
    embedding: EmbeddingSettings = EmbeddingSettings()
    split: SplitSettings = SplitSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    rank: RankSettings = RankSettings()
    answer: AnswerSettings = AnswerSettings()
    chat: ChatSettings = ChatSettings()
    local: LocalModelSettings = LocalModelSettings()
    trace: TraceSettings = TraceSettings()
    server: ServerSettings = ServerSettings()
    serving: ServingSettings = ServingSettings()
    access: AccessSettings = AccessSettings()
    office: OfficeSettings = OfficeSettings()
    library: LibrarySettings = LibrarySettings()
    sites: SiteSettings = SiteSettings()

    @model_validator(mode="after")
    def _writing_needs_a_model(self) -> Self:
        if self.answer.engine == "generative" and not self.chat.base_url:
            raise ValueError("answer.engine is generative, so chat.base_url must be set")
        return self

    @property
    def engine(self) -> Literal["extractive", "generative"]:
        """The engine that answers."""
        if self.answer.engine == "auto":
            return "generative" if self.chat.base_url else "extractive"
        return self.answer.engine

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, which wins over `policyqa.toml`."""
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))


def load_settings(**overrides: Any) -> Settings:
    """Read the settings from all sources.

    Raises:
        SettingsError: a key is unknown, a value is out of range, or the file does not parse.
    """
    _refuse_unknown_variables()
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"The setting {key!r} is not usable: {first['msg'].removeprefix('Value error, ')}; "
            "correct it in policyqa.toml or in the POLICYQA_ variables."
        ) from error
    except VariableError as error:
        raise SettingsError(
            f"A POLICYQA_ variable does not parse: {error}; correct or remove it."
        ) from error
    except ValueError as error:
        raise SettingsError(
            f"policyqa.toml does not parse: {error}; correct or remove it."
        ) from error


def _refuse_unknown_variables() -> None:
    """pydantic-settings passes over variables that name no field; a typo must not go unseen."""
    known = {name.upper() for name in Settings.model_fields} | {_TESTS}
    for variable in os.environ:
        if variable.upper().startswith(_PREFIX):
            name = variable.upper().removeprefix(_PREFIX).split("__")[0]
            if name not in known:
                raise SettingsError(
                    f"There is no setting for the variable {variable}; correct or unset it."
                )
