import { askChannels } from './channels.js';

/** How often the page asks for the platforms at most, if it gets no answer. */
const maxTries = 3;

/** Whether the payment providers of the platforms verify who pays. It is requested only if there is something to pay. */
export class Payer {
  #onChange;
  #byChannel = null;
  #tries = 0;
  #isAsking = false;

  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** @returns {boolean|null} whether the provider of a channel's users verifies the payer; null: not known yet */
  isVerified(channel) {
    if (this.#byChannel === null && !this.#isAsking && this.#tries < maxTries)
      this.#ask();
    return this.#byChannel?.get(channel) ?? null;
  }

  async #ask() {
    this.#tries += 1;
    this.#isAsking = true;
    const channels = await askChannels();
    this.#isAsking = false;
    if (channels === null)
      return;
    this.#byChannel = new Map(channels.map(item => [item.id, item.payment?.verifiesPayer]));
    this.#onChange();
  }
}
