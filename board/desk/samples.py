"""The desk's sample data: fictional people, their documents and placements, and a policy.

Everything is dated from the day it is made, so that the demo shows the same verdicts on any day.
Check digits are computed here by ICAO 9303-3, 4.9, apart from the code that will read them.
"""
import calendar
import datetime as dt
import json
import pathlib

DOCUMENTS_ALL = [
    "competence", "health", "passport", "visa", "placement_agreement", "contract", "jkn",
    "jkk_jkm", "opp"]


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


def mrv_a(number, primary, secondary, birth, sex, until, state):
    """The two lines of a visa as large as a passport's page (ICAO 9303-7, 4.2)."""
    first, second = td3(number, primary, secondary, birth, sex, until)
    return ["V<" + state + first[5:], second[:28] + "<" * 16]


LOOK_ALIKE = dict(zip("0124568", "OIZASGB"))


def misread(lines, line, columns):
    """The first digit in these columns (from 0) that has a look-alike letter is read as that."""
    text = lines[line]
    at = next(i for i in columns if text[i] in LOOK_ALIKE)
    return [*lines[:line], text[:at] + LOOK_ALIKE[text[at]] + text[at + 1:], *lines[line + 1:]]


def add_months(day, months):
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return day.replace(year=year, month=month, day=min(day.day,
                                                       calendar.monthrange(year, month)[1]))


class Samples:
    """One person a line: what their passport says, and what the ministry knows (or not)."""

    def __init__(self, today):
        self.today = today
        self.documents = []
        self.placements = []
        self._add_people()

    def _in(self, months=0, days=0):
        return add_months(self.today, months) + dt.timedelta(days=days)

    def _document(self, name, title, what, lines):
        self.documents.append({"name": name, "title": title, "what": what, "lines": lines})

    def _placement(self, number, status="READY", scheme="P2P", **fields):
        seq = len(self.placements) + 1
        record = {
            "placement_id": f"PMI-{self.today.year}-{seq:06d}", "rec_seq": seq,
            "rec_updated_at": f"{self._in(days=-20)}T03:00:00Z", "source": "SISKO",
            "status": status, "scheme": scheme, "passport_no": number,
            "passport_country": "IDN", "employer_type": "LEGAL_ENTITY",
            "p3mi_id": "SIP3MI-0001", "contract_start": str(self._in(days=-5)),
            "contract_end": str(self._in(months=24)), "visa_type": "WORK",
            "visa_expiry": str(self._in(months=6)), "documents": DOCUMENTS_ALL,
            "bpjstk_until": str(self._in(months=26)), "window_from": str(self._in(days=-10)),
            "window_to": str(self._in(months=2)), "hold": "NONE",
            "approved_unit": "BP3MI-JABAR", "approved_at": f"{self._in(days=-21)}T04:00:00Z",
            "expires_cache_on": str(self._in(months=36))} | fields
        self.placements.append(record)

    def _add_people(self):
        long_valid = self._in(months=60)
        born = lambda age, days=-40: self._in(months=-12 * age, days=days)

        self._document("siti", "Siti Nurhaliza Rahmawati", "penempatan cocok",
                       td3("X0000001", "RAHMAWATI", "SITI NURHALIZA", born(28), "F", long_valid))
        self._placement("X0000001", name_full="Siti Nurhaliza Rahmawati",
                        name_mrz="RAHMAWATI SITI NURHALIZA", sex="F", birth_date=str(born(28)),
                        dest_country="TWN", occupation="Perawat lansia",
                        employer_name="Keluarga Contoh", employer_type="INDIVIDUAL",
                        passport_expiry=str(long_valid), origin_region="3204")

        self._document("suharto", "Suharto", "cuti, kembali ke majikan yang sama",
                       td3("X0000104", "SUHARTO", "", born(41), "M", long_valid))
        self._document("suharto-old", "Suharto, paspor lama", "data memuat paspor yang lebih baru",
                       td3("B0000004", "SUHARTO", "", born(41), "M", self._in(months=20)))
        self._placement("X0000104", status="ON_LEAVE", scheme="REENTRY", name_full="Suharto",
                        name_mrz="SUHARTO", sex="M", birth_date=str(born(41)),
                        passport_prev=["B0000004"], dest_country="KOR", occupation="Operator pabrik",
                        visa_type="REENTRY", origin_region="5201")

        self._document("agus", "Agus Supriadi", "ejaan nama berbeda di data",
                       td3("X0000003", "SUPRIADI", "AGUS", born(37), "M", long_valid))
        self._placement("X0000003", name_full="Agus Supriyadi", name_mrz="SUPRIYADI AGUS",
                        sex="M", birth_date=str(born(37)), dest_country="MYS",
                        occupation="Pekerja perkebunan", origin_region="3510")

        self._document("dewi", "Dewi Anggraini", "penempatan dibatalkan",
                       td3("X0000002", "ANGGRAINI", "DEWI", born(26), "F", long_valid))
        self._placement("X0000002", status="CANCELLED", name_full="Dewi Anggraini",
                        name_mrz="ANGGRAINI DEWI", sex="F", birth_date=str(born(26)),
                        dest_country="HKG", occupation="Asisten rumah tangga", origin_region="3329")

        self._document("budi", "Budi Wijaya", "tidak ada catatan penempatan",
                       td3("X0000099", "WIJAYA", "BUDI", born(31), "M", long_valid))

        self._document("rina", "Rina Marlina", "paspor habis berlaku",
                       td3("X0000010", "MARLINA", "RINA", born(33), "F", self._in(days=-3)))
        self._placement("X0000010", name_full="Rina Marlina", name_mrz="MARLINA RINA", sex="F",
                        birth_date=str(born(33)), dest_country="SGP", occupation="Perawat lansia")

        self._document("joko", "Joko Santoso", "paspor berlaku tiga bulan lagi",
                       td3("X0000011", "SANTOSO", "JOKO", born(45), "M", self._in(months=3)))
        self._placement("X0000011", name_full="Joko Santoso", name_mrz="SANTOSO JOKO", sex="M",
                        birth_date=str(born(45)), dest_country="JPN", occupation="Juru las")

        self._document("putri", "Putri Lestari", "umur tujuh belas tahun, hendak bekerja",
                       td3("X0000012", "LESTARI", "PUTRI", born(17), "F", long_valid))
        self._placement("X0000012", name_full="Putri Lestari", name_mrz="LESTARI PUTRI",
                        sex="F", birth_date=str(born(17)), dest_country="MYS",
                        occupation="Asisten rumah tangga")

        self._document("hendra", "Hendra Gunawan", "tanggal lahir berbeda dari data",
                       td3("X0000013", "GUNAWAN", "HENDRA", born(29), "M", long_valid))
        self._placement("X0000013", name_full="Hendra Gunawan", name_mrz="GUNAWAN HENDRA",
                        sex="M", birth_date=str(born(31)), dest_country="KOR",
                        occupation="Operator pabrik")

        self._document("maya", "Maya Kusuma", "wisatawan: petugas memilih keperluan",
                       td3("X0000014", "KUSUMA", "MAYA", born(24), "F", long_valid))

        self._document("wayan", "I Wayan Sudarma", "pulang: pilih arah Pulang",
                       td3("X0000015", "I WAYAN SUDARMA", "", born(38), "M", long_valid))
        self._placement("X0000015", status="ACTIVE", name_full="I Wayan Sudarma",
                        name_mrz="I WAYAN SUDARMA", sex="M", birth_date=str(born(38)),
                        dest_country="JPN", occupation="Awak kapal")

        blurred = td3("X0000016", "PERMATA", "INTAN", born(27), "F", long_valid)
        digit = str((int(blurred[1][9]) + 1) % 10)
        blurred[1] = blurred[1][:9] + digit + blurred[1][10:]
        self._document("blurred", "Intan Permata, buram", "digit pemeriksa tidak cocok", blurred)

        self._add_unread(born, long_valid)

    def _add_unread(self, born, long_valid):
        """What no verdict comes of until an officer looks at the document."""
        lines = td3("X0000017", "MELATI", "SEKAR", born(30), "F", long_valid)
        self._document("lookalike", "Sekar Melati, salah baca", "usulan: bandingkan, lalu tombol 2",
                       misread(lines, 1, range(13, 19)))
        self._placement("X0000017", name_full="Sekar Melati", name_mrz="MELATI SEKAR", sex="F",
                        birth_date=str(born(30)), dest_country="SGP", occupation="Perawat lansia")

        lines = td3("X0000018", "PRATAMA", "YOGA", born(35), "M", long_valid)
        lines[0] = lines[0][:9] + "___" + lines[0][12:]
        self._document("worn", "Yoga Pratama, halaman aus", "ada karakter yang tidak terbaca", lines)

        self._document("visa", "Visa, bukan paspor", "minta halaman data paspor",
                       mrv_a("M0000001", "MELATI", "SEKAR", born(30), "F", self._in(months=6), "SGP"))

        keyed = born(44)
        self._document("splp", "Ratna Dewi, SPLP tanpa MRZ",
                       f"tombol 3, ketik SP0000019, lahir {keyed:%d %m %Y}", ["?"])
        self._placement("SP0000019", name_full="Ratna Dewi", name_mrz="DEWI RATNA", sex="F",
                        birth_date=str(keyed), dest_country="MYS", occupation="Pekerja kebun")

    def policy(self):
        """Rises daily: the version is the day's number."""
        issued = f"{self.today}T00:00:00Z"
        hours = {"placements": 72, "lists": 24}, {"placements": 2160, "lists": 2160}
        return {
            "version": self.today.toordinal(), "issued": issued,
            "staleness_hours": {"online": hours[0], "remote": hours[1]},
            "passport_min_validity_months": 6, "min_work_age_years": 18, "double_scan_s": 120,
            "retention_days": {"payload_after_receipt": 30, "double_scan_hash": 180},
            "documents": [
                {"scheme": "P2P", "required": ["passport", "visa", "contract", "jkk_jkm", "opp"]},
                {"scheme": "REENTRY", "required": ["passport", "visa", "contract"]}],
            "p3mi": [{"id": "SIP3MI-0001", "name": "PT Contoh Satu", "status": "ACTIVE",
                      "from": "2020-01-01", "to": None, "decision_no": "K-100/2020"}],
            "destinations": [], "prompts": [], "reason_colours": {}, "regions": [],
            "tpi": [{"code": "CTH", "name": "Pelabuhan Contoh", "zone": "WIB"}],
            "officers": [], "texts": []}

    def write(self, folder):
        folder = pathlib.Path(folder)
        (folder / "documents.json").write_text(json.dumps(self.documents, indent=1))
        (folder / "policy.json").write_text(json.dumps(self.policy(), indent=1))
        with open(folder / "placements.jsonl", "w", encoding="utf-8") as out:
            for record in self.placements:
                out.write(json.dumps(record) + "\n")
