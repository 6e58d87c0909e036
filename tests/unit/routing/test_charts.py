"""Charts as geometry."""

import pytest

from routing.charts import BASE, LEFT, LONGEST, SHOWN, TOP, Series, curve, lying, stacked

TWO = [Series("In time", "ok"), Series("Too late", "bad")]


def test_the_pieces_of_a_bar_stand_on_each_other_within_their_slot() -> None:
    drawn = stacked(["08", "09"], TWO, [[3, 1], [0, 0]])

    kept, missed = drawn.bars
    assert (kept.tone, missed.tone) == ("ok", "bad")
    assert kept.y == BASE - kept.height
    assert missed.y + missed.height == pytest.approx(kept.y)
    assert kept.height == pytest.approx(3 * missed.height)
    assert kept.x == missed.x > LEFT
    assert kept.x + kept.width < LEFT + (100 - LEFT) / 2


def test_the_axis_reaches_beyond_the_tallest_bar_in_round_steps() -> None:
    drawn = stacked(["08"], TWO, [[300, 49]])

    assert [line.label for line in drawn.lines] == ["0", "100", "200", "300", "400"]
    assert (drawn.lines[0].at, drawn.lines[-1].at) == (BASE, TOP)
    assert min(bar.y for bar in drawn.bars) > TOP


def test_labels_stand_far_enough_apart_for_a_phone() -> None:
    drawn = stacked([f"{hour:02}" for hour in range(24)], TWO, [[1, 0]] * 24)

    assert [label.label for label in drawn.labels] == ["00", "03", "06", "09", "12", "15", "18", "21"]


def test_a_curve_has_a_gap_where_there_is_no_share() -> None:
    drawn = curve(["<1 m", "<5 m", "<1 h", "<1 d"], [0.2, 0.1, None, 0.05], ["20%", "10%", "–", "5%"])

    first, second, last = drawn.dots
    assert (first.y, second.y) == (TOP, BASE - (BASE - TOP) / 2)
    assert (first.from_x, last.from_x) == (None, None)
    assert (second.from_x, second.from_y) == (first.x, first.y)
    assert [line.label for line in drawn.lines] == ["0%", "5%", "10%", "15%", "20%"]


def test_lying_bars_go_from_left_to_right_the_longest_across_the_whole_width() -> None:
    drawn = lying(["Kim", "Lee"], TWO, [[3, 1], [1, 0]], ["4", "1"])

    kim, lee = drawn.lanes
    assert [(bar.x, bar.width) for bar in kim.bars] == [(0, 75), (75, 25)]
    assert [(bar.x, bar.width) for bar in lee.bars] == [(0, 25)]
    assert (kim.number, lee.number, drawn.more) == ("4", "1", 0)


def test_of_a_pair_each_has_a_bar_of_its_own_the_longest_across_the_whole_width() -> None:
    drawn = lying(["Kim", "Lee"], TWO, [[3, 2], [0, 4]], ["3 of 2", "0 of 4"], is_paired=True)

    kim, lee = drawn.lanes
    assert [(bar.x, bar.width) for bar in kim.bars] == [(0, 75), (0, 50)]
    assert [(bar.x, bar.width) for bar in lee.bars] == [(0, 100)]
    had, exact = kim.bars
    assert had.y + had.height < exact.y < exact.y + exact.height < lee.bars[0].y


def test_shares_lie_on_the_width_of_the_whole() -> None:
    drawn = lying(["Kim"], TWO[:1], [[0.3]], ["30.0%"], least=1)

    assert [bar.width for bar in drawn.lanes[0].bars] == [30]


def test_what_is_too_much_for_a_chart_is_left_to_the_table() -> None:
    labels = ["A name that goes on and on until nobody would read it"] * (SHOWN + 3)

    drawn = lying(labels, TWO[:1], [[1]] * len(labels), ["1"] * len(labels))

    assert (len(drawn.lanes), drawn.more) == (SHOWN, 3)
    assert {len(lane.label) for lane in drawn.lanes} <= set(range(LONGEST + 1))


def test_nothing_at_all_can_be_drawn() -> None:
    assert stacked([], TWO, []).bars == ()
    assert curve(["<1 m"], [None], ["–"]).dots == ()
    assert lying([], TWO, [], []).lanes == ()
