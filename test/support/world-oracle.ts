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
  /** The months that an indicator may be computed over; null: it is withheld. */
  windowOf(coordinate: string, product: string): readonly string[] | null;
}

export function createOracle(
  fields: readonly OracleField[],
  consents: readonly OracleConsent[],
  atMs: number,
  reach: readonly string[],
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
  const reaches = (from: string, to: string): boolean => from === to || find(from).coarser.some((next) => reaches(next, to));
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

  const denied = (name: string, product: string): boolean =>
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
  const permittedMonth = (name: string, product: string, month: string): boolean =>
    daysOf(month).every((day) => permittedOn(name, product, day));
  /** Any day at all, since the reach has no end ahead. */
  const anyDay = (name: string, product: string): boolean => {
    const field = find(name);
    const through = (one: string): boolean =>
      reaches(one, name) && (field.windowMonths === null || one === name || same(one, name));
    return consents.some(
      (consent) =>
        live(consent) &&
        (consent.dataUntil === null || consent.dataUntil > firstDay) &&
        consent.scopes.some((scope) => names(scope, field, product, false, through)),
    );
  };
  const closed = (name: string): boolean => closedClusters.has(find(name).cluster);

  const recordMonths = (name: string, product: string): readonly string[] =>
    closed(name) || denied(name, product) ? [] : reach.filter((month) => permittedMonth(name, product, month));

  const windowOf = (name: string, product: string): readonly string[] | null => {
    const field = find(name);
    const months = field.windowMonths ?? 0;
    if (closed(name) || denied(name, product)) return null;
    const window = reach.slice(0, months);
    const own = window.filter((month) => permittedMonth(name, product, month));
    const someDayOfWindow =
      months === 0 ? anyDay(name, product) : window.some((month) => daysOf(month).some((day) => permittedOn(name, product, day)));
    let granted: readonly string[] | null = someDayOfWindow ? own : null;
    if (granted === null) {
      const openInputs = field.inputs.every(
        (input) => !closed(input) && !denied(input, product) && anyDay(input, product) && required(input, product),
      );
      if (openInputs && window.every((month) => field.inputs.every((input) => permittedMonth(input, product, month))))
        granted = window;
    }
    if (granted === null) return null;
    return field.requires.every((other) => coversRequired(field, other, product, someDayOfWindow)) ? granted : null;
  };
  /** A required field must be shown on every day that the indicator is computed over, within its own window. */
  const coversRequired = (field: OracleField, other: string, product: string, own: boolean): boolean => {
    const required = find(other);
    const months = field.windowMonths ?? 0;
    const days = reach
      .slice(0, months)
      .flatMap(daysOf)
      .filter((day) => !own || permittedOn(field.coordinate, product, day));
    if (required.windowMonths !== null) {
      if (windowOf(other, product) === null) return false;
      if (months === 0 || required.windowMonths === 0) return true;
      const ofRequired = reach.slice(0, required.windowMonths).flatMap(daysOf);
      const byInputs = !ofRequired.some((day) => permittedOn(other, product, day));
      return byInputs || days.filter((day) => ofRequired.includes(day)).every((day) => permittedOn(other, product, day));
    }
    if (closed(other) || denied(other, product) || !anyDay(other, product)) return false;
    return days.every((day) => permittedOn(other, product, day));
  };
  /** Is what the field requires shown on every day that the field itself is permitted? */
  const required = (name: string, product: string): boolean =>
    find(name).requires.every((other) => {
      if (find(other).windowMonths !== null) return windowOf(other, product) !== null;
      if (closed(other) || denied(other, product) || !anyDay(other, product)) return false;
      return [firstDay, ...boundaries, '9999-01-01']
        .filter((day) => day >= firstDay)
        .every((day) => !permittedOn(name, product, day) || permittedOn(other, product, day));
    });

  return {
    shows: (name, product, month) => {
      if (closed(name) || denied(name, product) || !required(name, product)) return false;
      return month === null ? anyDay(name, product) : recordMonths(name, product).includes(month);
    },
    windowOf,
  };
}
