import { at, call } from './api.js';
import { titleOf } from './batch-text.js';
import { clockTime, text } from './text.js';
import { phaseAt, scheduleOf } from './timetable.js';

/** The first reminder comes about a minute before the opening. */
const beforeMs = 75_000;
/** A reminder of the opening helps so long after it: the machine may have slept. */
const lateMs = 10 * 60_000;
/** All who are reminded ask for the board first. Their requests are spread over these times. */
const spreadMs = { before: 15_000, open: 1_000 };
/** Without an answer, or while the sale is paused, the board is asked for again after this time. */
const againMs = 15_000;
/** A browser's clock may be corrected, and a timer can be too long for it. So the time is looked at now and then. */
const lookMs = 10 * 60_000;

/** What is kept in the browser begins so, and ends with the path of the batch's page. */
const keyStart = 'remind ';
const keyOf = batch => keyStart + pathOf(batch);
const pathOf = batch => at(`/sale/${encodeURIComponent(batch)}`);

/**
 * The next reminder of a batch; null: it comes too late.
 * @param kept `{opens, isToldBefore}`: the opening on the server's clock, and whether the first reminder was shown
 * @returns {{what: 'before'|'open', at: number} | null}
 */
export function nextOf({ opens, isToldBefore }, now) {
  if (!isToldBefore && now < opens)
    return { what: 'before', at: opens - beforeMs };
  return now < opens + lateMs ? { what: 'open', at: opens } : null;
}

/**
 * Browsers of Android show notifications of a service worker only, and suspend hidden tabs. There the calendar is the
 * way to be reminded.
 */
export const isSupported = () => 'Notification' in globalThis && 'locks' in navigator
  && !/Android/.test(navigator.userAgent);

/**
 * Reminders of openings by notifications of this browser, for whoever asked for them. Every tab of the shop has a timer
 * for the next one. The first tab that gets the lock shows it and notes that, so there is one however many tabs are
 * open, and no tab depends on another that the browser has suspended.
 */
export class Reminders {
  #clock;
  #onChange;
  #timer = 0;
  /** When the board of a batch is asked for again. */
  #notBefore = new Map();

  /** @param onChange is told when this tab or another one has switched a reminder on or off */
  constructor(clock, onChange = () => {}) {
    this.#clock = clock;
    this.#onChange = onChange;
    if (!isSupported())
      return;
    window.addEventListener('storage', event => {
      if (event.key === null || event.key.startsWith(keyStart))
        this.#changed();
    });
    this.#plan();
  }

  /** `unsupported`, `denied` (the visitor's browser blocks notifications), `on` or `off`. */
  stateOf(batch) {
    if (!isSupported())
      return 'unsupported';
    if (Notification.permission === 'denied')
      return 'denied';
    return Notification.permission === 'granted' && read(keyOf(batch)) !== null ? 'on' : 'off';
  }

  /** Asks for permission, so call it only when the visitor has pressed a button. */
  async start(batch, opens) {
    if (await Notification.requestPermission() === 'granted')
      write(keyOf(batch), { opens, isToldBefore: this.#clock.now() >= opens - beforeMs });
    this.#changed();
  }

  stop(batch) {
    remove(keyOf(batch));
    this.#changed();
  }

  /** Takes in the opening that a board shows. It can only move to a later time. */
  follow(batch, opens) {
    const kept = isSupported() ? read(keyOf(batch)) : null;
    if (kept === null || kept.opens >= opens)
      return;
    write(keyOf(batch), { opens, isToldBefore: false });
    this.#changed();
  }

  #changed() {
    this.#plan();
    this.#onChange();
  }

  #plan() {
    clearTimeout(this.#timer);
    const now = this.#clock.now();
    if (now === null || Notification.permission !== 'granted') {
      this.#timer = setTimeout(() => this.#plan(), now === null ? 1_000 : lookMs);
      return;
    }
    const dues = [];
    for (const [key, entry] of entries()) {
      const due = nextOf(entry, now);
      if (due === null)
        remove(key);
      else
        dues.push({ key, at: Math.max(this.#notBefore.get(key) ?? 0, due.at + Math.random() * spreadMs[due.what]) });
    }
    const next = dues.sort((a, b) => a.at - b.at)[0];
    if (next !== undefined)
      this.#timer = setTimeout(() => this.#look(next.key), Math.min(lookMs, Math.max(0, next.at - now)));
  }

  /** Browsers slow down timers that start each other in a hidden tab. After the lock a chain begins anew. */
  async #look(key) {
    await navigator.locks.request(key, () => this.#remind(key));
    this.#plan();
  }

  async #remind(key) {
    const now = this.#clock.now();
    const entry = read(key);
    const due = entry === null ? null : nextOf(entry, now);
    if (due === null || due.at > now)
      return;
    const answer = await call('GET', `/api/batches/${key.split('/').at(-1)}`);
    // The visitor may have switched it off meanwhile.
    if (read(key) === null)
      return;
    const isKnown = answer.kind === 'answered';
    const phase = isKnown ? phaseAt(answer.body, this.#clock.now()) : null;
    const opens = isKnown ? scheduleOf(answer.body).saleOpens : entry.opens;
    if (answer.code === 'not-found' || phase === 'closed' || phase === 'sold-out')
      remove(key);
    else if (!isKnown || answer.body.paused)
      this.#notBefore.set(key, now + againMs);
    else if (opens > entry.opens)
      write(key, { opens, isToldBefore: false });
    else
      this.#tell(due.what, key, answer.body);
  }

  #tell(what, key, board) {
    if (what === 'open')
      remove(key);
    else
      write(key, { opens: scheduleOf(board).saleOpens, isToldBefore: true });
    const path = key.slice(keyStart.length);
    notify(path, `${what} ${path}`, {
      title: text(`remind.${what}.title`, { title: titleOf(board).words }),
      body: text(`remind.${what}.body`, { at: clockTime(scheduleOf(board).saleOpens) }),
    });
  }
}

/** Shows a notification that leads to a path of this site. A later one with the same tag replaces it. */
export function notify(path, tag, { title, body }) {
  const shown = new Notification(title, { body, tag });
  shown.onclick = () => {
    shown.close();
    window.focus();
    if (location.pathname !== path)
      location.assign(path);
  };
}

/** What is kept, by its key. It is small, and ends with the batch. Where storage is forbidden nothing is kept. */
function entries() {
  try {
    const keys = Object.keys(localStorage).filter(key => key.startsWith(keyStart + at('/sale/')));
    return keys.map(key => [key, read(key)]).filter(([, entry]) => entry !== null);
  } catch {
    return [];
  }
}

function read(key) {
  try {
    const { opens, isToldBefore } = JSON.parse(localStorage.getItem(key));
    return Number.isFinite(opens) ? { opens, isToldBefore: isToldBefore === true } : null;
  } catch {
    return null;
  }
}

function write(key, entry) {
  try {
    localStorage.setItem(key, JSON.stringify(entry));
  } catch {
    // The button goes on to say that the reminder is off.
  }
}

function remove(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing is kept.
  }
}
