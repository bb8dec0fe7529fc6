"""The labelled corpus tests/data/mrz_cases.jsonl: lines of documents and of what is none, what each
row is about, and the answer it must get. The people are made up; the specimens are ICAO's.

    python3 tests/system/mrz_cases.py     writes the file anew

A row says by hand what it is about (`valid`, `fails`, `issues`, any key of the answer); the oracle
labels the rest. Where it labels otherwise than was said, the corpus is not written.
"""
import json
import pathlib

from mrz_oracle import CHECKS, FORMATS, SHAPES, check_digit, cut, judge, repair

FILE = pathlib.Path(__file__).resolve().parents[1] / "data" / "mrz_cases.jsonl"

DIGITS = {"number_digit": "number", "birth_digit": "birth", "expiry_digit": "expiry",
          "optional_digit": "optional"}
CODES = {"TD3": "P<", "TD2": "I<", "TD1": "I<", "MRV-A": "V<", "MRV-B": "V<"}
PERSON = {"state": "IDN", "nationality": "IDN", "name": "SANTOSO<<BUDI", "number": "C7310452",
          "birth": "900417", "sex": "M", "expiry": "310916"}


def put(rows, place, text):
    line, first, last = place
    assert len(text) <= last - first + 1, text
    rows[line - 1][first - 1:last] = text.ljust(last - first + 1, "<")


def make(form, **given):
    """A document's lines: fields filled up with fillers, check digits computed unless given."""
    lines, length = SHAPES[form]
    fields = {**PERSON, "optional": "", **given}
    rows = [["<"] * length for _ in range(lines)]
    layout = FORMATS[form]
    put(rows, (1, 1, 2), fields.get("code", CODES[form]))
    put(rows, (1, 3, 5), fields["state"])
    for key, place in layout.items():
        if key in fields:
            put(rows, place, fields[key])
    for digit, of in DIGITS.items():
        if digit in layout and digit not in given:
            put(rows, layout[digit], check_digit(cut(["".join(r) for r in rows], layout[of])))
    if "composite" in layout and "composite_digit" not in given:
        joined = "".join(cut(["".join(r) for r in rows], place) for place in layout["composite"])
        put(rows, layout["composite_digit"], check_digit(joined))
    return ["".join(row) for row in rows]


def make_long(form, number, included=False, digit=None, after="", **given):
    """A document whose number goes on in the optional field."""
    rest = number[9:]
    digit = digit or check_digit(number[:9] + "<" * included + rest)
    optional = rest + digit + ("<" + after if after else "")
    return make(form, number=number[:9], number_digit="<", optional=optional, **given)


def change(lines, line, column, character):
    """The lines with one character changed; line and column from 1."""
    row = lines[line - 1]
    changed = row[:column - 1] + character + row[column:]
    return lines[:line - 1] + [changed] + lines[line:]


def failing(answer):
    return tuple(name for name in CHECKS if answer["checks"][name] is False)


class Corpus:
    def __init__(self):
        self.rows = []

    def add(self, what, lines, fails=(), **says):
        answer = {**judge(lines), "repair": repair(lines)}
        says.setdefault("valid", not fails and not says.get("issues"))
        if says["valid"] or fails:
            says.setdefault("issues", [])
        assert failing(answer) == tuple(fails), (what, lines, "fails", failing(answer))
        for key, said in says.items():
            assert answer[key] == said, (what, lines, key, answer[key], said)
        self.rows.append({"id": f"c{len(self.rows) + 1:03d}", "what": what, "lines": lines,
                          "expect": answer})


# ---- specimens ----------------------------------------------------------------------------------

def specimens(corpus):
    corpus.add("ICAO specimen, part 11 worked example: TD3 with an eight-character number",
               ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
                "L898902C<3UTO6908061F9406236ZE184226B<<<<<14"],
               document_number="L898902C", optional="ZE184226B")
    corpus.add("ICAO specimen, part 11 worked example: TD2 with a long number",
               ["I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<", "D23145890<UTO3407127M95071227349<<<8"],
               document_number="D23145890734", long_number_check_digit="filler_excluded")
    corpus.add("ICAO specimen, part 11 worked example: TD1 with a long number",
               ["I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2",
                "STEVENSON<<PETER<JOHN<<<<<<<<<"],
               document_number="D23145890734", long_number_check_digit="filler_excluded")
    for name, primary, secondary, what in (
            ("VAN<DER<MUELLEN<<MICHELLE", "VAN DER MUELLEN", "MICHELLE", "prefix in the primary"),
            ("DARTAGNAN<<HENRI", "DARTAGNAN", "HENRI", "apostrophe omitted"),
            ("SMITH<JONES<<MARY", "SMITH JONES", "MARY", "hyphen as filler"),
            ("PAPANDROPOULOUS<<JONATHON<ALEC", "PAPANDROPOULOUS", "JONATHON ALEC", "long primary"),
            ("NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K", "NILAVADHANANANDA",
             "CHAYAPA DEJTHAMRONG K", "given names cut to one letter"),
            ("BENNELONG<WOOLOOMOOLOO<WARRANDYTE<<DING", "BENNELONG WOOLOOMOOLOO WARRANDYTE",
             "DING", "both identifiers cut"),
            ("ARKFREITH", "ARKFREITH", "", "primary only")):
        corpus.add(f"name in the manner of part 4, 4.2.3: {what}",
                   make("TD3", state="UTO", nationality="UTO", name=name),
                   primary=primary, secondary=secondary,
                   name_may_be_truncated=len(name) == 39)


# ---- what conforms ------------------------------------------------------------------------------

def plain_ones(corpus):
    people = (("WIJAYA<<RINA<AYU", "F", "881231"), ("SIREGAR<<TOGAR", "M", "010101"),
              ("NGUYEN<<THI<MAI", "F", "750606"), ("OBUYA<<JUMA", "<", "631130"))
    for form in FORMATS:
        for n, (name, sex, birth) in enumerate(people):
            corpus.add(f"{form}, nothing odd about it",
                       make(form, name=name, sex=sex, birth=birth, number=f"X123{n}76"),
                       format=form, sex=sex, document_number=f"X123{n}76")
        corpus.add(f"{form}: every column of the optional field used",
                   make(form, number="A1B2C3D4E", optional=full_optional(form)),
                   optional=full_optional(form))
        corpus.add(f"{form}: fillers inside the optional field stay, those at its right go",
                   make(form, optional="1<2<<3"), optional="1<2<<3")
        corpus.add(f"{form}: fillers inside the number stay, those at its right go",
                   make(form, number="AB<12<3"), document_number="AB<12<3")
        corpus.add(f"{form}: a filler before the number is inside it",
                   make(form, number="<B123456"), document_number="<B123456")
        corpus.add(f"{form}: nine letters are a number", make(form, number="ABCDEFGHI"),
                   document_number="ABCDEFGHI")
        corpus.add(f"{form}: an empty number with the digit 0 conforms; it is warned of",
                   make(form, number=""), document_number="")
        corpus.add(f"{form}: an empty number with the digit <: a filler is no check digit",
                   make(form, number="", number_digit="<"), fails=("document_number",))
    corpus.add("TD1: both optional fields used", make("TD1", optional="ABC", optional2="9<XYZ"),
               optional="ABC", optional2="9<XYZ")
    corpus.add("TD1: the second optional field alone, full",
               make("TD1", optional2="12345678901"), optional="", optional2="12345678901")


def full_optional(form):
    _, first, last = FORMATS[form]["optional"]
    return "7K2M9Q4R8T1W5Y3Z"[:last - first + 1]


# ---- check digits -------------------------------------------------------------------------------

OF_DIGIT = {"number_digit": "document_number", "birth_digit": "birth_date",
            "expiry_digit": "expiry_date", "optional_digit": "optional",
            "composite_digit": "composite"}


def check_digits(corpus):
    for form, layout in FORMATS.items():
        good = make(form, optional="4711" if form == "TD3" else "")
        for digit in [key for key in OF_DIGIT if key in layout]:
            line, column, _ = layout[digit]
            printed = good[line - 1][column - 1]
            tries = {"one too high": str((int(printed) + 1) % 10),
                     "five away": str((int(printed) + 5) % 10), "a letter": "A", "a filler": "<"}
            for what, wrong in tries.items():
                own = [OF_DIGIT[digit]]
                lines = change(good, line, column, wrong)
                if digit != "composite_digit" and "composite" in layout:
                    joined = "".join(cut(lines, place) for place in layout["composite"])
                    if lines[-1 if form != "TD1" else 1][-1] != check_digit(joined):
                        own.append("composite")
                corpus.add(f"{form}: {digit} is {what}", lines, fails=own)
        for column, field in ((1, "number"), (14, "birth"), (22, "expiry")):
            if form != "TD1":
                wrong = change(good, 2, column, "7" if good[1][column - 1] != "7" else "8")
                corpus.add(f"{form}: first character of {field} changed under its check digit",
                           wrong, fails=[OF_DIGIT[field + "_digit"]] +
                           ["composite"] * ("composite" in layout))
    wrong = make("TD3", optional="4711")
    for key in OF_DIGIT:
        line, column, _ = FORMATS["TD3"][key]
        wrong = change(wrong, line, column, str((int(wrong[line - 1][column - 1]) + 2) % 10))
    corpus.add("TD3: every check digit wrong at once", wrong, fails=CHECKS)
    corpus.add("TD3: every check digit a filler",
               make("TD3", optional="4711", **dict.fromkeys(OF_DIGIT, "<")), fails=CHECKS)
    corpus.add("TD3: the optional digit may be < where the field is empty (part 4, 4.2.2.2)",
               make("TD3", optional_digit="<"), optional="")
    corpus.add("TD3: and 0 there too", make("TD3", optional_digit="0"), optional="")
    corpus.add("TD3: 1 over an empty optional field fails", make("TD3", optional_digit="1"),
               fails=("optional",))
    corpus.add("TD3: < over a used optional field fails",
               make("TD3", optional="ZZ", optional_digit="<"), fails=("optional",))
    corpus.add("TD3: < over an optional field whose value is 0 but which is not empty fails",
               make("TD3", optional="0", optional_digit="<"), fails=("optional",))
    corpus.add("TD3: 0 over an optional field that holds only zeros holds",
               make("TD3", optional="00000000000000", optional_digit="0"))
    corpus.add("two digits of the number transposed: weights 7 and 3 show it",
               change(change(make("TD3", number="C1234567"), 2, 2, "2"), 2, 3, "1"),
               fails=("document_number", "composite"))
    corpus.add("the composite alone is wrong: fields hold, the whole doesn't",
               make("TD2", composite_digit="9"),
               fails=("composite",))
    corpus.add("an optional field misread shows only in TD2's composite",
               change(make("TD2", optional="AB12"), 2, 29, "B"), fails=("composite",))
    corpus.add("an optional field misread in a visa can't be seen: no digit covers it",
               change(make("MRV-A", optional="AB12"), 2, 29, "B"), optional="BB12")
    corpus.add("nationality misread in letters can't be seen: no digit covers it",
               change(make("TD3"), 2, 11, "L"), nationality="LDN")
    corpus.add("birth date unknown with the digit 0: part 3's fillers count 0",
               make("TD3", birth="<<<<<<"), birth_date_raw="<<<<<<")
    corpus.add("birth date unknown with the digit <: only the personal number may do so",
               make("TD3", birth="<<<<<<", birth_digit="<"), fails=("birth_date",))
    corpus.add("6 and G are the same to a check digit: what is printed stays",
               change(make("TD3", number="C6310452"), 2, 2, "G"), document_number="CG310452")


# ---- dates --------------------------------------------------------------------------------------

#         as printed  birth  expiry  why
DATES = (("000229", True, True, "29 February 2000: a leap year; 1900 was none"),
         ("010229", False, False, "29 February 1901 and 2001: none in either century"),
         ("040229", True, True, "29 February 1904 and 2004"),
         ("960229", True, True, "29 February 1996 and 2096"),
         ("990229", False, False, "29 February 1999 and 2099: none"),
         ("000230", False, False, "30 February"),
         ("850230", False, False, "30 February"),
         ("850431", False, False, "31 April"),
         ("850430", True, True, "30 April"),
         ("850631", False, False, "31 June"),
         ("850931", False, False, "31 September"),
         ("851131", False, False, "31 November"),
         ("850131", True, True, "31 January"),
         ("851231", True, True, "31 December"),
         ("850731", True, True, "31 July"),
         ("850831", True, True, "31 August"),
         ("850132", False, False, "day 32"),
         ("850100", False, False, "day 00: unknown is <<, not 00"),
         ("850015", False, False, "month 00"),
         ("851315", False, False, "month 13"),
         ("859901", False, False, "month 99"),
         ("000000", False, False, "all zeros: unknown is <<<<<<"),
         ("85<<<<", True, True, "month and day unknown"),
         ("8504<<", True, True, "day unknown"),
         ("8512<<", True, True, "day unknown, December"),
         ("<<<<<<", True, True, "all unknown"),
         ("8500<<", False, False, "day unknown, month 00"),
         ("8513<<", False, False, "day unknown, month 13"),
         ("850<<<", False, False, "half a month"),
         ("85041<", False, False, "half a day"),
         ("85<<15", False, False, "a day without a month"),
         ("<<0415", False, False, "a month and a day without a year"),
         ("<<<<15", False, False, "a day alone"),
         ("8<<<<<", False, False, "half a year"),
         ("85<415", False, False, "a filler inside the month"),
         ("8504<5", False, False, "a filler inside the day"),
         ("<50415", False, False, "a filler inside the year"),
         ("8S0415", False, False, "a letter in the year"),
         ("85O415", False, False, "the letter O for a zero, check digit computed over it"),
         ("8504I5", False, False, "the letter I for a one, check digit computed over it"),
         ("XXXXXX", False, False, "X for unknown: other standards do so, 9303 does not"))


def dates(corpus):
    forms = list(FORMATS)
    for n, (text, birth, expiry, why) in enumerate(DATES):
        form, other = forms[n % 5], forms[(n + 2) % 5]
        corpus.add(f"{form} birth date {text}: {why}", make(form, birth=text), birth_date_raw=text,
                   issues=[] if birth else ["bad_birth_date_raw"])
        corpus.add(f"{other} expiry date {text}: {why}", make(other, expiry=text), expiry_raw=text,
                   issues=[] if expiry else ["bad_expiry_raw"])
    corpus.add("expired long ago: a finding for the counter, not invalid",
               make("TD3", expiry="050101"))
    corpus.add("expiry 99: 2099, never 1999; conforms", make("TD3", expiry="991231"))
    corpus.add("birth date after the expiry date: both are days; conforms",
               make("TD3", birth="300101", expiry="250101"))
    corpus.add("birth date in the future of its century: 19xx; conforms",
               make("TD3", birth="991231"))
    corpus.add("both dates impossible: both are named",
               make("TD1", birth="851301", expiry="310431"),
               issues=["bad_birth_date_raw", "bad_expiry_raw"])


# ---- classes ------------------------------------------------------------------------------------

def classes(corpus):
    for form in FORMATS:
        layout = FORMATS[form]
        for field, place, wrong, issue in (
                ("issuing state", (1, 3, 3), "1", "bad_issuing_state"),
                ("issuing state's last letter", (1, 5, 5), "0", "bad_issuing_state"),
                ("nationality", layout["nationality"], "0", "bad_nationality"),
                ("name's first letter", layout["name"], "5", "bad_name"),
                ("name's last column", (layout["name"][0], layout["name"][2], 0), "0", "bad_name")):
            corpus.add(f"{form}: a digit in the {field}",
                       change(make(form), place[0], place[1], wrong), issues=[issue])
        for sex in ("X", "0", "H", "1"):
            corpus.add(f"{form}: sex {sex}; 9303 prints M, F or a filler", make(form, sex=sex),
                       sex=sex, issues=["bad_sex"])
    corpus.add("every class wrong at once: all are named",
               make("TD3", code="X1", state="1D0", name="S4NTOSO<<BUD1", nationality="ID1",
                    birth="991332", expiry="ABCDEF", sex="X"),
               issues=["bad_document_code", "bad_issuing_state", "bad_name", "bad_nationality",
                       "bad_birth_date_raw", "bad_expiry_raw", "bad_sex"])
    corpus.add("classes wrong and a digit fails: the digit is told in checks only",
               make("TD3", sex="X", birth_digit="9"), fails=["birth_date"], issues=["bad_sex"],
               valid=False)


def codes(corpus):
    for code, stripped in (("P<", "P"), ("PP", "PP"), ("PD", "PD"), ("PS", "PS"), ("PO", "PO"),
                           ("PR", "PR"), ("PT", "PT"), ("PU", "PU"), ("PV", "PV"), ("PL", "PL")):
        corpus.add(f"TD3 code {code}", make("TD3", code=code), document_code=stripped)
    for code in ("P1", "P0", "I<", "A<", "C<", "AC", "X<", "1<", "<P", "<<", "R<", "TD", "F<"):
        corpus.add(f"TD3 code {code}: a TD3 begins with P, then a letter or a filler",
                   make("TD3", code=code), issues=["bad_document_code"])
    for form in ("TD1", "TD2"):
        for code in ("I<", "A<", "C<", "ID", "IR", "AC", "CC", "IA", "AR", "CR", "IP"):
            corpus.add(f"{form} code {code}", make(form, code=code), document_code=code.rstrip("<"))
        for code in ("IV", "AV", "CV", "I1", "A0", "P<", "PD", "X<", "<I", "<<", "1D", "0<", "B<"):
            corpus.add(f"{form} code {code}: A, C or I, then a letter or a filler but not V",
                       make(form, code=code), issues=["bad_document_code"])
    corpus.add("TD1 code V<: visas are no cards", make("TD1", code="V<"),
               issues=["bad_document_code"], format="TD1")
    corpus.add("TD1 code AC: the crew member certificate (part 5, 4.2.2.3)", make("TD1", code="AC"))
    for form in ("MRV-A", "MRV-B"):
        for code in ("V<", "VA", "VV", "VZ"):
            corpus.add(f"{form} code {code}", make(form, code=code), format=form)
        for code in ("V1", "V0"):
            corpus.add(f"{form} code {code}: V, then a letter or a filler", make(form, code=code),
                       format=form, issues=["bad_document_code"])


# ---- long numbers -------------------------------------------------------------------------------

def long_numbers(corpus):
    for form, longest in (("TD1", 14), ("TD2", 6)):
        for number in ("620401234577", "A1B2C3D4E5", "D2314589073", "12345678900X",
                       "ABCDEFGHI" + "JKLMNOPQRSTUVW"[:longest]):
            corpus.add(f"{form}: {len(number)} characters, digit without the filler (as 9303 says)",
                       make_long(form, number), document_number=number,
                       long_document_number=True, optional_after_number="")
            if check_digit(number) != check_digit(number[:9] + "<" + number[9:]):
                corpus.add(f"{form}: {len(number)} characters, digit over the filler too",
                           make_long(form, number, included=True), document_number=number,
                           long_number_check_digit="filler_included")
        both = both_ways()
        corpus.add(f"{form}: both ways give the same digit: the standard's is reported",
                   make_long(form, both), document_number=both,
                   long_number_check_digit="filler_excluded")
        wrong = neither("620401234577")
        corpus.add(f"{form}: neither way gives the digit: fails, the number is joined all the same",
                   make_long(form, "620401234577", digit=wrong), fails=("document_number",),
                   document_number="620401234577", long_number_check_digit=None)
        corpus.add(f"{form}: the run's last character is a letter: no check digit",
                   make_long(form, "620401234577", digit="K"), fails=("document_number",),
                   document_number="620401234577", long_number_check_digit=None)
        corpus.add(f"{form}: the shortest: one character goes on, then its digit",
                   make_long(form, "6204012345"), document_number="6204012345",
                   optional_after_number="")
        corpus.add(f"{form}: what follows the number's filler is other data",
                   make_long(form, "62040123457", after="XY"), optional_after_number="XY",
                   document_number="62040123457")
        corpus.add(f"{form}: two fillers after the number: only the first ends it",
                   make_long(form, "62040123457", after="<Z"), optional_after_number="<Z")
        corpus.add(f"{form}: one character alone after the filler is no number and digit: "
                   "the filler is a missing check digit",
                   make(form, number="620401234", number_digit="<", optional="7"),
                   fails=("document_number",), document_number="620401234",
                   long_number_check_digit=None)
        corpus.add(f"{form}: an empty optional field: the filler is a missing check digit",
                   make(form, number="620401234", number_digit="<"), fails=("document_number",),
                   long_number_check_digit=None)
        corpus.add(f"{form}: the optional field begins with a filler: nothing goes on",
                   make(form, number="620401234", number_digit="<", optional="<5777"),
                   fails=("document_number",), document_number="620401234", optional="<5777")
        corpus.add(f"{form}: the number's columns are not full: nothing goes on "
                   "(only a full field continues; ambiguous in 9303, the contract decides)",
                   make(form, number="62040123", number_digit="<", optional="5777"),
                   fails=("document_number",), document_number="62040123", optional="5777")
        corpus.add(f"{form}: a digit is printed: the optional field is other data",
                   make(form, number="620401234", optional="5777"), document_number="620401234",
                   long_number_check_digit=None, optional="5777")
        inner = "62<401234577"
        corpus.add(f"{form}: a filler inside the first nine of a long number stays",
                   make_long(form, inner), document_number=inner)
        good = make_long(form, "620401234577")
        corpus.add(f"{form}: a long number under a wrong composite digit: only the composite fails",
                   make_long(form, "620401234577", composite_digit=str(
                       (int(cut(good, FORMATS[form]["composite_digit"])) + 3) % 10)),
                   fails=("composite",), long_number_check_digit="filler_excluded")
    corpus.add("TD1: the number fills the optional field, no filler after it",
               make_long("TD1", "ABCDEFGHI12345678901234"),
               document_number="ABCDEFGHI12345678901234", optional_after_number="")
    corpus.add("TD2: the number fills the optional field, no filler after it",
               make_long("TD2", "ABCDEFGHI123456"), document_number="ABCDEFGHI123456")
    for form in ("TD3", "MRV-A", "MRV-B"):
        corpus.add(f"{form} knows no long numbers: the filler is a missing check digit",
                   make(form, number="620401234", number_digit="<", optional="5777"),
                   fails=("document_number",), document_number="620401234",
                   long_number_check_digit=None)


def both_ways():
    return next(n for n in (f"6204012345{i:02d}" for i in range(100))
                if check_digit(n) == check_digit(n[:9] + "<" + n[9:]))


def neither(number):
    ways = {check_digit(number), check_digit(number[:9] + "<" + number[9:])}
    return next(d for d in "0123456789" if d not in ways)


# ---- countries ----------------------------------------------------------------------------------

def countries(corpus):
    for code in ("D", "UTO", "EUE", "UNO", "UNA", "UNK", "XXA", "XXB", "XXC", "XXX", "XOM", "XPO",
                 "RKS", "GBD", "GBN", "GBO", "GBP", "GBS", "XBA", "XIM", "XCC", "XCO", "XEC", "XCE",
                 "XES", "XMP", "XDC", "TLS", "SSD", "PSE", "TWN", "HKG", "MAC", "VAT"):
        corpus.add(f"country {code}", make("TD3", state=code, nationality=code, number="CZ6311T47"),
                   issuing_state=code, nationality=code, warnings=[])
    for code in ("ZZZ", "QQQ", "DEE", "DE", "IN", "INA", "XK"):
        corpus.add(f"country {code} is in no list: warned of, valid all the same",
                   make("TD3", state=code, nationality=code, number="CZ6311T47"),
                   warnings=["unknown_issuing_state", "unknown_nationality"])
    corpus.add("a filler before and inside a country's letters: only letters and fillers, so it "
               "conforms; no country", make("TD2", state="<ID", nationality="I<N"),
               issuing_state="<ID", nationality="I<N",
               warnings=["unknown_issuing_state", "unknown_nationality"])
    corpus.add("no state and no nationality: conforms by class, and is warned of",
               make("TD3", state="", nationality=""), issuing_state="", nationality="")
    corpus.add("an Indonesian passport's number is a letter and 7 digits: another form is a hint",
               make("TD3", number="CC310452"), warnings=["unusual_document_number"])
    corpus.add("nine characters in an Indonesian passport: a hint",
               make("TD3", number="C73104521"), warnings=["unusual_document_number"])
    corpus.add("the hint is for passports: an Indonesian card may have any number",
               make("TD1", number="620401234"), warnings=[])
    corpus.add("and for Indonesia's: a Malaysian number has nine",
               make("TD3", state="MYS", nationality="IDN", number="A12345678"), warnings=[])


# ---- names --------------------------------------------------------------------------------------

#        name field                     primary            secondary        warnings
NAMES = (("SUPARMAN", "SUPARMAN", "", [], "mononym"),
         ("NUR<AINI", "NUR AINI", "", [], "two words, no <<: primary only, never copied"),
         ("SANTOSO<<<BUDI", "SANTOSO", "BUDI", [], "three fillers: the third is no letter"),
         ("SANTOSO<<<<BUDI", "SANTOSO", "BUDI", [], "four fillers between the identifiers"),
         ("<<BUDI", "", "BUDI", ["name_empty_primary"], "empty primary"),
         ("<<<BUDI", "", "BUDI", ["name_empty_primary"], "empty primary, three fillers"),
         ("<SANTOSO<<BUDI", "SANTOSO", "BUDI", [], "one filler before the primary"),
         ("", "", "", ["name_empty_primary"], "all fillers"),
         ("SANTOSO<<BUDI<<JAYA", "SANTOSO", "BUDI JAYA", ["name_third_part"], "third part"),
         ("A<<B<<C<<D", "A", "B C D", ["name_third_part"], "four parts"),
         ("SANTOSO<<BUDI<<<JAYA", "SANTOSO", "BUDI JAYA", ["name_third_part"],
          "third part after three fillers"),
         ("AL<HABSYI<<ABDUL<RAHMAN", "AL HABSYI", "ABDUL RAHMAN", [], "two words in each"),
         ("A<<B", "A", "B", [], "one letter each"),
         ("O<<<<<<<<<<<<<<<<<<<<<<<<<<<X", "O", "X", [], "fillers between, the far end used"))


def names(corpus):
    for n, (field, primary, secondary, warnings, what) in enumerate(NAMES):
        for form in (list(FORMATS)[n % 5], list(FORMATS)[(n + 3) % 5]):
            corpus.add(f"{form} name: {what}", make(form, name=field), primary=primary,
                       secondary=secondary, warnings=warnings)
    for form in FORMATS:
        _, first, last = FORMATS[form]["name"]
        room = last - first + 1
        full = "SOEMODIHARDJOKOESOEMONINGRATWIDJOJOATMO"[:room]
        corpus.add(f"{form} name: no filler at all, primary may be truncated",
                   make(form, name=full), primary=full, secondary="", name_may_be_truncated=True)
        pair = ("KUSUMANINGRUM<<" + "RADENAJENGDWIRAHAYULESTARI")[:room]
        corpus.add(f"{form} name: secondary reaches the last column: may be truncated",
                   make(form, name=pair), name_may_be_truncated=True)
        corpus.add(f"{form} name: one filler left at the right: not truncated",
                   make(form, name=full[:-1]), primary=full[:-1], name_may_be_truncated=False)
        corpus.add(f"{form} name: cut just after <<: no secondary, last column is a filler",
                   make(form, name=full[:-2]), primary=full[:-2], secondary="",
                   name_may_be_truncated=False)
        corpus.add(f"{form} name: a letter in the last column only",
                   make(form, name="<" * (room - 1) + "A"), primary="", secondary="A",
                   name_may_be_truncated=True)
    for field in ("SANT0SO<<BUDI", "SANTOSO<<BUD1", "SANTOSO<<BUDI<2"):
        corpus.add(f"a digit in a name ({field}): 9303 has none there", make("TD3", name=field),
                   issues=["bad_name"])


# ---- what is no MRZ -----------------------------------------------------------------------------

def no_mrz(corpus):
    td3, td2, td1 = make("TD3"), make("TD2"), make("TD1")
    none = {"format": None, "valid": False, "issues": ["length"]}
    for what, lines in (
            ("first line one short", [td3[0][:-1], td3[1]]),
            ("second line one short", [td3[0], td3[1][:-1]]),
            ("first line one long", [td3[0] + "<", td3[1]]),
            ("second line one long", [td3[0], td3[1] + "<"]),
            ("both lines one short", [td3[0][:-1], td3[1][:-1]]),
            ("both one long", [s + "<" for s in td3]),
            ("first line alone", td3[:1]), ("second line alone", td3[1:]),
            ("no line at all", []), ("one empty line", [""]), ("two empty lines", ["", ""]),
            ("an empty line before", [""] + td3), ("an empty line after", td3 + [""]),
            ("an empty line between", [td3[0], "", td3[1]]), ("four lines", td3 + td3),
            ("both lines in one run of 88", ["".join(td3)]),
            ("TD1 in one run of 90", ["".join(td1)]),
            ("TD2 in one run of 72", ["".join(td2)]),
            ("TD1 without its third line", td1[:2]), ("TD1 with a fourth line", td1 + [td1[2]]),
            ("three lines of 44", td3 + [td3[0]]), ("three lines of 36", td2 + [td2[0]]),
            ("two lines of 30", td1[1:]),
            ("rows of different documents: 44 and 36", [td3[0], td2[1]]),
            ("rows of different documents: 36 and 44", [td2[0], td3[1]]),
            ("a TD3's second line cut in half", [td3[0], td3[1][:22]]),
            ("a line of 1000 characters", [td3[0] * 23]), ("forty lines of 44", td3 * 20),
            ("two lines of 45", [td3[0] + "A", td3[1] + "4"])):
        corpus.add(f"no MRZ: {what}; nothing is split, padded or trimmed", lines, **none)
    odd = {"format": None, "valid": False, "issues": ["characters"]}
    for what, lines in (
            ("lower case in both lines", [s.lower() for s in td3]),
            ("one lower-case letter", change(td3, 1, 6, "s")),
            ("a space for a filler", change(td3, 1, 44, " ")),
            ("underscore for an unread mark", change(td3, 2, 3, "_")),
            ("question mark for an unread mark", change(td3, 2, 3, "?")),
            ("NUL for an unread mark", change(td3, 2, 3, "\0")),
            ("a keyboard layout's ; for every filler", [s.replace("<", ";") for s in td3]),
            ("> for every filler", [s.replace("<", ">") for s in td3]),
            ("a hyphen in the name", change(td3, 1, 10, "-")),
            ("an apostrophe in the name", change(td2, 1, 10, "'")),
            ("a tab in a TD1", change(td1, 3, 9, "\t")),
            ("a dot in a visa", change(make("MRV-A"), 1, 9, ".")),
            ("the brace after Z in ASCII", change(td3, 1, 8, "[")),
            ("the @ before A in ASCII", change(td3, 1, 8, "@")),
            ("the colon after 9 in ASCII", change(td3, 2, 2, ":")),
            ("the slash before 0 in ASCII", change(td3, 2, 2, "/")),
            ("= beside the filler in ASCII", change(td3, 2, 43, "=")),
            ("a control character", change(td3, 2, 43, "\x1b"))):
        corpus.add(f"no MRZ: {what}; nothing is folded or guessed", lines, **odd)
    for what, character in (("a Latin letter with an accent", "\u00c9"),
                            ("a Cyrillic letter that looks like P", "\u0420"),
                            ("a full-width letter", "\uff30"),
                            ("a character outside the first plane", "\U0001d4df")):
        corpus.add(f"no MRZ: {what} in a row of 44 characters: a length is counted in characters",
                   change(td3, 1, 8, character), **odd)
    for what, lines in (("a carriage return at both ends", [s + "\r" for s in td3]),
                        ("a space at the end of a line", [td3[0] + " ", td3[1]]),
                        ("a space before a line", [" " + td3[0], td3[1]]),
                        ("lower case and too short", [s.lower()[:-1] for s in td3]),
                        ("a sentence", ["Please put the document on the reader."])):
        corpus.add(f"no MRZ: {what}: length and characters, both are named", lines, format=None,
                   valid=False, issues=["length", "characters"])
    other_shapes(corpus, td3, td2, td1)


def other_shapes(corpus, td3, td2, td1):
    for what, lines in (("a TD3's rows swapped", [td3[1], td3[0]]),
                        ("a TD1's rows in the order 3 1 2", [td1[2], td1[0], td1[1]]),
                        ("a TD2's rows swapped", [td2[1], td2[0]]),
                        ("two first lines", [td3[0], td3[0]]),
                        ("every column a filler, TD3", ["<" * 44] * 2),
                        ("every column a filler, TD1", ["<" * 30] * 3),
                        ("every column a zero, TD3", ["0" * 44] * 2),
                        ("every column an A, TD2", ["A" * 36] * 2)):
        answer = judge(lines)
        corpus.add(f"the shape of a format and no document: {what}", lines, fails=failing(answer),
                   issues=answer["issues"], valid=False)
        assert answer["format"], what
    corpus.add("rows of two people's passports: no digit joins line 1 to line 2, so it conforms",
               [make("TD3", name="WIJAYA<<RINA")[0], td3[1]], format="TD3")
    french(corpus)


def french(corpus):
    card = ["IDFRADUPONT<MARTIN<<<<<<<<<<<<925017", "1209925010014CAMILLE<SOPHI6512068F6"]
    card = [row.ljust(36, "<")[:36] for row in card]
    unsupported = {"format": None, "valid": False, "issues": ["french_id_card"]}
    corpus.add("the French 2x36 card until 2021 is recognised and not misread as a TD2",
               card, **unsupported)
    corpus.add("the French card with an empty name", ["IDFRA" + "<" * 25 + "750016",
                                                      "9401750012348JEAN<PIERRE<<<4505052M5"],
               **unsupported)
    corpus.add("IDFRA with a TD2's second line is a TD2",
               make("TD2", code="ID", state="FRA", nationality="FRA", name="MARTIN<<CAMILLE"),
               format="TD2", issuing_state="FRA")
    corpus.add("IDFRA in three lines of 30 is the card since 2021, a TD1",
               make("TD1", code="ID", state="FRA", nationality="FRA", number="X4RTBPFW4"),
               format="TD1", issuing_state="FRA")
    corpus.add("I<FRA in 2x36 is a TD2: the old card has ID",
               make("TD2", state="FRA", nationality="FRA"), format="TD2")
    corpus.add("IDBEL in 2x36 with digits in the nationality is a bad TD2, no French card",
               make("TD2", code="ID", state="BEL", nationality="B1L"), issues=["bad_nationality"],
               format="TD2")
    corpus.add("a French card with a lower-case letter: no card is recognised in it",
               change(card, 1, 7, "u"), format=None, valid=False, issues=["characters"])
    corpus.add("a French card one column short: no shape, no card", [card[0], card[1][:-1]],
               format=None, valid=False, issues=["length"])


# ---- repairs ------------------------------------------------------------------------------------

def misread(corpus, what, lines, line, column, read, proof):
    """A row in which the good document's character was read as `read`; proof None: no proposal."""
    bad = change(lines, line, column, read)
    answer = judge(bad)
    corpus.add(what, bad, fails=failing(answer), issues=answer["issues"], valid=False,
               repair=proof and {"lines": lines, "proof": proof, "positions": [
                   {"line": line, "column": column, "from": read,
                    "to": lines[line - 1][column - 1]}]})


def repairs(corpus):
    for good, line, column, read in (("SANTOSO<<BUDI", 1, 6, "5"), ("BUDI<<SANTOSO", 1, 6, "8"),
                                     ("AYU<<RINA", 1, 6, "4"), ("ZAIN<<RINA", 1, 6, "2"),
                                     ("TOGAR<<RINA", 1, 6, "7"), ("GANI<<RINA", 1, 6, "6")):
        misread(corpus, f"{read} for {good[0]} in a name: one look-alike is a letter",
                make("TD3", name=good), line, column, read, "class")
    for good, read in (("OBUYA", "0"), ("DEWI", "0"), ("UTAMI", "0"), ("INTAN", "1"),
                       ("LESTARI", "1")):
        misread(corpus, f"{read} for {good[0]} in a name: several look-alikes are letters",
                make("TD3", name=good), 1, 6, read, None)
    for column, read in ((14, "G"), (15, "O"), (17, "A"), (18, "I"), (19, "T"), (15, "D"),
                         (15, "Q"), (15, "U"), (18, "L")):
        misread(corpus, f"{read} in a birth date: one look-alike is a digit",
                make("TD3", birth="600417"), 2, column, read, "class")
    for form in FORMATS:
        line, column, _ = FORMATS[form]["number"]
        good = make(form, number="C95T3994")
        misread(corpus, f"{form}: S for 5 in the number: check digits tell", good, line, column + 2,
                "S", "check_digits")
        misread(corpus, f"{form}: 7 for T in the number: check digits tell", good, line, column + 3,
                "7", "check_digits")
        line, column, _ = FORMATS[form]["expiry"]
        misread(corpus, f"{form}: S for 5 in the expiry date", make(form, expiry="350916"), line,
                column + 1, "S", "class")
        line, column, _ = FORMATS[form]["birth_digit"]
        misread(corpus, f"{form}: Z for 2 as the birth date's check digit",
                make(form, birth="900418", birth_digit="2"), line, column, "Z", "class")
        line, column, _ = FORMATS[form]["sex"]
        misread(corpus, f"{form}: P for F as sex", make(form, sex="F"), line, column, "P", "class")
        misread(corpus, f"{form}: K for a filler as sex", make(form, sex="<"), line, column, "K",
                "class")
    misread(corpus, "F for P in the code of a TD3", TD3, 1, 1, "F", "class")
    misread(corpus, "1 for I in the code of a card", make("TD1"), 1, 1, "1", "class")
    misread(corpus, "4 for A in the code of a card", make("TD2", code="A<"), 1, 1, "4", "class")
    misread(corpus, "1 for I in the nationality: it may have been L", TD3, 2, 11, "1", None)
    misread(corpus, "E for 3: no look-alikes here", make("TD3", number="C3310452"), 2, 2, "E", None)
    two = change(change(make("TD3", name="SANTOSO", number="B1285567"), 2, 1, "8"), 1, 6, "5")
    corpus.add("two characters misread: one substitution is no repair", two,
               fails=("document_number", "composite"), issues=["bad_name"], repair=None)


TD3 = make("TD3")


def corpus():
    made = Corpus()
    for part in (specimens, plain_ones, check_digits, dates, classes, codes, long_numbers,
                 countries, names, no_mrz, repairs):
        part(made)
    return made.rows


def text():
    return "".join(json.dumps(row) + "\n" for row in corpus())


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
