"""Synthetic travellers and the verdicts on them, as a lane would show them."""

import time

OFFICER_CLEAR = ["CLEARED", "CLEARED_NOTE", "SECONDARY", "WITHDRAWN"]
OFFICER_REFER = ["SECONDARY", "WITHDRAWN"]
SUPERVISOR_CLEAR = OFFICER_CLEAR
SUPERVISOR_REFER = ["CLEARED_NOTE", "SECONDARY", "DEFERRED", "HANDED_OVER", "WITHDRAWN"]
SUPERVISOR_STOP = ["CLEARED_NOTE", "SECONDARY", "DEFERRED", "REFUSED_EXIT", "HANDED_OVER", "WITHDRAWN"]


def document(number, primary, secondary, sex, birth, expiry):
    return dict(capture=1, number=number, country="IDN", nationality="IDN",
                name=f"{primary} {secondary}".strip(), primary=primary, secondary=secondary,
                truncated=False, sex=sex, birth=birth, expiry=expiry)


SITI = document("X0000012", "RAHMAWATI", "SITI", "F", "1996-03-14", "2031-09-02")
AGUS = document("X0000037", "SUPRIYADI", "AGUS", "M", "1989-07-03", "2030-01-18")
DEWI = document("X0000058", "ANGGRAINI", "DEWI", "F", "1994-12-08", "2029-05-20")
BUDI = document("X0000071", "SANTOSO", "BUDI", "M", "1978-02-21", "2028-11-11")

SITI_PLACEMENT = dict(placement_id="PL-2026-000012", name="SITI RAHMAWATI", dest_country="TWN",
                      occupation="Perawat lansia", p3mi_id="PT Contoh Karya Mandiri",
                      employer_name="Contoh Care Co.", contract_end="2029-11-30", status=2, scheme=3)
AGUS_PLACEMENT = dict(SITI_PLACEMENT, name="AGUS SUPRIADI", occupation="Operator pabrik")


def now_ms():
    return int(time.time() * 1000)


def clear(seq=412, **changes):
    return dict(dict(screen="VERDICT", seq=seq, shown_ms=now_ms(), document=SITI, placement=SITI_PLACEMENT,
                     dest_country="TWN", match_key=1, match_grade=3, result="SESUAI", reasons=[("R001", "GREEN", "", "")],
                     allowed_officer=OFFICER_CLEAR, allowed_supervisor=SUPERVISOR_CLEAR,
                     key_go="CLEARED", key_refer="SECONDARY"), **changes)


def refer(seq=413, **changes):
    return dict(dict(screen="VERDICT", seq=seq, shown_ms=now_ms(), document=AGUS, placement=AGUS_PLACEMENT,
                     match_key=1, match_grade=2, result="RUJUK",
                     reasons=[("R011", "AMBER", "AGUS SUPRIYADI", "AGUS SUPRIADI"),
                              ("R021", "AMBER", "2027-01-18", "2027-05-21")],
                     allowed_officer=OFFICER_REFER, allowed_supervisor=SUPERVISOR_REFER,
                     key_refer="SECONDARY"), **changes)


def stop(seq=414, **changes):
    return dict(dict(screen="VERDICT", seq=seq, shown_ms=now_ms() - 42_000, document=DEWI,
                     placement=SITI_PLACEMENT, match_key=1, match_grade=3, result="TUNDA",
                     reasons=[("R016", "RED", "CANCELLED", ""), ("R075", "AMBER", "COMPLAINT", "")],
                     allowed_officer=[], allowed_supervisor=SUPERVISOR_STOP), **changes)


def unknown(seq=415, **changes):
    return dict(dict(screen="VERDICT", seq=seq, shown_ms=now_ms(), document=BUDI, result="RUJUK",
                     reasons=[("R010", "AMBER", "2026-11-21T07:33:00Z", "")],
                     allowed_officer=OFFICER_REFER, allowed_supervisor=SUPERVISOR_REFER,
                     key_refer="SECONDARY"), **changes)


def tourist(seq=416, **changes):
    return dict(dict(screen="VERDICT", seq=seq, shown_ms=now_ms(), document=BUDI, result="SESUAI",
                     reasons=[("R003", "GREEN", "TOUR", "")], purpose="TOUR", category="TOUR",
                     allowed_officer=[*OFFICER_CLEAR, "LOGGED_ONLY"],
                     allowed_supervisor=[*OFFICER_CLEAR, "LOGGED_ONLY"],
                     key_go="LOGGED_ONLY", key_refer="SECONDARY"), **changes)


def coming_back(seq=417, **changes):
    return dict(dict(screen="VERDICT", seq=seq, shown_ms=now_ms(), document=SITI, placement=SITI_PLACEMENT,
                     direction="RETURN", result="SESUAI", reasons=[("R004", "GREEN", "", "")],
                     allowed_officer=["RETURN_LOGGED", "RETURN_REFERRED", "WITHDRAWN"],
                     allowed_supervisor=["RETURN_LOGGED", "RETURN_REFERRED", "WITHDRAWN"],
                     key_go="RETURN_LOGGED", key_refer="RETURN_REFERRED"), **changes)


BEFORE_MS = 1762913520000  # 12 Nov 2025 09.12 WIB


def seen(decision="CLEARED", direction="DEPARTURE", wall_ms=BEFORE_MS):
    """An earlier crossing; `wall_ms` 0: only its day is known."""
    return (208, wall_ms, "2025-11-12", direction, decision)


OFFLINE = dict(online=False, unsent=37, data_as_of_ms=now_ms() - 132 * 60_000)
STALE = dict(online=False, unsent=412, data_as_of_ms=now_ms() - 54 * 3600_000, data_stale=True)
