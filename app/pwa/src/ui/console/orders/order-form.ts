/** The order form as values: what is lacking, what is sent, and which field the office found fault with. Pure. */
import type { OrderDraft } from '../../../state/console/shapes';
import { NO_SLOT, slotOf, type TypedSlot } from './slot';

export interface TypedUnit {
  readonly gtin: string;
  readonly serial: string;
}

export interface OrderForm {
  readonly order_ref: string;
  readonly services: readonly string[];
  readonly name: string;
  readonly phone: string;
  readonly language: 'en' | 'zh-Hans';
  readonly line: string;
  readonly line_more: string;
  readonly city: string;
  readonly postcode: string;
  readonly access: string;
  readonly units: readonly TypedUnit[];
  readonly slot: TypedSlot;
  readonly note: string;
}

export const SERVICES = ['deliver', 'install', 'take_back'] as const;
export const UNITS_MOST = 20;

export const EMPTY_FORM: OrderForm = {
  order_ref: '',
  services: ['deliver', 'install'],
  name: '',
  phone: '',
  language: 'en',
  line: '',
  line_more: '',
  city: '',
  postcode: '',
  access: '',
  units: [{ gtin: '', serial: '' }],
  slot: NO_SLOT,
  note: '',
};

/** Why a field is not good. The words have these keys. */
export type Fault = 'needed' | 'services_needed' | 'slot_needed' | 'slot_wrong' | 'wrong_phone' | 'wrong_serial' | 'wrong_model' | 'wrong_here';

/** Faults by field: `name`, `units/0/gtin`, … */
export type Faults = Readonly<Record<string, Fault>>;

export function faultsOf(form: OrderForm): Faults {
  const faults: Record<string, Fault> = {};
  for (const name of ['order_ref', 'name', 'phone', 'line', 'city'] as const) {
    if (form[name].trim() === '') faults[name] = 'needed';
  }
  if (form.phone.trim() !== '' && !/^\d{6,20}$/.test(form.phone.replace(/[\s().+-]/g, ''))) faults['phone'] = 'wrong_phone';
  if (form.services.length === 0) faults['services'] = 'services_needed';
  form.units.forEach((unit, at) => {
    if (unit.gtin === '') faults[`units/${at}/gtin`] = 'needed';
    if (unit.serial.trim() !== '' && !/^[A-Za-z0-9\-./]{4,64}$/.test(unit.serial.trim())) faults[`units/${at}/serial`] = 'wrong_serial';
  });
  const slot = slotOf(form.slot);
  if (typeof slot === 'string') faults['slot'] = slot;
  return faults;
}

/** What is sent for a form without faults. */
export function draftOf(form: OrderForm): OrderDraft {
  const or = (text: string): string | null => (text.trim() === '' ? null : text.trim());
  const slot = slotOf(form.slot);
  return {
    order_ref: form.order_ref.trim(),
    services: SERVICES.filter((service) => form.services.includes(service)),
    customer: { name: form.name.trim(), phone: form.phone.trim(), language: form.language },
    address: {
      lines: [form.line, form.line_more].map((line) => line.trim()).filter((line) => line !== ''),
      city: form.city.trim(),
      postcode: or(form.postcode),
      access: or(form.access),
    },
    units: form.units.map((unit) => ({ gtin: unit.gtin, serial: or(unit.serial) })),
    slot: typeof slot === 'string' ? null : slot,
    note: or(form.note),
  };
}

const FIELDS: Readonly<Record<string, string>> = {
  '#/order_ref': 'order_ref',
  '#/services': 'services',
  '#/customer/name': 'name',
  '#/customer/phone': 'phone',
  '#/address/lines/0': 'line',
  '#/address/lines/1': 'line_more',
  '#/address/city': 'city',
  '#/address/postcode': 'postcode',
  '#/address/access': 'access',
  '#/slot': 'slot',
  '#/note': 'note',
};

/** The office's faults by field; a place that the form does not show goes to `other`. */
export function faultsFrom(pointers: readonly string[]): Faults {
  const faults: Record<string, Fault> = {};
  for (const pointer of pointers) {
    const unit = /^#\/units\/(\d+)(?:\/(gtin|serial))?/.exec(pointer);
    if (unit) faults[`units/${unit[1] ?? '0'}/${unit[2] ?? 'gtin'}`] = unit[2] === 'serial' ? 'wrong_serial' : 'wrong_model';
    else if (pointer === '#/customer/phone') faults['phone'] = 'wrong_phone';
    else if (pointer.startsWith('#/slot')) faults['slot'] = 'slot_wrong';
    else faults[FIELDS[pointer] ?? 'other'] = 'wrong_here';
  }
  return faults;
}
