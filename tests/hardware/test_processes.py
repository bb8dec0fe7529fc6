"""Processes that are killed or hang with a verdict lit, and a machine that hangs."""
import pytest

from lamps import LAMPS
from rig import SERVICES


def assert_dark_until_ready(rig, mark):
    """A lane died beyond `mark` of the lamps, and its successor is ready."""
    put_out_ms, ready_ms = rig.lamps.put_out(mark), rig.ready_ms("lane")
    assert put_out_ms < ready_ms
    lit = {name for ms, name, on in rig.lamps.changes(mark) if on and put_out_ms < ms < ready_ms}
    assert lit <= {"white"}  # the new one's, whose word comes a moment later to who stamps it


@pytest.mark.parametrize("name, document", [("lane", "agus"), ("sync", "hendra"), ("console", "galih")])
def test_a_killed_process_takes_nothing_with_it(rig, name, document):
    shown = rig.scan("budi" if name == "lane" else document)
    before, mark = len(rig.log), rig.lamps.mark()
    rig.guest.sh(f"kill -9 $(pid {name})")
    rig.log.wait(f"init: ENDED process={name} code=137", before)
    rig.log.wait(f"pamit-{name} READY", before)
    if name == "lane":  # what was undecided is replaced by the same document, scanned again
        rig.log.wait("pamit-lane SCANNER_OPEN", before)
        assert_dark_until_ready(rig, mark)
        shown = rig.scan(document)
    rig.press(3)
    rig.recorded(shown, "SECONDARY")


def test_a_hung_lane_is_ended_by_its_watchdog(off):
    off.power_on(services=())
    off.guest.sh("watchdog_s=4")
    off.start(*SERVICES)
    off.plug()
    shown = off.scan("budi")
    before, mark = len(off.log), off.lamps.mark()
    off.guest.sh("kill -STOP $(pid lane)")
    off.log.wait("init: WATCHDOG program=pamit-lane", before)
    off.log.wait("init: ENDED process=lane", before)
    off.log.wait("pamit-lane SCANNER_OPEN", before)
    assert_dark_until_ready(off, mark)
    assert off.verified() >= shown.seq
    shown = off.scan("agus")
    off.press(3)
    off.recorded(shown, "SECONDARY")


def test_what_a_dead_lane_left_driven_is_put_out(rig):
    """gpio-sim lets go of a line with its owner; other kernels keep it as it was. So the command is
    asked itself."""
    rig.guest.sh("rm /run/lane.wanted")
    before, lit = len(rig.log), rig.lamps.mark()
    rig.guest.sh("kill -9 $(pid lane)")
    rig.log.wait("init: STOPPED process=lane", before)
    put_out = [name for _ms, name, on in rig.lamps.changes(lit) if not on]
    assert sorted(put_out[-10:]) == sorted(2 * list(LAMPS))  # taken dark, and dark before they are let go
    rig.start("lane")
    rig.log.wait("pamit-lane SCANNER_OPEN", before)


def test_a_machine_that_hangs_is_ended_by_the_watchdog_and_the_next_boot_serves(off):
    off.power_on()
    off.plug()
    seq = off.cross("budi", 3)
    off.guest.sh("watchdog -T 4 -t 1 /dev/watchdog")
    off.guest.sh("kill -STOP $(pidof watchdog)")
    off.ended()
    off.power_on(services=())
    assert off.lamps.lit() == set()
    off.start(*SERVICES)
    assert off.verified() >= seq
    off.plug()
    shown = off.scan("agus")
    off.press(3)
    off.recorded(shown, "SECONDARY")
