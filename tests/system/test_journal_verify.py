"""`pamit journal verify` on some days of a counter: what it says, and when.

Which entry is named for which fault is test_journal_tamper's and test_journal_flips's; here it is
the words, the exit code and the terminal.
"""

import os
import pty
import sqlite3
import subprocess

import pytest

from store_kit import BIN, make_kiosk, pamit

ENTRIES = 600
PAGE = 4096


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = make_kiosk(tmp_path_factory.mktemp("kiosk"))
    for file in folder.glob("journal.db*"):
        file.unlink()
    subprocess.run([BIN / "journal_crowd", folder, str(ENTRIES)], check=True, timeout=60)
    return folder


@pytest.fixture
def journal(made, tmp_path):
    """A copy that may be altered, and what names it and its keys."""
    for name in ("journal.db", "journal.db-wal"):
        (tmp_path / name).write_bytes((made / name).read_bytes())
    return tmp_path / "journal.db", ("--journal", tmp_path / "journal.db", "--entry-key-pub",
                                     made / "entry.pub.pem", "--storage-key", made / "storage.key")


def alter(path, sql):
    with sqlite3.connect(path) as db:
        db.executescript(sql)
    db.close()


def test_who_watches_sees_how_far_it_is(journal):
    seen = b""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(BIN / "pamit", ["pamit", "journal", "verify", *map(str, journal[1])])
    while True:
        try:
            seen += os.read(terminal, 4096)
        except OSError:
            break
    assert os.waitpid(child, 0)[1] == 0
    assert f"\r256 of {ENTRIES} entries checked\r".encode() in seen
    assert f"\r{ENTRIES} of {ENTRIES} entries checked\r".encode() in seen
    assert f"\x1b[Ksound: {ENTRIES} entries".encode() in seen


@pytest.mark.parametrize("sql, said", [
    ("DELETE FROM entry WHERE seq = 37", "entry 37: the entry is missing"),
    ("UPDATE entry SET seq = 0 WHERE seq = 37; UPDATE entry SET seq = 37 WHERE seq = 38;"
     "UPDATE entry SET seq = 38 WHERE seq = 0",
     "entry 37: another entry of this journal is in its place"),
    ("UPDATE entry SET signature = zeroblob(64) WHERE seq = 37",
     "entry 37: the entry is not signed by this kiosk's entry key"),
    ("UPDATE entry SET payload = zeroblob(200) WHERE seq = 37",
     "entry 37: the payload can't be opened, or is not the one the entry names"),
    ("UPDATE entry SET header = zeroblob(165) WHERE seq = 37", "entry 37: the entry does not parse"),
    ("UPDATE meta SET kiosk = 'SUB-01-0001'", "entry 1: the entry is another kiosk's"),
])
def test_a_finding_names_entry_and_kind_and_says_what_to_do(journal, sql, said):
    alter(journal[0], sql)
    out, err = pamit("journal", "verify", *journal[1], code=1)
    assert out.startswith(said + "\n") and err == "", "nothing of progress where nobody watches"
    assert ("All entries before it are sound" in out) == ("entry 37" in said)
    assert "Keep journal.db and its -wal as they are" in out


def last_leaf(path):
    """Where the b-tree page with the last entry begins."""
    with sqlite3.connect(path) as db:
        page, = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'entry'").fetchone()
    db.close()
    data = path.read_bytes()
    while data[(page - 1) * PAGE] == 5:  # an inner page: on to its right-most child
        at = (page - 1) * PAGE + 8
        page = int.from_bytes(data[at:at + 4], "big")
    return (page - 1) * PAGE


def test_a_page_that_lost_its_last_row_is_a_finding(journal):
    path = journal[0]
    path.with_name("journal.db-wal").write_bytes(b"")
    at = last_leaf(path) + 3  # how many cells it has
    data = bytearray(path.read_bytes())
    data[at:at + 2] = (int.from_bytes(data[at:at + 2], "big") - 1).to_bytes(2, "big")
    path.write_bytes(data)
    out, _ = pamit("journal", "verify", *journal[1], code=1)
    assert f"sound: {ENTRIES - 1} entries" in out
    assert "its pages do not fit together: entries may be missing" in out
    assert out.count("Keep journal.db and its -wal as they are") == 1


def test_a_wal_that_was_altered_is_a_finding(journal):
    wal = journal[0].with_name("journal.db-wal")
    data = bytearray(wal.read_bytes())
    frames = [at for at in range(32, len(data), 24 + PAGE) if data[at + 8:at + 16] == data[16:24]]
    data[frames[-1] + 1000] ^= 1
    wal.write_bytes(data)
    out, _ = pamit("journal", "verify", *journal[1], code=1)
    assert f"sound: {ENTRIES - 1} entries" in out
    assert "its -wal ends in what is no whole transaction" in out
