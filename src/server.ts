import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  assertMigrated,
  composeGateway,
  type Gateway,
  lockDatabase,
  openDevelopmentIssuer,
  openKeys,
  openStores,
  openTokenVerifier,
  type Stores,
} from './compose';
import { openAnchor } from './compose-ledger';
import { type Config, redacted } from './config/config';

export interface RunningServer {
  readonly url: string;
  readonly stores: Stores;
  readonly gateway: Gateway;
  /** Drains: refuses what is new, finishes what is under way, waits for the ledger; at most `shutdownSeconds`. */
  stop(): Promise<void>;
}

/** Opens everything and listens. @throws Error with what to do, when anything is missing. */
export async function startServer(config: Config): Promise<RunningServer> {
  const opened: (() => unknown)[] = [lockDatabase(config)];
  const close = async (): Promise<void> => {
    for (const release of opened.splice(0).reverse()) await release();
  };
  try {
    await assertMigrated(config);
    const keys = openKeys(config);
    const issuer = config.auth.kind === 'development' ? await openDevelopmentIssuer(config) : null;
    const stores = openStores(config, keys);
    opened.push(() => stores.close());
    const anchor = await openAnchor(config);
    opened.push(() => anchor?.close());
    const gateway = await composeGateway({ config, stores, keys, anchor, verifier: openTokenVerifier(config, issuer) });
    opened.push(() => gateway.stop());
    gateway.http.log.info({ config: redacted(config) }, 'starting');
    gateway.startPublishing();
    await gateway.http.listen({ host: config.host, port: config.port });
    opened.push(() => gateway.http.close());
    const { port } = gateway.http.server.address() as AddressInfo; // a TCP listener has one
    return {
      url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${String(port)}`,
      gateway,
      stores,
      stop: () => Promise.race([close(), sleep(config.shutdownSeconds * 1_000, undefined, { ref: false })]),
    };
  } catch (cause) {
    await close();
    throw isPortTaken(cause)
      ? new Error(`Port ${String(config.port)} of ${config.host} is taken; set PORT to another.`, { cause })
      : cause;
  }
}

function isPortTaken(cause: unknown): boolean {
  return (cause as { code?: unknown } | null)?.code === 'EADDRINUSE';
}
