import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DAY_MS } from '../../src/core/credit/calendar';
import type { Answer } from './http-client';
import type { Span } from './race-history';
import { type Borrower, type Seat, sitterOf } from './race-seats';
import { CHANGE_ATTEMPTS_MAX, PAUSE_MS_MAX } from './race-settings';
import { BANK, PURPOSE } from './settings';

const GRANT = `mutation ($input: GrantConsentInput!) { grantConsent(input: $input) { consent { id } } }`;
const REVOKE = `mutation ($input: RevokeConsentInput!) { revokeConsent(input: $input) { consentId } }`;

/** Grants and revokes for whoever sits there, until the race is over and the last consent has ended. @param headers - Of the platform. */
export async function mutate(seat: Seat, headers: string, isOver: () => boolean): Promise<void> {
  const pause = (): Promise<void> => sleep(seat.draw(1 + seat.draw(PAUSE_MS_MAX)));
  while (!isOver()) {
    const borrower = sitterOf(seat);
    const grant = await change(seat, borrower, headers, GRANT, toGrant(borrower));
    await pause();
    const consentId = grant.data.grantConsent?.consent.id;
    const revoke = await change(seat, borrower, headers, REVOKE, { consentId, idempotencyKey: randomUUID() });
    borrower.lives.push({ grant: grant.span, revoke: revoke.span });
    await pause();
    seat.granted += 1;
  }
}

function toGrant({ person }: Borrower): object {
  const nowMs = Date.now();
  return {
    borrower: { idType: 'PLATFORM_CUSTOMER_ID', idNumber: person.customerId },
    recipientId: BANK,
    purpose: PURPOSE,
    accessMode: 'RECURRING',
    scopes: [{ field: 'Identity.fullName', everyProduct: true, effect: 'PERMIT' }],
    validUntil: new Date(nowMs + 30 * DAY_MS).toISOString(),
    evidence: {
      approvalHash: randomBytes(32).toString('hex'), noticeId: 'race-notice', noticeVersion: '1', locale: 'zh-CN',
      approvedAt: new Date(nowMs).toISOString(), channel: 'APP', bundledWithService: false,
    },
    idempotencyKey: randomUUID(),
  }; // prettier-ignore
}

interface ChangeData {
  readonly grantConsent?: { readonly consent: { readonly id: string } };
}
interface Acknowledged {
  /** Of all attempts together: the first may have had its effect already. */
  readonly span: Span;
  readonly data: ChangeData;
}

/** Sends a change, the same again after a 503, until it is acknowledged. @throws Error for any other refusal. */
async function change(seat: Seat, borrower: Borrower, headers: string, query: string, input: object): Promise<Acknowledged> {
  const body = JSON.stringify({ query, variables: { input } });
  borrower.changesBegun += 1;
  const beginMs = performance.now();
  for (let attempt = 0; attempt < CHANGE_ATTEMPTS_MAX; attempt += 1) {
    const connection = seat.connections[(seat.sent += 1) % seat.connections.length];
    if (!connection) throw new Error('A seat has a connection to each server');
    const answer = await connection.post('/graphql', headers, body);
    const endMs = performance.now();
    if (answer.status !== 503) {
      borrower.changesOver += 1;
      return { span: { beginMs, endMs }, data: toData(answer) };
    }
    seat.unavailable += 1;
  }
  throw new Error(`A change was answered 503 ${String(CHANGE_ATTEMPTS_MAX)} times`);
}

function toData({ status, body }: Answer): ChangeData {
  const { data, errors } = JSON.parse(body) as { readonly data?: ChangeData | null; readonly errors?: unknown };
  if (status !== 200 || errors !== undefined || !data) throw new Error(`A change was answered ${String(status)} ${body}`);
  return data;
}
