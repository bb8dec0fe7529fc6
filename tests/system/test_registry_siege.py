"""Hundreds of clients that stall, flood or send garbage, all at once and until the end, and a kiosk that does
its work between them. What is asserted is what was answered, never how fast: a limit only ends a test that hangs."""
import contextlib
import hashlib
import http.client
import os
import resource
import select
import socket
import ssl
import threading
import time

import pytest

import pki
from registry_kit import START_S, Registry, cose_payload, zstd_bomb, zstd_raw

NAME = "CGK-03-0412"
RECEIPT = f"GET /v1/receipt?nonce={'00' * 16} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
LISTS = b"GET /v1/feed/lists?from=0 HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEADER = b"POST /v1/entries HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n"
OVERSIZE = HEADER.replace(b"60000", b"16777216") + b"\r\n"
EACH = 40      # clients of a sort
BATCHES = 20   # of the good kiosk
GOOD_PEER = "127.0.0.2"  # another address than the besiegers'


def plain(port):
    return socket.create_connection(("127.0.0.1", port), timeout=START_S)


def secure(kiosk):
    """A TLS connection of a kiosk with a good certificate."""
    return kiosk.context().wrap_socket(plain(kiosk.registry.port), server_hostname="localhost")


def half_hello(kiosk):
    """The first bytes of a handshake, which never goes on."""
    client = ssl.MemoryBIO()
    tls = kiosk.context().wrap_bio(ssl.MemoryBIO(), client, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    connection = plain(kiosk.registry.port)
    connection.sendall(client.read()[:60])
    return connection


def silent(kiosk):
    return plain(kiosk.registry.port)


def half_header(kiosk):
    connection = secure(kiosk)
    connection.sendall(HEADER)
    return connection


def half_body(kiosk):
    connection = secure(kiosk)
    connection.sendall(HEADER + b"\r\n" + os.urandom(100))
    return connection


def deaf(kiosk):
    """Asks again and again, and reads no answer."""
    connection = secure(kiosk)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.sendall(LISTS * 200)
    return connection


# Sort, and how many clients share one certificate: a kiosk has at most four connections.
STALLERS = [(silent, EACH), (half_hello, EACH), (half_header, 4), (half_body, 4), (deaf, 4)]

# Those who never stop. Each turn returns what it was told.


def requests(siege, kiosk):
    """Faster than they are answered."""
    with secure(kiosk) as connection:
        connection.sendall(RECEIPT * 50)
        return connection.recv(1 << 16)


def garbage(siege, kiosk):
    with plain(siege.registry.port) as connection:
        connection.sendall(os.urandom(300))
        connection.shutdown(socket.SHUT_WR)
        return connection.recv(1 << 10)


def plain_http(siege, kiosk):
    with plain(siege.registry.port) as connection:
        connection.sendall(RECEIPT)
        connection.shutdown(socket.SHUT_WR)
        return connection.recv(1 << 10)


def garbage_in_tls(siege, kiosk):
    with secure(kiosk) as connection:
        connection.sendall(os.urandom(300) + b"\r\n\r\n")
        return connection.recv(1 << 10)


def oversize(siege, kiosk):
    """More than is dropped in peace: it is told so, or cut off."""
    with secure(kiosk) as connection:
        connection.sendall(OVERSIZE + bytes(1 << 21))
        return connection.recv(1 << 10)


def bomb(siege, kiosk):
    """A few bytes that become a gigabyte."""
    body = zstd_bomb(1 << 30)
    with secure(kiosk) as connection:
        connection.sendall(HEADER.replace(b"60000", b"%d" % len(body)) + b"\r\n" + body)
        return connection.recv(1 << 10)


def connections(siege, kiosk):
    """Many at once, and none that says anything."""
    for connection in [plain(siege.registry.port) for _ in range(20)]:
        connection.close()
    return b""


def handshakes(siege, kiosk):
    with secure(kiosk):
        return b""


def foreign(siege, kiosk):
    """A certificate of another CA."""
    with siege.foreign.wrap_socket(plain(siege.registry.port), server_hostname="localhost") as connection:
        return connection.recv(1 << 10)


RESTLESS = [requests, garbage, plain_http, garbage_in_tls, oversize, bomb, connections, handshakes, foreign]


class Siege:
    """Who stalls stays; who floods or sends garbage goes on until the end, from threads of their own."""

    def __init__(self, registry):
        self.registry, self.stalled, self.threads = registry, [], []
        self.over = threading.Event()
        self.turns, self.wrong = threading.Semaphore(0), []
        self.kiosks = [registry.enrol(f"SUB-01-{i:04}") for i in range(sum(EACH // share for _, share in STALLERS))]
        self.restless = [registry.enrol(f"SUB-02-{i:04}") for i in range(len(RESTLESS))]
        identity = pki.issue(pki.make_ca(registry.folder, "other"), NAME, registry.folder, "foreign")
        self.foreign = ssl.create_default_context(cafile=registry.ca.cert)
        self.foreign.load_cert_chain(identity.cert, identity.key)

    def __enter__(self):
        kiosks = iter(self.kiosks)
        for sort, share in STALLERS:
            for _ in range(EACH // share):
                kiosk = next(kiosks)
                for _ in range(share):
                    with contextlib.suppress(OSError):  # sent away at once: as good
                        self.stalled.append(sort(kiosk))
        for sort, kiosk in zip(RESTLESS, self.restless):
            self.threads.append(threading.Thread(target=self.go_on, args=(sort, kiosk), daemon=True))
            self.threads[-1].start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join(START_S)
        for connection in self.stalled:
            connection.close()

    def go_on(self, sort, kiosk):
        n_turns = 0
        while not self.over.is_set():
            told = b""
            with contextlib.suppress(OSError):  # sent away
                told = sort(self, kiosk)
            if (sort is requests) != (b"HTTP/1.1 200" in told) and told:
                self.wrong.append((sort.__name__, told))
            n_turns += 1
            if n_turns == 2:
                self.turns.release()

    def await_turns(self):
        """Until each of the restless has done what it does, and more than once."""
        for _ in RESTLESS:
            assert self.turns.acquire(timeout=START_S)

    def open(self):
        """How many of those who stall are still let."""
        ready, _, _ = select.select(self.stalled, [], [], 0)
        ended = set()
        for connection in ready:
            connection.setblocking(False)
            try:
                if connection.recv(1 << 16) == b"":
                    ended.add(connection)
            except (ssl.SSLWantReadError, BlockingIOError):
                pass  # something of TLS itself
            except OSError:
                ended.add(connection)
        return len(self.stalled) - len(ended)


@pytest.fixture(autouse=True)
def descriptors():
    """Both sides of each connection are descriptors, some of them ours."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def ask(connection, method, path, body=None):
    connection.request(method, path, body=body)
    answer = connection.getresponse()
    return answer.status, answer.read()


@pytest.mark.parametrize("most", [1000, 170], ids=["room for all", "room for a few strangers"])
def test_a_kiosk_uploads_while_two_hundred_others_stall_flood_and_send_garbage(tmp_path, most):
    # Nobody leaves because of the time that he was silent.
    with Registry(tmp_path, max_connections=most, timeout_s=3600) as registry:
        good = registry.enrol(NAME).fill(5 * BATCHES)
        with Siege(registry) as siege:
            connection = http.client.HTTPSConnection(
                "localhost", registry.port, context=good.context(), timeout=START_S, source_address=(GOOD_PEER, 0))
            for first in range(1, 5 * BATCHES, 5):
                if first == 5 * BATCHES // 2 + 1:
                    siege.await_turns()
                status, body = ask(connection, "POST", "/v1/entries", zstd_raw(good.batch(first, first + 4)))
                assert status == 200 and cose_payload(registry.receipt_key, body)[4] == first + 5
            connection.close()
            assert siege.wrong == []
            if most == 1000:
                assert siege.open() == len(STALLERS) * EACH
            else:
                assert siege.open() <= most + 32  # those who came last, and who is still on his way out
        assert registry.head(NAME) == (1, 5 * BATCHES + 1, hashlib.sha256(good.entries[-1].whole).digest())


def test_a_kiosk_that_asks_too_often_is_held_back_and_no_other(tmp_path):
    """What one is answered in any stretch of time is bounded by the rate, whatever it sends."""
    with Registry(tmp_path, max_rate=5) as registry:
        greedy, other = registry.enrol(NAME), registry.enrol("CGK-03-0413")
        with secure(greedy) as connection:
            began = time.monotonic()
            connection.sendall(RECEIPT * 8)  # 5 at once, then one in 0.2 s
            got = b""
            while got.count(b"HTTP/1.1 200") < 5:
                got += connection.recv(1 << 16)
            assert other.request("GET", RECEIPT.split()[1].decode()).status == 200
            while got.count(b"HTTP/1.1 200") < 8:  # in time all of it is answered
                got += connection.recv(1 << 16)
            assert time.monotonic() - began >= 3 / 5
        assert b"HTTP/1.1 4" not in got
        held = [line for line in registry.log if "REGISTRY_HELD" in line]
        assert len(held) == 1 and held[0].endswith(f"kiosk={NAME}")
