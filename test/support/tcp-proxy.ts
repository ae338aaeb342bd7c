import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const COM_QUERY = 0x03;
const COM_STMT_PREPARE = 0x16;
const COM_STMT_EXECUTE = 0x17;
/** A packet begins with three bytes of length and one of sequence; then the command. */
const HEAD_BYTES = 4;

/** What becomes of a COMMIT: it never arrives, or its answer never does; the connection is gone in either case. */
export type CommitFault = 'lost' | 'reply lost';

/** A wire between a gateway and its MariaDB that can be cut, held up, and made to lose a COMMIT. */
export interface TcpProxy {
  readonly port: number;
  /** Commits that met their fault so far. */
  readonly commitsLost: number;
  /** Ends every connection; while `refusing`, new ones as well. */
  cut(refusing: boolean): void;
  /** Nothing passes any more, on any connection, in either direction; neither side is told. */
  stall(): void;
  /** The same for the connections that there are, for good: only new ones serve. */
  freeze(): void;
  /** From now on every COMMIT meets this fault. */
  loseCommits(fault: CommitFault): void;
  /** Ends whatever fault there is; what was stalled goes on, what is frozen does not. */
  heal(): void;
  close(): Promise<void>;
}

interface Wire {
  readonly client: Socket;
  readonly server: Socket;
  frozen: boolean;
  /** A COMMIT is being prepared: the answer names its statement. */
  preparing: boolean;
  readonly commits: Set<number>;
  /** The next bytes of the server are the answer that gets lost. */
  losing: boolean;
}

/** @param target - Port of the MariaDB server on this machine. */
export async function openTcpProxy(target: number): Promise<TcpProxy> {
  const wires = new Set<Wire>();
  let mode: 'pass' | 'refuse' | 'stall' = 'pass';
  let commitFault: CommitFault | null = null;
  let commitsLost = 0;

  const end = (wire: Wire): void => {
    wires.delete(wire);
    wire.client.destroy();
    wire.server.destroy();
  };
  const lose = (wire: Wire): void => {
    commitsLost += 1;
    end(wire);
  };
  const listener = createServer((client) => {
    if (mode === 'refuse') return void client.destroy();
    const server = connect({ host: '127.0.0.1', port: target });
    const wire: Wire = { client, server, frozen: false, preparing: false, commits: new Set(), losing: false };
    wires.add(wire);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => end(wire));
      socket.on('close', () => end(wire));
      if (mode === 'stall') socket.pause();
    }
    client.on('data', (chunk) => {
      const isCommit = takeCommand(wire, chunk);
      if (isCommit && commitFault === 'lost') return lose(wire);
      wire.losing = isCommit && commitFault === 'reply lost';
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      if (wire.losing) return lose(wire);
      takeAnswer(wire, chunk);
      client.write(chunk);
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port, // a TCP listener has one
    get commitsLost() {
      return commitsLost;
    },
    cut: (refusing) => {
      if (refusing) mode = 'refuse';
      for (const wire of [...wires]) end(wire);
    },
    stall: () => {
      mode = 'stall';
      for (const wire of wires) pause(wire);
    },
    freeze: () => {
      for (const wire of wires) {
        wire.frozen = true;
        pause(wire);
      }
    },
    loseCommits: (fault) => {
      commitFault = fault;
    },
    heal: () => {
      mode = 'pass';
      commitFault = null;
      for (const { client, server, frozen } of wires) if (!frozen) for (const socket of [client, server]) socket.resume();
    },
    close: async () => {
      for (const wire of [...wires]) end(wire);
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

function pause({ client, server }: Wire): void {
  client.pause();
  server.pause();
}

/** The driver sends one command at a time and prepares COMMIT like any other statement. @returns whether this is a COMMIT. */
function takeCommand(wire: Wire, chunk: Buffer): boolean {
  const command = chunk[HEAD_BYTES];
  const text = chunk.toString('latin1', HEAD_BYTES + 1);
  wire.preparing = command === COM_STMT_PREPARE && text === 'COMMIT';
  if (command === COM_QUERY) return text === 'COMMIT';
  return command === COM_STMT_EXECUTE && wire.commits.has(chunk.readUInt32LE(HEAD_BYTES + 1));
}

function takeAnswer(wire: Wire, chunk: Buffer): void {
  if (wire.preparing && chunk[HEAD_BYTES] === 0) wire.commits.add(chunk.readUInt32LE(HEAD_BYTES + 1));
  wire.preparing = false;
}
