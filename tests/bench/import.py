#!/usr/bin/python3
"""How long `pamit-registry import placements` takes for a million records, the yearly placements twice
over, as JSON Lines and as CSV. Prints lines as bench.h says, for tests/bench/run.

    import.py [--short]     --short: 2,000 records

The processor's time is the command's own; the wall's is what the machine made of it.
"""
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "system"))

from figures import say  # noqa: E402
from registry_kit import PROGRAM, Registry  # noqa: E402

EXAMPLE = Path(__file__).parents[1] / "data" / "contract" / "placements.example.jsonl"
RECORDS, SHORT = 1_000_000, 2_000
ALLOWED_S = 60


def records(count):
    row = json.loads(EXAMPLE.read_text().splitlines()[0])
    for i in range(count):
        row.update(placement_id=f"PMI-2026-{i:07}", rec_seq=i + 1, passport_no=f"X{i:07}",
                   nik=f"320412{5204980000 + i % 10000:010}")
        yield row


def write_jsonl(path, count):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, separators=(",", ":")) + "\n" for row in records(count))


def write_csv(path, count):
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        for i, row in enumerate(records(count)):
            if i == 0:
                out.writerow(row)
            out.writerow(";".join(v) if isinstance(v, list) else v for v in row.values())


def measure(write, name, count, folder):
    registry = Registry(folder)
    path = folder / name
    write(path, count)
    before, begin = os.times(), time.monotonic()
    done = subprocess.run([PROGRAM, "import", "placements", path, "--config", registry.config],
                          capture_output=True, text=True, check=True)
    wall_s, after = time.monotonic() - begin, os.times()
    assert done.stdout.startswith(f"{count} changed"), done.stdout
    cpu_s = (after.children_user + after.children_system
             - before.children_user - before.children_system)
    what = f"import of {count:,} placements, {name.partition('.')[2]}"
    target = f"< {ALLOWED_S} s" if count == RECORDS else ""
    say(f"{what}: wall", "s", wall_s, target)
    say(f"{what}: processor", "s", cpu_s, target)


def main():
    count = SHORT if "--short" in sys.argv[1:] else RECORDS
    for write, name in ((write_jsonl, "rows.jsonl"), (write_csv, "rows.csv")):
        with tempfile.TemporaryDirectory(prefix="pamit-bench-") as folder:
            measure(write, name, count, Path(folder))


main()
