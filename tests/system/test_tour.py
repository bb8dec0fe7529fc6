"""The whole path, from passport to registry, as board/desk/run --tour walks it."""
import datetime as dt
import fcntl
import os
import pathlib
import re
import signal
import subprocess

import pytest

import desk_kit  # noqa: F401  (finds the desk's modules)
import samples
import tour as walk

ROOT = pathlib.Path(__file__).resolve().parents[2]


def command(folder, *words):
    return ["/usr/bin/python3", str(ROOT / "board/desk/desk.py"), *words, "--dir", str(folder),
            "--programs", os.environ["PAMIT_BIN"]]


def tour(folder):
    return subprocess.run(command(folder, "--tour"), capture_output=True, text=True, timeout=180,
                          check=False)


def test_the_tour_goes_as_expected_and_both_heads_agree(tmp_path):
    done = tour(tmp_path / "desk")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "heads agree" in done.stdout
    table = done.stdout[done.stdout.index("\ndocument "):].splitlines()
    assert max(map(len, table)) <= 100, "a terminal of 100 columns holds it"
    assert len([line for line in table if re.search(r" (SESUAI|RUJUK|TUNDA) ", line)]) > 30


STOPS = [stop for leg in walk.LEGS for stop in leg.stops]
# Old data, and the prevention list, of which no rule knows: not in a tour of ten seconds.
NOT_TOURED = {"R019", "R073"}


def test_the_tour_shows_every_reason_of_a_rule_and_every_document_of_the_drawer():
    table = (ROOT / "firmware/core/reason.c").read_text()
    rows = re.findall(r"\{(\d+), COLOUR_\w+, BASIS_\w+, REASON_BY_(\w+),", table)
    by_rule = {f"R{int(code):03}" for code, origin in rows if origin != "OFFICER"}
    shown = {code for stop in STOPS if stop.verdict for code in stop.reasons}
    assert shown == by_rule - NOT_TOURED
    drawer = {document["name"] for document in samples.Samples(dt.date(2026, 11, 22)).documents}
    assert {stop.document for stop in STOPS} == drawer
    assert {stop.verdict for stop in STOPS} == {"", "SESUAI", "RUJUK", "TUNDA"}
    assert any(leg.offline for leg in walk.LEGS) and not all(leg.offline for leg in walk.LEGS)


@pytest.mark.parametrize("day", ["2026-02-28", "2028-02-29", "2026-12-31", "2027-03-31"])
def test_people_are_as_old_on_any_day(day):
    today = dt.date.fromisoformat(day)
    made = samples.Samples(today)
    births = {row["name_full"]: dt.date.fromisoformat(row["birth_date"]) for row in made.placements}
    before = (today.month, today.day) < (births["Putri Lestari"].month, births["Putri Lestari"].day)
    assert today.year - births["Putri Lestari"].year - before == 17
    assert len({row["placement_id"] for row in made.placements}) == len(made.placements)


ROW = dict(verdict="RUJUK", reasons=("R010",), presented=2, decided=3, decision="SECONDARY")


@pytest.mark.parametrize("says, changes, acked, wrong", [
    ("as expected", {}, "2026-11-22T01:00:00Z", ""),
    ("a milder verdict", {"verdict": "SESUAI"}, "2026-11-22T01:00:00Z", "expected RUJUK"),
    ("a reason more", {"reasons": ("R010", "R051")}, "2026-11-22T01:00:00Z", "expected R010"),
    ("another decision", {"decision": "WITHDRAWN"}, "2026-11-22T01:00:00Z", "expected SECONDARY"),
    ("no receipt", {}, None, "not acknowledged"),
])
def test_a_row_that_is_not_as_expected_is_named(tmp_path, says, changes, acked, wrong):
    (tmp_path / "documents.json").write_text("[]")
    row = walk.Row(walk.Stop("budi", "no placement", "RUJUK", ("R010",), "SECONDARY"), **ROW | changes)
    walk.Tour(tmp_path, None, None, None, None)._check_row(row, {2: acked})
    assert row.wrong == wrong, says


def test_no_name_or_number_of_a_traveller_is_in_any_log(tmp_path):
    done = tour(tmp_path / "desk")
    people = [person for group in samples.PEOPLE.values() for person in group]
    secrets = {"P<IDN", "3204"} | {person.number for person in people} | {person.primary for person in people}
    assert len(secrets) > 60
    assert [secret for secret in secrets if secret in done.stdout + done.stderr] == []


def running_in(folder):
    """The processes whose command line names that folder."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found


def test_ctrl_c_ends_everything_that_was_started(tmp_path):
    folder = tmp_path / "desk"
    desk = subprocess.Popen(command(folder, "--free-ports"), stdout=subprocess.PIPE, text=True)
    for line in desk.stdout:
        if "Ctrl-C ends everything" in line:
            break
    names = " ".join(running_in(folder))
    for program in ("pamit-registry", "pamit-desk", "pamit-lane", "pamit-console", "pamit-sync"):
        assert program in names
    desk.send_signal(signal.SIGINT)
    desk.stdout.read()
    assert desk.wait(20) == 0
    assert running_in(folder) == []


def test_a_second_desk_in_one_folder_is_refused(tmp_path):
    folder = tmp_path / "desk"
    folder.mkdir()
    with open(folder / "desk.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = tour(folder)
    assert done.returncode == 1 and "another desk runs in" in done.stderr
