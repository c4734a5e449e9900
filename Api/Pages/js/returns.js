import { confirmed } from './header.js';
import { money, text } from './text.js';

/**
 * How far the return of a paid order is: `offered`, `being-paid`, `ending`, or null.
 * @param sale `{isOver}`: the end of the sale ends what waits; whoever pays then may finish
 */
export function returnOf(order, { isOver }) {
  if (order.status !== 'paid' || order.return === undefined)
    return null;
  if (!isOver)
    return order.return;
  return order.return === 'offered' ? null : 'ending';
}

/** What a buyer does to give a paid order to the next in line, and the notices about it. */
export class ReturnDeeds {
  #page;

  constructor(page) {
    this.#page = page;
  }

  /** Offers an order to the line, or keeps it if it is offered. */
  press(order) {
    return order.return === undefined ? this.#offer(order) : this.#keep(order);
  }

  /** The next in line has paid for an order. */
  returned(order) {
    this.#tellRefund('returned', order,
      refund => text('order.note.joined', { first: text('order.return.sold'), second: refund }));
  }

  /** The buyer has cancelled a paid order. */
  refunding(order) {
    this.#tellRefund('order-refunding', order, refund => refund);
  }

  async #offer(order) {
    const also = this.#page.board.cancelPaid === 'never' ? '' : text('confirm.return-order.or-cancel');
    const values = { amount: money(order.amount), count: order.quantity, also };
    if (!await confirmed('return-order', 'return-order', values, { mood: 'primary' }))
      return;
    const answer = await this.#page.orders.offerReturn(order);
    if (answer.kind !== 'answered')
      this.#page.deeds.refused('return', answer, { order });
    else if (answer.body?.status === 'paid')
      this.#tell('return-offered', order, answer.body.return);
  }

  async #keep(order) {
    const answer = await this.#page.orders.cancelReturn(order);
    if (answer.kind !== 'answered')
      this.#page.deeds.refused('keep', answer, { order });
    else if (answer.body?.status === 'paid')
      this.#tell(answer.body.return === undefined ? 'return-cancelled' : 'return-ending', order);
  }

  /** Says how far the refund is, as long as the notice is there. */
  #tellRefund(name, order, bodyOf) {
    const { notice, orders } = this.#page;
    const isRefunded = () => orders.find(order.id)?.status === 'refunded';
    notice.tell('good', name, () => ({
      title: text(`notice.${name}.title`),
      body: bodyOf(text(`order.note.${isRefunded() ? 'refunded' : 'refunding'}`)),
    }), { order: order.id });
  }

  #tell(name, order, stage) {
    this.#page.notice.say('good', name, { order: order.id, stage });
  }
}
