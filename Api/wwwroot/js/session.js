import { call } from './api.js';

const nobody = { user: null, roles: [], signIn: [] };

/** Who is signed in on this browser: `user` ("channel:subject") or null, `channel`, and the ways to sign in. */
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

  get channel() {
    return this.me.channel ?? this.user?.split(':', 1)[0] ?? null;
  }

  /** Whether a name is enough to sign in: on a developer's machine only. */
  get isDevelopment() {
    return (this.me.signIn ?? []).includes('development');
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

  async signIn(user, channel, roles) {
    const answer = await call('POST', '/dev/session', { body: { user, channel, roles } });
    if (answer.kind === 'answered')
      await this.refresh();
    return answer;
  }

  async signOut() {
    const answer = await call('DELETE', '/api/me/session');
    if (answer.kind === 'answered')
      await this.refresh();
    return answer;
  }
}
