"""Entries that come ahead of their chain: copies, each with a signature of its own. By a kiosk that shares no
code with Pamit."""

import sqlite3

import pytest

from registry_kit import (DECIDED, PRESENTED, cose_signature, decided, deterministic, presented,
                          zstd_raw)
from sync_kit import CROWD_KIOSK
from two_counters import DEFERRED, ELSEWHERE, LIVE, lists, make_registry  # noqa: F401


def copies(kiosk, *entries, key=None):
    return zstd_raw(deterministic({1: 1, 2: [
        [entry.whole, cose_signature(key or kiosk.entry_key, entry.whole), entry.payload]
        for entry in entries]}))


def pair(kiosk, changes=None):
    shown = kiosk.append(PRESENTED, presented({**LIVE, **(changes or {})}))
    return shown, kiosk.append(DECIDED, decided(shown.seq, DEFERRED, LIVE))


def post(kiosk, body):
    return kiosk.request("POST", "/v1/urgent", body=body)


def test_copies_are_kept_and_told_once_and_the_chain_takes_their_place(registry):
    kiosk = registry.enrol(CROWD_KIOSK).fill(9)
    body = copies(kiosk, *pair(kiosk))
    for _ in range(2):
        assert post(kiosk, body).status == 200
    assert lists(registry) == [(1, 0)]
    assert kiosk.post(kiosk.batch(1, 11)).status == 200
    assert lists(registry) == [(1, 0)]
    assert post(kiosk, body).status == 200  # of what is held already
    assert lists(registry) == [(1, 0)]
    assert registry.head(CROWD_KIOSK)[1] == 12


def test_copies_are_listed_and_cleared_by_a_command(registry):
    """Those that wait go with their chain; those that it contradicts stay until somebody has looked at them."""
    kiosk, other = registry.enrol(CROWD_KIOSK).fill(3), registry.enrol(ELSEWHERE).fill(3)
    told = pair(kiosk)
    assert post(kiosk, copies(kiosk, *told)).status == 200
    assert post(other, copies(other, *pair(other))).status == 200

    def listed():
        return [line.split(" received=")[0] for line in registry.command("copies", "list").splitlines()]

    def of(name, how):
        return [f"{name} {how} epoch=1 seq={seq} kind={kind}" for seq, kind in ((4, "PRESENTED"), (5, "DECIDED"))]

    assert listed() == of(CROWD_KIOSK, "waits") + of(ELSEWHERE, "waits")
    assert registry.command("copies", "list").splitlines()[0].endswith(f"hash={told[0].hash.hex()}")
    del kiosk.entries[3:]
    pair(kiosk)  # storage went back, and somebody else got these numbers
    for one in (kiosk, other):
        assert one.post(one.batch(1, 5)).status == 200
    assert listed() == of(CROWD_KIOSK, "contradicted")
    assert registry.command("copies", "clear", ELSEWHERE) == "0 cleared\n"
    assert listed() == of(CROWD_KIOSK, "contradicted")
    assert registry.command("copies", "clear", CROWD_KIOSK) == "2 cleared\n"
    assert listed() == [] and len(lists(registry)) == 2
    assert registry.run("copies", "clear", "CGK-03-0499").returncode == 1


def test_a_row_that_was_withdrawn_stays_so_when_the_chain_brings_the_entry(registry):
    kiosk = registry.enrol(CROWD_KIOSK).fill(3)
    assert post(kiosk, copies(kiosk, *pair(kiosk))).status == 200
    with sqlite3.connect(registry.folder / "registry.db") as db:
        db.execute("UPDATE listing SET withdrawn = 1")
    db.close()
    assert kiosk.post(kiosk.batch(1, 5)).status == 200
    assert lists(registry) == [(1, 1)]


def test_what_is_decided_in_a_later_batch_than_it_was_presented_is_told_too(registry):
    kiosk = registry.enrol(CROWD_KIOSK).fill(3)
    pair(kiosk)
    assert kiosk.post(kiosk.batch(1, 4)).status == 200
    assert lists(registry) == []
    assert kiosk.post(kiosk.batch(5, 5)).status == 200
    assert lists(registry) == [(1, 0)]


@pytest.mark.parametrize("what", ["training", "desk", "cleared"])
def test_practice_and_clearances_tell_other_counters_nothing(registry, what):
    kiosk = registry.enrol(CROWD_KIOSK).fill(1)
    place = {1: {**LIVE[1], 1: {"training": 1, "desk": 2}.get(what, 0)}}
    shown = kiosk.append(PRESENTED, presented(place if what != "cleared" else LIVE))
    kiosk.append(DECIDED, decided(shown.seq, 1 if what == "cleared" else DEFERRED, place))
    assert kiosk.post(kiosk.batch(1, 3)).status == 200
    assert lists(registry) == []


BAD = [
    ("another key's", lambda kiosk, other, pair: copies(kiosk, *pair, key=other.entry_key)),
    ("another kiosk's", lambda kiosk, other, pair: copies(other, *other.entries)),
    ("another payload", lambda kiosk, other, pair: copies(
        kiosk, pair[0], type(pair[1])(pair[1].seq, b"", pair[0].payload, pair[1].whole, b""))),
    ("none at all", lambda kiosk, other, pair: copies(kiosk)),
    ("no frame", lambda kiosk, other, pair: b"nonsense"),
    ("no copies", lambda kiosk, other, pair: zstd_raw(b"\xa0")),
    ("too many", lambda kiosk, other, pair: copies(kiosk, *pair * 17)),
]


@pytest.mark.parametrize("what,body", BAD, ids=[row[0] for row in BAD])
def test_copies_that_the_kiosk_did_not_sign_are_refused_all_of_them(registry, what, body):
    kiosk, other = registry.enrol(CROWD_KIOSK).fill(1), registry.enrol(ELSEWHERE).fill(2)
    assert post(kiosk, body(kiosk, other, pair(kiosk))).status == 400, what
    assert lists(registry) == []
    with sqlite3.connect(f"file:{registry.folder / 'registry.db'}?mode=ro", uri=True) as db:
        assert db.execute("SELECT count(*) FROM copy").fetchone() == (0,)
