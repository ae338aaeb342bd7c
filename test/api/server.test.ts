import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSchema, type GraphQLNamedType, isEnumType, isInputObjectType, isObjectType } from 'graphql';
import { deny } from 'graphql-shield';
import { schemaText } from '../../src/compose';
import { createCatalogue, FIELD_CATALOGUE } from '../../src/core/credit/field-catalogue';
import { ROLES } from '../../src/core/identity/actor';
import { buildRoleSchemas, buildWholeSchema } from '../../src/graphql/build-schema';
import { type Guard, guard, guardSchema } from '../../src/graphql/guard-schema';
import { aBorrower, type Caller, CALLERS, tokenOf } from '../support/clients';
import { forEachDatabase } from '../support/databases';
import { inputOf, openWorld, REPORT } from '../support/world';

const CALLER_OF: Readonly<Record<(typeof ROLES)[number], Caller>> = {
  BANK: CALLERS.bankA,
  CREDIT_REFERENCE_CENTRE: CALLERS.centre,
  PLATFORM: CALLERS.platform,
  BORROWER: aBorrower('li'),
  AUDITOR: CALLERS.auditor,
};

forEachDatabase('the server', (open) => {
  it('is alive, ready, and not ready any more when its database fails', async () => {
    const { gateway, spy } = await openWorld(open, { furnished: false });
    expect((await gateway.http.inject('/healthz')).statusCode).toBe(200);
    expect((await gateway.http.inject('/readyz')).json()).toEqual({ status: 'ready' });
    spy.beforeRead = () => {
      throw new Error('closed');
    };
    const red = await gateway.http.inject('/readyz');
    expect([red.statusCode, red.json()]).toEqual([503, { status: 'not ready' }]);
    expect((await gateway.http.inject('/healthz')).statusCode).toBe(200);
  });

  it('is not ready when the database is closed', async () => {
    const { gateway, db } = await openWorld(open, { furnished: false });
    await db.database.close();
    expect((await gateway.http.inject('/readyz')).statusCode).toBe(503);
  });

  it('counts requests without a label of a person or party', async () => {
    const world = await openWorld(open);
    await world.ask();
    const { body } = await world.gateway.http.inject('/metrics');
    expect(body).toContain('gateway_request_seconds_count{route="/graphql",status="200"} 1');
    expect(body).not.toMatch(/bank-a|platform-1|\bli\b|MORTGAGE/);
  });

  it('serves each role its own schema', async () => {
    const { gateway } = await openWorld(open, { furnished: false });
    for (const role of ROLES) {
      const { body } = await gateway.http.inject({
        url: '/schema',
        headers: { authorization: `Bearer ${await tokenOf(CALLER_OF[role])}` },
      });
      expect(body).toBe(schemaText(role));
    }
    expect((await gateway.http.inject('/schema')).statusCode).toBe(401);
  });

  it('finishes what is under way while it closes', async () => {
    const world = await openWorld(open);
    await world.gateway.http.listen({ host: '127.0.0.1', port: 0 });
    const { port } = world.gateway.http.server.address() as AddressInfo; // it listens on TCP
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const reached = new Promise<void>((resolve) => {
      world.spy.beforeRead = ({ sql }) => {
        if (!sql.includes('identity_lookup')) return;
        resolve();
        return held;
      };
    });
    const asked = fetch(`http://127.0.0.1:${String(port)}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf(CALLERS.bankA)}` },
      body: JSON.stringify({ query: REPORT('reportId'), variables: { input: inputOf() } }),
    });
    await reached;
    const closed = world.gateway.http.close();
    release();
    const answer = await asked;
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('"reportId"') as unknown]);
    const patience = new AbortController();
    const late = sleep(3_000, 'still open', { signal: patience.signal });
    const outcome = await Promise.race([closed.then(() => 'closed'), late]);
    patience.abort();
    await late.catch(() => undefined);
    world.gateway.http.server.closeAllConnections();
    await closed;
    expect(outcome).toBe('closed');
  });
});

describe('the schema', () => {
  const whole = buildSchema(schemaText(null));

  it('is the golden one; npm run golden writes it', () => {
    expect(readFileSync(path.join(__dirname, '../golden/schema.graphql'), 'utf8')).toBe(schemaText(null));
  });

  it('describes every type, field, argument and enum value', () => {
    const types = Object.values(whole.getTypeMap()).filter(
      ({ name }) => !name.startsWith('__') && !['String', 'Int', 'Boolean', 'ID', 'Float'].includes(name),
    );
    expect(types.length).toBeGreaterThan(30);
    expect(types.flatMap(undescribed)).toEqual([]);
  });

  const nothing = { isReady: () => false, counting: () => null };
  const bare = buildSchema('type Query { a: Int b: Int }');
  const allow = (at: `${string}.${string}`): Guard => guard(at, () => true);

  it.each([
    ['a field without a guard', { Query: { a: allow('Query.a') } }, 'Query.b: no guard'],
    ['an undefined guard', { Query: { a: allow('Query.a'), b: undefined as unknown as Guard } }, 'Query.b: no guard'],
    ['a foreign rule', { Query: { a: allow('Query.a'), b: deny as unknown as Guard } }, 'Query.b: no guard'],
    [
      'a guard without a field',
      { Query: { a: allow('Query.a'), b: allow('Query.b'), c: allow('Query.c') } },
      'Query.c: guarded, but no field',
    ],
  ])('refuses to start with %s', (_what, tree, fault) => {
    expect(() => guardSchema(bare, tree, nothing)).toThrow(fault);
  });

  it('refuses to start when the catalogue lacks a field of the schema, or has one more', () => {
    const without = createCatalogue(1, FIELD_CATALOGUE.entries.filter(({ coordinate }) => coordinate !== 'Identity.mobile'  && coordinate !== 'Identity.mobileMasked')); // prettier-ignore
    expect(() => buildRoleSchemas(without)).toThrow('Identity.mobile: no guard');
    const [first] = FIELD_CATALOGUE.entries;
    if (!first) throw new Error('the catalogue is empty');
    const more = createCatalogue(1, [...FIELD_CATALOGUE.entries, { ...first, id: 9_999, coordinate: 'Identity.shoeSize' }]);
    expect(() => buildWholeSchema(more)).toThrow('Identity.shoeSize: in the catalogue, but not in the schema');
  });
});

function undescribed(type: GraphQLNamedType): string[] {
  const faults = type.description ? [] : [type.name];
  if (isEnumType(type))
    faults.push(
      ...type
        .getValues()
        .filter(({ description }) => !description)
        .map(({ name }) => `${type.name}.${name}`),
    );
  if (isObjectType(type))
    for (const field of Object.values(type.getFields())) {
      if (!field.description) faults.push(`${type.name}.${field.name}`);
      faults.push(
        ...field.args.filter(({ description }) => !description).map(({ name }) => `${type.name}.${field.name}(${name})`),
      );
    }
  if (isInputObjectType(type))
    faults.push(
      ...Object.values(type.getFields())
        .filter(({ description }) => !description)
        .map(({ name }) => `${type.name}.${name}`),
    );
  return faults;
}
