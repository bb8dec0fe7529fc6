"""What an MRZ means, a second time: ICAO Doc 9303 (parts 3 to 7) in Python, written from the
standard and from the contract of `pamit mrz --json`, not from the C parser it is held against.

`judge(lines)` is the answer `pamit mrz` must give but for "id" and "repair"; `repair(lines, n)` is
its "repair": by brute force, every set of up to n look-alike substitutions is tried.
"""
import calendar
import itertools
import re

MRZ_CHARACTER = re.compile(r"[A-Z0-9<]*")
LETTERS = re.compile(r"[A-Z<]*")

# Columns of each format: (line, first, last), counted from 1 as the standard does. The composite
# digit is over its parts in this order.
FORMATS = {
    "TD3": {  # part 4, 4.2.2
        "name": (1, 6, 44), "number": (2, 1, 9), "number_digit": (2, 10, 10),
        "nationality": (2, 11, 13), "birth": (2, 14, 19), "birth_digit": (2, 20, 20),
        "sex": (2, 21, 21), "expiry": (2, 22, 27), "expiry_digit": (2, 28, 28),
        "optional": (2, 29, 42), "optional_digit": (2, 43, 43), "composite_digit": (2, 44, 44),
        "composite": [(2, 1, 10), (2, 14, 20), (2, 22, 43)],
    },
    "TD2": {  # part 6, 4.2.2
        "name": (1, 6, 36), "number": (2, 1, 9), "number_digit": (2, 10, 10),
        "nationality": (2, 11, 13), "birth": (2, 14, 19), "birth_digit": (2, 20, 20),
        "sex": (2, 21, 21), "expiry": (2, 22, 27), "expiry_digit": (2, 28, 28),
        "optional": (2, 29, 35), "composite_digit": (2, 36, 36),
        "composite": [(2, 1, 10), (2, 14, 20), (2, 22, 35)],
    },
    "TD1": {  # part 5, 4.2.2
        "number": (1, 6, 14), "number_digit": (1, 15, 15), "optional": (1, 16, 30),
        "birth": (2, 1, 6), "birth_digit": (2, 7, 7), "sex": (2, 8, 8), "expiry": (2, 9, 14),
        "expiry_digit": (2, 15, 15), "nationality": (2, 16, 18), "optional2": (2, 19, 29),
        "composite_digit": (2, 30, 30), "name": (3, 1, 30),
        "composite": [(1, 6, 30), (2, 1, 7), (2, 9, 15), (2, 19, 29)],
    },
    "MRV-A": {  # part 7, 4.2.2
        "name": (1, 6, 44), "number": (2, 1, 9), "number_digit": (2, 10, 10),
        "nationality": (2, 11, 13), "birth": (2, 14, 19), "birth_digit": (2, 20, 20),
        "sex": (2, 21, 21), "expiry": (2, 22, 27), "expiry_digit": (2, 28, 28),
        "optional": (2, 29, 44),
    },
    "MRV-B": {  # part 7, 5.2.2
        "name": (1, 6, 36), "number": (2, 1, 9), "number_digit": (2, 10, 10),
        "nationality": (2, 11, 13), "birth": (2, 14, 19), "birth_digit": (2, 20, 20),
        "sex": (2, 21, 21), "expiry": (2, 22, 27), "expiry_digit": (2, 28, 28),
        "optional": (2, 29, 36),
    },
}
SHAPES = {"TD1": (3, 30), "TD2": (2, 36), "MRV-B": (2, 36), "TD3": (2, 44), "MRV-A": (2, 44)}
CHECKS = ("document_number", "birth_date", "expiry_date", "optional", "composite")
FIELDS = ("document_code", "issuing_state", "document_number", "nationality", "birth_date_raw",
          "sex", "expiry_raw", "primary", "secondary", "optional")

# ISO 3166-1 alpha-3, and what part 3, section 5 adds to it.
COUNTRIES = frozenset("""
ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR
BHS BIH BLM BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL
COM CPV CRI CUB CUW CXR CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK
FRA FRO FSM GAB GBR GEO GGY GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV
HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO
LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG
MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR NPL NRU NZL OMN PAK PAN PCN
PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS SHN SJM SLB SLE
SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON TTO
TUN TUR TUV TWN TZA UGA UKR UMI URY USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE
D EUE GBD GBN GBO GBP GBS RKS UNO UNA UNK XBA XIM XCC XCE XCO XEC XPO XES XMP XOM XDC
XXA XXB XXC XXX UTO
""".split())

LOOK_ALIKE = ("0ODQU", "1IL", "2Z", "4A", "5S", "6G", "7T", "8B", "PF", "<K")


def value(character):
    """Part 3, 4.9: 0-9 are themselves, A-Z are 10 to 35, the filler is 0."""
    return 0 if character == "<" else int(character, 36)


def check_digit(text):
    return str(sum(value(c) * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


def cut(lines, place):
    line, first, last = place
    return lines[line - 1][first - 1:last]


def format_of(lines):
    """(format, issues): the format of the lines, or why they are none."""
    issues = []
    shape = (len(lines), len(lines[0]) if lines else 0)
    if shape not in SHAPES.values() or any(len(line) != shape[1] for line in lines):
        issues.append("length")
    if not all(MRZ_CHARACTER.fullmatch(line) for line in lines):
        issues.append("characters")
    if issues:
        return None, issues
    if shape == (3, 30):
        return "TD1", []
    visa = lines[0][0] == "V"
    if shape == (2, 44):
        return "MRV-A" if visa else "TD3", []
    if lines[0].startswith("IDFRA") and not LETTERS.fullmatch(lines[1][10:13]):
        return None, ["french_id_card"]
    return "MRV-B" if visa else "TD2", []


def code_conforms(form, code):
    """Parts 4 to 7, 4.2.2: a letter for the kind of document, then a letter or a filler."""
    second = code[1]
    if not LETTERS.fullmatch(second):
        return False
    if form == "TD3":
        return code[0] == "P"
    if form in ("TD1", "TD2"):
        return code[0] in "ACI" and second != "V"
    return code[0] == "V"


def date_conforms(text, centuries):
    """Part 3, 4.8: YYMMDD; an unknown day, month and day, or all of it are fillers."""
    if text == "<<<<<<" or re.fullmatch(r"[0-9]{2}<<<<", text):
        return True
    if re.fullmatch(r"[0-9]{4}<<", text):
        return 1 <= int(text[2:4]) <= 12
    if not re.fullmatch(r"[0-9]{6}", text):
        return False
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    return 1 <= month <= 12 and any(
        1 <= day <= calendar.monthrange(century + year, month)[1] for century in centuries)


def words(text):
    return " ".join(word for word in text.split("<") if word)


def long_number(digit, number, optional):
    """Parts 5 and 6, note j: (rest of the number, its check digit, what follows), or None."""
    run = re.match(r"[^<]*", optional).group()
    if digit != "<" or number.endswith("<") or len(run) < 2:
        return None
    return run[:-1], run[-1], optional[len(run) + 1:].rstrip("<")


def number_read(form, field, answer):
    """Fills what is told of the document number; returns whether its check digit holds."""
    number, digit, optional = field["number"], field["number_digit"], field["optional"]
    answer["document_number"] = number.rstrip("<")
    answer["long_number_check_digit"] = None
    long = long_number(digit, number, optional) if form in ("TD1", "TD2") else None
    if not long:
        return digit == check_digit(number)
    rest, digit, after = long
    answer["document_number"] = number + rest
    answer["long_document_number"] = True
    answer["optional_after_number"] = after
    if digit == check_digit(number + rest):
        answer["long_number_check_digit"] = "filler_excluded"
    elif digit == check_digit(number + "<" + rest):
        answer["long_number_check_digit"] = "filler_included"
    return answer["long_number_check_digit"] is not None


def optional_check(form, field):
    if form != "TD3":
        return None
    text, digit = field["optional"], field["optional_digit"]
    return digit == check_digit(text) or (digit == "<" and not text.strip("<"))


def checks_read(form, lines, field, answer):
    composite = FORMATS[form].get("composite")
    return {
        "document_number": number_read(form, field, answer),
        "birth_date": field["birth_digit"] == check_digit(field["birth"]),
        "expiry_date": field["expiry_digit"] == check_digit(field["expiry"]),
        "optional": optional_check(form, field),
        "composite": composite and field["composite_digit"] ==
        check_digit("".join(cut(lines, place) for place in composite)),
    }


def issues_of(form, lines, field):
    conforms = {
        "bad_document_code": code_conforms(form, lines[0][:2]),
        "bad_issuing_state": LETTERS.fullmatch(lines[0][2:5]),
        "bad_name": LETTERS.fullmatch(field["name"]),
        "bad_nationality": LETTERS.fullmatch(field["nationality"]),
        "bad_birth_date_raw": date_conforms(field["birth"], (1900, 2000)),
        "bad_expiry_raw": date_conforms(field["expiry"], (2000,)),
        "bad_sex": field["sex"] in "MF<",
    }
    return [issue for issue, good in conforms.items() if not good]


def warnings_of(form, answer, name):
    secondary = name.split("<<", 1)[1] if "<<" in name else ""
    ours = form == "TD3" and answer["issuing_state"] == "IDN"
    found = {
        "unknown_issuing_state": answer["issuing_state"] not in COUNTRIES,
        "unknown_nationality": answer["nationality"] not in COUNTRIES,
        "name_third_part": "<<" in secondary.strip("<"),
        "name_empty_primary": name.startswith("<<"),
        "document_number_empty": not answer["document_number"],
        "unusual_document_number":
            ours and not re.fullmatch(r"[A-Z][0-9]{7}", answer["document_number"]),
    }
    return [warning for warning, is_so in found.items() if is_so]


def nothing(issues):
    """The answer where there is no MRZ: nothing was read."""
    answer = dict.fromkeys(("format",) + FIELDS + ("long_number_check_digit",
                                                   "name_may_be_truncated"))
    return {**answer, "checks": dict.fromkeys(CHECKS), "checks_valid": False, "issues": issues,
            "warnings": [], "valid": False}


def judge(lines):
    form, issues = format_of(lines)
    if not form:
        return nothing(issues)
    field = {key: cut(lines, place) for key, place in FORMATS[form].items() if key != "composite"}
    name = field["name"]
    primary, _, secondary = name.partition("<<")
    answer = {
        "format": form,
        "document_code": lines[0][:2].rstrip("<"),
        "issuing_state": lines[0][2:5].rstrip("<"),
        "nationality": field["nationality"].rstrip("<"),
        "birth_date_raw": field["birth"],
        "sex": field["sex"],
        "expiry_raw": field["expiry"],
        "primary": words(primary),
        "secondary": words(secondary),
        "optional": field["optional"].rstrip("<"),
        "name_may_be_truncated": not name.endswith("<"),
    }
    if "optional2" in field:
        answer["optional2"] = field["optional2"].rstrip("<")
    answer["checks"] = checks_read(form, lines, field, answer)
    answer["checks_valid"] = all(held is not False for held in answer["checks"].values())
    answer["issues"] = issues_of(form, lines, field)
    answer["warnings"] = warnings_of(form, answer, name)
    answer["valid"] = answer["checks_valid"] and not answer["issues"]
    return answer


def substitutions(lines):
    """Every single look-alike substitution: (line, column, from, to), from 1."""
    for row, line in enumerate(lines, 1):
        for column, character in enumerate(line, 1):
            for alike in LOOK_ALIKE:
                if character in alike:
                    for other in alike.replace(character, ""):
                        yield row, column, character, other


def substituted(lines, changes):
    rows = [list(line) for line in lines]
    for row, column, _, to in changes:
        rows[row - 1][column - 1] = to
    return ["".join(row) for row in rows]


def may_stand(form, line, column, character):
    """Part 3, 4.3 and parts 4 to 7: is it of the class of characters of its place, by itself?"""
    place = next((key for key, spot in FORMATS[form].items() if key != "composite" and
                  spot[0] == line and spot[1] <= column <= spot[2]), "state")
    if (line, column) == (1, 1):
        return character in {"TD3": "P", "TD1": "ACI", "TD2": "ACI"}.get(form, "V")
    if place in ("name", "nationality", "state"):
        return not character.isdigit()
    if place in ("birth", "expiry"):
        return character.isdigit() or character == "<"
    if place.endswith("_digit"):
        return character.isdigit()
    return character in "MF<" if place == "sex" else True


def repair(lines, limit=1):
    """The one proposal that is left, as the command writes it; None: there is none, or several."""
    found = repairs(lines, limit)
    if len(found) != 1:
        return None
    repaired, changes = found[0]
    form, _ = format_of(lines)
    could_stand = any(may_stand(form, row, column, read) for row, column, read, _ in changes)
    positions = [dict(zip(("line", "column", "from", "to"), change)) for change in changes]
    return {"lines": repaired, "positions": positions,
            "proof": "check_digits" if could_stand else "class"}


def repairs(lines, limit):
    """Every set of 1 to `limit` substitutions, at different places and none of them to spare, that
    makes the lines valid: [(lines, changes)]."""
    form, _ = format_of(lines)
    if not form or judge(lines)["valid"]:
        return []
    single = list(substitutions(lines))
    found = []
    for size in range(1, limit + 1):
        for changes in itertools.combinations(single, size):
            if len({change[:2] for change in changes}) < size or \
                    any(set(smaller) < set(changes) for _, smaller in found):
                continue
            repaired = substituted(lines, changes)
            if judge(repaired)["valid"]:
                found.append((repaired, changes))
    return found
