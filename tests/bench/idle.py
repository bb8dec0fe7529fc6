#!/usr/bin/python3
"""What a kiosk costs while nobody is served: memory, processor and disk of pamit-lane, pamit-sync and pamit-console,
and how long each takes to be ready. Real processes beside a registry, a page that listens, simulated devices.
Prints lines as bench.h says, for tests/bench/run.

    idle.py [--short|--full] [CACHE STORAGE_KEY]

The intervals are those of a live kiosk: a contact every 15 minutes, a long poll of 50 s. CACHE is a cache of many
placements with its key; with --full the one of 2.1 million that `tests/bench/run --full check` has kept. With it the
registry is away, since it would replace the cache by its own sample.
"""
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "system"))

from desk_kit import PROGRAMS, ROOT, Desk, desk_setup, scan, view  # noqa: E402

NAMES = ("lane", "sync", "console")
KEPT = ROOT / "build/bench/bench"  # bench_check's
IDLE_S, MOMENT_S = 150, int(os.environ.get("E9_S", "2"))
DOCUMENTS = ("budi", "agus", "hendra", "galih", "fitri", "bayu", "dimas", "eko")


def say(name, unit, figure, target=""):
    print(f"{name}\t{unit}\t{figure:.2f}\t{target}\t0", flush=True)


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


def live_intervals(folder):
    """The desk's contacts come every two seconds; a kiosk's as its presets say."""
    path = folder / "pamit.conf"
    path.write_text(re.sub(r"^(sync_interval_s|backoff_\w+) = .*\n", "", path.read_text(), flags=re.MULTILINE))


def start(made, name):
    """Milliseconds until it says that it is ready."""
    began = time.time()
    made.start(name)
    ready = next(event for event in made.processes.events
                 if event.process == name and event.name == "READY" and event.at >= began)
    return (ready.at - began) * 1000


def measure(made, idle_s, placements):
    for name in NAMES:
        say(f"{name}: start to ready", "ms", start(made, name))
    view(made, "data to judge by", lambda v: v["link"]["data_as_of_ms"] > 0)
    for document in DOCUMENTS:  # what look-ups keep in memory
        scan(made, document)
    processes = {name: Process(made.processes.running[name].pid) for name in NAMES}
    ran = {name: process.ran_s() for name, process in processes.items()}
    written = {name: process.written() for name, process in processes.items()}
    began = time.monotonic()
    time.sleep(idle_s)  # what is measured
    took = time.monotonic() - began
    with_what = f" with {placements} placements" if placements else ""
    for name, process in processes.items():
        say(f"{name}: anonymous memory{with_what}", "MB", process.anonymous_mb())
    say(f"all three{with_what}", "MB", sum(process.anonymous_mb() for process in processes.values()), "<= 32")
    say("processor of all three, idle", "% of one", 100 / took * sum(
        process.ran_s() - ran[name] for name, process in processes.items()), "< 0.5")
    for name, process in processes.items():
        print(f"  {name} wrote {process.written() - written[name]} bytes, ran "
              f"{1000 * (process.ran_s() - ran[name]):.0f} ms of {took:.0f} s", file=sys.stderr)
    say("written to the disk, idle", "KB/h", 3.6 / took * sum(
        process.written() - written[name] for name, process in processes.items()) + 0.01, "< 100")


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
        live_intervals(made.folder)
        try:
            placements = ""
            if files:
                cache, key = files
                placements = re.search(r"-(\d+)-", cache.name)[1]
                shutil.copy(cache, made.folder / "sync/cache.db")
                shutil.copy(key, made.folder / "keys/storage.key")
            else:
                made.start("registry")
            made.start("desk")
            measure(made, idle_s, placements)
        finally:
            made.stop_all()


if __name__ == "__main__":
    os.umask(0o077)
    main(sys.argv[1:])
