"""A whole desk for a test: real processes on loopback in a folder of their own."""
import contextlib
import os
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "board" / "desk"))

import desk_setup  # noqa: E402
from desk import Desk  # noqa: E402
from desk_client import Refused  # noqa: E402,F401  (for the tests)

PROGRAMS = pathlib.Path(os.environ["PAMIT_BIN"])


@contextlib.contextmanager
def desk(folder, start=("registry", "desk", "lane", "console", "sync")):
    """A prepared desk with those processes running; all of them are ended at the end."""
    made = Desk(folder, PROGRAMS, desk_setup.free_ports())
    made.prepare()
    try:
        for name in start:
            made.start(name)
        yield made
    finally:
        made.stop_all()


def view(made, what, condition):
    """Waits until the page's view fulfils the condition, and returns it."""
    return made.page.wait(what, lambda s: s["lane"] and s["view"] and condition(s["view"]))["view"]


def wait_for_data(made):
    return view(made, "data from the registry",
                lambda v: v["link"]["online"] and v["link"]["data_as_of_ms"] > 0)


def scan(made, document, after=0):
    """Puts a document on the scanner and returns the crossing that is shown for it."""
    made.hardware.do("scan", document)
    return view(made, f"a verdict for {document}", lambda v: v["screen"] == "VERDICT" and
                v["crossing"]["seq"] > after)["crossing"]


def past_deafness(made, seq):
    """Waits until the keys hear again: they do not in a verdict's first BUTTON_DEAF_MS."""
    begun = time.monotonic()
    made.page.wait("keys that hear", lambda s: time.monotonic() - begun > 0.45)
    assert made.page.state()["view"]["crossing"]["seq"] == seq


def decide(made, seq, decision, supervisor=False):
    """Decides as an officer or a supervisor, and returns the seq of the recorded decision."""
    made.page.post("/action", {
        "seq": seq, "decision": decision, "role": "SUPERVISOR" if supervisor else "OFFICER",
        "second_officer_id": "S-0001" if supervisor else "", "note": "test" if supervisor else ""})
    shown = view(made, "recorded", lambda v: v["screen"] == "RECORDED" and
                 v["crossing"]["seq"] == seq)
    return shown["recorded"]["decided_seq"]


def pamit(made, *words):
    return desk_setup.run(PROGRAMS / "pamit", *words, "--config", made.folder / "pamit.conf")


def registry_head(made):
    return desk_setup.run(PROGRAMS / "pamit-registry", "head", desk_setup.KIOSK_ID, "--config",
                          made.folder / "registry.conf").split()
