"""The labels of tests/data/name_pairs.tsv: as said by hand, as the contract's words say, as the table
holds them, and as `pamit check` finds them among all the others of one cache. Its matrix is printed
by test_name_pairs.c."""
import datetime
import json
import subprocess

import mrz_cases
import name_oracle
import name_pairs
from store_kit import BIN

POLICY = name_pairs.FILE.parent / "contract" / "policy.example.json"


def test_the_table_is_what_was_said_and_what_the_contract_says():
    assert name_pairs.FILE.read_text(encoding="utf-8") == name_pairs.table()


def test_the_table_has_all_kinds_and_each_pair_once():
    rows = name_pairs.rows()
    assert len(rows) >= 300
    assert len({tuple(row[name] for name in name_pairs.COLUMNS[1:-2]) for row in rows}) == len(rows)
    assert {row["by_number"] for row in rows} == {"EXACT", "NEAR", "CONFLICT"}
    assert {row["by_name"] for row in rows} == {"EXACT", "NEAR", "NONE"}
    for form, width in name_oracle.WIDTH.items():
        assert any(row["format"] == form and len(row["zone"]) == width for row in rows)


def test_every_spelling_of_the_contract_has_its_pairs():
    """Without any one of the oracle's spellings some label would be another; but for iy/i, which y/i
    and double letters make too."""
    rows = [row for row in name_pairs.rows() if row["kind"].startswith("spelling")]
    whole = name_oracle.SPELLINGS[:]
    for spelling in whole:
        name_oracle.SPELLINGS[:] = [other for other in whole if other != spelling]
        missed = [row for row in rows if name_oracle.grade(row) != row["by_number"]]
        name_oracle.SPELLINGS[:] = whole
        assert missed or spelling == ("IY", "I"), spelling


# ---- pamit check ---------------------------------------------------------------------------------

# Which of the record's numbers the document has, and how it is then found.
WAYS = [("current", "PASSPORT", "by_number"), ("previous", "OLD_PASSPORT", "by_number"),
        ("none", "NAME_DOB", "by_name")]


def days(row, n):
    """A birth day that no other pair has, and the record's: the same or the day after. What a
    document doesn't print stays so."""
    day = datetime.date(1950, 1, 1) + datetime.timedelta(days=2 * n)
    if "<" in row["birth"]:
        return row["birth"], row["record_birth"]
    same = row["birth"] == row["record_birth"].replace("-", "")[2:]
    return f"{day:%y%m%d}", str(day if same else day + datetime.timedelta(days=1))


def crossing(row, way, n):
    """A record, and the document that is shown."""
    number = f"X{n:07d}"
    birth, record_birth = days(row, n)
    record = {"placement_id": f"P-{n}", "status": "READY", "scheme": "SELF", "dest_country": "TWN",
              "sex": row["record_sex"], "birth_date": record_birth, "passport_country": "IDN",
              "passport_no": number if way == "current" else f"Z{n:07d}"}
    if way == "previous":
        record["passport_prev"] = ["B0000001", number]
    record.update({name: row["record_" + name[5:]] for name in ("name_mrz", "name_full")
                   if row["record_" + name[5:]]})
    document = mrz_cases.make(row["format"], name=row["zone"], number=number, birth=birth,
                              sex=row["sex"], expiry="340501")
    return record, document


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def run(*words):
    done = subprocess.run([BIN / "pamit", *words], capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_every_pair_is_found_and_graded_among_all_the_others(tmp_path):
    asked, records, wanted = [], [], []
    for row in name_pairs.rows():
        for way, key, label in WAYS:
            record, document = crossing(row, way, len(records))
            records.append(record)
            asked.append({"id": len(asked), "lines": document, "context": {"direction": "DEPARTURE"}})
            wanted.append((row[label], key, record["placement_id"]) if row[label] != "NONE"
                          else ("NONE", None, None))
    write(tmp_path / "placements", records)
    write(tmp_path / "lists", [])
    write(tmp_path / "asked", asked)
    run("cache", "build", "--placements", tmp_path / "placements", "--lists", tmp_path / "lists",
        "--out", tmp_path / "cache.db")
    answers = [json.loads(line) for line in run(
        "check", "--json", "--cache", tmp_path / "cache.db", "--policy", POLICY, "--date",
        "2026-11-21", tmp_path / "asked").splitlines()]
    got = [(a["match_grade"], a["match_key"], a["placement_id"]) for a in answers]
    assert [(asked[i]["lines"], got[i], wanted[i]) for i in range(len(asked))
            if got[i] != wanted[i]] == []
    for answer in answers:
        reasons = set(answer["reasons"])
        assert ("R001" in reasons) == (answer["match_grade"] == "EXACT")
        assert ("R011" in reasons) == (answer["match_grade"] == "NEAR")
        assert ("R012" in reasons) == (answer["match_grade"] == "CONFLICT")
        assert ("R010" in reasons) == (answer["match_grade"] == "NONE")
        assert ("R013" in reasons) == (answer["match_key"] in ("OLD_PASSPORT", "NAME_DOB"))
        assert answer["verdict"] != "SESUAI" or (answer["match_key"], answer["match_grade"]) == (
            "PASSPORT", "EXACT")
