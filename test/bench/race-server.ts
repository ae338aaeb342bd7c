import type { AddressInfo } from 'node:net';
import type { DisclosureLedger } from '../../src/app/ports';
import { composeGateway, openDevelopmentIssuer, openKeys, openStores, openTokenVerifier } from '../../src/compose';
import { loadConfig } from '../../src/config/config';
import type { Database } from '../../src/db/database';
import { serve } from './server-child';

/** The red control of the race: a ledger that is told the consent set now in force, whatever the decision rested on. */
function withoutRevalidation(ledger: DisclosureLedger, database: Database): DisclosureLedger {
  return {
    origin: ledger.origin,
    append: async (draft) => {
      const [head] = await database.read('SELECT ver FROM consent_head WHERE borrower_ref = ?', [draft.borrowerRef]);
      return ledger.append({ ...draft, consentSet: Number(head?.['ver'] ?? 0) });
    },
  };
}

/** The gateway but for its re-validation. @returns the port. */
async function listenUnchecked(): Promise<number> {
  const { NODE_ENV: _production, ...variables } = process.env; // for the libraries alone: the development issuer signs the tokens
  const config = loadConfig(variables);
  const keys = openKeys(config);
  const stores = openStores(config, keys);
  const { http } = await composeGateway({
    config,
    stores,
    keys,
    verifier: openTokenVerifier(config, await openDevelopmentIssuer(config)),
    wrapLedger: (ledger) => withoutRevalidation(ledger, stores.database),
  });
  await http.listen({ host: config.host, port: config.port });
  return (http.server.address() as AddressInfo).port; // a TCP listener has one
}

serve(listenUnchecked);
