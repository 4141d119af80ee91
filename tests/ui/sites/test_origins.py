from __future__ import annotations

import re
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.sites.origins import OriginError, is_unprotected, parse_origin

AS_BROWSERS_SEND = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[1-9][0-9]{0,4})?")
LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True).filter(
    lambda label: label[2:4] != "--"
)


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("https://example.org", "https://example.org"),
        ("HTTPS://Example.ORG/", "https://example.org"),
        ("  https://www.example.org:443 ", "https://www.example.org"),
        ("https://example.org:8443", "https://example.org:8443"),
        ("https://example.org:08443", "https://example.org:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://straße.example", "https://xn--strae-oqa.example"),
        ("https://例え.テスト", "https://xn--r8jz45g.xn--zckzah"),
        ("https://192.0.2.7", "https://192.0.2.7"),
        ("https://[2001:DB8:0::1]:443", "https://[2001:db8::1]"),
        ("http://localhost:80", "http://localhost"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://10.1.2.3", "http://10.1.2.3"),
        ("http://intranet", "http://intranet"),
        ("http://shop.localhost:8123", "http://shop.localhost:8123"),
        ("http://wiki.lan", "http://wiki.lan"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(given_: str, kept: str) -> None:
    assert parse_origin(given_) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "*",
        "https://*",
        "https://*.example.org",
        "example.org",
        "//example.org",
        "https://",
        "https:///",
        "https:example.org",
        "https://example.org/path",
        "https://example.org//",
        "https://example.org?q",
        "https://example.org#a",
        "https://user@example.org",
        "https://user:word@example.org",
        "https://example.org\\@evil.example",
        "https://example.org%2f.evil.example",
        "https://exa mple.org",
        "https://exam\nple.org",
        "https://exam\tple.org",
        "https://exam\u200bple .org",
        "https://example.org.",
        "https://.example.org",
        "https://example..org",
        "https://example.org:",
        "https://example.org:0",
        "https://example.org:65536",
        "https://example.org:999999",
        "https://example.org:+443",
        "https://example.org:４４３",
        "https://-example.org",
        "https://exa_mple.org",
        "https://1.2.3",
        "https://1.2.3.4.5",
        "https://256.1.1.1",
        "https://2130706433",
        "https://0x7f.0.0.1",
        "https://127.1",
        "https://[::1",
        "https://[example]",
        "https://[1.2.3.4]",
        "https://１２７.0.0.1",
        "http://example.org",
        "http://8.8.8.8",
        "ftp://example.org",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "chrome-extension://abcdef",
        f"https://{'a' * 64}.example",
        "https://" + ".".join(["a" * 60] * 5),
        "https://a.example https://b.example",
        "https://a.example,https://b.example",
    ],
)
def test_what_is_no_origin_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(OriginError) as told:
        parse_origin(text)
    assert "\n" not in str(told.value)


def test_only_pages_without_encryption_are_unprotected() -> None:
    assert is_unprotected("http://localhost")
    assert not is_unprotected("https://localhost")


@given(st.text(max_size=60))
def test_any_text_is_refused_or_made_what_browsers_send(text: str) -> None:
    for tried in (text, f"https://{text}", f"http://{text}"):
        try:
            kept = parse_origin(tried)
        except OriginError:
            continue
        assert AS_BROWSERS_SEND.fullmatch(kept)
        assert parse_origin(kept) == kept


@given(st.lists(LABEL, min_size=2, max_size=4), st.integers(1, 65535))
def test_names_and_ports_survive(labels: list[str], port: int) -> None:
    host = ".".join([*labels, "example"])
    shown = "" if port == 443 else f":{port}"
    assert parse_origin(f"HTTPS://{host.upper()}:{port}") == f"https://{host}{shown}"


@given(st.ip_addresses(v=6))
def test_addresses_are_written_in_one_way(address: object) -> None:
    long = ip_address(str(address)).exploded
    assert parse_origin(f"https://[{long}]") == parse_origin(f"https://[{address}]")
