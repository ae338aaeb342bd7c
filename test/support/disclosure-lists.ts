import { type Answer, type Caller, sendAs, type Values } from './clients';
import type { Person } from './consent-acts';
import { anInstitution, type ReportDraft, type World } from './world';

export const NAME = 'identity { fullName }';

export interface DisclosurePage {
  readonly edges: readonly { readonly cursor: string; readonly node: Values & { readonly reportId: string } }[];
  readonly pageInfo: Values & { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export const idsOf = ({ edges }: DisclosurePage): readonly string[] => edges.map(({ node }) => node.reportId);
export type DisclosureLists = ReturnType<typeof disclosureLists>;

let banks = 0;

/** Makes disclosures in a world and reads their lists. */
export function disclosureLists(world: World) {
  const send = (as: Caller, variables: Values = {}, select = 'reportId'): Promise<Answer> => {
    const query = `query ($filter: DisclosureFilter, $first: Int = 50, $after: String) {
      disclosures(filter: $filter, first: $first, after: $after) { edges { cursor node { ${select} } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
    return sendAs(world.gateway.http, as, query, variables);
  };
  async function page(as: Caller, variables: Values = {}, select?: string): Promise<DisclosurePage> {
    const { data, errors, text } = await send(as, variables, select);
    if (!data || errors) throw new Error(text);
    return data['disclosures'] as DisclosurePage;
  }
  const ids = async (as: Caller, filter: Values = {}): Promise<readonly string[]> =>
    idsOf(await page(as, { filter, first: 100 }));
  /** All pages of a list. */
  async function walk(
    as: Caller,
    variables: Values,
  ): Promise<{ readonly pages: readonly DisclosurePage[]; readonly ids: readonly string[] }> {
    const pages: DisclosurePage[] = [await page(as, variables)];
    for (let last = pages[0]; last?.pageInfo.hasNextPage && pages.length < 50; last = pages.at(-1))
      pages.push(await page(as, { ...variables, after: last.pageInfo.endCursor }));
    return { pages, ids: pages.flatMap(idsOf) };
  }
  /** A bank that nobody asked through before. */
  async function aBank(): Promise<Caller> {
    banks += 1;
    const party = `bank-of-test-${String(banks)}`;
    await world.stores.institutions.add(anInstitution(party, 'BANK'));
    return { role: 'bank', party };
  }
  /** The report of one look-up, a millisecond after the last. */
  async function asked(borrower: Values, as: Caller, draft: ReportDraft = {}): Promise<string> {
    world.clock.nowMs += 1;
    const { extensions, text } = await world.ask({ borrower, as, select: NAME, ...draft });
    if (!extensions?.disclosure) throw new Error(text);
    return extensions.disclosure.reportId;
  }
  const allow = ({ borrower }: Person, recipientId: string, scopes = '*+Identity.fullName', purpose?: string): Promise<string> =>
    world.grant({ borrower, recipientId, scopes, ...(purpose === undefined ? {} : { purpose }) });

  return { send, page, ids, walk, aBank, asked, allow };
}
