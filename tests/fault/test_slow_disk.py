"""While an entry is being stored nothing is lit, shown or said as if it were; what is said afterwards
is what was stored, whatever was clicked meanwhile.

The disk is made slow by a second connection that holds the journal's write lock for a moment.
"""
import contextlib
import json
import pathlib
import sqlite3
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

from desk_kit import decide, desk, pamit, scan, view, wait_for_data  # noqa: E402


@pytest.fixture(name="made", scope="module")
def fixture_made(tmp_path_factory):
    with desk(tmp_path_factory.mktemp("slow") / "desk") as made:
        wait_for_data(made)
        yield made


@contextlib.contextmanager
def slow_disk(made):
    """Nothing can be committed to the journal until this ends."""
    journal = sqlite3.connect(made.folder / "lane" / "journal.db", isolation_level=None)
    try:
        journal.execute("begin immediate")
        yield
    finally:
        journal.execute("rollback")
        journal.close()


def lamps(made, since=None):
    return json.loads(made.hardware.do("lamps", *([] if since is None else [since])))


def lit_since(made, number):
    return [c["line"] for c in lamps(made, number)["changes"] if c["on"] and c["line"] != "buzzer"]


def ready(made):
    made.page.post("/dismiss", {})
    view(made, "ready", lambda v: v["screen"] == "READY")


def decision_in_journal(made, seq):
    events = [json.loads(line) for line in
              pamit(made, "journal", "export", "--format", "jsonl").splitlines()]
    return next(e["decision"] for e in events if e["event_id"]["seq"] == seq)


def test_no_green_and_no_verdict_before_the_entry_is_durable(made):
    ready(made)
    before = lamps(made)["next"]
    with slow_disk(made):
        made.hardware.do("scan", "siti")
        shown = view(made, "reading", lambda v: v["screen"] == "READING")
        assert shown["crossing"] is None
        assert lit_since(made, before) == []
    shown = view(made, "the verdict", lambda v: v["screen"] == "VERDICT")
    assert lit_since(made, before) == ["green"]
    decide(made, shown["crossing"]["seq"], "CLEARED")


def test_no_green_and_no_recorded_before_the_decision_is_durable(made):
    ready(made)
    seq = scan(made, "agus")["seq"]
    before = lamps(made)["next"]
    with slow_disk(made):
        made.page.post("/action", {"seq": seq, "decision": "SECONDARY", "role": "OFFICER"})
        made.page.post("/dismiss", {})
        shown = view(made, "the verdict still", lambda v: True)
        assert shown["screen"] == "VERDICT" and shown["recorded"] is None
        assert "green" not in lit_since(made, before)
    view(made, "recorded", lambda v: v["screen"] == "RECORDED")


@pytest.mark.parametrize("document,supervisor,first,late", [
    ("budi", False, "SECONDARY", "CLEARED"),
    ("dewi", True, "DEFERRED", "CLEARED"),
    ("siti", False, "SECONDARY", "CLEARED"),
])
def test_a_late_click_never_changes_what_is_recorded(made, document, supervisor, first, late):
    ready(made)
    seq = scan(made, document)["seq"]
    since, before = len(made.processes.events), lamps(made)["next"]
    with slow_disk(made):
        made.page.post("/action", {
            "seq": seq, "decision": first, "role": "SUPERVISOR" if supervisor else "OFFICER",
            "second_officer_id": "S-0001" if supervisor else "", "note": "first"})
        made.page.post("/action", {"seq": seq, "decision": late, "role": "OFFICER"})
        refused = made.processes.wait("lane", "ACTION_REFUSED", since=since)
        assert refused.detail("why") == "BUSY"
    shown = view(made, "recorded", lambda v: v["screen"] == "RECORDED")
    assert shown["recorded"]["decision"] == first == decision_in_journal(made, seq)
    assert "green" not in lit_since(made, before)


def test_a_verdict_is_decided_once(made):
    ready(made)
    seq = scan(made, "suharto")["seq"]
    since = len(made.processes.events)
    decide(made, seq, "CLEARED")
    made.page.post("/action", {"seq": seq, "decision": "SECONDARY", "role": "OFFICER"})
    refused = made.processes.wait("lane", "ACTION_REFUSED", since=since)
    assert refused.detail("why") == "STALE"
    assert decision_in_journal(made, seq) == "CLEARED"
