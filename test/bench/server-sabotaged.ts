import type { AddressInfo } from 'node:net';
import type { DisclosureLedger } from '../../src/app/ports';
import {
  composeGateway,
  type GatewayOptions,
  openDevelopmentIssuer,
  openKeys,
  openStores,
  openTokenVerifier,
  type Stores,
} from '../../src/compose';
import { loadConfig } from '../../src/config/config';
import type { Database, Row, Script, SerialWriter } from '../../src/db/database';
import { serve } from './server-child';
import { SABOTAGES, type Sabotage } from './server-process';

type Sabotaged = Pick<GatewayOptions, 'wrapLedger'> & { readonly stores?: Stores };
const SABOTAGE: Readonly<Record<Sabotage, (stores: Stores) => Sabotaged>> = {
  unchecked: ({ database }) => ({ wrapLedger: (ledger) => withoutRevalidation(ledger, database) }),
  stale: (stores) => ({
    stores: { ...stores, database: rememberingConsents(stores.database) },
    wrapLedger: (ledger) => withoutRevalidation(ledger, stores.database),
  }),
  'sends first': () => ({ wrapLedger: sendingFirst }),
  'swallows faults': () => ({ wrapLedger: swallowingFaults }),
  'assumes commits': (stores) => ({ stores: { ...stores, writer: assumingCommits(stores.writer) } }),
};

/** A ledger that is told the consent set now in force, whatever the decision rested on. */
function withoutRevalidation(ledger: DisclosureLedger, database: Database): DisclosureLedger {
  return {
    origin: ledger.origin,
    append: async (draft) => {
      const [head] = await database.read('SELECT ver FROM consent_head WHERE borrower_ref = ?', [draft.borrowerRef]);
      return ledger.append({ ...draft, consentSet: Number(head?.['ver'] ?? 0) });
    },
  };
}

const CONSENT_PARAMETERS = 5;
/** Consents once read are never read again. */
function rememberingConsents(database: Database): Database {
  const known = new Map<string, readonly Row[]>();
  return {
    ...database,
    read: async (sql, params) => {
      if (!sql.includes('SELECT 0 AS question')) return database.read(sql, params);
      const lookups = params.filter((_, at) => at % CONSENT_PARAMETERS === 0).map((lookup) => (lookup as Buffer).toString('hex'));
      const rows = known.get(lookups.join()) ?? (await database.read(sql, params));
      known.set(lookups.join(), rows);
      return rows;
    },
  };
}

const ASSUMED = { kind: 'appended', ledgerIndex: 0, earlier: null } as const;

/** The append is begun, and not waited for. */
function sendingFirst(ledger: DisclosureLedger): DisclosureLedger {
  return {
    origin: ledger.origin,
    append: (draft) => {
      void ledger.append(draft).catch(() => undefined);
      return Promise.resolve(ASSUMED);
    },
  };
}

/** An append that failed counts as one. */
function swallowingFaults(ledger: DisclosureLedger): DisclosureLedger {
  return { origin: ledger.origin, append: (draft) => ledger.append(draft).catch(() => ASSUMED) };
}

/** A transaction whose statements all ran counts as committed, whatever became of its COMMIT. */
function assumingCommits(writer: SerialWriter): SerialWriter {
  return {
    ...writer,
    write: async <T>(script: () => Script<T>): Promise<T> => {
      const ran: { readonly result: T }[] = [];
      const watched = function* (): Script<T> {
        const result = yield* script();
        ran.push({ result });
        return result;
      };
      try {
        return await writer.write(watched);
      } catch (cause) {
        const [last] = ran.slice(-1);
        if (!last) throw cause;
        return last.result;
      }
    },
  };
}

/** The gateway but for one promise. @returns the port. */
async function listenSabotaged(): Promise<number> {
  const sabotage = SABOTAGES.find((one) => one === process.argv[3]);
  if (!sabotage) throw new Error('This server is told which promise it breaks');
  const { NODE_ENV: _production, ...variables } = process.env; // for the libraries alone: the development issuer signs the tokens
  const config = loadConfig(variables);
  const keys = openKeys(config);
  const stores = openStores(config, keys);
  const { http } = await composeGateway({
    config,
    stores,
    keys,
    verifier: openTokenVerifier(config, await openDevelopmentIssuer(config)),
    ...SABOTAGE[sabotage](stores),
  });
  await http.listen({ host: config.host, port: config.port });
  return (http.server.address() as AddressInfo).port; // a TCP listener has one
}

serve(listenSabotaged);
