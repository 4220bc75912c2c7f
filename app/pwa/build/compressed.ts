/** Writes every built file that gets smaller a second time, compressed once as hard as can be, so that the server need not do it for each phone. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const SHRINKS = /\.(?:js|css|html|wasm|svg|json|webmanifest)$/;
const BYTES_LEAST = 1024;

export function compressed(): Plugin {
  let folder = '';
  return {
    name: 'compressed',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    writeBundle: {
      // After the service workers have been written.
      order: 'post',
      sequential: true,
      handler() {
        for (const name of readdirSync(folder, { recursive: true, encoding: 'utf-8' })) {
          const path = join(folder, name);
          if (!SHRINKS.test(name) || statSync(path).size < BYTES_LEAST) continue;
          writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: constants.Z_BEST_COMPRESSION }));
        }
      },
    },
  };
}
