from __future__ import annotations

import os
from pathlib import Path
from typing import Any, get_args

import pytest

from rag.confidence import load_models
from rag.errors import SettingsError
from rag.settings import Evidence, Settings, SplitSettings, load_settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and no variable of the developer's own."""
    for name in [n for n in os.environ if n.upper().startswith("POLICYQA_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str) -> None:
    (folder / "policyqa.toml").write_text(text, encoding="utf-8")


def refused(**overrides: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(**overrides)
    return str(caught.value)


def is_one_sentence(message: str) -> bool:
    return message.endswith(".") and ". " not in message and "\n" not in message


def test_the_defaults_are_usable() -> None:
    settings = load_settings()
    assert settings.index_dir == Path(".policyqa/index")
    assert 0 < settings.answer.threshold < 1


@pytest.mark.parametrize(
    ("overrides", "key"),
    [
        ({"bogus": 1}, "bogus"),
        ({"answer": {"treshold": 0.5}}, "answer.treshold"),
        ({"answer": {"threshold": 1.01}}, "answer.threshold"),
        ({"answer": {"threshold": -0.01}}, "answer.threshold"),
        ({"answer": {"threshold": "high"}}, "answer.threshold"),
        ({"answer": {"engine": "magic"}}, "answer.engine"),
        ({"answer": 3}, "answer"),
        ({"split": {"passage_words": 171}}, "split.passage_words"),
        ({"split": {"passage_words": 19}}, "split.passage_words"),
        ({"retrieval": {"candidates": 0}}, "retrieval.candidates"),
        ({"retrieval": {"weights": {"dense": -0.1}}}, "retrieval.weights.dense"),
        ({"retrieval": {"weights": {"dense": float("inf")}}}, "retrieval.weights.dense"),
        ({"retrieval": {"weights": {"sparse": 1}}}, "retrieval.weights.sparse"),
        ({"rank": {"candidates": 101}}, "rank.candidates"),
        ({"server": {"port": 65536}}, "server.port"),
        ({"embedding": {"threads": 0}}, "embedding.threads"),
    ],
)
def test_an_unusable_setting_is_named_in_one_sentence(overrides: dict[str, Any], key: str) -> None:
    message = refused(**overrides)
    assert f"The setting '{key}' is not usable" in message
    assert is_one_sentence(message)


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ("bogus = 1", "'bogus'"),
        ("[answer]\nbogus = 1", "'answer.bogus'"),
        ("[answer]\nthreshold = 9", "'answer.threshold'"),
        ("answer = 3", "'answer'"),
        ("[answer\n", "policyqa.toml"),
        ("threshold = = 2", "policyqa.toml"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(elsewhere: Path, toml: str, key: str) -> None:
    write(elsewhere, toml)
    message = refused()
    assert key in message
    assert is_one_sentence(message)


def test_a_file_that_is_not_utf8_is_refused(elsewhere: Path) -> None:
    (elsewhere / "policyqa.toml").write_bytes(b"\xff\xfe\x00")
    assert "policyqa.toml does not parse" in refused()


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("POLICYQA_ANSWER__THRESHOLD", "5", "'answer.threshold'"),
        ("POLICYQA_ANSWER__BOGUS", "1", "'answer.bogus'"),
        ("POLICYQA_SERVER__PORT", "http", "'server.port'"),
        ("POLICYQA_ANSWER", "{x", '"answer"'),
    ],
)
def test_a_bad_variable_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, key: str
) -> None:
    monkeypatch.setenv(name, value)
    message = refused()
    assert key in message
    assert "policyqa.toml does not parse" not in message
    assert is_one_sentence(message)


def test_nested_variables_reach_their_section(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYQA_ANSWER__THRESHOLD", "0.6")
    monkeypatch.setenv("POLICYQA_RANK__READER", "false")
    monkeypatch.setenv("POLICYQA_INDEX_DIR", "elsewhere")
    settings = load_settings()
    assert (settings.answer.threshold, settings.rank.reader) == (0.6, False)
    assert settings.index_dir == Path("elsewhere")
    assert settings.answer.sentences == Settings.model_fields["answer"].default.sentences


def test_arguments_win_over_variables_which_win_over_the_file(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(elsewhere, "[answer]\nthreshold = 0.1\nsentences = 2\nnearest = 7\n")
    assert load_settings().answer.threshold == 0.1
    monkeypatch.setenv("POLICYQA_ANSWER__THRESHOLD", "0.2")
    monkeypatch.setenv("POLICYQA_ANSWER__SENTENCES", "4")
    assert load_settings().answer.threshold == 0.2
    answer = load_settings(answer={"threshold": 0.3}).answer
    assert (answer.threshold, answer.sentences, answer.nearest) == (0.3, 4, 7)


def test_one_ranking_at_least_must_count() -> None:
    message = refused(retrieval={"weights": {"dense": 0, "sentence": 0, "lexical": 0}})
    assert "'retrieval.weights' is not usable: one of dense, sentence and lexical" in message
    assert is_one_sentence(message)
    two_off = load_settings(retrieval={"weights": {"dense": 0, "sentence": 0}})
    assert two_off.retrieval.weights.lexical == 1.0


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().answer.threshold = 0.9  # type: ignore[misc]


def test_the_splitter_version_changes_with_what_is_cut() -> None:
    assert SplitSettings(passage_words=100).version != SplitSettings(passage_words=120).version


def test_every_setting_is_described() -> None:
    for name, field in Settings.model_fields.items():
        section = field.annotation
        inner = getattr(section, "model_fields", None)
        if inner is None:
            assert field.description, name
        else:
            assert section is not None
            assert section.__doc__, name
            assert all(f.description for f in inner.values()), name


def test_all_evidence_that_weighs_can_be_switched_off() -> None:
    weighed = {name for model in load_models().values() for name in model.weights}
    assert weighed - {"reader"} <= set(get_args(Evidence)), "name new evidence in rag/settings.py"
    for name in get_args(Evidence):
        assert load_settings(rank={"without": [name]}).rank.without == (name,)
    assert "rank.without" in refused(rank={"without": ["moonlight"]})


def test_the_engine_writes_only_where_a_model_is_set() -> None:
    chat = {"base_url": "http://127.0.0.1:11434/v1", "model": "small"}
    assert load_settings().engine == "extractive"
    assert load_settings(chat=chat).engine == "generative"
    assert load_settings(chat=chat, answer={"engine": "extractive"}).engine == "extractive"
    assert load_settings(chat=chat, answer={"engine": "generative"}).engine == "generative"
    assert "chat.base_url must be set" in refused(answer={"engine": "generative"})
    assert "chat.model" in refused(chat={"base_url": "http://127.0.0.1:11434/v1"})


def test_a_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYQA_CHAT__API_KEY", "sk-secret-4711")
    settings = load_settings()
    assert settings.chat.api_key is not None
    assert settings.chat.api_key.get_secret_value() == "sk-secret-4711"
    shown = [repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump())]
    assert not any("4711" in text for text in shown)
    message = refused(chat={"api_key": "sk-secret-4711", "api_key_file": "key"})
    assert "not both" in message
    assert "4711" not in message
    with pytest.raises(SettingsError) as caught:
        load_settings(chat={"timeout": "sk-secret-4711"})
    assert "4711" not in f"{caught.value} {caught.value.__cause__}"


@pytest.mark.parametrize("url", ["127.0.0.1:11434", "ftp://host/v1", "http://me:pass@host/v1", ""])
def test_the_address_of_a_model_must_be_plain(url: str) -> None:
    assert "'chat.base_url' is not usable" in refused(chat={"base_url": url, "model": "small"})
