"""Who may ask pamit-console for what. Plain HTTP, as a hostile page or program would send it."""

import http.client
import json
import os
import socket
import stat

import pytest

import people
from conftest import wait_for

BODY = json.dumps({"seq": 412, "covered": False})


def request(console, method, path, headers=None, body=None, host=None):
    connection = http.client.HTTPConnection("127.0.0.1", console.port, timeout=60)
    connection.putrequest(method, path, skip_host=True)
    for line in host if isinstance(host, list) else [host or f"127.0.0.1:{console.port}"]:
        if line:
            connection.putheader("Host", line)
    for key, value in (headers or {}).items():
        connection.putheader(key, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body.encode() if body is not None else None)
    answer = connection.getresponse()
    answer.body = answer.read()
    connection.close()
    return answer


def bearer(console, **more):
    return {"Authorization": f"Bearer {console.token}", "Content-Type": "application/json",
            **{key.replace("_", "-"): value for key, value in more.items()}}


def cookie_of(console):
    answer = request(console, "GET", f"/?token={console.token}")
    assert answer.status == 303 and answer.headers["Location"] == "/"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.endswith("; Path=/; HttpOnly; SameSite=Strict")
    return cookie.split(";")[0]


def test_the_token_is_exchanged_for_a_cookie_that_is_not_the_token(console):
    cookie = cookie_of(console)
    assert console.token not in cookie
    assert request(console, "GET", "/state", {"Cookie": cookie}).status == 200


def test_the_token_file_is_the_owners_alone_and_goes_with_the_process(console):
    assert stat.S_IMODE(os.stat(console.token_file).st_mode) == 0o600
    assert len(console.token) == 64
    assert console.close() == 0
    assert not console.token_file.exists()


def test_systemds_folder_holds_the_token_where_there_is_one(start_console, tmp_path):
    runtime = tmp_path / "run"
    runtime.mkdir()
    console = start_console(runtime=runtime)
    assert console.token_file.parent == runtime and not (console.folder / "console.token").exists()
    assert request(console, "GET", "/state", bearer(console)).status == 200


def test_tokens_differ_from_run_to_run(start_console):
    assert start_console().token != start_console().token


# says, method, path, headers (C: with the cookie, T: with the token), host, status
REFUSALS = [
    ("no secret, no data", "GET", "/state", {}, None, 401),
    ("no secret, no events", "GET", "/events", {}, None, 401),
    ("no secret, no change", "POST", "/painted", {}, None, 401),
    ("a wrong token", "GET", "/?token=" + "0" * 64, {}, None, 401),
    ("a short token", "GET", "/?token=0", {}, None, 401),
    ("a wrong cookie", "GET", "/state", {"Cookie": "pamit_console=" + "0" * 64}, None, 401),
    ("a wrong bearer", "GET", "/state", {"Authorization": "Bearer " + "0" * 64}, None, 401),
    ("another host name", "GET", "/state", {"T": 1}, "pamit.example:{port}", 421),
    ("another port", "GET", "/state", {"T": 1}, "127.0.0.1:1", 421),
    ("a host with a dot at its end", "GET", "/state", {"T": 1}, "localhost.:{port}", 421),
    ("no host", "GET", "/state", {"T": 1}, "", 400),
    ("another host even for the page", "GET", "/", {}, "pamit.example", 421),
    ("a change from another origin", "POST", "/painted", {"C": 1, "Origin": "http://evil.example"}, None, 403),
    ("a change from our host, other port", "POST", "/painted", {"C": 1, "Origin": "http://127.0.0.1:1"}, None, 403),
    ("a change with the cookie but no origin", "POST", "/painted", {"C": 1}, None, 403),
    ("a change that says cross-site", "POST", "/painted", {"C": 1, "O": 1, "Sec-Fetch-Site": "cross-site"}, None, 403),
    ("a change that says same-site", "POST", "/painted", {"C": 1, "O": 1, "Sec-Fetch-Site": "same-site"}, None, 403),
    ("reading from another page", "GET", "/state", {"C": 1, "Sec-Fetch-Site": "cross-site"}, None, 403),
    ("reading with another origin", "GET", "/events", {"C": 1, "Origin": "null"}, None, 403),
    ("a tool with another origin", "POST", "/painted", {"T": 1, "Origin": "http://evil.example"}, None, 403),
    ("a form", "POST", "/painted", {"C": 1, "O": 1, "Content-Type": "application/x-www-form-urlencoded"}, None, 415),
    ("a text", "POST", "/painted", {"C": 1, "O": 1, "Content-Type": "text/plain"}, None, 415),
    ("no type", "POST", "/painted", {"C": 1, "O": 1, "Content-Type": None}, None, 415),
    ("reading by POST", "POST", "/state", {"T": 1}, None, 405),
    ("changing by GET", "GET", "/painted", {"T": 1}, None, 405),
    ("posting to the page", "POST", "/", {"T": 1}, None, 405),
    ("a file that is not there", "GET", "/app.js/../secret", {}, None, 404),
    ("a file of the system", "GET", "/etc/passwd", {}, None, 404),
]


@pytest.mark.parametrize("says, method, path, headers, host, status", REFUSALS, ids=[row[0] for row in REFUSALS])
def test_refused(console, says, method, path, headers, host, status):
    sent = {"Content-Type": "application/json"} if method == "POST" else {}
    for key, value in headers.items():
        if key == "T":
            sent["Authorization"] = f"Bearer {console.token}"
        elif key == "C":
            sent["Cookie"] = cookie_of(console)
        elif key == "O":
            sent["Origin"] = console.address
        elif value is None:
            sent.pop(key)
        else:
            sent[key] = value
    console.lane.forget()
    host = host.format(port=console.port) if host else host
    if host == "":
        answer = request(console, method, path, sent, BODY if method == "POST" else None, host=[])
    else:
        answer = request(console, method, path, sent, BODY if method == "POST" else None, host=host)
    assert answer.status == status
    assert console.lane.received == []


def test_two_host_headers_are_refused(console):
    answer = request(console, "GET", "/state", bearer(console),
                     host=[f"127.0.0.1:{console.port}", "evil.example"])
    assert answer.status in (400, 421)


def test_what_is_ours_is_served(console):
    for host in ["127.0.0.1", "localhost", "[::1]"]:
        assert request(console, "GET", "/state", bearer(console), host=f"{host}:{console.port}").status == 200
    cookie = cookie_of(console)
    answer = request(console, "POST", "/painted", {"Cookie": cookie, "Origin": console.address,
                     "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}, BODY)
    assert answer.status == 202
    assert console.lane.expect("PAINTED") == ("PAINTED", 412, "open")


BAD_BODIES = [
    ("no JSON", "/painted", "seq=412"),
    ("no object", "/painted", "[412]"),
    ("an empty body", "/painted", ""),
    ("a missing key", "/painted", "{}"),
    ("an unknown key", "/painted", '{"seq": 1, "covered": true, "x": 1}'),
    ("a key twice", "/painted", '{"seq": 1, "seq": 2}'),
    ("an unknown decision", "/action", '{"seq": 1, "decision": "STAMPED", "role": "OFFICER"}'),
    ("no decision", "/action", '{"seq": 1, "decision": "NONE", "role": "OFFICER"}'),
    ("a note that is too long", "/action",
     json.dumps({"seq": 1, "decision": "CLEARED", "role": "OFFICER", "note": "x" * 1024})),
    ("a country that is none", "/context",
     '{"direction": "DEPARTURE", "carrier_kind": "SEA", "carrier_no": "", "dest_country": "my",'
     ' "purpose": "NONE", "category": "NONE"}'),
    ("a key in dismiss", "/dismiss", '{"seq": 1}'),
]


@pytest.mark.parametrize("says, path, body", BAD_BODIES, ids=[row[0] for row in BAD_BODIES])
def test_a_bad_body_changes_nothing(console, says, path, body):
    console.lane.forget()
    answer = request(console, "POST", path, bearer(console), body)
    assert answer.status == 400
    assert json.loads(answer.body)["error"]
    assert console.lane.received == []


def test_a_body_that_is_too_long_is_refused(console):
    assert request(console, "POST", "/painted", bearer(console), " " * 100_000 + BODY).status == 413


def test_without_a_lane_nothing_is_known_and_nothing_can_be_changed(console):
    def state():
        return json.loads(request(console, "GET", "/state", bearer(console)).body)

    wait_for(lambda: state()["view"], "the first view")
    console.lane.stop()
    wait_for(lambda: not state()["lane"], "the loss is known")
    assert state() == {"lane": False, "view": None, "refused": None}
    assert request(console, "POST", "/dismiss", bearer(console), "{}").status == 503


def test_every_answer_carries_the_policy(console):
    for path, headers in [("/", {}), ("/app.js", {}), ("/words.json", {}), ("/nothing", {}), ("/state", {}),
                          ("/state", bearer(console))]:
        answer = request(console, "GET", path, headers)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert policy.endswith("frame-ancestors 'none'")
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_only_the_desk_may_frame_the_page_and_only_in_desk_mode(start_console):
    desk = start_console(mode="desk", more="desk_port = 8099")
    answer = request(desk, "GET", "/")
    assert answer.headers["Content-Security-Policy"].endswith(
        "frame-ancestors http://127.0.0.1:8099 http://localhost:8099")
    assert answer.headers["X-Frame-Options"] is None


def test_it_listens_on_loopback_alone(console):
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table][1:]
    ours = [row[1].split(":") for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == console.port]
    assert [address for address, _ in ours] == ["0100007F"]


def test_ipv6_loopback_is_served_where_there_is_one(console):
    try:
        with socket.create_connection(("::1", console.port), timeout=60) as connection:
            connection.sendall(f"GET / HTTP/1.1\r\nHost: [::1]:{console.port}\r\nConnection: close\r\n\r\n".encode())
            assert connection.recv(4096).startswith(b"HTTP/1.1 200")
    except OSError as error:
        pytest.skip(f"this machine has no IPv6 loopback: {error}")


def test_the_state_is_the_view_as_json(console):
    console.lane.show(**people.refer())

    def verdict():
        state = json.loads(request(console, "GET", "/state", bearer(console)).body)
        return state if state["view"] and state["view"]["screen"] == "VERDICT" else None

    state = wait_for(verdict, "the verdict")
    assert state["lane"] is True
    told = {key: state["view"][key] for key in ["kiosk_id", "tpi_name", "counter", "officer_name", "refer_to", "mode",
                                                "zone", "clock_quality", "scanner_ok", "panel_ok", "undecided_seq"]}
    assert told == {"kiosk_id": "DMO-01-0001", "tpi_name": "TPI Contoh Pelabuhan", "counter": "03",
                    "officer_name": "R. Hartono", "refer_to": "Meja Pelindungan, lantai 1", "mode": "DESK",
                    "zone": "WIB", "clock_quality": "SYNCED", "scanner_ok": True, "panel_ok": True,
                    "undecided_seq": 0}
    assert state["view"]["counts"] == {"total": 411, "clear": 398, "refer": 12, "stop": 1}
    crossing = state["view"]["crossing"]
    assert crossing["seq"] == 413 and crossing["result"] == "RUJUK"
    assert crossing["reasons"][0] == {"code": "R011", "colour": "AMBER", "found": "AGUS SUPRIYADI",
                                      "expected": "AGUS SUPRIADI"}
    assert crossing["document"]["birth"] == "1989-07-03"
    assert crossing["placement"]["contract_end"] == "2029-11-30"
    assert crossing["allowed_officer"] == people.OFFICER_REFER
    assert crossing["key_go"] is None and crossing["key_refer"] == "SECONDARY"
    assert state["view"]["context"] == {"direction": "DEPARTURE", "carrier_kind": "SEA", "carrier_no": "KM CONTOH 12",
                                        "dest_country": "MYS", "purpose": "NONE", "category": "NONE"}
    assert state["view"]["unreadable"] is None and state["view"]["recorded"] is None


def test_more_event_streams_than_there_is_room_for_are_refused(console):
    streams = []
    for _ in range(8):
        connection = http.client.HTTPConnection("127.0.0.1", console.port, timeout=60)
        connection.request("GET", "/events", headers=bearer(console))
        assert connection.getresponse().status == 200
        streams.append(connection)
    assert request(console, "GET", "/events", bearer(console)).status == 503
    for connection in streams:
        connection.close()
