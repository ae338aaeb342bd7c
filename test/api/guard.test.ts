import { execute, parse } from 'graphql';
import { type TalliedOrigin, withProvenance } from '../../src/app/credit/released-report';
import { FIELD_CATALOGUE } from '../../src/core/credit/field-catalogue';
import { buildRoleSchemas } from '../../src/graphql/build-schema';
import { createGate, type RequestContext } from '../../src/graphql/request-context';

const ORIGIN: TalliedOrigin = { platformId: 'platform-1', product: null, days: null, tally: new Uint32Array(400) };
const QUERY = parse(`{ creditReport(input: { borrower: { idType: PASSPORT, idNumber: "1", fullName: "x" },
  purpose: MORTGAGE_ORIGINATION, requestId: "r" }) { identity { fullName } accounts { status fundingShares { institution } } } }`);

/** A projection that went wrong: it has values, and the decision releases `released` of them. */
async function answerOf(released: readonly string[]) {
  const verdict = {
    platformId: 'platform-1',
    product: null,
    verdict: 'RELEASE',
    reason: 'PERMITTED',
    because: [],
    days: [],
    citations: [],
  } as const;
  const decision = { atMs: 0, cells: new Map(released.map((name) => [FIELD_CATALOGUE.load(name), [verdict]])) };
  const account = withProvenance(
    {
      accountRef: 'a',
      currency: 'CNY',
      reportedOn: '2026-04-01',
      months: [],
      status: 'OVERDUE',
      fundingShares: [{ institution: 'LEAK', shareBp: 1 }],
    },
    () => [ORIGIN],
  );
  const report = { identity: withProvenance({ fullName: 'LEAK' }, () => [ORIGIN]), accounts: [account] };
  const gate = createGate();
  const app = { door: { open: () => Promise.resolve({ report, decision }) }, catalogue: FIELD_CATALOGUE };
  const actor = { role: 'BANK', partyId: 'bank-a', tokenHash: '' };
  const context = { actor, traceId: 't', app, gate, logFault: () => undefined } as unknown as RequestContext; // all that is asked of it
  const { data } = await execute({
    schema: buildRoleSchemas(FIELD_CATALOGUE).BANK.schema,
    document: QUERY,
    contextValue: context,
  });
  return { text: JSON.stringify(data), fault: gate.fault };
}

describe('the guard, alone against a projection that went wrong', () => {
  it('lets no value of a field through that the decision did not release, and calls it a fault', async () => {
    const { text, fault } = await answerOf([]);
    expect(text).not.toMatch(/LEAK|OVERDUE/);
    expect(fault).toBeInstanceOf(Error);
  });

  it('finds one value too many among released ones, list or leaf', async () => {
    const all = ['Identity.fullName', 'CreditAccount.status', 'CreditAccount.fundingShares'];
    for (const withheld of all) {
      const { fault } = await answerOf(all.filter((name) => name !== withheld));
      expect({ withheld, fault: String(fault) }).toEqual({
        withheld,
        fault: `Error: guard and projection disagree on ${withheld}`,
      });
    }
  });

  it('lets released values pass', async () => {
    const { text, fault } = await answerOf(['Identity.fullName', 'CreditAccount.status', 'CreditAccount.fundingShares']);
    expect([text.match(/LEAK/g)?.length, text.includes('OVERDUE'), fault]).toEqual([2, true, null]);
  });
});
