"""Devices that are not there, go away, come back, and fall silent."""
import re

from rig import Rig

ASK = b"C\x00\x01\x01"  # the elyctis profile's command, and the reader's answer


def test_without_lamps_and_reader_at_boot_it_waits_for_both(off):
    off.power_on(append="rig.no_chip")
    off.log.wait(r"pamit-lane PANEL_FAILED why=\"pamit-counter: no gpiochip with this label")
    off.log.wait(r"pamit-lane SCANNER_GONE why=\"/dev/serial/by-id/usb-reader: ")
    off.plug()
    shown = off.scan("siti")  # judged, recorded and on the page without a lamp
    assert shown.verdict == "SESUAI"
    before = off.lamps.mark()
    off.guest.sh("chip_add")
    off.log.wait("pamit-lane PANEL_READY")
    off.lamps.on("green", before)
    off.press(1)
    off.decided(shown.seq)


def test_the_chip_pulled_out_and_back(rig):
    before = len(rig.log)
    rig.guest.sh("chip_remove")
    rig.log.wait("pamit-lane PANEL_FAILED", before)
    shown = rig.scan("budi")
    at = rig.lamps.mark()
    rig.guest.sh("chip_add")
    rig.log.wait("pamit-lane PANEL_READY", before)
    rig.lamps.on("amber", at)
    rig.press(3)
    rig.decided(shown.seq)


def test_the_reader_again_and_again(rig):
    for document in ("galih", "fitri", "ratih"):
        rig.unplug()
        rig.plug()
        shown = rig.scan(document)
        rig.press(3)
        rig.decided(shown.seq)


def test_a_line_that_another_program_holds_is_named(rig):
    before = len(rig.log)
    rig.guest.sh("chip_remove")
    rig.log.wait("pamit-lane PANEL_FAILED", before)
    rig.guest.sh("rm /run/lane.wanted; kill $(pid lane)")
    rig.log.wait("init: STOPPED process=lane", before)
    rig.guest.sh("chip_add; echo $(($(cat /run/base) + 27)) >/sys/class/gpio/export")
    rig.start("lane")
    rig.log.wait(r"PANEL_FAILED why=\"pamit-counter: line GPIO27 \(lamp amber\) is in use by sysfs",
                 before)
    rig.guest.sh("echo $(($(cat /run/base) + 27)) >/sys/class/gpio/unexport")
    rig.log.wait("pamit-lane PANEL_READY", before)


def test_a_reader_that_another_program_holds_is_taken_once_it_is_free(rig):
    before = len(rig.log)
    rig.guest.sh("rm /run/lane.wanted; kill $(pid lane)")
    rig.log.wait("init: STOPPED process=lane", before)
    rig.guest.sh("hold /dev/ttyUSB0 >/run/held & holder=$!; until [ -s /run/held ]; do usleep 10000; done")
    rig.start("lane")
    rig.log.wait(r'SCANNER_GONE why="/dev/serial/by-id/usb-reader: in use by another program"', before)
    before = len(rig.log)
    rig.guest.sh("kill $holder")
    rig.log.wait("pamit-lane SCANNER_OPEN", before)


def test_a_reader_that_owes_an_answer_is_quiet_on_lamp_and_page(tmp_path):
    off = Rig(tmp_path, profile="elyctis")
    try:
        off.power_on()
        off.plug()
        off.guest.hear(ASK)
        told = (off.guest.folder / "qemu.log").read_text()  # the adapter, by its driver
        speed = int(re.findall(r"usb_serial_set_baud .* baud rate (\d+)", told)[-1])
        assert abs(speed - 115200) < 1152  # as near as its divisor comes
        mark = off.lamps.mark()
        off.log.wait(r'pamit-lane SCANNER_QUIET why="/dev/serial/by-id/usb-reader: does not answer"')
        off.lamps.on("white", mark)
        off.page.wait(r'"notices":\["SCANNER_QUIET"')
        off.guest.hear(ASK)  # asked again, for ever
        after = len(off.page)
        off.guest.scanner.sendall(ASK)
        off.log.wait("pamit-lane SCANNER_HEARD")
        off.page.wait(r'"notices":\[\]', after)
        text = "".join(off.documents["siti"]).encode()
        off.guest.scanner.sendall(b"I" + len(text).to_bytes(2, "big") + text)
        off.log.wait("pamit-lane PRESENTED .*verdict=SESUAI")
        off.guest.hear(ASK)  # armed for the next
    finally:
        off.close()
