"""A purge at a counter: what the registry has long enough is gone from the kiosk for good, everything
still verifies and syncs, and the counter serves meanwhile. What outlives a purge: who crossed here, keyed.
And what a restart may not double."""
import contextlib
import datetime
import json
import sqlite3

import pytest

from desk_kit import (PROGRAMS, decide, desk, desk_setup, pamit, registry_head, scan, view,
                      wait_for_data)


@pytest.fixture(name="made")
def fixture_made(tmp_path):
    """A desk whose policy keeps nothing that the registry has."""
    with desk(tmp_path / "desk", start=()) as made:
        policy = json.loads((made.folder / "policy.json").read_text())
        policy["version"] += 1
        policy["retention_days"]["payload_after_receipt"] = 0
        (made.folder / "policy.json").write_text(json.dumps(policy))
        desk_setup.run(PROGRAMS / "pamit-registry", "import", "policy", made.folder / "policy.json",
                       "--config", made.folder / "registry.conf")
        for name in ("registry", "desk", "lane", "console", "sync"):
            made.start(name)
        wait_for_data(made)
        yield made


def cross(made, document):
    shown = scan(made, document)
    decide(made, shown["seq"], "CLEARED")
    view(made, "all is acknowledged", lambda v: v["link"]["unsent"] == 0)
    return shown["seq"]


def restart(made):
    made.processes.kill("lane")
    since = len(made.processes.events)
    made.start("lane")
    made.processes.wait("lane", "SCANNER_OPEN", since=since)
    return since


def status(made):
    return json.loads(pamit(made, "status", "--json"))


def test_a_restart_between_two_scans_leaves_one_crossing(made):
    """The verdict is gone from the screen, the officer scans again: the same transit, judged anew."""
    first = scan(made, "siti")
    restart(made)
    second = scan(made, "siti", after=first["seq"])
    decided = decide(made, second["seq"], "CLEARED")
    assert view(made, "one traveller", lambda v: v["counts"]["total"])["counts"]["total"] == 1
    events = [json.loads(event) for event in
              pamit(made, "journal", "export", "--format", "jsonl").splitlines()]
    assert [event["entries"] for event in events] == [[first["seq"], second["seq"], decided]]
    assert "sound" in pamit(made, "journal", "verify")


def test_what_the_registry_has_long_enough_is_destroyed(made):
    seq = cross(made, "siti")
    assert status(made)["payloads_from"] and not status(made)["last_purge"]
    before = pamit(made, "journal", "export", "--format", "jsonl")
    assert len(before.splitlines()) == 1
    since = restart(made)
    purged = made.processes.wait("lane", "PURGED", since=since)
    assert "entries=2" in str(purged)
    view(made, "the PURGE entry is acknowledged", lambda v: v["link"]["unsent"] == 0 and
         pamit(made, "journal", "head").split()[:2] == registry_head(made)[:2])

    assert status(made)["last_purge"]
    assert status(made)["payloads_from"] is None
    said = pamit(made, "journal", "verify")
    assert "sound" in said and "purged: the payloads of 2 entries" in said
    rows = [json.loads(row) for row in
            pamit(made, "journal", "export", "--entries").splitlines()]
    kinds = {row["seq"]: (row["kind"], row["payload"] is not None) for row in rows}
    assert kinds[seq] == ("PRESENTED", False) and kinds[seq + 1] == ("DECIDED", False)
    assert [kind for kind, opened in kinds.values() if opened] == ["EPOCH", "PURGE"]

    # The counter goes on, and what is new is there.
    assert cross(made, "siti") > seq
    assert "sound" in pamit(made, "journal", "verify")
    events = pamit(made, "journal", "export", "--format", "jsonl")
    assert len(events.splitlines()) == 1


# ---- who crossed here before -------------------------------------------------------------------


def sail(made, direction):
    """The direction of the next travellers."""
    wanted = view(made, "a context", lambda v: v["context"])["context"] | {"direction": direction}
    made.page.post("/context", wanted)
    view(made, direction, lambda v: v["context"]["direction"] == direction)


def purge(made, *lost):
    """Restarts the lane, which purges at once; meanwhile that many days are `lost`."""
    made.processes.kill("lane")
    with contextlib.closing(sqlite3.connect(made.folder / "lane" / "journal.db")) as journal, journal:
        for days in lost:
            journal.execute("update crossing set day = day - ?", (days,))
    since = len(made.processes.events)
    made.start("lane")
    return str(made.processes.wait("lane", "PURGED", since=since))


def double_of(made):
    """By decision's number, as the kiosk and the registry export it."""
    view(made, "all is acknowledged", lambda v: v["link"]["unsent"] == 0)
    exports = (pamit(made, "journal", "export", "--format", "jsonl"),
               desk_setup.run(PROGRAMS / "pamit-registry", "export", "events", "--config",
                              made.folder / "registry.conf"))
    own, central = ({event["entries"][-1]: event["double_of"]
                     for event in map(json.loads, text.splitlines())} for text in exports)
    assert own.items() <= central.items()
    return central


def test_who_crossed_is_told_when_the_payload_is_long_destroyed(made):
    first = cross(made, "siti") + 1
    assert "entries=2" in purge(made)
    row, = (json.loads(row) for row in pamit(made, "journal", "export", "--entries").splitlines()
            if f'"seq":{first},' in row.replace(" ", ""))
    assert row["kind"] == "DECIDED" and row["payload"] is None

    other = scan(made, "suharto")
    assert other["seen"] is None
    between = decide(made, other["seq"], "CLEARED")
    again = scan(made, "siti", after=other["seq"])
    seen = again["seen"]
    assert again["result"] == "SESUAI" and [reason["code"] for reason in again["reasons"]] == ["R001"]
    assert (seen["seq"], seen["direction"], seen["decision"]) == (first, "DEPARTURE", "CLEARED")
    stored = datetime.datetime.fromtimestamp(seen["wall_ms"] // 1000, datetime.timezone.utc)
    assert stored.strftime("%Y-%m-%dT%H:%M:%SZ") == row["t_utc"]
    second = decide(made, again["seq"], "CLEARED")
    assert double_of(made) == {first: None, between: None, second: first}

    # Who came back may go again.
    sail(made, "RETURN")
    for direction, decision in (("DEPARTURE", "RETURN_LOGGED"), ("RETURN", "CLEARED")):
        shown = scan(made, "suharto", after=again["seq"])  # or it would be the same transit
        decide(made, shown["seq"], decision)
        again = scan(made, "siti", after=shown["seq"])
        assert again["seen"] is None
        decide(made, again["seq"], decision)
        sail(made, direction)
    assert "sound" in pamit(made, "journal", "verify")


def test_after_180_days_nothing_is_known_of_a_crossing(made):
    seq = cross(made, "siti")
    assert "hashes=0" in purge(made, 179)
    assert scan(made, "siti")["seen"]["seq"] == seq + 1
    decide(made, view(made, "siti", lambda v: v["crossing"])["crossing"]["seq"], "CLEARED")
    view(made, "all is acknowledged", lambda v: v["link"]["unsent"] == 0)
    assert "hashes=2" in purge(made, 90, 92)
    assert scan(made, "siti")["seen"] is None


def test_what_is_kept_of_a_crossing_names_nobody(made):
    seq = cross(made, "siti")
    purge(made)
    shown = scan(made, "siti", after=seq)
    for part in ("journal.db", "journal.db-wal"):
        stored = (made.folder / "lane" / part).read_bytes()
        for plain in (shown["document"]["number"], shown["document"]["name"].split()[0], "D IDN"):
            assert plain.encode() not in stored
