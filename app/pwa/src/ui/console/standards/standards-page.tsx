/** The service standards: drafts, what is in force, scheduled or withdrawn, and what comes with Doorstep and is not used yet. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { session } from '../../../state/console/session';
import { beginDraft, drafts, publishOffered, versions, type Draft, type Version } from '../../../state/console/standards';
import { pick } from '../../i18n/catalogue';
import { moment } from '../../i18n/format';
import { Button } from '../../parts/button';
import { categoryIcon, Icon } from '../../parts/icon';
import { Chip, Notice } from '../../parts/notice';
import { toast } from '../../parts/toast';
import { go } from '../navigation';
import { draftAddress, standardAddress } from '../route';
import { troubleOf, TroubleNotice } from '../trouble';
import { words } from '../words';
import { edit } from './editor-words';
import { blank, kindOf } from './form';
import { StandingChip } from './standing';
import { say } from './words';
import '../styles/standards.css';

const FILE_BYTES_MAX = 1_048_576;

export function StandardsPage() {
  const [found, setFound] = useState<readonly Version[] | null>(null);
  const [written, setWritten] = useState<readonly Draft[]>([]);
  const [failure, setFailure] = useState<unknown>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const edits = isEditor();
  const load = async (): Promise<void> => {
    setFailure(null);
    try {
      const [published, begun] = await Promise.all([versions(), edits ? drafts() : []]);
      setFound(published);
      setWritten(begun);
    } catch (error) {
      setFailure(error);
    }
  };
  useEffect(() => {
    document.title = `${say('title')} · ${words('app')}`;
    void load();
  }, []);
  const begin = async (text: string): Promise<void> => {
    setRefused(null);
    try {
      go(draftAddress((await beginDraft(text, null)).draft_id));
    } catch (error) {
      setRefused(troubleOf(error).title);
    }
  };
  const bring = async (file: File): Promise<void> => {
    if (file.size > FILE_BYTES_MAX) setRefused(edit('file_too_large'));
    else {
      const text = await file.text();
      if (isDocument(text)) await begin(text);
      else setRefused(edit('not_a_document_do'));
    }
  };
  const published = found?.filter((one) => one.standing !== 'offered') ?? [];
  const offered = found?.filter((one) => one.standing === 'offered') ?? [];
  return (
    <main class="page" id="content" tabIndex={-1}>
      <div class="page-head">
        <div>
          <h1>{say('title')}</h1>
          <p class="quiet small">{say('lead')}</p>
        </div>
        {edits && (
          <div class="row">
            <FileChooser onChoose={bring} />
            <Button kind="primary" icon="plus" testid="new-standard" onTap={() => begin(firstText())}>{edit('begin')}</Button>
          </div>
        )}
      </div>
      {refused !== null && <Notice tone="stop" alert title={edit('not_a_document')} testid="file-refused"><p>{refused}</p></Notice>}
      {failure !== null && <TroubleNotice error={failure} onRetry={load} />}
      {found === null && failure === null && <div class="skeleton" aria-busy="true" />}
      {written.length > 0 && (
        <section>
          <h2>{edit('drafts')}</h2>
          <ul class="standard-rows" data-testid="drafts">{written.map((one) => <DraftRow key={one.draft_id} draft={one} />)}</ul>
        </section>
      )}
      {found !== null && published.length === 0 && <Notice tone="wait" title={say('none')}><p>{say('none_do')}</p></Notice>}
      <ul class="standard-rows" data-testid="standards">{published.map((one, index) => <VersionRow key={one.digest} version={one} later={published[index - 1]?.standard_id === one.standard_id} />)}</ul>
      {offered.length > 0 && (
        <section>
          <h2>{edit('offered')}</h2>
          <p class="quiet small">{edit('offered_lead')}</p>
          <ul class="standard-rows" data-testid="offered">
            {offered.map((one) => (
              <VersionRow key={one.digest} version={one}>
                {edits && <PublishOffered version={one} onDone={load} />}
              </VersionRow>
            ))}
          </ul>
        </section>
      )}
    </main>
  );
}

function VersionRow({ version, later = false, children }: { readonly version: Version; readonly later?: boolean; readonly children?: ComponentChildren }) {
  return (
    <li class="standard-line">
      <a class={`standard-row ${later ? 'older' : ''}`} href={standardAddress(version.digest)} data-testid="standard-row" data-standard={version.standard_id}>
        <Icon name={version.categories[0] === undefined ? 'package' : categoryIcon(version.categories[0])} />
        <span class="grow">
          <strong>{pick(version.title)}</strong>
          <span class="small quiet block">{version.withdrawn_why ?? pick(version.summary)}</span>
        </span>
        <span class="small figures">{say('version', { version: version.version })}<span class="quiet block">{say('rules', { n: version.rules })}</span></span>
        {version.published_at !== undefined && <span class="small figures quiet">{say('published', { time: moment(version.published_at) })}</span>}
        <StandingChip version={version} />
      </a>
      {children}
    </li>
  );
}

function DraftRow({ draft }: { readonly draft: Draft }) {
  return (
    <li>
      <a class="standard-row" href={draftAddress(draft.draft_id)} data-testid="draft-row">
        <Icon name="list-checks" />
        <span class="grow">
          <strong>{pick(draft.title) || edit('unnamed')}</strong>
          <span class="small quiet block">{edit('draft_changed', { time: moment(draft.changed_at), name: draft.changed_by })}</span>
        </span>
        <span class="small figures">{say('version', { version: draft.version || '–' })}</span>
        {draft.problem ? <Chip tone="wait">{edit('draft_faulty')}</Chip> : <Chip tone="ok">{edit('draft_ready')}</Chip>}
      </a>
    </li>
  );
}

function PublishOffered({ version, onDone }: { readonly version: Version; readonly onDone: () => Promise<void> }) {
  const act = async (): Promise<void> => {
    try {
      await publishOffered(version.digest);
      toast(edit('published_now'));
      await onDone();
    } catch (error) {
      toast(troubleOf(error).title);
    }
  };
  return <Button icon="send" testid="publish-offered" onTap={act}>{edit('publish_now')}</Button>;
}

function FileChooser({ onChoose }: { readonly onChoose: (file: File) => Promise<void> }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        class="unseen"
        accept="application/json,.json"
        tabIndex={-1}
        aria-label={edit('bring')}
        data-testid="standard-file"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file) void onChoose(file);
        }}
      />
      <Button icon="share" testid="bring-standard" onTap={() => input.current?.click()}>{edit('bring')}</Button>
    </>
  );
}

/** Whether the signed-in user may change standards. */
export function isEditor(): boolean {
  return ['editor', 'admin'].includes(session.value?.user.role ?? '');
}

function isDocument(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** A standard of which nothing is written yet. */
function firstText(): string {
  const first = blank(kindOf('standard'), ['en', 'zh-Hans']) as Readonly<Record<string, unknown>>;
  return JSON.stringify({ ...first, version: `${new Date().getFullYear()}.1`, languages: ['en', 'zh-Hans'], rules: [] }, null, 2);
}
