from __future__ import annotations

import pytest

from ui.etags import etag_of, is_current

TAG = etag_of("a")


def test_a_tag_is_quoted_and_of_all_its_parts() -> None:
    assert TAG[0] == TAG[-1] == '"'
    assert etag_of("a", "b") == etag_of("a", b"b")
    assert len({etag_of("ab"), etag_of("a", "b"), etag_of("", "ab"), etag_of("ab", "")}) == 4


@pytest.mark.parametrize(
    "header",
    ["*", " * ", TAG, f"W/{TAG}", f'"other", {TAG}', f'W/"other",W/{TAG}', f'"a,b", {TAG}'],
)
def test_a_named_tag_is_current(header: str) -> None:
    assert is_current(header, TAG)


@pytest.mark.parametrize(
    "header", ["", '"other"', TAG.strip('"'), TAG[:-1], "**", f'"x{TAG[1:]}', '"*"', ",,", "W/"]
)
def test_nothing_else_is(header: str) -> None:
    assert not is_current(header, TAG)
