/** A maker's serial number, as it is compared and as it may look. The same functions stand in `app/domain/serial.py`. */

/** A serial without blanks around it, in upper case. Only ASCII letters change, so that both languages agree. */
export function normalSerial(text: string): string {
  return text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '').replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

/** Whether a text in normal form looks like a serial: 4 to 64 of `A-Z 0-9 - . /`, beginning with a letter or digit. */
export function isSerial(text: string): boolean {
  return /^[A-Z0-9][A-Z0-9\-./]{3,63}$/.test(text);
}
