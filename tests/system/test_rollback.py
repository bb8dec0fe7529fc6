"""Storage that goes back in time is noticed at the next contact, and nobody is lost.

An old image of a counter's storage is put back while it is off. It goes on, offline at first, over
numbers that the registry has given to others; then it meets the registry. A new epoch has to begin
by itself, and in the end every traveller of either history is in the registry's export, once.
"""
import collections
import json
import shutil
import sqlite3

import pytest

from desk_kit import PROGRAMS, decide, desk, desk_setup, pamit, registry_head, scan, view, wait_for_data

DECISIONS = {"siti": "CLEARED", "agus": "SECONDARY", "suharto": "CLEARED", "budi": "SECONDARY"}


class Counter:
    """A desk, and whom it has served."""

    def __init__(self, made):
        self.made, self.served = made, collections.Counter()
        self.turn = 0
        for name in ("registry", "desk", "lane", "console", "sync"):
            made.start(name)
        wait_for_data(made)

    def serve(self, count):
        for _ in range(count):
            document = list(DECISIONS)[self.turn % len(DECISIONS)]
            self.turn += 1
            crossing = scan(self.made, document)
            decide(self.made, crossing["seq"], DECISIONS[document])
            self.served[crossing["document"]["number"]] += 1

    def await_sent(self):
        view(self.made, "all sent", lambda v: v["link"]["online"] and v["link"]["unsent"] == 0)

    def stop(self):
        for name in ("sync", "lane"):
            self.made.processes.stop(name)

    def start(self, *names):
        since = len(self.made.processes.events)
        for name in names:
            self.made.start(name)
        return since

    def image(self, folder, what):
        """What the storage holds now; both processes are stopped."""
        for part in what:
            shutil.copytree(self.made.folder / part, folder / part)

    def put_back(self, folder, what):
        for part in what:
            shutil.rmtree(self.made.folder / part)
            shutil.copytree(folder / part, self.made.folder / part)

    def await_joined(self, since):
        """The new epoch's event, once all is taken over and sent."""
        wait = self.made.processes.wait
        begun = wait("lane", "EPOCH_BEGUN", since=since)
        wait("lane", "ENTRIES_TAKEN_OVER", since=since)
        self.await_sent()
        return begun

    def events(self):
        out = desk_setup.run(PROGRAMS / "pamit-registry", "export", "events", "--config",
                             self.made.folder / "registry.conf")
        return [json.loads(line) for line in out.splitlines()]

    def assert_nobody_is_lost(self):
        events = self.events()
        assert all(event["decision"] for event in events)
        assert collections.Counter(event["doc_no"] for event in events) == self.served
        hashes = [entry["hash"] for event in events for entry in event["integrity"]]
        assert len(hashes) == len(set(hashes)) == 2 * len(events)
        assert pamit(self.made, "journal", "verify").startswith("sound: ")
        assert pamit(self.made, "journal", "head").split() == registry_head(self.made)
        return events


@pytest.fixture
def counter(tmp_path):
    with desk(tmp_path / "desk", start=()) as made:
        yield Counter(made)


@pytest.mark.parametrize("what", [("lane", "sync"), ("lane",)], ids=["all of it", "the journal"])
def test_nobody_is_lost_when_storage_goes_back_in_time(counter, tmp_path, what):
    counter.serve(1)
    counter.await_sent()
    counter.stop()
    counter.image(tmp_path / "image", what)
    counter.start("lane", "sync")
    counter.serve(2)  # they are in the registry alone, soon
    counter.await_sent()
    counter.stop()

    for round_ in (1, 2):
        counter.put_back(tmp_path / "image", what)
        before = registry_head(counter.made)
        since = counter.start("lane")  # where sync.db is the old one too, it knows of nothing yet
        counter.serve(3)  # offline, more than the registry has since, under the same numbers
        counter.start("sync")
        begun = counter.await_joined(since)
        assert before[0] == f"epoch={round_}" and begun.detail("epoch") == str(round_ + 1)
        assert "NEW_EPOCH" in view(counter.made, "notice", lambda v: True)["notices"]
        counter.serve(1)
        counter.await_sent()
        events = counter.assert_nobody_is_lost()
        recovered = sum(event["recovered"] is not None for event in events)
        assert recovered == (3 * round_ if "sync" in what else 0)
        if "sync" not in what:  # it had fewer entries than the registry, when it heard of it
            left_out, where = pamit(counter.made, "journal", "verify").splitlines()[1:3]
            assert left_out.endswith(f" to {int(begun.detail('seq')) - 1} are not in this file: epoch"
                                     f" {round_ + 1} goes on after them")
            assert where.endswith("what there is of them the registry has")
        counter.stop()


def test_a_recovery_that_is_killed_goes_on(counter, tmp_path):
    counter.stop()
    counter.image(tmp_path / "image", ["lane", "sync"])
    counter.start("lane", "sync")
    counter.serve(1)
    counter.await_sent()
    counter.stop()
    counter.put_back(tmp_path / "image", ["lane", "sync"])
    counter.start("lane")
    counter.serve(4)
    wait = counter.made.processes.wait
    since = counter.start("sync")
    wait("lane", "EPOCH_BEGUN", since=since)
    for _ in range(3):
        counter.made.processes.kill("lane")
        since = counter.start("lane")
    counter.await_sent()
    counter.serve(1)
    counter.await_sent()
    counter.assert_nobody_is_lost()


def test_a_registry_that_is_restored_to_before_a_new_epoch_gets_it_again(counter, tmp_path):
    """What only the registry had is gone with it; all that the counter has comes back."""
    counter.serve(1)
    counter.await_sent()
    counter.stop()
    counter.made.processes.stop("registry")
    counter.image(tmp_path / "image", ["lane", "sync"])
    store = counter.made.folder / "registry" / "registry.db"
    with sqlite3.connect(store) as db, sqlite3.connect(tmp_path / "backup.db") as to:
        db.backup(to)
    counter.start("registry", "lane", "sync")
    counter.serve(1)  # in the registry alone
    counter.await_sent()
    counter.stop()

    counter.put_back(tmp_path / "image", ["lane", "sync"])
    counter.start("lane")
    counter.serve(2)
    counter.await_joined(counter.start("sync"))
    counter.stop()
    counter.made.processes.stop("registry")
    for left in store.parent.glob("registry.db*"):
        left.unlink()
    shutil.copy(tmp_path / "backup.db", store)
    since = counter.start("registry", "lane", "sync")
    counter.await_joined(since)
    events = counter.events()
    hashes = [entry["hash"] for event in events for entry in event["integrity"]]
    assert len(hashes) == len(set(hashes)) == 2 * len(events)
    assert len(events) == counter.served.total() - 1
    assert pamit(counter.made, "journal", "head").split() == registry_head(counter.made)
