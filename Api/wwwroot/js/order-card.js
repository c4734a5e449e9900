import { line } from './countdown.js';
import { copyOf, setText, show, whileBusy } from './dom.js';
import { isLive } from './orders.js';
import { moment, money, number, text } from './text.js';

/**
 * One order on the page. It is built once and then brought up to date, so that a form being filled in survives.
 * @param deeds `{pay, cancel, delivery, saveDelivery}`: each takes the order and returns a promise; `delivery` resolves
 *   to the details known, or null, `saveDelivery` takes the details too and resolves to whether they were saved
 */
export class OrderCard {
  #parts;
  #order;
  #saved = false;
  element;

  constructor(order, deeds) {
    this.element = copyOf('order-card');
    this.element.dataset.order = order.id;
    this.#parts = name => this.element.querySelector(`[data-testid="${name}"]`);
    this.#order = order;
    this.#wire(deeds);
  }

  update(order, now) {
    this.#order = order;
    const part = this.#parts;
    this.element.dataset.status = order.status;
    setText(part('order-units'), text('order.units', {
      count: order.units.length, units: order.units.map(unit => number(unit)).join(', '),
    }));
    setText(part('order-status'), text(`status-of.${order.status}`));
    setText(part('order-id'), text('order.number', { id: order.id }));
    setText(part('order-amount'), money(order.amount));
    setText(part('order-held-at'), text('order.held-at', { at: moment(Date.parse(order.heldAt)) }));
    setText(part('pay'), text('order.pay', { amount: money(order.amount) }));
    setText(part('cancel-order'), text('order.cancel'));
    setText(part('delivery-summary'), text('order.delivery'));
    setText(part('delivery-save'), text('delivery.save'));
    for (const name of ['name', 'phone', 'address'])
      setText(part(`delivery-${name}-label`), text(`delivery.${name}`));
    setText(part('delivery-saved'), this.#saved ? text('delivery.saved') : '');
    show(part('cancel-order'), isLive(order));
    show(part('delivery'), isLive(order));
    show(part('order-controls'), isLive(order));
    this.tick(now);
  }

  /** What the passing of time alone changes. */
  tick(now) {
    const order = this.#order;
    const payBy = Date.parse(order.payBy);
    const isPayable = order.status === 'awaiting-payment' && now < payBy;
    show(this.#parts('order-pay-by'), isPayable);
    show(this.#parts('pay'), isPayable);
    if (isPayable) {
      setText(this.#parts('order-pay-left'), text('order.pay-left', { left: line(payBy - now) }));
      setText(this.#parts('order-pay-at'), text('order.pay-by', { at: moment(payBy) }));
    }
    const note = order.status === 'awaiting-payment' && !isPayable ? 'late' : order.status;
    setText(this.#parts('order-note'), text(`order.note.${note}`));
  }

  #wire(deeds) {
    const part = this.#parts;
    part('pay').addEventListener('click', () => whileBusy(part('pay'), () => deeds.pay(this.#order)));
    part('cancel-order').addEventListener('click', () =>
      whileBusy(part('cancel-order'), () => deeds.cancel(this.#order)));
    for (const name of ['name', 'phone', 'address']) {
      const field = part(`delivery-${name}`);
      field.id = `delivery-${name}-${this.#order.id}`;
      part(`delivery-${name}-label`).htmlFor = field.id;
    }
    part('delivery').addEventListener('toggle', () => this.#fillIn(deeds), { once: true });
    const form = part('delivery-form');
    form.addEventListener('input', () => {
      this.#saved = false;
      setText(part('delivery-saved'), '');
    });
    form.addEventListener('submit', event => {
      event.preventDefault();
      whileBusy(part('delivery-save'), () => this.#save(deeds));
    });
  }

  /** What was said before, put in where nothing has been typed yet. */
  async #fillIn(deeds) {
    const known = await deeds.delivery(this.#order);
    for (const name of ['name', 'phone', 'address'])
      this.#parts(`delivery-${name}`).value ||= known?.[name] ?? '';
  }

  async #save(deeds) {
    const value = name => this.#parts(`delivery-${name}`).value.trim();
    const delivery = { name: value('name'), phone: value('phone'), address: value('address') };
    this.#saved = await deeds.saveDelivery(this.#order, delivery);
    setText(this.#parts('delivery-saved'), this.#saved ? text('delivery.saved') : '');
  }
}

/** The list of a user's orders: a card for each, kept in the order given. */
export class OrderList {
  #cards = new Map();
  #list;
  #deeds;

  constructor(list, deeds) {
    this.#list = list;
    this.#deeds = deeds;
  }

  update(orders, now) {
    const ids = new Set(orders.map(order => order.id));
    for (const [id, card] of this.#cards) {
      if (!ids.has(id)) {
        card.element.remove();
        this.#cards.delete(id);
      }
    }
    orders.forEach((order, i) => {
      const card = this.#cardOf(order);
      card.update(order, now);
      if (this.#list.children[i] !== card.element)
        this.#list.insertBefore(card.element, this.#list.children[i] ?? null);
    });
  }

  tick(now) {
    this.#cards.forEach(card => card.tick(now));
  }

  #cardOf(order) {
    if (!this.#cards.has(order.id))
      this.#cards.set(order.id, new OrderCard(order, this.#deeds));
    return this.#cards.get(order.id);
  }
}
