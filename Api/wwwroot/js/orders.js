import { call } from './api.js';

/** More orders than a user can have in one batch, so that one page has all of them. */
const mostOrders = 1_000;

/** Live orders count towards the limit and hold units. */
export const isLive = order => order.status === 'awaiting-payment' || order.status === 'paid';

/**
 * How often an order that awaits payment is requested. Right after the cashier it is requested often. Before, only the
 * buyer's own actions elsewhere or the deadline change it, and tens of thousands of buyers wait at the same time.
 */
const soonEveryMs = 1_000;
const soonForMs = 60_000;
const watchEveryMs = 60_000;
const overdueEveryMs = 10_000;
const refundEveryMs = 15_000;

const jittered = ms => ms * (0.75 + Math.random() * 0.5);

const path = order => `/api/orders/${encodeURIComponent(order.id)}`;

/** The signed-in user's orders of one batch, newest first. */
export class Orders {
  #batch;
  #clock;
  #onChange;
  #timer = 0;
  #soonUntil = 0;
  #asking = null;
  isKnown = false;
  items = [];

  constructor(batch, clock, onChange) {
    this.#batch = batch;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Asks the server. Simultaneous callers share one request. Without an answer the known orders stay. */
  refresh() {
    this.#asking ??= this.#ask().finally(() => { this.#asking = null; });
    return this.#asking;
  }

  /** Asks every second for a minute: the buyer has just been at the cashier. */
  watchClosely() {
    this.#soonUntil = performance.now() + soonForMs;
    return this.refresh();
  }

  /** Opens the cashier, or the one that is open: `{checkoutUrl, expiresAt}`. */
  checkout(order) {
    return call('POST', `${path(order)}/checkout`, { body: {} });
  }

  async cancel(order) {
    const answer = await call('DELETE', path(order));
    if (answer.kind === 'answered' && answer.body !== null)
      this.take(answer.body);
    await this.refresh();
    return answer;
  }

  /**
   * The delivery address of an order: `{name, phone, address}`, or null if there is none yet or it is not available
   * now.
   */
  async delivery(order) {
    const answer = await call('GET', `${path(order)}/delivery`);
    return answer.kind === 'answered' ? answer.body : null;
  }

  saveDelivery(order, delivery) {
    return call('PUT', `${path(order)}/delivery`, { body: delivery });
  }

  /** Stores an order from an answer. */
  take(order) {
    const others = this.items.filter(item => item.id !== order.id);
    this.#set([order, ...others]);
  }

  stop() {
    clearTimeout(this.#timer);
  }

  async #ask() {
    const answer = await call('GET', `/api/me/orders?batch=${encodeURIComponent(this.#batch)}&limit=${mostOrders}`);
    if (answer.kind === 'answered') {
      this.isKnown = true;
      this.#set(answer.body.items);
    } else {
      this.#watch();
    }
    return answer;
  }

  #set(items) {
    this.items = [...items].sort((a, b) => Date.parse(b.heldAt) - Date.parse(a.heldAt));
    this.#watch();
    this.#onChange();
  }

  #watch() {
    clearTimeout(this.#timer);
    const everyMs = this.#watchMs();
    if (everyMs !== null)
      this.#timer = setTimeout(() => (document.hidden ? this.#watch() : this.refresh()), everyMs);
  }

  #watchMs() {
    const awaiting = this.items.filter(order => order.status === 'awaiting-payment');
    if (awaiting.length > 0) {
      if (performance.now() < this.#soonUntil)
        return soonEveryMs;
      const leftMs = Math.min(...awaiting.map(order => Date.parse(order.payBy))) - (this.#clock.now() ?? 0);
      return leftMs > 0 ? Math.min(jittered(watchEveryMs), leftMs + jittered(1_000)) : jittered(overdueEveryMs);
    }
    return this.items.some(order => order.status === 'refunding') ? jittered(refundEveryMs) : null;
  }
}
