"""Devices that are not there, go away and come back."""


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
