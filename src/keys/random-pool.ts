import { randomBytes, randomFillSync } from 'node:crypto';
import type { RandomBytes } from '../app/ports';

const POOL_BYTES = 4_096;

/** Random bytes of the system, fetched a page at a time; what was drawn is wiped from the page and never drawn again. */
export function createRandomPool(): RandomBytes {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  return (size) => {
    if (size > POOL_BYTES) return randomBytes(size);
    if (used + size > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const drawn = Buffer.from(pool.subarray(used, used + size));
    pool.fill(0, used, used + size);
    used += size;
    return drawn;
  };
}
