"""P3, P4, P9, P10, P13, P14: whatever clocks say, whoever holds a key and whatever storage did, there is one
history, in order of its numbers, and a batch of it needs nothing but itself."""

import contextlib
import shutil
import sqlite3

import cbor2
import pytest
from cryptography.hazmat.primitives import serialization

from clock_kit import HOLDOVER, Clock
from fault_proxy import FaultProxy
from front_kit import Front, busy
from registry_kit import PRESENTED, Kiosk, presented
from sync_scene import NAME, assert_same_head, make_kiosk, make_registry  # noqa: F401

DAY_MS = 24 * 3600 * 1000
YEAR_MS = 365 * DAY_MS
TO_1970, TO_2099 = -57 * YEAR_MS, 73 * YEAR_MS


def walls(registry):
    """The years that the stored entries bear, in the order of their numbers."""
    with sqlite3.connect(f"file:{registry.folder / 'registry.db'}?mode=ro", uri=True) as db:
        headers = [cbor2.loads(row[0]) for row in db.execute("SELECT header FROM entry ORDER BY seq")]
    assert [header[4] for header in headers] == list(range(1, len(headers) + 1))
    return [1970 + round(header[6] / YEAR_MS - 0.5) for header in headers]


def save(path, to):
    with contextlib.closing(sqlite3.connect(path)) as db, contextlib.closing(sqlite3.connect(to)) as copy:
        db.backup(copy)


def put_back(saved, path):
    for left in path.parent.glob(path.name + "*"):
        left.unlink()
    shutil.copy(saved, path)


def stolen(registry, kiosk):
    """Whoever has the kiosk's disk: its certificate and its entry key, in a program of their own."""
    key = serialization.load_pem_private_key((kiosk.folder / "entry.key").read_bytes(), None)
    return Kiosk(registry, NAME, kiosk.identity, key)


# ---- P3 and P9 -----------------------------------------------------------------------------------


def test_P3_P9_what_the_clock_says_orders_nothing_and_holds_up_nothing(registry, kiosk, tmp_path):
    """Entries dated 2099, 1970 and today go up as they were numbered, while the clock jumps, by a
    pamit-sync that neither stops nor counts its contacts by that clock."""
    clock = Clock(tmp_path)
    with clock.kiosk():
        kiosk.append(1)
        kiosk.start(interval_s=3600, assume_synced=False)
        kiosk.await_log("SYNC_ONLINE")
        for offset_ms in (TO_2099, TO_1970, 30 * DAY_MS, 0):
            clock.set(offset_ms, HOLDOVER)
            head = kiosk.append(2)
            kiosk.await_log(f"next={head[1] + 1}")
        assert not [line for line in kiosk.log if "SYNC_OFFLINE" in line or "REFUSED" in line]
    assert_same_head(registry, head)
    now = walls(registry)[0]
    assert walls(registry) == [now, now, 2099, 2099, 1969, 1969, walls(registry)[6], walls(registry)[7],
                               now, now]


# ---- P4 ------------------------------------------------------------------------------------------


def test_P4_a_gap_and_a_fork_are_told_and_never_papered_over(registry):
    kiosk = registry.enrol(NAME).fill(9)
    assert kiosk.post(kiosk.batch(1, 3)).status == 200
    gap = kiosk.post(kiosk.batch(5, 6))
    assert gap.status == 409 and kiosk.receipt(gap)[4] == 4
    assert registry.head(NAME)[1] == 4

    other = Kiosk(registry, NAME, kiosk.identity, kiosk.entry_key)
    other.entries = list(kiosk.entries[:2])
    other.append(PRESENTED, presented({5: 2}))
    other.append(PRESENTED, presented())
    held = registry.head(NAME)
    assert other.post(other.batch(3, 4)).status == 422
    assert registry.head(NAME) == held and "REGISTRY_FORK" in registry.await_log("REGISTRY_FORK")
    with sqlite3.connect(f"file:{registry.folder / 'registry.db'}?mode=ro", uri=True) as db:
        assert db.execute("SELECT proven, head FROM branch").fetchall() == [(1, other.entries[3].hash)]
    assert kiosk.post(kiosk.batch(4, 9)).status == 200  # the true history goes on
    assert registry.head(NAME) == (1, 10, kiosk.entries[8].hash)


# ---- P10 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", [["journal.db"], ["journal.db", "sync.db"]], ids=["journal", "both"])
def test_P10_storage_that_went_back_is_noticed_at_the_next_contact(registry, kiosk, tmp_path, what):
    """Also where entries were made since, under numbers that the registry has: then it sends nothing."""
    kiosk.append(3)
    assert kiosk.once().returncode == 0
    for name in what:
        save(kiosk.folder / name, tmp_path / name)
    head = kiosk.append(3)
    assert kiosk.once().returncode == 0
    for name in what:
        put_back(tmp_path / name, kiosk.folder / name)
    for said in ("went back in time", "two histories"):
        with FaultProxy(registry.port) as proxy:
            done = kiosk.once(port=proxy.port)
            assert proxy.connections == 1
        assert done.returncode == 1 and "<2>pamit-sync SYNC_FORKED" in done.stderr
        assert said in done.stderr
        assert_same_head(registry, head)
        kiosk.append(6)
    assert [line for line in registry.log if "REGISTRY_FORK" in line] == []


# ---- P13 -----------------------------------------------------------------------------------------


def test_P13_a_stolen_kiosk_is_cut_off_within_a_contact_also_on_a_connection_it_keeps(registry, kiosk):
    kiosk.append(2)
    with FaultProxy(registry.port) as proxy:
        kiosk.start(port=proxy.port, interval_s=3600)
        kiosk.await_log("SYNC_ONLINE")
        head = registry.head(NAME)
        connections = proxy.connections
        registry.command("kiosk", "revoke", NAME)
        kiosk.append(1)
        kiosk.await_log("HTTP 403: this kiosk is revoked")
        assert proxy.connections == connections, "it was not the kept connection that was refused"
    assert registry.head(NAME) == head
    thief = stolen(registry, kiosk)
    for method, path in (("GET", "/v1/receipt?nonce=" + "00" * 16), ("GET", "/v1/policy"),
                         ("GET", "/v1/feed/lists?from=0"), ("GET", "/v1/feed/placements?from=0"),
                         ("POST", "/v1/entries"), ("GET", "/v1/anything")):
        reply = thief.request(method, path, body=b"x" if method == "POST" else None)
        assert (reply.status, reply.body) == (403, b"this kiosk is revoked")


def test_P13_who_has_the_keys_cant_change_what_was_acknowledged(registry, kiosk):
    """Neither by signing another past, nor by another kiosk's entries, nor by a new epoch from an older head."""
    kiosk.append(4)
    assert kiosk.once().returncode == 0
    held = registry.head(NAME)
    thief = stolen(registry, kiosk).fill(8)
    assert thief.post(thief.batch(1, 8)).status == 422
    assert thief.post(thief.batch(6, 8)).status == 422
    thief.epoch = 2
    thief.append_epoch()
    assert thief.post(thief.batch(9, 9)).status == 409
    other = registry.enrol("CGK-03-0499").fill(3)
    assert thief.post(other.batch(1, 3)).status == 400
    assert registry.head(NAME) == held
    assert registry.head("CGK-03-0499")[1] == 1


# ---- P14 -----------------------------------------------------------------------------------------


def test_P14_a_batch_that_was_kept_as_a_file_is_accepted_later_from_other_hands(registry, kiosk, tmp_path):
    """What pamit-sync posts is kept instead of passed on, then brought by another program, later, twice
    and in the wrong order: the receipt says what is missing, and then that all is there."""
    kept = []

    def keep(method, path, body, ask):
        if path != "/v1/entries":
            return ask()
        kept.append(tmp_path / f"batch-{len(kept)}")
        kept[-1].write_bytes(body)
        return busy(1)

    first = kiosk.append(2)
    with Front(registry, kiosk, keep) as front:
        assert kiosk.once(port=front.port).returncode == 1
    carrier = stolen(registry, kiosk)

    def bring(path):
        return carrier.request("POST", "/v1/entries", body=path.read_bytes())

    assert bring(kept[0]).status == 200
    assert_same_head(registry, first)
    head = kiosk.append(70)
    with Front(registry, kiosk, keep) as front:
        assert kiosk.once(port=front.port).returncode == 1
    for path in (kept[1], kept[0], kept[1]):
        reply = bring(path)
        assert reply.status == 200, reply
    assert carrier.receipt(reply)[4] == registry.head(NAME)[1] > first[1] + 1
    assert kiosk.once().returncode == 0
    assert_same_head(registry, head)
