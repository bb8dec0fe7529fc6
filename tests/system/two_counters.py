"""Two counters and one registry, over real TLS: what one of them decides, the other has to know."""

import datetime as dt
import sqlite3

import cbor2
import pytest

from sync_kit import CROWD_KIOSK, SyncKiosk
from sync_scene import make_registry, running  # noqa: F401

ELSEWHERE = "SUB-01-0001"
LIMIT_S = 60  # promised for what goes to another counter, which by itself would ask in an hour
DEFERRED = 4
DEFERRAL = 1  # of the lists
WIB = dt.timezone(dt.timedelta(hours=7))
LIVE = {1: {2: "CGK", 3: "03", 4: "P-0001"}}


@pytest.fixture
def here(registry, tmp_path):
    yield from running(SyncKiosk(registry, tmp_path / "here", CROWD_KIOSK))


@pytest.fixture
def elsewhere(registry, tmp_path):
    kiosk = SyncKiosk(registry, tmp_path / "elsewhere", ELSEWHERE)
    kiosk.append(1)
    yield from running(kiosk)


def starts(kiosk, **config):
    """It is online and waits for news; it would ask for some by itself in an hour."""
    kiosk.start(interval_s=3600, **config)
    kiosk.await_log("SYNC_ONLINE")


def counter_date():
    """Today where the counters stand: from 17:00 UTC on it is tomorrow there."""
    return dt.datetime.now(WIB).date().isoformat()


def lists(registry):
    """(version, withdrawn) of each deferral; who is deferred twice in a day is also a repeat attempt."""
    with sqlite3.connect(f"file:{registry.folder / 'registry.db'}?mode=ro", uri=True) as db:
        rows = db.execute("SELECT version, withdrawn, record FROM listing ORDER BY version").fetchall()
    return [row[:2] for row in rows if cbor2.loads(row[2])[1] == DEFERRAL]
