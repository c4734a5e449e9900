import { Ahead } from './ahead.js';
import { AnnouncementList, Announcements } from './announcements.js';
import { askUntil } from './ask-until.js';
import { BoardFeed } from './board.js';
import { verifiesPayer } from './channels.js';
import { ServerClock } from './clock.js';
import { everySecond } from './countdown.js';
import { byId, setText, show } from './dom.js';
import { Header, onPress } from './header.js';
import { journey } from './journey.js';
import { wayOnOf } from './kept-place.js';
import { KnownUser } from './known-user.js';
import { tellAnnouncement, tellChange } from './news.js';
import { NextBatch } from './next-batch.js';
import { Notice } from './notice.js';
import { OrderList } from './order-card.js';
import { ReservedDelivery } from './reserved-delivery.js';
import { SaleDeeds } from './sale-deeds.js';
import {
  showAction, showBoard, showCountdown, showLineLinks, showLive, showPayer, showSteps, statusText,
} from './sale-view.js';
import { Session } from './session.js';
import { loadTexts, onLanguage, text } from './text.js';
import { channelsOf, isReservationOpen, nextChangeFor, phaseAt } from './timetable.js';

const idle = { kind: 'idle' };

/** The page of one sale: what is known, and what follows from it on the screen. */
class SalePage {
  clock = new ServerClock();
  notice = new Notice();
  board = null;
  plan = null;
  /** What is known of a user, or null; it stays when their session ends. */
  #known = null;
  #live = 'connecting';
  #list;
  #announcementList;
  #next = new NextBatch(() => this.render());
  #ahead;

  constructor(batch) {
    this.batch = batch;
    this.#ahead = new Ahead(batch, this.clock, () => this.render());
    this.session = new Session(() => this.#userChanged());
    this.header = new Header(this.session);
    this.deeds = new SaleDeeds(this);
    this.reservedDelivery = new ReservedDelivery(this.deeds.reservedDelivery, () => this.render());
    this.#list = new OrderList(byId('orders'), this.deeds);
    this.announcements = new Announcements(batch, () => this.render());
    this.#announcementList = new AnnouncementList(this.announcements);
    this.feed = new BoardFeed(batch, this.clock, {
      onBoard: board => this.#boardCame(board),
      onState: state => this.#streamIs(state),
      onAnnouncement: announcement => this.announcements.take(announcement) && tellAnnouncement(announcement),
      onOrder: order => this.#known?.told({ order }),
      onPlace: place => this.#known?.told({ place }),
      onReservation: told => this.#isKnownHere && this.reservation.told(told),
      onOpen: () => this.reservation?.streamOpened(isReservationOpen(this.board, this.clock.now())),
      onGap: () => this.announcements.refresh(),
      onRefused: () => this.session.user !== null && this.session.refresh(),
      onNote: note => this.#otherTabTold(note),
    });
  }

  get reservation() {
    return this.#known?.reservation ?? null;
  }

  get orders() {
    return this.#known?.orders ?? null;
  }

  get place() {
    return this.#known?.place ?? null;
  }

  get buying() {
    return this.#known?.buying ?? null;
  }

  start() {
    this.deeds.wire(onPress);
    onLanguage(() => this.render());
    document.addEventListener('visibilitychange', () => !document.hidden && this.#refreshVisitor());
    window.addEventListener('pageshow', event => event.persisted && this.#refreshVisitor());
    this.feed.start();
    this.#askSession();
    everySecond(this.clock, () => nextChangeFor(this.board, this.plan?.awaiting, this.clock.now()),
      () => this.render());
  }

  /** Until it is known who visits, the page follows the stream for everybody. */
  async #askSession() {
    await askUntil(() => this.session.isKnown, async () => {
      await this.session.refresh();
      if (!this.session.isKnown)
        this.feed.follow(null);
    });
  }

  /** Everything on the screen follows from what is known now. */
  render() {
    showLive(this.#live);
    this.header.render();
    const isMissing = this.#live === 'missing';
    show(byId('missing'), isMissing);
    show(byId('sale'), !isMissing);
    const now = this.clock.now();
    const isLoading = this.board === null || now === null;
    byId('sale').toggleAttribute('data-loading', isLoading);
    if (isMissing || isLoading)
      return;
    const before = this.plan;
    this.plan = this.#planAt(now);
    this.deeds.line.planned(before, this.plan);
    this.feed.staysWhileHidden = this.plan.waiting !== null;
    showBoard(this.board, this.plan);
    showCountdown(this.board, this.plan, now);
    showSteps(this.board, this.plan, now);
    const next = wayOnOf(this.place?.known, this.plan.phase) ?? this.#next.look(this.plan.isMissed, this.board, now);
    const shown = { user: this.session.name, buying: this.#attempt, next, earlier: this.#earlier };
    showAction(this.board, this.plan, now, shown);
    showLineLinks(this.plan, this.deeds.line.canAskToNotify);
    showPayer(this.session.name, this.plan.action === 'pay' ? verifiesPayer(this.session.channel) : null);
    // Before the orders are known, an order may have what was said.
    this.reservedDelivery.update(
      this.plan.canSayDelivery && this.orders?.isKnown === true, this.plan.steps.buy === 'done');
    this.#showOrders(now);
    this.#ahead.update(this.board, this.plan, this.reservation?.state === 'held', now);
    this.#announcementList.update();
    this.notice.review({
      plan: this.plan,
      board: this.board,
      now,
      reservation: this.reservation?.state,
      orders: this.orders?.items ?? [],
      place: this.place?.known,
    });
    tellChange(before, this.plan, {
      isEnded: this.isEnded,
      status: () => statusText(this.board, this.plan, now, shown),
    });
  }

  #planAt(now) {
    return journey({
      board: this.board,
      now,
      user: this.session.user,
      channel: this.session.channel,
      isSessionKnown: this.session.isKnown,
      isSessionEnded: this.isEnded,
      reservation: this.reservation?.state ?? 'unknown',
      orders: this.orders?.items ?? [],
      place: this.place?.known,
      earlier: this.#earlier,
      buying: this.#attempt,
      addressless: this.#list.addressless(this.orders?.items ?? [], phaseAt(this.board, now) === 'closed'),
    });
  }

  /** Leads the buyer to the delivery form of the order that needs it. */
  askDelivery() {
    this.notice.clearIf('paid');
    this.#list.askDelivery(this.#list.addressless(this.orders.items, this.plan.phase === 'closed'));
  }

  #showOrders(now) {
    const orders = this.orders?.items ?? [];
    const main = this.plan.action === 'pay' ? this.plan.awaiting : null;
    const isOver = this.plan.phase === 'closed';
    this.#list.update(orders, now, {
      canAct: !this.isEnded,
      mayCancelPaid: this.board.cancelPaid !== 'never',
      mayReturn: (this.board.standbyLimit > 0 || this.board.backlogUnits > 0) && !isOver,
      isOver,
      waiting: this.board.standby - (this.plan.waiting === null ? 0 : 1),
    }, main);
    show(byId('orders-empty'), orders.length === 0 || this.isEnded);
    const signedOut = orders.length > 0 && this.isEnded ? 'orders.ended' : 'orders.signed-out';
    setText(byId('orders-empty'), text(this.session.user === null ? signedOut : 'orders.empty'));
  }

  #boardCame(board) {
    if (this.board === null)
      this.header.setChannels(channelsOf(board));
    this.board = board;
    if (this.#isKnownHere)
      this.#known.boardCame();
    this.render();
  }

  get #attempt() {
    return this.#known?.attempt ?? idle;
  }

  get #earlier() {
    return this.#known?.earlier.known ?? null;
  }

  /** Whether the session ended of the user whose orders are shown. */
  get isEnded() {
    return this.#known !== null && this.session.endedUser === this.#known.user;
  }

  get #isKnownHere() {
    return this.#known !== null && this.session.user === this.#known.user;
  }

  /** Whether the batch is for this visitor. */
  mayTakePart() {
    return this.board === null || channelsOf(this.board).includes(this.session.channel);
  }

  #streamIs(state) {
    this.#live = state;
    this.#tellWhetherTold();
    this.render();
  }

  /** The stream for everybody tells nothing of orders. */
  #tellWhetherTold() {
    if (this.#known !== null)
      this.#known.isTold = this.isEnded || this.#live === 'live' && this.#isKnownHere;
  }

  #otherTabTold(note) {
    if (note.reserver === undefined)
      this.#known?.told(note);
    else if (note.reserver === this.#known?.user)
      this.reservation.refresh();
  }

  /** The server knows nobody any more. */
  signedOut() {
    if (!this.isEnded)
      this.session.refresh();
  }

  async #userChanged() {
    const { user } = this.session;
    if (this.isEnded) {
      this.#tellWhetherTold();
      this.feed.follow(null);
    } else if (this.#isKnownHere) {
      this.notice.clearIf('unauthenticated');
      this.feed.follow(user);
      this.#tellWhetherTold();
      await this.#known.refresh();
      this.buying.resume();
    } else {
      this.#forgetUser();
      if (await this.feed.isThere() && this.session.user === user) {
        this.feed.follow(user);
        if (user !== null) {
          this.#known = new KnownUser(user, this);
          this.#tellWhetherTold();
          this.#known.start();
        }
      }
    }
    this.render();
  }

  /** Nothing of the user before may stay. */
  #forgetUser() {
    this.#known?.stop();
    this.#known = null;
    this.notice.clear();
    this.reservedDelivery.forget();
    this.render();
  }

  async #refreshVisitor() {
    if (this.#live === 'missing')
      return;
    await this.session.refresh();
    if (this.#isKnownHere)
      await this.#known.refresh();
  }
}

const batch = /\/sale\/([^/]+)\/?$/.exec(location.pathname)?.[1] ?? '';
await loadTexts();
new SalePage(batch).start();
