/** A schedule as the server saw it, line by line, to be replayed against the real one. */
import type { SimEvent } from './event';
import { isReply, type Answered, type Reply, type Server, type SyncRequest } from './server';

export class Trace {
  readonly lines: object[] = [];
  private server: Server | null = null;
  private readonly written = new Set<string>();

  begin(server: Server): void {
    this.server = server;
  }

  private add(op: string, said: object): void {
    this.lines.push({ op, at_ms: this.server?.now_ms() ?? 0, ...said });
  }

  enrol(device_id: string, user: string, challenge: string): void {
    this.add('enrol', { device_id, user, challenge });
  }

  challenge(device_id: string, challenge: string): void {
    this.add('given', { device_id, challenge });
  }

  readmit(device_id: string, challenge: string): void {
    this.add('readmit', { device_id, challenge });
  }

  job(job_id: string, job: object | null): void {
    this.add('job', { job_id, ...job });
  }

  disabled(user: string, disabled: boolean): void {
    this.add('disabled', { user, disabled });
  }

  revoked(device_id: string): void {
    this.add('revoked', { device_id });
  }

  backup(): void {
    this.add('backup', {});
  }

  restore(lineage: string): void {
    this.add('restore', { lineage });
  }

  sync(request: SyncRequest, answer: Reply | Answered): void {
    const { events, ...rest } = request;
    const said = isReply(answer) ? { status: 200, ...answer, results: answer.results.map(({ seq, status, flags }) => [seq, status, flags]) } : answer;
    this.add('sync', { request: { ...rest, hashes: events.map(({ hash }) => hash) }, answer: said });
  }

  head(token: string, sha256: string, answer: Answered): void {
    this.add('head', { token, sha256, answer });
  }

  patch(token: string, { sha256, offset, length, size }: { sha256: string; offset: number; length: number; size: number }, answer: Answered): void {
    this.add('patch', { token, sha256, offset, length, size, answer });
  }

  /** Each event once, when it is made. */
  event({ device_id, epoch, seq, prev, hash, event_id, body, job_id, kind, blobs, bytes, opening }: SimEvent): void {
    if (this.written.has(hash)) return;
    this.written.add(hash);
    this.add('event', { device_id, epoch, seq, prev, hash, event_id, body, job_id, kind, blobs, bytes, opening });
  }
}
