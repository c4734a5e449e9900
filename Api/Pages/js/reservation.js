import { call } from './api.js';

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
      this.#set(reservation === undefined ? without : 'held', reservation?.ticket ?? null);
    }
    return answer;
  }

  /** Reserves. A repeat is harmless. */
  async make() {
    const answer = await call('PUT', this.#path, { body: {} });
    if (answer.kind === 'answered')
      this.#setOwn('held', answer.body.ticket);
    else if (answer.kind === 'refused' && isBarring(answer.problem.limit))
      this.#set('barred', null);
    return answer;
  }

  /** Cancels the reservation. A repeat is harmless. */
  async cancel() {
    const answer = await call('DELETE', this.#path);
    if (answer.kind === 'answered')
      this.#setOwn('none', null);
    return answer;
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

  #setOwn(state, ticket) {
    this.#set(state, ticket);
    this.#listeners.onOwn();
  }

  #set(state, ticket) {
    this.state = state;
    this.ticket = ticket;
    this.#listeners.onChange();
  }
}
