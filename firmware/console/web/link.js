// The connection to pamit-console: events in, requests out, and how long ago the lane was heard.

const RETRY_MS = 1000;
/** The page blanks itself this long after the last sign of life. */
export const SILENCE_MS = 2000;

const listeners = {};
let source = null;
let heardAt = -Infinity;
let wallAt = { ms: 0, at: 0 };

/** on("view" | "refused" | "button" | "lane" | "door" | "beat", fn) */
export function on(kind, listener) { listeners[kind] = listener; }
function tell(kind, value) { listeners[kind]?.(value); }

function heard(nowMs) {
  heardAt = performance.now();
  wallAt = { ms: nowMs, at: heardAt };
}

/** Silent for too long: what is on the screen may be untrue. */
export const silent = () => performance.now() - heardAt > SILENCE_MS;

/** The lane's clock, as last told, carried on. */
export const now = () => wallAt.ms + (performance.now() - wallAt.at);

async function whyClosed() {
  try {
    const answer = await fetch("/state");
    tell("door", answer.status !== 401);
  } catch {
    tell("door", true);
  }
  setTimeout(open, RETRY_MS);
}

export function open() {
  source?.close();
  source = new EventSource("/events");
  source.addEventListener("lane", (event) => {
    const { connected } = JSON.parse(event.data);
    if (!connected) heardAt = -Infinity;
    tell("door", true);
    tell("lane", connected);
  });
  source.addEventListener("view", (event) => {
    const view = JSON.parse(event.data);
    heard(view.now_ms);
    tell("view", view);
  });
  source.addEventListener("heartbeat", (event) => {
    heard(JSON.parse(event.data).now_ms);
    tell("beat");
  });
  source.addEventListener("button", (event) => tell("button", JSON.parse(event.data)));
  source.addEventListener("refused", (event) => tell("refused", JSON.parse(event.data)));
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return;
    whyClosed();
  });
}

/** True if pamit-console handed it to the lane. */
export async function hand(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

/** The same of what somebody did, who is told when it was not handed over. */
export async function post(path, body) {
  const handed = await hand(path, body);
  if (!handed) tell("refused", { seq: body.seq ?? 0, why: "NOT_SENT" });
  return handed;
}
