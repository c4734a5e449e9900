import { DeliveryForm } from './delivery-form.js';
import { copyOf, setText, show, whileBusy } from './dom.js';
import { isLive } from './orders.js';
import { returnOf } from './returns.js';
import { hasText, moment, momentText, money, text, unitsText } from './text.js';

const isShipped = order => order.shippedAt !== undefined;

/**
 * One order on the page. It is built once and then updated, so that the buyer's input in a form is kept.
 * @param deeds `{pay, cancel, returns, delivery, saveDelivery, tracking, leftDelivery, addressKnown}`: but for the last
 *   two and `returns`, which is `{press}`, each takes the order and returns a promise, as `press` does; `delivery` and
 *   `saveDelivery` are those of a delivery form; `leftDelivery` gives what such a form knew that the order replaces, or
 *   null; `addressKnown` is told whenever it became known whether an order has details
 */
export class OrderCard {
  #parts;
  #order;
  #sale = null;
  #isMain = false;
  /** The status in which its delivery details were last asked for. */
  #lookedAt = null;
  /** The shipment whose tracking reference is known, or asked for. */
  #tracked = null;
  #tracking = null;
  #deeds;
  #delivery;
  element;

  constructor(order, deeds) {
    this.element = copyOf('order-card');
    this.element.dataset.order = order.id;
    this.#parts = name => this.element.querySelector(`[data-testid="${name}"]`);
    this.#order = order;
    this.#deeds = deeds;
    this.#delivery = new DeliveryForm(order.id, {
      load: () => deeds.delivery(this.#order),
      save: details => deeds.saveDelivery(this.#order, details),
      onChange: () => deeds.addressKnown(),
    });
    this.#parts('delivery-place').append(this.#delivery.element);
    this.#wire(deeds);
    const left = isLive(order) ? deeds.leftDelivery() : null;
    if (left !== null)
      this.#delivery.take(left);
    // At an opening everybody buys at once, so what the page knows is not asked for.
    if (this.hasDelivery !== null)
      this.#lookedAt = order.status;
  }

  /** Whether it has delivery details: null until that is known. */
  get hasDelivery() {
    const { known } = this.#delivery;
    return known === undefined ? null : known !== null;
  }

  /**
   * @param sale `{canAct, mayCancelPaid, mayReturn, isOver, waiting}`: whether the buyer can pay or cancel it now,
   *   whether they may cancel a paid order that is not shipped, and whether they may offer it to the line; whether the
   *   sale is over; how many others wait in the line
   * @param isMain whether the page's main button pays it
   */
  update(order, now, sale, isMain) {
    this.#order = order;
    this.#sale = sale;
    this.#isMain = isMain;
    const part = this.#parts;
    this.element.dataset.status = order.status;
    setText(part('order-units'), text('order.units', {
      count: order.units.length, units: unitsText(order.units),
    }));
    const isOnItsWay = order.status === 'paid' && isShipped(order);
    const stage = returnOf(order, sale);
    setText(part('order-status'), text(
      isOnItsWay ? 'status-of.shipped' : stage === null ? `status-of.${order.status}` : `status-of.return.${stage}`));
    setText(part('order-id'), text('order.number', { id: order.id }));
    setText(part('order-amount'), money(order.amount));
    setText(part('order-held-at'), text('order.held-at', { at: moment(Date.parse(order.heldAt)) }));
    setText(part('pay'), text('order.pay', { amount: money(order.amount) }));
    const isOffer = order.place !== undefined && order.status === 'awaiting-payment';
    setText(part('cancel-order'), text(isOffer ? 'order.decline' : 'order.cancel'));
    const isToCheck = this.hasDelivery && !this.#delivery.isSaved;
    this.#delivery.update(isToCheck ? 'order.delivery.check' : 'order.delivery', 'delivery.none');
    this.#lookAtDelivery();
    this.#lookAtShipment();
    const mayCancel = order.status === 'awaiting-payment'
      || sale.mayCancelPaid && !isOnItsWay && stage !== 'being-paid' && stage !== 'ending';
    const mayReturn = order.status === 'paid' && sale.mayReturn && !isOnItsWay && stage !== 'ending';
    setText(part('return-order'), text(stage === null ? 'order.return' : 'order.return.keep'));
    show(part('return-order'), mayReturn);
    show(part('cancel-order'), isLive(order) && mayCancel);
    show(part('delivery-place'), isLive(order) && !isOnItsWay);
    show(part('order-controls'), isLive(order) && (mayCancel || mayReturn) && sale.canAct);
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

  // For an order that has ended, the card states why before the refund.
  #note(note) {
    const { cancelledBy, cancelReason, place } = this.#order;
    if (isShipped(this.#order)) {
      if (note === 'refunded')
        return text('order.shipped-refunded');
      if (note !== 'paid')
        return text('order.note.joined', { first: text('order.shipped-refund'), second: text(`order.note.${note}`) });
      const at = moment(Date.parse(this.#order.shippedAt));
      return this.#tracking === null ? text('order.shipped', { at })
        : text('order.shipped-tracking', { at, tracking: this.#tracking });
    }
    if (note === 'paid' && returnOf(this.#order, this.#sale) !== null)
      return this.#returnNote();
    if (this.#order.return === 'returned')
      return text('order.note.joined', { first: text('order.return.sold'), second: text(`order.note.${note}`) });
    // Only an order that expired is refunded though nobody cancelled it: its payment came too late, or did not count.
    if (cancelledBy !== 'operator' && (note === 'refunding' || note === 'refunded')) {
      const first = text(cancelledBy === 'buyer' ? 'order.by-buyer' : 'order.unpaid');
      return text('order.note.joined', { first, second: text(`order.note.${note}`) });
    }
    if (cancelledBy !== 'operator')
      return text(place !== undefined && hasText(`order.note.offer.${note}`)
        ? `order.note.offer.${note}` : `order.note.${note}`);
    const money = text(`order.note.${note === 'cancelled' ? 'nothing-charged' : note}`);
    return text('order.note.joined', { first: text(`order.by-operator.${cancelReason}`), second: money });
  }

  #returnNote() {
    const { waiting } = this.#sale;
    const stage = returnOf(this.#order, this.#sale);
    if (stage !== 'offered')
      return momentText(`order.return.${stage}`, this.#order.returnPayBy);
    const { quantity } = this.#order;
    const first = quantity > 1 ? text('order.return.together', { count: quantity })
      : text(waiting > 0 ? 'order.return.waiting' : 'order.return.nobody', { count: waiting });
    return text('order.note.joined', { first, second: text('order.return.until-then') });
  }

  #wire(deeds) {
    const part = this.#parts;
    part('return-order').addEventListener('click', () =>
      whileBusy(part('return-order'), () => deeds.returns.press(this.#order)));
    part('pay').addEventListener('click', () => whileBusy(part('pay'), () => deeds.pay(this.#order)));
    part('cancel-order').addEventListener('click', () =>
      whileBusy(part('cancel-order'), () => deeds.cancel(this.#order)));
  }

  /** The form of a paid order opens by itself if it has no details yet. */
  async #lookAtDelivery() {
    const { status } = this.#order;
    if (!isLive(this.#order) || this.#lookedAt === status)
      return;
    this.#lookedAt = status;
    if (!this.hasDelivery)
      await this.#delivery.load();
    if (status === 'paid' && this.hasDelivery === false)
      this.#delivery.element.open = true;
  }

  /** Reads the tracking reference of each shipment once. */
  async #lookAtShipment() {
    const { shippedAt } = this.#order;
    if (shippedAt === undefined || this.#tracked === shippedAt)
      return;
    this.#tracked = shippedAt;
    const tracking = await this.#deeds.tracking(this.#order);
    if (tracking === null)
      this.#tracked = null;
    else if (this.#tracked === shippedAt)
      this.#tracking = tracking;
  }

  /** Leads the buyer to the form. */
  askDelivery() {
    this.#delivery.focus();
    this.element.scrollIntoView({ block: 'start' });
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

  /**
   * @param sale what of the sale the cards depend on
   * @param main the order that the page's main button pays, or null
   */
  update(orders, now, sale, main) {
    const ids = new Set(orders.map(order => order.id));
    for (const [id, card] of this.#cards) {
      if (!ids.has(id)) {
        card.element.remove();
        this.#cards.delete(id);
      }
    }
    orders.forEach((order, i) => {
      const card = this.#cardOf(order);
      card.update(order, now, sale, order.id === main?.id);
      if (this.#list.children[i] !== card.element)
        this.#list.insertBefore(card.element, this.#list.children[i] ?? null);
    });
  }

  tick(now) {
    this.#cards.forEach(card => card.tick(now));
  }

  /**
   * The first of these orders that is paid, neither shipped nor offered to the line, and known to have no delivery
   * details, or null.
   */
  addressless(orders, isOver) {
    return orders.find(order => order.status === 'paid' && !isShipped(order) && returnOf(order, { isOver }) === null
      && this.#cards.get(order.id)?.hasDelivery === false) ?? null;
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
