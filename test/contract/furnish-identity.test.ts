import type { FurnishResult } from '../../src/app/credit/furnish-records';
import { forEachDatabase } from '../support/databases';
import { aBorrower, aFurnishing, type Furnishing } from '../support/furnishing';

const counts = ({ accepted, unchanged, rejected }: FurnishResult): number[] => [accepted, unchanged, rejected];

forEachDatabase('who a customer is', (open) => {
  let world: Furnishing;
  beforeEach(async () => {
    world = await aFurnishing(await open(), ['ant', 'jd']);
  });
  afterEach(() => world.remove());

  const wang = { idType: 'PASSPORT', idNumber: 'E1', fullName: 'Wang' };
  const li = { idType: 'PASSPORT', idNumber: 'E2', fullName: 'Li' };
  const refs = async (): Promise<Record<string, string>> => {
    const rows = await world.rows('SELECT platform_id, customer_id, borrower_ref FROM customer');
    return Object.fromEntries(
      rows.map((row) => [
        `${String(row['platform_id'])}/${String(row['customer_id'])}`,
        (row['borrower_ref'] as Buffer).toString('hex'),
      ]),
    );
  };
  const holderOf = async (person: { idNumber: string; fullName: string }): Promise<string | null> => {
    const lookup = world.keys.lookupOf({ idType: 'PASSPORT', ...{ idNumber: person.idNumber, fullName: person.fullName } });
    const [row] = await world.rows('SELECT borrower_ref FROM identity_lookup WHERE lookup = ?', [lookup]);
    return row ? (row['borrower_ref'] as Buffer).toString('hex') : null;
  };

  it('joins customers of one document, within and across platforms', async () => {
    await world.furnish([aBorrower('c1', wang), aBorrower('c2', { ...wang, fullName: 'ｗａｎｇ' }), aBorrower('c3', li)]);
    await world.furnish([aBorrower('x', wang)], { platformId: 'jd' });
    const found = await refs();
    expect([found['ant/c1'] === found['ant/c2'], found['ant/c1'] === found['jd/x'], found['ant/c1'] === found['ant/c3']]).toEqual(
      [true, true, false],
    );
    expect(await world.count('borrower_key')).toBe(2);
  });

  it('never merges two stored borrowers', async () => {
    await world.furnish([aBorrower('c1', wang)]);
    await world.furnish([aBorrower('x')], { platformId: 'jd' });
    await world.furnish([aBorrower('x', wang)], { platformId: 'jd' });
    const found = await refs();
    expect(found['ant/c1']).not.toBe(found['jd/x']);
    expect(await holderOf(wang)).toBe(found['ant/c1']);
  });

  it('forgets a corrected document unless another customer of the borrower carries it', async () => {
    await world.furnish([aBorrower('c1', wang), aBorrower('c2', wang)]);
    await world.furnish([aBorrower('c1', li)]);
    const holder = (await refs())['ant/c1'];
    expect([await holderOf(wang), await holderOf(li)]).toEqual([holder, holder]);
    await world.furnish([aBorrower('c2', li)]);
    expect([await holderOf(wang), await holderOf(li)]).toEqual([null, holder]);
  });

  it('does not find by document who gave no name', async () => {
    await world.furnish([aBorrower('c1', { idType: 'PASSPORT', idNumber: 'E1' })]);
    expect(await world.count('identity_lookup')).toBe(1);
  });

  it('survives two platforms that furnish the same new people at once', async () => {
    const people = Array.from({ length: 300 }, (_, index) => aBorrower(`c${index}`, { idType: 'PASSPORT', idNumber: `N${index}`, fullName: 'X' }));
    const [ant, jd] = [world.write('ant', people), world.write('jd', [...people].reverse())];
    const results = await Promise.all([world.run([ant]), world.run([jd], { platformId: 'jd' })]);
    expect(results.flat().map(counts)).toEqual([[300, 0, 0], [300, 0, 0]]);
    expect([await world.count('borrower_key'), await world.count('identity_lookup')]).toEqual([300, 900]);
  }); // prettier-ignore
});
