"""The real pamit-sync for tests, with a journal, beside a real registry (registry_kit.py).

    kiosk = SyncKiosk(registry, tmp_path / "kiosk", "CGK-03-0412")   # keys, certificate, registered
    kiosk.append(10)                                                 # entries in its journal
    done = kiosk.once()                                              # one contact: .returncode, .log
"""

import contextlib
import re
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

import pki
from kiosk_conf import kiosk_conf
from registry_kit import BIN

PROGRAM = BIN / "pamit-sync"
JOURNAL_TOOL = BIN / "journal_tool"
TIMEOUT_S = 60
CROWD_KIOSK = "CGK-03-0412"


class SyncKiosk:
    """A kiosk's folder, its journal, and pamit-sync."""

    def __init__(self, registry, folder, name, *, register=True):
        self.registry, self.folder, self.name = registry, Path(folder), name
        self.folder.mkdir(parents=True, exist_ok=True)
        pki.storage_key(self.folder / "storage.key")
        pki.ec_key(self.folder / "entry.key", self.folder / "entry.pub")
        pki.public_pem(registry.receipt_key, self.folder / "receipt.pub")
        pki.public_pem(registry.policy_key, self.folder / "policy.pub")
        self.identity = pki.issue(registry.ca, name, self.folder, "tls")
        if register:
            registry.command("kiosk", "add", name, "--entry-key", self.folder / "entry.pub")
        self.process, self.log = None, []

    def append(self, count):
        """Appends `count` entries; returns the head as (epoch, seq, hash)."""
        return self._journal(str(count))

    def void(self, seq):
        """Takes a decision back; returns the head."""
        return self._journal("void", str(seq))

    def _journal(self, *words):
        done = subprocess.run(
            [JOURNAL_TOOL, self.folder / "journal.db", self.name, self.folder / "entry.key",
             self.folder / "storage.key", *words],
            capture_output=True, text=True, timeout=10 * TIMEOUT_S, check=False,
        )
        assert done.returncode == 0, done.stderr
        epoch, seq, digest = re.fullmatch(
            r"epoch=(\d+) seq=(\d+) hash=([0-9a-f]{64})\n", done.stdout
        ).groups()
        return int(epoch), int(seq), bytes.fromhex(digest)

    def crowd(self, count):
        """Travellers, signed quickly and not synced, until there are `count` entries: one in forty of
        them is deferred. The kiosk's name is CROWD_KIOSK."""
        key = self.folder / "entry.pem"
        pki.write_private(key, (self.folder / "entry.key").read_bytes())
        subprocess.run([BIN / "journal_crowd", self.folder, str(count), "1000"], timeout=10 * TIMEOUT_S,
                       check=True)

    def configure(self, *, identity=None, ca=None, host="localhost", port=None, interval_s=1,
                  assume_synced=True, **sync):
        """Writes the configuration; by default the right one. `sync`: other keys of that section."""
        identity = identity or self.identity
        path = self.folder / "pamit.conf"
        path.write_text(
            kiosk_conf(
                kiosk={"kiosk_id": self.name, "assume_clock_synced": "yes" if assume_synced else "no"},
                sync={
                    "registry_host": host, "registry_port": port or self.registry.port,
                    "ca_cert": (ca or self.registry.ca).cert, "tls_cert": identity.cert,
                    "tls_key": identity.key, "sync_interval_s": interval_s,
                    "backoff_min_ms": 50, "backoff_max_ms": 500, **sync,
                },
            )
        )
        return path

    def once(self, **config):
        """One contact: the finished process, its log in `.stderr`."""
        return subprocess.run(
            [PROGRAM, "--once", "--config", self.configure(**config)],
            capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
        )

    def state(self):
        """What sync.db says: a row as a dict."""
        with sqlite3.connect(self.folder / "sync.db") as db:
            db.row_factory = sqlite3.Row
            return dict(db.execute("SELECT * FROM state").fetchone())

    def acked(self):
        """Every entry below is acknowledged, as far as the kiosk has been told."""
        if not (self.folder / "sync.db").exists():
            return 0
        with sqlite3.connect(self.folder / "sync.db") as db:
            row = db.execute("SELECT next FROM state").fetchone()
        return row[0] if row else 0

    def let_an_hour_pass(self):
        """Since the age of its placements was written, which a contact without news does once an hour."""
        with contextlib.closing(sqlite3.connect(self.folder / "cache.db")) as db, db:
            db.execute("UPDATE feed SET as_of = as_of - 3600")

    def feed_as_of(self):
        """As of when the placements in cache.db are good (UTC seconds)."""
        with sqlite3.connect(f"file:{self.folder / 'cache.db'}?mode=ro", uri=True) as db:
            return db.execute("SELECT as_of FROM feed").fetchone()[0]

    # ---- running on ----

    def start(self, **config):
        self.log = []
        self.process = subprocess.Popen(
            [PROGRAM, "--config", self.configure(**config)], stderr=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()

    def _read_log(self):
        for line in self.process.stderr:
            self.log.append(line.rstrip("\n"))

    def await_log(self, text, *, after=0, limit_s=TIMEOUT_S):
        """The number of lines up to and with the first one that has `text`, beyond line `after`."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            for i, line in enumerate(self.log[after:], after + 1):
                if text in line:
                    return i
            assert self.process.poll() is None, self.log
            time.sleep(0.01)
        raise AssertionError(f"no {text!r} in the log: {self.log}")

    def await_contacts(self, count):
        """`count` more good contacts."""
        end = time.monotonic() + TIMEOUT_S
        for _ in range(count):
            before = self.state()["contact_ms"]
            while self.state()["contact_ms"] == before:
                assert time.monotonic() < end and self.process.poll() is None, self.log
                time.sleep(0.01)

    def stop(self):
        self.process.terminate()
        code = self.process.wait(TIMEOUT_S)
        self._reader.join(TIMEOUT_S)
        self.process.stderr.close()
        return code
