/** A copy of a photo with marks drawn on it, as a JPEG. */

const WHITE = '#ffffff';
export const MARK_COLOUR = '#e5002b';
const QUALITY = 0.95;

/**
 * Draws paths over a picture.
 *
 * @param url of the picture; it may be this phone's own or the office's
 * @param width of the coloured line in the picture's pixels; a white one around it keeps it visible on red
 * @throws when the picture cannot be loaded, or the phone has no memory for it
 */
export async function markedCopy(url: string, paths: readonly string[], size: { readonly w: number; readonly h: number }, width: number): Promise<ArrayBuffer> {
  const picture = new Image();
  picture.src = url;
  await picture.decode();
  const canvas = new OffscreenCanvas(size.w, size.h);
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('no canvas');
  pen.drawImage(picture, 0, 0, size.w, size.h);
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  for (const [colour, wide] of [[WHITE, 1.8 * width], [MARK_COLOUR, width]] as const) {
    pen.strokeStyle = colour;
    pen.lineWidth = wide;
    for (const path of paths) pen.stroke(new Path2D(path));
  }
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
  return blob.arrayBuffer();
}
