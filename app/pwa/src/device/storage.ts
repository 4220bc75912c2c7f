/** The browser's promises about storage. None of them is enough alone; all are shown. */

/** Whether the browser has promised not to clear this app's storage when room gets short. Asks for it when it has not. */
export async function askToPersist(): Promise<boolean> {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    return false;
  }
}

/** The same without asking for it; null when the browser does not say. */
export async function hasPersisted(): Promise<boolean | null> {
  try {
    return await navigator.storage.persisted();
  } catch {
    return null;
  }
}

/** Bytes that this app takes, as the browser counts them, or null. Its quota is not told: browsers make that number up. */
export async function usageBytes(): Promise<number | null> {
  try {
    return (await navigator.storage.estimate()).usage ?? null;
  } catch {
    return null;
  }
}
