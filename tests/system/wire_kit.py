"""What goes between kiosks and registry, recorded where TLS ends: a relay with the registry's own certificate.

    trace = Trace()
    with Relay(trace, registry, lambda: registry.port, identity) as relay:   # mutual TLS behind it
        ...                                                                  # a real pamit-sync asks relay.port
    exchange(trace, kiosk, "GET", "/v1/policy")                              # a request made here
    trace.exchanges
"""

import ctypes
import ctypes.util
import http.client
import ssl
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from registry_kit import START_S

OWN = ("Date", "Content-Length", "Content-Type")  # headers that any answer may have


@dataclass(frozen=True)
class Exchange:
    """One request and its answer. `program`: it was made by one of ours, not by a test."""

    method: str
    target: str
    headers: tuple  # (name, value) ...
    body: bytes
    status: int
    answer_headers: tuple
    answer: bytes
    program: bool

    def __str__(self):
        return f"{self.method} {self.target} -> {self.status}"


class Trace:
    def __init__(self):
        self.exchanges = []

    def record(self, method, target, headers, body, reply, program):
        exchange = Exchange(method, target, tuple(headers), bytes(body or b""), reply.status,
                            tuple(reply.getheaders()), reply.read(), program)
        self.exchanges.append(exchange)
        return exchange


class Relay:
    """Passes every request on as it came, over a connection with `identity`, and the answer back."""

    def __init__(self, trace, registry, port_behind, identity):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def relay(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                behind = http.client.HTTPSConnection("localhost", port_behind(), context=client(),
                                                     timeout=START_S + 60)
                behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    behind.putheader(name, value)
                behind.endheaders(body or None)
                try:
                    answer = behind.getresponse()
                except (http.client.HTTPException, OSError):  # one that waits when all ends
                    self.close_connection = True
                    return
                done = trace.record(self.command, self.path, self.headers.items(), body, answer, True)
                behind.close()
                self.send_response_only(done.status)
                for name, value in done.answer_headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(done.answer)

            do_GET = do_POST = relay

            def log_message(self, *_):
                pass

        def client():
            context = ssl.create_default_context(cafile=registry.ca.cert)
            if identity:
                context.load_cert_chain(*identity())
            return context

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(registry.tls.cert, registry.tls.key)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                 do_handshake_on_connect=False)
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def exchange(trace, context, port, method, target, body=None, headers=None):
    """A request by a test's own client."""
    connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=START_S)
    try:
        connection.request(method, target, body=body, headers=headers or {})
        sent = body if isinstance(body, bytes) else b""
        return trace.record(method, target, (headers or {}).items(), sent, connection.getresponse(), False)
    finally:
        connection.close()


# ---- zstd, by its library: what kiosks send has no size in its frame -------------------------------------

_ZSTD = ctypes.CDLL(ctypes.util.find_library("zstd"))
_ZSTD.ZSTD_decompress.restype = ctypes.c_size_t
_ZSTD.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]


def unzstd(frame, most=1 << 20):
    room = ctypes.create_string_buffer(most)
    length = _ZSTD.ZSTD_decompress(room, most, frame, len(frame))
    assert not _ZSTD.ZSTD_isError(ctypes.c_size_t(length)), "no zstd frame, or a larger one"
    return room.raw[:length]
