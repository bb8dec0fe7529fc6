"""The browser of officer-screen.service is led to no other machine: the flag that its unit has, in a headless one."""
import http.server
import pathlib
import re
import subprocess
import threading

import pytest

UNIT = pathlib.Path(__file__).resolve().parents[2] / "board/systemd/officer-screen.service"
FLAG, RULES = re.search(r'(--host-resolver-rules)="([^"]*)"', UNIT.read_text(encoding="utf-8")).groups()
START_S = 60


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<p>here it is")

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("address, flags, reached", [
    ("127.0.0.1", [f"{FLAG}={RULES}"], True),
    ("127.0.0.2", [f"{FLAG}={RULES}"], False),
    ("127.0.0.2", [], True),
], ids=["the page", "another address", "another address, without the flag"])
def test_the_browser_reaches_the_page_alone(tmp_path, address, flags, reached):
    with http.server.ThreadingHTTPServer((address, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = subprocess.run(
            ["/usr/bin/chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             f"--user-data-dir={tmp_path}", *flags, "--dump-dom", f"http://{address}:{server.server_port}/"],
            capture_output=True, text=True, timeout=START_S, check=True)
        server.shutdown()
    assert ("here it is" in done.stdout) == reached
