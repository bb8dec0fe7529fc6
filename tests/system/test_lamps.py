"""What the lamps say, read back from the simulated panel: never more than the journal holds."""
import json
import subprocess
import time

import cbor2
import pytest

from desk_kit import PROGRAMS, decide, desk, pamit, past_deafness, scan, view, wait_for_data

DEAF_S = 0.4  # BUTTON_DEAF_MS of the lane
KEY_BOOT_TIME = 11


@pytest.fixture(name="made", scope="module")
def fixture_made(tmp_path_factory):
    with desk(tmp_path_factory.mktemp("lamps") / "desk") as made:
        wait_for_data(made)
        yield made


def lamps(made):
    return json.loads(made.hardware.do("lamps"))


def lit_since(made, number):
    """The lamps that came on since change `number`, in order."""
    changes = json.loads(made.hardware.do("lamps", number))["changes"]
    return [change["line"] for change in changes if change["on"] and change["line"] != "buzzer"]


def ready(made):
    made.page.post("/dismiss", {})
    view(made, "ready", lambda v: v["screen"] == "READY" and v["scanner_ok"])
    return lamps(made)["next"]


def test_green_is_lit_after_the_verdict_is_durable_and_again_when_it_is_recorded(made):
    before, since = ready(made), len(made.processes.events)
    crossing = scan(made, "siti")
    presented = made.processes.wait("lane", "PRESENTED",
                                    lambda e: e.detail("seq") == str(crossing["seq"]))
    assert presented.detail("verdict") == "SESUAI"
    made.processes.wait("desk", "DESK_LAMP", lambda e: e.detail("lamp") == "green", since=since)
    assert lit_since(made, before) == ["green"]
    decide(made, crossing["seq"], "CLEARED")
    assert set(lit_since(made, before)) == {"green"}


def test_a_recorded_referral_lights_no_green(made):
    before = ready(made)
    decide(made, scan(made, "agus")["seq"], "SECONDARY")
    assert "green" not in lit_since(made, before)
    ready(made)


def test_a_recorded_deferral_lights_no_green_and_ends_the_red(made):
    before = ready(made)
    decide(made, scan(made, "dewi")["seq"], "DEFERRED", supervisor=True)
    assert set(lit_since(made, before)) == {"red"}
    assert not lamps(made)["lamps"]["red"]


def test_pulling_the_scanner_shows_white_and_lights_nothing_again(made):
    ready(made)
    decide(made, scan(made, "siti")["seq"], "CLEARED")
    made.page.wait("green's own end", lambda s: not lamps(made)["lamps"]["green"])
    before = lamps(made)["next"]
    made.hardware.do("scanner", "off")
    view(made, "no scanner", lambda v: not v["scanner_ok"])
    made.page.wait("white for a moment", lambda s: "white" in lit_since(made, before))
    assert "green" not in lit_since(made, before)
    made.hardware.do("scanner", "on")
    ready(made)


def ms_to_the_next_entry(made, seq):
    """By the clock that nobody sets."""
    lines = pamit(made, "journal", "export", "--entries", "--from", seq).splitlines()
    times = [cbor2.loads(bytes.fromhex(json.loads(line)["header"]))[KEY_BOOT_TIME]
             for line in lines[:2]]
    return times[1] - times[0]


def test_a_press_in_a_verdicts_first_moment_counts_for_nobody(made):
    """Where the press came later, on a busy machine, the journal shows that it did."""
    ready(made)
    seq = scan(made, "suharto")["seq"]
    made.hardware.do("press", 1)
    begun = time.monotonic()
    made.page.wait("keys that hear", lambda s: time.monotonic() - begun > DEAF_S)
    shown = made.page.state()["view"]
    if shown["screen"] == "VERDICT":
        decide(made, seq, "CLEARED")
    else:
        assert ms_to_the_next_entry(made, seq) >= 1000 * DEAF_S


def test_button_1_records_a_departure_and_button_3_a_referral(made):
    ready(made)
    for document, button, decision in (("siti", 1, "CLEARED"), ("budi", 3, "SECONDARY")):
        seq = scan(made, document)["seq"]
        past_deafness(made, seq)
        made.hardware.do("press", button)
        shown = view(made, "recorded", lambda v: v["screen"] == "RECORDED")
        assert (shown["crossing"]["seq"], shown["recorded"]["decision"]) == (seq, decision)
        ready(made)


def test_no_button_and_no_scan_ends_a_stop_nor_does_a_killed_lane(made):
    ready(made)
    seq = scan(made, "dewi")["seq"]
    for button in (1, 2, 3, 4):
        made.hardware.do("press", button)
    made.hardware.do("scan", "siti")
    made.processes.wait("lane", "SCAN_IGNORED")
    assert made.page.state()["view"]["crossing"]["seq"] == seq

    made.processes.kill("lane")
    assert not any(lamps(made)["lamps"].values())
    made.start("lane")
    again = view(made, "the stop again", lambda v: v["screen"] == "VERDICT")
    assert (again["crossing"]["seq"], again["crossing"]["result"]) == (seq, "TUNDA")
    assert again["crossing"]["document"]["number"] == "X0000002"
    view(made, "the panel", lambda v: v["panel_ok"] and v["scanner_ok"])
    decide(made, seq, "DEFERRED", supervisor=True)


def test_lamps_are_put_out_without_a_lane_and_a_chip_that_is_not_there_is_named(tmp_path):
    with desk(tmp_path / "desk", start=("desk",)) as made:
        command = [PROGRAMS / "pamit-lane", "--dark", "--config", made.folder / "pamit.conf"]
        with open(made.folder / "pamit.conf", "a", encoding="utf-8") as config:
            config.write("[kiosk]\nmode = broken\n")  # what ends a lane must not keep its lamps lit
        subprocess.run(command, check=True, timeout=60)
        set_to = json.loads(made.hardware.do("lamps"))["lamps"]
        assert not any(set_to.values())
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1 and "PANEL_FAILED" in done.stderr and "gpio.sock" in done.stderr


def test_a_stale_click_is_refused_and_records_nothing(made):
    ready(made)
    old = scan(made, "agus")["seq"]
    new = scan(made, "siti", after=old)["seq"]
    since = len(made.processes.events)
    made.page.post("/action", {"seq": old, "decision": "SECONDARY", "role": "OFFICER"})
    refused = made.processes.wait("lane", "ACTION_REFUSED", since=since)
    assert refused.detail("why") == "STALE"
    shown = made.page.state()["view"]
    assert shown["crossing"]["seq"] == new and shown["undecided_seq"] == old
    decide(made, new, "CLEARED")


def test_an_officer_alone_can_not_clear_a_referral(made):
    ready(made)
    seq = scan(made, "agus")["seq"]
    since = len(made.processes.events)
    made.page.post("/action", {"seq": seq, "decision": "CLEARED", "role": "OFFICER"})
    refused = made.processes.wait("lane", "ACTION_REFUSED", since=since)
    assert refused.detail("why") == "NOT_ALLOWED"
    decide(made, seq, "SECONDARY")
