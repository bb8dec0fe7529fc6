"""P11, P12: what comes down is signed, rises, and is there wholly or not at all; it never keeps a look-up
waiting; and its age is what the registry signed, never what a clock or a contact that failed says."""

import json
import sqlite3
import subprocess

import pytest

from clock_kit import Clock
from fault_proxy import BREAK, CUT, DOWN, HOLD, SPOILING, Fault, FaultProxy, plan_of
from front_kit import Front, busy
from registry_kit import BIN, Registry, Reply
from sync_kit import SyncKiosk
from sync_scene import make_kiosk_at_work  # noqa: F401
from test_sync import placements

ROWS = 1200
STEPS = (0, 500, 1000, ROWS)


@pytest.fixture
def registry(tmp_path):
    with Registry(tmp_path / "registry") as registry:
        path = tmp_path / "placements.jsonl"
        path.write_text(placements(ROWS))
        registry.command("import", "placements", path)
        yield registry


def feed(kiosk):
    """(version, age, rows) of the placements, by the file itself."""
    if not (kiosk.folder / "cache.db").exists():
        return 0, 0, 0
    with sqlite3.connect(f"file:{kiosk.folder / 'cache.db'}?mode=ro", uri=True) as db:
        version, as_of = db.execute("SELECT version, as_of FROM feed").fetchone() or (0, 0)
        return version, as_of, db.execute("SELECT count(*) FROM placement").fetchone()[0]


def shown(kiosk, *command):
    """What a technician is told: of the cache's age, unless asked for something else."""
    done = subprocess.run([BIN / "pamit", *(command or ("cache", "show")), "--json", "--config",
                           kiosk.folder / "pamit.conf"],
                          capture_output=True, text=True, timeout=60, check=False)
    return json.loads(done.stdout)


def test_P11_a_download_that_is_disturbed_at_any_byte_leaves_a_whole_version(registry, kiosk):
    other = SyncKiosk(registry, kiosk.folder.parent / "other", "CGK-03-0413")
    other.append(1)
    with FaultProxy(registry.port) as proxy:
        assert other.once(port=proxy.port).returncode == 0
        size = proxy.bytes(DOWN)
    places = [(DOWN, round(size * i / 13)) for i in range(1, 13)]
    seen = set()
    for fault in plan_of(11, (CUT, BREAK, *SPOILING), places):
        before = feed(kiosk)
        with FaultProxy(registry.port, [Fault(0, DOWN, fault.at, fault.what, fault.amount)]) as proxy:
            kiosk.once(port=proxy.port)
        version, as_of, rows = feed(kiosk)
        assert version == rows and rows in STEPS and version >= before[0]
        assert (as_of > 0) == (rows == ROWS), "half of the data has an age"
        seen.add(rows)
        for left in kiosk.folder.glob("cache.db*"):
            left.unlink()
    assert seen | {ROWS} == set(STEPS)
    assert kiosk.once().returncode == 0
    assert feed(kiosk)[2] == ROWS


def test_P11_only_what_the_registry_signed_and_what_rises_is_taken(registry, kiosk):
    """A front replays an older answer, changes one, and gives another feed's: the cache stays."""
    assert kiosk.once().returncode == 0
    first, recorded = feed(kiosk), {}

    def record(method, path, body, ask):
        recorded[path] = ask()
        return recorded[path]

    path = registry.folder / "more.jsonl"
    path.write_text(placements(3, first=ROWS + 1))
    registry.command("import", "placements", path)
    fresh = SyncKiosk(registry, kiosk.folder.parent / "other", "CGK-03-0413")
    fresh.append(1)
    with Front(registry, fresh, record) as front:
        assert fresh.once(port=front.port).returncode == 0
    older = recorded["/v1/feed/placements?from=0"]

    def changed(reply):
        return Reply(200, {}, reply.body[:-1] + bytes([reply.body[-1] ^ 1]))  # of the signature

    for alter in (lambda reply: older, changed):
        def answer(method, path, body, ask, alter=alter):
            return alter(ask()) if "/feed/placements" in path else ask()
        with Front(registry, kiosk, answer) as front:
            done = kiosk.once(port=front.port)
        assert done.returncode == 1 and "FEED_REFUSED" in done.stderr, done.stderr
        assert feed(kiosk)[0] == first[0]
    assert kiosk.once().returncode == 0
    assert feed(kiosk)[0] == ROWS + 3


def test_P11_a_download_in_progress_keeps_no_look_up_waiting(registry, kiosk):
    """A step is held half way: who asks the cache is answered, by the data of the step before."""
    with FaultProxy(registry.port, [Fault(0, DOWN, 60000, HOLD)]) as proxy:
        kiosk.start(port=proxy.port, interval_s=3600)
        proxy.await_held()
        assert shown(kiosk)["placements_version"] in STEPS[:-1]
        assert feed(kiosk)[2] in STEPS[:-1]
        proxy.release()
        kiosk.await_log("SYNC_ONLINE")
    assert shown(kiosk)["placements_version"] == ROWS


def test_P12_the_age_of_data_is_what_was_signed_and_a_failed_contact_makes_nothing_younger(registry, kiosk):
    assert kiosk.once().returncode == 0
    age = feed(kiosk)[1]
    told = shown(kiosk)["placements_as_of"]
    assert registry.stop() == 0
    assert kiosk.once().returncode == 1
    registry.start()
    with Front(registry, kiosk, lambda *_: busy(1)) as front:
        assert kiosk.once(port=front.port).returncode == 1
    assert feed(kiosk)[1] == age and shown(kiosk)["placements_as_of"] == told
    assert kiosk.once().returncode == 0
    assert feed(kiosk)[1] == age  # a good one writes an age once an hour
    kiosk.let_an_hour_pass()
    assert kiosk.once().returncode == 0
    assert feed(kiosk)[1] >= age


def test_P12_status_says_how_old_the_data_are_and_who_vouches_for_the_clock(registry, kiosk, tmp_path):
    """A clock that is two days on: so are the data by it, and the registry said another time in this boot."""
    assert kiosk.once().returncode == 0
    clock = Clock(tmp_path)
    for hours, quality in ((0, "SYNCED"), (50, "UNKNOWN")):
        clock.set(hours * 3600 * 1000)
        with clock.kiosk():
            told = shown(kiosk, "status")
        assert (told["data_age_hours"], told["clock"]) == (hours, quality)
        assert told["placements_as_of"] == shown(kiosk)["placements_as_of"] is not None


def test_P12_an_idle_contact_asks_for_nothing_and_the_data_are_as_of_now(registry, kiosk):
    """The receipt that says nothing is newer is the registry's signed word for it."""
    assert kiosk.once().returncode == 0
    asked = []

    def answer(method, path, body, ask):
        asked.append(path.partition("?")[0])
        return ask()

    age = feed(kiosk)[1]
    kiosk.let_an_hour_pass()
    with Front(registry, kiosk, answer) as front:
        assert kiosk.once(port=front.port).returncode == 0
    assert feed(kiosk)[1] >= age
    assert set(asked) == {"/v1/receipt", "/v1/feed/lists"}  # of lists there are none, which is no version
