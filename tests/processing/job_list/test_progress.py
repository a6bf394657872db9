from hypothesis import given
from hypothesis import strategies as st

from processing.job_list.progress import (
    MILESTONES,
    ORDER,
    TYPICAL_SECONDS,
    Queue,
    RunState,
    average_seconds,
    overall_percent,
    percent_done,
    remaining_in_words,
    remaining_seconds,
)

AVERAGES = {"store": 5.0, "locate": 1.0, "segment": 10.0, "detect": 60.0, "aggregate": 10.0}


def run(phase: str = "detect", *, waiting: bool = False, status: str = "processing", **fields: float) -> RunState:
    fields = {"queued_at": 100.0, **fields}
    return RunState(status=status, phase=phase, waiting=waiting, **fields)


def test_percent_begins_at_the_milestone_of_each_phase():
    assert [percent_done(run(phase), AVERAGES) for phase in ORDER] == [0, 20, 30, 40, 90]


def test_percent_of_detection_follows_the_tiles():
    percents = [percent_done(run(tiles_done=done, tiles_total=20), AVERAGES) for done in (0, 5, 10, 20)]
    assert percents == [40, 52, 65, 90]


def test_percent_of_detection_without_tiles_follows_the_average():
    assert percent_done(run(seconds_in_phase=30), AVERAGES) == 65


def test_percent_of_a_slow_phase_stops_short_of_its_end():
    assert percent_done(run("store", seconds_in_phase=10_000), AVERAGES) == 19
    assert percent_done(run("aggregate", seconds_in_phase=10_000), AVERAGES) == 98


def test_percent_stands_still_while_waiting():
    assert percent_done(run("locate", waiting=True, seconds_in_phase=500), AVERAGES) == 20


def test_percent_of_a_finished_run_is_100():
    assert percent_done(run("done", status="completed"), AVERAGES) == 100
    assert percent_done(run("store", status="failed"), AVERAGES) == 100


def test_percent_is_below_100_until_the_run_is_closed():
    assert percent_done(run("done"), AVERAGES) == 99


@given(
    phase=st.sampled_from(ORDER),
    seconds=st.lists(st.floats(0, 1e6), min_size=2, max_size=10).map(sorted),
    tiles=st.integers(0, 50),
)
def test_percent_never_goes_back_within_and_between_phases(phase, seconds, tiles):
    moments = [
        percent_done(
            run(phase, seconds_in_phase=second, tiles_done=number if tiles else 0, tiles_total=tiles),
            AVERAGES,
        )
        for number, second in enumerate(seconds)
        if not tiles or number <= tiles
    ]
    assert moments == sorted(moments)
    assert MILESTONES[phase][0] <= moments[0]
    assert moments[-1] <= MILESTONES[phase][1]


def test_remaining_of_a_run_at_work_is_the_rest_of_its_phases():
    assert remaining_seconds(run("segment", seconds_in_phase=5), Queue(averages=AVERAGES)) == 5 + 60 + 10


def test_remaining_of_detection_follows_its_own_pace():
    assert (
        remaining_seconds(run(tiles_done=10, tiles_total=20, seconds_in_phase=200), Queue(averages=AVERAGES))
        == 200 + 10
    )


def test_remaining_of_detection_uses_the_average_until_its_pace_tells():
    assert (
        remaining_seconds(run(tiles_done=0, tiles_total=20, seconds_in_phase=200), Queue(averages=AVERAGES)) == 60 + 10
    )


def test_remaining_of_a_waiting_run_counts_the_work_before_it():
    queue = Queue(
        waiting_since=(90.0, 95.0, 100.0, 110.0), at_work=(run("aggregate", seconds_in_phase=5),), averages=AVERAGES
    )
    waiting = run("locate", waiting=True, queued_at=100.0)
    assert remaining_seconds(waiting, queue) == 5 + 2 * 71 + 81


def test_remaining_of_a_waiting_run_is_shared_by_photos_counted_side_by_side():
    at_work = (run(), run("segment"))
    queue = Queue(waiting_since=(90.0, 95.0, 100.0), at_work=at_work, averages=AVERAGES)
    waiting = run("locate", waiting=True, queued_at=100.0)
    assert remaining_seconds(waiting, queue) == (70 + 80 + 2 * 71) / 2 + 81


def test_averages_are_medians_of_what_was_measured():
    cold = {"store": 100.0, "detect": 30.0, "locate": 900.0}
    assert average_seconds([cold, {"store": 4.0}, {"store": 6.0}]) == {**TYPICAL_SECONDS, "store": 6.0, "detect": 30.0}


def test_first_photos_of_an_installation_are_not_told_hours():
    front = Queue(waiting_since=(1.0, 2.0), further=98, newest=100.0)
    assert [front.count_before(moment) for moment in (1.0, 2.0, 51.0, 100.0, 999.0)] == [0, 1, 51, 100, 100]
    hundred = Queue(waiting_since=tuple(map(float, range(100))))
    last = run("store", waiting=True, status="pending", queued_at=99.0)
    assert remaining_seconds(last, hundred) < 10 * 60


def test_overall_is_the_mean():
    assert overall_percent([100, 65]) == 82.5
    assert overall_percent([]) == 100.0


def test_remaining_in_words_is_a_range():
    words = [remaining_in_words(seconds) for seconds in (0, 5, 30, 60, 120, 180, 600, 7200)]
    assert words == [
        "a few seconds",
        "a few seconds",
        "about 20-50 s",
        "about 40-90 s",
        "about 1-3 min",
        "about 2-5 min",
        "about 8-14 min",
        "about 1-3 h",
    ]
