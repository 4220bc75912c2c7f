/** A screen whose code comes when it is first opened; offline it is already kept. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [Screen, setScreen] = useState<ComponentType<Props> | undefined>(() => loaded);
    const [failure, setFailure] = useState<Error | null>(null);
    useEffect(() => {
      if (Screen) return;
      load().then(
        (screen) => {
          loaded = screen;
          setScreen(() => screen);
        },
        (error: unknown) => setFailure(error instanceof Error ? error : new Error(String(error))),
      );
    }, []);
    // Thrown while rendering, so that the nearest Boundary shows a way on.
    if (failure) throw failure;
    return Screen ? <Screen {...props} /> : <div class="skeleton" aria-busy="true" />;
  };
}
