import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { ActResult } from '../app/consent/act-result';
import { amendConsent } from '../app/consent/amend-consent';
import { findOwnConsent } from '../app/consent/consent-parties';
import { grantConsent } from '../app/consent/grant-consent';
import { listConsents } from '../app/consent/list-consents';
import { pauseConsent, resumeConsent } from '../app/consent/pause-consent';
import { findOwnRequest } from '../app/consent/request-consent';
import { giveUpConsent, revokeConsent } from '../app/consent/revoke-consent';
import { ConsentConnectionType, ConsentType, ConsentVersionType, ReceiptType } from './consent.types';
import { Access, Refuses } from './directives';
import { toAmendment, toConsentFilter, toGrant, toPause, toResume } from './from-inputs';
import {
  AmendConsentInput,
  ConsentFilter,
  GrantConsentInput,
  PauseConsentInput,
  ResumeConsentInput,
  RevokeConsentInput,
} from './input.types';
import { isRecipientRole } from '../core/identity/actor';
import type { RequestContext } from './request-context';
import {
  AmendConsentPayload,
  ConsentRequestType,
  GrantConsentPayload,
  PauseConsentPayload,
  ResumeConsentPayload,
  RevokeConsentPayload,
} from './request.types';
import { toConsent, toPageInfo, toReceipt, toRequest, toVersion } from './to-consent-types';

const BY_ID = 'null for none and for somebody else’s alike.';

@Resolver(() => ConsentType)
export class ConsentResolver {
  @Access('PLATFORM', 'BORROWER')
  @Refuses(
    'IDEMPOTENCY_MISMATCH', 'NOT_FOUND', 'ILLEGAL_TRANSITION', 'RECIPIENT_NOT_ACTIVE', 'EVIDENCE_STALE', 'EVIDENCE_REUSED',
    'UNKNOWN_FIELD', 'CONTAINER_NOT_GRANTED', 'EMPTY_SCOPES', 'INVALID_PERIOD', 'EXCEEDS_REQUEST', 'EXCEEDS_PURPOSE',
  ) // prettier-ignore
  @Mutation(() => GrantConsentPayload, { nullable: true, description: 'Grants a new consent, with evidence of the approval.' })
  async grantConsent(
    @Arg('input', () => GrantConsentInput, { description: 'What, to whom, for what, how long.' }) input: GrantConsentInput,
    @Ctx() context: RequestContext,
  ): Promise<GrantConsentPayload> {
    const { app, actor } = context;
    const result = await grantConsent(app.consents, actor, toGrant(input, actor));
    const { consentRequestId } = result.view;
    const request = consentRequestId === null ? null : await findOwnRequest(app.consents, actor, consentRequestId);
    return {
      consent: await toConsent(result.view, context),
      consentRequest: request && (await toRequest(request, context)),
      receipt: result.receipt && toReceipt(result.receipt),
    };
  }

  @Access('PLATFORM', 'BORROWER')
  @Refuses(
    'IDEMPOTENCY_MISMATCH', 'NOT_FOUND', 'CONFLICT', 'ILLEGAL_TRANSITION', 'EVIDENCE_REQUIRED', 'EVIDENCE_STALE', 'EVIDENCE_REUSED',
    'UNKNOWN_FIELD', 'CONTAINER_NOT_GRANTED', 'INVALID_PERIOD', 'EXCEEDS_PURPOSE',
  ) // prettier-ignore
  @Mutation(() => AmendConsentPayload, { nullable: true, description: 'Makes a new version of a consent.' })
  async amendConsent(
    @Arg('input', () => AmendConsentInput, { description: 'What changes.' }) input: AmendConsentInput,
    @Ctx() context: RequestContext,
  ): Promise<AmendConsentPayload> {
    const result = await amendConsent(context.app.consents, context.actor, toAmendment(input));
    const { consent, stillDisclosedBy, receipt } = await toPayload(result, context);
    return { consent, stillDisclosedBy, receipt };
  }

  @Access('PLATFORM', 'BORROWER')
  @Refuses('IDEMPOTENCY_MISMATCH', 'NOT_FOUND', 'CONFLICT', 'ILLEGAL_TRANSITION')
  @Mutation(() => PauseConsentPayload, { nullable: true, description: 'Hides everything under a consent until it is resumed.' })
  async pauseConsent(
    @Arg('input', () => PauseConsentInput, { description: 'Which consent, and why.' }) input: PauseConsentInput,
    @Ctx() context: RequestContext,
  ): Promise<PauseConsentPayload> {
    return toPayload(await pauseConsent(context.app.consents, context.actor, toPause(input)), context);
  }

  @Access('PLATFORM', 'BORROWER')
  @Refuses(
    'IDEMPOTENCY_MISMATCH', 'NOT_FOUND', 'CONFLICT', 'ILLEGAL_TRANSITION', 'EVIDENCE_REQUIRED', 'EVIDENCE_STALE', 'EVIDENCE_REUSED',
  ) // prettier-ignore
  @Mutation(() => ResumeConsentPayload, { nullable: true, description: 'Brings the current version of a paused consent back.' })
  async resumeConsent(
    @Arg('input', () => ResumeConsentInput, { description: 'Which consent, and why.' }) input: ResumeConsentInput,
    @Ctx() context: RequestContext,
  ): Promise<ResumeConsentPayload> {
    const { consent, receipt } = await toPayload(
      await resumeConsent(context.app.consents, context.actor, toResume(input)),
      context,
    );
    return { consent, receipt };
  }

  @Access('PLATFORM', 'BORROWER', 'BANK', 'CREDIT_REFERENCE_CENTRE')
  @Refuses('IDEMPOTENCY_MISMATCH', 'NOT_FOUND', 'CONFLICT')
  @Mutation(() => RevokeConsentPayload, {
    nullable: true,
    description:
      'Ends a consent at once and for good. A recipient may give up its own; an id that is not its own is BAD_USER_INPUT.',
  })
  async revokeConsent(
    @Arg('input', () => RevokeConsentInput, { description: 'Which consent, and why.' }) input: RevokeConsentInput,
    @Ctx() context: RequestContext,
  ): Promise<RevokeConsentPayload> {
    const { app, actor } = context;
    const { consentId } = input;
    if (isRecipientRole(actor.role)) {
      await giveUpConsent(app.consents, actor, toPause(input));
      return { consentId, consent: null, receipt: null, stillDisclosedBy: null };
    }
    return { consentId, ...(await toPayload(await revokeConsent(app.consents, actor, toPause(input)), context)) };
  }

  @Access('PLATFORM', 'BORROWER', 'AUDITOR')
  @Query(() => ConsentType, { nullable: true, description: `One consent; ${BY_ID}` })
  async consent(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Ctx() context: RequestContext,
  ): Promise<ConsentType | null> {
    const view = await findOwnConsent(context.app.consents, context.actor, id);
    return view && toConsent(view, context);
  }

  @Access('PLATFORM', 'BORROWER', 'AUDITOR')
  @Query(() => ConsentConnectionType, { description: 'Own consents, newest first; an auditor reads all. No totals.' })
  async consents(
    @Arg('filter', () => ConsentFilter, { nullable: true, description: 'Which.' }) filter: ConsentFilter | null | undefined,
    @Arg('first', () => Int, { defaultValue: 50, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the last item seen.' })
    after: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<ConsentConnectionType> {
    const { app, actor } = context;
    const page = await listConsents(app.consents, actor, toConsentFilter(filter, actor), { first, after: after ?? null });
    const edges = await Promise.all(
      page.items.map(async ({ cursor, item }) => ({ cursor, node: await toConsent(item, context) })),
    );
    return { edges, pageInfo: toPageInfo(page) };
  }

  @FieldResolver(() => [ConsentVersionType], { description: 'Every version, newest first.' })
  async versions(@Root() { view }: ConsentType, @Ctx() context: RequestContext): Promise<ConsentVersionType[]> {
    const versions = await context.app.consents.book.listVersions(view.borrower.borrowerRef, view.arrangement.arrangementId);
    return versions.map((version) => toVersion(version, context));
  }

  @Access('PLATFORM', 'BORROWER')
  @FieldResolver(() => ConsentRequestType, { nullable: true, description: 'The request that it answers.' })
  async consentRequest(@Root() { view }: ConsentType, @Ctx() context: RequestContext): Promise<ConsentRequestType | null> {
    const { consentRequestId } = view;
    const request =
      consentRequestId === null ? null : await findOwnRequest(context.app.consents, context.actor, consentRequestId);
    return request && toRequest(request, context);
  }

  @Access('PLATFORM', 'BORROWER')
  @FieldResolver(() => [ReceiptType], { description: 'Of every transition, oldest first.' })
  async receipts(@Root() { view }: ConsentType, @Ctx() { app }: RequestContext): Promise<ReceiptType[]> {
    const { arrangement, borrower } = view;
    const { arrangementId } = arrangement;
    return (await app.consents.book.listReceipts(borrower.borrowerRef, { arrangementId })).map(toReceipt);
  }
}

async function toPayload(
  { view, receipt, stillDisclosedBy }: ActResult,
  context: RequestContext,
): Promise<{ consent: ConsentType; receipt: ReceiptType | null; stillDisclosedBy: ConsentType[] }> {
  return {
    consent: await toConsent(view, context),
    receipt: receipt && toReceipt(receipt),
    stillDisclosedBy: await Promise.all(stillDisclosedBy.map((still) => toConsent(still, context))),
  };
}
