import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { findOwnConsent } from '../app/consent/consent-parties';
import { listRequests } from '../app/consent/list-consents';
import { findOwnRequest, rejectConsentRequest, requestConsent } from '../app/consent/request-consent';
import type { ConsentView } from '../app/consent-ports';
import { ConsentType, ReceiptType } from './consent.types';
import { Access, Refuses } from './directives';
import { toRequestFilter, toRequestInput } from './from-inputs';
import { ConsentRequestFilter, RejectConsentRequestInput, RequestConsentInput } from './input.types';
import type { RequestContext } from './request-context';
import {
  ApprovalType,
  ConsentRequestConnectionType,
  ConsentRequestType,
  RejectConsentRequestPayload,
  RequestConsentPayload,
} from './request.types';
import { isOwnAnswer, toConsent, toEvidence, toPageInfo, toReceipt, toRequest } from './to-consent-types';

@Resolver(() => ConsentRequestType)
export class ConsentRequestResolver {
  @Access('BANK', 'CREDIT_REFERENCE_CENTRE')
  @Refuses('IDEMPOTENCY_MISMATCH', 'UNKNOWN_FIELD', 'CONTAINER_NOT_GRANTED', 'EMPTY_SCOPES', 'INVALID_PERIOD', 'EXCEEDS_PURPOSE')
  @Mutation(() => RequestConsentPayload, {
    nullable: true,
    description:
      'Asks a borrower for a consent. While an earlier request for the same identity and purpose is PENDING as the recipient sees it, that one is returned unchanged; alike for people who do not exist.',
  })
  async requestConsent(
    @Arg('input', () => RequestConsentInput, { description: 'Whom, for what, how much.' }) input: RequestConsentInput,
    @Ctx() context: RequestContext,
  ): Promise<RequestConsentPayload> {
    const { app, actor } = context;
    return { consentRequest: await toRequest(await requestConsent(app.consents, actor, toRequestInput(input, actor)), context) };
  }

  @Access('PLATFORM', 'BORROWER')
  @Refuses('IDEMPOTENCY_MISMATCH', 'NOT_FOUND', 'ILLEGAL_TRANSITION')
  @Mutation(() => RejectConsentRequestPayload, {
    nullable: true,
    description: 'Refuses a request; its recipient is not told, and sees it lapse.',
  })
  async rejectConsentRequest(
    @Arg('input', () => RejectConsentRequestInput, { description: 'Which request, and why.' }) input: RejectConsentRequestInput,
    @Ctx() context: RequestContext,
  ): Promise<RejectConsentRequestPayload> {
    const { consentRequestId, idempotencyKey } = input;
    const rejection = { consentRequestId, idempotencyKey, reason: input.reason ?? null };
    const { view, receipt } = await rejectConsentRequest(context.app.consents, context.actor, rejection);
    return { consentRequest: await toRequest(view, context), receipt: toReceipt(receipt) };
  }

  @Access('BANK', 'CREDIT_REFERENCE_CENTRE', 'PLATFORM', 'BORROWER')
  @Query(() => ConsentRequestType, { nullable: true, description: 'One request; null for none and for somebody else’s alike.' })
  async consentRequest(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<ConsentRequestType | null> {
    const view = await findOwnRequest(context.app.consents, context.actor, id);
    return view && toRequest(view, context);
  }

  @Access('BANK', 'CREDIT_REFERENCE_CENTRE', 'PLATFORM', 'BORROWER')
  @Query(() => ConsentRequestConnectionType, { description: 'Own requests, newest first. No totals.' })
  async consentRequests(
    @Arg('filter', () => ConsentRequestFilter, { nullable: true, description: 'Which.' })
    filter: ConsentRequestFilter | null | undefined,
    @Arg('first', () => Int, { defaultValue: 50, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the last item seen.' })
    after: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<ConsentRequestConnectionType> {
    const { app, actor } = context;
    const page = await listRequests(app.consents, actor, toRequestFilter(filter, actor), { first, after: after ?? null });
    const edges = await Promise.all(
      page.items.map(async ({ cursor, item }) => ({ cursor, node: await toRequest(item, context) })),
    );
    return { edges, pageInfo: toPageInfo(page) };
  }

  @Access('PLATFORM', 'BORROWER')
  @FieldResolver(() => ConsentType, { nullable: true, description: 'The consent that it led to; to a platform its own alone.' })
  async consent(@Root() request: ConsentRequestType, @Ctx() context: RequestContext): Promise<ConsentType | null> {
    const view = await answerTo(request, context);
    return view && toConsent(view, context);
  }

  @Access('PLATFORM', 'BORROWER')
  @FieldResolver(() => [ApprovalType], { description: 'The approvals so far; to a platform its own alone.' })
  async approvals(@Root() request: ConsentRequestType, @Ctx() context: RequestContext): Promise<ApprovalType[]> {
    const view = await answerTo(request, context);
    if (!view) return [];
    const versions = await context.app.consents.book.listVersions(view.borrower.borrowerRef, view.arrangement.arrangementId);
    const first = versions.at(-1)?.terms;
    if (!first?.evidence) throw new Error('A grant without evidence');
    return [{ by: first.grantedBy.role, at: first.grantedAtMs, evidence: toEvidence(first.evidence, context.actor.role) }];
  }

  @Access('PLATFORM', 'BORROWER')
  @FieldResolver(() => [ReceiptType], { description: 'Of its rejection; a grant leaves its receipt with the consent.' })
  async receipts(@Root() { view }: ConsentRequestType, @Ctx() context: RequestContext): Promise<ReceiptType[]> {
    if (!isOwnAnswer(view, context)) return [];
    const { consentRequestId } = view.request;
    return (await context.app.consents.book.listReceipts(view.borrowerRef, { consentRequestId })).map(toReceipt);
  }
}

async function answerTo({ view }: ConsentRequestType, context: RequestContext): Promise<ConsentView | null> {
  const { arrangementId } = view.request;
  return arrangementId === null ? null : findOwnConsent(context.app.consents, context.actor, arrangementId);
}
