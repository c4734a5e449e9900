import { call } from './api.js';
import { askUntil } from './ask-until.js';

const isBarring = limit => limit === 'reservation-changes';

/**
 * The signed-in user's reservation for a batch. States: unknown (no answer yet), none, held, and barred (none, and none
 * can be made any more).
 */
export class Reservation {
  #batch;
  #path;
  #listeners;
  state = 'unknown';
  /** The signed ticket for the purchase, or null. It is kept in memory only. */
  ticket = null;
  #reservedAt = null;
  #hasStream = false;
  #isStopped = false;

  /** @param listeners `{onChange, onOwn}`: `onOwn` is told when this page has made or cancelled it */
  constructor(batch, listeners) {
    this.#batch = batch;
    this.#path = `/api/batches/${encodeURIComponent(batch)}/reservation`;
    this.#listeners = listeners;
  }

  /** Asks the server. Without an answer the known state stays. */
  async refresh() {
    const answer = await call('GET', `/api/me/reservation?batch=${encodeURIComponent(this.#batch)}`);
    if (answer.kind === 'answered') {
      const { reservation, limit } = answer.body;
      const without = isBarring(limit) ? 'barred' : 'none';
      this.#set(reservation === undefined ? without : 'held', reservation);
    }
    return answer;
  }

  /** Reserves. A repeat is harmless. */
  async make() {
    const answer = await call('PUT', this.#path, { body: {} });
    if (answer.kind === 'answered')
      this.#setOwn('held', answer.body);
    else if (answer.kind === 'refused' && isBarring(answer.problem.limit))
      this.#set('barred');
    return this.#outcomeOf(answer, 'held');
  }

  /** Cancels the reservation. A repeat is harmless. */
  async cancel() {
    const answer = await call('DELETE', this.#path);
    if (answer.kind === 'answered')
      this.#setOwn('none');
    return this.#outcomeOf(answer, 'none');
  }

  stop() {
    this.#isStopped = true;
  }

  /** Takes in an event of the stream. This page may know it already, or know better. */
  told({ reservedAt = null }) {
    if (this.state !== 'unknown' && reservedAt !== this.#reservedAt)
      this.refresh();
  }

  /** The stream begins, so changes may have been missed. The first time this page has just asked. */
  streamOpened(mayChange) {
    if (this.#hasStream && mayChange && this.state !== 'unknown')
      this.refresh();
    this.#hasStream = true;
  }

  /**
   * Where to deliver what is bought: `{name, phone, address}`, null if there is nothing yet, undefined if that can't be
   * known now.
   */
  async delivery() {
    return (await call('GET', `${this.#path}/delivery`)).body;
  }

  saveDelivery(delivery) {
    return call('PUT', `${this.#path}/delivery`, { body: delivery });
  }

  removeDelivery() {
    return call('DELETE', `${this.#path}/delivery`);
  }

  /** Without an answer, the reservation as it is afterwards says whether it was done. */
  async #outcomeOf(answer, wanted) {
    if (answer.kind !== 'lost')
      return answer;
    const asked = await this.refresh();
    if (asked.kind !== 'answered')
      this.#askOn();
    if (asked.kind !== 'answered' || this.state !== wanted)
      return answer;
    this.#listeners.onOwn();
    return asked;
  }

  async #askOn() {
    let isKnown = false;
    await askUntil(() => isKnown || this.#isStopped, async () => {
      isKnown = (await this.refresh()).kind === 'answered';
    });
  }

  #setOwn(state, reservation) {
    this.#set(state, reservation);
    this.#listeners.onOwn();
  }

  #set(state, reservation) {
    this.state = state;
    this.ticket = reservation?.ticket ?? null;
    this.#reservedAt = reservation?.reservedAt ?? null;
    this.#listeners.onChange();
  }
}
