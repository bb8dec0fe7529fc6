// What stands above every screen: where and who, the device's health, the mode, connectivity.
import { $, h, icon, place } from "./dom.js";
import { t, has, getLanguage } from "./words.js";
import * as format from "./format.js";
import { noticeChip, isQuiet } from "./notices.js";
import { returnMark, isGuarded } from "./verdict.js";

function linkChip(view, now) {
  const { link } = view;
  if (!link.online) return h("div.chip", { id: "chip-link" }, icon("c-off", null, t("chip.offline")), h("span", null, t("chip.offline")));
  const text = link.data_as_of_ms === 0 ? t("chip.no_data")
    : t("chip.data", { ago: format.ago(now - link.data_as_of_ms) });
  return h("div.chip", { id: "chip-link" }, icon("c-on", null, text), h("span", null, text));
}

function scannerChip(view, open) {
  if (!view.scanner_ok) return h("div.chip.bad", { id: "chip-scanner" }, icon("c-scan", null, t("chip.scanner_gone")), h("span", null, t("chip.scanner_gone")));
  if (isQuiet(view)) return h("button.chip.bad", { id: "chip-scanner", onclick: open }, icon("c-scan", null, t("chip.scanner_quiet")), h("span", null, t("chip.scanner_quiet")));
  const locked = view.screen === "VERDICT" && view.crossing.result === "TUNDA";
  const words = t(locked ? "chip.scanner_locked" : "chip.scanner");
  return h("div.chip", { id: "chip-scanner" }, icon("c-scan", null, words), h("span", null, words));
}

/** What is to be known of the clock, and where a supervisor sets it. */
function clockChip(view, act) {
  const untrusted = view.clock_quality === "UNKNOWN";
  if (!untrusted && view.clock_quality !== "OPERATOR_SET") return null;
  const words = t(untrusted ? "chip.clock" : "chip.clock_set");
  const press = view.clock.may_set ? act.clock : act.notices;
  return h(`button.chip${untrusted ? ".bad" : ".kept"}`, { id: "chip-clock", onclick: press }, icon("c-clock", null, words), h("span", null, words));
}

/** `act`: notices, clock, language. */
export function drawStrip(view, now, act) {
  const back = view.context.direction === "RETURN";
  place($("strip"),
    h("div.place", null, h("b", null, view.tpi_name),
      h("span", null, t("counter", { counter: view.counter, officer: view.officer_name }))),
    back ? returnMark() : null,
    h("div.chips", null,
      linkChip(view, now),
      scannerChip(view, act.notices),
      view.panel_ok ? null : h("div.chip.bad", { id: "chip-panel" }, icon("c-lamp", null, t("chip.panel_gone")), h("span", null, t("chip.panel_gone"))),
      noticeChip(view, act.notices),
      clockChip(view, act),
      h(view.clock.may_set ? "button.clock" : "div.clock", { onclick: view.clock.may_set && act.clock }, format.clock(now), h("small", null, view.zone)),
      h("button.lang", { id: "language", "aria-label": t("language.switch"), onclick: act.language },
        ...(getLanguage() === "id" ? ["ID", h("span", null, "|EN")] : [h("span", null, "ID|"), "EN"]))));
  fitStrip();
}

/** Where the counter's name would be cut, pictures do: first of what works, then of all. */
function fitStrip() {
  for (const crowd of ["", "snug", "tight"]) {
    $("strip").className = crowd;
    if ([...document.querySelectorAll(".place > *")].every((line) => line.scrollWidth <= line.clientWidth)) return;
  }
}

export function drawRibbon(view) {
  const ribbon = $("ribbon");
  ribbon.hidden = view.mode === "LIVE";
  if (ribbon.hidden) return;
  const words = t(`mode.${view.mode}`);
  ribbon.textContent = [words, t("mode.not_service"), words].join("   ·   ");
}

/** A verdict that was left open for a later scan, on every screen that is not that verdict's own. */
export function drawUndecided(view, screen) {
  const { undecided_seq: seq } = view;
  const owes = ["READY", "UNREADABLE", "VERDICT", "RECORDED", "VOIDED"].includes(screen);
  $("undecided").hidden = !owes || !seq || seq === view.crossing?.seq;
  $("undecided").textContent = $("undecided").hidden ? "" : t("undecided", { seq: format.seq(seq) });
}

const when = ({ wall_ms: ms, day }, now) => {
  if (ms === 0) return format.date(day);
  return format.isoDay(ms) === format.isoDay(now) ? t("seen.today", { time: format.clock(ms) }) : format.moment(ms, now);
};

/** An earlier crossing of this document, the same way. How it was decided may be delicate. */
export function drawSeen(view, screen, now, details) {
  const seen = screen === "VERDICT" ? view.crossing.seen : null;
  $("seen").hidden = !seen;
  const said = seen && (details || !isGuarded(seen)) && has(`seen.${seen.decision}`) ? `, ${t(`seen.${seen.decision}`)}` : "";
  $("seen").textContent = seen ? t(`seen.${seen.direction}`, { when: when(seen, now) }) + said : "";
}

/** One slot, for connectivity only: too old beats offline. */
export function drawNet(view, now) {
  const { link } = view;
  const net = $("net");
  const none = link.data_as_of_ms === 0;
  const kind = none ? "none" : link.data_stale ? "stale" : link.online ? "" : "offline";
  net.hidden = kind === "";
  net.dataset.kind = kind;
  if (net.hidden) return;
  const when = h("b", null, format.moment(link.data_as_of_ms, now));
  const says = {
    none: () => [h("b", null, t("net.none")), `\u2002${t("net.none_so")}`],
    stale: () => [h("b", null, t("net.stale")), `\u2002${t("net.as_of")} `, when, ` · ${t("net.stale_so")}`],
    offline: () => [h("b", null, t("net.offline")), `\u2002${t("net.local_as_of")} `, when,
      ` · ${format.ago(now - link.data_as_of_ms)}`],
  };
  place(net, icon("n-off"), h("span.say", { id: "net-say" }, ...says[kind]()),
    h("span.q", { id: "unsent" }, t(kind === "offline" ? "net.unsent" : "net.unsent_short", { n: format.count(link.unsent) })));
}
