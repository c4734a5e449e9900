import { copyOf, setText, show, whileBusy } from './dom.js';
import { faultText, text } from './text.js';

const fields = ['name', 'phone', 'address'];
const none = { name: '', phone: '', address: '' };
/** Pasted contacts may contain these invisible characters. No number has them. */
const unseen = /[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

/**
 * Where to deliver, of an order or of a reservation: one line with what is known, and the form behind it. It is built
 * once and then updated, so that the buyer's input is kept.
 */
export class DeliveryForm {
  #deeds;
  #loading = null;
  #changes = 0;
  #isSaved = false;
  #isDirty = false;
  #fault = null;
  /** The saved details; null: there are none yet; undefined: not known yet. */
  known = undefined;
  element = copyOf('delivery-form');

  /**
   * @param key what tells its fields from those of other forms
   * @param deeds `{load, save, remove?, onChange}`: `load` resolves to the details, to null if there are none yet, to
   *   undefined if that can't be known now; `save` takes the details and resolves to `{saved}`, to `{field, fault}` or
   *   to `{}`; `remove` resolves to whether they are removed; `onChange` is told when `known` may have changed
   */
  constructor(key, deeds) {
    this.#deeds = deeds;
    for (const name of fields) {
      const [field, fault] = [this.#part(name), this.#part(`${name}-fault`)];
      field.id = `delivery-${name}-${key}`;
      fault.id = `${field.id}-fault`;
      field.setAttribute('aria-describedby', fault.id);
      this.#part(`${name}-label`).htmlFor = field.id;
    }
    this.#wire();
  }

  /** Whether the details on the screen were just saved. */
  get isSaved() {
    return this.#isSaved;
  }

  /** What was typed and not saved, or null. */
  get draft() {
    return this.#isDirty ? this.#values() : null;
  }

  /**
   * Goes on from another form: what it knew, and what was typed into it. One that was opened to be filled stays open.
   * @param left `{known, draft, isOpen}`
   */
  take({ known, draft, isOpen }) {
    this.known = known;
    this.#isDirty = draft !== null;
    this.#fill(draft ?? known ?? none);
    this.element.open = this.#isDirty || isOpen && !known;
  }

  /**
   * Asks for the saved details. Simultaneous callers share one request. It replaces nothing that was typed.
   */
  load() {
    this.#loading ??= this.#ask().finally(() => { this.#loading = null; });
    return this.#loading;
  }

  /**
   * @param title the name of its heading's text
   * @param absent the name of the text that stands for details while there are none
   */
  update(title, absent) {
    setText(this.#part('title'), text(title));
    setText(this.#part('known'), this.known === undefined ? '\u00a0' : this.#summary(absent));
    setText(this.#part('save'), text('delivery.save'));
    setText(this.#part('remove'), text('delivery.remove'));
    for (const name of fields)
      setText(this.#part(`${name}-label`), text(`delivery.${name}`));
    show(this.#part('remove'), this.#deeds.remove !== undefined && Boolean(this.known));
    this.#showOutcome();
  }

  /** Leads the buyer to the first empty field. */
  focus() {
    this.element.open = true;
    const empty = fields.find(name => this.#part(name).value === '');
    this.#part(empty ?? fields[0]).focus({ preventScroll: true });
  }

  #part(name) {
    return this.element.querySelector(`[data-testid="delivery-${name}"]`);
  }

  #summary(absent) {
    if (this.known === null)
      return text(absent);
    const { name, phone, address } = this.known;
    return [name, phone, address.replaceAll('\n', ' ')].join(' · ');
  }

  #wire() {
    // Another tab or device may have changed them since.
    this.#part('summary').addEventListener('click', () => !this.element.open && this.load());
    const form = this.#part('form');
    form.addEventListener('input', event => {
      this.#isSaved = false;
      this.#isDirty = true;
      if (event.target === this.#faultyField())
        this.#fault = null;
      this.#showOutcome();
    });
    form.addEventListener('submit', event => {
      event.preventDefault();
      whileBusy(this.#part('save'), () => this.#save());
    });
    this.#part('remove').addEventListener('click', () => whileBusy(this.#part('remove'), () => this.#remove()));
  }

  async #ask() {
    const before = this.#changes;
    const known = await this.#deeds.load();
    // The answer is older than a change that was made meanwhile.
    if (known !== undefined && before === this.#changes)
      this.#know(known);
  }

  #know(known) {
    this.known = known;
    if (!this.#isDirty)
      this.#fill(known ?? none);
    this.#deeds.onChange();
  }

  async #save() {
    const sent = this.#values();
    const { saved, field, fault } = await this.#deeds.save(sent);
    this.#isSaved = saved !== undefined;
    this.#fault = field === undefined ? null : { field, fault };
    if (this.#isSaved) {
      this.#changes += 1;
      this.#isDirty = fields.some(name => this.#values()[name] !== sent[name]);
      this.#know(saved);
    }
    this.#showOutcome();
    this.#faultyField()?.focus();
  }

  async #remove() {
    if (!await this.#deeds.remove())
      return;
    this.#changes += 1;
    this.#isSaved = this.#isDirty = false;
    this.#know(null);
    this.#part(fields[0]).focus({ preventScroll: true });
  }

  #values() {
    const value = name => this.#part(name).value.trim();
    return { name: value('name'), phone: value('phone').replace(unseen, ''), address: value('address') };
  }

  #fill(details) {
    for (const name of fields)
      this.#part(name).value = details[name];
  }

  #faultyField() {
    return this.#fault === null ? null : this.#part(this.#fault.field);
  }

  /** Shows whether the details were saved, or the fault of a field beside it. */
  #showOutcome() {
    setText(this.#part('saved'), this.#isSaved ? text('delivery.saved') : '');
    for (const name of fields) {
      const isFaulty = this.#fault?.field === name;
      const fault = this.#part(`${name}-fault`);
      setText(fault, isFaulty ? faultText(name, this.#fault.fault) : '');
      show(fault, isFaulty);
      this.#part(name).setAttribute('aria-invalid', String(isFaulty));
    }
  }
}
