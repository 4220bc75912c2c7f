/** Drop a phone's rescue file, see it travel, and read what came of it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiProblem } from '../../../state/console/api';
import { bringing, bringIn, type Rescued } from '../../../state/console/rescue';
import { session } from '../../../state/console/session';
import { Button } from '../../parts/button';
import { Icon } from '../../parts/icon';
import { Notice } from '../../parts/notice';
import { PHONES } from '../route';
import { TroubleNotice } from '../trouble';
import { words } from '../words';
import { Outcome } from './outcome';
import { say } from './words';
import '../styles/rescue.css';

interface Tried {
  readonly name: string;
  readonly taken: Rescued | null;
  readonly failure: unknown;
}

const REASONS = ['why_cut', 'why_odd', 'why_newer', 'why_foreign'] as const;

export function RescuePage() {
  const [tried, setTried] = useState<Tried | null>(null);
  const [name, setName] = useState('');
  const may = ['supervisor', 'admin'].includes(session.value?.user.role ?? '');
  useEffect(() => {
    document.title = `${say('title')} · ${words('app')}`;
  });
  const take = async (file: File): Promise<void> => {
    if (bringing.value !== null) return;
    setName(file.name);
    setTried(null);
    try {
      setTried({ name: file.name, taken: await bringIn(file), failure: null });
    } catch (failure) {
      setTried({ name: file.name, taken: null, failure });
    }
  };
  return (
    <main class="page form-page" id="content" tabIndex={-1} data-testid="rescue-page">
      <div class="page-head">
        <div>
          <p><a href={PHONES} class="back"><Icon name="chevron-left" /> {say('back')}</a></p>
          <h1>{say('title')}</h1>
          <p class="quiet small">{say('lead')}</p>
        </div>
      </div>
      <div class="stack">
        {!may && <Notice tone="warn" title={say('forbidden')} />}
        {may && (bringing.value === null ? <DropPlace again={tried !== null} onFile={take} /> : <Travelling name={name} part={bringing.value} />)}
        {tried?.taken && <Outcome name={tried.name} taken={tried.taken} />}
        {tried !== null && tried.taken === null && <Refused name={tried.name} failure={tried.failure} />}
      </div>
    </main>
  );
}

function DropPlace({ again, onFile }: { readonly again: boolean; readonly onFile: (file: File) => Promise<void> }) {
  const [over, setOver] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer?.files[0];
    if (file) void onFile(file);
  };
  return (
    <div
      class={`drop-place ${over ? 'over' : ''}`}
      data-testid="drop-place"
      onDragOver={(event) => { event.preventDefault(); setOver(true); }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Icon name="package" />
      <p>{say('drop')} <span class="quiet">{say('or')}</span></p>
      <Button testid="rescue-choose" onTap={() => field.current?.click()}>{say(again ? 'another' : 'choose')}</Button>
      <input
        ref={field}
        class="unseen"
        type="file"
        accept=".zip,application/zip"
        aria-label={say('choose')}
        tabIndex={-1}
        data-testid="rescue-file"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file) void onFile(file);
        }}
      />
    </div>
  );
}

function Travelling({ name, part }: { readonly name: string; readonly part: number }) {
  const text = part < 1 ? say('uploading', { name, percent: Math.floor(part * 100) }) : say('taking', { name });
  return (
    <div class="card stack tight" role="status" data-testid="rescue-travelling">
      <p class="figures">{text}</p>
      {part < 1 ? <progress value={part} max={1} /> : <progress />}
      <p class="quiet small">{say('stay')}</p>
    </div>
  );
}

function Refused({ name, failure }: { readonly name: string; readonly failure: unknown }) {
  if (failure instanceof ApiProblem && failure.slug === 'rescue-file-invalid') {
    const why = REASONS.find((reason) => reason === `why_${String(failure.members['reason'])}`) ?? 'why_odd';
    return (
      <Notice tone="stop" title={say('refused', { name })} alert testid="rescue-refused">
        <p>{say(why)}</p>
        {why !== 'why_newer' && why !== 'why_foreign' && <p>{say('refused_do')}</p>}
      </Notice>
    );
  }
  return (
    <>
      <Notice tone="warn" title={say('failed', { name })} alert testid="rescue-failed">
        <p>{say('failed_do')}</p>
      </Notice>
      <TroubleNotice error={failure} />
    </>
  );
}
