from __future__ import annotations

from pathlib import Path

import pytest

from rag.chat_key import read_key
from rag.errors import SettingsError
from rag.settings import ChatSettings

KEY = "sk-secret-4711"


def test_the_key_comes_from_the_file_if_it_is_named(tmp_path: Path) -> None:
    file = tmp_path / "key"
    settings = ChatSettings(api_key_file=file)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_key(settings)
    file.write_text(" \n")
    with pytest.raises(SettingsError, match="is empty"):
        read_key(settings)
    file.write_bytes(f"\ufeff{KEY}\r\n".encode())
    assert read_key(settings) == KEY


def test_blanks_around_the_key_of_the_variable_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POLICYQA_CHAT__API_KEY", f"\t{KEY}\n")
    from rag.settings import load_settings

    assert read_key(load_settings().chat) == KEY


def test_without_a_key_local_servers_get_a_placeholder() -> None:
    assert read_key(ChatSettings()) == "none"
    assert read_key(ChatSettings(api_key="")) == "none"  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["sk-sécret", "sk-se\ncret", "sk-se\x00cret", "sk-\u200bsecret"])
def test_a_key_that_cannot_be_sent_is_refused_and_not_repeated(key: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(key, encoding="utf-8")
    variants = [ChatSettings(api_key_file=file), ChatSettings(api_key=key)]  # type: ignore[arg-type]
    for settings, named in zip(variants, ("The key file", "chat.api_key"), strict=True):
        with pytest.raises(SettingsError, match=named) as caught:
            read_key(settings)
        assert "sk-" not in str(caught.value)
        assert str(caught.value).endswith("put the key alone in it.")


def test_a_blank_key_is_refused() -> None:
    with pytest.raises(SettingsError, match="is empty"):
        read_key(ChatSettings(api_key=" \n"))  # type: ignore[arg-type]
