"""From the reader's bytes to lamps, journal and registry, through the kernel's own drivers."""
import itertools

TICK, REFER = [60], [180, 120, 180, 120, 180]  # sound, pause, sound ... as the screen design guide says
FIRST_HALF = 45  # of a document's bytes: a row
STOP = [150, 100, 150, 100, 150, 250, 150, 100, 150]


def lengths(changes):
    """How long the buzzer sounded and paused by turns, in ms."""
    at = [ms for ms, name, _on in changes if name == "buzzer"]
    return [end - begin for begin, end in zip(at, at[1:])]


def assert_sounds(rig, mark, pattern):
    """The buzzer's first sounds and pauses beyond `mark` are this pattern, by the kernel's time stamps. A machine with
    other work wakes late, never early: each change comes before the next is due, and half of them within 30 ms."""
    rig.lamps.wait(f"{pattern} on the buzzer", lambda changes: len(lengths(changes)) >= len(pattern), mark)
    due = list(itertools.accumulate(pattern, initial=0))
    came = list(itertools.accumulate(lengths(rig.lamps.changes(mark))[:len(pattern)], initial=0))
    begun = min(at - ms for at, ms in zip(came, due))
    late = [at - ms - begun for at, ms in zip(came, due)]
    assert all(ms < length for ms, length in zip(late, pattern)), (late, pattern)
    assert sorted(late)[(len(late) - 1) // 2] < 30, (late, pattern)


def test_nothing_is_lit_from_power_on_until_the_lane_is_ready_and_no_verdict_before_a_document(off):
    off.power_on()
    off.plug()
    told = [line.split()[1] for line in off.log.lines if "pamit-lane " in line]
    assert told.index("READY") < told.index("PANEL_READY")  # no line is taken before
    mark = off.lamps.mark()
    shown = off.scan("siti")  # what was lit before it has been told by now
    verdict_ms = off.lamps.on("green", mark)
    lit = {name for ms, name, on in off.lamps.changes() if on and ms < verdict_ms}
    assert off.lit_before(off.ready_ms("lane")) == set()
    assert lit <= {"white", "buzzer"}  # that there was no reader, that something was read
    off.press(1)
    off.recorded(shown, "CLEARED")


def test_a_scan_lights_the_lamp_and_the_officers_key_records_it(rig):
    assert rig.lamps.lit() == set()
    before = rig.lamps.mark()
    shown = rig.scan("siti")
    assert (shown.verdict, shown.reasons) == ("SESUAI", "R001")
    assert_sounds(rig, before, TICK)
    assert rig.lamps.lit() == {"green"}
    rig.page.wait(rf'"crossing":{{"seq":{shown.seq},.*"result":"SESUAI"')
    rig.press(1)
    rig.recorded(shown, "CLEARED")


def test_a_referral_is_amber_and_recorded_without_green(rig):
    before = rig.lamps.mark()
    shown = rig.scan("budi")
    assert (shown.verdict, shown.reasons) == ("RUJUK", "R010")
    rig.lamps.off("amber", before)  # slowly, on and off
    assert_sounds(rig, before, REFER)
    rig.press(3)
    rig.recorded(shown, "SECONDARY")
    assert "green" not in {name for _ms, name, on in rig.lamps.changes(before) if on}


def test_a_contact_that_bounces_is_one_press(rig):
    shown = rig.scan("laras")
    before = len(rig.page)
    rig.press(1, bounces=8)
    rig.page.wait(r'"number":1,"pressed":false', before)
    rig.recorded(shown, "CLEARED")
    assert rig.presses(before) == [1]


def test_two_buttons_at_once_are_one_decision(rig):
    shown = rig.scan("ratih")
    before = len(rig.page)
    rig.press(1, 3)
    for number in (1, 3):
        rig.page.wait(rf'"number":{number},"pressed":false', before)
    seq = rig.recorded(shown, rig.decided(shown.seq)[1])
    assert sorted(rig.presses(before)) == [1, 3]
    assert rig.verified() == seq


def test_a_button_that_is_stuck_records_once_and_is_told_of(rig):
    before = len(rig.page)
    rig.guest.sh(f"pull down {rig.line_of('button_1')}")
    rig.page.wait(r'"number":1,"pressed":true', before)
    rig.log.wait("pamit-lane BUTTON_STUCK button=1")
    rig.page.wait(r'"notices":\["BUTTON_STUCK"', before)
    shown = rig.scan("bayu")
    rig.press(3)  # the others go on
    rig.recorded(shown, "SECONDARY")
    after = len(rig.page)
    rig.guest.sh(f"pull up {rig.line_of('button_1')}")
    rig.page.wait(r'"notices":\[\]', after)
    assert rig.presses(before) == [1, 3]


def test_the_reader_pulled_out_within_a_document_leaves_nothing_of_it(rig):
    verified = rig.verified()
    before, page, lamps = len(rig.log), len(rig.page), rig.lamps.mark()
    rig.send("hendra", end=FIRST_HALF)
    rig.page.wait('"screen":"READING"', page)
    rig.unplug()
    rig.page.wait('"scanner_ok":false', page)
    rig.lamps.on("white", lamps)
    page = len(rig.page)
    rig.plug()
    rig.page.wait('"scanner_ok":true', page)
    rig.send("hendra", begin=FIRST_HALF)
    rig.log.wait("pamit-lane SCAN_UNREADABLE", before)
    assert rig.count("PRESENTED", before) == 0 and rig.verified() == verified
    shown = rig.scan("hendra")
    assert (shown.verdict, shown.reasons) == ("RUJUK", "R012")
    assert rig.count("PRESENTED", before) == 1
    rig.press(3)
    rig.recorded(shown, "SECONDARY")


def test_a_stop_blinks_red_and_sounds_until_a_key_quiets_it(off):
    off.power_on()
    off.plug()
    before = off.lamps.mark()
    shown = off.scan("rina")
    assert (shown.verdict, shown.reasons.split(",")[0]) == ("TUNDA", "R020")
    off.lamps.off("red", before)  # fast, on and off
    assert_sounds(off, before, STOP)
    off.press(2)
    off.lamps.quiet(1000)  # it blinked twice a second
    assert off.lamps.lit() == {"red"}
    assert off.verified() == shown.seq
    (crossing,) = off.uploaded(shown.seq)
    assert (crossing["result"], crossing["decision"]) == ("RED", None)
