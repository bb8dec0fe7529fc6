"""What goes into the registry by file and comes out of it: imports that happen whole or not at all,
the feeds they make, the export of events."""

import csv
import io
import json
import sqlite3
import time
from pathlib import Path

import pytest

from registry_kit import (
    DECIDED, PRESENTED, RECOVERED, Kiosk, Registry, cose_payload, cose_signature, decided, presented
)

CONTRACT = Path(__file__).parents[1] / "data" / "contract"
PLACEMENTS = CONTRACT / "placements.example.jsonl"
POLICY = CONTRACT / "policy.example.json"
LISTS = CONTRACT / "lists.example.jsonl"
LISTED = [json.loads(line) for line in LISTS.read_text().splitlines()]
ROWS = [json.loads(line) for line in PLACEMENTS.read_text().splitlines()]
BUNDLE = json.loads(POLICY.read_text())


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path)


def write_rows(registry, rows, name="rows.jsonl"):
    path = registry.folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def import_rows(registry, rows):
    return registry.command("import", "placements", write_rows(registry, rows))


def feed(kiosk, start, name="placements"):
    reply = kiosk.request("GET", f"/v1/feed/{name}?from={start}")
    assert reply.status == 200
    return cose_payload(kiosk.registry.receipt_key, reply.body)


# ---- placements ----


def test_placements_come_down_as_a_signed_feed(registry):
    kiosk = registry.enrol("CGK-03-0412")
    assert "4 changed" in registry.command("import", "placements", PLACEMENTS)
    with registry:
        step = feed(kiosk, 0)
        assert [step[key] for key in (1, 2, 3, 4, 5)] == [1, "placements", 0, 4, 4]
        assert abs(step[6] - time.time()) < 60
        siti = step[7][0]
        assert siti[1] == "PMI-2026-000001" and siti[8] == "RAHMAWATI SITI NURHALIZA"
        assert siti[5] == 2 and siti[10] == 10328 and siti[11] == "3204125204980001"
        assert siti[31] == 0b111_1111_1111 and siti[42] == 1792555200
        assert step[7][3][15] == ["B0000004"]
        again = feed(kiosk, 4)
        assert again[7] == [] and again[3] == again[4] == again[5] == 4


def test_only_what_changed_gets_a_new_version(registry):
    kiosk = registry.enrol("CGK-03-0412")
    registry.command("import", "placements", PLACEMENTS)
    assert "0 changed, 4 unchanged" in registry.command("import", "placements", PLACEMENTS)
    assert "1 changed, 1 unchanged" in import_rows(
        registry, [ROWS[0] | {"status": "CANCELLED", "rec_seq": 5}, ROWS[1]]
    )
    assert "0 changed, 0 unchanged, 1 older" in import_rows(registry, [ROWS[0]])
    with registry:
        assert [row[1] for row in feed(kiosk, 0)[7]] == [
            "PMI-2026-000002", "PMI-2026-000003", "PMI-2024-000004", "PMI-2026-000001"
        ]
        changed = feed(kiosk, 4)
        assert changed[4] == 5 and changed[7][0][5] == 7


def whole_feed(kiosk, name="placements"):
    """All steps from the beginning."""
    at, steps = 0, []
    while not steps or steps[-1][4] < steps[-1][5]:
        steps.append(feed(kiosk, at, name))
        at = steps[-1][4]
    return steps


def test_only_the_last_step_of_a_long_feed_has_an_age(registry):
    """Of the first import, all of which was known long ago, a row that changed since comes last."""
    kiosk = registry.enrol("CGK-03-0412")
    people = [ROWS[0] | {"placement_id": f"PMI-{i:06}", "rec_seq": i + 1} for i in range(1201)]
    import_rows(registry, people[:500])
    import_rows(registry, people[500:] + [people[0] | {"status": "REVOKED", "rec_seq": 2000}])
    with registry:
        steps = whole_feed(kiosk)
    assert [len(step[7]) for step in steps] == [500, 500, 201]
    assert steps[-1][7][-1][1] == "PMI-000000"
    assert [step[6] for step in steps[:2]] == [0, 0]
    assert abs(steps[2][6] - time.time()) < 60


def without(key):
    return {name: value for name, value in ROWS[1].items() if name != key}


BAD_ROWS = [
    (without("sex"), "sex: is missing"),
    (without("status"), "status: is missing"),
    (ROWS[1] | {"colour": "red"}, "colour: is no field of a placement"),
    (ROWS[1] | {"status": "FLYING"}, "status: is none of the known names"),
    (ROWS[1] | {"status": 2}, "status: is no text"),
    (ROWS[1] | {"sex": "FEMALE"}, "sex: is longer than 1 bytes"),
    (ROWS[1] | {"sex": "Q"}, "sex: is not valid"),
    (ROWS[1] | {"birth_date": "2001-02-29"}, "birth_date: is no day"),
    (ROWS[1] | {"birth_date": "2001-2-3"}, "birth_date: is no day"),
    (ROWS[1] | {"approved_at": "2026-09-01T24:00:00Z"}, "approved_at: is no time"),
    (ROWS[1] | {"approved_at": "2026-09-01 04:00:00Z"}, "approved_at: is no time"),
    (ROWS[1] | {"passport_no": "X000 0002"}, "passport_no: is not valid"),
    (ROWS[1] | {"passport_no": "x0000002"}, "passport_no: is not valid"),
    (ROWS[1] | {"passport_no": None}, "passport_no: is no text"),
    (ROWS[1] | {"passport_prev": ["A1", "A2", "A3"]}, "passport_prev: is no list of at most 2"),
    (ROWS[1] | {"nik": "123"}, "nik: has not 16 digits"),
    (ROWS[1] | {"documents": ["passport", "passport"]}, "documents: holds a name twice"),
    (ROWS[1] | {"documents": "passport"}, "documents: is no list"),
    (ROWS[1] | {"rec_seq": -1}, "rec_seq: is no whole number"),
    (ROWS[1] | {"rec_seq": 1.0}, "rec_seq: is no whole number"),
    (ROWS[1] | {"name_mrz": ""}, "name_mrz: is empty"),
    (ROWS[1] | {"name_mrz": "A" * 65}, "name_mrz: is longer than 64 bytes"),
    (ROWS[1] | {"name_mrz": "A\u0007"}, "name_mrz: holds control characters"),
    ([ROWS[1]], "this is no JSON object"),
]


@pytest.mark.parametrize("row,reason", BAD_ROWS, ids=[reason for _, reason in BAD_ROWS])
def test_a_bad_row_is_named_by_line_and_field_and_nothing_is_imported(registry, row, reason):
    path = write_rows(registry, [ROWS[0], row, ROWS[2]])
    done = registry.run("import", "placements", path)
    assert done.returncode == 1 and f"{path}:2: {reason}" in done.stderr
    assert "0 unchanged" in registry.command("import", "placements", PLACEMENTS)


BAD_LINES = [
    (b"{", "JSON that ends too early (column 1)"),
    (b"", "JSON that ends too early"),
    (b'{"sex":"F","sex":"M"}', "a key that is there twice (column 16)"),
    (b'{"sex":"F"} {}', "not JSON (column 13)"),
    (b'{"sex":"\xff"}', "not UTF-8"),
    (b'{"sex":"\\u0000"}', "a text with a NUL"),
    (b'{"rec_seq":99999999999999999999}', "a number too large (column 31)"),
    (b'{"name_full":"' + b"A" * 20000 + b'"}', "the line is too long"),
    (b"[" * 15000, "nested too deeply"),
]


@pytest.mark.parametrize("line,reason", BAD_LINES, ids=[str(line[:12]) for line, _ in BAD_LINES])
def test_a_line_that_is_no_record_is_named(registry, line, reason):
    path = registry.folder / "bad.jsonl"
    path.write_bytes(PLACEMENTS.read_bytes() + line + b"\n")
    done = registry.run("import", "placements", path)
    assert done.returncode == 1 and f"{path}:5: {reason}" in done.stderr
    assert "4 changed" in registry.command("import", "placements", PLACEMENTS)


# ---- lists ----


def import_lists(registry, rows, how="import"):
    return registry.command(how, "lists", write_rows(registry, rows))


def refused_lists(registry, rows, how="import"):
    path = write_rows(registry, rows)
    done = registry.run(how, "lists", path)
    assert done.returncode == 1 and done.stdout == ""
    return done.stderr.replace(f"{path}:", "")


def numbers(rows):
    """The document's number, or the placement, of each row of a step."""
    return [row.get(2) or row.get(6) for row in rows]


def test_lists_come_down_as_a_signed_feed_of_their_own(registry):
    kiosk = registry.enrol("CGK-03-0412")
    assert registry.command("import", "lists", LISTS) == (
        "5 changed, 0 unchanged, 0 older than what is held; lists version 5\n"
    )
    with registry:
        step = feed(kiosk, 0, "lists")
        assert [step[key] for key in (1, 2, 3, 4, 5)] == [1, "lists", 0, 5, 5]
        assert abs(step[6] - time.time()) < 60 and sorted(step) == [1, 2, 3, 4, 5, 6, 7, 8]
        assert step[7][0] == {
            1: 1, 2: "X0000005", 3: "IDN", 4: "LESTARI PUTRI", 5: 11356, 7: 20777, 8: 21142,
            9: "TPI-BATAM-CENTRE", 10: 26,
        }
        assert step[7][4] == {1: 5, 6: "PMI-2026-000001", 7: 20819, 8: 20970, 9: "KP2MI", 10: 75}
        assert step[8] == []
        again = feed(kiosk, 5, "lists")
        assert again[7] == again[8] == [] and again[3] == again[4] == again[5] == 5
        assert kiosk.request("GET", "/v1/feed/lists?from=6").status == 410
        receipt = kiosk.receipt(kiosk.request("GET", "/v1/receipt?nonce=" + "0" * 32))
        assert receipt[9] == 0 and receipt[10] == 5


def test_a_row_is_the_same_whatever_its_end_and_reason(registry):
    kiosk = registry.enrol("CGK-03-0412")
    registry.command("import", "lists", LISTS)
    assert "0 changed, 5 unchanged" in registry.command("import", "lists", LISTS)
    assert "1 changed, 0 unchanged" in import_lists(
        registry, [LISTED[0] | {"expires": "2027-01-20"}, LISTED[0] | {"expires": "2028-11-20"}]
    )
    for change in ({"passport_no": "X9"}, {"name_mrz": "LESTARI PUTRA"}, {"from": "2026-11-21"},
                   {"birth_date": "2001-02-04"}, {"issued_by": "TPI-NUNUKAN"}, {"kind": "SOI"}):
        assert "1 changed" in import_lists(registry, [LISTED[0] | change]), change
    with registry:
        step = feed(kiosk, 5, "lists")
    assert step[4] == 12 and len(step[7]) == 7
    assert step[7][0][8] == 21508 and step[7][0][10] == 26


def test_rows_that_are_withdrawn_come_down_as_gone(registry):
    kiosk = registry.enrol("CGK-03-0412")
    import_lists(registry, LISTED)
    assert "1 withdrawn" in import_lists(registry, [LISTED[0]], "withdraw")
    with registry:
        step = feed(kiosk, 0, "lists")
        assert step[4] == 6
        assert numbers(step[7]) == ["X0000006", "X0000007", "X0000008", "PMI-2026-000001"]
        assert numbers(step[8]) == ["X0000005"]
        assert "0 withdrawn, 1 unchanged" in import_lists(registry, [LISTED[0]], "withdraw")
        assert feed(kiosk, 6, "lists")[8] == []
        assert "1 changed" in import_lists(registry, [LISTED[0]])
        assert numbers(feed(kiosk, 6, "lists")[7]) == ["X0000005"]


def test_withdrawing_is_all_or_nothing_and_only_of_what_is_held(registry):
    import_lists(registry, LISTED)
    unheld = LISTED[1] | {"passport_no": "X9"}
    told = refused_lists(registry, [LISTED[0], unheld, LISTED[2]], "withdraw")
    assert "2: no such row is held" in told and "nothing was withdrawn" in told
    assert "0 changed, 5 unchanged" in import_lists(registry, LISTED)
    changed = LISTED[0] | {"expires": "2030-01-01"}
    assert "1 withdrawn" in import_lists(registry, [changed], "withdraw")


BAD_LISTED = [
    ({name: LISTED[0][name] for name in LISTED[0] if name != "kind"}, "kind: is missing"),
    (LISTED[0] | {"kind": "RUMOUR"}, "kind: is none of the known names"),
    (LISTED[0] | {"colour": "red"}, "colour: is no field of a list"),
    (LISTED[0] | {"expires": "2026-11-19"}, "expires: is not valid"),
    (LISTED[0] | {"expires": "2026-11-31"}, "expires: is no day"),
    (LISTED[0] | {"passport_no": "x5"}, "passport_no: is not valid"),
    (LISTED[0] | {"withdrawn": True}, "withdrawn: is no field of a list"),
    (LISTED[4] | {"placement_id": ""}, "placement_id: is empty"),
]


@pytest.mark.parametrize("row,reason", BAD_LISTED, ids=[reason for _, reason in BAD_LISTED])
def test_a_bad_row_of_a_list_is_named_and_nothing_is_imported(registry, row, reason):
    told = refused_lists(registry, [LISTED[1], row, LISTED[2]])
    assert f"2: {reason}" in told and "nothing was imported" in told
    assert "5 changed" in registry.command("import", "lists", LISTS)


def test_a_long_feed_of_lists_comes_in_steps_and_nothing_is_lost(registry):
    kiosk = registry.enrol("CGK-03-0412")
    rows = [LISTED[1] | {"passport_no": f"X{i:07}"} for i in range(1201)]
    import_lists(registry, rows[:600])
    import_lists(registry, rows[0:600:3], "withdraw")
    import_lists(registry, rows[600:])
    with registry:
        steps = whole_feed(kiosk, "lists")
    assert [len(step[7]) + len(step[8]) for step in steps] == [500, 500, 201]
    assert [len(step[8]) for step in steps] == [100, 100, 0]
    assert numbers(row for step in steps for row in step[7]) == [
        f"X{i:07}" for i in range(1201) if i % 3 or i >= 600
    ]
    gone = sorted(numbers(row for step in steps for row in step[8]))
    assert gone == [f"X{i:07}" for i in range(0, 600, 3)]


def test_messages_never_repeat_what_a_row_holds(registry):
    row = ROWS[1] | {"birth_date": "RAHASIA", "status": "RAHASIA"}
    done = registry.run("import", "placements", write_rows(registry, [row]))
    assert done.returncode == 1 and "RAHASIA" not in done.stderr


def test_files_that_are_not_there_are_named(registry):
    for how, what in (("import", "placements"), ("import", "policy"), ("import", "lists"),
                      ("withdraw", "lists")):
        done = registry.run(how, what, "nothing.json")
        assert done.returncode == 1 and "nothing.json" in done.stderr


# ---- policy ----


def import_policy(registry, bundle):
    path = registry.folder / "bundle.json"
    path.write_text(json.dumps(bundle))
    return registry.run("import", "policy", path)


def test_policy_comes_down_signed_by_its_own_key(registry):
    kiosk = registry.enrol("CGK-03-0412")
    registry.command("import", "policy", POLICY)
    with registry:
        reply = kiosk.request("GET", "/v1/policy")
    bundle = cose_payload(registry.policy_key, reply.body)
    assert {key: bundle[key] for key in range(1, 9)} == {
        1: 12, 2: 1793491200, 3: [[2160, 2160], [72, 24]], 4: 6, 5: 18, 6: 120, 7: [30, 180],
        8: {21: 2},
    }
    assert sorted(bundle[9]) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert bundle[9][3][0] == {
        1: "SAU", 2: 2, 5: 16617, 7: 1, 8: 1 << 7 | 1 << 8, 9: "Kepmenaker 260/2015"
    }


def test_policy_versions_rise(registry):
    registry.command("import", "policy", POLICY)
    for version in (11, 12):
        done = import_policy(registry, BUNDLE | {"version": version})
        assert done.returncode == 1 and "version" in done.stderr
    assert import_policy(registry, BUNDLE | {"version": 13}).returncode == 0


def changed(path, value):
    """The example with one place changed: a value, or a key taken away (...)."""
    bundle = json.loads(POLICY.read_text())
    *way, last = path
    place = bundle
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return bundle


BAD_POLICIES = [
    (["colour"], 1, "the key colour is no known key"),
    (["staleness_hours", "moon"], {}, "staleness_hours: moon is no known key"),
    (["staleness_hours", "online", "x"], 1, "staleness_hours.online: x is no known key"),
    (["staleness_hours", "remote", "lists"], ..., "staleness_hours.remote.lists: is missing"),
    (["retention_days"], ..., "retention_days: is missing"),
    (["retention_days", "payload_after_receipt"], "30", "retention_days.payload_after_receipt: "),
    (["version"], 0, "version: is 0"),
    (["version"], ..., "version: is missing"),
    (["issued"], "yesterday", "issued: is no time"),
    (["min_work_age_years"], 4000, "min_work_age_years: is no whole number from 0 to 120"),
    (["documents", 1, "required", 0], "soul", "documents[1].required: is none of"),
    (["documents", 1, "scheme"], ..., "documents[1].scheme: is missing"),
    (["documents"], {}, "documents: is no list"),
    (["documents", 0], [], "documents[0]: is no object"),
    (["p3mi", 2, "status"], "SLEEPING", "p3mi[2].status: is none of"),
    (["p3mi", 2, "from"], None, "p3mi[2].from: is null"),
    (["p3mi", 2, "form"], "2026-01-01", "p3mi[2]: form is no known key"),
    (["p3mi", 1, "to"], "2018-12-31", "p3mi[1].to: is before from"),
    (["p3mi", 1, "status"], "UNKNOWN", "p3mi[1].status: is UNKNOWN"),
    (["destinations", 0, "country"], "sau", "destinations[0].country: is no code of 3 letters A-Z"),
    (["destinations", 0, "occupation"], "", "destinations[0].occupation: "),
    (["destinations", 0, "effect"], "block", "destinations[0].effect: is none of"),
    (["officers", 0, "role"], "KING", "officers[0].role: is none of"),
    (["tpi", 0, "zone"], "UTC", "tpi[0].zone: is none of"),
    (["texts", 0, "confirmed"], "no", "texts[0].confirmed: is neither true nor false"),
    (["reason_colours", "R999"], "RED", "reason_colours.R999: is no reason's code"),
    (["reason_colours", "R021"], "PINK", "reason_colours.R021: is none of"),
    (["reason_colours", "R020"], "AMBER", "reason_colours.R020: is red by law"),
]


@pytest.mark.parametrize("path,value,reason", BAD_POLICIES, ids=[row[2] for row in BAD_POLICIES])
def test_a_bad_policy_is_refused_with_its_path(registry, path, value, reason):
    done = import_policy(registry, changed(path, value))
    assert done.returncode == 1 and reason in done.stderr
    assert registry.run("import", "policy", POLICY).returncode == 0  # nothing was stored


def test_a_policy_that_no_kiosk_could_hold_is_refused(registry):
    texts = [{"key": f"k{i}", "id": "x" * 500, "en": "x", "confirmed": True} for i in range(1100)]
    done = import_policy(registry, BUNDLE | {"texts": texts})
    assert done.returncode == 1 and "larger than 524288 bytes" in done.stderr
    regions = [{"code": f"{i:04}", "name": "x"} for i in range(8200)]
    done = import_policy(registry, BUNDLE | {"regions": regions})
    assert done.returncode == 1 and "8192 rows" in done.stderr


def test_only_import_policy_needs_the_policy_key(registry):
    (registry.folder / "policy.key").unlink()
    done = registry.run("import", "policy", POLICY)
    assert done.returncode == 1 and "policy.key" in done.stderr
    with registry:
        pass


# ---- events ----


def crossings(kiosk):
    """Three crossings: decided; context changed, then deferred; shown and never decided."""
    kiosk.append_epoch()
    kiosk.append(PRESENTED, presented())
    kiosk.append(DECIDED, decided(2))
    kiosk.append(PRESENTED, presented())
    kiosk.append(PRESENTED, presented({2: 4, 10: None, 11: [{1: 10, 2: 2}]}))
    kiosk.append(DECIDED, decided(5, 4, {8: 'says "=1+1", comes back'}))
    kiosk.append(PRESENTED, presented())
    return kiosk


def test_events_are_exported_one_per_crossing(registry):
    kiosk = crossings(registry.enrol("CGK-03-0412"))
    with registry:
        assert kiosk.post(kiosk.batch(1, 7)).status == 200
        events = registry.events()
    assert [event["event_id"]["seq"] for event in events] == [2, 4, 7]
    assert [event["entries"] for event in events] == [[2, 3], [4, 5, 6], [7]]
    assert [event["decision"] for event in events] == ["CLEARED", "DEFERRED", None]
    assert [event["result"] for event in events] == ["GREEN", "AMBER", "GREEN"]
    assert events[0]["name"] == "RAHMAWATI SITI NURHALIZA"
    assert events[0]["placement_id"] == "PMI-2026-000001" and events[0]["acked_at"]
    assert events[0]["integrity"][1]["hash"] == kiosk.entries[2].hash.hex()
    assert {event["time_corrected"] for event in events} == {None}  # the kiosk alone knows


def test_events_are_exported_as_csv(registry):
    kiosk = crossings(registry.enrol("CGK-03-0412"))
    with registry:
        kiosk.post(kiosk.batch(1, 7))
    rows = list(csv.DictReader(io.StringIO(registry.command("export", "events", "--format", "csv"))))
    assert [row["decision"] for row in rows] == ["CLEARED", "DEFERRED", ""]
    assert rows[1]["note"] == 'says "\'=1+1", comes back'  # a cell begins at a quote where ; separates
    assert registry.run("export", "events", "--format", "xml").returncode == 2


def recovered(kiosk, original, whole=True):
    """The entry of another history of this kiosk, appended again, with its payload or without."""
    held = {1: original.whole, 2: cose_signature(kiosk.entry_key, original.whole)}
    kiosk.append(RECOVERED, held | ({3: original.payload} if whole else {}))


def test_what_is_taken_over_of_two_histories_stays_whole(registry):
    """A journal that took a damaged one over while an officer worked was itself left: in the order
    of its numbers the crossings of both are between each other, and bear the same numbers."""
    kiosk = registry.enrol("CGK-03-0412")
    left, damaged = (Kiosk(registry, kiosk.name, kiosk.identity, kiosk.entry_key) for _ in range(2))
    for history in (damaged, left):
        history.append_epoch()
        history.append(PRESENTED, presented())
        history.append(DECIDED, decided(2))
        history.append(PRESENTED, presented())  # never decided
        history.append(PRESENTED, presented())
        history.append(DECIDED, decided(5, 4))
    kiosk.append_epoch()
    for i in range(6):
        recovered(kiosk, damaged.entries[i])
        recovered(kiosk, left.entries[i])
    with registry:
        assert kiosk.post(kiosk.batch(1, 13)).status == 200
        done = registry.run("export", "events")
    assert "left out" not in done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    told = sorted(([entry["hash"] for entry in event["integrity"]], event["decision"])
                  for event in events)
    assert told == sorted(
        ([history.entries[seq - 1].hash.hex() for seq in seqs], decision)
        for history in (damaged, left)
        for seqs, decision in (((2, 3), "CLEARED"), ((4,), None), ((5, 6), "DEFERRED"))
    )


@pytest.mark.parametrize("order", [(False, True), (True, False), (False, True, True, False)])
def test_a_crossing_is_told_once_by_a_copy_that_has_its_payload(registry, order):
    kiosk = registry.enrol("CGK-03-0412")
    left = Kiosk(registry, kiosk.name, kiosk.identity, kiosk.entry_key)
    left.append_epoch()
    originals = left.append(PRESENTED, presented()), left.append(DECIDED, decided(2))
    kiosk.append_epoch()
    for whole in order:
        for original in originals:
            recovered(kiosk, original, whole)
    with registry:
        assert kiosk.post(kiosk.batch(1, 1 + 2 * len(order))).status == 200
        done = registry.run("export", "events")
    assert "left out" not in done.stderr
    event, = map(json.loads, done.stdout.splitlines())
    assert [entry["hash"] for entry in event["integrity"]] == [o.hash.hex() for o in originals]
    assert event["recovered"] == {"epoch": 1, "seq": 2 + 2 * order.index(True)}


def test_a_decision_that_comes_after_its_epoch_is_no_second_crossing(registry):
    """The registry had what was shown; the answer was in the journal that was set aside."""
    kiosk = registry.enrol("CGK-03-0412")
    left = Kiosk(registry, kiosk.name, kiosk.identity, kiosk.entry_key)
    kiosk.append_epoch()
    shown = kiosk.append(PRESENTED, presented())
    left.entries = kiosk.entries.copy()
    answer = left.append(DECIDED, decided(2))
    with registry:
        kiosk.post(kiosk.batch(1, 2))
        kiosk.epoch = 2
        kiosk.append_epoch()
        kiosk.append(PRESENTED, presented())
        recovered(kiosk, shown)
        kiosk.append(DECIDED, decided(4))
        recovered(kiosk, answer)
        assert kiosk.post(kiosk.batch(3, 7)).status == 200
        events = registry.events()
    told = [[entry["hash"] for entry in event["integrity"]] for event in events]
    assert sorted(told) == sorted([[shown.hash.hex(), answer.hash.hex()],
                                   [kiosk.entries[i].hash.hex() for i in (3, 5)]])


def test_an_export_says_what_it_leaves_out(registry):
    kiosk = crossings(registry.enrol("CGK-03-0412"))
    other = crossings(registry.enrol("CGK-03-0413"))
    with registry:
        assert kiosk.post(kiosk.batch(1, 7, purged={2, 3})).status == 200
        assert other.post(other.batch(1, 2)).status == 200
    done = registry.run("export", "events")
    assert done.returncode == 0 and "2 entries are left out" in done.stderr
    assert [json.loads(line)["entries"] for line in done.stdout.splitlines()] == [
        [4, 5, 6], [7], [2]
    ]
