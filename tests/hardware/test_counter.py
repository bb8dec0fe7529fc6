"""From the reader's bytes to lamps, journal and registry, through the kernel's own drivers."""


def sounds(changes):
    """How long the buzzer sounded each time, in ms."""
    at = [ms for ms, name, _on in changes if name == "buzzer"]
    return [round(end - begin) for begin, end in zip(at[::2], at[1::2])]


def test_a_scan_lights_the_lamp_and_the_officers_key_records_it(rig):
    assert rig.lamps.lit() == set()
    before = rig.lamps.mark()
    shown = rig.scan("siti")
    assert (shown.verdict, shown.reasons) == ("SESUAI", "R001")
    rig.lamps.on("green", before)
    assert rig.lamps.lit() - {"buzzer"} == {"green"}
    rig.page.wait(rf'"crossing":{{"seq":{shown.seq},.*"result":"SESUAI"')
    rig.press(1)
    seq, decision = rig.decided(shown.seq)
    assert decision == "CLEARED"
    assert rig.verified() >= seq
    crossing = rig.uploaded(seq)[-1]
    assert (crossing["result"], crossing["decision"]) == ("GREEN", "CLEARED")


def test_a_referral_is_amber_and_recorded_without_green(rig):
    before = rig.lamps.mark()
    shown = rig.scan("budi")
    assert (shown.verdict, shown.reasons) == ("RUJUK", "R010")
    rig.lamps.on("amber", before)
    rig.lamps.off("amber", before)  # slowly, on and off
    rig.press(3)
    seq, decision = rig.decided(shown.seq)
    assert decision == "SECONDARY"
    assert "green" not in {name for _ms, name, on in rig.lamps.changes(before) if on}
    crossing = rig.uploaded(seq)[-1]
    assert (crossing["result"], crossing["decision"]) == ("AMBER", "SECONDARY")


def test_a_contact_that_bounces_is_one_press(rig):
    shown = rig.scan("laras")
    before = len(rig.page)
    rig.press(1, bounces=8)
    rig.page.wait(r'"number":1,"pressed":false', before)
    assert rig.decided(shown.seq)[1] == "CLEARED"
    assert rig.presses(before) == [1]


def test_two_buttons_at_once_are_one_decision(rig):
    shown = rig.scan("ratih")
    before = len(rig.page)
    rig.press(1, 3)
    for number in (1, 3):
        rig.page.wait(rf'"number":{number},"pressed":false', before)
    seq, _decision = rig.decided(shown.seq)
    assert sorted(rig.presses(before)) == [1, 3]
    assert rig.verified() == seq


def test_the_reader_pulled_out_within_a_document_leaves_nothing_of_it(rig):
    verified = rig.verified()
    before = len(rig.log)
    rig.send("agus", rows=1)
    rig.unplug()
    rig.plug()
    assert rig.verified() == verified
    shown = rig.scan("hendra")
    assert (shown.verdict, shown.reasons) == ("RUJUK", "R012")
    assert rig.count("PRESENTED", before) == 1
    rig.press(3)
    rig.decided(shown.seq)


def test_a_stop_blinks_red_and_sounds_until_a_key_quiets_it(off):
    off.power_on()
    off.plug()
    before = off.lamps.mark()
    shown = off.scan("rina")
    assert (shown.verdict, shown.reasons.split(",")[0]) == ("TUNDA", "R020")
    off.lamps.on("red", before)
    off.lamps.off("red", before)
    off.lamps.wait("five pulses", lambda changes: len(sounds(changes)) >= 5, before)
    off.press(2)
    off.lamps.quiet(1000)  # it blinked twice a second
    assert off.lamps.lit() == {"red"}
    assert off.verified() == shown.seq
    (crossing,) = off.uploaded(shown.seq)
    assert (crossing["result"], crossing["decision"]) == ("RED", None)
