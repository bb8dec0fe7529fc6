"""P12: data that are too old are seen to be so where anybody looks: on the page, in a verdict, by `pamit status`."""

import json
import sqlite3
import subprocess

from desk_kit import PROGRAMS, decide, desk, scan, view, wait_for_data

AGED_H = 100  # beyond what the desk's policy allows


def assert_status(made, code, hours, said):
    done = subprocess.run([PROGRAMS / "pamit", "status", "--json", "--config", made.folder / "pamit.conf"],
                          capture_output=True, text=True, timeout=60, check=False)
    told = json.loads(done.stdout)
    assert done.returncode == code and said in done.stderr, done.stderr
    assert (told["data_age_hours"], told["data_stale"]) == (hours, code == 1)


def test_P12_data_that_are_too_old_are_seen_at_the_counter(tmp_path):
    with desk(tmp_path / "desk") as made:
        wait_for_data(made)
        assert_status(made, 0, 0, "")
        crossing = scan(made, "siti")
        assert crossing["result"] == "SESUAI"
        decided = decide(made, crossing["seq"], "CLEARED")
        made.processes.stop("sync")  # nothing comes down for so long:
        with sqlite3.connect(made.folder / "sync/cache.db") as cache:
            cache.execute("UPDATE feed SET as_of = as_of - ?", (AGED_H * 3600,))
        cache.close()
        assert view(made, "stale data", lambda v: v["link"]["data_stale"])["link"]["data_as_of_ms"] > 0
        assert_status(made, 1, AGED_H, "older than policy allows")
        crossing = scan(made, "suharto", after=decided)
        assert crossing["result"] == "RUJUK"
        assert [reason["code"] for reason in crossing["reasons"]] == ["R019", "R002"]
