"""A deferral taken at this counter counts at once: offline, before any sync, and after `kill -9`.

Another traveller goes through between two scans of the deferred one: the same document again at once
would be the same transit.
"""
import datetime
import signal

import pytest

from desk_kit import decide, desk, pamit, scan, view, wait_for_data

DAY_MS, WIB_MS = 24 * 3600 * 1000, 7 * 3600 * 1000


@pytest.fixture(name="made")
def fixture_made(tmp_path):
    with desk(tmp_path / "desk") as made:
        wait_for_data(made)
        made.hardware.do("network", "off")
        view(made, "offline", lambda v: not v["link"]["online"])
        yield made


def local_day(made):
    return (made.page.state()["view"]["now_ms"] + WIB_MS) // DAY_MS


class Deferred:
    """The traveller that was deferred, and on which days: a test may run over midnight."""

    def __init__(self, made, document):
        self.made, self.document, self.before = made, document, local_day(made)
        self.shown = scan(made, document)
        assert self.shown["result"] == "RUJUK" and not {"R070", "R071"} & set(reasons(self.shown))
        decide(made, self.shown["seq"], "DEFERRED", supervisor=True)
        self.after = local_day(made)

    def tries_again(self, seq):
        shown = scan(self.made, self.document, after=seq)
        said = reasons(shown)
        today = local_day(self.made)
        if self.before == today:
            assert shown["result"] == "TUNDA"
            assert list(said)[:1] == ["R071"] and "R070" in said
            assert said["R071"]["expected"] == "CTH 01"
        elif self.after < today:  # midnight has passed since
            assert "R071" not in said
        assert said["R070"]["expected"] == "CTH 01"
        assert said["R070"]["found"] in (day_text(self.before), day_text(self.after))
        return shown


def day_text(day):
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=day)).isoformat()


def reasons(crossing):
    return {reason["code"]: reason for reason in crossing["reasons"]}


def another(made):
    """Somebody whom the deferral does not concern; the seq of their crossing."""
    shown = scan(made, "siti")
    assert shown["result"] == "SESUAI" and list(reasons(shown)) == ["R001"]
    decide(made, shown["seq"], "CLEARED")
    return shown["seq"]


def restart_killed(made):
    assert made.processes.kill("lane") == -signal.SIGKILL
    since = len(made.processes.events)
    made.start("lane")
    made.processes.wait("lane", "SCANNER_OPEN", since=since)
    view(made, "a lane that serves", lambda v: v["scanner_ok"] and v["panel_ok"])


def test_a_deferral_counts_at_the_next_scan_and_survives_a_kill(made):
    deferred = Deferred(made, "agus")
    shown = deferred.tries_again(another(made))
    decide(made, shown["seq"], "SECONDARY", supervisor=True)
    restart_killed(made)
    shown = deferred.tries_again(another(made))
    decide(made, shown["seq"], "SECONDARY", supervisor=True)
    assert "sound" in pamit(made, "journal", "verify")


def test_a_deferral_that_was_just_recorded_survives_a_kill(made):
    """Killed at the moment its decision is acknowledged: nothing but the COMMIT can have kept it."""
    deferred = Deferred(made, "agus")
    restart_killed(made)
    decide(made, deferred.tries_again(deferred.shown["seq"])["seq"], "SECONDARY", supervisor=True)


def test_the_person_is_found_with_another_passport(made):
    deferred = Deferred(made, "suharto-old")
    deferred.document = "suharto"  # who otherwise goes: SESUAI
    decide(made, deferred.tries_again(another(made))["seq"], "SECONDARY", supervisor=True)


def test_what_is_not_deferred_is_not_told(made):
    shown = scan(made, "agus")
    decide(made, shown["seq"], "SECONDARY")
    again = scan(made, "agus", after=another(made))
    assert not {"R070", "R071"} & set(reasons(again))
    decide(made, again["seq"], "SECONDARY")
