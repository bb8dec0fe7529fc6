"""`kill -9` of any process at any moment loses nothing that was acknowledged.

A traveller after the other is served through the page's API. In every round one process is killed at
a random moment and started again, each as often as any other; the counter has to come back by itself,
its lamps as the page says. What the page showed as a verdict or as recorded is written down; at the
end all of it has to be in the journal, which has to verify, and at the registry, whose head has to be
the kiosk's. The seed is printed and can be given in PAMIT_SEED; PAMIT_ROUNDS says how many rounds, PAMIT_VICTIMS
which processes ("lane,sync").
"""
import collections
import http.client
import json
import os
import pathlib
import random
import signal
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

from desk_kit import (  # noqa: E402
    PROGRAMS, Refused, decide, desk, desk_setup, pamit, past_deafness, registry_head, scan, view,
    wait_for_data)

ROUNDS = int(os.environ.get("PAMIT_ROUNDS", "120"))
VICTIMS = os.environ.get("PAMIT_VICTIMS", "lane,sync,console,registry,desk").split(",")
LAMPS = {"SESUAI": "green", "RUJUK": "amber", "TUNDA": "red"}
DOCUMENTS = {"siti": "CLEARED", "agus": "SECONDARY", "budi": "SECONDARY", "suharto": "CLEARED"}
INTERRUPTED = (OSError, http.client.HTTPException, Refused, json.JSONDecodeError)


class Ledger:
    """What was acknowledged: verdicts shown and decisions recorded, by seq."""

    def __init__(self):
        self.shown = {}
        self.recorded = {}

    def take(self, state):
        seen = state["view"] if state["lane"] else None
        crossing = seen and seen["crossing"]
        if not crossing:
            return seen
        self.shown[crossing["seq"]] = (crossing["document"]["number"], crossing["result"])
        if seen["recorded"]:
            self.recorded[crossing["seq"]] = (seen["recorded"]["decided_seq"],
                                              seen["recorded"]["decision"])
        return seen


def serve_until(made, ledger, rng, stop):
    """Serves travellers until `stop` is set, whatever is killed meanwhile."""
    while not stop.is_set():
        document = rng.choice(list(DOCUMENTS))
        try:
            made.hardware.do("scan", document)
            before = max(ledger.shown, default=0)
            while not stop.is_set():
                seen = ledger.take(made.page.state())
                if seen and seen["screen"] == "VERDICT" and seen["crossing"]["seq"] > before:
                    break
            if stop.is_set():
                return
            seq = seen["crossing"]["seq"]
            made.page.post("/action", {"seq": seq, "decision": DOCUMENTS[document],
                                       "role": "OFFICER"})
            while not stop.is_set() and seq not in ledger.recorded:
                ledger.take(made.page.state())
        except INTERRUPTED:
            stop.wait(0.01)


def kill(made, victim):
    if victim == "desk":
        # A device's name goes with the device. That of a pty would stay, and mean another one soon.
        (made.folder / "scanner").unlink()
    assert made.processes.kill(victim) == -signal.SIGKILL


def lamps(made, since):
    """What is lit now, and all that was lit since change `since`, in order."""
    told = json.loads(made.hardware.do("lamps", since))
    now = {name for name, on in told["lamps"].items() if on}
    lit = [change["line"] for change in told["changes"] if change["on"]]
    return now - {"buzzer"}, [line for line in lit if line != "buzzer"]


def lamps_are_right(made, since, seen):
    """What blinks may be dark now. Before the verdict that is shown there may have been another: a
    lane that comes back reads what the scanner sent meanwhile."""
    now, lit = lamps(made, since)
    if seen["screen"] == "VERDICT":
        lamp = LAMPS[seen["crossing"]["result"]]
        return now <= {lamp} and lit[-1:] == [lamp]
    return seen["screen"] == "READY" and not now


def bring_back(made, victim):
    """Starts it again, and waits for the counter to come back by itself."""
    since = len(made.processes.events)
    change = 0 if victim == "desk" else json.loads(made.hardware.do("lamps"))["next"]
    made.start(victim)
    if victim in ("desk", "lane"):
        made.processes.wait("lane", "SCANNER_OPEN", since=since)
        made.page.wait("the panel", lambda s: json.loads(made.hardware.do("status"))["wired"])
        if view(made, "a page", lambda v: True)["screen"] == "RECORDED":
            made.page.post("/dismiss", {})  # it would go by itself, in seconds
        try:
            view(made, "the lamps as it says", lambda v: lamps_are_right(made, change, v))
        except TimeoutError as late:
            raise AssertionError(f"{victim} killed; lamps {lamps(made, change)}") from late
    view(made, "a lane that serves", lambda v: v["scanner_ok"] and v["panel_ok"])


def crossing_s(made):
    """How long a traveller takes on this machine, from the scan to the recorded decision."""
    took = []
    for document, decision in DOCUMENTS.items():
        begun = time.monotonic()
        decide(made, scan(made, document)["seq"], decision)
        took.append(time.monotonic() - begun)
    return min(took)


def round_of(made, ledger, rng, victim, moment_max_s):
    """Kills one process while travellers are served, and starts it again."""
    stop = threading.Event()
    server = threading.Thread(target=serve_until, args=(made, ledger, rng, stop))
    server.start()
    time.sleep(rng.uniform(0, moment_max_s))  # the moment of the kill, not a wait for something
    kill(made, victim)
    stop.set()
    server.join()
    bring_back(made, victim)


def events_of(text):
    """Each event by the number of every entry that it is made of: one that is read again after a restart
    is one with the earlier."""
    return {seq: event for event in map(json.loads, text.splitlines()) for seq in event["entries"]}


def check(ledger, events):
    for seq, (number, result) in ledger.shown.items():
        assert seq in events, f"verdict #{seq} was shown and is lost"
        event = events[seq]
        assert event["doc_no"] == number
        last_presented = event["entries"][-2 if event["decision"] else -1]
        if seq == last_presented:
            colour = {"SESUAI": "GREEN", "RUJUK": "AMBER", "TUNDA": "RED"}[result]
            assert event["result"] == colour
    for seq, (_, decision) in ledger.recorded.items():
        assert events[seq]["decision"] == decision, f"decision on #{seq} was recorded and is lost"


def test_nothing_acknowledged_is_lost_when_any_process_is_killed_at_any_moment(tmp_path):
    seed = int(os.environ.get("PAMIT_SEED", random.randrange(1 << 32)))
    print(f"seed {seed}, {ROUNDS} rounds")
    rng = random.Random(seed)
    victims = [VICTIMS[i % len(VICTIMS)] for i in range(ROUNDS)]
    rng.shuffle(victims)
    ledger = Ledger()
    with desk(tmp_path / "desk") as made:
        wait_for_data(made)
        moment_max_s = 2 * crossing_s(made)
        for victim in victims:
            round_of(made, ledger, rng, victim, moment_max_s)
        view(made, "everything acknowledged", lambda v: v["link"]["online"] and
             v["link"]["unsent"] == 0)
        pamit(made, "journal", "verify")
        check(ledger, events_of(pamit(made, "journal", "export", "--format", "jsonl")))
        check(ledger, events_of(desk_setup.run(
            PROGRAMS / "pamit-registry", "export", "events", "--config",
            made.folder / "registry.conf")))
        assert pamit(made, "journal", "head").split() == registry_head(made)
    print(f"killed within {moment_max_s:.2f} s: {dict(collections.Counter(victims))}; "
          f"{len(ledger.shown)} verdicts and {len(ledger.recorded)} decisions acknowledged")
    assert len(ledger.recorded) > ROUNDS / 4


def test_hardware_that_comes_back_shows_what_is_open_and_its_keys_work(tmp_path):
    with desk(tmp_path / "desk") as made:
        wait_for_data(made)
        after = 0
        for document, key in (("siti", 1), ("agus", 3), ("dewi", None)):
            after = scan(made, document, after)["seq"]
            kill(made, "desk")
            bring_back(made, "desk")
            if key:
                past_deafness(made, after)
                made.hardware.do("press", key)
            else:
                decide(made, after, "DEFERRED", supervisor=True)
            shown = view(made, "recorded", lambda v: v["screen"] == "RECORDED")
            assert shown["crossing"]["seq"] == after
