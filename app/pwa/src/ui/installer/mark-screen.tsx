/** Marks on a copy of a photo: ring, arrow, line. The photo itself stays as it was taken. */
import { useRef, useState } from 'preact/hooks';
import { MARK_COLOUR, markedCopy } from '../../device/marked-copy';
import { preparePhoto } from '../../device/photo';
import { find, type Photo } from '../../domain/job';
import { lineWidth, markOf, pathOf, type Mark, type Spot, type Tool } from '../../domain/photo-marks';
import { keepThumb } from '../../state/items';
import { newId } from '../../state/record';
import type { JobView } from '../../state/jobs';
import { Button } from '../parts/button';
import { Notice } from '../parts/notice';
import { Tiles } from '../parts/tiles';
import { toast } from '../parts/toast';
import { Frame } from './frame';
import { NoJob } from './job';
import { back, type Query } from './route';
import { save } from './saving';
import { useAnyPhoto, useDraft, useJob, useShown } from './use';
import { roleOf } from './work';
import { sayMark } from './words-mark';
import '../styles/mark.css';

const TOOLS = [
  { value: 'ring', icon: 'circle' },
  { value: 'arrow', icon: 'move-up-right' },
  { value: 'line', icon: 'signature' },
] as const;
/** The copy is kept as good as the photo was, whatever its role asks of a fresh one. */
const COPY_QUALITY = 90;

export function MarkScreen({ jobId, query }: { readonly jobId: string; readonly query: Query }) {
  const view = useJob(jobId);
  const photo = view && find(view.state.photos, 'photo_id', query.id ?? '');
  return view && photo ? <Marking view={view} photo={photo} /> : <NoJob />;
}

function Marking({ view, photo }: { readonly view: JobView; readonly photo: Photo }) {
  const url = useAnyPhoto(photo.sha256);
  const [tool, setTool] = useState<Tool>('ring');
  const [marks, write, clear] = useDraft<Mark[]>(`marks ${photo.photo_id}`, []);
  const [failed, setFailed] = useState(false);
  const isShown = useShown();
  const keep = async (): Promise<void> => {
    if (!url || marks.length === 0) return;
    setFailed(false);
    const copy = await makeCopy(url, photo, marks, view).catch(() => null);
    if (!copy) return setFailed(true);
    const { step_id, unit_id, component, role, source } = photo;
    const fact = { photo_id: newId(), role, step_id, unit_id, component, sha256: copy.sha256, size: copy.bytes.byteLength, mime: copy.mime, w: copy.w, h: copy.h, source, of: photo.photo_id };
    if (!(await save(view.job_id, 'photo.captured', fact, [{ bytes: copy.bytes, mime: copy.mime }]))) return;
    void keepThumb(copy.sha256, copy.thumb);
    clear();
    toast(sayMark('saved'));
    if (isShown()) back();
  };
  return (
    <Frame
      testid="mark"
      title={sayMark('title')}
      under={sayMark('under')}
      actions={
        <>
          <Button icon="undo-2" testid="mark-undo" disabled={marks.length === 0} onTap={() => write(marks.slice(0, -1))}>
            {sayMark('undo')}
          </Button>
          <Button kind="primary" icon="check" testid="mark-save" disabled={marks.length === 0 || !url} onTap={keep}>
            {sayMark('save')}
          </Button>
        </>
      }
    >
      {failed && <Notice tone="stop" alert title={sayMark('failed')} />}
      {url === '' ? <Notice tone="wait" title={sayMark('gone')} /> : url && <Board photo={photo} url={url} tool={tool} marks={marks} onMark={(mark) => write([...marks, mark])} />}
      <Tiles legend={sayMark('tool')} legendHidden options={TOOLS.map(({ value, icon }) => ({ value, icon, title: sayMark(value) }))} chosen={tool} testid="tool" onChoose={(value) => setTool(TOOLS.find((one) => one.value === value)?.value ?? 'ring')} />
      <p class="small quiet">{sayMark('hint')}</p>
    </Frame>
  );
}

function Board({ photo, url, tool, marks, onMark }: { readonly photo: Photo; readonly url: string; readonly tool: Tool; readonly marks: readonly Mark[]; readonly onMark: (mark: Mark) => void }) {
  const board = useRef<SVGSVGElement>(null);
  const [way, setWay] = useState<readonly Spot[]>([]);
  const spotOf = (event: PointerEvent): Spot => {
    // The board may be of another shape than the picture, which then stands in its middle.
    const matrix = board.current?.getScreenCTM();
    if (!matrix) return [0, 0];
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    const within = (value: number, most: number): number => Math.min(most, Math.max(0, value));
    return [within(x, photo.w), within(y, photo.h)];
  };
  const drawing = way.length > 1 ? markOf(tool, way, photo) : null;
  const width = lineWidth(photo);
  return (
    <svg
      ref={board}
      class="mark-board"
      viewBox={`0 0 ${photo.w} ${photo.h}`}
      role="img"
      aria-label={sayMark('board', { n: marks.length })}
      data-testid="mark-board"
      data-marks={marks.length}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setWay([spotOf(event)]);
      }}
      onPointerMove={(event) => way.length > 0 && setWay([...way, spotOf(event)])}
      onPointerUp={(event) => {
        const mark = markOf(tool, [...way, spotOf(event)], photo);
        setWay([]);
        if (mark) onMark(mark);
      }}
      onPointerCancel={() => setWay([])}
    >
      <image href={url} width={photo.w} height={photo.h} />
      {[...marks, ...(drawing ? [drawing] : [])].map((mark, place) => {
        const path = pathOf(mark, photo);
        return (
          <g key={place} fill="none" stroke-linecap="round" stroke-linejoin="round">
            <path d={path} stroke="#ffffff" stroke-width={1.8 * width} />
            <path d={path} stroke={MARK_COLOUR} stroke-width={width} />
          </g>
        );
      })}
    </svg>
  );
}

async function makeCopy(url: string, photo: Photo, marks: readonly Mark[], view: JobView) {
  const bytes = await markedCopy(url, marks.map((mark) => pathOf(mark, photo)), photo, lineWidth(photo));
  const side = Math.max(photo.w, photo.h, roleOf(view.standards, photo.role)?.max_side ?? 0);
  return preparePhoto(bytes, 'image/jpeg', { max_side: side, quality: COPY_QUALITY });
}
