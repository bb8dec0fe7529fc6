"""The desk's sample data: fictional people, their documents, what the ministry knows of them, and the
policy and lists they are judged by.

Tables of people first, then how they become files. Everything is dated from the day it is made, so
that the demo shows the same verdicts on any day. Check digits are computed here by ICAO 9303-3, 4.9,
apart from the code that will read them.
"""
import calendar
import dataclasses
import datetime as dt
import json
import pathlib

DOCUMENTS_ALL = [
    "competence", "health", "passport", "visa", "placement_agreement", "contract", "jkn",
    "jkk_jkm", "opp"]


def add_months(day, months):
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return day.replace(year=year, month=month, day=min(day.day,
                                                       calendar.monthrange(year, month)[1]))


@dataclasses.dataclass(frozen=True)
class In:
    """A day so far from the day of the demo; negative: before it."""
    days: int = 0
    months: int = 0

    def on(self, today):
        return add_months(today, self.months) + dt.timedelta(days=self.days)


@dataclasses.dataclass(frozen=True)
class Person:
    """Somebody at the counter: what their passport says, and what the ministry knows (or not)."""
    name: str                    # on the desk, of this document
    title: str                   # ... as its drawer shows it
    what: str                    # ... and what is to be seen
    number: str
    primary: str                 # the name's parts, as the MRZ has them
    secondary: str
    age: int
    sex: str
    expiry: In = In(months=60)
    records: tuple = ({},)       # placements: what differs from an ordinary one of this document
    listed: tuple = ()           # rows of lists: what they hold besides kind and issuer
    damage: str = ""             # what the reader sends instead: a key of DAMAGES

    def birth(self, today):
        return In(months=-12 * self.age, days=-40).on(today)

    def lines(self, today):
        return td3(self.number, self.primary, self.secondary, self.birth(today), self.sex,
                   self.expiry.on(today))


    def form(self, today):
        """What an officer types of a document without an MRZ."""
        return {"type": "SPLP", "number": self.number, "number_check": "", "country": "IDN",
                "nationality": "IDN", "name": f"{self.secondary} {self.primary}", "sex": self.sex,
                "birth": str(self.birth(today)), "expiry": str(self.expiry.on(today)), "nik": ""}


def without(*names):
    return {"documents": [name for name in DOCUMENTS_ALL if name not in names]}


HOUSEHOLD = {"employer_type": "INDIVIDUAL", "employer_name": "Keluarga Contoh",
             "occupation": "Asisten rumah tangga"}
BY_NAME = object()  # a listed row that is found by name and birth date alone

PEOPLE = {
    "Lancar": (
        Person("siti", "Siti Nurhaliza Rahmawati", "penempatan cocok",
               "X0000001", "RAHMAWATI", "SITI NURHALIZA", 28, "F",
               records=(HOUSEHOLD | {"dest_country": "TWN", "occupation": "Perawat lansia",
                                     "origin_region": "3204"},)),
        Person("suharto", "Suharto", "cuti, kembali ke majikan yang sama",
               "X0000104", "SUHARTO", "", 41, "M",
               records=({"status": "ON_LEAVE", "scheme": "REENTRY", "passport_prev": ["B0000004"],
                         "dest_country": "KOR", "visa_type": "REENTRY", "origin_region": "5201"},)),
        Person("laras", "Ning Larasati", "moratorium, dikecualikan lewat SPSK",
               "X0000020", "LARASATI", "NING", 32, "F",
               records=(HOUSEHOLD | {"dest_country": "SAU", "scheme": "SPSK"},)),
        Person("maya", "Maya Kusuma", "wisatawan: petugas memilih keperluan",
               "X0000014", "KUSUMA", "MAYA", 24, "F", records=()),
        Person("wayan", "I Wayan Sudarma", "pulang: pilih arah Pulang",
               "X0000015", "I WAYAN SUDARMA", "", 38, "M",
               records=({"status": "ACTIVE", "dest_country": "JPN", "occupation": "Awak kapal"},)),
    ),
    "Penempatan": (
        Person("agus", "Agus Supriadi", "ejaan nama berbeda di data",
               "X0000003", "SUPRIADI", "AGUS", 37, "M",
               records=({"name_full": "Agus Supriyadi", "name_mrz": "SUPRIYADI AGUS",
                         "occupation": "Pekerja perkebunan", "origin_region": "3510"},)),
        Person("hendra", "Hendra Gunawan", "tanggal lahir berbeda dari data",
               "X0000013", "GUNAWAN", "HENDRA", 29, "M",
               records=({"birth_date": In(months=-12 * 31, days=-40), "dest_country": "KOR"},)),
        Person("suharto-old", "Suharto, paspor lama", "data memuat paspor yang lebih baru",
               "B0000004", "SUHARTO", "", 41, "M", In(months=20), records=()),
        Person("tuti", "Tuti Handayani", "paspor baru: ketemu lewat nama",
               "X0000121", "HANDAYANI", "TUTI", 36, "F",
               records=({"passport_no": "X0000021", "dest_country": "HKG"},)),
        Person("budi", "Budi Wijaya", "tidak ada catatan penempatan",
               "X0000099", "WIJAYA", "BUDI", 31, "M", records=()),
        Person("galih", "Galih Prakoso", "dua penempatan berlaku sekaligus",
               "X0000022", "PRAKOSO", "GALIH", 34, "M", records=({}, {"dest_country": "BRN"})),
        Person("eko", "Eko Nugroho", "penempatan masih dalam proses",
               "X0000023", "NUGROHO", "EKO", 25, "M", records=({"status": "IN_PROCESS"},)),
        Person("dewi", "Dewi Anggraini", "penempatan dibatalkan",
               "X0000002", "ANGGRAINI", "DEWI", 26, "F",
               records=(HOUSEHOLD | {"status": "CANCELLED", "dest_country": "HKG",
                                     "origin_region": "3329"},)),
        Person("fitri", "Fitri Andayani", "masa keberangkatan belum mulai",
               "X0000024", "ANDAYANI", "FITRI", 27, "F",
               records=({"window_from": In(days=12), "dest_country": "TWN"},)),
        Person("slamet", "Slamet Riyanto", "penempatan ke Malaysia, berangkat ke Jepang",
               "X0000025", "RIYANTO", "SLAMET", 39, "M"),
    ),
    "Paspor": (
        Person("rina", "Rina Marlina", "paspor habis berlaku",
               "X0000010", "MARLINA", "RINA", 33, "F", In(days=-3),
               records=({"dest_country": "SGP", "occupation": "Perawat lansia"},)),
        Person("joko", "Joko Santoso", "paspor berlaku tiga bulan lagi",
               "X0000011", "SANTOSO", "JOKO", 45, "M", In(months=3),
               records=({"dest_country": "JPN", "occupation": "Juru las"},)),
        Person("ayu", "Ayu Permatasari", "paspor dilaporkan hilang",
               "X0000026", "PERMATASARI", "AYU", 29, "F",
               listed=({"kind": "DOCUMENT_LOST", "from": In(days=-50)},)),
        Person("splp", "Ratna Dewi, SPLP tanpa MRZ", "tombol 3, ketik SP0000019, lahir {birth:%d %m %Y}",
               "SP0000019", "DEWI", "RATNA", 44, "F", damage="no MRZ",
               records=({"occupation": "Pekerja kebun"},)),
        Person("lookalike", "Sekar Melati, salah baca", "usulan: bandingkan, lalu tombol 2",
               "X0000017", "MELATI", "SEKAR", 30, "F", damage="look-alike",
               records=({"dest_country": "SGP", "occupation": "Perawat lansia"},)),
        Person("blurred", "Intan Permata, buram", "digit pemeriksa tidak cocok",
               "X0000016", "PERMATA", "INTAN", 27, "F", damage="blurred", records=()),
        Person("worn", "Yoga Pratama, halaman aus", "ada karakter yang tidak terbaca",
               "X0000018", "PRATAMA", "YOGA", 35, "M", damage="worn", records=()),
        Person("visa", "Visa, bukan paspor", "minta halaman data paspor",
               "M0000001", "MELATI", "SEKAR", 30, "F", damage="visa", records=()),
    ),
    "Syarat": (
        Person("putri", "Putri Lestari", "umur tujuh belas tahun, hendak bekerja",
               "X0000012", "LESTARI", "PUTRI", 17, "F", records=(HOUSEHOLD,)),
        Person("yanti", "Yanti Susilowati", "visa kerja habis kemarin",
               "X0000027", "SUSILOWATI", "YANTI", 30, "F",
               records=({"visa_expiry": In(days=-1), "dest_country": "TWN"},)),
        Person("bayu", "Bayu Hermawan", "perjanjian kerja sudah berakhir",
               "X0000028", "HERMAWAN", "BAYU", 33, "M",
               records=({"contract_start": In(months=-24), "contract_end": In(days=-40)},)),
        Person("ratih", "Ratih Wulandari", "belum OPP", "X0000029", "WULANDARI", "RATIH", 22, "F",
               records=(without("opp") | {"dest_country": "SGP"},)),
        Person("dimas", "Dimas Saputra", "jaminan sosial berakhir kemarin",
               "X0000030", "SAPUTRA", "DIMAS", 28, "M",
               records=({"bpjstk_until": In(days=-1), "dest_country": "KOR"},)),
        Person("endah", "Endah Pratiwi", "dua sertifikat belum ada",
               "X0000031", "PRATIWI", "ENDAH", 24, "F",
               records=(without("competence", "health") | {"dest_country": "HKG"},)),
    ),
    "P3MI, tujuan": (
        Person("iwan", "Iwan Setiadi", "P3MI dibekukan", "X0000032", "SETIADI", "IWAN", 31, "M",
               records=({"p3mi_id": "SIP3MI-0002"},)),
        Person("mega", "Mega Kartika", "izin P3MI dicabut", "X0000033", "KARTIKA", "MEGA", 26, "F",
               records=({"p3mi_id": "SIP3MI-0003", "dest_country": "TWN"},)),
        Person("tono", "Tono Subagyo", "P3MI tidak dikenal", "X0000034", "SUBAGYO", "TONO", 42, "M",
               records=({"p3mi_id": "SIP3MI-0999"},)),
        Person("lina", "Lina Kurniasih", "moratorium: rumah tangga di Arab Saudi",
               "X0000035", "KURNIASIH", "LINA", 35, "F",
               records=(HOUSEHOLD | {"dest_country": "SAU"},)),
        Person("reza", "Reza Firmansyah", "tanpa penempatan, bekerja di Kamboja",
               "X0000036", "FIRMANSYAH", "REZA", 23, "M", records=()),
    ),
    "Daftar": (
        Person("indah", "Indah Puspita", "kemarin ditunda di TPI lain",
               "X0000037", "PUSPITA", "INDAH", 25, "F",
               listed=({"kind": "DEFERRAL", "from": In(days=-1), "issued_by": "TPI-TELUK",
                        "reason": "R025"},)),
        Person("rudi", "Rudi Hartanto", "Subject of Interest",
               "X0000038", "HARTANTO", "RUDI", 40, "M",
               listed=({"kind": "SOI", "from": In(days=-90)},)),
        Person("hasan", "Hasan Basuki", "pernah dideportasi, dengan paspor lain",
               "X0000039", "BASUKI", "HASAN", 36, "M",
               listed=({"kind": "DEPORTED", "from": In(days=-200), "by": BY_NAME},)),
        Person("nurul", "Nurul Azizah", "pulang, ada pengaduan terbuka",
               "X0000040", "AZIZAH", "NURUL", 29, "F",
               records=({"status": "ACTIVE", "dest_country": "TWN"},),
               listed=({"kind": "COMPLAINT", "from": In(days=-15), "issued_by": "KP2MI"},)),
        Person("teguh", "Teguh Wibowo", "keluarga melapor",
               "X0000041", "WIBOWO", "TEGUH", 32, "M", records=({"hold": "FAMILY_REPORT"},)),
    ),
}

P3MI = (
    ("SIP3MI-0001", "PT Contoh Satu", "ACTIVE", "2020-01-01", None, "K-100/2020"),
    ("SIP3MI-0002", "PT Contoh Dua", "ACTIVE", "2019-01-01", In(days=-31), "K-90/2019"),
    ("SIP3MI-0002", "PT Contoh Dua", "SUSPENDED", In(days=-30), None, "K-210"),
    ("SIP3MI-0003", "PT Contoh Tiga", "ACTIVE", "2018-01-01", In(days=-101), "K-31/2018"),
    ("SIP3MI-0003", "PT Contoh Tiga", "REVOKED", In(days=-100), None, "K-180"),
)
DESTINATIONS = (
    {"country": "SAU", "employer_type": "INDIVIDUAL", "effect": "BLOCK", "from": "2015-07-01",
     "except_schemes": ["SPSK", "REENTRY"], "legal_ref": "Kepmenaker 260/2015"},
    {"country": "KHM", "effect": "REFER", "from": "2020-01-01", "legal_ref": "Imbauan KP2MI"},
)
REQUIRED = {
    "P2P": ["competence", "health", "passport", "visa", "placement_agreement", "contract",
            "jkk_jkm", "opp"],
    "SPSK": ["passport", "visa", "contract", "jkk_jkm", "opp"],
    "REENTRY": ["passport", "visa", "contract"],
}


# ---- documents -------------------------------------------------------------------------------


def check_digit(text):
    value = {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}
    return str(sum(value[c] * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


def td3(number, primary, secondary, birth, sex, expiry, country="IDN"):
    """The two lines of a passport (ICAO 9303-4, 4.2.2)."""
    name = primary.replace(" ", "<") + ("<<" + secondary.replace(" ", "<") if secondary else "")
    first = f"P<{country}{name}".ljust(44, "<")[:44]
    number, born, until = number.ljust(9, "<"), f"{birth:%y%m%d}", f"{expiry:%y%m%d}"
    personal = "<" * 14
    second = (number + check_digit(number) + country + born + check_digit(born) + sex + until +
              check_digit(until) + personal + "<")
    second += check_digit(second[0:10] + second[13:20] + second[21:43])
    return [first, second]


LOOK_ALIKE = dict(zip("0124568", "OIZASGB"))


def misread(lines, line, columns):
    """The first digit in these columns (from 0) that has a look-alike letter is read as that."""
    text = lines[line]
    at = next(i for i in columns if text[i] in LOOK_ALIKE)
    return [*lines[:line], text[:at] + LOOK_ALIKE[text[at]] + text[at + 1:], *lines[line + 1:]]


def blurred(first, second):
    """Another check digit of the number than its own."""
    return [first, second[:9] + str((int(second[9]) + 1) % 10) + second[10:]]


# What a reader makes of a passport's two lines. The visa is one as large as a passport's page (ICAO
# 9303-7, 4.2).
DAMAGES = {
    "": lambda first, second: [first, second],
    "no MRZ": lambda first, second: ["?"],
    "look-alike": lambda first, second: misread([first, second], 1, range(13, 19)),
    "blurred": blurred,
    "worn": lambda first, second: [first[:9] + "___" + first[12:], second],
    "visa": lambda first, second: ["V<SGP" + first[5:], second[:28] + "<" * 16],
}


# ---- the files -------------------------------------------------------------------------------


class Samples:
    """All of it for one day."""

    def __init__(self, today):
        self.today = today
        self.documents = []
        self.placements = []
        self.lists = []
        for group, people in PEOPLE.items():
            for person in people:
                self._add(group, person)

    def _dated(self, fields):
        return {key: str(value.on(self.today)) if isinstance(value, In) else value
                for key, value in fields.items()}

    def _add(self, group, person):
        lines = DAMAGES[person.damage](*person.lines(self.today))
        what = person.what.format(birth=person.birth(self.today))
        document = {"name": person.name, "group": group, "title": person.title, "what": what,
                    "lines": lines}
        if person.damage == "no MRZ":
            document["keyed"] = person.form(self.today)
        self.documents.append(document)
        for record in person.records:
            self.placements.append(self._placement(person, record))
        for row in person.listed:
            self.lists.append(self._listing(person, row))

    def _placement(self, person, record):
        seq = len(self.placements) + 1
        full = f"{person.secondary} {person.primary}".strip().title()
        return self._dated({
            "placement_id": f"PMI-{self.today.year}-{seq:06d}", "rec_seq": seq,
            "rec_updated_at": f"{In(days=-20).on(self.today)}T03:00:00Z", "source": "SISKO",
            "status": "READY", "scheme": "P2P", "name_full": full,
            "name_mrz": f"{person.primary} {person.secondary}".strip(), "sex": person.sex,
            "birth_date": str(person.birth(self.today)), "passport_no": person.number,
            "passport_country": "IDN", "passport_expiry": str(person.expiry.on(self.today)),
            "dest_country": "MYS", "employer_type": "LEGAL_ENTITY",
            "occupation": "Operator pabrik", "p3mi_id": "SIP3MI-0001",
            "contract_start": In(days=-5), "contract_end": In(months=24), "visa_type": "WORK",
            "visa_expiry": In(months=6), "documents": DOCUMENTS_ALL,
            "bpjstk_until": In(months=26), "window_from": In(days=-10),
            "window_to": In(months=2), "hold": "NONE", "approved_unit": "BP3MI-JABAR",
            "approved_at": f"{In(days=-21).on(self.today)}T04:00:00Z",
            "expires_cache_on": In(months=36)} | record)

    def _listing(self, person, row):
        document = {"passport_no": person.number, "passport_country": "IDN"}
        name = {"name_mrz": f"{person.primary} {person.secondary}".strip(),
                "birth_date": str(person.birth(self.today))}
        found_by = (name if row.get("by") is BY_NAME else
                    {"placement_id": self.placements[-1]["placement_id"]}
                    if row["kind"] == "COMPLAINT" else document)
        fields = {key: value for key, value in row.items() if key != "by"}
        return self._dated({"kind": row["kind"]} | found_by |
                           {"expires": In(months=12), "issued_by": "IMI-PUSAT"} | fields)

    def policy(self):
        """Rises daily: the version is the day's number."""
        hours = {"placements": 72, "lists": 24}, {"placements": 2160, "lists": 2160}
        columns = ("id", "name", "status", "from", "to", "decision_no")
        open_row = {"employer_type": None, "occupation": None, "scheme": None, "to": None,
                    "except_schemes": []}
        return {
            "version": self.today.toordinal(), "issued": f"{self.today}T00:00:00Z",
            "staleness_hours": {"online": hours[0], "remote": hours[1]},
            "passport_min_validity_months": 6, "min_work_age_years": 18, "double_scan_s": 120,
            "retention_days": {"payload_after_receipt": 30, "double_scan_hash": 180},
            "documents": [{"scheme": scheme, "required": names} for scheme, names in REQUIRED.items()],
            "p3mi": [self._dated(dict(zip(columns, row))) for row in P3MI],
            "destinations": [open_row | row for row in DESTINATIONS],
            "prompts": [], "reason_colours": {}, "regions": [],
            "tpi": [{"code": "CTH", "name": "Pelabuhan Contoh", "zone": "WIB"},
                    {"code": "TPI-TELUK", "name": "Pelabuhan Teluk", "zone": "WIB"}],
            "officers": [], "texts": []}

    def write(self, folder):
        folder = pathlib.Path(folder)
        (folder / "documents.json").write_text(json.dumps(self.documents, indent=1))
        (folder / "policy.json").write_text(json.dumps(self.policy(), indent=1))
        for name, rows in (("placements", self.placements), ("lists", self.lists)):
            with open(folder / f"{name}.jsonl", "w", encoding="utf-8") as out:
                for row in rows:
                    out.write(json.dumps(row) + "\n")
