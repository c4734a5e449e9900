import { EventStream, silenceMs } from './event-stream.js';

/** A tab that holds the stream answers another tab within this time, unless its browser has suspended it. */
const answerMs = 10_000;

/** Both exist in current browsers; locks only on secure origins. Without them each tab has a stream of its own. */
const canShare = () => 'locks' in navigator && 'BroadcastChannel' in globalThis;

/**
 * One stream of events for all tabs of a browser: over HTTP/1.1 a browser has six connections to a server, and buyers
 * open many tabs. The tab that holds the lock leads: it has the stream and relays its events to the tabs that follow.
 * When it closes, the browser gives the lock to the next tab. When it is suspended, it does not answer, and another tab
 * takes the lock from it.
 */
export class SharedStream {
  #listeners;
  #stream;
  #name = null;
  #path = null;
  #channel = null;
  #isLeader = false;
  #turn = 0;
  #waiting = null;
  #letGo = null;
  #lastBoard = null;
  #timer = 0;
  #id = Math.random();

  /**
   * @param listeners as those of EventStream, and `onNote`, which gets what the page of another tab told by `tell`
   */
  constructor(listeners) {
    this.#listeners = listeners;
    this.#stream = new EventStream({
      onEvent: (name, data) => this.#came(name, data),
      onState: state => this.#changed(state),
      onRefused: () => listeners.onRefused(),
    });
  }

  /** Follows the stream at `path`. Tabs that give the same name share it. */
  join(name, path) {
    if (name === this.#name)
      return;
    this.leave();
    this.#name = name;
    this.#path = path;
    if (!canShare())
      return this.#lead();
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    this.#compete();
    this.#doubt();
  }

  leave() {
    this.#turn += 1;
    this.#name = null;
    this.#lastBoard = null;
    this.#isLeader = false;
    clearTimeout(this.#timer);
    this.#stream.close();
    this.#channel?.close();
    this.#channel = null;
    this.#waiting?.abort();
    this.#letGo?.();
    this.#letGo = null;
  }

  /** Tries again now: the network may work again. */
  retry() {
    if (this.#isLeader)
      this.#stream.open(this.#path);
    else if (this.#name !== null)
      this.#doubt();
  }

  /** Tells the pages of the other tabs something. */
  tell(note) {
    this.#say({ kind: 'note', note });
  }

  async #compete(takeOver = false) {
    const turn = this.#turn += 1;
    this.#waiting?.abort();
    this.#waiting = new AbortController();
    try {
      await navigator.locks.request(this.#name, takeOver ? { steal: true } : { signal: this.#waiting.signal },
        () => turn !== this.#turn ? null : new Promise(letGo => {
          this.#letGo = letGo;
          this.#lead();
        }));
    } catch (error) {
      // Waiting was given up, or another tab took over. Any other error means that there are no locks here.
      if (turn === this.#turn && error.name !== 'AbortError')
        return this.#lead();
    }
    if (turn !== this.#turn)
      return;
    this.#isLeader = false;
    this.#stream.close();
    this.#expectEvent();
    this.#compete();
  }

  #lead() {
    clearTimeout(this.#timer);
    this.#isLeader = true;
    this.#stream.open(this.#path);
  }

  #came(name, data) {
    if (name === 'board')
      this.#lastBoard = data;
    this.#say({ kind: 'event', name, data });
    this.#listeners.onEvent(name, data);
  }

  #changed(state) {
    this.#say({ kind: 'state', state });
    this.#listeners.onState(state);
  }

  #hear(message) {
    if ((message.to ?? this.#id) !== this.#id)
      return;
    if (message.kind === 'note')
      this.#listeners.onNote(message.note);
    else if (this.#isLeader)
      this.#answer(message);
    else if (message.kind !== 'question')
      this.#follow(message);
  }

  #answer(message) {
    if (message.kind !== 'question')
      return;
    const to = message.from;
    this.#say({ kind: 'state', state: this.#stream.state, to });
    if (this.#stream.state === 'live' && this.#lastBoard !== null) {
      this.#say({ kind: 'event', name: 'open', data: '', to });
      this.#say({ kind: 'event', name: 'board', data: this.#lastBoard, to });
    }
  }

  #follow(message) {
    this.#expectEvent();
    this.#listeners.onState(message.kind === 'event' ? 'live' : message.state);
    if (message.kind === 'event')
      this.#listeners.onEvent(message.name, message.data);
  }

  #expectEvent() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#listeners.onState('reconnecting');
      this.#doubt();
    }, silenceMs);
  }

  /** Asks the tab that leads whether it is there. */
  #doubt() {
    this.#say({ kind: 'question', from: this.#id });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#compete(true), answerMs);
  }

  #say(message) {
    this.#channel?.postMessage(message);
  }
}
