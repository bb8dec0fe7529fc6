"""What other systems get of crossings: pairs over two counters and a changed passport, codes of ISO and of
Kemendagri, attempts after a deferral."""

import csv
import io
import json

import pytest

from registry_kit import DECIDED, PRESENTED, Registry, decided, presented, zstd_raw

PLACEMENT = {
    "placement_id": "PMI-2026-000001", "status": "ACTIVE", "scheme": "P2P", "name_mrz": "RAHMAWATI SITI NURHALIZA",
    "sex": "F", "birth_date": "1998-04-12", "passport_no": "X0000001", "passport_country": "IDN",
    "dest_country": "TWN", "origin_region": "3204",
}
DOCUMENT = presented()[4]
DEFERRED, RETURN_LOGGED = 4, 9
LAST = ["sex_iso5218", "doc_country_iso3166", "nationality_iso3166", "dest_country_iso3166", "origin_region",
        "origin_province", "origin_basis", "pair", "pair_basis", "attempt_of"]


@pytest.fixture(name="registry")
def make_registry(tmp_path):
    registry = Registry(tmp_path)
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(PLACEMENT) + "\n")
    registry.command("import", "placements", path)
    with registry:
        yield registry


def crossing(kiosk, decision, shown=None, document=None):
    entry = kiosk.append(PRESENTED, presented({4: {**DOCUMENT, **(document or {})}, **(shown or {})}))
    kiosk.append(DECIDED, decided(entry.seq, decision))


def test_a_code_that_is_none_of_kemendagri_s_is_imported_and_not_passed_on(registry):
    """Origin decides nothing, so it keeps no file from being imported: a province may be newer than the registry."""
    path = registry.folder / "rows.jsonl"
    path.write_text(json.dumps({**PLACEMENT, "origin_region": "9999"}) + "\n")
    assert registry.command("import", "placements", path).startswith("1 changed")
    kiosk = registry.enrol("CGK-03-0412")
    kiosk.append_epoch()
    crossing(kiosk, 1)
    send(kiosk)
    event, = registry.events()
    assert event["placement_id"] == PLACEMENT["placement_id"]
    assert [event[key] for key in LAST[4:7]] == [None, None, "NONE"]


def send(kiosk):
    reply = kiosk.request("POST", "/v1/entries", zstd_raw(kiosk.batch(1, len(kiosk.entries))))
    assert reply.status == 200, reply.body


def name_of(event):
    return {key: event["event_id"][key] for key in ("kiosk", "epoch", "seq")}


def test_a_departure_and_its_return_name_each_other(registry):
    """Out with one passport at one counter, back with the next at another: the placement was found by both."""
    out, home = registry.enrol("CGK-03-0412"), registry.enrol("SUB-01-0001")
    out.append_epoch()
    home.append_epoch()
    for _ in range(10):  # later, by the counters' clocks
        home.append(14, {1: "storage"})
    crossing(out, DEFERRED)
    crossing(out, 1)
    crossing(home, RETURN_LOGGED, {3: {1: 1}, 5: 2}, {2: "X0000009"})
    send(home)
    send(out)
    deferred, departed, returned = registry.events()
    assert departed["pair"] == name_of(returned) and returned["pair"] == name_of(departed)
    assert departed["pair_basis"] == returned["pair_basis"] == "PLACEMENT"
    assert departed["attempt_of"] == name_of(deferred)
    assert deferred["pair"] is None and deferred["attempt_of"] is None and deferred["pair_basis"] is None
    rows = list(csv.DictReader(io.StringIO(registry.command("export", "events", "--format", "csv"))))
    assert [row["pair"] for row in rows] == ["", "SUB-01-0001/1/12", "CGK-03-0412/1/4"]
    assert rows[1]["attempt_of"] == "CGK-03-0412/1/2" and list(rows[0])[-10:] == LAST


def test_codes_are_those_of_the_standards(registry):
    kiosk = registry.enrol("CGK-03-0412")
    kiosk.append_epoch()
    crossing(kiosk, 1)
    crossing(kiosk, 8, {7: None, 5: None, 6: None, 3: {4: "SGP"}}, {3: "D", 4: "GBD", 6: "X", 2: "C01X"})
    crossing(kiosk, 8, {7: None, 5: None, 6: None, 3: None}, {3: "UNO", 4: "XXA", 6: "M", 2: "C02X"})
    crossing(kiosk, 3, {6: 1})  # somebody else's placement says nothing of his origin
    crossing(kiosk, 3, {7: "PMI-2026-000002"})  # nor does one that is not held
    send(kiosk)
    codes = [[event[key] for key in LAST[:7]] for event in registry.events()]
    assert codes == [
        [2, "IDN", "IDN", "TWN", "3204", "32", "PLACEMENT"],
        [0, "DEU", "GBR", "SGP", None, None, "NONE"],
        [1, None, None, None, None, None, "NONE"],
        [2, "IDN", "IDN", "TWN", None, None, "NONE"],
        [2, "IDN", "IDN", "TWN", None, None, "NONE"],
    ]
    assert registry.events()[1]["doc_country"] == "D"  # as the document has it, too


def test_no_cell_is_a_formula_to_a_spreadsheet(registry):
    """Whatever an officer wrote, or a document says, a cell is what it was, or that behind an apostrophe."""
    notes = ["=1+1", "+62 812", "-3", '@SUM(A1), "x"', "'=1", "a=1", ", ,", '"']
    kiosk = registry.enrol("CGK-03-0412")
    kiosk.append_epoch()
    for note in notes:
        shown = kiosk.append(PRESENTED, presented({3: {2: 1, 3: note[:1] + "GA", 4: "TWN", 5: 1, 6: 1}}))
        kiosk.append(DECIDED, decided(shown.seq, DEFERRED, {8: note}))
    send(kiosk)
    text = registry.command("export", "events", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["note"].removeprefix("'") if note[0] in "=+-@" else row["note"]
            for row, note in zip(rows, notes, strict=True)] == notes
    assert [row["note"] for row in rows][:4] == ["'" + note for note in notes[:4]]
    assert all(cell[:1] not in ("=", "+", "-", "@") for row in rows for cell in row.values())
    assert all(None not in row and list(row) == list(rows[0]) for row in rows)
