import type { ConsentFacts, ReportFacts } from './entry-facts';

/** Whose consent it is, and what its last entry made of it. */
interface Chain extends Pick<ConsentFacts, 'subject' | 'recipient' | 'purpose'> {
  readonly version: number;
  readonly state: 'ACTIVE' | 'PAUSED' | 'ENDED';
}
type Rests = Pick<ReportFacts, 'subject' | 'recipient' | 'purpose'>;

/** What the entries so far have made of each consent, and of each person's set of them. Both return what is wrong, or null. */
export interface ConsentChains {
  changed(facts: ConsentFacts): string | null;
  reliedOn(facts: ReportFacts): string | null;
}

export function createConsentChains(): ConsentChains {
  const sets = new Map<string, number>();
  const chains = new Map<string, Chain>();
  return {
    changed: (facts) => {
      const { subject, set, consent } = facts;
      const before = sets.get(subject) ?? 0;
      if (set !== before + 1) return `it makes consent set ${String(set)} of ${String(before)}`;
      const next = nextOf(chains.get(consent) ?? null, facts);
      if (typeof next === 'string') return next;
      sets.set(subject, set);
      chains.set(consent, next);
      return null;
    },
    reliedOn: (facts) => {
      const { subject, set, consents, supposes, platforms } = facts;
      const newest = sets.get(subject) ?? 0;
      if (set !== newest) return `it was decided on consent set ${String(set)}, and ${String(newest)} is in force`;
      if (consents.length > 0 !== platforms.length > 0) return 'what it released and the consents that it rests on do not agree';
      const lacking = consents.filter((one) => !isInForce(chains, one, facts));
      const [first] = lacking.slice(supposes ? 1 : 0);
      return first === undefined ? null : `it rests on ${first}, which is not in force there`;
    },
  };
}

function isInForce(chains: ReadonlyMap<string, Chain>, reliedOn: string, { subject, recipient, purpose }: Rests): boolean {
  const colon = reliedOn.lastIndexOf(':');
  const chain = chains.get(reliedOn.slice(0, colon));
  if (!chain) return false;
  return (
    chain.state === 'ACTIVE' &&
    String(chain.version) === reliedOn.slice(colon + 1) &&
    isOf(chain, { subject, recipient, purpose })
  );
}

function isOf(chain: Chain, { subject, recipient, purpose }: Rests): boolean {
  return chain.subject === subject && chain.recipient === recipient && chain.purpose === purpose;
}

/**
 * A grant is the first entry of its consent, and an end the last but for later revocations: a recipient's own is recorded
 * whatever it finds (src/db/consent-transition.ts, recordEmptyAct).
 */
function nextOf(chain: Chain | null, facts: ConsentFacts): Chain | string {
  const { action, subject, recipient, purpose, from, to } = facts;
  if (from !== (chain?.version ?? 0)) return `it changes version ${String(from)}, and ${String(chain?.version ?? 0)} is in force`;
  if (to !== (action === 'grant' || action === 'amend' ? from + 1 : from))
    return `it makes version ${String(to)} of ${String(from)}`;
  if (action === 'grant')
    return chain ? 'it grants a consent that there is' : { subject, recipient, purpose, version: to, state: 'ACTIVE' };
  if (!chain) return 'it changes a consent that was not granted';
  if (!isOf(chain, facts)) return 'it changes a consent of another person, recipient or purpose';
  if (chain.state === 'ENDED') return action === 'revoke' ? chain : 'it changes a consent that has ended';
  if (action === 'resume' && chain.state !== 'PAUSED') return 'it resumes a consent that is not paused';
  return {
    ...chain,
    version: to,
    state: { amend: chain.state, pause: 'PAUSED', resume: 'ACTIVE', revoke: 'ENDED', expire: 'ENDED' }[action] as Chain['state'],
  };
}
