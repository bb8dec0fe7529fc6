"""What was just recorded is taken back at the counter: by whom, until when, and what is left of it."""
import json
import signal

import pytest

from desk_kit import decide, desk, pamit, scan, view, wait_for_data


@pytest.fixture(name="made")
def fixture_made(tmp_path):
    with desk(tmp_path / "desk") as made:
        wait_for_data(made)
        yield made


def ask(made, seq, reason="WRONG_DECISION", officer=""):
    made.page.post("/void", {"seq": seq, "reason": reason, "role": "SUPERVISOR" if officer else "OFFICER",
                             "second_officer_id": officer})


def void(made, seq, **what):
    """Takes it back, and returns what the page then shows."""
    ask(made, seq, **what)
    return view(made, "taken back", lambda v: v["screen"] == "VOIDED" and v["recorded"]["decided_seq"] == seq)


def count(state):
    return (state["refused"] or {}).get("count", 0)


def refusal(made, seq, **what):
    before = count(made.page.state())
    ask(made, seq, **what)
    return made.page.wait("refused", lambda s: count(s) > before)["refused"]["why"]


def codes(crossing):
    return {reason["code"] for reason in crossing["reasons"]}


def kinds(made):
    return [json.loads(line)["kind"] for line in pamit(made, "journal", "export", "--entries").splitlines()]


def voidable(made):
    return made.page.state()["view"]["voidable"]


def test_a_departure_that_was_none_is_told_nobody_and_the_passport_is_judged_anew(made):
    first = scan(made, "siti")
    decided = decide(made, first["seq"], "CLEARED")
    shown = view(made, "what may be taken back", lambda v: v["voidable"])["voidable"]
    assert (shown["seq"], shown["decision"], shown["role"]) == (decided, "CLEARED", "OFFICER")
    assert (shown["answers"], shown["number"]) == (first["seq"], first["document"]["number"])
    shown = void(made, decided, reason="WRONG_TRAVELLER")
    assert shown["crossing"]["document"] == first["document"]
    again = scan(made, "siti", after=first["seq"])  # at once: no double swipe of what is taken back
    assert again["seen"] is None
    assert again["result"] == "SESUAI"
    decided = decide(made, again["seq"], "CLEARED")
    other = scan(made, "agus", after=again["seq"])
    decide(made, other["seq"], "SECONDARY")
    assert scan(made, "siti", after=other["seq"])["seen"]["seq"] == decided
    assert kinds(made).count("VOID") == 1
    assert "sound" in pamit(made, "journal", "verify")


def test_a_deferral_is_a_supervisors_to_take_back_and_then_stops_nobody(made):
    shown = scan(made, "agus")
    decided = decide(made, shown["seq"], "DEFERRED", supervisor=True)
    assert refusal(made, decided) == "NOT_ALLOWED"
    assert refusal(made, decided, officer="P-0001") == "SAME_OFFICER"
    assert view(made, "ready", lambda v: v["screen"] == "READY")["voidable"]["role"] == "SUPERVISOR"
    void(made, decided, officer="S-0001")
    assert made.processes.kill("lane") == -signal.SIGKILL
    since = len(made.processes.events)
    made.start("lane")
    made.processes.wait("lane", "SCANNER_OPEN", since=since)
    view(made, "a lane that serves", lambda v: v["scanner_ok"] and v["screen"] == "READY" and not v["voidable"])
    again = scan(made, "agus", after=shown["seq"])
    assert not {"R070", "R071"} & codes(again)
    assert again["result"] == shown["result"] and again["seen"] is None


def test_only_the_last_one_once_and_until_the_next_traveller(made):
    assert refusal(made, 1) == "STALE"
    shown = scan(made, "siti")
    assert refusal(made, shown["seq"]) == "STALE"  # a verdict is open
    decided = decide(made, shown["seq"], "CLEARED")
    assert refusal(made, shown["seq"]) == "STALE"
    assert refusal(made, decided + 1) == "STALE"
    void(made, decided)
    assert refusal(made, decided) == "STALE"
    assert voidable(made) is None
    shown = scan(made, "siti", after=shown["seq"])
    decided = decide(made, shown["seq"], "CLEARED")
    scan(made, "agus", after=shown["seq"])
    assert refusal(made, decided) == "STALE"
    assert kinds(made).count("VOID") == 1


def test_who_ended_a_stop_may_take_that_back_and_the_stop_comes_with_the_next_scan(made):
    shown = scan(made, "dewi")
    assert shown["result"] == "TUNDA"
    decided = decide(made, shown["seq"], "SECONDARY", supervisor=True)
    assert refusal(made, decided) == "NOT_ALLOWED"
    void(made, decided, officer="S-0001", reason="NOT_TRAVELLING")
    assert scan(made, "dewi", after=shown["seq"])["result"] == "TUNDA"
