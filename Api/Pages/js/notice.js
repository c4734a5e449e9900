import { byId, setText, show } from './dom.js';
import { holds, isMoot } from './notice-truth.js';
import { onLanguage, text } from './text.js';

/**
 * The place where the page reports the outcome of an action. A notice stays until it is dismissed or replaced, or what
 * it says is not true any more. A screen reader reads all of it out whenever a word of it changes, so it has no figures
 * that change by themselves.
 */
export class Notice {
  #words = null;
  #about = {};
  /** What was known when the page was last drawn. */
  #facts = null;
  /** What a notice says may be known before the page shows it, so it counts from then on. */
  #wasTrue = false;

  constructor() {
    byId('notice-close').addEventListener('click', () => this.clear());
    onLanguage(() => this.#render());
  }

  /**
   * @param {'good'|'bad'} mood
   * @param {string} name a stable name of the notice: a refusal's code, or its own name
   * @param {() => {title: string, body: string}} words called again whenever the page or the language changes
   * @param about what `holds` has to know of it
   */
  tell(mood, name, words, about = {}) {
    if (this.#facts !== null && isMoot(name, this.#facts, about))
      return;
    const box = byId('notice');
    box.dataset.mood = mood;
    box.dataset.name = name;
    this.#words = words;
    this.#about = about;
    this.#wasTrue = this.#facts !== null && holds(name, this.#facts, about);
    this.#render();
    show(box, true);
  }

  /** Tells the texts `notice.{name}.title` and `.body`, with what `values` gives for them. */
  say(mood, name, about = {}, values = () => ({})) {
    this.tell(mood, name, () => ({
      title: text(`notice.${name}.title`), body: text(`notice.${name}.body`, values()),
    }), about);
  }

  /** Takes in what is known now. */
  review(facts) {
    this.#facts = facts;
    if (this.#words === null)
      return;
    const isTrue = holds(byId('notice').dataset.name, facts, this.#about);
    if (this.#wasTrue && !isTrue)
      return this.clear();
    this.#wasTrue = isTrue;
    this.#render();
  }

  clear() {
    this.#words = null;
    byId('notice').dataset.name = '';
    show(byId('notice'), false);
    setText(byId('notice-title'), '');
    setText(byId('notice-body'), '');
  }

  /** Takes a refusal of this deed back, because it was done after all. */
  takeBack(deed, order) {
    if (this.#words !== null && this.#about.deed === deed && this.#about.order === order?.id)
      this.clear();
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
