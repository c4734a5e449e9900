import { channels } from './channels.js';
import { build, byId, isEnabled, setText, show, whileBusy } from './dom.js';
import {
  channelList, channelName, fillTexts, language, onLanguage, setChannelNames, setLanguage, text,
} from './text.js';

/** The header that every page has: the language, who is signed in, and the dialog to sign in or out. */
export class Header {
  #session;
  #channels = [];
  #platforms = channels();

  /** @param session the page's Session, or null on a page that needs none */
  constructor(session) {
    this.#session = session;
    byId('language').addEventListener('click', () => setLanguage(language() === 'en' ? 'zh-CN' : 'en'));
    onLanguage(() => fillTexts());
    setChannelNames(this.#platforms);
    fillTexts();
    if (session !== null)
      this.#wireAccount();
  }

  /** The channels that a visitor may want to sign in on. */
  setChannels(channels) {
    this.#channels = channels;
    this.render();
  }

  /** The platforms that this visitor can sign in on: those of the page's batch, or all on a page of many. */
  get #offered() {
    const isOfPage = id => this.#channels.length === 0 || this.#channels.includes(id);
    return this.#platforms.filter(({ id, signIn }) => signIn !== null && isOfPage(id));
  }

  render() {
    const { user, name, isKnown } = this.#session;
    const account = byId('account');
    show(account, isKnown);
    account.dataset.signedIn = String(user !== null);
    account.dataset.user = user ?? '';
    setText(byId('account-name'), name ?? text('account.sign-in'));
    setText(byId('account-full-name'), name ?? '');
    setText(byId('account-user'),
      user === null ? '' : text('account.on', { channel: channelName(this.#session.channel) }));
    show(byId('account-panel'), user !== null);
    show(byId('account-operator'), this.#session.isOperator);
    const offered = this.#offered;
    show(byId('sign-in-channels'), user === null && offered.length > 0);
    this.#showPlatforms(offered);
    show(byId('sign-in-platform'), user === null && offered.length === 0);
    setText(byId('account-dialog-title'), text(user === null ? 'sign-in.title' : 'account.title'));
    const channels = this.#channels.length > 0 ? this.#channels : this.#platforms.map(({ id }) => id);
    show(byId('sign-in-platform-body'), channels.length > 0);
    setText(byId('sign-in-platform-body'),
      text('sign-in.platform.body', { channels: channelList(channels) }));
  }

  /** A link to each platform, from which the visitor comes back to this very page. */
  #showPlatforms(platforms) {
    const returnTo = encodeURIComponent(location.pathname + location.search);
    const wanted = platforms.map(({ id, signIn }) => ({
      id,
      href: `${signIn}?returnTo=${returnTo}&lang=${language()}`,
      label: text('sign-in.with', { channel: channelName(id) }),
    }));
    const place = byId('sign-in-channels');
    const shown = JSON.stringify(wanted);
    if (place.dataset.shown === shown)
      return;
    place.dataset.shown = shown;
    place.replaceChildren(...wanted.map(({ href, label, id }) =>
      build('a', { class: 'button primary', href, 'data-testid': `sign-in-with-${id}` }, label)));
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
  }
}

/**
 * Asks before something that can't be taken back, or that was not asked for.
 * @param name of the texts: `confirm.{name}.title` and `.body`; `goName` that of `confirm.{goName}.go`
 * @param look `{keep, mood}`: the text of the other button, and `danger` or `primary`
 * @returns {Promise<boolean>} whether to go on; closing the dialog in any other way means no
 */
export function confirmed(name, goName, values = {}, { keep = 'confirm.keep', mood = 'danger' } = {}) {
  const dialog = byId('confirm');
  const go = byId('confirm-go');
  if (dialog.open)
    return Promise.resolve(false);
  setText(byId('confirm-keep'), text(keep));
  go.className = `button ${mood}`;
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
