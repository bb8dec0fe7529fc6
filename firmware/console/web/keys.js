// The soft-key row: four keys above four buttons; each keeps its job in every state:
// 1 go on, 2 print, 3 refer or details, 4 supervisor or help.
import { $, h, icon, place } from "./dom.js";
import { t } from "./words.js";

/** What key 1 records, and what key 3 does: the first of these the lane allows. */
const PRIMARY = { DEPARTURE: ["CLEARED", "LOGGED_ONLY"], RETURN: ["RETURN_LOGGED"] };
const REFERRAL = { DEPARTURE: ["SECONDARY"], RETURN: ["RETURN_REFERRED"] };

export function primaryDecision(view) {
  const { crossing, context } = view;
  const wanted = [...PRIMARY[context.direction]];
  if (crossing.reasons.some((reason) => reason.code === "R003")) wanted.reverse();
  return wanted.find((decision) => crossing.allowed_officer.includes(decision)) ?? null;
}

export function referralDecision(view) {
  return REFERRAL[view.context.direction].find((d) => view.crossing.allowed_officer.includes(d)) ?? null;
}

/** What the officer may also decide, off the keys. */
export function otherDecisions(view) {
  const onKeys = [primaryDecision(view), referralDecision(view)];
  return view.crossing.allowed_officer.filter((decision) => !onKeys.includes(decision));
}

const unavailable = (picture, label) => ({ kind: "off", picture, label, small: t("key.unavailable") });
const print = () => unavailable("k-print", t("key.print"));
const none = { kind: "none", picture: "k-ok", label: "" };

function verdictKeys(view, act) {
  const { result } = view.crossing;
  const primary = primaryDecision(view), referral = referralDecision(view);
  const locked = t(result === "TUNDA" ? "key.locked" : "key.needs_supervisor");
  const first = primary
    ? { kind: result === "SESUAI" ? "pri" : "", picture: "k-ok", label: t(`key.do.${primary}`),
        small: t(`key.small.${primary}`), does: primary, press: () => act.decide(primary) }
    : { kind: "off", picture: "k-ok", label: t("key.do.CLEARED"), small: locked };
  const label = result === "RUJUK" ? t("key.referred") : t("key.refer");
  const third = result === "TUNDA"
    ? { picture: "k-eye", label: t("key.details"), small: t("key.details_hold"), hold: act.details }
    : referral
      ? { kind: result === "RUJUK" ? "warn" : "", picture: "k-tri", label, small: t("key.n", { n: 3 }),
          does: referral, press: () => act.decide(referral) }
      : { kind: "off", picture: "k-tri", label, small: t("key.needs_supervisor") };
  const supervisor = view.crossing.allowed_supervisor.length > 0;
  const fourth = supervisor
    ? { kind: result === "TUNDA" ? "call" : "", picture: "k-user", label: t("key.supervisor"),
        small: t("key.n", { n: 4 }), press: act.supervisor }
    : { kind: "off", picture: "k-user", label: t("key.supervisor"), small: t("key.not_needed") };
  return [first, print(), third, fourth];
}

function keysOf(view, act) {
  const help = { picture: "k-help", label: t("key.help"), small: t("key.n", { n: 4 }), press: act.help };
  const manual = unavailable("k-kbd", t("key.manual"));
  switch (view.screen) {
    case "VERDICT": return verdictKeys(view, act);
    case "RECORDED":
      return [{ kind: "", picture: "k-go", label: t("key.next"), small: t("key.n", { n: 1 }), press: act.dismiss },
        print(), none, help];
    case "UNREADABLE":
      return [{ kind: "", picture: "k-again", label: t("key.again"), small: t("key.n", { n: 1 }), press: act.dismiss },
        print(), manual, help];
    case "STARTING": case "STORAGE": return [none, none, none, help];
    default: return [none, print(), manual, help];
  }
}

let current = [];

/** `act`: decide, supervisor, details(bool), dismiss, help. */
export function drawKeys(view, act) {
  current = keysOf(view, act);
  drawRow($("keys"), current);
}

/** A row of four keys; also the foot of panels. */
export function drawRow(root, keys) {
  place(root, keys.map((key, index) => {
    const attributes = { id: root.id === "keys" ? `key-${index + 1}` : null,
      disabled: !key.press && !key.hold, "aria-hidden": key.kind === "none" || null, "data-does": key.does };
    if (key.press) attributes.onclick = key.press;
    if (key.hold) {
      attributes.onpointerdown = () => key.hold(true);
      for (const end of ["onpointerup", "onpointerleave", "onpointercancel"]) attributes[end] = () => key.hold(false);
    }
    return h(`button.key${key.kind ? `.${key.kind}` : ""}`, attributes, icon(key.picture),
      h("span", null, key.label, key.small ? h("small", null, key.small) : null));
  }));
}

/** Keyboard 1..4, down and up. */
export function pressKey(number, down) {
  const key = current[number - 1];
  if (!key) return;
  if (key.hold) key.hold(down);
  else if (down) key.press?.();
}
