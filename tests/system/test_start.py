"""What is missing or broken at start is named with file and reason. Configuration and keys: refused.
Placement data: served, but everyone is referred."""
import contextlib
import json
import os
import sqlite3
import subprocess
import sys

import pytest

from desk_kit import PROGRAMS, ROOT, decide, desk, pamit, scan, view, wait_for_data


@pytest.fixture(name="made")
def fixture_made(tmp_path):
    with desk(tmp_path / "desk", start=()) as made:
        yield made


def start(program, config):
    done = subprocess.run([str(PROGRAMS / program), "--config", str(config)], text=True,
                          capture_output=True, timeout=60, check=False)
    return done.returncode, done.stderr


def config_with(made, old, new):
    path = made.folder / "pamit.conf"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


KIOSK_PROCESSES = ("pamit-lane", "pamit-sync", "pamit-console")


@pytest.mark.parametrize("program", KIOSK_PROCESSES)
def test_a_missing_configuration_is_named(program, tmp_path):
    code, said = start(program, tmp_path / "none.conf")
    assert code == 1 and "none.conf" in said


@pytest.mark.parametrize("program", KIOSK_PROCESSES)
def test_an_unknown_key_is_named_with_its_line(program, made):
    path = config_with(made, "zone = WIB", "zone = WIB\ncolour = green")
    code, said = start(program, path)
    assert code == 1 and "pamit.conf:7" in said and "colour" in said


@pytest.mark.parametrize("program", KIOSK_PROCESSES)
def test_simulated_parts_are_refused_on_a_live_counter(program, made):
    path = config_with(made, "mode = desk", "mode = live")
    code, said = start(program, path)
    assert code == 1 and "desk" in said


KEYS = [("pamit-lane", "entry.key"), ("pamit-lane", "storage.key"), ("pamit-lane", "receipt.pub"),
        ("pamit-lane", "policy.pub"), ("pamit-sync", "kiosk.key"), ("pamit-sync", "ca.crt"),
        ("pamit-sync", "storage.key"), ("pamit-sync", "receipt.pub")]


@pytest.mark.parametrize("program,key", KEYS)
def test_a_missing_key_is_named(program, key, made):
    (made.folder / "keys" / key).unlink()
    code, said = start(program, made.folder / "pamit.conf")
    assert code == 1 and key in said


@pytest.mark.parametrize("program,key", KEYS)
def test_a_broken_key_is_named(program, key, made):
    (made.folder / "keys" / key).write_text("not a key\n")
    code, said = start(program, made.folder / "pamit.conf")
    assert code == 1 and key in said


@pytest.mark.parametrize("program,key", [row for row in KEYS if row[1] in (
    "entry.key", "storage.key", "kiosk.key")])
def test_a_key_that_others_may_read_is_refused(program, key, made):
    os.chmod(made.folder / "keys" / key, 0o644)
    code, said = start(program, made.folder / "pamit.conf")
    assert code == 1 and key in said


def test_what_is_in_the_way_of_the_journal_is_named_and_left_alone(made):
    """A folder with something in it: a configuration that names the wrong thing, no damage."""
    inside = made.folder / "lane" / "journal.db" / "inside"
    inside.mkdir(parents=True)
    code, said = start("pamit-lane", made.folder / "pamit.conf")
    assert code == 1 and "journal.db" in said
    assert inside.is_dir()


def journal_of_version(made, version):
    """As another version of Pamit would have left it; what its files hold."""
    path = made.folder / "lane" / "journal.db"
    made.start("lane")
    made.processes.kill("lane")
    with contextlib.closing(sqlite3.connect(path)) as journal:
        journal.execute(f"pragma user_version = {version}")
    return held_by(path)


def held_by(path):
    """What files of its name hold; -shm is memory."""
    return {file.name: file.read_bytes() for file in path.parent.glob(path.name + "*")
            if file.stat().st_size and not file.name.endswith("-shm")}


@pytest.mark.parametrize("version", [1, 3])
def test_a_journal_of_another_version_is_named_and_left_alone(made, version):
    before = journal_of_version(made, version)
    code, said = start("pamit-lane", made.folder / "pamit.conf")
    assert code == 1 and f"a journal of version {version}; this program knows version 2" in said
    assert held_by(made.folder / "lane" / "journal.db") == before


def test_the_desk_says_what_to_do_with_another_versions_folder(made):
    journal_of_version(made, 1)
    desk = [sys.executable, ROOT / "board" / "desk" / "desk.py", "--dir", made.folder, "--free-ports",
            "--programs", PROGRAMS]
    done = subprocess.run(desk, text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"{made.folder} is of another version of Pamit: --anew begins without" in done.stderr
    with subprocess.Popen([*desk, "--anew"], text=True, stdout=subprocess.PIPE) as anew:
        assert any("The counter serves" in line for line in anew.stdout)
        anew.terminate()
        anew.communicate(timeout=60)
    assert anew.returncode == 0


def test_a_damaged_entry_is_named_and_the_counter_serves_on(made):
    for name in ("registry", "desk", "lane", "console", "sync"):
        made.start(name)
    wait_for_data(made)
    bad = scan(made, "siti")["seq"]
    decide(made, bad, "CLEARED")
    made.processes.stop("lane")
    with sqlite3.connect(made.folder / "lane" / "journal.db") as journal:
        payload = bytearray(journal.execute("select payload from entry where seq = ?",
                                            (bad,)).fetchone()[0])
        payload[20] ^= 1
        journal.execute("update entry set payload = ? where seq = ?", (bytes(payload), bad))
    journal.close()
    since = len(made.processes.events)
    made.start("lane")
    said = made.processes.wait("lane", "JOURNAL_DAMAGED", since=since)
    assert said.detail("seq") == str(bad)
    assert "ENTRY_UNREADABLE" in view(made, "said", lambda v: v["notices"])["notices"]
    assert scan(made, "suharto")["result"] == "SESUAI"


def stop_with_acknowledged_entries(made):
    """One crossing that the registry has (entries 1 to 3); lane and sync are stopped."""
    for name in ("registry", "desk", "lane", "console", "sync"):
        made.start(name)
    wait_for_data(made)
    assert decide(made, scan(made, "siti")["seq"], "CLEARED") == 3
    view(made, "acknowledged", lambda v: v["link"]["online"] and v["link"]["unsent"] == 0)
    for name in ("sync", "lane"):
        made.processes.stop(name)


def move_database(source, target):
    target.mkdir(exist_ok=True)
    for file in source.parent.glob(source.name + "*"):
        file.rename(target / file.name)


def test_a_journal_that_is_made_anew_goes_on_from_what_the_registry_has(made, tmp_path):
    """No number that the registry has, or is to get of what is gone, is given to another entry."""
    stop_with_acknowledged_entries(made)
    move_database(made.folder / "lane" / "journal.db", tmp_path / "kept")
    made.start("lane")
    assert scan(made, "suharto")["seq"] == 3 + 1_000_000 + 2
    assert pamit(made, "journal", "verify").startswith("sound: 2 entries, payloads opened, epoch 2")
    assert json.loads(pamit(made, "status", "--json"))["unsent"] == 2


def test_entries_that_the_registry_has_of_another_journal_count_as_unsent(made, tmp_path):
    """The receipt comes to light only after a new journal was begun."""
    stop_with_acknowledged_entries(made)
    sync = made.folder / "sync" / "sync.db"
    move_database(sync, tmp_path / "kept")
    move_database(made.folder / "lane" / "journal.db", tmp_path / "gone")
    since = len(made.processes.events)
    made.start("lane")
    decide(made, scan(made, "siti")["seq"], "CLEARED")
    move_database(tmp_path / "kept" / "sync.db", sync.parent)
    said = made.processes.wait("lane", "JOURNAL_BEHIND", since=since)
    assert "another entry 3" in said.details
    link = view(made, "looked at", lambda v: v["link"]["last_contact_ms"] > 0)["link"]
    assert link["unsent"] == 3 and not link["online"]
    scan(made, "suharto")
    behind = [e for e in made.processes.events[since:] if e.name == "JOURNAL_BEHIND"]
    assert len(behind) == 1


def test_without_placement_data_everyone_is_referred(made):
    for name in ("desk", "lane", "console"):
        made.start(name)
    view(made, "ready", lambda v: v["screen"] == "READY")
    crossing = scan(made, "siti")
    assert crossing["result"] == "RUJUK"
    assert "R010" not in [reason["code"] for reason in crossing["reasons"]]


def test_broken_placement_data_refer_everyone_and_are_named(made):
    for name in ("registry", "desk", "lane", "console", "sync"):
        made.start(name)
    wait_for_data(made)
    for name in ("sync", "lane"):
        made.processes.stop(name)
    for suffix in ("-wal", "-shm"):
        (made.folder / "sync" / f"cache.db{suffix}").unlink(missing_ok=True)
    (made.folder / "sync" / "cache.db").write_bytes(b"garbage" * 1000)
    since = len(made.processes.events)
    made.start("lane")
    said = made.processes.wait("lane", "CACHE_DEGRADED", since=since)
    assert "cache.db" in said.details
    crossing = scan(made, "siti")
    assert crossing["result"] == "RUJUK"


def test_a_broken_sync_state_is_named_and_shows_offline(made):
    for name in ("desk", "lane", "console"):
        made.start(name)
    (made.folder / "sync" / "sync.db").write_bytes(b"garbage" * 1000)
    said = made.processes.wait("lane", "SYNC_STATE_UNUSABLE")
    assert "sync.db" in said.details
    shown = view(made, "ready", lambda v: v["screen"] == "READY")
    assert not shown["link"]["online"] and shown["link"]["unsent"] > 0


def live_config(made):
    """A live counter's configuration: real back ends."""
    path = config_with(made, "mode = desk", "mode = live")
    config_with(made, "assume_clock_synced = yes", "assume_clock_synced = no")
    config_with(made, f"desk_port = {made.ports['desk_port']}", "desk_port = 0")
    return path


def test_a_live_counter_uses_the_real_back_ends_and_names_what_is_missing(made):
    live_config(made)
    made.start("desk")
    made.start("lane")
    gone = made.processes.wait("lane", "SCANNER_GONE")
    assert "scanner" in gone.details
    failed = made.processes.wait("lane", "PANEL_FAILED")
    assert "gpio.sock" in failed.details
