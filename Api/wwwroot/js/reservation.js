import { call } from './api.js';

const isBarred = answer => answer.kind === 'refused' && answer.problem.limit === 'reservation-changes';

/**
 * The signed-in user's reservation for a batch. States: unknown (no answer yet), none, held, and barred (none, and none
 * can be made any more).
 */
export class Reservation {
  #path;
  #onChange;
  state = 'unknown';
  /** The signed ticket for the purchase, or null. It is kept in memory only. */
  ticket = null;

  constructor(batch, onChange) {
    this.#path = `/api/batches/${encodeURIComponent(batch)}/reservation`;
    this.#onChange = onChange;
  }

  /** Asks the server. Without an answer the known state stays. */
  async refresh() {
    const answer = await call('GET', this.#path);
    if (answer.kind === 'answered')
      this.#set('held', answer.body.ticket);
    else if (answer.kind === 'refused' && answer.code === 'not-found')
      this.#set(isBarred(answer) ? 'barred' : 'none', null);
    return answer;
  }

  /** Reserves. A repeat is harmless. */
  async make() {
    const answer = await call('PUT', this.#path, { body: {} });
    if (answer.kind === 'answered')
      this.#set('held', answer.body.ticket);
    else if (isBarred(answer))
      this.#set('barred', null);
    return answer;
  }

  /** Cancels the reservation. A repeat is harmless. */
  async cancel() {
    const answer = await call('DELETE', this.#path);
    if (answer.kind === 'answered')
      this.#set('none', null);
    return answer;
  }

  #set(state, ticket) {
    this.state = state;
    this.ticket = ticket;
    this.#onChange();
  }
}
