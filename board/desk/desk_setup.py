"""Makes a run directory of the desk: keys and certificates, configuration, sample data.

Keys are made at the first start and stay in the run directory alone, readable by its owner alone.
"""
import datetime as dt
import os
import pathlib
import random
import socket
import string
import subprocess

import samples

HERE = pathlib.Path(__file__).resolve().parent
KIOSK_ID = "DESK-01"
DEFAULT_PORTS = {"page_port": 8080, "desk_port": 8090, "registry_port": 8443, "relay_port": 8444,
                 "enrol_port": 8445}
DAYS = "3650"


def run(*command, **options):
    """Runs a command; what it printed becomes the error if it fails."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False, **options)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(str(word) for word in command)}\n{done.stdout}{done.stderr}")
    return done.stdout


_RESERVATIONS = []


def _reserve(port):
    """For as long as this process lives, among all that choose their ports here: between choosing
    one and listening on it lies the start of a program."""
    mark = socket.socket(socket.AF_UNIX)
    try:
        mark.bind(f"\0pamit-port-{port}")
    except OSError:
        mark.close()
        return False
    _RESERVATIONS.append(mark)
    return True


def free_port():
    """A port nobody listens on, nor is about to. It lies below those that the kernel gives to outgoing
    connections (ip_local_port_range), so that none of these takes it before it is bound."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as kernel:
        end = int(kernel.read().split()[0])
    while True:
        port = random.randrange(end // 2, end)
        if _reserve(port) and not ports_taken({"free": port}):
            return port


def free_ports():
    """Ports nobody listens on now, for runs beside others."""
    taken = set()
    while len(taken) < len(DEFAULT_PORTS):
        taken.add(free_port())
    return dict(zip(DEFAULT_PORTS, taken))


def ports_taken(ports):
    """Those of `ports` that somebody listens on."""
    taken = []
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                taken.append(f"{port} ({name})")
    return taken


def _key_pair(keys, name):
    run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
        "-out", keys / f"{name}.key")
    run("openssl", "pkey", "-in", keys / f"{name}.key", "-pubout", "-out", keys / f"{name}.pub")


def _certificate(keys, name, subject, usage, san=None):
    """A certificate for key NAME by the desk's own CA."""
    extensions = [f"extendedKeyUsage={usage}", "basicConstraints=critical,CA:FALSE",
                  "keyUsage=critical,digitalSignature"]
    if san:
        extensions.append(f"subjectAltName={san}")
    config = keys / "extensions.cnf"
    config.write_text("\n".join(extensions) + "\n")
    request = run("openssl", "req", "-new", "-key", keys / f"{name}.key", "-subj", f"/CN={subject}")
    run("openssl", "x509", "-req", "-CA", keys / "ca.crt", "-CAkey", keys / "ca.key",
        "-set_serial", f"0x{os.urandom(15).hex()}", "-days", DAYS, "-extfile", config,
        "-out", keys / f"{name}.crt", input=request)
    config.unlink()


def make_keys(folder):
    """CA, the registry's and the kiosk's TLS, entry, receipt, policy and storage keys; once."""
    keys = folder / "keys"
    if keys.exists():
        return
    making = folder / "keys.new"
    making.mkdir(mode=0o700)
    _key_pair(making, "ca")
    run("openssl", "req", "-x509", "-new", "-key", making / "ca.key", "-days", DAYS, "-subj",
        "/CN=Pamit desk CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
        "-out", making / "ca.crt")
    for name in ("registry", "kiosk", "entry", "receipt", "policy"):
        _key_pair(making, name)
    _certificate(making, "registry", "Pamit desk registry", "serverAuth", "DNS:localhost")
    _certificate(making, "kiosk", KIOSK_ID, "clientAuth")
    (making / "storage.key").write_bytes(os.urandom(32))
    making.rename(keys)


def write_configs(folder, ports):
    values = {name: str(port) for name, port in ports.items()} | {
        "uid": str(os.getuid()), "board": str(HERE.parent / "panels" / "desk.conf")}
    for name in ("pamit.conf", "registry.conf"):
        template = string.Template((HERE / f"{name}.in").read_text(encoding="utf-8"))
        (folder / name).write_text(template.substitute(values), encoding="utf-8")


def make_registry(folder, programs, today):
    """Creates the registry's store with the kiosk in it, and imports the day's sample data once."""
    config = ("--config", folder / "registry.conf")
    registry = programs / "pamit-registry"
    if not (folder / "registry" / "registry.db").exists():
        run(registry, "init", *config)
        run(registry, "kiosk", "add", KIOSK_ID, "--entry-key", folder / "keys" / "entry.pub",
            *config)
    stamp = folder / "samples.day"
    if stamp.exists() and stamp.read_text() == str(today):
        return
    samples.Samples(today).write(folder)
    run(registry, "import", "placements", folder / "placements.jsonl", *config)
    run(registry, "import", "lists", folder / "lists.jsonl", *config)
    run(registry, "import", "policy", folder / "policy.json", *config)
    stamp.write_text(str(today))


def prepare(folder, programs, ports):
    """All of it. `folder` is made if need be; its content stays between runs."""
    os.umask(0o077)
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("lane", "sync", "registry"):
        (folder / part).mkdir(exist_ok=True)
    make_keys(folder)
    write_configs(folder, ports)
    # The counter's day: its zone is WIB, seven hours ahead of UTC.
    today = (dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=7)).date()
    make_registry(folder, programs, today)
