from __future__ import annotations

import numpy as np
import pytest

from eval.resample import RESAMPLES, coins, resamples, weights


@pytest.mark.parametrize("n", [1, 7, 2000])
def test_weights_count_what_the_resamples_drew(n: int) -> None:
    drawn = np.concatenate(list(resamples(n)))
    assert drawn.shape == weights(n).shape == (RESAMPLES, n)
    assert (weights(n).sum(axis=1) == n).all()
    for row in (0, RESAMPLES // 2, RESAMPLES - 1):
        assert (weights(n)[row] == np.bincount(drawn[row], minlength=n)).all()


def test_many_cases_are_drawn_in_blocks_that_fit_memory() -> None:
    sizes = [drawn.shape for drawn in resamples(100_000)]
    assert sum(rows for rows, _ in sizes) == RESAMPLES
    assert max(rows * n for rows, n in sizes) <= 4_000_000


def test_cases_are_drawn_alike_and_anew_for_each_resample() -> None:
    counts = weights(10).sum(axis=0)
    assert counts == pytest.approx(np.full(10, RESAMPLES), rel=0.08)
    assert len(np.unique(weights(10), axis=0)) > RESAMPLES * 0.9


@pytest.mark.parametrize(("n", "times"), [(1, 9), (13, 1000), (3_000_000, 3)])
def test_coins_are_fair(n: int, times: int) -> None:
    tossed = np.concatenate(list(coins(n, times)))
    assert tossed.shape == (times, n)
    assert set(np.unique(tossed)) == {0, 1}
    assert tossed.mean() == pytest.approx(0.5, abs=2.5 / np.sqrt(times * n))


def test_what_is_drawn_can_be_drawn_again() -> None:
    assert (np.concatenate(list(resamples(9))) == np.concatenate(list(resamples(9)))).all()
    with pytest.raises(ValueError, match="read-only"):
        weights(9)[0, 0] = 5
