import { legalBasesOf, purposesOf, rolesOf, ruleOf } from '../../src/core/consent/field-rule';
import { FIELD_CATALOGUE } from '../../src/core/credit/field-catalogue';
import { purposesOpenTo } from '../../src/core/consent/purpose';
import { aBorrower, CALLERS, type Caller, sendAs, tokenOf } from '../support/clients';
import { forEachDatabase } from '../support/databases';
import { openWorld, type World } from '../support/world';

const POLICIES = `{ fieldPolicies { field label { en zh } explanation { en zh } cluster sensitivity adverse perProduct container within
  coarser requires inputs formula formulaVersion openTo roles legalBases rule { en zh } since } }`;
const EVERYBODY: readonly Caller[] = [
  CALLERS.bankA, CALLERS.centre, CALLERS.platform, CALLERS.auditor, aBorrower('li'),
]; // prettier-ignore

forEachDatabase('the dictionary', (open) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
  });
  const ask = async (query: string, as: Caller) => sendAs(world.gateway.http, as, query, {});

  it('gives every role the whole catalogue as it is', async () => {
    const expected = FIELD_CATALOGUE.entries.map((entry) => {
      const { coordinate, source, label, explanation, cluster, sensitivity, adverse, perProduct, container, within } = entry;
      const { coarser, requires, inputs, since } = entry;
      const indicator = source.kind === 'indicator' ? source : { formula: null, formulaVersion: null };
      return {
        field: coordinate, label, explanation, cluster, sensitivity, adverse, perProduct, container, within, coarser, requires, inputs,
        formula: indicator.formula, formulaVersion: indicator.formulaVersion, openTo: purposesOf(entry), roles: rolesOf(entry),
        legalBases: legalBasesOf(entry), rule: ruleOf(entry, FIELD_CATALOGUE), since,
      }; // prettier-ignore
    });
    for (const as of EVERYBODY) expect((await ask(POLICIES, as)).data?.['fieldPolicies']).toEqual(expected);
    expect(expected.some(({ formula }) => formula !== null)).toBe(true);
  });

  it('has words in both languages that differ', async () => {
    const policies = (await ask(POLICIES, CALLERS.auditor)).data?.['fieldPolicies'] as Record<string, Record<string, string>>[];
    for (const { label = {}, explanation = {}, rule = {} } of policies)
      for (const { en, zh } of [label, explanation, rule]) {
        expect(en).toMatch(/[a-z]/i);
        expect(zh).toMatch(/\p{Script=Han}/u);
        expect(en).not.toMatch(/\p{Script=Han}/u);
      }
  });

  it('names as previewers those whom the schema lets preview', async () => {
    const headers = { authorization: `Bearer ${await tokenOf(CALLERS.auditor)}` };
    const { payload: text } = await world.gateway.http.inject({ url: '/schema', headers });
    const roles = /previewCreditReport\([^)]*\)[^@]*@access\(roles: \[([A-Z, _]+)\]\)/s.exec(text)?.[1]?.split(', ');
    expect(rolesOf({ cluster: 'CONTACT' }).filter((role) => role !== 'BANK')).toEqual(roles);
  });

  it.each([
    [CALLERS.bankA, { role: 'BANK', institution: { id: 'bank-a', kind: 'BANK' }, customerId: null }],
    [CALLERS.auditor, { role: 'AUDITOR', institution: { id: CALLERS.auditor.party, kind: 'AUDITOR' }, customerId: null }],
  ])('tells the caller who they are: %j', async (as, viewer) => {
    expect((await ask('{ viewer { role institution { id kind } } }', as)).data?.['viewer']).toEqual({
      role: viewer.role,
      institution: viewer.institution,
    });
  });

  it('tells a borrower by which id the platform knows them', async () => {
    const { data } = await ask('{ viewer { role institution { id } customerId } }', aBorrower('li'));
    expect(data?.['viewer']).toEqual({ role: 'BORROWER', institution: { id: 'platform-1' }, customerId: 'li' });
  });

  it('lists recipients alone, and of a purpose those registered for it', async () => {
    const named = async (purpose: string | null) => {
      const argument = purpose === null ? '' : `(purpose: ${purpose})`;
      const { data } = await ask(`{ recipients${argument} { id kind purposes } }`, CALLERS.platform);
      return data?.['recipients'] as { id: string; kind: string; purposes: string[] }[];
    };
    const all = await named(null);
    expect(all.every(({ kind }) => kind === 'BANK' || kind === 'CREDIT_REFERENCE_CENTRE')).toBe(true);
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining(['bank-a', 'bank-b']));
    const centres = await named('CREDIT_REPORTING');
    expect(centres.length).toBeGreaterThan(0);
    expect(centres.every(({ purposes }) => purposes.join() === purposesOpenTo('CREDIT_REFERENCE_CENTRE').join())).toBe(true);
  });
});
