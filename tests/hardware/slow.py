"""A line to the registry that carries so many bytes a second, as a village's does."""
import socket
import threading
import time

PIECE, PAUSE_S = 64, 0.02  # 3200 bytes a second each way


class SlowLine:
    """Listens on one port of loopback and carries what comes to another and back, slowly."""

    def __init__(self, target, port):
        self.target, self.port, self.passed = target, port, 0

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        try:
            while True:
                near, _address = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=ends, daemon=True).start()
        except OSError:
            pass  # the line was taken down

    def _carry(self, source, sink):
        try:
            while some := source.recv(PIECE):
                time.sleep(PAUSE_S)  # what the line is about; nobody waits for a state by it
                sink.sendall(some)
                self.passed += len(some)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
