import { hash } from 'node:crypto';

const LEAF = Buffer.from([0x00]);
const NODE = Buffer.from([0x01]);
const HASH_BYTES = 32;

/** Leaf hash of RFC 6962, section 2.1: SHA-256(0x00 ‖ entry). */
export function leafHash(entry: Buffer): Buffer {
  return hash('sha256', Buffer.concat([LEAF, entry]), 'buffer');
}

/** Inner node of RFC 6962: SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  return hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');
}

/**
 * What must be remembered of a tree to extend it: the hashes of its complete subtrees, one for each bit of the size that
 * is set, the largest first.
 */
export interface Frontier {
  readonly size: number;
  readonly hashes: readonly Buffer[];
}

export const EMPTY_FRONTIER: Frontier = { size: 0, hashes: [] };

export function appendLeaf(frontier: Frontier, leaf: Buffer): Frontier {
  return appendSubtree(frontier, leaf, 1);
}

/** @param leaves - Of the complete subtree whose root it is: a power of two that divides the size. */
export function appendSubtree({ size, hashes }: Frontier, root: Buffer, leaves: number): Frontier {
  const left = [...hashes];
  let joined = root;
  for (let rest = size / leaves; rest % 2 === 1; rest = (rest - 1) / 2) {
    const sibling = left.pop();
    if (!sibling) throw new Error('The frontier does not belong to this size');
    joined = nodeHash(sibling, joined);
  }
  return { size: size + leaves, hashes: [...left, joined] };
}

/** Root hash; of the empty tree SHA-256 of nothing. */
export function rootOf({ hashes }: Frontier): Buffer {
  const smallest = hashes.at(-1);
  if (!smallest) return hash('sha256', '', 'buffer');
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), smallest);
}

export function toBytes({ hashes }: Frontier): Buffer {
  return Buffer.concat(hashes);
}

/** @throws Error if the bytes are not as many hashes as the size has bits set. */
export function parseFrontier(size: number, bytes: Buffer): Frontier {
  const hashes = Array.from({ length: bytes.length / HASH_BYTES }, (_, i) =>
    bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
  const bits = [...size.toString(2)].filter((bit) => bit === '1').length;
  if (bytes.length % HASH_BYTES !== 0 || hashes.length !== bits) throw new Error('The frontier does not belong to this size');
  return { size, hashes };
}
