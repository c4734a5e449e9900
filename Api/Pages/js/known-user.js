import { askUntil } from './ask-until.js';
import { Buying } from './buying.js';
import { EarlierPlace } from './earlier-place.js';
import { Orders } from './orders.js';
import { Place } from './place.js';
import { Reservation } from './reservation.js';
import { hasLine } from './timetable.js';

/** What is known of one user in a batch. It stays when their session ends, until another user comes. */
export class KnownUser {
  #page;
  #isStopped = false;
  /** Each order as it was when it was last looked at. */
  #seen = new Map();
  user;
  reservation;
  orders;
  place;
  earlier;
  buying;
  /** The state of an open attempt to buy, with `since`: from when on it is open. */
  attempt = { kind: 'idle' };

  /**
   * @param page `{batch, clock, feed, deeds, board, isEnded, mayTakePart, render(), signedOut()}`
   */
  constructor(user, page) {
    const { batch, clock, feed, deeds } = page;
    const render = () => this.#isStopped || page.render();
    this.#page = page;
    this.user = user;
    this.reservation = new Reservation(batch, { onChange: render, onOwn: () => feed.tell({ reserver: user }) });
    this.orders = new Orders(batch, {
      onChange: () => this.#isStopped || this.#ordersCame(),
      onOwn: order => feed.tell({ order }),
      onSignedOut: () => this.#isStopped || page.signedOut(),
    });
    this.place = new Place(batch, {
      onChange: before => this.#isStopped || this.#placeCame(before),
      onOwn: place => feed.tell({ place }),
    });
    this.earlier = new EarlierPlace(batch, render);
    this.buying = new Buying({
      batch,
      user,
      clock,
      reservation: this.reservation,
      orders: this.orders,
      onState: state => this.#isStopped || this.#attemptIs(state),
      onEnd: outcome => this.#isStopped || deeds.bought(outcome),
    });
  }

  /** Asks for everything, then goes on with what a reload has interrupted. */
  async start() {
    const { deeds, clock } = this.#page;
    // The payment may arrive before the buyer returns. Its outcome is shown in any case.
    const returned = deeds.returnedFromCashier();
    if (returned !== null)
      this.#seen.set(returned, { status: 'awaiting-payment' });
    if (!this.#mayHavePlace())
      this.place.none();
    const isKnown = () => this.orders.isKnown && clock.isSet
      && (!this.#page.mayTakePart() || this.reservation.state !== 'unknown' && this.place.known !== undefined);
    await askUntil(() => this.#isStopped || isKnown(), () => Promise.all([
      this.reservation.state === 'unknown' ? this.reservation.refresh() : null,
      this.orders.isKnown ? null : this.orders.refresh(),
      this.place.known === undefined ? this.place.refresh() : null,
    ]));
    if (!this.#isStopped && this.orders.isKnown && clock.isSet) {
      this.boardCame();
      deeds.payNamed();
      await this.buying.resume();
    }
  }

  refresh() {
    return Promise.all([
      this.orders.refresh(),
      this.reservation.refresh(),
      this.#mayHavePlace() ? this.place.refresh() : null,
      this.#mayHaveEarlier() ? this.earlier.lookAgain(this.#page.board, this.#page.clock.now()) : null,
    ]);
  }

  /** With another schedule another batch may be the one that takes the place which the user keeps. */
  boardCame() {
    if (this.#mayHaveEarlier())
      this.earlier.look(this.#page.board, this.#page.clock.now());
  }

  /** Says whether events tell of every change. */
  set isTold(value) {
    this.orders.isTold = this.place.isTold = value;
  }

  /** Stores what an event or another tab told of an order or a place, if it is this user's. */
  told({ order, place }) {
    if (order?.user === this.user)
      this.orders.told(order);
    if (place?.user === this.user)
      this.place.told(place);
  }

  stop() {
    this.#isStopped = true;
    this.orders.stop();
    this.place.stop();
    this.reservation.stop();
    this.buying.stop();
  }

  /** At the opening nobody has a place, so nobody asks for it then. Whoever has one later is told of it. */
  #mayHavePlace() {
    const { board, clock } = this.#page;
    return board !== null && this.#page.mayTakePart() && hasLine(board, clock.now());
  }

  #mayHaveEarlier() {
    return this.#page.board !== null && this.#page.mayTakePart();
  }

  #attemptIs(state) {
    const since = state.kind === 'idle' ? null : this.attempt.since ?? this.#page.clock.now();
    this.attempt = { ...state, since };
    this.#page.render();
  }

  /**
   * Reports a change of an order that happened while the buyer was elsewhere: at the cashier, too late, or in the line;
   * or that the seller made.
   */
  #ordersCame() {
    const { deeds } = this.#page;
    for (const order of this.orders.items) {
      const { status: before, payBy } = this.#seen.get(order.id) ?? {};
      this.#seen.set(order.id, order);
      const isToPay = order.status === 'awaiting-payment';
      if (before === 'awaiting-payment' && isToPay && Date.parse(order.payBy) > Date.parse(payBy))
        deeds.orderExtended(order);
      // A payment that comes late can still make an expired order a paid one.
      else if (before === 'awaiting-payment' || before === 'expired' && order.status === 'paid')
        deeds.orderMoved(order);
      else if (before === 'expired' && isToPay)
        deeds.orderRevived(order);
      else if (before === 'paid' && order.return === 'returned')
        deeds.returns.returned(order);
      else if (before === undefined && order.place !== undefined && isToPay)
        deeds.line.offered(order);
    }
    this.#page.render();
  }

  #placeCame(before) {
    const { known } = this.place;
    const isOfOrder = known?.order !== undefined && this.orders.items.some(order => order.id === known.order);
    if (known?.state === 'offered' && !isOfOrder)
      this.orders.refresh();
    this.#page.deeds.line.placeMoved(before, known);
    this.#page.render();
  }
}
