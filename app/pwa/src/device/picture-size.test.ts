import { describe, expect, it } from 'vitest';
import { pictureSize } from './picture-size';

function bytes(...parts: (readonly number[] | string)[]): ArrayBuffer {
  const all = parts.flatMap((part) => (typeof part === 'string' ? [...part].map((letter) => letter.charCodeAt(0)) : part));
  return Uint8Array.from(all).buffer;
}

const APP1 = [0xff, 0xe1, 0x00, 0x06, 1, 2, 3, 4];
const SOF2 = [0xff, 0xc2, 0x00, 0x11, 8, 0x27, 0x10, 0x4e, 0x20, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const DHT = [0xff, 0xc4, 0x00, 0x04, 0, 0];

describe('the size of a picture', () => {
  it('stands in the first frame header of a JPEG, behind whatever else', () => {
    expect(pictureSize(bytes([0xff, 0xd8], APP1, DHT, [0xff], SOF2))).toEqual({ w: 20_000, h: 10_000 });
    expect(pictureSize(bytes([0xff, 0xd8], SOF2.slice(0, 6)))).toBe(null);
    expect(pictureSize(bytes([0xff, 0xd8], [0x00, 0x01, 0x02, 0x03, 0x04]))).toBe(null);
  });

  it('stands in the header of a PNG', () => {
    expect(pictureSize(bytes([0x89], 'PNG', [13, 10, 26, 10, 0, 0, 0, 13], 'IHDR', [0, 0, 0x4e, 0x20, 0, 0, 0x27, 0x10]))).toEqual({ w: 20_000, h: 10_000 });
  });

  it('stands in the first chunk of a WebP', () => {
    const riff = (chunk: string, ...rest: number[]): ArrayBuffer => bytes('RIFF', [0, 0, 0, 0], 'WEBP', chunk, [0, 0, 0, 0], rest);
    expect(pictureSize(riff('VP8 ', 0, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x06, 0xb0, 0x04))).toEqual({ w: 1600, h: 1200 });
    expect(pictureSize(riff('VP8L', 0x2f, 0x3f, 0xc6, 0x2b, 0x01))).toEqual({ w: 1600, h: 1200 });
    expect(pictureSize(riff('VP8X', 0, 0, 0, 0, 0x1f, 0x4e, 0, 0x0f, 0x27, 0, 0))).toEqual({ w: 20_000, h: 10_000 });
  });

  it('is not known of anything else', () => {
    expect(pictureSize(bytes())).toBe(null);
    expect(pictureSize(bytes('no picture at all'))).toBe(null);
  });
});
