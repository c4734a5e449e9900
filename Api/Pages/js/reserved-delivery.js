import { byId } from './dom.js';
import { DeliveryForm } from './delivery-form.js';

/** Where to deliver, said before buying. Its form is there exactly while a visitor may say it. */
export class ReservedDelivery {
  #deeds;
  #onChange;
  #form = null;
  #left = null;

  /**
   * @param deeds `{load, save, remove}`: as those of {@link DeliveryForm}
   * @param onChange told when what is shown may have changed
   */
  constructor(deeds, onChange) {
    this.#deeds = deeds;
    this.#onChange = onChange;
  }

  /**
   * @param isShown whether the visitor may say it now
   * @param isBought whether they have an order, which has what was said
   */
  update(isShown, isBought) {
    if (!isShown)
      return this.#leave(isBought);
    if (this.#form === null)
      this.#enter();
    this.#form.update('order.delivery', 'delivery.optional');
  }

  /** What its form knew when it went, for the order that came instead: `{known, draft, isOpen}` or null. Given once. */
  takeLeft() {
    const left = this.#left;
    this.#left = null;
    return left;
  }

  /** Nothing of the user before may stay. */
  forget() {
    this.#leave(false);
    this.#left = null;
  }

  #enter() {
    this.#form = new DeliveryForm('reservation', { ...this.#deeds, onChange: this.#onChange });
    const left = this.takeLeft();
    if (left !== null)
      this.#form.take(left);
    byId('reserved-delivery').append(this.#form.element);
    this.#form.load();
  }

  #leave(isBought) {
    if (this.#form === null)
      return;
    const { element, known, draft } = this.#form;
    this.#left = { known: isBought ? known : undefined, draft, isOpen: isBought && element.open };
    this.#form = null;
    if (element.contains(document.activeElement))
      byId('action').focus({ preventScroll: true });
    element.remove();
  }
}
