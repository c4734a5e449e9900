import { call } from './api.js';

/** Live orders count towards the limit and hold units. */
export const isLive = order => order.status === 'awaiting-payment' || order.status === 'paid';

/** How often an order that waits for somebody is asked about: soon after a payment, else at ease. */
const watchEveryMs = 5_000;
const soonEveryMs = 1_000;
const soonForMs = 60_000;
const refundEveryMs = 15_000;

const path = order => `/api/orders/${encodeURIComponent(order.id)}`;

/** The signed-in user's orders of one batch, newest first. */
export class Orders {
  #batch;
  #onChange;
  #timer = 0;
  #soonUntil = 0;
  #asking = null;
  isKnown = false;
  items = [];

  constructor(batch, onChange) {
    this.#batch = batch;
    this.#onChange = onChange;
  }

  /** Asks the server; callers at the same moment share one question. An unheard answer leaves what was known. */
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

  /** Where an order goes: `{name, phone, address}`, or null if that was not said yet or can't be had now. */
  async delivery(order) {
    const answer = await call('GET', `${path(order)}/delivery`);
    return answer.kind === 'answered' ? answer.body : null;
  }

  saveDelivery(order, delivery) {
    return call('PUT', `${path(order)}/delivery`, { body: delivery });
  }

  /** Takes in an order as an answer gave it. */
  take(order) {
    const others = this.items.filter(item => item.id !== order.id);
    this.#set([order, ...others]);
  }

  stop() {
    clearTimeout(this.#timer);
  }

  async #ask() {
    const answer = await call('GET', `/api/me/orders?batch=${encodeURIComponent(this.#batch)}`);
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
    if (this.items.some(order => order.status === 'awaiting-payment'))
      return performance.now() < this.#soonUntil ? soonEveryMs : watchEveryMs;
    return this.items.some(order => order.status === 'refunding') ? refundEveryMs : null;
  }
}
