/**
 * What the live pages do beyond HTML and copy.js: local times, the keyboard, and lists that follow new incidents without
 * moving what somebody reads. All of it is optional: without it the pages say the same, in UTC, when they are loaded.
 */

/** After the first news of a burst. The server reads at most once a second (group-board.ts), so the page fetched has them. */
const FETCH_DELAY_MS = 1500;
const POLL_MS = 5000;
const AGE_EVERY_MS = 30_000;
/** Between the two keys of `g i`. */
const CHORD_MS = 1500;
const PAUSED_KEY = 'resetscope-paused';

// Times

/** The same words as formatAge in pages/when.ts. */
function ageWords(seconds) {
  if (seconds >= 86_400) return `${Math.floor(seconds / 86_400)} d ago`;
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return seconds >= 60 ? `${Math.floor(seconds / 60)} min ago` : 'moments ago';
}

function refreshAges(root = document) {
  for (const time of root.querySelectorAll('time[data-age]')) {
    time.textContent = ageWords((Date.now() - Date.parse(time.dateTime)) / 1000);
  }
}

const two = (number) => String(number).padStart(2, '0');

/** `2026-11-22 08:55:15`, as the reader's clock shows it. */
function localText(date) {
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

/** UTC stays in the tooltip. */
function makeLocal(root = document) {
  for (const time of root.querySelectorAll('time[data-moment]')) time.textContent = localText(new Date(time.dateTime));
  for (const time of root.querySelectorAll('time[data-age]')) {
    const utc = time.title.split('\n').at(-1);
    time.title = `${localText(new Date(time.dateTime))} local\n${utc}`;
  }
}

function nameZone() {
  const place = document.querySelector('[data-zone]');
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (place !== null && zone !== 'UTC') place.textContent = `Times are of ${zone}, UTC on hover.`;
}

// Rows

const rows = () => [...document.querySelectorAll('[data-row]')];
const keysOf = (root) => [...root.querySelectorAll('[data-key]')].map((row) => row.dataset.key);

function moveBy(step) {
  const all = rows();
  const at = all.findIndex((row) => row.closest('tr').contains(document.activeElement));
  const next = all[at === -1 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
  next?.focus();
  next?.closest('tr').scrollIntoView({ block: 'nearest' });
}

// Following

/** Cells by row and name, or by name alone where they are in no row. */
function cellsOf(root) {
  const cells = [...root.querySelectorAll('[data-cell]')];
  return new Map(cells.map((cell) => [`${cell.closest('[data-key]')?.dataset.key ?? ''} ${cell.dataset.cell}`, cell]));
}

/** What is shown changes in place; what has come is for showNews. */
function updateCells(fresh) {
  const shown = cellsOf(document);
  for (const [name, cell] of cellsOf(fresh)) {
    const old = shown.get(name);
    if (old === undefined || old.innerHTML === cell.innerHTML || old.contains(document.activeElement)) continue;
    old.replaceChildren(...cell.childNodes);
  }
}

class Follower {
  #isPaused = sessionStorage.getItem(PAUSED_KEY) === '1';
  #events = null;
  #timer = null;
  #fresh = null;
  #kind = document.body.dataset.live;
  #toggle = document.querySelector('[data-live-toggle]');
  #news = document.querySelector('[data-news]');

  start() {
    this.#toggle.hidden = false;
    this.#toggle.addEventListener('click', () => this.toggle());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#soon(0);
    });
    this.#show();
    if (!this.#isPaused) this.#follow();
  }

  toggle() {
    this.#isPaused = !this.#isPaused;
    sessionStorage.setItem(PAUSED_KEY, this.#isPaused ? '1' : '0');
    this.#show();
    if (this.#isPaused) this.#stop();
    else {
      this.#follow();
      this.#soon(0);
    }
  }

  /** Puts the list that has been fetched in place of the one shown. */
  showNews() {
    if (this.#fresh === null) return;
    const main = document.querySelector('main');
    const wasOpen = main.querySelector('details')?.open ?? false;
    const typed = new Map([...main.querySelectorAll('input, select')].map((field) => [field.name, field.value]));
    main.replaceChildren(...this.#fresh.querySelector('main').childNodes);
    this.#news = document.querySelector('[data-news]');
    const details = main.querySelector('details');
    if (details !== null) details.open = wasOpen;
    for (const field of main.querySelectorAll('input, select')) field.value = typed.get(field.name) ?? field.value;
    this.#fresh = null;
    rows()[0]?.focus();
  }

  #show() {
    this.#toggle.textContent = this.#isPaused ? 'Paused' : 'Live';
    this.#toggle.setAttribute('aria-pressed', String(!this.#isPaused));
  }

  #stop() {
    this.#events?.close();
    this.#events = null;
    clearTimeout(this.#timer);
    this.#timer = null;
    delete this.#toggle.dataset.connected;
  }

  #follow() {
    if (this.#kind === 'poll') {
      this.#toggle.dataset.connected = '';
      this.#soon(POLL_MS);
      return;
    }
    this.#events = new EventSource('/events');
    let wasOpen = false;
    this.#events.addEventListener('open', () => {
      this.#toggle.dataset.connected = '';
      // After a lost connection: what came meanwhile.
      if (wasOpen) this.#soon(0);
      wasOpen = true;
    });
    this.#events.addEventListener('error', () => delete this.#toggle.dataset.connected);
    this.#events.addEventListener('incident', () => this.#soon(FETCH_DELAY_MS));
  }

  /** The first event of a burst sets the time: a storm without a pause must not put it off for ever. */
  #soon(delayMs) {
    if (this.#timer !== null || this.#isPaused) return;
    this.#timer = setTimeout(() => {
      const done = () => {
        this.#timer = null;
        if (this.#kind === 'poll' && !this.#isPaused) this.#soon(POLL_MS);
      };
      if (document.hidden) done();
      else this.#fetch().then(done, done);
    }, delayMs);
  }

  async #fetch() {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    makeLocal(fresh);
    const known = new Set(keysOf(document));
    const count = keysOf(fresh).filter((key) => !known.has(key)).length;
    updateCells(fresh);
    if (this.#kind === 'poll' || count === 0) return;
    this.#fresh = fresh;
    this.#tell(count);
  }

  #tell(count) {
    const text = `${count} new · show`;
    if (this.#news.textContent === text) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = text;
    button.addEventListener('click', () => this.showNews());
    this.#news.replaceChildren(button);
  }
}

// Keyboard

const PLACES = { g: '/', i: '/incidents', n: '/now' };

class Keyboard {
  #follower;
  #dialog = document.querySelector('[data-keys]');
  #chordUntil = 0;

  constructor(follower) {
    this.#follower = follower;
  }

  start() {
    const opener = document.querySelector('[data-keys-open]');
    opener.hidden = false;
    opener.addEventListener('click', () => this.#dialog.showModal());
    document.addEventListener('keydown', (event) => {
      if (this.#isOurs(event) && this.#act(event.key)) event.preventDefault();
    });
  }

  /** Not while somebody types, nor a shortcut of the browser. */
  #isOurs({ target, ctrlKey, metaKey, altKey, isComposing }) {
    if (ctrlKey || metaKey || altKey || isComposing || this.#dialog.open) return false;
    return !(target instanceof Element && target.closest('input, select, textarea, [contenteditable]') !== null);
  }

  #act(key) {
    const isChord = Date.now() < this.#chordUntil;
    this.#chordUntil = 0;
    if (isChord && Object.hasOwn(PLACES, key)) {
      location.assign(PLACES[key]);
      return true;
    }
    const act = this.#acts[key];
    act?.();
    return act !== undefined;
  }

  #acts = {
    j: () => moveBy(1),
    k: () => moveBy(-1),
    g: () => {
      this.#chordUntil = Date.now() + CHORD_MS;
    },
    '/': () => document.querySelector('[data-search]')?.focus(),
    '.': () => this.#follower?.showNews(),
    p: () => this.#follower?.toggle(),
    '?': () => this.#dialog.showModal(),
  };
}

makeLocal();
refreshAges();
nameZone();
setInterval(refreshAges, AGE_EVERY_MS);
let follower = null;
if (document.body.dataset.live !== undefined) {
  follower = new Follower();
  follower.start();
}
new Keyboard(follower).start();
