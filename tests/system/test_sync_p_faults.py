"""P1, P2, P6, P8: a network that cuts, delays, corrupts, reorders and repeats at any byte, and a registry
that is killed, lose nothing, count nothing twice and hold up nothing."""

import signal
import socket
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from fault_proxy import BREAK, CALL, CUT, DOWN, HOLD, SPOILING, UP, Fault, FaultProxy, plan_of
from registry_kit import PRESENTED, presented
from sync_kit import SyncKiosk
from sync_scene import NAME, assert_same_head, make_kiosk, make_registry  # noqa: F401

QUICK = {"interval_s": 3600, "backoff_min_ms": 10, "backoff_max_ms": 10}


def stored(registry):
    """The numbers of the kiosk's entries in the registry, each as often as it is there."""
    with sqlite3.connect(f"file:{registry.folder / 'registry.db'}?mode=ro", uri=True) as db:
        return [row[0] for row in db.execute(
            "SELECT seq FROM entry JOIN kiosk ON kiosk.no = kiosk WHERE id = ? ORDER BY seq", (NAME,))]


def good_contact(registry, folder, entries):
    """How many bytes one undisturbed contact of such a kiosk sends and gets."""
    kiosk = SyncKiosk(registry, folder, "CGK-03-0413")
    kiosk.append(entries)
    with FaultProxy(registry.port) as proxy:
        assert kiosk.once(port=proxy.port).returncode == 0
        return {way: proxy.bytes(way) for way in (UP, DOWN)}


def places(sizes, count):
    """`count` bytes of each direction, evenly from the first to the last."""
    return [(way, round(i * (sizes[way] - 1) / (count - 1))) for i in range(count) for way in (UP, DOWN)]


# ---- P1 ------------------------------------------------------------------------------------------


def test_P1_what_was_acknowledged_is_there_when_the_registry_was_killed_at_that_moment(registry, kiosk):
    """The registry dies as the first byte of each receipt passes: before the kiosk has seen it."""
    kiosk.crowd(1)
    sizes = good_contact(registry, kiosk.folder.parent / "other", 1)
    for round_ in range(4):
        kiosk.append(40)
        at = sizes[DOWN] * (round_ + 1) // 5
        with FaultProxy(registry.port, [Fault(0, DOWN, at, CALL, call=registry.process.kill)]) as proxy:
            kiosk.once(port=proxy.port)
            assert proxy.struck
        assert registry.stop() == -signal.SIGKILL
        registry.start()
        assert registry.head(NAME)[1] >= kiosk.acked()
    head = kiosk.append(1)
    assert kiosk.once().returncode == 0
    assert kiosk.acked() == head[1] + 1
    assert registry.stop(signal.SIGKILL) == -signal.SIGKILL
    registry.start()
    assert_same_head(registry, head)


# ---- P2 and P8 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("whats", [(CUT, BREAK), SPOILING], ids=["cut", "spoilt"])
def test_P2_P8_a_fault_at_any_byte_costs_a_retry_and_nothing_else(registry, kiosk, whats):
    """Contact after contact with new entries is disturbed, each at another byte. What the registry has is
    always a beginning of the journal, each entry once; the next contact goes on from there."""
    sizes = good_contact(registry, kiosk.folder.parent / "other", 4)
    plan = plan_of(6, whats, places(sizes, 14))
    for fault in plan:
        head = kiosk.append(2)
        with FaultProxy(registry.port, [replace(fault, connection=0)]) as proxy:
            done = kiosk.once(port=proxy.port)
            assert proxy.struck or done.returncode == 0
        next_ = registry.head(NAME)[1]
        assert stored(registry) == list(range(1, next_)) and kiosk.acked() <= next_ <= head[1] + 1
        assert kiosk.acked() == next_ or done.returncode != 0
    done = kiosk.once()
    assert done.returncode == 0, done.stderr
    assert_same_head(registry, head)


def test_P2_an_answer_that_was_lost_makes_no_entry_count_twice(registry, kiosk):
    """Each receipt of an upload is lost on its way down, at another byte of its record."""
    kiosk.crowd(1)
    assert kiosk.once().returncode == 0
    with FaultProxy(registry.port) as proxy:
        assert kiosk.once(port=proxy.port).returncode == 0
        idle = proxy.bytes(DOWN)
    for extra in (-200, -1, 0, 1, 5, 200):
        kiosk.append(3)
        with FaultProxy(registry.port, [Fault(0, DOWN, idle + extra, CUT)]) as proxy:
            kiosk.once(port=proxy.port)
    head = kiosk.append(1)
    done = kiosk.once()
    assert done.returncode == 0, done.stderr
    assert_same_head(registry, head)
    assert stored(registry) == list(range(1, head[1] + 1))


def test_P2_batches_that_come_again_and_overlap_count_once(registry):
    """As after an answer that was lost, by a kiosk that had not asked how far the registry is."""
    kiosk = registry.enrol(NAME).fill(9)
    for first, last in ((1, 3), (1, 3), (2, 5), (1, 5), (4, 4), (3, 9), (1, 9)):
        reply = kiosk.post(kiosk.batch(first, last))
        assert reply.status == 200
        assert kiosk.receipt(reply)[4] == registry.head(NAME)[1]
    assert registry.head(NAME) == (1, 10, kiosk.entries[8].hash)
    assert stored(registry) == list(range(1, 10))
    assert len(registry.events()) == 4


def test_P2_a_connection_that_is_replayed_byte_by_byte_has_no_effect(registry, kiosk):
    """What an eavesdropper recorded of an upload is sent again."""
    kiosk.append(3)
    with FaultProxy(registry.port) as proxy:
        assert kiosk.once(port=proxy.port).returncode == 0
        record = bytes(proxy.records[0])
    before = registry.head(NAME), stored(registry), list(registry.log)
    with socket.create_connection(("127.0.0.1", registry.port), timeout=60) as again:
        try:
            again.sendall(record)
            while again.recv(65536):
                pass
        except OSError:
            pass  # it is refused as soon as the first record fails
    assert (registry.head(NAME), stored(registry)) == before[:2]
    assert not [line for line in registry.log[len(before[2]):] if "APPENDED" in line]


def bytes_read(process):
    text = Path(f"/proc/{process.pid}/io").read_text()
    return int(text.split("rchar: ")[1].split()[0])


def test_P8_a_start_costs_the_same_with_a_backlog_of_thousands(registry, tmp_path):
    """What pamit-sync has read of its files when its first connection is made."""
    read = {}
    for count in (50, 6000):
        kiosk = SyncKiosk(registry, tmp_path / str(count), NAME, register=count == 50)
        kiosk.crowd(count)
        with sqlite3.connect(kiosk.folder / "journal.db") as db:  # its WAL is bounded, whatever the backlog
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        with FaultProxy(registry.port, [Fault(0, DOWN, 0, HOLD)]) as proxy:
            kiosk.start(port=proxy.port, **QUICK)
            proxy.await_held()
            read[count] = bytes_read(kiosk.process)
            kiosk.process.kill()
            kiosk.process.wait()
            kiosk._reader.join()
            kiosk.process.stderr.close()
    assert read[6000] <= read[50] + 10 * 4096, read  # the tree is a page or two deeper


# ---- P6 ------------------------------------------------------------------------------------------


def test_P6_one_bad_entry_never_blocks_the_rest(registry):
    """A kind from the future, a payload that is no CBOR, one that is not what its kind has, and one
    that is gone; all are stored, and so is what comes after."""
    kiosk = registry.enrol("CGK-03-0499")
    kiosk.append_epoch()
    kiosk.append(77, {1: "of a later version"})
    kiosk.append(PRESENTED, b"\xff\xff\xff")
    kiosk.append(PRESENTED, {1: "no place"})
    kiosk.append(PRESENTED, presented())
    last = kiosk.append(PRESENTED, presented())
    reply = kiosk.post(kiosk.batch(1, 6, purged={5}))
    assert reply.status == 200
    assert registry.head(kiosk.name) == (1, 7, last.hash)
    with sqlite3.connect(f"file:{registry.folder / 'registry.db'}?mode=ro", uri=True) as db:
        marks = [row[0] for row in db.execute("SELECT mark FROM entry ORDER BY seq")]
    assert marks == [0, 2, 3, 3, 1, 0]
