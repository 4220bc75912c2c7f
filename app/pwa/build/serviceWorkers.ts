/**
 * Builds the service workers after the pages, and writes build.json last.
 *
 * Each worker is one classic script without imports, because a browser compares a worker byte by byte to see
 * that there is an update. Its precache manifest is put in at `self.__WB_MANIFEST`.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { build, type Plugin } from 'vite';
import { precacheManifest } from './precache.ts';

export interface ServiceWorker {
  /** Source, from the project's root. */
  readonly entry: string;
  /** Name in the output folder. */
  readonly output: string;
  /** The built page it keeps, and the address that page is served at. */
  readonly page: string;
  readonly address: string;
}

export function serviceWorkers(workers: readonly ServiceWorker[], buildName: string): Plugin {
  let folder = '';
  let base = '/';
  let root = '';
  return {
    name: 'doorstep:service-workers',
    apply: 'build',
    configResolved(config) {
      ({ base, root } = config);
      folder = resolve(root, config.build.outDir);
    },
    // Not closeBundle, which also runs after a failed build and would hide its error behind one of its own.
    writeBundle: {
      sequential: true,
      order: 'post',
      async handler() {
        const outputs = new Set(workers.map((worker) => worker.output));
        const files = listFiles(folder).filter((file) => !outputs.has(file));
        for (const worker of workers) {
          const manifest = precacheManifest(folder, files, worker.page, worker.address, base);
          await buildWorker(root, folder, worker, manifest, buildName);
        }
        writeFileSync(join(folder, 'build.json'), `${JSON.stringify({ build: buildName })}\n`);
      },
    },
  };
}

async function buildWorker(
  root: string,
  folder: string,
  worker: ServiceWorker,
  manifest: unknown,
  buildName: string,
): Promise<void> {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    define: {
      __BUILD__: JSON.stringify(buildName),
      'self.__WB_MANIFEST': JSON.stringify(manifest),
      'process.env.NODE_ENV': '"production"',
    },
    build: {
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: {
        input: join(root, worker.entry),
        output: { format: 'iife', entryFileNames: worker.output },
      },
    },
  });
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}
