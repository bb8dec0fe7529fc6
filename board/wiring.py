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
INK, FADED, DANGER = "#111827", "#6b7280", "#c81e1e"
SIGNALS = {"lamp_green": "#1a7f37", "lamp_amber": "#b76e00", "lamp_red": "#c81e1e", "lamp_white": "#64748b",
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
| ground | GND | {DRIVERS_GROUND} | of the driver board |
| ground | GND | {BUTTONS_GROUND} | common of all buttons |

Any other ground pin ({", ".join(str(pin) for pin in GROUND if pin not in (DRIVERS_GROUND, BUTTONS_GROUND))}) does as well.

- **A pin drives no lamp.** It gives 3.3 V and a few mA: lamps and buzzer hang on a driver board (transistors,
  or optocouplers for 24 V) of their own supply, whose ground is joined to a ground pin.
- **10 kΩ from each driver's input to ground** keep lamps and buzzer dark from power-on until the kiosk is ready, and while
  a cable is loose. A Raspberry Pi 4 pulls these lines down by itself as well; nothing here relies on that.
- **Buttons close to ground**; the pull-up is the chip's. On cables of more than a metre add 1 kΩ in series, and 10 kΩ to 3V3.
  Label them as on the page, from the left: 1 record or next, 2 print (not yet) or compare, 3 refer or type in,
  4 supervisor or help.
- **Never 5 V on a line's pin.**
"""


class Drawing:
    """A little of SVG: what is drawn, in order."""

    def __init__(self, width, height, title):
        self.parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
                      'font-family="sans-serif" font-size="14">',
                      f"<title>{title}</title>", f'<rect width="{width}" height="{height}" fill="#ffffff"/>']

    def text(self, x, y, what, fill=INK, **more):
        more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
        self.parts.append(f'<text x="{x}" y="{y:.1f}" fill="{fill}"{more}>{what}</text>')

    def wire(self, color, *points):
        self.parts.append(f'<polyline points="{" ".join(f"{x},{y:.1f}" for x, y in points)}" fill="none" '
                          f'stroke="{color}" stroke-width="3" stroke-linejoin="round"/>')

    def circle(self, x, y, r, fill, stroke):
        self.parts.append(f'<circle cx="{x}" cy="{y:.1f}" r="{r}" fill="{fill}" stroke="{stroke}" stroke-width="1.5"/>')

    def box(self, x, y, width, height, fill, stroke):
        self.parts.append(f'<rect x="{x}" y="{y:.1f}" width="{width}" height="{height}" rx="4" fill="{fill}" '
                          f'stroke="{stroke}" stroke-width="1.5"/>')

    def lamp(self, x, y, color):
        """A lamp as circuit diagrams have it."""
        self.circle(x, y, 11, "#ffffff", color)
        for way in (-1, 1):
            self.wire(color, (x - 7.5, y - 7.5 * way), (x + 7.5, y + 7.5 * way))

    def buzzer(self, x, y, color):
        self.parts.append(f'<path d="M {x - 11} {y - 6} a 11 11 0 0 0 22 0 z" fill="#ffffff" stroke="{color}" '
                          'stroke-width="3"/>')

    def contact(self, x, y, color):
        """A push button, from x to x + 40."""
        self.wire(color, (x + 6, y - 11), (x + 36, y - 2))
        for at in (x + 4, x + 36):
            self.circle(at, y, 3.5, "#ffffff", color)

    def end(self):
        return "\n".join([*self.parts, "</svg>", ""])


MIDDLE, TOP, STEP = 420, 168, 28  # of the header: between its two columns, its first row, from row to row
BOARD_TOP, BOARD_FOOT = 52, 116  # of the driver board
INNERMOST, APART = 190, 48  # where wires rise to it, left; the next ones further out
CONTACT, BUS = 140, 66  # the buttons', and the ground that they close to
DRIVERS_GROUND, BUTTONS_GROUND = 9, 39  # any ground pin would do


def place(pin):
    """Where a pin is, and the way that leads off the header: -1 left, 1 right."""
    side = -1 if pin % 2 else 1
    return MIDDLE + 14 * side, TOP + (pin - 1) // 2 * STEP, side


def draw_header(drawing):
    drawing.box(MIDDLE - 32, TOP - 20, 64, 19 * STEP + 40, "#1f2937", "#1f2937")
    drawing.text(MIDDLE, TOP + 19 * STEP + 40, "towards the USB sockets", FADED, text_anchor="middle", font_size=12)
    x, y = MIDDLE + 230, TOP + 15 * STEP
    drawing.text(x, y, "edge of the board", FADED, text_anchor="middle", font_size=12,
                 transform=f"rotate(-90 {x} {y})")


def draw_pin(drawing, pin, color, label, is_wired):
    x, y, side = place(pin)
    fill = color if is_wired or pin in GROUND else "#d1d5db"
    if pin == 1:
        drawing.box(x - 9, y - 9, 18, 18, fill, "#f9fafb")
    else:
        drawing.circle(x, y, 9, fill, "#f9fafb")
    drawing.text(x, y + 4, pin, "#ffffff" if fill == color else INK, text_anchor="middle", font_size=10)
    more = {"font_weight": "bold", "stroke": "#ffffff", "stroke_width": 10, "paint_order": "stroke"} if is_wired else {}
    drawing.text(x + side * 34, y + 5, label, color, id=f"pin-{pin}", text_anchor="end" if side < 0 else "start", **more)


def draw_driver_board(drawing, pins):
    """Lamps and buzzer, each above its wire; of each side's the uppermost pin is the innermost."""
    drawing.box(30, BOARD_TOP, 2 * MIDDLE - 60, BOARD_FOOT - BOARD_TOP, "#f3f4f6", "#9ca3af")
    drawing.text(MIDDLE, BOARD_TOP + 28, "driver board", text_anchor="middle", font_weight="bold")
    drawing.text(MIDDLE, BOARD_TOP + 46, "with a supply of its own", FADED, text_anchor="middle", font_size=12)
    wired = {pin: name for pin, name in pins.items() if not name.startswith("button")} | {DRIVERS_GROUND: "ground"}
    risen = {-1: 0, 1: 0}
    for pin, name in sorted(wired.items()):
        x, y, side = place(pin)
        color = SIGNALS.get(name, INK)
        rise = MIDDLE + side * (MIDDLE - INNERMOST + risen[side] * APART)
        risen[side] += 1
        drawing.wire(color, (x, y), (rise, y), (rise, BOARD_FOOT))
        if name == "ground":
            drawing.wire(color, (rise - 11, BOARD_FOOT - 22), (rise + 11, BOARD_FOOT - 22))
            drawing.wire(color, (rise, BOARD_FOOT), (rise, BOARD_FOOT - 22))
        else:
            drawing.wire(color, (rise, BOARD_FOOT), (rise, BOARD_FOOT - 14))
            (drawing.buzzer if name == "buzzer" else drawing.lamp)(rise, BOARD_FOOT - 22, color)
        drawing.text(rise, BOARD_TOP + 20, name.removeprefix("lamp_"), color, text_anchor="middle", font_size=12)


def draw_buttons(drawing, pins):
    """Contacts that close to a ground of their own."""
    rows = [place(pin)[1] for pin, name in pins.items() if name.startswith("button")]
    x, foot, _side = place(BUTTONS_GROUND)
    for y in rows:
        color = SIGNALS["button_1"]
        drawing.wire(color, (x, y), (CONTACT + 40, y))
        drawing.contact(CONTACT, y, color)
        drawing.wire(INK, (CONTACT, y), (BUS, y))
    drawing.wire(INK, (BUS, min(rows)), (BUS, foot), (x, foot))


def svg(pins):
    drawing = Drawing(2 * MIDDLE, TOP + 19 * STEP + 62, "The 40-pin header and the counter's panel")
    drawing.text(MIDDLE, 30, f'{" and ".join(BOARDS.values())}: the panel on the 40-pin header', text_anchor="middle",
                 font_size=17)
    draw_driver_board(drawing, pins)
    draw_buttons(drawing, pins)
    draw_header(drawing)
    gpio = {pin: f"GPIO{number}" for number, pin in PIN.items()}
    grounds = {DRIVERS_GROUND: "GND · driver board", BUTTONS_GROUND: "GND · buttons"}
    for pin in range(1, 41):
        if pin in pins:
            both = [pins[pin].replace("_", " "), gpio[pin]]
            draw_pin(drawing, pin, SIGNALS[pins[pin]], " · ".join(both if pin % 2 else both[::-1]), True)
        elif pin in GROUND:
            draw_pin(drawing, pin, INK, grounds.get(pin, "GND"), pin in grounds)
        else:
            draw_pin(drawing, pin, DANGER if POWER.get(pin) == "5V" else FADED, gpio.get(pin) or POWER[pin], False)
    return drawing.end()


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
