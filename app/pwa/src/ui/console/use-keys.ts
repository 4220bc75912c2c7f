/** Lets a page take commands from the keyboard while it is shown and no sheet lies over it. */
import { useEffect, useRef } from 'preact/hooks';
import { commandOf, pressedOf, type Command, type Where } from './keys';

/** `act` returns false for a command that it does not take; the key then keeps its own meaning. */
export function useKeys(where: Where, act: (command: Command) => boolean): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) return;
      const command = commandOf(pressedOf(event), where);
      if (command !== null && latest.current(command)) event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [where]);
}
