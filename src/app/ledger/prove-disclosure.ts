import type { Actor } from '../../core/identity/actor';
import { LedgerFault } from '../../core/ledger/ledger-fault';
import { leafHash } from '../../core/ledger/merkle-tree';
import { inclusionPath, rootByPath, tlogProof } from '../../core/ledger/proofs';
import type { ConsentParts } from '../consent/consent-parts';
import type { LedgerArchive } from '../ledger-ports';
import { findDisclosure } from './explain-disclosure';

/** That a disclosure stands in the signed ledger. */
export interface DisclosureProof {
  readonly reportId: string;
  readonly ledgerOrigin: string;
  readonly ledgerIndex: number;
  /** 32 bytes. */
  readonly leafHash: Buffer;
  /** Index, path and checkpoint (C2SP tlog-proof). */
  readonly proof: string;
  /** The entry's canonical text. */
  readonly entry: string;
}

/**
 * Proves a disclosure that this actor may see; null for none, for somebody else's, and until a checkpoint covers it.
 *
 * @throws LedgerFault if the stored entry is not the one that was signed.
 */
export async function proveDisclosure(
  parts: ConsentParts,
  archive: LedgerArchive,
  actor: Actor,
  reportId: string,
): Promise<DisclosureProof | null> {
  const found = await findDisclosure(parts, actor, reportId);
  if (!found) return null;
  const { note, size, root, origin } = await archive.newest();
  const { ledgerIndex } = found;
  if (ledgerIndex >= size) return null;
  const body = await archive.entry(ledgerIndex);
  if (!body) throw new LedgerFault(ledgerIndex, 'it is missing');
  const leaf = leafHash(body);
  const path = await inclusionPath(archive.reader, ledgerIndex, size);
  if (rootByPath(leaf, ledgerIndex, size, path)?.equals(root) !== true)
    throw new LedgerFault(ledgerIndex, 'the stored entry is not the one that was signed');
  const proof = tlogProof(ledgerIndex, path, note);
  return { reportId, ledgerOrigin: origin, ledgerIndex, leafHash: leaf, proof, entry: body.toString('ascii') };
}
