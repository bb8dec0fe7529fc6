"""What a kiosk costs and how fast it is, by its own kernel: figures for tests/bench/README.md, and the bounds that hold.

The guest's processor executes an instruction in 2 ns, so what is measured in processor time is the same on
every machine; what waits for the world outside is not, and has no bound here.
"""
import pathlib
import re
import statistics

import pytest

from guest import BUILD
from clock_kit import Clock
from rig import ROOT, SERVICES, Rig
from test_sync import import_placements

IDLE_S, CONTACTS = 30, 5
INTERVAL_S, JITTER = 3600, 10  # kiosk_config.c, sync_session.c
CONTACTS_AN_HOUR = 3600 / (INTERVAL_S * (1 - 1 / JITTER))
DOCUMENTS = ("budi", "agus", "hendra", "galih", "fitri", "bayu", "dimas", "eko")
UNLISTED = ("laras", "maya", "wayan", "budi", "galih", "dewi", "fitri", "dimas")  # on no list of that cache
COUNTRY = sorted((ROOT / "build/bench/bench").glob("check-2100000-*.db"))


@pytest.fixture(name="quiet", scope="module")
def fixture_quiet(tmp_path_factory):
    """A kiosk with the intervals of a live one."""
    made = Rig(tmp_path_factory.mktemp("quiet"), sync={"sync_interval_s": INTERVAL_S})
    made.clock = Clock(made.folder)  # the registry's
    made.registry.stop()
    with made.clock.kiosk():
        made.registry.start()
    made.power_on()
    made.plug()
    yield made
    made.close()


def say(name, unit, figure):
    with open(BUILD / "figures.txt", "a", encoding="utf-8") as file:
        file.write(f"{name}\t{unit}\t{figure:.2f}\n")


def of_each(rig, file, pattern):
    """A number of each process, from its /proc."""
    return [int(re.search(pattern, rig.guest.sh(f"cat /proc/$(pid {name})/{file}"), re.MULTILINE)[1])
            for name in SERVICES]


def ran_s(rig):
    """Of all threads of the three, by the scheduler."""
    return sum(int(line.split()[0]) for name in SERVICES for line in rig.guest.sh(
        f"cat /proc/$(pid {name})/task/*/schedstat").splitlines()) / 1e9


def test_from_the_last_byte_to_the_lamp(quiet):
    """The kernel stamps both: the adapter's packet that ends the document, and the line that is set."""
    quiet.guest.sh("echo 'p:byte ftdi_sio:ftdi_process_read_urb' >>/sys/kernel/tracing/kprobe_events; "
                   "echo 1 >/sys/kernel/tracing/events/kprobes/byte/enable")
    took = []
    for document in DOCUMENTS:
        mark = quiet.lamps.mark()
        seq = quiet.scan(document).seq
        lit_ms = quiet.lamps.on("amber", mark)
        stamps = (re.search(r"(\d+\.\d+): byte: ", line) for line in quiet.lamps.stream.lines[mark:])
        took.append(lit_ms - max(ms for ms in (float(found[1]) * 1000 for found in stamps if found) if ms < lit_ms))
        quiet.press(3)
        quiet.decided(seq)
    say("last serial byte to lamp, median", "ms", statistics.median(took))
    say("... slowest", "ms", max(took))
    assert statistics.median(took) < 500


def anonymous(rig):
    return sum(of_each(rig, "status", r"^RssAnon:\s+(\d+) kB")) / 1024


def written(rig):
    """Bytes that the three have written, and all that the disk was told to write: the file system's own journal too."""
    sectors = int(rig.guest.sh("cat /sys/block/vda/stat").split()[6])
    return sum(of_each(rig, "io", r"^write_bytes: (\d+)")), 512 * sectors


def contact(rig):
    """Waits for the next contact that the page is told of."""
    def last(lines):
        return re.findall(r'"last_contact_ms":(\d+)', "\n".join(lines))[-1:]
    before, now = len(rig.page), last(rig.page.lines)
    rig.page.wait_for("a contact", lambda lines: last(lines) not in ([], now), before)


def contacts_write(rig):
    """A contact without news, and the age of the data, which such a one writes once an hour. They come every few seconds
    from now on, between which the kernel does what it else does within half a minute: it commits its own journal, and takes
    pages home. Of a kiosk that has worked: it writes its WALs over."""
    before = len(rig.log)
    rig.guest.sh("echo 100 >/proc/sys/vm/dirty_expire_centisecs; echo 100 >/proc/sys/vm/dirty_writeback_centisecs; "
                 "sed -i 's/^sync_interval_s = .*/sync_interval_s = 8/' /data/pamit.conf; kill $(pid sync)")
    rig.log.wait("pamit-sync READY", before)
    import_placements(rig.registry, rig.folder, 100, 1000000)
    rig.log.wait("pamit-sync FEED_APPLIED feed=placements", before)
    contact(rig)
    contact(rig)
    one = [part / CONTACTS for part in writes(rig, lambda: [contact(rig) for _ in range(CONTACTS)])]
    rig.clock.set(3600 * 1000)
    aged = writes(rig, lambda: [contact(rig), contact(rig)])
    return one, [part - 2 * each for part, each in zip(aged, one)]


def writes(rig, what):
    begun = written(rig)
    what()
    return [end - begin for begin, end in zip(begun, written(rig))]


def test_memory_processor_and_disk_of_a_kiosk_that_idles(quiet):
    quiet.uploaded(quiet.verified())
    begun = None
    while begun != written(quiet):  # what the last traveller left to be moved into its place
        begun = written(quiet)
        quiet.guest.sh("sync; usleep 5000000")
    ran = ran_s(quiet)
    began_s = float(quiet.guest.sh("cut -d' ' -f1 /proc/uptime"))
    quiet.guest.sh(f"usleep {IDLE_S}000000")  # what is measured
    took_s = float(quiet.guest.sh("cut -d' ' -f1 /proc/uptime")) - began_s
    anonymous_mb = anonymous(quiet)
    busy = 100 * (ran_s(quiet) - ran) / took_s
    idle = [end - begin for begin, end in zip(begun, written(quiet))]
    say("anonymous memory of all three", "MB", anonymous_mb)
    say("processor of all three, idle", "%", busy)
    one, aged = contacts_write(quiet)
    hourly_kb = [(3600 / took_s * still + CONTACTS_AN_HOUR * each + age) / 1000
                 for still, each, age in zip(idle, one, aged)]
    for who, each, age, hour in zip(("by the three", "to the disk"), one, aged, hourly_kb):
        say(f"written {who} by a contact without news", "KB", each / 1000)
        say(f"written {who} by the age of the data", "KB", age / 1000)
        say(f"written {who} in an idle hour", "KB", hour)
    assert anonymous_mb <= 32 and busy < 0.5
    assert hourly_kb[1] < 100


def test_start_to_ready(quiet):
    """From the process's begin to its word, in the guest's time."""
    for name in SERVICES:
        before = len(quiet.log)
        quiet.guest.sh(f"kill $(pid {name})")
        quiet.log.wait(f"init: ENDED process={name}", before)
        quiet.log.wait(f"pamit-{name} READY", before)
        begun = int(quiet.guest.sh(f"cut -d' ' -f22 /proc/$(pid {name})/stat")) / 100
        ready = float(quiet.guest.sh(f"cat /run/{name}.ready"))
        say(f"{name}: start to ready", "ms", (ready - begun) * 1000)
        assert ready - begun < 5


@pytest.mark.skipif(not COUNTRY, reason="a cache of 2.1 million placements is made by tests/bench/run --full check")
def test_memory_with_a_countrys_placements(tmp_path):
    """The registry is away, since it would replace the cache by its sample."""
    files = {"cache.db": COUNTRY[0], "cache.db-wal": pathlib.Path(f"{COUNTRY[0]}-wal"),
             "storage.key": COUNTRY[0].with_name("storage.key")}
    rig = Rig(tmp_path, disk_mb=COUNTRY[0].stat().st_size // 1000000 + 200, files=files)
    try:
        rig.registry.stop()
        rig.power_on(services=())
        for name in SERVICES:
            rig.start(name)
        rig.plug()
        for document in UNLISTED:
            assert rig.scan(document).verdict == "RUJUK"
        rig.guest.sh("pamit cache show --config /data/pamit.conf")  # there are placements still
        anonymous_mb = anonymous(rig)
        say("anonymous memory of all three, 2.1 million placements", "MB", anonymous_mb)
        assert anonymous_mb <= 32
    finally:
        rig.close()
