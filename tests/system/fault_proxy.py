"""A network that fails where a test says: a TCP proxy between pamit-sync and the registry, on loopback.

What goes wrong is data. A Fault names a connection, a direction and a byte; each connection is passed on
unchanged but for the faults that name it. Positions count bytes of the stream, not packets, so a plan does
the same each time however the kernel cuts the stream up.

    plan = [Fault(0, UP, 700, CUT), Fault(1, DOWN, 90, CORRUPT, 0x10)]
    with FaultProxy(registry.port, plan) as proxy:
        kiosk.start(port=proxy.port)
        proxy.await_connections(3)
    proxy.bytes(UP), proxy.bytes(DOWN)     # what the socket carried, of all connections

A stream that was spoilt may leave both ends waiting for bytes that will never come, as TCP never would:
once nothing has moved for SILENT_S, such a connection is reset.

HOLD is for tests that look at what is true meanwhile: `held` is set when it strikes, `release()` goes on.
`plan_of(seed, ...)` draws a plan; the same seed draws the same one.
"""

import enum
import random
import selectors
import socket
import struct
import threading
import time
from dataclasses import dataclass, field

UP, DOWN = "up", "down"  # to the registry, to the kiosk
LIMIT_S = 60
SILENT_S = 0.1
PIECE = 65536
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends RST


class What(enum.Enum):
    CUT = "both sides are ended, in good order, before that byte"
    BREAK = "both sides are reset before that byte"
    CORRUPT = "the byte is changed by exclusive or with `amount`"
    DROP = "`amount` bytes from there are lost"
    REPEAT = "`amount` bytes from there come twice"
    SWAP = "the `amount` bytes from there come after the `amount` that follow"
    HOLD = "nothing goes on from there until release()"
    CALL = "`call` is called before the byte goes on"


CUT, BREAK, CORRUPT, DROP, REPEAT, SWAP, HOLD, CALL = What
SPOILING = (CORRUPT, DROP, REPEAT, SWAP)  # the stream goes on, wrong


@dataclass(frozen=True)
class Fault:
    connection: int
    direction: str
    at: int
    what: What
    amount: int = 1
    call: object = None


def plan_of(seed, whats, positions, first=0):
    """One fault a connection, from connection `first` on, at each (direction, byte) of `positions`."""
    draw = random.Random(seed)
    return [
        Fault(first + i, direction, at, draw.choice(whats), draw.randrange(1, 64))
        for i, (direction, at) in enumerate(positions)
    ]


@dataclass
class Stream:
    """One direction of a connection: what came, less what went on, and the faults still to strike."""

    source: socket.socket
    sink: socket.socket
    faults: list
    seen: int = 0  # bytes that came
    passed: int = 0  # bytes of them that are decided about
    waiting: bytearray = field(default_factory=bytearray)  # came and not decided about
    out: bytearray = field(default_factory=bytearray)
    ended: bool = False
    held: bool = False
    spoilt: bool = False


class FaultProxy:
    """`plan` may be added to while it runs, for connections that have not come yet."""

    def __init__(self, target, plan=()):
        self.target, self.plan = target, list(plan)
        self.held, self._released, self._breaking = threading.Event(), False, False
        self._changed = threading.Condition()
        self.connections = 0
        self.moments = []  # of each connection: when it came (CLOCK_MONOTONIC, s)
        self._totals = {UP: 0, DOWN: 0}
        self.struck = []
        self.records = []  # of each connection: the first bytes that came up, for tests that look
        self._pairs = {}

    def __enter__(self):
        self.selector = selectors.DefaultSelector()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self._wake, self._woken = socket.socketpair()
        self.selector.register(self.listener, selectors.EVENT_READ, None)
        self.selector.register(self._woken, selectors.EVENT_READ, None)
        self._closing = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._closing = True
        self._wake.send(b"x")
        self._thread.join(LIMIT_S)
        assert not self._thread.is_alive()

    # ---- for tests ----

    def bytes(self, direction):
        return self._totals[direction]

    def await_connections(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: self.connections >= count, LIMIT_S), self.connections

    def await_held(self):
        assert self.held.wait(LIMIT_S), f"no HOLD struck: {self.struck}"

    def release(self):
        self._released = True
        self._wake.send(b"x")

    def break_all(self):
        """Every connection there is now is reset."""
        self._breaking = True
        self._wake.send(b"x")

    # ---- the loop ----

    def _run(self):
        while not self._closing:
            ready = self.selector.select(self._patience())
            if not ready:
                self._end_spoilt()
            for key, events in ready:
                if key.fileobj is self.listener:
                    self._accept()
                elif key.fileobj is self._woken:
                    self._woken.recv(PIECE)
                    self._resume()
                elif key.fileobj in self._pairs:
                    self._serve(key.fileobj, events)
        for one in list(self._pairs):
            self._end(one)
        self.listener.close()
        self._wake.close()
        self._woken.close()
        self.selector.close()

    def _patience(self):
        return SILENT_S if any(stream.spoilt for stream, *_ in self._pairs.values()) else None

    def _end_spoilt(self):
        for stream, *_ in list(self._pairs.values()):
            if stream.spoilt:
                self.struck += stream.faults[:1]  # one that waited for bytes to swap
                self._end(stream.source, reset=True)

    def _accept(self):
        client, _ = self.listener.accept()
        try:
            server = socket.create_connection(("127.0.0.1", self.target), LIMIT_S)
        except OSError:
            client.close()
            self._count()
            return
        faults = {way: sorted((f for f in self.plan if f.connection == self.connections
                               and f.direction == way), key=lambda fault: fault.at)
                  for way in (UP, DOWN)}
        self.records.append(bytearray())
        number = self.connections
        for source, sink, way in ((client, server, UP), (server, client, DOWN)):
            source.setblocking(False)
            source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._pairs[source] = (Stream(source, sink, faults[way]), way, number)
            self.selector.register(source, selectors.EVENT_READ, None)
        self._count()
        for source in (client, server):
            if source in self._pairs:
                self._move(self._pairs[source][0])

    def _count(self):
        with self._changed:
            self.connections += 1
            self.moments.append(time.monotonic())
            self._changed.notify_all()

    def _serve(self, source, events):
        stream, way, number = self._pairs[source]
        if events & selectors.EVENT_WRITE:
            self._flush(self._pairs[stream.sink][0])
        if source not in self._pairs or not events & selectors.EVENT_READ:
            return
        try:
            data = source.recv(PIECE)
        except BlockingIOError:
            return
        except OSError:
            self._end(source)
            return
        if data:
            self._totals[way] += len(data)
            if way == UP and len(self.records[number]) < 4096:
                self.records[number] += data
            stream.seen += len(data)
            stream.waiting += data
        else:
            stream.ended = True
            self.selector.modify(source, selectors.EVENT_WRITE)
        self._move(stream)

    def _resume(self):
        if self._breaking:
            self._breaking = False
            for one in list(self._pairs):
                self._end(one, reset=True)
        for stream, *_ in list(self._pairs.values()):
            if stream.held:
                stream.held = False
                stream.faults.pop(0)
                self._move(stream)
        if self._released:
            self._released = False
            self.held.clear()

    def _move(self, stream):
        """Decides about all bytes that can be decided about, and sends them."""
        while not stream.held and stream.faults and self._strike(stream):
            if stream.source not in self._pairs:
                return
        if not stream.held and not stream.faults:
            self._pass(stream, len(stream.waiting))
        self._flush(stream)

    def _pass(self, stream, count):
        stream.out += stream.waiting[:count]
        del stream.waiting[:count]
        stream.passed += count

    def _strike(self, stream):
        """True if the next fault was dealt with; False: its bytes have not come."""
        fault = stream.faults[0]
        self._pass(stream, min(len(stream.waiting), fault.at - stream.passed))
        if stream.passed < fault.at:
            return False
        here = stream.waiting
        if fault.what in (CUT, BREAK):
            self.struck.append(fault)
            self._flush(stream)
            self._end(stream.source, fault.what is BREAK)
            return True
        if fault.what is HOLD:
            self.struck.append(fault)
            stream.held = True
            self._flush(stream)
            self.held.set()
            return False
        if fault.what is CALL:
            if not here:
                return False
            fault.call()
        elif len(here) < (2 * fault.amount if fault.what is SWAP else 1) and not stream.ended:
            stream.spoilt |= bool(here)
            return False
        elif fault.what is CORRUPT and here:
            here[0] ^= fault.amount
        elif fault.what is DROP:
            lost = min(fault.amount, len(here))
            del here[:lost]
            stream.passed += lost
        elif fault.what is REPEAT:
            stream.out += here[:fault.amount]
        elif fault.what is SWAP:
            n = fault.amount
            here[: 2 * n] = here[n : 2 * n] + here[:n]
        stream.spoilt |= fault.what is not CALL
        self.struck.append(fault)
        stream.faults.pop(0)
        return True

    def _flush(self, stream):
        if stream.source not in self._pairs:
            return
        try:
            while stream.out:
                del stream.out[: stream.sink.send(stream.out)]
        except BlockingIOError:
            pass
        except OSError:
            self._end(stream.source)
            return
        if stream.ended and not stream.out and not stream.waiting:
            self._end(stream.source)  # neither side of ours says anything once the other has ended
            return
        other = self._pairs[stream.sink][0]
        reads = 0 if other.ended else selectors.EVENT_READ
        writes = selectors.EVENT_WRITE if stream.out else 0
        if reads | writes:
            self.selector.modify(stream.sink, reads | writes)
        else:
            self._end(stream.source)

    def _end(self, one, reset=False):
        if one not in self._pairs:
            return
        stream = self._pairs[one][0]
        for end in (stream.source, stream.sink):
            self._pairs.pop(end, None)
            self.selector.unregister(end)
            if reset:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            end.close()
