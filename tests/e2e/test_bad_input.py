"""What the phone is given and cannot use: a camera that is refused, busy, missing or black, absurd files and texts. Nothing is lost."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.builders import Network
from tests.e2e.installer import DRAFT_IS_KEPT, Installer, until
from tests.e2e.phones import Phones

# How each trouble looks to the page: what `getUserMedia` does while `window.trouble` names it.
CAMERA = """() => {
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const real = devices.getUserMedia.bind(devices);
  window.asked = [];
  const refused = { denied: 'NotAllowedError', absent: 'NotFoundError', busy: 'NotReadableError' };
  devices.getUserMedia = async (wish) => {
    window.asked.push({ ...wish.video });
    const trouble = sessionStorage.getItem('trouble');
    if (sessionStorage.getItem('dead_lens') && wish.video.deviceId?.exact === 'near') throw new DOMException('no', 'NotReadableError');
    if (trouble in refused) throw new DOMException(trouble, refused[trouble]);
    if (trouble === 'black') {
      const canvas = document.createElement('canvas');
      canvas.width = 640; canvas.height = 480;
      const pen = canvas.getContext('2d');
      const paint = () => { pen.fillStyle = '#000'; pen.fillRect(0, 0, 640, 480); requestAnimationFrame(paint); };
      paint();
      return canvas.captureStream();
    }
    if (sessionStorage.getItem('lenses') && wish.video.deviceId) delete wish.video.deviceId;
    const stream = await real(wish);
    const track = stream.getVideoTracks()[0];
    if (sessionStorage.getItem('torch')) {
      track.getCapabilities = () => ({ torch: true });
      track.applyConstraints = async () => { throw new DOMException('no light', 'OverconstrainedError'); };
    }
    if (sessionStorage.getItem('lenses')) {
      const settings = track.getSettings.bind(track);
      const lens = window.asked.at(-1).deviceId?.exact ?? window.lens ?? 'wide';
      track.getSettings = () => ({ ...settings(), deviceId: lens });
    }
    return stream;
  };
  if (sessionStorage.getItem('untold')) {
    delete window.InputDeviceInfo;
    const plain = (one) => ({ kind: one.kind, label: one.label, deviceId: one.deviceId, groupId: one.groupId });
    const all = devices.enumerateDevices.bind(devices);
    devices.enumerateDevices = async () => (await all()).map(plain);
  }
  if (sessionStorage.getItem('worker')) {
    window.broken = 0;
    window.Worker = new Proxy(Worker, {
      construct(real, [address, options]) {
        if (window.broken > 0 || !String(address).includes('photo')) return new real(address, options);
        const none = new real('/no-such-worker.js', options);
        none.addEventListener('error', () => (window.broken += 1));
        return none;
      },
    });
  }
  const listed = devices.enumerateDevices.bind(devices);
  const lens = (label, deviceId) => ({ kind: 'videoinput', label, deviceId, groupId: '' });
  const lenses = [lens('Front Camera', 'front'), lens('Back Wide Camera', 'wide'), lens('Back Camera', 'near')];
  if (!sessionStorage.getItem('untold')) devices.enumerateDevices = async () => sessionStorage.getItem('lenses') ? lenses : listed();
}"""
INK = """() => {
  const pad = document.querySelector('[data-testid=pad]');
  if (!pad) return 0;
  const { data } = pad.getContext('2d').getImageData(0, 0, pad.width, pad.height);
  let drawn = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) drawn += 1;
  return drawn;
}"""
PLACE = {"id": "PRO-02", "unit": "", "role": "path"}
MARKUP = "<img src=x onerror=\"document.title='owned'\"> <b>bold</b> & 'quoted'"


@pytest.fixture(scope="module")
def job_id(people: Network) -> str:
    """One washing machine."""
    return people.job("wang")


@pytest.fixture(scope="module")
def installer(phones: Phones, people: Network, job_id: str) -> Installer:
    """A phone without a network at the customer's door, whose camera can be in trouble."""
    phone = phones.enrolled(people)
    phone.page.add_init_script(f"({CAMERA})()")
    phone.go_offline()
    phone.arrive(job_id)
    return phone


@pytest.mark.parametrize("trouble", ["denied", "absent", "busy", "black"])
def test_without_a_camera_a_picture_from_the_files_goes_on(trouble: str, installer: Installer, job_id: str) -> None:
    begin(installer, job_id, trouble=trouble)
    expect(installer.by("camera-help")).to_have_attribute("data-problem", trouble, timeout=15_000)
    before = installer.recorded()
    installer.by("camera-help").locator("input[type=file]").set_input_files(picture())
    keep_anyway(installer)
    expect(installer.by("last-photo")).to_be_visible()
    assert installer.recorded() == before + 1
    # It is put right, and the same screen shows a picture.
    installer.page.evaluate("sessionStorage.clear()")
    installer.by("camera-help").get_by_role("button", name="Try again").click()
    expect(installer.by("camera-help")).to_have_count(0)
    expect(installer.by("shutter")).to_be_enabled()
    installer.by("close-camera").click()
    remove_photo(installer, job_id)


def test_h06_a_phone_that_ends_the_app_while_its_own_camera_is_open(installer: Installer, job_id: str) -> None:
    page = installer.page
    begin(installer, job_id, trouble="denied")
    with page.expect_file_chooser():
        installer.by("camera-help").locator("input[type=file]").click()
    until(page, DRAFT_IS_KEPT, "outside")
    # The picture never comes back: the app is ended, and opened again from its icon.
    page.evaluate("sessionStorage.clear()")
    page.goto("about:blank")
    page.goto(f"{installer.url}/app/")
    expect(installer.by("not-arrived")).to_contain_text("did not arrive")
    installer.by("not-arrived-again").click()
    before = installer.recorded()
    installer.take_photo()
    assert installer.recorded() == before + 1
    remove_photo(installer, job_id)
    page.goto(f"{installer.url}/app/#/today")
    expect(installer.by("job-card").first).to_be_visible()
    expect(installer.by("not-arrived")).to_have_count(0)


def test_a_light_that_does_not_exist_is_told_and_not_shown_as_on(installer: Installer, job_id: str) -> None:
    begin(installer, job_id, torch="1")
    torch = installer.page.get_by_role("button", name="Light")
    torch.click()
    expect(installer.by("toast")).to_contain_text("The light does not go on")
    expect(torch).to_have_attribute("aria-pressed", "false")


def test_the_next_lens_is_used_and_kept(installer: Installer, job_id: str) -> None:
    begin(installer, job_id, lenses="1")
    expect(installer.by("lens")).to_have_accessible_name("Camera 1 of 2: use the next one")
    installer.by("lens").click()
    expect(installer.by("lens")).to_have_accessible_name("Camera 2 of 2: use the next one")
    assert installer.page.evaluate("asked.at(-1).deviceId.exact") == "near"
    installer.page.reload()
    expect(installer.by("lens")).to_have_accessible_name("Camera 2 of 2: use the next one")
    installer.by("lens").click()
    expect(installer.by("lens")).to_have_accessible_name("Camera 1 of 2: use the next one")


def test_a_worker_that_does_not_start_costs_no_photo(installer: Installer, job_id: str) -> None:
    begin(installer, job_id, worker="1")
    installer.page.wait_for_function("window.broken > 0")
    before = installer.recorded()
    installer.take_photo()
    assert installer.recorded() == before + 1
    remove_photo(installer, job_id)


def test_a_lens_that_is_listed_and_cannot_be_opened_costs_no_camera(installer: Installer, job_id: str) -> None:
    begin(installer, job_id, lenses="1", dead_lens="1")
    installer.by("lens").click()
    installer.page.wait_for_function("asked.some(wish => wish.deviceId?.exact === 'near')")
    expect(installer.by("shutter")).to_be_enabled()
    expect(installer.by("camera-help")).to_have_count(0)


def test_a_browser_that_tells_nothing_of_its_cameras(installer: Installer, job_id: str) -> None:
    """Firefox has no `InputDeviceInfo`, and older Safaris have none either."""
    begin(installer, job_id, untold="1")
    expect(installer.by("shutter")).to_be_enabled()
    installer.page.wait_for_timeout(500)
    expect(installer.by("camera-help")).to_have_count(0)
    assert installer.page.evaluate("typeof InputDeviceInfo") == "undefined"


def test_files_that_are_no_photo(installer: Installer, job_id: str) -> None:
    begin(installer, job_id)
    before = installer.recorded()
    for content, words in (
        (b"", "no picture that the phone can read"),
        (b"%PDF-1.7", "no picture that the phone can read"),
        (huge(), "200 megapixels"),
    ):
        installer.by("file").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": content})
        expect(installer.by("photo-trouble")).to_contain_text(words)
    assert installer.recorded() == before
    # Capture goes on.
    installer.take_photo()
    assert installer.recorded() == before + 1
    remove_photo(installer, job_id)


def test_a_text_that_is_too_long_stays_and_says_by_how_much(installer: Installer, job_id: str) -> None:
    installer.visit(job_id, "note")
    before = installer.recorded()
    installer.by("note-text").fill("漏" * 10_000)
    expect(installer.page.get_by_role("alert")).to_contain_text("8000 characters too many")
    installer.by("note-save").click()
    expect(installer.by("unsaved")).to_contain_text("cannot be kept as it is")
    installer.by("leave-unsaved").click()
    assert len(installer.by("note-text").input_value()) == 10_000
    assert installer.recorded() == before
    installer.by("note-text").fill("漏" * 2_000)
    expect(installer.page.get_by_role("alert")).to_have_count(0)
    installer.by("note-save").click()
    expect(installer.by("note-screen")).to_have_count(0)
    assert installer.recorded() == before + 1


def test_pasted_markup_is_text(installer: Installer, people: Network, job_id: str) -> None:
    installer.note(job_id, MARKUP)
    expect(installer.by("note").last).to_contain_text(MARKUP)
    assert installer.page.title() != "owned"
    assert installer.page.locator("[data-testid=note] img, [data-testid=note] b").count() == 0


@pytest.mark.parametrize("turn", ["rotated", "split", "back", "called away"])
def test_an_interruption_in_the_middle_of_a_step_loses_nothing(turn: str, installer: Installer, people: Network, job_id: str) -> None:
    page = installer.page
    unit_id = people.state(job_id)["units"][0]["unit_id"]
    installer.open_job(job_id)
    installer.open_step(job_id, "WM-PRE-02", unit_id)
    installer.by("reading").fill("229")
    interrupt(page, turn)
    if turn == "back":
        expect(installer.by("job")).to_be_visible()
        page.go_forward()
    expect(installer.by("reading")).to_have_value("229")
    expect(installer.by("save")).to_be_visible()
    box, screen = installer.by("save").bounding_box(), page.viewport_size
    assert box is not None
    assert screen is not None
    assert box["y"] + box["height"] <= screen["height"] + 1
    page.set_viewport_size({"width": 360, "height": 740})


def test_h30_a_signature_outlives_rotation_and_the_end_of_the_app(phones: Phones, people: Network) -> None:
    job_id = people.job("zhao", services=["deliver"])
    phone = phones.enrolled(people, "zhao")
    phone.go_offline()
    phone.arrive(job_id)
    phone.visit(job_id, "sign")
    phone.by("hand-over-start").click()
    phone.by("accept").click()
    phone.draw()
    drawn = ink(phone.page)
    assert drawn > 0
    interrupt(phone.page, "rotated")
    interrupt(phone.page, "called away")
    phone.page.set_viewport_size({"width": 360, "height": 740})
    # The customer reads again what it was that they were signing.
    phone.by("accept").click()
    until(phone.page, f"drawn => ({INK})() > drawn / 2", drawn)
    phone.by("signer-name").fill("Zhou Lan")
    phone.by("sign").click()
    expect(phone.by("signed")).to_be_visible()


def ink(page: Page) -> int:
    """How many pixels of the pad are drawn on."""
    found: int = page.evaluate(INK)
    return found


def interrupt(page: Page, turn: str) -> None:
    """What phones and their owners do in the middle of anything."""
    page.wait_for_timeout(1_000)
    match turn:
        case "rotated":
            page.set_viewport_size({"width": 740, "height": 360})
        case "split":
            page.set_viewport_size({"width": 360, "height": 330})
        case "back":
            page.go_back()
        case _:
            # The call's own app takes the memory: the page is ended, and opened again from its icon.
            page.goto("about:blank")
            page.go_back()


def begin(installer: Installer, job_id: str, **kept: str) -> None:
    """Open the camera while some trouble is there."""
    page = installer.page
    page.evaluate(
        "kept => { sessionStorage.clear(); for (const [name, value] of Object.entries(kept)) sessionStorage.setItem(name, value); }", kept
    )
    installer.open_job(job_id)
    installer.visit(job_id, "photo", **PLACE)
    page.reload()
    expect(installer.by("camera")).to_be_visible()


def keep_anyway(installer: Installer) -> None:
    """A drawn picture may look weak; keep it with a reason then."""
    installer.page.locator("[data-testid=weak-keep], [data-testid=last-photo]").first.wait_for()
    if installer.by("weak-keep").count():
        installer.by("weak-keep").click()
        installer.by("weak-why-best").click()


def remove_photo(installer: Installer, job_id: str) -> None:
    """Leave the step as it was."""
    installer.open_step(job_id, "PRO-02")
    installer.by("photo").click()
    installer.by("remove-photo").click()
    expect(installer.by("photo")).to_have_count(0)


def picture() -> dict[str, object]:
    """A small picture with edges in it."""
    drawn = Image.linear_gradient("L").resize((800, 600)).point([0 if level % 32 < 16 else 220 for level in range(256)])
    kept = io.BytesIO()
    drawn.convert("RGB").save(kept, "JPEG", quality=90)
    return {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": kept.getvalue()}


def huge() -> bytes:
    """A JPEG that says it has 200 megapixels. Nothing needs to be in it: whoever unpacks it has lost already."""
    kept = io.BytesIO()
    Image.new("L", (16, 16), 128).save(kept, "JPEG")
    content = kept.getvalue()
    frame = re.search(rb"\xff\xc0\x00\x0b\x08", content)
    assert frame is not None
    at = frame.end()
    return content[:at] + (10_000).to_bytes(2, "big") + (20_000).to_bytes(2, "big") + content[at + 4 :]
