/**
 * The rules of one buying attempt: the meaning of an answer to the purchase, and the next step. Pure, except for the
 * store.
 *
 * Safety: every try of an attempt carries the same key, and a key binds to at most one order or place in the line, for
 * ever. So a retry can never buy twice. The key is dropped only after an answer that states the outcome.
 */

export const bounds = {
  /** Tries of one attempt before the buyer is asked whether to go on. */
  tries: 60,
  /** Milliseconds of trying before the buyer is asked. */
  elapsedMs: 5 * 60_000,
  /** "Not open yet" is retried only if the opening is at most this near. */
  openingMs: 5_000,
  openingTries: 20,
  /** How many new tickets one attempt may request. */
  renewals: 1,
  backoffMaxMs: 8_000,
  /**
   * A stored attempt that is older than this is not retried automatically, because nobody expects a purchase after that
   * long.
   */
  resumeWithinMs: 2 * 60_000,
};

/** What has happened to an attempt so far; `startedAt` is on the server's clock. */
export const newProgress = startedAt => ({ startedAt, tries: 0, openings: 0, renewals: 0, lost: 0 });

/**
 * What follows from an answer.
 * @param progress the attempt's progress, this try counted
 * @param answer as `call` of api.js gives it
 * @param now the server's time in milliseconds
 * @param random in [0, 1)
 * @returns {{then: 'order'|'place'|'refused'|'retry'|'renew-ticket'|'ask', delayMs?: number, why?: string,
 *   code?: string}}
 *   `ask`: the bound is reached, the key stays, the buyer decides whether to go on
 */
export function decide(progress, answer, now, random) {
  if (answer.kind === 'answered')
    return { then: answer.status === 202 ? 'place' : 'order' };
  if (answer.kind === 'lost')
    return again(progress, now, 'lost', backoffMs(progress.lost, random));
  switch (answer.code) {
    case 'overloaded':
      return again(progress, now, 'overloaded', retryAfterMs(answer, random));
    case 'sale-not-open':
      return notOpen(progress, answer, now, random);
    case 'unauthenticated':
    case 'ticket-invalid':
      return progress.renewals < bounds.renewals
        ? { then: 'renew-ticket' }
        : { then: 'refused', code: answer.code };
    default:
      return { then: 'refused', code: answer.code };
  }
}

function again(progress, now, why, delayMs) {
  if (progress.tries >= bounds.tries || now + delayMs - progress.startedAt > bounds.elapsedMs)
    return { then: 'ask', why };
  return { then: 'retry', why, delayMs };
}

/** Jitter only adds to the delay, so no retry is earlier than the server asked for. */
function retryAfterMs(answer, random) {
  const seconds = answer.retryAfterSeconds ?? 1;
  return Math.max(250, seconds * 1_000) * (1 + 0.3 * random);
}

function backoffMs(lost, random) {
  return Math.min(bounds.backoffMaxMs, 400 * 2 ** Math.max(0, lost - 1)) * (1 + 0.3 * random);
}

/** Around the opening the page's clock and the server's differ by some milliseconds, so this is not a refusal yet. */
function notOpen(progress, answer, now, random) {
  const opensAt = Date.parse(answer.problem?.opensAt ?? '');
  const waitMs = Math.max(0, opensAt - now);
  if (!(waitMs <= bounds.openingMs) || progress.openings >= bounds.openingTries)
    return { then: 'refused', code: answer.code };
  return { then: 'retry', why: 'opening', delayMs: waitMs + 40 + 120 * random };
}

/**
 * Whether an order can be what an attempt bought, for when its answer was lost. The clocks may differ by a little.
 */
export function mayBeFrom(attempt, order) {
  return !attempt.knownOrders.includes(order.id) && Date.parse(order.heldAt) >= attempt.startedAt - 5_000;
}

/** A key of 128 random bits. `crypto.randomUUID` exists on secure origins only. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The one open attempt of a user in a batch, shared by the browser's tabs and kept over a reload:
 * `{key, quantity, standby, startedAt, knownOrders}`. Where storage is forbidden it lives as long as the page.
 */
export class AttemptStore {
  #name;
  #memory = null;
  #isStorageUsable = true;

  constructor(batch, user) {
    this.#name = `purchase ${batch} ${user}`;
  }

  get() {
    const stored = this.#storage(storage => JSON.parse(storage.getItem(this.#name) ?? 'null'));
    if (!this.#isStorageUsable)
      return this.#memory;
    return isAttempt(stored) ? stored : null;
  }

  put(attempt) {
    this.#memory = attempt;
    this.#storage(storage => storage.setItem(this.#name, JSON.stringify(attempt)));
  }

  /** Forgets the attempt with this key; another tab's newer one stays. */
  drop(key) {
    if (this.get()?.key !== key)
      return;
    this.#memory = null;
    this.#storage(storage => storage.removeItem(this.#name));
  }

  /** Storage may be full or forbidden: the copy in memory still makes a double click one purchase. */
  #storage(action) {
    try {
      return action(localStorage);
    } catch {
      this.#isStorageUsable = false;
      return null;
    }
  }
}

function isAttempt(value) {
  return typeof value?.key === 'string' && Number.isInteger(value.quantity) && Number.isFinite(value.startedAt)
    && Array.isArray(value.knownOrders);
}
