import { call } from './api.js';
import { takesEarlierPlaces } from './timetable.js';

/**
 * The place that the signed-in user keeps from an earlier batch, and that this batch carries in at its opening:
 * `known` is `{place, board}` with the board of that batch, or null.
 */
export class EarlierPlace {
  #batch;
  #onKnown;
  /** The schedule that the server was asked under last. */
  #schedule = null;
  #isAnswered = false;
  known = null;

  constructor(batch, onKnown) {
    this.#batch = batch;
    this.#onKnown = onKnown;
  }

  /** Asks the server, once for each schedule: with another one another batch may be the next. */
  async look(board, now) {
    if (takesEarlierPlaces(board, now) && JSON.stringify(board.schedule) !== this.#schedule)
      await this.#ask(board);
  }

  /** Asks again, for a visitor who comes back, unless the answer was that there is no such place. */
  async lookAgain(board, now) {
    if (takesEarlierPlaces(board, now) && (this.known !== null || !this.#isAnswered))
      await this.#ask(board);
    else
      await this.look(board, now);
  }

  /** Without an answer the known place stays. */
  async #ask(board) {
    this.#schedule = JSON.stringify(board.schedule);
    this.#isAnswered = false;
    const place = await call('GET', `/api/batches/${encodeURIComponent(this.#batch)}/place/kept`);
    if (place.kind !== 'answered')
      return;
    const of = place.body && await call('GET', `/api/batches/${encodeURIComponent(place.body.batch)}`);
    if (of !== null && (of.kind !== 'answered' || of.body === null))
      return;
    this.#isAnswered = true;
    this.known = of && { place: place.body.place, board: of.body };
    this.#onKnown();
  }
}
