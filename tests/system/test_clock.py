"""The system's clock is set while lane, console and sync run: 30 days either way, 1970, 2099, and back.

The registry's clock is right, being another machine's. other_clock.c is preloaded into the kiosk's
programs; what the kernel says of its clock (disciplined or not, a battery or none) is set with it.
"""
import calendar
import itertools
import json
import time

import cbor2
import pytest

from clock_kit import HOLDOVER, SYNCED, UNKNOWN, Clock
from desk_kit import decide, desk, pamit, registry_head, scan, view
from registry_kit import Registry
from sync_kit import SyncKiosk

DAY_MS = 24 * 3600 * 1000


def until(year_ms):
    return lambda: year_ms - time.time_ns() // 1_000_000


JUMPS = {
    "30 days ahead": lambda: 30 * DAY_MS,
    "30 days back": lambda: -30 * DAY_MS,
    "1970": until(10_000),
    "2099": until(4_070_908_800_000),
}
CERTIFIED_DAYS = 30  # of the registry's certificate, by pki.py


# ---- a counter -----------------------------------------------------------------------------------


class Counter:
    """A desk whose kiosk has a clock of its own."""

    def __init__(self, made, clock):
        self.made, self.clock = made, clock

    def start(self, *names):
        with self.clock.kiosk():
            for name in names:
                self.made.start(name)

    def configure(self, old, new):
        path = self.made.folder / "pamit.conf"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def offline(self):
        self.made.hardware.do("network", "off")
        view(self.made, "offline", lambda v: not v["link"]["online"])

    def sent(self):
        return view(self.made, "everything is acknowledged",
                    lambda v: v["link"]["online"] and v["link"]["unsent"] == 0)

    def quality(self, name):
        return view(self.made, name, lambda v: v["clock_quality"] == name)

    def shown(self, document):
        """The crossing, with its verdict and reasons as one text, and whether green is lit."""
        since = json.loads(self.made.hardware.do("lamps"))["next"]
        crossing = scan(self.made, document, after=getattr(self, "last", 0))
        self.last = crossing["seq"]
        codes = " ".join(reason["code"] for reason in crossing["reasons"])
        colour = {"SESUAI": "green", "RUJUK": "amber", "TUNDA": "red"}[crossing["result"]]
        self.made.page.wait(f"{colour} is lit", lambda s: colour in self.lit(since))
        assert self.lit(since) == {colour}
        return crossing, f"{crossing['result']} {codes}"

    def lit(self, since):
        changes = json.loads(self.made.hardware.do("lamps", since))["changes"]
        return {change["line"] for change in changes
                if change["on"] and change["line"] not in ("buzzer", "white")}

    def refers_by_the_clock(self, document, expected):
        """Whatever else is so, and nothing of what hangs on the day."""
        crossing, verdict = self.shown(document)
        assert verdict == expected
        named = [reason["found"] for reason in crossing["reasons"] if reason["code"] == "R093"]
        assert "clock" in named
        decide(self.made, crossing["seq"], "SECONDARY")

    def clears(self, document, expected):
        crossing, verdict = self.shown(document)
        assert verdict == expected
        return crossing["seq"]

    def entries(self):
        lines = pamit(self.made, "journal", "export", "--entries").splitlines()
        return [json.loads(line) for line in lines]


@pytest.fixture(name="counter")
def fixture_counter(tmp_path):
    clock = Clock(tmp_path)
    with desk(tmp_path / "desk", start=("registry", "desk")) as made:
        counter = Counter(made, clock)
        counter.configure("assume_clock_synced = yes", "assume_clock_synced = no")
        counter.configure("sync_interval_s = 2", "sync_interval_s = 1")
        counter.configure("backoff_max_ms = 2000", "backoff_max_ms = 300")
        yield counter


def first_hours_in_1970(counter):
    """The clock's battery is empty, and the first contact is a while away."""
    counter.made.hardware.do("network", "off")
    counter.clock.set(JUMPS["1970"](), HOLDOVER)
    counter.start("lane", "console", "sync")
    counter.refers_by_the_clock("siti", "RUJUK R093 R093 R093")
    counter.made.hardware.do("network", "on")
    view(counter.made, "data", lambda v: v["link"]["data_as_of_ms"] > 0)
    counter.refers_by_the_clock("suharto", "RUJUK R093 R002")
    counter.refers_by_the_clock("rina", "RUJUK R093 R001")  # R020, if a day were to be gone by
    counter.refers_by_the_clock("rudi", "RUJUK R072 R093 R001")  # TUNDA, if it surely still held
    counter.sent()
    counter.clock.set(0)
    counter.quality("SYNCED")
    decide(counter.made, counter.clears("suharto", "SESUAI R002"), "CLEARED")


def jump_and_back(counter, jump):
    """While a verdict waits for its decision, and off line; then a contact, and the clock is right
    again. That a time server vouches for it makes no difference."""
    counter.offline()
    open_seq = counter.clears("siti", "SESUAI R001")
    counter.clock.set(jump())
    decide(counter.made, open_seq, "CLEARED")
    counter.refers_by_the_clock("suharto", "RUJUK R093 R002")
    counter.made.hardware.do("network", "on")
    counter.sent()
    counter.refers_by_the_clock("siti", "RUJUK R093 R001")
    counter.clock.set(0)
    back_seq = counter.clears("suharto", "SESUAI R002")
    assert counter.made.page.state()["view"]["link"]["online"], "it was a moment ago"
    decide(counter.made, back_seq, "CLEARED")


def killed_in_2099(counter):
    """A lane and a sync that come up under it believe it no more; and no entry of 2099 makes the
    right time look late afterwards."""
    counter.clock.set(JUMPS["2099"]())
    for name in ("sync", "lane"):
        counter.made.processes.kill(name)
    counter.start("lane", "sync")
    counter.refers_by_the_clock("siti", "RUJUK R093 R001")
    counter.sent()
    counter.clock.set(0)
    counter.quality("SYNCED")


def zones(counter):
    """Of a counter that moves: each entry keeps the zone that it was made in."""
    last = "WIB"
    for zone, document in (("WITA", "suharto"), ("WIT", "siti")):
        counter.made.processes.stop("lane")
        counter.configure(f"zone = {last}", f"zone = {zone}")
        counter.start("lane")
        view(counter.made, zone, lambda v, zone=zone: v["zone"] == zone)
        decide(counter.made, counter.shown(document)[0]["seq"], "CLEARED")
        last = zone
    events = [json.loads(line) for line in pamit(counter.made, "journal", "export").splitlines()]
    assert [event["tz"] for event in events[-3:]] == ["WIB", "WITA", "WIT"]
    headers = [cbor2.loads(bytes.fromhex(entry["header"])) for entry in counter.entries()]
    assert [header[7] for header in headers[-3:]] == [8, 9, 9]


def test_no_setting_of_the_clock_reaches_order_chain_verdict_or_sync(counter):
    boot_began_ms = time.time_ns() // 1_000_000 - time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    first_hours_in_1970(counter)
    for jump in JUMPS.values():
        jump_and_back(counter, jump)
    killed_in_2099(counter)
    zones(counter)
    counter.sent()
    pamit(counter.made, "journal", "verify")
    assert pamit(counter.made, "journal", "head").split() == registry_head(counter.made)

    entries = counter.entries()
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    assert {entry["t_utc"][:4] for entry in entries} >= {"1970", "2099"}
    for entry in entries:
        header = cbor2.loads(bytes.fromhex(entry["header"]))
        true_s = (boot_began_ms + header[11]) / 1000
        signed_s, corrected_s = (seconds(entry[key]) for key in ("t_utc", "time_corrected"))
        assert abs(corrected_s - true_s) <= entry["time_corrected_uncertainty_s"] + 1
        assert header[6] // 1000 == signed_s
        wrong = abs(signed_s - true_s) > 3600
        assert (header[8] == UNKNOWN) == wrong, entry


def seconds(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


# ---- pamit-sync alone: the registry's certificate ------------------------------------------------


NUMBERS = itertools.count(1)


@pytest.fixture(name="registry", scope="module")
def fixture_registry(tmp_path_factory):
    with Registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.mark.parametrize("says, jump, quality, refused", [
    ("an empty battery", JUMPS["1970"], UNKNOWN, False),
    ("a month lost", JUMPS["30 days back"], HOLDOVER, False),
    ("a month gained", lambda: (CERTIFIED_DAYS + 1) * DAY_MS, HOLDOVER, False),
    ("a battery that makes times up", JUMPS["2099"], HOLDOVER, False),
    ("a time server that does", JUMPS["2099"], SYNCED, False),
    ("a month gained by the word of a time server", lambda: (CERTIFIED_DAYS + 1) * DAY_MS, SYNCED,
     True),
])
def test_only_a_clock_that_is_vouched_for_ends_a_certificate(registry, tmp_path, says, jump, quality,
                                                             refused):
    kiosk = SyncKiosk(registry, tmp_path / "kiosk", f"CGK-{next(NUMBERS):02}-0001")
    _, seq, _ = kiosk.append(3)
    clock = Clock(tmp_path)
    clock.set(jump(), quality)
    with clock.kiosk():
        done = kiosk.once(assume_synced=False)
    assert done.returncode == (1 if refused else 0), f"{says}: {done.stderr}"
    assert ("validity has expired" in done.stderr) == refused
    if not refused:
        assert kiosk.state()["next"] == seq + 1
