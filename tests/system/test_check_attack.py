"""`pamit cache build` and `pamit check` against hostile files, full disks and interruptions: each
is refused with the place that is wrong, and what was there before stays as it was."""

import json
import os
import resource
import signal
import stat
import subprocess

import pytest

from store_kit import BIN
from test_check import (CLOSED, LISTS, PLACEMENTS, POLICY, WORKER, build, check, placement, query,
                        run, write_rows)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def start(folder, placements, **options):
    """pamit cache build, not waited for."""
    lists = write_rows(folder / "lists.jsonl", [])
    return subprocess.Popen([BIN / "pamit", "cache", "build", "--placements", placements, "--lists",
                             lists, "--out", folder / "cache.db"], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, **options)


# ---- files --------------------------------------------------------------------------------------

GOOD = json.dumps(WORKER).encode()


def changed(**fields):
    return json.dumps({**WORKER, **fields}).encode()


# What is on the second line, and what is said of it.
HOSTILE = [
    (b"x" * 20000, "the line is too long"),
    (b"[" * 3000, "nested too deeply (column 2049)"),
    (b'{"flags":' + b"[" * 3000 + b"]" * 3000 + b"}", "nested too deeply"),
    (GOOD + b"\0", "not JSON"),
    (GOOD + b" {}", "not JSON"),
    (b"", "JSON that ends too early"),
    (b"null", "not JSON"),
    (b"[]", "this is no JSON object"),
    (b"\xef\xbb\xbf" + GOOD, "not JSON"),
    (GOOD.replace(b"RAHMAWATI SITI", b"RAHMAWATI \xff"), "not UTF-8"),
    (GOOD.replace(b"RAHMAWATI SITI", b"RAHMAWATI \xc0\xaf"), "not UTF-8"),
    (GOOD.replace(b"RAHMAWATI SITI", b"RAHMAWATI \\ud800"), "not JSON"),
    (GOOD.replace(b"RAHMAWATI SITI", b"RAHMAWATI \\u0000"), "a text with a NUL"),
    (changed(name_full="Siti\tNurhaliza"), "name_full: holds control characters"),
    (GOOD.replace(b'"sex"', b'"sex": "M", "sex"'), "a key that is there twice"),
    (changed(rec_seq=1 << 64), "a number too large"),
    (changed(rec_seq=-1), "rec_seq: is no whole number"),
    (changed(rec_seq=1.5), "rec_seq: is no whole number"),
    (changed(rec_seq="1"), "rec_seq: is no whole number"),
    (changed(rec_seq=True), "rec_seq: is no whole number"),
    (changed(birth_date="2026-02-30"), "birth_date: is no day"),
    (changed(birth_date="2023-02-29"), "birth_date: is no day"),
    (changed(birth_date="0000-01-01"), "birth_date: is no day"),
    (changed(birth_date="1990-5-5"), "birth_date: is no day"),
    (changed(birth_date=19900505), "birth_date: is no text"),
    (changed(visa_expiry=None), "visa_expiry: is no text"),
    (changed(approved_at="2026-01-01T24:00:00Z"), "approved_at: is no time"),
    (changed(approved_at="2026-01-01T00:00:00+07:00"), "approved_at: is no time"),
    (changed(status="ready"), "status: is none of the known names"),
    (changed(documents="visa"), "documents: is no list of names"),
    (changed(documents=["visa", "visa"]), "documents: holds a name twice"),
    (changed(documents=["diploma"]), "documents: is none of the known names"),
    (changed(passport_prev=["A1", "A2", "A3"]), "passport_prev: is no list of at most 2"),
    (changed(passport_no="x0000001"), "passport_no: is not valid"),
    (changed(passport_no="X000000001"), "passport_no: is longer than 9 bytes"),
    (changed(passport_country="ID"), "passport_country: is no code of three letters"),
    (changed(passport_country="I1N"), "passport_country: is no code of three letters"),
    (changed(dest_country="TW"), "dest_country: is no code of ISO 3166-1"),
    (changed(dest_country="ZZZ"), "dest_country: is no code of ISO 3166-1"),
    (changed(dest_country="D"), "dest_country: is no code of ISO 3166-1"),
    (changed(dest_country="UNO"), "dest_country: is no code of ISO 3166-1"),
    (changed(origin_region="32"), "origin_region: has not 4 digits"),
    (changed(origin_region="ABCD"), "origin_region: has not 4 digits"),
    (changed(name_mrz="<<"), "name_mrz: has no word"),
    (changed(window_from="2026-11-21", window_to="2026-11-20"), "window_to: is before window_from"),
    (changed(contract_start="2026-11-21", contract_end="2026-11-20"), "contract_end: is before contract_start"),
    (changed(placement_id="A" * 25), "placement_id: is longer than 24 bytes"),
    (changed(nik="320412520498000"), "nik: has not 16 digits"),
]


@pytest.mark.parametrize("line,reason", HOSTILE, ids=[str(n) for n in range(len(HOSTILE))])
def test_a_hostile_line_is_named_and_nothing_is_made(tmp_path, line, reason):
    path = tmp_path / "bad.jsonl"
    path.write_bytes(GOOD + b"\n" + line + b"\n")
    out, err = run("cache", "build", "--placements", path, "--lists",
                   write_rows(tmp_path / "lists.jsonl", []), "--out", tmp_path / "cache.db", code=1)
    assert out == "" and f"{path}:2: {reason}" in err and "nothing was built" in err
    assert not {"cache.db", "cache.db.new"} & set(os.listdir(tmp_path))


@pytest.mark.parametrize("row,reason", [
    ({**LISTS[0], "passport_country": "ID"}, "passport_country: is no code of three letters"),
    ({**LISTS[2], "passport_no": 7}, "passport_no: is no text"),
    ({key: LISTS[4][key] for key in LISTS[4] if key != "placement_id"}, "placement_id: is missing"),
    ({**LISTS[1], "expires": "2026-02-30"}, "expires: is no day"),
])
def test_a_hostile_row_of_a_list_is_named(tmp_path, row, reason):
    _, err = build(tmp_path, [], [row], code=1)
    assert f"lists.jsonl:1: {reason}" in err and not (tmp_path / "cache.db").exists()


def test_a_line_without_an_end_is_refused_and_not_read_to_its_end(tmp_path):
    run("cache", "build", "--placements", "/dev/zero", "--lists",
        write_rows(tmp_path / "lists.jsonl", []), "--out", tmp_path / "cache.db", code=1)


def test_germany_s_code_has_one_letter(tmp_path):
    build(tmp_path, [placement(passport_country="D")])


# ---- places -------------------------------------------------------------------------------------

def test_what_cannot_be_read_is_named(tmp_path):
    lists = write_rows(tmp_path / "lists.jsonl", [])
    for path, reason in ((tmp_path / "none", "No such file"), (tmp_path, "Is a directory")):
        for files in (("--placements", path, "--lists", lists),
                      ("--placements", lists, "--lists", path)):
            _, err = run("cache", "build", *files, "--out", tmp_path / "cache.db", code=2)
            assert f"pamit: {path}: {reason}" in err and not (tmp_path / "cache.db").exists()


def test_a_cache_takes_no_place_but_a_file_s(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    rows = write_rows(tmp_path / "rows.jsonl", [])
    for name in ("pipe", "folder"):
        _, err = run("cache", "build", "--placements", rows, "--lists", rows, "--out",
                     tmp_path / name, code=2)
        assert f"{tmp_path / name}: is no regular file" in err
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    _, err = run("cache", "build", "--placements", rows, "--lists", rows, "--out",
                 tmp_path / "none" / "cache.db", code=2)
    assert "No such file" in err


def test_a_full_disk_is_named_and_the_old_cache_stays(tmp_path):
    build(tmp_path, PLACEMENTS, LISTS)
    before = contents(tmp_path)
    rows = [placement(placement_id=f"P{n}", passport_no=f"A{n:07}") for n in range(5000)]
    many = write_rows(tmp_path / "many.jsonl", rows)

    def limit():  # a file that may not grow fails as one on a full disk does
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 19, 1 << 19))

    with start(tmp_path, many, preexec_fn=limit) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2 and f"{tmp_path / 'cache.db'}: no space left" in err, err
    assert "nothing was built" in err
    os.unlink(many)
    assert contents(tmp_path) == {**before, "lists.jsonl": b""}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_build_leaves_what_was_there(tmp_path, number):
    build(tmp_path, PLACEMENTS, LISTS)
    before = contents(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with start(tmp_path, tmp_path / "pipe") as process:
        with open(tmp_path / "pipe", "wb", buffering=0) as pipe:  # opens once pamit reads
            pipe.write(GOOD + b"\n")
            assert (tmp_path / "cache.db.new").exists()
            process.send_signal(number)
            _, err = process.communicate(timeout=60)
    assert process.returncode == 2 and "interrupted" in err and "nothing was built" in err
    assert contents(tmp_path) == {**before, "lists.jsonl": b""}


# ---- the policy ---------------------------------------------------------------------------------

@pytest.mark.parametrize("changes,reason", [
    ({"retention_days": {**POLICY["retention_days"], "mail": 1}}, "retention_days: mail is no"),
    ({"staleness_hours": {"online": {"placements": 1, "lists": 1}}}, "staleness_hours.remote: is"),
    ({"staleness_hours": {**POLICY["staleness_hours"], "moon": {}}}, "staleness_hours: moon is no"),
    ({"destinations": [CLOSED, {**CLOSED, "country": "ID"}]}, "destinations[1].country: is no"),
    ({"destinations": [{**CLOSED, "to": "2026-02-30"}]}, "destinations[0].to: is no day"),
    ({"destinations": [{**CLOSED, "to": "2026-01-01"}]}, "destinations[0].to: is before from"),
    ({"documents": [{"scheme": "P2P", "required": ["diploma"]}]}, "documents[0].required: is none"),
    ({"reason_colours": {"R021": "BLUE"}}, "reason_colours.R021: is none of"),
    ({"reason_colours": {"R999": "RED"}}, "reason_colours.R999: is no reason's code"),
    *[({"reason_colours": {code: "AMBER"}}, f"reason_colours.{code}: is red by law")
      for code in ("R020", "R022", "R023", "R030", "R073")],
    ({"version": 0}, "version: is 0"),
    ({"version": 1 << 63}, "a number too large"),
    ({"passport_min_validity_months": 121},
     "passport_min_validity_months: is no whole number from 0 to 120"),
    ({"min_work_age_years": 121}, "min_work_age_years: is no whole number from 0 to 120"),
    ({"double_scan_s": 86401}, "double_scan_s: is no whole number from 0 to 86400"),
    ({"min_work_age_years": None}, "min_work_age_years: is no whole number"),
])
def test_a_hostile_policy_is_refused_with_its_path(tmp_path, changes, reason):
    build(tmp_path, [WORKER])
    answers, err = check(tmp_path, [query()], policy={**POLICY, **changes}, code=1)
    assert answers == [] and f"policy.json: {reason}" in err


# ---- the questions ------------------------------------------------------------------------------

@pytest.mark.parametrize("row,reason", [
    (b"x" * 100_000, "longer than 65536 bytes"),
    (b"[" * 50_000, "nested too deeply"),
    (b'{"id": "\xff"}', "not UTF-8"),
    (b'{"id": 1, "id": 2}', "a key that is there twice"),
    (b'{"id": 99999999999999999999}', "a number too large"),
    (json.dumps(query(lines=["A" * 44] * 257)).encode(), "lines: more than 256"),
    (json.dumps(query(lines=[1, 2])).encode(), "lines: not an array of strings"),
], ids=range(7))
def test_a_hostile_question_gets_an_error_and_the_next_one_a_verdict(tmp_path, row, reason):
    build(tmp_path, [WORKER])
    (tmp_path / "policy.json").write_text(json.dumps(POLICY), encoding="utf-8")
    good = json.dumps(query()).encode()
    done = subprocess.run([BIN / "pamit", "check", "--json", "--cache", tmp_path / "cache.db",
                           "--policy", tmp_path / "policy.json", "--date", "2026-11-21"],
                          input=good + b"\n" + row + b"\n" + good, capture_output=True, timeout=60,
                          check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1 and f"standard input:2: {reason}" in done.stderr.decode()
    assert [answer["verdict"] for answer in answers] == ["SESUAI", None, "SESUAI"]
    assert reason in answers[1]["error"]


def test_answers_that_cannot_be_written_are_a_failure(tmp_path):
    build(tmp_path, [WORKER])
    (tmp_path / "policy.json").write_text(json.dumps(POLICY), encoding="utf-8")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([BIN / "pamit", "check", "--json", "--cache", tmp_path / "cache.db",
                               "--policy", tmp_path / "policy.json", "--date", "2026-11-21",
                               write_rows(tmp_path / "queries.jsonl", [query()])], stdout=full,
                              stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == 2 and b"standard output: write failed" in done.stderr


def test_both_commands_say_what_they_take():
    for words in (("cache", "build"), ("check",)):
        out, _ = run(*words, "--help")
        assert "Exit code: 0 all is well, 1 a finding, 2 wrong usage or a failure." in out
