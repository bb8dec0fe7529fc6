"""Every reason that a rule may give, with facts as rules give them, and what the page makes of those.

Colours and titles are the C table's (firmware/core/reason.c); a reason without a row here fails a test.
"""

import pathlib
import re

CORE = pathlib.Path(__file__).resolve().parents[2] / "firmware/core"
ROW = re.compile(r'\{(\d+), COLOUR_(\w+), BASIS_\w+, REASON_BY_(\w+), "([^"]+)", "([^"]+)"\}')


def table():
    """{code: (colour, who may give it, words in Indonesian, words in English)} of the C source."""
    return {f"R{int(code):03}": rest for code, *rest in ROW.findall((CORE / "reason.c").read_text())}


def failing_parts():
    """What the rules name as the part of ours that fails, R093."""
    rules = "".join(path.read_text() for path in CORE.glob("verdict_*.c"))
    return set(re.findall(r'verdict_say_at_least\(judge, 93, COLOUR_AMBER, "(\w+)"', rules))


# code, found, expected, what is said of them in Indonesian, and in English
SAID = [
    ("R001", "", "", "", ""),
    ("R002", "", "", "", ""),
    ("R003", "TOUR", "", "Kategori: Wisata", "Category: Tourism"),
    ("R004", "", "", "", ""),
    ("R010", "2026-11-19T07:33:00Z", "", "Data per 19 Nov 14.33 · mungkin bukan PMI",
     "Data as of 19 Nov 14.33 · may not be a worker"),
    ("R011", "AGUS SUPRIYADI", "AGUS SUPRIADI", "Dokumen AGUS SUPRIYADI · data AGUS SUPRIADI",
     "Document AGUS SUPRIYADI · record AGUS SUPRIADI"),
    ("R012", "1989-07-03", "1987-07-03", "Dokumen 3 Jul 1989 · data 3 Jul 1987", "Document 3 Jul 1989 · record 3 Jul 1987"),
    ("R012", "F", "M", "Dokumen perempuan · data laki-laki", "Document female · record male"),
    ("R012", "", "1987-07-03", "Tidak tercantum di dokumen · data 3 Jul 1987", "Not in the document · record 3 Jul 1987"),
    ("R013", "B0000004", "X0000104", "Dokumen B0000004 · data X0000104", "Document B0000004 · record X0000104"),
    ("R014", "PMI-2026-000007", "", "Yang dipakai: PMI-2026-000007", "Judged by PMI-2026-000007"),
    ("R015", "IN_PROCESS", "", "Status: dalam proses", "Status: in process"),
    ("R016", "REVOKED", "", "Status: dicabut", "Status: revoked"),
    ("R017", "2026-11-21", "2026-12-01", "Hari ini 21 Nov 2026 · mulai 1 Des 2026", "Today 21 Nov 2026 · begins 1 Dec 2026"),
    ("R017", "2026-11-21", "2026-11-01", "Hari ini 21 Nov 2026 · berakhir 1 Nov 2026", "Today 21 Nov 2026 · ended 1 Nov 2026"),
    ("R018", "SAU", "TWN", "Berangkat ke Arab Saudi · penempatan Taiwan", "Going to Saudi Arabia · placement Taiwan"),
    ("R019", "2026-11-19T01:10:00Z", "24", "Data per 19 Nov 08.10 · batas 24 jam", "Data as of 19 Nov 08.10 · limit 24 h"),
    ("R019", "", "24", "Belum diterima utuh · batas 24 jam", "Not received in full · limit 24 h"),
    ("R020", "2026-11-18", "2026-11-21", "Habis 18 Nov 2026 · hari ini 21 Nov 2026", "Expired 18 Nov 2026 · today 21 Nov 2026"),
    ("R021", "2027-01-18", "2027-05-21", "Berlaku s.d. 18 Jan 2027 · perlu s.d. 21 Mei 2027",
     "Valid until 18 Jan 2027 · needs 21 May 2027"),
    ("R021", "", "2027-05-21", "Perlu s.d. 21 Mei 2027", "Needs 21 May 2027"),
    ("R023", "2026-01-05", "IMI-PUSAT", "Dilaporkan 5 Jan 2026 · oleh IMI-PUSAT", "Reported 5 Jan 2026 · by IMI-PUSAT"),
    ("R024", "", "", "Cocokkan sekali lagi dengan dokumen", "Compare with the document once more"),
    ("R025", "", "visa", "Tidak tercatat dalam data penempatan", "Not in the placement record"),
    ("R025", "2026-11-01", "2026-11-21", "Visa habis 1 Nov 2026 · hari ini 21 Nov 2026", "Visa ended 1 Nov 2026 · today 21 Nov 2026"),
    ("R030", "17", "18", "Usia 17 tahun · batas 18 tahun", "Age 17 · limit 18"),
    ("R040", "SIP3MI-0002", "2026-10-01", "SIP3MI-0002 · sejak 1 Okt 2026", "SIP3MI-0002 · since 1 Oct 2026"),
    ("R041", "SIP3MI-0003", "2026-06-01", "SIP3MI-0003 · sejak 1 Jun 2026", "SIP3MI-0003 · since 1 Jun 2026"),
    ("R042", "SIP3MI-0999", "", "SIP3MI-0999 tidak ada di daftar izin hari ini", "SIP3MI-0999 is not on the list of licences today"),
    ("R050", "SAU", "Kepmenaker 260/2015", "Tujuan Arab Saudi · Kepmenaker 260/2015", "Destination Saudi Arabia · Kepmenaker 260/2015"),
    ("R051", "KHM", "KP2MI advisory", "Tujuan Kamboja · KP2MI advisory", "Destination Cambodia · KP2MI advisory"),
    ("R052", "SAU", "Kepmenaker 260/2015", "Tujuan Arab Saudi · Kepmenaker 260/2015", "Destination Saudi Arabia · Kepmenaker 260/2015"),
    ("R060", "", "contract", "Tidak tercatat dalam data penempatan", "Not in the placement record"),
    ("R060", "2026-10-12", "2026-11-21", "Kontrak berakhir 12 Okt 2026 · hari ini 21 Nov 2026",
     "Contract ended 12 Oct 2026 · today 21 Nov 2026"),
    ("R061", "", "opp", "Tidak tercatat dalam data penempatan", "Not in the placement record"),
    ("R062", "", "jkn, jkk_jkm", "Belum tercatat: JKN, JKK/JKM",
     "Not recorded: health insurance (JKN), accident and life insurance (JKK/JKM)"),
    ("R062", "2026-11-01", "2026-11-21", "Berakhir 1 Nov 2026 · hari ini 21 Nov 2026", "Ended 1 Nov 2026 · today 21 Nov 2026"),
    ("R063", "", "marital, family_permit, competence, health, passport, placement_agreement, ...",
     "Belum tercatat: surat status nikah, izin keluarga, sertifikat kompetensi, sertifikat sehat, paspor, "
     "perjanjian penempatan, dan lainnya",
     "Not recorded: marital-status letter, family permit, competence certificate, health certificate, passport, "
     "placement agreement, and more"),
    ("R063", "", "crew_book, responsibility_statement, leave_letter",
     "Belum tercatat: buku pelaut, surat tanggung jawab, surat cuti",
     "Not recorded: crew book, responsibility statement, leave letter"),
    ("R070", "2026-11-20", "TPI-BATAM-CENTRE", "Pada 20 Nov 2026 · di TPI-BATAM-CENTRE",
     "On 20 Nov 2026 · at TPI-BATAM-CENTRE"),
    ("R071", "2026-11-21", "CTH 01", "Sudah ditunda hari ini · di CTH 01", "Deferred today already · at CTH 01"),
    ("R072", "2026-08-01", "IMI-PUSAT", "Sejak 1 Agu 2026 · oleh IMI-PUSAT", "Since 1 Aug 2026 · by IMI-PUSAT"),
    ("R073", "", "", "", ""),
    ("R074", "2026-02-01", "2027-02-01", "Pada 1 Feb 2026 · berlaku s.d. 1 Feb 2027",
     "On 1 Feb 2026 · in force until 1 Feb 2027"),
    ("R075", "FAMILY_REPORT", "", "Laporan keluarga", "Family report"),
    ("R075", "COMPLAINT", "KP2MI", "Pengaduan · KP2MI", "Complaint · KP2MI"),
    ("R093", "clock", "", "Jam alat belum tepat", "Clock of the device is not set"),
    ("R093", "policy", "", "Aturan belum diterima", "No policy received yet"),
    ("R093", "lists", "", "Daftar perhatian tidak dapat dibaca", "Lists not readable"),
    ("R093", "placements", "", "Data penempatan tidak dapat dipakai", "Placement data not usable"),
    ("R093", "journal", "", "Penundaan di konter ini tidak dapat dibaca", "Deferrals of this counter not readable"),
]


# What a reason is called when its first fact is not known, and the table's words would be wrong.
UNKNOWN = {"R021": ("Masa berlaku tidak diketahui", "Validity not known")}


def titles(code, found):
    """A reason's words in Indonesian and in English."""
    return UNKNOWN[code] if code in UNKNOWN and not found else tuple(table()[code][2:])


def worst_first(rows):
    """Rows of SAID as the lane gives them: in the table's colours, worst first, then by code."""
    colours = {code: row[0] for code, row in table().items()}
    order = ["RED", "AMBER", "GREEN", "NONE"]
    said = [(code, colours[code], found, expected) for code, found, expected, *_ in rows]
    return sorted(said, key=lambda reason: (order.index(reason[1]), reason[0]))
