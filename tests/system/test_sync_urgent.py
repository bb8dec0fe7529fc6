"""What one counter decides another knows within a minute: two kiosks and one registry, over real TLS, from the
entry's COMMIT to the row in the other's cache. tests/bench/run says how long it takes."""

import json
import re
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from fault_proxy import FaultProxy
from front_kit import Front
from registry_kit import Kiosk, Reply
from sync_kit import CROWD_KIOSK
from two_counters import ELSEWHERE, LIMIT_S, elsewhere, here, lists, make_registry, starts  # noqa: F401

BACKLOG = 45000
NEWEST_DEFERRED = b"X0022480"  # every fortieth of those travellers is, and each has two entries


def until(holds, limit_s=60):
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def tell(registry, words, row):
    path = registry.folder / "row.jsonl"
    path.write_text(json.dumps(row) + "\n")
    registry.command(*words, path)


def appended(registry):
    return [line for line in registry.log if "REGISTRY_APPENDED" in line and CROWD_KIOSK in line]


# ---- from one counter to the other -----------------------------------------------------------------


def test_a_deferral_reaches_another_kiosk_within_a_minute(registry, here, elsewhere):
    here.crowd(2)
    starts(elsewhere)
    starts(here)
    here.crowd(82)  # forty travellers, the last of whom is deferred
    elsewhere.await_log("FEED_APPLIED feed=lists version=1", limit_s=LIMIT_S)


def test_a_deferral_goes_ahead_of_90_days_offline(registry, here, elsewhere):
    """The newest ones of 45,000 entries, as soon as there is a link; the rest has hardly begun to go up."""
    here.crowd(BACKLOG)
    starts(elsewhere)
    here.start(interval_s=3600)
    at = elsewhere.await_log("FEED_APPLIED feed=lists version=", limit_s=LIMIT_S)
    assert registry.head(CROWD_KIOSK)[1] < BACKLOG / 2
    came = int(re.search(r"version=(\d+)", elsewhere.log[at - 1]).group(1))
    with sqlite3.connect(f"file:{registry.folder / 'registry.db'}?mode=ro", uri=True) as db:
        newest = db.execute("SELECT version FROM listing WHERE instr(record, ?)", (NEWEST_DEFERRED,)).fetchone()
    assert newest and newest[0] <= came


def test_a_deferral_goes_ahead_of_a_backlog_and_counts_once(registry, here, elsewhere):
    """The registry has all of them before the first batch, which brings the same entries once more."""
    here.crowd(3000)
    starts(elsewhere)
    here.start(interval_s=3600)
    elsewhere.await_log("FEED_APPLIED feed=lists version=37")
    here.await_log("SYNC_ONLINE")
    urgent = [line for line in here.log if "URGENT_SENT" in line]
    assert [int(line.rpartition("copies=")[2]) for line in urgent] == [32, 32, 10]
    first = next(i for i, line in enumerate(registry.log) if "REGISTRY_APPENDED" in line and CROWD_KIOSK in line)
    assert first > max(i for i, line in enumerate(registry.log) if "REGISTRY_URGENT" in line)
    assert registry.head(CROWD_KIOSK)[1] == 3001
    assert len(lists(registry)) == 37
    with sqlite3.connect(f"file:{registry.folder / 'registry.db'}?mode=ro", uri=True) as db:
        assert db.execute("SELECT count(*) FROM copy").fetchone() == (0,)


@pytest.mark.parametrize("status", [400, 405, 413, 500, 502])
def test_a_backlog_goes_up_where_nothing_goes_ahead_of_it(registry, here, status):
    """A front that refuses copies gets them in their turn; one that fails is asked again by the next contact."""
    asked = []

    def answer(method, path, body, ask):
        asked.append(path)
        return Reply(status, {}, b"no") if path == "/v1/urgent" else ask()

    here.crowd(600)
    with Front(registry, here, answer) as front:
        assert here.once(port=front.port).returncode == 0
    assert registry.head(CROWD_KIOSK)[1] == 601
    assert asked.count("/v1/urgent") == 1


@pytest.mark.parametrize("status", [403, 429])
def test_who_is_told_to_stay_away_stays_away(registry, here, status):
    asked = []

    def answer(method, path, body, ask):
        asked.append(path)
        return Reply(status, {}, b"no") if path == "/v1/urgent" else ask()

    here.crowd(600)
    with Front(registry, here, answer) as front:
        assert here.once(port=front.port).returncode == 1
    assert "/v1/entries" not in asked


def test_what_is_revoked_reaches_a_kiosk_that_has_a_backlog_of_its_own(registry, here):
    """A row comes and is withdrawn while a backlog of many batches goes up: each time before the next
    batch but one."""
    row = {"kind": "DOCUMENT_LOST", "passport_no": "X0000006", "passport_country": "IDN",
           "from": "2020-01-01", "expires": "2099-12-31", "issued_by": "IMI-PUSAT"}
    here.crowd(1)
    assert here.once().returncode == 0
    here.append(600)
    told = []

    def answer(method, path, body, ask):
        told.append(path.partition("?")[0])
        if path == "/v1/entries" and told.count(path) in (1, 3):
            tell(registry, ["import", "lists"] if told.count(path) == 1 else ["withdraw", "lists"], row)
        return ask()

    with Front(registry, here, answer) as front:
        assert here.once(port=front.port).returncode == 0
    down, up = "/v1/feed/lists", "/v1/entries"
    told = [path for path in told if path in (up, down)]
    assert told[told.index(up):][:6] == [up, down, up, up, down, up]


def test_revoked_and_voided_rows_come_by_the_long_poll(registry, here):
    row = {"kind": "SOI", "passport_no": "X0000006", "passport_country": "IDN", "from": "2020-01-01",
           "expires": "2099-12-31", "issued_by": "IMI-PUSAT"}
    here.crowd(2)
    starts(here)
    for words, said in ((["import", "lists"], "version=1 gone=0"), (["withdraw", "lists"], "version=2 gone=1")):
        tell(registry, words, row)
        here.await_log(f"FEED_APPLIED feed=lists {said}", limit_s=LIMIT_S)


# ---- how it waits ----------------------------------------------------------------------------------


def reads(process):
    return int(re.search(r"syscr: (\d+)", Path(f"/proc/{process.pid}/io").read_text())[1])


def test_who_has_nothing_to_do_sleeps(registry, here):
    """For the second that another kiosk's request is held, neither program does more than look now and then,
    however long the machine has been up."""
    here.crowd(2)
    starts(here)
    other = registry.enrol(ELSEWHERE)
    before = reads(here.process), reads(registry.process)
    assert other.request("GET", f"/v1/receipt?nonce={'00' * 16}&wait=1&policy=0&lists=0&placements=0").status == 200
    assert reads(here.process) - before[0] < 500 and reads(registry.process) - before[1] < 500


def test_without_news_nothing_is_asked_twice(registry, here):
    """One connection for contacts, one that waits; no third, whatever is held."""
    here.crowd(2)
    with FaultProxy(registry.port) as proxy:
        starts(here, port=proxy.port)
        proxy.await_connections(2)
        here.crowd(6)
        here.await_log("next=7")
        assert proxy.connections == 2


def test_a_registry_that_does_not_wait_is_not_asked_in_a_circle(registry, here):
    asked = []

    def answer(method, path, body, ask):
        asked.append(path)
        if "wait=" in path:
            return Kiosk(registry, here.name, here.identity, None).request("GET", path.partition("&")[0])
        return ask()

    here.crowd(2)
    with Front(registry, here, answer) as front:
        starts(here, port=front.port)
        here.crowd(6)
        here.await_log("next=7")
        here.crowd(10)
        here.await_log("next=11")
        assert sum("wait=" in path for path in asked) == 2, asked


def test_where_waits_are_cut_short_they_are_not_begun_with_each_contact(registry, here):
    """A box on the way, which says when to come again: entries go up meanwhile as they are made."""
    asked = []

    def answer(method, path, body, ask):
        asked.append(path)
        return Reply(504, {"Retry-After": "900"}, b"") if "wait=" in path else ask()

    here.crowd(2)
    with Front(registry, here, answer) as front:
        starts(here, port=front.port, backoff_min_ms=10)
        until(lambda: any("wait=" in path for path in asked))
        for count in (6, 10, 14):
            here.crowd(count)
            here.await_log(f"next={count + 1}")
    assert sum("wait=" in path for path in asked) == 1, asked
    assert sum("/v1/receipt" in path for path in asked) == 2, asked


def test_what_a_contact_fetched_meanwhile_does_not_end_the_wait(registry, here):
    """A request waits for what is newer than version 0; a contact brings version 1, and then it is answered."""
    row = {"kind": "DOCUMENT_LOST", "passport_no": "X0000006", "passport_country": "IDN",
           "from": "2020-01-01", "expires": "2099-12-31", "issued_by": "IMI-PUSAT"}
    waits, fetched = [], threading.Event()

    def answer(method, path, body, ask):
        if "wait=" in path:
            waits.append(path)
            if len(waits) == 1:
                assert fetched.wait(60)
        return ask()

    here.crowd(2)
    with Front(registry, here, answer) as front:
        starts(here, port=front.port)
        until(lambda: waits)
        tell(registry, ["import", "lists"], row)
        here.crowd(6)
        here.await_log("FEED_APPLIED feed=lists version=1")
        at = here.await_log("RECEIPT_STORED")
        here.crowd(10)
        here.await_log("next=11", after=at)  # another contact: the one that fetched is over
        fetched.set()
        until(lambda: len(waits) == 2)
        assert "lists=1" in waits[1]
        tell(registry, ["import", "lists"], {**row, "passport_no": "X0000007"})
        here.await_log("FEED_APPLIED feed=lists version=2")


def test_a_wait_that_is_lost_is_found_out_and_begins_again(registry, here):
    """All its connections end while it waits: a contact follows, spread, and then it waits once more."""
    row = {"kind": "DOCUMENT_LOST", "passport_no": "X0000006", "passport_country": "IDN",
           "from": "2020-01-01", "expires": "2099-12-31", "issued_by": "IMI-PUSAT"}
    here.crowd(2)
    starts(here, backoff_min_ms=10)
    port = registry.port
    assert registry.stop() == 0
    at = here.await_log("SYNC_OFFLINE")
    registry.config = registry.write_config(port=port)
    registry.start()
    here.await_log("SYNC_ONLINE", after=at)
    tell(registry, ["import", "lists"], row)
    here.await_log("FEED_APPLIED feed=lists version=1")


@pytest.mark.parametrize("query", ["wait=61&policy=0&lists=0&placements=0", "wait=1", "wait=-1&policy=0&lists=0&placements=0",
                                   "wait=1&policy=x&lists=0&placements=0", "wait=&policy=0&lists=0&placements=0"])
def test_a_wait_that_makes_no_sense_is_refused_at_once(registry, query):
    kiosk = registry.enrol(ELSEWHERE)
    assert kiosk.request("GET", f"/v1/receipt?nonce={'00' * 16}&{query}").status == 400
