"""The power goes while people cross. What a lamp or the log had acknowledged is there at the next
boot, and the journal is sound; without the journal's syncs the same check finds the loss."""
import itertools
import os
import random
import re
import subprocess

import cuts
from rig import BIN

CUTS = int(os.environ.get("PAMIT_POWER_CUTS", "20"))
DOCUMENTS = ("budi", "agus", "hendra", "galih", "fitri", "ratih", "bayu", "dimas")
POINTS = int(os.environ.get("PAMIT_CUT_POINTS", "40"))
SEED = int(os.environ.get("PAMIT_SEED", "0")) or random.randrange(1, 1 << 32)


def cross_until_cut(rig, documents, count):
    """People cross, so many of them; the power goes while the next two are on the reader. The
    number of the last entry that was acknowledged."""
    before = len(rig.log)
    for _ in range(count):
        rig.cross(next(documents), 3)
    for _ in range(2):
        rig.send(next(documents))
    rig.cut()
    return max(rig.acknowledged(before))


def test_power_cuts_under_load_lose_nothing_acknowledged(off):
    print(f"PAMIT_SEED={SEED}")
    chance = random.Random(SEED)
    documents = itertools.cycle(DOCUMENTS)
    last = 0
    for _ in range(CUTS):
        off.power_on()
        off.plug()
        assert off.verified() >= last
        last = cross_until_cut(off, documents, chance.randint(1, 4))
    off.power_on()
    assert off.verified() >= last
    seqs = [seq for event in off.uploaded(last) for seq in event["entries"]]
    assert seqs and len(seqs) == len(set(seqs))


def last_entry(folder):
    """Up to where the journal in this folder is sound; 0: there is none."""
    if not (folder / "journal.db").exists():
        return 0
    done = subprocess.run([BIN / "pamit", "journal", "verify", "--config", folder / "pamit.conf"],
                          capture_output=True, text=True, check=False)
    found = re.search(r"^sound: .*, last (\d+),", done.stdout, re.MULTILINE)
    assert found, done.stdout + done.stderr
    return int(found[1])


def test_the_disk_at_every_kind_of_moment_holds_what_was_acknowledged(off, tmp_path):
    print(f"PAMIT_SEED={SEED}")
    chance = random.Random(SEED)
    before, record = off.image.read_bytes(), tmp_path / "writes.log"
    record.write_bytes(b"")
    off.power_on(services=("lane",), record=record)
    off.plug()
    told = [(0, 0)]  # so many writes were recorded when this entry was acknowledged
    for document in DOCUMENTS[:4]:
        off.cross(document, 3)
        told.append((len(cuts.recorded(record)), max(off.acknowledged())))
    off.cut()
    writes = cuts.recorded(record)
    first = told[1][0]
    points = chance.sample(range(first, len(writes)), min(POINTS, len(writes) - first))
    for point in [*points, len(writes)]:
        disk = cuts.cut_at(before, writes, point, chance)
        cuts.take_out(disk, ("journal.db", "journal.db-wal"), off.folder / "disk")
        owed = max(seq for count, seq in told if count <= point)
        assert last_entry(off.folder / "disk") >= owed, f"cut after write {point} of {len(writes)}"


def test_without_syncs_the_same_cut_is_seen_to_lose(off):
    off.power_on(services=())
    off.guest.sh("export LD_PRELOAD=/usr/bin/no_sync.so")
    off.start("lane")
    off.guest.sh("unset LD_PRELOAD")
    off.plug()
    last = cross_until_cut(off, itertools.cycle(DOCUMENTS), 3)
    off.power_on(services=())
    found = off.guest.sh("pamit journal verify --config /data/pamit.conf", code=None)
    assert f"last {last}," not in found, "the cut loses nothing even without syncs: it proves nothing"
