"""A supervisor sets the clock of a counter that does not know what day it is.

The lane runs as on a machine whose clock nobody disciplines and that has no battery (clock_kit.py).
"""
import datetime
import json

import cbor2
import pytest

from clock_kit import OPERATOR_SET, UNKNOWN, Clock
from desk_kit import decide, desk, pamit, scan, view, wait_for_data

HOUR_MS = 3600 * 1000
HEALTH = 14
AHEAD_MS = 10 * 60 * 1000  # what the supervisor sets is ahead of the system's clock


def configure(folder, *changes):
    path = folder / "pamit.conf"
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def start_lane(made):
    with Clock(made.folder).kiosk():
        made.start("lane")


@pytest.fixture(name="made")
def fixture_made(tmp_path):
    with desk(tmp_path / "desk", start=("registry", "desk")) as made:
        configure(made.folder, ("assume_clock_synced = yes", "assume_clock_synced = no"))
        start_lane(made)
        made.start("console")
        made.start("sync")
        wait_for_data(made)
        yield made


def ask(made, new_ms=None, old_ms=None, ahead_ms=0, role="SUPERVISOR", officer="S-0007"):
    now_ms = made.page.state()["view"]["now_ms"]
    made.page.post("/clock", {"old_ms": now_ms if old_ms is None else old_ms,
                              "new_ms": now_ms + ahead_ms if new_ms is None else new_ms,
                              "role": role, "second_officer_id": officer})


def set_clock(made):
    ask(made, ahead_ms=AHEAD_MS)
    return view(made, "the clock is set", lambda v: v["clock_quality"] == "OPERATOR_SET")


def count(state):
    return (state["refused"] or {}).get("count", 0)


def refusal(made, **what):
    before = count(made.page.state())
    ask(made, **what)
    return made.page.wait("refused", lambda s: count(s) > before)["refused"]["why"]


def entries(made):
    return [json.loads(line) for line in pamit(made, "journal", "export", "--entries").splitlines()]


def header(entry):
    return cbor2.loads(bytes.fromhex(entry["header"]))


def day(text):
    return int(datetime.datetime.fromisoformat(f"{text}T00:00+00:00").timestamp() * 1000)


def test_with_the_clock_set_verdicts_clear_again(made):
    shown = view(made, "unknown", lambda v: v["clock_quality"] == "UNKNOWN")
    assert "CLOCK_UNKNOWN" in shown["notices"] and shown["clock"]["may_set"]
    before = scan(made, "siti")
    assert before["result"] == "RUJUK"
    assert [(r["code"], r["found"]) for r in before["reasons"] if r["code"] == "R093"] == [("R093", "clock")]
    shown = set_clock(made)
    assert "CLOCK_UNKNOWN" not in shown["notices"]
    assert shown["crossing"]["seq"] == before["seq"]  # what was judged stays as it was judged
    assert shown["crossing"]["result"] == "RUJUK"
    after = scan(made, "siti", after=before["seq"])
    assert after["result"] == "SESUAI"
    decide(made, after["seq"], "CLEARED")


def test_the_word_is_recorded_before_it_is_gone_by(made):
    before = scan(made, "siti")["seq"]
    set_clock(made)
    said = made.processes.wait("lane", "CLOCK_SET")
    after = scan(made, "siti", after=before)["seq"]
    rows = {header(entry)[4]: entry for entry in entries(made)}
    word = int(said.detail("seq"))
    assert before < word < after
    old, new = header(rows[word]), header(rows[after])
    assert old[5] == HEALTH and old[8] == UNKNOWN
    assert new[8] == OPERATOR_SET and new[9] == 60
    payload = cbor2.loads(bytes.fromhex(rows[word]["payload"]))
    assert payload[1] == "clock" and payload[3] == "P-0001" and payload[6] == "S-0007"
    assert payload[4] - old[6] == pytest.approx(AHEAD_MS, abs=2000)
    # From then on the entries' wall is that word, carried on by CLOCK_BOOTTIME, to the millisecond.
    assert abs((new[6] - payload[4]) - (new[11] - old[11])) <= 1
    assert "entries" in pamit(made, "journal", "verify")


def test_a_lane_that_starts_again_in_this_boot_still_knows(made):
    set_clock(made)
    made.processes.stop("lane")
    start_lane(made)
    system_ms = view(made, "again", lambda v: v["clock_quality"] == "OPERATOR_SET")["now_ms"]
    now_ms = datetime.datetime.now().timestamp() * 1000
    assert system_ms - now_ms == pytest.approx(AHEAD_MS, abs=5000)
    assert scan(made, "siti")["result"] == "SESUAI"


# what is asked, why it is refused
REFUSALS = [
    ("an officer", dict(role="OFFICER"), "NOT_ALLOWED"),
    ("nobody", dict(officer=""), "NOT_ALLOWED"),
    ("the officer as the supervisor", dict(officer="P-0001"), "SAME_OFFICER"),
    ("what was asked long ago", dict(old_ms=day("2026-01-01")), "STALE"),
    ("of a time not yet shown", dict(old_ms=day("2099-01-01")), "STALE"),
    ("1970", dict(new_ms=0), "TIME_PAST"),
    ("two hours ago, likewise", dict(ahead_ms=-2 * HOUR_MS), "TIME_PAST"),
    ("in two hours, by what the registry has said", dict(ahead_ms=2 * HOUR_MS), "TIME_FUTURE"),
    ("2099", dict(new_ms=day("2099-01-01")), "TIME_FUTURE"),
    ("the end of time", dict(new_ms=2**63 - 1), "TIME_FUTURE"),
    ("before all time", dict(new_ms=-2**63), "TIME_PAST"),
]


def test_what_does_not_count_is_refused_with_its_reason(made):
    said = [(says, refusal(made, **what)) for says, what, _ in REFUSALS]
    assert said == [(says, why) for says, _, why in REFUSALS]
    assert made.page.state()["view"]["clock_quality"] == "UNKNOWN"
    assert HEALTH not in [header(entry)[5] for entry in entries(made)]


def test_a_clock_that_the_network_sets_needs_no_word(tmp_path):
    with desk(tmp_path / "desk", start=("desk", "lane", "console")) as made:
        shown = view(made, "synced", lambda v: v["clock_quality"] == "SYNCED")
        assert not shown["clock"]["may_set"]
        assert refusal(made) == "TIME_SYNCED"


def test_a_live_counter_knows_no_supervisor(tmp_path):
    with desk(tmp_path / "desk", start=("desk",)) as made:
        configure(made.folder, ("assume_clock_synced = yes", "assume_clock_synced = no"),
                  ("mode = desk", "mode = live"), (f"desk_port = {made.ports['desk_port']}", "desk_port = 0"))
        start_lane(made)
        made.start("console")
        shown = view(made, "unknown", lambda v: v["clock_quality"] == "UNKNOWN")
        assert not shown["clock"]["may_set"]
        assert refusal(made) == "NOT_ALLOWED"
