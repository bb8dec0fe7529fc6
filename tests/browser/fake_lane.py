"""A lane that does what a test says: the other end of pamit-console's socket.

The encoding is written down here a second time, from firmware/core/view.h alone, so that a mistake
in the C codec can't hide behind itself.
"""

import os
import socket
import threading
import time

import cbor2

PROTOCOL = 1
VIEW, HEARTBEAT, REFUSED, HELLO, PAINTED, ACTION, CONTEXT, DISMISS, BUTTON, KEYED, CLOCK, VOID = range(1, 13)

SCREENS = ["STARTING", "READY", "READING", "UNREADABLE", "VERDICT", "RECORDED", "STORAGE", "VOIDED"]
NOTICES = ["SCAN_AGAIN", "STORAGE_NOT_DURABLE", "SPACE_FULL", "CLOCK_UNKNOWN", "JOURNAL_DAMAGED", "SCANNER_QUIET",
           "BUTTON_STUCK", "ENTRY_UNREADABLE", "WAL_REMOVED", "NEW_EPOCH", "CACHE_DAMAGED", "SYNC_DAMAGED", "SPACE_LITTLE"]
MODES = ["LIVE", "TRAINING", "DESK"]
DIRECTIONS = ["DEPARTURE", "RETURN"]
CARRIERS = ["NONE", "AIR", "SEA", "LAND"]
PURPOSES = ["NONE", "WORK", "LEAVE_RETURN", "TOUR", "UMRAH_HAJJ", "FAMILY", "TRAINING", "STUDY", "WHV",
            "CREW", "OFFICIAL", "BORDER_TRADE", "OTHER"]
RESULTS = ["RUJUK", "SESUAI", "TUNDA"]
COLOURS = ["NONE", "GREEN", "AMBER", "RED"]
DECISIONS = ["NONE", "CLEARED", "CLEARED_NOTE", "SECONDARY", "DEFERRED", "REFUSED_EXIT", "HANDED_OVER",
             "WITHDRAWN", "LOGGED_ONLY", "RETURN_LOGGED", "RETURN_REFERRED"]
VOID_REASONS = ["NONE", "WRONG_TRAVELLER", "WRONG_DECISION", "NOT_TRAVELLING", "TRIAL"]
ROLES = ["NONE", "OFFICER", "SUPERVISOR"]
REFUSALS = ["STALE", "NOT_ALLOWED", "NEEDS_NOTE", "BUSY", "STORAGE", "INVALID", "SAME_OFFICER", "FLAWS",
            "TIME_PAST", "TIME_FUTURE", "TIME_SYNCED"]
CHECKS = ["FAILS", "HOLDS", "NONE"]
DOCUMENT_TYPES = ["P", "SPLP", "PLB", "KILB", "CREW_BOOK", "OTHER"]
DOCUMENT_FIELDS = ["type", "number", "number_check", "country", "nationality", "name", "sex", "birth", "expiry", "nik"]
DOCUMENT_FLAWS = ["NONE", "MISSING", "CHARACTERS", "LENGTH", "CALENDAR", "CENTURY", "FUTURE", "CHECK_DIGIT", "VALUE"]
FAULTS = ["NONE", "UNREAD", "HIGH_BIT", "KEYBOARD_LAYOUT", "LOWER_CASE", "CHARACTERS", "ROWS_MIXED", "ROW_CUT",
          "ROW_LONG", "ROW_COUNT", "ROWS_SWAPPED"]
PROOFS = ["CLASS", "CHECK_DIGITS"]


DAY_MS = 24 * 3600 * 1000


def numbered(*values):
    return dict(enumerate(values))


def mask(names, all_names=DECISIONS):
    return sum(1 << all_names.index(name) for name in names)


def number_of(date):
    return int(date.replace("-", "")) if date else 0


def base_view(**changes):
    """The counter as it stands at the start of a test: ready, online, data four minutes old."""
    now = int(time.time() * 1000)
    view = {
        "screen": "READY", "mode": "DESK", "zone": 7, "clock_quality": 3, "now_ms": now,
        "may_set": False, "earliest_ms": now - 90 * DAY_MS, "latest_ms": now + 1740 * DAY_MS, "likely_ms": now,
        "kiosk_id": "DMO-01-0001", "tpi_name": "TPI Contoh Pelabuhan", "counter": "03",
        "officer_name": "R. Hartono", "refer_to": "Meja Pelindungan, lantai 1",
        "scanner_ok": True, "panel_ok": True, "notices": [],
        "online": True, "unsent": 0, "last_contact_ms": now - 20_000,
        "data_as_of_ms": now - 4 * 60_000, "data_stale": False,
        "counts": (411, 398, 12, 1),
        "direction": "DEPARTURE", "carrier_kind": "SEA", "carrier_no": "KM CONTOH 12",
        "dest_country": "MYS", "purpose": "NONE", "category": "NONE",
        "garbage": False, "visa": False, "issues": 0, "checks": [0, 0, 0, 0, 0], "has_checks": False,
        "partial": None, "fault": None, "proposal": None, "voidable": None,
        "seq": 0, "shown_ms": 0, "document": None, "placement": None, "match_key": 0,
        "match_grade": 0, "result": "RUJUK", "reasons": [], "seen": None, "allowed_officer": [],
        "allowed_supervisor": [], "key_go": "NONE", "key_refer": "NONE", "decision": "NONE", "decided_seq": 0, "undecided_seq": 0,
    }
    unknown = set(changes) - set(view)
    assert not unknown, unknown
    view.update(changes)
    return view


NOBODY = dict(capture=0, type="P", number="", country="", nationality="", name="", primary="", secondary="",
              truncated=False, sex="", birth="", birth_alternative="", expiry="")
NOTHING_READ = dict(number="", country="", nationality="", name="", sex="", birth_raw="", expiry_raw="")
NO_FAULT = dict(kind="NONE", line=0, column=0, count=0, symbol="")
NOTHING_KEYED = dict(type="P", number="", number_check="", country="", nationality="", name="", sex="", birth="",
                     expiry="", nik="")
NO_PROPOSAL = dict(id=0, proof="CLASS", positions=[], lines=["", "", ""], keyed=NOTHING_KEYED)
NO_PLACEMENT = dict(placement_id="", name="", dest_country="", occupation="", p3mi_id="", employer_name="",
                    contract_end="", status=0, scheme=0)


def code_of(character):
    return ord(character) if character else 0


def encode_keyed(keyed):
    return numbered(DOCUMENT_TYPES.index(keyed["type"]), keyed["number"], code_of(keyed["number_check"]),
                    keyed["country"], keyed["nationality"], keyed["name"], code_of(keyed["sex"]),
                    number_of(keyed["birth"]), number_of(keyed["expiry"]), keyed["nik"])


def encode_unreadable(view):
    """`proposal`: positions are (line, column, from, to), `lines` as many as the document has."""
    partial = view["partial"] or NOTHING_READ
    fault = view["fault"] or NO_FAULT
    proposal = view["proposal"] or NO_PROPOSAL
    lines = (list(proposal["lines"]) + ["", ""])[:3]
    return numbered(
        view["garbage"], view["visa"], view["issues"], view["checks"], view["has_checks"],
        numbered(*(partial[key] for key in NOTHING_READ)),
        numbered(FAULTS.index(fault["kind"]), fault["line"], fault["column"], fault["count"],
                 code_of(fault["symbol"])),
        numbered(proposal["id"], PROOFS.index(proposal["proof"]),
                 [numbered(line, column, ord(was), ord(to)) for line, column, was, to in proposal["positions"]],
                 *lines, encode_keyed(proposal["keyed"])))


def encode_seen(seen):
    """An earlier crossing: (seq, wall_ms, day, direction, decision)."""
    seq, wall_ms, day, direction, decision = seen or (0, 0, "", "DEPARTURE", "NONE")
    return numbered(seq, wall_ms, number_of(day), DIRECTIONS.index(direction), DECISIONS.index(decision))


def encode_voidable(voidable):
    """What may be taken back: (seq, answers, wall_ms, decision, role, number)."""
    seq, answers, wall_ms, decision, role, number = voidable or (0, 0, 0, "NONE", "NONE", "")
    return numbered(seq, answers, wall_ms, DECISIONS.index(decision), ROLES.index(role), number)


def encode_view(view):
    document = {**NOBODY, **(view["document"] or {})}
    placement = view["placement"] or NO_PLACEMENT
    return numbered(
        SCREENS.index(view["screen"]), MODES.index(view["mode"]), view["zone"], view["clock_quality"],
        numbered(view["may_set"], view["earliest_ms"], view["latest_ms"], view["likely_ms"]),
        view["now_ms"], view["kiosk_id"], view["tpi_name"], view["counter"], view["officer_name"],
        view["refer_to"], view["scanner_ok"], view["panel_ok"], mask(view["notices"], NOTICES),
        numbered(view["online"], view["unsent"], view["last_contact_ms"], view["data_as_of_ms"],
                 view["data_stale"]),
        numbered(*view["counts"]),
        numbered(DIRECTIONS.index(view["direction"]), CARRIERS.index(view["carrier_kind"]),
                 view["carrier_no"], view["dest_country"], PURPOSES.index(view["purpose"]),
                 PURPOSES.index(view["category"])),
        encode_unreadable(view), encode_voidable(view["voidable"]),
        view["seq"], view["shown_ms"],
        numbered(document["capture"], DOCUMENT_TYPES.index(document["type"]), document["number"], document["country"], document["nationality"],
                 document["name"], document["primary"], document["secondary"], document["truncated"],
                 code_of(document["sex"]), number_of(document["birth"]),
                 number_of(document["birth_alternative"]), number_of(document["expiry"])),
        view["placement"] is not None,
        numbered(placement["placement_id"], placement["name"], placement["dest_country"],
                 placement["occupation"], placement["p3mi_id"], placement["employer_name"],
                 number_of(placement["contract_end"]), placement["status"], placement["scheme"]),
        view["match_key"], view["match_grade"],
        numbered(RESULTS.index(view["result"]),
                 [numbered(int(code[1:]), COLOURS.index(colour), found, expected)
                  for code, colour, found, expected in view["reasons"]]),
        encode_seen(view["seen"]),
        mask(view["allowed_officer"]), mask(view["allowed_supervisor"]),
        DECISIONS.index(view["key_go"]), DECISIONS.index(view["key_refer"]),
        DECISIONS.index(view["decision"]), view["decided_seq"], view["undecided_seq"])


def decode(packet):
    """A message of the console, as a tuple that reads like a sentence."""
    protocol, kind, body = cbor2.loads(packet)
    assert protocol == PROTOCOL
    assert list(body) == list(range(len(body)))
    if kind == HELLO:
        return ("HELLO",)
    if kind == PAINTED:
        return ("PAINTED", body[0], "covered" if body[1] else "open")
    if kind == DISMISS:
        return ("DISMISS",)
    if kind == ACTION:
        return ("ACTION", body[0], DECISIONS[body[1]], ROLES[body[2]], body[3], body[4])
    if kind == CONTEXT:
        return ("CONTEXT", DIRECTIONS[body[0]], CARRIERS[body[1]], body[2], body[3], PURPOSES[body[4]],
                PURPOSES[body[5]])
    if kind == CLOCK:
        return ("CLOCK", body[0], body[1], ROLES[body[2]], body[3])
    if kind == VOID:
        return ("VOID", body[0], VOID_REASONS[body[1]], ROLES[body[2]], body[3])
    if kind == KEYED:
        keyed = dict(zip(DOCUMENT_FIELDS, body[1].values()))
        keyed["type"] = DOCUMENT_TYPES[keyed["type"]]
        keyed["number_check"] = chr(keyed["number_check"]) if keyed["number_check"] else ""
        keyed["sex"] = chr(keyed["sex"]) if keyed["sex"] else ""
        for field in ("birth", "expiry"):
            number = keyed[field]
            keyed[field] = f"{number // 10000:04}-{number // 100 % 100:02}-{number % 100:02}" if number else ""
        return ("KEYED", body[0], keyed)
    raise AssertionError(f"the console may not send type {kind}")


class FakeLane:
    """Listens on `path`; sends heartbeats until told to stop; keeps what the console sends."""

    def __init__(self, path):
        self.path = path
        self.view = base_view()
        self.beating = True
        self.wall_ms = None  # what heartbeats tell instead of the time
        self.received = []
        self._changed = threading.Condition()
        self._showing = threading.Lock()
        self._peer = None
        self._ending = False
        self._listen()
        threading.Thread(target=self._beat, daemon=True).start()

    def _listen(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(self.path)
        self._listener.listen(1)
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def _serve(self, listener):
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            self._peer = peer
            while True:
                try:
                    packet = peer.recv(65536)
                except OSError:
                    packet = b""
                if not packet:
                    break
                message = decode(packet)
                with self._changed:
                    self.received.append(message)
                    self._changed.notify_all()
                if message == ("HELLO",):
                    self.send_view()
            if self._peer is peer:
                self._peer = None

    def _beat(self):
        while not self._ending:
            if self.beating:
                now_ms = self.wall_ms() if self.wall_ms else int(time.time() * 1000)
                self._send(HEARTBEAT, numbered(now_ms))
            time.sleep(0.3)

    def _send(self, kind, body):
        peer = self._peer
        if peer is None:
            return
        try:
            peer.send(cbor2.dumps([PROTOCOL, kind, body]))
        except OSError:
            pass

    def send_view(self):
        with self._showing:
            self._send(VIEW, encode_view(self.view))

    def show(self, **changes):
        """A view that differs from the counter at rest in these members, and in its time from any
        other view."""
        view = base_view(**changes)
        with self._showing:
            if "now_ms" not in changes:
                view["now_ms"] = max(view["now_ms"], self.view["now_ms"] + 1)
            self.view = view
        self.send_view()

    def refuse(self, seq, why, **flaws):
        """`flaws`: field="WHAT" of what was keyed."""
        assert set(flaws) <= set(DOCUMENT_FIELDS)
        self._send(REFUSED, numbered(seq, REFUSALS.index(why), [DOCUMENT_FLAWS.index(flaws.get(field, "NONE"))
                                                                for field in DOCUMENT_FIELDS]))

    def button(self, number, pressed=True, acted=False):
        self._send(BUTTON, numbered(number, pressed, acted))

    def press(self, number, acted=False):
        """One of the counter's keys goes down and up again."""
        self.button(number, True, acted)
        self.button(number, False)

    def send_bytes(self, packet):
        self._peer.send(packet)

    def forget(self):
        with self._changed:
            self.received.clear()

    def expect(self, kind, deadline_s=60):
        """The next message of this kind, whatever else comes before it."""
        end = time.monotonic() + deadline_s
        with self._changed:
            while True:
                for index, message in enumerate(self.received):
                    if message[0] == kind:
                        del self.received[:index + 1]
                        return message
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"no {kind} came; {self.received}")
                self._changed.wait(left)

    def stop(self):
        """As if the lane had died."""
        self._listener.close()
        peer, self._peer = self._peer, None
        if peer:
            peer.shutdown(socket.SHUT_RDWR)
            peer.close()

    def start_again(self):
        self._listen()

    def close(self):
        self._ending = True
        self.stop()
