"""A NIK that the officer keys beside a document: it finds a placement where no number does, and no digit
of it is kept: not in the kiosk's files, not in a log, not in the lane's memory.
"""
import datetime as dt
import json
import re

import pytest

from desk_kit import PROGRAMS, decide, desk, pamit, view, wait_for_data
import desk_setup

WULAN = "3275015507900003"  # 15 July 1990, a woman
OTHER = "3275011202850004"  # nobody's
NEVER = "3275011202850005"  # keyed, and refused


def wulan(folder):
    """A placement that the registry knows with its NIK: of the desk's first, but of another person."""
    rows = (folder / "placements.jsonl").read_text().splitlines()
    return json.loads(rows[0]) | {
        "placement_id": "PMI-2026-NIK001", "rec_seq": len(rows) + 1, "passport_no": "X0000951", "nik": WULAN,
        "name_full": "Wulan Pertiwi", "name_mrz": "PERTIWI WULAN", "sex": "F", "birth_date": "1990-07-15"}


@pytest.fixture(name="made", scope="module")
def fixture_made(tmp_path_factory):
    with desk(tmp_path_factory.mktemp("nik") / "desk", start=()) as made:
        rows = made.folder / "nik.jsonl"
        rows.write_text(json.dumps(wulan(made.folder)) + "\n")
        desk_setup.run(PROGRAMS / "pamit-registry", "import", "placements", rows, "--config", made.folder / "registry.conf")
        made.start_all()
        wait_for_data(made)
        yield made


def splp(**changes):
    """An SPLP as the officer keys it: its number is in no record, and one word of a name finds nobody."""
    return dict(dict(type="SPLP", number="SP0000920", number_check="", country="IDN", nationality="IDN", name="WULAN",
                     sex="F", birth="1990-07-15", expiry=f"{dt.date.today().year + 2}-05-01", nik="", proposal_id=0),
                **changes)


def key(made, form):
    """Keys it over whatever is shown; the crossing that is shown for it."""
    shown = made.page.state()["view"]["crossing"]
    before = shown["seq"] if shown else 0
    made.page.post("/keyed", form)
    return view(made, "a verdict on what was keyed", lambda v: v["screen"] == "VERDICT" and
                v["crossing"]["seq"] > before)["crossing"]


def codes(crossing):
    return [reason["code"] for reason in crossing["reasons"]]


def found(crossing):
    return crossing["match_key"], crossing["match_grade"], codes(crossing)


def events(made):
    return [json.loads(line) for line in pamit(made, "journal", "export", "--format", "jsonl").splitlines()]


ROWS = [
    ("without it nobody is found", splp(), ("NONE", "NONE", ["R010", "R024"])),
    ("with it somebody is, by one word of her name", splp(nik=WULAN), ("NIK", "NEAR", ["R011", "R013", "R024"])),
    ("her whole name", splp(nik=WULAN, name="WULAN PERTIWI"), ("NIK", "EXACT", ["R013", "R024", "R001"])),
    ("another birth than the record's", splp(nik=WULAN, birth="1991-07-15"), ("NIK", "CONFLICT", ["R012", "R013", "R024"])),
    ("another sex", splp(nik=WULAN, sex="M"), ("NIK", "CONFLICT", ["R012", "R013", "R024"])),
    ("somebody else's name", splp(nik=WULAN, name="BUDI"), ("NIK", "CONFLICT", ["R012", "R013", "R024"])),
    ("a number that is known goes before it, though it is somebody else's", splp(nik=WULAN, number="X0000001"),
     ("PASSPORT", "CONFLICT", ["R012", "R024"])),
    ("her own passport's number", splp(nik=OTHER, number="X0000951"), ("PASSPORT", "NEAR", ["R011", "R024"])),
    ("a NIK that nobody has, but her name", splp(nik=OTHER, name="WULAN PERTIWI"),
     ("NAME_DOB", "EXACT", ["R013", "R024", "R001"])),
]


@pytest.mark.parametrize("says,form,expected", ROWS, ids=[row[0] for row in ROWS])
def test_a_nik_is_asked_between_the_number_and_the_name(made, says, form, expected):
    crossing = key(made, form)
    assert found(crossing) == expected
    assert crossing["result"] == "RUJUK" and "CLEARED" not in crossing["allowed_officer"]
    assert (crossing["placement"] is None) == (expected[1] == "NONE")


def test_the_same_document_with_a_nik_is_judged_anew_at_once(made):
    first = key(made, splp())
    assert found(key(made, splp(nik=WULAN)))[0] == "NIK"
    assert first["match_key"] == "NONE"


def test_a_change_of_context_finds_her_again(made):
    """What was keyed is gone by then; what it was keyed to is not."""
    crossing = key(made, splp(nik=WULAN, number="SP0000921"))
    context = made.page.state()["view"]["context"]
    made.page.post("/context", dict(context, purpose="WORK"))
    again = view(made, "judged anew", lambda v: v["screen"] == "VERDICT" and
                 v["crossing"]["seq"] > crossing["seq"])["crossing"]
    assert found(again) == found(crossing) and again["match_key"] == "NIK"
    decide(made, again["seq"], "SECONDARY")
    event = next(event for event in events(made) if event["event_id"]["seq"] == crossing["seq"])
    assert event["match_key"] == "NIK" and re.fullmatch("[0-9a-f]{16}", event["nik_hash"])


def test_a_proposal_that_is_confirmed_with_a_nik_keeps_what_was_corrected(made):
    made.hardware.do("scan", "lookalike")
    shown = view(made, "a proposal", lambda v: v["screen"] == "UNREADABLE" and v["unreadable"]["proposal"])
    proposal = shown["unreadable"]["proposal"]
    assert proposal["keyed"]["nik"] == ""
    crossing = key(made, dict(proposal["keyed"], proposal_id=proposal["id"], nik=OTHER))
    decide(made, crossing["seq"], "SECONDARY")
    event = next(event for event in events(made) if event["event_id"]["seq"] == crossing["seq"])
    assert event["match_key"] == "PASSPORT" and event["nik_hash"] and len(event["corrections"]) == 1


@pytest.mark.parametrize("says,nik,flaw", [("a digit too few", NEVER[:15], "LENGTH"),
                                           ("a letter", NEVER[:15] + "O", "CHARACTERS")],
                         ids=["a digit too few", "a letter"])
def test_what_can_not_be_a_nik_is_refused_at_its_field(made, says, nik, flaw):
    before = made.page.state()["refused"]
    count = before["count"] if before else 0
    made.page.post("/keyed", splp(nik=nik))
    refused = made.page.wait("a refusal", lambda s: s["refused"] and s["refused"]["count"] > count)["refused"]
    assert refused["why"] == "FLAWS" and refused["flaws"] == {"nik": flaw}


def test_one_nik_is_one_hash_of_this_kiosk(made):
    hashes = {}
    for nik, number in ((WULAN, "SP0000922"), (OTHER, "SP0000923"), (WULAN, "SP0000924"), ("", "SP0000925")):
        crossing = key(made, splp(nik=nik, number=number))
        decide(made, crossing["seq"], "SECONDARY")
        hashes[number] = next(e["nik_hash"] for e in events(made) if e["event_id"]["seq"] == crossing["seq"])
    assert hashes["SP0000922"] == hashes["SP0000924"] != hashes["SP0000923"]
    assert hashes["SP0000925"] is None


def traces(data):
    """What `data` has of a NIK that was keyed: also the last ten digits, and as the form groups them."""
    return [text for nik in (WULAN, OTHER, NEVER[:15])
            for text in (nik, nik[6:], f"{nik[:6]} {nik[6:12]}") if text.encode() in data]


def test_no_file_of_the_kiosk_and_no_log_has_a_digit_of_it(made):
    key(made, splp(nik=WULAN, number="SP0000926"))
    files = [path for part in ("lane", "sync") for path in (made.folder / part).iterdir() if path.is_file()]
    assert {"journal.db", "cache.db", "sync.db"} <= {path.name for path in files}
    assert not [(path.name, traces(path.read_bytes())) for path in files if traces(path.read_bytes())]
    for said in ("\n".join(f"{event.name} {event.details}" for event in made.processes.events),
                 json.dumps(made.page.state()), json.dumps(events(made)), pamit(made, "journal", "export", "--entries"),
                 pamit(made, "journal", "export", "--format", "csv")):
        assert not traces(said.encode())
    registry = (made.folder / "registry").iterdir()
    assert any(traces(path.read_bytes()) for path in registry), "the search finds one where it is kept"


AREA_MAX = 64 << 20  # what is larger is a sanitizer's shadow


def memory(pid):
    """All that a process can write to."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb") as mem:
        for line in maps:
            area, mode = line.split()[:2]
            begin, end = (int(text, 16) for text in area.split("-"))
            if mode.startswith("rw") and end - begin <= AREA_MAX:
                mem.seek(begin)
                yield mem.read(end - begin)


def test_the_lane_forgets_it_at_once(made):
    lane = made.processes.running["lane"].pid
    crossing = key(made, splp(nik=WULAN, number="SP0000927", name="DAMAYANTI"))
    assert crossing["match_key"] == "NIK"
    try:
        areas = list(memory(lane))
    except PermissionError:
        pytest.skip("this system lets nobody read another process's memory")
    assert any(b"DAMAYANTI" in area for area in areas), "the search finds what the lane still knows"
    assert not [traces(area) for area in areas if traces(area)]
