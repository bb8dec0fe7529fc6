"""The labelled table tests/data/name_pairs.tsv: the name on a document and the name in a record, and
how they must be graded. The people are made up.

    python3 tests/system/name_pairs.py     writes the file anew

The labels are said here by hand, for each kind of pair; where the oracle says otherwise, the table
is not written. `by_number` is the grade where a number found the record, `by_name` where name and
birth date have to (NONE: they don't).
"""
import pathlib

from name_oracle import WIDTH, grade, grade_by_name

FILE = pathlib.Path(__file__).resolve().parents[1] / "data" / "name_pairs.tsv"
COLUMNS = ["kind", "format", "zone", "birth", "sex", "record_mrz", "record_full", "record_birth",
           "record_sex", "by_number", "by_name"]
PERSON = {"format": "TD3", "birth": "980412", "sex": "F", "record_birth": "1998-04-12",
          "record_sex": "F"}

EXACT, FOUND = ("EXACT", "EXACT"), ("NEAR", "NEAR")
NEAR = ("NEAR", "NONE")  # a word in common, not enough to be found by
CONFLICT = ("CONFLICT", "NONE")


def zone(name):
    """A name as an MRZ prints it: the last word is the primary identifier."""
    *first, last = name.upper().split()
    return last + ("<<" + "<".join(first) if first else "")


def pair(kind, labels, document, mrz="", full="", **more):
    assert mrz or full
    return {**PERSON, "kind": kind, "zone": document, "record_mrz": mrz, "record_full": full,
            "by_number": labels[0], "by_name": labels[1], **more}


ONE_NAMES = """Suharto Sukarni Wagimin Paijem Ngatini Tukiyem Sumarno Kasmi Sutrisno Rohani
    Waluyo Marsinah""".split()

FULL_NAMES = """Siti Rahmawati|Agus Supriyadi|Dewi Anggraini|Budi Wijaya|Putri Lestari|Nur Hidayah
    |Joko Santoso|Sri Wahyuni|Ahmad Fauzi|Rina Marlina|Yohanes Bria|Maria Goreti Seran
    |Siti Nurhaliza Rahmawati|Muhammad Rizki Ramadhan|I Made Oka Wirawan|Ni Luh Putu Sariani
    |Andi Baso Mappasessu|Teuku Rahmat Hidayat Syah|Raden Ajeng Dwi Rahayu Kusuma
    |Baiq Lale Husnul Khotimah|La Ode Muh Safar|Sitorus Togar Parulian""".split("|")

# Every pair of the contract, in names that are written both ways.
SPELLINGS = {
    "oe/u": "SOEHARTO/SUHARTO SOEKARNI/SUKARNI BOEDI/BUDI NOERHAYATI/NURHAYATI "
            "POERWANTO/PURWANTO AGOES/AGUS SOEEB/SUEB",
    "dj/j": "DJOKO/JOKO DJAMALUDIN/JAMALUDIN SUDJONO/SUJONO HARDJO/HARJO DJUNAEDI/JUNAEDI",
    "tj/c": "TJIPTO/CIPTO TJANDRA/CANDRA SUTJIPTO/SUCIPTO TJOKRO/COKRO TJAHAJANI/CAHAJANI",
    "sy/s": "SYAMSUL/SAMSUL SYARIF/SARIF AISYAH/AISAH SYAIFUL/SAIFUL",
    "sj/s": "SJAFRI/SAFRI SJAHRIR/SAHRIR SJAMSIAH/SAMSIAH",
    "sj/sy": "SJARIFUDIN/SYARIFUDIN SJAFEI/SYAFEI",
    "ch/h": "ACHMAD/AHMAD CHAIRUL/HAIRUL MOCHTAR/MOHTAR FACHRI/FAHRI NURCHOLIS/NURHOLIS",
    "kh/h": "KHAIRUL/HAIRUL AKHMAD/AHMAD KHADIJAH/HADIJAH FAKHRI/FAHRI",
    "ch/kh": "CHOIRUL/KHOIRUL CHUSNUL/KHUSNUL",
    "dh/d": "DHARMA/DARMA BUDHI/BUDI WIDHI/WIDI RAMADHAN/RAMADAN DHANI/DANI",
    "th/t": "THAMRIN/TAMRIN MARTHA/MARTA FATHIMAH/FATIMAH THALIB/TALIB",
    "v/f": "NOVITA/NOFITA VERAWATI/FERAWATI SILVIA/SILFIA EVENDI/EFENDI",
    "y/i": "SUPRYANTO/SUPRIANTO RUDY/RUDI SETYAWAN/SETIAWAN ANDY/ANDI YANTI/IANTI",
    "iy/i": "SUPRIYANTO/SUPRIANTO RIYANTI/RIANTI MULIYADI/MULIADI SETIYO/SETIO",
    "y/iy": "SETYONO/SETIYONO MULYADI/MULIYADI RYANTO/RIYANTO",
    "ie/i": "DEWIE/DEWI ARIEF/ARIF LATIEF/LATIF SUTARTIE/SUTARTI HANIEF/HANIF",
    "double/one": "MUHAMMAD/MUHAMAD ABDULLAH/ABDULAH ANNISA/ANISA JANNAH/JANAH HASSAN/HASAN "
                  "NURRAHMAN/NURAHMAN",
    "several": "SOETJIPTO/SUCIPTO SJAMSOEDDIN/SAMSUDIN MOECHTAR/MUHTAR BOEDHIE/BUDI "
               "SARIYEM/SARIEM SARYEM/SARIM NOERDJANNAH/NURJANAH SOERYADHIE/SURIADI YENNY/YENI "
               "TJOETNJAK/CUTNJAK HARRY/HARI DJOEHARDJO/JUHARJO SYAFRUDDIN/SJAFRUDIN",
}

# Written alike, but by no pair of the contract.
STRANGERS = """MUHAMMAD/MOHAMMAD JUSUF/YUSUF SITI/SETI CANDRA/CHANDRA KARTINI/CARTINI QADIR/KADIR
    ZAENAL/ZAINAL RIZKY/RISKI PUTRA/PUTRI ROHMAN/RAHMAN UMAR/OMAR SUPRIYADI/SUPRIYANTO
    BUDI/BUDIONO FAUZAN/FAUZI NURAINI/NURAENI CHRISTINA/KRISTINA DEWI/DEVI AISYAH/AISIAH
    SOEEB/SUB SUHARTO/SUHARTI ANDI/ANDIKA""".split()


def spellings():
    for kind, names in SPELLINGS.items():
        for old, new in (couple.split("/") for couple in names.split()):
            yield pair(f"spelling {kind}", FOUND, old, full=new.title())
            yield pair(f"spelling {kind}, the other way", FOUND, f"{new}<<SRI",
                       mrz=f"{old} SRI", full=f"Sri {old.title()}")
    for one, other in (couple.split("/") for couple in STRANGERS):
        yield pair("no pair of spellings", CONFLICT, one, full=other.title())
        yield pair("no pair of spellings, a word shared", NEAR, f"{one}<<TRI",
                   mrz=f"{other} TRI")


def orders():
    for name in ONE_NAMES:
        yield pair("one name", EXACT, name.upper(), mrz=name.upper(), full=name)
    for name, other in zip(ONE_NAMES, ONE_NAMES[1:]):
        yield pair("one name, another's", CONFLICT, name.upper(), full=other)
    for name in map(str.strip, FULL_NAMES):
        yield pair("last word first", EXACT, zone(name), full=name)
        yield pair("all in the primary", EXACT, name.upper().replace(" ", "<"), full=name)
    for name in map(str.strip, FULL_NAMES[:6]):
        yield pair("lower case", EXACT, zone(name), full=name.lower())
        yield pair("the MRZ's name in the record", EXACT, zone(name),
                   mrz=zone(name).replace("<<", " "), full="Nama Lain")
    yield pair("a word said twice", EXACT, "SITI<<SITI<AMINAH", full="Siti Aminah")
    yield pair("the better name counts", EXACT, "ACHMAD<<ALI", mrz="AHMAD ALI", full="Ali Achmad")
    yield pair("the better name counts", FOUND, "ACHMAD<<ALI", mrz="WIJAYA BUDI", full="Ali Ahmad")


def lengths():
    for name in ["Siti Nurhaliza Rahmawati", "Muhammad Rizki Ramadhan", "Sri Wahyu Ningsih",
                 "Maria Goreti Seran", "Ni Luh Putu Sariani", "Andi Baso Mappasessu"]:
        parts = name.split()
        yield pair("the record has a word more", FOUND, zone(" ".join(parts[:-1])), full=name)
        yield pair("the document has a word more", FOUND, zone(name), full=" ".join(parts[1:]))
        yield pair("one word of several", NEAR, zone(parts[0]), full=name)
        yield pair("several, one in the record", NEAR, zone(name), full=parts[-1])
    yield pair("a word more, spelled otherwise", FOUND, "RACHMAWATI<<SITI",
               full="Siti Noer Rahmawati")
    yield pair("two shared, each has another", NEAR, "RAHMAWATI<<SITI<AYU",
               full="Siti Dewi Rahmawati")
    yield pair("one word written as two", CONFLICT, "NURHALIZA", full="Nur Haliza")
    yield pair("one word written as two, another shared", NEAR, "NURHALIZA<<SITI", full="Siti Nur Haliza")


def punctuation():
    for labels, document, record in [
            (EXACT, "QURANI<<NURUL", "Nurul Qur'ani"), (EXACT, "QURANI<<NURUL", "Nurul Qur’ani"),
            (EXACT, "QURANI<<NURUL", "Nurul Qurʼani"), (EXACT, "MAULA<<NIMATUL", "Ni`matul Maula"),
            (EXACT, "JUMAT<<SITI", "Siti Jum'at"), (EXACT, "ALHABSYI<<ALI", "Ali Al-Habsyi"),
            (EXACT, "ALHABSYI<<ALI", "Ali Al‑Habsyi"), (EXACT, "MAEMUN", "Ma'emun"),
            (EXACT, "ROSI<<ANA<MARIA", "Ana. Maria Rosi"),
            (EXACT, "YUSUF<<M", "M.Yusuf"), (EXACT, "YUSUF<<M", "M. Yusuf"),
            (EXACT, "AZIZ<<A<W", "A.W. Aziz"), (EXACT, "HASAN<<ALI", "Ali  Hasan "),
            (EXACT, "HASAN<<ALI", "Hasan, Ali"), (EXACT, "HASAN<<ALI", "Ali/Hasan"),
            (NEAR, "HABSYI<<ALI<AL", "Ali Al-Habsyi"), (CONFLICT, "AL<HABSYI", "Al-Habsyi"),
            (NEAR, "MARIA<<ANA<ROSI", "Ana-Maria Rosi"), (CONFLICT, "QUR<ANI", "Qur'ani")]:
        yield pair("punctuation", labels, document, full=record)
    for labels, document, record in [
            (EXACT, "ANDRES", "Andrés"), (EXACT, "ANDRES", "Andre\u0301s"),
            (EXACT, "MUELLER<<ANA", "Ana Müller"), (EXACT, "MUNOZ<<JOSE", "José Muñoz"),
            (EXACT, "FRANCOIS", "François"), (EXACT, "OEYVIND", "Øyvind"),
            (EXACT, "STRASSE<<ANA", "Ana Straße"), (EXACT, "AAGE<<AEGIR", "Ægir Åge"),
            (EXACT, "ZOE", "zoë"), (NEAR, "MULLER<<ANA", "Ana Müller"),
            (CONFLICT, "MULLER", "Müller")]:
        yield pair("letters with marks", labels, document, full=record)


def titles():
    for labels, document, record in [
            (FOUND, "FAUZI<<AHMAD", "H. Ahmad Fauzi"), (FOUND, "AMINAH<<SITI", "Hj. Siti Aminah"),
            (FOUND, "SANTOSO<<BUDI", "Budi Santoso, S.Pd."), (NEAR, "SUHARTO", "Drs. Suharto"),
            (FOUND, "WIJAYA<<BUDI", "Ir. Budi Wijaya, M.T."), (NEAR, "WARTINI", "Bidan Wartini"),
            (FOUND, "FAUZI<<HAJI<AHMAD", "Ahmad Fauzi"), (NEAR, "FAUZI<<HAJI<AHMAD", "H. Ahmad Fauzi"),
            (EXACT, "AMINAH<<HJ<SITI", "Hj. Siti Aminah")]:
        yield pair("title", labels, document, full=record)
    for labels, document, record in [
            (NEAR, "YUSUF<<M", "Muhammad Yusuf"), (NEAR, "YUSUF<<MUHAMMAD", "M. Yusuf"),
            (NEAR, "HAKIM<<ABDUL<RAHMAN", "A. Rahman Hakim"), (NEAR, "HIDAYAT<<T<R", "Taufik Rahmat Hidayat"),
            (FOUND, "YUSUF<<MUHAMMAD<A", "Muhammad Yusuf"), (NEAR, "MUH<<ALI", "Muhammad Ali"),
            (CONFLICT, "M", "Muhammad"), (CONFLICT, "S<<B", "Budi Santoso")]:
        yield pair("initials", labels, document, full=record)


def families():
    for labels, one, other in [
            (NEAR, "Budi Wijaya", "Agus Wijaya"), (NEAR, "Dewi Lestari", "Dwi Lestari"),
            (NEAR, "Siti Aisyah Nasution", "Siti Aminah Nasution"), (NEAR, "Hasan Basri", "Husein Basri"),
            (NEAR, "Putri Ayu Lestari", "Putri Dewi Lestari"), (NEAR, "Ana Seran", "Ani Seran"),
            (NEAR, "Nur Aini", "Nur Aina"), (NEAR, "Ni Made Sari", "Ni Nyoman Sari"),
            (NEAR, "I Gede Oka Putra", "I Gede Eka Putra"), (NEAR, "Rina Sitorus", "Rini Sitorus"),
            (NEAR, "La Ode Amir", "La Ode Umar"), (FOUND, "Siti Nur", "Siti Nur Hasanah"),
            (CONFLICT, "Parno", "Parni"), (CONFLICT, "Hasan", "Husein"),
            (CONFLICT, "Sugeng Riyadi", "Slamet Raharjo")]:
        yield pair("twins", labels, zone(one), full=other)
        yield pair("twins, the other way", labels, zone(other), full=one)
        yield pair("siblings of two birth days", CONFLICT, zone(one), full=other,
                   record_birth="2000-02-29")
        yield pair("brother and sister", CONFLICT, zone(one), full=other, record_sex="M")


def persons():
    for kind, more in [
            ("another day", {"record_birth": "1998-04-13"}),
            ("day and month exchanged", {"record_birth": "1998-12-04"}),
            ("another year", {"record_birth": "1989-04-12"}),
            ("another sex", {"record_sex": "M"}), ("sex not said", {"sex": "<"}),
            ("sex not said in the record", {"record_sex": "X"}),
            ("day of birth not printed", {"birth": "9804<<"}),
            ("month of birth not printed", {"birth": "98<<<<"}),
            ("birth not printed", {"birth": "<<<<<<"})]:
        yield pair(kind, CONFLICT, "RAHMAWATI<<SITI", full="Siti Rahmawati", **more)
        yield pair(kind, CONFLICT, "SOEHARTO", full="Suharto", **more)
    yield pair("sex said by neither", EXACT, "RAHMAWATI<<SITI", full="Siti Rahmawati", sex="<",
               record_sex="X")


LONG = "Raden Ajeng Dewi Rahayuning Kusumaningrum Soerjokoesoemo"
LONGEST = "Soerjokoesoemodiningratkusumaningrumwati"  # longer than any field


def truncations():
    for form, width in WIDTH.items():
        printed = zone(LONG)
        for kind, labels, name, record, n in [
                ("cut in a word", ("EXACT", "NONE"), printed, LONG, width),
                ("full but for a column", NEAR, printed, LONG, width - 1),
                ("cut, another order in the record", ("EXACT", "NONE"), printed,
                 "Dewi Kusumaningrum Rahayuning Soerjokoesoemo Ajeng Raden", width),
                ("cut, the last word begins none", NEAR, printed[:width - 3] + "QQQ", LONG, width),
                ("cut, an earlier word differs", NEAR, "Q" + printed[1:], LONG, width),
                ("cut, of one name", ("EXACT", "NONE"), LONGEST.upper(), LONGEST, width),
                ("cut, of one name, another's", CONFLICT, LONGEST.upper(),
                 "Soerjokoesoemadiningratkusumaningrumwati", width)]:
            yield pair(f"{form}: {kind}", labels, name[:n], full=record, format=form)
        # Words that end with the field: the last one whole, and others perhaps left out.
        head = "WIJAYANTI<<SITI<NUR<"
        last = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:width - len(head)]
        yield pair(f"{form}: full, nothing left out", EXACT, head + last,
                   full=f"Siti Nur {last.title()} Wijayanti", format=form)
        yield pair(f"{form}: full, words left out", EXACT, head + last,
                   full=f"Siti Nur {last.title()} Dewi Wijayanti", format=form)
        yield pair(f"{form}: full, a word less in the record", FOUND, head + last,
                   full="Siti Nur Wijayanti", format=form)
        yield pair(f"{form}: full, spelled otherwise", NEAR, head + last[:-1] + "Q",
                   full=f"Sitie Nur {last.title()} Wijayanti", format=form)
        yield pair(f"{form}: full, another birth", CONFLICT, head + last, format=form,
                   full=f"Siti Nur {last.title()} Wijayanti", record_birth="1998-04-11")
        yield pair(f"{form}: full, a cut twin", NEAR, head + "D" + last[1:], format=form,
                   full="Siti Nur Endang Wijayanti")
        yield pair(f"{form}: the record as short as the passport", EXACT, printed[:width],
                   mrz=printed[:width].replace("<<", " ").replace("<", " "), format=form)
        yield pair(f"{form}: short", EXACT, "ROHANI<<SITI", full="Siti Rohani", format=form)


def rows():
    return [row for kind in (orders, spellings, lengths, punctuation, titles, families, persons,
                             truncations) for row in kind()]


def check(row):
    said, judged = (row["by_number"], row["by_name"]), (grade(row), grade_by_name(row))
    assert said == judged, f"{row}: {judged}"


def table():
    made = rows()
    for row in made:
        check(row)
    lines = ["\t".join(COLUMNS), *("\t".join(row[name] for name in COLUMNS) for row in made)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8")
