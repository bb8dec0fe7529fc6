// Elements by hand: text is always set as text, so nothing from outside can become markup.

/** h("div.card", {title: "x"}, "text", element, null, [more]) */
export function h(name, attributes, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** A picture of the sprite in index.html; `label` says what it is when no words beside it do. */
export function icon(id, classes, label) {
  const svg = document.createElementNS(SVG, "svg");
  if (classes) svg.setAttribute("class", classes);
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${id}`);
  svg.append(use);
  return svg;
}

/** Makes these the children of `root`, unless it has the same already: an element that is being
 *  pressed must not be replaced under the finger. What a listener does must therefore show in the
 *  element's words or attributes, or not depend on when it was made. */
export function place(root, ...children) {
  const next = new DocumentFragment();
  next.append(...children.flat(2).filter(Boolean));
  const same = root.childNodes.length === next.childNodes.length
    && [...next.childNodes].every((node, index) => node.isEqualNode(root.childNodes[index]));
  if (!same) root.replaceChildren(next);
}

export const $ = (id) => document.getElementById(id);
