// The screens that give no verdict.
import { $, h, icon } from "./dom.js";
import { t } from "./words.js";
import * as format from "./format.js";
import { contextBar } from "./context.js";
import { noticeRow, isQuiet } from "./notices.js";
import { drawUnreadable } from "./unreadable.js";
import { voidButton } from "./void.js";

/** `picture`: of the sprite, or an element of its own. */
export function plain(kind, picture, title, line, ...rest) {
  return h(`div.plain${kind}`, null, typeof picture === "string" ? icon(picture, "ill") : picture,
    h("div", null, h("h1", { id: "title" }, title), h("p", { id: "line" }, line), ...rest));
}

export const steps = (key, count, values) => h("ol.steps", null, Array.from({ length: count }, (_, index) =>
  h("li", null, h("i", null, String(index + 1)), h("span", null, t(`${key}${index + 1}`, values)))));

function countsLine(view) {
  const { counts, link } = view;
  const n = (key) => format.count(counts[key]);
  const today = t("counts", { total: n("total"), clear: n("clear"), refer: n("refer"), stop: n("stop") });
  return [today, link.online && link.unsent > 0 ? ` · ${t("net.unsent", { n: format.count(link.unsent) })}` : ""];
}

const fault = (key) => plain(".small", "i-unplugged", t(key), t(`${key}.line`), steps(`${key}.`, 3));

function ready(view, act) {
  const body = !view.scanner_ok ? fault("fault.scanner")
    : isQuiet(view) ? fault("fault.quiet")
    : plain("", "i-reader", t("ready"), t("ready.line"), h("div.sub", null, ...countsLine(view)), voidButton(view, act.takeBack));
  return [body, noticeRow(view, act.notices), contextBar(view, act)];
}

const reading = () => plain(".only", null, t("reading"), t("reading.line"), h("div.prog", null, h("i")),
  h("div.sub", null, t("reading.hint")));

function recorded(view, act) {
  const { crossing, recorded: done } = view;
  return plain(".small", "i-saved", t("recorded", { seq: format.seq(crossing.seq) }),
    h("b", null, t(`decision.${done.decision}`)),
    h("div.sub", null, `${format.personName(crossing.document)} · `, h("span.no", null, crossing.document.number)),
    voidButton(view, act.takeBack));
}

function voided(view) {
  const { crossing, recorded: done } = view;
  return plain(".small", "i-voided", t("voided", { seq: format.seq(crossing.seq) }), h("s", null, t(`decision.${done.decision}`)),
    h("div.sub", null, `${format.personName(crossing.document)} · `, h("span.no", null, crossing.document.number)),
    h("div.sub", null, t("voided.again")));
}

const DRAW = {
  STARTING: (view) => plain(".only", null, t("starting"), t("starting.line"), h("div.sub", null, view.kiosk_id)),
  READY: ready,
  READING: reading,
  UNREADABLE: drawUnreadable,
  RECORDED: recorded,
  VOIDED: voided,
  STORAGE: () => plain(".small", "i-disk", t("storage"), t("storage.line"), steps("storage.", 3)),
};

/** `act`: direction, journey, notices, takeBack. */
export function drawScreen(name, view, act) {
  return DRAW[name](view, act);
}

/** The whole glass, when what is known may be untrue (or nothing may be known). */
export function drawLost(kind) {
  $("lost")?.remove();
  if (!kind) return;
  $("stage").append(h("div.lost", { id: "lost", role: "alert" }, icon(kind === "door" ? "i-key" : "i-lamp"),
    h("div", null, h("h1", null, t(`lost.${kind}`)), h("p", null, t(`lost.${kind}.line`)),
      h("div.sub", null, t(`lost.${kind}.sub`)))));
}
