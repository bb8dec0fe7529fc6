"""The tour: the desk served without a person, from passport to registry and back.

Each stop puts a document on the scanner, checks what the counter says, decides as an officer would
through the page's API, and waits until that is recorded. In the middle the network is pulled; the
counter goes on; with the network back everything is acknowledged. Every row has to be as expected,
and the registry's head has to be the kiosk's.
"""
import dataclasses
import json
import time

from desk_setup import KIOSK_ID, run


@dataclasses.dataclass
class Stop:
    document: str
    verdict: str          # "" for a document that gives no verdict
    reasons: tuple        # exactly these, worst first
    decision: str = ""
    supervisor: bool = False
    context: dict = dataclasses.field(default_factory=dict)
    offline: bool = False


WORK = {"purpose": "WORK"}
STOPS = (
    Stop("siti", "SESUAI", ("R001",), "CLEARED", context=WORK),
    Stop("suharto", "SESUAI", ("R002",), "CLEARED", context={"purpose": "LEAVE_RETURN"}),
    Stop("agus", "RUJUK", ("R011",), "SECONDARY", context=WORK),
    Stop("dewi", "TUNDA", ("R016", "R001"), "DEFERRED", supervisor=True, context=WORK),
    Stop("blurred", "", ()),
    Stop("budi", "RUJUK", ("R010",), "SECONDARY", context=WORK, offline=True),
    Stop("suharto-old", "RUJUK", ("R013", "R002"), "SECONDARY", context=WORK, offline=True),
    Stop("rina", "TUNDA", ("R020", "R021", "R001"), "DEFERRED", supervisor=True, context=WORK, offline=True),
    Stop("joko", "RUJUK", ("R021", "R001"), "CLEARED_NOTE", supervisor=True, context=WORK, offline=True),
    Stop("putri", "TUNDA", ("R030", "R001"), "DEFERRED", supervisor=True, context=WORK),
    Stop("hendra", "RUJUK", ("R012",), "SECONDARY", context=WORK),
    Stop("maya", "SESUAI", ("R003",), "LOGGED_ONLY", context={"category": "TOUR"}),
    Stop("wayan", "SESUAI", ("R004",), "RETURN_LOGGED", context={"direction": "RETURN"}),
)

NO_CONTEXT = {"direction": "DEPARTURE", "carrier_kind": "SEA", "carrier_no": "KM CONTOH 7",
              "dest_country": "", "purpose": "NONE", "category": "NONE"}


@dataclasses.dataclass
class Row:
    stop: Stop
    verdict: str = ""
    reasons: tuple = ()
    presented: int = 0
    decided: int = 0
    decision: str = ""
    acked_at: str = ""
    wrong: str = ""


class Tour:
    def __init__(self, folder, programs, page, hardware):
        self.folder = folder
        self.programs = programs
        self.page = page
        self.hardware = hardware
        self.rows = []

    def _view(self, what, condition):
        return self.page.wait(what, lambda s: s["lane"] and s["view"] and condition(s["view"]))["view"]

    def _set_context(self, stop):
        wanted = NO_CONTEXT | stop.context
        self._view("ready", lambda v: v["screen"] in ("READY", "UNREADABLE", "RECORDED"))
        self.page.post("/context", wanted)
        self._view("the context", lambda v: v["context"] == wanted)

    def _decide(self, stop, row):
        self.page.post("/action", {
            "seq": row.presented, "decision": stop.decision,
            "role": "SUPERVISOR" if stop.supervisor else "OFFICER",
            "second_officer_id": "S-0001" if stop.supervisor else "",
            "note": "tour" if stop.supervisor else ""})
        view = self._view("recorded", lambda v: v["screen"] == "RECORDED" and
                          v["crossing"]["seq"] == row.presented)
        row.decision = view["recorded"]["decision"]
        row.decided = view["recorded"]["decided_seq"]

    def visit(self, stop, last_seq):
        """One document. Returns the seq of the last verdict."""
        row = Row(stop)
        self.rows.append(row)
        self._set_context(stop)
        self.hardware.do("scan", stop.document)
        if not stop.verdict:
            self._view("not readable", lambda v: v["screen"] == "UNREADABLE")
            return last_seq
        view = self._view("a verdict", lambda v: v["screen"] == "VERDICT" and
                          v["crossing"]["seq"] > last_seq)
        crossing = view["crossing"]
        row.presented = crossing["seq"]
        row.verdict = crossing["result"]
        row.reasons = tuple(reason["code"] for reason in crossing["reasons"])
        self._decide(stop, row)
        return row.presented

    def network(self, on):
        self.hardware.do("network", "on" if on else "off")
        self._view("online" if on else "offline", lambda v: v["link"]["online"] == on)

    def go(self):
        """All stops; True if everything is as expected."""
        self._view("data from the registry",
                   lambda v: v["link"]["online"] and v["link"]["data_as_of_ms"] > 0)
        seq, online = 0, True
        for stop in STOPS:
            if stop.offline == online:
                online = not stop.offline
                print(f"  network {'plugged in again' if online else 'pulled'}", flush=True)
                self.network(online)
            seq = self.visit(stop, seq)
        self._view("everything acknowledged",
                   lambda v: v["link"]["online"] and v["link"]["unsent"] == 0)
        return self._check()

    # ---- checking ---------------------------------------------------------------------------

    def _acknowledged(self):
        """When each entry was acknowledged, by the seq of its PRESENTED, from the journal's export."""
        text = run(self.programs / "pamit", "journal", "export", "--format", "jsonl", "--config",
                   self.folder / "pamit.conf")
        events = [json.loads(line) for line in text.splitlines()]
        return {event["event_id"]["seq"]: event["acked_at"] for event in events}

    def _heads(self):
        kiosk = run(self.programs / "pamit", "journal", "head", "--config",
                    self.folder / "pamit.conf").split()
        registry = run(self.programs / "pamit-registry", "head", KIOSK_ID, "--config",
                       self.folder / "registry.conf").split()
        return kiosk, registry

    def _check_row(self, row, acked):
        stop = row.stop
        row.acked_at = acked.get(row.presented) or ""
        if row.verdict != stop.verdict:
            row.wrong = f"expected {stop.verdict or 'no verdict'}"
        elif row.reasons != stop.reasons:
            row.wrong = f"expected {' '.join(stop.reasons)}"
        elif row.decision != stop.decision:
            row.wrong = f"expected {stop.decision}"
        elif stop.verdict and not row.acked_at:
            row.wrong = "not acknowledged"

    def _check(self):
        acked = self._acknowledged()
        for row in self.rows:
            self._check_row(row, acked)
        print_table(self.rows)
        kiosk, registry = self._heads()
        same = kiosk == registry
        print(f"\nkiosk head    {' '.join(kiosk)}\nregistry head {' '.join(registry)}"
              f"\nheads {'agree' if same else 'DIFFER'}")
        return same and not any(row.wrong for row in self.rows)


def print_table(rows):
    head = ("document", "verdict", "reasons", "decision", "seq", "acknowledged at", "")
    table = [head]
    for row in rows:
        seqs = f"{row.presented},{row.decided}" if row.presented else "-"
        where = "offline" if row.stop.offline else ""
        table.append((row.stop.document, row.verdict or "not readable", " ".join(row.reasons),
                      row.decision or "-", seqs, row.acked_at or "-",
                      f"WRONG: {row.wrong}" if row.wrong else where))
    widths = [max(len(line[i]) for line in table) for i in range(len(head))]
    print()
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
        if line is head:
            print("  ".join("-" * width for width in widths[:-1]))


def main(desk):
    """Runs the tour on a started desk; the exit code."""
    started = time.monotonic()
    good = Tour(desk.folder, desk.programs, desk.page, desk.hardware).go()
    print(f"\n{'the tour went as expected' if good else 'THE TOUR FAILED'}, "
          f"{time.monotonic() - started:.1f} s", flush=True)
    return 0 if good else 1
