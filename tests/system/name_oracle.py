"""What the file contract's "Names" and "Finding" mean, a second time: in Python, from the contract's
words, not from the C code that is held against it.

`grade` is how the person of a document and of a record are graded where the number found the record,
`grade_by_name` where name and birth date have to find it.
"""
import itertools
import re
import unicodedata

# The columns of a name field (ICAO Doc 9303 parts 4, 5 and 6).
WIDTH = {"TD3": 39, "TD2": 31, "TD1": 30}

# Letters that ICAO Doc 9303-3, section 6, writes otherwise than without their mark.
LETTERS = {"Ä": "AE", "Æ": "AE", "Å": "AA", "Ö": "OE", "Ø": "OE", "Ü": "UE", "ß": "SS", "Þ": "TH",
           "Ð": "D"}

# "*Spelling folded* also maps: ...", in the contract's order.
SPELLINGS = [("OE", "U"), ("DJ", "J"), ("TJ", "C"), ("SY", "S"), ("SJ", "S"), ("CH", "H"),
             ("KH", "H"), ("DH", "D"), ("TH", "T"), ("V", "F"), ("IY", "I"), ("Y", "I"),
             ("IE", "I")]


def words(name):
    text = unicodedata.normalize("NFC", name)
    text = "".join(LETTERS.get(letter.upper(), LETTERS.get(letter, letter)) for letter in text)
    text = unicodedata.normalize("NFKD", text.upper())
    text = "".join(c for c in text if not unicodedata.combining(c))
    return set(re.sub(r"[^A-Z0-9]", " ", re.sub(r"['`’‘ʼ‐‑-]", "", text)).split())


def fold(word):
    before = None
    while word != before:
        before = word
        for written, letter in SPELLINGS:
            word = word.replace(written, letter)
        word = re.sub(r"(.)\1+", r"\1", word)
    return word


def folded(name):
    return {fold(word) for word in words(name)}


def is_truncation(form, zone, record):
    """The name fills its field, and the record's words, in some order, go on where it ends."""
    if len(zone.rstrip("<")) < WIDTH[form]:
        return False
    printed = " ".join(zone.replace("<", " ").split())
    n = len(printed.split())
    return any(" ".join(order).startswith(printed)
               for order in itertools.permutations(words(record), n))


def names_of(row):
    return [name for name in (row["record_mrz"], row["record_full"]) if words(name)]


def same_person(row):
    """Birth date (two digits of the year are enough here) and sex; an unknown part is not the same."""
    year, month, day = row["record_birth"].split("-")
    sex = {"<": "X"}.get(row["sex"], row["sex"])
    return row["birth"] == year[2:] + month + day and sex == row["record_sex"]


def grade(row):
    if not same_person(row):
        return "CONFLICT"
    ours = row["zone"].replace("<", " ")
    for name in names_of(row):
        if words(ours) and (words(ours) == words(name) or
                            is_truncation(row["format"], row["zone"], name)):
            return "EXACT"
    return "NEAR" if any(folded(ours) & folded(name) for name in names_of(row)) else "CONFLICT"


def grade_by_name(row):
    ours = folded(row["zone"].replace("<", " "))
    found = any(ours == theirs or (len(ours & theirs) >= 2 and (ours <= theirs or theirs <= ours))
                for theirs in map(folded, names_of(row)))
    return grade(row) if found and same_person(row) else "NONE"
