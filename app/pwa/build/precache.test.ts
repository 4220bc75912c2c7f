import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { filesNeededBy, precacheManifest } from './precache.ts';

const BUILT = {
  'app.html': '<link rel="manifest" href="/static/app.webmanifest"><script src="/static/assets/app-aaaaaaaa.js">',
  'app.webmanifest': '{"icons": [{"src": "/static/icons/house.png"}]}',
  'assets/app-aaaaaaaa.js': 'import("./scan-bbbbbbbb.js"); // map ["assets/scan-cccccccc.css"]',
  'assets/app-aaaaaaaa.js.map': '"lazy-ffffffff.js"',
  'assets/scan-bbbbbbbb.js': 'new Worker("/static/assets/read.worker-dddddddd.js")',
  'assets/scan-cccccccc.css': 'a { background: url(/static/icons/paper.svg) }',
  'assets/read.worker-dddddddd.js': 'fetch("/static/assets/reader-eeeeeeee.wasm")',
  'assets/reader-eeeeeeee.wasm': 'console-gggggggg.js',
  'assets/lazy-ffffffff.js': '',
  'assets/console-gggggggg.js': 'import "./app-aaaaaaaa.js"',
  'console.html': 'assets/console-gggggggg.js',
  'icons/house.png': '',
  'icons/paper.svg': '',
  'icons/unused.png': '',
};

const folders: string[] = [];

function built(changes: Partial<typeof BUILT> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'precache-'));
  folders.push(folder);
  for (const [name, content] of Object.entries({ ...BUILT, ...changes })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

test('a page needs what it names, directly or through what it needs, and nothing of the other pages', () => {
  expect(filesNeededBy(built(), Object.keys(BUILT), 'app.html').sort()).toEqual([
    'app.html',
    'app.webmanifest',
    'assets/app-aaaaaaaa.js',
    'assets/read.worker-dddddddd.js',
    'assets/reader-eeeeeeee.wasm',
    'assets/scan-bbbbbbbb.js',
    'assets/scan-cccccccc.css',
    'icons/house.png',
    'icons/paper.svg',
  ]);
});

function manifest(folder: string) {
  return new Map(precacheManifest(folder, Object.keys(BUILT), 'app.html', '/app/', '/static/').map((entry) => [entry.url, entry.revision]));
}

test('the page is kept under its address, with a revision that changes with its content', () => {
  const before = manifest(built());
  const after = manifest(built({ 'app.html': `${BUILT['app.html']} ` }));
  expect(before.get('/app/')).toMatch(/^[0-9a-f]{16}$/);
  expect(after.get('/app/')).not.toBe(before.get('/app/'));
  expect(before.has('/static/app.html')).toBe(false);
});

test('each entry says what its bytes must be', () => {
  const folder = built();
  for (const { url, integrity } of precacheManifest(folder, Object.keys(BUILT), 'app.html', '/app/', '/static/')) {
    const file = url === '/app/' ? 'app.html' : url.replace('/static/', '');
    expect(integrity).toBe(`sha256-${createHash('sha256').update(readFileSync(join(folder, file))).digest('base64')}`);
  }
});

test('only files that are named by their content go without a revision', () => {
  const revisions = manifest(built());
  expect(revisions.get('/static/assets/app-aaaaaaaa.js')).toBeNull();
  expect(revisions.get('/static/icons/house.png')).toMatch(/^[0-9a-f]{16}$/);
});
