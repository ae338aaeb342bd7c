import { randomBytes } from 'node:crypto';
import { createLocalJWKSet, decodeProtectedHeader, flattenedVerify, type JSONWebKeySet } from 'jose';
import { changeInstitution } from '../../src/app/identity/operator-events';
import { openOperator } from '../../src/compose';
import { CONSENT_STATUSES } from '../../src/core/consent/consent';
import { createKeyring } from '../../src/keys/keyring';
import { NOW_MS } from '../support/builders';
import { type Caller, CALLERS, sendAs, type Values } from '../support/clients';
import {
  act,
  aPerson,
  asking,
  freshEvidence,
  granted,
  granting,
  inDays,
  type Person,
  read,
  RECEIPT,
  type ReceiptNode,
} from '../support/consent-acts';
import { forEachDatabase } from '../support/databases';
import { anInstitution, DAY, openWorld, scopesOf, type World } from '../support/world';

const { platform: PLATFORM, bankA: BANK_A } = CALLERS;

interface ReceiptDocument extends Values {
  readonly record_id: string;
  readonly event: Values;
  readonly gateway: Values & { readonly ledger: { readonly origin: string; readonly index: number } };
}
const parse = ({ document }: ReceiptNode): ReceiptDocument => JSON.parse(document) as ReceiptDocument;

forEachDatabase('receipts', (open) => {
  let world: World;
  let person: Person;
  let keys: JSONWebKeySet;
  /** A receipt of every kind and every way to it, in the order of their acts. */
  const issued: {
    readonly way: string;
    readonly receipt: ReceiptNode;
    readonly action: string;
    readonly reason: string | null;
  }[] = [];
  const secret = 'seen in person, Name of the borrower';
  const listOf = (id: string, as: Caller = PLATFORM): Promise<readonly ReceiptNode[]> =>
    read<{ receipts: ReceiptNode[] }>(world, as, `consent(id: "${id}") { receipts { ${RECEIPT} } }`).then(
      ({ receipts }) => receipts,
    );

  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
    await world.stores.institutions.add(anInstitution('bank-c', 'BANK'));
    person = await aPerson(world);
    keys = (await world.gateway.http.inject({ method: 'GET', url: '/.well-known/receipt-keys.json' })).json<JSONWebKeySet>();
    const keep = (way: string, action: string, reason: string | null, receipt: ReceiptNode | null | undefined): void => {
      if (!receipt) throw new Error(`no receipt of ${way}`);
      issued.push({ way, action, reason, receipt });
      world.clock.nowMs += 1_000;
    };
    const evidence = () => ({ ...freshEvidence(world), identityCheck: secret });
    const life = granting(world, person.borrower, { scopes: '+MonthlySummary.loanCount -MonthlySummary.balance', evidence: evidence() });
    const grant = await act(world, PLATFORM, 'grantConsent', life);
    const consentId = grant.consent.id;
    keep('a grant', 'grant', null, grant.receipt);
    const change = async (name: Parameters<typeof act>[2], more: Values, as: Caller = PLATFORM) => (await act(world, as, name, { consentId, reason: secret, ...more })).receipt;
    const amendment = { consentId, expectedVersion: 1, scopes: scopesOf('*+Identity.fullName -MonthlySummary.balance'), validUntil: inDays(world, 9), evidence: evidence() };
    keep('an amendment', 'amend', null, (await act(world, PLATFORM, 'amendConsent', amendment)).receipt);
    keep('a pause by the platform', 'pause', 'PLATFORM', await change('pauseConsent', {}));
    keep('a resume by the borrower', 'resume', null, await change('resumeConsent', { expectedVersion: 2 }, person.self));
    keep('a pause by the borrower', 'pause', 'BORROWER', await change('pauseConsent', {}, person.self));
    keep('a resume with evidence', 'resume', null, await change('resumeConsent', { expectedVersion: 2, evidence: evidence() }));
    keep('a revocation by the borrower', 'revoke', 'BORROWER_WITHDREW', await change('revokeConsent', {}, person.self));
    const end = async (way: string, action: string, reason: string, changes: Values, how: (id: string) => Promise<unknown>): Promise<void> => {
      const id = await granted(world, person, changes);
      await how(id);
      keep(way, action, reason, (await listOf(id)).at(-1));
    };
    await end('a revocation by the platform', 'revoke', 'PLATFORM_ON_BEHALF', {}, (id) => act(world, PLATFORM, 'revokeConsent', { consentId: id, reason: secret }));
    await end('a giving up', 'revoke', 'RECIPIENT_GAVE_UP', {}, (id) => act(world, BANK_A, 'revokeConsent', { consentId: id, reason: secret }));
    await end('a closing', 'revoke', 'RECIPIENT_CLOSED', { recipientId: 'bank-c' }, async () => changeInstitution(await openOperator(world.stores, world.keys), 'bank-c', 'CLOSED'));
    await end('an expiry', 'expire', 'VALIDITY_ENDED', { validUntil: inDays(world, 1) }, (id) => {
      world.clock.nowMs += DAY;
      return act(world, PLATFORM, 'revokeConsent', { consentId: id, reason: secret });
    });
    const { consentRequest } = await act(world, BANK_A, 'requestConsent', asking(person.borrower, { reference: secret.slice(0, 60) }));
    keep('a rejection', 'reject', null, (await act(world, PLATFORM, 'rejectConsentRequest', { consentRequestId: consentRequest.id, reason: secret })).receipt);
  }); // prettier-ignore

  /** Resolves if the text is what the gateway signed. */
  async function verified(document: string, signature: string, by: JSONWebKeySet = keys): Promise<string> {
    const [header = '', payload, mark = ''] = signature.split('.');
    if (payload !== '') throw new Error('not detached');
    const jws = { protected: header, payload: Buffer.from(document, 'utf8').toString('base64url'), signature: mark };
    const { payload: text } = await flattenedVerify(jws, createLocalJWKSet(by), { algorithms: ['EdDSA'] });
    return Buffer.from(text).toString('utf8');
  }

  it('are verified by anybody with the published key, which every receipt names', async () => {
    expect(issued).toHaveLength(12);
    const answer = await world.gateway.http.inject({ method: 'GET', url: '/.well-known/receipt-keys.json' });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/jwk-set+json; charset=utf-8']);
    expect(keys.keys.map(({ kty, crv, alg, use, d }) => [kty, crv, alg, use, d])).toEqual([['OKP', 'Ed25519', 'EdDSA', 'sig', undefined]]);
    for (const { receipt } of issued) {
      const header = decodeProtectedHeader(receipt.signature.split('.')[0] + '..');
      expect(header).toEqual({ alg: 'EdDSA', kid: keys.keys[0]?.kid, typ: 'consent-receipt+jws' });
      expect(await verified(receipt.document, receipt.signature)).toBe(receipt.document);
    }
  }); // prettier-ignore

  it('fail with any byte changed, with another receipt’s signature, and under another gateway’s key', async () => {
    const [{ receipt }, { receipt: other }] = issued as [(typeof issued)[0], (typeof issued)[0]];
    const bytes = Buffer.from(receipt.document, 'utf8');
    const passed: string[] = [];
    const strangersKeys = JSON.parse(JSON.stringify(createKeyring(randomBytes(32)).receipts.publicKeys)) as JSONWebKeySet;
    const attempt = (what: string, document: string, signature: string, by?: JSONWebKeySet): Promise<unknown> =>
      verified(document, signature, by).then(() => passed.push(what), () => undefined);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8((changed.readUInt8(at) ^ 1) & 0x7f, at);
      await attempt(`byte ${String(at)}`, changed.toString('utf8'), receipt.signature);
    }
    await attempt('a space more', `${receipt.document} `, receipt.signature);
    await attempt('another order', JSON.stringify(Object.fromEntries(Object.entries(parse(receipt)).reverse())), receipt.signature);
    await attempt('another signature', receipt.document, other.signature);
    await attempt('another key', receipt.document, receipt.signature, strangersKeys);
    expect(passed).toEqual([]);
    await attempt('nothing', receipt.document, receipt.signature);
    expect(passed).toEqual(['nothing']);
  }); // prettier-ignore

  it('name the ledger entry of their act', async () => {
    const [sequence] = await world.rows('SELECT origin FROM ledger_sequence');
    for (const { receipt, action, way } of issued) {
      const { gateway, event, record_id: record, pii_principal_id: subject } = parse(receipt);
      expect(gateway.ledger).toEqual({ origin: sequence?.['origin'], index: receipt.ledgerIndex });
      const [row] = await world.rows('SELECT body FROM ledger_entry WHERE idx = ?', [receipt.ledgerIndex]);
      const entry = JSON.parse((row?.['body'] as Buffer).toString('ascii')) as Values;
      const isRejection = action === 'reject';
      expect({ way, entry }).toMatchObject({
        way,
        entry: {
          type: isRejection ? 'R' : 'C', action, subject, at: Date.parse(String(event['event_time'])), purpose: 'MORTGAGE_ORIGINATION',
          [isRejection ? 'request' : 'consent']: record,
          ...(isRejection ? {} : { to: receipt.version, document: gateway['hash'] }),
        },
      });
      expect(gateway['actor']).toEqual({ role: entry['role'], partyId: entry['actor'] });
    }
  }); // prettier-ignore

  it('repeat in their fields what the signed text says', () => {
    for (const { receipt, reason, way } of issued) {
      const { gateway, event, record_id: record, receipt_id: id } = parse(receipt);
      expect({ way, id, kind: event['event_type'], issuedAt: event['event_time'], version: gateway['version'] }).toEqual({
        way, id: receipt.id, kind: receipt.kind, issuedAt: receipt.issuedAt, version: receipt.version,
      });
      expect(record).toBe(receipt.consentId ?? receipt.consentRequestId);
      expect({ way, reason: gateway['reason'] }).toEqual({ way, reason });
    }
    expect(new Set(issued.map(({ receipt }) => receipt.kind))).toEqual(
      new Set(['GRANT', 'AMENDMENT', 'PAUSE', 'RESUME', 'REVOCATION', 'EXPIRY', 'REJECTION']),
    );
  }); // prettier-ignore

  it('never tell a status', () => {
    for (const { receipt } of issued) {
      const [names, values] = [new Set<string>(), new Set<unknown>()];
      JSON.parse(receipt.document, (name: string, value: unknown) => (names.add(name), values.add(value), value));
      expect([...names].filter((name) => /status|state/i.test(name))).toEqual([]);
      for (const status of [...CONSENT_STATUSES, 'PENDING', 'APPROVED', 'REJECTED', 'LAPSED'])
        expect(values).not.toContain(status);
    }
  });

  it('hold nothing of the person but a pseudonym, and none of the free words', async () => {
    const [row] = await world.rows('SELECT borrower_ref FROM customer WHERE customer_id = ?', [person.customerId]);
    const ref = row?.['borrower_ref'] as Buffer;
    const personal = [
      `"${person.customerId}"`, `Name ${person.customerId}`, `ID-${person.customerId}`, '13800001234', 'Hangzhou', 'Street 1', '1990-01-02',
      ref.toString('hex'), ref.toString('base64url'), secret, secret.slice(0, 20),
    ]; // prettier-ignore
    for (const { receipt, way } of issued)
      expect({ way, found: personal.filter((text) => receipt.document.includes(text)) }).toEqual({ way, found: [] });
  });

  it('are listed with their consent or request, oldest first, to the byte what the act returned', async () => {
    const [{ receipt: first }] = issued as [(typeof issued)[0]];
    const own = issued.filter(({ receipt }) => receipt.consentId === first.consentId).map(({ receipt }) => receipt);
    expect(own).toHaveLength(7);
    for (const as of [PLATFORM, person.self]) expect(await listOf(first.consentId ?? '', as)).toEqual(own);
    const rejection = issued.at(-1)?.receipt;
    const request = `consentRequest(id: "${rejection?.consentRequestId ?? ''}") { receipts { ${RECEIPT} } }`;
    for (const as of [PLATFORM, person.self]) expect(await read(world, as, request)).toEqual({ receipts: [rejection] });
    expect((await sendAs(world.gateway.http, BANK_A, `{ ${request} }`)).code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('stand for one transition each, and every transition has its receipt', async () => {
    const columns = 'ledger_idx, arrangement_id, ver';
    const keyOf = (row: Values): string =>
      [row['ledger_idx'], (row['arrangement_id'] as Buffer).toString('hex'), row['ver']].join(' ');
    const receipts = await world.rows(
      `SELECT ${columns} FROM consent_receipt WHERE arrangement_id IS NOT NULL ORDER BY ledger_idx`,
    );
    const events = await world.rows(`SELECT ${columns} FROM consent_event ORDER BY ledger_idx`);
    expect(receipts.map(keyOf)).toEqual(events.map(keyOf));
    expect(receipts.length).toBeGreaterThan(10);
  });

  it('say what an amendment changed, and which DENYs outlive an end', () => {
    const of = (way: string): Values => parse(issued.find((one) => one.way === way)?.receipt as ReceiptNode).gateway;
    const from = NOW_MS;
    expect(of('an amendment')['difference']).toEqual({
      added: [{ field: 'Identity.fullName', permit: ['*'], deny: [] }],
      removed: [{ field: 'MonthlySummary.loanCount', permit: ['JIEBEI'], deny: [] }],
      bounds: {
        validUntil: { old: new Date(from + 30 * DAY).toISOString(), new: new Date(from + 9 * DAY + 1_000).toISOString() },
      },
    });
    const denied = [{ field: 'MonthlySummary.balance', deny: ['JIEBEI'] }];
    expect(of('a revocation by the borrower')['deniesInForce']).toEqual(denied);
    expect(of('a pause by the platform')['deniesInForce']).toEqual(denied);
    expect(of('a resume by the borrower')['deniesInForce']).toBeNull();
  });
});
