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


def scan_again_before_it_is_judged(made, *documents):
    """Puts them on the scanner one after the other; each but the last was taken and then replaced."""
    since = len(made.processes.events)
    made.hardware.do("scan", documents[0])
    for document in documents[1:]:
        made.hardware.do("scan", document)
        made.processes.wait("lane", "SCAN_IGNORED", since=since)
        since = len(made.processes.events)


def test_who_is_put_down_again_after_another_is_one_traveller_and_nobody_gets_anothers_green(made):
    ready(made)
    with slow_disk(made):
        made.hardware.do("scan", "siti")
        view(made, "reading", lambda v: v["screen"] == "READING")
        scan_again_before_it_is_judged(made, "budi", "siti")
    made.processes.wait("lane", "SCAN_REPEATED")
    shown = view(made, "the verdict", lambda v: v["screen"] == "VERDICT")["crossing"]
    assert shown["document"]["number"] == "X0000001"
    following = scan(made, "budi", after=shown["seq"])
    assert (following["result"], following["document"]["number"]) == ("RUJUK", "X0000099")
    decide(made, following["seq"], "SECONDARY")


@pytest.mark.parametrize("document", ["siti", "dewi"])
def test_who_could_not_be_read_meanwhile_does_not_get_the_green_that_was_stored(made, document):
    ready(made)
    since = len(made.processes.events)
    with slow_disk(made):
        made.hardware.do("scan", document)
        view(made, "reading", lambda v: v["screen"] == "READING")
        made.hardware.do("scan", "blurred")
        made.processes.wait("lane", "SCAN_UNREADABLE", since=since)
    if document == "dewi":  # but nothing sweeps a stop away
        made.processes.wait("lane", "SCAN_IGNORED", since=since)
        stopped = view(made, "the stop", lambda v: v["screen"] == "VERDICT")["crossing"]
        decide(made, stopped["seq"], "DEFERRED", supervisor=True)
        return
    shown = view(made, "not readable", lambda v: v["screen"] == "UNREADABLE")
    assert shown["undecided_seq"] and shown["crossing"] is None
    decide(made, scan(made, document, after=shown["undecided_seq"])["seq"], "CLEARED")


def test_who_was_held_behind_a_stop_is_judged_after_it(made):
    ready(made)
    with slow_disk(made):
        made.hardware.do("scan", "dewi")
        view(made, "reading", lambda v: v["screen"] == "READING")
        scan_again_before_it_is_judged(made, "budi", "agus")
    stopped = view(made, "the stop", lambda v: v["screen"] == "VERDICT")["crossing"]
    assert stopped["result"] == "TUNDA"
    decide(made, stopped["seq"], "DEFERRED", supervisor=True)
    following = scan(made, "agus", after=stopped["seq"])
    assert following["document"]["number"] == "X0000003"
