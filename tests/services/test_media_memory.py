"""Pictures as large as are shown take a bounded part of memory, however many are asked for at once."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

ROOT = Path(__file__).parent.parent.parent
GROWTH_MB_MAX = 200

# In a process of its own: the peak is then that of these pictures alone.
PROGRAM = """
import sys, threading
from pathlib import Path
from app.services import media

def peak_mb():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024

folder, before = Path(sys.argv[1]), peak_mb()
places = [folder / f"{number}.jpg" for number in range(3)]
threads = [threading.Thread(target=media._make, args=(folder / "original", place, media.KINDS["view"])) for place in places]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sum(place.exists() for place in places), round(peak_mb() - before))
"""


@pytest.mark.parametrize(
    ("form", "size", "save"),
    [
        ("JPEG", (8_660, 5_773), {}),
        ("WEBP", (3_800, 2_600), {"method": 0}),
    ],
    ids=["jpeg", "webp"],
)
def test_three_of_the_largest_at_once(tmp_path: Path, form: str, size: tuple[int, int], save: dict[str, Any]) -> None:
    Image.effect_noise((1_000, 1_000), 80).convert("RGB").resize(size).save(tmp_path / "original", form, **save)
    done = subprocess.run([sys.executable, "-c", PROGRAM, tmp_path], cwd=ROOT, capture_output=True, text=True, check=True)
    made, growth_mb = map(int, done.stdout.split())
    assert made == 3
    assert growth_mb < GROWTH_MB_MAX
