"""Random worlds for `pamit check`: a policy, placements, lists and travellers, all on one date.

Everything is drawn near a boundary of that date or of another fact in the same world, because a
rule is seldom wrong far from one. A world is its seed's; all people are made up.
"""

import calendar
import datetime

DATES = ["2026-11-21", "2026-02-28", "2026-03-01", "2027-02-28", "2027-03-01", "2028-02-28",
         "2028-02-29", "2028-03-01", "2026-08-30", "2026-08-31", "2026-09-30", "2026-12-31",
         "2027-01-01", "2026-06-30"]
SCHEMES = ["G2G", "G2P", "P2P", "UKPS", "SELF", "SSW", "SPSK", "REENTRY", "CREW_MERCHANT",
           "CREW_FISHING"]
STATUSES = ["IN_PROCESS", "READY", "DEPARTED", "ACTIVE", "ON_LEAVE", "COMPLETED", "CANCELLED",
            "SUSPENDED", "REVOKED"]
EMPLOYERS = ["LEGAL_ENTITY", "INDIVIDUAL", "VESSEL"]
OCCUPATIONS = ["HOUSE MAID", "CAREGIVER", "PLANTATION WORKER"]
DOCUMENTS = ["marital", "family_permit", "competence", "health", "passport", "visa",
             "placement_agreement", "contract", "jkn", "jkk_jkm", "opp", "crew_book",
             "responsibility_statement", "leave_letter"]
PURPOSES = ["WORK", "LEAVE_RETURN", "TOUR", "UMRAH_HAJJ", "FAMILY", "TRAINING", "STUDY", "WHV",
            "CREW", "OFFICIAL", "BORDER_TRADE", "OTHER"]
DESTINATIONS = ["TWN", "SAU", "KHM", "MYS"]
KINDS = ["DEFERRAL", "SOI", "DOCUMENT_LOST", "DEPORTED"]
HOLDS = ["COMPLAINT", "INVESTIGATION", "FAMILY_REPORT"]
COLOURED = [f"R{code:03}" for code in (  # not the reds of basis L
    1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 25, 40, 41, 42, 50, 51, 52, 60, 61, 62,
    63, 70, 72, 74, 75)]

NAMES = """SITI NUR AISYAH MUHAMMAD ABDUL RAHMAN SUHARTO SUPRIYADI YULIANTI DJOKO TJAHYONO SRI DEWI
KHADIJAH ZULKIFLI FITRIANI WAHYUDI AGUS BUDI SYARIFUDDIN HIDAYAT LESTARI PUTRI RATNA DHARMA THAMRIN
ARIEF NOVI SUDJATMIKO CHAIRUL LUTHFI KOMANG AYU WAYAN SULAEMAN BACHTIAR HANDOKO OETOMO BIN BINTI
TJIA DJAJA""".split()
PUNCTUATED = {"NURAINI": "Nur'aini", "ALHABSYI": "Al-Habsyi", "MUNIM": "Mun'im",
              "PUTRIAYU": "Putri-Ayu", "MOH": "Moh.", "DMELLO": "D'Mello"}
LONG = ["KUSUMANINGTYAS", "NURHALIZA", "PRABOWATININGSIH", "SASTROATMODJO", "RAHMAWATININGRUM",
        "WIRYOHADIKUSUMO", "SETYOWATI"]
UNFOLDS = [("U", "OE"), ("J", "DJ"), ("C", "TJ"), ("S", "SY"), ("S", "SJ"), ("H", "KH"),
           ("H", "CH"), ("D", "DH"), ("T", "TH"), ("F", "V"), ("Y", "I"), ("I", "IY"), ("I", "IE"),
           ("Y", "IE"), ("OE", "U"), ("SY", "S"), ("KH", "H"), ("TH", "T"), ("TJ", "C"),
           ("MM", "M"), ("L", "LL"), ("A", "AA")]


# ---- dates --------------------------------------------------------------------------------------

def shift(date, months):
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1]))


def near(rng, date, spread=1):
    return date + datetime.timedelta(days=rng.randint(-spread, spread))


def around(rng, today):
    """On a boundary, beside it, or clearly on one side."""
    return rng.choice([today, near(rng, today), near(rng, today, 400), near(rng, shift(today, 12))])


def period(rng, today):
    """Mostly one that holds; either end can be open, or today itself."""
    days = datetime.timedelta(days=rng.randint(0, 300))
    start = rng.choice([today, today - days, around(rng, today)])
    end = rng.choice([today, today + days, around(rng, today)])
    return min(start, end), max(start, end)


def birth(rng, today):
    if rng.random() < 0.05:  # today and tomorrow a hundred years ago; birthdays that few years have
        tomorrow = today + datetime.timedelta(days=1)
        return rng.choice([today, shift(tomorrow, -1200),
                           datetime.date(2000, 2, 29), datetime.date(2008, 2, 29)])
    if rng.random() < 0.3:
        return near(rng, shift(today, -12 * rng.choice([16, 18, 18, 21])))
    return datetime.date(rng.randint(1960, 2007), rng.randint(1, 12), rng.randint(1, 28))


# ---- names --------------------------------------------------------------------------------------

def person_words(rng):
    pool = rng.choice([NAMES, NAMES, NAMES, NAMES + list(PUNCTUATED), LONG])
    return rng.sample(pool, rng.choice([1, 2, 2, 3, 3, 4, 5]))


def respell(rng, word):
    for old, new in rng.sample(UNFOLDS, len(UNFOLDS)):
        if old in word:
            return word.replace(old, new, 1)
    return word


def vary(rng, name):
    """The same name as another office may write it, or one that is not the same any more."""
    name = list(name)
    kind = rng.random()
    if kind < 0.45:
        return name
    if kind < 0.55:
        rng.shuffle(name)
    elif kind < 0.70:
        place = rng.randrange(len(name))
        name[place] = respell(rng, name[place])
    elif kind < 0.75:
        name = [respell(rng, word) for word in name]
    elif kind < 0.82 and len(name) > 1:
        name.remove(rng.choice(name))
    elif kind < 0.90:
        name.insert(rng.randrange(len(name) + 1), rng.choice(NAMES))
    elif kind < 0.93:
        name.append(rng.choice(name))
    elif kind < 0.96:
        place = rng.randrange(len(name))
        name[place] = name[place][:rng.randint(1, len(name[place]))]
    else:
        return person_words(rng)
    return name


def written(rng, name):
    """As people write it: in any case, with the punctuation that a passport leaves out."""
    case = rng.choice([str.upper, str.lower, str.title])
    space = rng.choice([" ", " ", "  ", ", "])
    return space.join(PUNCTUATED.get(word, case(word)) for word in name)


# ---- MRZ ----------------------------------------------------------------------------------------

def digit(text):
    values = [0 if c == "<" else int(c, 36) for c in text]
    return str(sum(v * (7, 3, 1)[i % 3] for i, v in enumerate(values)) % 10)


def checked(text):
    return text + digit(text)


def mrz_name(name, width):
    """The last word first, and cut where the field ends."""
    primary, secondary = name[-1], "<".join(name[:-1])
    return (primary + ("<<" + secondary if secondary else "")).ljust(width, "<")[:width]


def mrz(form, doc):
    number, born, expires = (checked(doc[key]) for key in ("number", "born", "expires"))
    if form == "TD1":
        first = f"I<{doc['country']}{number}".ljust(30, "<")
        second = f"{born}{doc['sex']}{expires}{doc['nationality']}".ljust(29, "<")
        composite = digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
        return [first, second + composite, mrz_name(doc["name"], 30)]
    width, code = (44, "P<") if form == "TD3" else (36, "I<")
    second = f"{number}{doc['nationality']}{born}{doc['sex']}{expires}".ljust(width - 1, "<")
    composite = digit(second[0:10] + second[13:20] + second[21:])
    return [code + doc["country"] + mrz_name(doc["name"], width - 5), second + composite]


# ---- people, their records, and what they say at the counter ------------------------------------

def make_person(rng, today, number, numbers):
    """With two numbers of one's own, and one that others may have as well."""
    own = [f"{rng.choice('ABCX')}{number * 2 + n:0{rng.choice([7, 8, 3])}}" for n in (0, 1)]
    return {"name": person_words(rng), "sex": rng.choice("MMFFX"), "born": birth(rng, today),
            "numbers": rng.sample(own + [rng.choice(numbers)], 3),
            "country": rng.choice(["IDN"] * 6 + ["MYS"]), "dest": rng.choice(DESTINATIONS)}


def record_name(rng, person, row):
    for key, width in (("name_mrz", 39), ("name_full", 64)):
        name = vary(rng, person["name"])
        text = " ".join(name[-1:] + name[:-1]) if key == "name_mrz" else written(rng, name)
        row[key] = text[:width].strip()
    if rng.random() < 0.3:
        del row[rng.choice(["name_mrz", "name_full"])]


def make_placement(rng, today, person, number):
    good = rng.random() < 0.6  # otherwise few would have no reason at all against them
    valid = good or rng.random() < 0.5
    updated = datetime.datetime(2026, rng.randint(1, 9), 1) + datetime.timedelta(minutes=number)
    row = {"placement_id": f"PMI-{number:06}",
           "rec_updated_at": updated.strftime("%Y-%m-%dT%H:%M:%SZ"),
           "status": rng.choice(["READY", "ACTIVE", "ON_LEAVE"] if valid else STATUSES),
           "scheme": rng.choice(SCHEMES), "sex": person["sex"], "birth_date": str(person["born"]),
           "passport_no": rng.choice(person["numbers"][:2]), "passport_country": person["country"],
           "dest_country": person["dest"]}
    record_name(rng, person, row)
    if rng.random() < 0.4:
        row["passport_prev"] = rng.sample(person["numbers"], rng.choice([1, 2]))
    optional = {"employer_type": rng.choice(EMPLOYERS), "occupation": rng.choice(OCCUPATIONS),
                "p3mi_id": f"SIP3MI-{rng.randint(0 if not good else 1, 5):04}",
                "hold": rng.choice(["NONE"] * (12 if good else 1) + HOLDS),
                "documents": DOCUMENTS if good else rng.sample(DOCUMENTS, rng.randint(0, 14))}
    row |= {key: value for key, value in optional.items() if rng.random() < 0.9}
    window = period(rng, today) if not good else (today, today)
    for key, value in zip(("window_from", "window_to"), window):
        if rng.random() < 0.6:
            row[key] = str(value)
    for key in ("visa_expiry", "contract_end", "bpjstk_until"):
        if rng.random() < 0.7:
            row[key] = str(max(today, around(rng, today)) if good else around(rng, today))
    if rng.random() < 0.03:
        row["birth_date"] = str(near(rng, person["born"]))
    if rng.random() < 0.03:
        row["sex"] = rng.choice("MFX")
    return row


def make_listed(rng, today, person, placements):
    start, end = period(rng, today)
    row = {"kind": rng.choice(KINDS), "from": str(start), "expires": str(end),
           "issued_by": "IMI-PUSAT", "reason": "R072"}
    if rng.random() < 0.3 and placements:
        return row | {"kind": "COMPLAINT", "placement_id": rng.choice(placements)["placement_id"]}
    by_number = row["kind"] == "DOCUMENT_LOST" or rng.random() < 0.7
    if by_number:
        row |= {"passport_no": rng.choice(person["numbers"]),
                "passport_country": rng.choice([person["country"]] * 4 + ["SGP"])}
    if not by_number or rng.random() < 0.3:
        name = vary(rng, person["name"])
        row |= {"name_mrz": " ".join(name[-1:] + name[:-1])[:39].strip(),
                "birth_date": str(person["born"])}
    return row


def make_query(rng, today, person, ident):
    far = datetime.date(2034, 5, 17)
    edges = [near(rng, shift(today, months)) for months in (0, 3, 6)] + [shift(today, 6)]
    expires = far if rng.random() < 0.6 else rng.choice(edges)
    born = person["born"] if rng.random() < 0.93 else rng.choice([near(rng, person["born"]),
                                                                  birth(rng, today)])
    doc = {"number": rng.choice(person["numbers"]).ljust(9, "<"),
           "country": person["country"] if rng.random() < 0.96 else rng.choice(["SGP", "MYS"]),
           "nationality": "IDN" if rng.random() < 0.9 else person["country"],
           "born": born.strftime("%y%m%d"), "expires": expires.strftime("%y%m%d"),
           "sex": (person["sex"] if rng.random() < 0.95 else rng.choice("MFX")).replace("X", "<"),
           "name": vary(rng, person["name"])}
    elsewhere = rng.choice(DESTINATIONS + ["JPN"])
    context = {"direction": "RETURN" if rng.random() < 0.12 else "DEPARTURE",
               "dest_country": person["dest"] if rng.random() < 0.8 else elsewhere,
               "purpose_declared": rng.choice(PURPOSES + ["WORK"] * 12),
               "category": rng.choice(PURPOSES) if rng.random() < 0.35 else None}
    if rng.random() < 0.1:  # what nobody knows is left out, or null
        key = rng.choice(["dest_country", "purpose_declared", "category"])
        context = {**context, key: None} if rng.random() < 0.5 else \
            {name: value for name, value in context.items() if name != key}
    form = rng.choice(["TD3"] * 7 + ["TD1", "TD1", "TD2"])
    return {"id": ident, "lines": mrz(form, doc), "context": context}


# ---- policy -------------------------------------------------------------------------------------

def make_licences(rng, today):
    """Each company's licence in consecutive periods, the last one open or ended about now."""
    rows = []
    for number in range(1, 5):
        start = shift(today, -rng.randint(20, 60))
        while start is not None:
            end = None if rng.random() < 0.5 else max(start, around(rng, today))
            rows.append({"id": f"SIP3MI-{number:04}", "name": f"PT Contoh {number}",
                         "status": rng.choice(["ACTIVE", "ACTIVE", "SUSPENDED", "REVOKED"]),
                         "from": str(start), "to": end and str(end),
                         "decision_no": f"K-{len(rows)}"})
            more = end is not None and rng.random() < 0.7
            start = end + datetime.timedelta(days=1) if more else None
    return rows


def make_destinations(rng, today):
    rows = []
    for _ in range(rng.randint(0, 6)):
        start, end = period(rng, today)
        rows.append({"country": rng.choice(DESTINATIONS),
                     "employer_type": rng.choice([None, None] + EMPLOYERS),
                     "occupation": rng.choice([None, None] + OCCUPATIONS),
                     "scheme": rng.choice([None, None, None] + SCHEMES), "from": str(start),
                     "to": rng.choice([None, str(end)]), "effect": rng.choice(["BLOCK", "REFER"]),
                     "except_schemes": rng.sample(SCHEMES, rng.choice([0, 0, 2, 5])),
                     "legal_ref": "Kepmenaker 260/2015"})
    return rows


def make_colours(rng):
    """None, a few at random, or nearly all green: only then does it show what never clears."""
    lenient = {code: "GREEN" for code in COLOURED if rng.random() < 0.9}
    few = {code: rng.choice(["GREEN", "AMBER", "RED"]) for code in rng.sample(COLOURED, 5)}
    return rng.choice([{}, {}, few, lenient])


def make_policy(rng, today):
    hours = {site: {kind: rng.choice([0, 24, 72, 2160]) for kind in ("placements", "lists")}
             for site in ("online", "remote")}
    return {"version": 12, "issued": "2026-01-01T00:00:00Z", "staleness_hours": hours,
            "passport_min_validity_months": rng.choice([6, 6, 6, 3, 0]),
            "min_work_age_years": rng.choice([18, 18, 21]), "double_scan_s": 120,
            "retention_days": {"payload_after_receipt": 30, "double_scan_hash": 180},
            "documents": [{"scheme": scheme, "required": rng.sample(DOCUMENTS, rng.randint(1, 9))}
                          for scheme in rng.sample(SCHEMES, rng.randint(0, 7))],
            "p3mi": make_licences(rng, today), "destinations": make_destinations(rng, today),
            "reason_colours": make_colours(rng),
            "prompts": [], "regions": [], "tpi": [], "officers": [], "texts": []}


# ---- a world ------------------------------------------------------------------------------------

def make_as_of(rng, today):
    """When the data were current: unsaid, or to the second beside a limit of some site."""
    if rng.random() < 0.5:
        return None
    midnight = datetime.datetime.combine(today, datetime.time())
    seconds = rng.choice([0, 24, 72, 2160]) * 3600 + rng.choice([-1, 0, 1])
    return (midnight - datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def make_world(rng, people_max, queries_each):
    today = datetime.date.fromisoformat(rng.choice(DATES))
    numbers = [f"E{n:06}" for n in range(people_max // 2)]
    people = [make_person(rng, today, number, numbers) for number in range(people_max)]
    placements, lists, queries = [], [], []
    for person in people:
        own = [make_placement(rng, today, person, len(placements) + n)
               for n in range(rng.choice([0, 1, 1, 1, 2, 2, 3, 4]))]
        placements += own
        lists += [make_listed(rng, today, person, own)
                  for _ in range(rng.choice([0, 0, 0, 0, 1, 2]))]
        queries += [make_query(rng, today, person, f"q{len(queries) + n}")
                    for n in range(queries_each)]
    if placements:  # one record whose age nobody knows; two would leave open which is the newer
        del rng.choice(placements)["rec_updated_at"]
    return {"date": today, "site": rng.choice(["online", "remote"]),
            "as_of": make_as_of(rng, today), "policy": make_policy(rng, today),
            "placements": placements, "lists": lists, "queries": queries}
