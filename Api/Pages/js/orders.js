import { call } from './api.js';

/** More pages of the list than a user's orders of one batch can fill. */
const mostPages = 20;

/** Live orders count towards the limit and hold units. */
export const isLive = order => order.status === 'awaiting-payment' || order.status === 'paid';

/** Something that the server or others do can change it. */
const canChange = order => order.status === 'awaiting-payment' || order.status === 'refunding'
  || order.status === 'paid' && order.return !== undefined;

/** How often orders that can change are asked for while no events tell of changes. */
const askEveryMs = 5_000;

const jittered = ms => ms * (0.75 + Math.random() * 0.5);

const path = order => `/api/orders/${encodeURIComponent(order.id)}`;

/** The signed-in user's orders of one batch, newest first. Events tell of changes. Without them the page asks. */
export class Orders {
  #batch;
  #listeners;
  #timer = 0;
  #asking = null;
  #isTold = false;
  #toldAt = new Map();
  isKnown = false;
  items = [];

  /**
   * @param listeners `{onChange, onOwn, onSignedOut}`: `onChange` is told whenever they may have changed, `onOwn` gets
   *   an order that this page made or ended, `onSignedOut` is told that the server knows nobody any more
   */
  constructor(batch, listeners) {
    this.#batch = batch;
    this.#listeners = listeners;
  }

  /** The order of this id; undefined: there is none. */
  find(id) {
    return this.items.find(item => item.id === id);
  }

  /** Asks the server. Simultaneous callers share one request. Without an answer the known orders stay. */
  refresh() {
    this.#asking ??= this.#ask().finally(() => { this.#asking = null; });
    return this.#asking;
  }

  /** Opens the cashier, or the one that is open: `{checkoutUrl, expiresAt}`. */
  checkout(order) {
    return call('POST', `${path(order)}/checkout`, { body: {} });
  }

  cancel(order) {
    return this.#change('DELETE', path(order), order, known => !isLive(known));
  }

  /** Offers the units of a paid order to the line. */
  offerReturn(order) {
    return this.#change('POST', `${path(order)}/return`, order, known => known.return !== undefined);
  }

  /** Keeps an order that was offered to the line. */
  cancelReturn(order) {
    return this.#change('DELETE', `${path(order)}/return`, order,
      known => known.return === undefined || known.return === 'ending');
  }

  /** Without an answer, the order as it is afterwards says whether it was done. */
  async #change(method, address, { id }, isDone) {
    const answer = await call(method, address);
    if (answer.kind === 'answered' && answer.body !== null) {
      await this.take(answer.body, answer.sentAt);
      return answer;
    }
    await this.refresh();
    const known = this.find(id);
    if (answer.kind !== 'lost' || known === undefined || !isDone(known))
      return answer;
    this.#listeners.onOwn(known);
    return { kind: 'answered', body: known };
  }

  /**
   * The delivery address of an order: `{name, phone, address}`, null if there is none yet, undefined if that can't be
   * known now.
   */
  async delivery(order) {
    return (await call('GET', `${path(order)}/delivery`)).body;
  }

  /** The tracking reference of a shipped order, or null if it can't be known now. */
  async tracking(order) {
    return (await call('GET', `${path(order)}/shipment`)).body?.tracking ?? null;
  }

  saveDelivery(order, delivery) {
    return call('PUT', `${path(order)}/delivery`, { body: delivery });
  }

  /** Stores an order from an answer to a request of this page that was sent at `sentAt`. */
  async take(order, sentAt = 0) {
    const known = this.find(order.id);
    // An event that came meanwhile may be newer than the answer, or older. The server knows.
    const isOther = known !== undefined && (known.status !== order.status || known.return !== order.return);
    if (isOther && this.#toldAt.get(order.id) > sentAt)
      return this.refresh();
    this.told(order);
    this.#listeners.onOwn(order);
  }

  /** Stores an order that an event or another tab told of. */
  told(order) {
    this.#toldAt.set(order.id, performance.now());
    this.#set([order, ...this.items.filter(item => item.id !== order.id)]);
  }

  /** Says whether events tell of every change. */
  set isTold(value) {
    this.#isTold = value;
    this.#watch();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#listeners = { onChange: () => {}, onOwn: () => {}, onSignedOut: () => {} };
    this.#isTold = true;
  }

  async #ask() {
    const sentAt = performance.now();
    const items = [];
    let after = '';
    for (let page = 0; page < mostPages; page += 1) {
      const answer = await call('GET', `/api/me/orders?batch=${encodeURIComponent(this.#batch)}${after}`);
      if (answer.kind !== 'answered') {
        this.#watch();
        if (answer.code === 'unauthenticated')
          this.#listeners.onSignedOut();
        return;
      }
      items.push(...answer.body.items);
      if (answer.body.next === undefined)
        break;
      after = `&after=${encodeURIComponent(answer.body.next)}`;
    }
    this.isKnown = true;
    // What an event told of after the request was sent is newer than the answer.
    const newer = this.items.filter(item => this.#toldAt.get(item.id) > sentAt);
    this.#set([...newer, ...items.filter(item => newer.every(other => other.id !== item.id))]);
  }

  #set(items) {
    this.items = [...items].sort((a, b) => Date.parse(b.heldAt) - Date.parse(a.heldAt));
    this.#watch();
    this.#listeners.onChange();
  }

  #watch() {
    clearTimeout(this.#timer);
    if (!this.#isTold && this.items.some(canChange))
      this.#timer = setTimeout(() => document.hidden ? this.#watch() : this.refresh(), jittered(askEveryMs));
  }
}
