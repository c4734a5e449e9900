import { copyOf, setText, show, whileBusy } from './dom.js';
import { isLive } from './orders.js';
import { faultText, moment, money, number, text } from './text.js';

const deliveryFields = ['name', 'phone', 'address'];
/** Pasted contacts may contain these invisible characters. No number has them. */
const unseen = /[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

/**
 * One order on the page. It is built once and then updated, so that the buyer's input in a form is kept.
 * @param deeds `{pay, cancel, delivery, saveDelivery, addressKnown}`: the first four take the order and return a
 *   promise; `delivery` resolves to the details, to null if there are none, to undefined if that can't be known now,
 *   `saveDelivery` takes the details too and resolves to
 *   `{isSaved, field?, fault?}`; `addressKnown` is told whenever it became known whether an order has details
 */
export class OrderCard {
  #parts;
  #order;
  #saved = false;
  #isMain = false;
  /** Whether it has delivery details: null until that is known. */
  hasDelivery = null;
  #fault = null;
  #filling = null;
  #isLookedAt = false;
  #deeds;
  element;

  constructor(order, deeds) {
    this.element = copyOf('order-card');
    this.element.dataset.order = order.id;
    this.#parts = name => this.element.querySelector(`[data-testid="${name}"]`);
    this.#order = order;
    this.#deeds = deeds;
    this.#wire(deeds);
  }

  /**
   * @param canAct whether the buyer can pay or cancel it now
   * @param isMain whether the page's main button pays it
   */
  update(order, now, canAct, isMain) {
    this.#order = order;
    this.#isMain = isMain;
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
    for (const name of deliveryFields)
      setText(part(`delivery-${name}-label`), text(`delivery.${name}`));
    this.#showSaved();
    this.#showDelivery();
    show(part('cancel-order'), isLive(order));
    show(part('delivery'), isLive(order));
    show(part('order-controls'), isLive(order) && canAct);
    this.tick(now);
  }

  /** Updates the parts that depend on time only. */
  tick(now) {
    const order = this.#order;
    const payBy = Date.parse(order.payBy);
    const isPayable = order.status === 'awaiting-payment' && now < payBy;
    show(this.#parts('order-pay-by'), isPayable);
    show(this.#parts('pay'), isPayable && !this.#isMain);
    if (isPayable)
      setText(this.#parts('order-pay-by'), text('order.pay-by', { at: moment(payBy) }));
    const note = order.status === 'awaiting-payment' && !isPayable ? 'late' : order.status;
    setText(this.#parts('order-note'), this.#note(note));
  }

  // For an order that the seller cancelled, the card states this and the reason before the refund.
  #note(note) {
    const { cancelledBy, cancelReason } = this.#order;
    if (cancelledBy !== 'operator')
      return text(`order.note.${note}`);
    const money = text(`order.note.${note === 'cancelled' ? 'nothing-charged' : note}`);
    return text('order.note.joined', { first: text(`order.by-operator.${cancelReason}`), second: money });
  }

  #wire(deeds) {
    const part = this.#parts;
    part('pay').addEventListener('click', () => whileBusy(part('pay'), () => deeds.pay(this.#order)));
    part('cancel-order').addEventListener('click', () =>
      whileBusy(part('cancel-order'), () => deeds.cancel(this.#order)));
    for (const name of deliveryFields) {
      const field = part(`delivery-${name}`);
      const fault = part(`delivery-${name}-fault`);
      field.id = `delivery-${name}-${this.#order.id}`;
      fault.id = `${field.id}-fault`;
      field.setAttribute('aria-describedby', fault.id);
      part(`delivery-${name}-label`).htmlFor = field.id;
    }
    part('delivery').addEventListener('toggle', () => this.#fillIn(), { once: true });
    const form = part('delivery-form');
    form.addEventListener('input', event => {
      this.#saved = false;
      if (event.target === this.#faultyField())
        this.#fault = null;
      this.#showSaved();
    });
    form.addEventListener('submit', event => {
      event.preventDefault();
      whileBusy(part('delivery-save'), () => this.#save(deeds));
    });
  }

  /** Fills empty fields with the saved details. */
  #fillIn() {
    this.#filling ??= this.#askDelivery();
    return this.#filling;
  }

  async #askDelivery() {
    const known = await this.#deeds.delivery(this.#order);
    for (const name of deliveryFields)
      this.#parts(`delivery-${name}`).value ||= known?.[name] ?? '';
    if (known === undefined)
      this.#filling = null;
    else
      this.hasDelivery ??= known !== null;
  }

  /** The form of a paid order opens by itself if it has no details yet. */
  async #showDelivery() {
    if (this.#order.status !== 'paid' || this.#isLookedAt)
      return;
    this.#isLookedAt = true;
    await this.#fillIn();
    if (this.hasDelivery !== false)
      return;
    this.#parts('delivery').open = true;
    this.#deeds.addressKnown();
  }

  /** Leads the buyer to the form. */
  askDelivery() {
    this.#parts('delivery').open = true;
    const empty = deliveryFields.find(name => this.#parts(`delivery-${name}`).value === '');
    this.#parts(`delivery-${empty ?? deliveryFields[0]}`).focus({ preventScroll: true });
    this.element.scrollIntoView({ block: 'start' });
  }

  async #save(deeds) {
    const value = name => this.#parts(`delivery-${name}`).value.trim();
    const delivery = { name: value('name'), phone: value('phone').replace(unseen, ''), address: value('address') };
    const { isSaved, field, fault } = await deeds.saveDelivery(this.#order, delivery);
    this.#saved = isSaved;
    if (isSaved) {
      this.hasDelivery = true;
      deeds.addressKnown();
    }
    this.#fault = field === undefined ? null : { field, fault };
    this.#showSaved();
    this.#faultyField()?.focus();
  }

  #faultyField() {
    return this.#fault === null ? null : this.#parts(`delivery-${this.#fault.field}`);
  }

  /** Shows whether the details were saved, or the fault of a field beside it. */
  #showSaved() {
    setText(this.#parts('delivery-saved'), this.#saved ? text('delivery.saved') : '');
    for (const name of deliveryFields) {
      const isFaulty = this.#fault?.field === name;
      const fault = this.#parts(`delivery-${name}-fault`);
      setText(fault, isFaulty ? faultText(name, this.#fault.fault) : '');
      show(fault, isFaulty);
      this.#parts(`delivery-${name}`).setAttribute('aria-invalid', String(isFaulty));
    }
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

  /** @param main the order that the page's main button pays, or null */
  update(orders, now, canAct, main) {
    const ids = new Set(orders.map(order => order.id));
    for (const [id, card] of this.#cards) {
      if (!ids.has(id)) {
        card.element.remove();
        this.#cards.delete(id);
      }
    }
    orders.forEach((order, i) => {
      const card = this.#cardOf(order);
      card.update(order, now, canAct, order.id === main?.id);
      if (this.#list.children[i] !== card.element)
        this.#list.insertBefore(card.element, this.#list.children[i] ?? null);
    });
  }

  tick(now) {
    this.#cards.forEach(card => card.tick(now));
  }

  /** The first of these orders that is paid and known to have no delivery details, or null. */
  addressless(orders) {
    return orders.find(order => order.status === 'paid' && this.#cards.get(order.id)?.hasDelivery === false) ?? null;
  }

  /** Leads the buyer to an order's delivery form. */
  askDelivery(order) {
    this.#cards.get(order.id)?.askDelivery();
  }

  #cardOf(order) {
    if (!this.#cards.has(order.id))
      this.#cards.set(order.id, new OrderCard(order, this.#deeds));
    return this.#cards.get(order.id);
  }
}
