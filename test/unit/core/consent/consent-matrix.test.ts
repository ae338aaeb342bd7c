import { type Arrangement, stateAt } from '../../../../src/core/consent/consent';
import { decide } from '../../../../src/core/consent/decide';
import { type ConsentSnapshot, type Decision, permits } from '../../../../src/core/consent/decision';
import { daysOf, toEpochDay, toMonthIndex, toYearMonth } from '../../../../src/core/credit/calendar';
import { type Product, PRODUCTS } from '../../../../src/core/credit/codes';
import type { AccountFigures } from '../../../../src/core/credit/credit-record';
import { FIELD_CATALOGUE, type FieldEntry, type RecordKind } from '../../../../src/core/credit/field-catalogue';
import { computeIndicator } from '../../../../src/core/credit/indicators';
import { anArrangement, AS_OF, aSnapshot, at, fieldsOf, PLATFORM, useOf } from '../../../support/builders';
import { type ConsentDraft, type Draft, isRunBy, type Request, type Row, ROWS, WAITING } from '../../../support/consent-matrix';

const PURE_ROWS = ROWS.filter((row) => isRunBy('pure', row));

interface Outcome {
  readonly verdict: string;
  readonly reason: string;
  readonly cites: string;
  readonly because: string;
  readonly withheldFields: string | null;
}

/** The decision on a row's cell, and where it is released whether the month or loan asked lies inside the released days. */
function outcomeOf([, consents, asked, request]: Row): Outcome {
  const { product = 'JIEBEI', month = '2026-03', catalogue = FIELD_CATALOGUE } = request;
  const entries = fieldsOf(asked, catalogue);
  const decision = decide(snapshotOf(consents, request), catalogue, entries);
  const cells = entries.map((entry) =>
    decision.cells.get(entry)?.find((cell) => cell.product === product || cell.product === null),
  );
  const [first] = cells;
  if (!first || !cells.every((cell) => cell?.verdict === first.verdict && cell.reason === first.reason))
    throw new Error('the cells of a row agree');
  const isOf = (record: RecordKind): boolean =>
    entries.every(({ source }) => source.kind !== 'indicator' && source.record === record);
  const drawn = request.drawnOn === undefined ? null : toEpochDay(request.drawnOn);
  const day = isOf('loan') && drawn !== null ? { from: drawn, until: drawn + 1 } : null;
  const days = isOf('month') ? daysOf(toMonthIndex(month)) : day;
  const inRange = entries.every((entry) => permits(decision, entry, { platformId: PLATFORM, product, days }));
  const shown =
    first.verdict === 'WITHHOLD' || inRange ? first : { ...first, verdict: 'WITHHOLD', reason: 'OUT_OF_RANGE', citations: [] };
  return {
    verdict: shown.verdict,
    reason: shown.reason,
    cites:
      shown === first ? namesOf(cells.flatMap((cell) => cell?.citations ?? []).map(({ arrangementId }) => arrangementId)) : '',
    because: namesOf(first.because.map(lastPart)),
    withheldFields: withheldOf(decision, product),
  };
}

/** What the bank is told of this product. */
function withheldOf({ withheld }: Decision, product: Product): string | null {
  return (
    withheld &&
    namesOf(withheld.filter((cell) => (cell.product ?? product) === product).map(({ entry }) => lastPart(entry.coordinate)))
  );
}

function snapshotOf(
  consents: readonly Draft[],
  { atMs, recipientId, purpose, borrowerKnown, requestId }: Request,
): ConsentSnapshot {
  const arrangements = consents.map(([scopes, draft = {}], i) => arrangementOf('abc'.charAt(i), scopes, draft, requestId));
  return aSnapshot(arrangements, {
    ...(atMs === undefined ? {} : { atMs }),
    ...(recipientId === undefined ? {} : { recipientId }),
    ...(purpose ? { purpose } : {}),
    ...(borrowerKnown === undefined ? {} : { borrowerKnown }),
  });
}

/** The arrangement that a draft's life leaves behind, as it is loaded for a request of this id. */
function arrangementOf(id: string, scopes: string, draft: ConsentDraft, requestId: string | undefined): Arrangement {
  const { v1, uses = [], usedBy, revokeAsked, refusedWidening: _changedNothing, ...terms } = draft;
  const usesMs = uses.map(at);
  const newestMs = usesMs.at(-1) ?? null;
  const isRetried = usedBy !== undefined && usedBy === requestId && revokeAsked === undefined;
  return anArrangement({
    id,
    scopes,
    ...terms,
    ...(v1 === undefined ? {} : { version: 2 }),
    use: useOf(usesMs, terms.accessMode === 'ONE_TIME' ? newestMs : null),
    chargedAtMs: isRetried ? newestMs : null,
  });
}

function lastPart(coordinate: string): string {
  return coordinate.slice(coordinate.indexOf('.') + 1);
}

function namesOf(names: readonly string[]): string {
  return [...new Set(names)].sort().join(' ');
}

/** Li's records of one product: every month from 2024-03 on, always on time. */
function accountOf(product: Product): AccountFigures {
  const months = Array.from({ length: 25 }, (_, i) => toMonthIndex('2024-03') + i);
  return {
    platformId: PLATFORM,
    product,
    currency: 'CNY',
    asOf: AS_OF,
    creditLimit: 100_00,
    months: months.map((month) => ({ month, repaymentStatus: 'N', borrowedAmount: 300, loanCount: 1, usedLimit: 50_00 })),
  };
}

/** What leaves for an indicator, computed over every product that the decision released. */
function indicatorOf([, consents, asked, request]: Row): ReturnType<typeof computeIndicator> {
  const [entry] = fieldsOf(asked) as [FieldEntry];
  const cells = decide(snapshotOf(consents, request), FIELD_CATALOGUE, [entry]).cells.get(entry) ?? [];
  const owned = PRODUCTS.filter(
    (product) => product === 'HUABEI' || (product === 'JIEBEI' && request.given !== 'NO_JIEBEI_ACCOUNT'),
  );
  const daysOfProduct = new Map(cells.filter(({ verdict }) => verdict === 'RELEASE').map(({ product, days }) => [product, days]));
  const accounts = owned.filter((product) => daysOfProduct.has(product)).map(accountOf);
  return computeIndicator(entry, accounts, ({ product }) => daysOfProduct.get(product) ?? []);
}

describe('the consent matrix (consent.md, section 7)', () => {
  it.each(PURE_ROWS.map((row) => [row[0], row] as const))('%s decides as the matrix says', (_number, row) => {
    const [, , , , verdict, reason, remarks = {}] = row;
    const { cites = verdict === 'RELEASE' ? 'a' : '', because = '', withheldFields = null } = remarks;
    expect(outcomeOf(row)).toEqual({ verdict, reason, cites, because, withheldFields });
  });

  it.each(PURE_ROWS.filter((row) => row[6]?.state !== undefined).map((row) => [row[0], row] as const))(
    '%s finds the consent in the state that the matrix says',
    (_number, [, consents, , request, , , remarks]) => {
      const { atMs, arrangements } = snapshotOf(consents, request);
      const states = arrangements
        .map((one) => stateAt(one, atMs))
        .map(({ status, reason }) => [status, reason ?? ''].join(' ').trim());
      expect(states[0]).toBe(remarks?.state);
    },
  );

  it.each(PURE_ROWS.filter((row) => row[6]?.basis !== undefined).map((row) => [row[0], row] as const))(
    '%s names in its basis the products and months that contributed',
    (_number, row) => {
      const found = indicatorOf(row);
      expect(found && `${found.products.join(',')} ${toYearMonth(found.firstMonth)} ${toYearMonth(found.lastMonth)}`).toBe(
        row[6]?.basis,
      );
    },
  );

  it('gives for M78 the bytes of M77, so that a product withheld looks like one that does not exist', () => {
    const [shared, absent] = ['M77', 'M78'].map((number) => ROWS.find((row) => row[0] === number)) as [Row, Row];
    expect(JSON.stringify(indicatorOf(absent))).toBe(JSON.stringify(indicatorOf(shared)));
  });

  it('has every row M01 to M93 exactly once, run or waiting', () => {
    const all = Array.from({ length: 93 }, (_, i) => `M${String(i + 1).padStart(2, '0')}`);
    expect([...ROWS.map(([number]) => number), ...Object.keys(WAITING)].sort()).toEqual(all);
  });

  it('leaves to one runner alone only what the other cannot express', () => {
    const notRunBy = (runner: 'pure' | 'api'): string =>
      ROWS.filter((row) => !isRunBy(runner, row))
        .map(([number]) => number)
        .join(' ');
    expect(notRunBy('pure')).toBe('M09 M10 M14 M16 M26 M27 M28 M30 M57 M82 M83 M84 M87 M92 M93');
    expect(notRunBy('api')).toBe('M62 M79 M80 M81');
  });

  it('withholds in more of its rows than it releases', () => {
    const released = ROWS.filter(([, , , , verdict]) => verdict === 'RELEASE').length;
    expect(ROWS.length - released).toBeGreaterThan(released);
  });

  it('waits for no field that the catalogue has', () => {
    const fields = Object.values(WAITING).flatMap((reason) => reason.match(/\b[A-Z]\w+\.\w+/) ?? []);
    expect(fields.filter((coordinate) => FIELD_CATALOGUE.find(coordinate))).toEqual([]);
  });
});
