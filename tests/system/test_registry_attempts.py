"""Who tries again: repeat attempts and subjects of interest, which the registry makes of what counters decided."""

import datetime
import hashlib
import itertools

import cbor2
import pytest

from clock_kit import Clock
from registry_kit import (DECIDED, PRESENTED, ZERO_HASH, Entry, Registry, cose_payload, decided, deterministic,
                          presented, zstd_raw)

DEFERRAL, SOI, REPEAT = 1, 2, 6
CLEARED, SECONDARY, DEFERRED, REFUSED_EXIT, HANDED_OVER, WITHDRAWN = 1, 3, 4, 5, 6, 7
KIOSKS = ("CGK-03-0412", "CGK-04-0001", "BTM-01-0001", "SKP-01-0001")
WIB = datetime.timezone(datetime.timedelta(hours=7))
NOW = datetime.datetime.now(WIB)
TODAY = NOW.date() + datetime.timedelta(1)
EPOCH = datetime.date(1970, 1, 1)


def at(day, hour):
    return datetime.datetime.combine(day, datetime.time(hour), WIB)


@pytest.fixture(name="registry", scope="module")
def make_registry(tmp_path_factory):
    """At the registry it is noon, so that no day ends while these run."""
    folder = tmp_path_factory.mktemp("registry")
    clock = Clock(folder)
    clock.set(int((at(TODAY, 12) - NOW).total_seconds() * 1000))
    registry = Registry(folder)
    registry.counter = itertools.count()
    with clock.kiosk():
        registry.start()
    registry.reader = registry.enrol("READER")
    yield registry
    assert registry.stop() == 0


class Scene:
    """Somebody new at counters that are new: decisions as (site and kiosk, day, decision)."""

    def __init__(self, registry):
        self.registry, self.number = registry, next(registry.counter)
        self.kiosks = {}
        self.first = len(self.rows())

    def rows(self):
        reply = self.registry.reader.request("GET", "/v1/feed/lists?from=0")
        return cose_payload(self.registry.receipt_key, reply.body)[7]

    def kiosk(self, name):
        """KIOSKS[i] with a number of its own, so that scenes don't meet."""
        if name not in self.kiosks:
            self.kiosks[name] = self.registry.enrol(f"{name}-{self.number}")
            self.dated(self.kiosks[name], [self.kiosks[name].append_epoch()], 400)
        return self.kiosks[name]

    def documents(self, number=None, name="RAHMAWATI SITI", birth=19980412):
        """Of this scene's person, or of whom the test says; no other scene's has that surname."""
        if " " in name:
            name += " " + "".join("BDGKLMNPRS"[int(digit)] + "A" for digit in str(self.number))
        return {4: {1: 1, 2: number or f"X{self.number:07}", 3: "IDN", 4: "IDN", 5: name, 6: "F", 7: birth,
                    8: 20340501, 9: 1}}

    def decide(self, name, days_ago, decision, changes=None, document=None):
        kiosk = self.kiosk(name)
        place = {1: {2: name.partition("-")[0], 3: "03", 4: "P-0001"}}
        shown = kiosk.append(PRESENTED, presented({**place, **self.documents(**(document or {})), **(changes or {})}))
        entry = kiosk.append(DECIDED, decided(shown.seq, decision, {**place, 4: 2}))
        return self.dated(kiosk, (shown, entry), days_ago)

    def dated(self, kiosk, entries, days_ago):
        """The entries of a day, as the counter's clock says it."""
        for entry in entries:
            header = cbor2.loads(entry.unlinked)
            header[6] = int(at(TODAY - datetime.timedelta(days_ago), 9).timestamp() * 1000)
            prev = kiosk.entries[entry.seq - 2].hash if entry.seq > 1 else ZERO_HASH
            whole = deterministic({**header, 12: hashlib.sha256(entry.payload).digest(), 13: prev})
            kiosk.entries[entry.seq - 1] = Entry(entry.seq, deterministic(header), entry.payload, whole,
                                                 hashlib.sha256(whole).digest())
        return kiosk

    def send(self, *names):
        """Counters come back, in this order, each with all that it has."""
        for name in names or self.kiosks:
            kiosk = self.kiosks[name]
            reply = kiosk.request("POST", "/v1/entries", zstd_raw(kiosk.batch(1, len(kiosk.entries))))
            assert reply.status == 200, reply.body

    def made(self):
        """(kind, days ago that it begins, who issued it), without deferrals."""
        return sorted((row[1], (TODAY - EPOCH).days - row[7], row[9].removesuffix(f"-{self.number}"))
                      for row in self.rows()[self.first:] if row[1] != DEFERRAL)


@pytest.fixture(name="scene")
def make_scene(registry):
    return Scene(registry)


A, A2, B, C = KIOSKS
ROWS = [
    ("deferred once", [(A, 1, DEFERRED)], []),
    ("and again at another place, the day after", [(A, 1, DEFERRED), (B, 0, DEFERRED)],
     [(SOI, 0, "BTM"), (REPEAT, 0, "BTM")]),
    ("on the same day", [(A, 0, DEFERRED), (B, 0, DEFERRED)], [(SOI, 0, "CGK"), (REPEAT, 0, "BTM")]),
    ("at another counter of the same place", [(A, 1, DEFERRED), (A2, 0, DEFERRED)], [(REPEAT, 0, "CGK")]),
    ("refused by law at another place", [(A, 1, DEFERRED), (B, 0, REFUSED_EXIT)],
     [(SOI, 0, "BTM"), (REPEAT, 0, "BTM")]),
    ("turned back himself", [(A, 1, DEFERRED), (B, 0, WITHDRAWN)], [(REPEAT, 0, "BTM")]),
    ("handed to those who protect", [(A, 1, DEFERRED), (B, 0, HANDED_OVER)], [(REPEAT, 0, "BTM")]),
    ("has brought what was missing", [(A, 1, DEFERRED), (B, 0, CLEARED)], []),
    ("is still being asked", [(A, 1, DEFERRED), (B, 0, SECONDARY)], []),
    ("turned back and never deferred", [(A, 1, WITHDRAWN), (B, 0, WITHDRAWN)], []),
    ("refused before and then deferred", [(A, 1, REFUSED_EXIT), (B, 0, DEFERRED)], []),
    ("a repeat of days ago is over, a subject of interest is not", [(A, 30, DEFERRED), (B, 20, DEFERRED)],
     [(SOI, 20, "BTM")]),
    ("when the first deferral had ended", [(A, 380, DEFERRED), (B, 0, DEFERRED)], []),
    ("at three places", [(A, 9, DEFERRED), (B, 8, DEFERRED), (C, 0, DEFERRED)],
     [(SOI, 0, "SKP"), (SOI, 8, "BTM"), (REPEAT, 0, "SKP")]),
]


@pytest.mark.parametrize("decisions, made", [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_what_decisions_make(scene, decisions, made):
    for name, days_ago, decision in decisions:
        scene.decide(name, days_ago, decision)
    scene.send()
    assert scene.made() == sorted(made)
    scene.send()  # the same again, as after an answer that was lost
    assert scene.made() == sorted(made)


def test_the_later_of_two_dates_the_row_whichever_comes_first(scene):
    """One counter was offline for a season."""
    scene.decide(A, 30, DEFERRED)
    scene.decide(B, 20, DEFERRED)
    scene.send(B, A)
    assert scene.made() == [(SOI, 20, "BTM")]


WHO = [
    ("another document, the same name and birth date", {"number": "Y1"}, True),
    ("the name in another spelling and order", {"number": "Y1", "name": "SITTI RACHMAWATI"}, True),
    ("another birth date", {"number": "Y1", "birth": 19980413}, False),
    ("another name, the same document", {"name": "DEWI ANGGRAINI"}, True),
    ("nothing in common", {"number": "Y1", "name": "DEWI ANGGRAINI"}, False),
]


@pytest.mark.parametrize("document, same", [row[1:] for row in WHO], ids=[row[0] for row in WHO])
def test_who_is_the_same(scene, document, same):
    if "number" in document:
        document = {**document, "number": f"{document['number']}{scene.number:06}"}
    scene.decide(A, 1, DEFERRED)
    scene.decide(B, 0, DEFERRED, document=document)
    scene.send()
    assert bool(scene.made()) == same


def test_one_word_and_a_birth_date_are_nobody_for_sure(scene):
    for i, name in enumerate((A, B)):
        scene.decide(name, 1 - i, DEFERRED, document={"number": f"Z{i}{scene.number:06}", "name": "SUHARTO"})
    scene.send()
    assert scene.made() == []


def test_a_second_try_at_the_same_counter_on_the_same_day_is_what_the_counter_says(scene):
    scene.decide(A, 0, DEFERRED)
    scene.decide(A, 0, DEFERRED, {10: 2, 11: [{1: 71, 2: 3}, {1: 70, 2: 2}]})
    scene.send()
    assert scene.made() == [(REPEAT, 0, "CGK")]


@pytest.mark.parametrize("changes", [{1: {1: 1, 2: "BTM", 3: "1", 4: "P"}}, {3: {1: 1}}], ids=["practice", "a return"])
def test_what_makes_no_attempt(scene, changes):
    scene.decide(A, 1, DEFERRED)
    scene.decide(B, 0, WITHDRAWN, changes)
    scene.send()
    assert scene.made() == []


def test_what_the_centre_withdrew_is_nothing_to_repeat(scene):
    scene.decide(A, 1, DEFERRED)
    scene.send()
    scene.registry.command("withdraw", "kiosk", scene.kiosks[A].name)
    scene.first = len(scene.rows())
    scene.decide(B, 0, DEFERRED)
    scene.send(B)
    assert scene.made() == []


@pytest.mark.parametrize("name, left", [(B, []), (A, [(SOI, 0, "BTM"), (REPEAT, 0, "BTM")])],
                         ids=["the second", "the first"])
def test_what_is_taken_back_takes_back_what_it_made(scene, name, left):
    """The rows that it made. What the other decision made stays that one's word, until the centre withdraws it."""
    scene.decide(A, 1, DEFERRED)
    scene.decide(B, 0, DEFERRED)
    scene.send(A, B)
    answer = scene.kiosk(name).entries[-1]
    place = {1: {2: name.partition("-")[0], 3: "03", 4: "P-0001"}}
    taken_back = {**place, 2: 1, 3: answer.seq, 4: 2, 5: answer.hash, 6: 2, 7: 2}
    kiosk = scene.kiosk(name)
    scene.dated(kiosk, [kiosk.append(6, taken_back)], 0)
    scene.send(name)
    assert scene.made() == left
