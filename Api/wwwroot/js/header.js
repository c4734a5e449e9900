import { build, byId, isEnabled, setText, show, whileBusy } from './dom.js';
import {
  channelName, faultText, fillTexts, language, listOf, onLanguage, refusalText, setLanguage, text,
} from './text.js';

/** The header that every page has: the language, who is signed in, and the dialog to sign in or out. */
export class Header {
  #session;
  #channels = [];

  /** @param session the page's Session, or null on a page that needs none */
  constructor(session) {
    this.#session = session;
    byId('language').addEventListener('click', () => setLanguage(language() === 'en' ? 'zh-CN' : 'en'));
    onLanguage(() => fillTexts());
    fillTexts();
    if (session !== null)
      this.#wireAccount();
  }

  /** The channels that a visitor may want to sign in on. */
  setChannels(channels) {
    this.#channels = channels;
    const known = [...new Set([...channels, 'weibo', 'wechat', 'taobao', 'twitter', 'facebook'])];
    byId('channels').replaceChildren(...known.map(channel => build('option', { value: channel })));
    byId('channel').value ||= channels[0] ?? '';
  }

  render() {
    const { user, isKnown, isDevelopment } = this.#session;
    const account = byId('account');
    show(account, isKnown);
    account.dataset.signedIn = String(user !== null);
    setText(byId('account-name'), user ?? text('account.sign-in'));
    setText(byId('account-user'), user ?? '');
    show(byId('account-panel'), user !== null);
    show(byId('account-operator'), this.#session.isOperator);
    show(byId('sign-in-form'), user === null && isDevelopment);
    show(byId('sign-in-platform'), user === null && !isDevelopment);
    setText(byId('account-dialog-title'), text(user === null ? 'sign-in.title' : 'account.title'));
    setText(byId('sign-in-platform-body'),
      text('sign-in.platform.body', { channels: listOf(this.#channels.map(channelName)) }));
  }

  /** Opens the sign-in, or the account if somebody is signed in. */
  open() {
    this.render();
    byId('account-dialog').showModal();
  }

  /** Signs out, and lets another account sign in. */
  async switchAccount() {
    if ((await this.#session.signOut()).kind === 'answered')
      this.open();
  }

  #wireAccount() {
    const dialog = byId('account-dialog');
    byId('account').addEventListener('click', () => this.open());
    byId('account-close').addEventListener('click', () => dialog.close());
    dialog.addEventListener('click', event => event.target === dialog && dialog.close());
    byId('sign-out').addEventListener('click', event => whileBusy(event.currentTarget, async () => {
      if ((await this.#session.signOut()).kind === 'answered')
        dialog.close();
    }));
    byId('switch-account-out').addEventListener('click', event =>
      whileBusy(event.currentTarget, () => this.#session.signOut()));
    byId('sign-in-form').addEventListener('submit', event => {
      event.preventDefault();
      whileBusy(byId('sign-in-go'), () => this.#signIn(dialog));
    });
    this.#nameTheFault('user');
    this.#nameTheFault('channel');
  }

  /** The browser's own message for a pattern does not help. Ours states what is allowed. */
  #nameTheFault(id) {
    const input = byId(id);
    input.addEventListener('input', () => {
      this.#showFieldFault(id, null);
      input.setCustomValidity('');
      if (!input.validity.valid)
        input.setCustomValidity(faultText(id, 'malformed'));
    });
  }

  /** Shows the server's fault of a field beside it; null: none. */
  #showFieldFault(id, fault) {
    const place = byId(`${id}-fault`);
    setText(place, fault === null ? '' : faultText(id, fault));
    show(place, fault !== null);
    byId(id).setAttribute('aria-invalid', String(fault !== null));
  }

  async #signIn(dialog) {
    const fault = byId('sign-in-fault');
    show(fault, false);
    const answer = await this.#session.signIn(
      byId('user').value.trim(), byId('channel').value.trim(), byId('as-operator').checked ? ['operator'] : []);
    if (answer.kind === 'answered') {
      dialog.close();
      return;
    }
    const { field, fault: kind } = answer.problem ?? {};
    if (answer.code === 'invalid-request' && (field === 'user' || field === 'channel')) {
      this.#showFieldFault(field, kind);
      byId(field).focus();
      return;
    }
    const { title, body } = refusalText('sign-in', answer.code ?? 'lost', { detail: answer.problem?.detail ?? '' });
    setText(fault, `${title}. ${body}`);
    show(fault, true);
  }
}

/**
 * Asks before something that can't be taken back.
 * @param name of the texts: `confirm.{name}.title`, `.body` and `.go`
 * @returns {Promise<boolean>} whether to go on; closing the dialog in any other way means no
 */
export function confirmed(name, goName, values = {}) {
  const dialog = byId('confirm');
  const go = byId('confirm-go');
  setText(byId('confirm-title'), text(`confirm.${name}.title`));
  setText(byId('confirm-body'), text(`confirm.${name}.body`, values));
  setText(go, text(`confirm.${goName}.go`));
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise(resolve => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'go'), { once: true });
  });
}

/** Runs an action at a click on a button, if the button is enabled and the action is not running. */
export function onPress(button, action) {
  button.addEventListener('click', () => isEnabled(button) && whileBusy(button, action));
}
