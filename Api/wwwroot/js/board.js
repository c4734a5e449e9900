import { call } from './api.js';

/** A live stream that is silent for this long counts as broken. The server pings more often. */
const silenceMs = 45_000;
const pollEveryMs = 2_000;
const backoffMaxMs = 30_000;
/** A hidden page closes its stream, because a browser has six connections to a server, and buyers open many tabs. */
const hiddenMs = 60_000;
/** No answer takes this long. */
const latestAnswerMs = 60_000;
/** Round trips at the start, to set the clock; then one a minute. */
const clockRoundsMs = [0, 250, 900, 2_500];
const clockEveryMs = 60_000;

const jittered = ms => ms * (0.75 + Math.random() * 0.5);

/**
 * The board of one batch, kept current: by the live stream, and by asking while there is none.
 * States: connecting, live, reconnecting (asking meanwhile), missing (no such batch).
 */
export class BoardFeed {
  #path;
  #clock;
  #onBoard;
  #onState;
  #onAnnouncement;
  #onGap;
  #source = null;
  #state = '';
  #etag = null;
  #latest = null;
  #failures = 0;
  #timers = new Map();

  /** `onGap` is told whenever announcements may have appeared that no event told of. */
  constructor(batch, clock, { onBoard, onState, onAnnouncement, onGap }) {
    this.#path = `/api/batches/${encodeURIComponent(batch)}`;
    this.#clock = clock;
    this.#onBoard = onBoard;
    this.#onState = onState;
    this.#onAnnouncement = onAnnouncement;
    this.#onGap = onGap;
  }

  start() {
    this.#tell('connecting');
    this.#setClock();
    this.#open();
    document.addEventListener('visibilitychange', () => this.#visibility());
    window.addEventListener('pageshow', event => event.persisted && this.#wake());
    window.addEventListener('pagehide', () => this.#close());
    window.addEventListener('online', () => this.#wake());
  }

  /** Asks for the board now, besides the stream. */
  async refresh() {
    const answer = await call('GET', this.#path, this.#etag ? { headers: { 'if-none-match': this.#etag } } : {});
    if (answer.kind === 'refused' && answer.code === 'not-found') {
      this.#close();
      this.#tell('missing');
    } else if (answer.kind === 'answered' && answer.status === 200) {
      this.#etag = answer.headers.get('etag');
      this.#takeTime(answer);
      this.#take(answer.body);
    }
    return answer.kind === 'answered';
  }

  /** Whole answers only: a 304 carries no time. */
  async #sampleTime() {
    this.#etag = null;
    await this.refresh();
  }

  #setClock() {
    clockRoundsMs.forEach((delay, i) => this.#after(`clock${i}`, delay, () => this.#sampleTime()));
    this.#after('clock', jittered(clockEveryMs), () => this.#keepClock());
  }

  async #keepClock() {
    if (document.visibilityState === 'visible')
      await this.#sampleTime();
    this.#after('clock', jittered(clockEveryMs), () => this.#keepClock());
  }

  #takeTime(answer) {
    const serverTime = Date.parse(answer.body.serverTime);
    if (Number(answer.headers.get('age') ?? 0) > 0)
      this.#clock.addPast(serverTime, answer.receivedAt);
    else
      this.#clock.addRoundTrip(serverTime, answer.sentAt, answer.receivedAt);
  }

  #open() {
    this.#source?.close();
    const source = new EventSource(`${this.#path}/live`);
    this.#source = source;
    source.onopen = () => {
      this.#alive();
      this.#onGap();
    };
    source.addEventListener('ping', () => this.#alive());
    source.addEventListener('board', event => {
      const board = JSON.parse(event.data);
      if (this.#clock.addPast(Date.parse(board.serverTime), performance.now()))
        this.#setClock();
      this.#alive();
      this.#take(board);
    });
    source.addEventListener('announcement', event => {
      this.#alive();
      this.#onAnnouncement(JSON.parse(event.data));
    });
    source.onerror = () => this.#broken(source.readyState === EventSource.CLOSED);
  }

  #alive() {
    this.#failures = 0;
    this.#tell('live');
    this.#cancel('poll');
    this.#cancel('open');
    this.#after('silence', silenceMs, () => this.#broken(true));
  }

  /** The browser reconnects a broken stream by itself, except one that was answered with an error. */
  #broken(reopen) {
    if (this.#state === 'missing')
      return;
    this.#tell('reconnecting');
    this.#cancel('silence');
    if (!this.#timers.has('poll'))
      this.#after('poll', jittered(pollEveryMs / 2), () => this.#poll());
    if (reopen && !this.#timers.has('open')) {
      this.#failures += 1;
      const delay = Math.min(backoffMaxMs, 1_000 * 2 ** this.#failures);
      this.#after('open', jittered(delay), () => this.#open());
    }
  }

  async #poll(everyMs = pollEveryMs) {
    const heard = await this.refresh();
    if (this.#state !== 'reconnecting')
      return;
    this.#onGap();
    const next = heard ? pollEveryMs : Math.min(backoffMaxMs, everyMs * 2);
    this.#after('poll', jittered(next), () => this.#poll(next));
  }

  /** Answers may arrive out of order. The server's time orders them, unless its clock was set back. */
  #take(board) {
    if (this.#latest !== null) {
      const behindMs = Date.parse(this.#latest.serverTime) - Date.parse(board.serverTime);
      if (behindMs > 0 && behindMs < latestAnswerMs)
        return;
    }
    this.#latest = board;
    this.#onBoard(board);
  }

  #visibility() {
    if (document.visibilityState === 'hidden')
      this.#after('hidden', hiddenMs, () => this.#close());
    else
      this.#wake();
  }

  #wake() {
    if (this.#state === 'missing')
      return;
    this.#cancel('hidden');
    this.#sampleTime();
    if (this.#source === null || this.#source.readyState === EventSource.CLOSED) {
      this.#tell('reconnecting');
      this.#open();
    }
  }

  #close() {
    for (const name of ['silence', 'poll', 'open'])
      this.#cancel(name);
    this.#source?.close();
    this.#source = null;
  }

  #tell(state) {
    if (state === this.#state)
      return;
    this.#state = state;
    this.#onState(state);
  }

  #after(name, ms, action) {
    this.#cancel(name);
    this.#timers.set(name, setTimeout(() => {
      this.#timers.delete(name);
      action();
    }, ms));
  }

  #cancel(name) {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
