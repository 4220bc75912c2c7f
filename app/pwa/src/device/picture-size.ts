/** How large a picture is, from the beginning of its file, before anything is decoded: a small file may hold more pixels than a phone. */

export interface PictureSize {
  readonly w: number;
  readonly h: number;
}

/** Of a JPEG, PNG or WebP; null for anything else, and for what is cut or odd. */
export function pictureSize(bytes: ArrayBuffer): PictureSize | null {
  const view = new DataView(bytes);
  try {
    if (view.getUint16(0) === 0xffd8) return ofJpeg(view);
    if (view.getUint32(0) === 0x89504e47) return { w: view.getUint32(16), h: view.getUint32(20) };
    return view.getUint32(0) === 0x52494646 && view.getUint32(8) === 0x57454250 ? ofWebp(view) : null;
  } catch {
    return null; // it ends before it says so
  }
}

/** The first frame header (ITU-T T.81, B.2.2). */
function ofJpeg(view: DataView): PictureSize | null {
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    while (view.getUint16(at) === 0xffff) at++;
    const marker = view.getUint16(at);
    if (marker < 0xffc0) return null;
    const isFrame = marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return { h: view.getUint16(at + 5), w: view.getUint16(at + 7) };
  }
}

/** The three kinds of first chunk (RFC 9649). */
function ofWebp(view: DataView): PictureSize | null {
  switch (view.getUint32(12)) {
    case 0x56503820: // "VP8 "
      return { w: view.getUint16(26, true) & 0x3fff, h: view.getUint16(28, true) & 0x3fff };
    case 0x5650384c: { // "VP8L"
      const bits = view.getUint32(21, true);
      return { w: 1 + (bits & 0x3fff), h: 1 + ((bits >>> 14) & 0x3fff) };
    }
    case 0x56503858: // "VP8X"
      return { w: 1 + (view.getUint32(24, true) & 0xffffff), h: 1 + (view.getUint32(27, true) & 0xffffff) };
    default:
      return null;
  }
}
