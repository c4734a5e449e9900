/**
 * The server's clock, as this page knows it: the monotonic clock plus an offset that is known to lie in an interval.
 *
 * A round trip proves that the offset is between (serverTime - receivedAt) and (serverTime - sentAt); several round
 * trips together narrow the interval, whatever their two ways took. The visitor's wall clock is never read: it is often
 * wrong, and it jumps. All times are milliseconds.
 */

/** How fast the monotonic clock may run away from the server's, per millisecond: 100 ppm, a poor quartz. */
const driftRate = 100e-6;

/** The server rounds its time to milliseconds. */
const roundingMs = 1;

/** After this many answers in a row that look old, the page assumes that the server's clock was set back. */
const contradictionsBelieved = 3;

export class ServerClock {
  #monotonicNow;
  #low = Number.NEGATIVE_INFINITY;
  #high = Number.POSITIVE_INFINITY;
  #knownAt = 0;
  #contradictions = 0;
  #roundTrips = 0;

  constructor(monotonicNow = () => performance.now()) {
    this.#monotonicNow = monotonicNow;
  }

  /** Whether there was at least one round trip. Before that there is no time to show. */
  get isSet() {
    return this.#roundTrips > 0;
  }

  /** Half the width of the interval, in milliseconds. */
  get uncertaintyMs() {
    return this.isSet ? (this.#high - this.#low) / 2 : Number.POSITIVE_INFINITY;
  }

  /** The server's time now, in milliseconds since 1970, or null before the first round trip. */
  now() {
    if (!this.isSet)
      return null;
    return this.#monotonicNow() + (this.#low + this.#high) / 2;
  }

  /** Takes in an answer that the server stamped between `sentAt` and `receivedAt` of the monotonic clock. */
  addRoundTrip(serverTime, sentAt, receivedAt) {
    const low = serverTime - receivedAt;
    const high = serverTime + roundingMs - sentAt;
    if (!Number.isFinite(low) || !Number.isFinite(high) || high < low)
      return;
    this.#widen(receivedAt);
    if (!this.isSet) {
      this.#set(Math.max(low, this.#low), high);
    } else if (high < this.#low) {
      // Earlier than a known time: the answer came from a cache. If this repeats, it is the server's real time.
      this.#contradictions += 1;
      if (this.#contradictions >= contradictionsBelieved)
        this.#set(low, high);
      return;
    } else if (low > this.#high) {
      // Later than the interval allows: the monotonic clock stood still (the machine slept), or earlier answers were
      // old.
      this.#set(low, high);
    } else {
      this.#set(Math.max(low, this.#low), Math.min(high, this.#high));
    }
    this.#roundTrips += 1;
  }

  /**
   * Takes in a time that the server stamped at some moment before `receivedAt`: an event of the live stream, or an
   * answer out of a cache. It can only show that the clock is later than assumed.
   * @returns {boolean} whether it did by so much that new round trips are worth their cost
   */
  addPast(serverTime, receivedAt) {
    const low = serverTime - receivedAt;
    if (!Number.isFinite(low) || low <= this.#low)
      return false;
    const gap = low - this.#high;
    this.#low = low;
    if (this.isSet)
      this.#high = Math.max(this.#high, low);
    return this.isSet && gap > 50;
  }

  #set(low, high) {
    this.#low = Math.min(low, high);
    this.#high = high;
    this.#contradictions = 0;
  }

  #widen(now) {
    const slack = Math.max(0, now - this.#knownAt) * driftRate;
    this.#knownAt = now;
    if (!this.isSet)
      return;
    this.#low -= slack;
    this.#high += slack;
  }
}
