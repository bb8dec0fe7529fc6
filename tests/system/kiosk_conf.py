"""A kiosk's configuration for tests: complete, with what a test says differently."""

SECTIONS = {
    "kiosk": {
        "kiosk_id": "DMO-01-0001", "mode": "desk", "zone": "WIB", "tpi_code": "DMO",
        "tpi_name": "TPI Contoh Pelabuhan", "counter": "03", "storage_key": "storage.key"},
    "lane": {
        "journal": "journal.db", "entry_key": "entry.key", "lane_socket": "lane.sock",
        "console_uid": 0, "officer_id": "P-0001", "officer_name": "R. Hartono",
        "refer_to": "Meja Pelindungan, lantai 1"},
    "scanner": {"scanner_device": "scanner"},
    "panel": {
        "gpio_chip": "gpio.sock", "lamp_green": 1, "lamp_amber": 2, "lamp_red": 3,
        "lamp_white": 4, "buzzer": 5, "button_1": 6, "button_2": 7, "button_3": 8, "button_4": 9},
    "sync": {
        "cache": "cache.db", "sync_db": "sync.db", "registry_host": "localhost",
        "ca_cert": "ca.pem", "tls_cert": "tls.pem", "tls_key": "tls.key",
        "receipt_key": "receipt.pub", "policy_key": "policy.pub"},
    "console": {},
}


def kiosk_conf(**sections):
    """The file's text; kiosk_conf(sync={"registry_port": 1}) sets or adds a key. A panel with a `board` has
    its lines from there."""
    lines = []
    for name, preset in SECTIONS.items():
        if "board" in sections.get(name, {}):
            preset = {}
        lines.append(f"[{name}]")
        lines += [f"{key} = {value}" for key, value in (preset | sections.get(name, {})).items()]
    return "\n".join(lines) + "\n"
