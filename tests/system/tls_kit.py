"""Servers that a kiosk should not get on with."""

import contextlib
import socket
import ssl
import threading


class serving:
    """The registry restarted with another certificate; stopped at the end, as it was configured."""

    def __init__(self, registry, certificate):
        self.registry, self.certificate = registry, certificate

    def __enter__(self):
        assert self.registry.stop() == 0
        self.right = self.registry.config
        self.registry.config = self.registry.write_config(
            "other.conf", tls_cert=self.certificate.cert, tls_key=self.certificate.key
        )
        self.registry.start()

    def __exit__(self, *_):
        assert self.registry.stop() == 0
        self.registry.config = self.right


class OneShotServer:
    """Takes one connection, reads once, answers with bytes, closes."""

    def __init__(self, context, answer=b""):
        self.context, self.answer = context, answer
        self.received, self.failed = b"", None

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(60)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        return self

    def serve(self):
        connection, _ = self.listener.accept()
        connection.settimeout(60)
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            self.received = connection.recv(4096)
            connection.sendall(self.answer)
        except OSError as error:
            self.failed = error
        connection.close()

    def __exit__(self, *_):
        self.thread.join(20)
        self.listener.close()


class Dripper:
    """Takes one connection, reads once, says what it has to `first`, and then `drip` in each tenth of a second:
    with TLS by the identity, else beneath it."""

    def __init__(self, identity, first, drip):
        self.identity, self.first, self.drip, self.ended = identity, first, drip, threading.Event()

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        return self

    def over_tls(self, connection):
        if not self.identity:
            return connection
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.identity.cert, self.identity.key)
        return context.wrap_socket(connection, server_side=True)

    def serve(self):
        connection, _ = self.listener.accept()
        with contextlib.suppress(OSError), self.over_tls(connection) as line:
            line.recv(4096)
            line.sendall(self.first)
            while not self.ended.wait(0.1):
                line.sendall(self.drip)

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join(20)
        self.listener.close()
