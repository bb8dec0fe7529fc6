"""The power goes between crossings, and at each write of a session. What the log had acknowledged is there at the next
boot, and the journal is sound; without the journal's syncs the same check finds the loss."""
import hashlib
import itertools
import os
import pathlib
import random
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

import cuts
import pytest
from rig import BIN, SERVICES, Rig

CUTS = int(os.environ.get("PAMIT_POWER_CUTS", "20"))
KIOSKS = 4  # at work side by side, each with its part of the cuts
DOCUMENTS = ("budi", "agus", "hendra", "galih", "fitri", "ratih", "bayu", "dimas")
SEED = int(os.environ.get("PAMIT_SEED", "0")) or random.randrange(1, 1 << 32)


def cross_until_cut(rig, documents, count):
    """People cross, so many of them; the power goes while the next two are on the reader. The
    numbers of the entries that were acknowledged."""
    before = len(rig.log)
    for _ in range(count):
        rig.cross(next(documents), 3)
    for _ in range(2):
        rig.send(next(documents))
    rig.cut()
    return rig.acknowledged(before)


@pytest.mark.parametrize("kiosk", range(KIOSKS))
def test_power_cuts_under_load_lose_nothing_acknowledged(off, kiosk):
    print(f"PAMIT_SEED={SEED}")
    chance = random.Random(SEED + kiosk)
    documents = itertools.cycle(DOCUMENTS)
    told = [0]
    for _ in range(kiosk, CUTS, KIOSKS):
        off.power_on(services=())
        assert off.lamps.lit() == set()
        off.start(*SERVICES)
        off.plug()
        assert off.verified() >= told[-1]
        told += cross_until_cut(off, documents, chance.randint(1, 4))
    off.power_on()
    assert off.verified() >= told[-1]
    seqs = [seq for event in off.uploaded(told[-1]) for seq in event["entries"]]
    assert len(seqs) == len(set(seqs)) and set(told[1:]) <= set(seqs)


class Checked:
    """How far the journal is sound on a disk after a cut; each content of its files is verified once."""

    FILES = ("journal.db", "journal.db-wal")

    def __init__(self, folder, files):
        self.folder, self.files, self.found = folder, files, {}

    def last_entry(self, disk):
        """Up to where it is; 0: there is none."""
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            folder = pathlib.Path(name)
            cuts.take_out(disk, self.FILES, folder)
            content = tuple(hashlib.sha256((folder / name).read_bytes()).digest()
                            if (folder / name).exists() else None for name in self.FILES)
            if content not in self.found:
                self.found[content] = self._verify(folder) if content[0] else 0
            return self.found[content]

    def _verify(self, folder):
        for path in self.files.iterdir():
            if path.name not in self.FILES:
                (folder / path.name).symlink_to(path)
        done = subprocess.run([BIN / "pamit", "journal", "verify", "--config", folder / "pamit.conf"],
                              capture_output=True, text=True, check=False)
        found = re.search(r"^sound: .*, last (\d+),", done.stdout, re.MULTILINE)
        return int(found[1]) if found else done.stdout + done.stderr


def first_loss(tmp_path, chance, preload=""):
    """The first recorded cut point of a session after which something acknowledged is not there; None: there is none."""
    off = Rig(tmp_path / "rig", disk_mb=16)
    before, record = off.image.read_bytes(), tmp_path / "writes.log"
    record.write_bytes(b"")
    told = [(0, 0)]  # so many writes were recorded when this entry was acknowledged
    try:
        off.power_on(services=(), record=record)
        off.guest.sh(f"export LD_PRELOAD={preload}")
        off.start("lane")
        off.plug()
        for document in DOCUMENTS[:4]:
            off.cross(document, 3)
            told.append((len(cuts.recorded(record)), max(off.acknowledged())))
    finally:
        off.close()
    writes = cuts.recorded(record)
    checked = Checked(tmp_path, off.folder / "disk")
    with ThreadPoolExecutor(2) as pool:  # what takes time are e2fsck, debugfs and pamit
        window = []
        for point, disk in cuts.disks(before, writes, chance):
            window.append((point, pool.submit(checked.last_entry, disk)))
            if len(window) < 4 and point < len(writes):
                continue
            for at, last in window:
                owed = max(seq for count, seq in told if count <= at)
                found = last.result()
                if owed and not (isinstance(found, int) and found >= owed):
                    return f"cut after write {at} of {len(writes)}: entry {owed} is owed, {found}"
            window = []
    return None


def test_the_disk_at_every_moment_of_a_session_holds_what_was_acknowledged(tmp_path):
    print(f"PAMIT_SEED={SEED}")
    assert first_loss(tmp_path, random.Random(SEED)) is None


def test_without_syncs_the_same_look_at_every_moment_finds_the_loss(tmp_path):
    assert first_loss(tmp_path, random.Random(SEED), "/usr/bin/no_sync.so")


def test_without_syncs_the_same_cut_is_seen_to_lose(off):
    off.power_on(services=())
    off.guest.sh("export LD_PRELOAD=/usr/bin/no_sync.so")
    off.start("lane")
    off.guest.sh("unset LD_PRELOAD")
    off.plug()
    last = cross_until_cut(off, itertools.cycle(DOCUMENTS), 3)[-1]
    off.power_on(services=())
    found = re.search(r"^sound: .*, last (\d+),", off.guest.sh(
        "pamit journal verify --config /data/pamit.conf 2>&1", code=None), re.MULTILINE)
    assert not found or int(found[1]) < last, "the cut loses nothing even without syncs: it proves nothing"


def test_a_mount_that_keeps_no_promise_is_told_at_the_start(off):
    off.power_on(append="rig.mount=data=writeback")
    off.log.wait("pamit-lane STORAGE_NOT_DURABLE .*data=writeback")
    off.page.wait(r'"notices":\["STORAGE_NOT_DURABLE"')
    off.cut()
    off.power_on()
    assert off.count("STORAGE_NOT_DURABLE") == 0
