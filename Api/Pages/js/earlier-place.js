import { call } from './api.js';
import { takesEarlierPlaces } from './timetable.js';

/**
 * The place that the signed-in user keeps from an earlier batch, and that this batch carries in at its opening:
 * `known` is `{place, board}` with the board of that batch, or null.
 */
export class EarlierPlace {
  #batch;
  #onKnown;
  known = null;

  constructor(batch, onKnown) {
    this.#batch = batch;
    this.#onKnown = onKnown;
  }

  /** Asks the server, if there can be such a place. Without an answer the known one stays. */
  async refresh(board, now) {
    if (!takesEarlierPlaces(board, now))
      return;
    const place = await call('GET', `/api/batches/${encodeURIComponent(this.#batch)}/place/kept`);
    if (place.kind !== 'answered')
      return;
    const of = place.body && await call('GET', `/api/batches/${encodeURIComponent(place.body.batch)}`);
    if (of !== null && (of.kind !== 'answered' || of.body === null))
      return;
    this.known = of && { place: place.body.place, board: of.body };
    this.#onKnown();
  }
}
