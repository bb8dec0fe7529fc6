"""The power goes while people cross. What a lamp or the log had acknowledged is there at the next boot, and the journal
is sound; taken away from the journal's commits, the same check finds the loss."""
import itertools
import os
import random

CUTS = int(os.environ.get("PAMIT_POWER_CUTS", "6"))
DOCUMENTS = ("budi", "agus", "hendra", "galih", "fitri", "ratih", "bayu", "dimas")


SEED = int(os.environ.get("PAMIT_SEED", "0")) or random.randrange(1, 1 << 32)


def cross_until_cut(rig, documents, count):
    """People cross, so many of them; the power goes while the next two are on the reader. The number of the last entry
    that was acknowledged."""
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


def test_a_dead_kernel_is_ended_by_the_watchdog_and_the_next_boot_serves(off):
    off.power_on()
    off.plug()
    seq = off.cross("budi", 3)
    off.guest.sh("watchdog -T 4 -t 1 /dev/watchdog")
    off.crash()
    off.power_on(services=())
    assert off.lamps.lit() == set()
    off.start("lane", "console", "sync")
    assert off.verified() >= seq
    off.plug()
    off.cross("agus", 3)
