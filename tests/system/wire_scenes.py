"""All that is said between kiosks and registries, recorded once: record(folder) gives the exchanges.

Kiosks enrol, upload, wait for news, renew and hurry deferrals ahead through a relay; then a client of the test's
asks for what no kiosk would.
"""

import sqlite3
import ssl
from pathlib import Path

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from clock_kit import Clock
from enrol_kit import EnrolRegistry, NewKiosk, code_read
from registry_kit import (EPOCH, RECOVERED, Registry, cose_signature, decided, deterministic, key_id, presented,
                          zstd_bomb, zstd_raw)
from sync_kit import CROWD_KIOSK, SyncKiosk
from wire_kit import Relay, Trace, exchange

CONTRACT = Path(__file__).parents[1] / "data" / "contract"
NONCE = "00" * 16
DAYS, DAY_MS = 20, 24 * 3600 * 1000
RECEIPT = f"/v1/receipt?nonce={NONCE}"
LIVE = {1: {2: "CGK", 3: "03", 4: "P-0001"}}
DEFERRED = 4


# ---- what kiosks do --------------------------------------------------------------------------------


def kiosk_enrols_and_syncs(trace, folder):
    clock = Clock(folder)
    with clock.kiosk():
        registry = EnrolRegistry(folder / "registry", certificate_days=DAYS)
    kiosk = NewKiosk(registry, folder / "kiosk", "CGK-09-0001")
    identity = [kiosk.folder / "tls.pem", kiosk.folder / "tls.key"]
    with Relay(trace, registry, lambda: registry.port, lambda: identity) as synced, \
            Relay(trace, registry, lambda: registry.enrol_port, None) as enrolling:
        registry.write_config(enrol="yes", enrol_port=0, certificate_days=DAYS, public_port=synced.port)
        with clock.kiosk(), registry:
            done = kiosk.enrol(registry.code(kiosk.name), url=f"https://localhost:{enrolling.port}")
            assert done.returncode == 0, done.stderr
            kiosk.append(3)
            kiosk.contact()
            registry.command("import", "placements", CONTRACT / "placements.example.jsonl")
            registry.command("import", "policy", CONTRACT / "policy.example.json")
            kiosk.start(interval_s=3600)
            kiosk.await_log("SYNC_ONLINE")
            registry.command("import", "lists", CONTRACT / "lists.example.jsonl")
            kiosk.await_log("FEED_APPLIED feed=lists")
            registry.command("withdraw", "lists", CONTRACT / "lists.example.jsonl")
            kiosk.await_log("FEED_APPLIED feed=lists", after=kiosk.await_log("FEED_APPLIED feed=lists"))
            assert kiosk.stop() == 0
            clock.set(int((DAYS / 2 + 0.5) * DAY_MS))
            assert "CERTIFICATE_RENEWED" in kiosk.contact()
            strangers_try(trace, registry)


def kiosk_hurries(trace, folder):
    with Registry(folder / "urgent") as registry:
        kiosk = SyncKiosk(registry, folder / "hurries", CROWD_KIOSK)
        kiosk.crowd(900)
        identity = (kiosk.identity.cert, kiosk.identity.key)
        with Relay(trace, registry, lambda: registry.port, lambda: identity) as relay:
            assert kiosk.once(port=relay.port).returncode == 0


# ---- what no kiosk would ---------------------------------------------------------------------------


class Asker:
    """A registered kiosk's certificate, and requests made here."""

    def __init__(self, trace, registry, name):
        self.kiosk = registry.enrol(name)
        self.trace, self.registry = trace, registry

    def __call__(self, method, target, body=None, headers=None):
        if method == "POST" and body is None:
            body = b""
        return exchange(self.trace, self.kiosk.context(), self.registry.port, method, target, body, headers).status


ALL = [("POST", "/v1/entries"), ("POST", "/v1/urgent"), ("GET", RECEIPT), ("GET", "/v1/feed/placements?from=0"),
       ("GET", "/v1/feed/lists?from=0"), ("GET", "/v1/policy"), ("POST", "/v1/certificate")]
POSTS = [target for method, target in ALL if method == "POST"]


def refusals(ask):
    kiosk = ask.kiosk.fill(7)
    assert ask("GET", "/v1/policy") == 404
    assert ask("POST", "/v1/certificate") == 404
    assert ask("GET", "/v1/deferrals") == 404
    assert ask("POST", "/v1/policy") == 405
    for target in ("/v1/receipt", "/v1/feed/placements", "/v1/feed/lists?from=x"):
        assert ask("GET", target) == 400
    assert ask("GET", f"{RECEIPT}&wait=61&policy=0&lists=0&placements=0") == 400
    for target in ("/v1/feed/placements?from=9", "/v1/feed/lists?from=9"):
        assert ask("GET", target) == 410
    for target in POSTS:
        assert ask("POST", target, iter([b"chunk"])) == 411
        assert ask("POST", target, bytes(65537)) == 413
    for target in ("/v1/entries", "/v1/urgent"):
        assert ask("POST", target, b"garbage") == 400
    assert ask("POST", "/v1/entries", zstd_bomb(1 << 22)) == 413
    assert ask("POST", "/v1/entries", zstd_raw(kiosk.batch(4, 5))) == 409
    assert ask("POST", "/v1/entries", zstd_raw(kiosk.batch(1, 3, key=ec.generate_private_key(ec.SECP256R1())))) == 422
    assert ask("POST", "/v1/entries", zstd_raw(kiosk.batch(1, 5, purged={3}))) == 200
    assert ask("POST", "/v1/entries", zstd_raw(kiosk.batch(1, 5, purged={3}))) == 200


def whoever_is_not_admitted(ask):
    ask.registry.command("kiosk", "revoke", ask.kiosk.name)
    for method, target in ALL:
        assert ask(method, target) == 403


def renamed(registry, old, new):
    with sqlite3.connect(registry.folder / "registry.db") as db:
        db.execute(f"ALTER TABLE {old} RENAME TO {new}")


def a_store_that_fails(ask):
    renamed(ask.registry, "kiosk", "elsewhere")
    for method, target in ALL:
        assert ask(method, target) == 503
    renamed(ask.registry, "elsewhere", "kiosk")
    assert ask("GET", RECEIPT) == 200


def csr(key, name):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.DER)


def enrol_body(name, secret):
    entry = ec.generate_private_key(ec.SECP256R1())
    payload = deterministic({1: 1, 2: name, 3: secret, 4: csr(ec.generate_private_key(ec.SECP256R1()), name)})
    protected = deterministic({1: -7, 4: key_id(entry)})
    point = entry.public_key().public_bytes(serialization.Encoding.X962,
                                            serialization.PublicFormat.UncompressedPoint)
    return point + deterministic(cbor2.CBORTag(18, [protected, {}, payload, cose_signature(entry, payload)]))


def strangers_try(trace, registry):
    context = ssl.create_default_context(cafile=registry.ca.cert)

    def ask(method, target, body=None):
        return exchange(trace, context, registry.enrol_port, method, target, body).status

    assert ask("GET", "/v1/nothing") == 404
    assert ask("GET", "/v1/enrol") == 405
    assert ask("POST", "/v1/enrol", iter([b"chunk"])) == 411
    assert ask("POST", "/v1/enrol", bytes(65537)) == 413
    _, secret = code_read(registry.code("CGK-09-0002"))
    renamed(registry, "enrol_code", "elsewhere")
    assert ask("POST", "/v1/enrol", enrol_body("CGK-09-0002", secret)) == 503
    renamed(registry, "elsewhere", "enrol_code")
    assert ask("POST", "/v1/enrol", b"garbage") == 400
    assert ask("POST", "/v1/enrol", enrol_body("CGK-09-0003", secret)) == 403
    status = 400
    while status == 400:
        status = ask("POST", "/v1/enrol", b"garbage")
    assert status == 429
    asker = Asker(trace, registry, "CGK-09-0004")
    assert asker("POST", "/v1/certificate", b"garbage") == 400


def histories(ask):
    """What a lane writes after its storage went back, and a supervisor who sets the clock."""
    kiosk = ask.kiosk
    original = kiosk.append(1, presented(LIVE))
    kiosk.append(2, decided(original.seq, DEFERRED, LIVE))
    answer = kiosk.entries[-1]
    kiosk.append(6, {**LIVE, 2: 1, 3: answer.seq, 4: 2, 5: answer.hash, 6: 2, 7: 2})
    kiosk.append(14, {1: "clock", 2: 1, 3: "P-0002", 4: 1795305600000, 5: 2, 6: "P-0002"})
    kiosk.append(RECOVERED, {1: original.whole, 2: cose_signature(kiosk.entry_key, original.whole), 3: original.payload})
    head = kiosk.entries[-1]
    kiosk.epoch = 2
    kiosk.append(EPOCH, {1: 1, 2: head.seq, 3: head.hash, 4: 1, 5: head.seq, 6: head.hash, 7: 1, 8: 1795305600000})
    assert ask("POST", "/v1/entries", zstd_raw(kiosk.batch(6, head.seq, epoch=1))) == 200
    assert ask("POST", "/v1/entries", zstd_raw(kiosk.batch(head.seq + 1, head.seq + 1))) == 200


def record(folder):
    trace = Trace()
    kiosk_enrols_and_syncs(trace, folder)
    kiosk_hurries(trace, folder)
    with Registry(folder / "asked") as registry:
        ask = Asker(trace, registry, "CGK-03-0412")
        refusals(ask)
        histories(ask)
        a_store_that_fails(ask)
        whoever_is_not_admitted(ask)
    return trace.exchanges
