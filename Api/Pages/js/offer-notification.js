import { titleOf } from './batch-text.js';
import { isSupported, notify } from './reminders.js';
import { at } from './api.js';
import { clockTime, text } from './text.js';

/** Tells a buyer by a notification of their browser that their turn in the line has come, if they have allowed it. */
export class OfferNotification {
  #path;

  constructor(batch) {
    this.#path = at(`/sale/${encodeURIComponent(batch)}`);
  }

  /** Whether the visitor has not decided yet. */
  get canAsk() {
    return isSupported() && Notification.permission === 'default';
  }

  /** Call it only when the visitor has pressed a button. */
  ask() {
    return Notification.requestPermission();
  }

  /** Shows it once for each order, however many tabs are open. A page that is looked at needs none. */
  async show(order, board) {
    if (!isSupported() || Notification.permission !== 'granted')
      return;
    const key = `offer ${this.#path}`;
    await navigator.locks.request(key, () => {
      if (!claims(key, order.id) || !document.hidden)
        return;
      notify(this.#path, `offer ${this.#path}`, {
        title: text('offer.title', { title: titleOf(board).words }),
        body: text('offer.body', { at: clockTime(Date.parse(order.payBy)) }),
      });
    });
  }
}

/** Whether no tab has told of this order yet. Where storage is forbidden, each tab tells. */
function claims(key, order) {
  try {
    if (localStorage.getItem(key) === order)
      return false;
    localStorage.setItem(key, order);
  } catch {
    // The browser shows one notification of a tag, so a second one replaces the first.
  }
  return true;
}
