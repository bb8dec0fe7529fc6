"""Deferrals on their way to the lists where history is not plain: recovered from a disk that went back, and
ahead of a chain that then says something else."""

import copy
import datetime
import sqlite3

import cbor2
import pytest

from clock_kit import Clock
from registry_kit import (DECIDED, PRESENTED, RECOVERED, Registry, cose_signature, decided, deterministic,
                          presented, zstd_raw)

NAME = "CGK-03-0412"
DEFERRED = 4
DEFERRAL, SOI, REPEAT = 1, 2, 6
LIVE = {1: {2: "CGK", 3: "03", 4: "P-0001"}}


WIB = datetime.timezone(datetime.timedelta(hours=7))
NOW = datetime.datetime.now(WIB)
NOON = NOW.replace(hour=12, minute=0, second=0, microsecond=0) + datetime.timedelta(1)


@pytest.fixture
def registry(tmp_path):
    """At the registry it is noon, and what kiosks send is of that day: some rows are for one day alone."""
    folder = tmp_path / "registry"
    folder.mkdir()
    clock = Clock(folder)
    clock.set(int((NOON - NOW).total_seconds() * 1000))
    registry = Registry(folder)
    with clock.kiosk():
        registry.start()
    yield registry
    assert registry.stop() == 0


def enrol(registry, name):
    kiosk = registry.enrol(name)
    kiosk.began_ms = int(NOON.timestamp() * 1000)
    return kiosk


def query(registry, sql):
    with sqlite3.connect(f"file:{registry.folder / 'registry.db'}?mode=ro", uri=True) as db:
        return db.execute(sql).fetchall()


def lists(registry):
    return query(registry, "SELECT version, withdrawn FROM listing ORDER BY version")


def pair(kiosk, changes=None):
    shown = kiosk.append(PRESENTED, presented({**LIVE, **(changes or {})}))
    return shown, kiosk.append(DECIDED, decided(shown.seq, DEFERRED, LIVE))


def rolled_back(kiosk, to):
    """The same kiosk on its disk as it was then, offline."""
    other = copy.copy(kiosk)
    other.entries = list(kiosk.entries[:to])
    return other


def recover(kiosk, entries):
    """A new epoch that brings what the kiosk made on the other branch."""
    kiosk.epoch += 1
    kiosk.append_epoch()
    for entry in entries:
        bring(kiosk, entry)


def bring(kiosk, entry):
    kiosk.append(RECOVERED, {1: entry.whole, 2: cose_signature(kiosk.entry_key, entry.whole),
                             3: entry.payload})


def test_a_deferral_of_a_disk_that_went_back_is_told(registry):
    kiosk = enrol(registry, NAME).fill(5)
    assert kiosk.post(kiosk.batch(1, 5)).status == 200
    recover(kiosk, pair(rolled_back(kiosk, 3)))
    assert kiosk.post(kiosk.batch(6, 8)).status == 200
    assert lists(registry) == [(1, 0)]
    assert kiosk.post(kiosk.batch(6, 8)).status == 200
    assert lists(registry) == [(1, 0)]


def test_what_was_told_before_its_disk_went_back_is_told_once(registry):
    kiosk = enrol(registry, NAME).fill(3)
    left = pair(kiosk)
    assert kiosk.post(kiosk.batch(1, 5)).status == 200
    assert lists(registry) == [(1, 0)]
    recover(kiosk, left)
    assert kiosk.post(kiosk.batch(6, 8)).status == 200
    assert lists(registry) == [(1, 0)]


def test_whom_it_defers_is_sought_on_its_own_branch(registry):
    """Number 4 is somebody else's on the branch that the registry has: of what comes as a DECIDED alone,
    nobody knows who it was."""
    kiosk = enrol(registry, NAME).fill(3)
    kiosk.append(PRESENTED, presented(LIVE))
    kiosk.append(DECIDED, decided(4, 1, LIVE))
    assert kiosk.post(kiosk.batch(1, 5)).status == 200
    recover(kiosk, pair(rolled_back(kiosk, 3))[1:])
    assert kiosk.post(kiosk.batch(6, 7)).status == 200
    assert lists(registry) == []


def test_whom_it_defers_may_have_come_in_the_batch_before(registry):
    kiosk = enrol(registry, NAME).fill(5)
    assert kiosk.post(kiosk.batch(1, 5)).status == 200
    shown, ended = pair(rolled_back(kiosk, 3))
    recover(kiosk, [shown])
    kiosk.fill(9)  # travellers of now, meanwhile
    bring(kiosk, ended)
    assert kiosk.post(kiosk.batch(6, 9)).status == 200
    assert kiosk.post(kiosk.batch(10, 10)).status == 200
    assert lists(registry) == [(1, 0)]


def test_who_tries_again_is_told_of_a_disk_that_went_back_too(registry):
    first, second = enrol(registry, NAME).fill(1), enrol(registry, "BTM-01-0001").fill(3)
    pair(first)
    assert first.post(first.batch(1, 3)).status == 200
    assert second.post(second.batch(1, 3)).status == 200
    recover(second, pair(rolled_back(second, 2), {1: {2: "BTM", 3: "01", 4: "P-0002"}}))
    assert second.post(second.batch(4, 6)).status == 200
    kinds = [cbor2.loads(record)[1] for record, in query(registry, "SELECT record FROM listing ORDER BY version")]
    assert kinds == [DEFERRAL, DEFERRAL, REPEAT, SOI]
