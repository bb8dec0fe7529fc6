"""`pamit mrz` against labelled documents, against an oracle of its own, and as people and programs
use it: rows that can't be read, pipes, inputs without end."""
import itertools
import json
import os
import random
import select
import subprocess
import time

import pytest

import mrz_cases
from mrz_oracle import CHECKS, FIELDS, LOOK_ALIKE, judge, repair
from store_kit import BIN, pamit

DATA = mrz_cases.FILE.parent
CONTRACT = ["id", "format", "document_code", "issuing_state", "document_number", "nationality",
            "birth_date_raw", "sex", "expiry_raw", "primary", "secondary", "optional", "optional2",
            "long_document_number", "optional_after_number", "long_number_check_digit",
            "name_may_be_truncated", "checks", "checks_valid", "issues", "warnings", "valid",
            "repair", "error"]
SOMETIMES = {"optional2", "long_document_number", "optional_after_number", "error"}
TD3 = mrz_cases.make("TD3")


def ask(text, *options, code=0):
    """What `pamit mrz` answers to an input: its standard output and error."""
    done = subprocess.run([BIN / "pamit", "mrz", *options], input=text, capture_output=True,
                          timeout=120, check=False)
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode(), done.stderr.decode()


def answers(documents, *options):
    """The answers to lists of lines, each compared with its place in the row."""
    rows = "".join(json.dumps({"id": n, "lines": lines}) + "\n"
                   for n, lines in enumerate(documents))
    out = [json.loads(line) for line in ask(rows.encode(), "--json", *options)[0].splitlines()]
    assert [answer["id"] for answer in out] == list(range(len(documents)))
    return out


def read(name):
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


# ---- labelled documents -------------------------------------------------------------------------

@pytest.mark.parametrize("name, least", [("mrz_dev.jsonl", 30), ("mrz_cases.jsonl", 650)])
def test_every_labelled_document_gets_its_answer(name, least):
    rows = read(name)
    out, err = pamit("mrz", "--json", DATA / name)
    given = [json.loads(line) for line in out.splitlines()]
    assert len(rows) >= least and err == "" and [g["id"] for g in given] == [r["id"] for r in rows]
    for row, answer in zip(rows, given):
        expect = dict(row["expect"])
        if "reject" in expect:
            assert expect.pop("reject") in answer["issues"] and answer["format"] is None, row
        assert {key: answer.get(key, "missing") for key in expect} == expect, row["what"]


def test_answers_have_the_keys_of_the_contract_in_its_order():
    for name in ("mrz_dev.jsonl", "mrz_cases.jsonl"):
        for line in pamit("mrz", "--json", DATA / name)[0].splitlines():
            answer = json.loads(line)
            assert list(answer) == [key for key in CONTRACT if key in answer]
            assert set(CONTRACT) - set(answer) <= SOMETIMES
            assert list(answer["checks"]) == list(CHECKS)
            assert ("optional2" in answer) == (answer["format"] == "TD1")
            assert all((answer[key] is None) == (answer["format"] is None) for key in FIELDS)


def test_the_corpus_is_what_its_generator_makes():
    assert mrz_cases.text() == mrz_cases.FILE.read_text(encoding="utf-8")


def test_the_oracle_labels_the_given_rows_as_they_are_labelled():
    for row in read("mrz_dev.jsonl"):
        answer = judge(row["lines"])
        expect = dict(row["expect"])
        assert expect.pop("reject", None) in [None, *answer["issues"]]
        assert {key: answer[key] for key in expect} == expect, row["what"]


# ---- repair -------------------------------------------------------------------------------------

def misread(lines, rng, count):
    """`count` characters of look-alikes taken for one another."""
    for _ in range(count):
        row = rng.randrange(len(lines))
        column = rng.randrange(len(lines[row]))
        others = [other for alike in LOOK_ALIKE if lines[row][column] in alike for other in alike]
        lines = mrz_cases.change(lines, row + 1, column + 1,
                                 rng.choice(others or [lines[row][column]]))
    return lines


def test_a_repair_is_proposed_exactly_where_one_candidate_is_left():
    rng = random.Random(9303)
    documents = [misread(mrz_cases.make(form, number=f"C73{n % 10}045{n % 7}"), rng, 1)
                 for n in range(60) for form in mrz_cases.FORMATS]
    out = answers(documents)
    for lines, answer in zip(documents, out):
        assert answer["repair"] == repair(lines), lines
        assert {key: answer[key] for key in judge(lines)} == judge(lines), "a repair changed fields"
    assert 30 < sum(answer["repair"] is not None for answer in out) < 250


def test_two_misread_characters_are_looked_for_only_when_asked():
    good = mrz_cases.make("TD3", number="C93T3994")
    lines = mrz_cases.change(mrz_cases.change(good, 2, 4, "7"), 1, 6, "5")
    assert answers([lines])[0]["repair"] is None
    proposal = answers([lines], "--substitutions", "2")[0]["repair"]
    assert proposal == repair(lines, 2) and proposal["lines"] == good
    assert [(at["line"], at["column"]) for at in proposal["positions"]] == [(1, 6), (2, 4)]


def test_two_misread_characters_with_several_ways_back_are_read_again():
    good = mrz_cases.make("TD3", number="B1285567")
    lines = mrz_cases.change(mrz_cases.change(good, 2, 1, "8"), 1, 6, "5")
    assert repair(lines, 2) is None and answers([lines], "--substitutions", "2")[0]["repair"] is None


# ---- random documents ---------------------------------------------------------------------------

RANDOM_DOCUMENTS = 20_000
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<<<<<<<<"
OUTSIDE = "abz _?;>-.\u00c9\u0420\U0001d4df"


def random_text(rng, characters, least, most):
    return "".join(rng.choices(characters, k=rng.randint(least, most)))


def random_date(rng):
    """Mostly days of the calendar, or near them."""
    year, month, day = rng.randrange(100), rng.randint(0, 13), rng.randint(0, 32)
    if rng.random() < 0.7:
        return f"{year:02d}{max(month, 1) % 13:02d}{max(day, 1) % 29:02d}"
    return rng.choice((f"{year:02d}{month:02d}{day:02d}", f"{year:02d}<<<<",
                       f"{year:02d}{month:02d}<<", "<<<<<<", random_text(rng, ALPHABET, 6, 6)))


def random_document(rng):
    form = rng.choice(list(mrz_cases.FORMATS))
    code = mrz_cases.CODES[form]
    given = {"birth": random_date(rng), "expiry": random_date(rng), "sex": rng.choice("MMFF<X"),
             "name": random_text(rng, "ABCDEFGHKLNORSTU<<<", 0, 30),
             "state": rng.choice(("IDN", "MYS", "D", "UTO", "ZZZ", "X1X")),
             "code": rng.choice((code, code, code, "P<", "I<", "V<", "AC", "PD", "IV", "ID"))}
    if form in ("TD1", "TD2") and rng.random() < 0.3:
        return mrz_cases.make_long(form, random_text(rng, "0123456789ABC", 10, 14),
                                   included=rng.random() < 0.5, **given)
    return mrz_cases.make(form, number=random_text(rng, ALPHABET, 0, 9),
                          optional=random_text(rng, ALPHABET, 0, 7), **given)


def mutated(lines, rng):
    """The lines after up to three accidents, most of them to single characters."""
    for _ in range(rng.randint(0, 3)):
        if not lines or not all(lines):
            break
        row = rng.randrange(len(lines))
        at = rng.randrange(len(lines[row]))
        line = lines[row]
        kind = rng.random()
        if kind < 0.6:
            line = line[:at] + rng.choice(ALPHABET) + line[at + 1:]
        elif kind < 0.8:
            lines = misread(lines, rng, 1)
            continue
        elif kind < 0.88:
            line = line[:at] + rng.choice(OUTSIDE) + line[at + 1:]
        elif kind < 0.92:
            line = line[:at] + line[at + 1:]
        elif kind < 0.96:
            line = line[:at] + rng.choice(ALPHABET) + line[at:]
        else:
            rng.shuffle(lines := list(lines))
            continue
        lines = lines[:row] + [line] + lines[row + 1:]
    return lines


def test_the_command_and_the_oracle_agree_on_random_documents():
    seed = int(os.environ.get("PAMIT_SEED", time.time_ns() % 2**32))
    print(f"PAMIT_SEED={seed}")
    rng = random.Random(seed)
    documents = [mutated(random_document(rng), rng) for _ in range(RANDOM_DOCUMENTS)]
    valid = looked_for = 0
    for lines, answer in zip(documents, answers(documents)):
        told = {key: said for key, said in answer.items() if key not in ("id", "repair")}
        assert told == judge(lines), lines
        valid += answer["valid"]
        if not answer["valid"] and answer["format"] and looked_for < 300:
            looked_for += 1
            assert answer["repair"] == repair(lines), lines
    assert RANDOM_DOCUMENTS / 100 < valid < RANDOM_DOCUMENTS / 2


# ---- inputs -------------------------------------------------------------------------------------

@pytest.mark.parametrize("what, text", [
    ("lines and an empty line between", "{0}\n{1}\n\n{0}\n{1}\n"),
    ("no line end at the end", "{0}\n{1}\n\n{0}\n{1}"),
    ("CRLF", "{0}\r\n{1}\r\n\r\n{0}\r\n{1}\r\n"),
    ("several empty lines, at both ends too", "\n\n{0}\n{1}\n\n\n\n{0}\n{1}\n\n\n"),
    ("a byte order mark", "\ufeff{0}\n{1}\n\n{0}\n{1}\n"),
    ("blanks before the first line", " \t\n{0}\n{1}\n\n{0}\n{1}\n")])
def test_plain_lines_are_documents_with_a_running_number(what, text):
    out, _ = ask(text.format(*TD3).encode(), "--json")
    given = [json.loads(line) for line in out.splitlines()]
    assert [(answer["id"], answer["valid"]) for answer in given] == [(1, True), (2, True)], what


@pytest.mark.parametrize("what, text", [
    ("a space before the first line", " {0}\n{1}\n"), ("a space after a line", "{0} \n{1}\n"),
    ("a CR inside", "{0}\r{1}\n"), ("a CR without its LF", "{0}\n{1}\r"),
    ("two documents without an empty line", "{0}\n{1}\n{0}\n{1}\n"),
    ("a line of blanks is a line", "{0}\n   \n{1}\n"), ("Latin-1", "{0}\n{1}\u00e9\n")])
def test_nothing_is_trimmed_or_split(what, text):
    (answer,) = [json.loads(line) for line in
                 ask(text.format(*TD3).encode("latin-1"), "--json")[0].splitlines()]
    assert answer["format"] is None and answer["issues"], what


def test_ids_are_kept_as_they_are():
    ids = ["x", "", "\u00e9\u4e2d\0", 0, -7, 2**63 - 1, 1.5, 1e300, True, False, None]
    rows = "".join(json.dumps({"lines": TD3, "id": i}) + "\n\n" for i in ids) + '{"lines": []}'
    out, _ = ask(rows.encode(), "--json")
    assert [json.loads(line)["id"] for line in out.splitlines()] == ids + [None]


BAD_ROWS = (("not JSON", "nope", None, "not JSON"),
            ("half a row", '{"id": 5, "lines": ["P<IDNRAHASIA', None, "JSON that ends too early"),
            ("two objects", '{"lines": []} {"lines": []}', None, "not JSON"),
            ("no object", '["P<IDNRAHASIA"]', None, "not a JSON object"),
            ("no lines", '{"id": "a"}', "a", "lines: missing"),
            ("lines are a string", '{"id": 4, "lines": "P<IDNRAHASIA"}', 4,
             "lines: not an array of strings"),
            ("a line is a number", '{"id": 4.5, "lines": ["P<IDNRAHASIA", 7]}', 4.5,
             "lines: not an array of strings"),
            ("an id that is no scalar", '{"id": ["P<IDNRAHASIA"], "lines": []}', None,
             "id: not a string, a number, true, false or null"),
            ("a key twice", '{"id": 1, "id": 2, "lines": []}', None, "a key that is there twice"),
            ("a number beyond 64 bits", '{"id": 99999999999999999999, "lines": []}', None,
             "a number too large"),
            ("257 lines", json.dumps({"id": 9, "lines": ["A"] * 257}), 9, "lines: more than 256"),
            ("more than 64 KiB", json.dumps({"id": 8, "lines": ["P<IDNRAHASIA" * 6000]}), None,
             "longer than 65536 bytes"))


@pytest.mark.parametrize("what, row, given, why", BAD_ROWS)
def test_a_row_that_can_not_be_read_is_answered_in_its_place(tmp_path, what, row, given, why):
    file = tmp_path / "rows.jsonl"
    good = json.dumps({"id": "good", "lines": TD3})
    file.write_text(f"{good}\n{row}\n{good}\n", encoding="utf-8")
    out, err = pamit("mrz", "--json", file, code=1)
    first, bad, last = [json.loads(line) for line in out.splitlines()]
    assert first["valid"] and last["valid"] and "error" not in first, what
    assert (bad["id"], bad["error"], bad["valid"], bad["format"]) == (given, why, False, None)
    assert set(CONTRACT) - set(bad) <= SOMETIMES
    assert err == f"pamit: {file}:2: {why}\n" and "RAHASIA" not in err


def test_invalid_utf8_is_a_bad_row():
    out, err = ask(b'{"id": 1, "lines": ["\xff"]}\n', "--json", code=1)
    assert json.loads(out)["error"] == "not UTF-8" and err == "pamit: standard input:1: not UTF-8\n"


@pytest.mark.parametrize("what, text, why", [
    ("lines without end", b"A" * 70_000, "longer than 65536 bytes"),
    ("many long lines", b"\n".join([b"A" * 1000] * 100), "longer than 65536 bytes"),
    ("many short lines", b"A\n" * 1000, "more than 256 lines")])
def test_a_plain_document_beyond_its_bounds_is_a_bad_row(what, text, why):
    out, err = ask(text + b"\n\n" + "\n".join(TD3).encode(), "--json", code=1)
    bad, good = [json.loads(line) for line in out.splitlines()]
    assert bad["error"].startswith(why) and good["valid"] and good["id"] == 2, what
    assert err.startswith(f"pamit: standard input:1: {why}; an empty line separates documents")


def test_files_are_read_one_after_the_other(tmp_path):
    rows, plain = tmp_path / "rows.jsonl", tmp_path / "plain.txt"
    rows.write_text(json.dumps({"id": "r", "lines": TD3}), encoding="utf-8")
    plain.write_text("\n".join(TD3), encoding="utf-8")
    out, _ = pamit("mrz", plain, "--json", rows, plain)
    assert [json.loads(line)["id"] for line in out.splitlines()] == [1, "r", 3]


@pytest.mark.parametrize("words, said", [
    (["no-such-file"], "pamit: no-such-file: No such file or directory"),
    (["."], "pamit: .: Is a directory"),
    (["--substitutions", "3"], "pamit: --substitutions: 1 or 2, not 3"),
    (["--substitutions"], "pamit: --substitutions needs 1|2"),
    (["--config", "x"], "pamit: unknown here: --config (try --help)")])
def test_wrong_usage_is_code_2(words, said):
    for kind in ([], ["--json"]):
        out, err = pamit("mrz", *kind, *words, code=2)
        assert out == "" and err == said + "\n"


def test_an_answer_comes_before_the_next_question():
    with subprocess.Popen([BIN / "pamit", "mrz", "--json"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as asked:
        for n in range(3):
            asked.stdin.write(json.dumps({"id": n, "lines": TD3}).encode() + b"\n")
            asked.stdin.flush()
            answered = select.select([asked.stdout], [], [], 30)[0]
            if not answered:
                asked.kill()
            assert answered and json.loads(asked.stdout.readline())["id"] == n
        asked.stdin.close()
        assert asked.wait(timeout=60) == 0


def test_a_hundred_thousand_documents_take_no_more_memory_than_a_few(tmp_path):
    rows = tmp_path / "rows.jsonl"
    with open(rows, "w", encoding="utf-8") as file:
        for n in range(100_000):
            file.write(json.dumps({"id": n, "lines": TD3}) + "\n")
    with subprocess.Popen([BIN / "pamit", "mrz", "--json", rows], stdout=subprocess.PIPE) as asked:
        for n, line in enumerate(asked.stdout):
            assert line.startswith(b'{"id": %d, "format": "TD3", ' % n)
        assert n == 99_999
        _, status, usage = os.wait4(asked.pid, 0)
        asked.returncode = os.waitstatus_to_exitcode(status)
    assert asked.returncode == 0
    sanitized = "address" in (BIN.parent / "CMakeCache.txt").read_text(encoding="utf-8")
    assert sanitized or usage.ru_maxrss < 32 * 1024, f"{usage.ru_maxrss} KiB"


# ---- the report ---------------------------------------------------------------------------------

def report(lines, *options, code=0):
    return ask("\n".join(lines).encode(), *options, code=code)[0]


def test_a_good_passport_is_reported_field_by_field():
    out = report(mrz_cases.make("TD3", birth="100417", optional="3171A"))
    for said in ("Document 1: valid", "format           TD3 (passport)",
                 "document number  C7310452                 check digit holds",
                 "birth date       100417  2010-04-17       check digit holds", "or 1910-04-17",
                 "personal number  3171A                    check digit holds"):
        assert said in out
    assert "wrong" not in out and "proposal" not in out


@pytest.mark.parametrize("lines, said", [
    (mrz_cases.change(TD3, 2, 10, "1"), ["NOT VALID", "check digit FAILS", "what it covers"]),
    (mrz_cases.make("TD3", birth="850230"), ["NOT VALID", "birth date is no day of the calendar"]),
    (mrz_cases.make("TD3", sex="X"), ["the sex is not M, F or <"]),
    ([TD3[0][:-1], TD3[1]], ["NO MRZ", "2 of 44, 2 of 36 or 3 of 30", "cut short"]),
    ([line.replace("<", ";") for line in TD3], ["other than A-Z, 0-9 and <", "keyboard layout"]),
    ([line.lower() for line in TD3], ["NO MRZ", "caps lock"]),
    (["\x1b[2J" + TD3[0], TD3[1]], ["NO MRZ", "\\x1B[2J"])])
def test_what_is_wrong_is_said_in_sentences(lines, said):
    out = report(lines, code=1)
    assert all(words in out for words in said), out
    assert "\x1b" not in out


def test_rows_in_another_order_are_said_to_be_that_and_nothing_else():
    out = report(TD3[::-1], code=1)
    assert "NOT VALID" in out and "the lines came in another order" in out
    assert "document number" not in out and "wrong" not in out and "proposal" not in out


def test_a_bar_code_is_no_row_that_was_cut():
    out = report(["8991234567890"], code=1)
    assert "NO MRZ" in out and "2 of 44, 2 of 36 or 3 of 30" in out and "cause" not in out


def test_warnings_leave_a_document_valid():
    out = report(mrz_cases.make("TD3", state="ZZZ", name="A<<B<<C"))
    assert "Document 1: valid" in out and "is not in ISO 3166-1" in out and "third part" in out


def test_a_proposal_has_a_caret_under_what_would_change():
    out = report(mrz_cases.change(mrz_cases.make("TD3", number="B1284567"), 2, 3, "Z"), code=1)
    lines = out.splitlines()
    at = next(n for n, line in enumerate(lines) if line.strip() == "^")
    assert lines[at - 1][lines[at].index("^")] == "2" and lines[at].index("^") == 4 + 2
    assert "line 2, column 3: 2 for Z" in out and "not applied" in out


def test_several_documents_end_with_a_count_and_no_document_is_a_finding():
    out = ask("\n\n".join(["\n".join(TD3)] * 2 + ["x"]).encode(), code=1)[0]
    assert out.endswith("3 documents, 2 valid.\n")
    assert ask(b"", code=1)[0] == "No document in the input.\n"
    assert ask(b" \n\n", "--json") == ("", "")


def test_help_names_every_option_and_both_inputs():
    out, _ = pamit("mrz", "--help")
    assert all(word in out for word in ("--json", "--substitutions 1|2", "[FILE...]", "JSON Lines"))
    assert "pamit mrz" not in pamit("--help")[1] and "  mrz " in pamit("--help")[0]


def test_the_example_of_the_readme_is_true():
    readme = (DATA.parents[1] / "README.md").read_text(encoding="utf-8")
    rest = readme.split("$ pamit mrz SCAN.txt\n")[1].splitlines()
    example = itertools.takewhile(lambda line: not line or line.startswith("    "), rest)
    shown = [line.strip() for line in example if line.strip() not in ("", "...")]
    said = iter(line.strip() for line in report(shown[1:3], code=1).splitlines())
    assert len(shown) > 5 and all(line in said for line in shown), "in this order"
