"""Files damaged in every way: the counter serves, nothing unknown clears, the damaged file lies under
a new name byte for byte, is set aside once, and what could be read of it reaches the registry."""
import contextlib
import dataclasses
import itertools
import random
import shutil
import sqlite3
import struct
import subprocess

import cbor2
import pytest

import desk_kit
from desk_kit import decide, view

PARTS = ("", "-wal", "-shm")
PAGE = 4096
RECOVERED = 15


# ---- a kiosk to damage ---------------------------------------------------------------------------


TRAVELLERS = itertools.cycle(("siti", "suharto"))  # the same again would be a double swipe


def cross(made, result="SESUAI"):
    """A traveller is judged, and goes: the decision's number. A referred one stays undecided."""
    before = view(made, "the lane", lambda v: True)["crossing"]
    made.hardware.do("scan", next(TRAVELLERS))
    crossing = view(made, "a verdict", lambda v: v["screen"] == "VERDICT" and
                    v["crossing"] != before)["crossing"]
    assert crossing["result"] == result
    return decide(made, crossing["seq"], "CLEARED") if result == "SESUAI" else None


def checkpoint(path):
    """All into the file; SQLite removes -wal and -shm with its last connection."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("pragma wal_checkpoint(truncate)")


def let_an_hour_pass(made):
    """Since the age of the data was written."""
    with contextlib.closing(sqlite3.connect(made.folder / "sync" / "cache.db")) as database, database:
        for feed in ("feed", "list_feed"):
            database.execute(f"update {feed} set as_of = as_of - 3600")


@pytest.fixture(name="kiosk", scope="module")
def fixture_kiosk(tmp_path_factory):
    """Entries that the registry has, entries that it lacks in the file, and one in the -wal."""
    folder = tmp_path_factory.mktemp("kiosk")
    with desk_kit.desk(folder / "desk") as made:
        desk_kit.wait_for_data(made)
        for _ in range(4):
            cross(made)
        view(made, "acknowledged", lambda v: v["link"]["online"] and v["link"]["unsent"] == 0)
        made.processes.kill("sync")
        let_an_hour_pass(made)  # the next contact writes to the cache
        for name in ("cache.db", "sync.db"):
            checkpoint(made.folder / "sync" / name)
        since = len(made.processes.events)
        made.start("sync")
        made.processes.wait("sync", "SYNC_ONLINE", since=since)
        made.processes.kill("sync")
        for _ in range(12):
            cross(made)
        made.processes.kill("lane")
        checkpoint(made.folder / "lane" / "journal.db")
        made.start("lane")
        cross(made)
        made.processes.kill("lane")
        made.processes.stop("registry")
        for state in ("lane", "sync", "registry"):
            shutil.copytree(made.folder / state, folder / "kept" / state)
        made.kept = folder / "kept"
        yield made


def restore(made, *states):
    """As it was before anything was damaged; what uses it has ended."""
    for state in states:
        if state in made.processes.running:
            made.processes.kill(state)
        shutil.rmtree(made.folder / state)
        shutil.copytree(made.kept / state, made.folder / state)


def entries(path):
    """Every entry that can be read, one by one: header -> what else is stored of it."""
    found = {}
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for seq in range(1, 100):
            with contextlib.suppress(sqlite3.DatabaseError):
                row = database.execute("select header, signature, payload from entry"
                                       " where seq = ?", (seq,)).fetchone()
                if row:
                    found[row[0]] = row[1:]
    return found


def entries_of_copy(made, folder):
    """The same, without touching the files."""
    folder.mkdir()
    for part in PARTS[:2]:
        source = made.folder / "lane" / f"journal.db{part}"
        if source.is_file():
            shutil.copy(source, folder / source.name)
    try:
        return entries(folder / "journal.db")
    except sqlite3.DatabaseError:
        return {}


def numbers(path):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return {seq for seq, in database.execute("select seq from entry")}


def registry_has(made):
    """The headers of all entries that it has, as they came or taken over."""
    with contextlib.closing(sqlite3.connect(made.folder / "registry" / "registry.db")) as store:
        rows = store.execute("select kind, header, payload from entry").fetchall()
    return {cbor2.loads(payload)[1] if kind == RECOVERED else header
            for kind, header, payload in rows}


# ---- damage --------------------------------------------------------------------------------------


def noise(length):
    return random.Random(5).randbytes(length)


def overwrite(number):
    def damage(path):
        data = bytearray(path.read_bytes())
        page = number(path) if callable(number) else number
        data[(page - 1) * PAGE:page * PAGE] = noise(PAGE)
        path.write_bytes(data)
    return damage


def root_of(table):
    def find(path):
        with contextlib.closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as database:
            return database.execute("select rootpage from sqlite_schema where name = ?",
                                    (table,)).fetchone()[0]
    return find


def leaf_of(table, part):
    """The leaf at this part of the table (0 the first, 1 the last), from its inner root page."""
    def find(path):
        page = path.read_bytes()[(root_of(table)(path) - 1) * PAGE:][:PAGE]
        assert page[0] == 5, "the table has only one page"
        cells = struct.unpack(">H", page[3:5])[0]
        leaves = [struct.unpack(">I", page[at:at + 4])[0] for at in
                  struct.unpack(f">{cells}H", page[12:12 + 2 * cells])]
        leaves.append(struct.unpack(">I", page[8:12])[0])
        return leaves[round(part * (len(leaves) - 1))]
    return find


def cut(length):
    def damage(path):
        data = path.read_bytes()
        path.write_bytes(data[:length(len(data)) if callable(length) else length])
    return damage


def zeros(path):
    path.write_bytes(bytes(path.stat().st_size))


def text(path):
    path.write_bytes(b"this is not a database\n" * 500)


def folder(path):
    path.unlink()
    path.mkdir()


def of_part(part, change):
    def damage(path):
        change(path.with_name(path.name + part))
    return damage


def remove(path):
    path.unlink()


def garbage(path):
    path.write_bytes(noise(max(8192, path.stat().st_size)))


@dataclasses.dataclass
class Damage:
    what: str
    do: object
    said: str = "FILE_SET_ASIDE"  # by the file's writer; None: nothing has to be
    at_work: bool = False  # it is met only after the file was written to
    in_sending: bool = False  # nor before entries are sent


ANY_FILE = [
    Damage("the first page is noise", overwrite(1)),
    Damage("nothing is left", cut(0)),
    Damage("100 bytes are left", cut(100)),
    Damage("zeros", zeros),
    Damage("a text", text),
    Damage("a folder", folder),
    Damage("-wal removed", of_part("-wal", remove), "WAL_REMOVED"),
    Damage("-shm removed", of_part("-shm", remove), None),
    Damage("-wal is noise", of_part("-wal", garbage), "WAL_REMOVED"),
    Damage("-wal cut", of_part("-wal", cut(lambda size: size // 2)), None),
]
JOURNAL = ANY_FILE + [
    Damage("half is left", cut(lambda size: size // 2), at_work=True),
    Damage("the last page is cut off", cut(lambda size: size - PAGE), None, True),
    Damage("the root of the entries is noise", overwrite(root_of("entry"))),
    Damage("a page of entries that the registry has is noise",
           overwrite(leaf_of("entry", 0)), at_work=True),
    Damage("a page of entries that it lacks is noise", overwrite(leaf_of("entry", 0.6)),
           at_work=True, in_sending=True),
    Damage("the last page of entries is noise", overwrite(leaf_of("entry", 1)), None, True),
]
CACHE = ANY_FILE + [
    Damage("half is left", cut(lambda size: size // 2), at_work=True),
    Damage("the root of the placements is noise", overwrite(root_of("placement")), at_work=True),
    Damage("the root of the look-ups is noise", overwrite(root_of("lookup")), at_work=True),
    Damage("the root of the lists is noise", overwrite(root_of("listing")), at_work=True),
]
SYNC = ANY_FILE + [
    Damage("half is left", cut(lambda size: size // 2), None, True),
    Damage("the root of the state is noise", overwrite(root_of("state")), None, True),
]


def look(made):
    """Somebody does, before the file's writer comes, and changes nothing."""
    subprocess.run([desk_kit.PROGRAMS / "pamit", "status", "--config", made.folder / "pamit.conf"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def bytes_of(path):
    """Of the file and its -wal; an empty one holds nothing."""
    files = {part: path.with_name(path.name + part) for part in PARTS[:2]}
    found = {part: file.read_bytes() for part, file in files.items() if file.is_file()}
    return {part: data for part, data in found.items() if data}


def set_aside(path):
    return sorted(found for found in path.parent.glob(path.name + ".damaged-*")
                  if not found.name.endswith(("-wal", "-shm")))


def acknowledged(made, seq, since):
    made.processes.wait("sync", "RECEIPT_STORED", lambda e: int(e.detail("next")) > seq, since=since)


def said(made, since, name):
    return [event for event in made.processes.events[since:] if event.name == name]


def expect_aside(made, damage, path, before, since):
    """What is told to have been set aside is there, and holds what it held."""
    aside = set_aside(path)
    told = said(made, since, "FILE_SET_ASIDE")
    assert len(aside) == len(told) == (damage.said == "FILE_SET_ASIDE" or len(aside))
    for file in aside:
        assert file.name in told[0].details
        if not damage.at_work:
            assert bytes_of(file) == before
        elif noise(PAGE) in before.get("", b""):
            assert noise(PAGE) in file.read_bytes()
    return aside


@pytest.fixture(name="serving", scope="module")
def fixture_serving(kiosk):
    """The counter and the registry serve on while pamit-sync's files are damaged."""
    for name in ("registry", "lane"):
        kiosk.start(name)
    return kiosk


BY_SYNC = [("cache.db", damage) for damage in CACHE] + [("sync.db", damage) for damage in SYNC]


@pytest.mark.parametrize("name,damage", BY_SYNC, ids=[f"{n}: {d.what}" for n, d in BY_SYNC])
def test_a_damaged_file_of_sync(serving, name, damage):
    made = serving
    restore(made, "sync")
    path = made.folder / "sync" / name
    damage.do(path)
    look(made)
    before = bytes_of(path)
    since = len(made.processes.events)

    if name == "cache.db" and damage.said == "FILE_SET_ASIDE":
        cross(made, "RUJUK")  # its data can't be read
    made.start("sync")
    if damage.said:
        made.processes.wait("sync", damage.said, since=since)
    at = len(made.processes.events)
    if set_aside(path):
        at = made.processes.events.index(said(made, since, "FILE_SET_ASIDE")[0])
        if name == "cache.db":
            made.processes.wait("sync", "FEED_APPLIED", lambda e: e.detail("feed") == "placements",
                                since=at)
    made.processes.wait("sync", "SYNC_ONLINE", since=since)
    cross(made)

    aside = expect_aside(made, damage, path, before, since)
    made.processes.stop("sync")
    since = len(made.processes.events)
    made.start("sync")
    made.processes.wait("sync", "SYNC_ONLINE", since=since)
    assert set_aside(path) == aside


@pytest.mark.parametrize("damage", JOURNAL, ids=[d.what for d in JOURNAL])
def test_a_damaged_journal(kiosk, tmp_path, damage):
    made = kiosk
    restore(made, "lane", "sync", "registry")
    path = made.folder / "lane" / "journal.db"
    damage.do(path)
    look(made)
    before = bytes_of(path)
    readable = entries_of_copy(made, tmp_path / "copy")
    since = len(made.processes.events)

    made.start("lane")
    if damage.said and not damage.in_sending:
        told = made.processes.wait("lane", damage.said, since=since)
        made.processes.wait("lane", "SCANNER_OPEN", since=made.processes.events.index(told))
    cross(made)
    for name in ("registry", "sync"):
        made.start(name)
    if damage.said:
        made.processes.wait("lane", damage.said, since=since)
    acknowledged(made, cross(made), since)
    if set_aside(path) and not said(made, since, "SALVAGE_FAILED"):
        made.processes.wait("lane", "ENTRIES_TAKEN_OVER", since=since)
        acknowledged(made, cross(made), since)

    aside = expect_aside(made, damage, path, before, since)
    missing = [cbor2.loads(header)[4] for header in set(readable) - registry_has(made)]
    assert not missing, "entries that could be read"
    made.processes.stop("lane")
    if aside:
        assert desk_kit.pamit(made, "journal", "verify").startswith("sound: ")
        assert not numbers(path) & {cbor2.loads(header)[4] for header in readable}
        assert readable or min(numbers(path)) > 1_000_000
    made.start("lane")
    assert set_aside(path) == aside


def replace_by_zeros(path):
    length = path.stat().st_size
    path.unlink()
    path.write_bytes(bytes(length))


@pytest.mark.parametrize("traveller,result,damage", [
    ("siti", "SESUAI", zeros), ("siti", "SESUAI", replace_by_zeros), ("dewi", "TUNDA", zeros)])
def test_nothing_is_left_of_the_journal_under_a_verdict(kiosk, traveller, result, damage):
    """Its traveller has to be scanned again, which is said, and is judged as before. No receipt is
    known either, and what is unsent is what there is."""
    made = kiosk
    restore(made, "lane", "sync", "registry")
    for part in PARTS:
        (made.folder / "sync" / f"sync.db{part}").unlink(missing_ok=True)
    path = made.folder / "lane" / "journal.db"
    made.start("lane")
    seq = desk_kit.scan(made, traveller)["seq"]
    since = len(made.processes.events)
    for part in PARTS[:2]:
        damage(path.with_name(path.name + part))
    stop = result == "TUNDA"
    made.page.post("/action", {"seq": seq, "decision": "DEFERRED" if stop else "CLEARED",
                               "role": "SUPERVISOR" if stop else "OFFICER", "note": "test",
                               "second_officer_id": "S-0001" if stop else ""})
    made.processes.wait("lane", "FILE_SET_ASIDE", since=since)
    shown = view(made, "a counter without a traveller", lambda v: v["screen"] == "READY")
    assert shown["notices"][:2] == ["SCAN_AGAIN", "JOURNAL_DAMAGED"]
    assert shown["counts"]["total"] == 0
    assert desk_kit.scan(made, traveller, after=seq)["result"] == result
    shown = view(made, "said no more", lambda v: v["screen"] == "VERDICT")
    assert shown["notices"] == ["JOURNAL_DAMAGED"] and shown["link"]["unsent"] == 2


@pytest.mark.parametrize("of, becomes", [(3, -1), (0, -1), (-3, 40000)],
                         ids=["unsent", "the last one sent", "sent, and now the highest"])
def test_a_number_is_damaged_at_work(kiosk, tmp_path, of, becomes):
    """It is met by pamit-sync alone, which can send nothing behind it: the lane has to hear."""
    made = kiosk
    restore(made, "lane", "sync", "registry")
    path = made.folder / "lane" / "journal.db"
    with contextlib.closing(sqlite3.connect(made.folder / "registry" / "registry.db")) as store:
        sent = store.execute("select max(seq) from entry").fetchone()[0]
    since = len(made.processes.events)
    made.start("lane")
    cross(made)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("update entry set seq = ? where seq = ?",
                         (becomes, sent + of))
    readable = entries_of_copy(made, tmp_path / "copy")
    for name in ("registry", "sync"):
        made.start(name)
    told = made.processes.wait("lane", "FILE_SET_ASIDE", since=since)
    made.processes.wait("lane", "ENTRIES_TAKEN_OVER", since=since)
    acknowledged(made, cross(made), since)
    assert [file.name in told.details for file in set_aside(path)] == [True]
    out = desk_kit.pamit(made, "journal", "verify")
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        first = database.execute("select min(seq) from entry").fetchone()[0]
    assert f"numbers 1 to {first - 1} are not in this file: epoch 2 goes on after them" in out
    assert f"  {set_aside(path)[0]} has " in out
    assert set(readable) <= registry_has(made)


@pytest.mark.parametrize("state,name", [("lane", "journal.db"), ("sync", "sync.db"), ("sync", "cache.db")])
def test_a_file_that_is_moved_away_at_work(kiosk, tmp_path, state, name):
    """No reader goes on with the old one, which is sound, but nothing new comes into it."""
    made = kiosk
    restore(made, "lane", "sync", "registry")
    since = len(made.processes.events)
    for process in ("registry", "lane", "sync"):
        made.start(process)
    acknowledged(made, cross(made), since)
    since = len(made.processes.events)
    for part in PARTS:
        (made.folder / state / f"{name}{part}").rename(tmp_path / f"{name}{part}")
    if name == "journal.db":
        made.hardware.do("scan", next(TRAVELLERS))
        view(made, "a verdict that is not stored", lambda v: "SCAN_AGAIN" in v["notices"])
    elif name == "cache.db":
        cross(made, "RUJUK")
        made.processes.wait("sync", "FEED_APPLIED", lambda e: e.detail("feed") == "placements",
                            since=since)
    view(made, "a new file", lambda v: (made.folder / state / name).exists())
    acknowledged(made, cross(made), since)
    view(made, "acknowledged", lambda v: v["link"]["online"] and v["link"]["unsent"] == 0)
