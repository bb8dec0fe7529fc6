// A panel with a list of any length: what has no room waits on the next page.
import { h } from "./dom.js";
import { t } from "./words.js";
import { openPanel, closePanel, panelFoot, drawFoot, pressPanelKey } from "./panel.js";

/** On which page each item stands: columns for which there is no room stand beside the list. */
function pagesOf(list) {
  const width = list.clientWidth + parseFloat(getComputedStyle(list).columnGap);
  return [...list.children].map((item) => Math.floor((item.offsetLeft - list.offsetLeft) / width));
}

/** `again(page)` opens the same panel in another language. `on`: more of what openPanel takes; `fourth`:
 *  as in drawFoot. */
export function openPages(title, list, again, { first = 0, fourth, ...on } = {}) {
  const foot = panelFoot();
  let page = first, pages = [];
  const next = () => (pages.includes(1) ? turn(pages.includes(page + 1) ? page + 1 : 0) : closePanel());
  function turn(to) {
    page = to;
    [...list.children].forEach((item, index) => { item.hidden = pages[index] !== page; });
    const last = Math.max(...pages);
    const label = last > 0 ? t("page.next", { page: page + 1, pages: last + 1 }) : null;
    drawFoot(foot, { label, press: next, look: { picture: "k-go" }, leave: "panel.close", fourth });
  }
  openPanel({ enter: next, digit: pressPanelKey, again: () => again(page), ...on }, title, h("div.all", null, list), foot);
  pages = pagesOf(list);
  turn(Math.min(page, ...pages.slice(-1)));
}
