import { call } from './api.js';

const nobody = { user: null, roles: [] };

/** Who is signed in on this browser: `user` ("channel:subject") or null, the `name` that people know, and `channel`. */
export class Session {
  #onChange;
  isKnown = false;
  me = nobody;

  constructor(onChange) {
    this.#onChange = onChange;
  }

  get user() {
    return this.me.user ?? null;
  }

  get name() {
    return this.me.name ?? this.user;
  }

  get channel() {
    return this.me.channel ?? this.user?.split(':', 1)[0] ?? null;
  }

  async refresh() {
    const answer = await call('GET', '/api/me');
    if (answer.kind === 'answered' && answer.body !== null) {
      const before = this.isKnown ? this.user : undefined;
      this.isKnown = true;
      this.me = answer.body;
      if (this.user !== before)
        await this.#onChange();
    }
    return answer;
  }

  /** Whether this user runs sales. */
  get isOperator() {
    return (this.me.roles ?? []).includes('operator');
  }

  async signOut() {
    const answer = await call('DELETE', '/api/me/session');
    if (answer.kind === 'answered')
      await this.refresh();
    return answer;
  }
}
