/** A maker's serial number as it is compared. The same function stands in `app/domain/serial.py`. */

/** A serial without blanks around it, in upper case. Only ASCII letters change, so that both languages agree. */
export function normalSerial(text: string): string {
  return text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '').replace(/[a-z]/g, (letter) => letter.toUpperCase());
}
