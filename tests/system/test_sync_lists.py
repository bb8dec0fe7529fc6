"""Lists on their way from the centre to a counter: imported, fetched over TLS, and counted by the check
that a counter makes; taken back the same way; and what is refused when the feed is not what it should be."""

import datetime
import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

import cbor2
import pytest

from front_kit import Front
from mrz_cases import make
from registry_kit import BIN, Reply, cose_payload, cose_signature, deterministic
from sync_scene import NAME, make_kiosk_at_work, make_registry  # noqa: F401

POLICY = Path(__file__).parents[1] / "data" / "contract" / "policy.example.json"
SOI = {
    "kind": "SOI", "passport_no": "X0000006", "passport_country": "IDN", "name_mrz": "HIDAYAT BUDI",
    "birth_date": "1990-05-05", "from": "2020-01-01", "expires": "2099-12-31",
    "issued_by": "IMI-PUSAT", "reason": "R072",
}
LOST = {"kind": "DOCUMENT_LOST", "passport_no": "X0000006", "passport_country": "IDN",
        "from": "2020-01-01", "expires": "2099-12-31", "issued_by": "IMI-PUSAT"}
PLACEMENT = {"placement_id": "PMI-1", "status": "READY", "scheme": "P2P", "name_full": "Siti",
             "sex": "F", "birth_date": "1998-04-12", "passport_no": "X1", "passport_country": "IDN",
             "dest_country": "TWN"}
TODAY = datetime.datetime.now(datetime.timezone.utc).date()


def tell(registry, rows, how="import"):
    path = registry.folder / "lists.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    registry.command(how, "lists", path)


def contact(kiosk, **config):
    done = kiosk.once(**config)
    assert done.returncode == 0, done.stderr
    return done.stderr


def reasons(kiosk, number="X0000006", name="HIDAYAT<<BUDI"):
    """Of a traveller's check against the kiosk's own cache."""
    lines = make("TD3", name=name, number=number, birth="900505", sex="M", expiry="340501")
    query = {"id": 1, "lines": lines,
             "context": {"direction": "DEPARTURE", "category": "TOUR", "dest_country": "TWN"}}
    done = subprocess.run(
        [BIN / "pamit", "check", "--json", "--cache", kiosk.folder / "cache.db", "--storage-key",
         kiosk.folder / "storage.key", "--policy", POLICY, "--date", str(TODAY)],
        input=json.dumps(query) + "\n", capture_output=True, text=True, timeout=60, check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["error"] is None
    return sorted(answer["reasons"])


def cached(kiosk, sql):
    db = sqlite3.connect(kiosk.folder / "cache.db")
    value = db.execute(sql).fetchone()
    db.commit()
    db.close()
    return value[0] if value else None


def test_a_row_counts_at_the_counter_after_the_next_contact(registry, kiosk):
    assert "feed=lists" not in contact(kiosk)
    assert reasons(kiosk) == ["R003"]
    tell(registry, [SOI, LOST])
    assert "FEED_APPLIED feed=lists version=2 gone=0 rows=2" in contact(kiosk)
    assert reasons(kiosk) == ["R003", "R023", "R072"]
    assert reasons(kiosk, number="X9999999") == ["R003", "R072"]  # by name and birth date
    assert reasons(kiosk, number="X9999999", name="HIDAYAT<<TONO") == ["R003"]
    assert "FEED_APPLIED" not in contact(kiosk)


@pytest.mark.parametrize("how,row,told", [
    ("withdraw", SOI, "gone=1 rows=0"),
    ("withdraw", SOI | {"expires": "2050-01-01", "reason": "R070"}, "gone=1 rows=0"),
    ("import", SOI | {"expires": str(TODAY - datetime.timedelta(days=2))}, "gone=0 rows=1"),
], ids=["withdrawn", "withdrawn, told otherwise", "ended early"])
def test_a_row_that_is_taken_back_counts_no_more_and_is_gone(registry, kiosk, how, row, told):
    tell(registry, [SOI, LOST])
    contact(kiosk)
    tell(registry, [row], how)
    assert f"feed=lists version=3 {told}" in contact(kiosk)
    assert reasons(kiosk) == ["R003", "R023"]
    assert cached(kiosk, "SELECT count(*) FROM listing") == 1
    tell(registry, [SOI])
    contact(kiosk)
    assert "R072" in reasons(kiosk)


def test_a_row_that_is_renewed_is_one_row(registry, kiosk):
    tell(registry, [SOI | {"expires": str(TODAY + datetime.timedelta(days=1))}])
    contact(kiosk)
    before = cached(kiosk, "SELECT count(*) FROM listing")
    tell(registry, [SOI])
    contact(kiosk)
    assert cached(kiosk, "SELECT count(*) FROM listing") == before == 2  # by number, by name
    assert "R072" in reasons(kiosk)


def test_lists_come_before_placements_and_both_have_an_age_of_their_own(registry, kiosk):
    tell(registry, [SOI])
    path = registry.folder / "placements.jsonl"
    path.write_text(json.dumps(PLACEMENT) + "\n")
    registry.command("import", "placements", path)
    log = contact(kiosk)
    assert log.index("feed=lists") < log.index("feed=placements")
    long_ago = 1700000000
    for table in ("feed", "list_feed"):
        now = cached(kiosk, f"SELECT as_of FROM {table}")
        cached(kiosk, f"UPDATE {table} SET as_of = {long_ago}")
        assert "R019" in reasons(kiosk), table
        assert "FEED_APPLIED" not in contact(kiosk)  # nothing new but how old it is
        assert cached(kiosk, f"SELECT as_of FROM {table}") >= now
        assert "R019" not in reasons(kiosk), table


@pytest.mark.parametrize("table", ["feed", "list_feed"])
def test_half_a_download_has_no_age(registry, kiosk, table):
    """A cache that was built of files is of the check's day if nobody said when; a kiosk's is not."""
    tell(registry, [SOI])
    path = registry.folder / "placements.jsonl"
    path.write_text(json.dumps(PLACEMENT) + "\n")
    registry.command("import", "placements", path)
    contact(kiosk)
    assert "R019" not in reasons(kiosk)
    cached(kiosk, f"UPDATE {table} SET as_of = 0")
    assert "R019" in reasons(kiosk)


def test_more_rows_than_one_step_has(registry, kiosk):
    tell(registry, [SOI | {"passport_no": f"Y{i:07}", "name_mrz": f"ORANG {i % 26 + 1}"}
                    for i in range(1300)])
    log = contact(kiosk)
    assert [line.rpartition("rows=")[2] for line in log.splitlines() if "feed=lists" in line] == [
        "500", "500", "300"
    ]
    assert "R072" in reasons(kiosk, number="Y0001299")


def test_a_long_download_does_not_keep_a_new_row_waiting(registry, kiosk):
    path = registry.folder / "placements.jsonl"
    path.write_text("".join(json.dumps(PLACEMENT | {"placement_id": f"PMI-{i}"}) + "\n"
                            for i in range(500 * 30)))
    registry.command("import", "placements", path)

    def seen(path):
        if path == "/v1/feed/placements?from=1000":
            tell(registry, [SOI])

    with front(registry, kiosk, seen=seen) as altered:
        log = contact(kiosk, port=altered.port)
    applied = [line for line in log.splitlines() if "FEED_APPLIED" in line]
    lists = next(i for i, line in enumerate(applied) if "feed=lists" in line)
    assert len(applied) == 31 and lists <= 20


def test_a_registry_that_lost_its_lists_is_said_and_the_old_rows_stay(registry, kiosk):
    assert registry.stop() == 0
    backup = registry.folder / "backup.db"
    shutil.copy(registry.folder / "registry.db", backup)
    registry.start()
    tell(registry, [SOI])
    contact(kiosk)
    assert registry.stop() == 0
    for left in registry.folder.glob("registry.db*"):
        left.unlink()
    shutil.copy(backup, registry.folder / "registry.db")
    registry.start()
    done = kiosk.once()
    assert done.returncode == 1 and "FEED_REFUSED" in done.stderr
    assert "lists: the registry is behind the version we have" in done.stderr
    assert registry.head(NAME)[1] == 3
    assert "R072" in reasons(kiosk)


# ---- a web front that was taken over ---------------------------------------------------------------


def front(registry, kiosk, alter=bytes, seen=str):
    """Passes everything on, but for what comes of /v1/feed/lists, which `alter` may change, or take away
    (None); `seen` is told each path."""

    def answer(_, path, __, ask):
        reply = ask()
        seen(path)
        if "/feed/lists" not in path:
            return reply
        body = alter(reply.body)
        return Reply(404 if body is None else reply.status, reply.headers, body or b"")

    return Front(registry, kiosk, answer)


def flip(envelope):
    return envelope[:-1] + bytes([envelope[-1] ^ 1])


def resigned(registry, key=None, **changes):
    """The step with keys of its map changed, signed anew: by its own key, or by another."""

    def alter(envelope):
        payload = {**cose_payload(registry.receipt_key, envelope),
                   **{int(name[1:]): value for name, value in changes.items()}}
        tagged = cbor2.loads(envelope)
        payload = deterministic(payload)
        tagged.value[2] = payload
        tagged.value[3] = cose_signature(key or registry.receipt_key, payload)
        return cbor2.dumps(tagged, canonical=True)

    return alter


TAMPERED = [
    ("a changed byte", lambda registry: flip, "not authentic"),
    ("another key's signature", lambda r: resigned(r, r.policy_key), "not authentic"),
    ("an older step", lambda r: resigned(r, _3=0), "does not begin at the version we have"),
    ("a step that skips", lambda r: resigned(r, _3=2, _4=3, _5=3), "does not begin at"),
    ("another feed", lambda r: resigned(r, _2="placements"), "malformed"),
    ("data from the future", lambda r: resigned(r, _6=1 << 40), "newer than any clock allows"),
    ("a row that is none", lambda r: resigned(r, _7=[{1: 9}]), "malformed"),
    ("half of an envelope", lambda r: lambda envelope: envelope[: len(envelope) // 2], "malformed"),
    ("gone that is no list", lambda r: resigned(r, _8=None), "malformed"),
]


@pytest.mark.parametrize("what,alter,why", TAMPERED, ids=[row[0] for row in TAMPERED])
def test_a_feed_that_is_not_the_registry_s_word_changes_nothing(registry, kiosk, what, alter, why):
    tell(registry, [SOI])
    contact(kiosk)
    tell(registry, [SOI], "withdraw")
    kiosk.append(2)
    with front(registry, kiosk, alter(registry)) as altered:
        done = kiosk.once(port=altered.port)
    assert done.returncode == 1 and "FEED_REFUSED" in done.stderr, what
    assert "lists: " in done.stderr and why in done.stderr, done.stderr
    assert "R072" in reasons(kiosk)
    assert registry.head(NAME)[1] == 5  # entries go up all the same
    assert "feed=lists version=2 gone=1" in contact(kiosk)
    assert "R072" not in reasons(kiosk)


def test_a_kind_that_a_later_registry_lists_does_not_stop_the_others(registry, kiosk):
    """Its rows are kept for the day that the kiosk learns of it, can be withdrawn, and count for nothing."""
    kinds = {2: 200}

    def later(envelope):
        step = cose_payload(registry.receipt_key, envelope)
        rows, gone = ([{**row, 1: kinds.get(row[1], row[1])} for row in step[key]] for key in (7, 8))
        return resigned(registry, _7=rows, _8=gone)(envelope)

    tell(registry, [SOI, LOST])
    with front(registry, kiosk, later) as altered:
        assert "FEED_APPLIED feed=lists version=2 gone=0 rows=2" in contact(kiosk, port=altered.port)
        assert reasons(kiosk) == ["R003", "R023"]
        assert cached(kiosk, "SELECT count(*) FROM listing") == 3  # of two ways to be found, and of one
        tell(registry, [SOI], "withdraw")
        assert "feed=lists version=3 gone=1" in contact(kiosk, port=altered.port)
    assert cached(kiosk, "SELECT count(*) FROM listing") == 1 and reasons(kiosk) == ["R003", "R023"]


def test_a_registry_older_than_lists_still_gives_placements(registry, kiosk):
    path = registry.folder / "placements.jsonl"
    path.write_text(json.dumps(PLACEMENT) + "\n")
    registry.command("import", "placements", path)
    with front(registry, kiosk, lambda envelope: None) as altered:
        done = kiosk.once(port=altered.port)
    assert done.returncode == 1 and "lists: the registry has no such feed" in done.stderr
    assert "FEED_APPLIED feed=placements" in done.stderr


def test_a_front_that_changes_nothing_is_believed(registry, kiosk):
    tell(registry, [SOI])
    with front(registry, kiosk) as altered:
        assert "feed=lists version=1" in contact(kiosk, port=altered.port)
    with front(registry, kiosk, resigned(registry)) as altered:
        contact(kiosk, port=altered.port)
