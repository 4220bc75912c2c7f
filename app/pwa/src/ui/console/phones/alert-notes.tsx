/** What calls somebody to the phones, seen from any page; asked for every minute. */
import { useEffect } from 'preact/hooks';
import { alertCount, alerts, refreshAlerts } from '../../../state/console/phones';
import { Notice } from '../../parts/notice';
import { PHONES } from '../route';
import { say } from './words';

const REFRESH_MS = 60_000;

export function useFreshAlerts(): void {
  useEffect(() => {
    void refreshAlerts();
    const timer = setInterval(() => document.visibilityState === 'visible' && void refreshAlerts(), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
}

/** One notice with a line for each reason; nothing when all is well. With `link`, the way to the phones. */
export function AlertNotes({ link = false }: { readonly link?: boolean }) {
  const found = alerts.value;
  if (found === null || alertCount(found) === 0) return null;
  const reasons = (['overdue', 'readmitted', 'storage_lost', 'quarantine'] as const).filter((name) => found[name] > 0);
  const [first, ...rest] = reasons;
  if (first === undefined) return null;
  return (
    <div class="alert-notes">
      <Notice tone="warn" icon="smartphone" title={say(`alert_${first}`, { n: found[first] })} testid="phone-alerts">
        {rest.length > 0 && <p>{rest.map((name) => say(`alert_${name}`, { n: found[name] })).join(' · ')}</p>}
        {link && <p><a href={PHONES} data-testid="alert-to-phones">{say('alert_go')}</a></p>}
      </Notice>
    </div>
  );
}
