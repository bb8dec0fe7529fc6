"""The tour: the desk served without a person, from passport to registry and back.

It begins at a counter to which no data have come yet. Each stop puts a document on the scanner, checks
what the counter says, decides as an officer would through the page's API, and waits until that is
recorded. In the middle the network is pulled; the counter goes on; with the network back everything is
acknowledged. Every row has to be as expected, and the registry's head has to be the kiosk's.
"""
import dataclasses
import json
import sys
import time

from desk_setup import KIOSK_ID, run


@dataclasses.dataclass
class Stop:
    document: str
    shows: str                # what is special about it, for the reader of the table
    verdict: str              # "" for a document that gives no verdict
    reasons: tuple            # exactly these, worst first; or the one why it could not be read
    decision: str = ""
    supervisor: bool = False
    context: dict = dataclasses.field(default_factory=lambda: {"purpose": "WORK"})
    keyed: bool = False       # by the officer, since it can't be read


@dataclasses.dataclass
class Leg:
    """What a family of rules says."""
    about: str
    stops: tuple
    offline: bool = False
    before_data: bool = False


def supervised(*arguments, **options):
    return Stop(*arguments, supervisor=True, **options)


LEGS = (
    Leg("no data have come yet: nobody is cleared", before_data=True, stops=(
        Stop("suharto", "nothing looked up", "RUJUK", ("R093", "R093"), "SECONDARY"),)),
    Leg("nothing speaks against", (
        Stop("siti", "placement matches", "SESUAI", ("R001",), "CLEARED"),
        Stop("suharto", "back from leave", "SESUAI", ("R002",), "CLEARED",
             context={"purpose": "LEAVE_RETURN"}),
        Stop("laras", "moratorium, exempt", "SESUAI", ("R001", "R052"), "CLEARED"),
        Stop("maya", "tourist, no worker", "SESUAI", ("R003",), "LOGGED_ONLY",
             context={"category": "TOUR"}),
        Stop("wayan", "comes home", "SESUAI", ("R004",), "RETURN_LOGGED",
             context={"direction": "RETURN"}))),
    Leg("the placement", offline=True, stops=(
        Stop("agus", "name spelt otherwise", "RUJUK", ("R011",), "SECONDARY"),
        Stop("hendra", "another birth date", "RUJUK", ("R012",), "SECONDARY"),
        Stop("suharto-old", "number of before", "RUJUK", ("R013", "R002"), "SECONDARY"),
        supervised("tuti", "renewed, by name", "RUJUK", ("R013", "R001"), "CLEARED_NOTE"),
        Stop("budi", "no placement", "RUJUK", ("R010",), "SECONDARY"),
        Stop("galih", "two placements", "RUJUK", ("R014", "R001"), "SECONDARY"),
        supervised("eko", "still in process", "RUJUK", ("R015", "R001"), "DEFERRED"),
        supervised("dewi", "cancelled", "TUNDA", ("R016", "R001"), "DEFERRED"),
        Stop("fitri", "too early", "RUJUK", ("R017", "R001"), "WITHDRAWN"),
        Stop("slamet", "other destination", "RUJUK", ("R018", "R001"), "SECONDARY",
             context={"purpose": "WORK", "dest_country": "JPN"}))),
    Leg("the document", offline=True, stops=(
        supervised("rina", "passport expired", "TUNDA", ("R020", "R021", "R001"), "REFUSED_EXIT"),
        supervised("joko", "under six months", "RUJUK", ("R021", "R001"), "CLEARED_NOTE"),
        supervised("ayu", "reported lost", "TUNDA", ("R023", "R001"), "REFUSED_EXIT"),
        Stop("splp", "typed by the officer", "RUJUK", ("R024", "R001"), "SECONDARY", keyed=True),
        Stop("lookalike", "misread, confirmed", "RUJUK", ("R024", "R001"), "SECONDARY", keyed=True),
        Stop("blurred", "not readable", "", ("check digit",)),
        Stop("worn", "not readable", "", ("unread",)),
        Stop("visa", "not a passport", "", ("visa",)))),
    Leg("age and what the scheme requires", (
        supervised("putri", "seventeen years old", "TUNDA", ("R030", "R001"), "DEFERRED"),
        supervised("yanti", "visa has ended", "RUJUK", ("R025", "R001"), "DEFERRED"),
        Stop("bayu", "contract has ended", "RUJUK", ("R060", "R001"), "SECONDARY"),
        Stop("ratih", "no orientation", "RUJUK", ("R061", "R001"), "SECONDARY"),
        Stop("dimas", "insurance has ended", "RUJUK", ("R062", "R001"), "SECONDARY"),
        supervised("endah", "certificates missing", "RUJUK", ("R063", "R001"), "DEFERRED"))),
    Leg("the placement company, the destination", (
        Stop("iwan", "company suspended", "RUJUK", ("R040", "R001"), "SECONDARY"),
        supervised("mega", "company revoked", "TUNDA", ("R041", "R001"), "DEFERRED"),
        Stop("tono", "company unknown", "RUJUK", ("R042", "R001"), "SECONDARY"),
        supervised("lina", "moratorium", "TUNDA", ("R050", "R001"), "DEFERRED"),
        Stop("reza", "closed destination", "RUJUK", ("R010", "R051"), "SECONDARY",
             context={"purpose": "WORK", "dest_country": "KHM"}))),
    Leg("lists, and who tries again the same day", (
        Stop("indah", "deferred elsewhere", "RUJUK", ("R070", "R001"), "SECONDARY"),
        supervised("rudi", "subject of interest", "TUNDA", ("R072", "R001"), "HANDED_OVER"),
        Stop("hasan", "deported before", "RUJUK", ("R074", "R001"), "SECONDARY"),
        Stop("nurul", "open complaint", "RUJUK", ("R075", "R004"), "RETURN_REFERRED",
             context={"direction": "RETURN"}),
        Stop("teguh", "family has reported", "RUJUK", ("R075", "R001"), "SECONDARY"),
        supervised("dewi", "tries again", "TUNDA", ("R016", "R071", "R070", "R001"), "HANDED_OVER"),
        supervised("endah", "tries again", "TUNDA", ("R071", "R063", "R070", "R001"), "DEFERRED"))),
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


def why_unreadable(told):
    if told["fault"]:
        return told["fault"]["kind"]
    if told["visa"] or told["garbage"]:
        return "visa" if told["visa"] else "garbage"
    return told["issues"][0] if told["issues"] else "check digit"


class Tour:
    """`start_sync` brings data to the counter."""

    def __init__(self, folder, programs, page, hardware, start_sync):
        self.folder = folder
        self.programs = programs
        self.page = page
        self.hardware = hardware
        self.start_sync = start_sync
        self.rows = []
        documents = json.loads((folder / "documents.json").read_text(encoding="utf-8"))
        self.forms = {document["name"]: document.get("keyed") for document in documents}

    def _view(self, what, condition):
        return self.page.wait(what, lambda s: s["lane"] and s["view"] and condition(s["view"]))["view"]

    def _make_ready(self, stop):
        """For the next traveller: nothing of the last one is on the glass."""
        self.page.post("/dismiss", {})
        self._view("ready", lambda v: v["screen"] == "READY")
        wanted = NO_CONTEXT | stop.context
        self.page.post("/context", wanted)
        self._view("the context", lambda v: v["context"] == wanted)

    def _key(self, stop, proposal):
        """What the officer types, or confirms of a misread character."""
        form = proposal["keyed"] if proposal else self.forms[stop.document]
        self.page.post("/keyed", form | {"proposal_id": proposal["id"] if proposal else 0})

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
        self._make_ready(stop)
        self.hardware.do("scan", stop.document)
        if stop.keyed or not stop.verdict:
            told = self._view("not readable", lambda v: v["screen"] == "UNREADABLE")["unreadable"]
            row.reasons = (why_unreadable(told),)
            if not stop.keyed:
                return last_seq
            self._key(stop, told["proposal"])
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

    def _prepare(self, leg, synced, online):
        """What the leg needs: data, and a network or none. Returns what there is then."""
        if not leg.before_data and not synced:
            self.start_sync()
            self._view("data from the registry",
                       lambda v: v["link"]["online"] and v["link"]["data_as_of_ms"] > 0)
        if leg.offline == online:
            print(f"  network {'pulled' if leg.offline else 'plugged in again'}", flush=True)
            self.network(not leg.offline)
        return not leg.before_data, not leg.offline

    def go(self):
        """All stops; True if everything is as expected."""
        seq, synced, online = 0, False, True
        for leg in LEGS:
            synced, online = self._prepare(leg, synced, online)
            for stop in leg.stops:
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


COLOURS = {"SESUAI": "32", "RUJUK": "33", "TUNDA": "31", "wrong": "1;31", "leg": "1"}


def painted(text, kind):
    """On a terminal, in the colour of its kind."""
    colour = COLOURS.get(kind) if sys.stdout.isatty() else None
    return f"\033[{colour}m{text}\033[0m" if colour else text


def cells_of(row):
    return (row.stop.document, row.stop.shows, row.verdict or "-", " ".join(row.reasons),
            row.decision or "-", f"{row.presented},{row.decided}" if row.presented else "-",
            row.acked_at[11:19] or "-")


def print_table(rows):
    """A line a document, below what its leg is about; at most 100 columns."""
    head = ("document", "what it shows", "verdict", "reasons", "decision", "entries", "acked")
    widths = [max(map(len, column)) for column in zip(head, *map(cells_of, rows))]
    line = lambda cells: "  ".join(cell.ljust(width) for cell, width in zip(cells, widths))
    print(f"\n{line(head).rstrip()}\n{line('-' * width for width in widths)}")
    left = iter(rows)
    for leg in LEGS:
        print(painted(leg.about + (", offline" if leg.offline else ""), "leg"))
        for _, row in zip(leg.stops, left):
            text = line(cells_of(row)).rstrip()
            print(text.replace(row.verdict, painted(row.verdict, row.verdict), 1) if row.verdict else text)
            if row.wrong:
                print(painted(f"  WRONG: {row.wrong}", "wrong"))


def main(desk):
    """Runs the tour at a started counter; the exit code."""
    started = time.monotonic()
    tour = Tour(desk.folder, desk.programs, desk.page, desk.hardware, lambda: desk.start("sync"))
    good = tour.go()
    print(f"\n{len(tour.rows)} scans in {time.monotonic() - started:.1f} s: "
          f"{'the tour went as expected' if good else 'THE TOUR FAILED'}", flush=True)
    return 0 if good else 1
