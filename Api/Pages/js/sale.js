import { Ahead } from './ahead.js';
import { AnnouncementList, Announcements } from './announcements.js';
import { askUntil } from './ask-until.js';
import { BoardFeed } from './board.js';
import { Buying } from './buying.js';
import { verifiesPayer } from './channels.js';
import { ServerClock } from './clock.js';
import { everySecond } from './countdown.js';
import { byId, setText, show } from './dom.js';
import { Header, onPress } from './header.js';
import { journey } from './journey.js';
import { tellAnnouncement, tellChange } from './news.js';
import { NextBatch } from './next-batch.js';
import { Notice } from './notice.js';
import { OrderList } from './order-card.js';
import { Orders } from './orders.js';
import { Reservation } from './reservation.js';
import { ReservedDelivery } from './reserved-delivery.js';
import { SaleDeeds } from './sale-deeds.js';
import { showAction, showBoard, showCountdown, showLive, showPayer, showSteps, statusText } from './sale-view.js';
import { Session } from './session.js';
import { loadTexts, onLanguage, text } from './text.js';
import { channelsOf, isReservationOpen, nextChangeFor } from './timetable.js';

const idle = { kind: 'idle' };

/** The page of one sale: what is known, and what follows from it on the screen. */
class SalePage {
  clock = new ServerClock();
  notice = new Notice();
  board = null;
  plan = null;
  reservation = null;
  orders = null;
  buying = null;
  #buyingState = idle;
  #live = 'connecting';
  /** Whose reservation and orders are known; it stays when their session ends. */
  #knownUser = null;
  #statuses = new Map();
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
      onOrder: order => this.#orderTold(order),
      onReservation: told => this.session.user === this.#knownUser && this.reservation?.told(told),
      onOpen: () => this.reservation?.streamOpened(isReservationOpen(this.board, this.clock.now())),
      onGap: () => this.announcements.refresh(),
      onRefused: () => this.session.user !== null && this.session.refresh(),
      onNote: note => this.#otherTabTold(note),
    });
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
    showBoard(this.board, this.plan.phase);
    showCountdown(this.board, this.plan, now);
    showSteps(this.board, this.plan, now);
    const next = this.#next.look(this.plan.isMissed, this.board, now);
    const shown = { user: this.session.name, buying: this.#buyingState, next };
    showAction(this.board, this.plan, now, shown);
    showPayer(this.session.name, this.plan.action === 'pay' ? verifiesPayer(this.session.channel) : null);
    this.reservedDelivery.update(this.plan.canSayDelivery, this.plan.steps.buy === 'done');
    this.#showOrders(now);
    this.#ahead.update(this.board, this.plan, this.reservation?.state === 'held', now);
    this.#announcementList.update();
    tellChange(before, this.plan, {
      notice: this.notice,
      isEnded: this.#isEnded,
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
      isSessionEnded: this.#isEnded,
      reservation: this.reservation?.state ?? 'unknown',
      orders: this.orders?.items ?? [],
      buying: this.#buyingState,
      addressless: this.#list.addressless(this.orders?.items ?? []),
    });
  }

  /** Leads the buyer to the delivery form of the order that needs it. */
  askDelivery() {
    this.notice.clearIf('paid');
    this.#list.askDelivery(this.#list.addressless(this.orders.items));
  }

  #showOrders(now) {
    const orders = this.orders?.items ?? [];
    this.#list.update(orders, now, !this.#isEnded, this.plan.action === 'pay' ? this.plan.awaiting : null);
    show(byId('orders-empty'), orders.length === 0 || this.#isEnded);
    const signedOut = orders.length > 0 && this.#isEnded ? 'orders.ended' : 'orders.signed-out';
    setText(byId('orders-empty'), text(this.session.user === null ? signedOut : 'orders.empty'));
  }

  #boardCame(board) {
    if (this.board === null)
      this.header.setChannels(channelsOf(board));
    this.board = board;
    this.render();
  }

  /** Whether the session ended of the user whose orders are shown. */
  get #isEnded() {
    return this.#knownUser !== null && this.session.endedUser === this.#knownUser;
  }

  #streamIs(state) {
    this.#live = state;
    this.#tellWhetherTold();
    this.render();
  }

  /** The stream for everybody tells nothing of orders. */
  #tellWhetherTold() {
    if (this.orders !== null)
      this.orders.isTold = this.#isEnded || this.#live === 'live' && this.session.user === this.#knownUser;
  }

  #orderTold(order) {
    if (order.user === this.#knownUser)
      this.orders?.told(order);
  }

  #otherTabTold(note) {
    if (note.order !== undefined)
      this.#orderTold(note.order);
    else if (note.reserver === this.#knownUser)
      this.reservation?.refresh();
  }

  async #userChanged() {
    const { user } = this.session;
    if (this.#isEnded) {
      this.#tellWhetherTold();
      this.feed.follow(null);
    } else if (user !== null && user === this.#knownUser) {
      this.notice.clearIf('unauthenticated');
      this.feed.follow(user);
      this.#tellWhetherTold();
      await this.#refreshKnown();
      this.buying.resume();
    } else {
      this.#forgetUser();
      if (await this.feed.isThere() && this.session.user === user) {
        this.feed.follow(user);
        if (user !== null)
          this.#knowUser(user);
      }
    }
    this.render();
  }

  /** Nothing of the user before may stay. */
  #forgetUser() {
    this.orders?.stop();
    this.buying?.stop();
    this.notice.clear();
    this.reservation = this.orders = this.buying = this.#knownUser = null;
    this.#buyingState = idle;
    this.#statuses.clear();
    this.reservedDelivery.forget();
    this.render();
  }

  async #knowUser(user) {
    const isCurrent = () => this.#knownUser === user && this.buying === buying;
    const reservation = new Reservation(this.batch, {
      onChange: () => isCurrent() && this.render(),
      onOwn: () => this.feed.tell({ reserver: user }),
    });
    const orders = new Orders(this.batch, {
      onChange: () => isCurrent() && this.#ordersCame(),
      onOwn: order => this.feed.tell({ order }),
      onSignedOut: () => isCurrent() && !this.#isEnded && this.session.refresh(),
    });
    const buying = new Buying({
      batch: this.batch,
      user,
      clock: this.clock,
      reservation,
      orders,
      onState: state => isCurrent() && this.#buyingChanged(state),
      onEnd: outcome => isCurrent() && this.deeds.bought(outcome),
    });
    this.#knownUser = user;
    Object.assign(this, { reservation, orders, buying });
    this.#tellWhetherTold();
    // The payment may arrive before the buyer returns. Its outcome is shown in any case.
    const returned = this.deeds.returnedFromCashier();
    if (returned !== null)
      this.#statuses.set(returned, 'awaiting-payment');
    const isKnown = () => orders.isKnown && this.clock.isSet
      && (reservation.state !== 'unknown' || !this.#mayTakePart());
    await askUntil(() => !isCurrent() || isKnown(), () => Promise.all([
      reservation.state === 'unknown' ? reservation.refresh() : null,
      orders.isKnown ? null : orders.refresh(),
    ]));
    if (isCurrent() && orders.isKnown && this.clock.isSet) {
      this.deeds.payNamed();
      await buying.resume();
    }
  }

  #mayTakePart() {
    return this.board === null || channelsOf(this.board).includes(this.session.channel);
  }

  #buyingChanged(state) {
    const since = state.kind === 'idle' ? null : this.#buyingState.since ?? this.clock.now();
    this.#buyingState = { ...state, since };
    this.render();
  }

  /** Reports a change of an order that happened while the buyer was elsewhere: at the cashier, or too late. */
  #ordersCame() {
    for (const order of this.orders.items) {
      const before = this.#statuses.get(order.id);
      this.#statuses.set(order.id, order.status);
      if (before === 'awaiting-payment')
        this.deeds.orderMoved(order);
      else if (before !== order.status)
        this.notice.clearIf('paid');
    }
    this.render();
  }

  async #refreshVisitor() {
    if (this.#live === 'missing')
      return;
    await this.session.refresh();
    if (this.session.user !== null && this.session.user === this.#knownUser)
      await this.#refreshKnown();
  }

  #refreshKnown() {
    return Promise.all([this.orders.refresh(), this.reservation.refresh()]);
  }
}

const batch = /\/sale\/([^/]+)\/?$/.exec(location.pathname)?.[1] ?? '';
await loadTexts();
new SalePage(batch).start();
