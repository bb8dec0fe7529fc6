"""Bad bytes from the scanner: a clear message, no verdict, and the lane goes on."""
import os
import pty
import tty

import pytest

from desk_kit import desk, scan, view, wait_for_data


@pytest.fixture(scope="module")
def counter(tmp_path_factory):
    with desk(tmp_path_factory.mktemp("bad") / "desk") as made:
        wait_for_data(made)
        yield made


def raw(made, data):
    """Writes bytes to the scanner's line, in runs that fit a command."""
    for at in range(0, len(data), 1500):
        made.hardware.do("scan-raw", data[at:at + 1500].hex())


TD3 = b"P<IDNWIJAYA<<BUDI<<<<<<<<<<<<<<<<<<<<<<<<<<<\r\nX0000099<1IDN9505058M3101012<<<<<<<<<<<<<<<0\r\n"
ROWS = [
    ("a check digit that fails", TD3.replace(b"X0000099<1", b"X0000099<2")),
    ("a month that does not exist", TD3.replace(b"9505058", b"9515051")),
    ("the first line alone", TD3[:46]),
    ("half a second line", TD3[:60]),
    ("a visa, which is no travel document", b"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\r\n"
     b"L8988901C4XXX4009078F96121096ZE184226B<<<<<<\r\n"),
    ("binary garbage", bytes(range(128, 256)) + b"\r\n"),
    ("text that is no document", b"HELLO WORLD\r\n"),
    ("a line far too long", b"A" * 3000 + b"\r\n"),
    ("a lower case document", TD3.lower()),
    ("an identity card of an unsupported layout", b"IDFRABERTHIER<<<<<<<<<<<<<<<<<75C002\r\n"
     b"8806923102858CORINNE<<<<<<<6512068F4\r\n"),
    ("a keyboard with another layout", TD3.replace(b"<", b";")),
    ("a frame that begins and never ends", b"\x02" + TD3[:46] * 50),
    ("characters that the reader could not read", TD3.replace(b"X0000099", b"X00?0099")),
]


def why(unreadable):
    """All that the page can say of it."""
    failing = [place for place, check in (unreadable["checks"] or {}).items() if check == "FAILS"]
    return failing + unreadable["issues"] + [name for name in ("garbage", "visa") if unreadable[name]]


@pytest.mark.parametrize("says,data", ROWS, ids=[row[0] for row in ROWS])
def test_bytes_that_are_no_valid_document_give_no_verdict(counter, says, data):
    since = len(counter.processes.events)
    raw(counter, data)
    shown = view(counter, "not readable", lambda v: v["screen"] == "UNREADABLE")
    assert shown["crossing"] is None and why(shown["unreadable"])
    counter.processes.wait("lane", ("SCAN_UNREADABLE", "SCAN_GARBAGE"), since=since)
    counter.page.post("/dismiss", {})
    view(counter, "ready", lambda v: v["screen"] == "READY")
    assert "PRESENTED" not in {e.name for e in counter.processes.events[since:]}


def test_after_garbage_a_good_document_is_read(counter):
    raw(counter, b"\x00\xff" * 700)
    crossing = scan(counter, "siti")
    assert crossing["result"] == "SESUAI"


def test_ten_megabytes_without_a_line_end_are_one_report_and_then_a_document_is_read(counter):
    counter.hardware.do("scanner", "off")
    view(counter, "no scanner", lambda v: not v["scanner_ok"])
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    link = counter.folder / "scanner"
    link.symlink_to(os.ttyname(theirs))
    os.close(theirs)
    since = len(counter.processes.events)
    try:
        view(counter, "our scanner", lambda v: v["scanner_ok"])
        for _ in range(10 * 1024):
            os.write(ours, b"A" * 1024)
        os.write(ours, b"\r\n" + TD3)
        shown = view(counter, "a verdict", lambda v: v["screen"] == "VERDICT" and
                     v["crossing"]["document"]["number"] == "X0000099")
        assert shown["crossing"]["result"] == "RUJUK"
        counter.processes.wait("lane", "PRESENTED", since=since)
        said = [e for e in counter.processes.events[since:] if e.name == "SCAN_GARBAGE"]
        assert [e.detail("bytes") for e in said] == [str(10 * 1024 * 1024)]
    finally:
        link.unlink()
        os.close(ours)
        counter.hardware.do("scanner", "on")
