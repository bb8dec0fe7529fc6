"""A deferral that is taken back lets its traveller go at the other counter too, within a minute: two kiosks
and one registry, over real TLS."""

import json
import subprocess
from pathlib import Path

import pytest

from front_kit import Front
from mrz_cases import make
from registry_kit import (BIN, DECIDED, PRESENTED, Reply, cose_signature, decided, deterministic,
                          presented, zstd_raw)
from sync_kit import CROWD_KIOSK
from two_counters import (DEFERRED, ELSEWHERE, LIMIT_S, LIVE, counter_date, elsewhere, here, lists,  # noqa: F401
                          make_registry, starts)

POLICY = Path(__file__).parents[1] / "data" / "contract" / "policy.example.json"
VOID = 6
CROWD_DEFERRED = 81  # the DECIDED of the fortieth traveller, who is deferred


def reasons(kiosk):
    """What the fortieth traveller is told at a kiosk, by its own cache."""
    lines = make("TD3", name="CONTOH<<SITI", number="X0000040", birth="750101", sex="M", expiry="300101")
    query = {"id": 1, "lines": lines, "context": {"direction": "DEPARTURE", "category": "TOUR", "dest_country": "MYS"}}
    done = subprocess.run(
        [BIN / "pamit", "check", "--json", "--cache", kiosk.folder / "cache.db", "--storage-key",
         kiosk.folder / "storage.key", "--policy", POLICY, "--date", counter_date()],
        input=json.dumps(query) + "\n", capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)["reasons"]


# ---- from one counter to the other -----------------------------------------------------------------


def test_who_was_deferred_by_mistake_is_let_go_elsewhere_within_a_minute(registry, here, elsewhere):
    starts(elsewhere)
    here.crowd(82)
    starts(here)
    elsewhere.await_log("FEED_APPLIED feed=lists version=1")
    assert "R070" in reasons(elsewhere)
    here.void(CROWD_DEFERRED)
    elsewhere.await_log("FEED_APPLIED feed=lists version=2 gone=1", limit_s=LIMIT_S)
    assert "R070" not in reasons(elsewhere)
    assert lists(registry) == [(2, 1)]


def test_a_void_goes_ahead_of_a_backlog(registry, here, elsewhere):
    """The deferral went up when there was a network. It is taken back without one, as the next one of the same
    traveller, among those of others."""
    starts(elsewhere)
    here.crowd(82)
    assert here.once().returncode == 0
    elsewhere.await_log("FEED_APPLIED feed=lists version=1")
    here.void(CROWD_DEFERRED)
    here.crowd(3000)  # begins anew with its first traveller
    here.void(CROWD_DEFERRED + 82)
    here.start(interval_s=3600)
    elsewhere.await_log("gone=1", limit_s=LIMIT_S)
    here.await_log("SYNC_ONLINE")
    at = next(i for i, line in enumerate(registry.log) if "REGISTRY_APPENDED" in line and "from=83 " in line)
    assert at > max(i for i, line in enumerate(registry.log) if "REGISTRY_URGENT" in line)
    told = lists(registry)
    assert len(told) == 36 and sum(withdrawn for _, withdrawn in told) == 1


def test_who_is_deferred_once_more_is_stopped_elsewhere(registry, here, elsewhere):
    """The crowd begins anew with its first traveller: the fortieth is deferred on the same day again."""
    starts(elsewhere)
    here.crowd(82)
    here.void(CROWD_DEFERRED)
    here.crowd(164)
    assert here.once().returncode == 0
    elsewhere.await_log("FEED_APPLIED feed=lists version=1")
    assert "R070" in reasons(elsewhere)


def test_what_is_taken_back_before_it_goes_up_stops_nobody(registry, here):
    """Both are made offline: the void goes ahead, and the deferral that the chain brings makes no row."""
    here.crowd(84)
    here.void(CROWD_DEFERRED)
    assert here.once().returncode == 0
    assert [line for line in registry.log if "REGISTRY_URGENT" in line and "copies=3 " in line]
    assert registry.head(CROWD_KIOSK)[1] == 86
    assert lists(registry) == []


def test_where_nothing_goes_ahead_the_chain_takes_it_back(registry, here, elsewhere):
    def answer(method, path, body, ask):
        return Reply(400, {}, b"no") if path == "/v1/urgent" else ask()

    starts(elsewhere)
    here.crowd(82)
    assert here.once().returncode == 0
    elsewhere.await_log("FEED_APPLIED feed=lists version=1")
    here.void(CROWD_DEFERRED)
    with Front(registry, here, answer) as front:
        assert here.once(port=front.port).returncode == 0
    elsewhere.await_log("FEED_APPLIED feed=lists version=2 gone=1")


# ---- whose word it is ------------------------------------------------------------------------------


def void(entry, changes=None):
    """A supervisor's, who names the wrong traveller; a change to None takes a field away."""
    fields = {**LIVE, 2: 1, 3: entry.seq, 4: DECIDED, 5: entry.hash, 6: 1, 7: 2, 8: "P-0002", **(changes or {})}
    return {key: value for key, value in fields.items() if value is not None}


def deferral(kiosk):
    shown = kiosk.append(PRESENTED, presented(LIVE))
    return shown, kiosk.append(DECIDED, decided(shown.seq, DEFERRED, LIVE))


def post(kiosk, *entries):
    return kiosk.request("POST", "/v1/urgent", body=zstd_raw(deterministic({1: 1, 2: [
        [entry.whole, cose_signature(kiosk.entry_key, entry.whole), entry.payload] for entry in entries]})))


def test_another_kiosk_takes_nothing_back(registry):
    kiosk, other = registry.enrol(CROWD_KIOSK).fill(1), registry.enrol(ELSEWHERE).fill(1)
    shown, deferred = deferral(kiosk)
    assert post(kiosk, shown, deferred).status == 200
    foreign = other.append(VOID, void(deferred))
    assert post(other, foreign).status == 200
    assert other.post(other.batch(1, 2)).status == 200
    assert lists(registry) == [(1, 0)]
    assert post(other, kiosk.append(VOID, void(deferred))).status == 400  # with the other's signature
    assert lists(registry) == [(1, 0)]


@pytest.mark.parametrize("changes", [{5: bytes(range(32))}, {6: None}, {4: PRESENTED}, {3: None}],
                         ids=["another hash", "no reason", "another kind", "no number"])
def test_a_void_that_names_no_decision_is_kept_and_takes_nothing_back(registry, changes):
    kiosk = registry.enrol(CROWD_KIOSK).fill(1)
    shown, deferred = deferral(kiosk)
    assert post(kiosk, shown, deferred).status == 200
    assert post(kiosk, kiosk.append(VOID, void(deferred, changes))).status == 200
    assert kiosk.post(kiosk.batch(1, 4)).status == 200
    assert lists(registry) == [(1, 0)]
    assert post(kiosk, kiosk.append(VOID, void(deferred))).status == 200
    assert lists(registry) == [(2, 1)]
