"""What the law and the ministry's rules bind holds at the counter itself, whoever asks it: a decision that
may not follow a verdict, or not from this officer, or not without words, is refused and never an entry."""
import pytest

from desk_kit import decide, desk, pamit, scan, view, wait_for_data

SUPERVISED = {"role": "SUPERVISOR", "second_officer_id": "S-0001", "note": "test"}
OWN_ID = "P-0001"  # the officer's, in the desk's configuration


@pytest.fixture(name="made")
def fixture_made(tmp_path):
    with desk(tmp_path / "desk") as made:
        wait_for_data(made)
        view(made, "scanner and panel", lambda v: v["panel_ok"] and v["scanner_ok"])
        yield made


def refused(made, crossing, decision, **changes):
    """Asks for it over the open verdict, and returns why the lane did not record it."""
    since = len(made.processes.events)
    made.page.post("/action", {"seq": crossing["seq"], "decision": decision, **SUPERVISED, **changes})
    told = made.processes.wait("lane", "ACTION_REFUSED", since=since)
    assert made.page.state()["view"]["screen"] == "VERDICT"
    return told.detail("why")


def test_over_a_referral(made):
    crossing = scan(made, "agus")
    alone = {"role": "OFFICER", "second_officer_id": ""}
    for decision in ("CLEARED", "CLEARED_NOTE", "DEFERRED", "HANDED_OVER", "REFUSED_EXIT"):
        assert refused(made, crossing, decision, **alone) == "NOT_ALLOWED", decision
    assert refused(made, crossing, "REFUSED_EXIT") == "NOT_ALLOWED"
    assert refused(made, crossing, "DEFERRED", note="") == "NEEDS_NOTE"
    assert refused(made, crossing, "DEFERRED", second_officer_id=OWN_ID) == "SAME_OFFICER"
    assert refused(made, crossing, "DEFERRED", second_officer_id="") == "NOT_ALLOWED"
    decided = decide(made, crossing["seq"], "DEFERRED", supervisor=True)
    assert decided == crossing["seq"] + 1, "nothing was recorded of what was refused"
    assert "sound" in pamit(made, "journal", "verify")


def test_exit_is_refused_on_the_grounds_of_the_law_alone(made):
    crossing = scan(made, "dewi")  # cancelled: a stop, but no such ground
    assert crossing["result"] == "TUNDA"
    assert refused(made, crossing, "REFUSED_EXIT") == "NOT_ALLOWED"
    decide(made, crossing["seq"], "DEFERRED", supervisor=True)
    crossing = scan(made, "rina", after=crossing["seq"])  # expired: Art. 8 and 16
    assert refused(made, crossing, "REFUSED_EXIT", note="") == "NEEDS_NOTE"
    decide(made, crossing["seq"], "REFUSED_EXIT", supervisor=True)


def test_missing_data_lead_no_further_than_secondary_inspection(made):
    crossing = scan(made, "budi")
    assert [reason["code"] for reason in crossing["reasons"]] == ["R010"]
    for decision in ("DEFERRED", "HANDED_OVER", "REFUSED_EXIT"):
        assert refused(made, crossing, decision) == "NOT_ALLOWED", decision
    decide(made, crossing["seq"], "SECONDARY")
