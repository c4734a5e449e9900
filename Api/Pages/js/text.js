import { minorUnitsOf } from './currency.js';

/** How long the visitor's choice of a language is kept. The server reads it from the cookie. */
const keptForSeconds = 365 * 24 * 3_600;

/** Names of the zone in which Beijing lies. */
const beijingZones = new Set(['Asia/Shanghai', 'Asia/Chongqing', 'Asia/Harbin', 'PRC']);

/** The texts of the languages that are loaded: the same names in each. */
const texts = {};
const listeners = new Set();
const channelNames = new Map();
/** The server has chosen the language of the page. */
let current = document.documentElement.lang;

/** The language the page speaks now: a BCP 47 tag. */
export const language = () => current;

/** Loads the page's language. Everything else of this module needs it. */
export async function loadTexts() {
  await load(current);
  if (new URLSearchParams(location.search).has('lang'))
    keep(current);
}

/** Switches the language, keeps the choice, and notifies all listeners. */
export async function setLanguage(tag) {
  keep(tag);
  const address = new URL(location.href);
  const isInAddress = address.searchParams.has('lang');
  address.searchParams.set('lang', tag);
  try {
    await load(tag);
  } catch {
    // A new page comes with its texts.
    location.assign(address);
    return;
  }
  current = tag;
  if (isInAddress)
    history.replaceState(null, '', address);
  listeners.forEach(listener => listener());
}

/** The page names where the texts of each language are. */
async function load(tag) {
  texts[tag] ??= (await import(document.documentElement.getAttribute(`data-texts-${tag}`))).default;
}

function keep(tag) {
  const secure = location.protocol === 'https:' ? '; secure' : '';
  document.cookie = `lang=${tag}; path=/; max-age=${keptForSeconds}; samesite=lax${secure}`;
}

/** A text that has been given in one language or in both: the page's, else the other one; and which it is. */
export function textIn(given) {
  const other = current === 'en' ? 'zh-CN' : 'en';
  const tag = given[current] === undefined ? other : current;
  return { tag, words: given[tag] ?? '' };
}

export const onLanguage = listener => listeners.add(listener);

/**
 * The text of a name, its `{placeholders}` filled in. `count` chooses `name.zero` or `name.one`, if there is such a
 * text, else `name.other`.
 */
export function text(name, values = {}) {
  const known = texts[current];
  const template = known[`${name}.${exact[values.count]}`] ?? known[`${name}.other`] ?? known[name];
  if (template === undefined)
    throw new Error(`no text "${name}"`);
  return template.replace(/\{(\w+)\}/g, (_, key) => key === 'count' ? number(values.count) : values[key] ?? '');
}

/** Counts that may have a text of their own. Of the page's languages, neither needs more forms. */
const exact = ['zero', 'one'];

export const hasText = name => name in texts[current];

export const number = value => new Intl.NumberFormat(current).format(value);

/** Numbers of units, which have no commas inside. Three or more in a row are written as a range. */
export function unitsText(units) {
  const runs = [];
  for (const unit of units) {
    if (runs.at(-1)?.at(-1) === unit - 1)
      runs.at(-1).push(unit);
    else
      runs.push([unit]);
  }
  const parts = runs.flatMap(run => run.length > 2 ? [`${run[0]}–${run.at(-1)}`] : run);
  return parts.join(text('list.comma'));
}

/** Money in minor units of its currency, as `{"amount": 199900, "currency": "CNY"}`. */
export function money({ amount, currency }) {
  const digits = minorUnitsOf(currency);
  const isWhole = amount % 10 ** digits === 0;
  return new Intl.NumberFormat(current, {
    style: 'currency', currency, minimumFractionDigits: isWhole ? 0 : digits, maximumFractionDigits: digits,
  }).format(amount / 10 ** digits);
}

const momentParts = { weekday: 'short', month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' };

/** An instant in the visitor's zone: the day and the time. */
export function moment(at) {
  if (current === 'en')
    return new Intl.DateTimeFormat(current, momentParts).format(at);
  const format = new Intl.DateTimeFormat(current, { ...momentParts, month: 'numeric', hourCycle: 'h23' });
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${part.month}月${part.day}日（${part.weekday}）${part.hour.padStart(2, '0')}:${part.minute}`;
}

/** An instant with the name of the zone, for a text that people plan by. */
export function zonedMoment(at) {
  if (current === 'en')
    return new Intl.DateTimeFormat(current, { ...momentParts, timeZoneName: 'short' }).format(at);
  const { name, offset } = zone();
  return `${beijingZones.has(name) ? '北京时间' : offset} ${moment(at)}`;
}

/** An instant of about today: the time only. */
export function clockTime(at) {
  return new Intl.DateTimeFormat(current, timeParts()).format(at);
}

/** Chinese times have two digits for the hour: 07:05. */
const timeParts = () => ({ hour: current === 'en' ? 'numeric' : '2-digit', minute: '2-digit' });

/** A short instant: the time if it is within half a day of `now`, else the day too. */
export function shortMoment(at, now) {
  if (Math.abs(at - now) < 12 * 3_600_000)
    return clockTime(at);
  return new Intl.DateTimeFormat(current, { month: 'short', day: 'numeric', ...timeParts() }).format(at);
}

/**
 * The text of a name that says an instant, `{at}`, as the server has told it; or `name.undated` if it has not, because
 * it is older than this page.
 */
export function momentText(name, told, format = moment) {
  const at = Date.parse(told);
  return Number.isFinite(at) ? text(name, { at: format(at) }) : text(`${name}.undated`);
}

/** The visitor's time zone: its name and its offset. */
export function zone() {
  const format = new Intl.DateTimeFormat(current, { timeZoneName: 'shortOffset' });
  const offset = format.formatToParts(Date.now()).find(part => part.type === 'timeZoneName')?.value ?? '';
  return { name: format.resolvedOptions().timeZone.replaceAll('_', ' '), offset };
}

/** Takes the channels' configured names, as `GET /api/channels` lists them. */
export function setChannelNames(channels) {
  for (const { id, name } of channels)
    channelNames.set(id, name);
  listeners.forEach(listener => listener());
}

/** A channel as people call it, never by its id. One that is not configured any more has no name. */
export const channelName = channel => channelNames.get(channel)?.[current] ?? text('channel.unknown');

/** Channels as people call them, each name once. */
export const channelList = channels =>
  new Intl.ListFormat(current, { type: 'disjunction' }).format(new Set(channels.map(channelName)));

/**
 * Fills every element that names its text: `data-text`, `data-label` (aria-label), `data-placeholder`; or that brings
 * its text in both languages: `data-en`, `data-zh-cn`. The switch to the other language says that it is in that
 * language (`data-other-language`).
 */
export function fillTexts(root = document) {
  document.documentElement.lang = current;
  for (const element of root.querySelectorAll('[data-other-language]'))
    element.lang = current === 'en' ? 'zh-CN' : 'en';
  for (const element of root.querySelectorAll('[data-text]'))
    element.textContent = text(element.dataset.text);
  for (const element of root.querySelectorAll('[data-en]'))
    element.textContent = element.getAttribute(`data-${current}`);
  for (const element of root.querySelectorAll('[data-label]'))
    element.setAttribute('aria-label', text(element.dataset.label));
  for (const element of root.querySelectorAll('[data-placeholder]'))
    element.placeholder = text(element.dataset.placeholder);
}

/**
 * The meaning of a refusal and the visitor's options: `{title, body}`. A code can mean different things for different
 * actions, so the text of the action takes precedence over the general text.
 */
export function refusalText(deed, code, values = {}) {
  const names = [`refusal.${deed}.${code}`, `refusal.${code}`, 'refusal.unknown'];
  const name = names.find(each => hasText(`${each}.title`));
  return { title: text(`${name}.title`, values), body: text(`${name}.body`, values) };
}

/** The fault of a field, to be shown beside it. The text of the field takes precedence over the general text. */
export function faultText(field, fault) {
  const kind = fault === 'missing' ? 'blank' : fault;
  const names = [`fault.${field}.${kind}`, `fault.${kind}`, 'fault.malformed'];
  return text(names.find(hasText));
}
