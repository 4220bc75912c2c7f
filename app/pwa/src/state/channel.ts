/** Between the tabs of this phone: what was written, how sending goes, and whether the tab that sends is alive. */
import type { KeptKind } from '../sync/drain';
import type { SyncState, WaitingBlob, WaitingEvent } from '../sync/syncState';

export type Message =
  | { readonly type: 'saved'; readonly epoch: number; readonly events: readonly WaitingEvent[]; readonly blobs: readonly WaitingBlob[] }
  | { readonly type: 'kept'; readonly kind: KeptKind }
  | { readonly type: 'sync'; readonly state: SyncState }
  | { readonly type: 'nudge'; readonly why: 'online' | 'visible' | 'manual' }
  | { readonly type: 'ask' }
  | { readonly type: 'alive' };

export interface Channel {
  post(message: Message): void;
  listen(onMessage: (message: Message) => void): void;
}

/** Without BroadcastChannel each tab is alone; what it shows is then as old as its last reading. */
export function openChannel(): Channel {
  if (typeof BroadcastChannel === 'undefined') return { post: () => undefined, listen: () => undefined };
  const channel = new BroadcastChannel('doorstep');
  return {
    post: (message) => channel.postMessage(message),
    listen: (onMessage) => {
      channel.onmessage = (event: MessageEvent<Message>) => onMessage(event.data);
    },
  };
}
