"""A purge at a counter: what the registry has long enough is gone from the kiosk for good, everything
still verifies and syncs, and the counter serves meanwhile. And what a restart may not double."""
import json

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
    view(made, "the PURGE entry is acknowledged", lambda v: v["link"]["online"] and
         v["link"]["unsent"] == 0)

    assert status(made)["last_purge"]
    assert status(made)["payloads_from"] is None
    said = pamit(made, "journal", "verify")
    assert "sound" in said and "purged: the payloads of 2 entries" in said
    rows = [json.loads(row) for row in
            pamit(made, "journal", "export", "--entries").splitlines()]
    kinds = {row["seq"]: (row["kind"], row["payload"] is not None) for row in rows}
    assert kinds[seq] == ("PRESENTED", False) and kinds[seq + 1] == ("DECIDED", False)
    assert [kind for kind, opened in kinds.values() if opened] == ["EPOCH", "PURGE"]
    assert pamit(made, "journal", "head").split()[:2] == registry_head(made)[:2]

    # The counter goes on, and what is new is there.
    assert cross(made, "siti") > seq
    assert "sound" in pamit(made, "journal", "verify")
    events = pamit(made, "journal", "export", "--format", "jsonl")
    assert len(events.splitlines()) == 1
