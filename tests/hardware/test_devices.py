"""Devices that are not there, go away, come back, and fall silent."""
import re

from lamps import LAMPS, PANEL
from rig import Rig

ASK = b"C\x00\x01\x01"  # the elyctis profile's command, and the reader's answer
# What an FTDI adapter is told (the kernel's drivers/usb/serial/ftdi_sio.h), request type and number in one.
SET_MODEM_CTRL, SET_DATA = 0x4001, 0x4004
DTR, RTS = 1, 2
EIGHT_NONE, SEVEN_EVEN = 0x0008, 0x0207


def adapter(rig):
    """How the adapter was set up last, by its own account: speed, data bits with parity and stop bits, raised lines."""
    told = (rig.guest.folder / "qemu.log").read_text()
    speed = int(re.findall(r"usb_serial_set_baud .* baud rate (\d+)", told)[-1])
    data = raised = None
    for request, value in re.findall(r"usb_serial_handle_control .*control (0x\w+), value (0x\w+)", told):
        request, value = int(request, 16), int(value, 16)
        if request == SET_MODEM_CTRL:  # which lines, and how they are to be
            raised = (raised or 0) & ~(value >> 8) | value & value >> 8
        elif request == SET_DATA:
            data = value
    return speed, data, raised


def is_near(speed, wanted):
    """As near as the adapter's divisor comes."""
    return abs(speed - wanted) < wanted / 100


def test_without_lamps_and_reader_at_boot_it_waits_for_both(off):
    off.power_on(append="rig.no_chip")
    off.log.wait(r"pamit-lane PANEL_FAILED why=\"pamit-counter: no gpiochip with this label")
    off.log.wait(r"pamit-lane SCANNER_GONE why=\"/dev/serial/by-id/usb-reader: ")
    off.plug()
    shown = off.scan("siti", lit=False)  # judged, recorded and on the page without a lamp
    assert shown.verdict == "SESUAI"
    off.page.wait(rf'"crossing":{{"seq":{shown.seq},.*"result":"SESUAI"')
    before = off.lamps.mark()
    off.guest.sh("chip_add")
    off.log.wait("pamit-lane PANEL_READY")
    off.lamps.on("green", before)
    off.press(1)
    off.recorded(shown, "CLEARED")


def test_lamps_that_are_on_when_low_are_high_until_one_is_lit(tmp_path):
    """As the board's table says. The kernel's own reading, so `lit` are those that are high."""
    low = tmp_path / "panel.conf"
    low.write_text(PANEL.read_text().replace("lamps_active_low = no", "lamps_active_low = yes"))
    off = Rig(tmp_path / "rig", files={"panel.conf": low})
    try:
        off.power_on()
        off.plug()
        assert off.lamps.lit() >= set(LAMPS) - {"white"}
        mark = off.lamps.mark()
        shown = off.scan("siti", lit=False)
        off.lamps.off("green", mark)
        off.lamps.quiet(200)  # the kernel traces a line before it sets it
        assert set(LAMPS) - off.lamps.lit() == {"green"}
        first = dict(reversed([(name, on) for _ms, name, on in off.lamps.changes()]))
        assert first == dict.fromkeys(LAMPS, True)  # as they were taken
        off.press(1)
        off.recorded(shown, "CLEARED")
    finally:
        off.close()


def test_the_chip_pulled_out_and_back(rig):
    before = len(rig.log)
    rig.guest.sh("chip_remove")
    rig.log.wait("pamit-lane PANEL_FAILED", before)
    shown = rig.scan("budi", lit=False)
    at = rig.lamps.mark()
    rig.guest.sh("chip_add")
    rig.log.wait("pamit-lane PANEL_READY", before)
    rig.lamps.on("amber", at)
    rig.press(3)
    rig.recorded(shown, "SECONDARY")


def test_a_green_whose_minute_ended_while_the_chip_was_away_is_not_lit_again(rig):
    shown = rig.scan("siti")
    assert shown.verdict == "SESUAI"
    before = len(rig.log)
    rig.guest.sh("chip_remove")
    rig.log.wait("pamit-lane PANEL_FAILED", before)
    rig.guest.sh("usleep 61000000")
    at = rig.lamps.mark()
    rig.guest.sh("chip_add")
    rig.log.wait("pamit-lane PANEL_READY", before)
    rig.press(3)  # what is cleared is green once more
    rig.recorded(shown, "SECONDARY")
    rig.lamps.wait("the press heard", lambda changes: "buzzer" in {name for _ms, name, on in changes if on}, at)
    assert "green" not in {name for _ms, name, on in rig.lamps.changes(at) if on}


def test_the_reader_again_and_again(rig):
    for document in ("galih", "fitri", "ratih"):
        rig.unplug()
        rig.plug()
        shown = rig.scan(document)
        rig.press(3)
        rig.decided(shown.seq)
    rig.recorded(shown, "SECONDARY")


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
    rig.log.wait("pamit-lane SCANNER_OPEN", before)
    shown = rig.scan("eko")
    rig.press(3)
    rig.recorded(shown, "SECONDARY")


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
    shown = rig.scan("dimas")
    rig.press(3)
    rig.recorded(shown, "SECONDARY")


def test_a_reader_that_owes_an_answer_is_quiet_on_lamp_and_page(tmp_path):
    off = Rig(tmp_path, scanner={"scanner_profile": "elyctis"})
    try:
        off.power_on()
        off.plug()
        off.guest.hear(ASK)
        speed, data, raised = adapter(off)
        assert is_near(speed, 115200) and (data, raised) == (EIGHT_NONE, DTR | RTS)
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
        before, mark = len(off.log), off.lamps.mark()
        off.guest.scanner.sendall(b"I" + len(text).to_bytes(2, "big") + text)
        shown = off.presented(before)
        assert shown.verdict == "SESUAI"
        off.lamps.on("green", mark)
        off.guest.hear(ASK)  # armed for the next
        off.press(1)
        off.recorded(shown, "CLEARED")
    finally:
        off.close()


def test_a_reader_is_set_up_as_the_configuration_says_at_each_plugging(tmp_path):
    off = Rig(tmp_path, scanner={"scanner_baud": 1200, "scanner_data_bits": 7, "scanner_parity": "even",
                                 "scanner_dtr": "off", "scanner_rts": "off"})
    try:
        off.power_on()
        for _ in range(2):
            off.plug()
            speed, data, raised = adapter(off)
            assert is_near(speed, 1200) and (data, raised) == (SEVEN_EVEN, 0)
            off.unplug()
        off.plug()
        text = "".join(f"{line}\r" for line in off.documents["siti"]).encode()
        before, mark = len(off.log), off.lamps.mark()
        off.guest.scanner.sendall(bytes(byte | (byte.bit_count() & 1) << 7 for byte in text))
        shown = off.presented(before)
        assert shown.verdict == "SESUAI"
        off.lamps.on("green", mark)
        off.press(1)
        off.recorded(shown, "CLEARED")
    finally:
        off.close()
