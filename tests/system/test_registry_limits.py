"""How much of the registry one kiosk, or one stranger, may take, and for how long."""
import contextlib
import http.client
import socket
import sqlite3
import ssl
import subprocess
import time
from pathlib import Path

import pytest

import pki
from clock_kit import Clock
from registry_kit import DECIDED, PRESENTED, PROGRAM, START_S, Registry, decided, presented

NAME, OTHER = "CGK-03-0412", "CGK-03-0413"
RECEIPT = f"/v1/receipt?nonce={'00' * 16}"
DAY_MS = 24 * 3600 * 1000


LIVE = {1: {2: "CGK", 3: "03", 4: "P-0001"}}
DEFERRED = 4


@pytest.fixture
def registry(tmp_path):
    with Registry(tmp_path) as registry:
        yield registry


def connect(kiosk):
    return http.client.HTTPSConnection(
        "localhost", kiosk.registry.port, context=kiosk.context(), timeout=START_S)


def ask(connection, path=RECEIPT):
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer


def is_ended(connection):
    """The other end closed it, now or soon."""
    try:
        return connection.sock.recv(1) == b""
    except (ConnectionError, ssl.SSLError):
        return True


def timer(port):
    """What the kernel's timer of the one connection to a port is for (proc_net_tcp): "02" probes, "00" nothing."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    (found,) = [row[5] for row in rows if row[1] == f"0100007F:{port:04X}" and row[3] == "01"]
    return found.partition(":")[0]


def test_a_revoked_kiosk_keeps_no_connection(registry):
    kiosk = registry.enrol(NAME)
    connection = connect(kiosk)
    assert ask(connection).status == 200
    registry.command("kiosk", "revoke", kiosk.name)
    answer = ask(connection)
    assert answer.status == 403 and answer.getheader("Connection") == "close"


@pytest.mark.parametrize("how", ["kept", "held", "silent"])
def test_one_kiosk_does_not_keep_others_out(tmp_path, how):
    """It has the connections it made last; those before them are closed, also where a request is held, and
    where nothing was ever asked for."""
    with Registry(tmp_path, max_connections=12) as registry:
        greedy, other = registry.enrol(NAME), registry.enrol(OTHER)
        connections = []
        for _ in range(20):
            connection = connect(greedy)
            if how == "silent":
                connection.connect()
            else:
                assert ask(connection).status == 200
            if how == "held":
                connection.request("GET", f"{RECEIPT}&wait=60&policy=0&lists=0&placements=0")
            connections.append(connection)
            if len(connections) > 4:
                assert is_ended(connections[-5])
        assert other.request("GET", RECEIPT).status == 200
        if how != "held":
            assert [ask(connection).status for connection in connections[-4:]] == [200] * 4
        for connection in connections:
            connection.close()


def test_a_registry_that_is_stopped_keeps_nobody_waiting(registry):
    """Requests are held, of kiosks that are there and of some that went away: they are answered or not, at once."""
    connections = []
    for number in range(4):
        kiosk = registry.enrol(f"CGK-03-{number:04}")
        for _ in range(4):
            connections.append(connect(kiosk))
            assert ask(connections[-1]).status == 200
            connections[-1].request("GET", f"{RECEIPT}&wait=60&policy=0&lists=0&placements=0")
    for connection in connections[::2]:
        connection.close()
    assert registry.stop() == 0
    for connection in connections[1::2]:
        with contextlib.suppress(http.client.RemoteDisconnected, OSError):
            assert connection.getresponse().status == 200
        connection.close()


def test_idle_connections_are_probed(registry):
    """So that a kiosk whose line was cut is found out: the kernel runs a timer for each."""
    kiosk = registry.enrol(NAME)
    connection = connect(kiosk)
    ask(connection)
    end = time.monotonic() + START_S
    while timer(registry.port) != "02":  # of what was sent and not yet acknowledged: "01"
        assert time.monotonic() < end
        time.sleep(0.01)
    connection.close()


def test_at_rest_it_does_next_to_nothing(registry):
    """Also where the machine has been up for long: its timer makes up for no tick before its own start."""
    kiosk = registry.enrol(NAME).fill(1)
    assert kiosk.post(kiosk.batch(1, 1)).status == 200
    assert kiosk.request("GET", f"{RECEIPT}&wait=1&policy=0&lists=0&placements=0").status == 200
    io = Path(f"/proc/{registry.process.pid}/io").read_text(encoding="ascii")
    assert int(io.partition("syscr:")[2].split()[0]) < 1500  # reads, since it was started


def test_more_connections_than_the_system_gives_descriptors_for_are_refused_at_the_start(tmp_path):
    registry = Registry(tmp_path, max_connections=1000)
    done = subprocess.run(
        ["prlimit", "--nofile=512:512", PROGRAM, "serve", "--config", registry.config],
        capture_output=True, text=True, timeout=START_S, check=False)
    assert done.returncode == 1 and "LimitNOFILE" in done.stderr


def test_a_certificate_that_ends_ends_its_connections(tmp_path):
    clock = Clock(tmp_path)
    with clock.kiosk():
        registry = Registry(tmp_path)
        registry.start()
    kiosk = registry.enrol(NAME, not_after=pki.days(2))
    connection = connect(kiosk)
    assert ask(connection).status == 200
    clock.set(3 * DAY_MS)
    with pytest.raises(http.client.RemoteDisconnected):
        ask(connection)
    registry.await_log("certificate is good")
    assert registry.stop() == 0


def test_who_does_not_say_who_they_are_do_not_keep_kiosks_out(tmp_path):
    """They connect to the kiosks' own door, more than it has room for, and say nothing: the newest stay, and
    leave when a kiosk comes."""
    with Registry(tmp_path, max_connections=12) as registry:
        kiosk = registry.enrol(NAME)
        silent = []
        for _ in range(20):
            silent.append(socket.create_connection(("localhost", registry.port), timeout=START_S))
            if len(silent) > 12:
                try:
                    assert silent[-13].recv(1) == b""
                except ConnectionError:
                    pass
        kept = connect(kiosk)
        assert ask(kept).status == 200 and kiosk.request("GET", RECEIPT).status == 200
        for _ in range(6):
            silent.append(socket.create_connection(("localhost", registry.port), timeout=START_S))
        assert ask(kept).status == 200
        for connection in silent:
            connection.close()


# ---- what one kiosk may tell the others ----


def defers(kiosk, number):
    """Somebody with a document of that number; sends it."""
    first = len(kiosk.entries) + 1
    shown = kiosk.append(PRESENTED, presented({**LIVE, 4: {**presented()[4], 2: number}}))
    kiosk.append(DECIDED, decided(shown.seq, DEFERRED, LIVE))
    assert kiosk.post(kiosk.batch(first, first + 1)).status == 200


def lists(registry):
    with sqlite3.connect(f"file:{registry.folder / 'registry.db'}?mode=ro", uri=True) as db:
        return db.execute("SELECT withdrawn FROM listing ORDER BY version").fetchall()


def test_what_a_kiosk_told_the_others_is_withdrawn_by_one_command(registry):
    taken_over, other = registry.enrol(NAME).fill(1), registry.enrol(OTHER).fill(1)
    for kiosk in (taken_over, other):
        assert kiosk.post(kiosk.batch(1, 1)).status == 200
    for number in ("X0000011", "X0000012"):
        defers(taken_over, number)
    defers(other, "X0000013")
    registry.command("kiosk", "revoke", NAME)
    assert lists(registry) == [(0,), (0,), (0,)]
    assert registry.command("withdraw", "kiosk", NAME).startswith("2 withdrawn, 0 were before;")
    assert lists(registry) == [(0,), (1,), (1,)]
    assert registry.command("withdraw", "kiosk", NAME).startswith("0 withdrawn, 2 were before;")
    assert registry.run("withdraw", "kiosk", "CGK-03-0499").returncode == 1


def test_a_kiosk_that_defers_without_end_is_no_longer_told_to_others(registry):
    kiosk = registry.enrol(NAME).fill(1)
    assert kiosk.post(kiosk.batch(1, 1)).status == 200
    defers(kiosk, "X0000011")
    with sqlite3.connect(registry.folder / "registry.db") as db:
        db.executemany("INSERT INTO told SELECT ?, kiosk, told_ms FROM told WHERE length(id) = 64",
                       [(str(number),) for number in range(999)])
    db.close()
    defers(kiosk, "X0000012")
    assert lists(registry) == [(0,)] and registry.head(NAME)[1] == 6
    assert "rows=1" in registry.await_log("REGISTRY_ROWS_OVER")
