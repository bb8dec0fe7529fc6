"""`pamit cache build` and `pamit check`: the examples of the file contracts, each of their paragraphs
on both sides of its boundary, and files that are refused."""
import json
import os
import sqlite3
import stat
import subprocess
from pathlib import Path

import pytest

from mrz_cases import make
from store_kit import BIN, make_kiosk

CONTRACT = Path(__file__).parents[1] / "data" / "contract"
EXAMPLES = [json.loads(line) for line in (CONTRACT / "check.example.jsonl").open(encoding="utf-8")]
POLICY = json.loads((CONTRACT / "policy.example.json").read_text(encoding="utf-8"))
PLACEMENTS = [json.loads(line)
              for line in (CONTRACT / "placements.example.jsonl").open(encoding="utf-8")]
LISTS = [json.loads(line) for line in (CONTRACT / "lists.example.jsonl").open(encoding="utf-8")]
KEYS = ["id", "verdict", "match_key", "match_grade", "placement_id", "reasons", "data_as_of",
        "error"]
DATE = "2026-11-21"

# The first example and a document that fits it: nothing but R001.
WORKER = PLACEMENTS[0]
PASSPORT = {"name": "RAHMAWATI<<SITI<NURHALIZA", "number": "X0000001", "birth": "980412",
            "sex": "F", "expiry": "340501"}
CONTEXT = {"direction": "DEPARTURE", "purpose_declared": "WORK", "dest_country": "TWN"}


def run(*words, text="", code=0):
    done = subprocess.run([BIN / "pamit", *map(str, words)], input=text, capture_output=True,
                          text=True, timeout=120, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout, done.stderr


def write_rows(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def build(folder, placements=(), lists=(), *options, code=0):
    return run("cache", "build", "--placements", write_rows(folder / "placements.jsonl", placements),
               "--lists", write_rows(folder / "lists.jsonl", lists), "--out", folder / "cache.db",
               *options, code=code)


def check(folder, queries, *options, policy=None, date=DATE, code=0):
    """The answers, and standard error."""
    path = folder / "policy.json"
    path.write_text(json.dumps(policy or POLICY), encoding="utf-8")
    text = "".join(q if isinstance(q, str) else json.dumps(q) + "\n" for q in queries)
    out, err = run("check", "--json", "--cache", folder / "cache.db", "--policy", path, "--date",
                   date, *options, text=text, code=code)
    return [json.loads(line) for line in out.splitlines()], err


def query(passport=None, context=None, **row):
    merged = {**CONTEXT, **(context or {})}
    return {"id": 1, "lines": make("TD3", **{**PASSPORT, **(passport or {})}),
            "context": {key: value for key, value in merged.items() if value is not None}, **row}


def placement(**changed):
    """The worker's record, with fields changed, or taken out by None."""
    return {key: value for key, value in {**WORKER, **changed}.items() if value is not None}


# ---- the examples -------------------------------------------------------------------------------

@pytest.fixture(name="examples", scope="module")
def examples_fixture(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    run("cache", "build", "--placements", CONTRACT / "placements.example.jsonl", "--lists",
        CONTRACT / "lists.example.jsonl", "--out", folder / "cache.db")
    return folder


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["id"] for example in EXAMPLES])
def test_an_example_is_answered_as_it_expects(examples, example):
    (answer,), _ = check(examples, [example])
    expect = example["expect"]
    assert list(answer) == KEYS and answer["error"] is None and answer["id"] == example["id"]
    assert {key: answer[key] for key in ("verdict", "match_grade", "placement_id")} == {
        key: expect[key] for key in ("verdict", "match_grade", "placement_id")}
    assert set(expect["reasons_include"]) <= set(answer["reasons"])


def test_answers_come_in_the_order_of_their_rows_from_a_pipe_or_from_files(examples):
    path = write_rows(examples / "queries.jsonl", EXAMPLES)
    out, _ = run("check", "--json", "--cache", examples / "cache.db", "--policy",
                 CONTRACT / "policy.example.json", "--date", DATE, path, "-",
                 text=json.dumps({**EXAMPLES[0], "id": {"not": "scalar"}}) + "\n", code=1)
    assert [json.loads(line)["id"] for line in out.splitlines()] == [
        example["id"] for example in EXAMPLES] + [None]


# ---- each paragraph of the contract -------------------------------------------------------------

LEAVE = {"purpose_declared": "LEAVE_RETURN"}
CLOSED = {"country": "TWN", "employer_type": None, "occupation": None, "scheme": None,
          "from": "2026-11-21", "to": "2026-11-21", "effect": "BLOCK", "except_schemes": [],
          "legal_ref": "sample"}
LISTED = {"kind": "SOI", "passport_no": "X0000001", "passport_country": "IDN",
          "from": "2026-11-21", "expires": "2026-11-21", "issued_by": "IMI-PUSAT", "reason": "R072"}
BY_NAME = {"kind": "DEPORTED", "name_mrz": "RAHMAWATI SITI NURHALIZA", "birth_date": "1998-04-12",
           "from": "2026-01-01", "expires": "2027-01-01", "issued_by": "IMI-PUSAT",
           "reason": "R074"}
ALL_BUT = WORKER["documents"]


def without(*documents):
    return [name for name in ALL_BUT if name not in documents]


def licence(status, **dates):
    row = {"id": "SIP3MI-0001", "name": "PT Contoh Satu", "status": status, "from": "2020-01-01",
           "to": None, "decision_no": "K-1"}
    return {"p3mi": [{**row, **dates}]}


# What it proves; the record's changes (None: no record); the document's; the context's; lists;
# policy's; all reasons.
RULES = [
    ("a worker with all in order", {}, {}, {}, [], {}, "R001"),
    # Verdict and context
    ("nobody, and no category", None, {}, {"purpose_declared": "TOUR"}, [], {}, "R010"),
    ("the officer chose a category", None, {}, {"purpose_declared": "TOUR", "category": "TOUR"}, [],
     {}, "R003"),
    ("an official's category", None, {}, {"category": "OFFICIAL", "purpose_declared": None}, [], {},
     "R003"),
    ("a worker's category is none of those", None, {}, {"category": "WORK"}, [], {}, "R010"),
    ("nor is a crew's", None, {}, {"category": "CREW"}, [], {}, "R010"),
    ("nor a leave-taker's", None, {}, {"category": "LEAVE_RETURN"}, [], {}, "R010"),
    ("where a record is found a category adds nothing", {}, {}, {"category": "TOUR"}, [], {},
     "R001"),
    # Return
    ("a return is recorded", {}, {}, {"direction": "RETURN"}, [], {}, "R004"),
    ("a return of an expired document", {}, {"expiry": "200101"}, {"direction": "RETURN"}, [], {},
     "R004"),
    ("a return, cancelled", {"status": "CANCELLED"}, {}, {"direction": "RETURN"}, [], {}, "R004"),
    ("a return with a hold", {"hold": "COMPLAINT"}, {}, {"direction": "RETURN"}, [], {},
     "R004 R075"),
    ("a return with an open complaint", {}, {}, {"direction": "RETURN"},
     [{"kind": "COMPLAINT", "placement_id": "PMI-2026-000001", "from": "2026-11-21",
       "expires": "2026-11-21", "issued_by": "KP2MI", "reason": "R075"}], {}, "R004 R075"),
    ("a return of somebody listed", {}, {}, {"direction": "RETURN"}, [LISTED], {}, "R004"),
    # Dates
    ("valid on its last day", {}, {"expiry": "261121"}, {}, [], {}, "R001 R021"),
    ("not the day after", {}, {"expiry": "261120"}, {}, [], {}, "R001 R020 R021"),
    ("six months to the day", {}, {"expiry": "270521"}, {}, [], {}, "R001"),
    ("a day less", {}, {"expiry": "270520"}, {}, [], {}, "R001 R021"),
    ("18 on the birthday", {"birth_date": "2008-11-21"}, {"birth": "081121"}, {}, [], {}, "R001"),
    ("17 the day before", {"birth_date": "2008-11-22"}, {"birth": "081122"}, {}, [], {},
     "R001 R030"),
    ("a tourist of 17", None, {"birth": "081122"}, {"category": "TOUR", "purpose_declared": "TOUR"},
     [], {}, "R003"),
    # Names
    ("the words in another order", {}, {"name": "SITI<NURHALIZA<<RAHMAWATI"}, {}, [], {}, "R001"),
    ("an apostrophe is dropped", {"name_mrz": "NUR'AINI SITI", "name_full": "Siti Nur'aini"},
     {"name": "NURAINI<<SITI"}, {}, [], {}, "R001"),
    ("a word more in the record", {}, {"name": "RAHMAWATI<<SITI"}, {}, [], {}, "R011"),
    ("another spelling", {}, {"name": "RACHMAWATI<<SITI<NURHALIZA"}, {}, [], {}, "R011"),
    ("no word in common", {}, {"name": "LESTARI<<DEWI"}, {}, [], {}, "R012"),
    ("another birth date", {}, {"birth": "980413"}, {}, [], {}, "R012"),
    ("another sex", {}, {"sex": "M"}, {}, [], {}, "R012"),
    ("record rules apply in a conflict", {"status": "REVOKED"}, {"sex": "M"}, {}, [], {},
     "R012 R016"),
    ("back from leave", {"status": "ON_LEAVE"}, {}, LEAVE, [], {}, "R002"),
    # Finding
    ("a previous number", {"passport_prev": ["B7654321"]}, {"number": "B7654321"}, {}, [], {},
     "R001 R013"),
    ("by name and birth date", {}, {"number": "C7654321"}, {}, [], {}, "R001 R013"),
    ("a contained name with two words", {}, {"number": "C7654321", "name": "RAHMAWATI<<SITI"}, {},
     [], {}, "R011 R013"),
    ("one word is not enough", {}, {"number": "C7654321", "name": "SITI"}, {}, [], {}, "R010"),
    ("the same name of the other sex", {}, {"number": "C7654321", "sex": "M"}, {}, [], {}, "R010"),
    # Status
    ("active", {"status": "ACTIVE"}, {}, {}, [], {}, "R001"),
    ("in process", {"status": "IN_PROCESS"}, {}, {}, [], {}, "R001 R015"),
    ("departed", {"status": "DEPARTED"}, {}, {}, [], {}, "R001 R015"),
    ("completed", {"status": "COMPLETED"}, {}, {}, [], {}, "R001 R015"),
    ("suspended", {"status": "SUSPENDED"}, {}, {}, [], {}, "R001 R015"),
    ("cancelled", {"status": "CANCELLED"}, {}, {}, [], {}, "R001 R016"),
    ("revoked", {"status": "REVOKED"}, {}, {}, [], {}, "R001 R016"),
    ("held", {"hold": "FAMILY_REPORT"}, {}, {}, [], {}, "R001 R075"),
    ("the window's first day", {"window_from": "2026-11-21"}, {}, {}, [], {}, "R001"),
    ("the day before", {"window_from": "2026-11-22"}, {}, {}, [], {}, "R001 R017"),
    ("the window's last day", {"window_to": "2026-11-21"}, {}, {}, [], {}, "R001"),
    ("the day after", {"window_to": "2026-11-20"}, {}, {}, [], {}, "R001 R017"),
    ("another destination", {}, {}, {"dest_country": "SGP"}, [], {}, "R001 R018"),
    # Documents
    ("no visa", {"documents": without("visa")}, {}, {}, [], {}, "R001 R025"),
    ("no contract", {"documents": without("contract")}, {}, {}, [], {}, "R001 R060"),
    ("no OPP", {"documents": without("opp")}, {}, {}, [], {}, "R001 R061"),
    ("no social security", {"documents": without("jkk_jkm")}, {}, {}, [], {}, "R001 R062"),
    ("anything else", {"documents": without("health")}, {}, {}, [], {}, "R001 R063"),
    ("what is not required", {"documents": without("marital")}, {}, {}, [], {}, "R001"),
    ("none are known", {"documents": None}, {}, {}, [], {}, "R001 R025 R060 R061 R062 R063"),
    ("no row for the scheme", {"documents": None, "scheme": "SSW"}, {}, {}, [], {}, "R001"),
    ("the visa's last day", {"visa_expiry": "2026-11-21"}, {}, {}, [], {}, "R001"),
    ("a visa that has passed", {"visa_expiry": "2026-11-20"}, {}, {}, [], {}, "R001 R025"),
    ("a contract that has ended", {"contract_start": "2025-01-01", "contract_end": "2026-11-20"},
     {}, {}, [], {}, "R001 R060"),
    ("insurance that has ended", {"bpjstk_until": "2026-11-20"}, {}, {}, [], {}, "R001 R062"),
    ("on leave, the contract ended", {"status": "ON_LEAVE", "contract_start": "2025-01-01",
                                      "contract_end": "2026-11-20"}, {}, LEAVE, [], {},
     "R002 R060"),
    # P3MI
    ("a licence suspended", {}, {}, {}, [], licence("SUSPENDED"), "R001 R040"),
    ("a licence revoked", {}, {}, {}, [], licence("REVOKED"), "R001 R041"),
    ("a licence on its last day", {}, {}, {}, [], licence("ACTIVE", to=DATE), "R001"),
    ("a licence the day after", {}, {}, {}, [], licence("ACTIVE", to="2026-11-20"), "R001 R042"),
    ("an unknown company", {"p3mi_id": "SIP3MI-9999"}, {}, {}, [], {}, "R001 R042"),
    ("no company", {"p3mi_id": None}, {}, {}, [], {}, "R001"),
    # Destinations
    ("a closed country", {}, {}, {}, [], {"destinations": [CLOSED]}, "R001 R050"),
    ("the day after", {}, {}, {}, [],
     {"destinations": [{**CLOSED, "from": "2026-11-20", "to": "2026-11-20"}]}, "R001"),
    ("to be referred", {}, {}, {}, [], {"destinations": [{**CLOSED, "effect": "REFER"}]},
     "R001 R051"),
    ("an excepted scheme", {}, {}, {}, [],
     {"destinations": [{**CLOSED, "except_schemes": ["P2P"]}]}, "R001 R052"),
    ("for another employer", {}, {}, {}, [],
     {"destinations": [{**CLOSED, "employer_type": "LEGAL_ENTITY"}]}, "R001"),
    ("for this employer", {}, {}, {}, [],
     {"destinations": [{**CLOSED, "employer_type": "INDIVIDUAL"}]}, "R001 R050"),
    ("for another occupation", {}, {}, {}, [],
     {"destinations": [{**CLOSED, "occupation": "SAILOR"}]}, "R001"),
    ("without a placement, to work", None, {}, {}, [], {"destinations": [CLOSED]}, "R010 R050"),
    ("without a placement, as a tourist", None, {}, {"purpose_declared": "TOUR"}, [],
     {"destinations": [CLOSED]}, "R010"),
    ("without a placement only rows of a country", None, {}, {}, [],
     {"destinations": [{**CLOSED, "scheme": "P2P"}]}, "R010"),
    # Lists
    ("listed by number, this day", {}, {}, {}, [LISTED], {}, "R001 R072"),
    ("listed until yesterday", {}, {}, {},
     [{**LISTED, "from": "2026-01-01", "expires": "2026-11-20"}], {}, "R001"),
    ("listed from tomorrow", {}, {}, {},
     [{**LISTED, "from": "2026-11-22", "expires": "2026-11-22"}], {}, "R001"),
    ("another country's number", {}, {}, {}, [{**LISTED, "passport_country": "MYS"}], {}, "R001"),
    ("deferred before", {}, {}, {}, [{**LISTED, "kind": "DEFERRAL"}], {}, "R001 R070"),
    ("reported lost", {}, {}, {}, [{**LISTED, "kind": "DOCUMENT_LOST"}], {}, "R001 R023"),
    ("deported, by name", {}, {}, {}, [BY_NAME], {}, "R001 R074"),
    ("deported, by a name spelled otherwise", {}, {}, {},
     [{**BY_NAME, "name_mrz": "NOERHALIZA SITI RACHMAWATI"}], {}, "R001 R074"),
    ("another birth date", {}, {}, {}, [{**BY_NAME, "birth_date": "1998-04-13"}], {}, "R001"),
    ("a complaint about the placement", {}, {}, {},
     [{"kind": "COMPLAINT", "placement_id": "PMI-2026-000001", "from": "2026-11-01",
       "expires": "2026-12-01", "issued_by": "KP2MI", "reason": "R075"}], {}, "R001 R075"),
    # Colours
    ("a colour raised", {}, {"expiry": "270101"}, {}, [], {"reason_colours": {"R021": "RED"}},
     "R001 R021"),
]

COLOURS = {"RED": {16, 20, 22, 23, 30, 41, 50, 71, 72, 73, 86}, "GREEN": {1, 2, 3, 4, 52, 91}}


def verdict_of(reasons, policy):
    """The contract's, from the domain's colours."""
    colours = set()
    for code in reasons:
        number = int(code[1:])
        colour = next((name for name, codes in COLOURS.items() if number in codes), "AMBER")
        colours.add(policy["reason_colours"].get(code, colour))
    return "TUNDA" if "RED" in colours else "RUJUK" if "AMBER" in colours else "SESUAI"


@pytest.mark.parametrize("_proves,record,passport,context,lists,changes,reasons", RULES,
                         ids=[f"{n}: {row[0]}" for n, row in enumerate(RULES)])
def test_a_paragraph_of_the_contract(tmp_path, _proves, record, passport, context, lists, changes,
                                     reasons):
    policy = {**POLICY, **changes}
    build(tmp_path, [] if record is None else [placement(**record)], lists)
    (answer,), _ = check(tmp_path, [query(passport, context)], policy=policy)
    assert sorted(answer["reasons"]) == reasons.split() and answer["error"] is None
    assert answer["verdict"] == verdict_of(reasons.split(), policy)
    assert (answer["placement_id"] is None) == (answer["match_grade"] == "NONE")


@pytest.mark.parametrize("options,as_of,stale", [
    (("--site", "online"), "2026-11-20T00:00:00Z", False),
    (("--site", "online"), "2026-11-19T23:59:59Z", True),
    (("--site", "remote"), "2026-08-23T00:00:00Z", False),
    (("--site", "remote"), "2026-08-22T23:59:59Z", True),
    ((), "2026-11-19T23:59:59Z", True),
])
def test_data_grow_old_by_the_hours_of_the_site(tmp_path, options, as_of, stale):
    build(tmp_path, [WORKER], [], "--as-of", as_of)
    (answer,), _ = check(tmp_path, [query()], *options)
    assert ("R019" in answer["reasons"]) == stale and answer["data_as_of"] == as_of
    assert answer["verdict"] == ("RUJUK" if stale else "SESUAI")


def test_of_several_records_a_valid_one_goes_first_then_the_newest(tmp_path):
    rows = [placement(placement_id="A", status="COMPLETED", rec_updated_at="2026-11-01T00:00:00Z"),
            placement(placement_id="B", rec_updated_at="2026-01-01T00:00:00Z"),
            placement(placement_id="C", rec_updated_at="2026-02-01T00:00:00Z")]
    build(tmp_path, rows[:2])
    (answer,), _ = check(tmp_path, [query()])
    assert answer["placement_id"] == "B" and answer["reasons"] == ["R001"]
    build(tmp_path, rows)
    (answer,), _ = check(tmp_path, [query()])
    assert answer["placement_id"] == "C" and sorted(answer["reasons"]) == ["R001", "R014"]


# ---- what is no answer --------------------------------------------------------------------------

def test_an_mrz_that_is_not_valid_is_not_judged_and_says_why(examples):
    lines = query()["lines"]
    flawed = lines[1][:9] + str((int(lines[1][9]) + 1) % 10) + lines[1][10:]
    answers, _ = check(examples, [query(lines=[lines[0], flawed]), query(lines=["NOTHING"]),
                                  query(lines=[]), query(lines=make("MRV-A")), query()])
    assert [answer["verdict"] for answer in answers] == [None] * 4 + ["SESUAI"]
    assert [answer["error"] for answer in answers[:4]] == [
        "lines: a check digit fails", "lines: no MRZ", "lines: no MRZ",
        "lines: a visa, no travel document"]
    assert all(list(answer) == KEYS and answer["match_grade"] is None and answer["reasons"] == []
               for answer in answers[:4])


@pytest.mark.parametrize("row,reason", [
    ("nothing\n", "not JSON"),
    ("[]\n", "not a JSON object"),
    (query(lines="text"), "lines: not an array of strings"),
    (query(context={"direction": "SIDEWAYS"}), "context.direction: is none of the known names"),
    (query(context={"direction": None}), "context.direction: is missing"),
    (query(context={"dest_country": "Taiwan"}), "context.dest_country: is longer than 3 bytes"),
    (query(context={"dest_country": "tw1"}), "context.dest_country: is no code"),
    (query(context={"purpose_declared": "FUN"}), "context.purpose_declared: is none of"),
    (query(context={"purpose_declared": "NONE"}), "context.purpose_declared: is none of"),
    (query(context={"category": 1}), "context.category: is no text"),
    (query(context={"surprise": 1}), "context: surprise is no known key"),
    ({"id": 1, "lines": query()["lines"]}, "context: is missing"),
])
def test_a_malformed_row_is_named_by_line_and_field_and_the_next_is_answered(examples, row, reason):
    answers, err = check(examples, [query(), row, query()], code=1)
    assert [answer["verdict"] for answer in answers] == ["SESUAI", None, "SESUAI"]
    assert f"standard input:2: {reason}" in err and reason in answers[1]["error"]


@pytest.mark.parametrize("changes,reason", [
    ({"surprise": 1}, "surprise is no known key"),
    ({"destinations": [{**CLOSED, "surprise": 1}]}, "destinations[0]: surprise is no known key"),
    ({"destinations": [{**CLOSED, "effect": "MAYBE"}]}, "destinations[0].effect: is none of"),
    ({"reason_colours": {"R020": "AMBER"}}, "reason_colours.R020: is red by law"),
    ({"min_work_age_years": "18"}, "min_work_age_years: is no whole number"),
])
def test_a_malformed_policy_is_refused_with_its_path(examples, changes, reason):
    answers, err = check(examples, [query()], policy={**POLICY, **changes}, code=1)
    assert answers == [] and reason in err


@pytest.mark.parametrize("words", [[], ["--policy", "x"], ["--date", "2026-02-30"],
                                   ["--site", "moon"], ["--as-of", "2026-11-21T00:00:00Z"]])
def test_wrong_usage_is_said(examples, words):
    run("check", "--json", "--cache", examples / "cache.db", *words, code=2)


# ---- cache build --------------------------------------------------------------------------------

BAD_ROWS = [
    ("placements", {**WORKER, "surprise": 1}, "surprise: is no field of a placement"),
    ("placements", placement(sex="Q"), "sex: is not valid"),
    ("placements", placement(passport_no=None), "passport_no: is missing"),
    ("placements", placement(birth_date="1998-02-30"), "birth_date: is no day"),
    ("lists", {**LISTS[0], "surprise": 1}, "surprise: is no field of a list"),
    ("lists", {**LISTS[0], "kind": "RUMOUR"}, "kind: is none of the known names"),
    ("lists", {**LISTS[0], "from": "yesterday"}, "from: is no day"),
    ("lists", {**LISTS[0], "reason": "bad"}, "reason: is no reason's code"),
    ("lists", {**LISTS[0], "expires": "2026-11-19"}, "expires: is not valid"),
    ("lists", {"kind": "SOI"}, "from: is missing"),
    ("lists", {**LISTS[4], "placement_id": 7}, "placement_id: is no text"),
]


@pytest.mark.parametrize("file,row,reason", BAD_ROWS)
def test_a_bad_row_is_named_by_line_and_field_and_what_was_there_stays(tmp_path, file, row, reason):
    rows = {"placements": PLACEMENTS, "lists": LISTS}
    build(tmp_path, PLACEMENTS, LISTS)
    before = (tmp_path / "cache.db").read_bytes()
    rows[file] = rows[file] + [row]
    out, err = build(tmp_path, rows["placements"], rows["lists"], code=1)
    assert out == "" and f"{file}.jsonl:{len(rows[file])}: {reason}" in err
    assert "nothing was built" in err and (tmp_path / "cache.db").read_bytes() == before
    assert not (tmp_path / "cache.db.new").exists()


@pytest.mark.parametrize("key", ["SITI NURHALIZA", "3204125204980001", "\x1b[2J", "a" * 63 + "é"],
                         ids=["a name", "a NIK", "a terminal's command", "a long one"])
def test_a_key_that_can_be_no_field_s_name_is_not_repeated(examples, key):
    """Columns that slipped make keys of values."""
    answers, told = check(examples, [query(context={key: 1})], code=1)
    assert answers[0]["error"] == "context: (a key) is no known key"
    told += check(examples, [query()], policy={**POLICY, key: 1}, code=1)[1]
    told += check(examples, [query()], policy={**POLICY, "reason_colours": {key: 1}}, code=1)[1]
    told += build(examples, [{**WORKER, key: 1}], LISTS, code=1)[1]
    told += build(examples, PLACEMENTS, [{**LISTS[0], key: 1}], code=1)[1]
    assert key not in told and told.count("(a key)") == 5


def test_a_cache_holds_nothing_in_plain_and_its_key_is_its_owners(tmp_path):
    build(tmp_path, PLACEMENTS, LISTS)
    content = (tmp_path / "cache.db").read_bytes()
    for word in (b"RAHMAWATI", b"X0000001", b"3204125204980001", b"LESTARI", b"IMI-PUSAT"):
        assert word not in content
    for name in ("cache.db", "cache.db.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    key = (tmp_path / "cache.db.key").read_bytes()
    build(tmp_path, PLACEMENTS, LISTS)
    assert len(key) == 32 and (tmp_path / "cache.db.key").read_bytes() == key
    (tmp_path / "cache.db.key").write_bytes(bytes(32))
    _, err = check(tmp_path, [query()], code=2)
    assert "sealed with another storage key" in err


def test_a_kiosk_s_own_key_is_used_where_it_is_named(tmp_path):
    make_kiosk(tmp_path)
    conf = ("--config", tmp_path / "pamit.conf")
    build(tmp_path, PLACEMENTS, [], *conf)
    assert not (tmp_path / "cache.db.key").exists()
    (answer,), _ = check(tmp_path, [query()], *conf)
    assert answer["verdict"] == "SESUAI"


def test_a_rebuilt_cache_knows_nothing_of_the_old_one_whose_wal_is_still_there(tmp_path):
    make_kiosk(tmp_path)  # pamit-sync's file, with a WAL
    assert (tmp_path / "cache.db-wal").stat().st_size > 0
    build(tmp_path, [WORKER], [], "--config", tmp_path / "pamit.conf")
    assert not (tmp_path / "cache.db-wal").exists()
    with sqlite3.connect(tmp_path / "cache.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM placement").fetchone() == (1,)
    db.close()


def test_of_two_records_with_one_id_the_newer_stays(tmp_path):
    old = placement(rec_seq=1, status="CANCELLED")
    for rows in ([old, placement(rec_seq=2)], [placement(rec_seq=2), old]):
        build(tmp_path, rows)
        (answer,), _ = check(tmp_path, [query()])
        assert answer["reasons"] == ["R001"]


def test_a_long_stream_is_answered_in_constant_memory(tmp_path):
    build(tmp_path, PLACEMENTS, LISTS)
    (tmp_path / "policy.json").write_text(json.dumps(POLICY), encoding="utf-8")
    repeated = "".join(json.dumps(row) + "\n" for row in EXAMPLES)

    # The address sanitizer keeps what was freed.
    environment = {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=1"}

    def peak_kib(times):
        path = tmp_path / "queries.jsonl"
        path.write_text(repeated * times, encoding="utf-8")
        with open(tmp_path / "out.jsonl", "w", encoding="utf-8") as out:
            with subprocess.Popen([BIN / "pamit", "check", "--json", "--cache",
                                   tmp_path / "cache.db", "--policy", tmp_path / "policy.json",
                                   "--date", DATE, path], stdout=out,
                                  env=environment) as process:
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").count("\n")
        assert lines == times * len(EXAMPLES)
        return usage.ru_maxrss

    assert peak_kib(2500) < peak_kib(10) + 2048
