/** The line between the phones and the server, and all that it may do to a request. */
import type { ProblemSeen } from '../../../app/pwa/src/sync/syncState';
import type { Told } from '../../../app/pwa/src/sync/requests';
import { isReply, type Answered, type SyncRequest } from './server';
import type { Request, Tab } from './tab';
import type { World } from './world';

/** How a phone's line is for a while. */
export type Mood = 'good' | 'bad' | 'off' | 'portal' | 'refusing' | 'hanging';

type Serve = () => () => Told;

const SLOW_MS = 30_000;
const REFUSALS: readonly Partial<ProblemSeen>[] = [
  { status: 500, slug: 'internal' },
  { status: 502 },
  { status: 503, slug: 'unavailable', retry_after_s: 20 },
  { status: 429, slug: 'too-many-requests', retry_after_s: 90 },
  { status: 403, slug: 'forbidden' },
  { status: 403 },
  { status: 401 },
  { status: 404, retry_after_s: 5 },
  { status: 413, slug: 'batch-too-large' },
  { status: 413 },
  { status: 507, slug: 'storage-full', retry_after_s: 60 },
];

export class Line {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  send(tab: Tab, effect: Request): void {
    const { world } = this;
    const { draw } = world;
    const serve = this.prepared(tab, effect);
    if (!serve) return;
    world.requests += 1;
    world.oracle.sending(tab);
    const mood = world.healed ? 'good' : tab.phone.mood;
    if (mood === 'off') return this.lost(tab, 'line off', draw.is(0.5) ? 5 : SLOW_MS);
    if (mood === 'hanging') return this.lost(tab, 'server hangs', SLOW_MS);
    if (mood === 'portal') return this.portal(tab, effect);
    if (world.down && !world.healed) return this.lost(tab, 'server down', 10);
    if (mood === 'refusing' && draw.is(0.7)) return this.refused(tab, effect);
    const trouble = mood === 'bad' ? 0.4 : world.healed ? 0 : 0.04;
    if (!draw.is(trouble)) return this.answered(tab, serve);
    const fault = draw.next();
    if (fault < 0.25) return this.lost(tab, 'request lost', SLOW_MS);
    if (fault < 0.35) return this.refused(tab, effect);
    if (fault < 0.45) return this.lost(tab, 'killed before commit', 50);
    if (fault < 0.5 && effect.type === 'send_chunk') {
      return this.deliver(tab, 'body cut', { type: 'blob_problem', sha256: effect.sha256, problem: problem({ status: 400, slug: 'chunk-damaged' }) }, 500);
    }
    if (fault < 0.65) {
      // It arrives once more, long after somebody gave up on it or had its answer.
      world.faults('request twice');
      world.after(draw.next() * 120_000, () => void (world.down || serve()));
      return this.answered(tab, serve);
    }
    if (fault < 0.8) {
      world.faults('request late');
      const late_ms = draw.next() * 90_000;
      world.after(late_ms, () => void (world.down || serve()));
      return this.deliver(tab, null, { type: 'network_failed', why: 'no_answer' }, SLOW_MS);
    }
    serve();
    if (fault < 0.9) return this.lost(tab, 'answer lost', SLOW_MS);
    return this.lost(tab, 'killed after commit', 50);
  }

  private answered(tab: Tab, serve: Serve): void {
    const slow = this.world.draw.is(0.05);
    const answer = serve();
    this.world.after(20 + this.world.draw.next() * (slow ? 25_000 : 800), () => {
      if (!tab.closed) tab.feed(answer());
    });
  }

  private lost(tab: Tab, name: string, after_ms: number): void {
    this.deliver(tab, name, { type: 'network_failed', why: 'no_answer' }, after_ms);
  }

  private deliver(tab: Tab, name: string | null, told: Told, after_ms: number): void {
    if (name !== null) this.world.faults(name);
    this.world.after(after_ms, () => tab.feed(told));
  }

  /** Status 200 and a login page; or a redirect, which no request follows; or any status at all. */
  private portal(tab: Tab, effect: Request): void {
    if (this.world.draw.is(0.7)) return this.deliver(tab, 'portal', { type: 'network_failed', why: 'not_ours' }, 60);
    this.refused(tab, effect, { status: this.world.draw.from([401, 403, 404, 511, 200 + 203]) });
  }

  private refused(tab: Tab, effect: Request, said: Partial<ProblemSeen> = this.world.draw.from(REFUSALS)): void {
    const seen = problem(said);
    this.world.faults(`refused ${seen.status}`);
    if ((seen.retry_after_s ?? 0) > 0) this.world.after(40, () => this.world.oracle.heldBack(tab, seen.retry_after_s ?? 0));
    this.world.after(40, () => tab.feed(problemTold(effect, seen)));
  }

  /** What the server would do, and then what its answer is to the page; null when there is nothing to send. */
  private prepared(tab: Tab, effect: Request): Serve | null {
    const { server, trace } = this.world;
    const { token, phone } = tab;
    const device_id = phone.disk.db.device_id ?? '';
    switch (effect.type) {
      case 'send_sync': {
        const request = tab.batch(effect);
        return request && (() => this.sync(tab, effect, request));
      }
      case 'readmit':
        return () => {
          const challenge = server.readmit(device_id, phone.user);
          trace?.readmit(device_id, challenge);
          return () => ({ type: 'readmitted', challenge });
        };
      case 'head_blob':
        return () => {
          const { sha256 } = effect;
          const answer = server.head(token, sha256);
          trace?.head(token, sha256, answer);
          const slug = answer.status === 401 ? 'unauthenticated' : 'blob-not-named';
          if (answer.status !== 200) return () => ({ type: 'blob_problem', sha256, problem: problem({ status: answer.status, slug }) });
          return () => ({ type: 'blob_head', sha256, offset: answer.offset ?? 0 });
        };
      case 'send_chunk': {
        const { sha256, offset, length, size } = effect;
        if (length > 0 && !phone.disk.blobIsWhole(sha256)) {
          tab.later({ type: 'blob_checked', sha256, whole: false, named: true });
          return null;
        }
        return () => {
          const answer = server.patch(token, sha256, offset, length, size);
          trace?.patch(token, effect, answer);
          const text = `${server.lineage} ${server.stamp()}`;
          if (answer.status === 200) return () => ({ type: 'blob_receipt', sha256, receipt: { text, sig: '', key_id: '' } });
          if (answer.status === 204) return () => ({ type: 'blob_progress', sha256, offset: answer.offset ?? 0 });
          return () => ({ type: 'blob_problem', sha256, problem: problem(answer) });
        };
      }
      case 'get_standard':
        throw new Error('the model has no standards');
    }
  }

  private sync(tab: Tab, effect: Extract<Request, { type: 'send_sync' }>, request: SyncRequest): () => Told {
    const answer = this.world.server.sync(request);
    this.world.trace?.sync(request, answer);
    if (isReply(answer)) return () => tab.told(effect, answer);
    return () => ({ type: 'sync_problem', problem: problem(answer) });
  }
}

function problemTold(effect: Request, seen: ProblemSeen): Told {
  if (effect.type === 'send_sync') return { type: 'sync_problem', problem: seen };
  if (effect.type === 'readmit') return { type: 'readmit_problem', problem: seen };
  const { sha256 } = effect as { sha256: string };
  if (effect.type === 'send_chunk') return { type: 'blob_problem', sha256, problem: seen };
  const slugs: Readonly<Record<number, string>> = { 401: 'unauthenticated', 404: 'blob-not-named' };
  return { type: 'blob_problem', sha256, problem: { ...seen, slug: seen.slug ?? slugs[seen.status] ?? null } };
}

function problem(said: Partial<ProblemSeen> | Answered): ProblemSeen {
  return { status: 0, slug: null, retry_after_s: null, challenge: null, seq: null, offset: null, acked_seq: null, server_epoch: null, ...said };
}
