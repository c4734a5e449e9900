/** Time left, split up for showing. The last second shown is 00:01; at zero it is over. */
export function split(leftMs) {
  const total = Math.max(0, Math.ceil(leftMs / 1_000));
  return {
    days: Math.floor(total / 86_400),
    hours: Math.floor(total / 3_600) % 24,
    minutes: Math.floor(total / 60) % 60,
    seconds: total % 60,
  };
}

const two = value => String(value).padStart(2, '0');

/** Time left in one line: `3:04:05`, or `04:05` below an hour. Days become hours. */
export function line(leftMs) {
  const { days, hours, minutes, seconds } = split(leftMs);
  const allHours = days * 24 + hours;
  return allHours > 0 ? `${allHours}:${two(minutes)}:${two(seconds)}` : `${two(minutes)}:${two(seconds)}`;
}

/** The digits of a big countdown; days and hours are shown only if there are any. */
export function showDigits(root, leftMs) {
  const parts = split(leftMs);
  for (const cell of root.querySelectorAll('[data-part]')) {
    const name = cell.dataset.part;
    const digits = cell.querySelector('.digits');
    const value = name === 'days' ? String(parts.days) : two(parts[name]);
    if (digits.textContent !== value)
      digits.textContent = value;
    if (name === 'days' || name === 'hours')
      cell.hidden = parts.days === 0 && (name === 'days' || parts.hours === 0);
  }
}

/**
 * Calls `tick` on each change of the last digit of any countdown to a whole second of the server's clock, and at the
 * instant that `nextAt` names, whichever is first.
 */
export function everySecond(clock, nextAt, tick) {
  const run = () => {
    tick();
    const now = clock.now();
    if (now === null) {
      setTimeout(run, 1_000);
      return;
    }
    const toSecond = 1_000 - (now % 1_000);
    const at = nextAt();
    const toInstant = at === null ? Number.POSITIVE_INFINITY : at - now;
    setTimeout(run, Math.max(1, Math.ceil(Math.min(toSecond, toInstant > 0 ? toInstant : toSecond))));
  };
  run();
}
