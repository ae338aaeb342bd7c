import type { FrequencyUnit } from '../../../../src/core/consent/consent';

const IN_SHANGHAI = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});
const dates = new Map<number, string>();

/** Local date in Shanghai by the time zone database, kept since random tests ask for the same instants over and over. */
function localDateOf(atMs: number): string {
  const kept = dates.get(atMs);
  if (kept !== undefined) return kept;
  const date = IN_SHANGHAI.format(atMs);
  if (dates.size < 100_000) dates.set(atMs, date);
  return date;
}

/** A name for the calendar window that holds an instant: its day, the Monday of its week or its month. Shares no code with src. */
export function calendarWindowOf(atMs: number, per: FrequencyUnit): string {
  const date = localDateOf(atMs);
  if (per === 'DAY') return date;
  if (per === 'MONTH') return date.slice(0, 7);
  const monday = new Date(`${date}T12:00:00Z`);
  while (monday.getUTCDay() !== 1) monday.setUTCDate(monday.getUTCDate() - 1);
  return `week of ${monday.toISOString().slice(0, 10)}`;
}
