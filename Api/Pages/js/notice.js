import { byId, setText, show } from './dom.js';
import { onLanguage } from './text.js';

/** The place where the page reports the outcome of an action. A notice stays until it is dismissed or replaced. */
export class Notice {
  #words = null;

  constructor() {
    byId('notice-close').addEventListener('click', () => this.clear());
    onLanguage(() => this.#render());
  }

  /**
   * @param {'good'|'bad'} mood
   * @param {string} name a stable name of the notice: a refusal's code, or its own name
   * @param {() => {title: string, body: string}} words called again when the language changes
   */
  tell(mood, name, words) {
    const box = byId('notice');
    box.dataset.mood = mood;
    box.dataset.name = name;
    this.#words = words;
    this.#render();
    show(box, true);
  }

  clear() {
    this.#words = null;
    byId('notice').dataset.name = '';
    show(byId('notice'), false);
    setText(byId('notice-title'), '');
    setText(byId('notice-body'), '');
  }

  /** Clears the notice if it is one of these. */
  clearIf(...names) {
    if (names.includes(byId('notice').dataset.name))
      this.clear();
  }

  #render() {
    if (this.#words === null)
      return;
    const { title, body } = this.#words();
    setText(byId('notice-title'), title);
    setText(byId('notice-body'), body.trim());
  }
}
