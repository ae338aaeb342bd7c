import { hash } from 'node:crypto';
import type { DisclosureDraft, RetryMark } from '../../src/app/ports';
import { ENTRY_VERSION } from '../../src/core/ledger/entry';
import { createRandomPool } from '../../src/keys/random-pool';
import { BANK, PLATFORM, PURPOSE } from './settings';

const BORROWERS = 10_000;
const DAY_MS = 86_400_000;
/** As the gateway draws its nonces: a draft shall not cost more than what becomes of it. */
const randomBytes = createRandomPool();
const hashText = (): string => randomBytes(32).toString('base64url');
const [OPERATION, SCHEMA, TOKEN] = [hashText(), hashText(), hashText()];
const REFS = Array.from({ length: BORROWERS }, (_, at) => hash('sha256', `borrower ${String(at)}`, 'buffer').subarray(0, 16));

/** The same in every process. */
export const borrowerRefs = (): readonly Buffer[] => REFS;

/** What a mortgage look-up hands to the ledger that showed a score of fields of one platform. @param ordinal - Any. */
export function makeDraft(ordinal: number): DisclosureDraft & { readonly retry: RetryMark } {
  const borrowerRef = REFS[ordinal % BORROWERS] ?? Buffer.alloc(16);
  const report = randomBytes(16);
  const decidedAtMs = Date.now();
  const fields = [201, 202, 203, 214, 215, 216, 217, 301, 302, 303, 309, 310];
  return {
    entry: {
      v: ENTRY_VERSION, type: 'D', gateway: 'credit-gateway/0.1.0', nonce: randomBytes(16).toString('base64url'),
      report: report.toString('base64url'), actor: BANK, jti: TOKEN, subject: randomBytes(16).toString('base64url'), purpose: PURPOSE,
      op: OPERATION, schema: SCHEMA, set: 1, asof: { [PLATFORM]: 20_558 }, consents: [`${borrowerRef.toString('hex')}:1`],
      released: { [`${PLATFORM}/-`]: [1, 3], [`${PLATFORM}/JIEBEI`]: fields }, refused: { [`${PLATFORM}/HUABEI`]: fields },
      empty: { [`${PLATFORM}/OTHER`]: fields }, rows: 13, months: 12, commit: hashText(),
    },
    borrowerRef,
    consentSet: 1,
    recipientId: BANK,
    institutions: [[BANK, 1], [PLATFORM, 1]],
    decidedAtMs,
    holdsUntilMs: null,
    retry: {
      requestId: report.toString('hex'), requestHash: randomBytes(32), answerMark: randomBytes(32), reportId: report,
      eraseByMs: decidedAtMs + 365 * DAY_MS,
    },
    charges: [],
    inquiries: [
      { platformId: PLATFORM, inquiredOn: '2026-11-29', institutionName: 'Bench bank', institutionType: '11', reason: '02', businessType: '11' },
    ],
  }; // prettier-ignore
}
