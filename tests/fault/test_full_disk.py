"""A full disk: no verdict, no green, a named fault; and when there is room again the counter serves.

The lane gets a small file system of its own (tmpfs in a mount namespace) for its journal, which is
then really filled. Making one needs root or unprivileged user namespaces; where there is neither the
test is skipped and says so.
"""
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

from desk_kit import PROGRAMS, decide, desk, pamit, scan, view, wait_for_data  # noqa: E402

UNSHARE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]


def can_mount():
    probe = subprocess.run([*UNSHARE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], check=False,
                           capture_output=True)
    return probe.returncode == 0


def start_lane_on_small_disk(made):
    """The lane, its journal moved to a tmpfs of 600 KiB that only it and /proc/PID/root see."""
    folder = made.folder / "lane"
    shutil.copytree(folder, made.folder / "outside")
    with contextlib.closing(sqlite3.connect(made.folder / "outside" / "journal.db")) as journal:
        # An old WAL has room for entries that need no new block: begin without one.
        journal.execute("pragma wal_checkpoint(truncate)")
    script = ('mount -t tmpfs -o size=600k,mode=0700 tmpfs "$1"; cp -a "$1/../outside/." "$1/"; '
              'shift; exec "$@"')
    since = len(made.processes.events)
    process = made.processes.start(
        "lane", *UNSHARE, "sh", "-euc", script, "sh", folder, PROGRAMS / "pamit-lane", "--config",
        made.folder / "pamit.conf")
    made.processes.wait("lane", "READY", since=since)
    return pathlib.Path(f"/proc/{process.pid}/root{folder}"), since


def fill(disk):
    """Writes until the last byte is taken."""
    with open(disk / "filler", "wb", buffering=0) as filler:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError:
                continue


@contextlib.contextmanager
def counter_on_small_disk(folder):
    """A desk whose lane writes to the small disk: (desk, disk, index of its first event)."""
    with desk(folder) as made:
        wait_for_data(made)
        made.processes.stop("lane")
        disk, since = start_lane_on_small_disk(made)
        view(made, "ready with data", lambda v: v["scanner_ok"] and v["link"]["data_as_of_ms"] > 0)
        yield made, disk, since


def lit(made):
    lamps = json.loads(made.hardware.do("lamps"))
    return {name for name, on in lamps["lamps"].items() if on}


small_disk = pytest.mark.skipif(not can_mount(),
                                reason="needs root or unprivileged user namespaces")


@small_disk
def test_on_a_full_disk_nobody_is_judged(tmp_path):
    with counter_on_small_disk(tmp_path / "desk") as (made, disk, since):
        fill(disk)
        before = json.loads(made.hardware.do("lamps"))["next"]
        made.hardware.do("scan", "siti")
        shown = view(made, "the storage fault", lambda v: v["screen"] == "STORAGE")
        assert shown["crossing"] is None
        changes = json.loads(made.hardware.do("lamps", before))["changes"]
        assert not any(change["line"] == "green" and change["on"] for change in changes)

        (disk / "filler").unlink()
        made.processes.wait("lane", "JOURNAL_RECOVERED", since=since)
        assert scan(made, "siti")["result"] == "SESUAI"


@small_disk
def test_a_full_disk_shows_no_verdict_and_recovers_by_itself(tmp_path):
    with counter_on_small_disk(tmp_path / "desk") as (made, disk, since):
        first = scan(made, "siti")
        fill(disk)

        made.page.post("/action", {"seq": first["seq"], "decision": "CLEARED", "role": "OFFICER"})
        shown = view(made, "the storage fault", lambda v: v["screen"] == "STORAGE")
        assert shown["crossing"] is None and shown["recorded"] is None
        assert "green" not in lit(made)

        (disk / "filler").unlink()
        made.processes.wait("lane", "JOURNAL_RECOVERED", since=since)
        again = view(made, "the verdict again", lambda v: v["screen"] == "VERDICT")
        assert again["crossing"]["seq"] == first["seq"]
        recorded = decide(made, first["seq"], "CLEARED")

        shutil.copytree(disk, made.folder / "copy")
        made.processes.stop("lane")
        shutil.copytree(made.folder / "copy", made.folder / "lane", dirs_exist_ok=True)
        pamit(made, "journal", "verify")
        events = [json.loads(line) for line in
                  pamit(made, "journal", "export", "--format", "jsonl").splitlines()]
        mine = [e for e in events if e["event_id"]["seq"] == first["seq"]]
        assert mine[0]["decision"] == "CLEARED" and recorded > first["seq"]


@small_disk
def test_who_comes_to_a_full_disk_does_not_get_the_green_of_the_last(tmp_path):
    with counter_on_small_disk(tmp_path / "desk") as (made, disk, since):
        first = scan(made, "siti")
        fill(disk)
        made.page.post("/action", {"seq": first["seq"], "decision": "CLEARED", "role": "OFFICER"})
        view(made, "the storage fault", lambda v: v["screen"] == "STORAGE")
        before = json.loads(made.hardware.do("lamps"))["next"]
        made.hardware.do("scan", "suharto")
        made.processes.wait("lane", "SCAN_IGNORED", since=since)

        (disk / "filler").unlink()
        made.processes.wait("lane", "JOURNAL_RECOVERED", since=since)
        ready = view(made, "a counter that serves", lambda v: v["screen"] == "READY")
        assert ready["undecided_seq"] == first["seq"]
        changes = json.loads(made.hardware.do("lamps", before))["changes"]
        assert not any(change["line"] == "green" and change["on"] for change in changes)
        assert scan(made, "suharto")["seq"] > first["seq"]
