// What the people at the counter have to know about the kiosk while it goes on serving. A chip of the
// strip on every screen, the worst in words where nobody is being served, all of them on key N.
import { h, icon } from "./dom.js";
import { t } from "./words.js";
import { openPages } from "./pages.js";
import { closePanel } from "./panel.js";

/** What the officer says to the technician. */
const CODES = {
  STORAGE_NOT_DURABLE: "E-STO-02", CLOCK_UNKNOWN: "E-JAM-01", ENTRY_UNREADABLE: "E-JRN-01", JOURNAL_DAMAGED: "E-JRN-02",
  SPACE_FULL: "E-STO-03", SPACE_LITTLE: "E-STO-03", SCANNER_QUIET: "E-SCN-04", BUTTON_STUCK: "E-BTN-01",
  SCAN_AGAIN: "E-JRN-02", WAL_REMOVED: "E-JRN-03", NEW_EPOCH: "E-JRN-04", CACHE_DAMAGED: "E-DAT-01", SYNC_DAMAGED: "E-SND-01",
};
const PICTURES = { CLOCK_UNKNOWN: "c-clock" };

const picture = (notice) => icon(PICTURES[notice] ?? "c-tool");

/** The reader owes an answer: nothing that is put on it will be read. */
export const isQuiet = (view) => view.notices.includes("SCANNER_QUIET");

/** Clock and scanner have chips of their own. */
export function noticeChip(view, open) {
  const count = view.notices.filter((notice) => notice !== "CLOCK_UNKNOWN" && notice !== "SCANNER_QUIET").length;
  if (!count) return null;
  const says = count === 1 ? t("chip.notice") : t("chip.notices", { n: count });
  return h("button.chip.bad", { id: "chip-notice", onclick: open }, icon("c-tool", null, says), h("span", null, says));
}

/** Of the clock it is said who can set it here. */
const words = (view, notice, part, values) =>
  t(`notice.${notice}${notice === "CLOCK_UNKNOWN" && view.clock.may_set ? ".may" : ""}.${part}`, values);

/** The worst, where there is room for words. Of the scanner the whole screen speaks there. */
export function noticeRow(view, open) {
  const [worst, ...others] = view.notices.filter((notice) => notice !== "SCANNER_QUIET");
  if (!worst) return null;
  return h("button.notice", { id: "notice", onclick: open }, picture(worst),
    h("span", null, h("b", null, t(`notice.${worst}`)), h("small", null, words(view, worst, "now", { code: CODES[worst] }))),
    others.length ? h("i", null, t("notice.others", { n: others.length })) : null, h("kbd", null, "N"));
}

/** The panel of key N. `current()`: the newest view; `act`: clock. */
export function openNotices(current, act, first = 0) {
  const view = current(), { notices, screen: over } = view;
  function news() {
    if (!current().notices.length) closePanel();
    else if (current().notices.join() !== notices.join()) openNotices(current, act);
  }
  const list = h("ul.notices", null, notices.map((notice) => h("li", { "data-notice": notice }, picture(notice),
    h("div", null, h("b", null, t(`notice.${notice}`)), h("p", null, words(view, notice, "so"))),
    h("span.code", null, CODES[notice]))));
  const set = notices.includes("CLOCK_UNKNOWN") && view.clock.may_set;
  openPages(h("h1", null, t("notices"), h("span", null, t("notices.so"))), list, (page) => openNotices(current, act, page),
    { first, news, stays: (screen) => screen === over || screen === "READY",
      fourth: set ? { picture: "c-clock", label: t("clock"), small: t("key.n", { n: 4 }), press: act.clock } : undefined });
}
