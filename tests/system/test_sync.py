"""pamit-sync against the real registry: what goes up, what comes down, and what stops neither."""

import json
import re
import shutil
import socket
import sqlite3
import subprocess
import threading
import time
from pathlib import Path
from sync_scene import NAME, assert_same_head, make_kiosk, make_registry  # noqa: F401

import pytest

import sync_kit

POLICY = Path(__file__).parents[1] / "data" / "contract" / "policy.example.json"


def alter(path, sql):
    db = sqlite3.connect(path)
    db.executescript(sql)
    db.close()


def placements(count, first=1):
    return "".join(
        json.dumps(
            {
                "placement_id": f"PMI-2026-{i:06}", "status": "READY", "scheme": "P2P",
                "name_full": "Siti Nurhaliza Rahmawati", "sex": "F", "birth_date": "1998-04-12",
                "passport_no": f"X{i:07}", "passport_country": "IDN", "dest_country": "TWN",
            }
        )
        + "\n"
        for i in range(first, first + count)
    )


def import_placements(registry, folder, count, first=1):
    path = Path(folder) / "placements.jsonl"
    path.write_text(placements(count, first))
    registry.command("import", "placements", path)


# ---- up ------------------------------------------------------------------------------------------


def test_a_backlog_arrives_whole_and_a_second_contact_sends_nothing(registry, kiosk):
    head = kiosk.append(2000)
    assert kiosk.once().returncode == 0
    assert_same_head(registry, head)
    assert kiosk.state()["next"] == head[1] + 1
    batches = [line for line in registry.log if "REGISTRY_APPENDED" in line]
    assert len(batches) < 10
    assert kiosk.once().returncode == 0
    assert [line for line in registry.log if "REGISTRY_APPENDED" in line] == batches


def test_new_entries_go_up_while_it_runs(registry, kiosk):
    kiosk.append(1)
    kiosk.start(interval_s=3600)
    kiosk.await_log("SYNC_ONLINE")
    head = kiosk.append(3)
    kiosk.await_log(f"next={head[1] + 1}")
    assert_same_head(registry, head)
    assert not any("SYNC_OFFLINE" in line for line in kiosk.log)


def test_it_makes_up_for_no_look_that_it_did_not_take(registry, kiosk):
    """It looks for new entries twice a second from its own start, not from the machine's: each look is a read of
    its timer, and the machine has been up for longer than a moment."""
    began = time.monotonic()
    if began < 300:
        pytest.skip("a machine that has just been switched on shows nothing")
    kiosk.append(1)
    kiosk.start(interval_s=3600)
    kiosk.await_log("SYNC_ONLINE")
    kiosk.append(1)
    kiosk.await_log("next=3")
    reads = int(re.search(r"^syscr: (\d+)", Path(f"/proc/{kiosk.process.pid}/io").read_text(), re.MULTILINE)[1])
    assert reads < 300 + 50 * (time.monotonic() - began), "it spins"


def test_an_outage_loses_nothing_and_ends_by_itself(registry, kiosk):
    kiosk.append(1)
    kiosk.start()
    at = kiosk.await_log("SYNC_ONLINE")
    port = registry.port
    assert registry.stop() == 0
    at = kiosk.await_log("SYNC_OFFLINE", after=at)
    head = kiosk.append(100)
    registry.config = registry.write_config(port=port)
    registry.start()
    kiosk.await_log("SYNC_ONLINE", after=at)
    assert_same_head(registry, head)
    offline = [line for line in kiosk.log if "SYNC_OFFLINE" in line]
    assert len(offline) <= 2, "each attempt of one outage logged"


def test_a_kept_connection_that_died_unseen_is_no_outage(registry, kiosk):
    """A relay ends the idle connection only when the next request comes on it."""
    kiosk.append(1)
    with Relay(registry.port) as relay:
        kiosk.start(port=relay.port, interval_s=3600)
        kiosk.await_log("SYNC_ONLINE")
        relay.doom_present_connections()
        head = kiosk.append(1)
        kiosk.await_log(f"next={head[1] + 1}")
        assert relay.doomed_used
    assert_same_head(registry, head)
    assert not any("SYNC_OFFLINE" in line for line in kiosk.log)


def test_a_name_that_is_not_found_is_said(registry, kiosk):
    kiosk.append(1)
    done = kiosk.once(host="registry.invalid")  # RFC 6761, 6.4
    assert done.returncode == 1 and "SYNC_OFFLINE" in done.stderr
    assert "the registry's name" in done.stderr


def test_a_registry_restored_from_a_backup_gets_everything_again(registry, kiosk):
    """It then holds less than it acknowledged: the kiosk still has it all."""
    kiosk.append(3)
    assert kiosk.once().returncode == 0
    assert registry.stop() == 0
    backup = registry.folder / "backup.db"
    with sqlite3.connect(registry.folder / "registry.db") as db, sqlite3.connect(backup) as to:
        db.backup(to)
    registry.start()
    head = kiosk.append(5)
    assert kiosk.once().returncode == 0
    assert registry.stop() == 0
    for left in registry.folder.glob("registry.db*"):
        left.unlink()
    shutil.copy(backup, registry.folder / "registry.db")
    registry.start()
    done = kiosk.once()
    assert done.returncode == 0, done.stderr
    assert "holds less than it acknowledged" in done.stderr
    assert_same_head(registry, head)


def test_another_history_under_our_numbers_is_an_alarm_and_nothing_is_overwritten(registry, kiosk):
    head = kiosk.append(3)
    assert kiosk.once().returncode == 0
    for left in kiosk.folder.glob("journal.db*"):
        left.unlink()
    kiosk.append(7)
    done = kiosk.once()
    assert done.returncode == 1
    assert "<2>pamit-sync SYNC_FORKED" in done.stderr and "two histories" in done.stderr
    assert_same_head(registry, head)


def test_storage_that_went_back_in_time_is_an_alarm(registry, kiosk):
    kiosk.append(3)
    saved = kiosk.folder / "saved.db"
    with sqlite3.connect(kiosk.folder / "journal.db") as db, sqlite3.connect(saved) as to:
        db.backup(to)
    head = kiosk.append(3)
    assert kiosk.once().returncode == 0
    for left in kiosk.folder.glob("journal.db*"):
        left.unlink()
    shutil.copy(saved, kiosk.folder / "journal.db")
    done = kiosk.once()
    assert done.returncode == 1
    assert "<2>pamit-sync SYNC_FORKED" in done.stderr and "back in time" in done.stderr
    assert_same_head(registry, head)


@pytest.mark.parametrize("damage, sound", [
    ("UPDATE entry SET payload = NULL WHERE seq = 3", 2),
    ("DELETE FROM day_key", 1),  # EPOCH has none
])
def test_a_payload_that_is_lost_is_never_sent_as_purged(registry, kiosk, damage, sound):
    """What is sound before it goes up; then it stops there, says so at each contact, and goes on
    when the entry is back."""
    head = kiosk.append(5)
    journal = kiosk.folder / "journal.db"
    saved = kiosk.folder / "saved.db"
    with sqlite3.connect(journal) as db, sqlite3.connect(saved) as to:
        db.backup(to)
    db.close()
    alter(journal, damage)
    for _ in range(2):
        done = kiosk.once()
        assert done.returncode == 1
        assert "<2>pamit-sync SYNC_STORE_FAILED" in done.stderr
        assert f"entry {sound + 1} of {journal}: " in done.stderr
        assert registry.head(NAME)[1] == sound + 1
    alter(journal, f"ATTACH '{saved}' AS s; REPLACE INTO entry SELECT * FROM s.entry;"
                   "REPLACE INTO day_key SELECT * FROM s.day_key")
    assert kiosk.once().returncode == 0
    assert_same_head(registry, head)


# ---- down ----------------------------------------------------------------------------------------


def test_placements_and_policy_come_down_and_only_once(registry, kiosk, tmp_path):
    import_placements(registry, tmp_path, 1200)
    registry.command("import", "policy", POLICY)
    kiosk.append(1)
    done = kiosk.once()
    assert done.returncode == 0, done.stderr
    applied = [line for line in done.stderr.splitlines() if "FEED_APPLIED" in line]
    assert sum(int(line.rpartition("rows=")[2]) for line in applied if "rows=" in line) == 1200
    assert sum("feed=policy" in line for line in applied) == 1
    done = kiosk.once()
    assert done.returncode == 0 and "FEED_APPLIED" not in done.stderr

    import_placements(registry, tmp_path, 5, first=2001)
    done = kiosk.once()
    assert done.returncode == 0 and "rows=5" in done.stderr


def test_news_comes_down_while_it_runs(registry, kiosk, tmp_path):
    kiosk.append(1)
    kiosk.start()
    at = kiosk.await_log("SYNC_ONLINE")
    import_placements(registry, tmp_path, 3)
    kiosk.await_log("FEED_APPLIED feed=placements", after=at)


def test_a_counter_that_is_never_idle_still_refreshes_its_data(registry, kiosk, tmp_path):
    """The time as of which the feed is good goes on although entries come faster than contacts."""
    import_placements(registry, tmp_path, 3)
    kiosk.append(1)
    kiosk.start(interval_s=2)
    kiosk.await_log("FEED_APPLIED feed=placements")
    first = kiosk.feed_as_of()
    kiosk.let_an_hour_pass()
    ends = time.monotonic() + sync_kit.TIMEOUT_S
    while kiosk.feed_as_of() < first:
        kiosk.append(1)
        assert time.monotonic() < ends, "entries without a pause, and the feed was never looked at"


@pytest.mark.parametrize("key, feed", [("receipt.pub", "receipt"), ("policy.pub", "policy")])
def test_what_another_key_signed_is_refused_and_entries_are_safe(
    registry, kiosk, tmp_path, key, feed
):
    """The kiosk trusts another key than the registry's."""
    import_placements(registry, tmp_path, 3)
    registry.command("import", "policy", POLICY)
    head = kiosk.append(3)
    shutil.copy(kiosk.folder / "entry.pub", kiosk.folder / key)
    done = kiosk.once()
    assert done.returncode == 1
    if feed == "policy":
        assert "FEED_REFUSED" in done.stderr and "not authentic" in done.stderr
        assert "FEED_APPLIED feed=placements" in done.stderr
        assert "FEED_APPLIED feed=policy" not in done.stderr
        assert_same_head(registry, head)
    else:
        assert "SYNC_REFUSED" in done.stderr and "not signed" in done.stderr
        assert "FEED_APPLIED" not in done.stderr
        assert kiosk.state()["next"] == 0


# ---- databases -----------------------------------------------------------------------------------


def test_it_waits_for_a_journal_that_is_not_there_yet(registry, kiosk):
    kiosk.start()
    kiosk.await_log("SYNC_STORE_FAILED")
    head = kiosk.append(2)
    kiosk.await_log("SYNC_ONLINE")
    kiosk.await_log(f"next={head[1] + 1}")


def test_a_journal_that_is_none_is_named(registry, kiosk):
    (kiosk.folder / "journal.db").write_bytes(b"this is no database" * 100)
    done = kiosk.once()
    assert done.returncode == 1
    assert "SYNC_STORE_FAILED" in done.stderr and "journal.db" in done.stderr


@pytest.mark.parametrize("name", ["cache.db", "sync.db"])
def test_a_store_that_can_not_be_used_is_named_and_entries_still_go_up(registry, kiosk, tmp_path,
                                                                       name):
    """What is in the way is not ours to set aside."""
    import_placements(registry, tmp_path, 3)
    (kiosk.folder / name / "inside").mkdir(parents=True)
    head = kiosk.append(3)
    done = kiosk.once()
    assert done.returncode == 1, "not a whole contact"
    assert "SYNC_STORE_FAILED" in done.stderr and name in done.stderr
    assert "SYNC_ONLINE" in done.stderr
    assert_same_head(registry, head)


def test_what_stays_broken_is_said_once(registry, kiosk):
    (kiosk.folder / "cache.db" / "inside").mkdir(parents=True)
    kiosk.append(1)
    kiosk.start()
    kiosk.await_log("SYNC_ONLINE")
    kiosk.await_contacts(2)
    assert sum("SYNC_STORE_FAILED" in line for line in kiosk.log) == 1, kiosk.log


# ---- the command line ----------------------------------------------------------------------------


def run(*words):
    return subprocess.run(
        [sync_kit.PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=60,
        check=False,
    )


def test_the_command_line():
    assert run("--help").returncode == 0 and run("--help").stdout.startswith("usage: pamit-sync")
    assert run("--version").returncode == 0 and run("--version").stdout.startswith("pamit-sync ")
    for wrong in (["--nonsense"], ["extra"], ["--config"]):
        done = run(*wrong)
        assert done.returncode == 2 and "usage: pamit-sync" in done.stderr and not done.stdout


def test_a_configuration_that_is_not_usable_is_named(tmp_path, kiosk):
    missing = tmp_path / "none.conf"
    done = run("--config", missing, "--once")
    assert done.returncode == 1 and "CONFIG_BAD" in done.stderr and str(missing) in done.stderr
    path = kiosk.configure()
    path.write_text(path.read_text().replace("sync_interval_s = 1", "sync_interval_s = soon"))
    done = run("--config", path, "--once")
    assert done.returncode == 1 and "CONFIG_BAD" in done.stderr and "sync_interval_s" in done.stderr


# ---- helpers -------------------------------------------------------------------------------------


class Relay:
    """Passes TCP connections on to a port of this machine."""

    def __init__(self, port):
        self.target = port
        self.connections, self.doomed = set(), set()
        self.doomed_used = False

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()
        for pair in list(self.connections):
            self.end(pair)

    def doom_present_connections(self):
        """They end with the client's next byte, and pass on nothing more."""
        self.doomed = set(self.connections)

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            pair = (client, socket.create_connection(("127.0.0.1", self.target)))
            self.connections.add(pair)
            for source, sink in (pair, pair[::-1]):
                threading.Thread(target=self.pump, args=(pair, source, sink), daemon=True).start()

    def pump(self, pair, source, sink):
        try:
            while data := source.recv(65536):
                if pair in self.doomed:
                    self.doomed_used = True
                    break
                sink.sendall(data)
        except OSError:
            pass
        self.end(pair)

    def end(self, pair):
        self.connections.discard(pair)
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
