import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { proveDisclosure } from '../app/ledger/prove-disclosure';
import { Access } from './directives';
import { DisclosureProofType, LedgerType } from './ledger.types';
import type { RequestContext } from './request-context';

@Resolver(() => LedgerType)
export class LedgerResolver {
  @Access('AUDITOR')
  @Query(() => LedgerType, { description: 'The newest checkpoint.' })
  async ledger(@Ctx() { app }: RequestContext): Promise<LedgerType> {
    const { origin, size, root, note, publishedAtMs } = await app.archive.newest();
    return {
      origin,
      size,
      rootHash: root.toString('base64'),
      checkpoint: note,
      publicKey: app.archive.verifierKey,
      publishedAt: publishedAtMs,
    };
  }

  @Access('BANK', 'CREDIT_REFERENCE_CENTRE', 'BORROWER', 'AUDITOR')
  @Query(() => DisclosureProofType, {
    nullable: true,
    description: 'null for none, for somebody else’s alike, and until a checkpoint covers the entry (seconds).',
  })
  async disclosureProof(
    @Arg('reportId', () => ID, { description: 'Id of the report.' }) reportId: string,
    @Ctx() { app, actor, shown }: RequestContext,
  ): Promise<DisclosureProofType | null> {
    const proof = await proveDisclosure(app.consents, app.archive, actor, reportId);
    if (proof) shown.indices.push(proof.ledgerIndex);
    shown.rows += proof ? 1 : 0;
    return proof && { ...proof, leafHash: proof.leafHash.toString('hex') };
  }
}
