import en from '/text/en.js';
import zhCN from '/text/zh-CN.js';
import { minorUnitsOf } from './currency.js';

/** The languages of the page and their texts: the same names in each. */
export const texts = { en, 'zh-CN': zhCN };

const listeners = new Set();
const channelNames = new Map();
let current = chooseLanguage(new URLSearchParams(location.search).get('lang'), saved(), navigator.languages);

/** The language the page speaks now: a BCP 47 tag. */
export const language = () => current;

/** The language in the address, else the visitor's saved choice, else the browser's preference, else English. */
export function chooseLanguage(asked, stored, preferred) {
  for (const tag of [asked, stored, ...preferred ?? []]) {
    const known = matching(tag);
    if (known !== null)
      return known;
  }
  return 'en';
}

function matching(tag) {
  const primary = (tag ?? '').toLowerCase().split('-', 1)[0];
  if (primary === 'zh')
    return 'zh-CN';
  return primary === 'en' ? 'en' : null;
}

/** Switches the language, saves the choice, and notifies all listeners. */
export function setLanguage(tag) {
  current = tag;
  try {
    localStorage.setItem('language', tag);
  } catch {
    // The choice lasts as long as the page.
  }
  const address = new URL(location.href);
  if (address.searchParams.has('lang')) {
    address.searchParams.set('lang', tag);
    history.replaceState(null, '', address);
  }
  listeners.forEach(listener => listener());
}

export const onLanguage = listener => listeners.add(listener);

/** The text of a name, its `{placeholders}` filled in. `count` chooses between `name.one` and `name.other`. */
export function text(name, values = {}) {
  const known = texts[current];
  const plural = 'count' in values ? `${name}.${new Intl.PluralRules(current).select(values.count)}` : name;
  const template = known[plural] ?? known[`${name}.other`] ?? known[name];
  if (template === undefined)
    throw new Error(`no text "${name}"`);
  return template.replace(/\{(\w+)\}/g, (_, key) => key === 'count' ? number(values.count) : values[key] ?? '');
}

export const hasText = name => name in texts[current];

export const number = value => new Intl.NumberFormat(current).format(value);

/** Money in minor units of its currency, as `{"amount": 199900, "currency": "CNY"}`. */
export function money({ amount, currency }) {
  const digits = minorUnitsOf(currency);
  const isWhole = amount % 10 ** digits === 0;
  return new Intl.NumberFormat(current, {
    style: 'currency', currency, minimumFractionDigits: isWhole ? 0 : digits, maximumFractionDigits: digits,
  }).format(amount / 10 ** digits);
}

/** An instant in the visitor's zone, the zone shown. */
export const moment = at => new Intl.DateTimeFormat(current, {
  weekday: 'short', month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit', timeZoneName: 'short',
}).format(at);

/** An instant of about today: the time only. */
export function clockTime(at) {
  return new Intl.DateTimeFormat(current, { hour: 'numeric', minute: '2-digit' }).format(at);
}

/** A short instant: the time if it is within half a day of `now`, else the day too. */
export function shortMoment(at, now) {
  if (Math.abs(at - now) < 12 * 3_600_000)
    return clockTime(at);
  return new Intl.DateTimeFormat(current, { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' })
    .format(at);
}

/** The visitor's time zone: its name and its offset. */
export function zone() {
  const format = new Intl.DateTimeFormat(current, { timeZoneName: 'shortOffset' });
  const offset = format.formatToParts(Date.now()).find(part => part.type === 'timeZoneName')?.value ?? '';
  return { name: format.resolvedOptions().timeZone.replaceAll('_', ' '), offset };
}

export const listOf = values => new Intl.ListFormat(current, { type: 'disjunction' }).format(values);

/** Takes the channels' configured names, as `GET /api/channels` lists them. */
export function setChannelNames(channels) {
  for (const { id, name } of channels)
    channelNames.set(id, name);
  listeners.forEach(listener => listener());
}

/** A channel as people call it: by its configured name, else by one that the page knows, else by its id. */
export const channelName = channel => channelNames.get(channel)?.[current]
  ?? (hasText(`channel.${channel}`) ? text(`channel.${channel}`) : channel);

/**
 * Fills every element that names its text: `data-text`, `data-label` (aria-label), `data-placeholder`; what speaks the
 * other language, the switch to it, says so (`data-other-language`).
 */
export function fillTexts(root = document) {
  document.documentElement.lang = current;
  for (const element of root.querySelectorAll('[data-other-language]'))
    element.lang = current === 'en' ? 'zh-CN' : 'en';
  for (const element of root.querySelectorAll('[data-text]'))
    element.textContent = text(element.dataset.text);
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
  return { title: text(`${name}.title`, values), body: text(`${name}.body`, { code, ...values }) };
}

/** The fault of a field, to be shown beside it. The text of the field takes precedence over the general text. */
export function faultText(field, fault) {
  const kind = fault === 'missing' ? 'blank' : fault;
  const names = [`fault.${field}.${kind}`, `fault.${kind}`, 'fault.malformed'];
  return text(names.find(hasText));
}

function saved() {
  try {
    return localStorage.getItem('language');
  } catch {
    return null;
  }
}
