import { Cashier } from './cashier.js';
import { isEnabled, byId } from './dom.js';
import { confirmed } from './header.js';
import { LineDeeds } from './line-deeds.js';
import { isAhead } from './notice-truth.js';
import { ReturnDeeds } from './returns.js';
import { channelsText } from './sale-view.js';
import { hasText, moment, money, number, refusalText, text, zonedMoment } from './text.js';
import { scheduleOf } from './timetable.js';

const isSame = (delivery, other) => Object.entries(delivery).every(([name, value]) => other?.[name] === value);

/** The visitor's actions on the page of a sale, and the notices about their outcomes. */
export class SaleDeeds {
  #page;
  #cashier;

  constructor(page) {
    this.#page = page;
    this.#cashier = new Cashier(page.batch);
    this.line = new LineDeeds(page);
    this.returns = new ReturnDeeds(page);
  }

  wire(onPress) {
    onPress(byId('sign-in'), () => this.#page.header.open());
    onPress(byId('switch-account'), () => this.#page.header.switchAccount());
    onPress(byId('reserve'), () => this.reserve());
    onPress(byId('cancel-reservation'), () => this.cancelReservation());
    onPress(byId('pay-now'), () => this.pay(this.#page.plan.awaiting));
    onPress(byId('deliver'), () => this.#page.askDelivery());
    onPress(byId('buy'), () => this.#buy());
    onPress(byId('stop'), () => this.#page.buying?.stop());
    this.line.wire(onPress);
    this.#wireQuantity();
  }

  async reserve() {
    const { reservation, notice } = this.#page;
    const answer = await reservation.make();
    if (answer.kind !== 'answered')
      return this.refused('reserve', answer);
    const { phase } = this.#page.plan;
    if (isAhead(this.#page))
      notice.say('good', 'reserved', {}, () => ({ at: zonedMoment(scheduleOf(this.#page.board).saleOpens) }));
    else if (phase !== 'closed')
      notice.say('good', 'reserved-late', { stage: phase }, () => ({ news: text(`news.${phase}`) }));
  }

  async cancelReservation() {
    if (!await confirmed('cancel-reservation', 'cancel-reservation'))
      return;
    const answer = await this.#page.reservation.cancel();
    if (answer.kind !== 'answered') {
      this.#page.orders.refresh();
      return this.refused('reserve', answer, { toDo: 'cancel-reservation' });
    }
    this.#page.notice.say('good', 'reservation-cancelled');
  }

  /** Shows the outcome of an attempt to buy. */
  bought(outcome) {
    const { orders, notice, reservation } = this.#page;
    if (outcome.then === 'order') {
      orders.take(outcome.order);
      this.#tellOrder(outcome.order);
    } else if (outcome.then === 'place') {
      this.line.joined(outcome.place);
    } else if (outcome.then === 'refused') {
      if (outcome.code === 'not-reserved' || outcome.code === 'ticket-invalid')
        reservation.refresh();
      this.#notBought(outcome);
    } else {
      notice.say('bad', outcome.then);
    }
  }

  async #notBought({ code, problem, quantity, standby }) {
    const { board, place } = this.#page;
    if (code === 'limit-reached') {
      // A place in the line, which another device may have made, counts towards the limit.
      await place.refresh();
      if (place !== this.#page.place)
        return;
      problem = place.known?.state === 'waiting' ? { ...problem, limit: 'places' } : problem;
    }
    const isSoldOut = code === 'sold-out';
    const isTooFew = isSoldOut && quantity > 1 && board.free > 0 && !(board.standby > 0);
    const name = isTooFew ? 'too-few' : isSoldOut && standby ? 'no-line' : code;
    const tell = () => this.refused('buy', { kind: 'refused', code, problem }, { name });
    if (isSoldOut && problem.standby === true && !standby && !isTooFew)
      this.line.ask(quantity, tell);
    else
      tell();
  }

  async pay(order) {
    const { orders } = this.#page;
    const answer = await orders.checkout(order);
    if (answer.kind === 'answered')
      return this.#cashier.goTo(answer.body.checkoutUrl, order);
    await orders.refresh();
    this.refused('order', answer, { toDo: 'pay', order });
  }

  async cancel(order) {
    const offer = this.line.questionOf(order);
    const name = offer ?? (order.status === 'paid' ? 'cancel-paid-order' : 'cancel-order');
    if (!await confirmed(name, offer === null ? 'cancel-order' : 'decline', { amount: money(order.amount) }))
      return;
    const answer = await this.#page.orders.cancel(order);
    if (answer.kind !== 'answered')
      return this.refused('order', answer, { toDo: 'cancel', order });
    const status = answer.body?.status;
    if (offer !== null && status === 'cancelled')
      return this.line.declined();
    if (status === 'cancelled')
      this.#tellGood('order-cancelled', order);
    else if (status === 'refunding' || status === 'refunded')
      this.returns.refunding(order);
    // Else it came too late, and what became of the order has been told.
  }

  addressKnown() {
    this.#page.render();
  }

  delivery(order) {
    return this.#page.orders.delivery(order);
  }

  async tracking(order) {
    const tracking = await this.#page.orders.tracking(order);
    // The card shows it when the page is drawn the next time.
    if (tracking !== null)
      queueMicrotask(() => this.#page.render());
    return tracking;
  }

  leftDelivery() {
    return this.#page.reservedDelivery.takeLeft();
  }

  async saveDelivery(order, delivery) {
    const answer = await this.#page.orders.saveDelivery(order, delivery);
    return this.#saved('delivery', delivery, answer, () => this.delivery(order), order);
  }

  /** Where to deliver what is bought, said with the reservation. */
  get reservedDelivery() {
    const reservation = () => this.#page.reservation;
    const load = () => reservation().delivery();
    return {
      load,
      save: async delivery =>
        this.#saved('reserved-delivery', delivery, await reservation().saveDelivery(delivery), load),
      remove: async () => {
        const answer = await reservation().removeDelivery();
        const isRemoved = answer.kind === 'answered' || answer.kind === 'lost' && await load() === null;
        if (isRemoved)
          this.#page.notice.takeBack('reserved-delivery');
        else
          this.refused('reserved-delivery', answer);
        return isRemoved;
      },
    };
  }

  /**
   * The form shows a wrong field beside it. A notice reports everything else. Without an answer, the details as they
   * are afterwards say whether they were saved.
   */
  async #saved(deed, delivery, answer, load, order) {
    const saved = answer.kind === 'lost' ? await load() : answer.body;
    if (answer.kind === 'answered' || isSame(delivery, saved)) {
      this.#page.notice.takeBack(deed, order);
      return { saved };
    }
    const { field, fault } = answer.problem ?? {};
    if (answer.code === 'invalid-request' && field in delivery)
      return { field, fault };
    if (answer.code === 'conflict')
      this.#page.orders.refresh();
    if (answer.code === 'not-found')
      this.#page.reservation.refresh();
    this.refused(deed, answer, { order });
    return {};
  }

  /** An order that was awaiting payment is not any more. */
  orderMoved(order) {
    if (order.status === 'paid')
      this.#tellGood('paid', order);
    else if (order.status === 'expired' && order.place !== undefined)
      this.line.expired();
    else if (order.status === 'expired')
      this.#page.notice.say('bad', 'order-expired', { order: order.id });
  }

  /** The seller holds units for an order that had expired. */
  orderRevived(order) {
    this.#tellGood('order-revived', order);
  }

  /** The seller gives the buyer more time to pay. */
  orderExtended(order) {
    this.#tellGood('more-time', order);
  }

  /** Leads on to the checkout if the address names an order that awaits payment. A link does so once. */
  payNamed() {
    const named = this.#cashier.takeNamed('pay');
    const order = this.#page.orders.items.find(item => item.id === named);
    if (order?.status === 'awaiting-payment')
      this.pay(order);
  }

  /** The order with which the visitor comes back from the cashier, or null. It is returned once. */
  returnedFromCashier() {
    return this.#cashier.takeReturned();
  }

  /** How many units the visitor has chosen. */
  get wantedQuantity() {
    return this.#page.plan.mayBuy > 1 ? Number(byId('quantity').value) : 1;
  }

  async #buy() {
    this.#page.notice.clear();
    await this.#page.buying.buy(this.wantedQuantity);
  }

  /** A repeated purchase returns the order's current state, which may be final. */
  #tellOrder(order) {
    if (order.status === 'awaiting-payment')
      this.#tellGood('order', order);
    else
      this.orderMoved(order);
  }

  #tellGood(name, order) {
    const { notice, orders } = this.#page;
    notice.say('good', name, { order: order.id }, () => ({
      at: moment(Date.parse((orders.find(order.id) ?? order).payBy)),
    }));
  }

  /**
   * Tells that something was refused, or that no answer came.
   * @param about `{name, toDo, order}`: the name of the notice, if it is not the code; as `holds` has them
   */
  refused(deed, answer, { name = answer.code ?? 'lost', toDo, order } = {}) {
    const { session, notice, orders } = this.#page;
    if (name === 'unauthenticated')
      session.refresh();
    const reason = this.#reasonOf(name, answer.problem);
    notice.tell('bad', name, () => {
      const { board } = this.#page;
      const schedule = scheduleOf(board);
      const opensAt = Date.parse(answer.problem?.opensAt ?? '');
      return refusalText(deed, reason, {
        channels: channelsText(board),
        limit: number(answer.problem?.maximum ?? board.perUserLimit),
        at: moment(Number.isFinite(opensAt) ? opensAt : schedule.saleOpens),
        opens: moment(schedule.reservationOpens),
        closes: moment(schedule.reservationCloses),
        detail: answer.problem?.detail ?? '',
      });
    }, { deed, toDo, order: order?.id, was: orders?.find(order?.id) });
  }

  /** One code can have several reasons. Each reason has its own text. */
  #reasonOf(name, problem) {
    if (name === 'reservation-closed' && this.#page.plan.phase === 'closed')
      return 'sale-closed';
    const exact = `${name}.${problem?.limit}`;
    return hasText(`refusal.${exact}.title`) ? exact : name;
  }

  #wireQuantity() {
    const input = byId('quantity');
    const step = by => {
      input.value = String(Math.min(Number(input.max), Math.max(1, Math.round(Number(input.value) || 1) + by)));
      this.#page.render();
    };
    for (const [id, by] of [['fewer', -1], ['more', 1]])
      byId(id).addEventListener('click', () => isEnabled(byId(id)) && step(by));
    input.addEventListener('change', () => step(0));
  }
}
