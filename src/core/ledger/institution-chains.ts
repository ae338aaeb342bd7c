import type { InstitutionEntry } from './entry';
import type { InstitutionFacts } from './entry-facts';

type State = 'ACTIVE' | 'SUSPENDED' | 'CLOSED';
const STEPS: Readonly<Record<InstitutionEntry['action'], { readonly from: readonly State[]; readonly to: State }>> = {
  'institution-suspended': { from: ['ACTIVE'], to: 'SUSPENDED' },
  'institution-restored': { from: ['SUSPENDED'], to: 'ACTIVE' },
  'institution-closed': { from: ['ACTIVE', 'SUSPENDED'], to: 'CLOSED' },
};
interface Chain {
  readonly state: State;
  readonly version: number;
  /** Versions without an entry: an institution is marked once, at most, as that of a historical data set. */
  readonly unwritten: number;
}
/** As it was registered. */
const REGISTERED: Chain = { state: 'ACTIVE', version: 1, unwritten: 0 };
const UNWRITTEN_MAX = 1;

/** What the entries so far have made of each institution. Both return what is wrong, or null. */
export interface InstitutionChains {
  changed(facts: InstitutionFacts): string | null;
  inactive(ids: readonly string[]): string | null;
}

export function createInstitutionChains(): InstitutionChains {
  const chains = new Map<string, Chain>();
  return {
    changed: ({ action, institution, version }) => {
      const chain = chains.get(institution) ?? REGISTERED;
      const { from, to } = STEPS[action];
      if (!from.includes(chain.state)) return `it is ${action}, and that is ${chain.state} there`;
      const unwritten = chain.unwritten + version - (chain.version + 1);
      if (version <= chain.version || unwritten > UNWRITTEN_MAX)
        return `it makes version ${String(version)} of version ${String(chain.version)} of an institution`;
      chains.set(institution, { state: to, version, unwritten });
      return null;
    },
    inactive: (ids) => {
      const found = ids.find((id) => (chains.get(id)?.state ?? 'ACTIVE') !== 'ACTIVE');
      return found === undefined ? null : `the institution ${found} is not active there`;
    },
  };
}
