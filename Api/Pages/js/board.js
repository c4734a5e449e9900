import { call } from './api.js';
import { SharedStream } from './shared-stream.js';

const pollEveryMs = 2_000;
const backoffMaxMs = 30_000;
/** A page that has been hidden for so long gives its stream up: most buyers who leave a tab open do not come back. */
const hiddenMs = 60_000;
/** No answer takes this long. */
const latestAnswerMs = 60_000;
/** Round trips after the first answer, to set the clock; then one a minute. */
const clockRoundsMs = [250, 900, 2_500];
const clockEveryMs = 60_000;

const jittered = ms => ms * (0.75 + Math.random() * 0.5);

/**
 * The board of one batch, kept current: by the live stream, and by asking while there is none.
 * States: connecting, live, reconnecting (asking meanwhile), missing (no such batch).
 */
export class BoardFeed {
  #batch;
  #path;
  #clock;
  #listeners;
  #stream;
  #followed = null;
  #state = '';
  #etag = null;
  #latest = null;
  #timers = new Map();
  #tellWhetherThere;
  /** Whether a hidden page stays connected: its visitor waits for something that it has to tell them. */
  staysWhileHidden = false;
  #isThere = new Promise(resolve => { this.#tellWhetherThere = resolve; });

  /**
   * @param listeners `{onBoard, onState, onAnnouncement, onOrder, onPlace, onReservation, onOpen, onGap, onRefused,
   *   onNote}`: `onOrder` gets an order of the followed user that may have changed, `onPlace` their newest place in the
   *   line; `onReservation` the last change of their reservation; `onOpen` is told whenever the stream begins, because
   *   events may have been missed before; `onGap` whenever announcements may have appeared that no event told of;
   *   `onRefused` that the server refused the stream; `onNote` what the same page in another tab told
   */
  constructor(batch, clock, listeners) {
    this.#batch = batch;
    this.#path = `/api/batches/${encodeURIComponent(batch)}`;
    this.#clock = clock;
    this.#listeners = listeners;
    this.#stream = new SharedStream({
      onEvent: (name, data) => this.#came(name, data),
      onState: state => this.#streamIs(state),
      onRefused: () => listeners.onRefused(),
      onNote: note => listeners.onNote(note),
    });
  }

  start() {
    this.#tell('connecting');
    this.#sampleTime().then(() => this.#setClock());
    document.addEventListener('visibilitychange', () => this.#visibility());
    window.addEventListener('pageshow', event => event.persisted && this.#wake());
    window.addEventListener('pagehide', () => this.#leave());
    window.addEventListener('online', () => this.#wake());
    window.addEventListener('offline', () => this.#streamIs('reconnecting'));
  }

  /** Follows the stream of this user, with their orders; of null: the one for everybody. */
  follow(user) {
    this.#followed = { user };
    this.#join();
  }

  /** Resolves when it is known whether there is such a batch. */
  isThere() {
    return this.#isThere;
  }

  /** Tells the same page in other tabs something. */
  tell(note) {
    this.#stream.tell(note);
  }

  /** Asks for the board now, besides the stream. */
  async refresh() {
    const answer = await call('GET', this.#path, this.#etag ? { headers: { 'if-none-match': this.#etag } } : {});
    if (answer.kind === 'refused' && answer.code === 'not-found' && this.#latest === null) {
      this.#tell('missing');
      this.#leave();
      [...this.#timers.keys()].forEach(name => this.#cancel(name));
      this.#tellWhetherThere(false);
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
    if (!await this.refresh() && this.#latest === null)
      this.#streamIs('reconnecting');
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

  /** An unknown batch is asked for once, so its stream is opened only after its board came. */
  #join() {
    if (this.#followed === null || this.#latest === null || this.#state === 'missing')
      return;
    const { user } = this.#followed;
    this.#stream.join(`live ${this.#batch} ${user ?? ''}`,
      user === null ? `${this.#path}/live` : `/api/me/live?batch=${encodeURIComponent(this.#batch)}`);
  }

  #came(name, data) {
    if (name === 'open') {
      this.#listeners.onGap();
      this.#listeners.onOpen();
    } else if (name === 'board')
      this.#boardCame(JSON.parse(data));
    else if (name === 'announcement')
      this.#listeners.onAnnouncement(JSON.parse(data));
    else if (name === 'order')
      this.#listeners.onOrder(JSON.parse(data));
    else if (name === 'place')
      this.#listeners.onPlace(JSON.parse(data));
    else if (name === 'reservation')
      this.#listeners.onReservation(JSON.parse(data));
  }

  #boardCame(board) {
    if (this.#clock.addPast(Date.parse(board.serverTime), performance.now()))
      this.#setClock();
    this.#take(board);
  }

  #streamIs(state) {
    this.#tell(state);
    if (state === 'live')
      this.#cancel('poll');
    else if (state === 'reconnecting' && !this.#timers.has('poll'))
      this.#after('poll', jittered(pollEveryMs / 2), () => this.#poll());
  }

  async #poll(everyMs = pollEveryMs) {
    const heard = await this.refresh();
    if (this.#state !== 'reconnecting')
      return;
    if (heard)
      this.#listeners.onGap();
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
    const isFirst = this.#latest === null;
    this.#latest = board;
    this.#listeners.onBoard(board);
    if (!isFirst)
      return;
    this.#tellWhetherThere(true);
    this.#join();
  }

  #visibility() {
    if (document.visibilityState === 'hidden')
      this.#after('hidden', hiddenMs, () => this.#leaveHidden());
    else
      this.#wake();
  }

  #leaveHidden() {
    if (this.staysWhileHidden)
      this.#after('hidden', hiddenMs, () => this.#leaveHidden());
    else
      this.#leave();
  }

  #wake() {
    if (this.#state === 'missing')
      return;
    this.#cancel('hidden');
    this.#sampleTime();
    this.#join();
    if (this.#state === 'reconnecting')
      this.#stream.retry();
  }

  #leave() {
    this.#cancel('poll');
    this.#stream.leave();
    this.#tell('connecting');
  }

  #tell(state) {
    if (state === this.#state || this.#state === 'missing')
      return;
    this.#state = state;
    this.#listeners.onState(state);
  }

  #after(name, ms, action) {
    this.#cancel(name);
    if (this.#state === 'missing')
      return;
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
