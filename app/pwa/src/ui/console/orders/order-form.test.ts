import { describe, expect, it } from 'vitest';
import { draftOf, EMPTY_FORM, faultsFrom, faultsOf, type OrderForm } from './order-form';
import { slotOf, typedOf } from './slot';
import { say } from './words';

const GOOD: OrderForm = {
  ...EMPTY_FORM,
  order_ref: ' A-1 ',
  name: 'Wang Li',
  phone: '+86 138 0000 0000',
  line: 'Road 1',
  city: 'Suzhou',
  units: [{ gtin: '06901234567892', serial: '' }],
};

describe('a new order', () => {
  it('lacks what is needed, field by field', () => {
    expect(Object.keys(faultsOf(EMPTY_FORM)).sort()).toEqual(['city', 'line', 'name', 'order_ref', 'phone', 'units/0/gtin']);
    expect(faultsOf(GOOD)).toEqual({});
    expect(faultsOf({ ...GOOD, services: [] })).toEqual({ services: 'services_needed' });
    expect(faultsOf({ ...GOOD, phone: '12' })).toEqual({ phone: 'wrong_phone' });
    expect(faultsOf({ ...GOOD, units: [{ gtin: '1', serial: 'a b' }] })).toEqual({ 'units/0/serial': 'wrong_serial' });
  });

  it('is sent trimmed, with nothing for what is empty, services in the office’s order', () => {
    const draft = draftOf({ ...GOOD, services: ['install', 'deliver'], line_more: ' ', access: ' gate 7 ' });
    expect(draft).toMatchObject({ order_ref: 'A-1', services: ['deliver', 'install'], slot: null, note: null });
    expect(draft.address).toEqual({ lines: ['Road 1'], city: 'Suzhou', postcode: null, access: 'gate 7' });
    expect(draft.units).toEqual([{ gtin: '06901234567892', serial: null }]);
  });

  it('shows the office’s faults where they belong', () => {
    expect(faultsFrom(['#/customer/phone', '#/units/1/serial', '#/units/0/gtin', '#/slot/from', '#/elsewhere'])).toEqual({
      phone: 'wrong_phone',
      'units/1/serial': 'wrong_serial',
      'units/0/gtin': 'wrong_model',
      slot: 'slot_wrong',
      other: 'wrong_here',
    });
  });

  it('has words for every fault', () => {
    for (const fault of ['needed', 'services_needed', 'slot_needed', 'slot_wrong', 'wrong_phone', 'wrong_serial', 'wrong_model', 'wrong_here']) {
      expect(say.has(fault), fault).toBe(true);
    }
  });
});

describe('a slot', () => {
  it('is none, whole, or wrong', () => {
    expect(slotOf({ day: '', from: '', to: '' })).toBeNull();
    expect(slotOf({ day: '2026-11-24', from: '09:00', to: '' })).toBe('slot_needed');
    expect(slotOf({ day: '2026-11-24', from: '11:00', to: '09:00' })).toBe('slot_wrong');
    expect(slotOf({ day: '2026-11-24', from: '00:00', to: '13:00' })).toBe('slot_wrong');
  });

  it('comes back as it was typed', () => {
    const typed = { day: '2026-11-24', from: '09:00', to: '11:00' };
    const slot = slotOf(typed);
    expect(slot).toMatchObject({ from: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) });
    expect(typeof slot === 'object' && typedOf(slot)).toEqual(typed);
  });
});
