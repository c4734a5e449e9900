/** The visitor's way to the cashier's page and back, and the orders that the page's address names. */
export class Cashier {
  #key;

  constructor(batch) {
    this.#key = `cashier ${batch}`;
  }

  /** Goes to the cashier's page with an order. */
  goTo(address, order) {
    this.#visit(storage => storage.setItem(this.#key, order.id));
    location.assign(address);
  }

  /** The id of the order with which the visitor was there, or that the address names, once; null: neither. */
  takeReturned() {
    const named = this.takeNamed('order');
    const left = this.#visit(storage => storage.getItem(this.#key));
    this.#visit(storage => storage.removeItem(this.#key));
    return named ?? left;
  }

  /** The id that the address names as this parameter, once; null: none. */
  takeNamed(parameter) {
    const address = new URL(location.href);
    const named = address.searchParams.get(parameter);
    if (named !== null) {
      address.searchParams.delete(parameter);
      history.replaceState(null, '', address);
    }
    return named;
  }

  /** Where storage is forbidden a return is not recognised as one; the order is shown all the same. */
  #visit(action) {
    try {
      return action(sessionStorage) ?? null;
    } catch {
      return null;
    }
  }
}
