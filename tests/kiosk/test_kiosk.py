"""A kiosk and its registry as OPERATING.md has them installed: they start, begin again, and reach what they need alone."""
import os

import pytest

from machine import Machine, commands

KIOSK = "CGK-03-0412"
SERVICES = ("pamit-lane", "pamit-sync", "pamit-console")
KEYED = {"type": "P", "number": "X0000012", "number_check": "4", "country": "IDN", "nationality": "IDN",
         "name": "CONTOH BUDI", "sex": "M", "birth": "1990-01-01", "expiry": "2031-01-01", "nik": "", "proposal_id": 0}


def registry(machine, *words):
    """A command of the registry's, as its user."""
    return machine.run("cd /etc/pamit-registry; runuser -u pamit-registry -- "
                       f"pamit-registry {' '.join(words)} --config registry.conf 2>/dev/null")


@pytest.fixture(name="machine", scope="module")
def fixture_machine():
    machine = Machine()
    try:
        machine.run("echo 127.0.0.1 localhost registry.example >/etc/hosts")
        machine.run(commands("The registry's first day")[0])
        machine.run("systemctl enable --now pamit-registry")
        for what, example in (("policy", "policy.example.json"), ("placements", "placements.example.jsonl"),
                              ("lists", "lists.example.jsonl")):
            registry(machine, "import", what, f"/srv/contract/{example}")
        yield machine
    finally:
        machine.close()


@pytest.fixture(name="kiosk", scope="module")
def fixture_kiosk(machine):
    the_machine, programs, configuration, enrolment, *_ = commands("Installing a kiosk")
    for script in (the_machine, programs, configuration):
        machine.run(script)
    code = registry(machine, "enrol-code", KIOSK).strip()
    machine.run(f"echo {code} | {enrolment}")
    return machine


@pytest.mark.parametrize("unit", ("pamit-registry", *SERVICES))
def test_a_service_has_said_that_it_is_ready(kiosk, unit):
    shown = kiosk.run(f"systemctl show -p Type,ActiveState,NRestarts {unit}").split()
    assert sorted(shown) == ["ActiveState=active", "NRestarts=0", "Type=notify"]


def test_a_confined_kiosk_sends_and_gets_what_it_goes_by(kiosk):
    with kiosk.log() as log:
        kiosk.run("systemctl restart pamit-sync")
        log.wait("SYNC_ONLINE host=registry.example")
    assert KIOSK in registry(kiosk, "kiosk", "list")
    assert "sound: 1 entry" in kiosk.run("pamit journal verify --config /etc/pamit/pamit.conf")


@pytest.mark.parametrize("signal, result", [("KILL", "signal"), ("STOP", "watchdog")])
def test_a_dead_or_hung_lane_is_put_dark_and_begins_again(kiosk, signal, result):
    """There is no panel here, which the command that darkens it says."""
    pid = kiosk.pid("pamit-lane")
    with kiosk.log() as log:
        kiosk.run(f"kill -{signal} {pid}")
        log.wait("^pamit-lane.service: Main process exited, code=killed, status=9/KILL", "^PANEL_FAILED",
                 "^pamit-lane.service: Control process exited, code=exited, status=1",
                 f"^pamit-lane.service: Failed with result '{result}'", "^READY kiosk=")
    assert kiosk.pid("pamit-lane") != pid


def test_a_lane_that_mends_itself_stays_the_same_process(kiosk):
    """Its journal's -shm goes, which it meets when it stores a document that is keyed. systemd takes what it is told in
    order, and before it answers: had it heard STOPPING, it would be about to kill."""
    kiosk.run("systemctl stop pamit-console")
    with kiosk.log() as log:
        kiosk.run("systemctl start pamit-console")
        log.wait("^LANE_CONNECTED")
    pid = kiosk.pid("pamit-lane")
    with kiosk.log() as log:
        kiosk.run("rm /var/lib/pamit/lane/journal.db-shm")
        assert " 202 " in kiosk.post("/keyed", KEYED)
        log.wait("^STOPPING", "^READY kiosk=")
    shown = kiosk.run("systemctl show -p SubState,MainPID pamit-lane").split()
    assert sorted(shown) == [f"MainPID={pid}", "SubState=running"]


@pytest.mark.parametrize("unit", SERVICES[1:])
def test_what_is_killed_begins_again(kiosk, unit):
    with kiosk.log() as log:
        kiosk.run(f"kill -9 {kiosk.pid(unit)}")
        log.wait("^READY")


# ---- walls ---------------------------------------------------------------------------------------

ASK_CLOCK = "perl -e '$b = chr(0) x 512; print syscall(%d, $b) < 0 ? qq(refused\\n) : qq(answered\\n)'"
# Nodes that everybody may open, of a driver that the lane is allowed and of one that nobody is.
UART, KERNEL_LOG = "/dev/a-uart", "/dev/a-kernel-log"


def opens(node):
    """Whether the driver is asked, which may have no such device."""
    return f'perl -MFcntl -e "exit(!sysopen(F, shift, O_WRONLY | O_NONBLOCK) && (\\$!{{EPERM}} || \\$!{{ENOENT}}))" {node}'


def done(kiosk, unit, attempts, confined=True):
    """Those that succeed as the unit's user."""
    script = "\n".join(f"if {{ {attempt}; }} >/dev/null 2>&1; then echo {i}; fi" for i, attempt in enumerate(attempts))
    *said, end = kiosk.as_unit(unit, f"{script}\necho end", confined).split()
    assert end == "end"
    return [attempts[int(i)] for i in said]


def closed(kiosk, unit, *attempts):
    """It is the unit alone that each of these fails by."""
    assert done(kiosk, unit, attempts, confined=False) == list(attempts)
    assert done(kiosk, unit, attempts) == []


@pytest.fixture(name="nodes", scope="module")
def fixture_nodes(kiosk):
    kiosk.run(f"mknod -m 666 {UART} c 4 64; mknod -m 666 {KERNEL_LOG} c 1 11")


@pytest.mark.usefixtures("nodes")
@pytest.mark.parametrize("unit", SERVICES)
def test_what_no_process_of_pamit_is_left(kiosk, unit):
    kiosk.run("install -d -m 755 /home/officer")
    closed(kiosk, unit, "ls /home/officer", "cat /proc/1/comm", "unshare -U true", opens(KERNEL_LOG))


def test_sync_is_kept_from_what_is_the_lanes_though_it_is_the_same_user(kiosk):
    lane = kiosk.pid("pamit-lane")
    closed(kiosk, "pamit-sync", "cat /var/lib/pamit/entry/entry.key", "ls /run/pamit-lane", "touch /var/lib/pamit/lane",
           f"ls /proc/{lane}/root/var/lib/pamit/entry", f"cat /proc/{lane}/environ", "touch /var/lib/pamit/keys")


def test_the_lane_has_no_network_and_no_tls_key(kiosk):
    closed(kiosk, "pamit-lane", "ls /var/lib/pamit/tls", "touch /var/lib/pamit/sync",
           'perl -MSocket -e "socket(S, AF_INET, SOCK_STREAM, 0) or die"')


def test_the_console_sees_no_database(kiosk):
    closed(kiosk, "pamit-console", "ls /var/lib/pamit")


@pytest.mark.usefixtures("nodes")
def test_the_lane_alone_has_devices(kiosk):
    assert done(kiosk, "pamit-lane", [opens(UART)]) == [opens(UART)]
    for unit in SERVICES[1:]:
        closed(kiosk, unit, opens(UART))


@pytest.mark.parametrize("unit", SERVICES[:2])
def test_the_clock_can_be_asked(kiosk, unit):
    number = {"x86_64": 159, "aarch64": 171}[os.uname().machine]  # adjtimex(2)
    assert "answered" in kiosk.as_unit(unit, ASK_CLOCK % number)
