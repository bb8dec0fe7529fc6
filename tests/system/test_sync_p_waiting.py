"""P5, P7: nothing is ever dropped for waiting, however long and however often it failed; and whoever waits
does it as the registry asks, each at a moment of its own."""

import contextlib
import email.utils
import json
import os
import re
import shutil
import subprocess
import time

import pytest

from clock_kit import Clock
from fault_proxy import CUT, UP, Fault, FaultProxy
from front_kit import Front, busy
from registry_kit import BIN, Reply
from sync_kit import SyncKiosk
from sync_scene import NAME, make_kiosk, make_registry  # noqa: F401

UNSHARE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
DISK = """mount -t tmpfs -o size=32m,mode=0700 tmpfs "$1"; cp -a "$2/." "$1/"
used=$(df --output=used -k "$1" | tail -1); fill=$((32768 * $3 / 100 - used))
head -c ${fill}k /dev/zero >"$1/filler"; shift 3; exec "$@" """


def can_mount():
    return subprocess.run([*UNSHARE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], check=False,
                          capture_output=True).returncode == 0


def on_a_disk(kiosk, percent, *words):
    """Runs `words` where the kiosk's folder is a disk of its own, so full."""
    outside = kiosk.folder.with_name("outside")
    outside.exists() or shutil.copytree(kiosk.folder, outside)
    return subprocess.run([*UNSHARE, "sh", "-euc", DISK, "sh", kiosk.folder, outside, str(percent),
                           *words, "--config", kiosk.folder / "pamit.conf"],
                          capture_output=True, text=True, timeout=60, check=False)


def waits(log):
    return [int(wait) for line in log for wait in re.findall(r"retry_ms=(\d+)", line)]


# ---- P5 ------------------------------------------------------------------------------------------


@pytest.mark.skipif(not can_mount(), reason="needs root or unprivileged user namespaces")
@pytest.mark.parametrize("percent, said, level, code", [
    (45, None, "enough", 1), (52, "<5>pamit-sync SPACE_HALF", "half", 1),
    (82, "<4>pamit-sync SPACE_LITTLE", "little", 1), (96, "<2>pamit-sync SPACE_FULL", "full", 2)])
def test_P5_a_disk_that_fills_is_told_and_nothing_is_dropped(registry, kiosk, percent, said, level, code):
    """At 50, 80 and 95 % of its journal's disk; all entries go up all the same. The officer is told by the
    lane: tests/unit/lane/test_lane_space.c. Without policy there is a finding in any case."""
    head = kiosk.append(30)
    conf = kiosk.configure(interval_s=3600, assume_synced=False)
    conf.write_text(conf.read_text().replace("mode = desk", "mode = training"))
    done = on_a_disk(kiosk, percent, BIN / "pamit-sync", "--once")
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if "SPACE_" in line]
    assert len(told) == (said is not None) and all(said in line for line in told), done.stderr
    assert registry.head(NAME) == (1, head[1] + 1, head[2])
    done = on_a_disk(kiosk, percent, BIN / "pamit", "status", "--json")
    status = json.loads(done.stdout)
    assert done.returncode == code and ("little room" in done.stderr) == (percent > 80), done.stderr
    assert status["space"] == level and abs(status["space_used"] - percent) <= 4


def test_P5_no_entry_is_too_old_and_no_failure_one_too_many(registry, kiosk, tmp_path):
    """Entries of 1969 have waited for 57 years and for a hundred refusals; they go up like any other."""
    clock = Clock(tmp_path)
    clock.set(-57 * 365 * 24 * 3600 * 1000)
    with clock.kiosk():
        head = kiosk.append(10)
    refused = []

    def answer(method, path, body, ask):
        refused.append(path)
        return Reply(500, {}, b"") if len(refused) <= 100 else ask()

    with Front(registry, kiosk, answer) as front:
        kiosk.start(port=front.port, interval_s=3600, backoff_min_ms=10, backoff_max_ms=10)
        kiosk.await_log("SYNC_ONLINE")
    assert len(refused) > 100
    assert registry.head(NAME) == (1, head[1] + 1, head[2])


# ---- P7 ------------------------------------------------------------------------------------------


def test_P7_it_tries_for_ever(registry, kiosk):
    """120 connections end before their first byte; the next one is as good as any."""
    head = kiosk.append(5)
    with FaultProxy(registry.port, [Fault(i, UP, 0, CUT) for i in range(120)]) as proxy:
        kiosk.start(port=proxy.port, interval_s=3600, backoff_min_ms=10, backoff_max_ms=10)
        kiosk.await_log("SYNC_ONLINE")
        assert len(proxy.struck) == 120
    assert registry.head(NAME) == (1, head[1] + 1, head[2])


def test_P7_retry_after_is_honoured_and_spread_over_as_long_again(registry, kiosk):
    """20 kiosks' worth of first waits: none is shorter than was asked for, and they differ."""
    head = kiosk.append(5)
    drawn = []
    with Front(registry, kiosk, lambda *_: busy(40)) as front:
        for _ in range(20):
            done = kiosk.once(port=front.port, backoff_min_ms=100, backoff_max_ms=1000)
            assert done.returncode == 1 and "HTTP 503: come again" in done.stderr
            drawn += waits(done.stderr.splitlines())
    assert len(drawn) == 20
    assert all(40_000 <= wait <= 80_300 for wait in drawn), drawn
    assert max(drawn) - min(drawn) > 10_000, drawn
    assert kiosk.once().returncode == 0
    assert registry.head(NAME) == (1, head[1] + 1, head[2])


def test_P7_retry_after_may_be_a_date(registry, kiosk):
    """Held against the answer's own Date, whatever our clock says: pamit-sync's is hours behind."""
    kiosk.append(1)

    def later(*_):
        return Reply(503, {"Retry-After": email.utils.formatdate(time.time() + 60, usegmt=True)}, b"come again")

    clock = Clock(kiosk.folder)
    clock.set(-12 * 3600 * 1000)
    with Front(registry, kiosk, later) as front, clock.kiosk():
        done = kiosk.once(port=front.port, backoff_min_ms=100, backoff_max_ms=1000)
    assert done.returncode == 1 and "HTTP 503" in done.stderr
    assert len(waits(done.stderr.splitlines())) == 1
    assert all(59_000 <= wait <= 122_300 for wait in waits(done.stderr.splitlines())), done.stderr


def test_P7_a_fleet_whose_lines_are_cut_at_once_comes_back_spread(registry, tmp_path):
    """All of them wait for news when the registry's line goes: each comes back at a moment of its own."""
    with contextlib.ExitStack() as stack:
        fleet = []
        for number in range(8):
            kiosk = SyncKiosk(registry, tmp_path / str(number), f"CGK-03-{number:04}")
            kiosk.append(1)
            proxy = stack.enter_context(FaultProxy(registry.port))
            kiosk.start(port=proxy.port, interval_s=3600, backoff_min_ms=100)
            stack.callback(kiosk.stop)
            fleet.append(proxy)
        for proxy in fleet:
            proxy.await_connections(2)  # one for contacts, one that waits
        for proxy in fleet:
            proxy.break_all()
        for proxy in fleet:
            proxy.await_connections(3)
        back = [proxy.moments[2] for proxy in fleet]
        assert max(back) - min(back) > 0.4, back  # of 30 times backoff_min_ms


def test_P7_new_entries_do_not_shorten_what_the_registry_asked_for(registry, kiosk):
    """While it waits, entries come in; the one request that was answered stays the only one."""
    asked = []

    def answer(method, path, body, ask):
        asked.append(path)
        return busy(900)

    kiosk.append(1)
    with Front(registry, kiosk, answer) as front:
        kiosk.start(port=front.port, interval_s=3600)
        kiosk.await_log("SYNC_PUT_OFF")
        kiosk.append(50)
        kiosk.append(50)
        assert kiosk.stop() == 0
    assert len(asked) == 1
