#!/usr/bin/python3
"""What a kiosk costs while nobody is served: memory, processor and disk of pamit-lane, pamit-sync and pamit-console,
and how long each takes to be ready. Real processes beside a registry, a page that listens, simulated devices.
Prints lines as bench.h says, for tests/bench/run.

    idle.py [--short|--full] [CACHE STORAGE_KEY]

What an hour of idling writes is what the processes write by themselves, with the long polls of a live kiosk, and what
a contact writes as often as an hour has contacts at the preset interval less its jitter, and once the age of the data.
What the file system adds is measured in a guest's disk (tests/hardware/test_measure.py). CACHE is a cache of many
placements with its key; with --full the one of 2.1 million that `tests/bench/run --full check` has kept. With it the
registry is away, since it would replace the cache by its own sample; then only memory is measured.
"""
import contextlib
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "system"))

from desk_kit import PROGRAMS, ROOT, Desk, desk_setup, scan, view  # noqa: E402
from figures import say  # noqa: E402

NAMES = ("lane", "sync", "console")
KEPT = ROOT / "build/bench/bench"  # bench_check's
IDLE_S, MOMENT_S = 150, 2
INTERVAL_S, JITTER = 3600, 10  # kiosk_config.c, sync_session.c
DOCUMENTS = ("budi", "agus", "hendra", "galih", "fitri", "bayu", "dimas", "eko")


class Process:
    """What the kernel says of a process."""

    def __init__(self, pid):
        self.folder = Path("/proc") / str(pid)

    def _number(self, file, pattern):
        return int(re.search(pattern, (self.folder / file).read_text(), re.MULTILINE)[1])

    def anonymous_mb(self):
        return self._number("status", r"^RssAnon:\s+(\d+) kB") / 1024

    def ran_s(self):
        """Of all its threads, by the scheduler."""
        return sum(int((task / "schedstat").read_text().split()[0]) for task in (self.folder / "task").iterdir()) / 1e9

    def written(self):
        """Bytes that it made the page cache send to a disk."""
        return self._number("io", r"^write_bytes: (\d+)")


def intervals(folder, sync_interval_s):
    """The desk's contacts come every two seconds; a kiosk's as its presets say."""
    path = folder / "pamit.conf"
    text = re.sub(r"^(sync_interval_s|backoff_\w+) = .*\n", "", path.read_text(), flags=re.MULTILINE)
    path.write_text(text.replace("[sync]\n", f"[sync]\nsync_interval_s = {sync_interval_s}\n"))


def start(made, name):
    """Milliseconds until it says that it is ready."""
    began = time.time()
    made.start(name)
    ready = next(event for event in made.processes.events
                 if event.process == name and event.name == "READY" and event.at >= began)
    return (ready.at - began) * 1000


class Watched:
    """The three while nobody is served."""

    def __init__(self, made):
        self.made = made
        self.processes = {name: Process(made.processes.running[name].pid) for name in NAMES}

    def anonymous_mb(self):
        return {name: process.anonymous_mb() for name, process in self.processes.items()}

    def over(self, condition):
        """Until `condition`: how long that took, the seconds that they ran, and the bytes that they wrote."""
        before = time.monotonic(), *self._used()
        condition()
        return [after - at for at, after in zip(before, (time.monotonic(), *self._used()))]

    def _used(self):
        every = self.processes.values()
        return sum(process.ran_s() for process in every), sum(process.written() for process in every)


def measure_memory(made, with_what):
    view(made, "data to judge by", lambda v: v["link"]["data_as_of_ms"] > 0)
    for document in DOCUMENTS:  # what look-ups keep in memory
        scan(made, document)
    used = Watched(made).anonymous_mb()
    for name, figure in used.items():
        say(f"{name}: anonymous memory{with_what}", "MB", figure)
    say(f"all three{with_what}", "MB", sum(used.values()), "<= 32")


def last_contact(made):
    with contextlib.closing(sqlite3.connect(made.folder / "sync/sync.db")) as db:
        return db.execute("SELECT contact_ms FROM state").fetchone()[0]


def let_an_hour_pass(made):
    """Since the age of its data was written, which a contact without news does once an hour."""
    with contextlib.closing(sqlite3.connect(made.folder / "sync/cache.db")) as db, db:
        for feed in ("feed", "list_feed"):
            db.execute(f"UPDATE {feed} SET as_of = as_of - 3600")


def measure_idle(made, idle_s):
    view(made, "all sent", lambda v: v["link"]["online"] and not v["link"]["unsent"])
    took_s, ran_s, written = Watched(made).over(lambda: time.sleep(idle_s))  # what is measured
    say("processor of all three, idle", "% of one", 100 * ran_s / took_s, "< 0.5")
    made.processes.stop("sync")
    intervals(made.folder, 1)
    made.start("sync")
    contacts = 3 if idle_s == MOMENT_S else 10

    def come(contacts=contacts):
        for _ in range(contacts):
            before = last_contact(made)
            while last_contact(made) == before:
                time.sleep(0.01)
    come()
    each = Watched(made).over(come)[2] / contacts
    say("a contact writes", "KB", each / 1e3)
    let_an_hour_pass(made)
    aged = Watched(made).over(lambda: come(2))[2]
    say("two contacts of which one writes the age of its data", "KB", aged / 1e3)
    hourly = 3600 / (INTERVAL_S * (1 - 1 / JITTER))
    say("written to the disk, idle", "KB/h", (hourly * each + aged + 3600 / took_s * written) / 1e3, "< 100")


def main(words):
    files = [Path(word) for word in words if not word.startswith("--")]
    if "--full" in words and not files:
        files = [*KEPT.glob("check-2100000-*.db"), KEPT / "storage.key"]
        if len(files) != 2:
            sys.exit("idle: no cache of 2.1 million placements: tests/bench/run --full check makes it")
    idle_s = MOMENT_S if "--short" in words else IDLE_S
    # On a disk: what is written to memory is no figure.
    with tempfile.TemporaryDirectory(dir=PROGRAMS.parent) as scratch:
        made = Desk(Path(scratch), PROGRAMS, desk_setup.free_ports())
        made.prepare()
        intervals(made.folder, INTERVAL_S)
        try:
            if files:
                cache, key = files
                shutil.copy(cache, made.folder / "sync/cache.db")
                shutil.copy(key, made.folder / "keys/storage.key")
            else:
                made.start("registry")
            made.start("desk")
            for name in NAMES:
                say(f"{name}: start to ready", "ms", start(made, name))
            measure_memory(made, f" with {files[0].name.split('-')[1]} placements" if files else "")
            if not files:
                measure_idle(made, idle_s)
        finally:
            made.stop_all()


if __name__ == "__main__":
    os.umask(0o077)
    main(sys.argv[1:])
