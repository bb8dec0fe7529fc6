"""What `pamit check` must answer, written from the contract's words and from nothing else.

Works on the contract's files as they are: rows of placements and lists, a policy, and documents as
lines of an MRZ. It shares no code with Pamit, is slow, and explains nothing: that is what it is
good for. Where the contract leaves something open, the reading taken is named beside the line that
takes it.
"""

import calendar
import datetime
import re
from collections import defaultdict

VALID = {"READY", "ACTIVE", "ON_LEAVE"}
ENDED = {"CANCELLED", "REVOKED"}
WORK_PURPOSES = {"WORK", "CREW"}
WORKER_CATEGORIES = {"WORK", "LEAVE_RETURN", "CREW"}
OWN_GREEN = {"R001", "R002", "R003", "R004", "R052"}

GREEN, AMBER, RED = range(3)
VERDICTS = {GREEN: "SESUAI", AMBER: "RUJUK", RED: "TUNDA"}
COLOURS = {"GREEN": GREEN, "AMBER": AMBER, "RED": RED}
REDS = {"R016", "R020", "R023", "R030", "R041", "R050", "R072"}
COLOUR = defaultdict(lambda: AMBER, {code: GREEN for code in OWN_GREEN} |
                     {code: RED for code in REDS})

LACKING = {"visa": "R025", "contract": "R060", "opp": "R061", "jkk_jkm": "R062", "jkn": "R062"}
ENDS = {"visa_expiry": "R025", "contract_end": "R060", "bpjstk_until": "R062"}
LICENCE = {"ACTIVE": set(), "SUSPENDED": {"R040"}, "REVOKED": {"R041"}}
EFFECT = {"BLOCK": {"R050"}, "REFER": {"R051"}}
LISTED = {"DEFERRAL": "R070", "SOI": "R072", "DOCUMENT_LOST": "R023", "DEPORTED": "R074"}


# ---- dates --------------------------------------------------------------------------------------

def day(text):
    return datetime.date.fromisoformat(text)


def holds(start, end, today):
    """Both ends belong to it; an end that isn't given is open."""
    return (start is None or day(start) <= today) and (end is None or today <= day(end))


def add_months(date, months):
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1]))


def age(born, today):
    """29 February is passed on 1 March in other years: comparing month and day says just that."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def born_on(yymmdd, today):
    """The latest century that is not in the future; a date that neither century has is no date."""
    for century in ("20", "19"):
        try:
            born = datetime.date(int(century + yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:]))
        except ValueError:
            continue
        if born <= today:
            return born
    return None


# ---- names --------------------------------------------------------------------------------------

FOLDS = [("OE", "U"), ("DJ", "J"), ("TJ", "C"), ("SY|SJ", "S"), ("CH|KH", "H"), ("DH", "D"),
         ("TH", "T"), ("V", "F"), ("IY|Y", "I"), ("IE", "I")]


def words(name):
    return set(re.sub(r"[^A-Z0-9]", " ", re.sub(r"['-]", "", name.upper())).split())


def spelling(word):
    """In the contract's order, doubles last, and again until nothing is left to fold: what a rule
    makes is folded like what was there. (Doubles first would part Soeeb from Sueb, and join Syyarif
    to Syarif.)
    """
    folded = word
    for pattern, to in FOLDS:
        folded = re.sub(pattern, to, folded)
    folded = re.sub(r"(.)\1+", r"\1", folded)
    return folded if folded == word else spelling(folded)


def spellings(of_words):
    return {spelling(word) for word in of_words}


def is_truncation(document, of_words):
    """Whole words that are all there, and the beginning of one more."""
    if not document["fills_field"]:
        return False
    whole, last = set(document["words"][:-1]), document["words"][-1]
    return whole <= of_words and any(word.startswith(last) for word in of_words - whole)


def names_of(row):
    return [words(row[key]) for key in ("name_mrz", "name_full") if row.get(key)]


# ---- documents ----------------------------------------------------------------------------------

# Where a valid MRZ of each length has its fields: line and columns.
FIELDS = {
    (2, 44): {"country": (0, 2, 5), "name": (0, 5, 44), "number": (1, 0, 9), "born": (1, 13, 19),
              "sex": (1, 20, 21), "expires": (1, 21, 27)},
    (2, 36): {"country": (0, 2, 5), "name": (0, 5, 36), "number": (1, 0, 9), "born": (1, 13, 19),
              "sex": (1, 20, 21), "expires": (1, 21, 27)},
    (3, 30): {"country": (0, 2, 5), "name": (2, 0, 30), "number": (0, 5, 14), "born": (1, 0, 6),
              "sex": (1, 7, 8), "expires": (1, 8, 14)},
}


def read_mrz(lines, today):
    raw = {field: lines[row][start:end]
           for field, (row, start, end) in FIELDS[len(lines), len(lines[0])].items()}
    return {
        "number": raw["number"].rstrip("<"),
        "country": raw["country"].rstrip("<"),
        "words": raw["name"].replace("<", " ").split(),
        "fills_field": not raw["name"].endswith("<"),
        "sex": raw["sex"].replace("<", "X"),
        "born": born_on(raw["born"], today),
        "expires": day(f"20{raw['expires'][:2]}-{raw['expires'][2:4]}-{raw['expires'][4:]}"),
    }


# ---- finding ------------------------------------------------------------------------------------

class Cache:
    """The rows of both files, by what they are found by."""

    def __init__(self, placements, lists):
        self.current, self.previous, self.by_birth = (defaultdict(list) for _ in range(3))
        for row in placements:
            self.current[row["passport_no"], row["passport_country"]].append(row)
            for number in set(row.get("passport_prev", [])):
                self.previous[number, row["passport_country"]].append(row)
            self.by_birth[day(row["birth_date"])].append(row)
        self.lists = lists


def same_person_by_name(document, row):
    """The only rule of the two that finds somebody whose number is in no record."""
    ours = spellings(document["words"])
    for name in names_of(row):
        theirs = spellings(name)
        nested = (ours <= theirs or theirs <= ours) and len(ours & theirs) >= 2
        if ours == theirs or nested:
            return document["sex"] == row["sex"]
    return False


def best(rows):
    """A valid one first, then the newest; a record of unknown age is older than any other."""
    return max(rows, key=lambda row: (row["status"] in VALID, row.get("rec_updated_at", "")))


def find(document, cache):
    """The key, the record, and the reasons that finding it adds."""
    number = document["number"], document["country"]
    for key, rows, reasons in (("PASSPORT", cache.current[number], set()),
                               ("OLD_PASSPORT", cache.previous[number], {"R013"})):
        if rows:
            twice = {"R014"} if sum(row["status"] in VALID for row in rows) >= 2 else set()
            return key, best(rows), reasons | twice
    rows = [row for row in cache.by_birth[document["born"]] if same_person_by_name(document, row)]
    return ("NAME_DOB", best(rows), {"R013"}) if rows else (None, None, set())


def grade(document, row):
    if document["born"] != day(row["birth_date"]) or document["sex"] != row["sex"]:
        return "CONFLICT"
    names = names_of(row)
    if any(set(document["words"]) == name or is_truncation(document, name) for name in names):
        return "EXACT"
    ours = spellings(document["words"])
    return "NEAR" if any(ours & spellings(name) for name in names) else "CONFLICT"


# ---- rules: each gives a set of reasons ---------------------------------------------------------

def grade_reasons(graded, row):
    if graded != "EXACT":
        return {"R011"} if graded == "NEAR" else {"R012"}
    return {"R002"} if row["status"] == "ON_LEAVE" or row["scheme"] == "REENTRY" else {"R001"}


def nothing_found_reasons(context):
    """Of a category that is a worker's the contract says nothing: no record is R010 then too."""
    category = context.get("category")
    return {"R010"} if category is None or category in WORKER_CATEGORIES else {"R003"}


def document_reasons(document, row, context, policy, today):
    """Of who has a placement and was not asked for a purpose the contract says nothing: the product
    takes it that a placement is for work, since what nobody asked never clears."""
    purpose = context.get("purpose_declared") or ("WORK" if row else None)
    reasons = set()
    if document["expires"] < today:
        reasons.add("R020")
    if document["expires"] < add_months(today, policy["passport_min_validity_months"]):
        reasons.add("R021")
    if purpose in WORK_PURPOSES and age(document["born"], today) < policy["min_work_age_years"]:
        reasons.add("R030")
    return reasons


def status_reasons(row, context, today):
    reasons = set()
    if row["status"] not in VALID:
        reasons.add("R016" if row["status"] in ENDED else "R015")
    if not holds(row.get("window_from"), row.get("window_to"), today):
        reasons.add("R017")
    if context.get("dest_country") not in (None, row["dest_country"]):
        reasons.add("R018")
    return reasons


def requirement_reasons(row, policy, today):
    required = next((rule["required"] for rule in policy["documents"]
                     if rule["scheme"] == row["scheme"]), [])
    lacking = set(required) - set(row.get("documents", []))
    ended = {ENDS[key] for key in ENDS if row.get(key) and day(row[key]) < today}
    return {LACKING.get(item, "R063") for item in lacking} | ended


def p3mi_reasons(row, policy, today):
    if not row.get("p3mi_id"):
        return set()
    licences = [licence for licence in policy["p3mi"] if licence["id"] == row["p3mi_id"]
                and holds(licence["from"], licence["to"], today)]
    said = [LICENCE[licence["status"]] for licence in licences]
    return set().union(*said) if said else {"R042"}


def destination_reasons(row, context, policy, today):
    """With a record, of the record's country and job; without, of the declared country alone."""
    if row is None and context.get("purpose_declared") not in WORK_PURPOSES:
        return set()
    reasons = set()
    facts = row or {"dest_country": context.get("dest_country")}
    for rule in policy["destinations"]:
        columns = [(rule[key], facts.get(key)) for key in ("employer_type", "occupation", "scheme")]
        if rule["country"] == facts["dest_country"] and holds(rule["from"], rule["to"], today) \
                and all(wanted in (None, has) for wanted, has in columns):
            excepted = facts.get("scheme") in rule["except_schemes"]
            reasons |= {"R052"} if excepted else EFFECT[rule["effect"]]
    return reasons


def list_reasons(document, cache, today):
    reasons = set()
    for row in cache.lists:
        if row["kind"] not in LISTED or not holds(row["from"], row["expires"], today):
            continue
        by_number = (row.get("passport_no"), row.get("passport_country")) == \
            (document["number"], document["country"])
        by_name = row["kind"] != "DOCUMENT_LOST" and row.get("name_mrz") and row.get("birth_date") \
            and day(row["birth_date"]) == document["born"] \
            and spellings(words(row["name_mrz"])) == spellings(document["words"])
        if by_number or by_name:
            reasons.add(LISTED[row["kind"]])
    return reasons


def complaint_reasons(row, cache, today):
    held = row is not None and row.get("hold", "NONE") != "NONE"
    open_complaint = row is not None and any(
        entry["kind"] == "COMPLAINT" and entry["placement_id"] == row["placement_id"]
        and holds(entry["from"], entry["expires"], today) for entry in cache.lists)
    return {"R075"} if held or open_complaint else set()


def age_reasons(as_of, policy, site, today):
    if as_of is None:
        return set()
    current = datetime.datetime.strptime(as_of, "%Y-%m-%dT%H:%M:%SZ")
    midnight = datetime.datetime.combine(today, datetime.time())
    hours = (midnight - current) / datetime.timedelta(hours=1)
    limits = policy["staleness_hours"][site].values()
    return {"R019"} if any(hours > limit for limit in limits) else set()


# ---- the answer ---------------------------------------------------------------------------------

def verdict(reasons, key, direction, policy):
    """Whatever policy colours, two things never clear a departure: a record found by name alone,
    and data that are too old. The first is the contract's, the second the product's fourth promise.
    """
    colour = {code: COLOURS.get(policy.get("reason_colours", {}).get(code), COLOUR[code])
              for code in reasons}
    worst = max(colour.values())
    own = any(colour[code] == GREEN for code in reasons & OWN_GREEN)
    unsure = (direction == "DEPARTURE" and key == "NAME_DOB") or "R019" in reasons
    return VERDICTS[AMBER if worst == GREEN and (unsure or not own) else worst]


def answer(query, cache, policy, today, site="online", as_of=None):
    """The whole line that `pamit check --json` writes, with the reasons as a set."""
    document, context = read_mrz(query["lines"], today), query["context"]
    key, row, reasons = find(document, cache)
    graded = grade(document, row) if row else "NONE"
    if context["direction"] == "RETURN":
        reasons = {"R004"}
    else:
        reasons |= document_reasons(document, row, context, policy, today)
        reasons |= list_reasons(document, cache, today) | age_reasons(as_of, policy, site, today)
        reasons |= destination_reasons(row, context, policy, today)
        if row is None:
            reasons |= nothing_found_reasons(context)
        else:
            reasons |= grade_reasons(graded, row) | status_reasons(row, context, today)
            reasons |= requirement_reasons(row, policy, today) | p3mi_reasons(row, policy, today)
    reasons |= complaint_reasons(row, cache, today)
    return {"id": query["id"], "verdict": verdict(reasons, key, context["direction"], policy),
            "match_key": key, "match_grade": graded,
            "placement_id": row["placement_id"] if row else None, "reasons": reasons,
            "data_as_of": as_of or f"{today}T00:00:00Z", "error": None}
