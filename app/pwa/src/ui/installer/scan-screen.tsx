/** Scanning a unit: the camera looks by itself; a match is short and green, another unit is a stop, the rest a sentence. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { openScanner, type Read, type Scanner } from '../../device/scanner';
import { copyOf } from '../../device/photo';
import { find } from '../../domain/job';
import type { JobView } from '../../state/jobs';
import { Button, RoundButton } from '../parts/button';
import { Notice } from '../parts/notice';
import { toast } from '../parts/toast';
import { CameraHelp } from './camera-help';
import { FileButton } from './file-button';
import { NoJob } from './job';
import { back, type Query } from './route';
import { save } from './saving';
import { factOf, judge, shownCode, unitWords, whySentence, type Seen } from './scan-result';
import { tellRight, tellWrong } from './sounds';
import { TypedSerial } from './typed-serial';
import { useCamera } from './use-camera';
import { useJob } from './use';
import { unitOf } from './work';
import { WrongUnit } from './wrong-unit';
import { sayCamera } from './words-camera';
import '../styles/camera.css';

export function ScanScreen({ jobId, query }: { readonly jobId: string; readonly query: Query }) {
  const view = useJob(jobId);
  return view ? <UnitScan view={view} query={query} /> : <NoJob />;
}

type Shown = { readonly as: 'wrong' | 'unknown' | 'match'; readonly seen: Seen } | { readonly as: 'no_code' } | null;

function UnitScan({ view, query }: { readonly view: JobView; readonly query: Query }) {
  const unitId = query.unit || null;
  const stepId = query.id || null;
  const part = query.part || null;
  const unit = unitOf(view.state, unitId);
  const [typing, setTyping] = useState(false);
  const [shown, setShown] = useState<Shown>(null);
  const [torch, setTorch] = useState(false);
  const [zoomed, setZoomed] = useState(false);
  const { video, camera, problem, again } = useCamera(true);
  const scanner = useScanner();
  const busy = useRef(false);

  const count = async (seen: Seen, forUnit: string | null): Promise<void> => {
    const fact = factOf(seen, { unit_id: forUnit, step_id: stepId, component: forUnit === unitId ? part : null });
    if (!(await save(view.job_id, 'unit.scanned', fact))) return setShown(null);
    if (seen.match.verdict === 'wrong') return setShown({ as: 'wrong', seen });
    setShown({ as: 'match', seen });
    toast(sayCamera('match', { what: unitWords(view, forUnit, fact.component ?? null) }));
    // Another part of the same unit counts for itself; the one that was asked for is still looked for.
    setTimeout(() => (part === null || fact.component === part ? back() : setShown(null)), part === null || fact.component === part ? 500 : 1_500);
  };
  const meet = async (read: Read, method: Seen['method']): Promise<void> => {
    if (busy.current) return;
    busy.current = true;
    try {
      const seen = judge(read.text, read.symbology, method, view, unitId);
      if (seen.match.verdict === 'match') tellRight();
      else tellWrong();
      // Another unit of the same job is no mistake yet: the installer may simply have taken this one first.
      if (seen.match.verdict === 'unknown' || seen.match.belongs_to !== null) setShown({ as: seen.match.verdict === 'unknown' ? 'unknown' : 'wrong', seen });
      else await count(seen, seen.match.unit_id ?? unitId);
    } finally {
      busy.current = false;
    }
  };
  const looking = camera !== null && shown === null && !typing;
  useEffect(() => {
    if (!looking || !video.current) return;
    return scanner.watch(video.current, (read) => void meet(read, 'camera'));
  }, [looking]);

  const fromPicture = async (input: HTMLInputElement): Promise<void> => {
    const file = input.files?.[0];
    if (!file) return;
    const copy = await copyOf(file).catch(() => null);
    input.value = '';
    const read = copy && (await scanner.readPicture(copy.bytes, copy.mime));
    if (read) await meet(read, 'photo');
    else setShown({ as: 'no_code' });
  };
  const wantedPart = unit && part !== null ? find(unit.components, 'component_id', part) : null;
  const wanted = unit ? [unit.name, wantedPart?.name, wantedPart ? wantedPart.serial : unit.serial].filter(Boolean).join(' · ') : '';
  return (
    <main class="viewfinder scan" data-testid="scan-screen">
      <header class="vf-bar">
        <RoundButton icon="x" label={sayCamera('close_camera')} testid="close-scan" onTap={back} />
        <h1>{sayCamera('scan_title')}</h1>
        {camera?.has_torch && (
          <RoundButton
            icon="flashlight"
            label={sayCamera('torch')}
            pressed={torch}
            onTap={async () => {
              await camera.setTorch(!torch);
              setTorch(!torch);
            }}
          />
        )}
        {camera?.zoom && (
          <button
            type="button"
            class="button round figures"
            aria-label={sayCamera('zoom', { factor: zoomed ? 1 : 2 })}
            onClick={() => {
              void camera.setZoom(zoomed ? Math.max(1, camera.zoom?.min ?? 1) : Math.min(2, camera.zoom?.max ?? 1));
              setZoomed(!zoomed);
            }}
          >
            {zoomed ? '2×' : '1×'}
          </button>
        )}
        {!camera?.has_torch && !camera?.zoom && <span class="vf-space" />}
      </header>
      <div class="vf-picture">
        <video ref={video} playsInline muted autoplay aria-hidden="true" />
        {problem ? (
          <CameraHelp problem={problem} again={again}>
            <FileButton capture label={sayCamera('phone_camera')} primary onPick={fromPicture} />
          </CameraHelp>
        ) : (
          <div class={`corners ${shown?.as === 'match' ? 'good' : ''}`} aria-hidden="true" />
        )}
      </div>
      <div class="vf-words" role="status">
        <strong>{sayCamera('scan_hint')}</strong>
        {wanted && <span class="small block code">{sayCamera('scan_for', { what: wanted })}</span>}
      </div>
      {shown?.as === 'match' && <Notice tone="ok" alert title={sayCamera('match', { what: unitWords(view, shown.seen.match.unit_id ?? unitId, shown.seen.match.component) })} testid="scan-match" />}
      {shown?.as === 'no_code' && <Answer title={sayCamera('no_code')} onClose={() => setShown(null)} />}
      {shown?.as === 'unknown' && (
        <Answer title={sayCamera('unknown_title')} text={whySentence(shown.seen)} code={shownCode(shown.seen)} onClose={() => setShown(null)}>
          {shown.seen.match.why === 'nothing_to_compare' && unitId !== null && (
            <Button kind="primary" testid="count-anyway" onTap={() => count(shown.seen, unitId)}>
              {sayCamera('unit_here', { name: unit?.name ?? '' })}
            </Button>
          )}
        </Answer>
      )}
      <footer class="vf-foot">
        <Button icon="keyboard" testid="type-serial" onTap={() => setTyping(true)}>
          {sayCamera('scan_type')}
        </Button>
        <FileButton label={sayCamera('scan_picture')} onPick={fromPicture} />
      </footer>
      {typing && (
        <TypedSerial
          onClose={() => setTyping(false)}
          onTyped={(serial) => {
            setTyping(false);
            void meet({ text: serial, symbology: 'typed' }, 'typed');
          }}
        />
      )}
      {shown?.as === 'wrong' && (
        <WrongUnit
          view={view}
          seen={shown.seen}
          unitId={unitId}
          onAgain={() => setShown(null)}
          onCountFor={(other) => count(judge(shown.seen.raw, shown.seen.symbology, shown.seen.method, view, other), other)}
        />
      )}
    </main>
  );
}

function Answer({ title, text, code, onClose, children }: {
  readonly title: string;
  readonly text?: string;
  readonly code?: string;
  readonly onClose: () => void;
  readonly children?: preact.ComponentChildren;
}) {
  return (
    <div class="vf-answer" data-testid="scan-unknown">
      <Notice tone="warn" alert title={title}>
        {text && <p>{text}</p>}
        {code && <p class="code small">{code}</p>}
        {children}
        <Button wide icon="scan-barcode" testid="scan-on" onTap={onClose}>
          {sayCamera('wrong_again')}
        </Button>
      </Notice>
    </div>
  );
}

/** One decoder for the screen's life. */
export function useScanner(): Scanner {
  const kept = useRef<Scanner | null>(null);
  kept.current ??= openScanner();
  useEffect(() => () => kept.current?.close(), []);
  return kept.current;
}
