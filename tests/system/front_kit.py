"""A web front that was taken over: HTTPS with the registry's own certificate before the real registry."""

import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from registry_kit import Kiosk, Reply


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Who leaves before its answer is here is nothing to tell of; what a test's `answer` raises is."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Front:
    """Passes everything on, but for what `answer(method, path, body, ask)` says instead of `ask()`, which
    asks the registry: both give a Reply."""

    def __init__(self, registry, kiosk, answer):
        behind = Kiosk(registry, kiosk.name, kiosk.identity, None)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.reply("GET", None)

            def do_POST(self):
                self.reply("POST", self.rfile.read(int(self.headers["Content-Length"])))

            def reply(self, method, body):
                reply = answer(method, self.path, body,
                               lambda: behind.request(method, self.path, body=body))
                self.send_response(reply.status)
                for name in ("Retry-After",):
                    if name in reply.headers:
                        self.send_header(name, reply.headers[name])
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(registry.tls.cert, registry.tls.key)
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def busy(retry_after_s):
    return Reply(503, {"Retry-After": str(retry_after_s)}, b"come again")
