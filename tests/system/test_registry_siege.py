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

from registry_kit import START_S, Registry, cose_payload, zstd_raw

NAME = "CGK-03-0412"
RECEIPT = f"GET /v1/receipt?nonce={'00' * 16} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
LISTS = b"GET /v1/feed/lists?from=0 HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEADER = b"POST /v1/entries HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n"
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
STALLERS = [(silent, EACH), (half_hello, EACH), (half_header, EACH), (half_body, 4), (deaf, 4)]


class Siege:
    """Who stalls stays; who floods or sends garbage goes on until the end, from threads of their own."""

    def __init__(self, registry):
        self.registry, self.stalled, self.threads = registry, [], []
        self.over = threading.Event()
        self.answers, self.garbage = 0, 0
        self.kiosks = [registry.enrol(f"SUB-01-{i:04}") for i in range(sum(EACH // share for _, share in STALLERS) + 1)]

    def __enter__(self):
        kiosks = iter(self.kiosks)
        for sort, share in STALLERS:
            for _ in range(EACH // share):
                kiosk = next(kiosks)
                for _ in range(share):
                    with contextlib.suppress(OSError):  # sent away at once: as good
                        self.stalled.append(sort(kiosk))
        for run in [self.flood] * 4 + [self.send_garbage] * 2:
            self.threads.append(threading.Thread(target=run, daemon=True))
            self.threads[-1].start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join(START_S)
        for connection in self.stalled:
            connection.close()

    def flood(self):
        """A kiosk that asks as fast as it is answered, or faster."""
        while not self.over.is_set():
            with contextlib.suppress(OSError), secure(self.kiosks[-1]) as connection:
                while not self.over.is_set():
                    connection.sendall(RECEIPT)
                    self.answers += connection.recv(1 << 16).count(b"HTTP/1.1 200")

    def send_garbage(self):
        while not self.over.is_set():
            with contextlib.suppress(OSError), plain(self.registry.port) as connection:
                connection.sendall(os.urandom(300) if self.garbage % 2 else RECEIPT)
                connection.shutdown(socket.SHUT_WR)
                self.garbage += 1
                connection.recv(1 << 10)

    def open(self):
        """How many of those who stall are still let."""
        ready, _, _ = select.select(self.stalled, [], [], 0)
        ended = set()
        for connection in ready:
            with contextlib.suppress(ssl.SSLWantReadError, BlockingIOError):
                connection.setblocking(False)
                try:
                    if connection.recv(1 << 16) == b"":
                        ended.add(connection)
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


@pytest.mark.parametrize("most", [1000, 120], ids=["room for all", "room for a few"])
def test_a_kiosk_uploads_while_two_hundred_others_stall_flood_and_send_garbage(tmp_path, most):
    # Nobody leaves because of the time that he was silent.
    with Registry(tmp_path, max_connections=most, timeout_s=3600) as registry:
        good = registry.enrol(NAME).fill(5 * BATCHES)
        with Siege(registry) as siege:
            connection = http.client.HTTPSConnection(
                "localhost", registry.port, context=good.context(), timeout=START_S, source_address=(GOOD_PEER, 0))
            for first in range(1, 5 * BATCHES, 5):
                status, body = ask(connection, "POST", "/v1/entries", zstd_raw(good.batch(first, first + 4)))
                assert status == 200 and cose_payload(registry.receipt_key, body)[4] == first + 5
            connection.close()
            assert len(siege.stalled) >= 4 * EACH and siege.answers > 0 and siege.garbage > 0
            if most < len(siege.stalled):
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
