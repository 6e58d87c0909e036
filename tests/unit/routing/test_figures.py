"""Shares, percentiles and bands, held to the plainest way of working them out."""

from collections import Counter
from datetime import timedelta
from fractions import Fraction
from statistics import median, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.figures import AGES, ANSWERED, MEDIAN, P90, Band, quantile, share


@given(st.lists(st.integers(0, 500_000), min_size=2, max_size=60))
def test_percentiles_of_counts_are_those_of_the_values_one_by_one(values: list[int]) -> None:
    counted = Counter(values)

    assert quantile(counted, MEDIAN) == pytest.approx(median(values))
    assert quantile(counted, P90) == pytest.approx(quantiles(values, n=10, method="inclusive")[-1])


@given(st.lists(st.integers(0, 20), min_size=1, max_size=40), st.fractions(0, 1))
def test_a_percentile_lies_between_the_two_values_at_its_place(values: list[int], at: Fraction) -> None:
    place = at * (len(values) - 1)
    below = sorted(values)[int(place)]
    above = sorted(values)[min(int(place) + 1, len(values) - 1)]

    assert quantile(Counter(values), at) == pytest.approx(float(below + (above - below) * (place - int(place))))


def test_one_value_is_every_percentile_and_nothing_has_none() -> None:
    assert (quantile({42: 1}, MEDIAN), quantile({42: 1}, P90)) == (42, 42)
    assert (quantile({}, MEDIAN), quantile({7: 0}, P90)) == (None, None)


@pytest.mark.parametrize(("part", "among", "found"), [(1, 4, 0.25), (0, 3, 0.0), (0, 0, None), (3, 3, 1.0)])
def test_a_share_of_nothing_is_none_rather_than_zero(part: int, among: int, found: float | None) -> None:
    assert share(part, among) == found


@pytest.mark.parametrize("bands", [ANSWERED, AGES], ids=["answered", "ages"])
def test_bands_follow_each_other_and_the_last_has_no_end(bands: tuple[Band, ...]) -> None:
    ends = [band.until for band in bands]

    assert ends[-1] is None
    limits = [end for end in ends[:-1] if end is not None]
    assert len(limits) == len(bands) - 1
    assert limits == sorted(set(limits))
    assert limits[0] > timedelta(0)
