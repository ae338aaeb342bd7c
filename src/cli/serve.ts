import type { Command } from 'commander';
import type { Config } from '../config/config';
import { prepareDemo } from '../demo';
import { startServer } from '../server';
import { runCommand } from './command';

/** `serve`: listens until SIGINT or SIGTERM, then drains and ends. */
export function addServeCommand(program: Command, config: () => Config): void {
  program
    .command('serve')
    .description('run the HTTP server')
    .action(() =>
      runCommand(async () => {
        const settings = config();
        const server = await startServer(settings);
        const stop = (): void => {
          void server.stop().then(() => process.exit(process.exitCode ?? 0));
        };
        try {
          const demo = settings.production ? null : await prepareDemo(settings, server);
          console.log(demo ?? `The gateway serves ${server.url}/graphql`);
        } catch (cause) {
          stop();
          throw cause;
        }
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
      }),
    );
}
