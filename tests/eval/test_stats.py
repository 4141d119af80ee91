from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from eval.resample import Values
from eval.stats import (
    MANY,
    MEAN,
    MEDIAN,
    P95,
    RARE,
    SHARE,
    Interval,
    Statistic,
    flip_p,
    holm,
    least_p,
    mean_interval,
    median_ratio,
    percentile,
    share_interval,
    wilson,
)

STATISTICS = {"share": SHARE, "mean": MEAN, "median": MEDIAN, "p95": P95}
numbers = st.floats(0, 1000, width=32)
samples = st.lists(numbers, min_size=1, max_size=30).map(lambda found: np.array(found, float))
pairs = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=15).map(
    lambda found: tuple(np.array(found, float).T)
)


def yes_no(yes: int, no: int) -> Values:
    return np.array([1.0] * yes + [0.0] * no)


def changes(gained: int, lost: int, same: int = 0) -> Values:
    return np.array([1.0] * gained + [-1.0] * lost + [0.0] * same)


def covered(draw: Callable[[], Values], statistic: Statistic, truth: float) -> float:
    """How often the interval of a fresh sample holds the truth."""
    found = [statistic.interval(draw()) or Interval(1, 0) for _ in range(400)]
    return sum(low - 1e-9 <= truth <= high + 1e-9 for low, high in found) / 400


def test_percentiles_are_values_that_occurred() -> None:
    values = np.array([5.0, 1.0, 3.0, 2.0, 4.0])
    assert [percentile(values, share) for share in (0.0, 0.5, 0.95, 1.0)] == [1, 3, 5, 5]
    assert percentile(np.array([7.0]), 0.95) == 7.0


@pytest.mark.parametrize("n", [20, 40, 60, 100, 140, 1000])
def test_a_percentile_is_not_pushed_up_by_a_rounding_error(n: int) -> None:
    assert percentile(np.arange(1.0, n + 1), 0.95) == 95 * n // 100
    assert percentile(np.arange(1.0, n + 1), 0.55) == 55 * n // 100


@given(samples, st.sampled_from([0.05, 0.5, 0.95]))
def test_a_percentile_is_the_least_value_with_so_many_at_or_below(
    values: Values, share: float
) -> None:
    found = percentile(values, share)
    assert found in values
    assert (values <= found).mean() >= share - 1e-9
    assert (values < found).mean() < share


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_is_that_of_scipy(case: tuple[int, int]) -> None:
    expected = scipy.stats.binomtest(*case).proportion_ci(method="wilson")
    assert wilson(*case) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_none_or_all_of_the_cases_still_leave_doubt() -> None:
    # 3.8415 / (10 + 3.8415), by hand.
    assert share_interval(yes_no(0, 10)) == pytest.approx((0, 0.27753), abs=1e-5)
    assert share_interval(yes_no(10, 0)) == pytest.approx((0.72247, 1), abs=1e-5)
    assert share_interval(np.ones(10)) == share_interval(yes_no(10, 0))


def test_a_common_share_gets_the_bootstrap_interval() -> None:
    values = yes_no(60, 40)
    reference = scipy.stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=9999, rng=np.random.default_rng(5)
    ).confidence_interval
    assert share_interval(values) == pytest.approx(tuple(reference), abs=0.011)


def test_the_rule_for_rare_shares_hardly_shows_where_it_ends() -> None:
    below, above = (share_interval(yes_no(yes, 200)) for yes in (RARE - 1, RARE))
    assert below
    assert above
    assert above.high - above.low == pytest.approx(below.high - below.low, rel=0.15)


def test_a_mean_gets_the_interval_that_scipy_gives() -> None:
    values = np.random.default_rng(1).gamma(2, 30, 60)
    reference = scipy.stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=9999, rng=np.random.default_rng(5)
    ).confidence_interval
    assert mean_interval(values) == pytest.approx(tuple(reference), rel=0.03)


def test_of_very_many_values_the_interval_is_as_long_as_the_resampled_one() -> None:
    values = np.random.default_rng(2).exponential(5, MANY)
    resampled = mean_interval(values)
    normal = mean_interval(np.append(values, values.mean()))
    assert normal == pytest.approx(resampled, rel=0.01)
    assert normal != resampled


def test_the_interval_of_a_percentile_is_what_resampling_comes_to() -> None:
    values = np.random.default_rng(3).exponential(10, 101)
    random = np.random.default_rng(4)
    for statistic in (MEDIAN, P95):
        drawn = [statistic.value(random.choice(values, 101)) for _ in range(4000)]
        found = statistic.interval(values)
        assert found
        places = [
            np.searchsorted(np.sort(values), x)
            for x in (*found, *np.quantile(drawn, (0.025, 0.975)))
        ]
        assert abs(places[0] - places[2]) <= 1
        assert abs(places[1] - places[3]) <= 1


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(6)
    for share in (0.5, 0.8, 0.95):
        draw = lambda share=share: (random.random(40) < share).astype(float)  # noqa: E731
        assert covered(draw, SHARE, share) > 0.915
    assert covered(lambda: random.exponential(1, 80), MEAN, 1.0) > 0.90
    assert covered(lambda: random.exponential(1, 80), MEDIAN, math.log(2)) > 0.92
    assert covered(lambda: random.exponential(1, 200), P95, math.log(20)) > 0.90
    assert covered(lambda: random.normal(0, 1, 80), MEAN, 0.0) < 0.99, "too long to be of use"


@pytest.mark.parametrize("name", STATISTICS)
@given(values=samples)
def test_an_interval_holds_the_value_and_lies_within_what_was_seen(
    name: str, values: Values
) -> None:
    statistic = STATISTICS[name]
    found = statistic.interval(values)
    if len(values) < 2:
        assert found is None
        return
    assert found
    assert found.low <= statistic.value(values) <= found.high
    if not np.isin(values, (0, 1)).all():
        assert values.min() - 1e-3 <= found.low <= found.high <= values.max() + 1e-3


@pytest.mark.parametrize("name", STATISTICS)
def test_the_same_values_give_the_same_result_whatever_came_before(name: str) -> None:
    random = np.random.default_rng(8)
    before, after, other = random.random((3, 37))
    statistic = STATISTICS[name]
    first = statistic.interval(before), statistic.effect(before, after)
    statistic.effect(other, before)
    statistic.interval(other[:5])
    assert (statistic.interval(before), statistic.effect(before, after)) == first


@pytest.mark.parametrize(
    ("gained", "lost", "p"),
    [
        (0, 0, 1.0),
        (0, 1, 1.0),
        (0, 5, 2 / 2**5),
        (0, 6, 2 / 2**6),
        (0, 9, 2 / 2**9),
        (9, 0, 2 / 2**9),
        (1, 7, 2 * (1 + 8) / 2**8),
        (2, 10, 2 * (1 + 12 + 66) / 2**12),
        (5, 5, 1.0),
    ],
)
def test_mcnemars_p_is_the_one_computed_by_hand(gained: int, lost: int, p: float) -> None:
    same = 20
    before = np.array([0.0] * gained + [1.0] * lost + [1.0] * same)
    after = before + changes(gained, lost, same)
    assert SHARE.effect(before, after).p == pytest.approx(p)


def test_signs_of_a_few_changes_are_all_tried() -> None:
    # Of 8 sums of +-0.1 +-0.2 +-0.4, two reach 0.7 and four reach 0.5 in size.
    assert flip_p(np.array([0.1, 0.2, 0.4])) == 2 / 8
    assert flip_p(np.array([-0.1, 0.2, 0.4, 0.0])) == 4 / 8


def test_many_signs_are_tried_at_random_and_come_to_the_same() -> None:
    found = np.random.default_rng(9).normal(0.25, 1, 40)
    reference = scipy.stats.permutation_test(
        (found,),
        np.sum,
        permutation_type="samples",
        n_resamples=20000,
        rng=np.random.default_rng(5),
    ).pvalue
    assert 0.02 < reference < 0.5
    assert flip_p(found) == pytest.approx(reference, abs=0.02)


@pytest.mark.parametrize("name", ["share", "mean"])
def test_a_rounding_error_is_no_change(name: str) -> None:
    assert STATISTICS[name].effect(np.full(12, 0.3), np.full(12, 0.1 + 0.2)).p == 1.0


@given(st.integers(1, 30))
def test_the_least_p_is_that_of_changes_all_one_way(n: int) -> None:
    assert flip_p(changes(n, 0)) == pytest.approx(least_p(n))


@pytest.mark.parametrize("name", STATISTICS)
def test_a_test_seldom_sees_a_difference_where_there_is_none(name: str) -> None:
    random = np.random.default_rng(10)
    alarms = sum(
        STATISTICS[name].effect(*random.gamma(4, 5, (2, 30))).p <= 0.05 for _ in range(150)
    )
    assert alarms <= 15


@pytest.mark.parametrize("name", STATISTICS)
def test_a_difference_that_is_there_is_found(name: str) -> None:
    before = np.random.default_rng(11).gamma(9, 3, 60)
    effect = STATISTICS[name].effect(before, before * 1.5)
    assert effect.p < 0.001
    assert effect.interval
    assert effect.interval.low > 0


def test_intervals_of_a_paired_difference_cover_the_truth() -> None:
    random = np.random.default_rng(12)
    for gain, loss in ((0.02, 0.02), (0.05, 0.10), (0.2, 0.1)):
        hits = 0
        for _ in range(300):
            drawn = random.random(80)
            gained, lost = drawn < gain, (drawn >= gain) & (drawn < gain + loss)
            found = SHARE.effect(lost.astype(float), gained.astype(float)).interval
            hits += bool(found) and found.low <= gain - loss <= found.high
        assert hits / 300 > 0.91


@pytest.mark.parametrize("name", STATISTICS)
@given(both=pairs)
def test_exchanging_the_runs_mirrors_the_effect(name: str, both: tuple[Values, Values]) -> None:
    there, back = (STATISTICS[name].effect(*order) for order in (both, both[::-1]))
    assert there.p == pytest.approx(back.p, abs=0.03)
    assert 0 < there.p <= 1
    if len(both[0]) < 2:
        assert there.interval is back.interval is None
    else:
        assert there.interval
        assert back.interval
        assert there.interval == pytest.approx((-back.interval.high, -back.interval.low), abs=1e-3)


@pytest.mark.parametrize("name", STATISTICS)
def test_equal_runs_do_not_differ(name: str) -> None:
    values = np.random.default_rng(13).gamma(9, 3, 40)
    effect = STATISTICS[name].effect(values, values)
    assert effect.p == 1.0
    assert effect.interval
    assert effect.interval.low <= 0 <= effect.interval.high


def test_shares_that_did_not_change_may_still_differ_a_little() -> None:
    effect = SHARE.effect(yes_no(30, 10), yes_no(30, 10))
    assert effect.interval
    # Half a case gained and half a case lost, of 42: 1.96 x 1 / 42.
    assert effect.interval == pytest.approx((-0.046666, 0.046666), abs=1e-5)


def test_a_paired_interval_stays_within_what_a_share_can_change() -> None:
    effect = SHARE.effect(np.zeros(3), np.ones(3))
    assert effect.interval
    assert effect.interval.high == 1.0


def test_more_cases_than_fit_one_block_are_compared() -> None:
    before = np.random.default_rng(14).gamma(9, 3, 5000)
    effect = P95.effect(before, before * 1.2)
    assert effect.interval
    change = P95.value(before) * 0.2
    assert effect.interval.low < change < effect.interval.high
    assert effect.p == pytest.approx(1 / 2001)


def test_a_ratio_of_medians_knows_how_sure_it_is() -> None:
    before = np.random.default_rng(15).gamma(9, 3, 50)
    ratio, interval = median_ratio(before, before * 2)
    assert ratio == pytest.approx(2)
    assert interval
    assert interval.low <= 2 <= interval.high
    assert median_ratio(np.array([2.0]), np.array([3.0])) == (1.5, None)


def test_holms_p_values_are_those_computed_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_only_raises_p_values_and_keeps_their_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(p <= q <= 1 for p, q in zip(p_values, adjusted, strict=True))
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    in_order = [adjusted[i] for i in order]
    assert in_order == sorted(in_order)
    if p_values:
        assert min(adjusted) == min(1.0, len(p_values) * min(p_values))
