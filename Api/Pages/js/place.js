import { call } from './api.js';

/** How often a live place is asked for while no events tell of changes. */
const askEveryMs = 5_000;

/** How often a buyer whose place waits for the next batch asks which one that is. */
const askKeptEveryMs = 60_000;
/** All who wait when a sale ends ask what becomes of their place. Their requests are spread over this time. */
const lookUpWithinMs = 5_000;

const jittered = ms => ms * (0.75 + Math.random() * 0.5);

const isLive = place => place?.state === 'waiting' || place?.state === 'offered';

/**
 * The signed-in user's newest place in the line of a batch: `known` is the place as the API tells it, null if there is
 * none, undefined as long as that is not known. Events tell of changes. Without them the page asks while it is live.
 */
export class Place {
  #path;
  #listeners;
  #timer = 0;
  #isTold = false;
  #toldAt = 0;
  #isLookedUp = false;
  known = undefined;

  /**
   * @param listeners `{onChange, onOwn}`: `onChange` gets what was known before; `onOwn` is told when this page has
   *   joined or left the line
   */
  constructor(batch, listeners) {
    this.#path = `/api/batches/${encodeURIComponent(batch)}/place`;
    this.#listeners = listeners;
  }

  /** Nobody can have a place yet, so there is nothing to ask for. */
  none() {
    this.known ??= null;
  }

  /** Asks the server. Without an answer the known place stays. */
  async refresh() {
    const sentAt = performance.now();
    const answer = await call('GET', this.#path);
    // What an event told of after the request was sent is newer than the answer.
    if (this.#toldAt <= sentAt && answer.kind === 'answered') {
      this.#isLookedUp = true;
      this.#set(answer.body);
    }
    this.#watch();
  }

  /** Leaves the line. A repeat is harmless. */
  async leave() {
    const answer = await call('DELETE', this.#path);
    await this.refresh();
    // Without an answer, the place as it is afterwards says whether it was left.
    const isLeft = answer.kind === 'answered' || answer.kind === 'lost' && this.known?.state === 'left';
    if (isLeft && this.known)
      this.#listeners.onOwn(this.known);
    return isLeft ? { kind: 'answered' } : answer;
  }

  /** Stores the place from an answer to this page. */
  take(place) {
    // An event about this place that came before the answer may be newer than it. The server knows.
    if (this.known?.place === place.place && this.known.state !== place.state)
      return this.refresh();
    this.told(place);
    this.#listeners.onOwn(place);
  }

  /** Stores the place that an event or another tab told of. */
  told(place) {
    // Events don't say what became of a place after the end. If that was looked up, they tell nothing new.
    if (place.backlog !== undefined && this.known?.place === place.place && this.#isKept && this.#isLookedUp)
      return;
    this.#toldAt = performance.now();
    this.#isLookedUp = false;
    this.#set(place);
  }

  /** Whether it has outlived the sale. */
  get #isKept() {
    return this.known?.backlog !== undefined || this.known?.carriedTo !== undefined;
  }

  /** Says whether events tell of every change. */
  set isTold(value) {
    this.#isTold = value;
    this.#watch();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#listeners = { onChange: () => {}, onOwn: () => {} };
    this.#isTold = true;
  }

  /** A user's places have rising numbers, so the newest one wins. */
  #set(place) {
    const before = this.known;
    if (before && place && place.place < before.place)
      return;
    this.known = place;
    this.#watch();
    this.#listeners.onChange(before);
  }

  #watch() {
    clearTimeout(this.#timer);
    const afterMs = this.known?.backlog !== undefined
      ? this.#isLookedUp ? jittered(askKeptEveryMs) : Math.random() * lookUpWithinMs
      : !this.#isTold && isLive(this.known) ? jittered(askEveryMs) : null;
    if (afterMs !== null)
      this.#timer = setTimeout(() => document.hidden ? this.#watch() : this.refresh(), afterMs);
  }
}
