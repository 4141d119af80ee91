from __future__ import annotations

from typing import Any

import pytest

from rag.errors import SettingsError
from rag.settings import Settings, load_settings
from rag.telemetry import _server


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:11434/v1",
        "https://models.example/v1",
        "http://models.example.:8080/a/b/",
        "http://my_host/v1",
        "http://müller.example/v1",
        "http://[::1]:80/v1",
        "http://localhost:/v1",
    ],
)
def test_the_address_of_any_server_is_taken(url: str) -> None:
    settings = load_settings(chat={"base_url": url, "model": "small"})
    assert settings.chat.base_url == url
    assert _server(url)["server.address"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:99999/v1",
        "http://127.0.0.1:0/v1",
        "http://127.0.0.1:http/v1",
        "http://127.0.0.1.1/v1",
        "http://256.0.0.1/v1",
        "http://[::zz]/v1",
        "http://[::1/v1",
        "http://a..b/v1",
        "http:///v1",
        "http://:80/v1",
        "http://a%20b/v1",
        f"http://{'a' * 64}/v1",
        f"http://{'a.' * 130}example/v1",
        "http://models.example/v1?api_key=sk-4711",
        "http://models.example/v1?",
        "http://models.example/v1#sk-4711",
        "http://sk-4711@models.example/v1",
        "http://models.example/v1\n",
        "http://models.example/ v1",
        "http://models.example\\v1",
        "models.example/v1",
    ],
)
def test_an_address_that_cannot_be_or_may_hold_a_key_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(chat={"base_url": url, "model": "small"})
    message = str(caught.value)
    assert "'chat.base_url' is not usable: an address as in http://127.0.0.1:11434/v1" in message
    assert "4711" not in f"{message} {caught.value.__cause__}"


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400", "100000000000000000000"])
@pytest.mark.parametrize(
    ("section", "name"),
    [
        ("chat", "timeout"),
        ("chat", "temperature"),
        ("chat", "kept_answers"),
        ("chat", "context_tokens"),
        ("chat", "answer_tokens"),
        ("local", "start_seconds"),
        ("local", "threads"),
        ("local", "context_tokens"),
    ],
)
def test_a_number_without_bounds_is_refused(
    section: str, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"POLICYQA_{section}__{name}".upper(), value)
    with pytest.raises(SettingsError, match=f"'{section}.{name}' is not usable"):
        load_settings()


def test_the_bounds_leave_room() -> None:
    wide: dict[str, Any] = {
        "chat": {"kept_answers": 1_000_000, "context_tokens": 1_000_000, "answer_tokens": 100_000},
        "local": {"start_seconds": 3600, "threads": 512},
    }
    assert Settings.model_validate(wide).local.start_seconds == 3600
