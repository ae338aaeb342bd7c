import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** What a request is sent by. */
export type Poster = Pick<HttpConnection, 'post' | 'close'>;

/** One keep-alive connection, one request at a time: as little work in the load generator as there can be. */
export class HttpConnection {
  private received: Buffer = Buffer.alloc(0);
  private waiting: { resolve: (answer: Answer) => void; reject: (fault: Error) => void } | null = null;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('error', (fault) => this.fail(fault));
    socket.on('close', () => this.fail(new Error('The server closed a connection')));
  }

  static open(port: number): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new HttpConnection(socket)));
    });
  }

  post(path: string, headers: string, body: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.waiting) return reject(new Error('One request at a time'));
      if (this.socket.destroyed) return reject(new Error('The server closed a connection'));
      this.waiting = { resolve, reject };
      const length = String(Buffer.byteLength(body));
      this.socket.write(
        `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n${headers}\r\n${body}`,
      );
    });
  }

  close(): void {
    this.waiting = null;
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    const headEnd = this.received.indexOf(HEAD_END);
    if (headEnd === -1) return;
    const head = this.received.toString('latin1', 0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) return this.fail(new Error('An answer without a length'));
    const bodyAt = headEnd + HEAD_END.length;
    const end = bodyAt + Number(length);
    if (this.received.length < end) return;
    const body = this.received.toString('utf8', bodyAt, end);
    this.received = this.received.subarray(end);
    const { waiting } = this;
    this.waiting = null;
    waiting?.resolve({ status: Number(head.slice(9, 12)), body });
  }

  private fail(fault: Error): void {
    this.waiting?.reject(fault);
    this.waiting = null;
  }
}
