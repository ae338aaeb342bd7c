import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import { whoCanSee } from '../app/consent/who-can-see';
import { previewQuestion } from '../app/credit/preview-report';
import {
  cellsOf,
  type ExplainedCell,
  explainDisclosure,
  explainPreview,
  findDisclosure,
  warnOf,
} from '../app/ledger/explain-disclosure';
import { listDisclosures } from '../app/ledger/list-disclosures';
import { legalBasisOf } from '../core/consent/grant-rules';
import type { Purpose } from '../core/consent/purpose';
import type { DisclosureRecord } from '../app/consent-ports';
import { Access, Refuses } from './directives';
import { DisclosureConnectionType, DisclosureFilter } from './disclosure.types';
import {
  CellVerdictType,
  CitationType,
  CreditReportPreviewType,
  DisclosureType,
  FieldVisibilityType,
  RevealWarningType,
} from './explanation.types';
import { toDisclosureFilter, toHypothetical } from './from-inputs';
import { BorrowerLookupInput, PreviewCreditReportInput } from './input.types';
import { toIdentity } from './lookup';
import { planReport } from './plan';
import type { RequestContext } from './request-context';
import { FieldCoordinateScalar } from './scalars';
import { toConsent, toInstitutionType, toPageInfo, toParty } from './to-consent-types';

@Resolver(() => CreditReportPreviewType)
export class PreviewResolver {
  @Access('PLATFORM', 'BORROWER')
  @Refuses('NOT_FOUND', 'UNKNOWN_FIELD', 'CONTAINER_NOT_GRANTED', 'INVALID_PERIOD', 'EXCEEDS_PURPOSE')
  @Query(() => CreditReportPreviewType, {
    description:
      'What this recipient would see, by the real executor: today, or under a hypothetical consent. Recorded as a preview, not as a disclosure.',
  })
  async previewCreditReport(
    @Arg('input', () => PreviewCreditReportInput, { description: 'Whose report, through whose eyes.' })
    input: PreviewCreditReportInput,
    @Ctx() { app, actor, gate }: RequestContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Pick<CreditReportPreviewType, 'report'>> {
    const plan = planReport(info, app.catalogue);
    const question = await previewQuestion(app.consents, actor, {
      borrower: input.borrower ? toIdentity(input.borrower, actor, 'input.borrower') : null,
      recipientId: input.recipientId,
      purpose: input.purpose,
      hypothetical: input.hypothetical ? toHypothetical(input.hypothetical) : null,
    });
    const { asked, monthsBack, listsDisputes, loansFirst, product, hash } = plan;
    gate.plan = plan;
    gate.release = await app.door.open(actor, {
      ...question,
      asked,
      monthsBack,
      listsDisputes,
      loansFirst,
      product,
      operationHash: hash,
    });
    return { report: gate.release.report as unknown as CreditReportPreviewType['report'] }; // resolved field by field, under guard
  }

  @FieldResolver(() => [CellVerdictType], { description: 'One row per cell asked for.' })
  async verdicts(@Ctx() context: RequestContext): Promise<CellVerdictType[]> {
    const { release } = context.gate;
    return release ? toVerdicts(await explainPreview(context.app.consents, release), context) : [];
  }

  @FieldResolver(() => [RevealWarningType], {
    description: 'Withheld fields, asked for or not, that the permitted ones let a recipient compute.',
  })
  warnings(@Ctx() { app, gate }: RequestContext): RevealWarningType[] {
    const warnings = gate.release ? warnOf(app.consents, gate.release) : [];
    return warnings.map(({ entry, computableFrom }) => ({
      field: entry.coordinate,
      computableFrom: computableFrom.map(({ coordinate }) => coordinate),
    }));
  }
}

@Resolver(() => DisclosureType)
export class DisclosureResolver {
  @Access('PLATFORM', 'BORROWER')
  @Refuses('NOT_FOUND', 'UNKNOWN_FIELD')
  @Query(() => [FieldVisibilityType], {
    description:
      'Every recipient and purpose under which this field is visible now, and the consent that makes it so; to a platform only its own consents.',
  })
  async whoCanSee(
    @Arg('borrower', () => BorrowerLookupInput, { nullable: true, description: 'As in PreviewCreditReportInput.' })
    borrower: BorrowerLookupInput | null | undefined,
    @Arg('field', () => FieldCoordinateScalar, { description: 'Which field.' }) field: string,
    @Ctx() context: RequestContext,
  ): Promise<FieldVisibilityType[]> {
    const { app, actor } = context;
    const named = borrower ? toIdentity(borrower, actor, 'borrower') : null;
    const found = await whoCanSee(app.consents, actor, named, field);
    return Promise.all(
      found.map(async ({ recipient, consent, visibleUntilMs, ...visibility }) => ({
        ...visibility,
        recipient: toInstitutionType(recipient),
        consent: await toConsent(consent, context),
        visibleUntil: visibleUntilMs,
      })),
    );
  }

  @Query(() => DisclosureConnectionType, {
    description:
      'Auditor: all; borrower and recipient: own; platform: those about records it furnished, its own cells only. Newest first, no totals. A filter may look at one part of the list at a time: a page can be short, or empty, and still go on after its endCursor.',
  })
  async disclosures(
    @Arg('filter', () => DisclosureFilter, { nullable: true, description: 'Which.' })
    filter: DisclosureFilter | null | undefined,
    @Arg('first', () => Int, { defaultValue: 50, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the last item seen.' })
    after: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<DisclosureConnectionType> {
    const { app, actor } = context;
    const page = await listDisclosures(app.consents, actor, toDisclosureFilter(filter, actor), { first, after: after ?? null });
    const edges = await Promise.all(
      page.items.map(async ({ cursor, item }) => ({ cursor, node: await toDisclosure(item, context) })),
    );
    return { edges, pageInfo: toPageInfo(page) };
  }

  @Query(() => DisclosureType, {
    nullable: true,
    description: 'One disclosure; verdicts explains it. null for none and for somebody else’s alike.',
  })
  async disclosure(
    @Arg('reportId', () => ID, { description: 'Id of the report.' }) reportId: string,
    @Ctx() context: RequestContext,
  ): Promise<DisclosureType | null> {
    const record = await findDisclosure(context.app.consents, context.actor, reportId);
    return record && toDisclosure(record, context);
  }

  @Access('PLATFORM')
  @FieldResolver(() => ID, { nullable: true, description: "The platform's own id of the borrower." })
  async customerId(@Root() { record }: DisclosureType, @Ctx() { app, actor }: RequestContext): Promise<string | null> {
    return record.borrower && app.consents.book.findCustomerId(record.borrower.borrowerRef, actor.partyId);
  }

  @Access('BORROWER', 'AUDITOR')
  @FieldResolver(() => [CellVerdictType], { description: 'Decided again from the consents of then; the reasons are not stored.' })
  async verdicts(@Root() { record }: DisclosureType, @Ctx() context: RequestContext): Promise<CellVerdictType[]> {
    return toVerdicts(await explainDisclosure(context.app.consents, record), context);
  }

  @Access('PLATFORM', 'BORROWER', 'AUDITOR')
  @FieldResolver(() => [CitationType], { description: 'The consents that what left rests on; to a platform its own.' })
  async citations(@Root() { record }: DisclosureType, @Ctx() context: RequestContext): Promise<CitationType[]> {
    const { app, actor } = context;
    const cited = await Promise.all(
      record.entry.consents.map(async (text) => {
        const [id = '', version] = text.split(':');
        const view = await app.consents.book.findConsent(id);
        const isHidden = actor.role === 'PLATFORM' && view?.arrangement.platformId !== actor.partyId;
        return view && !isHidden ? [{ consent: await toConsent(view, context), version: Number(version) }] : [];
      }),
    );
    return cited.flat();
  }
}

async function toVerdicts(explained: readonly ExplainedCell[], context: RequestContext): Promise<CellVerdictType[]> {
  return Promise.all(
    explained.map(async ({ entry, cell, consulted }) => ({
      field: entry.coordinate,
      product: cell.product,
      verdict: cell.verdict,
      reason: cell.reason,
      because: cell.because,
      consents: await Promise.all(
        consulted.map(async ({ consent, version }) => ({ consent: await toConsent(consent, context), version })),
      ),
    })),
  );
}

async function toDisclosure(record: DisclosureRecord, context: RequestContext): Promise<DisclosureType> {
  const { app, actor, shown } = context;
  const { entry } = record;
  shown.rows += 1;
  shown.indices.push(record.ledgerIndex);
  const purpose = entry.purpose as Purpose; // the gateway wrote it
  const [released, refused, empty] = [entry.released, entry.refused, entry.empty].map((side) => [
    ...cellsOf(side, actor, app.catalogue),
  ]);
  const hex = (text: string): string => Buffer.from(text, 'base64url').toString('hex');
  const isReleased = (released?.length ?? 0) > 0;
  return {
    reportId: record.reportId,
    decidedAt: record.decidedAtMs,
    recipient: await toParty(record.recipientId, context),
    purpose,
    legalChannel: purpose === 'CREDIT_REPORTING' ? 'PBOC_DATABASE' : 'LICENSED_AGENCY',
    operationHash: hex(entry.op),
    ledgerIndex: record.ledgerIndex,
    eraseBy: actor.role === 'PLATFORM' ? null : record.eraseByMs,
    requestId: record.recipientId === actor.partyId ? record.request.requestId : null,
    outcome: isReleased ? 'RELEASED' : 'REFUSED',
    legalBasis: isReleased ? legalBasisOf(purpose) : null,
    released: released ?? [],
    refused: refused ?? [],
    empty: empty ?? [],
    borrowerPseudonym: actor.role === 'AUDITOR' ? entry.subject : '',
    commitment: actor.role === 'AUDITOR' ? hex(entry.commit) : '',
    record,
  };
}
