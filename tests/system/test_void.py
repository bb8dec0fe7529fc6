"""What was just recorded is taken back at the counter: by whom, until when, and what is left of it."""
import json
import signal

import pytest

from desk_kit import PROGRAMS, decide, desk, desk_setup, pamit, scan, view, wait_for_data


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


def events(made, *words):
    return [json.loads(line) for line in pamit(made, "journal", "export", *words).splitlines()]


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


def test_the_exports_tell_what_was_taken_back_with_its_crossing(made):
    """The kiosk's and the registry's, and once more where the export begins between the two."""
    shown = scan(made, "siti")
    decided = decide(made, shown["seq"], "CLEARED")
    void(made, decided, reason="NOT_TRAVELLING")
    other = scan(made, "agus", after=shown["seq"])
    decide(made, other["seq"], "SECONDARY")
    voided, stands = events(made)
    assert (voided["decision"], stands["decision"], stands["void"]) == ("CLEARED", "SECONDARY", None)
    assert voided["entries"] == [shown["seq"], decided, decided + 1]
    by = voided["void"]
    assert (by["seq"], by["reason"], by["role"], by["auth_method"]) == (decided + 1, "NOT_TRAVELLING", "OFFICER", "NONE")
    assert [(e["event_id"], e["void"]) for e in events(made, "--from", str(decided + 1))] == [
        (voided["event_id"], by), (stands["event_id"], None)]
    assert [e["event_id"] for e in events(made, "--from", str(decided + 2))] == [stands["event_id"]]
    view(made, "all sent", lambda v: v["link"]["unsent"] == 0)
    told = [json.loads(line) for line in registry_events(made, "jsonl")]
    assert [(e["event_id"], e["decision"], e["void"]) for e in told] == [
        (e["event_id"], e["decision"], e["void"]) for e in (voided, stands)]
    header, row, _ = registry_events(made, "csv")
    assert f"{decided + 1}/NOT_TRAVELLING/" in row.split(",")[header.split(",").index("void")]


def registry_events(made, how):
    return desk_setup.run(PROGRAMS / "pamit-registry", "export", "events", "--format", how, "--config",
                          made.folder / "registry.conf").splitlines()


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


KEYED = dict(type="P", number="X0000012", number_check="4", country="IDN", nationality="IDN", name="CONTOH BUDI", sex="M",
             birth="1990-01-01", expiry="2031-01-01", nik="", proposal_id=0)


def test_on_a_live_counter_an_officer_takes_back_what_an_officer_recorded_and_nobody_is_a_supervisor(tmp_path):
    """Without hardware there is no reader: the document is keyed."""
    with desk(tmp_path / "desk", start=("desk",)) as made:
        path = made.folder / "pamit.conf"
        path.write_text(path.read_text().replace("mode = desk", "mode = live").replace("assume_clock_synced = yes", "assume_clock_synced = no")
                        .replace(f"desk_port = {made.ports['desk_port']}", "desk_port = 0"))
        made.start("lane")
        made.start("console")
        view(made, "a live counter", lambda v: v["mode"] == "LIVE")
        made.page.post("/keyed", KEYED)
        shown = view(made, "a verdict", lambda v: v["screen"] == "VERDICT")["crossing"]
        decided = decide(made, shown["seq"], "SECONDARY")
        assert refusal(made, decided, officer="S-0001") == "NOT_ALLOWED"
        void(made, decided)
        assert kinds(made)[-1] == "VOID"
