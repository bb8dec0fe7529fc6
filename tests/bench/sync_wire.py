#!/usr/bin/python3
"""What sync costs on the wire, counted at a proxy between the real pamit-sync and the real registry, TLS and
HTTP and all (of TCP and IP what they carry). Prints lines as bench.h says, for tests/bench/run.

    sync_wire.py [--short] [ENTRIES | FOLDER]   FOLDER: a kiosk's, with journal.db, entry.pem and storage.key

Without FOLDER the journal is 90,000 entries of journal_crowd (--short: 1,000), signed and not synced.
An hour of idling is contacts that are a second apart, counted one by one, as many as an hour has at the
preset interval less its jitter; and the connection they are kept on, made anew once an hour.
"""
import contextlib
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "system"))

import pki  # noqa: E402
from fault_proxy import DOWN, UP, FaultProxy  # noqa: E402
from figures import say  # noqa: E402
from registry_kit import Registry  # noqa: E402
from sync_kit import CROWD_KIOSK, SyncKiosk  # noqa: E402
from test_sync import placements  # noqa: E402

INTERVAL_S, JITTER = 3600, 10  # kiosk_config.c, sync_session.c
ROWS_A_DAY = 1000  # that one kiosk may tell the others (registry_store.h)
ROW = ('{"kind": "DOCUMENT_LOST", "passport_no": "X0000006", "passport_country": "IDN", "from": "2020-01-01",'
       ' "expires": "2099-12-31", "issued_by": "IMI-PUSAT"}\n')


def total(proxy):
    return proxy.bytes(UP) + proxy.bytes(DOWN)


def give(kiosk, folder):
    """The kiosk gets a journal with the keys it was made with."""
    for name in ("journal.db", "storage.key"):
        shutil.copy(folder / name, kiosk.folder / name)
    (kiosk.folder / "storage.key").chmod(0o600)
    key = kiosk.folder / "entry.key"
    pki.write_private(key, (folder / "entry.pem").read_bytes())
    private = pki.serialization.load_pem_private_key(key.read_bytes(), None)
    pki.public_pem(private, kiosk.folder / "entry.pub")
    kiosk.registry.command("kiosk", "add", CROWD_KIOSK, "--entry-key", kiosk.folder / "entry.pub")


def deferrals(kiosk):
    """How many rows of the lists its journal makes, and the number of its last entry."""
    with contextlib.closing(sqlite3.connect(kiosk.folder / "journal.db")) as db:
        rows, entries = db.execute("SELECT (SELECT count(DISTINCT seq) FROM crossing WHERE decision = 4), max(seq)"
                                   " FROM entry").fetchone()
        return min(rows, ROWS_A_DAY), entries


def measure_upload(kiosk, elsewhere):
    """All goes up while another kiosk waits for what concerns it."""
    rows, entries = deferrals(kiosk)
    elsewhere.append(1)
    elsewhere.start(interval_s=3600)
    online = elsewhere.await_log("SYNC_ONLINE")
    with FaultProxy(kiosk.registry.port) as proxy:
        began = time.monotonic()
        kiosk.start(port=proxy.port, interval_s=3600, long_poll_s=0)
        if rows:
            elsewhere.await_log("FEED_APPLIED feed=lists", after=online)
            say("the newest deferrals of a backlog elsewhere after", "s", time.monotonic() - began, "< 60")
            elsewhere.await_log(f"FEED_APPLIED feed=lists version={1 + rows}")
            say(f"the last of {rows} deferrals elsewhere after", "s", time.monotonic() - began, "< 60")
        kiosk.await_log("SYNC_ONLINE", limit_s=600)
        took = time.monotonic() - began
        assert kiosk.acked() == entries + 1 and kiosk.stop() == 0
        say(f"upload of {entries} entries, all counted", "bytes/entry", total(proxy) / entries, "< 100")
        say("... of it sent up", "bytes/entry", proxy.bytes(UP) / entries)
        say("... and how long", "s", took)
    assert elsewhere.stop() == 0


def measure_idle(kiosk, contacts):
    with FaultProxy(kiosk.registry.port) as proxy:
        assert kiosk.once(port=proxy.port).returncode == 0
        fresh = total(proxy)
    with FaultProxy(kiosk.registry.port) as proxy:
        kiosk.start(port=proxy.port, interval_s=1, long_poll_s=0)
        kiosk.await_log("SYNC_ONLINE")
        before = total(proxy)
        kiosk.await_contacts(contacts)
        kept = (total(proxy) - before) / contacts
        assert proxy.connections == 1
        assert kiosk.stop() == 0
    hourly = 3600 / (INTERVAL_S * (1 - 1 / JITTER))
    say("a contact without news, connection kept", "bytes", kept)
    say("... on a connection of its own", "bytes", fresh)
    say("idle, long-poll off", "bytes/h", hourly * kept + fresh, "< 5000")


def main(words):
    short = "--short" in words
    folders = [Path(word) for word in words if Path(word).is_dir()]
    entries = next((int(word) for word in words if word.isdigit()), 1000 if short else 90000)
    with tempfile.TemporaryDirectory() as scratch:
        with Registry(Path(scratch) / "registry") as registry:
            for what, row in (("lists", ROW), ("placements", placements(1))):
                (registry.folder / "row").write_text(row)
                registry.command("import", what, registry.folder / "row")
            kiosk = SyncKiosk(registry, Path(scratch) / "kiosk", CROWD_KIOSK, register=not folders)
            if folders:
                give(kiosk, folders[0])
            else:
                kiosk.crowd(entries)
            measure_upload(kiosk, SyncKiosk(registry, Path(scratch) / "elsewhere", "SUB-01-0001"))
            measure_idle(kiosk, 3 if short else 10)


if __name__ == "__main__":
    main(sys.argv[1:])
