import { call } from './api.js';
import { isLive } from './orders.js';
import { AttemptStore, bounds, decide, mayBeFrom, newKey, newProgress } from './purchase.js';

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

/**
 * Runs one buying attempt to its end. Its state, for the page: `idle`, or `sending`, `waiting` (with `why`: lost,
 * overloaded or opening; `until` on the server's clock), each with `stopping` and `standby`.
 */
export class Buying {
  #batch;
  #clock;
  #reservation;
  #orders;
  #store;
  #onState;
  #onEnd;
  #stopping = false;
  #wakeUp = () => {};
  state = { kind: 'idle' };

  /**
   * @param onEnd is told `{then: 'order', order}`, `{then: 'place', place}`,
   *   `{then: 'refused', code, problem, quantity, standby}`, `{then: 'ask', why}`, or `{then: 'stopped'}`
   */
  constructor({ batch, user, clock, reservation, orders, onState, onEnd }) {
    this.#batch = batch;
    this.#clock = clock;
    this.#reservation = reservation;
    this.#orders = orders;
    this.#store = new AttemptStore(batch, user);
    this.#onState = onState;
    this.#onEnd = onEnd;
  }

  get isBusy() {
    return this.state.kind !== 'idle';
  }

  /**
   * Buys; a second call while an attempt is open joins it. An attempt left open keeps its key and its quantity.
   * @param {boolean} standby whether the buyer wants a place in the line if the units are gone: only what they pressed
   *   last counts
   */
  async buy(quantity, standby = false) {
    if (this.isBusy)
      return;
    const open = this.#store.get() ?? {
      key: newKey(),
      quantity,
      startedAt: this.#clock.now(),
      knownOrders: this.#orders.items.map(order => order.id),
    };
    const attempt = { ...open, standby };
    this.#store.put(attempt);
    await this.#carryOut(attempt);
  }

  /**
   * Resumes an attempt that a reload or a crash of the page left open. It looks for the attempt's order first, and then
   * retries under the same key if the buyer probably still wants it.
   */
  async resume() {
    const attempt = this.#store.get();
    if (attempt === null || this.isBusy)
      return;
    const order = this.#orders.items.find(item => mayBeFrom(attempt, item));
    if (order !== undefined)
      this.#end(attempt, { then: 'order', order });
    else if (this.#clock.now() - attempt.startedAt <= bounds.resumeWithinMs)
      await this.#carryOut(attempt);
    else
      this.#store.drop(attempt.key);
  }

  /** Stops after the answer to the current request. The key stays. */
  stop() {
    if (!this.isBusy)
      return;
    this.#stopping = true;
    this.#tell({ ...this.state, stopping: true });
    this.#wakeUp();
  }

  async #carryOut(attempt) {
    const progress = newProgress(this.#clock.now());
    this.#stopping = false;
    while (true) {
      this.#tell({
        kind: 'sending', tries: progress.tries, standby: attempt.standby, stopping: this.#stopping,
      });
      const answer = await this.#ask(attempt);
      progress.tries += 1;
      progress.lost += answer.kind === 'lost' ? 1 : 0;
      const next = decide(progress, answer, this.#clock.now(), Math.random());
      if (next.then === 'order')
        return this.#end(attempt, { then: 'order', order: answer.body });
      if (next.then === 'place')
        return this.#end(attempt, { then: 'place', place: answer.body });
      if (next.then === 'renew-ticket') {
        progress.renewals += 1;
        await this.#reservation.refresh();
        continue;
      }
      // A try without an answer may have bought a unit, so its order is looked up before anything else. After other
      // refusals there is no request, because all late buyers would send it at the same time.
      const mayHave = progress.lost > 0 || next.code === 'limit-reached' || next.code === 'conflict';
      const found = mayHave ? await this.#findOrder(attempt, next.then === 'refused') : null;
      if (found !== null)
        return this.#end(attempt, { then: 'order', order: found });
      if (next.then === 'refused')
        return this.#end(attempt, {
          then: 'refused', code: next.code, problem: answer.problem, quantity: attempt.quantity,
          standby: attempt.standby === true,
        });
      if (next.then === 'ask' || this.#stopping)
        return this.#end(attempt, next.then === 'ask' ? next : { then: 'stopped' });
      progress.openings += next.why === 'opening' ? 1 : 0;
      await this.#pause(next, attempt.standby);
      if (this.#stopping)
        return this.#end(attempt, { then: 'stopped' });
    }
  }

  /** Only the ticket is sent, so the server's hot path checks one signature. Without a ticket the answer is known. */
  async #ask(attempt) {
    const asked = this.#reservation.state === 'unknown' ? await this.#reservation.refresh() : null;
    if (this.#reservation.state === 'unknown')
      return asked?.code === 'unauthenticated' ? asked : { kind: 'lost' };
    const ticket = this.#reservation.ticket;
    if (ticket === null)
      return { kind: 'refused', status: 403, code: 'not-reserved', problem: {}, retryAfterSeconds: null };
    return await call('POST', `/api/batches/${encodeURIComponent(this.#batch)}/orders`, {
      credentials: 'omit',
      headers: { authorization: `Ticket ${ticket}`, 'idempotency-key': attempt.key },
      body: { quantity: attempt.quantity, standby: attempt.standby === true ? true : undefined },
    });
  }

  /** A refusal means that this key made no order. Then only an order of another page can be shown instead. */
  async #findOrder(attempt, isRefused) {
    await this.#orders.refresh();
    return this.#orders.items.find(order => mayBeFrom(attempt, order) && (!isRefused || isLive(order))) ?? null;
  }

  async #pause({ why, delayMs }, standby) {
    this.#tell({ kind: 'waiting', why, standby, until: this.#clock.now() + delayMs, stopping: this.#stopping });
    if (this.#stopping)
      return;
    await Promise.race([sleep(delayMs), new Promise(resolve => { this.#wakeUp = resolve; })]);
  }

  /** Whose session has ended signs in and comes back: the attempt then goes on under its key. */
  #end(attempt, outcome) {
    const isRefused = outcome.then === 'refused' && outcome.code !== 'unauthenticated';
    if (outcome.then === 'order' || outcome.then === 'place' || isRefused)
      this.#store.drop(attempt.key);
    this.#tell({ kind: 'idle' });
    this.#onEnd(outcome);
  }

  #tell(state) {
    this.state = state;
    this.#onState(state);
  }
}
