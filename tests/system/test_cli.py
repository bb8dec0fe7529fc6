"""`pamit` as a technician uses it: what it prints, and with which exit code."""

import calendar
import csv
import io
import json
import os
import sqlite3
import subprocess
import time

import pytest

from clock_kit import Clock
from store_kit import BIN, KIOSK, make_key, make_kiosk, pamit


@pytest.fixture
def kiosk(tmp_path):
    return make_kiosk(tmp_path)


def conf(folder):
    return ("--config", folder / "pamit.conf")


def events(folder, *options):
    out, _ = pamit("journal", "export", *conf(folder), *options)
    return [json.loads(line) for line in out.splitlines()]


def alter(path, sql):
    with sqlite3.connect(path) as db:
        db.execute(sql)
    db.close()


# ---- journal verify -----------------------------------------------------------------------------

def test_a_whole_journal_is_sound_and_agrees_with_the_receipt(kiosk):
    out, _ = pamit("journal", "verify", *conf(kiosk))
    assert out.startswith("sound: 9 entries, payloads opened, epoch 1, last 9, head ")
    assert "the registry's receipt agrees up to entry 6" in out
    assert "not in this file" not in out


def test_without_a_receipt_nobody_knows_of_a_tail(kiosk):
    """That is no finding: a kiosk that was never online has none."""
    for left in kiosk.glob("sync.db*"):
        left.unlink()
    out, _ = pamit("journal", "verify", *conf(kiosk))
    assert "acknowledged nothing yet: whether the last entries are gone can't be told" in out
    out, _ = pamit("journal", "verify", "--journal", kiosk / "journal.db",
                   "--entry-key-pub", kiosk / "entry.pub.pem")
    assert "without --config there is no receipt of the registry: whether the last entries" in out


def test_an_auditor_verifies_with_the_public_key_alone(kiosk):
    out, _ = pamit("journal", "verify", "--journal", kiosk / "journal.db",
                   "--entry-key-pub", kiosk / "entry.pub.pem")
    assert "sound: 9 entries, payloads not opened" in out and "no storage key" in out
    out, _ = pamit("journal", "verify", "--journal", kiosk / "journal.db",
                   "--entry-key-pub", kiosk / "entry.pub.pem", "--storage-key",
                   kiosk / "storage.key")
    assert "9 entries, payloads opened" in out


@pytest.mark.parametrize("proves, sql, said", [
    ("a missing entry is named", "DELETE FROM entry WHERE seq = 5", "entry 5: the entry is missing"),
    ("an altered one is named",
     "UPDATE entry SET signature = (SELECT signature FROM entry WHERE seq = 1) WHERE seq = 4",
     "entry 4: the entry is not signed"),
    ("a lost tail shows against the receipt", "DELETE FROM entry WHERE seq > 4",
     "the registry has 6 entries of this kiosk, the journal ends at 4: entries are missing"),
    ("a lost day key is no purge", "DELETE FROM day_key", "entry 2: the payload can't be opened"),
    ("a payload taken out is no purge", "UPDATE entry SET payload = NULL WHERE seq = 7",
     "entry 7: the payload can't be opened"),
])
def test_a_bad_journal_is_a_finding(kiosk, proves, sql, said):
    alter(kiosk / "journal.db", sql)
    out, _ = pamit("journal", "verify", *conf(kiosk), code=1)
    assert said in out, proves


def test_another_key_finds_the_first_entry_bad(kiosk):
    make_key(kiosk, "other")
    out, _ = pamit("journal", "verify", *conf(kiosk), "--entry-key-pub", kiosk / "other.pub.pem",
                   code=1)
    assert "entry 1: " in out


# ---- journal export -----------------------------------------------------------------------------

def test_each_crossing_is_one_event(kiosk):
    made = events(kiosk)
    assert [event["entries"] for event in made] == [[2, 3], [4, 5, 6], [7, 8], [9]]
    assert [event["event_id"]["seq"] for event in made] == [2, 4, 7, 9]
    assert [event["decision"] for event in made] == ["CLEARED", "LOGGED_ONLY", "DEFERRED", None]
    assert [event["result"] for event in made] == ["GREEN", "GREEN", "RED", "GREEN"]
    assert [event["direction"] for event in made] == ["DEPARTURE"] * 3 + ["RETURN"]
    assert [event["acked_at"] is not None for event in made] == [True, True, False, False]
    assert len({tuple(event) for event in made}) == 1, "every event has every key"


def test_an_event_says_what_the_domain_asks(kiosk):
    event = events(kiosk)[0]
    expected = {
        "event_id": {"kiosk": KIOSK, "epoch": 1, "seq": 2}, "tpi_code": "CGK", "counter": "03",
        "mode": "DESK", "tz": "WIB", "t_quality": "SYNCED", "t_utc": "2026-11-21T08:37:16Z",
        "t_presented_utc": "2026-11-21T08:37:12Z", "officer_id": "P-0001", "role": "OFFICER",
        "auth_method": "NONE", "doc_type": "P", "doc_no": "X0000001", "doc_country": "IDN",
        "doc_expiry": "2030-01-01", "capture": "SCANNED", "name": "RAHAYU SITI CONTOH", "sex": "F",
        "birth_date": "1990-01-01", "nationality": "IDN", "dest_country": "MYS",
        "carrier_kind": "AIR", "carrier_no": "XX 832", "purpose_declared": "WORK", "corrections": [], "birth_date_alternative": None,
        "category": None, "cache_seq": 7, "policy_ver": 3, "placement_id": "PMI-1",
        "match_key": "PASSPORT", "match_grade": "EXACT", "result": "GREEN", "reasons": ["R001"],
        "decision": "CLEARED", "note": None, "duration_s": 3.477}
    assert {key: event[key] for key in expected} == expected
    assert [entry["seq"] for entry in event["integrity"]] == [2, 3]
    assert event["integrity"][1]["prev_hash"] == event["integrity"][0]["hash"]


def test_from_gives_what_is_new_since(kiosk):
    assert [event["entries"][-1] for event in events(kiosk, "--from", "7")] == [8, 9]
    assert events(kiosk, "--from", "10") == []


def test_csv_is_quoted_and_runs_no_formula(kiosk):
    out, _ = pamit("journal", "export", "--format", "csv", *conf(kiosk))
    rows = list(csv.DictReader(io.StringIO(out, newline="")))
    assert len(rows) == 4
    assert rows[2]["note"] == "'=1+1, kata \"petugas\""
    assert rows[2]["reasons"] == "R020;R010" and rows[2]["entries"] == "7;8"
    assert rows[2]["event_id"] == f"{KIOSK}/1/7"
    assert rows[2]["birth_date"] == "1990-01-00" and rows[3]["decision"] == ""
    made = events(kiosk)
    assert rows[0]["hash"] == made[0]["integrity"][-1]["hash"]
    assert set(rows[0]) == set(made[0]) - {"integrity", "reasons_said"} | {"prev_hash", "hash",
                                                                            "sig"}


@pytest.mark.parametrize("copies", ["1", "01", "10", "0110"])
def test_what_is_taken_over_is_told_once_by_a_copy_that_has_its_payload(kiosk, copies):
    for file in kiosk.glob("journal.db*"):
        file.rename(kiosk / file.name.replace("journal", "left"))
    for file in [*kiosk.glob("cache.db*"), *kiosk.glob("sync.db*")]:
        file.unlink()
    for words in ((), ("left.db", copies)):
        subprocess.run([BIN / "store_sample", kiosk, *words], check=True, timeout=60)
    made = events(kiosk)
    told, = (event for event in made if event["recovered"])
    assert (told["doc_no"], told["decision"], told["entries"]) == ("X0000001", "CLEARED", [2, 3])
    assert told["recovered"] == {"epoch": 1, "seq": 10 + 2 * copies.index("1")}
    assert len(made) == 5


def test_a_damaged_entry_ends_the_export_with_a_finding(kiosk):
    alter(kiosk / "journal.db", "UPDATE entry SET header = x'00' WHERE seq = 5")
    out, err = pamit("journal", "export", *conf(kiosk), code=1)
    assert len(out.splitlines()) == 1 and "entry 5" in err


def test_a_lost_payload_ends_the_export_with_a_finding(kiosk):
    alter(kiosk / "journal.db", "UPDATE entry SET payload = NULL WHERE seq = 7")
    out, err = pamit("journal", "export", *conf(kiosk), code=1)
    assert len(out.splitlines()) == 2 and "entry 7" in err


def test_entries_without_the_storage_key_have_no_payload(kiosk):
    out, _ = pamit("journal", "export", "--entries", "--journal", kiosk / "journal.db")
    assert [json.loads(line)["payload"] for line in out.splitlines()] == [None] * 9


def test_durations_are_written_as_measured(kiosk):
    out, _ = pamit("journal", "export", *conf(kiosk))
    assert '"duration_s":3.477,' in out.splitlines()[0]


FIX = "UPDATE fix SET asked_ms = asked_ms + {0}, answered_ms = answered_ms + {0}"


@pytest.mark.parametrize("proves, sql, corrected, uncertainty_s", [
    ("a clock that was right stays", "SELECT 1", "2026-11-21T08:37:16Z", 1),
    ("one that was a day ahead is put back", FIX.format(86400000), "2026-11-20T08:37:16Z", 4),
    ("half of the round trip is uncertain", "UPDATE fix SET answered_ms = answered_ms + 20000",
     "2026-11-21T08:37:06Z", 11),
    ("another boot's says nothing", "UPDATE fix SET boot = zeroblob(16)", None, None),
    ("nor does one that is not signed", "UPDATE fix SET receipt = zeroblob(200)", None, None),
    ("nor one of no time", "UPDATE fix SET answered_ms = 9223372036854775807", None, None),
    ("nor none", "DELETE FROM fix", None, None),
])
def test_times_are_corrected_and_kept_as_they_were(kiosk, proves, sql, corrected, uncertainty_s):
    alter(kiosk / "sync.db", sql)
    made = events(kiosk)
    assert made[0]["t_utc"] == "2026-11-21T08:37:16Z", proves
    assert made[0]["time_corrected"] == corrected, proves
    assert {event["time_corrected_uncertainty_s"] for event in made} == {uncertainty_s}, proves
    row = next(csv.DictReader(io.StringIO(pamit("journal", "export", "--format", "csv",
                                                *conf(kiosk))[0], newline="")))
    assert row["time_corrected"] == (corrected or "") and row["t_utc"] == made[0]["t_utc"]
    entry = json.loads(pamit("journal", "export", "--entries", "--from", "3",
                             *conf(kiosk))[0].splitlines()[0])
    assert (entry["t_utc"], entry["time_corrected"], entry["time_corrected_uncertainty_s"]) == (
        made[0]["t_utc"], corrected, uncertainty_s)


def test_a_fix_that_another_signed_is_named(kiosk):
    alter(kiosk / "sync.db", "UPDATE fix SET receipt = zeroblob(200)")
    _, err = pamit("journal", "export", *conf(kiosk))
    assert "1 fixes of the time passed by: not signed by the registry for this kiosk" in err


# ---- status, cache ------------------------------------------------------------------------------

# The sample is not enrolled, which is a finding of its own in all of these.


def test_status_says_how_far_the_registry_has_us(kiosk):
    out, _ = pamit("status", "--json", *conf(kiosk), code=1)
    status = json.loads(out)
    expected = {"kiosk": KIOSK, "epoch": 1, "last_seq": 9, "acked_next": 7, "unsent": 3,
                "receipt": "agrees", "online": False, "last_contact": "2026-11-21T08:37:40Z",
                "last_attempt": "2026-11-21T08:38:10Z", "refusal": "no route to host"}
    assert {key: status[key] for key in expected} == expected
    out, _ = pamit("status", *conf(kiosk), code=1)
    assert "no route to host" in out and "unsent           3" in out


def test_status_answers_a_question_after_the_other(kiosk):
    """Every key of the other notation, under the heading of its question."""
    told = json.loads(pamit("status", "--json", *conf(kiosk), code=1)[0])
    blocks = [block.splitlines() for block in pamit("status", *conf(kiosk), code=1)[0].split("\n\n")]
    assert [block[0].split()[0] for block in blocks] == [
        "kiosk", "journal", "registry", "retention", "certificate", "data", "machine"]
    assert [line.split()[0] for block in blocks[1:] for line in block[1:]] == list(told)[1:]


def test_data_are_as_old_as_the_older_of_the_two(kiosk, tmp_path):
    """Placements of 08:33, lists of 05:46, and a clock that says 10:47."""
    clock = Clock(tmp_path)
    clock.set(calendar.timegm((2026, 11, 21, 10, 47, 0)) * 1000 - time.time_ns() // 1_000_000)
    with clock.kiosk():
        out, _ = pamit("status", "--json", *conf(kiosk), code=1)
    assert json.loads(out)["data_age_hours"] == 5


MARKS = "CREATE TABLE mark(next INTEGER PRIMARY KEY, at_ms INTEGER, receipt BLOB);"
DAY_MS, NOW_MS = 86400000, 1795250260000  # the registry's newest time, 2026-11-21T08:37:40Z
TODAY = NOW_MS // DAY_MS


@pytest.mark.parametrize("proves, db, sql, waiting, due", [
    ("nothing is known of receipts yet", "journal", "", 0, None),
    ("the oldest that is not old enough", "journal",
     MARKS + f"INSERT INTO mark VALUES(3, {NOW_MS - 31 * DAY_MS}, x''),"
     f" (5, {NOW_MS - 29 * DAY_MS}, x''), (7, {NOW_MS}, x'')", 0, "2026-11-22T08:37:40Z"),
    ("a day that policy has outlived", "journal",
     f"INSERT INTO day_key VALUES({TODAY - 31}, x'00'), ({TODAY - 30}, x'00')", 1, None),
    ("a receipt that does not verify lets nothing go", "sync",
     "UPDATE state SET receipt = zeroblob(200)", None, None),
    ("nor does no policy", "cache", "DELETE FROM policy", None, None),
    ("nor one that is not signed", "cache", "UPDATE policy SET envelope = zeroblob(200)", None, None),
])
def test_status_says_what_retention_has_before_it(kiosk, proves, db, sql, waiting, due):
    with sqlite3.connect(kiosk / f"{db}.db") as database:
        database.executescript(sql)
    database.close()
    out, _ = pamit("status", "--json", *conf(kiosk), code=1)
    status = json.loads(out)
    assert (status["purge_waiting"], status["next_purge"]) == (waiting, due), proves


def test_status_names_the_damaged_files_that_were_set_aside(kiosk):
    out, _ = pamit("status", "--json", *conf(kiosk), code=1)
    assert json.loads(out)["set_aside"] is None
    for name in ("cache.db.damaged-20261122T071500Z", "cache.db.damaged-20261122T071500Z-wal"):
        (kiosk / name).write_bytes(b"x")
    out, _ = pamit("status", "--json", *conf(kiosk), code=1)
    assert json.loads(out)["set_aside"].endswith("/cache.db.damaged-20261122T071500Z")


def test_a_journal_that_sync_could_not_read_on_is_a_finding(kiosk):
    """All is acknowledged up to there, and nothing behind it ever goes up."""
    damaged = "the journal is damaged: entry 8 of journal.db: damaged"
    alter(kiosk / "sync.db", f"UPDATE state SET refusal = '{damaged}'")
    out, err = pamit("status", "--json", *conf(kiosk), code=1)
    assert json.loads(out)["refusal"] == damaged and json.loads(out)["receipt"] == "agrees"
    assert damaged in err


def test_a_receipt_of_another_key_acknowledges_nothing(kiosk):
    make_key(kiosk, "receipt")
    out, err = pamit("status", "--json", *conf(kiosk), code=1)
    assert json.loads(out)["unsent"] == 9 and "does not verify" in err
    assert all(event["acked_at"] is None for event in events(kiosk))


@pytest.mark.parametrize("proves, sql, said", [
    ("the tail is gone", "DELETE FROM entry WHERE seq > 4",
     "the registry has 6 entries of this kiosk, the journal ends at 4: entries are missing"),
    ("the acknowledged entry is gone", "DELETE FROM entry WHERE seq = 6", "entry 6, which the"),
    ("another entry is in its place",
     "UPDATE entry SET header = CAST(substr(header, 1, length(header) - 1) || x'61' AS BLOB)"
     " WHERE seq = 6", "the registry has another entry 6"),
])
def test_a_receipt_for_what_the_journal_lacks_acknowledges_nothing(kiosk, proves, sql, said):
    alter(kiosk / "journal.db", sql)
    out, err = pamit("status", "--json", *conf(kiosk), code=1)
    status = json.loads(out)
    assert said in err and said in status["receipt"], proves
    assert status["acked_next"] == 1 and status["unsent"] == status["last_seq"]


def test_a_journal_that_is_gone_is_held_against_the_receipt_too(kiosk):
    for left in kiosk.glob("journal.db*"):
        left.unlink()
    out, err = pamit("status", *conf(kiosk), code=1)
    said = "the registry has 6 entries of this kiosk, the journal ends at 0: entries are missing"
    assert said in out and said in err and "journal.db" in err
    for left in kiosk.glob("sync.db*"):
        left.unlink()
    out, err = pamit("status", *conf(kiosk), code=2)
    assert "none yet" in out and "journal.db" in err and "not enrolled: pamit enrol" in err


def test_before_the_first_receipt_there_is_none(kiosk):
    alter(kiosk / "sync.db", "UPDATE state SET receipt = x'', next = 0")
    out, _ = pamit("status", *conf(kiosk), code=1)
    assert "receipt          none yet" in out
    for left in kiosk.glob("sync.db*"):
        left.unlink()
    assert "receipt          none yet" in pamit("status", *conf(kiosk), code=1)[0]


def test_the_version_is_told(kiosk):
    out, _ = pamit("--version")
    assert out.startswith("pamit ") and out.strip()[-1].isdigit()


def test_cache_show(kiosk):
    out, _ = pamit("cache", "show", "--json", *conf(kiosk))
    assert json.loads(out) == {"placements_version": 7, "placements_as_of": "2026-11-21T08:33:20Z", "lists_version": 5,
                               "lists_as_of": "2026-11-21T05:46:40Z", "policy_version": 3}
    out, _ = pamit("cache", "show", "--cache", kiosk / "cache.db", "--storage-key",
                   kiosk / "storage.key")
    assert "placements_version 7\n" in out and "lists_as_of        2026-11-21T05:46:40Z\n" in out


def test_a_feed_that_never_came_has_no_version_and_no_age(kiosk):
    alter(kiosk / "cache.db", "DELETE FROM list_feed")
    out, _ = pamit("cache", "show", "--json", *conf(kiosk))
    shown = json.loads(out)
    assert shown["lists_version"] == 0 and shown["lists_as_of"] is None and shown["placements_version"] == 7
    alter(kiosk / "cache.db", "DELETE FROM feed")
    out, _ = pamit("cache", "show", *conf(kiosk), code=1)
    assert "placements_version 0\nplacements_as_of   -\n" in out


# ---- usage and failures -------------------------------------------------------------------------

@pytest.mark.parametrize("words, said", [
    ((), "pamit COMMAND"),
    (("nonsense",), "pamit COMMAND"),
    (("journal",), "pamit COMMAND"),
    (("journal", "verify", "--nonsense"), "unknown here: --nonsense"),
    (("journal", "head", "--format", "csv"), "unknown here: --format"),
    (("journal", "head", "--journal"), "--journal needs DB"),
    (("journal", "head"), "--config or --journal is needed"),
    (("journal", "verify", "--journal", "x"), "--config or --entry-key-pub is needed"),
    (("journal", "export", "--from", "-1"), "--from: not a number"),
    (("journal", "export", "--format", "xml"), "jsonl or csv"),
    (("journal", "export", "--entries", "--format", "csv"), "jsonl only"),
    (("status",), "--config is needed"),
    (("cache", "show"), "is needed"),
    (("cache", "show", "--cache", "/nonexistent/c.db"), "pamit: /nonexistent/c.db: No such file"),
    (("check", "--json", "--policy", "p", "--date", "2026-11-21", "--cache", "none.db"),
     "pamit: none.db: No such file"),
    (("journal", "head", "--journal", "/nonexistent/j.db"), "/nonexistent/j.db"),
    (("status", "--config", "/nonexistent/pamit.conf"), "/nonexistent/pamit.conf"),
])
def test_wrong_use_says_what_is_wrong(words, said):
    out, err = pamit(*words, code=2)
    assert out == "" and said in err


@pytest.mark.parametrize("words", [("journal", "verify"), ("journal", "export"),
                                   ("journal", "head"), ("status",), ("cache", "show")])
def test_each_command_explains_itself(words):
    out, err = pamit(*words, "--help")
    assert out.startswith("pamit " + " ".join(words)) and "Exit code" in out and err == ""
    assert " ".join(words) in pamit("--help")[0]


def test_check_tells_what_it_needs():
    needed = pamit("check", "--help")[0].split(" are needed.")[0].splitlines()[-1]
    assert all(option in needed for option in ("--json", "--cache", "--policy", "--date"))


@pytest.mark.parametrize("command", [("journal", "verify"), ("journal", "export"),
                                     ("cache", "show")])
def test_the_wrong_storage_key_is_a_failure(kiosk, command):
    (kiosk / "storage.key").write_bytes(os.urandom(32))
    _, err = pamit(*command, *conf(kiosk), code=2)
    assert "another storage key" in err


def test_a_storage_key_that_others_may_read_is_refused(kiosk):
    (kiosk / "storage.key").chmod(0o644)
    _, err = pamit("journal", "verify", *conf(kiosk), code=2)
    assert "storage.key" in err
