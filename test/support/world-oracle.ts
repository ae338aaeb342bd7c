/**
 * What a recipient may see, worked out cell by cell and by another way than the gateway does: not by joining
 * intervals, but by asking every consent about single days, from consents as they were sent. It shares the field catalogue's table and no code.
 */
export interface OracleField {
  readonly coordinate: string;
  readonly cluster: string;
  readonly coarser: readonly string[];
  readonly requires: readonly string[];
  readonly inputs: readonly string[];
  readonly perProduct: boolean;
  readonly windowMonths: number | null;
  /** The list that it stands in. */
  readonly within: string | null;
}
export interface OracleScope {
  readonly fields: readonly string[];
  /** null: every product. */
  readonly product: string | null;
  readonly deny: boolean;
}
export interface OracleConsent {
  readonly scopes: readonly OracleScope[];
  readonly grantedAt: number;
  readonly from: number;
  readonly until: number;
  readonly revokedAt: number | null;
  readonly paused: boolean;
  readonly dataFrom: string | null;
  readonly dataUntil: string | null;
}

export interface Oracle {
  /** May this field of this product be shown of this month (null: of a record without a date)? */
  shows(coordinate: string, product: string, month: string | null): boolean;
  /** May this field be shown of a record of this day? */
  showsOn(coordinate: string, product: string, day: string): boolean;
  /** The months that an indicator may be computed over; null: it is withheld. */
  windowOf(coordinate: string, product: string): readonly string[] | null;
}

/**
 * @param reach - Completed months that the purpose reaches back, the newest first.
 * @param inProgress - The month after them: shown where each of its loans is.
 */
export function createOracle(
  fields: readonly OracleField[],
  consents: readonly OracleConsent[],
  atMs: number,
  reach: readonly string[],
  inProgress: string,
  closedClusters: ReadonlySet<string>,
): Oracle {
  const firstDay = `${reach.at(-1) ?? '9999-12'}-01`;
  const boundaries = consents.flatMap(({ dataFrom, dataUntil }) => [dataFrom, dataUntil]).filter((day) => day !== null);
  /** Permission changes on these days alone, so what holds on them holds on all days of the month. */
  const daysOf = (month: string): readonly string[] => [`${month}-01`, ...boundaries.filter((day) => day.startsWith(month))];
  const byName = new Map(fields.map((field) => [field.coordinate, field]));
  const find = (name: string): OracleField => {
    const field = byName.get(name);
    if (!field) throw new Error(`the oracle does not know ${name}`);
    return field;
  };
  /** The field and every finer one: those from which a walk along `coarser` comes to it. */
  const coarserThan: (name: string) => ReadonlySet<string> = remembered((name: string) => {
    const { coarser } = find(name);
    return new Set([name, ...coarser, ...coarser.flatMap((next) => [...coarserThan(next)])]);
  });
  const reaches = (from: string, to: string): boolean => coarserThan(from).has(to);
  const same = (a: string, b: string): boolean => find(a).windowMonths === find(b).windowMonths;
  const names = (
    scope: OracleScope,
    field: OracleField,
    product: string,
    deny: boolean,
    through: (name: string) => boolean,
  ): boolean =>
    scope.deny === deny &&
    (!field.perProduct || scope.product === null || scope.product === product) &&
    scope.fields.some(through);
  const live = (consent: OracleConsent): boolean =>
    consent.revokedAt === null && !consent.paused && consent.from <= atMs && atMs < consent.until;
  const endOf = (consent: OracleConsent): number | null => consent.revokedAt ?? (atMs >= consent.until ? consent.until : null);

  const denied = remembered((name: string, product: string): boolean =>
    fields
      .filter(({ coordinate }) => reaches(name, coordinate))
      .some((rung) =>
        consents.some((consent) => {
          if (!consent.scopes.some((scope) => names(scope, rung, product, true, (one) => one === rung.coordinate))) return false;
          const ended = endOf(consent);
          if (ended === null) return true;
          return !consents.some(
            (later) =>
              later !== consent &&
              later.grantedAt >= ended &&
              later.scopes.some((scope) => names(scope, rung, product, false, (one) => reaches(one, rung.coordinate))),
          );
        }),
      ),
  );
  /** Days on which a live consent permits the field or, for an indicator, a finer one of the same window. */
  const permittedOn = (name: string, product: string, day: string): boolean => {
    const field = find(name);
    const through = (one: string): boolean =>
      reaches(one, name) && (field.windowMonths === null || one === name || same(one, name));
    return consents.some(
      (consent) =>
        live(consent) &&
        (consent.dataFrom === null || consent.dataFrom <= day) &&
        (consent.dataUntil === null || day < consent.dataUntil) &&
        consent.scopes.some((scope) => names(scope, field, product, false, through)),
    );
  };
  const closed = (name: string): boolean => closedClusters.has(find(name).cluster);
  /** Every day on which a permission can change, the last one standing for all that come after. */
  const everyDay = [...new Set([...[inProgress, ...reach].flatMap(daysOf), ...boundaries, '9999-01-01'])].filter(
    (day) => day >= firstDay,
  );
  const isUndated = (field: OracleField): boolean => field.windowMonths === 0;

  interface Shown {
    readonly days: readonly string[];
    /** By its inputs and not by a PERMIT of its own: then it is whole or nothing. */
    readonly byInputs: boolean;
  }
  const beforeRequirements = (field: OracleField, product: string): Shown | null => {
    const window = field.windowMonths ? reach.slice(0, field.windowMonths).flatMap(daysOf) : everyDay;
    const own = window.filter((day) => permittedOn(field.coordinate, product, day));
    if (own.length > 0) return { days: own, byInputs: false };
    if (field.windowMonths === null || field.inputs.some((input) => releasedOn(input, product) === null)) return null;
    const isOpen = (input: string, day: string): boolean =>
      permittedOn(input, product, day) && (isUndated(find(input)) || (releasedOn(input, product) ?? []).includes(day));
    const covered = window.filter((day) => field.inputs.every((input) => isOpen(input, day)));
    return isUndated(field) || covered.length === window.length ? { days: covered, byInputs: true } : null;
  };
  /** The days of a field that are shown; null: it is withheld. What it requires is asked for day by day. */
  const releasedOn: (name: string, product: string) => readonly string[] | null = remembered((name: string, product: string) => {
    const field = find(name);
    if (closed(name) || denied(name, product)) return null;
    const found = beforeRequirements(field, product);
    if (!found) return null;
    let { days } = found;
    for (const other of field.requires) {
      const required = releasedOn(other, product);
      if (!required) return null;
      if (isUndated(field) || isUndated(find(other))) continue;
      days = days.filter((day) => required.includes(day));
      if (days.length === 0) return null;
    }
    if (found.byInputs && days.length < found.days.length) return null;
    if (field.within === null) return days;
    const listed = releasedOn(field.within, product) ?? [];
    days = days.filter((day) => listed.includes(day));
    return days.length > 0 ? days : null;
  });
  /** The last day before this one, or this one, on which a permission can have changed. */
  const changeBefore = (day: string): string => everyDay.filter((one) => one <= day).sort().at(-1) ?? ''; // prettier-ignore
  const wholeMonths = (months: readonly string[], days: readonly string[]): readonly string[] =>
    months.filter((month) => daysOf(month).every((day) => days.includes(day)));

  return {
    shows: (name, product, month) => {
      const days = releasedOn(name, product);
      const listed = releasedOn('CreditAccount.loans', product) ?? [];
      if (month === inProgress && wholeMonths([month], listed).length === 0) return false;
      return days !== null && (month === null || wholeMonths([month], days).length > 0);
    },
    showsOn: (name, product, day) => (releasedOn(name, product) ?? []).includes(changeBefore(day)),
    windowOf: (name, product) => {
      const days = releasedOn(name, product);
      return days && wholeMonths(reach.slice(0, find(name).windowMonths ?? 0), days);
    },
  };
}

/** The same answers, each worked out once: consents and catalogue do not change under an oracle. */
function remembered<A extends readonly string[], R>(work: (...asked: A) => R): (...asked: A) => R {
  const found = new Map<string, R>();
  return (...asked) => {
    const key = asked.join(' ');
    if (!found.has(key)) found.set(key, work(...asked));
    return found.get(key) as R;
  };
}
