"""Placements that come as CSV, and how far an import is, on a terminal."""

import csv
import errno
import io
import json
import os
import pty
import re
import sqlite3
import subprocess
from pathlib import Path

import pytest

from registry_kit import PROGRAM, Registry

CONTRACT = Path(__file__).parents[1] / "data" / "contract"
ROWS = [json.loads(line) for line in (CONTRACT / "placements.example.jsonl").read_text().splitlines()]


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path)


def write_csv(registry, text, name="rows.csv"):
    path = registry.folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def csv_of(rows):
    """As a program that knows nothing of ours would write them: all columns, CRLF, quotes where needed."""
    out = io.StringIO()
    columns = sorted({key for row in rows for key in row}, reverse=True)
    table = csv.DictWriter(out, columns)
    table.writeheader()
    table.writerows({k: ";".join(v) if isinstance(v, list) else v for k, v in row.items()} for row in rows)
    return out.getvalue()


def test_placements_as_csv_are_the_same_records(registry):
    quoted = [{**ROWS[0], "employer_name": 'Keluarga "Contoh", Taipei', "passport_prev": ["A1", "A2"]}, *ROWS[1:]]
    path = registry.folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in quoted))
    registry.command("import", "placements", path)
    for name, text in (("plain.csv", csv_of(quoted)), ("marked.csv", "\ufeff" + csv_of(quoted)), ("LOUD.CSV", csv_of(quoted))):
        done = registry.command("import", "placements", write_csv(registry, text, name))
        assert done.startswith("0 changed, 4 unchanged"), done
    done = registry.command("import", "placements", write_csv(registry, csv_of(quoted), "rows"),
                            "--format", "csv")
    assert done.startswith("0 changed, 4 unchanged"), done


@pytest.mark.parametrize("name", ["placements.example.jsonl", "lists.example.jsonl", "policy.example.json"])
def test_a_byte_order_mark_is_no_part_of_a_file(registry, name):
    """Some programs write one before UTF-8, whatever the notation."""
    path = registry.folder / name
    path.write_text("\ufeff" + (CONTRACT / name).read_text())
    registry.command("import", name.split(".", maxsplit=1)[0], path)


HEADER = "placement_id,status,scheme,name_mrz,sex,birth_date,passport_no,passport_country,dest_country,rec_seq"
GOOD = "PMI-1,READY,P2P,SITI,F,1998-04-12,X0000001,IDN,TWN,7"


@pytest.mark.parametrize("text, reason", [
    (f"{HEADER},x_ray\n{GOOD},1", ":1: column 11: is no field of a placement"),
    (f"{HEADER}\n{GOOD}".replace(",", ";"), ":1: column 1: is no field of a placement: commas separate columns"),
    (f"{HEADER},sex\n{GOOD},F", ":1: column 11: is there twice"),
    ("", ":0: the columns' names are missing"),
    (f"{HEADER}\n{GOOD}\n{GOOD},1\n", ":3: column 10: is the last, and there are more values"),
    (f"{HEADER}\n{GOOD[:-2]}\n", ":2: column 9: is the last of the line, and there are more columns"),
    (f"{HEADER}\n{GOOD}\n\n", ":3: column 1: is the last of the line, and there are more columns"),
    (f'{HEADER}\n{GOOD.replace("SITI", chr(34) + "SITI")}\n', ":2: column 4: has a quote that is not closed"),
    (f'{HEADER}\n{GOOD.replace("SITI", "SI" + chr(34) + "TI")}\n', ":2: column 4: has a quote, and is not"),
    (f'{HEADER}\n{GOOD.replace("SITI", chr(34) + "SI" + chr(34) + "TI")}\n', ":2: column 4: has something behind"),
    (f"{HEADER}\n{GOOD.replace('SITI', 'SI' + chr(0))}\n", ":2: column 4: a text with a NUL"),
    (f"{HEADER}\n{GOOD}".encode().replace(b"SITI", b"\xff"), ":2: column 4: not UTF-8"),
    (f"{HEADER},documents\n{GOOD},".encode() + b"passport;\xff", ":2: column 11: not UTF-8"),
    (f"{HEADER},documents\n{GOOD},passport;passport", ":2: documents: holds a name twice"),
    (f"{HEADER}\n{GOOD.replace('1998-04-12', '12/04/1998')}", ":2: birth_date: is no day written YYYY-MM-DD"),
    (f"{HEADER}\n{GOOD[:-1]}-7", ":2: rec_seq: is no whole number"),
    (f"{HEADER}\n{GOOD[:-1]}{'9' * 19}", ":2: rec_seq: is no whole number"),
    (f"{HEADER}\n{GOOD.replace('SITI', '')}", ":2: name_mrz: is missing"),
    (f"{HEADER}\n{GOOD},{'A' * 16400}", ":2: the line is too long"),
])
def test_bad_csv_is_named_by_line_and_column_and_nothing_is_imported(registry, text, reason):
    done = registry.run("import", "placements", write_csv(registry, text))
    assert done.returncode == 1 and f"rows.csv{reason}" in done.stderr, done.stderr
    assert "nothing was imported" in done.stderr and "SITI" not in done.stderr
    with sqlite3.connect(registry.folder / "registry.db") as db:
        assert db.execute("SELECT count(*) FROM placement").fetchone() == (0,)


def test_lists_are_no_csv(registry):
    done = registry.run("import", "lists", write_csv(registry, "kind\nSOI\n"))
    assert done.returncode == 1 and "JSON Lines only" in done.stderr


def terminal_read(near):
    """What is there of it at once; "" when the other end is closed and all was read."""
    try:
        return os.read(near, 65536).decode()
    except OSError as error:
        assert error.errno == errno.EIO
        return ""


@pytest.mark.parametrize("fails", [False, True], ids=["good", "bad"])
def test_a_terminal_is_shown_how_far_an_import_is(registry, fails):
    """And where stderr is no terminal there is nothing but what went wrong."""
    lines = "".join(f"{GOOD.replace('PMI-1', f'PMI-{i}')}\n" for i in range(20_000))
    path = write_csv(registry, f"{HEADER}\n{lines}{'' if not fails else 'x'}")
    near, far = pty.openpty()
    command = [PROGRAM, "import", "placements", path, "--config", registry.config]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=far, check=False)
    os.close(far)
    shown = "".join(iter(lambda: terminal_read(near), ""))
    os.close(near)
    assert re.search(r"\r\x1b\[K10000 lines, (49|50) %\r\x1b\[K20000 lines, (99|100) %", shown), shown
    if fails:
        assert f"\r\x1b[Kpamit-registry: {path}:20002: " in shown and done.returncode == 1
    else:
        assert shown.endswith("\r\x1b[Kstoring ...\r\x1b[K") and done.returncode == 0
    quiet = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert "\r" not in quiet.stderr and (quiet.stderr == "") == (not fails)
