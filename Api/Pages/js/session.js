import { call } from './api.js';

const nobody = { user: null, roles: [] };

/**
 * The session of this browser: its `user` ("channel:subject") or null, their display `name`, else their name at the
 * platform, and their `channel`. The pages of all tabs learn of a sign-in and a sign-out at once.
 */
export class Session {
  #onChange;
  #isLeaving = false;
  #tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel('session') : null;
  isKnown = false;
  me = nobody;
  /** The user whose session ended though nobody signed out on this browser, until somebody signs in; else null. */
  endedUser = null;

  constructor(onChange) {
    this.#onChange = onChange;
    if (this.#tabs !== null)
      this.#tabs.onmessage = ({ data }) => this.#heard(data);
  }

  get user() {
    return this.me.user ?? null;
  }

  get name() {
    return this.me.name ?? this.user?.split(':').at(-1) ?? null;
  }

  get channel() {
    return this.me.channel ?? this.user?.split(':', 1)[0] ?? null;
  }

  async refresh() {
    const answer = await call('GET', '/api/me');
    if (answer.kind === 'answered' && answer.body !== null)
      await this.#take(answer.body);
    return answer;
  }

  /** Whether this user runs sales. */
  get isOperator() {
    return (this.me.roles ?? []).includes('operator');
  }

  async signOut() {
    const answer = await call('DELETE', '/api/me/session');
    if (answer.kind === 'answered') {
      this.#isLeaving = true;
      await this.refresh();
    }
    return answer;
  }

  async #take(me) {
    const before = this.isKnown ? this.user : undefined;
    this.isKnown = true;
    this.me = me;
    if (this.user === before)
      return;
    const isSignedOut = this.user === null && this.#isLeaving;
    this.#isLeaving = false;
    this.endedUser = this.user === null && !isSignedOut ? before ?? null : null;
    this.#tabs?.postMessage({ user: this.user, isSignedOut });
    await this.#onChange();
  }

  /** The server is asked, because the message may be older than this page's last answer. */
  #heard({ user, isSignedOut }) {
    if (!this.isKnown || user === this.user)
      return;
    this.#isLeaving = isSignedOut;
    this.refresh();
  }
}
