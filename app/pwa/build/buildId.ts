/**
 * The build's name: a short hash over everything the front end is made from.
 *
 * It is taken from the inputs, not the outputs, because the outputs contain it. The same sources and the same
 * locked packages give the same name on every machine, so a phone and the server can tell whether they agree.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const INPUTS = [
  '../domain/kinds.json',
  'app.html',
  'build',
  'console.html',
  'package-lock.json',
  'public',
  'rescue.html',
  'src',
  'tsconfig.base.json',
  'verify.html',
  'vite.config.ts',
];

/** @returns 12 hexadecimal digits. */
export function buildId(root: string): string {
  const hash = createHash('sha256');
  for (const path of INPUTS.flatMap((input) => filesUnder(root, input)).sort()) {
    if (/\.test\.tsx?$/.test(path)) continue;
    const content = createHash('sha256').update(readFileSync(join(root, path))).digest('hex');
    hash.update(`${path}\n${content}\n`);
  }
  return hash.digest('hex').slice(0, 12);
}

function filesUnder(root: string, path: string): string[] {
  try {
    return readdirSync(join(root, path)).flatMap((name) => filesUnder(root, `${path}/${name}`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [path];
    throw error;
  }
}
