/** The service standards: published, withdrawn, offered, and written as drafts. */
import type { Standard, Translated } from '../../domain/standard';
import { get, send } from './api';

export type Standing = 'in_force' | 'scheduled' | 'superseded' | 'withdrawn' | 'offered';

export interface Version {
  readonly standard_id: string;
  readonly version: string;
  readonly digest: string;
  readonly title: Translated;
  readonly summary: Translated | null;
  readonly categories: readonly string[];
  readonly rules: number;
  readonly standing: Standing;
  /** Absent of one that is only offered, as the three after it. */
  readonly published_at?: string;
  readonly effective_from?: string;
  readonly withdrawn_at?: string | null;
  readonly withdrawn_why?: string | null;
}

/** What keeps a document from being a standard: the place as a JSON pointer, and why. */
export interface Fault {
  readonly pointer: string;
  readonly reason: string;
  readonly values: Readonly<Record<string, string>>;
}

export interface Draft {
  readonly draft_id: string;
  readonly rev: number;
  readonly base_digest: string | null;
  readonly standard_id: string;
  readonly version: string;
  readonly title: Translated;
  readonly changed_at: string;
  readonly changed_by: string;
  readonly problem: Fault | null;
}

export interface DraftText extends Draft {
  readonly document: string;
}

export async function versions(): Promise<readonly Version[]> {
  return (await get<{ standards: Version[] }>('/standards')).standards;
}

export function standardOf(digest: string): Promise<Standard> {
  return get(`/standards/${encodeURIComponent(digest)}`);
}

/** Publish one that comes with Doorstep, for visits from now on. */
export async function publishOffered(digest: string): Promise<void> {
  await send('POST', '/standards', { digest });
}

export async function withdraw(digest: string, why: string): Promise<void> {
  await send('POST', `/standards/${digest}/withdraw`, { why });
}

export async function reinstate(digest: string): Promise<void> {
  await send('DELETE', `/standards/${digest}/withdraw`);
}

export async function drafts(): Promise<readonly Draft[]> {
  return (await get<{ drafts: Draft[] }>('/standards/drafts')).drafts;
}

export function draftOf(draftId: string): Promise<DraftText> {
  return get(`/standards/drafts/${encodeURIComponent(draftId)}`);
}

export function beginDraft(document: string, baseDigest: string | null): Promise<DraftText> {
  return send('POST', '/standards/drafts', { document, base_digest: baseDigest });
}

export function saveDraft(draftId: string, rev: number, document: string): Promise<Draft> {
  return send('PUT', `/standards/drafts/${draftId}`, { rev, document });
}

export async function throwAway(draftId: string): Promise<void> {
  await send('DELETE', `/standards/drafts/${draftId}`);
}

/** For visits from a moment on, or from now; the digest of the version. */
export async function publishDraft(draftId: string, rev: number, effectiveFrom: string | null): Promise<string> {
  return (await send<{ digest: string }>('POST', `/standards/drafts/${draftId}/publish`, { rev, effective_from: effectiveFrom })).digest;
}
