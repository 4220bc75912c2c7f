"""A rescue file of many photos is made on a phone that has no memory to spare (H25): kept in it, they would be twice the limit."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from app import pwa
from tests.e2e.roaming import roaming

PHOTOS = 160
MEGABYTE = 1_000_000
# Every second one lies among the files too; of the others the database has the only copy.
SEED = """async ([count, size]) => {
  const opened = indexedDB.open('doorstep');
  await new Promise((done) => (opened.onsuccess = done));
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('bl', { create: true });
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65536, size)));
  for (let number = 0; number < count; number += 1) {
    new DataView(bytes.buffer).setUint32(0, number);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const name = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const transaction = opened.result.transaction('blobs', 'readwrite');
    transaction.objectStore('blobs').put(bytes.slice().buffer, name);
    await new Promise((done, failed) => { transaction.oncomplete = done; transaction.onabort = failed; });
    if (number % 2) continue;
    const file = await (await folder.getFileHandle(name, { create: true })).createWritable();
    await file.write(bytes);
    await file.close();
  }
  opened.result.close();
}"""


def test_h25_a_rescue_file_of_many_photos_stays_out_of_memory(
    playwright: Playwright, migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with roaming(playwright, migrated_sqlite, tmp_path, monkeypatch, pwa.STATIC) as phone:
        phone.page.goto(f"{phone.server.url}/rescue")
        phone.page.evaluate(SEED, [PHOTOS, MEGABYTE])
        phone.page.reload()
        expect(phone.by("make")).to_be_visible(timeout=30_000)
        devtools = phone.page.context.new_cdp_session(phone.page)

        def held() -> float:
            usage = devtools.send("Runtime.getHeapUsage")
            return float(usage["usedSize"] + usage["embedderHeapUsedSize"] + usage["backingStorageSize"])

        devtools.send("HeapProfiler.collectGarbage")
        before = most = held()
        phone.by("make").click()
        while phone.by("made").count() == 0:
            most = max(most, held())
            phone.page.wait_for_timeout(50)
        assert most - before < PHOTOS / 2 * MEGABYTE
        with phone.page.expect_download() as saved:
            phone.by("save").click()
        with zipfile.ZipFile(saved.value.path()) as archive:
            sizes = [entry.file_size for entry in archive.infolist() if entry.filename.startswith("blobs/")]
        assert sizes == [MEGABYTE] * PHOTOS
