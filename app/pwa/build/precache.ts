/**
 * Which built files a page needs to work offline.
 *
 * A file is needed when something needed names it: the page names its entry script, the script names its lazy
 * chunks, styles, workers and wasm, the web manifest names its icons. Built names carry a hash, so a name is
 * not met by chance. Following names instead of the bundler's module graph covers every way of pointing at a
 * file with one rule, and keeps out what only the other pages use.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';

/**
 * What workbox-precaching takes: `revision` is null when the URL itself changes with the content. `integrity` makes the browser refuse
 * anything else under that address, be it a login page or a file of another build; then nothing is installed, and the old version stays.
 */
export interface PrecacheEntry {
  readonly url: string;
  readonly revision: string | null;
  readonly integrity: string;
}

const READABLE = new Set(['.html', '.js', '.css', '.webmanifest']);
/** The bundler puts what it names by content here; everything else keeps its name when it changes. */
const NAMED_BY_CONTENT = 'assets/';

/**
 * @param folder the build's output folder.
 * @param files every file in it that a page could name, relative, with forward slashes.
 * @param page the page to start from, relative.
 * @returns the page first, then what it needs, each once.
 */
export function filesNeededBy(folder: string, files: readonly string[], page: string): string[] {
  const needed = [page];
  const waiting = new Set(files.filter((file) => extname(file) !== '.html' && extname(file) !== '.map'));
  for (const current of needed) {
    if (!READABLE.has(extname(current))) continue;
    const text = readFileSync(join(folder, current), 'utf8');
    for (const file of waiting) {
      if (!text.includes(basename(file))) continue;
      waiting.delete(file);
      needed.push(file);
    }
  }
  return needed;
}

/** The manifest for a worker that answers navigations to `address` with `page`. */
export function precacheManifest(
  folder: string,
  files: readonly string[],
  page: string,
  address: string,
  base: string,
): PrecacheEntry[] {
  const [shell, ...rest] = filesNeededBy(folder, files, page);
  if (shell === undefined) throw new Error(`no page ${page}`);
  return [
    { url: address, ...hashes(join(folder, shell)) },
    ...rest.sort().map((file) => {
      const { revision, integrity } = hashes(join(folder, file));
      return { url: base + file, revision: file.startsWith(NAMED_BY_CONTENT) ? null : revision, integrity };
    }),
  ];
}

function hashes(path: string): Omit<PrecacheEntry, 'url'> {
  const digest = createHash('sha256').update(readFileSync(path)).digest();
  return { revision: digest.toString('hex').slice(0, 16), integrity: `sha256-${digest.toString('base64')}` };
}
