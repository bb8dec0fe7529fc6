// The desk's page. State comes from the desk as events; every click is one command. Nothing is
// remembered here but which group of documents is open: what shows is what the hardware says.
'use strict';

const $ = (id) => document.getElementById(id);
const NOTICE_MS = 4000;

// Commands go out one after the other, so that a key's "down" never arrives after its "up".
let queue = Promise.resolve();

function command(verb, argument = '') {
  queue = queue.then(() => post(verb, argument)).catch(() => ({ ok: false }));
  return queue;
}

async function post(verb, argument) {
  const response = await fetch('/api', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ command: verb, argument }),
  });
  const reply = response.headers.get('Content-Type') === 'application/json'
    ? await response.json() : { ok: false, error: await response.text() };
  if (!reply.ok) notice(reply.error);
  return reply;
}

const words = {
  'the scanner is unplugged': 'Pemindai sedang dicabut: paspor tidak terbaca.',
  'no lane is wired to the panel': 'Tombol belum tersambung: pamit-lane tidak berjalan.',
};

let noticeTimer;
function notice(text) {
  $('notice').textContent = words[text] || text;
  $('notice').classList.add('shown');
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => $('notice').classList.remove('shown'), NOTICE_MS);
}

// ── the officer's screen, scaled into what is left of the window ──
function fit() {
  const stage = document.querySelector('.stage');
  const scale = Math.min((stage.clientWidth - 72) / 1280, (stage.clientHeight - 144) / 800, 1.5);
  document.documentElement.style.setProperty('--scale', Math.max(scale, 0.2).toFixed(4));
}
window.addEventListener('resize', fit);
fit();

let screenUrl;
function showScreen(page) {
  const url = `http://${location.hostname}:${page.port}${page.path}`;
  if (url === screenUrl) return;
  screenUrl = url;
  $('screen').src = url;
}
$('reload').addEventListener('click', () => { $('screen').src = screenUrl; });

// ── lamps and bell ──
let audio;
function sound(on) {
  if (audio) audio.gain.gain.setTargetAtTime(on ? 0.06 : 0, audio.context.currentTime, 0.004);
}

$('sound').addEventListener('click', () => {
  if (!audio) {
    const context = new AudioContext();
    const gain = new GainNode(context, { gain: 0 });
    const tone = new OscillatorNode(context, { type: 'triangle', frequency: 900 });
    tone.connect(gain).connect(context.destination);
    tone.start();
    audio = { context, gain };
  } else {
    audio.context.close();
    audio = undefined;
  }
  $('sound').setAttribute('aria-pressed', String(Boolean(audio)));
  $('sound').querySelector('span').textContent = audio ? 'Bel' : 'Bel bisu';
});

function showLamps(lamps) {
  for (const lamp of document.querySelectorAll('[data-lamp]')) {
    lamp.classList.toggle('on', lamps[lamp.dataset.lamp]);
  }
  sound(lamps.buzzer);
}

// ── buttons: down is down, up is up; from a keyboard, a tap ──
for (const key of document.querySelectorAll('.key')) {
  const number = key.dataset.button;
  const up = () => {
    if (!key.classList.contains('down')) return;
    key.classList.remove('down');
    command('release', number);
  };
  key.addEventListener('pointerdown', (event) => {
    key.setPointerCapture(event.pointerId);
    key.classList.add('down');
    command('hold', number);
  });
  key.addEventListener('pointerup', up);
  key.addEventListener('pointercancel', up);
  key.addEventListener('click', (event) => { if (event.detail === 0) command('press', number); });
}

// ── passports ──
function passport(entry) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'passport';
  button.dataset.document = entry.name;
  const cover = document.createElement('span');
  cover.className = 'cover';
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', '#s-globe');
  svg.append(use);
  cover.append(svg);
  const title = document.createElement('b');
  title.textContent = entry.title;
  const what = document.createElement('small');
  what.textContent = entry.what;
  const text = document.createElement('span');
  text.append(title, what);
  button.append(cover, text);
  button.addEventListener('click', async (event) => {
    button.classList.remove('laid');
    const reply = await command('scan', entry.name);
    if (reply.ok) button.classList.add('laid');
    if (event.detail > 0) $('screen').focus(); // a mouse user's keys belong to the officer's page
  });
  const item = document.createElement('li');
  item.append(button);
  return item;
}

let openGroup;

function showGroup(documents, group) {
  openGroup = group;
  for (const tab of $('groups').children) tab.setAttribute('aria-pressed', String(tab.textContent === group));
  $('documents').replaceChildren(...documents.filter((entry) => entry.group === group).map(passport));
}

function groupTab(documents, group) {
  const tab = document.createElement('button');
  tab.type = 'button';
  tab.textContent = group;
  tab.addEventListener('click', () => showGroup(documents, group));
  return tab;
}

async function showDocuments() {
  const reply = await command('documents');
  if (!reply.ok) return;
  const groups = [...new Set(reply.documents.map((entry) => entry.group))];
  $('groups').replaceChildren(...groups.map((group) => groupTab(reply.documents, group)));
  showGroup(reply.documents, groups.includes(openGroup) ? openGroup : groups[0]);
}

// ── switches ──
function showSwitch(name, part, on, off) {
  const button = $(name);
  button.disabled = !part;
  button.setAttribute('aria-checked', String(Boolean(part && part.plugged)));
  button.querySelector('small').textContent = !part ? 'tidak ada' : part.plugged ? on : off;
}

for (const button of document.querySelectorAll('.switch')) {
  button.addEventListener('click', () => {
    const on = button.getAttribute('aria-checked') === 'true';
    command(button.dataset.switch, on ? 'off' : 'on');
  });
}

// ── what the desk says ──
function show(status) {
  document.body.classList.remove('lost');
  showLamps(status.lamps);
  showScreen(status.page);
  showSwitch('scanner', status.scanner, 'tersambung', 'dicabut');
  showSwitch('network', status.network, 'tersambung', 'dicabut');
  $('link').dataset.wired = status.wired;
  $('link').textContent = status.wired ? 'tersambung ke pamit-lane' : 'menunggu pamit-lane';
}

const events = new EventSource('/events');
events.addEventListener('open', showDocuments);
events.addEventListener('message', (event) => show(JSON.parse(event.data)));
events.addEventListener('error', () => {
  document.body.classList.add('lost');
  showLamps({});
  $('link').dataset.wired = 'false';
  $('link').textContent = 'meja simulasi berhenti';
});
