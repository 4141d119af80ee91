"""Open data sets in their own formats: files in, documents and cases out. No data is shipped."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from eval.formats.chunking import read_chunking
from eval.formats.outside import Outside, Reader
from eval.formats.rgb import NOISE_PERCENTS, read_rgb
from eval.formats.squad import read_squad

FORMATS: Mapping[str, Reader] = {
    "squad2": read_squad,
    "chunking": read_chunking,
    "rgb": read_rgb,
    **{f"rgb-noise-{share}": partial(read_rgb, noise=share) for share in NOISE_PERCENTS},
    "rgb-rejection": partial(read_rgb, noise=100),
}
"""Readers by the name of their format."""

__all__ = ["FORMATS", "Outside", "Reader"]
