#!/usr/bin/env python3
"""Which wire goes to which pin: WIRING.md and wiring.svg, made from the panels' tables.

usage: board/wiring.py            writes both, from board/panels/raspberry-pi-*.conf
       board/wiring.py --check    says whether they are as they would be written: exit 0, or 1

The kiosk reads the same tables, so what is drawn is what it drives. All Raspberry Pis have one header,
and one cable has to fit them all: tables that differ in more than the chip are refused.
"""
import configparser
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
BOARDS = {"raspberry-pi-4": "Raspberry Pi 4", "raspberry-pi-5": "Raspberry Pi 5"}
# The 40-pin header (Raspberry Pi documentation, "GPIO and the 40-pin header").
POWER = {1: "3V3", 2: "5V", 4: "5V", 17: "3V3"}
GROUND = (6, 9, 14, 20, 25, 30, 34, 39)
PIN = {2: 3, 3: 5, 4: 7, 14: 8, 15: 10, 17: 11, 18: 12, 27: 13, 22: 15, 23: 16, 24: 18, 10: 19, 9: 21, 25: 22,
       11: 23, 8: 24, 7: 26, 0: 27, 1: 28, 5: 29, 6: 31, 12: 32, 13: 33, 19: 35, 16: 36, 26: 37, 20: 38, 21: 40}
SIGNALS = {"lamp_green": "#1a7f37", "lamp_amber": "#b76e00", "lamp_red": "#c81e1e", "lamp_white": "#6b7280",
           "buzzer": "#7c3aed", "button_1": "#1d4ed8", "button_2": "#1d4ed8", "button_3": "#1d4ed8",
           "button_4": "#1d4ed8"}


def table(board):
    parser = configparser.ConfigParser()
    parser.read_string((HERE / "panels" / f"{board}.conf").read_text(encoding="utf-8"))
    return dict(parser["panel"])


def wires(boards):
    """{pin: signal}, and the boards' common table."""
    tables = [{key: value for key, value in board.items() if key != "gpio_label"} for board in boards]
    if any(other != tables[0] for other in tables):
        sys.exit("wiring: the boards' tables differ, so no one cable fits them")
    return {PIN[int(tables[0][name].removeprefix("GPIO"))]: name for name in SIGNALS}, tables[0]


def wired_as(name, panel):
    kind = "buttons" if name.startswith("button") else "lamps"
    low = panel[f"{kind}_active_low"] == "yes"
    if kind == "buttons":
        return "contact to ground" if low else "contact to 3V3"
    return "driver's input, on when low" if low else "driver's input, on when high"


def markdown(pins, panel, labels):
    rows = "\n".join(f"| {name.replace('_', ' ')} | {panel[name]} | {pin} | {wired_as(name, panel)} |"
                     for name in SIGNALS for pin in pins if pins[pin] == name)
    chips = ", ".join(f"{BOARDS[board]} `{label}`" for board, label in labels.items())
    return f"""# Wiring of the counter's panel

Made by `board/wiring.py` from the tables in [panels](panels/); the kiosk reads the same files (`board = ` in
`[panel]` of its configuration). Pins are those of the 40-pin header, counted as on the board: 1 is the
square one, odd numbers in its row. Chips, by label: {chips}.

![The header with its wires](wiring.svg)

| what | line | pin | wired as |
|---|---|---|---|
{rows}
| ground | GND | {", ".join(map(str, GROUND))} | common of the driver board and of all buttons |

- **A pin drives no lamp.** It gives 3.3 V and a few mA: lamps and buzzer hang on a driver board (transistors,
  or optocouplers for 24 V) of their own supply, whose ground is joined to a ground pin.
- **10 kΩ from each driver's input to ground.** The chip's own pull-down keeps them dark from power-on until the kiosk is
  ready; the resistor does it also while a cable is loose, and in the moments before the chip's own works.
- **Buttons close to ground**; the pull-up is the chip's. On cables of more than a metre add 1 kΩ in series, and 10 kΩ to 3V3.
- **Never 5 V on a line's pin.**
"""


def svg(pins):
    shown = {pin: name.replace("_", " ") for pin, name in pins.items()}
    gpio = {pin: f"GPIO{number}" for number, pin in PIN.items()}
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 640" font-family="sans-serif" font-size="14">',
           '<title>The 40-pin header and the counter\'s panel</title>',
           '<rect width="600" height="640" fill="#ffffff"/>',
           f'<text x="300" y="28" text-anchor="middle" font-size="16">{" and ".join(BOARDS.values())}: '
           'the panel on the 40-pin header</text>',
           '<rect x="268" y="44" width="64" height="580" rx="6" fill="#1f2937"/>']
    for pin in range(1, 41):
        left = pin % 2 == 1
        x, y, side = (286 if left else 314), 62 + (pin - 1) // 2 * 28.6, (-1 if left else 1)
        color = SIGNALS[pins[pin]] if pin in pins else "#111827" if pin in GROUND else "#9ca3af"
        what = gpio.get(pin) or POWER.get(pin) or "GND"
        anchor = "end" if left else "start"
        label = f"{shown[pin]} · {what}" if left and pin in pins else f"{what} · {shown[pin]}" if pin in pins else what
        shape = (f'<rect x="{x - 9}" y="{y - 9:.1f}" width="18" height="18"' if pin == 1 else
                 f'<circle cx="{x}" cy="{y:.1f}" r="9"')
        out.append(f'{shape} fill="{color if pin in pins or pin in GROUND else "#d1d5db"}" stroke="#f9fafb"/>')
        out.append(f'<text x="{x}" y="{y + 4:.1f}" text-anchor="middle" font-size="10" '
                   f'fill="{"#ffffff" if pin in pins or pin in GROUND else "#111827"}">{pin}</text>')
        if pin in pins:
            out.append(f'<line x1="{x + side * 9}" y1="{y:.1f}" x2="{x + side * 60}" y2="{y:.1f}" stroke="{color}" '
                       'stroke-width="3"/>')
        weight = ' font-weight="bold"' if pin in pins else ""
        out.append(f'<text id="pin-{pin}" x="{x + side * (66 if pin in pins else 24)}" y="{y + 5:.1f}" '
                   f'text-anchor="{anchor}" fill="{color if pin in pins or pin in GROUND else "#6b7280"}"{weight}>'
                   f'{label}</text>')
    return "\n".join([*out, "</svg>", ""])


def main(arguments):
    tables = {board: table(board) for board in BOARDS}
    pins, panel = wires(list(tables.values()))
    made = {"WIRING.md": markdown(pins, panel, {board: tables[board]["gpio_label"] for board in BOARDS}),
            "wiring.svg": svg(pins)}
    if arguments == ["--check"]:
        stale = [name for name, text in made.items() if (HERE / name).read_text(encoding="utf-8") != text]
        sys.exit(f"wiring: not as the tables say: {', '.join(stale)}; run board/wiring.py" if stale else 0)
    if arguments:
        sys.exit(__doc__)
    for name, text in made.items():
        (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
