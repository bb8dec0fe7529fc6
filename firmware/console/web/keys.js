// The soft-key row: four keys above four buttons; each keeps its job in every state:
// 1 go on, 2 print, 3 refer or details, 4 supervisor or help.
import { $, h, icon, place } from "./dom.js";
import { t } from "./words.js";

/** What the officer may also decide, off the keys: the lane says what keys 1 and 3 record. */
export function otherDecisions({ crossing }) {
  return crossing.allowed_officer.filter((decision) => decision !== crossing.key_go && decision !== crossing.key_refer);
}

/** A live counter knows no supervisor until there are logins. */
export const lacksLogin = (view) => view.mode === "LIVE" && view.crossing.allowed_supervisor.length === 0;

const unavailable = (picture, label) => ({ kind: "off", picture, label, small: t("key.unavailable") });
const print = () => unavailable("k-print", t("key.print"));
const none = { kind: "none", picture: "k-ok", label: "" };

function verdictKeys(view, act) {
  const { result, key_go: primary, key_refer: referral } = view.crossing;
  const going = view.context.direction === "RETURN" ? "RETURN_LOGGED" : "CLEARED";
  const locked = t(result === "TUNDA" ? "key.locked" : "key.needs_supervisor");
  const first = primary
    ? { kind: result === "SESUAI" ? "pri" : "", picture: "k-ok", label: t(`key.do.${primary}`),
        small: t(`key.small.${primary}`), does: primary, press: () => act.decide(primary) }
    : { kind: "off", picture: "k-ok", label: t(`key.do.${going}`), small: locked };
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
    : { kind: "off", picture: "k-user", label: t("key.supervisor"), small: t(lacksLogin(view) ? "key.no_login" : "key.not_needed") };
  return [first, print(), third, fourth];
}

function keysOf(view, act) {
  const help = { picture: "k-help", label: t("key.help"), small: t("key.n", { n: 4 }), press: act.help };
  const manual = { picture: "k-kbd", label: t("key.manual"), small: t("key.n", { n: 3 }), press: act.manual };
  switch (view.screen) {
    case "VERDICT": return verdictKeys(view, act);
    case "RECORDED": case "VOIDED":
      return [{ kind: "", picture: "k-go", label: t("key.next"), small: t("key.n", { n: 1 }), press: act.dismiss },
        print(), none, help];
    case "UNREADABLE":
      return [{ kind: "", picture: "k-again", label: t("key.again"), small: t("key.n", { n: 1 }), press: act.dismiss },
        view.unreadable.proposal ? { kind: "wrap", picture: "k-ok", label: t("key.same"), small: t("key.n", { n: 2 }), press: act.confirm } : print(),
        manual, help];
    case "STARTING": case "STORAGE": return [none, none, none, help];
    default: return [none, print(), manual, help];
  }
}

let current = [];

/** `act`: decide, supervisor, details(bool), dismiss, help, manual, confirm. */
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

/** Keys 1..4, down and up. `recording`: also what records a decision. */
export function pressKey(number, down, recording) {
  const key = current[number - 1];
  if (!key || (key.does && !recording)) return;
  if (key.hold) key.hold(down);
  else if (down) key.press?.();
}
