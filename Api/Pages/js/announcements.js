import { call } from './api.js';
import { build, byId, show, whileBusy } from './dom.js';
import { language, moment, textIn } from './text.js';

/** So many are read at a time: at first, and whenever a visitor asks for the earlier ones. */
const pageSize = 20;
/** So many are shown before that. */
const firstShown = 3;

/** What is announced for one batch: read from the list, and added to by the live stream. Both may tell the same. */
export class Announcements {
  #path;
  #onChange;
  #byId = new Map();
  #asking = null;
  #isRead = false;
  /** Whether there are earlier ones than those known. */
  hasEarlier = false;

  constructor(batch, onChange) {
    this.#path = `/api/batches/${encodeURIComponent(batch)}/announcements?limit=${pageSize}`;
    this.#onChange = onChange;
  }

  /** The newest first. */
  get items() {
    return [...this.#byId.values()].sort((one, other) => Date.parse(other.at) - Date.parse(one.at)
      || (one.id < other.id ? 1 : -1));
  }

  /** Takes in one that has just appeared; whether it is news. */
  take(announcement) {
    if (this.#byId.has(announcement.id))
      return false;
    this.#byId.set(announcement.id, announcement);
    this.#onChange();
    return true;
  }

  /** Reads the list, once for all who ask meanwhile. */
  refresh() {
    this.#asking ??= this.#read().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  /** Reads the page of the list after the oldest one that is known. */
  readEarlier() {
    return this.#read(`&after=${encodeURIComponent(this.items.at(-1).id)}`);
  }

  async #read(after = '') {
    const answer = await call('GET', this.#path + after);
    if (answer.kind !== 'answered' || answer.status !== 200)
      return;
    for (const announcement of answer.body.items)
      this.#byId.set(announcement.id, announcement);
    if (after !== '' || !this.#isRead)
      this.hasEarlier = answer.body.next !== undefined;
    this.#isRead = true;
    this.#onChange();
  }
}

/** The section of the page. Words become text, never markup. */
export class AnnouncementList {
  #announcements;
  #shown = '';
  #isWhole = false;

  constructor(announcements) {
    this.#announcements = announcements;
    const button = byId('announcements-earlier');
    button.addEventListener('click', () => whileBusy(button, () => this.#showEarlier()));
  }

  /** Builds the list anew only when it differs: pictures do not load twice. */
  update() {
    const { items, hasEarlier } = this.#announcements;
    const seen = this.#isWhole ? items : items.slice(0, firstShown);
    const shown = `${language()} ${seen.map(item => item.id).join(' ')}`;
    show(byId('announcements-section'), items.length > 0);
    show(byId('announcements-earlier'), seen.length < items.length || hasEarlier);
    if (shown === this.#shown)
      return;
    this.#shown = shown;
    byId('announcements').replaceChildren(...seen.map(card));
  }

  async #showEarlier() {
    const before = byId('announcements').children.length;
    if (this.#isWhole || this.#announcements.items.length <= before)
      await this.#announcements.readEarlier();
    this.#isWhole = true;
    this.update();
    byId('announcements').children[before]?.focus();
  }
}

function card(announcement) {
  const { tag, words } = textIn(announcement.text);
  const at = Date.parse(announcement.at);
  const names = { 'class': 'announcement', 'data-testid': 'announcement', 'data-id': announcement.id, 'tabindex': -1 };
  return build('li', names,
    build('time', { datetime: announcement.at }, moment(at)),
    build('p', { 'data-testid': 'announcement-text', 'lang': tag }, words),
    announcement.imageUrl === undefined ? null : picture(announcement.imageUrl));
}

function picture(address) {
  const image = build('img', { src: address, alt: '', loading: 'lazy', referrerpolicy: 'no-referrer' });
  image.addEventListener('error', () => image.remove());
  return image;
}
