"""The power goes while people cross, and at each write of a session. What lamps, page and log had acknowledged is there at
the next boot, and the journal is sound; without the journal's syncs the same looks find the loss."""
import collections
import hashlib
import itertools
import math
import os
import pathlib
import random
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cuts
import pytest
from guest import Silent
from rig import BIN, LAMP, Rig

CUTS = int(os.environ.get("PAMIT_POWER_CUTS", "20"))
KIOSKS = 4  # at work side by side, each with its part of the cuts
DOCUMENTS = ("budi", "agus", "hendra", "galih", "fitri", "ratih", "bayu", "dimas")
SEED = int(os.environ.get("PAMIT_SEED", "0")) or random.randrange(1, 1 << 32)
IN_SCAN, UNDECIDED, UNSENT = "within a scan", "before the decision", "before the receipt"


@dataclass(frozen=True)
class Fuse:
    """The power goes up to `late_ms` after the kernel has seen up to `most` of an event."""
    event: str
    only: str
    most: int
    late_ms: int


READER = Fuse("kprobes/packet", "", 1, 30)  # a part of a document's bytes, and no more of it comes
RECORDED = Fuse("kprobes/told", 'line ~ "*DECIDED*"', 3, 10)
FUSES = (READER, RECORDED,
         Fuse("gpio/gpio_value", "get == 0 && value == 1", 6, 300),  # a lamp, or the buzzer
         Fuse("kprobes/finger", "", 5, 60),
         Fuse("block/block_rq_issue", 'rwbs ~ "*W*"', 40, 3))


def cross_until_cut(rig, documents, fuse, chance):
    """People cross, and the power goes."""
    for _ in range(chance.randrange(2)):
        rig.cross(next(documents), 3)
    rig.cut_after(fuse.event, fuse.only, chance.randint(1, fuse.most), chance.uniform(0, fuse.late_ms))
    try:
        if fuse is READER:
            rig.send(next(documents), end=chance.randint(1, 80))
        while fuse is not READER:
            rig.cross(next(documents), 3)
    except (Silent, OSError):
        pass  # as the wires of a machine are that is off; it has to be
    rig.ended()


def cut_within(rig, fuse):
    """What the power went within, by what had been told."""
    log = "\n".join(rig.log.lines)
    presented, decided, answered = (re.findall(rf"pamit-lane {what}=(\d+)", log) for what in (
        "PRESENTED seq", "DECIDED seq", r"DECIDED seq=\d+ answers"))
    receipts = [int(seq) for seq in re.findall(r"RECEIPT_STORED .*next=(\d+)", log)]
    found = {IN_SCAN} if fuse is READER and presented == answered else set()
    if presented != answered:
        found.add(UNDECIDED)
    if decided and max(receipts, default=0) <= int(decided[-1]):
        found.add(UNSENT)
    return found


def assert_whole(rig, told):
    """The journal is sound and has what was told, and the registry the very same."""
    last = rig.verified()
    assert last >= max(told, default=0)
    events, own = ([(event["entries"], event["result"], event["decision"], [entry["hash"] for entry in event["integrity"]])
                    for event in crossings] for crossings in (rig.uploaded(last), rig.exported()))
    assert sorted(events) == sorted(own)
    assert {seq for entries, *_ in own for seq in entries} >= set(told)


@pytest.mark.parametrize("kiosk", range(KIOSKS))
def test_power_cuts_under_load_lose_nothing_acknowledged(off, kiosk):
    """Each fuse in turn, and on until the power has gone within each of the three."""
    print(f"PAMIT_SEED={SEED}")
    chance = random.Random(SEED + kiosk)
    documents, told, fell = itertools.cycle(DOCUMENTS), set(), collections.Counter()
    fuses = itertools.cycle(chance.sample(FUSES, len(FUSES)))
    for done in itertools.count():
        off.power_on()
        off.plug()
        assert_whole(off, told)
        if done >= CUTS / KIOSKS and {IN_SCAN, UNDECIDED, UNSENT} <= set(fell):
            break
        assert done < CUTS / KIOSKS + 3 * len(FUSES), fell
        ready_ms, fuse = off.ready_ms("lane"), next(fuses)
        cross_until_cut(off, documents, fuse, chance)
        assert off.lit_before(ready_ms) == set()
        assert off.acknowledged() or not off.lit_before(math.inf) & set(LAMP.values())
        told.update(off.acknowledged())
        fell.update(cut_within(off, fuse) or {"between"})
    print(dict(fell))


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
    cross_until_cut(off, itertools.cycle(DOCUMENTS), RECORDED, random.Random(SEED))
    last = max(off.acknowledged())
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
