import { Field, ID, ObjectType } from 'type-graphql';
import { Access } from './directives';
import * as scalars from './scalars';

@ObjectType('Ledger', { simpleResolvers: true, description: 'The signed ledger: how long it is, and what it comes to.' })
export class LedgerType {
  @Field({ description: 'Its name, never used for another.' }) origin: string;
  @Field(() => scalars.LedgerIndexScalar, { description: 'Entries that the checkpoint covers.' }) size: number;
  @Field({ description: 'Base64, as in the checkpoint.' }) rootHash: string;
  @Field({ description: 'C2SP signed note.' }) checkpoint: string;
  @Field({ description: 'Verifier key of the signer.' }) publicKey: string;
  @Field(() => scalars.DateTimeScalar, { description: 'The instant at which it was signed.' }) publishedAt: number;
}

@ObjectType('DisclosureProof', { simpleResolvers: true, description: 'That a disclosure stands in the signed ledger.' })
export class DisclosureProofType {
  @Field(() => ID, { description: "The report's id." }) reportId: string;
  @Field({ description: 'Name of the ledger.' }) ledgerOrigin: string;
  @Field(() => scalars.LedgerIndexScalar, { description: 'Place of the entry.' }) ledgerIndex: number;
  @Field(() => scalars.Sha256Scalar, { description: 'SHA-256 of a zero byte and the entry.' }) leafHash: string;
  @Field({ description: 'C2SP tlog-proof: index, path, checkpoint.' }) proof: string;
  @Access('BORROWER', 'AUDITOR')
  @Field(() => String, { nullable: true, description: 'The entry itself, canonical text; leafHash commits to it.' })
  entry: string | null;
}
