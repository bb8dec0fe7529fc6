"""Whom a context is about: the sailing's holds for all, what is set over a verdict for one traveller."""
import pytest

from desk_kit import decide, desk, scan, view, wait_for_data

SAILING = {"direction": "DEPARTURE", "carrier_kind": "SEA", "carrier_no": "KM CONTOH 7",
           "dest_country": "", "purpose": "NONE", "category": "NONE"}


@pytest.fixture(name="made", scope="module")
def fixture_made(tmp_path_factory):
    with desk(tmp_path_factory.mktemp("context") / "desk") as made:
        wait_for_data(made)
        yield made


def set_context(made, **changes):
    """Sets it on the ready screen, for the sailing."""
    made.page.post("/dismiss", {})
    view(made, "ready", lambda v: v["screen"] == "READY")
    wanted = SAILING | changes
    made.page.post("/context", wanted)
    view(made, "the context", lambda v: v["context"] == wanted)


def rejudge(made, seq, **changes):
    """Changes it over the verdict `seq` and returns the crossing judged anew."""
    made.page.post("/context", SAILING | changes)
    return view(made, "judged anew", lambda v: v["screen"] == "VERDICT" and
                v["crossing"]["seq"] > seq)["crossing"]


def codes(crossing):
    return [reason["code"] for reason in crossing["reasons"]]


def test_a_direction_set_over_a_verdict_ends_with_its_traveller(made):
    set_context(made)
    first = scan(made, "siti")
    again = rejudge(made, first["seq"], direction="RETURN")
    assert codes(again) == ["R004"]
    decide(made, again["seq"], "RETURN_LOGGED")
    after = view(made, "the sailing's context again", lambda v: v["context"] == SAILING)
    assert after["context"]["direction"] == "DEPARTURE"
    stopped = scan(made, "dewi", after=again["seq"])
    assert stopped["result"] == "TUNDA"
    decide(made, stopped["seq"], "DEFERRED", supervisor=True)


def test_a_direction_set_for_the_sailing_holds_for_the_next(made):
    set_context(made, direction="RETURN")
    for document in ("wayan", "siti"):
        crossing = scan(made, document)
        assert codes(crossing) == ["R004"]
        decide(made, crossing["seq"], "RETURN_LOGGED")
    set_context(made)


def test_purpose_and_category_are_forgotten_with_the_traveller(made):
    set_context(made, category="TOUR")
    crossing = scan(made, "maya")
    assert codes(crossing) == ["R003"]
    decide(made, crossing["seq"], "LOGGED_ONLY")
    following = scan(made, "budi", after=crossing["seq"])
    assert codes(following) == ["R010"]
    decide(made, following["seq"], "SECONDARY")


def test_a_minor_with_a_placement_is_stopped_also_when_nobody_asked_the_purpose(made):
    set_context(made)
    crossing = scan(made, "putri")
    assert crossing["result"] == "TUNDA" and "R030" in codes(crossing)
    decide(made, crossing["seq"], "DEFERRED", supervisor=True)


def test_a_new_context_never_re_judges_a_stop(made):
    set_context(made)
    crossing = scan(made, "dewi")
    since = len(made.processes.events)
    made.page.post("/context", SAILING | {"direction": "RETURN"})
    made.processes.wait("lane", "ACTION_REFUSED", since=since)
    shown = made.page.state()["view"]
    assert (shown["crossing"]["seq"], shown["crossing"]["result"]) == (crossing["seq"], "TUNDA")
    decide(made, crossing["seq"], "DEFERRED", supervisor=True)


def test_a_scan_that_can_not_be_read_takes_the_last_verdict_off_and_notes_it(made):
    set_context(made)
    crossing = scan(made, "siti")
    made.hardware.do("scan", "blurred")
    shown = view(made, "not readable", lambda v: v["screen"] == "UNREADABLE")
    assert shown["crossing"] is None and shown["undecided_seq"] == crossing["seq"]
    following = scan(made, "suharto")
    assert made.page.state()["view"]["undecided_seq"] == crossing["seq"]
    decide(made, following["seq"], "CLEARED")
    assert made.page.state()["view"]["undecided_seq"] == crossing["seq"]
    last = scan(made, "siti", after=following["seq"])
    assert made.page.state()["view"]["undecided_seq"] == 0
    decide(made, last["seq"], "CLEARED")


def test_key_1_logs_who_is_no_worker_and_clears_who_is(made):
    set_context(made)
    crossing = scan(made, "suharto")
    assert (crossing["key_go"], crossing["key_refer"]) == ("CLEARED", "SECONDARY")
    decide(made, crossing["seq"], "CLEARED")
    set_context(made, category="TOUR")
    crossing = scan(made, "maya")
    assert crossing["key_go"] == "LOGGED_ONLY"
    decide(made, crossing["seq"], "LOGGED_ONLY")
    crossing = scan(made, "agus", after=crossing["seq"])
    assert crossing["key_go"] in (None, "NONE")
    decide(made, crossing["seq"], "SECONDARY")
