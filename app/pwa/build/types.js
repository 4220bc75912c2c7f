/** Type-check every runtime's project: the native compiler does one after the other in about a second each. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const compiler = fileURLToPath(new URL('../node_modules/typescript-native/bin/tsc', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));

let failed = false;
for (const project of ['app', 'sw', 'workers', 'test', 'build', 'simulation']) {
  const { status } = spawnSync(process.execPath, [compiler, '-p', `tsconfig.${project}.json`], { cwd: root, stdio: 'inherit' });
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
