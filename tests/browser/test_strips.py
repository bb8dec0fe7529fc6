"""The fullest glass: under every strip there is, all of every verdict can be read."""

import itertools

import pytest

import people


@pytest.fixture
def page(glass):
    return glass

FAR = "Meja Pelindungan Pekerja Migran, Terminal B, lantai 2, loket 14"  # as long as a configuration may have it
VERDICTS = {
    "clear": people.clear,
    "refer": people.refer,
    "refer-far": lambda **view: people.refer(refer_to=FAR, **view),
    "unknown": people.unknown,
    "unknown-far": lambda **view: people.unknown(refer_to=FAR, **view),
    "stop": people.stop,
    "return": people.coming_back,
}
STRIPS = dict(people.OFFLINE, undecided_seq=411)
EVERY = dict(STRIPS, seen=people.seen("CLEARED_NOTE"))
SETS = {"live-two": dict(STRIPS, mode="LIVE"), "live-every": dict(EVERY, mode="LIVE"),
        "training-every": dict(EVERY, mode="TRAINING")}
SEQ = itertools.count(600)


def test_the_far_desk_is_the_longest():
    assert len(FAR) == 63


@pytest.mark.parametrize("strips", SETS)
@pytest.mark.parametrize("verdict", VERDICTS)
def test_under_the_strips_a_verdict_can_be_read(page, strips, verdict):
    view = SETS[strips]
    if verdict == "stop" and view["mode"] == "LIVE":
        view = dict(view, allowed_supervisor=[])
    page.show(**VERDICTS[verdict](seq=next(SEQ), **view))
    page.picture_in_both_languages(f"strips-{strips}-{verdict}")
