"""Processes that are killed or hang with a verdict lit, and a machine that hangs."""
import re

import pytest

from lamps import LAMPS
from rig import SERVICES


def assert_dark_until_ready(rig, mark):
    """A lane died beyond `mark` of the lamps, and its successor is ready."""
    put_out_ms, ready_ms = rig.lamps.put_out(mark), rig.ready_ms("lane")
    assert put_out_ms < ready_ms
    assert rig.lit_before(ready_ms, mark, put_out_ms) == set()


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


def left_driven(rig, level):
    """The lane's outputs as a kernel leaves them that keeps what a dead lane had set. gpio-sim lets go of a line with its
    owner, and then it is as it is pulled."""
    rig.guest.sh(f"pull {level} {' '.join(map(str, LAMPS.values()))}")


def stop_lane(rig):
    before = len(rig.log)
    rig.guest.sh("rm /run/lane.wanted; kill -9 $(pid lane)")
    rig.log.wait("init: STOPPED process=lane", before)


def serve_again(rig):
    before = len(rig.log)
    left_driven(rig, "down")
    rig.start("lane")
    rig.log.wait("pamit-lane SCANNER_OPEN", before)


def test_what_a_dead_lane_left_driven_is_put_out(rig):
    left_driven(rig, "up")
    lit = rig.lamps.mark()
    stop_lane(rig)
    assert rig.lamps.lit() == set(LAMPS)  # as lines are that nobody holds
    rig.lamps.put_out(lit)
    put_out = [name for _ms, name, on in rig.lamps.changes(lit) if not on]
    assert sorted(put_out[-10:]) == sorted(2 * list(LAMPS))  # taken dark, and dark before they are let go
    serve_again(rig)


def dark(rig, config, code):
    """What `pamit-lane --dark` says, and each output as it set it last."""
    mark = rig.lamps.mark()
    said = rig.guest.sh(f"pamit-lane --dark --config {config}", code)
    rig.guest.sh("echo told >/sys/kernel/tracing/trace_marker")
    rig.lamps.stream.wait("tracing_mark_write: told", mark)
    return said, {name: on for _ms, name, on in rig.lamps.changes(mark)}


def test_the_dark_command_puts_out_lamps_by_the_level_that_is_dark(rig):
    stop_lane(rig)
    left_driven(rig, "up")
    assert dark(rig, "/data/pamit.conf", 0) == ("", dict.fromkeys(LAMPS, False))
    rig.guest.sh("cd /data; sed 's/^lamps_active_low = no/lamps_active_low = yes/' panel.conf >low-panel.conf; "
                 "sed 's/^board = .*/board = low-panel.conf/' pamit.conf >low.conf; cd /")
    left_driven(rig, "down")
    assert dark(rig, "/data/low.conf", 0) == ("", dict.fromkeys(LAMPS, True))
    serve_again(rig)


def test_the_dark_command_puts_out_the_others_where_a_line_is_held(rig):
    stop_lane(rig)
    left_driven(rig, "up")
    rig.guest.sh("echo $(($(cat /run/base) + 27)) >/sys/class/gpio/export")
    said, set_to = dark(rig, "/data/pamit.conf", 1)
    rig.guest.sh("echo $(($(cat /run/base) + 27)) >/sys/class/gpio/unexport")
    assert re.search(r"GPIO27 \(lamp amber\) is in use by sysfs", said)
    assert set_to == dict.fromkeys(set(LAMPS) - {"amber"}, False)
    serve_again(rig)


def test_a_machine_that_hangs_is_ended_by_the_watchdog_and_the_next_boot_serves(off):
    off.power_on()
    off.plug()
    seq = off.cross("budi", 3)
    off.guest.sh("watchdog -T 4 -t 1 /dev/watchdog")
    off.guest.sh("kill -STOP $(pidof watchdog)")
    off.ended()
    off.power_on()
    assert off.verified() >= seq
    off.plug()
    shown = off.scan("agus")
    assert off.lit_before(off.ready_ms("lane")) == set()
    off.press(3)
    off.recorded(shown, "SECONDARY")
