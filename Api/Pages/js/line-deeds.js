import { byId } from './dom.js';
import { confirmed } from './header.js';
import { OfferNotification } from './offer-notification.js';

/** Whoever meant to press Buy when the last unit went is asked before they join the line. */
const hastyMs = 1_500;

/** What a visitor does in the line, and the notices about their place. */
export class LineDeeds {
  #page;
  #notification;
  /** Until when a press on Join may have been meant for Buy. */
  #hastyUntil = 0;

  constructor(page) {
    this.#page = page;
    this.#notification = new OfferNotification(page.batch);
  }

  wire(onPress) {
    onPress(byId('join'), () => this.#join());
    onPress(byId('leave-line'), () => this.#leave());
    onPress(byId('notify-offer'), async () => {
      await this.#notification.ask();
      this.#page.render();
    });
  }

  /** Whether the visitor can be asked if their browser may notify them. */
  get canAskToNotify() {
    return this.#notification.canAsk;
  }

  /** Takes in that the page shows another plan. */
  planned(before, plan) {
    if (plan.action === 'join' && before?.action === 'buy' && before.isOpen)
      this.#hastyUntil = performance.now() + hastyMs;
  }

  /**
   * Asks a buyer who wanted to buy whether they want to wait.
   * @param tellSoldOut is called if they do not, and were told by the server that it is sold out
   */
  async ask(quantity, tellSoldOut) {
    const { buying } = this.#page;
    const wants = await confirmed('join-line', 'join-line', {}, { keep: 'confirm.not-now', mood: 'primary' });
    if (this.#page.buying !== buying)
      return;
    if (wants)
      await buying.buy(quantity, true);
    else
      tellSoldOut?.();
  }

  /** Shows the place that an attempt to buy has made, or made before. */
  joined(place) {
    this.#page.place.take(place);
    if (place.state === 'waiting')
      this.#page.notice.say('good', 'joined');
    else if (place.state === 'removed' || place.state === 'ended')
      this.#tellEnd(place);
  }

  /** Reports what others did with the place, or the buyer on another device. The order tells of an offer. */
  placeMoved(before, place) {
    if (!place || before?.place !== place.place || before.state === place.state)
      return;
    if (place.state === 'left')
      this.#page.notice.say('good', 'place-left');
    else if (place.state === 'removed' || place.state === 'ended')
      this.#tellEnd(place);
  }

  /** Who still waited when the sale ended keeps the place for the next batch. */
  #tellEnd({ state, backlog }) {
    if (backlog === undefined)
      this.#page.notice.say('bad', `place-${state}`);
    else
      this.#page.notice.say('good', 'place-backlog');
  }

  /** Tells that units are held for the buyer who waited. */
  offered(order) {
    this.#page.notice.say('good', 'offer', { order: order.id });
    this.#notification.show(order, this.#page.board);
  }

  /** The offered units were not paid in time. */
  expired() {
    this.#page.notice.say('bad', 'offer-expired');
  }

  /** What an order's owner is asked before they give up what was offered. Null: it was not offered. */
  questionOf(order) {
    if (order.place === undefined || order.status !== 'awaiting-payment')
      return null;
    const place = this.#page.place.known;
    return place?.order === order.id && place.quantity > order.quantity ? 'decline-part' : 'decline-offer';
  }

  /** Whoever declines a part of what they asked for keeps their place, the first time, and may get the next offer. */
  async declined() {
    const { place, notice } = this.#page;
    await place.refresh();
    if (place.known?.state !== 'offered')
      notice.say('good', place.known?.state === 'waiting' ? 'place-kept' : 'offer-declined');
  }

  async #join() {
    const quantity = this.#page.deeds.wantedQuantity;
    if (performance.now() < this.#hastyUntil)
      return this.ask(quantity);
    this.#page.notice.clear();
    await this.#page.buying.buy(quantity, true);
  }

  async #leave() {
    const { place, plan } = this.#page;
    const name = plan.isKept ? 'leave-backlog' : 'leave-line';
    if (!await confirmed(name, name, {}, { keep: 'confirm.stay' }) || this.#page.place !== place)
      return;
    const answer = await place.leave();
    if (answer.kind !== 'answered')
      this.#page.deeds.refused('leave', answer);
  }
}
