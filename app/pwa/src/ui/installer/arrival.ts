/** At the customer's door: arriving, and where that is. The position is asked for and never waited for. */
import { signal } from '@preact/signals';
import { distanceM } from '../../domain/place';
import type { JobView } from '../../state/jobs';
import { setPosition } from '../../state/record';
import { save } from './saving';

export async function arrive(view: JobView): Promise<boolean> {
  const { visit_id: visitId } = view.state;
  await position(view);
  return visitId !== null && (await save(view.job_id, 'visit.arrived', { visit_id: visitId })) !== null;
}

/** Where the phone said to be on arriving, when that is plainly not the address: the job, and how far off in metres. */
export const farAway = signal<{ readonly job_id: string; readonly metres: number } | null>(null);

const POSITION_WAIT_MS = 1500;
/** Estates are large, and addresses are often placed at their gate. */
const NEAR_M = 800;

function note(view: JobView, here: { lat_e6: number; lon_e6: number; acc_m: number }): void {
  const { lat_e6, lon_e6 } = view.state.address ?? {};
  if (lat_e6 == null || lon_e6 == null) return;
  const metres = distanceM(here, { lat_e6, lon_e6 });
  farAway.value = metres - here.acc_m > NEAR_M ? { job_id: view.job_id, metres } : null;
}

/** A short wait for a fresh position; a phone that needs longer gives it to the facts that follow. */
async function position(view: JobView): Promise<void> {
  // Some browsers have none on http.
  const geolocation = navigator.geolocation as Geolocation | undefined;
  if (!geolocation) return;
  const asked = new Promise<void>((resolve) => {
    geolocation.getCurrentPosition(
      ({ coords }) => {
        const here = {
          lat_e6: Math.round(coords.latitude * 1e6),
          lon_e6: Math.round(coords.longitude * 1e6),
          acc_m: Math.min(100_000_000, Math.max(0, Math.round(coords.accuracy))),
        };
        setPosition(here);
        note(view, here);
        resolve();
      },
      () => resolve(),
      { enableHighAccuracy: true, maximumAge: 30_000, timeout: 20_000 },
    );
  });
  await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, POSITION_WAIT_MS))]);
}

/** An address for the phone's own map app: Apple's on an iPhone, any on others. */
export function mapLink(address: NonNullable<JobView['state']['address']>): string {
  const words = encodeURIComponent([...address.lines, address.city, address.postcode].filter(Boolean).join(', '));
  const point = address.lat_e6 != null && address.lon_e6 != null ? `${address.lat_e6 / 1e6},${address.lon_e6 / 1e6}` : null;
  if (/iPhone|iPad|Macintosh/.test(navigator.userAgent)) return `https://maps.apple.com/?${point ? `ll=${point}&` : ''}q=${words}`;
  return point ? `geo:${point}?q=${point}(${words})` : `geo:0,0?q=${words}`;
}
