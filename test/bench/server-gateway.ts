import { loadConfig } from '../../src/config/config';
import { startServer } from '../../src/server';
import { serve } from './server-child';

/** (e): the gateway as `serve` starts it. @returns the port. */
async function listenGateway(): Promise<number> {
  const { NODE_ENV: _production, ...variables } = process.env; // for the libraries alone: the development issuer signs the bench's tokens
  const { url } = await startServer(loadConfig(variables));
  return Number(new URL(url).port);
}

serve(listenGateway);
