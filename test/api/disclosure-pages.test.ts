import { NOW_MS } from '../support/builders';
import { type Caller, CALLERS, newKey, type Values } from '../support/clients';
import { aPerson, factsOf, type Person } from '../support/consent-acts';
import { forEachDatabase } from '../support/databases';
import { type DisclosureLists, disclosureLists, type DisclosurePage, idsOf } from '../support/disclosure-lists';
import { CUSTOMER, DAY, openWorld, type World } from '../support/world';

const { platform: PLATFORM, auditor: AUDITOR, bankA: BANK_A, bankB: BANK_B } = CALLERS;
const at = (ms: number): string => new Date(ms).toISOString();

forEachDatabase('a page of disclosures', (open) => {
  let world: World;
  let lists: DisclosureLists;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
    lists = disclosureLists(world);
  });
  beforeEach(() => {
    world.clock.nowMs += DAY / 24; // the clock of a ledger goes one way
  });

  it.each<[string, (bank: Caller, person: Person) => readonly [Caller, Values]]>([
      ['a recipient', (bank) => [bank, {}]],
      ['a recipient with a filter', (bank) => [bank, { purpose: 'MORTGAGE_ORIGINATION' }]],
      ['a borrower', (_bank, { self }) => [self, {}]],
      ['a platform', ({ party }) => [PLATFORM, { recipientId: party }]],
      ['a platform of one customer', (_bank, { borrower }) => [PLATFORM, { borrower }]],
      ['an auditor', ({ party }) => [AUDITOR, { recipientId: party }]],
    ])('gives %s each once, newest first, while new ones arrive', async (_who, listOf) => {
      const [person, bank] = [await aPerson(world), await lists.aBank()];
      await lists.allow(person, bank.party);
      const made: string[] = [];
      for (let count = 0; count < 8; count += 1) made.unshift(await lists.asked(person.borrower, bank));
      const [as, filter] = listOf(bank, person);
      const collected: string[] = [];
      let after: string | null = null;
      for (let turn = 0; turn < 3; turn += 1) {
        const got: DisclosurePage = await lists.page(as, { filter, first: 3, after });
        collected.push(...idsOf(got));
        expect(got.pageInfo).toEqual({
          hasNextPage: turn < 2, hasPreviousPage: turn > 0, startCursor: got.edges[0]?.cursor, endCursor: got.edges.at(-1)?.cursor,
        });
        after = got.pageInfo.endCursor;
        await lists.asked(person.borrower, bank);
      }
      expect(collected).toEqual(made);
      const rest = await lists.page(as, { filter, after });
      expect(rest).toEqual({ edges: [], pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null } });
    }); // prettier-ignore

  it('gives an auditor the whole ledger of disclosures, each once, in its order', async () => {
    for (let count = 0; count < 5; count += 1) await lists.asked(CUSTOMER('nobody'), BANK_A);
    const rows = await world.rows('SELECT report_id FROM disclosure ORDER BY idx DESC');
    const found = await lists.walk(AUDITOR, { first: 17 });
    expect(found.ids).toEqual(rows.map((row) => (row['report_id'] as Buffer).toString('base64url')));
  });

  it.each([0, 101, -1])('of %i is refused before anything is read', async (first) => {
    const { result, executed } = await world.spy.during(() => lists.send(BANK_A, { first }));
    expect([result.status, factsOf(result)]).toEqual([400, { code: 'BAD_USER_INPUT', input: 'first' }]);
    expect(executed.filter(({ sql }) => !sql.includes('FROM institution'))).toEqual([]);
  });

  it('has cursors of one length that no other caller and no other filter can use, nor any alteration of one', async () => {
      const [person, bank, other] = [await aPerson(world), await lists.aBank(), await lists.aBank()];
      for (let count = 0; count < 3; count += 1) await lists.asked(person.borrower, bank);
      const { edges } = await lists.page(bank);
      const [{ cursor = '' } = {}] = edges;
      expect(new Set(edges.map((edge) => edge.cursor.length))).toEqual(new Set([cursor.length]));
      const refusal = { code: 'BAD_USER_INPUT', input: 'after' };
      const elsewhere: readonly (readonly [Caller, Values])[] = [
        [other, {}], [person.self, {}], [PLATFORM, {}], [AUDITOR, {}], [AUDITOR, { recipientId: bank.party }], [{ ...bank, role: 'crc' }, {}],
        [bank, { purpose: 'MORTGAGE_ORIGINATION' }], [bank, { requestId: newKey() }], [bank, { decidedFrom: at(NOW_MS) }],
      ];
      for (const [as, filter] of elsewhere) {
        const answer = await lists.send(as, { after: cursor, filter });
        expect([as, filter, factsOf(answer)]).toEqual([as, filter, as.role === 'crc' ? { code: 'FORBIDDEN' } : refusal]);
      }
      const altered = [...cursor].map((letter, place) => `${cursor.slice(0, place)}${letter === 'A' ? 'B' : 'A'}${cursor.slice(place + 1)}`);
      for (const after of [...altered.slice(0, 12), ...altered.slice(-12), '', cursor.slice(1), `${cursor}A`, `${cursor}=`])
        expect({ after, facts: factsOf(await lists.send(bank, { after })) }).toEqual({ after, facts: refusal });
      expect(idsOf(await lists.page(bank, { after: cursor, first: 7 }))).toEqual(edges.slice(1).map(({ node }) => node.reportId));
    }); // prettier-ignore

  describe('of a crowded ledger', () => {
    beforeAll(async () => {
      world = await openWorld(open, { furnished: false });
      lists = disclosureLists(world);
    });

    it('looks at a bounded number of entries, and goes on where it stopped, also from an empty page', async () => {
      const [person, bank] = [await aPerson(world), await lists.aBank()];
      await lists.allow(person, bank.party);
      const mine = await lists.asked(person.borrower, bank);
      await copyDisclosure(await lists.asked(CUSTOMER('nobody'), BANK_B), 1_100);
      const filter = { decidedFrom: at(NOW_MS), field: 'Identity.fullName', outcome: 'RELEASED' };
      const { pages } = await lists.walk(AUDITOR, { filter, first: 1 });
      const sizes = pages.slice(0, 3).map(({ edges, pageInfo }) => [edges.length, pageInfo.hasNextPage]);
      expect(sizes).toEqual([[0, true], [0, true], [1, false]]);
      expect(pages[2] && idsOf(pages[2])).toEqual([mine]);
      const { executed } = await world.spy.during(() => lists.page(AUDITOR, { filter, first: 1 }));
      const read = executed.filter(({ sql }) => sql.includes('FROM disclosure'));
      expect(read.map(({ sql }) => /LIMIT (\d+)$/.exec(sql)?.[1])).toEqual([undefined, '501']);
      expect((await lists.walk(PLATFORM, { first: 50 })).ids).toContain(mine);
    }); // prettier-ignore

    /** As many entries more as if the same had been asked again and again. */
    async function copyDisclosure(reportId: string, count: number): Promise<void> {
      const [row] = await world.rows(
        'SELECT d.*, e.leaf, e.subject, e.body FROM disclosure AS d JOIN ledger_entry AS e ON e.idx = d.idx WHERE d.report_id = ?',
        [Buffer.from(reportId, 'base64url')],
      );
      if (!row) throw new Error('nothing to copy');
      const { leaf, subject, body, ...disclosure } = row as Record<string, string | number | Buffer | null>;
      await world.db.database.write(function* () {
        for (let copy = 1; copy <= count; copy += 1) {
          const idx = Number(disclosure['idx']) + copy;
          const report = Buffer.alloc(16);
          report.writeUInt32BE(copy, 12);
          const of = { ...disclosure, idx, report_id: report };
          const names = Object.keys(of);
          yield { sql: `INSERT INTO disclosure (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`, params: Object.values(of) };
          yield { sql: 'INSERT INTO ledger_entry (ledger_id, idx, leaf, subject, body) VALUES (0, ?, ?, ?, ?)', params: [idx, leaf ?? null, subject ?? null, body ?? null] };
        }
        const next = Number(disclosure['idx']) + count + 1;
        const subtrees = next.toString(2).replaceAll('0', '').length; // of any hashes: nobody verifies these copies
        yield { sql: 'UPDATE ledger_sequence SET next = ?, frontier = ?', params: [next, Buffer.alloc(32 * subtrees)] };
      });
    } // prettier-ignore
  });
});
