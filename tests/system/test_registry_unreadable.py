"""What a kiosk sends that no version, or only a later one, can read: it is stored, marked and counted, and the
export tells everything else. Whatever its mark says: an earlier version marked some of it as read."""

import json
import sqlite3

import pytest

from registry_kit import DECIDED, PRESENTED, RECOVERED, Registry, cose_signature, presented

VOID = 6
NONE, UNKNOWN_KIND, UNREADABLE, TWICE = 0, 2, 3, 4
JUNK = b"\xff\xff"
RESULT_OF_LATER = presented({10: 99})


@pytest.fixture(name="registry")
def make_registry(tmp_path):
    with Registry(tmp_path) as registry:
        yield registry


def recover(kiosk, *entries):
    """A new epoch, in which the kiosk appends them again."""
    kiosk.epoch += 1
    kiosk.append_epoch()
    for entry in entries:
        kiosk.append(RECOVERED, {1: entry.whole, 2: cose_signature(kiosk.entry_key, entry.whole), 3: entry.payload})


def send(kiosk, first, last):
    reply = kiosk.post(kiosk.batch(first, last, epoch=1 if last < len(kiosk.entries) else None))
    assert reply.status == 200, reply.body


def neighbours(registry):
    """Before and after, in the order of the export."""
    for name in ("AAA-01-0001", "ZZZ-01-0001"):
        kiosk = registry.enrol(name).fill(5)
        send(kiosk, 1, 5)


def marks(registry, seqs):
    with sqlite3.connect(registry.folder / "registry.db") as db:
        found = dict(db.execute("SELECT seq, mark FROM entry JOIN kiosk ON no = kiosk WHERE id = 'CGK-03-0412'"))
    return [found[seq] for seq in seqs]


def exported(registry, left_out):
    """Crossings by kiosk: all of the neighbours' are told, in both forms."""
    done = registry.run("export", "events")
    assert done.returncode == 0, done.stderr
    assert f"{left_out} entries are left out" in done.stderr
    kiosks = [json.loads(line)["event_id"]["kiosk"] for line in done.stdout.splitlines()]
    assert kiosks.count("AAA-01-0001") == kiosks.count("ZZZ-01-0001") == 2
    rows = registry.run("export", "events", "--format", "csv")
    assert rows.returncode == 0 and len(rows.stdout.splitlines()) == 1 + len(kiosks)
    return kiosks.count("CGK-03-0412")


@pytest.mark.parametrize("kind", [PRESENTED, DECIDED, VOID])
@pytest.mark.parametrize("payload", [JUNK, RESULT_OF_LATER], ids=["junk", "later"])
def test_what_does_not_decode_leaves_the_rest_of_the_export_whole(registry, kind, payload):
    neighbours(registry)
    kiosk = registry.enrol("CGK-03-0412").fill(3)
    recover(kiosk, kiosk.append(kind, payload))
    send(kiosk, 1, 4)
    send(kiosk, 5, 6)
    assert marks(registry, (4, 6)) == [UNREADABLE, UNREADABLE]
    assert exported(registry, 2) == 1


@pytest.mark.parametrize("mark", [NONE, TWICE])
def test_marks_that_an_earlier_version_left_do_no_harm(registry, mark):
    neighbours(registry)
    kiosk = registry.enrol("CGK-03-0412").fill(3)
    bad = [kiosk.append(kind, JUNK) for kind in (PRESENTED, DECIDED, VOID)]
    recover(kiosk, *bad)
    kiosk.append(RECOVERED, JUNK)
    send(kiosk, 1, 6)
    send(kiosk, 7, 11)
    with sqlite3.connect(registry.folder / "registry.db") as db:
        db.execute("UPDATE entry SET mark = ? WHERE mark = ?", (mark, UNREADABLE))
    assert exported(registry, 7) == 1


def test_of_what_is_not_read_every_copy_is_marked_so(registry):
    """And a kind of a later version's as well: no copy of it has an effect that others could lack."""
    kiosk = registry.enrol("CGK-03-0412").fill(3)
    later = kiosk.append(99, {1: "of later"})
    recover(kiosk, later, later)
    send(kiosk, 1, 4)
    send(kiosk, 5, 7)
    assert marks(registry, (4, 6, 7)) == [UNKNOWN_KIND] * 3
