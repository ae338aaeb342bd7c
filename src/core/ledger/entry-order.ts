import { createConsentChains } from './consent-chains';
import type { EntryFacts } from './entry-facts';
import { createInstitutionChains } from './institution-chains';
import { LedgerFault } from './ledger-fault';

/** An append stamped so much before the one in front of it: the database's clock went back. */
const CLOCK_BACK_MS_MAX = 5_000;

export interface EntryOrder {
  /** Entries by type. */
  readonly counts: Readonly<Record<string, number>>;
  /** Every entry once, in order. @throws LedgerFault on one that cannot stand where it does. */
  check(index: number, facts: EntryFacts): void;
}

/**
 * Promise R2 in one pass: each decision rests on the newest consent set in front of it and on consents that are in force
 * there, between institutions that are active there.
 */
export function createEntryOrder(): EntryOrder {
  const counts: Record<string, number> = {};
  const institutions = createInstitutionChains();
  const consents = createConsentChains();
  let lastAt = -Infinity;
  const reasonAgainst = (index: number, facts: EntryFacts): string | null => {
    if (facts.at < lastAt - CLOCK_BACK_MS_MAX) return 'its instant lies before that of an earlier entry';
    lastAt = Math.max(lastAt, facts.at);
    switch (facts.type) {
      case 'D':
      case 'P':
        return institutions.inactive([facts.recipient, ...facts.platforms]) ?? consents.reliedOn(facts);
      case 'C':
        return (facts.action === 'grant' ? institutions.inactive(partiesOf(facts)) : null) ?? consents.changed(facts);
      case 'K':
        return facts.action === 'borrower-erased' ? null : institutions.changed(facts);
      case 'A':
        return facts.last !== null && facts.last >= index ? 'it does not say what was read' : null;
      case 'R':
        return null;
    }
  };
  return {
    counts,
    check: (index, facts) => {
      const reason = reasonAgainst(index, facts);
      if (reason !== null) throw new LedgerFault(index, reason);
      counts[facts.type] = (counts[facts.type] ?? 0) + 1;
    },
  };
}

function partiesOf({ recipient, platform }: { readonly recipient: string; readonly platform: string | null }): readonly string[] {
  return platform === null ? [recipient] : [recipient, platform];
}
