/** What became of the chosen file, and what stands in a genuine one. */
import type { ComponentChildren } from 'preact';
import { Notice } from '../parts/notice';
import { compactOf, type FileResult, type Seal } from './check';
import { longTime } from './time';
import { say } from './words';

export interface FileChecked {
  readonly name: string;
  readonly result: FileResult | 'checking' | 'too_large' | 'unread';
}

/** `linked`: the seal in the page's link in its short form, to tell whether both are the same. */
export function FileVerdict({ file: { name, result }, linked }: { readonly file: FileChecked; readonly linked: string | null }) {
  return (
    <div class="stack" data-testid="file-verdict" data-judgement={typeof result === 'string' ? result : result.judgement}>
      <p class="small quiet">{name}</p>
      <Verdict result={result} linked={linked} />
    </div>
  );
}

function Verdict({ result, linked }: { readonly result: FileChecked['result']; readonly linked: string | null }) {
  const host = location.host;
  if (result === 'checking') return <p class="quiet">{say('checking')}</p>;
  if (result === 'too_large') return <Notice tone="stop" title={say('file_large')}><p>{say('file_no_text')}</p></Notice>;
  if (result === 'unread') return <Notice tone="warn" title={say('file_unread')}><p>{say('file_unread_text')}</p></Notice>;
  switch (result.judgement) {
    case 'not_a_file':
      return <Notice tone="stop" title={say('file_no')}><p>{say('file_no_text')}</p></Notice>;
    case 'changed':
      return (
        <Notice tone="stop" title={say('file_changed')}>
          <p>{say('file_changed_text')}</p>
          <Numbers rows={[[say('stated'), result.stated], [say('found'), result.found]]} />
        </Notice>
      );
    case 'forged':
      return <Notice tone="stop" title={say('file_forged')}><p>{say('file_forged_text', { host })}</p></Notice>;
    case 'unknown_key':
      return <Notice tone="stop" title={say('file_unknown')}><p>{say('file_unknown_text', { host })}</p></Notice>;
    case 'no_keys':
      return <Notice tone="wait" icon="wifi-off" title={say('no_keys')}><p>{say('no_keys_text')}</p></Notice>;
    case 'genuine':
      return <Genuine seal={result.seal} content={result.document} linked={linked} host={host} />;
  }
}

function Genuine({ seal, content, linked, host }: {
  readonly seal: Seal;
  readonly content: Readonly<Record<string, unknown>>;
  readonly linked: string | null;
  readonly host: string;
}) {
  const isLinked = linked === compactOf(seal);
  return (
    <>
      <Notice tone="ok" icon="shield-check" title={say('file_genuine')}>
        <p>{say('file_genuine_text', { host, time: longTime(seal.sealed_at) })}</p>
        {isLinked && <p>{say('same')}</p>}
      </Notice>
      {linked !== null && !isLinked && <Notice tone="warn" title={say('other')}><p>{say('other_text')}</p></Notice>}
      <section class="card stack tight">
        <h2>{say('says')}</h2>
        <Summary content={content} />
        <Numbers rows={[[say('proof'), seal.proof_id], [say('code'), seal.sha256], [say('key'), seal.key_id]]} />
      </section>
    </>
  );
}

/** A few members of the document. It is genuine here, but another version of the format may lack them. */
function Summary({ content }: { readonly content: Readonly<Record<string, unknown>> }) {
  const job = part(content['job']);
  const office = part(content['office']);
  const signoff = part(list(content['signoffs']).at(-1));
  const outcome = text(signoff['outcome']);
  const units = list(content['units']).map((unit) => [text(part(unit)['name']), text(part(unit)['serial'])].filter(Boolean).join(' · '));
  return (
    <dl class="says">
      <Row name={say('customer')}>{[text(job['customer']), text(part(job['address'])['city'])].filter(Boolean).join(', ')}</Row>
      <Row name={say('order')}>{text(job['order_ref'])}</Row>
      <Row name={say('units')}>{units.map((unit, at) => <span class="block" key={at}>{unit}</span>)}</Row>
      <Row name={say('decided')}>{outcome === 'accepted' || outcome === 'refused' || outcome === 'absent' ? say(outcome) : outcome} {text(signoff['name'])}</Row>
      <Row name={say('office')}>{[text(office['name']), text(office['station'])].filter(Boolean).join(' · ')}</Row>
      <Row name={say('sealed')}>{longTime(text(content['sealed_at']))}</Row>
    </dl>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Numbers({ rows }: { readonly rows: readonly (readonly [string, string])[] }) {
  return (
    <details>
      <summary class="small">{say('details')}</summary>
      <dl class="says small">
        {rows.map(([name, value]) => <Row key={name} name={name}><span class="code">{value}</span></Row>)}
      </dl>
    </details>
  );
}

function part(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
