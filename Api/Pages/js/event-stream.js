import { at } from './api.js';

/** The server sends an event at least every 10 s. A stream without one for this long does not work. */
export const silenceMs = 15_000;
const backoffMaxMs = 30_000;
const names = ['board', 'order', 'place', 'reservation', 'announcement', 'ping'];

const jittered = ms => ms * (0.75 + Math.random() * 0.5);

/** One stream of events from the server, opened again whenever it breaks. States: connecting, live, reconnecting. */
export class EventStream {
  #listeners;
  #path = null;
  #source = null;
  #failures = 0;
  #silenceTimer = 0;
  #retryTimer = 0;
  state = 'connecting';

  /**
   * @param listeners `{onEvent, onState, onRefused}`: `onEvent` gets the name and the text of an event, and `open`
   *   whenever the stream begins, because events may have been missed before; `onRefused` is told that the server
   *   refused the stream
   */
  constructor(listeners) {
    this.#listeners = listeners;
  }

  open(path) {
    this.close();
    this.#path = path;
    this.#failures = 0;
    this.#connect();
  }

  close() {
    clearTimeout(this.#silenceTimer);
    clearTimeout(this.#retryTimer);
    this.#source?.close();
    this.#source = this.#path = null;
    this.state = 'connecting';
  }

  #connect() {
    const source = new EventSource(at(this.#path));
    this.#source = source;
    this.#expectEvent();
    source.onopen = () => this.#came('open', '');
    for (const name of names)
      source.addEventListener(name, event => this.#came(name, event.data));
    source.onerror = () => {
      const isRefused = source.readyState === EventSource.CLOSED;
      this.#broken();
      if (isRefused)
        this.#listeners.onRefused();
    };
  }

  #came(name, data) {
    this.#failures = 0;
    this.#expectEvent();
    this.#tell('live');
    this.#listeners.onEvent(name, data);
  }

  /** A frozen server accepts a connection and then says nothing. So a stream that is being opened has a bound too. */
  #expectEvent() {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#broken(), silenceMs);
  }

  /** Browsers reconnect some broken streams by themselves, in their own time and without a bound. */
  #broken() {
    clearTimeout(this.#silenceTimer);
    this.#source?.close();
    this.#failures += 1;
    const delay = Math.min(backoffMaxMs, 1_000 * 2 ** this.#failures);
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#connect(), jittered(delay));
    this.#tell('reconnecting');
  }

  #tell(state) {
    if (state === this.state)
      return;
    this.state = state;
    this.#listeners.onState(state);
  }
}
