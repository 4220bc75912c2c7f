/** Keeps the queue fresh while it is on the screen: every 20 s, and when one comes back to the tab. */
import { useEffect } from 'preact/hooks';
import { refreshQueue } from '../../../state/console/queue';

const REFRESH_MS = 20_000;

export function useFreshQueue(): void {
  useEffect(() => {
    void refreshQueue();
    const turn = (): void => {
      if (document.visibilityState === 'visible') void refreshQueue();
    };
    const timer = setInterval(turn, REFRESH_MS);
    document.addEventListener('visibilitychange', turn);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', turn);
    };
  }, []);
}
